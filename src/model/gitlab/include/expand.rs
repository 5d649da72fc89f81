use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ahead::Ahead;
use super::entry::{Faults, IncludeEntry, Target, entries};
use super::found::Found;
use super::integrity::{Integrity, integrity};
use super::locate::Base;
use super::rules::applies;
use crate::model::gitlab::inputs::{self, Component, Given};
use crate::model::gitlab::load::{Bounds, Loaded, load};
use crate::model::gitlab::merge::Merged;
use crate::model::gitlab::presence::Truth;
use crate::model::gitlab::{
    Entry, FileKind, Include, IncludedFile, KeyKind, Map, Missing, MissingKind, Problem, Settings,
    Text, Undecided, Value, ValueKind, Version,
};
use crate::model::{Files, Origin, StepKind};
use crate::syntax::yaml::{self, Tree};
use crate::text::{Location, Source, SourceId, Span};

/// The configuration with all its files merged, before `extends`.
pub(in crate::model::gitlab) struct Expanded<'p> {
    pub(in crate::model::gitlab) config: Map<'p>,
    pub(in crate::model::gitlab) files: Vec<IncludedFile<'p>>,
    pub(in crate::model::gitlab) missing: Vec<Missing>,
    pub(in crate::model::gitlab) includes: Vec<Include<'p>>,
    pub(in crate::model::gitlab) undecided: Vec<Undecided>,
    pub(in crate::model::gitlab) trees: Vec<(SourceId, Arc<Tree<'p>>)>,
    /// What inputs of type string get that is no text.
    pub(in crate::model::gitlab) retyped_inputs: Vec<Value<'p>>,
}

/// Takes `root`, which is a file of this kind and was parsed, and reads all that it includes.
pub(in crate::model::gitlab) fn expand<'p>(
    (root, tree): (&'p Source, Arc<Tree<'p>>),
    (files, settings): (&'p dyn Files, &Settings),
    kind: FileKind,
    problems: &mut Vec<Problem>,
) -> Expanded<'p> {
    let mut expander = Expander::new((files, settings), problems);
    expander.trees.push((root.id, tree));
    let way = Way {
        steps: Vec::new(),
        parent: None,
        start: Start::File,
        // Nobody knows where a template that nothing includes is meant to be used.
        certain: kind != FileKind::Template,
        base: Base::Repository,
        component: Component::default(),
        prefix: String::new(),
        at: Origin::here(root.at(Span::empty(0))),
        inputs: None,
        by_itself: kind.gets_inputs(),
        role: if kind.gets_inputs() { Role::Any } else { Role::Plain },
    };
    let config = expander.file(root, &way).unwrap_or_default();
    expander.expanded(config)
}

/// Reads all files of a child pipeline: the items of a `trigger:include`. What is wrong with the items
/// themselves is told where the trigger job is checked.
pub(in crate::model::gitlab) fn expand_child<'p>(
    items: &[Value<'p>],
    (files, settings): (&'p dyn Files, &Settings),
    problems: &mut Vec<Problem>,
) -> Option<Expanded<'p>> {
    let first = items.first()?;
    let is_made = |item: &&Value<'p>| item.get("artifact").is_some();
    let written: Vec<Value<'p>> = items.iter().filter(|it| !is_made(it)).cloned().collect();
    let all_written = written.len() == items.len();
    let include = Value::new(ValueKind::Seq(written.into()), first.origin.clone());
    let mut expander = Expander::new((files, settings), problems);
    let way = Way {
        steps: Vec::new(),
        parent: None,
        start: Start::Trigger,
        certain: true,
        base: Base::Repository,
        component: Component::default(),
        prefix: String::new(),
        at: first.origin.clone(),
        inputs: None,
        by_itself: false,
        role: Role::Any,
    };
    let entry = Entry {
        key: Text::Borrowed("include"),
        key_kind: KeyKind::Str,
        key_at: first.at(),
        value: include,
    };
    let whole = ValueKind::Map(Arc::new(Map::new(vec![entry])));
    let config = expander.merge(&Value::new(whole, first.origin.clone()), None, &way);
    let named = |it: &Problem| items.iter().any(|item| item.at() == it.at.at);
    // A file that is not there lets the trigger job fail, which is told as such.
    expander.problems.retain(|it| it.rule != "missing-include-file" || !named(it));
    let config = if all_written { config } else { config.into_partial() };
    Some(expander.expanded(config))
}

/// The steps by which a file came, the outermost first.
pub(super) type Steps = Vec<(StepKind, Location)>;

/// Whether a file is a component.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is none, and none includes it.
    Plain,
    Component,
    /// It may be one, or gets to know of the one that includes it.
    Any,
}

