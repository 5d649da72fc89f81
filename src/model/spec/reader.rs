//! OpenSpec's own line grammar. It is not CommonMark's: a header counts only at the start of a line, a
//! fence counts at any indentation, comments do not hide anything.

use std::ops::Range;

use crate::text::{Location, Source, Span};

/// One spec file as it is written.
#[derive(Debug)]
pub struct SpecFile<'p> {
    /// The file.
    pub source: &'p Source,
    /// Whether it has delta sections rather than being a main spec.
    pub is_delta: bool,
    /// The text of `## Purpose`, if there is one, with its place.
    pub purpose: Option<(String, Location)>,
    /// The requirements in the order of the text; in a delta those of all its sections.
    pub requirements: Vec<Requirement<'p>>,
    /// `FROM` and `TO` of the renamed requirements.
    pub renames: Vec<(&'p str, &'p str, Location)>,
    /// Oddities, for the rules about specs.
    pub problems: Vec<SpecProblem>,
}

/// What a section of a delta does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `## ADDED Requirements`
    Added,
    /// `## MODIFIED Requirements`
    Modified,
    /// `## REMOVED Requirements`
    Removed,
    /// `## RENAMED Requirements`
    Renamed,
}

/// A requirement.
#[derive(Clone, Debug)]
pub struct Requirement<'p> {
    /// The name behind `Requirement:`.
    pub name: &'p str,
    /// Its header.
    pub at: Location,
    /// In a delta, what its section does with it.
    pub operation: Option<Operation>,
    /// The lines between the header and the first scenario that are neither blank, fenced nor
    /// metadata.
    pub body: Vec<Range<usize>>,
    /// Its scenarios.
    pub scenarios: Vec<Scenario<'p>>,
    /// The file.
    pub source: &'p Source,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario<'p> {
    /// The title, without `Scenario:`.
    pub title: &'p str,
    /// Its header.
    pub at: Location,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is, `And` and `But` taken for what stands before them.
    pub kind: StepKind,
    /// Its words, without the keyword, on one line.
    pub text: String,
    /// Its words in the file.
    pub span: Span,
    /// The bullets below it.
    pub bullets: Vec<(String, Span)>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Given.
    Given,
    /// When.
    When,
    /// Then.
    Then,
}

/// Something odd in a spec file.
#[derive(Clone, Debug)]
pub struct SpecProblem {
    /// The id of the rule that reports it.
    pub rule: &'static str,
    /// Where.
    pub at: Location,
    /// What, in one sentence.
    pub message: String,
}

/// Reads a spec file.
pub fn read_spec(source: &Source) -> SpecFile<'_> {
    let mut reader = Reader::new(source);
    let mut offset = source.body().1 as usize;
    for line in source.body().0.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        reader.line(content, offset);
        offset += line.len();
    }
    reader.finish()
}

struct Reader<'p> {
    file: SpecFile<'p>,
    operation: Option<Operation>,
    /// Whether the lines belong to `## Purpose`.
    in_purpose: bool,
    /// Whether requirements are looked for here.
    in_requirements: bool,
    fence: Option<String>,
    rename_from: Option<(&'p str, Location)>,
}

impl<'p> Reader<'p> {
    fn new(source: &'p Source) -> Self {
        let file = SpecFile {
            source,
            is_delta: false,
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
            fence: None,
            rename_from: None,
        }
    }

    fn problem(&mut self, rule: &'static str, at: Location, message: impl Into<String>) {
        self.file.problems.push(SpecProblem { rule, at, message: message.into() });
    }

    fn line(&mut self, line: &'p str, offset: usize) {
        let at = self.file.source.at(Span::from_range(offset..offset + line.len()));
        if self.fenced(line) {
            return;
        }
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        let rest = &line[hashes..];
        match hashes {
            2 if rest.starts_with([' ', '\t']) => return self.section(rest.trim(), at),
            3 => {
                let name = strip_word(rest.trim_start(), "Requirement:");
                if let Some(name) = name {
                    return self.requirement(clean_name(name), at);
                }
                if self.in_requirements && !self.file.requirements.is_empty()
                    || self.operation.is_some()
                {
                    let what = strip_word(rest.trim_start(), "Scenario:").is_some();
                    let message = if what {
                        "a scenario needs a header of level four, `#### Scenario:`; this one is not read"
                    } else {
                        "this header starts no requirement; `### Requirement:` does"
                    };
                    self.problem("stray-spec-header", at, message);
                }
                return;
            }
            4 if rest.starts_with([' ', '\t']) => return self.scenario(rest.trim(), at),
            _ => {}
        }
        if line.trim_start().starts_with("### Requirement:") {
            let message = "a header that does not start its line is dropped without a word; remove the blanks in front";
            self.problem("indented-spec-header", at, message);
            return;
        }
        self.content(line, offset, at);
    }

