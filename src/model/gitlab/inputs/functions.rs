use crate::model::gitlab::expand::expand;
use crate::model::gitlab::{Settings, Value, ValueKind};

/// What a function of an interpolation makes of a value.
pub(super) enum Outcome<'p> {
    Value(ValueKind<'p>),
    /// There is no such function, or not with these arguments.
    NoFunction,
    /// The function of this name cannot do it, and why.
    Fault(&'static str, String),
}

enum Function<'c> {
    /// `truncate(0,8)`
    Truncate(usize, usize),
    /// `expand_vars`
    ExpandVars,
    /// `posix_escape`
    PosixEscape,
    /// `split(',')`
    Split(&'c str),
}

impl<'c> Function<'c> {
    fn read(call: &'c str) -> Option<Self> {
        if let Some(numbers) = call.strip_prefix("truncate(") {
            // The server does without the closing bracket.
            let (offset, length) = numbers.strip_suffix(')').unwrap_or(numbers).split_once(',')?;
            return Some(Self::Truncate(number(offset)?, number(length)?));
        }
        if let Some(separator) = call.strip_prefix("split('") {
            let separator = separator.strip_suffix("')")?;
            return (!separator.contains('\'')).then_some(Self::Split(separator));
        }
        match call {
            "expand_vars" => Some(Self::ExpandVars),
            "posix_escape" => Some(Self::PosixEscape),
            _ => None,
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Truncate(..) => "truncate",
            Self::ExpandVars => "expand_vars",
            Self::PosixEscape => "posix_escape",
            Self::Split(_) => "split",
        }
    }
}

fn number(text: &str) -> Option<usize> {
    let digits = text.trim();
    let are_digits = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    are_digits.then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Whether it is the function that makes a list of a text.
pub(super) fn is_split(call: &str) -> bool {
    matches!(Function::read(call), Some(Function::Split(_)))
}

/// Applies the function written as `call`, such as `truncate(0,8)`.
pub(super) fn apply<'p>(call: &str, value: &Value<'p>, settings: &Settings) -> Outcome<'p> {
    let Some(function) = Function::read(call) else { return Outcome::NoFunction };
    let text = match &value.kind {
        ValueKind::Str(text) => text.as_str(),
        ValueKind::Unknown(_) => return Outcome::Value(value.kind.clone()),
        _ => {
            let name = function.name();
            let fault = format!("invalid input type: {name} can only be used with string inputs");
            return Outcome::Fault(name, fault);
        }
    };
    Outcome::Value(match function {
        Function::Truncate(offset, length) => truncate(text, offset, length),
        Function::ExpandVars => expand_vars(text, settings),
        Function::PosixEscape => posix_escape(text),
        Function::Split("") => {
            let fault = "invalid argument: separator cannot be empty";
            return Outcome::Fault("split", fault.to_owned());
        }
        Function::Split(separator) => {
            let parts = text.split(separator).map(str::trim).filter(|it| !it.is_empty());
            let item = |part: &str| {
                Value::new(ValueKind::Str(part.to_owned().into()), value.origin.clone())
            };
            ValueKind::Seq(parts.map(item).collect())
        }
    })
}

fn truncate(text: &str, offset: usize, length: usize) -> ValueKind<'static> {
    let kept: String = text.chars().skip(offset).take(length).collect();
    ValueKind::Str(kept.into())
}

/// Variables that are known outside the configuration are filled in, others stay.
fn expand_vars(text: &str, settings: &Settings) -> ValueKind<'static> {
    let known = |name: &str| settings.variable(name).map(str::to_owned);
    ValueKind::Str(expand(text, known).into())
}

/// As Ruby's `Shellwords.escape`.
fn posix_escape(text: &str) -> ValueKind<'static> {
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
