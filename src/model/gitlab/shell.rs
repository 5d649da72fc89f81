//! The scripts of a job as the shell sees them.

use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Job, Pipeline, Section, Value};
use crate::model::Files;
use crate::syntax::shell::{Command, Dialect, JoinedItems, KnownItems, Script};
use crate::syntax::yaml::{ScalarMap, Tree};
use crate::text::{Location, Source, Span};

/// The scripts that were read, and their items. What a template gives to many jobs is read once.
#[derive(Default)]
pub struct ReadScripts {
    by_hash: Mutex<FxHashMap<u64, Arc<Script>>>,
    items: KnownItems,
}

impl ReadScripts {
    fn read(&self, items: JoinedItems) -> Arc<Script> {
        let hash = FxBuildHasher.hash_one(&items);
        let known = || self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(script) = known().get(&hash).filter(|script| script.is_of(&items)) {
            return Arc::clone(script);
        }
        let script = Arc::new(Script::from_joined(items, Dialect::Bash, &self.items));
        known().insert(hash, Arc::clone(&script));
        script
    }
}

/// What one shell of a job runs: `before_script` and `script` share one, `after_script` has its own.
pub struct JobShell<'p> {
    /// The tree of all items together.
    pub script: Arc<Script>,
    /// The section of the last item.
    pub section: Section,
    items: Vec<Item<'p>>,
    /// Scripts of the repository that it runs or reads in, in order.
    pub called: Vec<CalledScript<'p>>,
}

/// An item of a script.
struct Item<'p> {
    value: Value<'p>,
    /// The tree and the file that it is written in; nothing if it was composed.
    written: Option<(Arc<Tree<'p>>, &'p Source)>,
}

impl<'p> Item<'p> {
    fn new(value: &Value<'p>, pipeline: &Pipeline<'p>) -> Self {
        Self { value: value.clone(), written: pipeline.written(value) }
    }

    /// From offsets in its text to the file.
    fn map(&self) -> ScalarMap {
        let place = self.value.node.zip(self.written.as_ref());
        place.map_or_else(ScalarMap::default, |(node, (tree, source))| {
            tree.scalar_map(node, source.text())
        })
    }
}

/// A script of the repository that a job runs.
pub struct CalledScript<'p> {
    /// The file.
    pub source: &'p Source,
    /// Its tree.
    pub script: Script,
    /// Whether it is read into the job's own shell (`. file`), so that its functions are there.
    pub sourced: bool,
    /// The command that calls it.
    pub by: Location,
}

impl<'p> JobShell<'p> {
    /// The shells of a job, without those that cannot be read here (PowerShell, `cmd`).
    pub fn of(
        job: &Job<'p>,
        pipeline: &Pipeline<'p>,
        (files, read): (&'p dyn Files, &ReadScripts),
    ) -> Vec<JobShell<'p>> {
        let sections: [&[Section]; 3] =
            [&[Section::PreGetSources], &[Section::Before, Section::Main], &[Section::After]];
        let mut shells = Vec::with_capacity(1);
        for group in sections {
            let scripts = job.scripts.iter().filter(|script| group.contains(&script.section));
            let scripts: Vec<_> = scripts.collect();
            let Some(last) = scripts.last() else { continue };
            let items = scripts.iter().flat_map(|script| &script.items);
            let items: Vec<&Value<'p>> = items.filter(|item| item.as_str().is_some()).collect();
            let texts = items.iter().filter_map(|item| item.as_str());
            let script = read.read(JoinedItems::new(texts));
            if script.is_foreign() {
                continue;
            }
            let items = items.into_iter().map(|item| Item::new(item, pipeline)).collect();
            let mut shell = Self { script, section: last.section, items, called: Vec::new() };
            shell.called = shell.called_scripts(files);
            shells.push(shell);
        }
        shells
    }

    /// Where a span of the script stands in the configuration.
    pub fn at(&self, span: Span) -> Location {
        let (item, start) = self.script.item_at(span.start);
        let (last, end) = self.script.item_at(span.end.saturating_sub(1).max(span.start));
        let Some(found) = self.items.get(item) else {
            let nowhere = Location::new(crate::text::SourceId(0), Span::default());
            return self.items.last().map_or(nowhere, |it| it.value.at());
        };
        let value = &found.value;
        if value.node.is_none() {
            return value.at();
        }
        let map = found.map();
        let start = map.to_source(start);
        let end = if last == item && !span.is_empty() { map.to_source(end) + 1 } else { start };
        Location::new(value.at().source, Span::new(start, end.max(start)))
    }

    /// Where a command stands in the configuration.
    pub fn command_at(&self, command: Command<'_>) -> Location {
        self.at(command.span())
    }

    fn called_scripts(&self, files: &'p dyn Files) -> Vec<CalledScript<'p>> {
        let mut called: Vec<CalledScript<'p>> = Vec::new();
        for command in self.script.commands() {
            let Some(run) = command.invocation() else { continue };
            let Some(name) = run.words().next().and_then(|word| word.literal()) else { continue };
            let sourced = name == "." || name == "source";
            let path = if sourced || ["sh", "bash", "ash", "dash"].contains(&name) {
                run.operands(&["-o", "-c"]).first().and_then(|word| word.literal())
            } else {
                name.contains('/').then_some(name)
            };
            let Some(path) = path.map(|path| path.trim_start_matches("./")) else { continue };
            // What lies above the folder that a command is in may be anywhere.
            if path.starts_with(['/', '~'])
                || path.contains("../")
                || called.iter().any(|it| it.source.path == path)
            {
                continue;
            }
            if let Some(source) = files.read(path) {
                let script = Script::parse(source.text(), Dialect::Bash);
                let by = self.command_at(command);
                called.push(CalledScript { source, script, sourced, by });
            }
        }
        called
    }
}
