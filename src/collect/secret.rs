//! Tokens and passwords: from the environment, to the one host that they are for, and nowhere else.

use std::fmt;

use serde_json::Value;

/// All secrets that a run knows, to keep them out of what is printed and written.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// These and no others; ones that are too short to be told from words are left out.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut all: Vec<String> = secrets.into_iter().filter(|it| it.trim().len() >= 6).collect();
        // Longer ones first, since one may hold another.
        all.sort_by_key(|it| std::cmp::Reverse(it.len()));
        Self(all)
    }

    /// The text with `***` in the place of each secret.
    pub fn scrub(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }

    /// Every text inside a value, scrubbed.
    pub fn scrub_value(&self, value: &mut Value) {
        // Values come out of our own requests and are as deep as we build them.
        match value {
            Value::String(text) => *text = self.scrub(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.scrub_value(it)),
            Value::Object(map) => map.values_mut().for_each(|it| self.scrub_value(it)),
            _ => {}
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

/// Who asks.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// A name and a password.
    Basic(String, String),
    /// A header of this name with a token in it.
    Header(&'static str, String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::None => "None",
            Credentials::Basic(..) => "Basic(***)",
            Credentials::Header(..) => "Header(***)",
        })
    }
}

impl Credentials {
    /// What `GitLab` is told: the token of `PIPESPEC_TOKEN`, or the job's own.
    pub fn for_gitlab(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let token = |name: &str| env(name).filter(|it| !it.trim().is_empty());
        match (token("PIPESPEC_TOKEN"), token("CI_JOB_TOKEN")) {
            (Some(token), _) => Credentials::Header("private-token", token),
            (None, Some(token)) => Credentials::Header("job-token", token),
            (None, None) => Credentials::None,
        }
    }

    /// What the registry at `host` is told. A password in a variable of ours is for the registry of the image that is
    /// named first, `own`; the variables of a job are for the registry of the job; `config` is the text of Docker's
    /// configuration.
    pub fn for_registry(
        (host, own): (&str, bool),
        env: &dyn Fn(&str) -> Option<String>,
        config: Option<&str>,
    ) -> Self {
        let given = |name: &str| env(name).filter(|it| !it.is_empty());
        let pair =
            |user: &str, password: &str| Some(Credentials::Basic(given(user)?, given(password)?));
        let ours = || pair("PIPESPEC_REGISTRY_USER", "PIPESPEC_REGISTRY_PASSWORD").filter(|_| own);
        let of_job = || {
            given("CI_REGISTRY").filter(|it| it == host)?;
            pair("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD")
        };
        let in_config = |text: &str| docker_auth(text, host);
        ours()
            .or_else(of_job)
            .or_else(|| given("DOCKER_AUTH_CONFIG").and_then(|text| in_config(&text)))
            .or_else(|| config.and_then(in_config))
            .unwrap_or_default()
    }

    /// The secrets in it, in every form in which they travel.
    pub fn secrets(&self) -> Vec<String> {
        match self {
            Credentials::None => Vec::new(),
            Credentials::Basic(user, password) => {
                vec![password.clone(), base64(format!("{user}:{password}").as_bytes())]
            }
            Credentials::Header(_, token) => vec![token.clone()],
        }
    }

    /// The header that says it.
    pub(super) fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Credentials::None => None,
            Credentials::Basic(user, password) => {
                let both = base64(format!("{user}:{password}").as_bytes());
                Some(("authorization", format!("Basic {both}")))
            }
            Credentials::Header(name, token) => Some((name, token.clone())),
        }
    }
}

/// `auths` of Docker's configuration. Credential helpers are programs, and are not started.
fn docker_auth(text: &str, host: &str) -> Option<Credentials> {
    let root: Value = serde_json::from_str(text).ok()?;
    let auths = root.get("auths")?.as_object()?;
    let (_, entry) = auths.iter().find(|(name, _)| {
        let name = name.trim_start_matches("https://").trim_start_matches("http://");
        name.split('/').next() == Some(host)
            || host == "registry-1.docker.io" && name.starts_with("index.docker.io")
    })?;
    let both = decoded(entry.get("auth")?.as_str()?)?;
    let (user, password) = both.split_once(':')?;
    Some(Credentials::Basic(user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4_usize {
            if place <= chunk.len() {
                let six = all >> (18 - 6 * place) & 63;
                out.push(char::from(ALPHABET[six as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut all, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| *byte != b'=' && !byte.is_ascii_whitespace()) {
        let six = ALPHABET.iter().position(|it| *it == byte)?;
        all = (all << 6 | u32::try_from(six).ok()?) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(all >> bits & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for text in ["", "a", "ab", "abc", "user:pässwörd"] {
            assert_eq!(decoded(&base64(text.as_bytes())).as_deref(), Some(text));
        }
        assert_eq!(base64(b"Aladdin:open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn the_variables_of_a_job_are_for_its_own_registry() {
        let env = |name: &str| {
            let value = match name {
                "CI_REGISTRY" => "registry.example.com",
                "CI_REGISTRY_USER" => "gitlab-ci-token",
                "CI_REGISTRY_PASSWORD" => "secret-of-the-job",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let own = Credentials::for_registry(("registry.example.com", true), &env, None);
        assert!(matches!(own, Credentials::Basic(..)));
        assert_eq!(
            Credentials::for_registry(("evil.example.com", true), &env, None),
            Credentials::None
        );
        let config = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "dTpwdw=="}}}"#;
        let hub = Credentials::for_registry(("registry-1.docker.io", false), &env, Some(config));
        assert_eq!(hub, Credentials::Basic("u".to_owned(), "pw".to_owned()));
        assert!(!format!("{own:?}{hub:?}").contains("secret"));
        let ours = |name: &str| name.starts_with("PIPESPEC_REGISTRY_").then(|| "x".to_owned());
        let of = |own| Credentials::for_registry(("registry.example.com", own), &ours, None);
        assert_eq!(of(true), Credentials::Basic("x".to_owned(), "x".to_owned()));
        assert_eq!(of(false), Credentials::None, "the registry of the baseline is another one");
    }
}
