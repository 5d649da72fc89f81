//! From the parser's tree to ours: texts, spans, frames, statements.

use std::sync::Arc;

use shuck_ast::{
    BackgroundOperator, BinaryOp, Command, CompoundCommand, Stmt, StmtSeq, StmtTerminator,
};
use shuck_parser::parser::ParseResult;

use super::Connector;
use super::known::Item;
use super::tree::{Frame, NONE, Range, RoleData, TextRef, Tree};
use crate::syntax::SyntaxError;
use crate::text::Span;

/// Constructs inside each other; the parser's own limit is 100.
const MAX_DEPTH: u32 = 220;

pub(super) struct Lower<'t> {
    /// The text that the parser was given: the script, one item of it, or the decoded text of a `sh -c`.
    pub(super) text: &'t str,
    /// Where that text starts in the script, unless it was decoded.
    pub(super) start: usize,
    /// For the decoded text of a `sh -c`: the offset in the script of each byte, and of the end.
    pub(super) map: Option<&'t [u32]>,
    /// The text of the whole script.
    pub(super) root: &'t str,
    pub(super) tree: &'t mut Tree,
    pub(super) errors: &'t mut Vec<SyntaxError>,
    /// Whether an error is a limit of the parser rather than a fault of the script.
    pub(super) too_complex: bool,
    pub(super) frame: u32,
    pub(super) depth: u32,
    /// How many `sh -c` this text stands in.
    pub(super) nesting: u32,
}

impl<'t> Lower<'t> {
    pub(super) fn new(text: &'t str, tree: &'t mut Tree, errors: &'t mut Vec<SyntaxError>) -> Self {
        Self {
            text,
            start: 0,
            map: None,
            root: text,
            tree,
            errors,
            too_complex: false,
            frame: NONE,
            depth: 0,
            nesting: 0,
        }
    }

    /// The whole result of the parser.
    pub(super) fn script(&mut self, parsed: &ParseResult) {
        self.diagnostics(parsed);
        let whole = self.span(parsed.file.span);
        self.within(RoleData::Script, whole, |it| it.sequence(&parsed.file.body));
    }

    /// The items of a list, each parsed by itself, which start at `starts`.
    pub(super) fn items(&mut self, items: &[Arc<Item>], starts: &[u32]) {
        let whole = Span::from_range(0..self.root.len());
        let len = items.iter().map(|item| item.parsed.file.body.len()).sum();
        let mut place = Place::of(len);
        self.within(RoleData::Script, whole, |it| {
            for (item, start) in items.iter().zip(starts) {
                let mut inner = Lower {
                    text: item.text(),
                    start: *start as usize,
                    map: None,
                    root: it.root,
                    tree: &mut *it.tree,
                    errors: &mut *it.errors,
                    too_complex: false,
                    frame: it.frame,
                    depth: it.depth,
                    nesting: it.nesting,
                };
                inner.statements(&item.parsed.file.body, &mut place);
                let too_complex = inner.too_complex;
                it.too_complex |= too_complex;
            }
        });
    }

    pub(super) fn diagnostics(&mut self, parsed: &ParseResult) {
        for diagnostic in &parsed.diagnostics {
            let span = self.span(diagnostic.span);
            let limits =
                ["AST nesting too deep", "parser fuel exhausted", "chained operators, max"];
            self.too_complex |= limits.iter().any(|limit| diagnostic.message.contains(limit));
            self.errors.push(SyntaxError { span, message: in_words(&diagnostic.message) });
        }
    }

    /// The text that was kept.
    pub(super) fn kept(&self, text: TextRef) -> &str {
        let base = if text.decoded { &*self.tree.decoded } else { self.root };
        base.get(text.start as usize..text.end as usize).unwrap_or("")
    }

