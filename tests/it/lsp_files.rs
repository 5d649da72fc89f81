//! Files that come and go while the language server runs, and files that are in no project.

use serde_json::{Value as Json, json};

use super::lsp::{Client, uri};
use super::trace::Folder;

const OWN: (&str, &str) = ("pipespec.yaml", "");

#[test]
fn files_outside_of_any_repository_are_judged_by_themselves() {
    let root = std::env::temp_dir().join(format!("pipespec-lsp-{}", std::process::id()));
    std::fs::create_dir_all(root.join("below")).unwrap();
    std::fs::write(root.join("below/Dockerfile"), "FROM debian\n").unwrap();
    let file = |name: &str| format!("file://{}", root.join(name).display());
    let mut client = Client::pulling();
    client.open(&file("Dockerfile"), "FROM debian\nfoo\n");
    let found = client.found(&file("Dockerfile"));
    assert!(found.iter().any(|it| it.starts_with("unknown-instruction@1:0")), "{found:?}");
    // This is no CI file by its name, and nothing is known of it.
    client.open(&file("compose.yml"), "services: {a: {image: x}}\n");
    assert_eq!(client.found(&file("compose.yml")), Vec::<String>::new());
    assert_eq!(client.found(&file("below/Dockerfile")), Vec::<String>::new());
    // A text without a file.
    client.open("untitled:1.yml", "a:\n  stag: x\n");
    assert_eq!(client.found("untitled:1.yml"), Vec::<String>::new());
    let _ = std::fs::remove_dir_all(&root);
    assert!(client.end());
}

#[test]
fn a_new_file_counts_before_it_is_saved() {
    let text = "include: ci/new.yml\na: {extends: .b}\n";
    let folder = Folder::new("lsp-new", &[OWN, (".gitlab-ci.yml", text)]);
    let (ci, new) = (uri(&folder, ".gitlab-ci.yml"), uri(&folder, "ci/new.yml"));
    let mut client = Client::pulling();
    client.open(&ci, text);
    assert_eq!(client.found(&ci), ["missing-include-file@0:9-0:19"]);
    client.open(&new, ".b: {script: x, stag: y}\n");
    assert_eq!(client.found(&ci), Vec::<String>::new());
    assert_eq!(client.found(&new), ["unknown-keyword@0:16-0:20"]);
    // A Dockerfile is listed too.
    let docker = uri(&folder, "img/Dockerfile");
    client.open(&docker, "FROM debian:12.5\nfoo\n");
    let found = client.found(&docker);
    assert!(found.iter().any(|it| it.starts_with("unknown-instruction@1:0")), "{found:?}");
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": new}}));
    assert_eq!(client.found(&ci), ["missing-include-file@0:9-0:19"]);
    assert!(client.end());
}

#[test]
fn what_git_ignores_or_the_configuration_excludes_is_left_alone_when_it_is_open() {
    let own = ("pipespec.yaml", "exclude: [\"vendor/**\"]\n");
    let bad = "FROM debian:12.5\nfoo\n";
    let files =
        [own, (".gitignore", "tmp/\n"), ("vendor/Dockerfile", bad), ("tmp/Dockerfile", bad)];
    let folder = Folder::new("lsp-ignored", &files);
    let mut client = Client::pulling();
    for path in ["vendor/Dockerfile", "tmp/Dockerfile"] {
        let uri = uri(&folder, path);
        client.open(&uri, bad);
        assert_eq!(client.found(&uri), Vec::<String>::new(), "{path}");
    }
    assert!(client.end());
}

#[test]
fn changes_on_disk_are_seen() {
    let folder = Folder::new("lsp-watch", &[OWN, (".gitlab-ci.yml", "include: ci/a.yml\n")]);
    let ci = uri(&folder, ".gitlab-ci.yml");
    let mut client = Client::new(json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "diagnostics": {"refreshSupport": true},
        },
    }));
    client.open(&ci, "include: ci/a.yml\n");
    assert_eq!(client.found(&ci), ["missing-include-file@0:9-0:17"]);
    let asked: Vec<&str> = client.asked.iter().map(|it| it.method.as_str()).collect();
    assert_eq!(asked, ["client/registerCapability"]);
    std::fs::create_dir(folder.path("ci")).unwrap();
    std::fs::write(folder.path("ci/a.yml"), "a: {script: x}\n").unwrap();
    let change = json!({"uri": uri(&folder, "ci/a.yml"), "type": 1});
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    assert_eq!(client.found(&ci), Vec::<String>::new());
    assert_eq!(client.asked.last().unwrap().method, "workspace/diagnostic/refresh");
    // Without news nothing is read again; a file that was saved is news.
    std::fs::remove_file(folder.path("ci/a.yml")).unwrap();
    assert_eq!(client.found(&ci), Vec::<String>::new());
    client.tell("textDocument/didSave", json!({"textDocument": {"uri": ci}}));
    assert_eq!(client.found(&ci), ["missing-include-file@0:9-0:17"]);
    assert!(client.end());
}

#[test]
fn a_text_without_a_file_gets_what_needs_none() {
    let mut client = Client::pulling();
    let (uri, text) = ("untitled:Untitled-1", "a:\n  cache:\n    po\n");
    let item = json!({"uri": uri, "languageId": "gitlab-ci", "version": 1, "text": text});
    client.tell("textDocument/didOpen", json!({"textDocument": item}));
    let place = json!({"textDocument": {"uri": uri}, "position": {"line": 2, "character": 6}});
    let items = client.ask("textDocument/completion", place.clone());
    assert!(items["items"].as_array().unwrap().iter().any(|it| it["label"] == "policy"));
    client.change(uri, 2, json!([{"text": "a:\n  cache:\n    policy: pull\n"}]));
    let hover = client.ask("textDocument/hover", place);
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("**`cache:policy`**"));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let params =
        json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
    assert_eq!(client.ask("textDocument/codeAction", params), Json::Array(Vec::new()));
    assert!(client.end());
}
