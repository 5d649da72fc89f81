use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};
use crate::text::{Span, Words};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Beginnings of tokens, how many characters follow at least, and whose they are.
const TOKENS: [(&str, usize, &str); 19] = [
    ("glpat-", 20, "access token of GitLab"),
    ("gldt-", 20, "deploy token of GitLab"),
    ("glrt-", 20, "runner token of GitLab"),
    ("glptt-", 40, "trigger token of GitLab"),
    ("glsoat-", 20, "service account token of GitLab"),
    ("ghp_", 36, "access token of GitHub"),
    ("gho_", 36, "access token of GitHub"),
    ("ghs_", 36, "access token of GitHub"),
    ("github_pat_", 60, "access token of GitHub"),
    ("AKIA", 16, "access key of AWS"),
    ("xoxb-", 20, "token of Slack"),
    ("xoxp-", 20, "token of Slack"),
    ("sk_live_", 20, "secret key of Stripe"),
    ("npm_", 36, "access token of npm"),
    ("pypi-AgEIcHlwaS5vcmc", 40, "token of PyPI"),
    ("dckr_pat_", 20, "access token of Docker Hub"),
    ("AIza", 35, "API key of Google"),
    ("SG.", 60, "API key of SendGrid"),
    ("hvs.", 24, "token of Vault"),
];

/// One of these stands in every secret that is known here.
const MARKS: [&str; TOKENS.len() + 1] = {
    let mut marks = ["PRIVATE KEY"; TOKENS.len() + 1];
    let mut at = 0;
    while at < TOKENS.len() {
        marks[at] = TOKENS[at].0;
        at += 1;
    }
    marks
};

static ANY_MARK: Words = Words::new(&MARKS);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if !pipeline.files.iter().any(|file| ANY_MARK.are_in(file.source.text())) {
        return;
    }
    for value in pipeline.texts() {
        let Some(text) = value.as_str() else { continue };
        let Some((span, what)) = secret(text) else { continue };
        let origin = crate::model::Origin {
            at: pipeline.part_at(value, span),
            last: value.origin.last.clone(),
        };
        let message = format!(
            "here is {what}, readable for all who may read the repository, and kept in its history; revoke it"
        );
        cx.report(&origin, message).symbol(format!("secret:{what}")).help(
            "revoke it, and give the new one to the jobs as a masked variable in the settings, or by `secrets`",
        );
    }
}

/// The first secret in a text, and what it is.
fn secret(text: &str) -> Option<(Span, String)> {
    if let Some(at) = text.find("-----BEGIN ") {
        let line = text[at..].lines().next().unwrap_or_default();
        let body = text[at + line.len()..].trim_start().lines().next().unwrap_or_default();
        if line.contains("PRIVATE KEY-----") && body.len() > 40 && !body.contains('$') {
            return Some((Span::from_range(at..at + line.len()), "a private key".to_owned()));
        }
    }
    TOKENS.iter().find_map(|(prefix, length, what)| {
        text.match_indices(prefix).find_map(|(at, _)| {
            let bounded = !text[..at].ends_with(|ch: char| ch.is_ascii_alphanumeric() || ch == '_');
            let rest = &text[at + prefix.len()..];
            let part = |ch: char| ch.is_ascii_alphanumeric() || ch == '_' || ch == '-' || ch == '.';
            let count = rest.find(|ch| !part(ch)).unwrap_or(rest.len());
            let body = &rest[..count];
            let digits = body.bytes().any(|byte| byte.is_ascii_digit());
            let varied = body.chars().collect::<std::collections::BTreeSet<_>>().len() >= 8;
            let is_example = body.to_ascii_lowercase().contains("example");
            let found = bounded && count >= *length && digits && varied && !is_example;
            let article = if what.starts_with('a') || what.starts_with('A') { "an" } else { "a" };
            let end = at + prefix.len() + count;
            found.then(|| (Span::from_range(at..end), format!("{article} {what}")))
        })
    })
}
