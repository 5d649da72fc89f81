use crate::model::gitlab::expand::expand;
use crate::model::gitlab::{Settings, Unknown, ValueKind};

/// What a function of an interpolation makes of a value.
pub(super) enum Outcome<'p> {
    Value(ValueKind<'p>),
    /// There is no such function, or not with these arguments.
    NoFunction,
    /// The function takes text alone.
    WrongType(&'static str),
}

/// Applies the function written as `call`, such as `truncate(0,8)`.
pub(super) fn apply<'p>(call: &str, value: ValueKind<'p>, settings: &Settings) -> Outcome<'p> {
    let (name, arguments) = match call.split_once('(') {
        Some((name, rest)) => match rest.strip_suffix(')') {
            Some(arguments) => (name.trim(), Some(arguments)),
            None => return Outcome::NoFunction,
        },
        None => (call, None),
    };
    let function: fn(&str, &[usize], &Settings) -> ValueKind<'static> = match (name, arguments) {
        ("truncate", Some(_)) => truncate,
        ("expand_vars", None) => expand_vars,
        ("posix_escape", None) => posix_escape,
        // What it makes of the text is not documented, but that it is a list.
        ("split", Some(_)) => |_, _, _| ValueKind::Unknown(Unknown::Input("split".into())),
        _ => return Outcome::NoFunction,
    };
    let mut numbers = Vec::new();
    if name == "truncate" {
        for number in arguments.unwrap_or("").split(',') {
            match number.trim().parse::<usize>() {
                Ok(number) => numbers.push(number),
                Err(_) => return Outcome::NoFunction,
            }
        }
        if numbers.len() != 2 {
            return Outcome::NoFunction;
        }
    }
    match &value {
        ValueKind::Str(text) => Outcome::Value(function(text, &numbers, settings)),
        ValueKind::Unknown(_) => Outcome::Value(value),
        _ => Outcome::WrongType(match name {
            "truncate" => "truncate",
            "expand_vars" => "expand_vars",
            "posix_escape" => "posix_escape",
            _ => "split",
        }),
    }
}

fn truncate(text: &str, numbers: &[usize], _: &Settings) -> ValueKind<'static> {
    let (offset, length) = match numbers {
        [offset, length] => (*offset, *length),
        _ => (0, 0),
    };
    let kept: String = text.chars().skip(offset).take(length).collect();
    ValueKind::Str(kept.into())
}

/// Variables that are known outside the configuration are filled in, others stay.
fn expand_vars(text: &str, _: &[usize], settings: &Settings) -> ValueKind<'static> {
    let known = |name: &str| settings.variable(name).map(str::to_owned);
    ValueKind::Str(expand(text, known).into())
}

/// As Ruby's `Shellwords.escape`.
fn posix_escape(text: &str, _: &[usize], _: &Settings) -> ValueKind<'static> {
    if text.is_empty() {
        return ValueKind::Str("''".into());
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for ch in text.chars() {
        match ch {
            '\n' => escaped.push_str("'\n'"),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' | '.' | ',' | ':' | '+' | '/' | '@' => {
                escaped.push(ch);
            }
            _ => {
                escaped.push('\\');
                escaped.push(ch);
            }
        }
    }
    ValueKind::Str(escaped.into())
}
