use std::sync::Arc;

use rayon::prelude::*;

use super::entry::{IncludeEntry, Target};
use super::expand::Expander;
use super::locate::Base;
use crate::syntax::yaml;
use crate::text::{Source, are_large};

impl<'p> Expander<'_, 'p> {
    /// Parses the local files that these entries surely include, on all cores where it is worth while.
    pub(super) fn parse_ahead(&mut self, entries: &[IncludeEntry<'_, 'p>], base: &Base) {
        let plain = |entry: &IncludeEntry<'_, 'p>| match entry.target {
            Target::Local(path) if entry.rules.is_none() => {
                let path = path.as_str()?;
                let is_plain = !path.contains(['*', '$', '%']) && path.ends_with(".yml");
                is_plain.then(|| base.path(path)).flatten()
            }
            _ => None,
        };
        let paths = entries.iter().filter_map(plain).take(self.settings.limits.includes);
        let mut sources: Vec<&'p Source> =
            paths.filter_map(|path| self.files.read(&path)).collect();
        sources.sort_by_key(|source| source.id);
        sources.dedup_by_key(|source| source.id);
        sources.retain(|source| self.trees.iter().all(|(id, _)| *id != source.id));
        if !are_large(sources.iter().copied()) {
            return;
        }
        let parse = |source: &'p Source| (source.id, Arc::new(yaml::parse(source.text())));
        let trees: Vec<_> = sources.into_par_iter().map(parse).collect();
        self.trees.extend(trees);
    }
}
