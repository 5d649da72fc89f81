use crate::model::docker::{Dockerfile, StageRef};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Copy) {
        let (Some(from), Some(stage)) = (step.instruction.flag_value("from"), step.stage) else {
            continue;
        };
        let name = from.text.as_ref();
        let known = match file.stage_ref(stage, name) {
            StageRef::Earlier(_) | StageRef::Same(_) | StageRef::Context => true,
            StageRef::Other => file.has_unknown_contexts || name.contains([':', '$', '@']),
            StageRef::Later(_) | StageRef::NoSuchNumber(_) => false,
        };
        if known {
            continue;
        }
        let names = file.stages.iter().take(stage.index).filter_map(|it| it.name.as_deref());
        let distance = |other: &&str| strsim::damerau_levenshtein(other, name);
        let near = names.min_by_key(distance).filter(|near| distance(near) <= 2);
        let message =
            format!("`--from={name}` names no stage further up; an image should have its tag");
        let report = cx.report(file.at(from.span), message).symbol(step.symbol());
        if let Some(near) = near {
            report.help(did_you_mean(near));
        }
    }
}
