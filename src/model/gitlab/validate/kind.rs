//! What a keyword's value may be, and whether one is.

use crate::model::Origin;
use crate::model::gitlab::{Duration, Problem, Value, ValueKind, nearest, parse_duration};

/// What a value may be. Null stands for a value that is not given and is taken everywhere.
pub(super) enum Kind {
    /// Whatever it is, it is not looked at here.
    Any,
    /// A string of so many characters.
    Str(usize, usize),
    /// A string, number or boolean.
    Scalar,
    /// `true` or `false`.
    Bool,
    /// A whole number in these bounds.
    Int(i64, i64),
    /// A list of at most so many strings.
    Strings(usize),
    /// A string, or a list of strings that may nest; blank or not.
    Script { blank: bool },
    /// One of these words.
    Enum(&'static [&'static str]),
    /// One of these words, or a list of them.
    Enums(&'static [&'static str]),
    /// A duration of at most so many seconds, or `never` where that is taken.
    Duration { most: f64, never: bool },
    /// A mapping with these keys.
    Map(&'static Table),
    /// A mapping whose values are of one kind.
    Names(&'static Kind),
    /// A list of at most so many values of one kind; lists in it are opened.
    List(&'static Kind, usize),
    /// One of these kinds.
    Either(&'static [Kind]),
    /// Whatever this check says.
    By(fn(&Value<'_>, &str, &mut Vec<Problem>)),
}

/// The keys of a mapping.
pub(super) struct Table {
    /// Each key with the kind of its value.
    pub(super) keys: &'static [(&'static str, Kind)],
    /// Keys that must be given.
    pub(super) required: &'static [&'static str],
    /// Of these keys only one may be given.
    pub(super) exclusive: &'static [&'static [&'static str]],
}

impl Table {
    pub(super) const fn of(keys: &'static [(&'static str, Kind)]) -> Self {
        Self { keys, required: &[], exclusive: &[] }
    }

    pub(super) fn kind(&self, name: &str) -> Option<&Kind> {
        self.keys.iter().find(|(key, _)| *key == name).map(|(_, kind)| kind)
    }
}

const WRONG: &str = "invalid-keyword-value";

/// Adds what is wrong with a value at `path` (keys joined by `:`).
pub(super) fn check(value: &Value<'_>, kind: &Kind, path: &str, out: &mut Vec<Problem>) {
    if value.is_null() || value.is_unknown() {
        return;
    }
    let mut wrong = |what: &str| {
        out.push(Problem::new(WRONG, &value.origin, format!("`{path}` {what}")));
    };
    match kind {
        Kind::Any => {}
        Kind::Str(least, most) => match value.as_str() {
            None => wrong("should be a string"),
            Some(text) if text.chars().count() < *least => wrong("can't be blank"),
            Some(text) if text.chars().count() > *most => {
                wrong(&format!("is too long (maximum is {most} characters)"));
            }
            Some(_) => {}
        },
        Kind::Scalar => {
            if value.as_map().is_some() || value.as_seq().is_some() {
                wrong("should be a string");
            }
        }
        Kind::Bool => {
            if value.as_bool().is_none() {
                wrong("should be a boolean value");
            }
        }
        Kind::Int(least, most) => match value.as_int() {
            None => wrong("should be an integer"),
            Some(number) if number < *least => {
                wrong(&format!("must be greater than or equal to {least}"));
            }
            Some(number) if number > *most => {
                wrong(&format!("must be less than or equal to {most}"));
            }
            Some(_) => {}
        },
        Kind::Strings(most) => strings(value, *most, path, out),
        Kind::Script { blank } => script(value, *blank, path, out),
        Kind::Enum(words) => match value.to_text() {
            Some(text) if words.contains(&text.as_ref()) && value.as_str().is_some() => {}
            _ => wrong(&unknown_word(value, words)),
        },
        Kind::Enums(words) => {
            if value.as_map().is_some() {
                wrong("should be a string or a list of strings");
                return;
            }
            for item in value.one_or_more().iter().filter(|item| !item.is_unknown()) {
                if !item.as_str().is_some_and(|text| words.contains(&text)) {
                    out.push(Problem::new(
                        WRONG,
                        &item.origin,
                        format!("`{path}` {}", unknown_word(item, words)),
                    ));
                }
            }
        }
        Kind::Duration { most, never } => duration(value, *most, *never, path, out),
        Kind::Map(table) => match value.as_map() {
            None => wrong("should be a hash"),
            Some(_) => map(value, table, path, out),
        },
        Kind::Names(kind) => match value.as_map() {
            None => wrong("should be a hash"),
            Some(map) => {
                for entry in map.entries() {
                    check(&entry.value, kind, &format!("{path}:{}", entry.key.as_str()), out);
                }
            }
        },
        Kind::List(kind, most) => {
            if value.as_seq().is_none() {
                wrong("should be an array");
                return;
            }
            let items = value.flat(10);
            if items.len() > *most {
                wrong(&format!("has too many items (maximum is {most})"));
            }
            for item in items {
                check(item, kind, path, out);
            }
        }
        Kind::Either(kinds) => either(value, kinds, path, out),
        Kind::By(by) => by(value, path, out),
    }
}

fn unknown_word(value: &Value<'_>, words: &[&str]) -> String {
    let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    format!("should be one of {listed}; it is {}", value.inspect())
}

/// The first kind that takes the value, else the words of the one that fits its shape.
fn either(value: &Value<'_>, kinds: &[Kind], path: &str, out: &mut Vec<Problem>) {
    let mut best: Option<Vec<Problem>> = None;
    for kind in kinds {
        let mut problems = Vec::new();
        check(value, kind, path, &mut problems);
        if problems.is_empty() {
            return;
        }
        let fits = match kind {
            Kind::Map(_) | Kind::Names(_) => value.as_map().is_some(),
            Kind::List(..) | Kind::Strings(_) => value.as_seq().is_some(),
            _ => value.as_map().is_none() && value.as_seq().is_none(),
        };
        if fits || best.is_none() {
            best = Some(problems);
        }
    }
    out.extend(best.unwrap_or_default());
}

fn strings(value: &Value<'_>, most: usize, path: &str, out: &mut Vec<Problem>) {
    let Some(items) = value.as_seq() else {
        out.push(Problem::new(
            WRONG,
            &value.origin,
            format!("`{path}` should be an array of strings"),
        ));
        return;
    };
    for item in items.iter().filter(|item| !item.is_unknown()) {
        if item.as_str().is_none() {
            let message =
                format!("`{path}` should be an array of strings; {} is none", item.inspect());
            out.push(Problem::new(WRONG, &item.origin, message));
        }
    }
    if items.len() > most {
        let message = format!("`{path}` has too many items: {} (maximum is {most})", items.len());
        out.push(Problem::new(WRONG, &value.origin, message));
    }
}

/// How deep lists in a script may nest.
const LEVELS: u32 = 10;

fn script(value: &Value<'_>, blank: bool, path: &str, out: &mut Vec<Problem>) {
    if !blank && value.is_blank() {
        out.push(Problem::new(WRONG, &value.origin, format!("`{path}` can't be blank")));
        return;
    }
    if value.as_str().is_some() || matches!(value.kind, ValueKind::Symbol(_)) {
        return;
    }
    if value.as_seq().is_none() {
        let message = format!(
            "`{path}` should be a string or a nested array of strings up to {LEVELS} levels deep"
        );
        out.push(Problem::new("script-not-text", &value.origin, message));
        return;
    }
    items(value, 0, path, out);
}

fn items(value: &Value<'_>, level: u32, path: &str, out: &mut Vec<Problem>) {
    let mut wrong = |item: &Value<'_>, help: Option<&str>| {
        let message = format!(
            "`{path}` should be a string or a nested array of strings up to {LEVELS} levels deep; an item is {}",
            item.kind_name()
        );
        let problem = Problem::new("script-not-text", &item.origin, message);
        out.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    };
    if level >= LEVELS {
        return wrong(value, None);
    }
    let mut nested = Vec::new();
    for item in value.items() {
        match &item.kind {
            ValueKind::Str(_) | ValueKind::Symbol(_) | ValueKind::Unknown(_) => {}
            ValueKind::Seq(_) => nested.push(item),
            ValueKind::Map(_) => {
                wrong(item, Some("quote the whole line: a colon and a blank make a mapping of it"));
            }
            ValueKind::Null => wrong(item, Some("remove the `-`, or write a command behind it")),
            _ => wrong(item, Some("quote it")),
        }
    }
    for item in nested {
        items(item, level + 1, path, out);
    }
}

