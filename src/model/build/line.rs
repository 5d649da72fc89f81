//! A command line with its variables filled in.

use super::frames::{Frame, Place};
use crate::syntax::shell::{Command, ExpansionKind, Invocation, Part, Word};
use crate::text::Span;

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    /// The whole text, if it is known.
    pub text: Option<String>,
    /// What is known of its beginning.
    pub prefix: String,
    /// Where its word stands in the script.
    pub span: Span,
    /// Whether it may be any number of arguments.
    pub open: bool,
    /// The variables that are filled in.
    pub variables: Vec<String>,
}

impl Argument {
    /// What stands behind the first `count` bytes.
    pub(super) fn behind(&self, count: usize) -> Argument {
        let cut = |text: &str| text.get(count..).unwrap_or("").to_owned();
        Argument { text: self.text.as_deref().map(cut), prefix: cut(&self.prefix), ..self.clone() }
    }
}

/// A piece of a word: its text, if it is known, and whether the shell may split it.
type Piece = (Option<String>, bool);

impl<'a, 'p> Place<'a, 'p> {
    /// The words of what a command really runs, the name first.
    pub(super) fn line(&self, run: Invocation<'a>, frame: &Frame<'a, 'p>) -> Vec<Argument> {
        run.words().flat_map(|word| self.arguments(word, run.command(), frame)).collect()
    }

    fn arguments(
        &self,
        word: Word<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
    ) -> Vec<Argument> {
        let span = word.span();
        let of = |text: Option<String>, prefix: String, open| {
            let variables = word.variables().iter().map(|it| it.name.to_owned()).collect();
            Argument { text, prefix, span, open, variables }
        };
        if let Some(literal) = word.literal() {
            // A backslash in a path is for another shell than the one that is read here.
            let known = !word.has_braces() && !word.source_text().contains('\\');
            return vec![of(
                known.then(|| literal.to_owned()),
                literal.to_owned(),
                word.has_braces(),
            )];
        }
        if let Some(expansion) = word.variable()
            && (expansion.kind == ExpansionKind::Elements || matches!(expansion.name, "@" | "*"))
        {
            let outer = |name: &str| self.variable(name, command, frame, 4);
            return match word.fields(command, &outer) {
                Some(fields) => {
                    fields.into_iter().map(|text| of(Some(text.clone()), text, false)).collect()
                }
                None => vec![of(None, String::new(), true)],
            };
        }
        let pieces: Vec<Piece> = word
            .parts_with_spans()
            .map(|(part, _, quoted)| {
                let splits = !quoted && !matches!(part, Part::Literal(_));
                (self.part(part, command, frame, 4), splits)
            })
            .collect();
        if let [(None, splits)] = &pieces[..] {
            return vec![of(None, String::new(), *splits)];
        }
        split(&pieces).into_iter().map(|(text, prefix)| of(text, prefix, false)).collect()
    }
}

/// The arguments that pieces make; what is not known splits nothing.
fn split(pieces: &[Piece]) -> Vec<(Option<String>, String)> {
    let mut done = Vec::new();
    let mut field: Option<(Option<String>, String)> = None;
    for (text, splits) in pieces {
        let Some(text) = text else {
            field.get_or_insert_with(|| (Some(String::new()), String::new())).0 = None;
            continue;
        };
        let parts: Vec<&str> =
            if *splits { text.split([' ', '\t', '\n']).collect() } else { vec![text] };
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                done.extend(field.take());
            }
            if part.is_empty() && *splits {
                continue;
            }
            let (whole, prefix) = field.get_or_insert_with(|| (Some(String::new()), String::new()));
            if let Some(whole) = whole {
                whole.push_str(part);
                prefix.push_str(part);
            }
        }
    }
    done.extend(field);
    done
}
