use super::{Error, ErrorKind};
use crate::text::Span;

/// The parser directives that BuildKit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DirectiveName {
    /// `# syntax=`: the image of the frontend.
    Syntax,
    /// `# escape=`: the escape character.
    Escape,
    /// `# check=`: settings of the build checks.
    Check,
}

/// A parser directive: a comment `# name=value` at the very top of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive<'a> {
    /// Which one.
    pub name: DirectiveName,
    /// The value, trimmed.
    pub value: &'a str,
    /// Where the value stands.
    pub value_span: Span,
    /// The line without blanks around it.
    pub span: Span,
}

impl<'a> Directive<'a> {
    /// The value up to the first blank; what is behind it is a remark.
    pub fn setting(&self) -> &'a str {
        self.value.split(' ').next().unwrap_or(self.value)
    }

    /// Reads a trimmed line as a directive; `start` is its place in the file.
    pub(super) fn read(line: &'a str, start: u32) -> Option<Self> {
        let behind = line.strip_prefix('#')?.trim_start();
        let (name, value) = behind.split_once('=')?;
        let name = match name.trim_end().to_ascii_lowercase().as_str() {
            "syntax" => DirectiveName::Syntax,
            "escape" => DirectiveName::Escape,
            "check" => DirectiveName::Check,
            _ => return None,
        };
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        let at = line.trim_end().len().saturating_sub(value.len());
        let end = at + value.len();
        let value_span = Span::from_range(at..end).shift(start);
        Some(Self { name, value, value_span, span: Span::from_range(0..end).shift(start) })
    }
}

/// Which checks a `# check=` setting names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection<'a> {
    /// `all`.
    pub all: bool,
    /// The names, compared exactly.
    pub names: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    fn read(list: &'a str) -> Self {
        match list.trim() {
            "all" => Self { all: true, names: Vec::new() },
            list => Self { all: false, names: list.split(',').map(str::trim).collect() },
        }
    }

    /// Whether it selects the check of this name.
    pub fn selects(&self, name: &str) -> bool {
        self.all || self.names.contains(&name)
    }
}

/// The settings of a `# check=` directive, or of such a comment above one instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckDirective<'a> {
    /// Checks that are not to run; experimental ones are not among `all`.
    pub skip: Selection<'a>,
    /// Experimental checks that are to run.
    pub experimental: Selection<'a>,
    /// Whether a finding makes the build fail.
    pub error: bool,
}

impl<'a> CheckDirective<'a> {
    /// Reads `skip=A,B;experimental=C;error=true`.
    ///
    /// # Errors
    /// Gives the option that is unknown or whose value is.
    pub fn read(setting: &'a str) -> Result<Self, &'a str> {
        let mut check = Self::default();
        let setting = setting.trim();
        if setting.is_empty() {
            return Ok(check);
        }
        for option in setting.splitn(3, ';') {
            let (key, value) = option.split_once('=').ok_or(option)?;
            match key.trim() {
                "skip" => check.skip = Selection::read(value),
                "experimental" => check.experimental = Selection::read(value),
                "error" => {
                    check.error = match value.trim() {
                        "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
                        "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
                        _ => return Err(option),
                    }
                }
                key => return Err(key),
            }
        }
        Ok(check)
    }
}

/// Reads the lines at the top of a file for as long as they are directives.
pub(super) struct Directives<'a> {
    pub(super) found: Vec<Directive<'a>>,
    pub(super) escape: char,
    seen: Vec<DirectiveName>,
    done: bool,
    // BuildKit looks for `syntax` and `check` once more behind a `#!` line, but not for `escape`.
    shebang: bool,
    only_escape: bool,
    first: bool,
}

impl<'a> Directives<'a> {
    pub(super) fn new() -> Self {
        let (found, seen) = (Vec::new(), Vec::new());
        Self {
            found,
            escape: '\\',
            seen,
            done: false,
            shebang: false,
            only_escape: false,
            first: true,
        }
    }

    /// Takes a line without blanks around it; says whether it is a directive. The second reader,
    /// which looks for `syntax` and `check`, stops at blanks in front of the `#`.
    pub(super) fn take(
        &mut self,
        line: &'a str,
        (start, indented): (u32, bool),
        errors: &mut Vec<Error>,
    ) -> bool {
        if self.done {
            return false;
        }
        if std::mem::take(&mut self.first) && line.starts_with("#!") {
            self.shebang = true;
            return false;
        }
        let Some(directive) = Directive::read(line, start) else {
            self.done = true;
            return false;
        };
        if self.shebang && directive.name == DirectiveName::Escape {
            return false;
        }
        let repeated = self.seen.contains(&directive.name);
        self.seen.push(directive.name);
        self.only_escape |= indented;
        if directive.name == DirectiveName::Escape || !self.only_escape {
            self.found.push(directive);
        }
        if repeated && !self.shebang {
            let name = match directive.name {
                DirectiveName::Syntax => "syntax",
                DirectiveName::Escape => "escape",
                DirectiveName::Check => "check",
            };
            let message = format!("only one {name} parser directive can be used");
            errors.push(Error::new(ErrorKind::Directive, directive.span, message));
        } else if directive.name == DirectiveName::Escape {
            match directive.value {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                other => {
                    let message = format!("invalid escape token '{other}' does not match ` or \\");
                    errors.push(Error::new(ErrorKind::Directive, directive.value_span, message));
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_knows_the_place_of_its_value() {
        let directive = Directive::read("#  Check = skip=all // why", 10).unwrap();
        assert_eq!(directive.name, DirectiveName::Check);
        assert_eq!(directive.setting(), "skip=all");
        assert_eq!(directive.value_span, Span::new(21, 36));
        assert_eq!(Directive::read("# escape=", 0), None);
        assert_eq!(Directive::read("# include=x", 0), None);
    }

    #[test]
    fn check_settings_are_read_or_the_wrong_option_is_named() {
        let check = CheckDirective::read("skip=A, B;experimental=all;error=true").unwrap();
        assert!(check.skip.selects("B") && !check.skip.selects("C") && check.error);
        assert!(check.experimental.all);
        assert_eq!(CheckDirective::read("skip=all;erorr=1"), Err("erorr"));
        assert_eq!(CheckDirective::read("error=yes"), Err("error=yes"));
    }
}