/// What makes a file part of the configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// It is the one that the configuration starts with.
    File,
    /// There is no such file: a trigger job lists those of a child pipeline.
    Trigger,
    /// It is included.
    Include,
}

/// How a file is come by.
struct Way<'v, 'p> {
    steps: Steps,
    /// The place of the file that includes it, if it is one.
    parent: Option<usize>,
    start: Start,
    certain: bool,
    base: Base,
    component: Component,
    /// What names the file in messages.
    prefix: String,
    at: Origin,
    inputs: Option<&'v Value<'p>>,
    by_itself: bool,
    role: Role,
}

/// The newest version that is known to give no inputs to the files that a wildcard stands for.
const WITHOUT_INPUTS: Version = Version::new(18, 3);

pub(super) struct Expander<'a, 'p> {
    pub(super) files: &'p dyn Files,
    pub(super) settings: &'a Settings,
    pub(super) problems: &'a mut Vec<Problem>,
    read: Vec<IncludedFile<'p>>,
    pub(super) trees: Vec<(SourceId, Arc<Tree<'p>>)>,
    /// Files that were read before their turn.
    pub(super) ahead: Vec<Ahead<'p>>,
    pub(super) missing: Vec<Missing>,
    includes: Vec<Include<'p>>,
    pub(super) undecided: Vec<Undecided>,
    pub(super) missed: FxHashSet<(MissingKind, String)>,
    retyped_inputs: Vec<Value<'p>>,
    bytes: u64,
    stopped: bool,
}

impl<'a, 'p> Expander<'a, 'p> {
    fn new(
        (files, settings): (&'p dyn Files, &'a Settings),
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        Self {
            files,
            settings,
            problems,
            read: Vec::new(),
            trees: Vec::new(),
            ahead: Vec::new(),
            missing: Vec::new(),
            includes: Vec::new(),
            undecided: Vec::new(),
            missed: FxHashSet::default(),
            retyped_inputs: Vec::new(),
            bytes: 0,
            stopped: false,
        }
    }

    fn expanded(self, config: Map<'p>) -> Expanded<'p> {
        let Self { read: files, trees, missing, includes, undecided, retyped_inputs, .. } = self;
        let config = if missing.is_empty() { config } else { config.into_partial() };
        Expanded { config, files, missing, includes, undecided, trees, retyped_inputs }
    }

    pub(super) fn refuse(&mut self, rule: &'static str, at: &Origin, message: impl Into<String>) {
        self.problems.push(Problem::new(rule, at, message));
    }

    pub(super) fn bounds(&self) -> Bounds {
        let limits = self.settings.limits;
        Bounds { depth: limits.yaml_depth, bytes: limits.yaml_bytes }
    }

    /// What a file holds as it comes by these steps.
    fn load(&mut self, source: &'p Source, tree: &Tree<'p>, steps: &Steps) -> Loaded<'p> {
        let same = |it: &Ahead<'p>| it.source == source.id && it.steps == *steps;
        if let Some(at) = self.ahead.iter().position(same) {
            let ahead = self.ahead.swap_remove(at);
            self.problems.extend(ahead.problems);
            return ahead.loaded;
        }
        let bounds = self.bounds();
        load(tree, (source.id, source.text()), steps, bounds, self.problems)
    }

