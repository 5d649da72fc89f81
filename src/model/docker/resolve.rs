//! From the tree to the model.

use rustc_hash::FxHashMap;

use super::scope::{Definition, DefinitionKind, Known, Outside, PLATFORM_ARGS, Scope, Scopes};
use super::{
    Base, Build, Dockerfile, IgnoreFile, Run, Shell, ShellKind, Stage, State, pragma, refuse,
};
use crate::syntax::dockerfile::{Expander, Instruction, Keyword, Pair, Tree, Value, parse};
use crate::text::{Source, Span};

/// Official images that set no variable but `PATH`.
const BARE_IMAGES: [&str; 4] = ["alpine", "busybox", "debian", "ubuntu"];

pub(super) fn resolve<'p>(source: &'p Source, build: &Build<'p>) -> Dockerfile<'p> {
    let tree = parse(source.text());
    let mut resolver = Resolver {
        source,
        build,
        tree: &tree,
        stages: Vec::new(),
        scopes: Scopes::default(),
        shells: Vec::new(),
        runs: Vec::new(),
        named: FxHashMap::default(),
        ends: Vec::new(),
        state: State::default(),
        pragma_shell: None,
    };
    let mut states = Vec::with_capacity(tree.instructions.len());
    for (index, instruction) in tree.instructions.iter().enumerate() {
        resolver.enter(index, instruction);
        states.push(resolver.state);
        resolver.take(index, instruction);
    }
    let Resolver { stages, scopes, shells, runs, named, .. } = resolver;
    let pragmas = pragma::read(&tree, build.checks.as_ref());
    let mut dockerfile = Dockerfile {
        source,
        stages,
        runs,
        scopes,
        errors: Vec::new(),
        pragmas,
        context: build.context.clone(),
        named_contexts: build.named_contexts.iter().map(|name| name.to_lowercase()).collect(),
        has_unknown_contexts: build.has_unknown_contexts,
        ignore: build.ignore_file.map(IgnoreFile::read),
        shells,
        states,
        named,
        tree,
    };
    dockerfile.errors = refuse::errors(&dockerfile);
    dockerfile
}

struct Resolver<'r, 'p> {
    source: &'p Source,
    build: &'r Build<'p>,
    tree: &'r Tree<'p>,
    stages: Vec<Stage>,
    scopes: Scopes,
    shells: Vec<Shell<'p>>,
    runs: Vec<Run<'p>>,
    // The positions of the stages of each name.
    named: FxHashMap<String, Vec<usize>>,
    // What held at the end of each stage.
    ends: Vec<State>,
    state: State,
    pragma_shell: Option<ShellKind>,
}

