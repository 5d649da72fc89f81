//! The Markdown that specs and task lists are written in: blocks with their visible text.
//!
//! What a reader does not see (HTML comments, struck text) is not in a block's text; what is only an
//! example (fences) is a block of its own.

mod reader;

pub use reader::parse;

use crate::text::Span;

/// The blocks of a text, in order; those inside a list item come as items of their own.
#[derive(Debug, Default)]
pub struct Tree {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// The HTML comments.
    pub comments: Vec<Span>,
    /// The thematic breaks, `---`.
    pub breaks: Vec<Span>,
}

/// A heading, a paragraph, a list item, a row of a table, a fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// From its first to its last byte, markers included, line ends at its end not.
    pub span: Span,
    /// What a reader sees: without markers, emphasis, comments and struck text; line breaks and
    /// blanks between the parts are single blanks. Inline code is in it.
    pub text: String,
    /// What stands out in it, in order; one inside another comes behind it.
    pub inlines: Vec<Inline>,
    /// For a numbered item: its number.
    pub number: Option<u64>,
    /// For a checkbox: its marker, `[x]`.
    pub marker: Option<Span>,
    /// For a row: its cells.
    pub cells: Vec<Cell>,
    /// For a fence: what stands behind its opening mark; nothing for an indented code block.
    pub info: Option<String>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub span: Span,
    /// What a reader sees.
    pub text: String,
}

/// A part of a text that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// How.
    pub kind: InlineKind,
    /// From its first to its last byte, markers included.
    pub span: Span,
    /// Its words, struck ones too.
    pub text: String,
}

/// How a part of a text stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InlineKind {
    /// `` `code` ``
    Code,
    /// `*emphasis*`
    Emphasis,
    /// `**strong**`
    Strong,
    /// `~~struck~~`, which a reader takes for gone.
    Struck,
    /// A link to this target.
    Link(String),
    /// An image of this target.
    Image(String),
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

    #[test]
    fn what_stands_out_has_its_place() {
        let text = "\u{feff}a **b `c`** ~~d *e*~~ [f](g.md) <!-- h -->\r\n\r\n***\r\n\r\n3. [X] i\r\n4. j\r\n\r\n~~~yaml bad=1\r\nk\r\n~~~\r\n\r\n<!--\r\n# l\r\n-->\r\n";
        let tree = parse(text);
        let slice = |span: Span| &text[span.range()];
        let inlines: Vec<(&InlineKind, &str, &str)> = tree.blocks[0]
            .inlines
            .iter()
            .map(|it| (&it.kind, slice(it.span), it.text.as_str()))
            .collect();
        assert_eq!(
            inlines,
            [
                (&InlineKind::Strong, "**b `c`**", "b c"),
                (&InlineKind::Code, "`c`", "c"),
                (&InlineKind::Struck, "~~d *e*~~", "d e"),
                (&InlineKind::Emphasis, "*e*", "e"),
                (&InlineKind::Link("g.md".to_owned()), "[f](g.md)", "f"),
            ]
        );
        assert_eq!(tree.blocks[0].text, "a b c f");
        let comments: Vec<&str> = tree.comments.iter().map(|span| slice(*span)).collect();
        assert_eq!(comments, ["<!-- h -->", "<!--\r\n# l\r\n-->"]);
        assert_eq!(slice(tree.breaks[0]), "***");
        assert_eq!((slice(tree.blocks[1].span), tree.blocks[1].number), ("3. [X] i", Some(3)));
        assert_eq!(
            (tree.blocks[1].marker.map(slice), tree.blocks[2].number),
            (Some("[X]"), Some(4))
        );
        assert_eq!(tree.blocks[3].info.as_deref(), Some("yaml bad=1"));
        assert_eq!(tree.blocks.len(), 4);
    }

    #[test]
    fn rows_have_cells() {
        let text = "| a `b` | ~~c~~ d |\n|---|---|\n| e | f\\|g |\n";
        let tree = parse(text);
        let cells: Vec<&str> =
            tree.blocks.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str()).collect();
        assert_eq!(cells, ["a b", "d", "e", "f|g"]);
        assert_eq!(&text[tree.blocks[1].cells[0].span.range()].trim(), &"e");
    }
}
