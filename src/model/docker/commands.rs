//! The commands of the scripts that a build runs.

use super::{Action, Base, Dockerfile, Package, PackageCommand, Run, RunForm, Stage};
use crate::syntax::dockerfile::Instruction;
use crate::syntax::shell::{Command, Invocation, Role, Word};
use crate::text::{Edit, Location, Span};

/// A command of a `RUN`, with all that is known around it.
#[derive(Clone, Copy, Debug)]
pub struct RunCommand<'d, 'p> {
    /// The file.
    pub dockerfile: &'d Dockerfile<'p>,
    /// The script.
    pub run: &'d Run<'p>,
    /// The command.
    pub command: Command<'d>,
}

/// A `--mount` of a `RUN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount<'d> {
    /// `bind`, which is the default, `cache`, `tmpfs`, `secret`, `ssh`.
    pub kind: &'d str,
    /// Where it is mounted, as written, without a final slash.
    pub target: Option<&'d str>,
}

impl<'p> Dockerfile<'p> {
    /// All commands of all scripts that a Bourne shell runs, in file order.
    pub fn commands(&self) -> impl Iterator<Item = RunCommand<'_, 'p>> {
        self.runs.iter().flat_map(|run| self.commands_of(run))
    }

    /// The commands of one script.
    pub fn commands_of<'d>(&'d self, run: &'d Run<'p>) -> impl Iterator<Item = RunCommand<'d, 'p>> {
        let commands = run.script().into_iter().flat_map(|script| script.commands());
        commands.map(move |command| RunCommand { dockerfile: self, run, command })
    }

    /// All commands of package managers.
    pub fn package_commands(
        &self,
    ) -> impl Iterator<Item = (RunCommand<'_, 'p>, PackageCommand<'_>)> {
        self.commands().filter_map(|it| Some((it, PackageCommand::of(it.command)?)))
    }

    /// The commands that install packages of `manager` without saying which version, each with
    /// those packages.
    pub fn unpinned(
        &self,
        manager: impl Fn(super::Manager) -> bool,
    ) -> impl Iterator<Item = (RunCommand<'_, 'p>, PackageCommand<'_>, Vec<Package<Word<'_>>>)>
    {
        self.package_commands().filter(move |(_, it)| manager(it.manager)).filter_map(|(at, it)| {
            let outer = |name: &str| at.value(name);
            let mut packages = it.packages(&outer);
            packages.retain(|package| !package.pinned);
            (!packages.is_empty()).then_some((at, it, packages))
        })
    }

    /// The instruction of a script: the `RUN`, also behind `ONBUILD`.
    pub fn instruction_of(&self, run: &Run<'p>) -> Option<&Instruction<'p>> {
        let instruction = self.tree.instructions.get(run.instruction)?;
        Some(instruction.trigger().unwrap_or(instruction))
    }

    /// The mounts of a `RUN`.
    pub fn mounts(&self, run: &Run<'p>) -> impl Iterator<Item = Mount<'_>> {
        let flags = self.instruction_of(run).into_iter().flat_map(|it| &it.flags);
        let mounts = flags.filter(|flag| flag.name.text == "mount");
        mounts.filter_map(|flag| Some(mount(&flag.value.as_ref()?.text)))
    }

    /// Whether a folder is mounted for this `RUN` alone (as a cache or in memory), so that nothing
    /// of it gets into the image.
    pub fn is_mounted(&self, run: &Run<'p>, folder: &str) -> bool {
        self.mounts(run).any(|mount| {
            matches!(mount.kind, "cache" | "tmpfs")
                && mount.target.is_some_and(|target| {
                    folder.strip_prefix(target).is_some_and(|rest| {
                        rest.is_empty() || rest.starts_with('/') || target == "/"
                    })
                })
        })
    }

    /// Whether the files that a script leaves are part of an image: its stage is the last one, or
    /// another stage starts from it. A trigger runs in the images made from its stage.
    pub fn is_kept(&self, run: &Run<'p>) -> bool {
        let stage = run.stage;
        let is_base = |other: &Stage| other.base == Base::Stage(stage);
        run.onbuild || stage + 1 >= self.stages.len() || self.stages.iter().any(is_base)
    }
}

fn mount(text: &str) -> Mount<'_> {
    let mut found = Mount { kind: "bind", target: None };
    for field in text.split(',') {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        let value = value.trim_matches('"');
        match key.trim_matches('"').trim().to_ascii_lowercase().as_str() {
            "type" => found.kind = value,
            "target" | "dst" | "destination" => {
                let bare = value.trim_end_matches('/');
                found.target = Some(if bare.is_empty() { value } else { bare });
            }
            _ => {}
        }
    }
    found
}

