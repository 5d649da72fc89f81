use crate::model::docker::{Definition, Dockerfile, RunCommand, is_dummy, token_in, userinfo};
use crate::rule::{Check, Cx};
use crate::syntax::shell::Word;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Headers that carry a secret.
const HEADERS: [&str; 7] = [
    "authorization",
    "private-token",
    "job-token",
    "deploy-token",
    "x-api-key",
    "x-auth-token",
    "proxy-authorization",
];

const HELP: &str = "mount it for the one command that needs it: `RUN --mount=type=secret,id=...`";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let text = file.source.slice(step.instruction.span);
        let Some((at, length, opens)) = token_in(text) else { continue };
        let start = step.instruction.span.start + u32::try_from(at).unwrap_or(0);
        let span = Span::new(start, start + u32::try_from(length).unwrap_or(0));
        let shown: String = text[at..].chars().take(8).collect();
        let message = format!(
            "`{shown}...` has the form of {opens}, and stands in the file and in the image for all to read"
        );
        cx.report(file.at(span), message)
            .help(
                "revoke it: it is known now; then mount the new one with `RUN --mount=type=secret`",
            )
            .symbol(format!("token {shown}"));
    }
    for at in file.commands() {
        if let Some((word, name, target)) = written(at) {
            let message = format!(
                "the secret `{name}` is written into `{target}`, which stays in the layer for whoever can \
                 pull the image"
            );
            cx.report(at.at(word.span()), message)
                .help("mount the file for the one command that needs it: `RUN --mount=type=secret,id=...,target=...`")
                .symbol(at.symbol());
        }
        let Some(run) =
            at.invocation().filter(|it| it.is_any(&["curl", "wget", "git", "pip", "pip3"]))
        else {
            continue;
        };
        for word in run.arguments() {
            let source = word.literal().filter(|_| word.is_filled_in());
            let text = source.unwrap_or(word.source_text()).trim_matches(['"', '\'']);
            let secret = match (userinfo(text), header(text)) {
                (Some(userinfo), _) => userinfo.split_once(':').map_or(userinfo, |(_, it)| it),
                (None, Some(value)) if run.is_any(&["curl", "wget"]) => value,
                _ => continue,
            };
            let what = if userinfo(text).is_some() { "the address" } else { "the header" };
            if let Some(definition) = variable(at, word) {
                let name = &definition.name;
                let message = format!(
                    "{what} carries the secret `{name}`, a build variable, whose value stays in the history of the image"
                );
                cx.report(at.at(word.span()), message)
                    .label(file.at(definition.span), "given to the build here")
                    .help(HELP)
                    .symbol(at.symbol());
            } else if is_literal(word, secret) && token_in(text).is_none() {
                let message = format!(
                    "{what} carries a secret in plain text, for all to read in the file and in the image"
                );
                cx.report(at.at(word.span()), message).help(HELP).symbol(at.symbol());
            }
        }
    }
}

/// The secret that `echo` or `printf` puts into a file of the image, and the file: a build variable or
/// a mounted secret. Not a file that the same script removes.
fn written<'d>(at: RunCommand<'d, '_>) -> Option<(Word<'d>, &'d str, &'d str)> {
    let run = at.invocation().filter(|it| it.is_any(&["echo", "printf"]))?;
    let output = at.command.redirections().find(|it| it.takes_output())?;
    let target = output.target()?.source_text().trim_matches(['"', '\'']);
    let elsewhere = ["/dev/", "/run/", "/tmp/", "$("].iter().any(|it| target.starts_with(it));
    let name = target.rsplit('/').next().unwrap_or(target);
    let removed = at.later().any(|it| {
        let removes = it.invocation().is_some_and(|it| it.is_any(&["rm", "shred"]));
        removes && it.command.source_text().contains(name)
    });
    if elsewhere || removed || !at.dockerfile.is_kept(at.run) {
        return None;
    }
    let mut secrets = run
        .arguments()
        .flat_map(|word| word.variables().into_iter().map(move |variable| (word, variable.name)));
    let (word, name) =
        secrets.find(|(_, name)| is_secret_name(name) && comes_from_outside(at, name))?;
    Some((word, name, target))
}

/// Whether the build gives the variable its value: `ARG`, `ENV`, a secret that is mounted as `env=`.
fn comes_from_outside(at: RunCommand<'_, '_>, name: &str) -> bool {
    let file = at.dockerfile;
    let flags = file.instruction_of(at.run).into_iter().flat_map(|it| &it.flags);
    let mut mounts =
        flags.filter(|flag| flag.name.text == "mount").filter_map(|it| it.value.as_ref());
    let env = format!("env={name}");
    mounts.any(|mount| mount.text.split(',').any(|field| field == env))
        || file.scopes.definition(at.run.stage, name, at.run.instruction).is_some()
}

/// Whether a name says that its value is a secret, and nothing else.
fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 7] =
        ["token", "password", "passwd", "secret", "api_key", "private_key", "credential"];
    let lower = name.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.ends_with(word) || lower.ends_with(&format!("{word}s")))
}

/// The value of a header that carries a secret, without the scheme in front of it.
fn header(text: &str) -> Option<&str> {
    let text = text.strip_prefix("--header=").unwrap_or(text);
    let (name, value) = text.trim_start_matches(['"', '\'']).split_once(':')?;
    let value = value.trim();
    let value = value.split_once(' ').map_or(value, |(_, value)| value.trim());
    HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(value)
}

/// The build variable that the word takes its secret from.
fn variable<'d>(at: RunCommand<'d, '_>, word: Word<'_>) -> Option<&'d Definition> {
    let assigned = |name: &str| {
        at.command.script().commands().any(|it| it.assignments().any(|it| it.name() == name))
    };
    let looks_secret = |name: &str| {
        let lower = name.to_ascii_lowercase();
        ["token", "pass", "secret", "pat", "key", "auth", "cred", "pwd"]
            .iter()
            .any(|part| lower.contains(part))
    };
    let mut names = word.variables().into_iter().map(|it| it.name);
    let name = names.find(|name| looks_secret(name) && !assigned(name))?;
    at.dockerfile.scopes.definition(at.run.stage, name, at.run.instruction)
}

/// Whether the secret is written out, and is no stand-in.
fn is_literal(word: Word<'_>, secret: &str) -> bool {
    const LEAST: usize = 8;
    word.literal().is_some() && secret.len() >= LEAST && !is_dummy(secret)
        // A user alone is no secret: `https://git@host/`.
        && secret.contains(|ch: char| ch.is_ascii_digit())
}
