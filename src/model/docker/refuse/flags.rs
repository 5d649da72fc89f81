//! The builder flags of each instruction.

use super::{Refusals, Step, duration, nearest};
use crate::syntax::dockerfile::{ErrorKind, Flag, Keyword};
use crate::text::did_you_mean;

/// How a flag is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Bare, or with `=true` or `=false`.
    Switch,
    /// With a value, once.
    Text,
    /// With a value, as often as one likes.
    List,
}

/// The flags that an instruction has; nothing where BuildKit never looks at them.
fn known(keyword: Keyword) -> Option<&'static [(&'static str, Kind)]> {
    use Kind::{List, Switch, Text};
    match keyword {
        Keyword::Arg | Keyword::Stopsignal => None,
        Keyword::From => Some(&[("platform", Text)]),
        Keyword::Run => {
            Some(&[("mount", List), ("network", Text), ("security", Text), ("device", List)])
        }
        Keyword::Copy => Some(&[
            ("from", Text),
            ("chown", Text),
            ("chmod", Text),
            ("link", Switch),
            ("exclude", List),
            ("parents", Switch),
        ]),
        Keyword::Add => Some(&[
            ("chown", Text),
            ("chmod", Text),
            ("link", Switch),
            ("keep-git-dir", Switch),
            ("checksum", Text),
            ("unpack", Switch),
            ("exclude", List),
        ]),
        Keyword::Healthcheck => Some(&[
            ("interval", Text),
            ("timeout", Text),
            ("start-period", Text),
            ("start-interval", Text),
            ("retries", Text),
        ]),
        _ => Some(&[]),
    }
}

impl Refusals<'_, '_> {
    pub(super) fn flags(&mut self, step: Step<'_, '_>) {
        let instruction = step.instruction;
        let Some(known) = known(instruction.keyword) else { return };
        if let crate::syntax::dockerfile::Arguments::Healthcheck { kind, .. } =
            &instruction.arguments
            && kind.text.eq_ignore_ascii_case("none")
        {
            return;
        }
        for (at, flag) in instruction.flags.iter().enumerate() {
            let name = &flag.name.text;
            let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
                self.unknown_flag(step, flag, known);
                continue;
            };
            let seen = |other: &Flag<'_>| other.name.text == *name;
            if *kind != Kind::List && instruction.flags.iter().take(at).any(seen) {
                let message = format!("duplicate flag specified: --{name}");
                self.add(ErrorKind::Flag, flag.span, message);
            }
            self.flag_value(flag, *kind);
        }
    }

    fn unknown_flag(
        &mut self,
        step: Step<'_, '_>,
        flag: &Flag<'_>,
        known: &[(&'static str, Kind)],
    ) {
        let name = &flag.name.text;
        let keyword = step.instruction.keyword.as_str();
        let mut message = format!("unknown flag: --{name}");
        let known: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
        if let Some(near) = nearest(name, &known) {
            message.push_str(&format!(" ({})", did_you_mean(format_args!("--{near}"))));
        } else if known.is_empty() {
            message.push_str(&format!(": `{keyword}` has no flags"));
        }
        self.add(ErrorKind::Flag, flag.span, message);
    }

    fn flag_value(&mut self, flag: &Flag<'_>, kind: Kind) {
        let name = &flag.name.text;
        let value = flag.value.as_ref().map(|value| value.text.as_ref());
        let span = flag.value.as_ref().map_or(flag.span, |value| value.span);
        let message = match (kind, value) {
            (Kind::Switch, Some("")) | (Kind::Text | Kind::List, None) => {
                format!("missing a value on flag: --{name}")
            }
            (Kind::Switch, Some(value))
                if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") =>
            {
                format!("expecting boolean value for flag --{name}, not: {value}")
            }
            (Kind::Text, Some(value)) => match self.odd_value(name, value) {
                Some(message) => message,
                None => return,
            },
            _ => return,
        };
        let span = if span.is_empty() { flag.span } else { span };
        self.add(ErrorKind::Flag, span, message);
    }

    /// What is wrong with the value of a flag whose values are fixed.
    fn odd_value(&self, name: &str, value: &str) -> Option<String> {
        match name {
            "network" if !matches!(value, "default" | "none" | "host") => {
                Some(format!("invalid network mode {value:?}: it is `default`, `none` or `host`"))
            }
            "security" if !matches!(value, "sandbox" | "insecure") => {
                Some(format!("security {value:?} is not valid: it is `sandbox` or `insecure`"))
            }
            "interval" | "timeout" | "start-period" | "start-interval" if !value.is_empty() => {
                match duration::nanoseconds(value) {
                    Err(why) => Some(format!("time: {why} duration {value:?} of --{name}")),
                    Ok(0) => None,
                    Ok(time) if time < 1_000_000 => {
                        Some(format!("Interval {name:?} cannot be less than 1ms, not {value}"))
                    }
                    Ok(_) => None,
                }
            }
            "retries" if !value.is_empty() => match value.parse::<i32>() {
                Ok(retries) if retries >= 0 => None,
                Ok(_) => Some(format!("--retries cannot be negative ({value})")),
                Err(_) => Some(format!("invalid value {value:?} of --retries: it is a number")),
            },
            _ => None,
        }
    }
}
