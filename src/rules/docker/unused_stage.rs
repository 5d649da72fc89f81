use crate::model::docker::{Base, Dockerfile, MountOptions, StageRef};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut used = vec![false; file.stages.len()];
    for stage in &file.stages {
        if let Base::Stage(base) = stage.base
            && let Some(base) = used.get_mut(base)
        {
            *base = true;
        }
    }
    for step in file.steps_with_triggers() {
        let Some(stage) = step.stage else { continue };
        let instruction = step.instruction;
        let mut names: Vec<String> = Vec::new();
        names.extend(instruction.flag_value("from").map(|word| word.text.to_string()));
        if instruction.keyword == Keyword::Run {
            let mounts = instruction.flags.iter().filter(|flag| flag.name.text == "mount");
            names.extend(mounts.filter_map(|flag| {
                let options =
                    MountOptions::read(&flag.value.as_ref()?.text, |it| Some(it.to_owned()));
                options.value(&["from"]).map(str::to_owned)
            }));
        }
        for name in names {
            if let StageRef::Earlier(other) = file.stage_ref(stage, &name)
                && let Some(other) = used.get_mut(other)
            {
                *other = true;
            }
        }
    }
    let last = file.stages.len().saturating_sub(1);
    // A base that is not known may be any stage.
    if file.stages.iter().any(|stage| stage.base == Base::Unknown && stage.base_text.contains('$'))
    {
        return;
    }
    for stage in file.stages.iter().take(last) {
        // A name is for `--target` too, and who builds with it is not known here.
        let named = stage.name.is_some() || stage.number.is_none();
        if named || used.get(stage.index) != Some(&false) {
            continue;
        }
        let message = format!(
            "{} has no name, and nothing starts from it or copies from it; without it the image is the same",
            stage.label()
        );
        cx.report(file.at(stage.base_span), message)
            .help("drop the stage, or copy from it what it makes")
            .symbol(stage.label());
    }
}
