//! Where what is named is written.

use std::path::Path;

use gen_lsp_types::{Location, Position, Range};

use super::completion::Context;
use super::names::Target;
use super::place::{Named, Site};
use super::uri;
use crate::syntax::yaml::Outline;

/// The places of what the word at `offset` names.
pub(super) fn find(context: &Context<'_>, root: &Path, offset: usize) -> Option<Location> {
    let text = context.document.text.as_str();
    let outline = Outline::new(text);
    let cursor = outline.cursor(offset)?;
    let site = Site::new(&outline, &cursor)?;
    let word = text.get(cursor.word.range()).filter(|it| !it.is_empty())?;
    let to = |target: &Target| Location::new(uri::of_path(&root.join(&target.path)), target.range);
    let (names, path) = (context.names, context.path);
    match site.names(&cursor)? {
        Named::Job | Named::Base | Named::Entry => names.job(path, word).map(|it| to(&it.at)),
        Named::Keyword => {
            let job = names.job(path, cursor.items.first()?)?;
            job.keys.iter().find(|(key, _)| key == word).map(|(_, at)| to(at))
        }
        Named::Stage => {
            let stages = names.stages(path);
            stages.into_iter().find(|(name, _)| name == word)?.1.as_ref().map(to)
        }
        Named::File => {
            let file = word.trim_start_matches('/').trim_start_matches("./");
            let there = context.listing.iter().find(|it| *it == file)?;
            let start = Position::new(0, 0);
            Some(to(&Target { path: there.clone(), range: Range::new(start, start) }))
        }
        Named::Default => None,
    }
}
