//! What a condition of `rules:if` comes to, as far as the variables are known.

use super::regexp::{check, compile};
use crate::syntax::expression::{Expression, Node, NodeKind, Operator};

/// What a part of a condition comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing: `null`, or a variable that is not set.
    Null,
    /// The result of a comparison.
    Bool(bool),
    /// A text.
    Text(String),
    /// A text that is not empty; nothing else is known of it.
    Filled(Symbol),
    /// It depends on something that is not known.
    Unknown,
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is set to this.
    Set(String),
    /// It is not set.
    Unset,
    /// It is set and not empty; to what is not known.
    Filled(Symbol),
    /// Nothing.
    Unknown,
}

/// Stands for a text that is not known, so that texts can be told to be the same or to differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Symbol {
    /// What kind of text it is: texts of different kinds may be the same.
    pub kind: &'static str,
    /// Which one of its kind: two that are named differently differ. Nothing: it could be any.
    pub which: Option<&'static str>,
}

impl Symbol {
    /// Whether both stand for one text; nothing if that is not known.
    fn same(self, other: Self) -> Option<bool> {
        let comparable = self.kind == other.kind && !self.kind.is_empty();
        comparable.then(|| self.which.zip(other.which).map(|(one, other)| one == other))?
    }
}

impl Outcome {
    /// Whether the rule holds; nothing if that is not known.
    pub fn holds(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Text(text) => Some(!text.trim().is_empty()),
            Self::Filled(_) => Some(true),
            Self::Unknown => None,
        }
    }

    /// Whether Ruby takes it for true: everything but null and false, an empty text too.
    fn ruby_truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Text(_) | Self::Filled(_) => Some(true),
            Self::Unknown => None,
        }
    }
}

/// What the condition comes to for these variables. A condition that cannot be read is unknown.
pub fn evaluate(condition: &Expression<'_>, variables: &dyn Fn(&str) -> Known) -> Outcome {
    condition.root.as_ref().map_or(Outcome::Unknown, |root| node(root, variables))
}

/// The names of the variables that are not known well enough and leave the condition open, each once;
/// none if it is decided.
pub fn open_variables(
    condition: &Expression<'_>,
    variables: &dyn Fn(&str) -> Known,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut open: Vec<(&Node<'_>, bool)> =
        condition.root.iter().map(|root| (root, false)).collect();
    while let Some((part, compared)) = open.pop() {
        if !compared && node(part, variables) != Outcome::Unknown {
            continue;
        }
        match &part.kind {
            NodeKind::Variable(name) => {
                let known = variables(name);
                let decided = matches!(known, Known::Set(_) | Known::Unset);
                if !decided && !names.iter().any(|it| it == name) {
                    names.push((*name).to_owned());
                }
            }
            NodeKind::Binary { operator, left, right } => {
                let compares = !matches!(operator, Operator::And | Operator::Or);
                open.extend([(&**right, compares), (&**left, compares)]);
            }
            _ => {}
        }
    }
    names
}

/// Says what is wrong with a condition, if anything: its syntax, or a pattern that RE2 refuses.
pub fn fault(condition: &Expression<'_>) -> Option<crate::syntax::SyntaxError> {
    let Some(root) = &condition.root else { return condition.errors.first().cloned() };
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match &node.kind {
            NodeKind::Binary { left, right, .. } => open.extend([&**right, &**left]),
            NodeKind::Pattern { source, flags } => {
                if let Err(reason) = check(source, flags) {
                    let message = format!("`/{source}/` is no pattern of RE2: {reason}");
                    return Some(crate::syntax::SyntaxError { span: node.span, message });
                }
            }
            _ => {}
        }
    }
    None
}

// The parser bounds how deep expressions are.
fn node(part: &Node<'_>, variables: &dyn Fn(&str) -> Known) -> Outcome {
    match &part.kind {
        NodeKind::Null => Outcome::Null,
        NodeKind::Text(text) => Outcome::Text((*text).to_owned()),
        NodeKind::Pattern { source, .. } => Outcome::Text((*source).to_owned()),
        NodeKind::Variable(name) => match variables(name) {
            Known::Set(value) => Outcome::Text(value),
            Known::Unset => Outcome::Null,
            Known::Filled(symbol) => Outcome::Filled(symbol),
            Known::Unknown => Outcome::Unknown,
        },
        NodeKind::Binary { operator, left, right } => match operator {
            Operator::Equals => equals(&node(left, variables), &node(right, variables)),
            Operator::Differs => not(&equals(&node(left, variables), &node(right, variables))),
            Operator::Matches => matches(&node(left, variables), right, variables),
            Operator::DoesNotMatch => not(&matches(&node(left, variables), right, variables)),
            Operator::And => {
                let left = node(left, variables);
                match left.ruby_truth() {
                    Some(false) => left,
                    Some(true) => node(right, variables),
                    // Whatever the left part is, a right part that does not hold decides.
                    None => match node(right, variables) {
                        right if right.holds() == Some(false) => right,
                        _ => Outcome::Unknown,
                    },
                }
            }
            Operator::Or => {
                let left = node(left, variables);
                match left.ruby_truth() {
                    Some(true) => left,
                    Some(false) => node(right, variables),
                    None => Outcome::Unknown,
                }
            }
        },
    }
}

