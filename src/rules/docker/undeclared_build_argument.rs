use crate::model::build::{BuildArg, ImageBuild};
use crate::rule::{Check, Cx};
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let all =
        || facts.builds.iter().flat_map(|build| build.args.iter().map(move |arg| (build, arg)));
    for (build, arg) in all() {
        // One command line may build several Dockerfiles, each of which takes some of the arguments.
        let takes = |(build, own): (&ImageBuild, &BuildArg)| {
            let same = own.at == arg.at && own.name == arg.name;
            let file = facts.dockerfile_of(build).filter(|_| !build.dockerfile_is_made);
            same && file.and_then(|file| file.takes_arg(&arg.name)) != Some(false)
        };
        if all().any(takes) {
            continue;
        }
        let Some(file) = facts.dockerfile_of(build) else { continue };
        let (name, path) = (&arg.name, &file.source.path);
        let mut near: Vec<(usize, &str)> = file
            .declared_args()
            .map(|(own, _)| (strsim::damerau_levenshtein(own, name), own))
            .collect();
        near.sort_unstable();
        let help = match near.first() {
            Some((distance, own)) if *distance <= 2 => did_you_mean(own),
            _ => format!("declare it with `ARG {name}` in the stage that uses it, or drop it here"),
        };
        let message =
            format!("`{path}` declares no `ARG {name}`, so the build argument has no effect");
        let report = cx.report(arg.at, message).symbol(format!("arg:{path}/{name}"));
        let report = report.help(help);
        if let Some(stage) = file.stages.first() {
            report.label(file.at(stage.base_span), "no stage of this Dockerfile takes it");
        }
    }
}
