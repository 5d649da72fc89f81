use std::sync::OnceLock;

use regex::Regex;
use rustc_hash::FxHashMap;

use crate::model::gitlab::regexp::compile;
use crate::syntax::expression::{Node, NodeKind, Operator};

/// A variable, by its number in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::model::gitlab) struct Var(u32);

impl Var {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a text is matched against, by its number in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::model::gitlab) struct Pattern(u32);

/// The variables and patterns of a pipeline, each once.
#[derive(Debug, Default)]
pub(in crate::model::gitlab) struct Names {
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
    pub(in crate::model::gitlab) fn variable(&mut self, name: &str) -> Var {
        if let Some(known) = self.by_variable.get(name) {
            return *known;
        }
        let var = Var(u32::try_from(self.variables.len()).unwrap_or(u32::MAX));
        self.variables.push(name.to_owned());
        self.by_variable.insert(name.to_owned(), var);
        var
    }

    /// The variable of this name, if a condition names it.
    pub(in crate::model::gitlab) fn find(&self, name: &str) -> Option<Var> {
        self.by_variable.get(name).copied()
    }

    /// The names of the variables in the order of their numbers.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    pub(in crate::model::gitlab) fn name(&self, var: Var) -> &str {
        self.variables.get(var.index()).map_or("", String::as_str)
    }

    pub(in crate::model::gitlab) fn pattern(&mut self, source: &str, flags: &str) -> Pattern {
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
    pub(in crate::model::gitlab) fn fits(&self, pattern: Pattern, text: &str) -> Option<bool> {
        let entry = self.patterns.get(pattern.0 as usize)?;
        let regex = entry.regex.get_or_init(|| compile(&entry.source, &entry.flags).ok());
        regex.as_ref().map(|regex| regex.is_match(text))
    }
}

/// A condition of `rules:if`, lowered to numbers.
#[derive(Debug)]
pub(in crate::model::gitlab) enum Formula {
    Null,
    Bool(bool),
    Text(Box<str>),
    Pattern(Pattern),
    Variable(Var),
    Not(Box<Formula>),
    Binary { operator: Operator, left: Box<Formula>, right: Box<Formula> },
}

/// What is known of variables. Nothing stands for "not known" in all answers.
pub(in crate::model::gitlab) trait Facts {
    fn value(&self, var: Var) -> Term<'_>;
    /// Whether two variables, at least one of them [`Term::Some`], have the same value.
    fn equal(&self, one: Var, other: Var) -> Option<bool>;
    /// Whether a variable that is [`Term::Some`] has a value that a condition names.
    fn equals_text(&self, var: Var, text: &str) -> Option<bool>;
    /// Whether a variable that is [`Term::Some`] fits a pattern.
    fn fits(&self, var: Var, pattern: Pattern) -> Option<bool>;
}

/// What a part of a condition comes to, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::model::gitlab) enum Term<'a> {
    Null,
    Bool(bool),
    Text(&'a str),
    Pattern(Pattern),
    /// The value of this variable, which is not blank and otherwise not known.
    Some(Var),
    /// True or false.
    Either,
    /// Something that does not hold: null, false or a blank text.
    Blank,
    Unknown,
}

impl Term<'_> {
    /// Whether the rule holds.
    pub(in crate::model::gitlab) fn holds(self) -> Option<bool> {
        match self {
            Self::Null | Self::Blank => Some(false),
            Self::Bool(value) => Some(value),
            Self::Text(text) => Some(!text.trim().is_empty()),
            Self::Pattern(_) | Self::Some(_) => Some(true),
            Self::Either | Self::Unknown => None,
        }
    }

    /// Whether Ruby takes it for true: an empty text too.
    fn ruby_truth(self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(value),
            Self::Text(_) | Self::Pattern(_) | Self::Some(_) => Some(true),
            Self::Either | Self::Blank | Self::Unknown => None,
        }
    }

    /// Whether it takes more to be known to tell what it is.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Either | Self::Unknown)
    }

    fn of(truth: Option<bool>) -> Self {
        truth.map_or(Self::Either, Self::Bool)
    }
}

impl Formula {
    // The parser bounds how deep expressions are.
    pub(in crate::model::gitlab) fn lower(node: &Node<'_>, names: &mut Names) -> Self {
        match &node.kind {
            NodeKind::Null => Self::Null,
            NodeKind::Bool(value) => Self::Bool(*value),
            NodeKind::Text(text) => Self::Text((*text).into()),
            NodeKind::Pattern { source, flags } => Self::Pattern(names.pattern(source, flags)),
            NodeKind::Variable(name) => Self::Variable(names.variable(name)),
            NodeKind::Not(operand) => Self::Not(Box::new(Self::lower(operand, names))),
            NodeKind::Binary { operator, left, right } => Self::Binary {
                operator: *operator,
                left: Box::new(Self::lower(left, names)),
                right: Box::new(Self::lower(right, names)),
            },
        }
    }