    /// Whether the line opens, closes or lies in a fence.
    fn fenced(&mut self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let mark = trimmed.chars().next().filter(|ch| *ch == '`' || *ch == '~');
        let run: String = mark
            .map_or(String::new(), |mark| trimmed.chars().take_while(|ch| *ch == mark).collect());
        match &self.fence {
            Some(fence) => {
                let closes =
                    run.starts_with(fence.as_str()) && trimmed[run.len()..].trim().is_empty();
                if closes {
                    self.fence = None;
                }
                true
            }
            None if run.len() >= 3 => {
                self.fence = Some(run);
                true
            }
            None => false,
        }
    }

    fn section(&mut self, title: &str, at: Location) {
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
        self.in_purpose = words[..] == ["purpose"];
        self.in_requirements = self.operation.is_some() || words[..] == ["requirements"];
        if self.in_purpose {
            self.file.purpose = Some((String::new(), at));
        }
        let loose = title.trim_end_matches('#').split_whitespace().collect::<Vec<_>>().join(" ");
        let known = ["ADDED", "MODIFIED", "REMOVED", "RENAMED"];
        let meant =
            known.iter().find(|word| loose.eq_ignore_ascii_case(&format!("{word} Requirements")));
        if let Some(word) = meant
            && self.operation.is_none()
        {
            self.problem(
                "stray-spec-header",
                at,
                format!("this header is not read as a delta section; it must be just `## {word} Requirements`"),
            );
        }
    }

    fn requirement(&mut self, name: &'p str, at: Location) {
        self.in_purpose = false;
        if !self.in_requirements {
            self.problem(
                "stray-spec-header",
                at,
                format!(
                    "requirement `{name}` stands outside of a requirements section and is not read"
                ),
            );
            return;
        }
        self.file.requirements.push(Requirement {
            name,
            at,
            operation: self.operation,
            body: Vec::new(),
            scenarios: Vec::new(),
            source: self.file.source,
        });
    }

    fn scenario(&mut self, title: &'p str, at: Location) {
        let title = clean_name(strip_word(title, "Scenario:").unwrap_or(title));
        match self.current() {
            Some(requirement) => {
                requirement.scenarios.push(Scenario { title, at, steps: Vec::new() })
            }
            None => self.problem(
                "stray-spec-header",
                at,
                format!("scenario `{title}` belongs to no requirement and is not read"),
            ),
        }
    }

    fn current(&mut self) -> Option<&mut Requirement<'p>> {
        if self.in_requirements { self.file.requirements.last_mut() } else { None }
    }

    fn content(&mut self, line: &'p str, offset: usize, at: Location) {
        let text = line.trim();
        if self.in_purpose {
            if let Some((purpose, _)) = &mut self.file.purpose {
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
                    return self.requirement(clean_name(name.trim_end_matches('`')), at);
                }
            }
            _ => {}
        }
        let Some(requirement) = self.current() else { return };
        let start = offset + (line.len() - line.trim_start().len());
        let range = start..start + text.len();
        let is_rule = text.len() >= 3 && text.chars().all(|ch| ch == '-' || ch == '*' || ch == '_');
        match requirement.scenarios.last_mut() {
            None if !text.is_empty() && !is_rule => requirement.body.push(range),
            None => {}
            Some(_) if is_rule => {}
            Some(scenario) => step_line(scenario, line, range),
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
                self.problem(
                    "unpaired-rename",
                    at,
                    format!("`FROM: {from}` has no `TO:` below it"),
                );
            }
        } else if let Some(rest) = strip_word(text, "TO:") {
            match self.rename_from.take() {
                Some((from, at)) => self.file.renames.push((from, name(rest), at)),
                None => self.problem("unpaired-rename", at, "this `TO:` has no `FROM:` above it"),
            }
        }
    }

    fn finish(mut self) -> SpecFile<'p> {
        if let Some((from, at)) = self.rename_from.take() {
            self.problem("unpaired-rename", at, format!("`FROM: {from}` has no `TO:` below it"));
        }
        // A body of nothing but metadata keeps it.
        for requirement in &mut self.file.requirements {
            let text = requirement.source.text();
            let is_meta = |range: &Range<usize>| is_metadata(&text[range.clone()]);
            if !requirement.body.iter().all(is_meta) {
                requirement.body.retain(|range| !is_meta(range));
            }
        }
        self.file
    }
}

/// `**Key**: value`
fn is_metadata(line: &str) -> bool {
    line.strip_prefix("**")
        .and_then(|rest| rest.split_once("**"))
        .is_some_and(|(key, rest)| !key.is_empty() && (rest.starts_with(':') || key.ends_with(':')))
}

/// What stands behind `word`, which is matched without regard to case.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

