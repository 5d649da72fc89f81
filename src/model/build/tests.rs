use super::*;
use crate::model::MemoryFiles;
use crate::model::gitlab::{JobShell, Pipeline, ReadScripts, Settings};

fn with_builds(files: &[(&str, &str)], check: impl FnOnce(&[ImageBuild])) {
    let files = MemoryFiles::new(files.iter().copied());
    let settings = Settings::default();
    let root = files.read(".gitlab-ci.yml").unwrap();
    let pipeline = Pipeline::resolve(root, &files, &settings);
    let mut all = Vec::new();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let shells = JobShell::of(job, &pipeline, (&files, &ReadScripts::default()));
        all.extend(ImageBuild::of_job((job, &pipeline), (0, at), &shells, (&settings, &files)));
    }
    check(&all);
}

fn of(script: &str, more: &[(&str, &str)]) -> Vec<ImageBuild> {
    let text = format!(
        "b:\n  variables: {{DIR: app, OPTS: '--build-arg A=1 --target t'}}\n  script:\n    - |\n      {}\n",
        script.replace('\n', "\n      ")
    );
    let mut files = vec![(".gitlab-ci.yml", text.as_str())];
    files.extend(more);
    let mut found = Vec::new();
    with_builds(&files, |builds| found = builds.to_vec());
    found
}

/// Dockerfile, context, target and arguments in one line.
fn line(build: &ImageBuild) -> String {
    let target = build.target.as_ref().map(|it| it.text.as_deref().unwrap_or("?"));
    let args: Vec<String> = build
        .args
        .iter()
        .map(|arg| format!("{}={}", arg.name, arg.value.as_deref().unwrap_or("?")))
        .collect();
    format!(
        "{} {} {} {}",
        build.dockerfile.candidates.join("|"),
        build.context.candidates.first().map_or("?", |it| if it.is_empty() { "." } else { it }),
        target.unwrap_or("-"),
        args.join(" ")
    )
}

fn lines(script: &str) -> Vec<String> {
    of(script, &[("app/Dockerfile", ""), ("lib/Dockerfile", "")]).iter().map(line).collect()
}

#[test]
fn the_command_line_is_read() {
    assert_eq!(lines("docker build ."), ["Dockerfile . - "]);
    assert_eq!(
        lines("docker --context x build -qt a:1 -f ci/D --target=t --build-arg A=b app"),
        ["ci/D app t A=b"]
    );
    assert_eq!(
        lines("sudo docker buildx build --push -t a $CI_PROJECT_DIR/$DIR"),
        ["app/Dockerfile app - "]
    );
    assert_eq!(lines("docker build $OPTS app"), ["app/Dockerfile app t A=1"]);
    assert_eq!(lines("docker build $UNKNOWN app"), [" app - "]);
    assert_eq!(
        lines("docker build --build-arg A=$B --build-arg DIR ."),
        ["Dockerfile . - A=? DIR=app"]
    );
    assert_eq!(lines("docker build - < Dockerfile"), [" ? - "]);
    assert_eq!(lines("docker build https://e.org/a.git"), [" ? - "]);
    assert_eq!(lines("buildah bud -f D app"), ["D|app/D app - "]);
    assert_eq!(lines("podman build"), ["Containerfile|Dockerfile . - "]);
    assert_eq!(
        lines(
            "/kaniko/executor --context $CI_PROJECT_DIR --dockerfile app/D --build-arg=A=1 --destination x:1"
        ),
        ["app/D . - A=1"]
    );
    assert_eq!(lines("/kaniko/executor --dockerfile app/D --destination x"), [" ? - "]);
    assert_eq!(lines("docker build .\\\\app"), [" ? - "]);
    assert!(lines("ls | xargs -I{} docker build {}").is_empty());
    assert!(lines("docker build-something; npm run build; echo docker build .").is_empty());
}

#[test]
fn the_folder_counts() {
    assert_eq!(lines("cd app\ndocker build ."), ["app/Dockerfile app - "]);
    assert_eq!(
        lines("(cd app && docker build .)\ndocker build ."),
        ["app/Dockerfile app - ", "Dockerfile . - "]
    );
    assert_eq!(lines("cd app && docker build -f ../lib/Dockerfile .."), ["lib/Dockerfile . - "]);
    assert_eq!(lines("if x; then cd app; fi\ndocker build ."), [" ? - "]);
    assert_eq!(lines("git clone x new\ncd new\ndocker build ."), [" ? - "]);
    assert_eq!(lines("docker build $(pwd)/app"), ["app/Dockerfile app - "]);
}

