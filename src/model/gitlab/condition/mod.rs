//! What a condition of `rules:if` comes to, as far as the variables are known.

mod formula;

use super::regexp::check;
use crate::syntax::SyntaxError;
use crate::syntax::expression::{Expression, Node, NodeKind, Operator};

pub(super) use formula::{Facts, Formula, Names, Pattern, Term, Var, between_slashes, truth};

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

/// What is known of the variables of one condition.
struct Given(Vec<Known>);

impl Given {
    fn known(&self, var: Var) -> &Known {
        self.0.get(var.index()).unwrap_or(&Known::Unknown)
    }
}

impl Facts for Given {
    fn value(&self, var: Var) -> Term<'_> {
        match self.known(var) {
            Known::Set(text) => Term::Text(text),
            Known::Unset => Term::Null,
            Known::Filled(_) => Term::Some(var),
            Known::Unknown => Term::Unknown,
        }
    }

    fn equal(&self, one: Var, other: Var) -> Option<bool> {
        match (self.known(one), self.known(other)) {
            _ if one == other => Some(true),
            (Known::Filled(one), Known::Filled(other)) => one.same(*other),
            (Known::Filled(_), Known::Set(text)) | (Known::Set(text), Known::Filled(_)) => {
                self.equals_text(one, text)
            }
            _ => None,
        }
    }

    fn equals_text(&self, _: Var, text: &str) -> Option<bool> {
        text.is_empty().then_some(false)
    }

    fn fits(&self, _: Var, _: Pattern) -> Option<bool> {
        None
    }
}

/// A condition with what is known of its variables.
struct Case {
    names: Names,
    formula: Formula,
    given: Given,
}

impl Case {
    /// Nothing for a condition that cannot be read.
    fn new(condition: &Expression<'_>, variables: &dyn Fn(&str) -> Known) -> Option<Self> {
        let mut names = Names::default();
        let formula = Formula::lower(condition.root.as_ref()?, &mut names);
        let given = Given(names.variables().map(variables).collect());
        Some(Self { names, formula, given })
    }

    fn term<'a>(&'a self, part: &'a Formula) -> Term<'a> {
        part.term(&self.given, &self.names)
    }
}

/// Whether the condition holds for these variables; nothing if that is not known, or the condition cannot be
/// read.
pub fn holds(condition: &Expression<'_>, variables: &dyn Fn(&str) -> Known) -> Option<bool> {
    let case = Case::new(condition, variables)?;
    case.term(&case.formula).holds()
}

/// The names of the variables that are not known well enough and leave the condition open, each once;
/// none if it is decided.
pub fn open_variables(
    condition: &Expression<'_>,
    variables: &dyn Fn(&str) -> Known,
) -> Vec<String> {
    let Some(case) = Case::new(condition, variables) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let mut open = vec![(&case.formula, false)];
    while let Some((part, compared)) = open.pop() {
        if !compared && !case.term(part).is_open() {
            continue;
        }
        match part {
            Formula::Variable(var) => {
                let decided = matches!(case.given.known(*var), Known::Set(_) | Known::Unset);
                let name = case.names.name(*var);
                if !decided && !names.iter().any(|it| it == name) {
                    names.push(name.to_owned());
                }
            }
            Formula::Binary { operator, left, right } => {
                let compares = !matches!(operator, Operator::And | Operator::Or);
                open.extend([(&**right, compares), (&**left, compares)]);
            }
            Formula::Not(operand) => open.push((operand, false)),
            _ => {}
        }
    }
    names
}

/// Says what is wrong with a condition, if anything: its syntax, or a pattern that RE2 refuses.
pub fn fault(condition: &Expression<'_>) -> Option<SyntaxError> {
    let Some(root) = &condition.root else { return condition.errors.first().cloned() };
    root.parts().find_map(|part| {
        let NodeKind::Pattern { source, flags } = part.kind else { return None };
        // The server looks for it in one line; a slash at the end of a line would end it there.
        if source.contains('\n') && !source.contains("\\/") {
            let message = "a pattern stands in one line".to_owned();
            return Some(SyntaxError { span: part.span, message });
        }
        let reason = check(source, flags).err()?;
        let message = format!("`/{source}/` is no pattern of RE2: {reason}");
        Some(SyntaxError { span: part.span, message })
    })
}

/// A part that only newer servers read, and how it is written: `!`, which came last, else `true` or `false`.
pub fn recent_part<'n, 's>(condition: &'n Expression<'s>) -> Option<(&'n Node<'s>, &'static str)> {
    let parts = || condition.root.iter().flat_map(Node::parts);
    let negation = parts().find(|part| matches!(part.kind, NodeKind::Not(_)));
    negation.map(|part| (part, "!")).or_else(|| {
        parts().find_map(|part| match part.kind {
            NodeKind::Bool(value) => Some((part, truth(value))),
            _ => None,
        })
    })
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
        super::holds(&parse(text), &variables)
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
        assert_eq!(holds("$X == 'a' || $A"), Some(true));
        assert_eq!(holds("$X && ''"), Some(false));
        assert_eq!(holds("($X && '') || $A"), None, "an empty text ends the search");
    }

    #[test]
    fn a_truth_value_is_compared_as_text_and_a_negation_binds_tightest() {
        let known = |name: &str| match name {
            "T" => Known::Set("true".to_owned()),
            "E" => Known::Set(String::new()),
            "U" => Known::Unset,
            _ => Known::Unknown,
        };
        let holds = |text: &str| super::holds(&parse(text), &known);
        for (text, truth) in [
            ("true", true),
            ("false", false),
            ("$T == true", true),
            ("true != $T", false),
            ("$U == false", false),
            ("!$T", false),
            ("!$U && !$E", true),
            ("!$T == 'x'", false),
            ("!$T == false", true),
            ("'true' == !$U", true),
            ("!($T && $U)", true),
            ("!!$T", true),
            ("true =~ /^tr/", true),
            ("$T =~ false", false),
        ] {
            assert_eq!(holds(text), Some(truth), "{text}");
        }
        assert_eq!(holds("!$X"), None);
        assert_eq!(holds("!$X && $U"), Some(false));
        assert_eq!(open_variables(&parse("!($X == 'a') && $T"), &known), ["X"]);
    }

    #[test]
    fn a_text_of_which_only_a_part_is_known_decides_what_it_can() {
        let symbol = |kind, which| Known::Filled(Symbol { kind, which });
        let variables = |name: &str| match name {
            "HERE" => symbol("branch", Some("default")),
            "DEFAULT" => symbol("branch", Some("default")),
            "OTHER" => symbol("branch", Some("other")),
            "ANY" => symbol("branch", None),
            "ID" | "SHA" => symbol("", None),
            "X" => Known::Unknown,
            _ => Known::Unset,
        };
        let holds = |text: &str| super::holds(&parse(text), &variables);
        assert_eq!(holds("$ID"), Some(true));
        assert_eq!(holds("$ID == null || $ID == ''"), Some(false));
        assert_eq!(holds("$ID == 'a'"), None);
        assert_eq!(holds("$ID == $ID"), Some(true));
        assert_eq!(holds("$ID == $SHA"), None, "two texts of no kind may differ");
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
