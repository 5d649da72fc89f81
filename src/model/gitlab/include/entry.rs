use crate::model::Origin;
use crate::model::gitlab::{
    Duration, Include, IncludeKind, Problem, Value, ValueKind, nearest, parse_duration,
};
use crate::text::did_you_mean;

/// One item of `include`, as far as it could be read.
#[derive(Clone, Debug)]
pub(super) struct IncludeEntry<'v, 'p> {
    pub(super) value: &'v Value<'p>,
    pub(super) target: Target<'v, 'p>,
    pub(super) inputs: Option<&'v Value<'p>>,
    pub(super) rules: Option<&'v Value<'p>>,
    pub(super) integrity: Option<&'v Value<'p>>,
}

impl<'p> IncludeEntry<'_, 'p> {
    /// What is told of it outside.
    pub(super) fn told(&self) -> Include<'p> {
        let (kind, name, reference) = match self.target {
            Target::Local(path) => (IncludeKind::Local, path, None),
            Target::Remote(url) => (IncludeKind::Remote, url, None),
            Target::Template(name) => (IncludeKind::Template, name, None),
            Target::Component(name) => (IncludeKind::Component, name, None),
            Target::Project { project, reference, .. } => {
                (IncludeKind::Project, project, reference)
            }
        };
        Include {
            kind,
            name: name.clone(),
            reference: reference.cloned(),
            integrity: self.integrity.cloned(),
        }
    }
}

/// What is included.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'v, 'p> {
    Local(&'v Value<'p>),
    Remote(&'v Value<'p>),
    Template(&'v Value<'p>),
    Component(&'v Value<'p>),
    Project { project: &'v Value<'p>, file: &'v Value<'p>, reference: Option<&'v Value<'p>> },
}

impl Target<'_, '_> {
    /// What is included, as it is written.
    pub(super) fn name(&self) -> String {
        let text = |value: &Value<'_>| value.as_str().unwrap_or_default().to_owned();
        match self {
            Self::Local(value) => text(value).trim_start_matches('/').to_owned(),
            Self::Remote(value) | Self::Template(value) | Self::Component(value) => text(value),
            Self::Project { project, file, .. } => {
                let files: Vec<_> = file.one_or_more().iter().filter_map(Value::as_str).collect();
                format!("{}: {}", text(project), files.join(", "))
            }
        }
    }
}

const RULE: &str = "invalid-include";
const IGNORED: &str = "ignored-include-key";

/// Where an `include` stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the configuration. The server looks at the keys of its items only if no file comes of any of them.
    Content,
    /// In the header, where it looks at them first.
    Header,
}
const KINDS: [&str; 6] = ["local", "project", "remote", "template", "artifact", "component"];

/// Keys that may stand beside any kind.
const BESIDE: [&str; 7] = ["file", "ref", "inputs", "rules", "job", "integrity", "cache"];

