//! Reading a large file in pieces on all cores.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::parse::Builder;
use super::tree::{Document, NodeKind};
use super::{Entry, Node, NodeId, Tree};

/// So many bytes are read faster than a thread is woken for them.
const PIECE: usize = 12 * 1024;

/// The tree of a text that is one mapping, read in pieces; nothing if it is too small for that, or not surely
/// such a text without faults. It is the same as when it is read in one piece.
pub(super) fn parse(text: &str) -> Option<Tree<'_>> {
    let count = text.len() / PIECE;
    if count < 2 || has_documents(text) {
        return None;
    }
    // Asking starts the threads.
    let count = count.min(rayon::current_num_threads());
    if count < 2 {
        return None;
    }
    in_pieces(text, &cut(text, text.len().div_ceil(count)))
}

/// Whether there may be several documents, or directives.
fn has_documents(text: &str) -> bool {
    text.starts_with('%') || ["\n---", "\n...", "\n%"].iter().any(|mark| text.contains(mark))
}

/// Pieces of at least `size` bytes, each of which begins with an entry of the top level.
fn cut(text: &str, size: usize) -> Vec<Range<usize>> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    // Whether the entry above holds something, so that its end does not depend on what follows.
    let mut filled = false;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|ch: char| ch.is_ascii_alphanumeric() || "._".contains(ch))
            && line.contains(": ") | line.trim_end().ends_with(':');
        if begins && filled && at - start >= size {
            pieces.push(start..at);
            start = at;
        }
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            filled = line.starts_with(' ') && !content.ends_with(':');
        }
        at += line.len();
    }
    pieces.push(start..at);
    pieces
}

/// The tree of a text that was cut; nothing unless each piece is a mapping without faults.
fn in_pieces<'s>(text: &'s str, pieces: &[Range<usize>]) -> Option<Tree<'s>> {
    let read = |piece: &Range<usize>| {
        let mut builder = Builder::new(text, piece.len());
        builder.continues = piece.start > 0;
        let whole = builder.read(piece.start, piece.end).is_ok() && builder.tree.errors.is_empty();
        whole.then_some(builder)
    };
    let read: Vec<Option<Builder<'s>>> = pieces.par_iter().map(read).collect();
    let mut read = read.into_iter();
    let first = read.next()??;
    let (mut tree, mut anchors) = (first.tree, first.anchors);
    let root = root(&tree)?;
    // The entries of all pieces have to stand at the start of their lines.
    let before = text.get(..tree.node(root).span.start as usize)?;
    if !before.is_empty() && !before.ends_with(['\n', '\u{feff}']) {
        return None;
    }
    for builder in read {
        append((&mut tree, root), &mut anchors, builder?)?;
    }
    Some(tree)
}

/// The root, if the text is one mapping.
fn root(tree: &Tree<'_>) -> Option<NodeId> {
    let [Document { root: Some(root), .. }] = tree.documents[..] else { return None };
    let node = tree.node(root);
    // A tag or an anchor of the whole would be one of the first piece alone.
    let is_bare = node.tag.is_none() && node.anchor.is_none();
    (is_bare && matches!(node.kind, NodeKind::Mapping(_))).then_some(root)
}