fn duration(value: &Value<'_>, most: f64, never: bool, path: &str, out: &mut Vec<Problem>) {
    let mut wrong = |message: String, help: Option<String>| {
        let problem = Problem::new("invalid-duration", &value.origin, message);
        out.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    };
    let Some(text) = value.as_str() else {
        let help = value.as_int().map(|_| "quote it, and name the unit: `30 minutes`".to_owned());
        return wrong(format!("`{path}` should be a duration"), help);
    };
    match parse_duration(text) {
        Ok(Duration::Never) if never => {}
        Ok(Duration::Never) => {
            wrong(format!("`{path}` should be a duration; `never` is none here"), None);
        }
        Ok(Duration::Seconds(seconds)) if seconds > most => {
            wrong(format!("`{path}` should not exceed the limit; `{text}` is too long"), None);
        }
        Ok(Duration::Seconds(_)) => {}
        Err(error) => {
            let help = error.nearest.map(|nearest| format!("did you mean `{nearest}`"));
            wrong(format!("`{path}` should be a duration; `{text}` is none"), help);
        }
    }
}

/// Keywords that GitLab once had, with what took their place.
const REMOVED: [(&str, &str); 4] = [
    ("type", "`stage`"),
    ("types", "`stages`"),
    ("cobertura", "`coverage_report: {coverage_format: cobertura, path: ...}`"),
    ("license_management", "`cyclonedx`, from which licences are read"),
];

