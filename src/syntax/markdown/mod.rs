//! The Markdown that specs and task lists are written in: blocks with their visible text.
//!
//! What a reader does not see (HTML comments, struck text) is not in a block's text; what is only an
//! example (fences) is a block of its own.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::text::Span;

/// The blocks of a text, in order; those inside a list item come as items of their own.
#[derive(Debug, Default)]
pub struct Tree {
    /// The blocks.
    pub blocks: Vec<Block>,
}

/// A heading, a paragraph, a list item, a row of a table, a fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// From its first to its last byte, markers included.
    pub span: Span,
    /// What a reader sees: without markers, emphasis, comments and struck text; line breaks and
    /// blanks between the parts are single blanks. Inline code is in it.
    pub text: String,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading of this level, 1 to 6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A list item.
    Item {
        /// Numbered rather than bulleted.
        ordered: bool,
        /// For a checkbox: whether it is ticked.
        checked: Option<bool>,
        /// Lists around it, from 1.
        depth: u8,
    },
    /// A row of a table, its cells joined with `|`.
    Row,
    /// A code block; the text is its content.
    Code,
}

/// A heading with all blocks below it, up to the next heading that is not below it.
#[derive(Clone, Copy, Debug)]
pub struct Section<'t> {
    /// The heading.
    pub heading: &'t Block,
    /// What stands below it, headings of lower levels included.
    pub blocks: &'t [Block],
}

impl Section<'_> {
    /// From the heading to the last byte below it.
    pub fn span(&self) -> Span {
        let last = self.blocks.last().unwrap_or(self.heading);
        self.heading.span.cover(last.span)
    }
}

impl Tree {
    /// Every heading with what stands below it.
    pub fn sections(&self) -> impl Iterator<Item = Section<'_>> {
        self.blocks.iter().enumerate().filter_map(|(at, heading)| {
            let BlockKind::Heading(level) = heading.kind else { return None };
            let below = &self.blocks[at + 1..];
            let ends =
                |block: &Block| matches!(block.kind, BlockKind::Heading(other) if other <= level);
            let count = below.iter().position(ends).unwrap_or(below.len());
            Some(Section { heading, blocks: &below[..count] })
        })
    }
}

/// Reads a whole file; a byte order mark may stand in front.
pub fn parse(text: &str) -> Tree {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader =
        Reader { tree: Tree::default(), open: Vec::new(), lists: Vec::new(), struck: 0 };
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        reader.event(event, Span::from_range(base + range.start..base + range.end));
    }
    reader.tree.blocks.sort_by_key(|block| block.span.start);
    reader.tree
}

struct Reader {
    tree: Tree,
    open: Vec<Block>,
    /// For each list around: whether it is numbered.
    lists: Vec<bool>,
    struck: u32,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::TaskListMarker(ticked) => {
                if let Some(Block { kind: BlockKind::Item { checked, .. }, .. }) =
                    self.open.last_mut()
                {
                    *checked = Some(ticked);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.struck == 0
            && let Some(open) = self.open.last_mut()
        {
            open.text.push_str(text);
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        let kind = match tag {
            Tag::Heading { level, .. } => BlockKind::Heading(*level as u8),
            Tag::Paragraph => match self.open.last() {
                // The paragraphs of an item are the item.
                Some(Block { kind: BlockKind::Item { .. }, .. }) => return self.text(" "),
                _ => BlockKind::Paragraph,
            },
            Tag::List(first) => return self.lists.push(first.is_some()),
            Tag::Item => {
                let ordered = self.lists.last().copied().unwrap_or(false);
                let depth = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
                BlockKind::Item { ordered, checked: None, depth }
            }
            Tag::TableHead | Tag::TableRow => BlockKind::Row,
            Tag::TableCell => return self.text(" | "),
            Tag::CodeBlock(_) => BlockKind::Code,
            Tag::Strikethrough => {
                self.struck += 1;
                return;
            }
            _ => return,
        };
        self.open.push(Block { kind, span, text: String::new() });
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
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
        if block.kind != BlockKind::Code {
            block.text = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        self.tree.blocks.push(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_the_text_that_a_reader_sees() {
        let text = "# A **b**\n\n<!-- ## no -->\n~~gone~~ here `code`\n\n- [x] 1.1 done\n  more\n- two\n\n1. step\n\n```\n## fence\n```\n\n| a | b |\n|---|---|\n| c | d |\n";
        let tree = parse(text);
        let shown: Vec<(&BlockKind, &str)> =
            tree.blocks.iter().map(|block| (&block.kind, block.text.as_str())).collect();
        let item = |ordered, checked| BlockKind::Item { ordered, checked, depth: 1 };
        assert_eq!(
            shown,
            [
                (&BlockKind::Heading(1), "A b"),
                (&BlockKind::Paragraph, "here code"),
                (&item(false, Some(true)), "1.1 done more"),
                (&item(false, None), "two"),
                (&item(true, None), "step"),
                (&BlockKind::Code, "## fence\n"),
                (&BlockKind::Row, "| a | b"),
                (&BlockKind::Row, "| c | d"),
            ]
        );
    }

    #[test]
    fn sections_end_at_the_next_heading_of_their_level() {
        let tree = parse("\u{feff}## A\r\ntext\r\n### B\r\nx\r\n## C\r\ny\r\n");
        let counts: Vec<usize> = tree.sections().map(|section| section.blocks.len()).collect();
        assert_eq!(counts, [3, 1, 1]);
        assert_eq!(tree.blocks[0].span.start, 3);
    }
}
