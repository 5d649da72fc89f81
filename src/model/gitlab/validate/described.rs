//! What is told of a keyword to people: the same on the command line and in an editor.

use super::keyword::{Expands, Keyword};
use super::shape::{Place, conflicts, keyword, keywords, places};
use super::spot::spot;

/// A keyword with the way to it.
pub struct Described {
    /// The keys that lead to it, joined by `:`.
    pub path: String,
    /// Where it may stand by that way.
    pub places: Vec<Place>,
    /// The keyword.
    pub keyword: &'static Keyword,
}

/// How deep keywords stand in keywords.
const LEVELS: usize = 6;

/// All keywords, each with those that may stand in it behind it.
pub fn described() -> Vec<Described> {
    let mut all: Vec<Described> = Vec::new();
    for place in Place::ALL {
        for keyword in keywords(place) {
            add(keyword, keyword.name.to_owned(), place, LEVELS, &mut all);
        }
    }
    all
}

fn add(
    keyword: &'static Keyword,
    path: String,
    place: Place,
    levels: usize,
    all: &mut Vec<Described>,
) {
    let same = |it: &&mut Described| it.path == path && is_same(it.keyword, keyword);
    match all.iter_mut().find(same) {
        Some(found) if found.places.contains(&place) => return,
        Some(found) => found.places.push(place),
        None => all.push(Described { path: path.clone(), places: vec![place], keyword }),
    }
    // What stands in `default` is listed for that place.
    if levels > 0 && path != "default" {
        for child in keyword.children() {
            add(child, format!("{path}:{}", child.name), place, levels - 1, all);
        }
    }
}

fn is_same(one: &Keyword, other: &Keyword) -> bool {
    one.shape() == other.shape() && one.since == other.since && one.undated == other.undated
}

/// The keyword that these keys lead to at a place; names that the user chooses are left out of the path.
pub fn described_at(place: Place, keys: &[&str]) -> Option<Described> {
    let found = spot(place, keys)?.keyword?;
    let mut path: Vec<&str> = Vec::new();
    for end in 1..=keys.len() {
        path.extend(spot(place, &keys[..end]).and_then(|it| it.keyword).map(|it| it.name));
    }
    let is_same = |other: &Place| {
        spot(*other, keys).and_then(|it| it.keyword).is_some_and(|it| is_same(it, found))
    };
    let places = Place::ALL.into_iter().filter(is_same).collect();
    Some(Described { path: path.join(":"), places, keyword: found })
}

impl Described {
    /// What there is to know, line by line: of what, and what. The value, the words, since when, and so on.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let keyword = self.keyword;
        let mut facts = Vec::new();
        let places: Vec<&str> = self.places.iter().map(|it| it.name()).collect();
        facts.push(("stands in", places.join(", ")));
        facts.push(("value", keyword.shape()));
        let words = keyword.words();
        if !words.is_empty() {
            facts.push(("words", words.join(", ")));
        }
        for (word, since) in keyword.newer_words {
            facts.push(("", format!("`{word}` since GitLab {since}")));
        }
        facts.push(("since", self.since().unwrap_or_else(|| "before 15.0".to_owned())));
        let expands = match keyword.expands {
            Expands::Nowhere => "nowhere".to_owned(),
            by => format!("by the {}", by.name()),
        };
        facts.push(("expanded", expands));
        if self.is_inherited() {
            facts.push(("inherited", "from `default`, as a whole".to_owned()));
        }
        let conflicts = self.conflicts();
        if !conflicts.is_empty() {
            facts.push(("not beside", conflicts.join(", ")));
        }
        if let Some(other) = keyword.deprecated {
            facts.push(("better", format!("`{other}`")));
        }
        let children: Vec<&str> = keyword.children().iter().map(|it| it.name).collect();
        if !children.is_empty() {
            facts.push(("keys", children.join(", ")));
        }
        facts
    }

    /// The version that brought it, in words; nothing for what is older than 15.0.
    pub fn since(&self) -> Option<String> {
        match self.keyword.undated {
            true => Some("unknown".to_owned()),
            false => self.keyword.since.map(|it| it.to_string()),
        }
    }

    /// What may not stand beside it at one of its places.
    pub fn conflicts(&self) -> Vec<&'static str> {
        let path: Vec<&str> = self.path.split(':').collect();
        let at = |place: &Place| conflicts(*place, &path);
        let mut all: Vec<_> = self.places.iter().flat_map(at).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether jobs take it over from `default`.
    pub fn is_inherited(&self) -> bool {
        let first = self.path.split(':').next().unwrap_or_default();
        self.path == first
            && self.places.contains(&Place::Job)
            && keyword(Place::Default, &[first]).is_some()
            && places(first).contains(&Place::Job)
    }
}
