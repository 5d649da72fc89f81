//! Commands: simple ones, declarations, tests, compounds.

use shuck_ast::{
    AssignmentValue, BuiltinCommand, Command, CompoundCommand, ConditionalExpr, DeclOperand,
    ForCommand, FunctionDef, Redirect, RedirectKind, RedirectTarget, SimpleCommand, StmtSeq, Word,
};

use super::lower::Lower;
use super::lower_word::Owner;
use super::tree::{
    AssignmentData, CommandData, FunctionData, LoopData, NONE, PartData, PartKind, Range,
    RedirectionData, RoleData, WordData,
};
use super::{Construct, RedirectionKind, SubstitutionPlace};
use crate::text::Span;

impl Lower<'_> {
    pub(super) fn command(&mut self, command: &Command, redirects: &[Redirect]) {
        match command {
            Command::Simple(simple) => self.simple(simple, redirects),
            Command::Builtin(builtin) => self.builtin(builtin, redirects),
            Command::Decl(declaration) => {
                let span = self.trimmed(declaration.span);
                let index = self.open(span);
                let owner = Owner { command: index, place: SubstitutionPlace::Word };
                let mut assignments =
                    self.assignments(declaration.assignments.iter(), index, false);
                let name = self.name_word(declaration.variant.as_str(), declaration.variant_span);
                let mut words = vec![name];
                for operand in &declaration.operands {
                    match operand {
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => {
                            words.push(self.word(word, owner));
                        }
                        DeclOperand::Name(reference) => {
                            let text = self.raw(reference.span).to_owned();
                            words.push(self.name_word(&text, reference.span));
                        }
                        DeclOperand::Assignment(assignment) => {
                            assignments.extend(self.assignments([assignment], index, true));
                        }
                    }
                }
                self.close(index, words, assignments, redirects);
            }
            Command::Binary(binary) => {
                self.binary(binary);
                self.compound_redirects(redirects);
            }
            Command::Compound(compound) => self.compound(compound, redirects),
            Command::Function(function) => {
                self.function(function);
                self.compound_redirects(redirects);
            }
            Command::AnonymousFunction(function) => self.statement(&function.body),
        }
    }

    /// Reserves the number of a command, which stands before the commands inside it.
    fn open(&mut self, span: Span) -> u32 {
        let index = self.next_command();
        self.tree.commands.push(CommandData {
            span,
            frame: self.frame,
            words: Range::default(),
            filled: Range::default(),
            assignments: Range::default(),
            redirections: Range::default(),
            invoked: None,
            end: index + 1,
        });
        index
    }

    fn close(
        &mut self,
        index: u32,
        words: Vec<WordData>,
        assignments: Vec<AssignmentData>,
        redirects: &[Redirect],
    ) {
        let redirections = self.redirections(redirects, index);
        let name = words.first().and_then(|word| word.literal);
        if name.is_some_and(|name| self.kept(name) == "set") {
            self.tree.sets.push(index);
        }
        self.nested(index, &words, redirections);
        let words = self.push_words(words);
        let length = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let start = length(self.tree.assignments.len());
        self.tree.assignments.extend(assignments);
        let assignments = Range { start, end: length(self.tree.assignments.len()) };
        let end = self.next_command();
        let command = &mut self.tree.commands[index as usize];
        command.words = words;
        command.filled = words;
        command.assignments = assignments;
        command.redirections = redirections;
        command.end = end;
    }

    fn name_word(&mut self, name: &str, span: shuck_ast::Span) -> WordData {
        let text = self.keep(name, span);
        let own = self.span(span);
        let part = PartData { span: own, quoted: false, kind: PartKind::Literal(text) };
        self.finish_word(span, vec![part], false)
    }

    fn simple(&mut self, simple: &SimpleCommand, redirects: &[Redirect]) {
        let named = simple.name.span.end.offset() > simple.name.span.start.offset();
        let mut span = self.trimmed(simple.span);
        let words = named.then_some(&simple.name).into_iter().chain(&simple.args);
        if let Some(last) = words.clone().last() {
            let last = self.span(last.span);
            span = Span::new(span.start.min(last.start), last.end);
        }
        let index = self.open(span);
        let assignments = self.assignments(simple.assignments.iter(), index, false);
        let owner = Owner { command: index, place: SubstitutionPlace::Word };
        let words: Vec<WordData> = words.map(|word| self.word(word, owner)).collect();
        self.close(index, words, assignments, redirects);
    }

    fn builtin(&mut self, builtin: &BuiltinCommand, redirects: &[Redirect]) {
        let (name, first, rest, assignments, span) = match builtin {
            BuiltinCommand::Break(it) => {
                ("break", &it.depth, &it.extra_args, &it.assignments, it.span)
            }
            BuiltinCommand::Continue(it) => {
                ("continue", &it.depth, &it.extra_args, &it.assignments, it.span)
            }
            BuiltinCommand::Return(it) => {
                ("return", &it.code, &it.extra_args, &it.assignments, it.span)
            }
            BuiltinCommand::Exit(it) => {
                ("exit", &it.code, &it.extra_args, &it.assignments, it.span)
            }
        };
        let own = self.trimmed(span);
        let index = self.open(own);
        let assignments = self.assignments(assignments.iter(), index, false);
        let owner = Owner { command: index, place: SubstitutionPlace::Word };
        let from = assignments.last().map_or(own.start, |last| last.span.end);
        let text = self.keep_decoded(name);
        let at = Span::new(from, from);
        let part = PartData { span: at, quoted: false, kind: PartKind::Literal(text) };
        let mut word = self.finish_word(span, vec![part], false);
        word.span = self.find(name, from, own.end);
        let mut words = vec![word];
        for word in first.iter().chain(rest) {
            let word = self.word(word, owner);
            words.push(word);
        }
        self.close(index, words, assignments, redirects);
    }

    /// The span of `name` at or behind `from`; empty at `from` if it is not there as written.
    fn find(&self, name: &str, from: u32, to: u32) -> Span {
        if self.map.is_none()
            && let Some(text) = self.root.get(from as usize..to as usize)
            && let Some(at) = text.find(name)
        {
            return Span::from_range(at..at + name.len()).shift(from);
        }
        Span::new(from, to.min(from.saturating_add(u32::try_from(name.len()).unwrap_or(0))))
    }

    fn assignments<'a>(
        &mut self,
        assignments: impl IntoIterator<Item = &'a shuck_ast::Assignment>,
        command: u32,
        declared: bool,
    ) -> Vec<AssignmentData> {
        let owner = Owner { command, place: SubstitutionPlace::Assignment { declared } };
        let mut out = Vec::new();
        for assignment in assignments {
            let (values, array) = match &assignment.value {
                AssignmentValue::Scalar(word) => {
                    let empty = word.span.end.offset() <= word.span.start.offset();
                    (self.words((!empty).then_some(word), owner), false)
                }
                AssignmentValue::Compound(array) => {
                    let words: Vec<&Word> =
                        array.elements.iter().map(|element| &element.value().word).collect();
                    (self.words(words, owner), true)
                }
            };
            let name = self.keep(assignment.target.name.as_str(), assignment.target.name_span);
            let span = self.trimmed(assignment.span);
            out.push(AssignmentData {
                span,
                name,
                append: assignment.append,
                declared,
                array,
                values,
            });
        }
        out
    }

    fn redirections(&mut self, redirects: &[Redirect], command: u32) -> Range {
        let owner = Owner { command, place: SubstitutionPlace::Redirection };
        let mut out = Vec::with_capacity(redirects.len());
        let mut redirects = redirects.iter().peekable();
        while let Some(redirect) = redirects.next() {
            let (target, body) = match &redirect.target {
                RedirectTarget::Word(word) => {
                    let mut read = self.word(word, owner);
                    let whole = self.span(redirect.span);
                    // The parser does not say where the descriptor of `2>&1` stands.
                    if let Some(text) = read.literal.filter(|_| read.span.is_empty()) {
                        let len = text.end.saturating_sub(text.start).min(whole.len());
                        read.span = Span::new(whole.end - len, whole.end);
                        let at = read.span;
                        let parts = &mut self.tree.parts[read.parts.usize()];
                        parts.iter_mut().for_each(|part| part.span = at);
                    }
                    (self.push_words(vec![read]).start, NONE)
                }
                RedirectTarget::Heredoc(heredoc) => {
                    let delimiter = self.stray_word(&heredoc.delimiter.raw, owner);
                    (delimiter, self.heredoc(&heredoc.body, owner))
                }
            };
            // The parser reads `&>> file` as `>> file 2>&1`; nobody wrote the second one.
            let both = redirects.next_if(|next| {
                redirect.kind == RedirectKind::Append
                    && next.kind == RedirectKind::DupOutput
                    && next.span.start == redirect.span.start
            });
            let kind = match redirect.kind {
                _ if both.is_some() => RedirectionKind::AppendBoth,
                RedirectKind::Output | RedirectKind::Clobber => RedirectionKind::Output,
                RedirectKind::Append => RedirectionKind::Append,
                RedirectKind::Input => RedirectionKind::Input,
                RedirectKind::ReadWrite => RedirectionKind::ReadWrite,
                RedirectKind::HereDoc | RedirectKind::HereDocStrip => RedirectionKind::Heredoc,
                RedirectKind::HereString => RedirectionKind::HereString,
                RedirectKind::DupOutput => RedirectionKind::DuplicateOutput,
                RedirectKind::DupInput => RedirectionKind::DuplicateInput,
                RedirectKind::OutputBoth => RedirectionKind::OutputBoth,
            };
            let fd = redirect.fd.and_then(|fd| u32::try_from(fd).ok());
            out.push(RedirectionData { span: self.span(redirect.span), kind, fd, target, body });
        }
        let length = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let start = length(self.tree.redirections.len());
        self.tree.redirections.extend(out);
        Range { start, end: length(self.tree.redirections.len()) }
    }

    /// The redirections of a compound command: only the commands substituted in them matter.
    fn compound_redirects(&mut self, redirects: &[Redirect]) {
        self.redirections(redirects, NONE);
    }

    fn compound(&mut self, compound: &CompoundCommand, redirects: &[Redirect]) {
        match compound {
            CompoundCommand::If(it) => {
                self.part_of(RoleData::Condition(Construct::If), &it.condition);
                self.part_of(RoleData::Branch, &it.then_branch);
                for (condition, branch) in &it.elif_branches {
                    self.part_of(RoleData::Condition(Construct::Elif), condition);
                    self.part_of(RoleData::Branch, branch);
                }
                if let Some(branch) = &it.else_branch {
                    self.part_of(RoleData::Otherwise, branch);
                }
            }
            CompoundCommand::For(it) => self.for_loop(it),
            CompoundCommand::ArithmeticFor(it) => {
                let from = it.left_paren_span.end;
                let header = shuck_ast::Span::from_positions(from, it.right_paren_span.start);
                let word = self.expression_word(header);
                let words = self.push_words(vec![word]);
                let span = self.trimmed(it.span);
                let at = self.open_loop(Construct::ArithmeticFor, span, None, words, true);
                self.loop_body(at, &it.body);
            }
            CompoundCommand::While(it) => {
                self.while_loop(Construct::While, it.span, &it.condition, &it.body);
            }
            CompoundCommand::Until(it) => {
                self.while_loop(Construct::Until, it.span, &it.condition, &it.body);
            }
            CompoundCommand::Select(it) => {
                let words = self.words(&it.words, Owner::HEADER);
                let name = self.keep(it.variable.as_str(), it.variable_span);
                let span = self.trimmed(it.span);
                let at = self.open_loop(Construct::Select, span, Some(name), words, false);
                self.loop_body(at, &it.body);
            }
            CompoundCommand::Foreach(it) => {
                let words = self.words(&it.words, Owner::HEADER);
                let name = self.keep(it.variable.as_str(), it.variable_span);
                let span = self.trimmed(it.span);
                let at = self.open_loop(Construct::For, span, Some(name), words, false);
                self.loop_body(at, &it.body);
            }
            CompoundCommand::Repeat(it) => {
                let words = self.words([&it.count], Owner::HEADER);
                let span = self.trimmed(it.span);
                let at = self.open_loop(Construct::For, span, None, words, false);
                self.loop_body(at, &it.body);
            }
            CompoundCommand::Case(it) => {
                self.stray_word(&it.word, Owner::HEADER);
                for case in &it.cases {
                    for pattern in &case.patterns {
                        let read = self.pattern(pattern, Owner::HEADER);
                        self.push_words(vec![read]);
                    }
                    self.part_of(RoleData::CaseArm, &case.body);
                }
            }
            CompoundCommand::Subshell(body) => self.part_of(RoleData::Subshell, body),
            CompoundCommand::BraceGroup(body) => self.part_of(RoleData::Group, body),
            CompoundCommand::Always(it) => {
                self.part_of(RoleData::Group, &it.body);
                self.part_of(RoleData::Group, &it.always_body);
            }
            CompoundCommand::Time(it) => {
                if let Some(statement) = &it.command {
                    self.statement(statement);
                }
            }
            CompoundCommand::Coproc(it) => {
                let span = self.trimmed(it.span);
                self.within(RoleData::Background, span, |lower| lower.statement(&it.body));
            }
            CompoundCommand::Arithmetic(it) => {
                let span = self.trimmed(it.span);
                let index = self.open(span);
                let name = self.name_word("((", it.left_paren_span);
                let mut words = vec![name];
                if let Some(expression) = it.expr_span {
                    words.push(self.expression_word(expression));
                }
                return self.close(index, words, Vec::new(), redirects);
            }
            CompoundCommand::Conditional(it) => {
                let span = self.trimmed(it.span);
                let index = self.open(span);
                let owner = Owner { command: index, place: SubstitutionPlace::Word };
                let mut words = vec![self.name_word("[[", it.left_bracket_span)];
                self.test(&it.expression, owner, &mut words);
                words.push(self.name_word("]]", it.right_bracket_span));
                return self.close(index, words, Vec::new(), redirects);
            }
        }
        self.compound_redirects(redirects);
    }

    /// The words of `[[ ... ]]`, operators among them.
    fn test(&mut self, expression: &ConditionalExpr, owner: Owner, words: &mut Vec<WordData>) {
        if self.depth > 200 {
            return;
        }
        self.depth += 1;
        match expression {
            ConditionalExpr::Binary(it) => {
                self.test(&it.left, owner, words);
                words.push(self.name_word(it.op.as_str(), it.op_span));
                self.test(&it.right, owner, words);
            }
            ConditionalExpr::Unary(it) => {
                words.push(self.name_word(it.op.as_str(), it.op_span));
                self.test(&it.expr, owner, words);
            }
            ConditionalExpr::Parenthesized(it) => self.test(&it.expr, owner, words),
            ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => {
                words.push(self.word(word, owner));
            }
            ConditionalExpr::Pattern(pattern) => words.push(self.pattern(pattern, owner)),
            ConditionalExpr::VarRef(reference) => {
                let text = self.raw(reference.span).to_owned();
                words.push(self.name_word(&text, reference.span));
            }
        }
        self.depth -= 1;
    }

    /// An arithmetic expression as a word with one part.
    fn expression_word(&mut self, span: shuck_ast::Span) -> WordData {
        let raw = self.raw(span).to_owned();
        let text = self.keep(&raw, span);
        let kind = PartKind::Arithmetic { text };
        let part = PartData { span: self.span(span), quoted: false, kind };
        self.finish_word(span, vec![part], false)
    }

    fn part_of(&mut self, role: RoleData, body: &StmtSeq) {
        let span = self.trimmed(body.span);
        self.within(role, span, |it| it.sequence(body));
    }

    fn for_loop(&mut self, it: &ForCommand) {
        let words = self.words(it.words.iter().flatten(), Owner::HEADER);
        let name = it.targets.first().and_then(|target| {
            target.name.as_ref().map(|name| self.keep(name.as_str(), target.span))
        });
        let span = self.trimmed(it.span);
        let at = self.open_loop(Construct::For, span, name, words, false);
        self.loop_body(at, &it.body);
    }

    fn while_loop(
        &mut self,
        construct: Construct,
        span: shuck_ast::Span,
        condition: &StmtSeq,
        body: &StmtSeq,
    ) {
        let span = self.trimmed(span);
        let at = self.open_loop(construct, span, None, Range::default(), false);
        let own = self.trimmed(condition.span);
        let frame = self.within(RoleData::Condition(construct), own, |it| it.sequence(condition));
        self.tree.loops[at as usize].condition = frame;
        self.loop_body(at, body);
    }

    fn open_loop(
        &mut self,
        construct: Construct,
        span: Span,
        variable: Option<super::tree::TextRef>,
        words: Range,
        arithmetic: bool,
    ) -> u32 {
        let at = u32::try_from(self.tree.loops.len()).unwrap_or(u32::MAX);
        let (condition, body) = (NONE, NONE);
        let data = LoopData { construct, span, variable, words, arithmetic, condition, body };
        self.tree.loops.push(data);
        at
    }

    fn loop_body(&mut self, at: u32, body: &StmtSeq) {
        let span = self.trimmed(body.span);
        let frame = self.within(RoleData::LoopBody(at), span, |it| it.sequence(body));
        self.tree.loops[at as usize].body = frame;
    }

    fn function(&mut self, function: &FunctionDef) {
        let entry = function.static_name_entries().next();
        let name = match entry {
            Some((name, span)) => self.keep(name.as_str(), span),
            None => self.keep_decoded(""),
        };
        let span = self.trimmed(function.span);
        let at = u32::try_from(self.tree.functions.len()).unwrap_or(u32::MAX);
        let commands = Range::default();
        self.tree.functions.push(FunctionData { name, span, commands, frame: NONE });
        let frame = self.within(RoleData::Function(at), span, |it| it.statement(&function.body));
        let commands = self.tree.frames[frame as usize].commands;
        let data = &mut self.tree.functions[at as usize];
        (data.commands, data.frame) = (commands, frame);
    }
}