    /// Calls `each` with every part.
    pub(in crate::model::gitlab) fn walk<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        each(self);
        match self {
            Self::Binary { left, right, .. } => {
                left.walk(each);
                right.walk(each);
            }
            Self::Not(operand) => operand.walk(each),
            _ => {}
        }
    }

    /// Calls `each` with every part whose value this one may have.
    pub(in crate::model::gitlab) fn values<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        match self {
            Self::Binary { operator: Operator::And | Operator::Or, left, right } => {
                left.values(each);
                right.values(each);
            }
            _ => each(self),
        }
    }

    /// Whether only newer servers read it.
    fn is_recent(&self) -> bool {
        let mut recent = false;
        self.walk(&mut |part| recent |= matches!(part, Self::Bool(_) | Self::Not(_)));
        recent
    }

    /// What it comes to.
    pub(in crate::model::gitlab) fn term<'a, F: Facts + ?Sized>(
        &'a self,
        facts: &'a F,
        names: &Names,
    ) -> Term<'a> {
        let (operator, left, right) = match self {
            Self::Null => return Term::Null,
            Self::Bool(value) => return Term::Bool(*value),
            Self::Text(text) => return Term::Text(text),
            Self::Pattern(pattern) => return Term::Pattern(*pattern),
            Self::Variable(var) => return facts.value(*var),
            Self::Not(operand) => {
                return Term::of(operand.term(facts, names).holds().map(|it| !it));
            }
            Self::Binary { operator, left, right } => (*operator, left, right),
        };
        match operator {
            Operator::Equals => Term::of(equal((left, right), facts, names)),
            Operator::Differs => Term::of(equal((left, right), facts, names).map(|it| !it)),
            Operator::Matches => Term::of(matches((left, right), facts, names)),
            Operator::DoesNotMatch => Term::of(matches((left, right), facts, names).map(|it| !it)),
            Operator::And => {
                let left = left.term(facts, names);
                match left.ruby_truth() {
                    Some(false) => left,
                    Some(true) => right.term(facts, names),
                    // Whatever the left part is, a right part that does not hold decides.
                    None => match right.term(facts, names) {
                        right if right.ruby_truth() == Some(false) => Term::Bool(false),
                        right if right.holds() == Some(false) || left == Term::Blank => Term::Blank,
                        right if right.holds() == Some(true) && left == Term::Either => {
                            Term::Either
                        }
                        _ => Term::Unknown,
                    },
                }
            }
            Operator::Or => {
                let left = left.term(facts, names);
                match left.ruby_truth() {
                    Some(true) => left,
                    Some(false) => right.term(facts, names),
                    // A text on the left may be empty, which ends the search and does not hold.
                    None => match (left, right.term(facts, names).holds()) {
                        (Term::Either, Some(true)) => Term::Bool(true),
                        (Term::Either, Some(false)) => Term::Either,
                        (Term::Blank, Some(false)) => Term::Blank,
                        _ => Term::Unknown,
                    },
                }
            }
        }
    }
}

fn equal<F: Facts + ?Sized>(
    (left, right): (&Formula, &Formula),
    facts: &F,
    names: &Names,
) -> Option<bool> {
    let (one, other) = (left.term(facts, names), right.term(facts, names));
    match (one, other) {
        (Term::Some(a), Term::Some(b)) => facts.equal(a, b),
        (Term::Some(a), Term::Text(text)) | (Term::Text(text), Term::Some(a)) => {
            let side = if matches!(one, Term::Text(_)) { left } else { right };
            match side {
                Formula::Variable(b) => facts.equal(a, *b),
                _ => facts.equals_text(a, text),
            }
        }
        (Term::Unknown | Term::Either | Term::Blank, _)
        | (_, Term::Unknown | Term::Either | Term::Blank) => None,
        // Servers that read `true` compare a truth value with a text as texts; to older ones they differ.
        (Term::Bool(_), Term::Text(_) | Term::Some(_))
        | (Term::Text(_) | Term::Some(_), Term::Bool(_))
            if !left.is_recent() && !right.is_recent() =>
        {
            Some(false)
        }
        (Term::Some(a), Term::Bool(value)) | (Term::Bool(value), Term::Some(a)) => {
            facts.equals_text(a, truth(value))
        }
        (Term::Text(text), Term::Bool(value)) | (Term::Bool(value), Term::Text(text)) => {
            Some(text == truth(value))
        }
        _ => Some(one == other),
    }
}

/// A truth value as text.
pub(in crate::model::gitlab) const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn matches<F: Facts + ?Sized>(
    (left, right): (&Formula, &Formula),
    facts: &F,
    names: &Names,
) -> Option<bool> {
    let (left, right) = (left.term(facts, names), right.term(facts, names));
    let text = match left {
        Term::Null => "",
        Term::Bool(value) => truth(value),
        Term::Text(text) => text,
        Term::Some(var) => {
            return match right {
                Term::Pattern(pattern) => facts.fits(var, pattern),
                Term::Null | Term::Bool(false) => Some(false),
                _ => None,
            };
        }
        _ => return None,
    };
    match right {
        Term::Pattern(pattern) => names.fits(pattern, text),
        Term::Null | Term::Bool(false) => Some(false),
        Term::Text(value) => match between_slashes(value) {
            Some((source, flags)) => compile(source, flags).ok().map(|regex| regex.is_match(text)),
            None => Some(value.contains(text)),
        },
        _ => None,
    }
}

/// A text that looks like `/source/flags`.
pub(in crate::model::gitlab) fn between_slashes(text: &str) -> Option<(&str, &str)> {
    let (source, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    flags.chars().all(|it| "ismU".contains(it)).then_some((source, flags))
}
