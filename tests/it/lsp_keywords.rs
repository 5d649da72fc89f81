//! Completion, hover and definitions in the language server.

use std::fs;
use std::path::{Path, PathBuf};

use pipespec::model::gitlab::{Place, spot};
use pipespec::syntax::yaml::{self, NodeId, Outline, PartKind, Tree};
use serde_json::{Value as Json, json};

use super::lsp::{Client, uri};
use super::trace::Folder;

/// The text without its mark, and the position of the mark in bytes.
fn marked(text: &str) -> (String, Json) {
    let at = text.find('|').expect("a mark");
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = at - before.rfind('\n').map_or(0, |at| at + 1);
    (text.replacen('|', "", 1), json!({"line": line, "character": column}))
}

/// A project with a client that has its configuration open.
struct Session {
    folder: Folder,
    client: Client,
    uri: String,
    version: i32,
}

impl Session {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Folder::new(name, files);
        let client = Client::pulling();
        let uri = uri(&folder, ".gitlab-ci.yml");
        client.open(&uri, "");
        Self { folder, client, uri, version: 1 }
    }

    fn at(&mut self, method: &str, text: &str) -> Json {
        let (text, position) = marked(text);
        self.version += 1;
        self.client.change(&self.uri, self.version, json!([{"text": text}]));
        let params = json!({"textDocument": {"uri": self.uri}, "position": position});
        self.client.ask(&format!("textDocument/{method}"), params)
    }

    fn labels(&mut self, text: &str) -> Vec<String> {
        let items = self.at("completion", text);
        let items = items["items"].as_array().unwrap().iter();
        items.map(|it| it["label"].as_str().unwrap().to_owned()).collect()
    }

    fn item(&mut self, text: &str, label: &str) -> Json {
        let items = self.at("completion", text);
        let items = items["items"].as_array().unwrap();
        items.iter().find(|it| it["label"] == label).unwrap_or_else(|| panic!("{label}")).clone()
    }
}

const OWN: (&str, &str) = ("pipespec.yaml", "");
const BASE: &str = "stages: [one, two]\n.base:\n  script: [x]\n  tags: [t]\nbuild:\n  stage: one\n  extends: .base\n";

