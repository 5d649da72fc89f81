use crate::model::docker::EffectiveBase;
use crate::model::evidence::{Data, Kind};
use crate::rule::{Bound, Check, CiImage, Cx, Judgement};
use crate::syntax::dockerfile::{Arguments, Keyword};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let version = bound.params.text("version").to_owned();
    let Some(image) = facts.ci_image() else {
        return Judgement::Unknown("there is no Dockerfile of the CI image".to_owned());
    };
    let mut violated = hidden(&image, cx) | newer_module(&version, cx);
    violated |= second_toolchain(cx);
    if violated {
        return Judgement::Violated;
    }
    match image.dockerfile.effective_base(image.stage) {
        EffectiveBase::Image { image: base, .. } if base.repository.ends_with("golang") => {
            let tag = base.tag.unwrap_or("latest");
            if tag == version || tag.starts_with(&format!("{version}-")) {
                other_go(&version, cx).unwrap_or(Judgement::Proven)
            } else {
                Judgement::Unknown(format!(
                    "the base `golang:{tag}` does not say that its Go is {version}"
                ))
            }
        }
        _ => other_go(&version, cx).unwrap_or_else(|| {
            let needs = "the base is no `golang` image; which Go it has takes evidence `structure`";
            let at = image.dockerfile.at(image.stage.base_span);
            cx.judge_run_inside("go version", at, needs.to_owned())
        }),
    }
}

/// Another Go than the spec says, seen inside the image.
fn other_go(version: &str, cx: &mut Cx<'_, '_>) -> Option<Judgement> {
    let facts = cx.facts;
    let image = facts.ci_image()?;
    let seen = facts.seen_of_image(Kind::Structure, |it| match &it.data {
        Data::Structure(report) => report.about("go version").into_iter().find_map(|result| {
            let number = result.output.split_once("go version go")?.1;
            number.split_whitespace().next()
        }),
        _ => None,
    });
    let (seen, found) = seen.ok().filter(|(_, found)| *found != version)?;
    cx.report(
        image.dockerfile.at(image.stage.base_span),
        format!("the Go that runs inside the image is {found}; the spec says {version}"),
    )
    .symbol("image:go")
    .label(seen.mark, seen.seen())
    .help("look which `go` comes first on `PATH`, and whether `GOTOOLCHAIN` fetches another one");
    Some(Judgement::Violated)
}

/// Instructions that put another Go in front, or take the base's away.
fn hidden(image: &CiImage<'_, '_>, cx: &mut Cx<'_, '_>) -> bool {
    let dockerfile = image.dockerfile;
    let stages: Vec<usize> = dockerfile.ancestry(image.stage).map(|stage| stage.index).collect();
    let mut found = false;
    for step in dockerfile.steps() {
        if !step.stage.is_some_and(|stage| stages.contains(&stage.index))
            || step.instruction.keyword != Keyword::Env
        {
            continue;
        }
        let Arguments::Pairs { pairs, .. } = &step.instruction.arguments else { continue };
        for pair in pairs.iter().filter(|pair| pair.key.text == "PATH") {
            let value = pair.value.as_ref().map_or("", |value| value.text.as_ref());
            if !value.contains("/usr/local/go/bin")
                && !value.contains("$PATH")
                && !value.contains("${PATH")
            {
                found = true;
                cx.report(dockerfile.at(pair.span), "this `PATH` leaves out `/usr/local/go/bin`, where the base image has its Go")
                    .symbol("image:PATH")
                    .help("keep `/usr/local/go/bin` in `PATH`, or put the new folders in front of `$PATH`");
            }
        }
    }
    for command in dockerfile.commands().filter(|command| stages.contains(&command.run.stage)) {
        let Some(run) = command.invocation() else { continue };
        let words = || run.operands(&["-t", "-X", "--virtual", "--repository"]);
        let what = if run.is("apk")
            && words().iter().any(|word| word.is("add"))
            && words().iter().any(|word| word.is("go"))
        {
            Some("the package `go` brings a second Go, of another version")
        } else if run.is("rm")
            && words()
                .iter()
                .any(|word| word.literal_prefix().trim_end_matches('/') == "/usr/local/go")
        {
            Some("this removes the Go of the base image")
        } else if run.is("mise")
            && words().iter().any(|word| word.literal_prefix().starts_with("go@"))
        {
            Some("mise puts another Go in front of that of the base image")
        } else {
            None
        };
        if let Some(what) = what {
            found = true;
            cx.report(command.at(run.span()), what)
                .symbol("image:go")
                .help("leave it out: the base image brings the Go that the spec names");
        }
    }
    found
}

/// A mise configuration that lists Go.
fn second_toolchain(cx: &mut Cx<'_, '_>) -> bool {
    let facts = cx.facts;
    let mut found = false;
    for path in [".mise/config.toml", "mise.toml", ".mise.toml", ".config/mise/config.toml"] {
        let Some(source) = facts.files.read(path) else { continue };
        let mut offset = 0;
        for line in source.text().split_inclusive('\n') {
            let key = line.trim().split('=').next().unwrap_or_default().trim().trim_matches('"');
            if key == "go" || key == "core:go" {
                found = true;
                let span = crate::text::Span::from_range(offset..offset + line.trim_end().len());
                cx.report(source.at(span), format!("`{path}` lists Go, so mise puts another one in front of that of the base image"))
                    .symbol("mise:go")
                    .help("leave Go out of the mise configuration");
            }
            offset += line.len();
        }
    }
    found
}

/// A `go.mod` that asks for a newer Go than the image has.
fn newer_module(version: &str, cx: &mut Cx<'_, '_>) -> bool {
    let facts = cx.facts;
    let Some(source) = facts.files.read("go.mod") else { return false };
    let number = |text: &str| -> Vec<u32> {
        text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    let mut offset = 0;
    for line in source.text().split_inclusive('\n') {
        let wanted =
            line.trim().strip_prefix("go ").or_else(|| line.trim().strip_prefix("toolchain go"));
        let wanted = wanted
            .map(str::trim)
            .filter(|wanted| wanted.starts_with(|ch: char| ch.is_ascii_digit()));
        if let Some(wanted) = wanted
            && number(wanted) > number(version)
        {
            let span = crate::text::Span::from_range(offset..offset + line.trim_end().len());
            cx.report(
                source.at(span),
                format!("`go.mod` asks for Go {wanted}, and the image has {version}"),
            )
            .symbol("go.mod:go")
            .help(format!("ask for Go {version} or older, or change the spec"));
            return true;
        }
        offset += line.len();
    }
    false
}
