use rustc_hash::{FxHashMap, FxHashSet};

use super::clause::{Clause, clauses_of, make_ids_unique};
use super::file::{Operation, Requirement, SpecFile};
use super::place::{capability_of, change_of, tracked_file};
use super::reader::read_spec;
use crate::model::Files;
use crate::text::Source;

/// The spec that a project is held to: the main specs with the pending deltas applied.
#[derive(Debug, Default)]
pub struct Spec<'p> {
    /// The capabilities in the order of their names.
    pub parts: Vec<Part<'p>>,
    /// Every clause, in the order of the parts.
    pub clauses: Vec<Clause<'p>>,
    /// Every file that was read, archived deltas left out.
    pub files: Vec<SpecFile<'p>>,
}

/// One capability.
#[derive(Debug)]
pub struct Part<'p> {
    /// The folder below `openspec/specs`, with `/` between its parts; the stem of a file that was named.
    pub capability: String,
    /// Its requirements, effective.
    pub requirements: Vec<Requirement<'p>>,
}

/// Where a document that a spec names, such as `tasks.md`, was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentPlace {
    /// In the change that carries the spec's delta.
    Change,
    /// In an archived change.
    Archive,
    /// At the root of the repository.
    Root,
}

impl<'p> Spec<'p> {
    /// The effective spec of the project's `openspec/` folder.
    pub fn from_project(files: &'p dyn Files) -> Self {
        let mut main = Vec::new();
        let mut deltas = Vec::new();
        for path in files.paths().iter().filter(|path| path.starts_with("openspec/")) {
            let Some(capability) = capability_of(path) else { continue };
            match change_of(path) {
                Some((_, true)) => {}
                Some((_, false)) => deltas.extend(files.read(path).map(|it| (capability, it))),
                None => main.extend(files.read(path).map(|it| (capability, it))),
            }
        }
        let mut spec = Self::default();
        for (capability, source) in main {
            let file = read_spec(source);
            spec.part(capability).requirements.extend(file.requirements.iter().cloned());
            spec.files.push(file);
        }
        for (capability, source) in deltas {
            let file = read_spec(source);
            apply(&mut spec.part(capability).requirements, &file);
            spec.files.push(file);
        }
        spec.settle();
        spec
    }

    /// The spec of files that were named: a main spec as it stands, a delta as if its requirements were
    /// all there is.
    pub fn from_files(sources: impl IntoIterator<Item = &'p Source>) -> Self {
        let mut spec = Self::default();
        for source in sources {
            let file = read_spec(source);
            let capability = match capability_of(&source.path) {
                Some(capability) => capability.to_owned(),
                None => {
                    let name = source.path.rsplit('/').next().unwrap_or_default();
                    let stem = name.strip_suffix(".md").unwrap_or(name);
                    let folder = source.path.rsplit('/').nth(1);
                    if stem == "spec" { folder.unwrap_or(stem).to_owned() } else { stem.to_owned() }
                }
            };
            apply(&mut spec.part(&capability).requirements, &file);
            spec.files.push(file);
        }
        spec.settle();
        spec
    }

    fn part(&mut self, capability: &str) -> &mut Part<'p> {
        let at = match self.parts.binary_search_by(|part| part.capability.as_str().cmp(capability))
        {
            Ok(at) => at,
            Err(at) => {
                let part = Part { capability: capability.to_owned(), requirements: Vec::new() };
                self.parts.insert(at, part);
                at
            }
        };
        &mut self.parts[at]
    }

    fn settle(&mut self) {
        for part in &self.parts {
            for requirement in &part.requirements {
                self.clauses.extend(clauses_of(requirement, &part.capability));
            }
        }
        make_ids_unique(&mut self.clauses);
    }

    /// The main spec of a capability, as it is before the pending deltas.
    pub fn main_file(&self, capability: &str) -> Option<&SpecFile<'p>> {
        self.files
            .iter()
            .find(|file| file.change.is_none() && file.capability.as_deref() == Some(capability))
    }

    /// The deltas of pending changes.
    pub fn pending(&self) -> impl Iterator<Item = &SpecFile<'p>> {
        self.files.iter().filter(|file| matches!(file.change, Some((_, false))))
    }

    /// The spec of one file, which may be a main spec or a delta.
    pub fn from_file(source: &'p Source) -> Self {
        Self::from_files([source])
    }

    /// The document of this name that belongs to a capability: in the pending change that carries its delta, in
    /// the newest archived one, at the root of the repository, or in the only pending change that has it.
    pub fn document(
        &self,
        files: &'p dyn Files,
        capability: &str,
        name: &str,
    ) -> Option<(&'p Source, DocumentPlace)> {
        // A schema of the project may give the task list another name.
        let tracked = if name == "tasks.md" { tracked_file(files) } else { None };
        let tracked = tracked.filter(|it| it != name);
        if let Some(found) = tracked.and_then(|it| self.document(files, capability, &it)) {
            return Some(found);
        }
        let mut pending = Vec::new();
        let mut archived = Vec::new();
        let mut others = Vec::new();
        for path in files.paths() {
            let Some((change, is_archived)) = change_of(path) else { continue };
            let folder = if is_archived { "openspec/changes/archive" } else { "openspec/changes" };
            let document = format!("{folder}/{change}/{name}");
            if capability_of(path) == Some(capability) {
                let found = if is_archived { &mut archived } else { &mut pending };
                found.push(document);
            } else if *path == document && !is_archived {
                others.push(document);
            }
        }
        // Names of archived changes start with their date.
        archived.sort();
        archived.reverse();
        let first = |paths: &[String]| paths.iter().find_map(|path| files.read(path));
        if let Some(source) = first(&pending) {
            return Some((source, DocumentPlace::Change));
        }
        if let Some(source) = first(&archived) {
            return Some((source, DocumentPlace::Archive));
        }
        if let Some(source) = files.read(name) {
            return Some((source, DocumentPlace::Root));
        }
        match &others[..] {
            [only] => files.read(only).map(|source| (source, DocumentPlace::Change)),
            _ => None,
        }
    }
}

