use std::fmt;

/// The registry that an image without one comes from.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// The parts of an image reference as written: `[registry/]repository[:tag][@digest]`.
///
/// Variables must be expanded before. Two references to one image may be written differently;
/// [`ImageRef::full_name`] is the same for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRef<'t> {
    /// The registry with its port, if it is written.
    pub registry: Option<&'t str>,
    /// The repository without the registry.
    pub repository: &'t str,
    /// The tag.
    pub tag: Option<&'t str>,
    /// The digest with its algorithm: `sha256:...`.
    pub digest: Option<&'t str>,
}

/// Why a text is no image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageRefError {
    /// There is no repository.
    #[error("has no name")]
    NoName,
    /// The repository has a capital, which none may have.
    #[error("has a capital in its repository `{0}`, which must be lower case")]
    Capital(String),
    /// A part of the repository cannot stand there.
    #[error("has the invalid repository `{0}`")]
    Repository(String),
    /// The registry is no host.
    #[error("has the invalid registry `{0}`")]
    Registry(String),
    /// The tag is none.
    #[error("has the invalid tag `{0}`")]
    Tag(String),
    /// The digest is none.
    #[error("has the invalid digest `{0}`")]
    Digest(String),
}

/// The official images of Docker Hub that jobs run in: <https://hub.docker.com/u/library>.
const OFFICIAL: &str = "\
    adminer aerospike almalinux alpine alt amazoncorretto amazonlinux arangodb archlinux \
    backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros \
    clearlinux clojure composer consul couchbase couchdb crate crux dart debian docker drupal \
    eclipse-mosquitto eclipse-temurin elasticsearch elixir erlang fedora flink fluentd gazebo \
    gcc ghost golang gradle groovy haproxy haskell haxe hello-world httpd hylang ibm-semeru- \
    runtimes ibmjava influxdb java joomla jruby julia kong ksql liquibase logstash mageia \
    mariadb maven mediawiki memcached mongo mono mysql nats neo4j nextcloud nginx node openjdk \
    opensuse oraclelinux percona perl photon php postgres pypy python r-base rabbitmq rakudo- \
    star redis registry rethinkdb rockylinux ros ruby rust sapmachine silverpeas solr sonarqube \
    spark spiped storm swift tomcat traefik ubuntu unit varnish vault wordpress zookeeper";

impl<'t> ImageRef<'t> {
    /// Reads a reference as the `distribution` library does: what is in front of the first `/`
    /// is a registry if it has a dot, a colon or a capital, or is `localhost`.
    ///
    /// # Errors
    /// Says which part is not valid.
    pub fn parse(text: &'t str) -> Result<Self, ImageRefError> {
        let image = Self::split(text);
        image.validate()?;
        Ok(image)
    }

    /// Takes a text apart without asking whether the parts are valid; variables may stand in it.
    pub fn split(text: &'t str) -> Self {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match colon_outside_braces(name, last) {
            Some(colon) => (&name[..colon], Some(&name[colon + 1..])),
            None => (name, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((host, rest)) if is_registry(host) => (Some(host), rest),
            _ => (None, name),
        };
        Self { registry, repository, tag, digest }
    }

    fn validate(&self) -> Result<(), ImageRefError> {
        if self.repository.is_empty() {
            return Err(ImageRefError::NoName);
        }
        if let Some(host) = self.registry
            && !is_host(host)
        {
            return Err(ImageRefError::Registry(host.to_owned()));
        }
        if self.repository.contains(|ch: char| ch.is_ascii_uppercase()) {
            return Err(ImageRefError::Capital(self.repository.to_owned()));
        }
        let bare_id = self.registry.is_none() && is_hex(self.repository, 64);
        if bare_id || self.repository.len() > 255 || !self.repository.split('/').all(is_component) {
            return Err(ImageRefError::Repository(self.repository.to_owned()));
        }
        match self.tag {
            Some(tag) if !is_tag(tag) => return Err(ImageRefError::Tag(tag.to_owned())),
            _ => {}
        }
        match self.digest {
            Some(digest) if !is_digest(digest) => Err(ImageRefError::Digest(digest.to_owned())),
            _ => Ok(()),
        }
    }