/// Checks the keys of a mapping and their values.
pub(super) fn map(value: &Value<'_>, table: &Table, path: &str, out: &mut Vec<Problem>) {
    for entry in value.entries() {
        let name = entry.key.as_str();
        match table.kind(name) {
            Some(kind) => check(&entry.value, kind, &format!("{path}:{name}"), out),
            None => {
                let origin = Origin { at: entry.key_at, last: entry.value.origin.last.clone() };
                let message = format!("`{path}` contains the unknown key `{name}`");
                let mut problem = Problem::new("unknown-keyword", &origin, message);
                if let Some((_, now)) = REMOVED.iter().find(|(old, _)| *old == name) {
                    problem = problem.help(format!("GitLab removed it; use {now}"));
                } else if let Some(near) = nearest(name, table.keys.iter().map(|(key, _)| *key)) {
                    problem = problem.help(format!("did you mean `{near}`"));
                }
                out.push(problem);
            }
        }
    }
    let partial = value.as_map().is_some_and(|map| map.is_partial());
    for name in table.required {
        if !partial && value.given(name).is_none() {
            let message = format!("`{path}` lacks the required key `{name}`");
            out.push(Problem::new("missing-keyword", &value.origin, message));
        }
    }
    for group in table.exclusive {
        exclusive(value, group, path, out);
    }
}

/// Reports if more than one of the keys is given.
pub(super) fn exclusive(value: &Value<'_>, group: &[&str], path: &str, out: &mut Vec<Problem>) {
    let given: Vec<&str> =
        group.iter().copied().filter(|name| value.given(name).is_some()).collect();
    if let [first, second, ..] = given[..] {
        let origin = value.given(second).map_or(&value.origin, |it| &it.origin);
        let message = format!("`{path}` these keys cannot be used together: {}", given.join(", "));
        let problem = Problem::new("conflicting-keywords", origin, message);
        let other = value.given(first).map(Value::at);
        out.push(match other {
            Some(at) => problem.label(at, format!("`{first}` is here")),
            None => problem,
        });
    }
}
