use crate::model::gitlab::split_tag;
use crate::model::spec::{RollbackText, find_rollback};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::shell::Command;
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
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
    if found { Judgement::Violated } else { still_there(bound, cx) }
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

/// Words by which tags of a distribution are known.
const RELEASES: [(&str, &[&str]); 2] = [
    ("debian", &["debian", "trixie", "bookworm", "bullseye", "buster"]),
    ("ubuntu", &["ubuntu", "noble", "jammy", "focal"]),
];

/// Whether the registry holds the tag to go back to, and keeps it.
fn still_there(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let needs = |why: &str| {
        let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
        Judgement::NeedsEvidence(format!("whether the registry still has the tag takes evidence `tags` (and `project` for its cleanup policy){behind}").into())
    };
    let (seen, tags) = match facts.seen_tags() {
        Ok(seen) => seen,
        Err(why) => return needs(&why),
    };
    let distribution = bound.params.text("word").to_lowercase();
    let known = RELEASES.iter().find(|(name, _)| *name == distribution);
    let words = known.map_or(vec![distribution.as_str()], |(_, words)| words.to_vec());
    let is_one = |tag: &str| words.iter().any(|word| tag.contains(word));
    let used = facts.used_image();
    let current = used.as_ref().and_then(|image| split_tag(&image.reference).1).unwrap_or_default();
    let documented: Option<(String, Location)> = facts
        .spec
        .document(facts.files, &bound.clause.capability, "tasks.md")
        .and_then(|(source, _)| {
            match find_rollback(source, &["rollback", "roll back", "rolling back", "revert"]) {
                RollbackText::Found(rollback) => {
                    let named: Vec<_> =
                        rollback.tags().into_iter().filter(|(tag, _)| tag != current).collect();
                    named.iter().find(|(tag, _)| is_one(tag)).or(named.first()).cloned()
                }
                _ => None,
            }
        });
    let place = documented.as_ref().map(|(_, at)| *at);
    let place = place.or(used.as_ref().map(|image| image.at)).unwrap_or(bound.clause.at);
    let tag = match documented {
        Some((tag, _)) => tag,
        None => match tags.tags.iter().find(|tag| is_one(tag)) {
            Some(tag) => tag.clone(),
            None if tags.may_be_cut => return needs("the list of tags may be cut"),
            None => {
                cx.report(
                    place,
                    format!("the registry holds no tag of a {distribution} image to go back to"),
                )
                .symbol("image:rollback-tag")
                .label(seen.mark, seen.seen())
                .help("push the previous image again, and name its tag in the rollback procedure");
                return Judgement::Violated;
            }
        },
    };
    match tags.has(&tag) {
        Some(true) => {}
        None => return needs("the list of tags may be cut"),
        Some(false) => {
            cx.report(
                place,
                format!("the registry no longer holds `{tag}`, to which the rollback goes back"),
            )
            .symbol("image:rollback-tag")
            .label(seen.mark, seen.seen())
            .help("push the previous image again, or name a tag that is there");
            return Judgement::Violated;
        }
    }
    let policy = facts.cleanup_policy();
    if let Some((policy_seen, policy)) = &policy
        && policy.deletes(&tag) == Some(true)
    {
        cx.report(place, format!("the clean-up policy of the project deletes `{tag}`, to which the rollback goes back"))
            .symbol("image:rollback-tag")
            .label(policy_seen.mark, policy_seen.seen())
            .help("keep the tag with `name_regex_keep`");
        return Judgement::Violated;
    }
    let kept = if policy.is_some() { "" } else { "; the clean-up policy is not known" };
    Judgement::Evidenced(format!("the registry holds `{tag}`{kept}").into())
}
