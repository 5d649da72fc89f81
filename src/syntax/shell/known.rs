//! Items that stand in many scripts are parsed once.

use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};
use shuck_parser::parser::{ParseResult, Parser};

use super::Dialect;

/// The items of scripts that were read.
#[derive(Default)]
pub struct KnownItems {
    by_hash: Mutex<FxHashMap<u64, Known>>,
}

/// What is known of an item.
#[derive(Clone)]
enum Known {
    /// It was seen once. Most items are not seen again, and their trees are large.
    Seen,
    /// It means nothing without what stands around it.
    Dependent,
    /// Its tree.
    Parsed(Arc<Item>),
}

/// An item that means the same wherever it stands.
pub(super) struct Item {
    text: Box<str>,
    pub(super) parsed: ParseResult,
}

impl KnownItems {
    /// The trees of all items, if some of them were seen before and each can be read by itself.
    pub(super) fn parse(&self, items: &[&str], dialect: Dialect) -> Option<Vec<Arc<Item>>> {
        let hashes: Vec<u64> = items.iter().map(|item| hash(item, dialect)).collect();
        let known: Vec<Option<Known>> = {
            let mut by_hash = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
            let mut look = |hash: &u64| match by_hash.entry(*hash) {
                std::collections::hash_map::Entry::Occupied(known) => Some(known.get().clone()),
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(Known::Seen);
                    None
                }
            };
            hashes.iter().map(&mut look).collect()
        };
        if known.iter().all(Option::is_none)
            || known.iter().any(|it| matches!(it, Some(Known::Dependent)))
        {
            return None;
        }
        let mut trees = Vec::with_capacity(items.len());
        for ((text, hash), known) in items.iter().zip(hashes).zip(known) {
            let seen = known.is_some();
            if let Some(Known::Parsed(item)) = known
                && *item.text == **text
            {
                trees.push(item);
                continue;
            }
            let item = Item::parse(text, dialect).map(Arc::new);
            if seen || item.is_none() {
                let known = item.clone().map_or(Known::Dependent, Known::Parsed);
                self.by_hash.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, known);
            }
            trees.push(item?);
        }
        Some(trees)
    }
}

impl Item {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Parses the item by itself; nothing if it may mean something else between others.
    fn parse(text: &str, dialect: Dialect) -> Option<Self> {
        // A line that goes on, a text that may not have come to its end, a change of how to parse.
        if text.ends_with('\\') || text.contains("<<") || text.contains("shopt") {
            return None;
        }
        let parsed = parse(text, dialect);
        (parsed.is_ok() && parsed.diagnostics.is_empty())
            .then(|| Self { text: text.into(), parsed })
    }
}

/// Parses a text with a line end behind it: the parser finds the end of the last command by what follows.
pub(super) fn parse(text: &str, dialect: Dialect) -> ParseResult {
    let lines = [text, "\n"].concat();
    Parser::with_dialect(&lines, dialect.grammar()).parse()
}

fn hash(item: &str, dialect: Dialect) -> u64 {
    FxBuildHasher.hash_one((item, dialect))
}
