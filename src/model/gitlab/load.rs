//! From trees to values: aliases and `<<` are followed, scalars typed, documents told apart.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::merge::Merged;
use super::steps::Steps;
use super::{Entry, KeyKind, Problem, Text, Unknown, Value, ValueKind};
use crate::model::{Origin, Step, StepKind};
use crate::syntax::yaml::{NodeId, NodeKind, Tree, Typed};
use crate::text::{Location, SourceId, Span};

/// How many nodes one file may repeat through aliases. A file of that size is refused by the
/// server long before.
const REPEATED: usize = 250_000;

/// Memory that Ruby needs at least for one string, list or mapping.
const OBJECT: usize = 40;

/// So many faults of syntax in a file are told one by one.
const MAX_SYNTAX_ERRORS: usize = 20;

/// Strings up to this many bytes need no memory of their own.
const EMBEDDED: usize = 23;

/// The two parts of a configuration file.
pub(super) struct Loaded<'p> {
    /// The mapping with `spec`, if there is one in front.
    pub(super) header: Option<Value<'p>>,
    /// The configuration; nothing if the file holds none.
    pub(super) content: Option<Value<'p>>,
}

/// What a file may cost.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) depth: u32,
    pub(super) bytes: usize,
}

/// Reads the documents of a file as the server does. `way` are the steps by which the file came,
/// the outermost first.
pub(super) fn load<'p>(
    tree: &Tree<'p>,
    source: (SourceId, &'p str),
    way: &[(StepKind, Location)],
    bounds: Bounds,
    problems: &mut Vec<Problem>,
) -> Loaded<'p> {
    let mut loader = Loader {
        tree,
        source: source.0,
        after: way.len(),
        last: way.iter().rev().fold(None, |before, (kind, at)| {
            Some(Arc::new(Step { kind: kind.clone(), at: *at, before }))
        }),
        anchored: FxHashMap::default(),
        copies: REPEATED,
        nodes: 0,
        bytes: 0,
        bounds,
        refused: false,
        problems,
    };
    loader.syntax_errors(source.1);
    let mut parts = Vec::new();
    for root in roots(tree, source.1) {
        loader.bytes = 0;
        loader.refused = false;
        let value = loader.value(root, 1);
        if !value.is_blank() {
            parts.push(value);
        }
    }
    // The server looks into every part before it takes one.
    for part in parts.iter().skip(1) {
        if part.as_map().is_none() && !part.is_unknown() {
            let message = format!(
                "Invalid configuration format: this document is {}, and must be a mapping",
                part.kind_name()
            );
            loader.problems.push(Problem::new("invalid-yaml", &part.origin, message));
        }
    }
    let is_header = parts.len() > 1 && parts.first().is_some_and(|it| it.get("spec").is_some());
    let mut parts = parts.into_iter();
    let first = parts.next();
    match is_header {
        true => Loaded { header: first, content: parts.last() },
        false => Loaded { header: None, content: first },
    }
}

/// The roots of the pieces into which the server splits a file: at `---` lines, into three at most.
fn roots(tree: &Tree<'_>, text: &str) -> Vec<NodeId> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.strip_prefix("---");
        if rest.is_some_and(|rest| rest.starts_with(char::is_whitespace)) && starts.len() < 3 {
            starts.push(at);
        }
        at += line.len();
    }
    let mut documents = tree.documents.iter().peekable();
    let mut roots = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let end = starts.get(place + 1).copied().unwrap_or(usize::MAX);
        let mut first = true;
        while let Some(document) = documents.next_if(|it| (it.span.start as usize) < end) {
            if document.span.start as usize >= *start && first {
                first = false;
                roots.extend(document.root);
            }
        }
    }
    roots
}

/// Height, number of values and least memory of a value.
fn weigh(value: &Value<'_>) -> (u32, usize, usize) {
    let together = |(height, nodes, bytes): (u32, usize, usize), (h, n, b)| {
        (height.max(h + 1), nodes + n, bytes + b)
    };
    match &value.kind {
        ValueKind::Seq(items) => items.iter().map(weigh).fold((0, 1, OBJECT), together),
        ValueKind::Map(map) => {
            map.entries().iter().map(|entry| weigh(&entry.value)).fold((0, 1, OBJECT), together)
        }
        ValueKind::Str(text) => (0, 1, text_bytes(text.len())),
        _ => (0, 1, OBJECT),
    }
}

const fn text_bytes(length: usize) -> usize {
    OBJECT + if length > EMBEDDED { length } else { 0 }
}

struct Loader<'a, 'p> {
    tree: &'a Tree<'p>,
    source: SourceId,
    /// By how many steps the file came, and the last of them.
    after: usize,
    last: Option<Arc<Step>>,
    /// What aliases repeat. An anchor stands above its aliases, so it is read before them.
    anchored: FxHashMap<NodeId, Anchored<'p>>,
    /// How many nodes aliases may still repeat.
    copies: usize,
    /// Nodes and bytes of this document, repeated ones included.
    nodes: usize,
    bytes: usize,
    bounds: Bounds,
    refused: bool,
    problems: &'a mut Vec<Problem>,
}

