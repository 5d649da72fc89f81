//! How a registry asks who asks: `WWW-Authenticate`, basic, or a token from elsewhere.

use super::http::{Answer, Client, header, is_loopback};
use super::{CollectError, Credentials, Limits};

/// What a registry wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password with each request.
    Basic,
    /// A token that another server gives.
    Bearer {
        /// Its address.
        realm: String,
        /// For whom.
        service: Option<String>,
    },
}

/// Reads `WWW-Authenticate`.
pub(super) fn challenge(answer: &Answer) -> Option<Challenge> {
    parse(header(answer, "www-authenticate")?)
}

fn parse(text: &str) -> Option<Challenge> {
    let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let value = |name: &str| {
        let mut rest = rest;
        // `realm="…",service="…",scope="a:b:pull,push"`: commas stand inside quotes too.
        while let Some((key, behind)) = rest.split_once('=') {
            let key = key.trim_matches([',', ' ']);
            let (value, tail) = match behind.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => behind.split_once(',').unwrap_or((behind, "")),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(value.to_owned());
            }
            rest = tail;
        }
        None
    };
    Some(Challenge::Bearer { realm: value("realm")?, service: value("service") })
}

/// Asks the token server for leave to pull from a repository.
pub(super) fn token(
    (realm, service): (&str, Option<&str>),
    repository: &str,
    registry: &Client,
    (credentials, limits, roots): (&Credentials, Limits, Option<&[u8]>),
) -> Result<Credentials, CollectError> {
    let wrong = |reason: &str| CollectError::Refused {
        host: registry.host.clone(),
        what: "the request".to_owned(),
        reason: reason.to_owned(),
    };
    let (scheme, behind) =
        realm.split_once("://").ok_or_else(|| wrong("it names no token server"))?;
    let slash = behind.find('/').unwrap_or(behind.len());
    let (host, path) = behind.split_at(slash);
    // What is sent there is a password.
    let safe = scheme == "https" || registry.scheme == "http" && is_loopback(host);
    if !safe || host.contains('@') {
        return Err(wrong("its token server is reached without TLS, so no password is sent there"));
    }
    let client = Client::new((host, scheme == "https"), limits, roots)?;
    let mut query = format!("scope=repository:{}:pull", encoded(repository));
    if let Some(service) = service {
        query = format!("service={}&{query}", encoded(service));
    }
    let joint = if path.contains('?') { '&' } else { '?' };
    let path = if path.is_empty() { "/" } else { path };
    let answer = client.ask("GET", &format!("{path}{joint}{query}"), &[], credentials)?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(client.refused("a token for the registry", status));
    }
    let answer = client.json("a token", answer)?;
    let token = ["token", "access_token"].iter().find_map(|key| answer.get(*key)?.as_str());
    let token = token.ok_or_else(|| client.unusable("a token", "it holds none".to_owned()))?;
    Ok(Credentials::Header("authorization", format!("Bearer {token}")))
}

/// The text as it stands in a query.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_taken_apart() {
        let bearer = r#"Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry",scope="repository:a/b:pull,push",error="invalid_token""#;
        assert_eq!(
            parse(bearer),
            Some(Challenge::Bearer {
                realm: "https://gitlab.example.com/jwt/auth".to_owned(),
                service: Some("container_registry".to_owned()),
            })
        );
        assert_eq!(parse("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(parse("basic"), Some(Challenge::Basic));
        for text in ["", "Bearer", "Bearer realm", "Negotiate abc", "Bearer realm=\"x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
