//! The Dockerfiles that are judged, each with what the jobs give to its builds.

use rayon::prelude::*;

use super::Project;
use super::discover::FileKind;
use crate::model::Files;
use crate::model::build::ImageBuild;
use crate::model::docker::{Build, Dockerfile};
use crate::text::{Location, Source, worth_all_cores};

/// Resolves the Dockerfiles that are judged: those that have such a name, and those that a job builds.
pub(super) fn dockerfiles<'p>(project: &'p Project, builds: &[ImageBuild]) -> Vec<Dockerfile<'p>> {
    let files = &project.files;
    let mut sources = project.files_of(FileKind::Dockerfile);
    let built: Vec<Option<&str>> =
        builds.iter().map(|build| build.dockerfile.file(files)).collect();
    for path in built.iter().flatten() {
        let is_known = sources.iter().any(|source| source.path == **path);
        if !is_known && files.paths().iter().any(|own| own == path) {
            sources.extend(files.read(path));
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources.retain(|source| files.takes_text(source, "Dockerfile"));
    let resolve = |source: &'p Source| {
        let of_file = builds.iter().zip(&built).filter(|(_, path)| **path == Some(&source.path));
        let of_file: Vec<&ImageBuild> = of_file.map(|(build, _)| build).collect();
        let ignore_file = ignore_file(files, source, &of_file);
        let (args, checks) = (args(&of_file), checks(&of_file));
        // A build of which it is not known what it builds may be of this file.
        let may_be = || builds.iter().filter(|build| build.dockerfile.candidates.is_empty());
        let of_file = if of_file.is_empty() { may_be().collect() } else { of_file };
        let contexts = || of_file.iter().flat_map(|build| &build.contexts);
        let build = Build {
            args,
            checks,
            context: context(source, &of_file),
            ignore_file,
            named_contexts: contexts().filter_map(|it| it.text.clone()).collect(),
            has_unknown_contexts: of_file.iter().any(|build| !build.is_complete)
                || contexts().any(|it| it.text.is_none()),
        };
        Dockerfile::resolve_with(source, &build)
    };
    if worth_all_cores(sources.iter().copied()) {
        sources.into_par_iter().map(resolve).collect()
    } else {
        sources.into_iter().map(resolve).collect()
    }
}

/// The build arguments of a file: known if all its builds give the same value.
fn args(builds: &[&ImageBuild]) -> Vec<(String, Option<String>)> {
    let mut args: Vec<(String, Option<String>)> = Vec::new();
    for name in builds.iter().flat_map(|build| &build.args).map(|arg| &arg.name) {
        if args.iter().any(|(own, _)| own == name) {
            continue;
        }
        let mut values = builds.iter().map(|build| build.arg(name)?.value.clone());
        let first = values.next().flatten();
        let value = first.filter(|first| values.all(|value| value.as_ref() == Some(first)));
        args.push((name.clone(), value));
    }
    args
}

/// The context of a Dockerfile, if all its builds have the same. Where no build is known it is the root
/// for a file that lies there; one further down may be built from anywhere.
fn context(dockerfile: &Source, builds: &[&ImageBuild]) -> Option<String> {
    let mut contexts = builds.iter().map(|build| build.context.candidates.first());
    match contexts.next() {
        None => (!dockerfile.path.contains('/')).then(String::new),
        Some(first) => first.filter(|first| contexts.all(|it| it == Some(first))).cloned(),
    }
}

/// The settings of the build checks that all builds of a file give alike.
fn checks(builds: &[&ImageBuild]) -> Option<(String, Location)> {
    let given = |build: &ImageBuild| {
        let arg = build.check_settings()?;
        Some((arg.value.clone()?, arg.at))
    };
    let (settings, at) = builds.first().and_then(|build| given(build))?;
    let alike = |build: &&ImageBuild| given(build).is_some_and(|(other, _)| other == settings);
    builds.iter().all(alike).then_some((settings, at))
}

/// The ignore file of a Dockerfile: its own, or that of the context of its builds. Where no build is
/// known, the one beside it; one elsewhere may belong to another build context.
fn ignore_file<'p>(
    files: &'p impl Files,
    dockerfile: &Source,
    builds: &[&ImageBuild],
) -> Option<&'p Source> {
    let own = files.read(&format!("{}.dockerignore", dockerfile.path));
    if own.is_some() {
        return own;
    }
    let folder = dockerfile.path.rfind('/').map_or("", |slash| &dockerfile.path[..slash]);
    let mut contexts: Vec<Option<&str>> =
        builds.iter().map(|build| build.context.candidates.first().map(String::as_str)).collect();
    contexts.dedup();
    let context = match contexts[..] {
        [] => folder,
        [only] => only?,
        _ => return None,
    };
    let slash = if context.is_empty() { "" } else { "/" };
    files.read(&format!("{context}{slash}.dockerignore"))
}
