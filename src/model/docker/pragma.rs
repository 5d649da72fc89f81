//! Comments that other tools take as settings: `# hadolint ignore=`, `# check=skip=`.

use super::{ShellKind, Stage};
use crate::syntax::dockerfile::{
    CheckDirective, Comment, DirectiveName, Instruction, Keyword, Tree,
};
use crate::text::Span;

/// Whose comment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// hadolint.
    Hadolint,
    /// `docker build --check`.
    BuildKit,
}

/// Which findings a pragma is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PragmaScope {
    /// Those of the whole file.
    File,
    /// Those that start within this span.
    Within(Span),
}

/// A comment by which a tool is told to leave out findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pragma<'p> {
    /// Whose it is.
    pub tool: Tool,
    /// Where it holds.
    pub scope: PragmaScope,
    /// Whether all findings of the tool are left out.
    pub all: bool,
    /// The names of the checks that are left out, as the tool calls them.
    pub skip: Vec<&'p str>,
    /// Experimental checks of BuildKit that are switched on; `all` for every one.
    pub experimental: Vec<&'p str>,
    /// The comment or directive.
    pub span: Span,
}

/// Checks of BuildKit with what a comment above one instruction can do: `false` where only the
/// directive at the top of the file counts.
const CHECKS: [(&str, bool); 21] = [
    ("ConsistentInstructionCasing", false),
    ("CopyIgnoredFile", true),
    ("DuplicateStageName", false),
    ("ExposeInvalidFormat", true),
    ("ExposeProtoCasing", true),
    ("FromAsCasing", true),
    ("FromPlatformFlagConstDisallowed", true),
    ("InvalidBaseImagePlatform", false),
    ("InvalidDefaultArgInFrom", false),
    ("JSONArgsRecommended", true),
    ("LegacyKeyValueFormat", true),
    ("MaintainerDeprecated", true),
    ("MultipleInstructionsDisallowed", true),
    ("NoEmptyContinuation", false),
    ("RedundantTargetPlatform", true),
    ("ReservedStageName", false),
    ("SecretsUsedInArgOrEnv", true),
    ("StageNameCasing", true),
    ("UndefinedArgInFrom", true),
    ("UndefinedVar", true),
    ("WorkdirRelativePath", true),
];

impl Pragma<'_> {
    /// Whether it leaves out the check of this name at `offset`. The experimental check of
    /// BuildKit is never left out: it runs only where it is asked for.
    pub fn skips(&self, name: &str, offset: u32) -> bool {
        let here = match self.scope {
            PragmaScope::File => true,
            PragmaScope::Within(span) => {
                span.start <= offset && offset < span.end.max(span.start + 1)
            }
        };
        if !here || !(self.all || self.skip.contains(&name)) {
            return false;
        }
        let own = CHECKS.iter().find(|(check, _)| *check == name);
        match self.tool {
            Tool::Hadolint => true,
            Tool::BuildKit => {
                own.is_some_and(|(_, single)| *single || self.scope == PragmaScope::File)
            }
        }
    }
}

/// All pragmas of a file.
pub(super) fn read<'p>(tree: &Tree<'p>, stages: &[Stage]) -> Vec<Pragma<'p>> {
    let mut pragmas = Vec::new();
    if let Some(directive) = tree.directive(DirectiveName::Check)
        && let Ok(check) = CheckDirective::read(directive.setting())
    {
        pragmas.push(build_check(check, PragmaScope::File, directive.span));
    }
    for instruction in &tree.instructions {
        let attached = tree.comments_of(instruction);
        pragmas.extend(check_comment(attached, instruction));
    }
    hadolint(tree, stages, &mut pragmas);
    pragmas
}

fn build_check<'p>(check: CheckDirective<'p>, scope: PragmaScope, span: Span) -> Pragma<'p> {
    let experimental = if check.experimental.all { vec!["all"] } else { check.experimental.names };
    let (all, skip) = (check.skip.all, check.skip.names);
    Pragma { tool: Tool::BuildKit, scope, all, skip, experimental, span }
}

