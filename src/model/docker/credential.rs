//! Secrets that stand in a text for all to read.

/// How a well-known kind of token begins, how many characters of its alphabet follow at least, and
/// what it opens.
const TOKENS: [(&str, usize, &str); 18] = [
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 50, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("gldt-", 20, "a GitLab deploy token"),
    ("glptt-", 20, "a GitLab trigger token"),
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("AIza", 35, "a Google API key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("npm_", 36, "an npm token"),
    ("pypi-AgEI", 50, "a PyPI token"),
    ("sk_live_", 20, "a Stripe key"),
    ("dckr_pat_", 20, "a Docker Hub token"),
    ("hf_", 34, "a Hugging Face token"),
];

/// Parts of values that stand for a secret and are none.
const DUMMIES: [&str; 10] = [
    "example",
    "xxxx",
    "changeme",
    "your",
    "dummy",
    "placeholder",
    "1234567",
    "abcdef",
    "test",
    "****",
];

/// A token of a well-known kind: its offset in the text, its length, and what it opens.
pub fn token_in(text: &str) -> Option<(usize, usize, &'static str)> {
    let word = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-');
    for (start, least, opens) in TOKENS {
        for (at, _) in text.match_indices(start) {
            let own = !text[..at].ends_with(word);
            let body = &text[at + start.len()..];
            let length = body.find(|ch: char| !word(ch)).unwrap_or(body.len());
            let whole = &text[at..at + start.len() + length];
            let upper = !matches!(start, "AKIA" | "ASIA")
                || (length == least
                    && !body[..length].contains(|ch: char| ch.is_ascii_lowercase()));
            if own && length >= least && upper && !is_dummy(whole) {
                return Some((at, whole.len(), opens));
            }
        }
    }
    None
}

/// Whether a value only stands for a secret.
pub fn is_dummy(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let first = lower.chars().next();
    DUMMIES.iter().any(|part| lower.contains(part))
        || lower.chars().all(|ch| Some(ch) == first)
        || lower.starts_with(['<', '{', '['])
}

/// The user and the password of an address: `https://user:password@host/`. Variables stand in them
/// as they are written; only what is fetched over HTTP and its like counts.
pub fn userinfo(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.rsplit(|ch: char| !ch.is_ascii_alphanumeric()).next().unwrap_or("");
    if !matches!(scheme, "http" | "https" | "git") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or("");
    let (userinfo, host) = authority.rsplit_once('@')?;
    (!userinfo.is_empty() && !host.is_empty()).then_some(userinfo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_known_by_their_form() {
        let token = format!("ghp_{}", "aB3".repeat(12));
        assert_eq!(token_in(&format!("T={token} x")), Some((2, 40, "a GitHub token")));
        assert_eq!(token_in("ghp_short"), None);
        assert_eq!(token_in("AKIAIOSFODNN7EXAMPLE"), None);
        assert!(token_in("AKIAQ7ZT4M2NB6WK9PLC").is_some());
        assert_eq!(token_in(&format!("xx{token}")), None);
        assert_eq!(token_in("glpat-xxxxxxxxxxxxxxxxxxxx"), None);
    }

    #[test]
    fn an_address_may_have_a_user_and_a_password() {
        assert_eq!(userinfo("https://oauth2:$TOKEN@git.example.com/a.git"), Some("oauth2:$TOKEN"));
        assert_eq!(userinfo("git+https://${T}@git.example.com/a"), Some("${T}"));
        assert_eq!(userinfo("https://example.com/a@b"), None);
        assert_eq!(userinfo("postgres://user:pass@db/x"), None);
    }
}
