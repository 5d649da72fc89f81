use crate::model::Origin;
use crate::model::gitlab::{Include, IncludeKind, Problem, Value, ValueKind};

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
const KINDS: [&str; 6] = ["local", "project", "remote", "template", "artifact", "component"];

/// Keys that may stand beside each kind.
fn beside(kind: &str) -> &'static [&'static str] {
    match kind {
        "project" => &["file", "ref", "inputs", "rules"],
        "remote" => &["integrity", "cache", "inputs", "rules"],
        "artifact" => &["job", "inputs", "rules"],
        _ => &["inputs", "rules"],
    }
}

/// The items of an `include:` value.
pub(super) fn entries<'v, 'p>(
    include: &'v Value<'p>,
    problems: &mut Vec<Problem>,
) -> Vec<IncludeEntry<'v, 'p>> {
    let mut refuse = |at: &Origin, message: String| {
        problems.push(Problem::new(RULE, at, message));
    };
    let items = match &include.kind {
        ValueKind::Seq(_) => include.flat(u32::MAX),
        ValueKind::Null => Vec::new(),
        _ => vec![include],
    };
    items.into_iter().filter_map(|item| entry(item, &mut refuse)).collect()
}

fn entry<'v, 'p>(
    item: &'v Value<'p>,
    refuse: &mut impl FnMut(&Origin, String),
) -> Option<IncludeEntry<'v, 'p>> {
    let bare =
        |target| IncludeEntry { value: item, target, inputs: None, rules: None, integrity: None };
    match &item.kind {
        ValueKind::Str(text) => {
            let remote = text.starts_with("http://") || text.starts_with("https://");
            return Some(bare(if remote { Target::Remote(item) } else { Target::Local(item) }));
        }
        ValueKind::Map(_) => {}
        ValueKind::Unknown(_) => return None,
        _ => {
            refuse(&item.origin, "Each include must be a hash or a string".to_owned());
            return None;
        }
    }
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| item.get(kind).is_some()).collect();
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
        refuse(&item.origin, message);
        return None;
    };
    let unknown = item.entries().iter().filter(|it| &*it.key != *kind);
    for entry in unknown.filter(|it| !beside(kind).contains(&&*it.key)) {
        let message = format!(
            "include:include config contains unknown keys: {}; beside `{kind}` there may be {}",
            entry.key,
            beside(kind).join(", ")
        );
        refuse(&Origin::here(entry.key_at), message);
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
            refuse(&item.origin, message.to_owned());
            return None;
        }
        _ => {
            let Some(file) = item.given("file") else {
                let message =
                    "include:include config must specify the file where to fetch the config from";
                refuse(&item.origin, message.to_owned());
                return None;
            };
            Target::Project { project: value, file, reference: item.given("ref") }
        }
    };
    if value.is_unknown() {
        return None;
    }
    if value.as_str().is_none_or(|it| it.trim().is_empty()) {
        refuse(
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
        refuse(&inputs.origin, "include:inputs should be a hash".to_owned());
    }
    Some(IncludeEntry {
        value: item,
        target,
        inputs: inputs.filter(|it| it.as_map().is_some()),
        rules: item.given("rules"),
        integrity: item.given("integrity"),
    })
}
