//! The folder that a command runs in, and paths from there.

use super::frames::{Frame, Place, ROOT, reaches};
use crate::model::gitlab::Code;
use crate::syntax::shell::{Command, Enclosure, Role};

impl<'a, 'p> Place<'a, 'p> {
    /// The folder below the root that a command runs in; nothing if it is not known.
    pub(super) fn folder(&self, command: Command<'a>, frame: &Frame<'a, 'p>) -> Option<String> {
        if matches!(self.code, Code::Called(_)) && self.shell.script.commands().any(is_move) {
            return None;
        }
        let mut folder = String::new();
        let before = command.script().commands().take_while(|it| it.index() < command.index());
        for moving in before.filter(|it| is_move(*it) && it.is_reachable()) {
            if is_over(moving, command) {
                continue;
            }
            let known = reaches(moving, command) && !repeats(moving, command) && !moving.is("popd");
            let mut words = moving.arguments();
            let (target, more) = (words.next()?, words.next());
            let path = self.text(target, moving, frame).filter(|_| known && more.is_none())?;
            folder = join(&folder, &path)?;
            if !self.has_folder(&folder) {
                return None;
            }
        }
        Some(folder)
    }

    /// Whether the project has files in a folder.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        has_folder(self.files, folder)
    }
}

/// Whether the project has files in a folder.
pub(super) fn has_folder(files: &dyn crate::model::Files, folder: &str) -> bool {
    let below = |path: &String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    folder.is_empty() || files.paths().iter().any(below)
}

fn is_move(command: Command<'_>) -> bool {
    command.is("cd") || command.is("pushd") || command.is("popd")
}

/// Whether a command ran in a shell of its own that has ended.
fn is_over(earlier: Command<'_>, later: Command<'_>) -> bool {
    earlier.context().any(|it: Enclosure<'_>| {
        let own = match it.role() {
            Role::Subshell | Role::Background | Role::Substitution { .. } | Role::Nested(_) => true,
            Role::Stage { len, .. } => len > 1,
            _ => false,
        };
        own && !it.span().contains(later.span())
    })
}

/// Whether both stand in a loop or a function, so that the folder differs from turn to turn.
fn repeats(earlier: Command<'_>, later: Command<'_>) -> bool {
    for it in earlier.context() {
        match it.role() {
            Role::Subshell | Role::Nested(_) if it.span().contains(later.span()) => return false,
            Role::LoopBody(_) => return true,
            Role::Function(name) => {
                let function = earlier.script().function(name);
                return function.is_none_or(|it| it.calls().count() != 1);
            }
            _ => {}
        }
    }
    false
}

/// A path seen from a folder, below the root; nothing if it lies outside.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let (start, path) = match path.strip_prefix(ROOT) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            ("", rest.trim_start_matches('/'))
        }
        Some(_) => return None,
        None => (folder, path),
    };
    let foreign =
        path.starts_with(['/', '~']) || path.contains([':', '\0', '\\', '*', '?', '[', '{', '\n']);
    if foreign {
        return None;
    }
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
