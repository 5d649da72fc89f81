use std::collections::BTreeSet;

use crate::model::gitlab::{Missing, MissingKind};
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
        let local = missing.iter().all(|it| it.kind == MissingKind::Local);
        let alone = local && !cx.facts.files.is_whole();
        let (one, many) = match alone {
            true => ("it is not beside this file", "they are not beside this file"),
            false => ("it lies outside the repository", "they lie outside the repository"),
        };
        let message = if others.is_empty() {
            format!(
                "the {} `{}` is not read, as {one}: what it brings is not known",
                first.kind.name(),
                first.name
            )
        } else {
            format!(
                "{} includes are not read, as {many}: what they bring is not known",
                missing.len()
            )
        };
        let mut report = cx.report(&first.at, message).text(described(first));
        for other in others.iter().take(SHOWN - 1) {
            report = report.label(other.at.at, described(other));
        }
        report.help(match alone {
            true => "check the repository that holds them all",
            false => "`pipespec resolve --missing` says what to put into `includes` of pipespec.yaml to have them read",
        });
    }
}

fn described(missing: &Missing) -> String {
    match &missing.sought {
        Some(path) => format!("looked for at `{path}`, where nothing is"),
        None => format!("{} `{}`", missing.kind.name(), missing.name),
    }
}
