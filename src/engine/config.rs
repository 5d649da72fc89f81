//! `pipespec.yaml`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::disk::stays_below_root;
use super::{ConfigError, DiskFiles, Error, Selection, Shellcheck, check_name};
use crate::model::Date;
use crate::model::gitlab::{Duration, FEATURES, Settings, Version, parse_duration};
use crate::rule::{Catalog, Severity};
use crate::syntax::yaml::de::{self, Spanned};
use crate::text::{Span, did_you_mean};

/// What a project asks of us. Every key may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Only these rules: ids, families, names in other tools, or `all`.
    pub select: Vec<Spanned<String>>,
    /// Not these rules.
    pub ignore: Vec<Spanned<String>>,
    /// Another severity for rules, aliases or families.
    pub severity: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Options of rules, by rule.
    pub rules: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Json>>,
    /// What holds for some files only; later ones win.
    pub overrides: Vec<Override>,
    /// Globs of files that are not looked at.
    pub exclude: Vec<String>,
    /// The GitLab that runs the pipelines.
    pub gitlab: Gitlab,
    /// Where files of other projects, templates and components lie in this one.
    pub includes: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Spec files and folders, instead of `openspec/`.
    pub spec: Vec<Spanned<String>>,
    /// Folders with rules of your own, in the catalog's form.
    pub packs: Vec<Spanned<String>>,
    /// The day to judge ages by, `2026-05-31`, instead of the day of the run.
    pub today: Option<Spanned<String>>,
    /// The jobs that play the roles of the spec, by role.
    pub roles: BTreeMap<String, String>,
    /// The least severity that makes a run fail, if the command line does not say so: `error`,
    /// `warning`, `note` or `never`.
    #[serde(rename = "fail-on")]
    pub fail_on: Option<Spanned<String>>,
    /// Whether the comments of hadolint accept findings; they do if left out.
    #[serde(rename = "hadolint-comments")]
    pub hadolint_comments: Option<bool>,
    /// Whether and how ShellCheck is asked too.
    pub shellcheck: Shellcheck,
    /// Clauses that are accepted as not met, each for a time.
    pub exceptions: Vec<Exception>,
    /// Where the snapshot of the coverage lies, if not in `openspec/coverage.json`.
    pub snapshot: Option<String>,
    /// What was measured outside.
    pub evidence: EvidenceFiles,
}

/// A clause that is accepted as not met. All four keys are required.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The id of the clause.
    pub clause: Spanned<String>,
    /// Why it is not met.
    pub reason: Spanned<String>,
    /// Who answers for it.
    pub owner: Spanned<String>,
    /// The last day on which it holds, in UTC: `2027-01-31`.
    pub expires: Spanned<String>,
}

/// What was measured outside.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EvidenceFiles {
    /// Evidence files below the root.
    pub files: Vec<Spanned<String>>,
    /// How old an observation may be: `30d` if left out.
    pub max_age: Option<Spanned<String>>,
}

impl EvidenceFiles {
    /// How old an observation may be, in seconds.
    pub(super) fn max_age_seconds(&self) -> i64 {
        const DEFAULT: i64 = 30 * 86_400;
        self.max_age.as_ref().and_then(|it| age(&it.value)).unwrap_or(DEFAULT)
    }
}

/// Seconds of a duration in words, `30d` or `2 weeks`; nothing if it is none.
fn age(text: &str) -> Option<i64> {
    let seconds = parse_duration(text).ok().and_then(Duration::seconds)?;
    (seconds > 0.0 && seconds < 1e12).then_some(seconds as i64)
}

/// What holds for some files only.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Override {
    /// Globs of paths below the root.
    pub files: Vec<Spanned<String>>,
    /// Not these rules.
    pub ignore: Vec<Spanned<String>>,
    /// Another severity for rules, aliases or families.
    pub severity: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// The GitLab that runs the pipelines.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gitlab {
    /// Its version, `18.6`; the newest that is known if left out.
    pub version: Option<Spanned<String>>,
    /// Feature flags that are on, of those in [`FEATURES`].
    pub features: Vec<Spanned<String>>,
    /// Limits that the instance sets otherwise, by name.
    pub limits: BTreeMap<Spanned<String>, u64>,
    /// Variables that are set outside of the configuration (project, group, instance).
    pub variables: BTreeMap<String, String>,
    /// The configuration file, if it is not `.gitlab-ci.yml`.
    pub config_path: Option<String>,
}

/// The `fail-on` of those who want no run to fail.
const NEVER: &str = "never";

/// The limits that can be set.
const LIMITS: [&str; 5] = ["includes", "needs", "total-yaml-bytes", "yaml-bytes", "yaml-depth"];