    /// The registry, `docker.io` if none is written.
    pub fn registry_or_default(&self) -> &'t str {
        match self.registry {
            None | Some("index.docker.io") => DEFAULT_REGISTRY,
            Some(registry) => registry,
        }
    }

    /// Registry and repository in full: `docker.io/library/golang`.
    pub fn full_name(&self) -> String {
        let registry = self.registry_or_default();
        let official = registry == DEFAULT_REGISTRY && !self.repository.contains('/');
        let library = if official { "library/" } else { "" };
        format!("{registry}/{library}{}", self.repository)
    }

    /// Whether it is an official image of Docker Hub by its name.
    pub fn is_well_known(&self) -> bool {
        self.official().is_some_and(|name| OFFICIAL.split_whitespace().any(|it| it == name))
    }

    /// The name of an official image of Docker Hub (`golang`), if it is one.
    pub fn official(&self) -> Option<&'t str> {
        if self.registry_or_default() != DEFAULT_REGISTRY {
            return None;
        }
        let name = self.repository.strip_prefix("library/").unwrap_or(self.repository);
        (!name.contains('/')).then_some(name)
    }

    /// The tag that is pulled: `latest` if there is neither a tag nor a digest.
    pub fn effective_tag(&self) -> Option<&'t str> {
        self.tag.or(if self.digest.is_none() { Some("latest") } else { None })
    }
}

impl fmt::Display for ImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(self.repository)?;
        if let Some(tag) = self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The colon in front of a tag; none of those in `${name:-word}`.
fn colon_outside_braces(name: &str, from: usize) -> Option<usize> {
    let mut depth = 0_u32;
    let mut found = None;
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && at >= from && found.is_none() => found = Some(at),
            b'/' if depth == 0 => found = None,
            _ => {}
        }
    }
    found
}

fn is_registry(host: &str) -> bool {
    host == "localhost"
        || host.contains(['.', ':'])
        || (!host.contains('$') && host.contains(|ch: char| ch.is_ascii_uppercase()))
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((address, port)) => {
            let is_address = address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
        }
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(label) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
fn is_component(component: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| alphanumeric(*byte));
    let bytes = component.as_bytes();
    let between = component.split(|ch: char| ch.is_ascii() && alphanumeric(ch as u8));
    ends(bytes.first())
        && ends(bytes.last())
        && between
            .into_iter()
            .all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let named = algorithm.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+._-".contains(&byte));
    let long_enough = match algorithm {
        "sha256" => hex.len() == 64,
        "sha384" => hex.len() == 96,
        "sha512" => hex.len() == 128,
        _ => hex.len() >= 32,
    };
    named && long_enough && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_has_a_dot_a_port_or_is_localhost() {
        let parts = |text| {
            let image = ImageRef::parse(text).unwrap();
            (image.registry, image.repository, image.tag)
        };
        assert_eq!(parts("golang"), (None, "golang", None));
        assert_eq!(parts("gitlab:5050/g/p"), (Some("gitlab:5050"), "g/p", None));
        assert_eq!(parts("localhost/p:1"), (Some("localhost"), "p", Some("1")));
        assert_eq!(parts("a.b/c/d:x-1"), (Some("a.b"), "c/d", Some("x-1")));
        assert_eq!(parts("group/p:1"), (None, "group/p", Some("1")));
    }

    #[test]
    fn one_image_has_one_full_name() {
        for text in
            ["golang", "library/golang:1", "docker.io/golang", "index.docker.io/library/golang"]
        {
            let image = ImageRef::parse(text).unwrap();
            assert_eq!(image.full_name(), "docker.io/library/golang");
            assert_eq!(image.official(), Some("golang"));
        }
        assert_eq!(ImageRef::parse("ghcr.io/golang").unwrap().official(), None);
    }

    #[test]
    fn parts_that_cannot_be_are_named() {
        assert_eq!(ImageRef::parse(""), Err(ImageRefError::NoName));
        assert_eq!(ImageRef::parse("Foo"), Err(ImageRefError::Capital("Foo".into())));
        assert_eq!(ImageRef::parse("a:"), Err(ImageRefError::Tag(String::new())));
        assert_eq!(ImageRef::parse("a_-b"), Err(ImageRefError::Repository("a_-b".into())));
        assert!(ImageRef::parse("a__b/c---d").is_ok());
        assert!(matches!(ImageRef::parse("a@sha256:12"), Err(ImageRefError::Digest(_))));
        assert!(ImageRef::parse(&format!("a:1@sha256:{}", "0".repeat(64))).is_ok());
    }

    #[test]
    fn a_text_with_variables_is_only_split() {
        let image = ImageRef::split("${REG:-a.b:5}/x:${TAG:-1}");
        assert_eq!((image.repository, image.tag), ("x", Some("${TAG:-1}")));
        assert_eq!(ImageRef::split("$IMAGE").tag, None);
    }
}
