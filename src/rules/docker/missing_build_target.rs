use crate::rule::{Check, Cx};
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for build in &facts.builds {
        let Some(target) = &build.target else { continue };
        let Some(name) = target.text.as_deref().filter(|name| !name.is_empty()) else { continue };
        let Some(file) = facts.dockerfile_of(build).filter(|_| !build.dockerfile_is_made) else {
            continue;
        };
        if file.stages.is_empty() || file.target(name).is_some() {
            continue;
        }
        let names: Vec<&str> = file.stages.iter().filter_map(|it| it.name.as_deref()).collect();
        let path = &file.source.path;
        let distance = |other: &&&str| strsim::damerau_levenshtein(other, &name.to_lowercase());
        let near = names.iter().min_by_key(distance).filter(|near| distance(near) <= 3);
        let help = match (near, &names[..]) {
            (Some(near), _) => did_you_mean(near),
            (None, []) => format!("name the stage in `{path}`: `FROM ... AS {name}`"),
            (None, names) => format!("the stages of `{path}` are `{}`", names.join("`, `")),
        };
        let message = format!("`{path}` has no stage `{name}`, so the build of this target fails");
        let mut report = cx.report(target.at, message).symbol(format!("target:{path}/{name}"));
        if let Some(stage) = file.final_stage() {
            let place = stage.name_span.unwrap_or(stage.base_span);
            report = report.label(file.at(place), "the last stage of the Dockerfile");
        }
        report.help(help);
    }
}
