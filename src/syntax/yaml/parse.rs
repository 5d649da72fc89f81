use std::borrow::Cow;

use granit_parser::{Event, Options, Parser, ScalarStyle};
use rustc_hash::FxHashMap;

use super::{
    Alias, Anchor, Comment, Document, Entry, Node, NodeId, NodeKind, Scalar, Style, Tag, Tree,
};
use crate::syntax::SyntaxError;
use crate::text::Span;

/// Reads a whole file. A byte order mark may stand in front; spans count bytes of `text`.
pub fn parse(text: &str) -> Tree<'_> {
    if let Some(at) = text.find('\0') {
        let at = offset(at);
        let message = "control characters are not allowed: this is a binary file, no YAML";
        let error = SyntaxError { span: Span::new(at, at + 1), message: message.to_owned() };
        return Tree { errors: vec![error], ..Tree::default() };
    }
    super::split::parse(text).unwrap_or_else(|| parse_whole(text))
}

/// The same in one piece.
pub(super) fn parse_whole(text: &str) -> Tree<'_> {
    let mut builder = Builder::new(text, text.len());
    if let Err(error) = builder.read(0, text.len()) {
        // One fault must not lose the rest: read each top-level entry by itself.
        builder = Builder::new(text, text.len());
        builder.recover(error);
    }
    builder.tree.nodes.shrink_to_fit();
    builder.tree
}

pub(super) struct Builder<'s> {
    text: &'s str,
    pub(super) tree: Tree<'s>,
    pub(super) anchors: FxHashMap<&'s str, NodeId>,
    open: Vec<Open>,
    /// What the open collections hold so far: each from its `first` up to that of the next.
    pending: Vec<NodeId>,
    /// Where the last token ended.
    last: usize,
    document: Option<(usize, Option<NodeId>)>,
    /// While entries are read one by one: the anchors of those above.
    inherited: FxHashMap<&'s str, NodeId>,
    /// Whether the text begins above what is read, so that an alias may mean an anchor there.
    pub(super) continues: bool,
    /// Such aliases, with their names.
    pub(super) aliases_above: Vec<(NodeId, &'s str)>,
}

/// A collection that is not closed yet.
struct Open {
    node: NodeId,
    /// The place of its first child among those that are pending.
    first: usize,
    is_mapping: bool,
    flow: bool,
    anchor: Option<NodeId>,
}

