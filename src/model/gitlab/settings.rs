use std::fmt;
use std::str::FromStr;

use super::condition::Known;
use super::presence::Event;

/// What the configuration of pipespec says about the server and the project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The version of the server.
    pub gitlab_version: Version,
    /// Whether somebody said that this is the version; it is the newest that is known otherwise.
    pub states_version: bool,
    /// Limits of the server.
    pub limits: Limits,
    /// Feature flags that are on, by name: `increase_ci_cache_key_files_limit`.
    pub features: Vec<String>,
    /// Where what `include` names outside the repository lies inside it: `group/project`,
    /// `group/project@ref`, a URL or its beginning, `template:Name.gitlab-ci.yml`,
    /// `host/path/component@1.0` -> a path below the project root.
    pub includes: Vec<(String, String)>,
    /// The path of the root configuration.
    pub config_path: String,
    /// Variables that are known outside the configuration (project, group, instance), by name.
    pub variables: Vec<(String, String)>,
    /// The event whose pipeline is read; nothing for all of them.
    pub event: Option<Event>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            gitlab_version: Version::NEWEST,
            states_version: false,
            limits: Limits::default(),
            features: Vec::new(),
            includes: Vec::new(),
            config_path: ".gitlab-ci.yml".to_owned(),
            variables: Vec::new(),
            event: None,
        }
    }
}

/// The flag that raises how many files `cache:key:files` may have.
pub(super) const KEY_FILES_FLAG: &str = "increase_ci_cache_key_files_limit";

/// The flag that lets `changes:regexp` and `exists:regexp` count.
pub(super) const PATH_REGEXP_FLAG: &str = "ci_rules_regexp";

/// The feature flags that change what is judged here.
pub const FEATURES: [&str; 2] = [KEY_FILES_FLAG, PATH_REGEXP_FLAG];

impl Settings {
    /// Whether this feature flag is on.
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature == name)
    }

    /// How many entries `cache:key:files` may have: two, ten with the feature flag for it.
    pub fn cache_key_files(&self) -> usize {
        if self.has_feature(KEY_FILES_FLAG) { 10 } else { 2 }
    }

    /// The value of a variable that is known outside the configuration.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Settings {
    /// What is known of a variable before the configuration is read.
    pub(super) fn known(&self, name: &str) -> Known {
        match (&self.event, self.variable(name)) {
            (Some(event), _) => event.known(name, self),
            (None, Some(value)) => Known::Set(value.to_owned()),
            (None, None) => Known::Unknown,
        }
    }
}

/// A version of GitLab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number before the point.
    pub major: u16,
    /// The number behind it.
    pub minor: u16,
}

impl Version {
    /// The newest version whose language is known here.
    pub const NEWEST: Self = Self::new(19, 5);

    /// The version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads `18`, `18.6`, `v18.6.1-ee`. The error says what a version looks like.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim().trim_start_matches('v');
        let number = number.split(['-', '+']).next().unwrap_or(number);
        let mut parts = number.split('.').map(str::parse::<u16>);
        let known = match (parts.next(), parts.next()) {
            (Some(Ok(major)), None) => Some(Self::new(major, 0)),
            (Some(Ok(major)), Some(Ok(minor))) => Some(Self::new(major, minor)),
            _ => None,
        };
        known.ok_or_else(|| format!("`{text}` is not a GitLab version such as `18.6`"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Limits that an administrator may change; the defaults are those of gitlab.com.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files that one pipeline may include (`ci_max_includes`).
    pub includes: usize,
    /// Memory of one loaded file in bytes (`max_yaml_size_bytes`).
    pub yaml_bytes: usize,
    /// Levels of one loaded file (`max_yaml_depth`).
    pub yaml_depth: u32,
    /// Bytes of all files together (`ci_max_total_yaml_size_bytes`).
    pub total_yaml_bytes: u64,
    /// Needs of one job (`ci_needs_size_limit`).
    pub needs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            includes: 150,
            yaml_bytes: 2 << 20,
            yaml_depth: 100,
            total_yaml_bytes: 314_572_800,
            needs: 50,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let read = |text: &str| text.parse::<Version>();
        assert_eq!(read("18.6"), Ok(Version::new(18, 6)));
        assert_eq!(read("v18.11.2-ee"), Ok(Version::new(18, 11)));
        assert!(read("18.6") < read("18.11"));
        assert!(read("latest").is_err());
    }
}
