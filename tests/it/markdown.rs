//! Markdown of any kind is read, and every place lies in the text.

use pipespec::syntax::markdown::parse;
use pipespec::text::Span;
use proptest::prelude::*;

fn check(text: &str) -> Result<(), TestCaseError> {
    let tree = parse(text);
    let mut spans: Vec<Span> = tree.comments.iter().chain(&tree.breaks).copied().collect();
    for block in &tree.blocks {
        spans.push(block.span);
        spans.extend(block.inlines.iter().map(|it| it.span));
        spans.extend(block.cells.iter().map(|it| it.span));
        spans.extend(block.marker);
    }
    for span in spans {
        prop_assert!(text.get(span.range()).is_some(), "{span:?}");
    }
    for section in tree.sections() {
        prop_assert!(section.span().contains(section.heading.span));
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::random::config(256))]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_markdown(text in "(# |## |- |1\\. |\\[x\\] |> |```|~~~|~~|\\*\\*|`|<!--|-->|\\||---|\n|\r\n|\t|    |é|a|\\[b\\]\\(c\\)|\u{feff}){0,80}") {
        check(&text)?;
    }
}

#[test]
fn deep_and_long_texts_end() {
    for text in [
        "> ".repeat(20_000),
        "- ".repeat(5_000),
        "*".repeat(50_000),
        "[".repeat(50_000),
        "# a\n".repeat(20_000),
        "`".repeat(50_000),
    ] {
        assert!(check(&text).is_ok());
    }
}