/// The first `# check=` above an instruction.
fn check_comment<'p>(
    attached: &[Comment<'p>],
    instruction: &Instruction<'p>,
) -> Option<Pragma<'p>> {
    attached.iter().find_map(|comment| {
        let (key, value) = comment.text.split_once('=')?;
        if !key.trim_end().eq_ignore_ascii_case("check") {
            return None;
        }
        let setting = value.trim().split(' ').next().unwrap_or("");
        let check = CheckDirective::read(setting).ok()?;
        Some(build_check(check, PragmaScope::Within(instruction.span), comment.span))
    })
}

fn hadolint<'p>(tree: &Tree<'p>, stages: &[Stage], pragmas: &mut Vec<Pragma<'p>>) {
    for comment in &tree.comments {
        if comment.inside {
            continue;
        }
        let Some((reach, setting)) = hadolint_setting(comment.text) else { continue };
        let Some(names) = setting.strip_prefix("ignore").and_then(ignored_names) else { continue };
        let below = directly_below(tree, comment);
        let scope = match (reach, below) {
            (Reach::File, _) => PragmaScope::File,
            (_, None) => continue,
            (Reach::Line, Some((_, instruction))) => PragmaScope::Within(instruction.span),
            (Reach::Stage, Some((index, instruction))) => {
                if instruction.keyword != Keyword::From {
                    continue;
                }
                let stage = stages.iter().find(|stage| stage.from == Some(index));
                let last = stage
                    .and_then(|stage| tree.instructions.get(stage.instructions.clone())?.last());
                PragmaScope::Within(
                    instruction.span.cover(last.map_or(instruction.span, |it| it.span)),
                )
            }
        };
        pragmas.push(Pragma {
            tool: Tool::Hadolint,
            scope,
            all: false,
            skip: names,
            experimental: Vec::new(),
            span: comment.span,
        });
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Line,
    Stage,
    File,
}

/// The part of a comment behind `hadolint`, `hadolint global` or `hadolint stage`.
fn hadolint_setting(text: &str) -> Option<(Reach, &str)> {
    let rest = text.strip_prefix("hadolint")?;
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let rest = rest.trim_start();
    for (word, reach) in [("global", Reach::File), ("stage", Reach::Stage)] {
        if let Some(behind) = rest.strip_prefix(word)
            && behind.starts_with([' ', '\t'])
        {
            return Some((reach, behind.trim_start()));
        }
    }
    Some((Reach::Line, rest))
}

/// The names behind `ignore`. One that is none makes the whole pragma void; a remark behind `#`
/// is allowed.
fn ignored_names(text: &str) -> Option<Vec<&str>> {
    let list = text.trim_start().strip_prefix('=')?;
    let list = list.split('#').next().unwrap_or(list);
    let names: Vec<&str> = list.split(',').map(str::trim).collect();
    let is_name = |name: &&str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_digit() || b"DLSC".contains(&byte))
    };
    names.iter().all(is_name).then_some(names)
}

/// The instruction whose first line is the one right below the comment.
fn directly_below<'t, 'p>(
    tree: &'t Tree<'p>,
    comment: &Comment<'p>,
) -> Option<(usize, &'t Instruction<'p>)> {
    let after = tree.instructions.partition_point(|it| it.span.start < comment.span.end);
    let instruction = tree.instructions.get(after)?;
    let between = tree.text.get(comment.span.end as usize..instruction.span.start as usize)?;
    (between.matches('\n').count() == 1 && !between.contains('#')).then_some((after, instruction))
}

/// The shell that `# hadolint shell=` names among these comments.
pub(super) fn shell(comments: &[Comment<'_>]) -> Option<ShellKind> {
    comments.iter().rev().find_map(|comment| {
        let (_, setting) = hadolint_setting(comment.text)?;
        let program = setting.strip_prefix("shell")?.trim_start().strip_prefix('=')?;
        Some(ShellKind::of_program(program.split_whitespace().next()?))
    })
}
