//! A script as ShellCheck gets it, and the way back.

use std::collections::BTreeMap;

use super::program::Comment;
use crate::rule::ScriptOf;
use crate::syntax::shell::{Command, Dialect};
use crate::text::Span;

/// Scripts that are longer, in bytes, are left out.
const MAX_LENGTH: usize = 256 * 1024;

/// A text for ShellCheck, and the scripts that it stands for: jobs that share a template have the same.
pub(super) struct Sheet<'a, 'p> {
    /// The lead and the script.
    pub text: String,
    /// How many lines and bytes the lead has.
    lead: (u32, usize),
    /// The scripts.
    pub owners: Vec<ScriptOf<'a, 'p>>,
}

/// What BusyBox has, though it is not in dash, by which ShellCheck reads `ash`: `[[`, `pipefail`,
/// `local`, options of `echo`, parts of strings, `==`, `$'...'`, `&>`, `source`, `RANDOM`.
const KNOWN_TO_ASH: [u16; 11] = [3003, 3010, 3014, 3020, 3028, 3036, 3037, 3040, 3043, 3046, 3057];

/// The sheets of all scripts, each text once.
pub(super) fn sheets<'a, 'p>(scripts: &'a [ScriptOf<'a, 'p>]) -> Vec<Sheet<'a, 'p>> {
    let mut sheets: Vec<Sheet<'a, 'p>> = Vec::new();
    let mut by_text: BTreeMap<String, usize> = BTreeMap::new();
    for script in scripts {
        let text = script.script.text();
        if script.is_of_words() || text.trim().is_empty() || text.len() > MAX_LENGTH {
            continue;
        }
        // What we cannot read is told by a rule of ours; inputs that are not filled in are not known.
        if !script.script.errors().is_empty() || text.contains("$[[") {
            continue;
        }
        let lead = lead(script);
        let whole = format!("{lead}{text}\n");
        let at = *by_text.entry(whole.clone()).or_insert(sheets.len());
        if at == sheets.len() {
            let lines = u32::try_from(lead.matches('\n').count()).unwrap_or(0);
            sheets.push(Sheet { text: whole, lead: (lines, lead.len()), owners: Vec::new() });
        }
        if let Some(sheet) = sheets.get_mut(at) {
            sheet.owners.push(script.clone());
        }
    }
    sheets
}

/// The shell, the options that it starts with, and the variables that are there.
fn lead(script: &ScriptOf<'_, '_>) -> String {
    let shell = match script.dialect() {
        Dialect::Posix => "sh",
        Dialect::Bash => "bash",
        Dialect::Ash => "ash",
    };
    let mut lead = format!("#!/bin/{shell}\n");
    if script.options.errexit {
        lead.push_str("set -e\n");
    }
    let is_name = |name: &&&str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|ch: char| ch.is_ascii_digit())
    };
    let names = script.environment();
    // A value that is not known, so that nothing is concluded from it.
    let set: Vec<String> =
        names.iter().filter(is_name).map(|it| format!(" {it}=\"${it}\"")).collect();
    if !set.is_empty() {
        lead.push_str(&format!("export{}\n", set.concat()));
    }
    lead
}

impl Sheet<'_, '_> {
    /// The place of a comment in the script; nothing if it speaks of the lead.
    pub(super) fn span(&self, comment: &Comment) -> Option<Span> {
        let start = self.offset(comment.line, comment.column)?;
        let end = self.offset(comment.end_line, comment.end_column).unwrap_or(start).max(start);
        Some(Span::from_range(start..end))
    }

    /// The byte of the script at a line and a column from 1, which counts characters.
    fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let (lines, bytes) = self.lead;
        let mut rest = self.text.get(bytes..)?;
        let mut at = 0;
        for _ in 0..line.checked_sub(lines + 1)? {
            let end = rest.find('\n')? + 1;
            at += end;
            rest = rest.get(end..)?;
        }
        let wanted = column.saturating_sub(1) as usize;
        let within = rest.char_indices().nth(wanted).map_or(rest.len(), |(offset, _)| offset);
        Some(at + within.min(rest.find('\n').unwrap_or(rest.len())))
    }

    /// Whether a comment holds for a script, with what is known of it.
    pub(super) fn is_meant(&self, owner: &ScriptOf<'_, '_>, comment: &Comment) -> bool {
        match comment.code {
            // A variable that is used and not set, or has a name like another one.
            2153 | 2154 => {
                let name = comment.message.split_whitespace().next().unwrap_or_default();
                comment.code == 2154 && owner.is_unset(name)
            }
            // A variable that is set and not used: what is read in may use it.
            2034 => !owner.script.commands().any(reads_in),
            // A function that nothing calls: jobs share their `before_script`.
            2317 | 2329 => !owner.is_of_job(),
            code => !(owner.dialect() == Dialect::Ash && KNOWN_TO_ASH.contains(&code)),
        }
    }
}

fn reads_in(command: Command<'_>) -> bool {
    [".", "source", "eval"].iter().any(|name| command.is(name))
}
