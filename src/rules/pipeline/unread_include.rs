use std::collections::BTreeSet;

use crate::model::gitlab::{Missing, MissingKind, expand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// How many places one finding shows.
const SHOWN: usize = 8;

/// What several pipelines lack is told once, with the places of all that the first of them lacks.
fn check(cx: &mut Cx<'_, '_>) {
    let mut told = BTreeSet::new();
    for pipeline in &cx.facts.pipelines {
        // A local file that is not there is a fault of its own.
        let outside = |it: &&Missing| it.kind != MissingKind::Local || it.sought.is_none();
        let missing = pipeline.missing.iter().filter(outside);
        let missing: Vec<&Missing> =
            missing.filter(|it| told.insert((it.kind, it.name.clone()))).collect();
        let Some((first, others)) = missing.split_first() else { continue };
        let reasons = missing.iter().map(|it| reason(it, cx.facts.files.is_whole()));
        let mut reasons: Vec<Reason> = reasons.collect();
        reasons.dedup();
        let (one, many, help) = match reasons.as_slice() {
            [one] => one.words(),
            _ => (
                "",
                "",
                "`pipespec resolve --missing` says of each what would have it read".to_owned(),
            ),
        };
        let message = match (others.is_empty(), many) {
            (true, _) => format!(
                "the {} `{}` is not read, as {one}: what it brings is not known",
                first.kind.name(),
                first.name
            ),
            (false, "") => {
                format!("{} includes are not read: what they bring is not known", missing.len())
            }
            (false, many) => format!(
                "{} includes are not read, as {many}: what they bring is not known",
                missing.len()
            ),
        };
        let mut report = cx.report(&first.at, message).text(described(first));
        for other in others.iter().take(SHOWN - 1) {
            report = report.label(other.at.at, described(other));
        }
        report.help(help);
    }
}

/// Why something is not read.
#[derive(PartialEq, Eq)]
enum Reason {
    /// The file was checked by itself.
    Alone,
    /// Its name has this variable, of which no value is known.
    Variable(String),
    /// The configuration says where it lies, and nothing lies there.
    NotThere(String),
    Outside,
}

fn reason(missing: &Missing, is_whole: bool) -> Reason {
    if let Some(name) = expand::variables(&missing.name).next() {
        return Reason::Variable(name.to_owned());
    }
    match &missing.sought {
        Some(path) => Reason::NotThere(path.clone()),
        None if missing.kind == MissingKind::Local && !is_whole => Reason::Alone,
        None => Reason::Outside,
    }
}

impl Reason {
    /// Why one is not read, why several are not, and what to do.
    fn words(&self) -> (&'static str, &'static str, String) {
        match self {
            Self::Alone => (
                "it is not beside this file",
                "they are not beside this file",
                "check the repository that holds them all".to_owned(),
            ),
            Self::Variable(name) => (
                "a variable in its name is not known",
                "a variable in their names is not known",
                format!(
                    "if `{name}` is set in the project or a group, say so in pipespec.yaml: `gitlab: {{variables: {{{name}: ...}}}}`"
                ),
            ),
            Self::NotThere(path) => (
                "nothing lies where `includes` of pipespec.yaml leads",
                "nothing lies where `includes` of pipespec.yaml leads",
                format!("put the file at `{path}`, or correct `includes`"),
            ),
            Self::Outside => (
                "it lies outside the repository",
                "they lie outside the repository",
                "`pipespec resolve --missing` says what to put into `includes` of pipespec.yaml to have them read".to_owned(),
            ),
        }
    }
}

fn described(missing: &Missing) -> String {
    match &missing.sought {
        _ if missing.kind == MissingKind::Variable => format!("`{}`", missing.name),
        Some(path) => format!("looked for at `{path}`, where nothing is"),
        None => format!("{} `{}`", missing.kind.name(), missing.name),
    }
}
