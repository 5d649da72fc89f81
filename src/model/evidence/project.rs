//! Settings of the project, what an image was built from, and a person's word.

use regex::RegexBuilder;
use serde::Deserialize;
use serde_json::Value;

use super::Timestamp;
use super::read::typed;

/// What GitLab's API says of a project; only what clauses speak of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// The clean-up policy of the registry.
    pub container_expiration_policy: Option<ExpirationPolicy>,
    /// Whether the artifacts of the newest successful pipeline are kept whatever their expiry.
    pub keep_latest_artifact: Option<bool>,
    /// Seconds after which a job is stopped.
    pub build_timeout: Option<u64>,
    /// The path of the configuration file, if it was changed.
    pub ci_config_path: Option<String>,
    /// How jobs of a new resource group are ordered.
    pub resource_group_default_process_mode: Option<String>,
}

/// Which tags the registry cleans up.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExpirationPolicy {
    /// Whether it runs at all.
    pub enabled: bool,
    /// How often: `1d`, `7d` ...
    pub cadence: Option<String>,
    /// So many of the newest tags are kept.
    pub keep_n: Option<u64>,
    /// Tags of at least this age are deleted: `90d`.
    pub older_than: Option<String>,
    /// Tags that match are deleted.
    pub name_regex: Option<String>,
    /// The same, by its newer name.
    pub name_regex_delete: Option<String>,
    /// Tags that match are kept.
    pub name_regex_keep: Option<String>,
}

impl ExpirationPolicy {
    /// Whether the policy deletes this tag some day; nothing if one of its expressions cannot be read. `latest` is never
    /// deleted, and an expression has to match the whole tag.
    pub fn deletes(&self, tag: &str) -> Option<bool> {
        let delete = self
            .name_regex_delete
            .as_deref()
            .or(self.name_regex.as_deref())
            .filter(|it| !it.is_empty());
        let Some(delete) = delete.filter(|_| self.enabled && tag != "latest") else {
            return Some(false);
        };
        let keep = self.name_regex_keep.as_deref().filter(|it| !it.is_empty());
        let kept = match keep {
            Some(keep) => whole_match(keep, tag)?,
            None => false,
        };
        Some(whole_match(delete, tag)? && !kept)
    }
}

fn whole_match(pattern: &str, tag: &str) -> Option<bool> {
    let regex =
        RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(1 << 20).build().ok()?;
    Some(regex.is_match(tag))
}

/// A resource group.
#[derive(Clone, Debug, Deserialize)]
pub struct ResourceGroup {
    /// Its name.
    pub key: String,
    /// `unordered`, `oldest_first`, `newest_first`, `newest_ready_first`.
    pub process_mode: String,
}

/// What a published image was built from.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The label `org.opencontainers.image.base.name`.
    pub name: Option<String>,
    /// The label `org.opencontainers.image.base.digest`.
    pub digest: Option<String>,
    /// The commands of its history, the oldest first.
    pub history: Vec<String>,
}

pub(super) fn read_base(value: &Value) -> Result<Base, String> {
    let labels = value.pointer("/config/Labels").or_else(|| value.get("labels"));
    let label = |key: &str| labels?.get(key)?.as_str().map(str::to_owned);
    let history = value.get("history").and_then(Value::as_array).into_iter().flatten();
    let base = Base {
        name: label("org.opencontainers.image.base.name"),
        digest: label("org.opencontainers.image.base.digest"),
        history: history
            .filter_map(|it| it.get("created_by")?.as_str().map(str::to_owned))
            .collect(),
    };
    if base.name.is_none() && base.digest.is_none() && base.history.is_empty() {
        return Err("the configuration of the image has neither labels of its base nor a history"
            .to_owned());
    }
    Ok(base)
}

/// A person's word for a clause.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// The id of the clause.
    pub clause: String,
    /// Whose word it is.
    pub who: String,
    /// The end of its last day.
    pub expires: Option<Timestamp>,
    /// Where more is to be found.
    pub link: Option<String>,
    /// What was looked at.
    pub note: Option<String>,
}

impl Attestation {
    /// Whether it has run out at `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttestation {
    clause: String,
    who: String,
    expires: Option<String>,
    link: Option<String>,
    note: Option<String>,
}

pub(super) fn read_attestation(value: &Value) -> Result<Attestation, String> {
    let raw: RawAttestation = typed(value)?;
    if raw.clause.is_empty() || raw.who.trim().is_empty() {
        return Err("an attestation names a clause and a person".to_owned());
    }
    let expires = match &raw.expires {
        None => None,
        Some(text) => {
            let day =
                Timestamp::parse_date(text).map(|it| Timestamp { seconds: it.seconds + 86_400 });
            let moment = day.or_else(|| Timestamp::parse(text));
            Some(moment.ok_or_else(|| format!("`{text}` is no date; it is written `2027-06-30`"))?)
        }
    };
    Ok(Attestation { clause: raw.clause, who: raw.who, expires, link: raw.link, note: raw.note })
}
