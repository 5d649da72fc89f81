use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::shell::Command;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let mut found = false;
    for (job, pipeline) in facts.jobs() {
        for shell in facts.shells(job, pipeline) {
            for command in shell.script.commands().filter(|command| command.is_reachable()) {
                if deletes(command) {
                    found = true;
                    cx.report(shell.command_at(command), format!("`{}` deletes image tags, and a rollback needs the old ones", job.name))
                        .symbol(format!("job:{}/script/{}", job.name, command.index()))
                        .help("let the registry's cleanup policy do it, with `name_regex_keep` for the tags to go back to");
                }
            }
        }
    }
    if found {
        Judgement::Violated
    } else {
        Judgement::NeedsEvidence("whether the registry still has the tag takes evidence `tags` (and `project` for its cleanup policy)".into())
    }
}

/// Whether a command removes a tag or manifest from a registry.
fn deletes(command: Command<'_>) -> bool {
    let Some(run) = command.invocation() else { return false };
    let sub = |valued: &[&str]| run.subcommand(valued);
    match run.name() {
        Some("crane" | "gcrane") => sub(&[]).is_some_and(|it| it.name() == Some("delete")),
        Some("skopeo") => sub(&["--authfile", "--override-os", "--override-arch"])
            .is_some_and(|it| it.name() == Some("delete")),
        Some("regctl") => sub(&[]).is_some_and(|it| {
            matches!(
                (it.name(), it.subcommand(&[]).and_then(|next| next.name())),
                (Some("tag"), Some("rm" | "delete" | "del"))
                    | (Some("manifest"), Some("rm" | "delete" | "del"))
            )
        }),
        Some("oras") => sub(&[]).is_some_and(|it| {
            it.name() == Some("manifest")
                && it.subcommand(&[]).and_then(|next| next.name()) == Some("delete")
        }),
        Some("curl" | "glab") => {
            let method = run.option_value(&["-X", "--request", "--method"]);
            let deletes = method.is_some_and(|value| {
                value.text.is_some_and(|text| text.eq_ignore_ascii_case("DELETE"))
            });
            let text = run.command().source_text();
            deletes && (text.contains("/registry/repositories") || text.contains("/manifests/"))
        }
        _ => false,
    }
}