impl Config {
    /// Reads the configuration file at `path`.
    ///
    /// # Errors
    /// A fault comes with its place and, where there is one, the word that was meant.
    pub fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let fail = |span: Span, message: String, help: Option<String>| {
            Error::from(ConfigError::new(path, text, span, message, help))
        };
        let config: Config = de::from_str(text).map_err(|error| {
            let help = error.unknown_field().and_then(|(name, known)| nearest(name, known));
            fail(error.span(), error.to_string(), help)
        })?;
        Ok(config)
    }

    /// Checks what the file at `path` says against the rules that there are.
    ///
    /// # Errors
    /// A fault comes with its place and, where there is one, the word that was meant.
    pub(super) fn check(&self, path: &str, text: &str, catalog: &Catalog) -> Result<(), Error> {
        let config = self;
        let fail = |span: Span, message: String, help: Option<String>| {
            Error::from(ConfigError::new(path, text, span, message, help))
        };
        config.check_names(catalog, &fail)?;
        if let Some(level) = &config.fail_on
            && level.value != NEVER
            && Severity::from_name(&level.value).is_none()
        {
            let help = "there are `error`, `warning`, `note` and `never`".to_owned();
            return Err(fail(level.span, format!("`{}` is no severity", level.value), Some(help)));
        }
        if let Some((span, message)) = config.shellcheck.fault() {
            return Err(fail(span, message, None));
        }
        super::exception::check(&config.exceptions, &fail)?;
        if let Some(text) = config.evidence.max_age.as_ref().filter(|it| age(&it.value).is_none()) {
            let help = Some("write it as `30d`, `2 weeks` or `12 hours`".to_owned());
            return Err(fail(text.span, format!("`{}` is no age", text.value), help));
        }
        for pattern in config.overrides.iter().flat_map(|over| &over.files) {
            if let Err(error) = globset::Glob::new(&pattern.value) {
                return Err(fail(
                    pattern.span,
                    format!("`{}` is no glob: {}", pattern.value, error.kind()),
                    None,
                ));
            }
        }
        if let Some(version) = &config.gitlab.version
            && let Err(message) = version.value.parse::<Version>()
        {
            return Err(fail(version.span, message, None));
        }
        if let Some(today) = &config.today
            && let Err(error) = today.value.parse::<Date>()
        {
            return Err(fail(today.span, error.to_string(), None));
        }
        for name in config.gitlab.limits.keys() {
            if !LIMITS.contains(&name.value.as_str()) {
                return Err(fail(
                    name.span,
                    format!("`{}` is no limit", name.value),
                    nearest(&name.value, &LIMITS),
                ));
            }
        }
        for name in &config.gitlab.features {
            if !FEATURES.contains(&name.value.as_str()) {
                let help = nearest(&name.value, &FEATURES)
                    .unwrap_or_else(|| format!("there is `{}`", FEATURES.join("`, `")));
                let message =
                    format!("`{}` is no feature flag that changes what is judged", name.value);
                return Err(fail(name.span, message, Some(help)));
            }
        }
        for (rule, options) in &config.rules {
            let Some((_, rule)) = catalog.by_id(&rule.value) else {
                let ids: Vec<String> =
                    catalog.iter().map(|(_, rule)| rule.id.to_string()).collect();
                let help = nearest(&rule.value, &ids);
                return Err(fail(rule.span, format!("`{}` is no rule", rule.value), help));
            };
            for (name, value) in options {
                let spec = rule.options.iter().find(|option| option.name == name.value);
                let default = spec.and_then(|it| serde_json::from_str::<Json>(&it.default).ok());
                if let Some(default) = default.filter(|it| kind(it) != kind(value) && !it.is_null())
                {
                    return Err(fail(
                        name.span,
                        format!(
                            "option `{}` is {}, and this is {}",
                            name.value,
                            kind(&default),
                            kind(value)
                        ),
                        Some(format!("its default is `{default}`")),
                    ));
                }
                if !rule.options.iter().any(|option| option.name == name.value) {
                    let known: Vec<String> =
                        rule.options.iter().map(|it| it.name.to_string()).collect();
                    let help = nearest(&name.value, &known);
                    return Err(fail(
                        name.span,
                        format!("rule `{}` has no option `{}`", rule.id, name.value),
                        help,
                    ));
                }
            }
        }
        Ok(())
    }

    /// Checks that there is something at each path of `includes`, and that it lies in the project.
    ///
    /// # Errors
    /// A fault comes with its place.
    pub(super) fn check_includes(
        &self,
        path: &str,
        text: &str,
        files: &DiskFiles,
    ) -> Result<(), Error> {
        for (key, target) in &self.includes {
            let (name, at) = (key.value.as_str(), target.value.as_str());
            let reason = if !stays_below_root(at) {
                format!("`{at}` lies outside the project, and nothing outside is read")
            } else if !files.has(at) {
                format!("`{at}` does not exist; nothing lies there in place of `{name}`")
            } else {
                continue;
            };
            let help = "a path of `includes` counts from the root of the project".to_owned();
            return Err(ConfigError::new(path, text, target.span, reason, Some(help)).into());
        }
        Ok(())
    }

    /// Checks that the specs that are named are there.
    pub(super) fn check_spec(
        &self,
        path: &str,
        text: &str,
        files: &DiskFiles,
    ) -> Result<(), Error> {
        let missing = self.spec.iter().find(|named| !files.has(&named.value));
        missing.map_or(Ok(()), |named| {
            let message = format!("`{}` does not exist", named.value);
            let help = "a path of `spec` counts from the root of the project".to_owned();
            Err(ConfigError::new(path, text, named.span, message, Some(help)).into())
        })
    }

    fn check_names(
        &self,
        catalog: &Catalog,
        fail: &dyn Fn(Span, String, Option<String>) -> Error,
    ) -> Result<(), Error> {
        let overrides = || self.overrides.iter();
        let names =
            self.select.iter().chain(&self.ignore).chain(overrides().flat_map(|it| &it.ignore));
        let weighed = self.severity.iter().chain(overrides().flat_map(|it| &it.severity));
        for name in names.chain(weighed.clone().map(|(name, _)| name)) {
            check_name(catalog, &name.value).map_err(|unknown| {
                let help = unknown.nearest.map(did_you_mean);
                fail(name.span, format!("`{}` is no rule, alias or family", unknown.name), help)
            })?;
        }
        for (_, severity) in weighed {
            if Severity::from_name(&severity.value).is_none() {
                let known = Severity::ALL.map(|it| it.as_str().to_owned());
                let help = nearest(&severity.value, &known)
                    .or_else(|| Some("there are `note`, `warning` and `error`".to_owned()));
                return Err(fail(
                    severity.span,
                    format!("`{}` is no severity", severity.value),
                    help,
                ));
            }
        }
        Ok(())
    }

    /// What the model of the pipeline is told of the server and the project.
    pub(super) fn pipeline_settings(&self) -> Settings {
        let default = Settings::default();
        let version = self.gitlab.version.as_ref().and_then(|version| version.value.parse().ok());
        let mut limits = default.limits;
        for (name, value) in &self.gitlab.limits {
            let count = usize::try_from(*value).unwrap_or(usize::MAX);
            match name.value.as_str() {
                "includes" => limits.includes = count,
                "yaml-bytes" => limits.yaml_bytes = count,
                "yaml-depth" => limits.yaml_depth = u32::try_from(*value).unwrap_or(u32::MAX),
                "total-yaml-bytes" => limits.total_yaml_bytes = *value,
                "needs" => limits.needs = count,
                _ => {}
            }
        }
        Settings {
            gitlab_version: version.unwrap_or(default.gitlab_version),
            states_version: version.is_some(),
            limits,
            features: self.gitlab.features.iter().map(|it| it.value.clone()).collect(),
            includes: self
                .includes
                .iter()
                .map(|(key, path)| (key.value.clone(), path.value.clone()))
                .collect(),
            config_path: self.gitlab.config_path.clone().unwrap_or(default.config_path),
            variables: self.gitlab.variables.clone().into_iter().collect(),
            event: None,
        }
    }

    /// The least severity that makes a run fail, if it is set: `Some(None)` for none.
    pub fn fails_on(&self) -> Option<Option<Severity>> {
        self.fail_on.as_ref().map(|level| Severity::from_name(&level.value))
    }

    /// The selection that holds for all files.
    pub fn selection(&self) -> Selection {
        let texts = |names: &[Spanned<String>]| names.iter().map(|it| it.value.clone()).collect();
        Selection {
            select: texts(&self.select),
            ignore: texts(&self.ignore),
            severity: severities(&self.severity),
        }
    }
}

/// The type of an option's value, in words.
fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "`true` or `false`",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    }
}

/// Names with their severities; names of severities were checked when the file was read.
pub(super) fn severities(
    map: &BTreeMap<Spanned<String>, Spanned<String>>,
) -> Vec<(String, Severity)> {
    let pairs = map.iter();
    pairs
        .filter_map(|(name, it)| Some((name.value.clone(), Severity::from_name(&it.value)?)))
        .collect()
}

pub(super) fn nearest(name: &str, known: &[impl AsRef<str>]) -> Option<String> {
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known.as_ref(), name), known.as_ref()))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()) / 3 + 1)
        .min()
        .map(|(_, known)| did_you_mean(known))
}