#[test]
fn loops_calls_and_instances_are_builds_of_their_own() {
    let both = ["app/Dockerfile app - ", "lib/Dockerfile lib - "];
    assert_eq!(lines("for d in app lib; do docker build -f $d/Dockerfile $d; done"), both);
    assert_eq!(lines("b() {\n  docker build -f \"$1/Dockerfile\" $1\n}\nb app\nb lib"), both);
    assert_eq!(lines("for d in */; do docker build $d; done"), [" ? - "]);
    let yaml =
        "b:\n  parallel: {matrix: [{D: [app, lib]}]}\n  script: docker build -f $D/Dockerfile $D\n";
    with_builds(&[(".gitlab-ci.yml", yaml)], |builds| {
        assert_eq!(builds.iter().map(line).collect::<Vec<_>>(), both);
    });
}

#[test]
fn a_variable_is_known_only_if_nothing_else_may_set_it() {
    assert_eq!(lines("X=app\ndocker build $X"), ["app/Dockerfile app - "]);
    assert_eq!(lines("if y; then X=app; fi\ndocker build $X"), [" ? - "]);
    assert_eq!(lines("DIR=lib\nDIR=x$DIR\ndocker build --target $DIR ."), ["Dockerfile . ? "]);
    let yaml = "b:\n  variables: {T: a}\n  rules: [{if: $X, variables: {T: b}}]\n  script: docker build --target $T .\n";
    with_builds(&[(".gitlab-ci.yml", yaml)], |builds| {
        assert_eq!(builds.iter().map(line).collect::<Vec<_>>(), ["Dockerfile . ? "]);
    });
}

#[test]
fn secrets_have_ids() {
    let builds =
        of("docker build --secret id=a,src=x --secret type=env,id=$B --secret=id=c .", &[]);
    let ids: Vec<_> = builds[0].secrets.iter().map(|it| it.text.as_deref()).collect();
    assert_eq!(ids, [Some("a"), None, Some("c")]);
}

#[test]
fn bake_files_are_followed() {
    let hcl = "variable \"V\" { default = \"1\" }\ngroup \"default\" { targets = [\"a\", \"b\"] }\n\
               target \"base\" { args = { A = \"x\", B = V } }\n\
               target \"a\" {\n  inherits = [\"base\"]\n  context = \"app\"\n  target = \"t\"\n}\n\
               target \"b\" {\n  dockerfile = \"D\"\n  args = { DIR = \"${DIR}\" }\n  secret = [\"id=s,env=S\"]\n}\n";
    let files = [("docker-bake.hcl", hcl)];
    let read = |script: &str| of(script, &files).iter().map(line).collect::<Vec<_>>();
    assert_eq!(read("docker buildx bake"), ["app/Dockerfile app t A=x B=1", "D . - DIR=app"]);
    assert_eq!(
        read("docker buildx bake b --set b.args.X=1 --set '*.target=u'"),
        ["D . u DIR=app X=1"]
    );
    assert_eq!(read("docker buildx bake -f other.hcl"), [" ? - "]);
    let json = [(
        "docker-bake.json",
        "{\"target\": {\"default\": {\"dockerfile\": \"D\", \"args\": {\"A\": \"1\"}}}}",
    )];
    let builds = of("docker buildx bake", &json);
    assert_eq!(line(&builds[0]), "D . - A=1");
}

#[test]
fn named_contexts_are_read() {
    let names = |script: &str, files: &[(&str, &str)]| {
        let builds = of(script, files);
        builds[0].contexts.iter().map(|it| it.text.clone()).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        names("docker build --build-context a=x --build-context=b=docker-image://y $C .", &[]),
        [some("a"), some("b")]
    );
    assert_eq!(names("docker build --build-context $C=x .", &[]), [None]);
    let hcl = "target \"default\" { contexts = { a = \"x\", b = \"target:y\" } }\n";
    assert_eq!(
        names("docker buildx bake --set default.contexts.c=z", &[("docker-bake.hcl", hcl)]),
        [some("a"), some("b"), some("c")]
    );
}

#[test]
fn the_dockerfile_of_a_context_from_elsewhere_is_not_one_of_the_project() {
    let files = [("D", "")];
    let read = |script: &str| of(script, &files).iter().map(line).collect::<Vec<_>>();
    assert_eq!(read("docker build -f D https://x/y.git"), [" ? - "]);
    assert_eq!(read("docker build -f D git@x:y.git"), [" ? - "]);
    assert_eq!(read("docker build -f D - < a.tar"), [" ? - "]);
    assert_eq!(read("docker build -f D $CONTEXT"), ["D ? - "]);
}
