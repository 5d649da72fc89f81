//! Comments that other tools take as settings: `# hadolint ignore=`, `# check=skip=`.

use std::borrow::Cow;

use super::ShellKind;
use crate::syntax::dockerfile::{
    CheckDirective, Comment, DirectiveName, Instruction, Keyword, Tree,
};
use crate::text::{Location, Span};

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
    /// Those that start within this span, which may be empty.
    Within(Span),
    /// Likewise, of the rest of a stage.
    Stage(Span),
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
    pub skip: Vec<Cow<'p, str>>,
    /// Experimental checks of BuildKit that are switched on; `all` for every one.
    pub experimental: Vec<Cow<'p, str>>,
    /// Why, behind a second `#`.
    pub reason: &'p str,
    /// The comment or directive; empty if it is none.
    pub span: Span,
    /// The build argument that says so in place of the directive.
    pub given: Option<Location>,
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
            PragmaScope::Within(span) | PragmaScope::Stage(span) => {
                span.start <= offset && offset < span.end.max(span.start + 1)
            }
        };
        if !here || !(self.all || self.skip.iter().any(|it| it == name)) {
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
pub(super) fn read<'p>(tree: &Tree<'p>, given: Option<&(String, Location)>) -> Vec<Pragma<'p>> {
    let mut pragmas = Vec::new();
    if let Some((setting, at)) = given
        && let Ok(check) = CheckDirective::read(setting)
    {
        let pragma = build_check(check, PragmaScope::File, Span::empty(0));
        let owned = |names: Vec<Cow<'_, str>>| -> Vec<Cow<'p, str>> {
            names.into_iter().map(|name| Cow::Owned(name.into_owned())).collect()
        };
        let (skip, experimental) = (owned(pragma.skip), owned(pragma.experimental));
        pragmas.push(Pragma { skip, experimental, reason: "", given: Some(*at), ..pragma });
    } else if let Some(directive) = tree.directive(DirectiveName::Check)
        && let Ok(check) = CheckDirective::read(directive.setting())
    {
        pragmas.push(build_check(check, PragmaScope::File, directive.span));
    }
    for instruction in &tree.instructions {
        let attached = tree.comments_of(instruction);
        pragmas.extend(check_comment(attached, instruction));
    }
    hadolint(tree, &mut pragmas);
    pragmas
}

fn build_check<'p>(check: CheckDirective<'p>, scope: PragmaScope, span: Span) -> Pragma<'p> {
    let names = |names: Vec<&'p str>| names.into_iter().map(Cow::Borrowed).collect();
    Pragma {
        tool: Tool::BuildKit,
        scope,
        all: check.skip.all,
        skip: names(check.skip.names),
        experimental: names(match check.experimental.all {
            true => vec!["all"],
            false => check.experimental.names,
        }),
        reason: "",
        span,
        given: None,
    }
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

fn hadolint<'p>(tree: &Tree<'p>, pragmas: &mut Vec<Pragma<'p>>) {
    for comment in &tree.comments {
        if comment.inside {
            continue;
        }
        let Some((reach, setting)) = hadolint_setting(comment.text) else { continue };
        let Some((skip, reason)) = setting.strip_prefix("ignore").and_then(ignored_names) else {
            continue;
        };
        let scope = match reach {
            Reach::File => PragmaScope::File,
            Reach::Line => PragmaScope::Within(directly_below(tree, comment)),
            Reach::Stage => PragmaScope::Stage(rest_of_stage(tree, comment)),
        };
        pragmas.push(Pragma {
            tool: Tool::Hadolint,
            scope,
            all: false,
            skip: skip.into_iter().map(Cow::Borrowed).collect(),
            experimental: Vec::new(),
            reason,
            span: comment.span,
            given: None,
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

/// The names behind `ignore`, and the remark that may stand behind `#`. One name that is none
/// makes the whole pragma void.
fn ignored_names(text: &str) -> Option<(Vec<&str>, &str)> {
    let list = text.trim_start().strip_prefix('=')?;
    let (list, reason) = list.split_once('#').unwrap_or((list, ""));
    let names: Vec<&str> = list.split(',').map(str::trim).collect();
    let is_name = |name: &&str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_digit() || b"DLSC".contains(&byte))
    };
    names.iter().all(is_name).then_some((names, reason.trim()))
}

/// Whether something starts on the line below a comment.
fn is_right_below(tree: &Tree<'_>, comment: &Comment<'_>, start: u32) -> bool {
    let between = tree.text.get(comment.span.end as usize..start as usize);
    between.is_some_and(|between| between.matches('\n').count() == 1)
}

/// The instructions below a comment.
fn below<'t, 'p>(tree: &'t Tree<'p>, comment: &Comment<'_>) -> &'t [Instruction<'p>] {
    let after = tree.instructions.partition_point(|it| it.span.start < comment.span.end);
    tree.instructions.get(after..).unwrap_or(&[])
}

/// The instruction or comment that starts on the next line; nothing if that is blank.
fn directly_below(tree: &Tree<'_>, comment: &Comment<'_>) -> Span {
    let after = tree.comments.partition_point(|it| it.span.start < comment.span.end);
    let next = below(tree, comment).first().map(|it| it.span);
    let next = next.into_iter().chain(tree.comments.get(after).map(|it| it.span));
    let mut next = next.filter(|span| is_right_below(tree, comment, span.start));
    next.next().unwrap_or(Span::empty(comment.span.end))
}

/// What hadolint takes for the stage below a comment: what starts behind the next line, which
/// should be its `FROM`, up to the next `FROM` and with it.
fn rest_of_stage(tree: &Tree<'_>, comment: &Comment<'_>) -> Span {
    let mut rest = below(tree, comment);
    if let [next, behind @ ..] = rest
        && is_right_below(tree, comment, next.span.start)
    {
        rest = behind;
    }
    let Some(first) = rest.first() else { return Span::empty(comment.span.end) };
    let last = rest.iter().find(|it| it.keyword == Keyword::From).or(rest.last());
    first.span.cover(last.map_or(first.span, |it| it.span))
}

/// The shell that `# hadolint shell=` names among these comments.
pub(super) fn shell(comments: &[Comment<'_>]) -> Option<ShellKind> {
    comments.iter().rev().find_map(|comment| {
        let (_, setting) = hadolint_setting(comment.text)?;
        let program = setting.strip_prefix("shell")?.trim_start().strip_prefix('=')?;
        Some(ShellKind::of_program(program.split_whitespace().next()?))
    })
}
