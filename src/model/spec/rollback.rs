//! The part of a document that says how to go back to the image before.

use crate::syntax::markdown::{self, Block, BlockKind, Tree};
use crate::text::{Location, Source};

/// Words of which one must stand in a section for it to be about the image rather than a database.
const ABOUT_THE_IMAGE: [&str; 8] =
    ["image", "tag", "gitlab-ci", "dockerfile", "pipeline", "alpine", "debian", "ci "];

const PROMISED: &str = "this only promises it";

/// A visible section about the rollback of the image.
#[derive(Debug)]
pub struct Rollback<'p> {
    /// The document.
    pub source: &'p Source,
    /// Its heading.
    pub heading: Location,
    /// What stands below the heading, fences left out.
    pub blocks: Vec<Block>,
}

/// What a document says about the rollback.
#[derive(Debug)]
pub enum RollbackText<'p> {
    /// A section with steps.
    Found(Rollback<'p>),
    /// Something that comes near: a heading without steps, a task that promises one, a rollback of
    /// something else; with the words for it.
    Near(Location, &'static str),
    /// Nothing at all.
    Missing,
}

/// Looks for the section; `words` are those by which its heading is known.
pub fn find_rollback<'p>(source: &'p Source, words: &[&str]) -> RollbackText<'p> {
    let tree: Tree = markdown::parse(source.text());
    let named = |text: &str| {
        let text = text.to_lowercase();
        words.iter().any(|word| text.contains(&word.to_lowercase()))
    };
    let mut near = None;
    for section in tree.sections().filter(|section| named(&section.heading.text)) {
        let heading = source.at(section.heading.span);
        let visible = |block: &&Block| block.kind != BlockKind::Code;
        let blocks: Vec<Block> = section.blocks.iter().filter(visible).cloned().collect();
        let has_steps = blocks.iter().any(|block| matches!(block.kind, BlockKind::Item { .. }));
        let all =
            blocks.iter().map(|block| block.text.as_str()).chain([section.heading.text.as_str()]);
        let text = all.collect::<Vec<_>>().join(" \n").to_lowercase() + " ";
        if !has_steps {
            near.get_or_insert((heading, "this heading has no steps below it"));
        } else if !ABOUT_THE_IMAGE.iter().any(|word| text.contains(word)) {
            let promise = blocks.iter().find(|block| {
                matches!(block.kind, BlockKind::Item { checked: Some(_), .. }) && named(&block.text)
            });
            near.get_or_insert(match promise {
                Some(block) => (source.at(block.span), PROMISED),
                None => (heading, "this is the rollback of something else than the image"),
            });
        } else {
            return RollbackText::Found(Rollback { source, heading, blocks });
        }
    }
    let promise = tree.blocks.iter().find(|block| {
        matches!(block.kind, BlockKind::Item { .. } | BlockKind::Paragraph) && named(&block.text)
    });
    match (near, promise) {
        (Some((at, what)), _) => RollbackText::Near(at, what),
        (None, Some(block)) => RollbackText::Near(source.at(block.span), PROMISED),
        (None, None) => RollbackText::Missing,
    }
}

impl Rollback<'_> {
    /// The blocks' texts, each with its place.
    pub fn texts(&self) -> impl Iterator<Item = (&str, Location)> {
        self.blocks.iter().map(|block| (block.text.as_str(), self.source.at(block.span)))
    }

    /// The words in it that look like the tag of an image, `debian-r7` or `1.24.3-r1`, each with its place.
    pub fn tags(&self) -> Vec<(String, Location)> {
        let mut found: Vec<(String, Location)> = Vec::new();
        for block in &self.blocks {
            let text = self.source.slice(block.span);
            let is_part = |ch: char| ch.is_ascii_alphanumeric() || "-._".contains(ch);
            let mut from = 0;
            for word in text.split(|ch: char| !is_part(ch)) {
                let at = from;
                from +=
                    word.len() + text[from + word.len()..].chars().next().map_or(0, char::len_utf8);
                let tag = word.trim_end_matches('.');
                let lower = |ch: char| ch.is_ascii_lowercase();
                let digit = |ch: char| ch.is_ascii_digit();
                let path = [".yml", ".yaml", ".lock", ".md", ".ci", ".toml"]
                    .iter()
                    .any(|end| tag.ends_with(end));
                if !tag.contains(lower) || !tag.contains(digit) || !tag.contains('-') || path {
                    continue;
                }
                let start = block.span.start + u32::try_from(at).unwrap_or(0);
                let end = start + u32::try_from(tag.len()).unwrap_or(0);
                found.push((tag.to_owned(), self.source.at(crate::text::Span::new(start, end))));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    fn found(text: &str) -> &'static str {
        let source = Source::new(SourceId(0), "tasks.md", text);
        match find_rollback(&source, &["rollback", "roll back", "rolling back", "revert"]) {
            RollbackText::Found(_) => "found",
            RollbackText::Near(_, what) => what,
            RollbackText::Missing => "missing",
        }
    }

    #[test]
    fn only_a_visible_section_with_steps_about_the_image_counts() {
        assert_eq!(found("## Rolling back\n\n1. Revert the image tag.\n"), "found");
        assert!(found("## Docs\n- [ ] 4.1 Document rollback procedure\n").contains("promises"));
        assert!(found("## Database rollback\n1. Run `migrate down`.\n").contains("something else"));
        assert!(found("## Rollback\nThe image goes back.\n").contains("no steps"));
        assert!(found("## Rollback\n- [ ] Write the rollback\n").contains("promises"));
        assert!(found("## Rollback\nTBD\n").contains("no steps"));
        assert_eq!(found("~~~\n## Rollback\n1. Revert the image tag\n~~~\n"), "missing");
        assert_eq!(found("<!--\n## Rollback\n1. Revert the image tag\n-->\n"), "missing");
    }
}
