//! A first configuration, with the choices that hadolint's has.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::select::is_retired;
use super::{ConfigError, Error, check_name};
use crate::rule::Catalog;
use crate::syntax::yaml::de;

/// Where hadolint looks for its configuration in the folder that it runs in.
pub const HADOLINT_CONFIGS: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// A configuration to be written.
#[derive(Debug, Default)]
pub struct FirstConfig {
    /// The text of `pipespec.yaml`.
    pub text: String,
    /// What was kept, each in a few words.
    pub kept: Vec<String>,
    /// What could not be kept, each with the reason.
    pub left: Vec<String>,
}

/// The choices of hadolint's configuration as options of ours.
#[derive(Default)]
struct Choices {
    ignore: Vec<String>,
    severity: BTreeMap<String, &'static str>,
    trusted: Vec<String>,
    schema: Vec<(String, String)>,
    strict: bool,
    fail_on: Option<&'static str>,
    no_pragmas: bool,
}

impl FirstConfig {
    /// A configuration that says nothing yet.
    pub fn empty() -> Self {
        Self { text: head(), ..Self::default() }
    }

    /// The choices of the hadolint configuration `text`, which stands at `path`.
    ///
    /// # Errors
    /// Fails if the text is no YAML mapping.
    pub fn from_hadolint(path: &str, text: &str, catalog: &Catalog) -> Result<Self, Error> {
        let fail =
            |span, message: String| Error::from(ConfigError::new(path, text, span, message, None));
        let config: Option<BTreeMap<String, Json>> =
            de::from_str(text).map_err(|error| fail(error.span(), error.to_string()))?;
        let config = config.unwrap_or_default();
        let mut first = Self::default();
        let mut choices = Choices::default();
        for (key, value) in &config {
            first.take(key, value, &mut choices, catalog);
        }
        choices.severity.retain(|code, _| !choices.ignore.contains(code));
        if !config.contains_key("failure-threshold") && !config.contains_key("no-fail") {
            first.left.push(
                "hadolint fails on every finding from `info` on, pipespec on errors: `fail-on: note` in pipespec.yaml keeps that"
                    .to_owned(),
            );
        }
        first.text = head() + &choices.text(path);
        Ok(first)
    }

    fn take(&mut self, key: &str, value: &Json, choices: &mut Choices, catalog: &Catalog) {
        match key {
            "ignored" => {
                choices.ignore = self.codes(&texts(value), "ignored", catalog);
                self.keep(choices.ignore.len(), "ignored code");
            }
            "override" => {
                // Of two levels for one code hadolint takes the stricter one.
                for (level, severity) in [
                    ("style", "note"),
                    ("info", "note"),
                    ("warning", "warning"),
                    ("error", "error"),
                ] {
                    let named = value.get(level).map(texts).unwrap_or_default();
                    for code in self.codes(&named, level, catalog) {
                        choices.severity.insert(code, severity);
                    }
                }
                self.keep(choices.severity.len(), "severity");
            }
            "trustedRegistries" => {
                choices.trusted = texts(value);
                self.keep(choices.trusted.len(), "trusted registry");
            }
            "label-schema" => {
                for (label, kind) in value.as_object().into_iter().flatten() {
                    let kind = kind.as_str().filter(|kind| !kind.is_empty()).unwrap_or("text");
                    choices.schema.push((label.clone(), kind.to_owned()));
                }
                self.keep(choices.schema.len(), "label");
            }
            "strict-labels" => choices.strict = value.as_bool() == Some(true),
            "failure-threshold" => {
                choices.fail_on = match value.as_str() {
                    Some("error") => Some("error"),
                    Some("warning") => Some("warning"),
                    Some("info" | "style") => Some("note"),
                    Some("ignore" | "none") => Some("never"),
                    _ => None,
                };
                match choices.fail_on {
                    Some(_) => self.kept.push("the failure threshold".to_owned()),
                    None => self.left.push(format!("`failure-threshold: {value}` is no threshold")),
                }
            }
            "no-fail" => {
                if value.as_bool() == Some(true) {
                    choices.fail_on = Some("never");
                    self.kept.push("`no-fail`".to_owned());
                }
            }
            "disable-ignore-pragma" => {
                choices.no_pragmas = value.as_bool() == Some(true);
                if choices.no_pragmas {
                    self.kept.push("that comments accept nothing".to_owned());
                }
            }
            "format" | "formats" | "output" | "no-color" | "verbose" => {
                self.left.push(format!(
                    "`{key}` belongs on the command line, see `pipespec check --help`"
                ));
            }
            _ => self.left.push(format!("`{key}` is no key that hadolint knows")),
        }
    }

    /// Those of the codes that we know; the others are told, each once.
    fn codes(&mut self, named: &[String], key: &str, catalog: &Catalog) -> Vec<String> {
        let mut known: Vec<String> = Vec::new();
        for code in named {
            let told = if is_retired(code) {
                Some(format!("`{code}` (`{key}`) is retired, and no rule has it"))
            } else if check_name(catalog, code).is_err() {
                Some(format!("`{code}` (`{key}`) is a code that no rule has"))
            } else {
                None
            };
            match told {
                Some(told) if !self.left.contains(&told) => self.left.push(told),
                Some(_) => {}
                None if !known.contains(code) => known.push(code.clone()),
                None => {}
            }
        }
        known
    }

    fn keep(&mut self, count: usize, what: &str) {
        let plural = match what.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{what}s"),
        };
        match count {
            0 => {}
            1 => self.kept.push(format!("1 {what}")),
            _ => self.kept.push(format!("{count} {plural}")),
        }
    }
}

impl Choices {
    fn text(&self, path: &str) -> String {
        let mut out = format!("\n# From {path}.\n");
        let list =
            |items: &[String]| items.iter().map(|item| scalar(item)).collect::<Vec<_>>().join(", ");
        if !self.ignore.is_empty() {
            let _ = writeln!(out, "ignore: [{}]", list(&self.ignore));
        }
        if !self.severity.is_empty() {
            out.push_str("severity:\n");
            for (code, severity) in &self.severity {
                let _ = writeln!(out, "  {}: {severity}", scalar(code));
            }
        }
        if !self.trusted.is_empty() || !self.schema.is_empty() || self.strict {
            out.push_str("rules:\n");
        }
        if !self.trusted.is_empty() {
            let _ = writeln!(out, "  untrusted-registry:\n    trusted: [{}]", list(&self.trusted));
        }
        if !self.schema.is_empty() || self.strict {
            out.push_str("  label-schema:\n");
            if self.strict {
                out.push_str("    strict: true\n");
            }
            if !self.schema.is_empty() {
                out.push_str("    schema:\n");
                for (label, kind) in &self.schema {
                    let _ = writeln!(out, "      {}: {}", scalar(label), scalar(kind));
                }
            }
        }
        if let Some(level) = self.fail_on {
            let _ = writeln!(out, "fail-on: {level}");
        }
        if self.no_pragmas {
            out.push_str("hadolint-comments: false\n");
        }
        out
    }
}

fn head() -> String {
    "# What pipespec is asked for. Every key may be left out; `pipespec rules` lists the rules.\n"
        .to_owned()
}

fn texts(value: &Json) -> Vec<String> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A text as YAML: plain where that is safe.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if plain { text.to_owned() } else { Json::from(text).to_string() }
}