/// A text behind [`BASE`], what must be offered, and what must not.
const CASES: &[(&str, &[&str], &[&str])] = &[
    // The top level.
    ("|", &["include", "workflow", "default", "spec"], &["stages", "script", "when"]),
    ("wor|", &["workflow"], &["stages"]),
    // Jobs, also half typed and with nothing behind.
    ("a:\n  |", &["script", "cache", "trigger", "needs"], &["workflow", "stages"]),
    ("a:\n  ca|", &["cache"], &[]),
    ("a:\n  ca|\n  script: x\n", &["cache"], &["script", "run", "trigger"]),
    ("a:\n  script: x\n  |\nb:\n  script: y\n", &["rules"], &["script", "trigger"]),
    ("a:\n  trigger: g/p\n  |", &["needs", "rules"], &["script", "cache", "trigger"]),
    ("a:\n  rules: []\n  |", &["when"], &["only", "except", "start_in"]),
    ("a: {script: x, |}", &["cache"], &["script"]),
    (".b:\n  |", &["script"], &["workflow"]),
    ("default:\n  |", &["cache", "image"], &["script", "rules", "stage"]),
    // Keys in keys.
    ("a:\n  cache:\n    |", &["key", "paths", "policy"], &["script", "cache", "reports"]),
    ("a:\n  cache:\n    key: x\n    |\n  script: y\n", &["paths"], &["key"]),
    ("a:\n  cache:\n    - key: x\n      |", &["paths"], &["key"]),
    ("a:\n  cache:\n    - |", &["key", "paths"], &["script"]),
    ("a:\n  cache:\n    key:\n      |", &["files", "prefix"], &["paths"]),
    ("a:\n  artifacts:\n    reports:\n      |", &["junit", "dotenv"], &["paths"]),
    ("a:\n  artifacts: {reports: {|", &["junit"], &["paths"]),
    ("a:\n  rules:\n    - |", &["if", "changes", "when"], &["script", "auto_cancel"]),
    ("a:\n  rules:\n    - if: $A\n      |", &["changes", "when"], &["if"]),
    ("a:\n  rules:\n    - if: $A\n    - |", &["if"], &[]),
    ("a:\n  needs:\n    - |", &["job", "pipeline", "build"], &[".base", "a", "script"]),
    ("workflow:\n  |", &["rules", "name"], &["script"]),
    ("workflow:\n  rules:\n    - |", &["if", "auto_cancel"], &["interruptible"]),
    ("include:\n  - |", &["local", "project", "component", "ci/part.yml"], &["script"]),
    ("include:\n  - project: g/p\n    |", &["file", "ref"], &["project", "local", "remote"]),
    ("include:\n  - local: x\n    rules:\n      - |", &["if", "exists"], &["variables"]),
    ("a:\n  id_tokens:\n    MINE:\n      |", &["aud"], &["MINE"]),
    ("a:\n  id_tokens:\n    |", &[], &["aud"]),
    ("a:\n  variables:\n    |", &[], &["value"]),
    ("variables:\n  A:\n    |", &["value", "options"], &["A"]),
    ("a:\n  secrets:\n    A:\n      vault:\n        |", &["engine", "path"], &["vault"]),
    ("a:\n  environment:\n    |", &["name", "on_stop"], &["script"]),
    // Words.
    ("a:\n  when: |", &["manual", "always"], &["never", "script"]),
    ("a:\n  when: ma|", &["manual"], &[]),
    ("a:\n  rules:\n    - when: |", &["never"], &["if"]),
    ("a:\n  cache:\n    policy: |", &["pull", "push", "pull-push"], &["key"]),
    ("a:\n  artifacts: {when: |}", &["on_failure"], &["never"]),
    ("a:\n  retry:\n    when: |", &["script_failure"], &[]),
    ("a:\n  retry:\n    when: [api_failure, |]", &["script_failure"], &["api_failure"]),
    ("a:\n  retry:\n    when:\n      - api_failure\n      - |", &["always"], &["api_failure"]),
    ("a:\n  interruptible: |", &["true", "false"], &[]),
    ("a:\n  inherit:\n    default: [|]", &["cache", "image"], &["script"]),
    // Names.
    ("a:\n  stage: |", &["one", "two", ".pre", ".post"], &["build", "test"]),
    ("a:\n  extends: |", &[".base", "build"], &["a", "one"]),
    ("a:\n  extends: [.base, |", &["build"], &[".base"]),
    ("a:\n  extends:\n    - |", &[".base"], &["a"]),
    ("a:\n  needs: [|", &["build"], &[".base", "a", "job"]),
    ("a:\n  needs: [build, |]", &[], &["build"]),
    ("a:\n  needs: [{job: |}]", &["build"], &[".base"]),
    ("a:\n  needs:\n    - project: g/p\n      job: |", &[], &["build"]),
    ("a:\n  dependencies:\n    - bu|", &["build"], &[".base"]),
    ("a:\n  environment:\n    on_stop: |", &["build"], &["a"]),
    ("a:\n  script:\n    - !reference [|", &[".base", "build"], &[]),
    ("a:\n  script:\n    - !reference [.base, |]", &["script", "tags"], &[".base"]),
    ("include: |", &["ci/part.yml"], &[".gitlab-ci.yml", "pipespec.yml"]),
    // Where nothing is to be said.
    ("a:\n  script:\n    - |", &[], &["script", "cache"]),
    ("a:\n  script: |", &[], &["cache", "build"]),
    ("a:\n  script: x # |", &[], &["cache"]),
    ("a:\n  image: |", &[], &["cache"]),
    ("a:\n  made_up:\n    |", &[], &["cache"]),
    ("- |", &[], &["script", "include"]),
];

