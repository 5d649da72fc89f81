use rustc_hash::FxHashSet;
use serde_json::Value as Json;

use crate::model::docker::{Base, Dockerfile, LabelKind, Stage, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let schema: Vec<(String, Option<LabelKind>)> = cx
        .options
        .get("schema")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
        .map(|(key, kind)| (key.clone(), LabelKind::from_name(kind.as_str().unwrap_or(""))))
        .collect();
    let strict = cx.options.flag("strict");
    if schema.is_empty() && !strict {
        return;
    }
    missing(file, &schema, cx);
    for step in file.all(Keyword::Label) {
        for pair in step.instruction.pairs() {
            let key = unquoted(&pair.key.text);
            let Some((_, kind)) = schema.iter().find(|(known, _)| known == key) else {
                if strict {
                    let message = format!("label `{key}` is not in the schema, which is strict");
                    cx.report(file.at(pair.span), message)
                        .symbol(format!("label {key}"))
                        .alias("DL3050");
                }
                continue;
            };
            let Some(value) = pair.value.as_ref() else { continue };
            let Some(text) = file.value(step.index, &value.text) else { continue };
            if text.is_empty() {
                let message = format!("label `{key}` is empty; the schema asks for a value");
                cx.report(file.at(pair.span), message)
                    .symbol(format!("label {key}"))
                    .alias("DL3051");
            } else if let Some(kind) = kind
                && !kind.fits(&text)
            {
                let message = format!("label `{key}` is `{text}`, which is no {}", kind.noun());
                cx.report(file.at(value.span), message)
                    .symbol(format!("label {key}"))
                    .alias(alias(*kind));
            }
        }
    }
}

/// hadolint's code for a value of the wrong kind.
fn alias(kind: LabelKind) -> &'static str {
    match kind {
        LabelKind::Url => "DL3052",
        LabelKind::Rfc3339 => "DL3053",
        LabelKind::Spdx => "DL3054",
        LabelKind::Hash => "DL3055",
        LabelKind::SemVer => "DL3056",
        LabelKind::Email => "DL3058",
    }
}

/// Labels that a stage lacks, in those stages that become an image or the base of one.
fn missing(file: &Dockerfile<'_>, schema: &[(String, Option<LabelKind>)], cx: &mut Cx<'_, '_>) {
    let last = file.stages.len().saturating_sub(1);
    let is_base: FxHashSet<usize> = file
        .stages
        .iter()
        .filter_map(|stage| match stage.base {
            Base::Stage(earlier) => Some(earlier),
            _ => None,
        })
        .collect();
    for stage in file.stages.iter().filter(|stage| stage.number.is_some()) {
        if stage.index != last && !is_base.contains(&stage.index) {
            continue;
        }
        // What a stage that is based on it adds, it need not have.
        let after = file.stages.get(stage.index..).unwrap_or(&[]).iter();
        let based = after.filter(|it| file.ancestry(it).any(|base| base.index == stage.index));
        let labels: FxHashSet<&str> = based.flat_map(|stage| labels(file, stage)).collect();
        for (key, _) in schema.iter().filter(|(key, _)| !labels.contains(key.as_str())) {
            let message =
                format!("{} has no label `{key}`, which the schema asks for", stage.label());
            cx.report(file.at(stage.base_span), message)
                .symbol(format!("label {key}"))
                .alias("DL3049");
        }
    }
}

/// The keys of the labels of a stage and of those that it is based on.
fn labels<'d>(file: &'d Dockerfile<'_>, stage: &Stage) -> FxHashSet<&'d str> {
    let stages: Vec<usize> = file.ancestry(stage).map(|stage| stage.index).collect();
    let all = file.all(Keyword::Label);
    let own = all.filter(|step| step.stage.is_some_and(|stage| stages.contains(&stage.index)));
    own.flat_map(|step| step.instruction.pairs()).map(|pair| unquoted(&pair.key.text)).collect()
}