/// A node with an anchor.
struct Anchored<'p> {
    value: Value<'p>,
    height: u32,
    nodes: usize,
    bytes: usize,
}

impl<'p> Loader<'_, 'p> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.source, span)
    }

    fn origin(&self, span: Span) -> Origin {
        Origin { at: self.at(span), last: self.last.clone() }
    }

    fn syntax_errors(&mut self, text: &str) {
        let tree = self.tree;
        let all = tree.errors.len();
        // A count of one would say less than the fault.
        let told = if all > MAX_SYNTAX_ERRORS + 1 { MAX_SYNTAX_ERRORS } else { all };
        let (shown, rest) = tree.errors.split_at(told);
        for error in shown {
            let name = text.get(error.span.range()).and_then(|it| it.strip_prefix('*'));
            let message = match name {
                Some(_) if error.message.contains("inside the node") => {
                    format!("The parsed YAML is too big: {}", error.message)
                }
                Some(name) => format!("Unknown alias: {name}: {}", error.message),
                None => error.message.clone(),
            };
            let origin = self.origin(error.span);
            let problem = Problem::new("invalid-yaml", &origin, message);
            self.problems.push(match name.is_some() && !error.message.contains("inside the node") {
                true => problem.help(
                    "an anchor holds below its own line, in its own file; for what another file defines \
                     there are `extends` and `!reference`",
                ),
                false if error.message.starts_with("tabs disallowed") => {
                    problem.help("indent with blanks: a tab is none in YAML")
                }
                false => problem,
            });
        }
        if let Some(next) = rest.first() {
            let message = format!("{} more faults of syntax begin here", rest.len());
            let problem = Problem::new("invalid-yaml", &self.origin(next.span), message);
            self.problems.push(problem.help("mend those above first: one fault can make many"));
        }
        // The server cuts the file at `---` lines, which leaves a directive in a piece of its own.
        let (mut at, mut directive) = (0, None);
        for line in text.split_inclusive('\n') {
            if line.starts_with('%') {
                directive = directive.or(Some(Span::from_range(at..at + line.trim_end().len())));
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                break;
            }
            at += line.len();
        }
        if let Some(span) = directive {
            let message = "did not find expected <document start>: GitLab does not understand YAML directives";
            let problem = Problem::new("invalid-yaml", &self.origin(span), message);
            self.problems.push(problem.help("Remove the directive."));
        }
    }

    /// Counts what is read; says whether it may be read.
    fn count(&mut self, (nodes, bytes): (usize, usize), id: NodeId, depth: u32) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        self.bytes = self.bytes.saturating_add(bytes);
        let deep = depth > self.bounds.depth;
        if (deep || self.bytes > self.bounds.bytes) && !self.refused {
            self.refused = true;
            let why = if deep {
                format!("it nests deeper than {} levels", self.bounds.depth)
            } else {
                let size = self.bounds.bytes >> 10;
                format!("with its aliases written out it needs more than {size} KiB")
            };
            let origin = self.origin(self.tree.node(id).span);
            let message = format!("The parsed YAML is too big: {why}");
            self.problems.push(Problem::new("yaml-too-big", &origin, message));
        }
        !deep
    }

    /// What an alias repeats.
    fn alias(&mut self, id: NodeId, target: NodeId, kind: StepKind, depth: u32) -> Value<'p> {
        let origin = self.origin(self.tree.node(id).span);
        let refused = || Value::new(ValueKind::Unknown(Unknown::Refused), origin.clone());
        let Some(known) = self.anchored.get(&target) else {
            // The anchor of a key.
            return if self.tree.scalar(target).is_some() {
                self.value(target, depth)
            } else {
                refused()
            };
        };
        let (value, height) = (known.value.clone(), known.height);
        let size = (known.nodes, known.bytes);
        if !self.count(size, id, depth + height) || self.copies < size.0 {
            return refused();
        }
        Steps::before(kind, origin.at, self.after).value(&value, &mut self.copies)
    }

    fn value(&mut self, id: NodeId, depth: u32) -> Value<'p> {
        let value = self.node(id, depth);
        if self.tree.node(id).anchor.is_some() {
            let (height, nodes, bytes) = weigh(&value);
            self.anchored.insert(id, Anchored { value: value.clone(), height, nodes, bytes });
        }
        value
    }

    fn node(&mut self, id: NodeId, depth: u32) -> Value<'p> {
        let node = self.tree.node(id);
        let origin = self.origin(node.span);
        if let NodeKind::Alias(alias) = &node.kind {
            return match alias.target {
                Some(target) => self.alias(id, target, StepKind::Anchor, depth),
                None => Value::new(ValueKind::Unknown(Unknown::Refused), origin),
            };
        }
        let bytes = match &node.kind {
            NodeKind::Scalar(scalar) => text_bytes(scalar.value.len()),
            _ => OBJECT,
        };
        if !self.count((1, bytes), id, depth) {
            return Value::new(ValueKind::Unknown(Unknown::Refused), origin);
        }
        if let Some(class) = self.tree.refused_class(id) {
            return Value::new(self.refused(id, &class), origin);
        }
        let is_reference = node.tag.as_ref().is_some_and(|tag| tag.text == "!reference");
        let kind = match &node.kind {
            NodeKind::Scalar(_) | NodeKind::Alias(_) => self.scalar(id),
            NodeKind::Sequence(items) => {
                ValueKind::Seq(items.iter().map(|item| self.value(*item, depth + 1)).collect())
            }
            NodeKind::Mapping(entries) => {
                let mut merged = Merged::new(Vec::with_capacity(entries.len()));
                for entry in entries {
                    self.entry(entry.key, entry.value, &mut merged, depth);
                }
                ValueKind::Map(Arc::new(merged.into_map()))
            }
        };
        let value = Value { kind, origin, node: Some(id) };
        if !is_reference {
            return value;
        }
        let span = node.tag.as_ref().map_or(node.span, |tag| tag.span.cover(node.span));
        let origin = self.origin(span);
        Value { kind: ValueKind::Reference(Arc::new(value)), origin, node: Some(id) }
    }

    fn entry(&mut self, key: NodeId, value: NodeId, into: &mut Merged<'p>, depth: u32) {
        let (key_kind, text) = self.key(key);
        if text == "<<" && key_kind == KeyKind::Str {
            let target = self.tree.node(self.tree.follow(value));
            // An alias of nothing: who wrote it knows what it stands for.
            into.partial |= matches!(target.kind, NodeKind::Alias(_));
            if into.partial || self.merge(value, into, depth) {
                return;
            }
        }
        let key_at = self.at(self.tree.node(key).span);
        let value = self.value(value, depth + 1);
        into.replace(Entry { key: text, key_kind, key_at, value });
    }

    /// Takes over the entries of a mapping, or of each in a list (of two with one key the one of
    /// the earlier mapping holds). Says whether there was anything to merge.
    fn merge(&mut self, value: NodeId, into: &mut Merged<'p>, depth: u32) -> bool {
        let tree = self.tree;
        let target = tree.follow(value);
        let from = match &tree.node(target).kind {
            NodeKind::Mapping(_) => vec![value],
            NodeKind::Sequence(items) if items.iter().all(|it| tree.mapping(*it).is_some()) => {
                items.iter().rev().copied().collect()
            }
            _ => return false,
        };
        let mut together = Merged::new(Vec::new());
        for item in from {
            let target = tree.follow(item);
            let value = if target == item {
                let at = self.at(tree.node(item).span);
                let value = self.value(item, depth);
                Steps::before(StepKind::Merge, at, self.after).value(&value, &mut self.copies)
            } else {
                self.alias(item, target, StepKind::Merge, depth)
            };
            for entry in value.entries() {
                together.replace(entry.clone());
            }
        }
        for entry in together.entries {
            into.replace(entry);
        }
        true
    }

    fn key(&mut self, id: NodeId) -> (KeyKind, Text<'p>) {
        let tree = self.tree;
        let id = tree.follow(id);
        let Some(scalar) = tree.scalar(id) else {
            let text = self.value(id, 2).inspect();
            return (KeyKind::Collection, text.into());
        };
        let written = Text::from(&scalar.value);
        match self.scalar(id) {
            ValueKind::Str(text) | ValueKind::Symbol(text) => (KeyKind::Str, text),
            // What is wrong with it is told already.
            ValueKind::Unknown(_) => (KeyKind::Str, written),
            ValueKind::Bool(_) => (KeyKind::Bool, written),
            ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_) => {
                (KeyKind::Number, written)
            }
            ValueKind::Null => (KeyKind::Null, written),
            _ => (KeyKind::Collection, written),
        }
    }

    fn scalar(&mut self, id: NodeId) -> ValueKind<'p> {
        let tree = self.tree;
        let (Some(scalar), Some(typed)) = (tree.scalar(id), tree.typed(id)) else {
            return ValueKind::Null;
        };
        match typed {
            Typed::Null => ValueKind::Null,
            Typed::Bool(value) => ValueKind::Bool(value),
            Typed::Int(value) => ValueKind::Int(value),
            Typed::BigInt(digits) => ValueKind::BigInt(digits.into_owned().into()),
            Typed::Float(value) => ValueKind::Float(value),
            Typed::Str(_) => ValueKind::Str(Text::from(&scalar.value)),
            Typed::Symbol(name) => ValueKind::Symbol(name.to_owned().into()),
            Typed::Refused(class) => self.refused(id, &class),
        }
    }

    fn refused(&mut self, id: NodeId, class: &str) -> ValueKind<'p> {
        let node = self.tree.node(id);
        let message = format!("Tried to load unspecified class: {class}");
        let mut problem = Problem::new("refused-yaml-class", &self.origin(node.span), message);
        if matches!(node.kind, NodeKind::Scalar(_)) && node.tag.is_none() {
            problem = problem.help("Quote it to make it a text.".to_owned());
        }
        self.problems.push(problem);
        ValueKind::Unknown(Unknown::Refused)
    }
}