impl<'d, 'p> RunCommand<'d, 'p> {
    /// What the command really runs.
    pub fn invocation(self) -> Option<Invocation<'d>> {
        self.command.invocation()
    }

    /// Where a span of the script stands.
    pub fn at(self, span: Span) -> Location {
        self.dockerfile.at(self.run.to_source(span))
    }

    /// The value of a variable that the script has from `ARG` and `ENV`.
    pub fn value(self, name: &str) -> Option<String> {
        self.run.value(name).map(str::to_owned)
    }

    /// A short name of the command that is stable under line moves.
    pub fn symbol(self) -> String {
        let stage = self.dockerfile.stages.get(self.run.stage).map(Stage::label);
        let words = self.command.words().take(3).map(|word| word.source_text());
        let words = words.collect::<Vec<_>>().join(" ");
        format!("{}/{words}", stage.unwrap_or_default().replace('`', ""))
    }

    /// The commands of the same script behind this one.
    pub fn later(self) -> impl Iterator<Item = RunCommand<'d, 'p>> {
        let index = self.command.index();
        self.dockerfile.commands_of(self.run).filter(move |it| it.command.index() > index)
    }

    /// Whether the command stands in the file as a shell reads it, so that words can be put in:
    /// not in JSON.
    pub fn is_editable(self) -> bool {
        self.run.form != RunForm::Exec
    }

    /// Puts `text` behind a span of the script; nothing if that is one variable that becomes
    /// several words.
    pub fn insert_behind(self, span: Span, text: impl Into<String>) -> Option<Edit> {
        let end = self.run.to_source(span).end;
        let several = self.command.filled_words().filter(|word| word.span() == span).count() > 1;
        (self.is_editable() && !several).then(|| Edit { span: Span::empty(end), text: text.into() })
    }

    /// Lets a further command run at the end of the script, if all went well: `&& command`, on a
    /// line of its own if the script has several. Nothing where that cannot be told.
    pub fn append(self, command: &str) -> Option<Edit> {
        let script = self.run.script()?;
        let text = script.text();
        let nested = self.command.context().any(|it| {
            matches!(it.role(), Role::Nested(_) | Role::Substitution { .. } | Role::Background)
        });
        let kept = text.trim_end();
        // What needed `sudo` to come needs it to go.
        let sudo = self.command.is("sudo");
        let command = if sudo { format!("sudo {command}") } else { command.to_owned() };
        if nested || !self.is_editable() || kept.is_empty() || !script.errors().is_empty() {
            return None;
        }
        let end = u32::try_from(kept.len()).ok()?;
        let newline = self.newline();
        if self.run.form == RunForm::Heredoc {
            let at = self.run.to_source(Span::new(end.saturating_sub(1), end)).end;
            return Some(Edit { span: Span::empty(at), text: format!("{newline}{command}") });
        }
        let has_heredoc = !self.dockerfile.instruction_of(self.run)?.heredocs.is_empty();
        let ends_open = kept.ends_with(['&', '|', ';', '\\', '{', '(']);
        let comment = script.comments().iter().any(|span| span.end >= end);
        if has_heredoc || ends_open || comment {
            return None;
        }
        let at = self.run.to_source(Span::new(end.saturating_sub(1), end)).end;
        let start = self.run.to_source(Span::empty(0)).start;
        let source = self.dockerfile.source;
        let own = source.slice(Span::new(start, at));
        let text = match own.rfind('\n') {
            Some(line) => {
                let line = &own[line + 1..];
                let indent: String =
                    line.chars().take_while(|ch| matches!(ch, ' ' | '\t')).collect();
                let indent = if indent.is_empty() { " ".to_owned() } else { indent };
                format!(" {}{newline}{indent}&& {command}", self.dockerfile.tree.escape)
            }
            None => format!(" && {command}"),
        };
        Some(Edit { span: Span::empty(at), text })
    }

    fn newline(self) -> &'static str {
        if self.dockerfile.source.text().contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// Whether the command removes this folder or all that is in it: `rm -rf folder`,
    /// `rm -rf folder/*`, or one of its parents.
    pub fn removes(self, folder: &str) -> bool {
        let Some(invocation) = self.invocation().filter(|it| it.is("rm")) else { return false };
        let recursive = invocation.has_flag(&["-r", "-R", "--recursive"]);
        recursive
            && invocation.operands(&[]).iter().any(|word| {
                let outer = |name: &str| self.value(name);
                let fields = word.fields(self.command, &outer).unwrap_or_default();
                let bare = |text: &String| {
                    let text = text.trim_end_matches('*').trim_end_matches('/');
                    !text.is_empty()
                        && folder
                            .strip_prefix(text)
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                fields.iter().any(bare) || braced(word.source_text()).iter().any(bare)
            })
    }

    /// Whether the same script, behind this command, cleans what package managers leave: one of
    /// `folders` is removed, or a command of such a manager cleans up.
    pub fn is_cleaned(
        self,
        folders: &[&str],
        cleans: impl Fn(&PackageCommand<'d>) -> bool,
    ) -> bool {
        self.later().any(|later| {
            folders.iter().any(|folder| later.removes(folder))
                || PackageCommand::of(later.command)
                    .is_some_and(|it| it.action == Action::Clean && cleans(&it))
        })
    }
}

/// The words that bash makes of one pair of braces: `/a/{b,c}/*`.
fn braced(text: &str) -> Vec<String> {
    let parts = text.split_once('{').and_then(|(head, rest)| {
        let (inner, tail) = rest.split_once('}')?;
        Some((head, inner, tail))
    });
    let Some((head, inner, tail)) = parts else { return Vec::new() };
    inner.split(',').map(|choice| format!("{head}{choice}{tail}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Sources, apply_edits};

    /// The file after `clean up` was appended to the script of its first command.
    fn appended(text: &str) -> Option<String> {
        let sources = Sources::new();
        let file = Dockerfile::resolve(sources.add("Dockerfile", text));
        let edit = file.commands().next()?.append("clean up")?;
        apply_edits(text, &[edit]).ok()
    }

    #[test]
    fn a_command_is_appended_in_the_style_of_the_script() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(appended("FROM a\nRUN b\n"), some("FROM a\nRUN b && clean up\n"));
        assert_eq!(
            appended("FROM a\r\nRUN b \\\r\n  && c\r\n"),
            some("FROM a\r\nRUN b \\\r\n  && c \\\r\n  && clean up\r\n")
        );
        assert_eq!(
            appended("FROM a\nRUN <<EOF\nb\nc\nEOF\n"),
            some("FROM a\nRUN <<EOF\nb\nc\nclean up\nEOF\n")
        );
        assert_eq!(appended("FROM a\nRUN sudo b"), some("FROM a\nRUN sudo b && sudo clean up"));
    }

    #[test]
    fn nothing_is_appended_where_it_would_not_run() {
        assert_eq!(appended("FROM a\nRUN [\"b\", \"c\"]\n"), None);
        assert_eq!(appended("FROM a\nRUN b &\n"), None);
        assert_eq!(appended("FROM a\nRUN b # why\n"), None);
        assert_eq!(appended("FROM a\nRUN if b; then\n"), None);
    }

    #[test]
    fn a_removal_covers_folders_below_it() {
        let removes = |text: &str| {
            let sources = Sources::new();
            let file =
                Dockerfile::resolve(sources.add("Dockerfile", format!("FROM a\nRUN {text}\n")));
            file.commands().next().is_some_and(|it| it.removes("/var/lib/apt/lists"))
        };
        assert!(removes("rm -rf /var/lib/apt/lists/*"));
        assert!(removes("sudo rm -r -f /var/lib/apt/lists /x"));
        assert!(removes("rm -fr /var/lib/{apt,cache}/*"));
        assert!(!removes("rm -rf /var/lib/apt/lists-of-mine"));
        assert!(!removes("rm /var/lib/apt/lists/a"));
        assert!(!removes("rm -rf /var/lib/apt/listsx/*"));
    }

    #[test]
    fn mounts_are_read_with_their_target() {
        let text = "FROM a\nRUN --mount=type=cache,dst=/var/cache/ b\n";
        let sources = Sources::new();
        let file = Dockerfile::resolve(sources.add("Dockerfile", text));
        assert!(file.is_mounted(&file.runs[0], "/var/cache/apt"));
        assert!(!file.is_mounted(&file.runs[0], "/var/cached"));
    }
}
