//! What is told about keywords: to people, completion and hover.

use super::include::HEADER;
use super::keyword::{Keyword, Table};
use super::kind::Kind;
use super::table::{DEFAULT, GLOBALS, JOB, TRIGGER_JOB};

impl Kind {
    /// The tables of keys that a value may have.
    pub(super) fn tables(&self) -> Vec<&'static Table> {
        match self {
            Kind::Map(table) => vec![table],
            Kind::List(kind, _) => kind.tables(),
            Kind::Names(kind) => kind.tables(),
            Kind::Either(kinds) => kinds.iter().flat_map(Kind::tables).collect(),
            Kind::By(by) => by.table.into_iter().collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn words(&self) -> Vec<&'static str> {
        match self {
            Kind::Bool => vec!["true", "false"],
            Kind::Enum(words) | Kind::Enums(words, _) => words.to_vec(),
            Kind::Either(kinds) => kinds.iter().flat_map(Kind::words).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn shape(&self) -> String {
        let listed = |words: &[&str]| {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Kind::Any => "anything".to_owned(),
            Kind::Str(least, usize::MAX) => {
                if *least > 0 { "a string that is not blank" } else { "a string" }.to_owned()
            }
            Kind::Text(_, usize::MAX) => "a string".to_owned(),
            Kind::Str(_, most) | Kind::Text(_, most) => {
                format!("a string of at most {most} characters")
            }
            Kind::Scalar => "a string, number or boolean".to_owned(),
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Int(i64::MIN, i64::MAX) => "a whole number".to_owned(),
            Kind::Int(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Word => "a string or whole number".to_owned(),
            Kind::Strings(_, usize::MAX) => "a list of strings".to_owned(),
            Kind::Strings(least, most) => match least {
                0 => format!("a list of at most {most} strings"),
                _ => format!("a list of {least} to {most} strings"),
            },
            Kind::Texts => "a string or a list of strings".to_owned(),
            Kind::Script { .. } => {
                "a string, or a list of strings in which lists may stand".to_owned()
            }
            Kind::Enum(words) => format!("one of {}", listed(words)),
            Kind::Enums(words, _) => format!("one or a list of {}", listed(words)),
            Kind::Duration { most, never, .. } => {
                let most = match *most {
                    super::words::WEEK => ", at most a week",
                    super::words::MONTH => ", at most a month",
                    _ => "",
                };
                format!("a duration{most}{}", if *never { ", or `never`" } else { "" })
            }
            Kind::Map(_) => "a mapping".to_owned(),
            Kind::Names(kind) => format!("a mapping of names, each with {}", kind.shape()),
            Kind::List(kind, usize::MAX) => format!("a list, each item {}", kind.shape()),
            Kind::List(kind, most) => format!("a list of at most {most}, each {}", kind.shape()),
            Kind::Either(kinds) => kinds.iter().map(Kind::shape).collect::<Vec<_>>().join(", or "),
            Kind::By(by) => by.shape.to_owned(),
        }
    }
}

/// Where a keyword stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In the header, in front of the configuration.
    Header,
    /// At the top level of a file.
    Global,
    /// In `default`.
    Default,
    /// In a job with a script.
    Job,
    /// In a job with `trigger`.
    TriggerJob,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 5] =
        [Self::Global, Self::Default, Self::Job, Self::TriggerJob, Self::Header];

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Global => "top level",
            Self::Default => "default",
            Self::Job => "job",
            Self::TriggerJob => "trigger job",
        }
    }

    pub(super) const fn table(self) -> &'static Table {
        match self {
            Self::Header => &HEADER,
            Self::Global => &GLOBALS,
            Self::Default => &DEFAULT,
            Self::Job => &JOB,
            Self::TriggerJob => &TRIGGER_JOB,
        }
    }
}

/// The keywords that may stand at a place.
pub const fn keywords(place: Place) -> &'static [Keyword] {
    place.table().keys
}

/// The places where a keyword of this name may stand.
pub fn places(name: &str) -> Vec<Place> {
    let has = |place: &Place| keywords(*place).iter().any(|keyword| keyword.name == name);
    Place::ALL.into_iter().filter(has).collect()
}

/// The keywords that may not stand beside the one that these keys lead to.
pub fn conflicts(place: Place, path: &[&str]) -> Vec<&'static str> {
    let Some((name, before)) = path.split_last() else { return Vec::new() };
    let tables = match before {
        [] => vec![place.table()],
        _ => keyword(place, before).map_or_else(Vec::new, |it| it.kind.tables()),
    };
    let groups = tables
        .into_iter()
        .flat_map(|table| table.exclusive.iter().copied().chain(std::iter::once(table.one_of)));
    // `rules` replaces the older keywords, and a job has either commands or a pipeline to start.
    const JOBS: [&[&str]; 5] = [
        &["rules", "only"],
        &["rules", "except"],
        &["rules", "start_in"],
        &["script", "trigger"],
        &["run", "trigger"],
    ];
    let is_job = before.is_empty() && matches!(place, Place::Job | Place::TriggerJob);
    let more = if is_job { &JOBS[..] } else { &[] };
    let groups = groups.chain(more.iter().copied()).filter(|group| group.contains(name));
    let mut others: Vec<&'static str> =
        groups.flatten().copied().filter(|other| other != name).collect();
    others.dedup();
    others
}

/// A keyword by its place and the keys that lead to it: `["cache", "key", "files"]`. Names that the
/// user chooses, such as those in `id_tokens`, are left out of the way.
pub fn keyword(place: Place, path: &[&str]) -> Option<&'static Keyword> {
    let (first, rest) = path.split_first()?;
    let mut found = keywords(place).iter().find(|keyword| keyword.name == *first)?;
    for name in rest {
        found = found.children().into_iter().find(|keyword| keyword.name == *name)?;
    }
    Some(found)
}