/// Applies a delta in OpenSpec's order: renamed, removed, modified, added.
fn apply<'p>(requirements: &mut Vec<Requirement<'p>>, file: &SpecFile<'p>) {
    let renames: FxHashMap<&str, &'p str> =
        file.renames.iter().map(|it| (it.from, it.to)).collect();
    for requirement in requirements.iter_mut() {
        if let Some(new) = renames.get(requirement.name) {
            requirement.name = new;
        }
    }
    let of = |operation| file.requirements.iter().filter(move |it| it.operation == operation);
    let removed: FxHashSet<&str> = of(Some(Operation::Removed)).map(|it| it.name).collect();
    requirements.retain(|requirement| !removed.contains(requirement.name));
    // The same block again is no change; OpenSpec refuses to add one that differs, the later is shown.
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, requirement) in requirements.iter().enumerate() {
        places.entry(requirement.name).or_insert(at);
    }
    let changed = of(Some(Operation::Modified));
    for requirement in changed.chain(of(Some(Operation::Added))).chain(of(None)) {
        match places.get(requirement.name).and_then(|at| requirements.get_mut(*at)) {
            Some(place) => *place = requirement.clone(),
            None => {
                places.insert(requirement.name, requirements.len());
                requirements.push(requirement.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;

    const MAIN: &str = "## Purpose\np\n## Requirements\n### Requirement: A\nA SHALL a.\n#### Scenario: S\n- **THEN** x SHALL y\n### Requirement: B\nB SHALL b.\n";

    fn ids(files: &MemoryFiles) -> Vec<String> {
        Spec::from_project(files).clauses.iter().map(|clause| clause.id.clone()).collect()
    }

    #[test]
    fn pending_deltas_are_applied_and_archived_ones_are_not() {
        let delta = "## RENAMED Requirements\n- FROM: `### Requirement: B`\n- TO: `### Requirement: C`\n## REMOVED Requirements\n### Requirement: A\n## ADDED Requirements\n### Requirement: D\nD MUST d.\n";
        let files = MemoryFiles::new([
            ("openspec/specs/ci/spec.md", MAIN),
            ("openspec/changes/one/specs/ci/spec.md", delta),
            (
                "openspec/changes/archive/2026-01-01-old/specs/ci/spec.md",
                "## ADDED Requirements\n### Requirement: Z\nZ SHALL z.\n",
            ),
        ]);
        assert_eq!(ids(&files), ["ci/c#1", "ci/d#1"]);
        let only = MemoryFiles::new([("openspec/specs/ci/spec.md", MAIN)]);
        assert_eq!(ids(&only), ["ci/a#1", "ci/a/s#1", "ci/b#1"]);
    }

    #[test]
    fn a_schema_may_name_the_task_list() {
        let files = MemoryFiles::new([
            ("openspec/config.yaml", "schema: house\n"),
            ("openspec/schemas/house/schema.yaml", "apply:\n  tracks: plan.md\n"),
            ("openspec/changes/one/specs/ci/spec.md", MAIN),
            ("openspec/changes/one/plan.md", "plan"),
            ("tasks.md", "root"),
        ]);
        let spec = Spec::from_project(&files);
        let (source, place) = spec.document(&files, "ci", "tasks.md").unwrap();
        assert_eq!((source.text(), place), ("plan", DocumentPlace::Change));
    }

    #[test]
    fn the_tasks_of_the_change_come_before_those_at_the_root() {
        let files = MemoryFiles::new([
            ("openspec/specs/ci/spec.md", MAIN),
            ("openspec/changes/archive/2026-01-01-a/specs/ci/spec.md", MAIN),
            ("openspec/changes/archive/2026-01-01-a/tasks.md", "old"),
            ("openspec/changes/archive/2026-02-01-b/specs/ci/spec.md", MAIN),
            ("openspec/changes/archive/2026-02-01-b/tasks.md", "new"),
            ("tasks.md", "root"),
        ]);
        let spec = Spec::from_project(&files);
        let (source, place) = spec.document(&files, "ci", "tasks.md").unwrap();
        assert_eq!((source.text(), place), ("new", DocumentPlace::Archive));
        let (source, place) = spec.document(&files, "other", "tasks.md").unwrap();
        assert_eq!((source.text(), place), ("root", DocumentPlace::Root));
    }
}