fn clean_name(name: &str) -> &str {
    let name = name.trim();
    let bare = name.trim_end_matches('#');
    if bare.len() < name.len() && bare.ends_with([' ', '\t']) { bare.trim_end() } else { name }
}

/// Adds a line to the steps of a scenario.
fn step_line(scenario: &mut Scenario<'_>, line: &str, range: Range<usize>) {
    let text = line.trim();
    if text.is_empty() {
        return;
    }
    let bare = text.strip_prefix(['-', '*', '+']).filter(|it| it.starts_with([' ', '\t']));
    let lead = text.len() - bare.unwrap_or(text).trim_start().len();
    if let Some((kind, skip)) = step_keyword(&text[lead..]) {
        let kind = kind.or_else(|| scenario.steps.last().map(|step| step.kind));
        let start = range.start + lead + skip;
        let start = start + (text[lead + skip..].len() - text[lead + skip..].trim_start().len());
        scenario.steps.push(Step {
            kind: kind.unwrap_or(StepKind::Given),
            text: plain(text[lead + skip..].trim()),
            span: Span::from_range(start.min(range.end)..range.end),
            bullets: Vec::new(),
        });
        return;
    }
    let Some(step) = scenario.steps.last_mut() else { return };
    if bare.is_some() {
        let span = Span::from_range(range.start + lead..range.end);
        step.bullets.push((plain(&text[lead..]), span));
    } else if let Some((bullet, span)) = step.bullets.last_mut() {
        bullet.push(' ');
        bullet.push_str(&plain(text));
        span.end = Span::from_range(range).end;
    } else {
        step.text.push(' ');
        step.text.push_str(&plain(text));
        step.span.end = Span::from_range(range).end;
    }
}

/// The keyword that a step starts with, `None` inside for `And` and `But`, and its length with the
/// marks around it.
fn step_keyword(text: &str) -> Option<(Option<StepKind>, usize)> {
    let bare = text.trim_start_matches(['*', '_']);
    let marks = text.len() - bare.len();
    let words = [
        ("Given", Some(StepKind::Given)),
        ("When", Some(StepKind::When)),
        ("Then", Some(StepKind::Then)),
        ("And", None),
        ("But", None),
    ];
    let (rest, kind) =
        words.into_iter().find_map(|(word, kind)| Some((strip_word(bare, word)?, kind)))?;
    let closed = rest.trim_start_matches(['*', '_', ':']);
    let behind = rest.len() - closed.len();
    // A word that merely starts like a keyword is none, and neither is one in the middle of a sentence
    // that no mark sets apart; upper case or title case is wanted without marks.
    let apart = closed.is_empty() || closed.starts_with([' ', '\t']);
    let first_upper = bare.starts_with(|ch: char| ch.is_uppercase());
    (apart && (marks > 0 || behind > 0 || first_upper)).then(|| (kind, text.len() - closed.len()))
}

/// Words without emphasis marks; inline code keeps its backticks, which tell it from prose.
fn plain(text: &str) -> String {
    text.replace("**", "").replace("__", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    fn read(text: &str) -> Source {
        Source::new(SourceId(0), "spec.md", text)
    }

    #[test]
    fn a_delta_is_read_with_its_steps() {
        let source = read(
            "\u{feff}# x\r\n\r\n## ADDED Requirements\r\n\r\n### Requirement: A b ###\r\n\r\nIt SHALL x.\r\n**Key**: v\r\n\r\n#### Scenario: One\r\n**Given** g\r\n- **WHEN**: w\r\nThen t SHALL be:\r\n  - p\r\n  - q\r\n    more\r\nand so on\r\n---\r\n",
        );
        let file = read_spec(&source);
        assert!(file.is_delta);
        let [requirement] = &file.requirements[..] else { panic!() };
        assert_eq!(requirement.name, "A b");
        assert_eq!(requirement.body.len(), 1);
        let steps = &requirement.scenarios[0].steps;
        let kinds: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [StepKind::Given, StepKind::When, StepKind::Then]);
        assert_eq!(steps[1].text, "w");
        assert_eq!(steps[2].bullets.len(), 2);
        assert_eq!(steps[2].bullets[1].0, "q more and so on");
        assert_eq!(source.slice(steps[2].span), "t SHALL be:");
        assert!(file.problems.is_empty());
    }

    #[test]
    fn odd_headers_are_told() {
        let source = read(
            "## ADDED  Requirements\n### Requirement: lost\n## ADDED Requirements\n  ### Requirement: indented\n### Requirement: a\n### Scenario: x\n```\n### Requirement: fenced\n```\n",
        );
        let file = read_spec(&source);
        assert_eq!(file.requirements.len(), 1);
        let rules: Vec<&str> = file.problems.iter().map(|problem| problem.rule).collect();
        assert_eq!(
            rules,
            ["stray-spec-header", "stray-spec-header", "indented-spec-header", "stray-spec-header"]
        );
    }
}
