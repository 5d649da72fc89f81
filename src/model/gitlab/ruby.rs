use super::{Value, ValueKind};

const INSPECTED: usize = 200;

/// Adds the value as Ruby's `inspect` shows it; long ones are cut.
pub(super) fn inspect(value: &Value<'_>, text: &mut String) {
    if text.len() > INSPECTED {
        if !text.ends_with('…') {
            text.push('…');
        }
        return;
    }
    match &value.kind {
        ValueKind::Null => text.push_str("nil"),
        ValueKind::Str(it) => {
            text.push('"');
            text.extend(it.chars().take(INSPECTED));
            text.push('"');
        }
        ValueKind::Symbol(it) => {
            text.push(':');
            text.push_str(it);
        }
        ValueKind::Seq(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { ", " } else { "" });
                inspect(item, text);
            }
            text.push(']');
        }
        ValueKind::Map(map) => {
            text.push('{');
            for (at, entry) in map.entries().iter().enumerate() {
                text.push_str(if at > 0 { ", \"" } else { "\"" });
                text.push_str(&entry.key);
                text.push_str("\"=>");
                inspect(&entry.value, text);
            }
            text.push('}');
        }
        ValueKind::Reference(target) => {
            text.push_str("!reference ");
            inspect(target, text);
        }
        ValueKind::Unknown(_) => text.push('?'),
        _ => text.push_str(&value.to_text().unwrap_or_default()),
    }
}

/// A float as Ruby's `to_s` writes it.
pub(super) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if digits.contains('.') { "" } else { ".0" };
        let power: i32 = exponent.parse().unwrap_or(0);
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{digits}{point}e{sign}{:02}", power.abs());
    }
    format!("{value:?}")
}
