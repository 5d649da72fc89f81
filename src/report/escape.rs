//! Texts from files made safe for the formats that they are put into.

use std::fmt::Write as _;

use super::style::visible_char;

/// For XML and HTML, as text and in attributes: what XML cannot hold and what could fool a reader's eye is replaced.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            ch => out.push(visible_char(ch)),
        }
    }
    out
}

/// For HTML, with what stands between backticks as code.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return xml(text);
    }
    let shown = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => xml(part),
        _ => format!("<code>{}</code>", xml(part)),
    });
    shown.collect()
}

/// For a cell of a Markdown table. Code between backticks stays code; outside of it nothing is markup.
pub(super) fn cell(text: &str) -> String {
    let text: String =
        text.chars().map(|ch| if ch == '\n' { ' ' } else { visible_char(ch) }).collect();
    let even = text.matches('`').count().is_multiple_of(2);
    let mut code = false;
    let mut out = String::with_capacity(text.len() + 8);
    for ch in text.chars() {
        match ch {
            '`' if even => {
                code = !code;
                out.push(ch);
            }
            '|' => out.push_str("\\|"),
            ch if code => out.push(ch),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '`' | '*' | '_' | '[' | ']' | '~' | '\\' | '$' | '#' | '!' => {
                out.push('\\');
                out.push(ch);
            }
            ch => out.push(ch),
        }
    }
    out
}

/// A path as the relative reference that a URI may be.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'/' | b'-' | b'.' | b'_' | b'~' | b'+' | b',' | b'@' | b'=' => {
                out.push(char::from(byte));
            }
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_file_is_markup() {
        assert_eq!(xml("<a b='\"&\u{1b}\n"), "&lt;a b=&#39;&quot;&amp;?&#10;");
        assert_eq!(cell("a|b `c|<d>` <e> *f*"), "a\\|b `c\\|<d>` &lt;e&gt; \\*f\\*");
        assert_eq!(cell("odd ` tick"), "odd \\` tick");
        assert_eq!(prose("`<a>` & b"), "<code>&lt;a&gt;</code> &amp; b");
        assert_eq!(uri("a b/%ü#.yml"), "a%20b/%25%C3%BC%23.yml");
    }
}