#[test]
fn what_may_stand_there_is_offered() {
    let part = ("ci/part.yml", "part: {script: [y]}\n");
    let mut session = Session::new("lsp-offer", &[OWN, (".gitlab-ci.yml", ""), part]);
    for (text, wanted, unwanted) in CASES {
        let labels = session.labels(&format!("{BASE}{text}"));
        for label in *wanted {
            assert!(labels.iter().any(|it| it == label), "{label} at {text:?}: {labels:?}");
        }
        for label in *unwanted {
            assert!(!labels.iter().any(|it| it == label), "{label} at {text:?}: {labels:?}");
        }
        let mut once = labels.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), labels.len(), "twice at {text:?}: {labels:?}");
    }
    assert!(session.client.end());
}

#[test]
fn the_header_is_known() {
    let mut session = Session::new("lsp-header", &[OWN, (".gitlab-ci.yml", "")]);
    let labels = session.labels("spec:\n  |\n---\na: {script: x}\n");
    assert!(labels.contains(&"inputs".to_owned()), "{labels:?}");
    let labels = session.labels("spec:\n  inputs:\n    a:\n      |\n---\na: {script: x}\n");
    assert!(labels.contains(&"default".to_owned()), "{labels:?}");
    let labels = session.labels("spec:\n  inputs:\n    a:\n      type: |\n---\na: {script: x}\n");
    assert_eq!(labels, ["string", "number", "boolean", "array"]);
    let labels = session.labels("spec: {}\n---\na:\n  sta|\n");
    assert!(labels.contains(&"stage".to_owned()), "{labels:?}");
}

#[test]
fn items_say_what_they_are_and_fit_what_is_there() {
    let mut session = Session::new("lsp-items", &[OWN, (".gitlab-ci.yml", "")]);
    let item = session.item("a:\n  cache:\n    un|\n", "unprotect");
    assert_eq!(item["textEdit"]["newText"], "unprotect: ");
    assert_eq!(item["textEdit"]["range"]["start"], json!({"line": 2, "character": 4}));
    assert!(item["detail"].as_str().unwrap().ends_with("[since 15.8]"));
    let page = item["documentation"]["value"].as_str().unwrap();
    assert!(page.starts_with("**`cache:unprotect`**"), "{page}");
    // What stands behind the place stays.
    let item = session.item("a:\n  sta|g: x\n", "stage");
    assert_eq!(item["textEdit"]["newText"], "stage");
    assert_eq!(item["textEdit"]["range"]["end"], json!({"line": 1, "character": 6}));
    assert_eq!(session.item("a:\n  sta|", "stage")["textEdit"]["newText"], "stage: ");
    assert_eq!(session.item("a:\n  rules:\n    |", "if")["textEdit"]["newText"], "- if: ");
    assert_eq!(session.item("a:\n  on|", "only")["tags"], json!([1]));
    // What comes later is offered last.
    let text = "stages: [x, y]\na: {stage: x, script: x}\nb: {stage: y, script: x}\nc:\n  stage: x\n  script: x\n  needs: [|]";
    assert_eq!(session.item(text, "b")["sortText"], "~b");
    assert_eq!(session.item(text, "a")["sortText"], Json::Null);
    // Names that YAML would take for something else are quoted.
    let text = "'a: b': {script: x}\nc:\n  needs:\n    - |";
    assert_eq!(session.item(text, "a: b")["textEdit"]["newText"], "'a: b'");
}

#[test]
fn what_the_server_does_not_know_yet_is_left_out() {
    let own = ("pipespec.yaml", "gitlab: {version: '15.7'}\n");
    let mut session = Session::new("lsp-version", &[own, (".gitlab-ci.yml", "")]);
    let labels = session.labels("a:\n  cache:\n    |");
    assert!(labels.contains(&"policy".to_owned()), "{labels:?}");
    assert!(!labels.contains(&"unprotect".to_owned()), "{labels:?}");
    let labels = session.labels("a:\n  trigger:\n    strategy: |");
    assert_eq!(labels, ["depend"]);
}