    fn tree(&mut self, source: &'p Source) -> Arc<Tree<'p>> {
        if let Some((_, tree)) = self.trees.iter().find(|(id, _)| *id == source.id) {
            return Arc::clone(tree);
        }
        let tree = Arc::new(yaml::parse(source.text()));
        self.trees.push((source.id, Arc::clone(&tree)));
        tree
    }

    /// The configuration of a file with what it includes below it.
    fn file(&mut self, source: &'p Source, way: &Way<'_, 'p>) -> Option<Map<'p>> {
        let place = self.read.len();
        let is_root = way.start == Start::File;
        let at = (!is_root).then_some(way.at.at);
        self.read.push(IncludedFile { source, parent: way.parent, at, certain: way.certain });
        let tree = self.tree(source);
        // The faults of a file are told once, however often it is included.
        let known = self.read.iter().filter(|it| it.source.id == source.id).count() > 1;
        let before = self.problems.len();
        let loaded = self.load(source, &tree, &way.steps);
        if known {
            self.problems.truncate(before);
        }
        let whole = Origin::here(source.at(Span::empty(0)));
        let Some(content) = loaded.content else {
            self.nothing(source, &way.at, is_root, &tree);
            return None;
        };
        if content.as_map().is_none() {
            if !content.is_unknown() && tree.errors.is_empty() {
                let what = content.kind_name();
                let message = format!(
                    "{}Invalid configuration format: it is {what}, and must be a mapping of keywords and jobs",
                    way.prefix
                );
                let at = if is_root { &whole } else { &way.at };
                self.refuse("invalid-yaml", at, message);
            }
            return None;
        }
        let content = self.fill_in(loaded.header.as_ref(), content, way);
        Some(self.merge(&content, Some(place), way))
    }

    fn nothing(&mut self, source: &Source, at: &Origin, is_root: bool, tree: &Tree<'_>) {
        if !tree.errors.is_empty() {
            return;
        }
        let path = &source.path;
        let message = if is_root {
            format!("Please provide content of {path}: it holds no configuration")
        } else if source.text().trim().is_empty() {
            format!("Local file `{path}` is empty!")
        } else {
            format!(
                "Included file `{path}` does not have valid YAML syntax!: it holds no configuration"
            )
        };
        self.refuse("empty-configuration", at, message);
    }

    /// Gives the inputs to a file that asks for them.
    fn fill_in(
        &mut self,
        header: Option<&Value<'p>>,
        content: Value<'p>,
        way: &Way<'_, 'p>,
    ) -> Value<'p> {
        let Some(header) = header else {
            if let Some(given) = way.inputs.filter(|it| !it.is_blank()) {
                let message = format!(
                    "{}Given inputs not defined in the `spec` section of the included configuration file",
                    way.prefix
                );
                self.refuse("undefined-input", &given.origin, message);
            }
            return content;
        };
        let version = self.settings.gitlab_version;
        let mut spec = inputs::header(header, version, &way.prefix, self.problems);
        if let Some(include) = spec.include.take() {
            if way.role == Role::Component {
                let message = format!("{}a component cannot use `spec:include`", way.prefix);
                self.refuse("invalid-spec-header", &include.origin, message);
            }
            self.more_inputs(&include, &mut spec, way);
        }
        for input in spec.inputs.iter().filter(|it| it.is_text()) {
            let provided = way.inputs.and_then(|it| it.get(&input.name));
            let values = input.default.iter().chain(provided);
            self.retyped_inputs.extend(values.filter(|it| it.as_str().is_none()).cloned());
        }
        let at = (way.start != Start::File).then(|| way.at.clone());
        let given = Given { inputs: way.inputs, at, by_others: way.by_itself };
        let values = inputs::resolve(&spec, &given, &way.prefix, self.problems);
        let component = Component {
            declared: spec.component.clone(),
            is_none: way.role == Role::Plain,
            ..way.component.clone()
        };
        let report = (way.prefix.as_str(), &mut *self.problems);
        if spec.partial {
            // Any input may come from a file that is not known.
            let mut ignored = Vec::new();
            let report = (way.prefix.as_str(), &mut ignored);
            return inputs::interpolate(&content, &values, &component, self.settings, report);
        }
        inputs::interpolate(&content, &values, &component, self.settings, report)
    }

    /// Inputs of `spec:include`.
    fn more_inputs(
        &mut self,
        include: &Value<'p>,
        header: &mut inputs::Header<'p>,
        way: &Way<'_, 'p>,
    ) {
        if include.as_str().is_none() && include.as_seq().is_none() && !include.is_unknown() {
            let message = "header:spec:include config should be an array or a string";
            return self.refuse("invalid-spec-header", &include.origin, message);
        }
        let mut faults = Faults::default();
        let items = entries(include, &mut faults);
        self.problems.extend(faults.told(true));
        for entry in items {
            if matches!(entry.target, Target::Template(_) | Target::Component(_)) {
                let message = "header:spec:include takes local, project and remote files alone";
                self.refuse("invalid-spec-header", &entry.value.origin, message);
                continue;
            }
            let beside = |key: &&crate::model::gitlab::Entry<'_>| {
                ["inputs", "rules", "job"].contains(&&*key.key)
            };
            for key in entry.value.entries().iter().filter(beside) {
                let message = format!(
                    "header:spec:include config contains unknown keys: {}; inputs are taken from the file as they are",
                    key.key
                );
                self.refuse("invalid-spec-header", &Origin::here(key.key_at), message);
            }
            let own = self.read.last().map_or("", |file| &file.source.path);
            for found in self.locate(&entry, &way.base, own) {
                let (base, path, named) = match found {
                    Found::File { base, path, named, .. } => (base, path, named),
                    Found::Nothing { path, named } => {
                        header.partial = true;
                        self.unread(&entry, &way.base, (path, named), way.certain);
                        continue;
                    }
                    Found::Missing(named) => {
                        header.partial = true;
                        self.miss(named, None, &entry.value.origin);
                        continue;
                    }
                };
                let Some(source) = self.files.read(&path) else {
                    header.partial = true;
                    self.unread(&entry, &base, (path, named), way.certain);
                    continue;
                };
                let tree = self.tree(source);
                let loaded = self.load(source, &tree, &way.steps);
                let Some(content) = loaded.content else {
                    self.nothing(source, &entry.value.origin, false, &tree);
                    continue;
                };
                let version = self.settings.gitlab_version;
                let prefix = format!("{}`{}`: ", way.prefix, source.path);
                let origin = content.origin.clone();
                let spec = crate::model::gitlab::Entry {
                    key: Text::Borrowed("spec"),
                    key_kind: crate::model::gitlab::KeyKind::Str,
                    key_at: origin.at,
                    value: content,
                };
                let spec = crate::model::gitlab::ValueKind::Map(Arc::new(Map::new(vec![spec])));
                let more =
                    inputs::header(&Value::new(spec, origin), version, &prefix, self.problems);
                for input in more.inputs {
                    if header.inputs.iter().any(|it| it.name == input.name) {
                        let message = format!(
                            "header:spec:include the input `{}` is declared twice",
                            input.name
                        );
                        self.refuse("invalid-spec-header", &entry.value.origin, message);
                    } else {
                        header.inputs.push(input);
                    }
                }
            }
        }
    }

