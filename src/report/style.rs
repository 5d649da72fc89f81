use std::io::{self, Write};

use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;

/// `text` with everything made harmless that a terminal or a reader's eye could be fooled by:
/// control characters (but tab) and characters that change the direction of writing.
pub fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

/// The character itself, or what stands for it. Takes as many bytes as the character for one- and
/// three-byte characters, so that places keep their offsets.
pub(super) fn visible_char(ch: char) -> char {
    match ch {
        '\t' => '\t',
        '\u{0}'..='\u{1f}' | '\u{7f}' => '?',
        '\u{80}'..='\u{9f}' => '\u{b7}',
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        '\u{61c}' => '\u{b7}',
        _ => ch,
    }
}

/// Writes ANSI colours around the parts of a diagnostic.
pub(super) struct Ansi<'w>(pub(super) &'w mut Vec<u8>);

impl Write for Ansi<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) const RESET: &str = "\u{1b}[0m";
pub(super) const BOLD: &str = "\u{1b}[1m";
const BLUE: &str = "\u{1b}[34m";

pub(super) const fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Bug | Severity::Error => "\u{1b}[1;31m",
        Severity::Warning => "\u{1b}[1;33m",
        Severity::Note | Severity::Help => "\u{1b}[1;36m",
    }
}

impl WriteStyle for Ansi<'_> {
    fn set_header(&mut self, severity: Severity) -> io::Result<()> {
        self.write_all(colour(severity).as_bytes())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.write_all(BOLD.as_bytes())
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.write_all(BLUE.as_bytes())
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.write_all(BLUE.as_bytes())
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.write_all(BLUE.as_bytes())
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> io::Result<()> {
        let code = match style {
            LabelStyle::Primary => colour(severity),
            LabelStyle::Secondary => BLUE,
        };
        self.write_all(code.as_bytes())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.write_all(RESET.as_bytes())
    }
}