/// What is wrong with how long a remote file is to be kept.
pub(in crate::model::gitlab) fn cache_fault(cache: &Value<'_>) -> Option<&'static str> {
    match (&cache.kind, cache.as_str().map(parse_duration)) {
        (ValueKind::Bool(_), _) => None,
        (_, Some(Ok(Duration::Seconds(seconds)))) if seconds >= 60.0 => None,
        (_, Some(Ok(Duration::Seconds(_)))) => Some("duration must be at least 1 minute"),
        (_, Some(Ok(Duration::Never))) => None,
        (ValueKind::Str(_), _) => Some("contains an invalid duration"),
        _ => Some("must be a boolean or a duration string"),
    }
}

/// The items of an `include:` value.
pub(super) fn entries<'v, 'p>(
    include: &'v Value<'p>,
    place: Place,
    problems: &mut Vec<Problem>,
) -> Vec<IncludeEntry<'v, 'p>> {
    let items = match &include.kind {
        ValueKind::Seq(items) => items.iter().collect(),
        ValueKind::Null => Vec::new(),
        _ => vec![include],
    };
    items.into_iter().filter_map(|item| entry(item, place, problems)).collect()
}

fn entry<'v, 'p>(
    item: &'v Value<'p>,
    place: Place,
    problems: &mut Vec<Problem>,
) -> Option<IncludeEntry<'v, 'p>> {
    let mut misspelt = false;
    let mut refuse = |rule: &'static str, at: &Origin, message: String| {
        problems.push(Problem::new(rule, at, message));
    };
    let bare =
        |target| IncludeEntry { value: item, target, inputs: None, rules: None, integrity: None };
    match &item.kind {
        ValueKind::Str(text) => {
            let remote = text.starts_with("http://") || text.starts_with("https://");
            return Some(bare(if remote { Target::Remote(item) } else { Target::Local(item) }));
        }
        ValueKind::Map(_) => {}
        ValueKind::Unknown(_) | ValueKind::Null => return None,
        _ => {
            refuse(RULE, &item.origin, "Each include must be a hash or a string".to_owned());
            return None;
        }
    }
    let is_named = |kind: &&str| item.given(kind).is_some_and(|it| !it.is_blank());
    let kinds: Vec<&str> = KINDS.into_iter().filter(is_named).collect();
    let quoted: Vec<String> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
    let [kind] = kinds.as_slice() else {
        let message = if kinds.is_empty() {
            let shown = item.inspect().replace("=>", ":");
            format!(
                "`{shown}` does not have a valid subkey for include. Valid subkeys are: {}",
                quoted.join(", ")
            )
        } else {
            format!("Each include must use only one of: {}", quoted.join(", "))
        };
        refuse(RULE, &item.origin, message);
        return None;
    };
    // Without a file the server comes to look at the keys.
    let fileless = *kind == "project" && item.given("file").is_none();
    let looked_at = place == Place::Header || fileless;
    let unknown = item.entries().iter().filter(|it| &*it.key != *kind);
    for entry in unknown.filter(|it| !BESIDE.contains(&&*it.key) && !KINDS.contains(&&*it.key)) {
        let beside = BESIDE.join(", ");
        let (rule, message) = match looked_at {
            true => (
                RULE,
                format!(
                    "include:include config contains unknown keys: {}; beside `{kind}` there may be {beside}",
                    entry.key
                ),
            ),
            false => (
                IGNORED,
                format!(
                    "GitLab takes no notice of `{}` in `include`; beside `{kind}` there may be {beside}",
                    entry.key
                ),
            ),
        };
        let mut problem = Problem::new(rule, &Origin::here(entry.key_at), message);
        if let Some(near) = nearest(&entry.key, BESIDE.into_iter()) {
            problem = problem.help(did_you_mean(near));
        }
        problems.push(problem);
        misspelt = true;
    }
    let mut refuse = |rule: &'static str, at: &Origin, message: String| {
        problems.push(Problem::new(rule, at, message));
    };
    for only_remote in ["integrity", "cache"] {
        let value = item.given(only_remote).filter(|it| *kind != "remote" && !it.is_blank());
        if let Some(value) = value {
            let (rule, message) = match looked_at {
                true => (
                    RULE,
                    format!(
                        "include:include config {only_remote} can only be specified for remote includes"
                    ),
                ),
                false => (
                    IGNORED,
                    format!(
                        "GitLab takes no notice of `{only_remote}` beside `{kind}`: it is for remote files"
                    ),
                ),
            };
            refuse(rule, &value.origin, message);
        }
    }
    let cache = item.given("cache").filter(|it| *kind == "remote" && !it.is_unknown());
    if let Some((cache, fault)) = cache.and_then(|cache| Some((cache, cache_fault(cache)?))) {
        // A text goes to the same reader in any case.
        let rule = if looked_at || cache.as_str().is_some() { RULE } else { IGNORED };
        refuse(rule, &cache.origin, format!("include:include cache {fault}"));
    }
    let value = item.get(kind)?;
    let target = match *kind {
        "local" => Target::Local(value),
        "remote" => Target::Remote(value),
        "template" => Target::Template(value),
        "component" => Target::Component(value),
        "artifact" => {
            let message =
                "Including configs from artifacts is only allowed when triggering child pipelines";
            refuse(RULE, &item.origin, message.to_owned());
            return None;
        }
        _ => {
            let Some(file) = item.given("file") else {
                // A key that is misspelt is what is missing.
                if misspelt {
                    return None;
                }
                let message =
                    "include:include config must specify the file where to fetch the config from";
                refuse(RULE, &item.origin, message.to_owned());
                return None;
            };
            let names = |file: &Value<'_>| {
                file.one_or_more().iter().all(|it| it.as_str().is_some() || it.is_unknown())
            };
            if file.is_blank() || !names(file) {
                let message = "include:include config must specify the file where to fetch the config from, as a string or a list of strings";
                refuse(RULE, &file.origin, message.to_owned());
                return None;
            }
            Target::Project { project: value, file, reference: item.given("ref") }
        }
    };
    if value.is_unknown() {
        return None;
    }
    if value.as_str().is_none_or(|it| it.trim().is_empty()) {
        refuse(
            RULE,
            &value.origin,
            format!(
                "include:{kind} should be a string that is not empty, not {}",
                value.kind_name()
            ),
        );
        return None;
    }
    let inputs = item.given("inputs");
    if let Some(inputs) = inputs.filter(|it| it.as_map().is_none() && !it.is_unknown()) {
        refuse(
            RULE,
            &inputs.origin,
            "Given inputs must be a hash: include:inputs is none".to_owned(),
        );
    }
    Some(IncludeEntry {
        value: item,
        target,
        inputs: inputs.filter(|it| it.as_map().is_some()),
        // False stands for none.
        rules: item.given("rules").filter(|it| it.as_bool() != Some(false)),
        integrity: item.given("integrity"),
    })
}