    /// Puts a file over what it includes. `place` is that of the file.
    fn merge(&mut self, content: &Value<'p>, place: Option<usize>, way: &Way<'_, 'p>) -> Map<'p> {
        let Some(own) = content.as_map() else { return Map::default() };
        let include = own.get("include");
        let own = || own.entries().iter().filter(|entry| entry.key != "include").cloned();
        let Some(include) = include else { return Map::new(own().collect()) };
        let mut merged = Merged::new(Vec::new());
        let mut only_perhaps: FxHashMap<Text<'p>, usize> = FxHashMap::default();
        let mut faults = Faults::default();
        let items = entries(include, &mut faults);
        if way.start != Start::Trigger {
            self.problems.append(&mut faults.problems);
        }
        let mut brings = false;
        let mut applies =
            |rules| applies(rules, (self.files, &way.base), self.settings, &mut *self.problems);
        let ruled: Vec<_> = items.iter().map(|it| it.rules.map(&mut applies)).collect();
        let wanted = items.iter().zip(&ruled).filter(|(_, ruled)| **ruled != Some(Truth::No));
        self.read_ahead(wanted.map(|(entry, _)| entry), &way.base, &way.steps);
        for ((item, entry), ruled) in items.iter().enumerate().zip(ruled) {
            self.includes.push(entry.told());
            let certain = match ruled {
                Some(Truth::No) => continue,
                Some(Truth::Open(causes)) => {
                    self.undecided(entry, causes);
                    false
                }
                _ => true,
            };
            let configs = self.included(entry, certain, place, way);
            brings |= !configs.is_empty() || !entry.is_wildcard();
            for config in configs {
                // Of files that rules choose between, the first that defines a name counts: so the
                // name is as it would be in one of the possible pipelines.
                let is_left_out = |merged: &Merged<'p>, part: &Entry<'p>| {
                    let first = only_perhaps.get(&part.key).filter(|_| merged.find(part).is_some());
                    !certain && first.is_some_and(|first| *first != item)
                };
                let parts = config.entries();
                let left_out: FxHashSet<&str> = parts
                    .iter()
                    .filter(|part| is_left_out(&merged, part))
                    .map(|part| &*part.key)
                    .collect();
                for part in parts {
                    if left_out.contains(&*part.key) {
                        if part.key.starts_with('.') {
                            merged.doubt(part);
                        }
                        continue;
                    }
                    if certain {
                        only_perhaps.remove(&part.key);
                    } else if merged.find(part).is_none() {
                        only_perhaps.insert(part.key.clone(), item);
                    }
                    merged.put(without_bases(part, &left_out));
                }
            }
        }
        if way.start != Start::Trigger {
            let looks = way.start == Start::File && !way.by_itself && !brings;
            self.problems.extend(faults.told(looks));
        }
        own().for_each(|entry| merged.put(entry));
        merged.into_map()
    }

    /// The configurations that one entry of `include` stands for.
    fn included(
        &mut self,
        entry: &IncludeEntry<'_, 'p>,
        certain: bool,
        place: Option<usize>,
        way: &Way<'_, 'p>,
    ) -> Vec<Map<'p>> {
        let certain = certain && way.certain;
        let mut configs = Vec::new();
        let own = place.and_then(|place| self.read.get(place));
        let own = own.map_or("", |file| &file.source.path);
        for found in self.locate(entry, &way.base, own) {
            let (base, path, component, named) = match found {
                Found::File { base, path, component, named } => (base, path, component, named),
                Found::Nothing { path, named } => {
                    self.unread(entry, &way.base, (path, named), certain);
                    continue;
                }
                Found::Missing(named) => {
                    self.miss(named, None, &entry.value.origin);
                    continue;
                }
            };
            if self.stopped || self.is_too_much(entry) {
                break;
            }
            let lower = path.to_ascii_lowercase();
            let is_yaml = [".yml", ".yaml"].iter().any(|end| lower.ends_with(end));
            if !is_yaml {
                let message = format!(
                    "Included file `{path}` does not have YAML extension!: its name must end in .yml or .yaml"
                );
                self.refuse("invalid-include", &entry.value.origin, message);
                continue;
            }
            let Some(source) = self.files.read(&path) else {
                self.unread(entry, &base, (path, named), certain);
                continue;
            };
            let is_remote = matches!(entry.target, Target::Remote(_));
            if let Some(value) = entry.integrity.and_then(Value::as_str).filter(|_| is_remote)
                && source.invalid_utf8().is_empty()
                && integrity(value, Some(source.text())) == Integrity::Differs
            {
                let message =
                    format!("the digest of `{path}` is not the one that `integrity` names");
                let at = entry.integrity.map_or(&entry.value.origin, |it| &it.origin);
                self.refuse("invalid-integrity", at, message);
            }
            self.bytes += source.text().len() as u64;
            let mut steps = way.steps.clone();
            if way.start != Start::Trigger {
                steps.push((StepKind::Include, entry.value.at()));
            }
            let drops = entry.is_wildcard() && entry.inputs.is_some() && self.drops_inputs();
            let version = self.settings.gitlab_version;
            let why = match drops {
                true => format!(" (GitLab {version} hands no inputs to the files of a wildcard)"),
                false => String::new(),
            };
            let next = Way {
                steps,
                parent: place,
                start: Start::Include,
                certain,
                base,
                component,
                prefix: format!("`{}`{why}: ", source.path),
                at: entry.value.origin.clone(),
                inputs: entry.inputs.filter(|_| !drops),
                by_itself: false,
                role: match (&entry.target, way.role) {
                    (Target::Component(_), _) => Role::Component,
                    (_, Role::Plain) => Role::Plain,
                    _ => Role::Any,
                },
            };
            configs.extend(self.file(source, &next));
        }
        configs
    }

