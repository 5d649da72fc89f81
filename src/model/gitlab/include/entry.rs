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
    /// Whether it stands for all files that fit a pattern, perhaps none.
    pub(super) fn is_wildcard(&self) -> bool {
        matches!(self.target, Target::Local(path) if path.as_str().is_some_and(|it| it.contains('*')))
    }

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
/// What the server fetches (`UrlSanitizer`); all else is a path.
const SCHEMES: [&str; 4] = ["http://", "https://", "ssh://", "git://"];
const KINDS: [&str; 6] = ["local", "project", "remote", "template", "artifact", "component"];

/// Something that the server looks at only where an `include` brings no file at all: with the first file the
/// keyword is gone before its entries are checked (`External::Processor`).
#[derive(Debug)]
pub(super) struct Ignored {
    at: Origin,
    /// What the server says where it looks; nothing if it takes it there too.
    refusal: Option<String>,
    /// What is so otherwise.
    note: String,
    help: Option<String>,
}

impl Ignored {
    /// What is told of it if the server looks, or does not.
    pub(super) fn told(self, looks: bool) -> Problem {
        let problem = match self.refusal.filter(|_| looks) {
            Some(refusal) => Problem::new(RULE, &self.at, refusal),
            None => Problem::new("ignored-include-key", &self.at, self.note),
        };
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// What entries of `include` come to, besides the files.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) problems: Vec<Problem>,
    pub(super) ignored: Vec<Ignored>,
}

impl Faults {
    fn refuse(&mut self, at: &Origin, message: impl Into<String>) {
        self.problems.push(Problem::new(RULE, at, message));
    }

    fn ignored(&mut self, at: &Origin, refusal: String, note: String, help: Option<String>) {
        self.ignored.push(Ignored { at: at.clone(), refusal: Some(refusal), note, help });
    }

    fn idle(&mut self, at: &Origin, note: String) {
        self.ignored.push(Ignored { at: at.clone(), refusal: None, note, help: None });
    }

