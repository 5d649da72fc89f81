//! OpenSpec's own line grammar. It is not CommonMark's: a header counts only at the start of a line, a
//! fence counts at any indentation, comments do not hide anything.

use super::file::{Operation, Problem, ProblemKind, Rename, Requirement, Scenario, SpecFile};
use super::place::{capability_of, change_of};
use super::sentence::Prose;
use super::step::{OpenStep, item, step_line, strip_word};
use crate::text::{Location, Source, Span};

/// Reads a spec file.
pub fn read_spec(source: &Source) -> SpecFile<'_> {
    let mut reader = Reader::new(source);
    let (body, base) = source.body();
    let mut offset = base as usize;
    for line in body.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        reader.line(content, offset);
        offset += line.len();
    }
    reader.finish(offset)
}

struct Reader<'p> {
    file: SpecFile<'p>,
    operation: Option<Operation>,
    /// Whether the lines belong to `## Purpose`.
    in_purpose: bool,
    /// Whether requirements are looked for here.
    in_requirements: bool,
    /// Whether the last header of level three or four was one that is not read.
    astray: bool,
    fence: Option<String>,
    in_comment: bool,
    rename_from: Option<(&'p str, Location)>,
    /// Steps of the scenario that is being read.
    steps: Vec<OpenStep>,
}

impl<'p> Reader<'p> {
    fn new(source: &'p Source) -> Self {
        let file = SpecFile {
            source,
            capability: capability_of(&source.path).map(str::to_owned),
            change: change_of(&source.path),
            is_delta: false,
            has_requirements: false,
            sections: Vec::new(),
            purpose: None,
            requirements: Vec::new(),
            renames: Vec::new(),
            problems: Vec::new(),
        };
        Self {
            file,
            operation: None,
            in_purpose: false,
            in_requirements: true,
            astray: false,
            fence: None,
            in_comment: false,
            rename_from: None,
            steps: Vec::new(),
        }
    }

    fn problem(&mut self, kind: ProblemKind, at: Location, message: impl Into<String>) {
        self.file.problems.push(Problem { kind, at, message: message.into() });
    }

    fn line(&mut self, line: &'p str, offset: usize) {
        let at = self.file.source.at(Span::from_range(offset..offset + line.len()));
        if self.fenced(line) {
            self.mark_body();
            return;
        }
        let hidden = self.comment(line);
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        let rest = &line[hashes..];
        match hashes {
            2 if rest.starts_with([' ', '\t']) => return self.section(rest.trim(), at, offset),
            3 => return self.level_three(rest.trim(), at, hidden, offset),
            4 if rest.starts_with([' ', '\t']) => return self.scenario(rest.trim(), at, hidden),
            4 if strip_word(rest, "Scenario:").is_some() => {
                let message = "a blank is missing behind `####`, so this is no scenario; it should read `#### Scenario:`";
                return self.problem(ProblemKind::ScenarioHeader, at, message);
            }
            _ => {}
        }
        let indented = line.trim_start();
        if let Some(rest) = indented.strip_prefix("###")
            && indented.len() < line.len()
            && line.len() - indented.len() <= 3
            && !line.starts_with('\t')
        {
            let level = if strip_word(rest.trim_start(), "Requirement:").is_some() {
                Some("requirement")
            } else if rest
                .strip_prefix('#')
                .and_then(|it| strip_word(it.trim_start(), "Scenario:"))
                .is_some()
            {
                Some("scenario")
            } else {
                None
            };
            if let Some(what) = level {
                let message = format!(
                    "the header of this {what} is indented, so OpenSpec drops it; it should start at the margin"
                );
                return self.problem(ProblemKind::IndentedHeader, at, message);
            }
        }
        self.content(line, offset, at, hidden);
    }

    /// Whether the line opens, closes or lies in a fence.
    fn fenced(&mut self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let mark = trimmed.chars().next().filter(|ch| *ch == '`' || *ch == '~');
        let run = mark.map_or("", |mark| {
            let len = trimmed.bytes().take_while(|byte| char::from(*byte) == mark).count();
            &trimmed[..len]
        });
        let info = &trimmed[run.len()..];
        match &self.fence {
            Some(fence) => {
                if run.starts_with(fence.as_str()) && info.trim().is_empty() {
                    self.fence = None;
                }
                true
            }
            // The info of a fence of backticks holds no backtick; else it is inline code.
            None if run.len() >= 3 && !(mark == Some('`') && info.contains('`')) => {
                self.fence = Some(run.to_owned());
                true
            }
            None => false,
        }
    }

    /// Whether a reader does not see the line because it lies in a comment; keeps count of them.
    fn comment(&mut self, line: &str) -> bool {
        let hidden = self.in_comment || line.trim_start().starts_with("<!--");
        let mut rest = line;
        loop {
            if self.in_comment {
                let Some(at) = rest.find("-->") else { return hidden };
                self.in_comment = false;
                rest = &rest[at + 3..];
            } else {
                let Some(at) = rest.find("<!--") else { return hidden };
                let in_code = rest[..at].bytes().filter(|byte| *byte == b'`').count() % 2 == 1;
                rest = &rest[at + 4..];
                self.in_comment = !in_code;
            }
        }
    }

