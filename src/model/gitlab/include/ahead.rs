use std::sync::Arc;

use rayon::prelude::*;

use super::entry::{IncludeEntry, Target};
use super::expand::{Expander, Steps};
use super::found::is_plain;
use super::locate::Base;
use crate::model::StepKind;
use crate::model::gitlab::Problem;
use crate::model::gitlab::load::{Loaded, load};
use crate::syntax::yaml;
use crate::text::{Location, Source, SourceId, worth_all_cores};

/// A file that was read before its turn, as it comes by these steps.
pub(super) struct Ahead<'p> {
    pub(super) source: SourceId,
    pub(super) steps: Steps,
    pub(super) loaded: Loaded<'p>,
    pub(super) problems: Vec<Problem>,
}

impl<'p> Expander<'_, 'p> {
    /// Reads the local files that these entries include, on all cores where it is worth while.
    pub(super) fn read_ahead<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e IncludeEntry<'e, 'p>>,
        base: &Base,
        steps: &Steps,
    ) where
        'p: 'e,
    {
        let plain = |entry: &IncludeEntry<'_, 'p>| match entry.target {
            Target::Local(path) => {
                let path = path.as_str()?;
                let is_known = !path.contains(['*', '$', '%']) && path.ends_with(".yml");
                Some((
                    (is_known && is_plain(path)).then(|| base.path(path)).flatten()?,
                    entry.value.at(),
                ))
            }
            _ => None,
        };
        let plain = entries.filter_map(plain).take(self.settings.limits.includes);
        let (paths, places): (Vec<String>, Vec<Location>) = plain.unzip();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let sources = self.files.read_all(&paths).into_iter().zip(places);
        let mut sources: Vec<(&'p Source, Location)> =
            sources.filter_map(|(source, at)| Some((source?, at))).collect();
        sources.sort_by_key(|(source, _)| source.id);
        sources.dedup_by_key(|(source, _)| source.id);
        sources.retain(|(source, _)| self.trees.iter().all(|(id, _)| *id != source.id));
        if !worth_all_cores(sources.iter().map(|(source, _)| *source)) {
            return;
        }
        let bounds = self.bounds();
        let read = |(source, at): (&'p Source, Location)| {
            let tree = Arc::new(yaml::parse(source.text()));
            let mut steps = steps.clone();
            steps.push((StepKind::Include, at));
            let mut problems = Vec::new();
            let text = (source.id, source.text());
            let loaded = load(&tree, text, &steps, bounds, &mut problems);
            ((source.id, tree), Ahead { source: source.id, steps, loaded, problems })
        };
        let (trees, ahead): (Vec<_>, Vec<_>) = sources.into_par_iter().map(read).unzip();
        self.trees.extend(trees);
        self.ahead.extend(ahead);
    }
}
