use std::ops::Range;

use super::step::Step;
use crate::text::{Location, Source, Span};

/// One spec file as it is written.
#[derive(Debug)]
pub struct SpecFile<'p> {
    /// The file.
    pub source: &'p Source,
    /// The capability that its path names, if it lies where OpenSpec looks.
    pub capability: Option<String>,
    /// The change that it lies in, and whether that is archived.
    pub change: Option<(&'p str, bool)>,
    /// Whether it has delta sections rather than being a main spec.
    pub is_delta: bool,
    /// Whether it has a section `## Requirements`.
    pub has_requirements: bool,
    /// The headers of the delta sections.
    pub sections: Vec<(Operation, Location)>,
    /// The text of `## Purpose`, if there is one, with the place of its header.
    pub purpose: Option<(String, Location)>,
    /// The requirements in the order of the text; in a delta those of all its sections.
    pub requirements: Vec<Requirement<'p>>,
    /// The pairs of a `RENAMED` section.
    pub renames: Vec<Rename<'p>>,
    /// Oddities, for the rules about specs.
    pub problems: Vec<Problem>,
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

impl Operation {
    /// `ADDED`, `MODIFIED`, `REMOVED` or `RENAMED`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Operation::Added => "ADDED",
            Operation::Modified => "MODIFIED",
            Operation::Removed => "REMOVED",
            Operation::Renamed => "RENAMED",
        }
    }
}

/// A renamed requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rename<'p> {
    /// The old name.
    pub from: &'p str,
    /// The line `FROM:`.
    pub from_at: Location,
    /// The new name.
    pub to: &'p str,
    /// The line `TO:`.
    pub to_at: Location,
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
    /// Its header lies in an HTML comment; OpenSpec reads it all the same.
    pub commented: bool,
    /// From its header to the next one that ends it.
    pub block: Span,
    /// The lines between the header and the first scenario that are neither blank, fenced nor
    /// metadata.
    pub body: Vec<Range<usize>>,
    /// Its scenarios.
    pub scenarios: Vec<Scenario<'p>>,
    /// The file.
    pub source: &'p Source,
}

impl<'p> Requirement<'p> {
    /// The whole block as it is written.
    pub fn text(&self) -> &'p str {
        self.source.slice(self.block).trim()
    }

    /// The lines of the body, joined with blanks.
    pub fn body_text(&self) -> String {
        let text = self.source.text();
        let lines = self.body.iter().filter_map(|range| text.get(range.clone()));
        lines.collect::<Vec<_>>().join(" ")
    }
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario<'p> {
    /// The title, without `Scenario:`.
    pub title: &'p str,
    /// Its header.
    pub at: Location,
    /// Its header lies in an HTML comment.
    pub commented: bool,
    /// Whether anything but blank lines stands below the header.
    pub has_body: bool,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Something odd in a spec file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What kind of oddity.
    pub kind: ProblemKind,
    /// Where.
    pub at: Location,
    /// What, in one sentence.
    pub message: String,
}

/// Kinds of oddities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A header that is not read where it stands.
    StrayHeader,
    /// A scenario that is not written with a header of level four.
    ScenarioHeader,
    /// A header that does not start at the margin.
    IndentedHeader,
    /// `FROM:` without `TO:` or the other way round.
    UnpairedRename,
}