/// Puts the entries of a piece behind those of the tree; nothing if they are none.
fn append<'s>(
    (tree, root): (&mut Tree<'s>, NodeId),
    anchors: &mut FxHashMap<&'s str, NodeId>,
    piece: Builder<'s>,
) -> Option<()> {
    let own = self::root(&piece.tree).filter(|own| *own == NodeId(0))?;
    // The root of the piece falls away.
    let offset = u32::try_from(tree.nodes.len()).ok()?.checked_sub(1)?;
    let moved = |id: NodeId| NodeId(id.0.wrapping_add(offset));
    let (end, document) = (piece.tree.node(own).span.end, piece.tree.documents.first()?.span.end);
    let mut nodes = piece.tree.nodes;
    for (alias, name) in piece.aliases_above {
        let target = anchors.get(name).copied()?;
        let NodeKind::Alias(alias) = &mut nodes.get_mut(alias.0 as usize)?.kind else { continue };
        // It stands in the tree already, so it must not be moved below.
        alias.target = Some(NodeId(target.0.wrapping_sub(offset)));
    }
    for node in &mut nodes {
        match &mut node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter_mut().for_each(|id| *id = moved(*id)),
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    *entry = Entry { key: moved(entry.key), value: moved(entry.value) };
                }
            }
            NodeKind::Alias(alias) => alias.target = alias.target.map(moved),
        }
    }
    let mut nodes = nodes.into_iter();
    let NodeKind::Mapping(more) = nodes.next()?.kind else { return None };
    let Node { span, kind: NodeKind::Mapping(entries), .. } =
        tree.nodes.get_mut(root.0 as usize)?
    else {
        return None;
    };
    span.end = end;
    entries.extend(more);
    tree.nodes.extend(nodes);
    tree.comments.extend(piece.tree.comments);
    tree.documents.first_mut()?.span.end = document;
    anchors.extend(piece.anchors.into_iter().map(|(name, id)| (name, moved(id))));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEXT: &str = "# head\na: &a {x: 1}\nb:\n  - *a\n  - &b two # note\n\n# above\nc: |+\n  text\n\n\nd:\n  e: *b\n  f: &a three\ng: [*a,\n  *b]\nh: &h\n  i: &b j\nk:\n  <<: *h\n  l: *b\n";

    /// Reads a text in pieces of any size, as far as it can be cut, and compares with the whole.
    fn compare(text: &str) -> usize {
        compare_at(text, &[1, 40, 200, 1000, 5000])
    }

    fn compare_at(text: &str, sizes: &[usize]) -> usize {
        let whole = format!("{:?}", super::super::parse::parse_whole(text));
        let mut compared = 0;
        for &size in sizes {
            let pieces = cut(text, size);
            if pieces.len() < 2 || has_documents(text) {
                continue;
            }
            if let Some(tree) = in_pieces(text, &pieces) {
                assert_eq!(format!("{tree:?}"), whole, "in pieces of {size}:\n{text}");
                compared += 1;
            }
        }
        compared
    }

    #[test]
    fn pieces_make_the_same_tree_as_the_whole() {
        assert!(compare(TEXT) >= 2);
        // Several anchors of one name, an alias of nothing, one of a node around it, keys twice.
        assert!(compare("a:\n  b: &x 1\nc:\n  d: &x\n    e: *x\nc:\n  f: *x\n") >= 1);
        assert_eq!(compare("a:\n  b: 1\nc:\n  d: *none\n"), 0);
        assert_eq!(compare("a:\n  b: 'x\nc: d\n  y'\n"), 0);
        assert_eq!(compare("a:\n  b: 1\n---\nc:\n  d: 1\n"), 0);
        assert_eq!(compare("- a:\n    b: 1\n"), 0);
    }

    #[test]
    fn whatever_is_put_into_a_text_the_tree_is_the_same() {
        let signs = [
            "\n",
            "\nq: ",
            "\r",
            "\r\n",
            "\t",
            " ",
            "#",
            "- ",
            "? ",
            ": ",
            ":",
            "|",
            ">\n",
            "\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "*q ",
            "!t ",
            "<<: *a",
            "%",
            "@",
            "\u{feff}",
            "é",
            "\n\n# x\n",
            "\n  ",
            "---",
            "...",
        ];
        let mut compared = 0;
        for at in 0..TEXT.len() {
            for sign in signs {
                let text = format!("{}{sign}{}", &TEXT[..at], &TEXT[at..]);
                compared += compare_at(&text, &[1, 80]);
            }
        }
        assert!(compared > 1000, "{compared}");
    }

    #[test]
    fn files_of_the_repository_make_the_same_tree() {
        let mut open = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
        open.push(open[0].with_file_name("../shared/cases/gitlab"));
        let mut compared = 0;
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let entries = std::fs::read_dir(&path).unwrap();
                open.extend(entries.map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|it| it == "yml" || it == "yaml") {
                compared += compare(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
            }
        }
        assert!(compared > 20, "{compared}");
    }

    #[test]
    fn a_large_text_is_read_in_pieces() {
        let text: String = (0..4000).map(|at| format!("job-{at}:\n  script: [make]\n")).collect();
        if rayon::current_num_threads() > 1 {
            assert!(super::parse(&text).is_some());
        }
        assert_eq!(parse(&text).documents.len(), 1);
    }
}
