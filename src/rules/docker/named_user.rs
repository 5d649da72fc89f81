use crate::model::docker::{DefinitionKind, Dockerfile, ShellKind, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::User) {
        let Some(word) = step.instruction.value() else { continue };
        let windows = file
            .shell(step.index)
            .is_some_and(|shell| matches!(shell.kind, ShellKind::Cmd | ShellKind::PowerShell));
        // A build argument may be given a number.
        let stage = step.stage.map_or(0, |stage| stage.index);
        let is_argument = |name: &str| match file.scopes.definition(stage, name, step.index) {
            Some(definition) => definition.kind == DefinitionKind::Arg,
            None => file.scopes.global.definition(name, usize::MAX).is_some(),
        };
        let Ok(expansion) = file.expand(step.index, &word.text) else { continue };
        let of_argument = expansion.references.iter().any(|it| is_argument(&it.name));
        let value = if expansion.unknown { word.text.as_ref() } else { &expansion.text };
        let user = unquoted(value).split(':').next().unwrap_or(value);
        if windows || of_argument || is_number(user) || user.is_empty() {
            continue;
        }
        let message = format!(
            "`USER {user}` is a name, which only the image can translate; a number can be checked from outside"
        );
        cx.report(file.at(word.span), message).symbol(step.symbol());
    }
}

fn is_number(user: &str) -> bool {
    !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_digit())
}
