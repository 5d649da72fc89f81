use super::{
    Base, Build, Dockerfile, EffectiveBase, PragmaScope, RunForm, ShellKind, StageRef, Tool,
};
use crate::syntax::dockerfile::Keyword;
use crate::text::{Source, SourceId};

fn source(text: &str) -> Source {
    Source::new(SourceId(0), "Dockerfile", text)
}

fn base(dockerfile: &Dockerfile<'_>, stage: usize) -> String {
    match dockerfile.effective_base(&dockerfile.stages[stage]) {
        EffectiveBase::Image { text, .. } => text.to_owned(),
        EffectiveBase::Scratch => "scratch".to_owned(),
        EffectiveBase::Unknown => "?".to_owned(),
    }
}

#[test]
fn a_base_is_followed_through_aliases_and_argument_defaults() {
    let source = source(
        "ARG V=1.25\nARG IMAGE=golang:${V}-alpine\nARG OPEN\nFROM $IMAGE AS Build\n\
         FROM build\nFROM Build\nFROM $OPEN\nFROM scratch\n",
    );
    let dockerfile = Dockerfile::resolve(&source);
    let bases: Vec<_> = (0..5).map(|stage| base(&dockerfile, stage)).collect();
    assert_eq!(bases, ["golang:1.25-alpine", "golang:1.25-alpine", "Build", "?", "scratch"]);
    assert_eq!(dockerfile.stages[0].base_variables[0].0, "IMAGE");
    assert_eq!(
        source.slice(dockerfile.stages[0].base_variables[0].1.unwrap()),
        "IMAGE=golang:${V}-alpine"
    );
    let args = vec![("V".to_owned(), Some("1.26".to_owned())), ("OPEN".to_owned(), None)];
    let given = Dockerfile::resolve_with(&source, &Build { args, ..Build::default() });
    assert_eq!(base(&given, 1), "golang:1.26-alpine");
    assert_eq!(base(&given, 3), "?");
}

#[test]
fn a_variable_is_what_it_was_in_front_of_the_instruction() {
    let source = source(
        "ARG G=g\nFROM scratch AS a\nARG G\nENV X=1 Y=$X\nENV X=2 Z=$X$G\nCOPY $X $Y /\n\
         FROM a\nWORKDIR /$Z\nFROM python\nWORKDIR $HOME\n",
    );
    let dockerfile = Dockerfile::resolve(&source);
    assert_eq!(dockerfile.value(5, "$X,$Y,$Z").unwrap(), "2,,1g");
    assert_eq!(dockerfile.value(7, "$Z").unwrap(), "1g");
    assert_eq!(dockerfile.value(9, "$HOME"), None);
}

#[test]
fn names_of_arguments_are_expanded_in_stages() {
    let source = source(
        "ARG X=1\nFROM scratch\nENV OF=file\nARG ${OF}_a=1 $OF=$file_a\nCOPY $file_a $file /\n",
    );
    let dockerfile = Dockerfile::resolve(&source);
    assert_eq!(dockerfile.value(4, "$file_a,$file").unwrap(), "1,1");
    let names = dockerfile.scopes.stages[0].definitions().iter().map(|it| it.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["OF", "file_a", "file"]);
}

#[test]
fn shell_user_and_directory_pass_on_to_stages_on_top() {
    let source = source(
        "FROM alpine AS a\nUSER app\nRUN one\nSHELL [\"bash\", \"-o\", \"pipefail\", \"-c\"]\n\
         FROM a\nRUN two\nFROM debian\nRUN three\nONBUILD RUN four\n",
    );
    let dockerfile = Dockerfile::resolve(&source);
    let kinds: Vec<_> = dockerfile.runs.iter().map(|run| run.shell).collect();
    assert_eq!(kinds, [ShellKind::Ash, ShellKind::Bash, ShellKind::Posix, ShellKind::Posix]);
    assert!(dockerfile.runs[3].onbuild);
    assert_eq!(dockerfile.state(5).user, Some(1));
    assert_eq!(dockerfile.final_state(&dockerfile.stages[2]).user, None);
    assert!(dockerfile.shell(5).unwrap().has_pipefail());
}

#[test]
fn a_script_leads_back_to_the_file() {
    let text = "FROM debian\nRUN a \\\n  # why\n  && bb\nRUN <<-E\n\tcc\n\tE\nRUN [\"dd\", \"e e\"]\n\
                RUN python <<E\nff\nE\nRUN <<E\n#!/usr/bin/env python\nE\n";
    let source = source(text);
    let dockerfile = Dockerfile::resolve(&source);
    let forms: Vec<_> = dockerfile.runs.iter().map(|run| run.form).collect();
    let [shell, heredoc, exec] = [RunForm::Shell, RunForm::Heredoc, RunForm::Exec];
    assert_eq!(forms, [shell, heredoc, exec, shell, heredoc]);
    for (run, word) in [(0, "bb"), (1, "cc"), (2, "dd")] {
        let run = &dockerfile.runs[run];
        let script = run.script().unwrap();
        let found = script.commands().last().unwrap();
        assert_eq!(source.slice(run.to_source(found.words().next().unwrap().span())), word);
    }
    assert_eq!(dockerfile.runs[3].text, "python <<E\nff\nE");
    assert!(dockerfile.runs[4].script().is_none());
}