    fn section(&mut self, title: &'p str, at: Location, offset: usize) {
        self.end_block(offset);
        self.astray = false;
        let words: Vec<String> = title.split(' ').map(str::to_ascii_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.operation = match words[..] {
            ["added", "requirements"] => Some(Operation::Added),
            ["modified", "requirements"] => Some(Operation::Modified),
            ["removed", "requirements"] => Some(Operation::Removed),
            ["renamed", "requirements"] => Some(Operation::Renamed),
            _ => None,
        };
        self.file.is_delta |= self.operation.is_some();
        if let Some(operation) = self.operation {
            self.file.sections.push((operation, at));
        }
        self.in_purpose = words[..] == ["purpose"];
        self.file.has_requirements |= words[..] == ["requirements"];
        self.in_requirements = self.operation.is_some() || words[..] == ["requirements"];
        if self.in_purpose {
            self.file.purpose = Some((String::new(), at));
        }
        let loose = title.trim_end_matches('#').split_whitespace().collect::<Vec<_>>().join(" ");
        let meant = ["ADDED", "MODIFIED", "REMOVED", "RENAMED"]
            .into_iter()
            .find(|word| loose.eq_ignore_ascii_case(&format!("{word} Requirements")));
        if let Some(word) = meant
            && self.operation.is_none()
        {
            self.problem(
                ProblemKind::StrayHeader,
                at,
                format!("this header is not read as a delta section; it should read just `## {word} Requirements`"),
            );
            // What stands below is reported once, here.
            self.astray = true;
        }
    }

    fn level_three(&mut self, title: &'p str, at: Location, hidden: bool, offset: usize) {
        if let Some(name) = strip_word(title, "Requirement:") {
            let name = clean_name(name);
            if name.is_empty() {
                let message = "the requirement has no name, so it is not read; a name should stand behind `Requirement:`";
                return self.problem(ProblemKind::StrayHeader, at, message);
            }
            return self.requirement(name, at, hidden, offset);
        }
        if strip_word(title, "Scenario:").is_some() && self.in_requirements {
            let message = "a scenario has a header of level four; this one of level three is not read as a scenario";
            self.problem(ProblemKind::ScenarioHeader, at, message);
        } else if self.in_requirements && (self.operation.is_some() || self.current().is_some()) {
            let message = format!(
                "`{title}` is neither a requirement nor a scenario; a header of level three here should start with `Requirement:`"
            );
            self.problem(ProblemKind::StrayHeader, at, message);
        }
    }

    fn requirement(&mut self, name: &'p str, at: Location, commented: bool, offset: usize) {
        self.end_block(offset);
        self.in_purpose = false;
        if !self.in_requirements {
            if !self.astray {
                let message = format!(
                    "requirement `{name}` stands outside of a requirements section and is not read"
                );
                self.problem(ProblemKind::StrayHeader, at, message);
            }
            return;
        }
        self.file.requirements.push(Requirement {
            name,
            at,
            operation: self.operation,
            commented,
            block: at.span,
            body: Vec::new(),
            scenarios: Vec::new(),
            source: self.file.source,
        });
    }

    /// Ends the scenario and the requirement that are being read, at the line that starts at `offset`.
    fn end_block(&mut self, offset: usize) {
        self.end_scenario();
        if let Some(requirement) = self.file.requirements.last_mut()
            && requirement.block == requirement.at.span
        {
            requirement.block.end =
                Span::from_range(offset..offset).start.max(requirement.block.end);
        }
    }

    fn end_scenario(&mut self) {
        let steps = std::mem::take(&mut self.steps).into_iter().map(OpenStep::close);
        if let Some(scenario) =
            self.file.requirements.last_mut().and_then(|it| it.scenarios.last_mut())
        {
            scenario.steps.extend(steps);
        }
    }

    fn scenario(&mut self, title: &'p str, at: Location, commented: bool) {
        self.end_scenario();
        let title = clean_name(strip_word(title, "Scenario:").unwrap_or(title));
        let known = self.astray || !self.in_requirements;
        match self.current() {
            Some(requirement) => requirement.scenarios.push(Scenario {
                title,
                at,
                commented,
                has_body: false,
                steps: Vec::new(),
            }),
            None if known => {}
            None => {
                let message =
                    format!("scenario `{title}` belongs to no requirement and is not read");
                self.problem(ProblemKind::StrayHeader, at, message);
            }
        }
    }

    fn current(&mut self) -> Option<&mut Requirement<'p>> {
        // A block that has ended reaches beyond its header.
        let wanted = self.in_requirements;
        self.file.requirements.last_mut().filter(|it| wanted && it.block == it.at.span)
    }

    /// The scenario that is being read has a line of content.
    fn mark_body(&mut self) {
        if let Some(scenario) = self.current().and_then(|it| it.scenarios.last_mut()) {
            scenario.has_body = true;
        }
    }

