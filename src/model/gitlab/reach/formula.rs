use std::sync::OnceLock;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::world::World;
use crate::model::gitlab::regexp::compile;
use crate::syntax::expression::{Node, NodeKind, Operator};

/// A variable, by its number in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Var(u32);

/// What a text is matched against, by its number in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern(u32);

/// The variables and patterns of a pipeline, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    variables: Vec<String>,
    by_variable: FxHashMap<String, Var>,
    patterns: Vec<PatternEntry>,
    by_pattern: FxHashMap<(String, String), Pattern>,
}

#[derive(Debug)]
struct PatternEntry {
    source: String,
    flags: String,
    /// Made at the first use: most patterns are asked about texts that are not known.
    regex: OnceLock<Option<Regex>>,
}

impl Names {
    pub(super) fn variable(&mut self, name: &str) -> Var {
        if let Some(known) = self.by_variable.get(name) {
            return *known;
        }
        let var = Var(u32::try_from(self.variables.len()).unwrap_or(u32::MAX));
        self.variables.push(name.to_owned());
        self.by_variable.insert(name.to_owned(), var);
        var
    }

    /// The variable of this name, if a condition names it.
    pub(super) fn find(&self, name: &str) -> Option<Var> {
        self.by_variable.get(name).copied()
    }

    pub(super) fn name(&self, var: Var) -> &str {
        self.variables.get(var.0 as usize).map_or("", String::as_str)
    }

    pub(super) fn pattern(&mut self, source: &str, flags: &str) -> Pattern {
        let key = (source.to_owned(), flags.to_owned());
        if let Some(known) = self.by_pattern.get(&key) {
            return *known;
        }
        let pattern = Pattern(u32::try_from(self.patterns.len()).unwrap_or(u32::MAX));
        self.patterns.push(PatternEntry {
            source: source.to_owned(),
            flags: flags.to_owned(),
            regex: OnceLock::new(),
        });
        self.by_pattern.insert(key, pattern);
        pattern
    }

    /// Whether the text fits; nothing for a pattern that cannot be read.
    pub(super) fn fits(&self, pattern: Pattern, text: &str) -> Option<bool> {
        let entry = self.patterns.get(pattern.0 as usize)?;
        let regex = entry.regex.get_or_init(|| compile(&entry.source, &entry.flags).ok());
        regex.as_ref().map(|regex| regex.is_match(text))
    }
}

/// A condition of `rules:if`, lowered to numbers.
#[derive(Debug)]
pub(super) enum Formula {
    Null,
    Text(Box<str>),
    Pattern(Pattern),
    Variable(Var),
    Binary { operator: Operator, left: Box<Formula>, right: Box<Formula> },
}

/// What a part of a condition comes to, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Term<'a> {
    Null,
    Bool(bool),
    Text(&'a str),
    /// The value of this variable, which is not blank and otherwise not known.
    Some(Var),
    /// True or false.
    Either,
    Unknown,
}

impl Term<'_> {
    /// Whether the rule holds.
    pub(super) fn holds(self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(value),
            Self::Text(text) => Some(!text.trim().is_empty()),
            Self::Some(_) => Some(true),
            Self::Either | Self::Unknown => None,
        }
    }

    /// Whether Ruby takes it for true: an empty text too.
    fn ruby_truth(self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(value),
            Self::Text(_) | Self::Some(_) => Some(true),
            Self::Either | Self::Unknown => None,
        }
    }

    fn of(truth: Option<bool>) -> Self {
        truth.map_or(Self::Either, Self::Bool)
    }
}

impl Formula {
    // The parser bounds how deep expressions are.
    pub(super) fn lower(node: &Node<'_>, names: &mut Names) -> Self {
        match &node.kind {
            NodeKind::Null => Self::Null,
            NodeKind::Text(text) => Self::Text((*text).into()),
            NodeKind::Pattern { source, flags } => Self::Pattern(names.pattern(source, flags)),
            NodeKind::Variable(name) => Self::Variable(names.variable(name)),
            NodeKind::Binary { operator, left, right } => Self::Binary {
                operator: *operator,
                left: Box::new(Self::lower(left, names)),
                right: Box::new(Self::lower(right, names)),
            },
        }
    }