#[test]
fn hover_tells_of_keywords_jobs_and_rules() {
    let mut session = Session::new("lsp-hover", &[OWN, (".gitlab-ci.yml", "")]);
    let mut hover = |text: &str| {
        let answer = session.at("hover", &format!("{BASE}{text}"));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let page = hover("a:\n  cache:\n    po|licy: pull\n");
    assert!(page.starts_with("**`cache:policy`**\n\nWhether the job fetches"), "{page}");
    assert!(page.contains("- words: pull-push, pull, push"), "{page}");
    assert!(
        hover("a:\n  needs: [bui|ld]\n")
            .contains("stage `one`, defined in `.gitlab-ci.yml`, line 5")
    );
    assert!(hover("a:\n  extends: .ba|se\n").starts_with("template `.base`"));
    let page = hover("a:\n  script: x # pipespec: ignore[unknown-key|word] for a reason\n");
    assert!(page.contains("- rule: `unknown-keyword`"), "{page}");
    assert_eq!(hover("a:\n  script: ma|ke\n"), "");
    assert_eq!(hover("a|:\n  script: make\n"), "");
}

#[test]
fn definitions_are_found() {
    let part = ("ci/part.yml", "part: {script: [y]}\n");
    let mut session = Session::new("lsp-definition", &[OWN, (".gitlab-ci.yml", ""), part]);
    let (own, part) = (session.uri.clone(), uri(&session.folder, "ci/part.yml"));
    let mut find = |text: &str| {
        let answer = session.at("definition", &format!("include: ci/part.yml\n{BASE}{text}"));
        let at = &answer["range"]["start"];
        (
            answer["uri"].as_str().unwrap_or_default().to_owned(),
            format!("{}:{}", at["line"], at["character"]),
        )
    };
    let here = |at: &str| (own.clone(), at.to_owned());
    assert_eq!(find("a:\n  extends: .ba|se\n"), here("2:0"));
    assert_eq!(find("a:\n  needs: [bui|ld]\n"), here("5:0"));
    assert_eq!(find("a:\n  needs:\n    - job: par|t\n"), (part.clone(), "0:0".to_owned()));
    assert_eq!(find("a:\n  dependencies: [build|]\n"), here("5:0"));
    assert_eq!(find("a:\n  script:\n    - !reference [|.base, script]\n"), here("2:0"));
    assert_eq!(find("a:\n  script:\n    - !reference [.base, scr|ipt]\n"), here("3:2"));
    assert_eq!(find("a:\n  stage: tw|o\n"), here("1:14"));
    assert_eq!(
        find("b:\n  trigger:\n    include:\n      - local: /ci/pa|rt.yml\n"),
        (part, "0:0".to_owned())
    );
    assert_eq!(find("a:\n  needs: [no|ne]\n").0, "");
}

/// All CI files of the fixtures.
fn fixtures() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => walk(&path, found),
                false if path.to_string_lossy().ends_with(".yml") => found.push(path),
                false => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut found);
    found.sort();
    found
}

#[test]
fn every_byte_of_every_fixture_has_an_answer() {
    let mut client = Client::pulling();
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let uri = format!("file://{}", path.display());
        client.open(&uri, &text);
        for offset in 0..=text.len() {
            let before = &text.as_bytes()[..offset];
            let line = before.iter().filter(|byte| **byte == b'\n').count();
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
            let at = json!({"line": line, "character": column});
            for method in
                ["textDocument/completion", "textDocument/hover", "textDocument/definition"]
            {
                let params = json!({"textDocument": {"uri": uri}, "position": at});
                client.ask(method, params);
            }
        }
        client.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }
    assert!(client.end());
}

