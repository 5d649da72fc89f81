//! A rule's page as people read it.

use std::fmt::Write as _;

use super::{FixKind, Rule};

impl Rule {
    /// The rule's page with what its front matter says, as Markdown.
    pub fn explained(&self) -> String {
        let rule = self;
        let (title, body) = rule.page.split_once('\n').unwrap_or((&rule.page, ""));
        let mut out = format!("{title}\n\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(out, "- {key}: {value}");
        };
        line("rule", &format!("`{}` (family `{}`)", rule.id, rule.family));
        let on = if rule.enabled { "" } else { ", off unless it is selected" };
        line("severity", &format!("{}{on}", rule.severity));
        if !rule.since.is_empty() {
            line("since", &rule.since);
        }
        if !rule.aliases.is_empty() {
            line("elsewhere", &rule.aliases.join(", "));
        }
        match rule.fix {
            FixKind::None => {}
            FixKind::Safe => line("fix", "`pipespec check --fix`"),
            FixKind::Unsafe => {
                line("fix", "`pipespec check --fix --unsafe-fixes`, to be looked at");
            }
        }
        for option in rule.options.iter() {
            line(
                &format!("option `{}`", option.name),
                &format!("{} (default `{}`)", option.about, option.default),
            );
        }
        for binding in rule.binds.iter() {
            let given =
                binding.given.as_ref().map(|it| format!("given `{it}`, ")).unwrap_or_default();
            line("judges", &format!("{given}`{}`", binding.then));
        }
        out.push_str(body);
        out
    }
}
