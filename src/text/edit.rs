use super::Span;

/// Replaces the bytes of `span` with `text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a set of edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two edits touch the same bytes.
    #[error("two edits overlap at byte {0}")]
    Overlap(u32),
    /// An edit lies outside the text or cuts a character.
    #[error("an edit does not fit the text at byte {0}")]
    OutOfText(u32),
}

/// Applies `edits` to `text`, in any order.
///
/// # Errors
/// Fails, and changes nothing, if two edits overlap or one does not fit the text.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let range = edit.span.range();
        if range.start < done {
            return Err(EditError::Overlap(edit.span.start));
        }
        if range.start > range.end || text.get(range.clone()).is_none() {
            return Err(EditError::OutOfText(edit.span.start));
        }
        result.push_str(&text[done..range.start]);
        result.push_str(&edit.text);
        done = range.end;
    }
    result.push_str(&text[done..]);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_apply_in_any_order() {
        let edits = [edit(4, 5, "E"), edit(0, 1, ""), edit(2, 2, "--")];
        assert_eq!(apply_edits("abcde", &edits).unwrap(), "b--cdE");
    }

    #[test]
    fn overlapping_and_misplaced_edits_are_refused() {
        let overlap = [edit(0, 3, "x"), edit(2, 4, "y")];
        assert_eq!(apply_edits("abcde", &overlap), Err(EditError::Overlap(2)));
        assert_eq!(apply_edits("é", &[edit(1, 1, "x")]), Err(EditError::OutOfText(1)));
        assert_eq!(apply_edits("a", &[edit(0, 9, "x")]), Err(EditError::OutOfText(0)));
    }
}