#[test]
fn every_beginning_of_every_fixture_has_an_outline() {
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        for end in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let outline = Outline::new(&text[..end]);
            for at in (end.saturating_sub(80)..=end + 1).rev() {
                let Some(cursor) = outline.cursor(at) else { continue };
                let word = cursor.word;
                assert!(
                    word.start as usize <= at && at <= word.end as usize,
                    "{path:?} {end} {at}"
                );
                assert!(!text[word.range()].contains('\n'), "{path:?} {end} {at}");
            }
        }
    }
}

/// The keys of a tree in its text, each with the keys that lead to it.
fn keys(tree: &Tree<'_>, node: NodeId, way: &[String], found: &mut Vec<(usize, Vec<String>)>) {
    for item in tree.sequence(node).unwrap_or_default() {
        keys(tree, *item, way, found);
    }
    for entry in tree.mapping(node).unwrap_or_default() {
        let Some(name) = tree.scalar(entry.key) else { continue };
        let own: Vec<String> = way.iter().cloned().chain([name.value.to_string()]).collect();
        found.push((tree.node(entry.key).span.start as usize, own.clone()));
        if !matches!(tree.node(entry.value).kind, yaml::NodeKind::Alias(_)) {
            keys(tree, entry.value, &own, found);
        }
    }
}

#[test]
fn the_outline_has_the_keys_of_the_tree() {
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let tree = yaml::parse(&text);
        if !tree.errors.is_empty() {
            continue;
        }
        let mut wanted = Vec::new();
        for root in tree.documents.iter().filter_map(|it| it.root) {
            keys(&tree, root, &[], &mut wanted);
        }
        wanted.sort();
        let outline = Outline::new(&text);
        let mut found = Vec::new();
        for (at, part) in outline.parts.iter().enumerate() {
            if let PartKind::Key(_) = part.kind {
                let way = outline.way(at).into_iter().filter_map(|it| match it.kind {
                    PartKind::Key(name) => Some(name.to_owned()),
                    _ => None,
                });
                found.push((part.span.start as usize, way.collect::<Vec<_>>()));
            }
        }
        found.sort();
        assert_eq!(found, wanted, "{}", path.display());
    }
}

#[test]
fn every_keyword_of_the_fixtures_is_told() {
    let mut client = Client::pulling();
    let mut told = 0;
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let uri = format!("file://{}", path.display());
        client.open(&uri, &text);
        let tree = yaml::parse(&text);
        let mut all = Vec::new();
        for root in tree.documents.iter().filter_map(|it| it.root) {
            keys(&tree, root, &[], &mut all);
        }
        for (offset, way) in all {
            let way: Vec<&str> = way.iter().map(String::as_str).collect();
            // The names of jobs, variables, tokens and inputs are the user's.
            let is_job = !["default", "include", "spec", "stages", "variables", "workflow"]
                .contains(&way[0]);
            let keys = if is_job { &way[1..] } else { &way[..] };
            let own = ["variables", "id_tokens", "secrets", "inputs", "matrix"];
            let named = keys.split_last().and_then(|(_, before)| before.last());
            // A hidden entry may hold anything.
            let is_other = way[0].starts_with('.') && spot(Place::Job, keys).is_none();
            if is_other || keys.is_empty() || named.is_some_and(|it| own.contains(it)) {
                continue;
            }
            let before = &text[..offset];
            let line = before.matches('\n').count();
            let column = offset - before.rfind('\n').map_or(0, |at| at + 1);
            let at = json!({"line": line, "character": column});
            let params = json!({"textDocument": {"uri": uri}, "position": at});
            let hover = client.ask("textDocument/hover", params);
            let page = hover["contents"]["value"].as_str().unwrap_or_default();
            let name = keys.last().unwrap();
            let first = page.lines().next().unwrap_or_default();
            assert!(
                first.trim_matches(['*', '`']).split(':').next_back() == Some(*name),
                "{}: {way:?}: {first:?}",
                path.display()
            );
            told += 1;
        }
    }
    assert!(told > 100, "{told}");
    assert!(client.end());
}
