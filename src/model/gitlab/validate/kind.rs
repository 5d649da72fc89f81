//! What a keyword's value may be, and whether one is.

use super::findings::Findings;
use super::keyword::{KeyPath, Table, map};
use crate::model::gitlab::{Duration, Problem, Value, ValueKind, expand, nearest, parse_duration};
use crate::text::did_you_mean;

/// What a value may be. Null stands for a value that is not given and is taken everywhere.
pub(super) enum Kind {
    /// Whatever it is, it is not looked at here.
    Any,
    /// A string of so many characters.
    Str(usize, usize),
    /// A string of so many characters to a JSON schema: blanks count, and a symbol is a string.
    Text(usize, usize),
    /// A string, number or boolean.
    Scalar,
    /// `true` or `false`.
    Bool,
    /// A whole number in these bounds.
    Int(i64, i64),
    /// A string, symbol or whole number.
    Word,
    /// A list of at least and at most so many strings.
    Strings(usize, usize),
    /// A string, or a list of strings.
    Texts,
    /// A string, or a list of strings that may nest; blank or not.
    Script { blank: bool },
    /// One of these words.
    Enum(&'static [&'static str]),
    /// One of these words, or a list of them; the list may be empty or not.
    Enums(&'static [&'static str], bool),
    /// A duration of at most so many seconds, or `never` or something with a variable where that is taken.
    Duration { most: f64, never: bool, variable: bool },
    /// A mapping with these keys.
    Map(&'static Table),
    /// A mapping whose values are of one kind.
    Names(&'static Kind),
    /// A list of at most so many values of one kind; lists in it are opened.
    List(&'static Kind, usize),
    /// One of these kinds.
    Either(&'static [Kind]),
    /// Whatever this check says.
    By(By),
}

/// A check that no table can describe.
pub(super) struct By {
    pub(super) check: fn(&Value<'_>, KeyPath<'_>, &mut Findings),
    /// What it takes, in words.
    pub(super) shape: &'static str,
    /// The keys that may stand in it.
    pub(super) table: Option<&'static Table>,
}

const WRONG: &str = "invalid-keyword-value";

/// Adds what is wrong with a value at `path` (keys joined by `:`).
pub(super) fn check(value: &Value<'_>, kind: &Kind, path: KeyPath<'_>, out: &mut Findings) {
    if value.is_null() || value.is_unknown() {
        return;
    }
    let mut wrong = |what: &str| {
        out.push(Problem::new(WRONG, &value.origin, format!("`{path}` {what}")));
    };
    match kind {
        Kind::Any => {}
        Kind::Word => {
            let fits =
                is_whole(value) || matches!(value.kind, ValueKind::Str(_) | ValueKind::Symbol(_));
            if !fits {
                wrong("must be an alphanumeric string");
            }
        }
        Kind::Str(least, most) => match value.as_str() {
            None => wrong("should be a string"),
            Some(text) if *least > 0 && text.trim().is_empty() => wrong("can't be blank"),
            Some(text) if text.chars().count() > *most => {
                wrong(&format!("is too long (maximum is {most} characters)"));
            }
            Some(_) => {}
        },
        Kind::Text(least, most) => match &value.kind {
            ValueKind::Str(text) | ValueKind::Symbol(text) => {
                let count = text.chars().count();
                if count < *least {
                    wrong("can't be blank");
                } else if count > *most {
                    wrong(&format!("is too long (maximum is {most} characters)"));
                }
            }
            _ => wrong("should be a string"),
        },
        Kind::Scalar => {
            if value.as_map().is_some() || value.as_seq().is_some() {
                wrong("must be a string");
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
        Kind::Strings(least, most) => strings(value, (*least, *most), path, out),
        Kind::Texts => texts(value, path, out),
        Kind::Script { blank } => script(value, *blank, path, out),
        Kind::Enum(words) => match value.to_text() {
            Some(text) if words.contains(&text.as_ref()) && value.as_str().is_some() => {}
            _ => out.push(unknown_word(value, words, path)),
        },
        Kind::Enums(words, empty) => {
            if !empty && value.as_seq().is_some_and(<[_]>::is_empty) {
                wrong("can't be blank");
                return;
            }
            if value.as_map().is_some() {
                wrong("should be an array of strings or a string");
                return;
            }
            // A symbol by itself is never compared with the words.
            if matches!(value.kind, ValueKind::Symbol(_)) {
                return;
            }
            for item in value.one_or_more().iter().filter(|item| !item.is_unknown()) {
                if !item.as_str().is_some_and(|text| words.contains(&text)) {
                    out.push(unknown_word(item, words, path));
                }
            }
        }
        Kind::Duration { variable: true, .. } if value.as_str().is_some_and(has_variable) => {}
        Kind::Duration { most, never, .. } => duration(value, *most, *never, path, out),
        Kind::Map(table) => match value.as_map() {
            None => wrong("should be a hash"),
            Some(_) => map(value, table, path, out),
        },
        Kind::Names(kind) => match value.as_map() {
            None => wrong("should be a hash"),
            Some(map) => {
                for entry in map.entries() {
                    check(&entry.value, kind, path.key(entry.key.as_str()), out);
                }
            }
        },
        Kind::List(kind, most) => {
            if value.as_seq().is_none() {
                wrong("should be an array");
                return;
            }
            let items = value.flat(u32::MAX);
            if items.len() > *most {
                wrong(&format!("has too many items (maximum is {most})"));
            }
            for item in items {
                check(item, kind, path, out);
            }
        }
        Kind::Either(kinds) => either(value, kinds, path, out),
        Kind::By(by) => (by.check)(value, path, out),
    }
}

fn unknown_word(value: &Value<'_>, words: &[&str], path: KeyPath<'_>) -> Problem {
    let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let (what, near) = match value.to_text() {
        Some(text) => {
            let near = nearest(&text, words.iter().copied()).filter(|near| *near != text);
            (format!("`{text}` is an unknown value"), near)
        }
        None => (format!("it is {}", value.kind_name()), None),
    };
    let message = format!("`{path}` should be one of {listed}; {what}");
    Problem::new(WRONG, &value.origin, message)
        .help(near.map_or_else(|| "write one of these words".to_owned(), did_you_mean))
}

/// The first kind that takes the value, else the words of the one that fits its shape.
fn either(value: &Value<'_>, kinds: &[Kind], path: KeyPath<'_>, out: &mut Findings) {
    let mut best: Option<Findings> = None;
    for kind in kinds {
        let mut problems = out.fresh();
        check(value, kind, path, &mut problems);
        if problems.is_accepted() {
            out.append(problems);
            return;
        }
        let fits = match kind {
            Kind::Map(_) | Kind::Names(_) => value.as_map().is_some(),
            Kind::List(..) | Kind::Strings(..) => value.as_seq().is_some(),
            _ => value.as_map().is_none() && value.as_seq().is_none(),
        };
        if fits || best.is_none() {
            best = Some(problems);
        }
    }
    if let Some(best) = best {
        out.append(best);
    }
}

/// Whether the server sees a variable in a text, `$$`, `%%` and `${}` among them.
fn has_variable(text: &str) -> bool {
    ["$$", "%%", "${}"].iter().any(|it| text.contains(it))
        || expand::variables(text).next().is_some()
}

/// Whether it is a whole number, of any size.
pub(super) const fn is_whole(value: &Value<'_>) -> bool {
    matches!(value.kind, ValueKind::Int(_) | ValueKind::BigInt(_))
}

const fn is_text(value: &Value<'_>) -> bool {
    matches!(value.kind, ValueKind::Str(_) | ValueKind::Symbol(_)) || value.is_unknown()
}

fn strings(
    value: &Value<'_>,
    (least, most): (usize, usize),
    path: KeyPath<'_>,
    out: &mut Findings,
) {
    let Some(items) = value.as_seq() else {
        return out.wrong(value, format!("`{path}` should be an array of strings"));
    };
    for item in items.iter().filter(|item| !is_text(item)) {
        let message = format!("`{path}` should be an array of strings; {} is none", item.inspect());
        out.wrong(item, message);
    }
    if items.len() > most {
        let count = items.len();
        let message = format!("`{path}` has too many items: {count} entries (maximum is {most})");
        out.wrong(value, message);
    }
    if items.len() < least {
        out.wrong(value, format!("`{path}` requires at least {least} item"));
    }
}

fn texts(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let fits = is_text(value) || value.as_seq().is_some_and(|items| items.iter().all(is_text));
    if !fits {
        out.wrong(value, format!("`{path}` should be an array of strings or a string"));
    }
}

/// How deep lists in a script may nest.
const LEVELS: u32 = 10;

fn script(value: &Value<'_>, blank: bool, path: KeyPath<'_>, out: &mut Findings) {
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

fn items(value: &Value<'_>, level: u32, path: KeyPath<'_>, out: &mut Findings) {
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

fn duration(value: &Value<'_>, most: f64, never: bool, path: KeyPath<'_>, out: &mut Findings) {
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
            let help = error.nearest.map(did_you_mean);
            wrong(format!("`{path}` should be a duration; `{text}` is none"), help);
        }
    }
}
