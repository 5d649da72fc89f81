use super::Facts;
use crate::model::docker::{Dockerfile, Run, RunCommand};
use crate::model::gitlab::{Job, JobShell, Section};
use crate::syntax::shell::{Command, Script, ShellOptions};
use crate::text::{Location, Span};

/// A script that a job or a build runs, for rules that look at the shell alone.
pub struct ScriptOf<'a, 'p> {
    /// Its tree.
    pub script: &'a Script,
    /// The options that its shell starts with.
    pub options: ShellOptions,
    /// The job or the stage that runs it, for messages: ``job `lint` ``.
    pub owner: String,
    runner: Runner<'a, 'p>,
}

enum Runner<'a, 'p> {
    Job(&'a JobShell<'p>),
    Build(&'a Dockerfile<'p>, &'a Run<'p>),
}

impl<'p> Facts<'p> {
    /// The scripts of all jobs and of all builds.
    pub fn scripts(&self) -> Vec<ScriptOf<'_, 'p>> {
        let mut found = Vec::new();
        for (job, pipeline) in self.jobs() {
            let shells = self.shells(job, pipeline).iter();
            found.extend(shells.map(|shell| ScriptOf::of_job(job, shell)));
        }
        for file in &self.dockerfiles {
            found.extend(file.runs.iter().filter_map(|run| ScriptOf::of_run(file, run)));
        }
        found
    }
}

impl<'a, 'p> ScriptOf<'a, 'p> {
    fn of_job(job: &Job<'p>, shell: &'a JobShell<'p>) -> Self {
        Self {
            script: &shell.script,
            // The runner takes bash where an image has it, and BusyBox ash knows pipefail too.
            options: ShellOptions::gitlab(true),
            owner: format!("job `{}`", job.name.as_str()),
            runner: Runner::Job(shell),
        }
    }

    fn of_run(file: &'a Dockerfile<'p>, run: &'a Run<'p>) -> Option<Self> {
        let mut options = ShellOptions::default();
        if let Some(shell) = file.shell(run.instruction) {
            options.apply(shell.words.iter().skip(1).map(|word| word.as_ref()));
        }
        let owner = file.stages.get(run.stage).map(|stage| stage.label()).unwrap_or_default();
        Some(Self { script: run.script()?, options, owner, runner: Runner::Build(file, run) })
    }

    /// Where a span of the script stands.
    pub fn at(&self, span: Span) -> Location {
        match self.runner {
            Runner::Job(shell) => shell.at(span),
            Runner::Build(file, run) => file.at(run.to_source(span)),
        }
    }

    /// The value of a variable that the script gets from outside, if it is known: of `ARG` and
    /// `ENV`. The variables of jobs may be set anew in many places.
    pub fn value(&self, command: Command<'a>, name: &str) -> Option<String> {
        match self.runner {
            Runner::Job(_) => None,
            Runner::Build(dockerfile, run) => RunCommand { dockerfile, run, command }.value(name),
        }
    }

    /// Whether a job runs it, rather than a build.
    pub const fn is_of_job(&self) -> bool {
        matches!(self.runner, Runner::Job(_))
    }

    /// Whether it is an `after_script`, whose status nobody looks at.
    pub fn is_after_script(&self) -> bool {
        matches!(self.runner, Runner::Job(shell) if shell.section == Section::After)
    }

    /// A short name of a command that is stable under line moves.
    pub fn symbol(&self, command: Command<'_>) -> String {
        let words = command.words().take(3).map(|word| word.source_text());
        format!("{}/{}", self.owner.replace('`', ""), words.collect::<Vec<_>>().join(" "))
    }
}