    /// Whether the server gives no inputs to the files that a wildcard stands for. The newest gives them;
    /// nobody knows with which version that began.
    fn drops_inputs(&self) -> bool {
        self.settings.states_version && self.settings.gitlab_version <= WITHOUT_INPUTS
    }

    /// Whether the limits of the server are passed; says so once.
    fn is_too_much(&mut self, entry: &IncludeEntry<'_, 'p>) -> bool {
        let limits = self.settings.limits;
        let message = if self.read.len() > limits.includes {
            format!("Maximum of {} nested includes are allowed!", limits.includes)
        } else if self.bytes > limits.total_yaml_bytes {
            format!("the included files have more than {} bytes together", limits.total_yaml_bytes)
        } else {
            return false;
        };
        self.stopped = true;
        self.refuse("too-many-includes", &entry.value.origin, message);
        true
    }
}

/// The entry without what it takes over by `extends` from these: their names stand for something
/// else in what was merged.
fn without_bases<'p>(part: &Entry<'p>, names: &FxHashSet<&str>) -> Entry<'p> {
    let is_one = |it: &Value<'p>| it.as_str().is_some_and(|name| names.contains(name));
    let Some(map) = part.value.as_map().filter(|_| !names.is_empty()) else { return part.clone() };
    let Some(bases) = map.get("extends") else { return part.clone() };
    let listed = bases.as_seq().unwrap_or_default();
    if !is_one(bases) && !listed.iter().any(is_one) {
        return part.clone();
    }
    let kept: Vec<Value<'p>> = listed.iter().filter(|it| !is_one(it)).cloned().collect();
    let entries = map.entries().iter().map(|entry| match entry.key == "extends" {
        true => Entry {
            value: Value { kind: ValueKind::Seq(kept.clone().into()), ..entry.value.clone() },
            ..entry.clone()
        },
        false => entry.clone(),
    });
    let map = Map::new(entries.collect()).into_partial();
    let value = Value { kind: ValueKind::Map(Arc::new(map)), ..part.value.clone() };
    Entry { value, ..part.clone() }
}
