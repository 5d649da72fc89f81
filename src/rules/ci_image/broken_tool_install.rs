use crate::model::docker::{EffectiveBase, RunCommand};
use crate::rule::{Bound, Check, CiImage, Cx, Facts, Judgement};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Clause(check);

/// Where mise looks for the tools of a project.
const MISE: [&str; 5] =
    [".mise/config.toml", "mise.toml", ".mise.toml", ".config/mise/config.toml", ".tool-versions"];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let tool = bound.params.text("word").to_owned();
    let Some(image) = facts.ci_image() else {
        return Judgement::Unknown("there is no Dockerfile of the CI image".to_owned());
    };
    let stages: Vec<usize> =
        image.dockerfile.ancestry(image.stage).map(|stage| stage.index).collect();
    let on_alpine = match image.dockerfile.effective_base(image.stage) {
        EffectiveBase::Image { image: base, .. } => {
            base.repository.ends_with("alpine")
                || base.tag.is_some_and(|tag| tag.contains("alpine"))
        }
        _ => false,
    };
    let commands: Vec<RunCommand<'_, '_>> =
        image.dockerfile.commands().filter(|command| stages.contains(&command.run.stage)).collect();
    let mut broken = false;
    if on_alpine {
        for command in &commands {
            let Some(run) = command.invocation() else { continue };
            let glibc = run.arguments().find(|word| {
                let text = command.command.script().slice(word.span());
                tool == "mise" && is_glibc_mise(text)
            });
            if let Some(word) = glibc {
                broken = true;
                cx.report(
                    command.at(word.span()),
                    "this build of mise is linked against glibc and does not start on Alpine",
                )
                .symbol("image:tool:mise")
                .help("download the asset that ends in `-musl`");
            }
            if run.is_any(&["apt-get", "apt", "dpkg", "yum", "dnf"]) {
                broken = true;
                let name = run.name().unwrap_or_default();
                cx.report(
                    command.at(run.span()),
                    format!(
                        "`{name}` does not exist on Alpine, so what it should install is missing"
                    ),
                )
                .symbol(format!("image:{name}"))
                .help("use `apk add --no-cache`");
            }
        }
    }
    if broken {
        return Judgement::Violated;
    }
    if installs(&image, &commands, &tool, facts) {
        let at = image.dockerfile.at(image.stage.base_span);
        let needs = format!("`{tool}` is installed; that it runs takes evidence `structure`");
        return cx.judge_run_inside(&tool, at, needs);
    }
    let others = facts.spec.clauses.iter().filter_map(|clause| {
        clause.text.split(" SHALL install and run").next().filter(|it| it.len() < clause.text.len())
    });
    let any = others
        .filter(|other| *other != tool)
        .any(|other| installs(&image, &commands, other, facts));
    if !any {
        return Judgement::Unknown(
            "the Dockerfile installs none of the tools; the base may have them".to_owned(),
        );
    }
    cx.report(
        image.dockerfile.at(image.stage.base_span),
        format!("image installs no `{tool}`, while it installs other tools of the spec"),
    )
    .symbol(format!("image:tool:{tool}"))
    .help(format!(
        "install `{tool}`, by a package, a verified download, or the mise configuration"
    ));
    Judgement::Violated
}

/// `mise-v2025.12.1-linux-x64` without `-musl` behind it.
fn is_glibc_mise(text: &str) -> bool {
    let Some(at) = text.find("mise-v") else { return false };
    let rest = &text[at..];
    ["-linux-x64", "-linux-arm64", "-linux-armv7"].iter().any(|platform| {
        rest.find(platform).is_some_and(|at| !rest[at + platform.len()..].starts_with("-musl"))
    })
}

/// Whether the image gets the tool in some way that is known.
fn installs(
    image: &CiImage<'_, '_>,
    commands: &[RunCommand<'_, '_>],
    tool: &str,
    facts: &Facts<'_>,
) -> bool {
    let tool = tool.to_lowercase();
    let named = |text: &str| text.to_lowercase().contains(&tool);
    // A command that only asks for the version installs nothing.
    let only_asks = |command: &RunCommand<'_, '_>| {
        command.invocation().is_some_and(|run| {
            run.name().is_some_and(|name| name == tool)
                && run.arguments().any(|word| word.is("--version") || word.is("version"))
        })
    };
    let by_command = commands.iter().any(|command| {
        let Some(run) = command.invocation() else { return false };
        let fetches = run.is_any(&[
            "apk", "curl", "wget", "go", "cargo", "install", "mv", "cp", "tar", "mise", "npm",
            "pip", "eget", "sh", "bash",
        ]);
        fetches && !only_asks(command) && named(command.command.source_text())
    });
    // A binary by its name, or anything out of the tool's own image; not its configuration.
    let is_tool =
        |path: &str| path.rsplit('/').next().is_some_and(|last| last.to_lowercase() == tool);
    let by_copy = image
        .dockerfile
        .steps()
        .filter(|step| matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add))
        .any(|step| {
            let from = step.instruction.flag_value("from").is_some_and(|from| named(&from.text));
            from || step
                .instruction
                .words()
                .iter()
                .any(|word| is_tool(word.text.trim_matches(['"', ','])))
        });
    let mise_installs = commands.iter().any(|command| {
        command.invocation().is_some_and(|run| {
            run.is("mise")
                && run.operands(&[]).first().is_some_and(|word| word.is("install") || word.is("i"))
        })
    });
    let listed = MISE.iter().filter_map(|path| facts.files.read(path)).any(|source| {
        source.text().lines().any(|line| !line.trim_start().starts_with('#') && named(line))
    });
    by_command || by_copy || mise_installs && listed
}