pub(super) struct Failure {
    at: usize,
    message: String,
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl<'s> Builder<'s> {
    /// For the text, of which so many bytes will be read.
    pub(super) fn new(text: &'s str, bytes: usize) -> Self {
        Self {
            text,
            // Some eight bytes are one node where many are written.
            tree: Tree {
                nodes: Vec::with_capacity((bytes / 8 + 1).min(1 << 16)),
                ..Tree::default()
            },
            anchors: FxHashMap::default(),
            open: Vec::new(),
            pending: Vec::new(),
            last: 0,
            document: None,
            inherited: FxHashMap::default(),
            continues: false,
            aliases_above: Vec::new(),
        }
    }

    /// Reads the part `from..to` of the text.
    pub(super) fn read(&mut self, from: usize, to: usize) -> Result<(), Failure> {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        options.bom_inside_document_as_content = false;
        options.block_scalar_eof_without_line_feed = true;
        let part = &self.text[from..to];
        self.last = from;
        let parser = Parser::new_from_str_with_options(part, options);
        for next in parser {
            let (event, span) = next.map_err(|error| Failure {
                at: from + error.marker().byte_offset().unwrap_or(0),
                message: error.info(),
            })?;
            let start = from + span.start.byte_offset().unwrap_or(0);
            let end = from + span.end.byte_offset().unwrap_or(0);
            let tag = span.tag_span().map(|tag| {
                let start = from + tag.start.byte_offset().unwrap_or(0);
                // A tag is ASCII, so its characters are its bytes.
                start..start + (tag.end.index() - tag.start.index())
            });
            self.event(event, start, end.max(start), tag);
        }
        Ok(())
    }

    fn event(
        &mut self,
        event: Event<'s>,
        start: usize,
        end: usize,
        tag: Option<std::ops::Range<usize>>,
    ) {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                self.document = Some((start, None));
            }
            Event::DocumentEnd => self.end_document(end),
            Event::Comment(..) => return self.comment(start, end),
            Event::Anchor(..) => self.anchor(start, end),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(start, end),
            Event::Scalar(value, style, ..) => self.scalar(value, style, start, end, tag),
            Event::SequenceStart(..) => self.open(false, start, end, tag),
            Event::MappingStart(..) => self.open(true, start, end, tag),
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            _ => {}
        }
        self.last = self.last.max(end);
    }

    fn add(
        &mut self,
        kind: NodeKind<'s>,
        span: Span,
        tag: Option<std::ops::Range<usize>>,
    ) -> NodeId {
        let id = NodeId(offset(self.tree.nodes.len()));
        let tag = tag.and_then(|range| {
            let (span, text) = (Span::from_range(range.clone()), self.text.get(range)?);
            Some(Box::new(Tag { span, text }))
        });
        self.tree.nodes.push(Node { span, tag, anchor: None, kind });
        id
    }

    /// Puts a complete node where it belongs.
    fn place(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(_) => self.pending.push(id),
            None => {
                if let Some((_, root)) = &mut self.document {
                    root.get_or_insert(id);
                }
            }
        }
    }

    fn scalar(
        &mut self,
        value: Cow<'s, str>,
        style: ScalarStyle,
        start: usize,
        end: usize,
        tag: Option<std::ops::Range<usize>>,
    ) {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let (mut start, mut end) = (start, end);
        let mut value = value;
        if matches!(style, Style::Literal | Style::Folded) {
            // The event starts at the first line of content and runs into the indentation behind.
            let from = tag.as_ref().map_or(self.last, |tag| tag.end.max(self.last));
            let lead = self.text.get(from..start).unwrap_or("");
            start = lead.find(['|', '>']).map_or(start, |at| from + at);
            let content = self.text.get(start..end).unwrap_or("");
            end = start + content.trim_end().len().max(1).min(content.len());
        } else if style == Style::Plain && start == end {
            value = Cow::Borrowed("");
        }
        let span = Span::from_range(start..end);
        let id = self.add(NodeKind::Scalar(Scalar { value, style }), span, tag);
        self.place(id);
    }

    fn alias(&mut self, start: usize, end: usize) {
        let token = self.text.get(start..end).unwrap_or("");
        let name = token.strip_prefix('*').unwrap_or(token);
        let target = self.anchors.get(name).or_else(|| self.inherited.get(name)).copied();
        let span = Span::from_range(start..end);
        if target.is_none() && !self.continues {
            let inside = self.open.iter().filter_map(|open| open.anchor);
            let inside = inside.filter_map(|id| self.tree.node(id).anchor.as_ref());
            let recursive = inside.into_iter().any(|anchor| anchor.name == name);
            let message = if recursive {
                format!(
                    "alias `*{name}` stands inside the node that it repeats; it may only stand behind it"
                )
            } else {
                format!(
                    "alias `*{name}` has no anchor; `&{name}` must stand above it in the same document"
                )
            };
            self.tree.errors.push(SyntaxError { span, message });
        }
        let id = self.add(NodeKind::Alias(Alias { name, target }), span, None);
        if target.is_none() && self.continues {
            self.aliases_above.push((id, name));
        }
        self.place(id);
    }

    /// The anchor of the node that came just before.
    fn anchor(&mut self, start: usize, end: usize) {
        let Some(last) = self.tree.nodes.len().checked_sub(1) else { return };
        let id = NodeId(offset(last));
        let token = self.text.get(start..end).unwrap_or("");
        let name = token.strip_prefix('&').unwrap_or(token);
        let node = &mut self.tree.nodes[last];
        node.anchor = Some(Box::new(Anchor { span: Span::from_range(start..end), name }));
        match self.open.last_mut() {
            // A collection can be repeated only behind its end.
            Some(open) if open.node == id => open.anchor = Some(id),
            _ => {
                self.anchors.insert(name, id);
            }
        }
    }

    fn open(
        &mut self,
        is_mapping: bool,
        start: usize,
        end: usize,
        tag: Option<std::ops::Range<usize>>,
    ) {
        let kind =
            if is_mapping { NodeKind::Mapping(Vec::new()) } else { NodeKind::Sequence(Vec::new()) };
        let flow =
            end > start && self.text.get(start..end).is_some_and(|it| it.starts_with(['[', '{']));
        let node = self.add(kind, Span::from_range(start..end), tag);
        self.open.push(Open { node, first: self.pending.len(), is_mapping, flow, anchor: None });
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let children = self.pending.get(open.first..).unwrap_or_default();
        let first = children.first().map(|id| self.start_of(*id));
        let last = children.last().map(|id| self.tree.node(*id).span.end);
        let node = &mut self.tree.nodes[open.node.0 as usize];
        if open.flow {
            node.span.end = offset(end);
        } else {
            node.span.end = last.unwrap_or(node.span.end).max(node.span.start);
            if let (Some(first), true) = (first, open.is_mapping) {
                node.span.start = first.min(node.span.end);
            }
        }
        node.kind = if open.is_mapping {
            let pairs = children.chunks_exact(2);
            NodeKind::Mapping(pairs.map(|pair| Entry { key: pair[0], value: pair[1] }).collect())
        } else {
            NodeKind::Sequence(children.to_vec())
        };
        self.pending.truncate(open.first);
        if let Some(name) =
            open.anchor.and_then(|id| self.tree.node(id).anchor.as_ref()).map(|it| it.name)
        {
            self.anchors.insert(name, open.node);
        }
        self.place(open.node);
    }

    /// Where a node begins, with its tag and anchor.
    fn start_of(&self, id: NodeId) -> u32 {
        let node = self.tree.node(id);
        let tag = node.tag.as_ref().map(|tag| tag.span.start);
        let anchor = node.anchor.as_ref().map(|anchor| anchor.span.start);
        [tag, anchor].into_iter().flatten().fold(node.span.start, u32::min)
    }

    fn comment(&mut self, start: usize, end: usize) {
        let Some(token) = self.text.get(start..end) else { return };
        let line = self.text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let before = self.text[line..start].trim_start_matches('\u{feff}');
        self.tree.comments.push(Comment {
            span: Span::from_range(start..end),
            text: token.strip_prefix('#').unwrap_or(token),
            own_line: before.trim().is_empty(),
        });
        self.last = self.last.max(end);
    }

    fn end_document(&mut self, end: usize) {
        let Some((start, root)) = self.document.take() else { return };
        let span = Span::from_range(start..end.max(start));
        self.tree.documents.push(Document { span, root });
    }

    /// Reads the top-level entries one by one; `first` is what stopped the whole text.
    fn recover(&mut self, first: Failure) {
        let pieces = pieces(self.text);
        let mut failed = false;
        let mut document: Option<(usize, Vec<Entry>)> = None;
        for piece in pieces {
            if self.text[piece.clone()].starts_with("---") {
                self.flush(&mut document, piece.start);
            }
            let (nodes, errors, documents) =
                (self.tree.nodes.len(), self.tree.errors.len(), self.tree.documents.len());
            let comments = self.tree.comments.len();
            let anchors = std::mem::take(&mut self.anchors);
            self.document = None;
            self.open.clear();
            self.pending.clear();
            // Names of anchors in the pieces above hold; starting a document would forget them.
            let result = self.read_piece(piece.clone(), anchors);
            if let Err(failure) = result {
                self.tree.nodes.truncate(nodes);
                self.tree.errors.truncate(errors);
                self.tree.documents.truncate(documents);
                self.tree.comments.truncate(comments);
                self.anchors.retain(|_, id| (id.0 as usize) < nodes);
                self.fail(&failure);
                failed = true;
                continue;
            }
            let roots: Vec<NodeId> = self
                .tree
                .documents
                .drain(documents..)
                .filter_map(|document| document.root)
                .collect();
            let (_, entries) = document.get_or_insert_with(|| (piece.start, Vec::new()));
            for root in roots {
                if let NodeKind::Mapping(own) = &self.tree.node(root).kind {
                    entries.extend(own.iter().copied());
                }
            }
        }
        self.flush(&mut document, self.text.len());
        if !failed {
            self.fail(&first);
        }
        self.tree.errors.sort_by_key(|error| error.span.start);
    }

    fn read_piece(
        &mut self,
        piece: std::ops::Range<usize>,
        anchors: FxHashMap<&'s str, NodeId>,
    ) -> Result<(), Failure> {
        self.inherited = anchors;
        let result = self.read(piece.start, piece.end);
        // What the piece defines itself comes later in the text, so it holds from here on.
        let own = std::mem::replace(&mut self.anchors, std::mem::take(&mut self.inherited));
        self.anchors.extend(own);
        result
    }

    fn flush(&mut self, document: &mut Option<(usize, Vec<Entry>)>, end: usize) {
        let Some((start, entries)) = document.take() else { return };
        let first = entries.first().map(|entry| self.start_of(entry.key));
        let last = entries.last().map(|entry| self.tree.node(entry.value).span.end);
        let root = first.zip(last).map(|(first, last)| {
            self.add(NodeKind::Mapping(entries), Span::new(first, last.max(first)), None)
        });
        self.tree.documents.push(Document { span: Span::from_range(start..end), root });
    }

    fn fail(&mut self, failure: &Failure) {
        let mut at = failure.at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let len =
            self.text[at..].chars().next().filter(|ch| !ch.is_control()).map_or(0, char::len_utf8);
        let span = Span::from_range(at..at + len);
        self.tree.errors.push(SyntaxError { span, message: failure.message.clone() });
    }
}