    /// All of them, for a server that looks at everything, or not.
    pub(super) fn told(self, looks: bool) -> impl Iterator<Item = Problem> {
        let ignored = self.ignored.into_iter().map(move |it| it.told(looks));
        self.problems.into_iter().chain(ignored)
    }
}

/// Keys that may stand beside any kind. The server leaves those alone that the kind does not use.
const BESIDE: [&str; 7] = ["file", "ref", "inputs", "rules", "job", "integrity", "cache"];

const SHORT: &str = "duration must be at least 1 minute";

/// What is wrong with how long a remote file is to be kept.
pub(in crate::model::gitlab) fn cache_fault(cache: &Value<'_>) -> Option<&'static str> {
    match (&cache.kind, cache.as_str().map(parse_duration)) {
        (ValueKind::Bool(_), _) => None,
        (_, Some(Ok(Duration::Seconds(seconds)))) if seconds >= 60.0 => None,
        (_, Some(Ok(Duration::Seconds(_)))) => Some(SHORT),
        (_, Some(Ok(Duration::Never))) => None,
        (ValueKind::Str(_), _) => Some("contains an invalid duration"),
        _ => Some("must be a boolean or a duration string"),
    }
}

/// The items of an `include:` value.
pub(super) fn entries<'v, 'p>(
    include: &'v Value<'p>,
    faults: &mut Faults,
) -> Vec<IncludeEntry<'v, 'p>> {
    let items = match &include.kind {
        ValueKind::Seq(items) => items.iter().collect(),
        ValueKind::Null => Vec::new(),
        _ => vec![include],
    };
    items.into_iter().filter_map(|item| entry(item, faults)).collect()
}

fn entry<'v, 'p>(item: &'v Value<'p>, faults: &mut Faults) -> Option<IncludeEntry<'v, 'p>> {
    let mut misspelt = false;
    let bare =
        |target| IncludeEntry { value: item, target, inputs: None, rules: None, integrity: None };
    match &item.kind {
        ValueKind::Str(text) => {
            let text = text.trim_start();
            let remote = SCHEMES.iter().any(|scheme| text.starts_with(scheme));
            return Some(bare(if remote { Target::Remote(item) } else { Target::Local(item) }));
        }
        ValueKind::Map(_) => {}
        ValueKind::Unknown(_) | ValueKind::Null => return None,
        _ => {
            faults.refuse(&item.origin, "Each include must be a hash or a string");
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
        faults.refuse(&item.origin, message);
        return None;
    };
    let unknown = item.entries().iter().filter(|it| &*it.key != *kind);
    for entry in unknown.filter(|it| !BESIDE.contains(&&*it.key) && !KINDS.contains(&&*it.key)) {
        let refusal = format!(
            "include:include config contains unknown keys: {}; beside `{kind}` there may be {}",
            entry.key,
            BESIDE.join(", ")
        );
        let note = format!("`{}` is no keyword of an `include`: it does nothing", entry.key);
        let help = nearest(&entry.key, BESIDE.into_iter()).map(did_you_mean);
        faults.ignored(&Origin::here(entry.key_at), refusal, note, help);
        misspelt = true;
    }
    for only_remote in ["integrity", "cache"] {
        let value = item.given(only_remote).filter(|it| *kind != "remote" && !it.is_blank());
        if let Some(value) = value {
            let refusal = format!(
                "include:include config {only_remote} can only be specified for remote includes"
            );
            let note = format!("`{only_remote}` does nothing here: it is for `remote` alone");
            faults.ignored(&value.origin, refusal, note, None);
        }
    }
    for (key, of) in [("ref", "project"), ("file", "project"), ("job", "artifact")] {
        let entry = item.as_map().and_then(|map| map.entry(key)).filter(|it| !it.value.is_blank());
        if let Some(entry) = entry.filter(|_| *kind != of) {
            let note = format!("`{key}` does nothing here: it is for `{of}` alone");
            faults.idle(&Origin::here(entry.key_at), note);
        }
    }
    let cache = item.given("cache").filter(|it| *kind == "remote" && !it.is_unknown());
    if let Some((cache, fault)) = cache.and_then(|cache| Some((cache, cache_fault(cache)?))) {
        let refusal = format!("include:include cache {fault}");
        if fault == SHORT {
            let note = "`cache` should be a minute at least".to_owned();
            faults.ignored(&cache.origin, refusal, note, None);
        } else {
            faults.refuse(&cache.origin, refusal);
        }
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
            faults.refuse(&item.origin, message);
            return None;
        }
        _ => {
            let Some(file) = item.given("file") else {
                // A key that is misspelt is what is missing.
                if misspelt {
                    return None;
                }
                let refusal =
                    "include:include config must specify the file where to fetch the config from";
                let note = "nothing is included here: there is no `file`".to_owned();
                faults.ignored(&item.origin, refusal.to_owned(), note, None);
                return None;
            };
            let names = |file: &Value<'_>| {
                file.one_or_more().iter().all(|it| it.as_str().is_some() || it.is_unknown())
            };
            if file.is_blank() || !names(file) {
                let message = "include:include config must specify the file where to fetch the config from, as a string or a list of strings";
                faults.refuse(&file.origin, message);
                return None;
            }
            Target::Project { project: value, file, reference: item.given("ref") }
        }
    };
    if value.is_unknown() {
        return None;
    }
    if value.as_str().is_none_or(|it| it.trim().is_empty()) {
        faults.refuse(
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
        faults.refuse(&inputs.origin, "Given inputs must be a hash: include:inputs is none");
    }
    Some(IncludeEntry {
        value: item,
        target,
        inputs: inputs.filter(|it| it.as_map().is_some()),
        rules: item.given("rules").filter(|it| it.as_bool() != Some(false)),
        integrity: item.given("integrity"),
    })
}