#[test]
fn a_stage_is_found_by_name_or_number() {
    let source = source("FROM a AS One\nFROM b AS two\nFROM c AS three\n");
    let dockerfile = Dockerfile::resolve(&source);
    let two = &dockerfile.stages[1];
    assert_eq!(dockerfile.stage_ref(two, "ONE"), StageRef::Earlier(0));
    assert_eq!(dockerfile.stage_ref(two, "+0"), StageRef::Earlier(0));
    assert_eq!(dockerfile.stage_ref(two, "two"), StageRef::Same(1));
    assert_eq!(dockerfile.stage_ref(two, "2"), StageRef::Later(2));
    assert_eq!(dockerfile.stage_ref(two, "7"), StageRef::NoSuchNumber(7));
    assert_eq!(dockerfile.stage_ref(two, "alpine"), StageRef::Other);
    assert_eq!(dockerfile.target("Three").unwrap().index, 2);
}

#[test]
fn instructions_without_a_stage_make_one() {
    let source = source("ARG a\nRUN x\nFROM b\nRUN y\n");
    let dockerfile = Dockerfile::resolve(&source);
    assert_eq!(dockerfile.stages.len(), 2);
    assert_eq!((dockerfile.stages[0].number, dockerfile.stages[1].number), (None, Some(0)));
    assert_eq!(dockerfile.stages[0].base, Base::Unknown);
    assert_eq!(dockerfile.all(Keyword::Run).count(), 2);
}

#[test]
fn comments_of_hadolint_hold_for_an_instruction_a_stage_or_the_file() {
    let holds = |text: &str| {
        let source = source(text);
        let dockerfile = Dockerfile::resolve(&source);
        let pragma = dockerfile.pragmas.first().cloned()?;
        Some(match pragma.scope {
            PragmaScope::File => "the file".to_owned(),
            PragmaScope::Within(span) | PragmaScope::Stage(span) => source.slice(span).to_owned(),
        })
    };
    let of = |text: &str| holds(text).unwrap_or_else(|| "nothing".to_owned());
    assert_eq!(
        of("FROM a\n# hadolint ignore=DL1 , SC2 # why\nRUN x \\\n  y\nRUN z"),
        "RUN x \\\n  y"
    );
    assert_eq!(of("# hadolint ignore=DL1\n\nFROM a"), "");
    assert_eq!(of("# hadolint ignore=DL1 why\nFROM a"), "nothing");
    assert_eq!(of("FROM a\nRUN x \\\n# hadolint global ignore=DL1\n  y"), "nothing");
    assert_eq!(of("FROM a\nRUN <<E\n# hadolint global ignore=DL1\nE"), "nothing");
    assert_eq!(of("FROM a\n# hadolint global ignore=DL1\nRUN x"), "the file");
    assert_eq!(of("# hadolint stage ignore=DL1\nFROM a\nRUN x\nRUN y"), "RUN x\nRUN y");
    assert_eq!(of("# hadolint stage ignore=DL1\nFROM a\nRUN x\nFROM b\nRUN y"), "RUN x\nFROM b");
    assert_eq!(of("FROM a\n# hadolint stage ignore=DL1\nRUN x\nRUN y"), "RUN y");
    assert_eq!(of("# hadolint stage ignore=DL1\n\nFROM a\nRUN y"), "FROM a");
    assert_eq!(of("FROM a\n# hadolint stage ignore=DL1\nRUN x"), "");
}

#[test]
fn settings_of_other_tools_are_known() {
    let text = "# check=skip=StageNameCasing;experimental=all\nFROM a AS B\n# hadolint ignore=DL3008,SC2046 # why\nRUN x\n\
                # hadolint ignore=DL3008 why\nRUN y\n# check=skip=all // here\n\nENV password=a\n\
                # hadolint global ignore=DL3006\n# hadolint shell=bash\nRUN z\n";
    let source = source(text);
    let dockerfile = Dockerfile::resolve(&source);
    let skips = |name: &str, at: &str| {
        let at = u32::try_from(text.find(at).unwrap()).unwrap();
        dockerfile.pragmas.iter().any(|pragma| pragma.skips(name, at))
    };
    assert!(skips("StageNameCasing", "FROM") && skips("DL3006", "FROM"));
    assert!(skips("DL3008", "RUN x") && !skips("DL3008", "RUN y"));
    assert!(skips("SecretsUsedInArgOrEnv", "ENV") && !skips("SecretsUsedInArgOrEnv", "RUN x"));
    assert_eq!(dockerfile.pragmas[0].tool, Tool::BuildKit);
    assert_eq!(dockerfile.runs[2].shell, ShellKind::Bash);
}