/// The top-level entries of a text: from a line that starts with anything but white space, a
/// comment, a dash or a closing bracket up to the next such line.
fn pieces(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.strip_prefix('\u{feff}').unwrap_or(line);
        let starts = content.starts_with("---")
            || !content.starts_with([' ', '\t', '#', '-', ']', '}', '\r', '\n']);
        if starts && at > start {
            pieces.push(start..at);
            start = at;
        }
        at += line.len();
    }
    pieces.push(start..at);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<'t>(tree: &'t Tree<'_>) -> Vec<&'t str> {
        let root = tree.documents[0].root.unwrap();
        let entries = tree.mapping(root).unwrap();
        entries.iter().map(|entry| tree.scalar(entry.key).unwrap().value.as_ref()).collect()
    }

    #[test]
    fn spans_are_those_of_the_text() {
        let text = "a: &x !t \"v\\n\"\nb: [1, *x]\nc: |-  # note\n  one\n  two\n\nd: {e: f}\ng:\n  - h\n  - i: j\n";
        let tree = parse(text);
        assert_eq!(tree.errors, []);
        let root = tree.documents[0].root.unwrap();
        let shown = |key: &str| &text[tree.node(tree.get(root, key).unwrap()).span.range()];
        assert_eq!(shown("a"), "\"v\\n\"");
        assert_eq!(shown("b"), "[1, *x]");
        assert_eq!(shown("c"), "|-  # note\n  one\n  two");
        assert_eq!(shown("d"), "{e: f}");
        assert_eq!(shown("g"), "- h\n  - i: j");
        let a = tree.node(tree.get(root, "a").unwrap());
        assert_eq!(a.tag.as_ref().unwrap().text, "!t");
        assert_eq!(a.anchor.as_ref().unwrap().name, "x");
        let items = tree.sequence(tree.get(root, "b").unwrap()).unwrap();
        assert_eq!(tree.scalar(items[1]).unwrap().value, "v\n");
    }

    #[test]
    fn one_broken_entry_does_not_lose_the_others() {
        let tree = parse("a: 1\nb:\n  - x: [\n  y\nc: &k {d: e}\nf: *k\n");
        assert_eq!(keys(&tree), ["a", "c", "f"]);
        assert_eq!(tree.errors.len(), 1);
        let root = tree.documents[0].root.unwrap();
        assert!(tree.mapping(tree.get(root, "f").unwrap()).is_some());
    }

    #[test]
    fn an_alias_of_an_enclosing_node_is_an_error_and_leads_nowhere() {
        let tree = parse("a: &a\n  b: *a\n");
        assert_eq!(tree.errors.len(), 1);
        let root = tree.documents[0].root.unwrap();
        let inner = tree.get(tree.get(root, "a").unwrap(), "b").unwrap();
        assert_eq!(tree.follow(inner), inner);
    }

    #[test]
    fn empty_values_are_empty_scalars() {
        let tree = parse("a:\nb: ~\n");
        let root = tree.documents[0].root.unwrap();
        let a = tree.get(root, "a").unwrap();
        assert!(tree.node(a).span.is_empty());
        assert_eq!(tree.scalar(a).unwrap().value, "");
    }
}