impl<'p> Resolver<'_, 'p> {
    /// Sees to it that the instruction has a stage, before its state is noted.
    fn enter(&mut self, index: usize, instruction: &Instruction<'p>) {
        let pragma = pragma::shell(self.tree.comments_of(instruction));
        if instruction.keyword == Keyword::From {
            if self.stages.is_empty() && pragma.is_some() {
                self.pragma_shell = pragma;
            }
            self.from(index, instruction);
        } else if self.state.stage.is_none() && instruction.keyword != Keyword::Arg {
            self.start(Stage {
                index: self.stages.len(),
                number: None,
                from: None,
                name: None,
                name_span: None,
                base: Base::Unknown,
                base_span: Span::default(),
                base_text: String::new(),
                base_variables: Vec::new(),
                platform: None,
                instructions: 0..index + 1,
            });
        } else if let Some(stage) = self.stages.last_mut() {
            stage.instructions.end = index + 1;
        }
        match pragma {
            Some(kind) if self.state.stage.is_some() => self.shell(Shell::default_of(kind)),
            Some(kind) => self.pragma_shell = Some(kind),
            None => {}
        }
    }

    fn take(&mut self, index: usize, instruction: &Instruction<'p>) {
        match instruction.keyword {
            Keyword::Arg | Keyword::Env => {
                for pair in instruction.pairs() {
                    self.define(index, instruction.keyword, pair);
                }
            }
            Keyword::Shell => {
                if let Some(words) = instruction.exec()
                    && let Some(program) = words.first()
                {
                    self.shell(Shell {
                        kind: ShellKind::of_program(&program.text),
                        words: words.iter().map(|word| word.text.clone()).collect(),
                        instruction: Some(index),
                    });
                }
            }
            Keyword::User => self.state.user = Some(index),
            Keyword::Workdir => self.state.workdir = Some(index),
            Keyword::Run => self.run(index, instruction, false),
            Keyword::Onbuild => {
                if let Some(trigger) = instruction.trigger()
                    && trigger.keyword == Keyword::Run
                {
                    self.run(index, trigger, true);
                }
            }
            _ => {}
        }
        if let Some(end) = self.ends.last_mut() {
            *end = self.state;
        }
    }

    fn run(&mut self, index: usize, instruction: &Instruction<'p>, onbuild: bool) {
        let shell = self.shells.get(self.state.shell).map_or(ShellKind::Posix, |it| it.kind);
        let stage = self.state.stage.unwrap_or_default();
        let mut run = Run::new(self.source, instruction, (index, stage, onbuild), shell);
        run.look_up(|name| match self.scopes.value(stage, name, index) {
            Value::Set(text) => Some(text.into_owned()),
            _ => None,
        });
        self.runs.push(run);
    }

    fn shell(&mut self, shell: Shell<'p>) {
        self.state.shell = self.shells.len();
        self.shells.push(shell);
    }

    fn from(&mut self, index: usize, instruction: &Instruction<'p>) {
        let number = self.stages.iter().filter(|stage| stage.number.is_some()).count();
        let parts = instruction.from_parts();
        let expander = Expander::new(self.tree.escape);
        let lookup = |name: &str| self.scopes.global_value(name);
        let mut base = Base::Unknown;
        let mut base_variables = Vec::new();
        if let Some(parts) = parts
            && let Ok(expansion) = expander.expand(&parts.image.text, lookup)
        {
            for reference in &expansion.references {
                let definition = self.scopes.global.definition(&reference.name, usize::MAX);
                base_variables.push((reference.name.clone(), definition.map(|it| it.span)));
            }
            base = self.base(expansion.unknown, expansion.text);
        }
        let platform = instruction.flag_value("platform").and_then(|word| {
            let expansion = expander.expand(&word.text, lookup).ok()?;
            (!expansion.unknown).then_some(expansion.text)
        });
        let name = parts.and_then(|parts| parts.name);
        self.start(Stage {
            index: self.stages.len(),
            number: Some(number),
            from: Some(index),
            name: name.map(|word| word.text.to_lowercase()),
            name_span: name.map(|word| word.span),
            base,
            base_span: parts.map_or(instruction.span, |parts| parts.image.span),
            base_text: parts.map(|parts| parts.image.text.to_string()).unwrap_or_default(),
            base_variables,
            platform,
            instructions: index + 1..index + 1,
        });
    }

    fn base(&self, unknown: bool, text: String) -> Base {
        if unknown || text.is_empty() {
            return Base::Unknown;
        }
        match self.named.get(text.as_str()).and_then(|stages| stages.last()) {
            Some(stage) => Base::Stage(*stage),
            None if text == "scratch" => Base::Scratch,
            // A context of this name takes the place of the image.
            None if self
                .build
                .named_contexts
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&text)) =>
            {
                Base::Unknown
            }
            None => Base::Image(text),
        }
    }

    fn start(&mut self, stage: Stage) {
        let inherited = match stage.base {
            Base::Stage(earlier) => Some(earlier),
            _ => None,
        };
        let bare = match &stage.base {
            Base::Scratch => true,
            Base::Image(text) => {
                let image = super::ImageRef::split(text);
                image.official().is_some_and(|name| BARE_IMAGES.contains(&name))
            }
            _ => false,
        };
        let outside = if bare { Outside::OnlyPath } else { Outside::Unknown };
        let mut scope = Scope::new(inherited, outside);
        // Triggers of the stage below run first here; what they set is not worked out.
        if let Some(earlier) = inherited.and_then(|earlier| self.stages.get(earlier)) {
            let from = stage.from.unwrap_or_default();
            let own = self.tree.instructions.get(earlier.instructions.clone()).unwrap_or(&[]);
            for trigger in own.iter().filter_map(Instruction::trigger) {
                for pair in trigger.pairs().iter().filter(|_| trigger.keyword != Keyword::Label) {
                    scope.define(Definition {
                        name: pair.key.text.to_string(),
                        kind: DefinitionKind::Env,
                        value: Known::Unknown,
                        instruction: from,
                        span: pair.span,
                    });
                }
            }
        }
        self.scopes.stages.push(scope);
        self.state = match inherited.and_then(|earlier| self.ends.get(earlier)) {
            Some(end) => State { stage: Some(stage.index), ..*end },
            None => State { stage: Some(stage.index), ..State::default() },
        };
        if inherited.is_none() {
            let kind = self.pragma_shell.unwrap_or_else(|| match &stage.base {
                // The backtick is for Windows, unless the base is a well-known image of Linux.
                Base::Image(text)
                    if self.tree.escape == '`'
                        && super::Distribution::of_image(&super::ImageRef::split(text))
                            .is_some() =>
                {
                    ShellKind::of_image(text)
                }
                _ if self.tree.escape == '`' => ShellKind::Cmd,
                Base::Image(text) => ShellKind::of_image(text),
                _ => ShellKind::of_image(&stage.base_text),
            });
            self.shell(Shell::default_of(kind));
        }
        self.ends.push(self.state);
        if let Some(name) = &stage.name {
            self.named.entry(name.clone()).or_default().push(stage.index);
        }
        self.stages.push(stage);
    }

    fn define(&mut self, index: usize, keyword: Keyword, pair: &Pair<'p>) {
        let stage = self.state.stage;
        let is_arg = keyword == Keyword::Arg;
        // The arguments of one `ARG` see each other, the variables of one `ENV` do not.
        let before = if is_arg { index + 1 } else { index };
        let lookup = |name: &str| -> Value<'_> {
            match stage {
                Some(stage) => self.scopes.value(stage, name, before),
                None => self.scopes.global_value(name),
            }
        };
        let expander = Expander::new(self.tree.escape);
        let expand = |text: &str| match expander.expand(text, lookup) {
            Ok(expansion) if !expansion.unknown => Known::Text(expansion.text),
            _ => Known::Unknown,
        };
        let name = match keyword {
            Keyword::Arg if stage.is_none() => pair.key.text.to_string(),
            _ => match expand(&pair.key.text) {
                Known::Text(name) => name,
                Known::Open | Known::Unknown => return,
            },
        };
        let given = self.build.args.iter().rev().find(|(given, _)| is_arg && *given == name);
        let value = match (given, &pair.value) {
            (Some((_, Some(value))), _) => Known::Text(value.clone()),
            (Some((_, None)), _) => Known::Unknown,
            (None, Some(value)) => expand(&value.text),
            (None, None) if stage.is_none() => Known::Open,
            (None, None) => match self.scopes.global.definition(&name, usize::MAX) {
                Some(global) => global.value.clone(),
                None if PLATFORM_ARGS.contains(&name.as_str()) => Known::Unknown,
                None => Known::Open,
            },
        };
        let kind = if is_arg { DefinitionKind::Arg } else { DefinitionKind::Env };
        let definition = Definition { name, kind, value, instruction: index, span: pair.span };
        match stage.and_then(|stage| self.scopes.stages.get_mut(stage)) {
            Some(scope) => scope.define(definition),
            None => self.scopes.global.define(definition),
        }
    }
}
