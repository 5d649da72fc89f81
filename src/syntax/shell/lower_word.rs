//! Words and their parts.

use std::borrow::Cow;

use shuck_ast::{
    BourneParameterExpansion, HeredocBody, HeredocBodyPart, ParameterExpansion,
    ParameterExpansionSyntax, ParameterOp, Pattern, PatternPart, StmtSeq, VarRef, Word, WordPart,
    WordPartNode, ZshExpansionTarget,
};

use super::lower::Lower;
use super::tree::{NONE, PartData, PartKind, Range, RoleData, WordData};
use super::{ExpansionKind, SubstitutionPlace};

/// The command whose words are read, and where in it they stand.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub(super) command: u32,
    pub(super) place: SubstitutionPlace,
}

impl Owner {
    pub(super) const HEADER: Owner = Owner { command: NONE, place: SubstitutionPlace::Word };
}

impl Lower<'_> {
    /// Reads words and keeps them in a row.
    pub(super) fn words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w Word>,
        owner: Owner,
    ) -> Range {
        let read: Vec<WordData> = words.into_iter().map(|word| self.word(word, owner)).collect();
        self.push_words(read)
    }

    pub(super) fn push_words(&mut self, read: Vec<WordData>) -> Range {
        let start = u32::try_from(self.tree.words.len()).unwrap_or(u32::MAX);
        self.tree.words.extend(read);
        Range { start, end: u32::try_from(self.tree.words.len()).unwrap_or(u32::MAX) }
    }

    /// Reads a word that no command has as its own, and gives its index.
    pub(super) fn stray_word(&mut self, word: &Word, owner: Owner) -> u32 {
        let read = self.word(word, owner);
        self.push_words(vec![read]).start
    }

    pub(super) fn word(&mut self, word: &Word, owner: Owner) -> WordData {
        let mut parts = Vec::with_capacity(word.parts.len());
        self.parts(&word.parts, false, owner, &mut parts);
        let braces = word.has_active_brace_expansion();
        self.finish_word(word.span, parts, braces)
    }

    pub(super) fn finish_word(
        &mut self,
        span: shuck_ast::Span,
        mut parts: Vec<PartData>,
        braces: bool,
    ) -> WordData {
        let own = self.span(span);
        let misplaced = |part: &PartData| {
            let raw = self.root.get(part.span.range()).unwrap_or("");
            !matches!(part.kind, PartKind::Literal(_)) && !raw.starts_with(['$', '`', '<', '>'])
        };
        if self.map.is_none() && parts.iter().any(misplaced) {
            self.relocate(own, &mut parts);
        }
        let literal = match parts.as_slice() {
            [PartData { kind: PartKind::Literal(text), .. }] => Some(*text),
            parts => {
                let mut text = String::new();
                let known = parts.iter().all(|part| match part.kind {
                    PartKind::Literal(piece) => {
                        text.push_str(self.kept(piece));
                        true
                    }
                    _ => false,
                });
                known.then(|| self.keep_decoded(&text))
            }
        };
        let start = u32::try_from(self.tree.parts.len()).unwrap_or(u32::MAX);
        self.tree.parts.extend(parts);
        let end = u32::try_from(self.tree.parts.len()).unwrap_or(u32::MAX);
        WordData { span: own, parts: Range { start, end }, literal, braces, written: NONE }
    }

    /// Finds the parts of a word anew: behind an escaped line end in double quotes that are not
    /// the whole word, the parser places them too far to the left.
    fn relocate(&self, word: crate::text::Span, parts: &mut [PartData]) {
        let mut at = word.start as usize;
        for part in parts {
            let rest = self.root.get(at..word.end as usize).unwrap_or("");
            let (from, len) = match part.kind {
                PartKind::Literal(text) => match extent(rest, self.kept(text)) {
                    Some(range) => (range.start, range.len()),
                    None => continue,
                },
                PartKind::Variable { name, .. } => {
                    let name = self.kept(name);
                    let is_it = |(found, _): &(usize, &str)| {
                        rest[found + 1..].trim_start_matches(['{', '#', '!']).starts_with(name)
                    };
                    let Some((from, _)) = rest.match_indices('$').find(is_it) else { continue };
                    (from, part.span.len() as usize)
                }
                PartKind::Commands { .. } | PartKind::Arithmetic { .. } => {
                    let Some(from) = rest.find("$(").or(rest.find('`')) else { continue };
                    (from, part.span.len() as usize)
                }
                PartKind::Process { .. } => {
                    let Some(from) = rest.find("<(").or(rest.find(">(")) else { continue };
                    (from, part.span.len() as usize)
                }
            };
            let start = at + from;
            let mut end = (start + len).min(word.end as usize);
            while !self.root.is_char_boundary(end) {
                end -= 1;
            }
            part.span = crate::text::Span::from_range(start..end);
            at = end;
        }
    }

    fn parts(
        &mut self,
        nodes: &[WordPartNode],
        quoted: bool,
        owner: Owner,
        out: &mut Vec<PartData>,
    ) {
        for node in nodes {
            self.part(node, quoted, owner, out);
        }
    }

    fn part(&mut self, node: &WordPartNode, quoted: bool, owner: Owner, out: &mut Vec<PartData>) {
        let span = self.span(node.span);
        let kind = match &node.kind {
            WordPart::Literal(text) => {
                let raw = self.raw(node.span);
                let text = text.as_str(self.text, node.span);
                // The parser takes off some escapes and leaves others; where its text is that of
                // the span, the span is read anew.
                let same = raw.len() == text.len() && raw == text || bare(raw).eq(bare(text));
                let text = if same { unescaped(raw, quoted) } else { Cow::Borrowed(text) };
                PartKind::Literal(self.keep(&text, node.span))
            }
            WordPart::SingleQuoted { value, .. } => {
                let text = value.slice(self.text).to_owned();
                let text = self.keep(&text, value.span());
                out.push(PartData { span, quoted: true, kind: PartKind::Literal(text) });
                return;
            }
            WordPart::DoubleQuoted { parts, .. } => {
                if parts.is_empty() {
                    let text = self.keep_decoded("");
                    out.push(PartData { span, quoted: true, kind: PartKind::Literal(text) });
                }
                self.parts(parts, true, owner, out);
                return;
            }
            WordPart::Variable(name) => {
                let name = self.keep_decoded(name.as_str());
                plain(name, ExpansionKind::Plain)
            }
            WordPart::CommandSubstitution { body, .. } => {
                PartKind::Commands { commands: self.substitution(body, span, owner) }
            }
            WordPart::ProcessSubstitution { body, is_input } => {
                let owner = Owner { place: SubstitutionPlace::Process, ..owner };
                let commands = self.substitution(body, span, owner);
                PartKind::Process { commands, input: *is_input }
            }
            WordPart::ArithmeticExpansion { expression, expression_word_ast, .. } => {
                let text = expression.slice(self.text).to_owned();
                let text = self.keep(&text, expression.span());
                // For the commands that are substituted in it.
                self.stray_word(expression_word_ast, owner);
                PartKind::Arithmetic { text }
            }
            WordPart::Parameter(parameter) => self.parameter(parameter, owner),
            WordPart::ParameterExpansion {
                reference,
                operator,
                operand_word_ast,
                colon_variant,
                ..
            } => self.operation(
                reference,
                Some(operator),
                operand_word_ast.as_deref(),
                *colon_variant,
                owner,
            ),
            WordPart::Length(reference) | WordPart::ArrayLength(reference) => {
                self.reference(reference, ExpansionKind::Length)
            }
            WordPart::ArrayAccess(reference) => self.access(reference),
            WordPart::Substring { reference, .. } | WordPart::ArraySlice { reference, .. } => {
                self.reference(reference, ExpansionKind::Slice)
            }
            WordPart::IndirectExpansion { reference, .. } => {
                self.reference(reference, ExpansionKind::Indirect)
            }
            WordPart::ArrayIndices(reference) | WordPart::Transformation { reference, .. } => {
                self.reference(reference, ExpansionKind::Other)
            }
            WordPart::PrefixMatch { prefix, .. } => {
                let name = self.keep_decoded(prefix.as_str());
                plain(name, ExpansionKind::Other)
            }
            WordPart::ZshQualifiedGlob(_) => {
                let text = self.raw(node.span).to_owned();
                PartKind::Literal(self.keep(&text, node.span))
            }
        };
        out.push(PartData { span, quoted, kind });
    }

    pub(super) fn substitution(
        &mut self,
        body: &StmtSeq,
        span: crate::text::Span,
        owner: Owner,
    ) -> Range {
        let role = RoleData::Substitution { command: owner.command, place: owner.place };
        let frame = self.within(role, span, |it| it.sequence(body));
        self.tree.frames[frame as usize].commands
    }

    fn access(&mut self, reference: &VarRef) -> PartKind {
        let all = reference.has_array_selector();
        let kind = if all { ExpansionKind::Elements } else { ExpansionKind::Plain };
        self.reference(reference, kind)
    }

    fn reference(&mut self, reference: &VarRef, kind: ExpansionKind) -> PartKind {
        let name = self.keep_decoded(reference.name.as_str());
        plain(name, kind)
    }

    fn operation(
        &mut self,
        reference: &VarRef,
        operator: Option<&ParameterOp>,
        operand: Option<&Word>,
        colon: bool,
        owner: Owner,
    ) -> PartKind {
        let kind = match operator {
            Some(ParameterOp::UseDefault) => ExpansionKind::Default,
            Some(ParameterOp::AssignDefault) => ExpansionKind::AssignDefault,
            Some(ParameterOp::UseReplacement) => ExpansionKind::Alternative,
            Some(ParameterOp::Error) => ExpansionKind::Error,
            Some(ParameterOp::RemovePrefixShort { .. } | ParameterOp::RemovePrefixLong { .. }) => {
                ExpansionKind::RemovePrefix
            }
            Some(ParameterOp::RemoveSuffixShort { .. } | ParameterOp::RemoveSuffixLong { .. }) => {
                ExpansionKind::RemoveSuffix
            }
            Some(ParameterOp::ReplaceFirst { .. } | ParameterOp::ReplaceAll { .. }) => {
                ExpansionKind::Replace
            }
            Some(
                ParameterOp::UpperFirst
                | ParameterOp::UpperAll
                | ParameterOp::LowerFirst
                | ParameterOp::LowerAll,
            ) => ExpansionKind::Other,
            None => ExpansionKind::Plain,
        };
        let operand = match (operand, operator) {
            (Some(word), _) => self.stray_word(word, owner),
            (
                None,
                Some(
                    ParameterOp::RemovePrefixShort { pattern }
                    | ParameterOp::RemovePrefixLong { pattern }
                    | ParameterOp::RemoveSuffixShort { pattern }
                    | ParameterOp::RemoveSuffixLong { pattern }
                    | ParameterOp::ReplaceFirst { pattern, .. }
                    | ParameterOp::ReplaceAll { pattern, .. },
                ),
            ) => {
                let read = self.pattern(pattern, owner);
                self.push_words(vec![read]).start
            }
            _ => NONE,
        };
        let name = self.keep_decoded(reference.name.as_str());
        PartKind::Variable { name, kind, colon, operand }
    }

    fn parameter(&mut self, parameter: &ParameterExpansion, owner: Owner) -> PartKind {
        match &parameter.syntax {
            ParameterExpansionSyntax::Bourne(bourne) => match bourne {
                BourneParameterExpansion::Access { reference } => self.access(reference),
                BourneParameterExpansion::Length { reference } => {
                    self.reference(reference, ExpansionKind::Length)
                }
                BourneParameterExpansion::Indices { reference }
                | BourneParameterExpansion::Transformation { reference, .. } => {
                    self.reference(reference, ExpansionKind::Other)
                }
                BourneParameterExpansion::Indirect { reference, .. } => {
                    self.reference(reference, ExpansionKind::Indirect)
                }
                BourneParameterExpansion::PrefixMatch { prefix, .. } => {
                    let name = self.keep_decoded(prefix.as_str());
                    plain(name, ExpansionKind::Other)
                }
                BourneParameterExpansion::Slice { reference, .. } => {
                    self.reference(reference, ExpansionKind::Slice)
                }
                BourneParameterExpansion::Operation {
                    reference,
                    operator,
                    operand_word_ast,
                    colon_variant,
                    ..
                } => self.operation(
                    reference,
                    Some(operator),
                    operand_word_ast.as_deref(),
                    *colon_variant,
                    owner,
                ),
            },
            ParameterExpansionSyntax::Zsh(zsh) => match &zsh.target {
                ZshExpansionTarget::Reference(reference) => {
                    self.reference(reference, ExpansionKind::Other)
                }
                _ => {
                    let name = self.keep_decoded("");
                    plain(name, ExpansionKind::Other)
                }
            },
        }
    }

    /// A pattern of `case`, `[[` or an expansion, as a word.
    pub(super) fn pattern(&mut self, pattern: &Pattern, owner: Owner) -> WordData {
        let mut parts = Vec::with_capacity(pattern.parts.len());
        for (part, span) in pattern.parts_with_spans() {
            if let PatternPart::Word(word) = part {
                self.parts(&word.parts, false, owner, &mut parts);
            } else {
                let raw = self.raw(span).to_owned();
                let text = self.keep(&raw, span);
                let span = self.span(span);
                parts.push(PartData { span, quoted: false, kind: PartKind::Literal(text) });
            }
        }
        self.finish_word(pattern.span, parts, false)
    }

    /// The body of a heredoc, as a word.
    pub(super) fn heredoc(&mut self, body: &HeredocBody, owner: Owner) -> u32 {
        let owner = Owner { place: SubstitutionPlace::Heredoc, ..owner };
        let mut parts = Vec::with_capacity(body.parts.len());
        for (part, span) in body.parts_with_spans() {
            let own = self.span(span);
            let kind = match part {
                HeredocBodyPart::Literal(text) => {
                    let text = text.as_str(self.text, span).to_owned();
                    PartKind::Literal(self.keep(&text, span))
                }
                HeredocBodyPart::Variable(name) => {
                    let name = self.keep_decoded(name.as_str());
                    plain(name, ExpansionKind::Plain)
                }
                HeredocBodyPart::CommandSubstitution { body, .. } => {
                    PartKind::Commands { commands: self.substitution(body, own, owner) }
                }
                HeredocBodyPart::ArithmeticExpansion {
                    expression, expression_word_ast, ..
                } => {
                    let text = expression.slice(self.text).to_owned();
                    let text = self.keep(&text, expression.span());
                    // For the commands that are substituted in it.
                    self.stray_word(expression_word_ast, owner);
                    PartKind::Arithmetic { text }
                }
                HeredocBodyPart::Parameter(parameter) => self.parameter(parameter, owner),
            };
            parts.push(PartData { span: own, quoted: true, kind });
        }
        let read = self.finish_word(body.span, parts, false);
        self.push_words(vec![read]).start
    }
}

fn plain(name: super::tree::TextRef, kind: ExpansionKind) -> PartKind {
    PartKind::Variable { name, kind, colon: false, operand: NONE }
}

/// The characters that no escape touches.
fn bare(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|ch| !matches!(ch, '\\' | '\n'))
}

/// Where in `raw` the characters of `text` stand, with quotes and escapes between them.
fn extent(raw: &str, text: &str) -> Option<std::ops::Range<usize>> {
    let mut start = None;
    let mut at = 0;
    for ch in text.chars() {
        let found = at + raw.get(at..)?.find(ch)?;
        start.get_or_insert(found);
        at = found + ch.len_utf8();
    }
    Some(start?..at)
}

/// The text without its backslashes, as the shell takes them off outside or inside double quotes.
fn unescaped(text: &str, quoted: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            out.push(ch);
            continue;
        }
        match chars.next() {
            Some('\n') => {}
            Some(next) if !quoted || matches!(next, '$' | '`' | '"' | '\\') => out.push(next),
            Some(next) => out.extend(['\\', next]),
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}
