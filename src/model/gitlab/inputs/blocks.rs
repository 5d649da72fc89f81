//! Where `$[[ ... ]]` stands in a text, as the server finds it.

/// A piece of a text: what stands between blocks, or a block: all of it, and what is inside.
pub(super) enum Piece<'t> {
    Text(&'t str),
    Block(&'t str, &'t str),
}

/// The text in pieces. The inside of a block has at least two characters and stands on one line; there may be
/// line breaks between it and the brackets.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut done, mut from) = (0, 0);
    let mut ends = Ends { text, close: None, line: None, open: None };
    while let Some(start) = find(text, "$[[", from) {
        let Some((inside, end)) = ends.block(start + 3) else {
            from = start + 3;
            continue;
        };
        if start > done {
            pieces.push(Piece::Text(&text[done..start]));
        }
        pieces.push(Piece::Block(&text[start..end], inside));
        (done, from) = (end, end);
    }
    if done < text.len() {
        pieces.push(Piece::Text(&text[done..]));
    }
    pieces
}

fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| at + from)
}

const fn is_blank(ch: char) -> bool {
    matches!(ch, ' ' | '\t' | '\n' | '\x0c' | '\r')
}

/// Where blocks end. What was found once is kept, so that a text is searched once, however many
/// brackets are opened in it.
struct Ends<'t> {
    text: &'t str,
    /// The first `]]` behind the last place that was asked for, or the end of the text.
    close: Option<usize>,
    /// The same of line breaks.
    line: Option<usize>,
    /// A line break and a `]]` between which something else than blanks stands, or not.
    open: Option<(usize, usize, bool)>,
}

impl<'t> Ends<'t> {
    /// The inside of the block whose `$[[` ends at `from`, and the place behind its `]]`.
    fn block(&mut self, from: usize) -> Option<(&'t str, usize)> {
        let text = self.text;
        let start = text.len() - text.get(from..)?.trim_start_matches(is_blank).len();
        let least = start + text.get(start..)?.chars().next()?.len_utf8();
        let ahead = |known: Option<usize>, what: &str| match known {
            Some(at) if at >= start => at,
            _ => find(text, what, start).unwrap_or(text.len()),
        };
        (self.close, self.line) = (Some(ahead(self.close, "]]")), Some(ahead(self.line, "\n")));
        let (mut close, line) = (self.close?, self.line?);
        loop {
            if close >= text.len() {
                return None;
            }
            let end = match line < close {
                true if self.is_open(line, close) => return None,
                true => line,
                false => close,
            };
            let inside = text.get(start..end)?.trim_end_matches(is_blank);
            if start + inside.len() > least {
                return Some((inside, close + 2));
            }
            close = find(text, "]]", close + 1).unwrap_or(text.len());
        }
    }

    /// Whether something else than blanks stands between two places.
    fn is_open(&mut self, line: usize, close: usize) -> bool {
        if let Some((known_line, known_close, open)) = self.open
            && (known_line, known_close) == (line, close)
        {
            return open;
        }
        let open = !self.text.get(line..close).is_some_and(|it| it.chars().all(is_blank));
        self.open = Some((line, close, open));
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_blocks_and_what_is_between() {
        let shown = |text: &str| {
            let show = |piece: Piece<'_>| match piece {
                Piece::Text(text) => format!("'{text}'"),
                Piece::Block(_, inside) => format!("<{inside}>"),
            };
            pieces(text).into_iter().map(show).collect::<String>()
        };
        assert_eq!(shown("$[[ inputs.a ]]"), "<inputs.a>");
        assert_eq!(shown("a$[[inputs.b|f]]c $[[ dd ]]"), "'a'<inputs.b|f>'c '<dd>");
        assert_eq!(shown("$[[\n open\n]] $[[ xx ]]"), "<open>' '<xx>");
        assert_eq!(shown("$[[ open\nb ]] $[[ xx ]]"), "'$[[ open\nb ]] '<xx>");
        assert_eq!(shown("$[[ x ]]$[["), "'$[[ x ]]$[['");
        assert_eq!(shown("$[[ x ]] $[[ yy ]]"), "<x ]] $[[ yy>");
        assert_eq!(shown("$[[ ]] b"), "'$[[ ]] b'");
        assert_eq!(shown("$[[ a[0] ]]"), "<a[0]>");
        assert_eq!(shown("$[[ä]] $[[öö]]"), "<ä]] $[[öö>");
        assert_eq!(shown("$[[ open"), "'$[[ open'");
    }

    #[test]
    fn many_open_brackets_are_read_in_one_go() {
        let text = "$[[ a".repeat(200_000);
        assert_eq!(pieces(&text).len(), 1);
        let text = format!("{}\n{}]]", "$[[ a".repeat(100_000), " ".repeat(100_000));
        assert_eq!(pieces(&text).len(), 1);
    }
}
