use super::{Facts, JobOf};
use crate::model::docker::{Dockerfile, EffectiveBase, Run, RunCommand, RunForm, ShellKind};
use crate::model::gitlab::{JobShell, Section};
use crate::syntax::dockerfile::Value;
use crate::syntax::shell::{Command, Dialect, Script, ShellOptions};
use crate::text::{Location, Span};

/// A script that a job or a build runs, for rules that look at the shell alone.
#[derive(Clone)]
pub struct ScriptOf<'a, 'p> {
    /// Its tree.
    pub script: &'a Script,
    /// The options that its shell starts with.
    pub options: ShellOptions,
    runner: Runner<'a, 'p>,
}

#[derive(Clone, Copy)]
enum Runner<'a, 'p> {
    Job(&'a JobShell<'p>, JobOf<'a, 'p>),
    Build(&'a Dockerfile<'p>, &'a Run<'p>),
}

impl<'p> Facts<'p> {
    /// The scripts of all jobs and of all builds.
    pub fn scripts(&self) -> Vec<ScriptOf<'_, 'p>> {
        let of_jobs = self.jobs().flat_map(|job| self.scripts_of_job(job));
        of_jobs.chain(self.dockerfiles.iter().flat_map(|it| self.scripts_of_build(it))).collect()
    }

    /// The scripts of a job.
    pub fn scripts_of_job<'a>(
        &'a self,
        (job, pipeline): JobOf<'a, 'p>,
    ) -> impl Iterator<Item = ScriptOf<'a, 'p>> {
        let shells = self.shells(job, pipeline).iter();
        shells.map(move |shell| ScriptOf::of_job((job, pipeline), shell))
    }

    /// The scripts of a Dockerfile.
    pub fn scripts_of_build<'a>(
        &self,
        file: &'a Dockerfile<'p>,
    ) -> impl Iterator<Item = ScriptOf<'a, 'p>> + use<'a, 'p> {
        file.runs.iter().filter_map(move |run| ScriptOf::of_run(file, run))
    }
}

impl<'a, 'p> ScriptOf<'a, 'p> {
    fn of_job((job, pipeline): JobOf<'a, 'p>, shell: &'a JobShell<'p>) -> Self {
        // The runner takes bash where an image has it, and BusyBox ash knows pipefail too.
        let options = ShellOptions::gitlab(true);
        Self { script: &shell.script, options, runner: Runner::Job(shell, (job, pipeline)) }
    }

    fn of_run(file: &'a Dockerfile<'p>, run: &'a Run<'p>) -> Option<Self> {
        let mut options = ShellOptions::default();
        if let Some(shell) = file.shell(run.instruction) {
            options.apply(shell.words.iter().skip(1).map(|word| word.as_ref()));
        }
        Some(Self { script: run.script()?, options, runner: Runner::Build(file, run) })
    }

    /// The shell that runs it, as far as that is known; bash otherwise.
    pub fn dialect(&self) -> Dialect {
        match self.runner {
            Runner::Job(_, (job, _)) => {
                let image = job.image.as_ref().and_then(|image| image.name.as_ref()?.as_str());
                // The runner takes bash if the image has it; Alpine's does not.
                match image.is_some_and(|it| ShellKind::of_image(it) == ShellKind::Ash) {
                    true => Dialect::Ash,
                    false => Dialect::Bash,
                }
            }
            Runner::Build(_, run) if run.shell == ShellKind::Ash => Dialect::Ash,
            Runner::Build(file, run) if run.shell == ShellKind::Posix => {
                let stage = file.stages.get(run.stage);
                match stage.map(|stage| file.effective_base(stage)) {
                    Some(EffectiveBase::Image { text, .. }) => ShellKind::sh_of_image(text),
                    _ => Dialect::Bash,
                }
            }
            Runner::Build(..) => Dialect::Bash,
        }
    }

    /// The job or the stage that runs it, for messages: ``job `lint` ``.
    pub fn owner(&self) -> String {
        match self.runner {
            Runner::Job(_, (job, _)) => format!("job `{}`", job.name.as_str()),
            Runner::Build(file, run) => {
                file.stages.get(run.stage).map(|stage| stage.label()).unwrap_or_default()
            }
        }
    }

    /// Where a span of the script stands.
    pub fn at(&self, span: Span) -> Location {
        match self.runner {
            Runner::Job(shell, _) => shell.at(span),
            Runner::Build(file, run) => file.at(run.to_source(span)),
        }
    }

    /// The value of a variable that the script gets from outside, if it is known: of `ARG` and
    /// `ENV`. The variables of jobs may be set anew in many places.
    pub fn value(&self, command: Command<'a>, name: &str) -> Option<String> {
        match self.runner {
            Runner::Job(..) => None,
            Runner::Build(dockerfile, run) => RunCommand { dockerfile, run, command }.value(name),
        }
    }

    /// Whether it is no script but the words of one command, as in the JSON form of `RUN`.
    pub fn is_of_words(&self) -> bool {
        matches!(self.runner, Runner::Build(_, run) if run.form == RunForm::Exec)
    }

    /// The variables that are known to be in its environment, sorted.
    pub fn environment(&self) -> Vec<&str> {
        let mut names: Vec<&str> = match self.runner {
            Runner::Job(_, (job, pipeline)) => {
                let rules = job.rules.iter().chain(&pipeline.workflow_rules).flatten();
                let of_rules = rules.flat_map(|rule| &rule.variables);
                let set = job.variables.iter().chain(&pipeline.variables).chain(of_rules);
                let instances = job.parallel.instances.iter().flat_map(|it| &it.variables);
                let of_matrix = instances.map(|(name, _)| name.as_str());
                set.map(|variable| variable.name.as_str()).chain(of_matrix).collect()
            }
            Runner::Build(file, run) => {
                let ancestry = file.stages.get(run.stage).into_iter();
                let scopes = ancestry.flat_map(|stage| file.ancestry(stage));
                let scopes = scopes.filter_map(|stage| file.scopes.stages.get(stage.index));
                scopes.flat_map(|scope| scope.names()).map(String::as_str).collect()
            }
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a variable is surely not in its environment.
    pub fn is_unset(&self, name: &str) -> bool {
        match self.runner {
            // It may be set in the project, the group or the runner.
            Runner::Job(..) => false,
            Runner::Build(file, run) => {
                file.scopes.value(run.stage, name, run.instruction) == Value::Unset
            }
        }
    }

    /// Whether a job runs it, rather than a build.
    pub const fn is_of_job(&self) -> bool {
        matches!(self.runner, Runner::Job(..))
    }

    /// Whether it is an `after_script`, whose status nobody looks at.
    pub fn is_after_script(&self) -> bool {
        matches!(self.runner, Runner::Job(shell, _) if shell.section == Section::After)
    }

    /// A short name of a command that is stable under line moves.
    pub fn symbol(&self, command: Command<'_>) -> String {
        let words = command.words().take(3).map(|word| word.source_text());
        format!("{}/{}", self.owner().replace('`', ""), words.collect::<Vec<_>>().join(" "))
    }
}