    /// Calls `each` with every part.
    pub(super) fn walk<'a>(&'a self, each: &mut impl FnMut(&'a Formula)) {
        each(self);
        if let Self::Binary { left, right, .. } = self {
            left.walk(each);
            right.walk(each);
        }
    }

    pub(super) fn term<'a>(&'a self, world: &'a dyn World, names: &Names) -> Term<'a> {
        let (operator, left, right) = match self {
            Self::Null => return Term::Null,
            Self::Text(text) => return Term::Text(text),
            Self::Pattern(_) => return Term::Unknown,
            Self::Variable(var) => return world.value(*var),
            Self::Binary { operator, left, right } => (*operator, left, right),
        };
        match operator {
            Operator::Equals => Term::of(equal((left, right), world, names)),
            Operator::Differs => Term::of(equal((left, right), world, names).map(|it| !it)),
            Operator::Matches => Term::of(matches((left, right), world, names)),
            Operator::DoesNotMatch => Term::of(matches((left, right), world, names).map(|it| !it)),
            Operator::And => {
                let left = left.term(world, names);
                match left.ruby_truth() {
                    Some(false) => left,
                    Some(true) => right.term(world, names),
                    None => match right.term(world, names).holds() {
                        Some(false) => Term::Bool(false),
                        Some(true) if left == Term::Either => Term::Either,
                        _ => Term::Unknown,
                    },
                }
            }
            Operator::Or => {
                let left = left.term(world, names);
                match left.ruby_truth() {
                    Some(true) => left,
                    Some(false) => right.term(world, names),
                    // A text on the left may be empty, which ends the search and does not hold.
                    None if left == Term::Either => match right.term(world, names).holds() {
                        Some(true) => Term::Bool(true),
                        Some(false) => Term::Either,
                        None => Term::Unknown,
                    },
                    None => Term::Unknown,
                }
            }
        }
    }
}

fn equal((left, right): (&Formula, &Formula), world: &dyn World, names: &Names) -> Option<bool> {
    let (one, other) = (left.term(world, names), right.term(world, names));
    match (one, other) {
        (Term::Some(a), Term::Some(b)) => world.equal(a, b),
        (Term::Some(a), Term::Text(text)) | (Term::Text(text), Term::Some(a)) => {
            let side = if matches!(one, Term::Text(_)) { left } else { right };
            match side {
                Formula::Variable(b) => world.equal(a, *b),
                _ => world.equals_text(a, text),
            }
        }
        (Term::Unknown | Term::Either, _) | (_, Term::Unknown | Term::Either) => None,
        _ => Some(one == other),
    }
}

fn matches((left, right): (&Formula, &Formula), world: &dyn World, names: &Names) -> Option<bool> {
    let left = left.term(world, names);
    let text = match left {
        Term::Null => "",
        Term::Text(text) => text,
        Term::Some(var) => {
            return match right {
                Formula::Pattern(pattern) => world.fits(var, *pattern),
                _ => None,
            };
        }
        _ => return None,
    };
    match right {
        Formula::Pattern(pattern) => names.fits(*pattern, text),
        _ => match right.term(world, names) {
            Term::Null => Some(false),
            Term::Text(value) => match between_slashes(value) {
                Some((source, flags)) => {
                    compile(source, flags).ok().map(|regex| regex.is_match(text))
                }
                None => Some(value.contains(text)),
            },
            _ => None,
        },
    }
}

/// A text that looks like `/source/flags`.
pub(super) fn between_slashes(text: &str) -> Option<(&str, &str)> {
    let (source, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    flags.chars().all(|it| "ismU".contains(it)).then_some((source, flags))
}