    fn content(&mut self, line: &'p str, offset: usize, at: Location, hidden: bool) {
        let text = line.trim();
        if self.in_purpose {
            if !hidden && let Some((purpose, _)) = &mut self.file.purpose {
                if !text.is_empty() && !purpose.is_empty() {
                    purpose.push(' ');
                }
                purpose.push_str(text);
            }
            return;
        }
        match self.operation {
            Some(Operation::Renamed) => return self.rename(text, at),
            Some(Operation::Removed) => {
                let name = text.trim_start_matches(['-', '*', '+', ' ', '`']);
                if let Some(name) = name
                    .strip_prefix("###")
                    .and_then(|it| strip_word(it.trim_start(), "Requirement:"))
                {
                    let name = clean_name(name.trim_end_matches('`'));
                    return self.requirement(name, at, hidden, offset);
                }
            }
            _ => {}
        }
        let is_rule = text.len() >= 3
            && ["-", "*", "_"]
                .iter()
                .any(|mark| text.replace([' ', '\t'], "").trim_start_matches(mark).is_empty());
        if text.is_empty() || is_rule {
            return;
        }
        let Some(requirement) = self.current() else { return };
        // What a reader does not see is no statement, unless all of the requirement is hidden; then
        // OpenSpec reads it nevertheless.
        let hidden = hidden && !requirement.commented;
        match requirement.scenarios.last_mut() {
            None if hidden => {}
            None => {
                let start = offset + (line.len() - line.trim_start().len());
                requirement.body.push(start..start + text.len());
                let bullet = item(text).map(|it| it.trim_start_matches(['*', '_']));
                if bullet.is_some_and(|it| strip_word(it, "Scenario:").is_some()) {
                    let message =
                        "a scenario has a header of level four; a bullet is not read as a scenario";
                    self.problem(ProblemKind::ScenarioHeader, at, message);
                }
            }
            Some(scenario) => {
                scenario.has_body = true;
                if !hidden || scenario.commented {
                    step_line(&mut self.steps, line, offset);
                }
            }
        }
    }

    fn rename(&mut self, text: &'p str, at: Location) {
        let text = text.trim_start_matches(['-', '*', '+', ' ']);
        let name = |rest: &'p str| {
            let rest = rest.trim().trim_matches('`').trim_start_matches('#').trim_start();
            clean_name(strip_word(rest, "Requirement:").unwrap_or(rest))
        };
        if let Some(rest) = strip_word(text, "FROM:") {
            if let Some((from, at)) = self.rename_from.replace((name(rest), at)) {
                self.unpaired(from, at);
            }
        } else if let Some(rest) = strip_word(text, "TO:") {
            match self.rename_from.take() {
                Some((from, from_at)) => {
                    self.file.renames.push(Rename { from, from_at, to: name(rest), to_at: at });
                }
                None => {
                    let message = "this `TO:` has no `FROM:` above it, so the delta is refused";
                    self.problem(ProblemKind::UnpairedRename, at, message);
                }
            }
        }
    }

    fn unpaired(&mut self, from: &str, at: Location) {
        let message =
            format!("`FROM:` with `{from}` has no `TO:` below it, so the delta is refused");
        self.problem(ProblemKind::UnpairedRename, at, message);
    }

    fn finish(mut self, end: usize) -> SpecFile<'p> {
        self.end_block(end);
        if let Some((from, at)) = self.rename_from.take() {
            self.unpaired(from, at);
        }
        // A body of nothing but metadata keeps it.
        let text = self.file.source.text();
        for requirement in &mut self.file.requirements {
            let is_meta = |range: &std::ops::Range<usize>| is_metadata(&text[range.clone()]);
            if !requirement.body.iter().all(is_meta) {
                requirement.body.retain(|range| !is_meta(range));
            }
        }
        self.file
    }
}

/// The paragraphs and items of a requirement's body, in order; the second half tells items.
pub(super) fn body_prose(requirement: &Requirement<'_>) -> Vec<(Prose, bool)> {
    let text = requirement.source.text();
    let mut all: Vec<(Prose, bool)> = Vec::new();
    let mut last_end = None;
    for range in &requirement.body {
        let line = &text[range.clone()];
        let bare = item(line);
        let lead = line.len() - bare.unwrap_or(line).len();
        // A blank line ends a paragraph.
        let apart = last_end
            .is_none_or(|end| text[end..range.start].bytes().filter(|it| *it == b'\n').count() > 1);
        last_end = Some(range.end);
        match all.last_mut() {
            Some((prose, _)) if bare.is_none() && !apart => prose.push(line, range.start),
            _ => all.push((Prose::new(&line[lead..], range.start + lead), bare.is_some())),
        }
    }
    all
}

/// `**Key**: value`
fn is_metadata(line: &str) -> bool {
    line.strip_prefix("**")
        .and_then(|rest| rest.split_once("**"))
        .is_some_and(|(key, rest)| !key.is_empty() && (rest.starts_with(':') || key.ends_with(':')))
}

fn clean_name(name: &str) -> &str {
    let name = name.trim();
    let bare = name.trim_end_matches('#');
    if bare.len() < name.len() && (bare.is_empty() || bare.ends_with([' ', '\t'])) {
        bare.trim_end()
    } else {
        name
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