    /// The offset in the script of an offset in the parsed text.
    pub(super) fn offset(&self, offset: usize) -> u32 {
        let mut at = match self.map {
            Some(map) => map.get(offset).or(map.last()).copied().unwrap_or(0) as usize,
            None => self.start + offset.min(self.text.len()),
        };
        while !self.root.is_char_boundary(at) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The span in the script of the parsed text from `start` to `end`.
    fn between(&self, start: usize, end: usize) -> Span {
        let first = self.offset(start);
        let mut last = match self.map {
            // The end of the last byte, not the start of the next: an escape may lie between.
            Some(map) if end > start => {
                map.get(end - 1).map_or(self.root.len(), |last| *last as usize + 1)
            }
            _ => self.offset(end) as usize,
        };
        while last < self.root.len() && !self.root.is_char_boundary(last) {
            last += 1;
        }
        let last = last.min(self.root.len());
        Span::new(first, u32::try_from(last).unwrap_or(u32::MAX).max(first))
    }

    pub(super) fn span(&self, span: shuck_ast::Span) -> Span {
        self.between(span.start.offset(), span.end.offset())
    }

    /// The span without blanks, line ends and separators behind it.
    pub(super) fn trimmed(&self, span: shuck_ast::Span) -> Span {
        let text = self.raw(span);
        let kept = text.trim_end_matches(['\n', '\r', ' ', '\t', ';', '&']).len();
        let start = span.start.offset();
        self.between(start, start + kept)
    }

    /// The parsed text of a span, without the line end that was put behind all; empty if the span does not fit.
    pub(super) fn raw(&self, span: shuck_ast::Span) -> &'t str {
        let end = span.end.offset().min(self.text.len());
        self.text.get(span.start.offset()..end).unwrap_or("")
    }

    /// Keeps `text`, which stands at `span` if it was not decoded.
    pub(super) fn keep(&mut self, text: &str, span: shuck_ast::Span) -> TextRef {
        let (start, end) = (span.start.offset(), span.end.offset());
        if self.map.is_none() && self.raw(span) == text && end >= start {
            let clamp = |offset: usize| u32::try_from(self.start + offset).unwrap_or(u32::MAX);
            return TextRef { start: clamp(start), end: clamp(end), decoded: false };
        }
        self.keep_decoded(text)
    }

    pub(super) fn keep_decoded(&mut self, text: &str) -> TextRef {
        self.tree.decode(text)
    }

    pub(super) fn next_command(&self) -> u32 {
        u32::try_from(self.tree.commands.len()).unwrap_or(u32::MAX)
    }