fn equals(left: &Outcome, right: &Outcome) -> Outcome {
    match (left, right) {
        (Outcome::Unknown, _) | (_, Outcome::Unknown) => Outcome::Unknown,
        (Outcome::Filled(left), Outcome::Filled(right)) => {
            left.same(*right).map_or(Outcome::Unknown, Outcome::Bool)
        }
        (Outcome::Filled(_), Outcome::Text(text)) | (Outcome::Text(text), Outcome::Filled(_))
            if !text.is_empty() =>
        {
            Outcome::Unknown
        }
        _ => Outcome::Bool(left == right),
    }
}

fn not(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Bool(value) => Outcome::Bool(!value),
        other => other.clone(),
    }
}

fn matches(left: &Outcome, right: &Node<'_>, variables: &dyn Fn(&str) -> Known) -> Outcome {
    let text = match left {
        Outcome::Text(text) => text.as_str(),
        Outcome::Null => "",
        Outcome::Bool(true) => "true",
        Outcome::Bool(false) => "false",
        Outcome::Filled(_) | Outcome::Unknown => return Outcome::Unknown,
    };
    let (source, flags) = match &right.kind {
        NodeKind::Pattern { source, flags } => ((*source).to_owned(), (*flags).to_owned()),
        _ => match node(right, variables) {
            Outcome::Filled(_) | Outcome::Unknown => return Outcome::Unknown,
            Outcome::Text(value) => match between_slashes(&value) {
                Some((source, flags)) => (source.to_owned(), flags.to_owned()),
                None => return Outcome::Bool(value.contains(text)),
            },
            Outcome::Null | Outcome::Bool(_) => return Outcome::Bool(false),
        },
    };
    match compile(&source, &flags) {
        Ok(regex) => Outcome::Bool(regex.is_match(text)),
        Err(_) => Outcome::Unknown,
    }
}

/// A text that looks like `/source/flags`.
fn between_slashes(text: &str) -> Option<(&str, &str)> {
    let (source, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    flags.chars().all(|it| "ismU".contains(it)).then_some((source, flags))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::expression::parse;

    fn holds(text: &str) -> Option<bool> {
        let variables = |name: &str| match name {
            "A" => Known::Set("x".to_owned()),
            "B" => Known::Set(String::new()),
            "U" => Known::Unset,
            _ => Known::Unknown,
        };
        evaluate(&parse(text), &variables).holds()
    }

    #[test]
    fn an_empty_text_is_true_between_and_false_at_the_end() {
        assert_eq!(holds("$B && $A"), Some(true));
        assert_eq!(holds("$B || $A"), Some(false));
        assert_eq!(holds("$U || $A"), Some(true));
        assert_eq!(holds("$U == ''"), Some(false));
        assert_eq!(holds("$U == null"), Some(true));
    }

    #[test]
    fn what_is_not_known_decides_nothing_and_hides_nothing() {
        assert_eq!(holds("$X == 'a'"), None);
        assert_eq!(holds("$X == 'a' && $A == 'y'"), Some(false));
        assert_eq!(holds("$A == 'x' || $X"), Some(true));
        assert_eq!(holds("$X || $A"), None, "it may be set and empty");
        assert_eq!(holds("$A =~ $X"), None);
    }

    #[test]
    fn a_text_of_which_only_a_part_is_known_decides_what_it_can() {
        let symbol = |kind, which| Known::Filled(Symbol { kind, which });
        let variables = |name: &str| match name {
            "HERE" => symbol("branch", Some("default")),
            "DEFAULT" => symbol("branch", Some("default")),
            "OTHER" => symbol("branch", Some("other")),
            "ANY" => symbol("branch", None),
            "ID" => symbol("", None),
            "X" => Known::Unknown,
            _ => Known::Unset,
        };
        let holds = |text: &str| evaluate(&parse(text), &variables).holds();
        assert_eq!(holds("$ID"), Some(true));
        assert_eq!(holds("$ID == null || $ID == ''"), Some(false));
        assert_eq!(holds("$ID == 'a'"), None);
        assert_eq!(holds("$ID == $ID"), None, "two texts of no kind may differ");
        assert_eq!(holds("$ID =~ /a b/"), None);
        assert_eq!(holds("$HERE == $DEFAULT"), Some(true));
        assert_eq!(holds("$OTHER == $DEFAULT"), Some(false));
        assert_eq!(holds("$ANY != $DEFAULT"), None);
        let open = |text: &str| open_variables(&parse(text), &variables);
        assert_eq!(open("$ID && $X == 'a'"), ["X"]);
        assert_eq!(open("$ID == 'a' && $X"), ["ID", "X"]);
        assert!(open("$X && $U").is_empty());
    }
}
