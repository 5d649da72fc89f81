use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::{Block, BlockKind, Cell, Inline, InlineKind, Tree};
use crate::text::Span;

/// Reads a whole file; a byte order mark may stand in front.
pub fn parse(text: &str) -> Tree {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader { text, ..Reader::default() };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        reader.event(event, base + range.start..base + range.end);
    }
    reader.tree.blocks.sort_by_key(|block| block.span.start);
    reader.tree
}

#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    tree: Tree,
    open: Vec<Block>,
    /// For each list around: the number of its next item if it is numbered.
    lists: Vec<Option<u64>>,
    /// The open inlines of the innermost block, by their numbers in it, outermost first.
    inlines: Vec<usize>,
    struck: u32,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        let span = Span::from_range(range.clone());
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text),
            Event::Code(text) => {
                self.words(&text);
                self.inline(InlineKind::Code, span, &text);
            }
            Event::SoftBreak | Event::HardBreak => self.words(" "),
            Event::TaskListMarker(ticked) => {
                if let Some(Block { kind: BlockKind::Item { checked, .. }, marker, .. }) =
                    self.open.last_mut()
                {
                    *checked = Some(ticked);
                    *marker = Some(span);
                }
            }
            Event::InlineHtml(html) if html.starts_with("<!--") => self.tree.comments.push(span),
            Event::Rule => self.tree.breaks.push(self.trimmed(range)),
            _ => {}
        }
    }

    /// The span without blanks and line ends at its end.
    fn trimmed(&self, range: std::ops::Range<usize>) -> Span {
        let len = self.text.get(range.clone()).map_or(range.len(), |text| text.trim_end().len());
        Span::from_range(range.start..range.start + len)
    }

    fn words(&mut self, text: &str) {
        let Some(open) = self.open.last_mut() else { return };
        for at in &self.inlines {
            if let Some(inline) = open.inlines.get_mut(*at) {
                inline.text.push_str(text);
            }
        }
        if self.struck == 0 {
            open.text.push_str(text);
            if let Some(cell) = open.cells.last_mut() {
                cell.text.push_str(text);
            }
        }
    }

    fn inline(&mut self, kind: InlineKind, span: Span, text: &str) -> Option<usize> {
        let open = self.open.last_mut()?;
        open.inlines.push(Inline { kind, span, text: text.to_owned() });
        Some(open.inlines.len() - 1)
    }

    fn start(&mut self, tag: &Tag<'_>, range: std::ops::Range<usize>) {
        let span = self.trimmed(range.clone());
        let mut number = None;
        let mut info = None;
        let kind = match tag {
            Tag::Heading { level, .. } => BlockKind::Heading(*level as u8),
            Tag::Paragraph => match self.open.last() {
                // The paragraphs of an item are the item.
                Some(Block { kind: BlockKind::Item { .. }, .. }) => return self.words(" "),
                _ => BlockKind::Paragraph,
            },
            Tag::List(first) => return self.lists.push(*first),
            Tag::Item => {
                let depth = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
                if let Some(Some(next)) = self.lists.last_mut() {
                    number = Some(*next);
                    *next = next.saturating_add(1);
                }
                BlockKind::Item { ordered: number.is_some(), checked: None, depth }
            }
            Tag::TableHead | Tag::TableRow => BlockKind::Row,
            Tag::TableCell => {
                if let Some(row) = self.open.last_mut() {
                    row.text.push_str(" | ");
                    row.cells.push(Cell { span, text: String::new() });
                }
                return;
            }
            Tag::CodeBlock(kind) => {
                if let CodeBlockKind::Fenced(text) = kind {
                    info = Some(text.to_string());
                }
                BlockKind::Code
            }
            Tag::HtmlBlock => {
                if self.text.get(range).is_some_and(|it| it.trim_start().starts_with("<!--")) {
                    self.tree.comments.push(span);
                }
                return;
            }
            inline => return self.start_inline(inline, span),
        };
        let (text, inlines, cells) = (String::new(), Vec::new(), Vec::new());
        self.open.push(Block { kind, span, text, inlines, number, marker: None, cells, info });
    }

    fn start_inline(&mut self, tag: &Tag<'_>, span: Span) {
        let kind = match tag {
            Tag::Emphasis => InlineKind::Emphasis,
            Tag::Strong => InlineKind::Strong,
            Tag::Strikethrough => {
                self.struck += 1;
                InlineKind::Struck
            }
            Tag::Link { dest_url, .. } => InlineKind::Link(dest_url.to_string()),
            Tag::Image { dest_url, .. } => InlineKind::Image(dest_url.to_string()),
            _ => return,
        };
        let at = self.inline(kind, span, "");
        self.inlines.extend(at);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Strikethrough => {
                self.struck = self.struck.saturating_sub(1);
                self.inlines.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image => {
                self.inlines.pop();
            }
            TagEnd::Paragraph => {
                if matches!(self.open.last(), Some(Block { kind: BlockKind::Paragraph, .. })) {
                    self.close();
                }
            }
            TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::CodeBlock => self.close(),
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(mut block) = self.open.pop() else { return };
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if block.kind != BlockKind::Code {
            block.text = folded(&block.text);
        }
        for cell in &mut block.cells {
            cell.text = folded(&cell.text);
        }
        self.tree.blocks.push(block);
    }
}