    /// Runs `inner` inside a new frame, and gives the frame.
    pub(super) fn within(
        &mut self,
        role: RoleData,
        span: Span,
        inner: impl FnOnce(&mut Self),
    ) -> u32 {
        let parent = self.frame;
        let start = self.next_command();
        let commands = Range { start, end: start };
        let index = u32::try_from(self.tree.frames.len()).unwrap_or(u32::MAX);
        self.tree.frames.push(Frame { parent, span, commands, role });
        self.frame = index;
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            inner(self);
            self.depth -= 1;
        }
        self.frame = parent;
        let end = self.next_command();
        self.tree.frames[index as usize].commands.end = end;
        index
    }

    pub(super) fn sequence(&mut self, sequence: &StmtSeq) {
        self.statements(sequence, &mut Place::of(sequence.len()));
    }

    /// The statements of a sequence, or of a part of it.
    fn statements(&mut self, sequence: &StmtSeq, place: &mut Place) {
        self.comments(&sequence.leading_comments);
        for statement in sequence.iter() {
            let span = self.trimmed(statement.span);
            let Place { index, len, dead } = *place;
            let role = RoleData::Item { index, len, dead };
            self.within(role, span, |it| it.statement(statement));
            place.index += 1;
            place.dead |= self.leaves(statement);
        }
        self.comments(&sequence.trailing_comments);
    }

    /// Whether nothing behind this statement runs: `exit`, `return`, `exec cmd`, `break` ...
    fn leaves(&self, statement: &Stmt) -> bool {
        if matches!(statement.terminator, Some(StmtTerminator::Background(_))) {
            return false;
        }
        match &statement.command {
            Command::Builtin(_) => true,
            Command::Simple(simple) => {
                let name = shuck_ast::static_word_text(&simple.name, self.text);
                name.as_deref() == Some("exec")
                    && simple.args.first().is_some_and(|word| !self.raw(word.span).is_empty())
            }
            Command::Compound(CompoundCommand::BraceGroup(body)) => {
                body.last().is_some_and(|last| {
                    matches!(last.command, Command::Builtin(_))
                        && !matches!(last.terminator, Some(StmtTerminator::Background(_)))
                })
            }
            _ => false,
        }
    }

    fn comments(&mut self, comments: &[shuck_ast::Comment]) {
        for comment in comments {
            let range = comment.range;
            let span = self.between(usize::from(range.start()), usize::from(range.end()));
            self.tree.comments.push(span);
        }
    }

    pub(super) fn statement(&mut self, statement: &Stmt) {
        self.comments(&statement.leading_comments);
        if let Some(comment) = statement.inline_comment {
            self.comments(&[comment]);
        }
        let span = self.trimmed(statement.span);
        let background = matches!(
            statement.terminator,
            Some(StmtTerminator::Background(BackgroundOperator::Plain | BackgroundOperator::Pipe))
        );
        if background {
            self.within(RoleData::Background, span, |it| it.negatable(statement));
        } else {
            self.negatable(statement);
        }
    }

    fn negatable(&mut self, statement: &Stmt) {
        if statement.negated {
            let span = self.trimmed(statement.span);
            self.within(RoleData::Negated, span, |it| {
                it.command(&statement.command, &statement.redirects);
            });
        } else {
            self.command(&statement.command, &statement.redirects);
        }
    }

    /// A chain of `&&` and `||`, or a pipeline. Both lean to the left, up to 1,000 links deep, so
    /// the left side is walked in a loop.
    pub(super) fn binary(&mut self, command: &shuck_ast::BinaryCommand) {
        let pipes = matches!(command.op, BinaryOp::Pipe | BinaryOp::PipeAll);
        let mut rights = vec![(command.op, &*command.right)];
        let mut first = &*command.left;
        while let Command::Binary(left) = &first.command
            && !first.negated
            && first.redirects.is_empty()
            && !matches!(first.terminator, Some(StmtTerminator::Background(_)))
            && matches!(left.op, BinaryOp::Pipe | BinaryOp::PipeAll) == pipes
        {
            rights.push((left.op, &*left.right));
            first = &left.left;
        }
        rights.reverse();
        if pipes {
            let len = u32::try_from(rights.len() + 1).unwrap_or(u32::MAX);
            let stages = std::iter::once(first).chain(rights.iter().map(|(_, stage)| *stage));
            for (index, stage) in (0..).zip(stages) {
                let span = self.trimmed(stage.span);
                self.within(RoleData::Stage { index, len }, span, |it| it.statement(stage));
            }
            return;
        }
        let connector = |op: BinaryOp| match op {
            BinaryOp::Or => Connector::Or,
            _ => Connector::And,
        };
        // `a && b || c` is Left(||) of Left(&&) a: the frames of the left sides are opened from
        // the outermost inwards.
        let outer = self.frame;
        let start = self.next_command();
        let mut lefts = Vec::with_capacity(rights.len());
        for (op, _) in rights.iter().rev() {
            let index = u32::try_from(self.tree.frames.len()).unwrap_or(u32::MAX);
            let span = self.trimmed(first.span);
            let role = RoleData::Left(connector(*op));
            let commands = Range { start, end: start };
            self.tree.frames.push(Frame { parent: self.frame, span, commands, role });
            self.frame = index;
            lefts.push(index);
        }
        self.statement(first);
        for (op, right) in rights {
            let end = self.next_command();
            let span = self.trimmed(right.span);
            if let Some(index) = lefts.pop() {
                let frame = &mut self.tree.frames[index as usize];
                frame.commands.end = end;
                self.frame = frame.parent;
            }
            self.within(RoleData::Right(connector(op)), span, |it| it.statement(right));
            // What is left of the next operator reaches to the end of this right side.
            if let Some(index) = lefts.last() {
                let frame = &mut self.tree.frames[*index as usize];
                frame.span = frame.span.cover(span);
            }
        }
        self.frame = outer;
    }
}

/// A place in a sequence of statements.
struct Place {
    index: u32,
    len: u32,
    /// Whether what stands before always leaves.
    dead: bool,
}

impl Place {
    fn of(len: usize) -> Self {
        Self { index: 0, len: u32::try_from(len).unwrap_or(u32::MAX), dead: false }
    }
}

/// A message of the parser as we write them: names in backticks, and no prefix.
fn in_words(message: &str) -> String {
    let message = message.strip_prefix("syntax error: ").unwrap_or(message);
    message.replace('\'', "`")
}
