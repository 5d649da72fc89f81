//! What may stand at a place in a file, for completion and hover.

use super::keyword::{Keyword, Table};
use super::kind::Kind;
use super::shape::Place;

/// A place that keys lead to.
#[derive(Clone)]
pub struct Spot {
    /// The keyword that the last of the keys is; nothing for a name that the user chooses, and for the whole.
    pub keyword: Option<&'static Keyword>,
    /// What the value may be there.
    inside: Inside,
}

#[derive(Clone)]
enum Inside {
    Table(&'static Table),
    Kinds(Vec<&'static Kind>),
    /// A variable or the like, whose keys are those of the table.
    Named(Vec<&'static Table>),
}

/// The place that `keys` lead to; nothing if one of them is no keyword. Other than for
/// [`keyword`](super::keyword), names that the user chooses count: `["id_tokens", "MINE", "aud"]`.
pub fn spot(place: Place, keys: &[&str]) -> Option<Spot> {
    let mut spot = Spot { keyword: None, inside: Inside::Table(place.table()) };
    for key in keys {
        spot = spot.step(key)?;
    }
    Some(spot)
}

impl Spot {
    fn step(&self, key: &str) -> Option<Self> {
        if let Some(keyword) = self.keys().into_iter().find(|it| it.name == key) {
            return Some(Self {
                keyword: Some(keyword),
                inside: Inside::Kinds(vec![&keyword.kind]),
            });
        }
        let Inside::Kinds(kinds) = &self.inside else { return None };
        let inside = kinds.iter().find_map(|kind| named(kind))?;
        Some(Self { keyword: None, inside })
    }

    /// The keywords that may stand here.
    pub fn keys(&self) -> Vec<&'static Keyword> {
        let tables = match &self.inside {
            Inside::Table(table) => vec![*table],
            Inside::Named(tables) => tables.clone(),
            Inside::Kinds(kinds) => {
                let kinds = kinds.iter().filter(|kind| named(kind).is_none());
                kinds.flat_map(|kind| kind.tables()).collect()
            }
        };
        let mut keys: Vec<&'static Keyword> = Vec::new();
        for keyword in tables.into_iter().flat_map(|table| table.keys) {
            if !keys.iter().any(|it| it.name == keyword.name) {
                keys.push(keyword);
            }
        }
        keys
    }

    /// The words that the value may be.
    pub fn words(&self) -> Vec<&'static str> {
        match (self.keyword, &self.inside) {
            (Some(keyword), _) => keyword.words(),
            (None, Inside::Kinds(kinds)) => kinds.iter().flat_map(|kind| kind.words()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether what stands here is a list first of all, so that keys belong into its items.
    pub fn is_list(&self) -> bool {
        match &self.inside {
            Inside::Kinds(kinds) => kinds.iter().any(|kind| kind.shape().starts_with("a list")),
            _ => false,
        }
    }

    /// Whether the value holds something of its own below the key: a mapping or a list.
    pub fn is_collection(&self) -> bool {
        match &self.inside {
            Inside::Kinds(kinds) => {
                let shape = |kind: &&'static Kind| {
                    let shape = kind.shape();
                    shape.starts_with("a mapping") || shape.starts_with("a list")
                };
                kinds.iter().any(|kind| {
                    shape(kind) || matches!(kind, Kind::Script { .. }) || !kind.tables().is_empty()
                })
            }
            _ => true,
        }
    }
}

/// What stands below a name that the user chooses, if it is such names that the kind has.
fn named(kind: &'static Kind) -> Option<Inside> {
    match kind {
        Kind::Names(kind) => Some(Inside::Kinds(vec![kind])),
        Kind::Either(kinds) => kinds.iter().find_map(named),
        Kind::By(by) if by.shape.starts_with("a mapping of") => {
            Some(Inside::Named(by.table.into_iter().collect()))
        }
        _ => None,
    }
}
