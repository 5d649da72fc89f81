//! Sessions with the language server.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, Response};
use serde_json::{Value as Json, json};

use super::trace::Folder;

/// A client with a server of its own.
pub(super) struct Client {
    connection: Connection,
    server: Option<JoinHandle<bool>>,
    last: i32,
    pub(super) told: VecDeque<Notification>,
    /// Requests that the server made.
    pub(super) asked: Vec<Request>,
    pub(super) capabilities: Json,
}

impl Client {
    pub(super) fn new(abilities: Json) -> Self {
        let (server, connection) = Connection::memory();
        let server = Some(std::thread::spawn(move || pipespec::lsp::serve(&server)));
        let mut client = Self {
            connection,
            server,
            last: 0,
            told: VecDeque::new(),
            asked: Vec::new(),
            capabilities: Json::Null,
        };
        let answer = client.ask("initialize", json!({"capabilities": abilities}));
        client.capabilities = answer["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    /// One that asks for findings, and counts bytes.
    pub(super) fn pulling() -> Self {
        Self::new(json!({
            "general": {"positionEncodings": ["utf-16", "utf-8"]},
            "textDocument": {
                "diagnostic": {},
                "completion": {"completionItem": {"tagSupport": {"valueSet": [1]}}},
            },
        }))
    }

    pub(super) fn tell(&self, method: &str, params: Json) {
        let message = Notification::new(method.to_owned(), params);
        self.connection.sender.send(message.into()).unwrap();
    }

    pub(super) fn request(&mut self, method: &str, params: Json) -> Response {
        self.last += 1;
        let request = Request::new(self.last.into(), method.to_owned(), params);
        self.connection.sender.send(request.into()).unwrap();
        loop {
            match self.receive() {
                Message::Response(response) => break response,
                Message::Notification(it) => self.told.push_back(it),
                Message::Request(it) => self.asked.push(it),
            }
        }
    }

    fn receive(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).expect("an answer")
    }

    pub(super) fn ask(&mut self, method: &str, params: Json) -> Json {
        self.request(method, params).response_result.expect("no error")
    }

    /// The next notification of this method.
    fn told(&mut self, method: &str) -> Json {
        loop {
            let next = match self.told.pop_front() {
                Some(next) => Message::Notification(next),
                None => self.receive(),
            };
            match next {
                Message::Notification(it) if it.method == method => break it.params,
                Message::Request(it) => self.asked.push(it),
                _ => {}
            }
        }
    }

    pub(super) fn open(&self, uri: &str, text: &str) {
        let language = if uri.ends_with("yml") { "yaml" } else { "plaintext" };
        let item = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": item}));
    }

    pub(super) fn change(&self, uri: &str, version: i32, changes: Json) {
        let document = json!({"uri": uri, "version": version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.tell("textDocument/didChange", params);
    }

    /// What is found in a file: `code@line:column-line:column`.
    pub(super) fn found(&mut self, uri: &str) -> Vec<String> {
        let params = json!({"textDocument": {"uri": uri}});
        let answer = self.ask("textDocument/diagnostic", params);
        assert_eq!(answer["kind"], "full");
        codes(&answer["items"])
    }

    pub(super) fn end(mut self) -> bool {
        assert_eq!(self.ask("shutdown", Json::Null), Json::Null);
        self.tell("exit", Json::Null);
        self.server.take().unwrap().join().unwrap()
    }
}

fn codes(items: &Json) -> Vec<String> {
    let all = items.as_array().unwrap().iter();
    all.map(|it| {
        let place = |end: &str| {
            let at = &it["range"][end];
            format!("{}:{}", at["line"], at["character"])
        };
        assert_eq!(it["source"], "pipespec");
        format!("{}@{}-{}", it["code"].as_str().unwrap(), place("start"), place("end"))
    })
    .collect()
}

pub(super) fn uri(folder: &Folder, path: &str) -> String {
    format!("file://{}", folder.path(path).display())
}

const OWN: (&str, &str) = ("pipespec.yaml", "");
const SOUND: &str = "build:\n  script: [make]\n  artifacts: {paths: [out], expire_in: 1 day}\n";

#[test]
fn findings_follow_what_is_typed_and_not_the_disk() {
    let folder = Folder::new("lsp-typed", &[OWN, (".gitlab-ci.yml", SOUND)]);
    let ci = uri(&folder, ".gitlab-ci.yml");
    let mut client = Client::pulling();
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    assert_eq!(client.capabilities["diagnosticProvider"]["interFileDependencies"], true);
    client.open(&ci, SOUND);
    assert_eq!(client.found(&ci), Vec::<String>::new());
    // A part of the text, in bytes.
    let range = json!({"start": {"line": 1, "character": 2}, "end": {"line": 1, "character": 8}});
    client.change(&ci, 2, json!([{"range": range, "text": "é: 1\n  scrip"}]));
    let found = client.found(&ci);
    assert!(found.iter().any(|it| it.starts_with("job-without-script@0:0")), "{found:?}");
    // Broken YAML loses no more than it must.
    client.change(
        &ci,
        3,
        json!([{"text": "build:\n  script: [make\ntest:\n  script: x\n  stag: y\n"}]),
    );
    let found = client.found(&ci);
    assert!(found.iter().any(|it| it.starts_with("invalid-yaml@")), "{found:?}");
    assert!(found.iter().any(|it| it.starts_with("unknown-keyword@4:2")), "{found:?}");
    client.change(&ci, 4, json!([{"text": SOUND}]));
    assert_eq!(client.found(&ci), Vec::<String>::new());
    assert!(client.end());
}

#[test]
fn who_does_not_ask_is_told_and_told_when_it_is_gone() {
    let bad = "build:\n  script: [make]\n  stag: x # é𝄞\n";
    let files = [OWN, (".gitlab-ci.yml", "include: ci/a.yml\n"), ("ci/a.yml", bad)];
    let folder = Folder::new("lsp-told", &files);
    let (ci, part) = (uri(&folder, ".gitlab-ci.yml"), uri(&folder, "ci/a.yml"));
    let mut client = Client::new(json!({}));
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    assert!(client.capabilities.get("diagnosticProvider").is_none());
    client.open(&ci, "include: ci/a.yml\n");
    // What is wrong in another file of the project is told too.
    let told = client.told("textDocument/publishDiagnostics");
    assert_eq!(told["uri"], part.as_str());
    assert_eq!(codes(&told["diagnostics"]), ["unknown-keyword@2:2-2:6"]);
    // UTF-16 behind characters of one, two and four bytes.
    client.open(&part, bad);
    let text = "build: {script: \"é𝄞\", stag: x}\n";
    client.change(&part, 2, json!([{"text": text}]));
    let mut told = client.told("textDocument/publishDiagnostics");
    if told["version"] == 1 {
        told = client.told("textDocument/publishDiagnostics");
    }
    assert_eq!((&told["uri"], &told["version"]), (&json!(part), &json!(2)));
    assert_eq!(codes(&told["diagnostics"]), ["unknown-keyword@0:23-0:27"]);
    // What is asked for meanwhile does not keep it from being told.
    client.change(&part, 3, json!([{"text": text.replace("stag", "sta")}]));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}});
    let document = json!({"uri": part});
    let context = json!({"diagnostics": []});
    client.ask(
        "textDocument/codeAction",
        json!({"textDocument": document, "range": range, "context": context}),
    );
    let told = client.told("textDocument/publishDiagnostics");
    assert_eq!(codes(&told["diagnostics"]), ["unknown-keyword@0:23-0:26"]);
    // The file goes, and with it what was found in it.
    std::fs::remove_file(folder.path("ci/a.yml")).unwrap();
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": part}}));
    let all = [(); 2].map(|()| client.told("textDocument/publishDiagnostics"));
    let of = |uri: &str| {
        let told = all.iter().find(|it| it["uri"] == uri).unwrap_or_else(|| panic!("{all:?}"));
        codes(&told["diagnostics"])
    };
    assert_eq!(of(&part), Vec::<String>::new());
    assert!(of(&ci)[0].starts_with("missing-include-file@0:9"), "{:?}", of(&ci));
    // Nothing is open any more.
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": ci}}));
    let told = client.told("textDocument/publishDiagnostics");
    assert_eq!((&told["uri"], codes(&told["diagnostics"]).len()), (&json!(ci), 0));
    assert!(client.end());
}

#[test]
fn further_places_are_shown_and_clauses_tell_their_verdict() {
    let spec = "## Requirements\n\n### Requirement: Cache\n#### Scenario: Lint\n- **Given** the lint job runs\n\
                - **Then** cache policy SHALL be pull\n";
    let ci = "lint:\n  script: [make]\n  cache: {key: a, paths: [b], policy: pull-push}\n";
    let files = [OWN, (".gitlab-ci.yml", ci), ("openspec/specs/ci/spec.md", spec)];
    let folder = Folder::new("lsp-clause", &files);
    let (ci_uri, spec_uri) =
        (uri(&folder, ".gitlab-ci.yml"), uri(&folder, "openspec/specs/ci/spec.md"));
    let mut client = Client::pulling();
    client.open(&ci_uri, ci);
    client.open(&spec_uri, spec);
    let report = client.ask("textDocument/diagnostic", json!({"textDocument": {"uri": ci_uri}}));
    let all = report["items"].as_array().unwrap();
    let wrong = all.iter().find(|it| it["code"] == "wrong-cache-policy").unwrap();
    assert_eq!(wrong["severity"], 1);
    let label = &wrong["relatedInformation"][0];
    assert_eq!(label["location"]["uri"], spec_uri.as_str());
    assert_eq!(label["location"]["range"]["start"]["line"], 5);
    let place =
        json!({"textDocument": {"uri": spec_uri}, "position": {"line": 5, "character": 20}});
    let hover = client.ask("textDocument/hover", place);
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("**violated** `ci/cache/lint#1`"), "{text}");
    assert!(text.contains("`wrong-cache-policy`"), "{text}");
}

#[test]
fn fixes_make_a_file_clean() {
    let text = "a:\n  script: [x]\n  cache: {key: k, paths: [p], policy: pul}\n";
    let docker = "from debian:12.5-slim as Base\nRUN apt-get install -y git=1\n";
    let folder = Folder::new("lsp-fix", &[OWN, (".gitlab-ci.yml", text), ("Dockerfile", docker)]);
    let mut client = Client::pulling();
    let file = uri(&folder, "Dockerfile");
    client.open(&file, docker);
    let before = client.found(&file);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let ask = |only: Json| {
        let context = match only {
            Json::Null => json!({"diagnostics": []}),
            only => json!({"diagnostics": [], "only": only}),
        };
        json!({"textDocument": {"uri": file}, "range": range, "context": context})
    };
    let fixes = client.ask("textDocument/codeAction", ask(json!(["quickfix"])));
    let fixes = fixes.as_array().unwrap().clone();
    assert!(!fixes.is_empty() && fixes.iter().all(|it| it["kind"] == "quickfix"), "{before:?}");
    assert!(fixes.iter().any(|it| it["isPreferred"] == true));
    for fix in &fixes {
        assert_eq!(fix["diagnostics"].as_array().unwrap().len(), 1);
        assert!(fix["edit"]["changes"][&file].is_array(), "{fix}");
    }
    let all = client.ask("textDocument/codeAction", ask(json!(["source.fixAll"])));
    assert_eq!(all[0]["kind"], "source.fixAll.pipespec");
    assert_eq!(all.as_array().unwrap().len(), 1);
    let edit = &all[0]["edit"]["changes"][&file][0];
    client.change(&file, 2, json!([{"range": edit["range"], "text": edit["newText"]}]));
    // Nothing safe is left to do.
    let again = client.ask("textDocument/codeAction", ask(json!(["source.fixAll.pipespec"])));
    assert_eq!(again, json!([]));
    let after = client.found(&file);
    assert!(after.len() < before.len(), "{before:?} {after:?}");
    assert_eq!(client.ask("textDocument/codeAction", ask(json!(["refactor"]))), json!([]));
    assert!(client.end());
}

#[test]
fn faults_of_the_configuration_are_shown() {
    let folder = Folder::new("lsp-config", &[OWN, (".gitlab-ci.yml", "a:\n  stag: x\n")]);
    let (ci, own) = (uri(&folder, ".gitlab-ci.yml"), uri(&folder, "pipespec.yaml"));
    let mut client = Client::pulling();
    client.open(&ci, "a:\n  stag: x\n");
    client.open(&own, "ignor: [gitlab]\n");
    let found = client.found(&own);
    assert_eq!(found, ["config@0:0-0:5"]);
    let message = client.told("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("`ignor`"), "{message}");
    assert_eq!(client.found(&ci), Vec::<String>::new());
    client.change(&own, 2, json!([{"text": "ignore: [gitlab]\n"}]));
    assert_eq!(client.found(&own), Vec::<String>::new());
    assert_eq!(client.found(&ci), Vec::<String>::new());
    // No other program is started, whatever the configuration says.
    client.told.clear();
    let text = "shellcheck: {enabled: true, path: /no/such/program}\n";
    client.change(&own, 3, json!([{"text": text}]));
    assert!(!client.found(&ci).is_empty());
    assert!(client.told.is_empty(), "{:?}", client.told);
    client.change(&own, 4, json!([{"text": "ignore: [unknown-keyword]\n"}]));
    assert!(!client.found(&ci).is_empty());
    // The rule that is named is explained.
    let place = json!({"textDocument": {"uri": own}, "position": {"line": 0, "character": 12}});
    let hover = client.ask("textDocument/hover", place);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("- rule: `unknown-keyword`"));
}

#[test]
fn what_is_not_understood_is_refused_and_does_no_harm() {
    let mut client = Client::pulling();
    let code = |response: Response| response.response_result.unwrap_err().code;
    assert_eq!(code(client.request("textDocument/rename", json!({}))), -32601);
    assert_eq!(code(client.request("textDocument/hover", json!({"position": 1}))), -32602);
    assert_eq!(code(client.request("initialize", json!({}))), -32600);
    client.tell("textDocument/didOpen", json!({"x": 1}));
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///no", "version": 1}}),
    );
    client.tell("made/up", json!([1]));
    let place =
        json!({"textDocument": {"uri": "file:///no"}, "position": {"line": 9, "character": 9}});
    for method in ["hover", "definition"] {
        assert_eq!(client.ask(&format!("textDocument/{method}"), place.clone()), Json::Null);
    }
    assert_eq!(client.ask("shutdown", Json::Null), Json::Null);
    assert_eq!(code(client.request("textDocument/hover", place)), -32600);
    client.tell("exit", Json::Null);
    assert!(client.server.take().unwrap().join().unwrap());
}

#[test]
fn the_process_speaks_over_its_streams_and_ends_as_it_should() {
    let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let initialize =
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let shutdown = r#"{"jsonrpc":"2.0","id":"two","method":"shutdown"}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    let run = |bodies: &[&str]| {
        let mut server = Command::new(env!("CARGO_BIN_EXE_pipespec"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = server.stdin.take().unwrap();
        for body in bodies {
            input.write_all(frame(body).as_bytes()).unwrap();
        }
        drop(input);
        let mut out = String::new();
        server.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (server.wait().unwrap().code(), out)
    };
    let (code, out) = run(&[shutdown, initialize, "{", shutdown, exit]);
    assert_eq!(code, Some(0), "{out}");
    for part in ["-32002", "\"capabilities\"", "-32700", "\"id\":\"two\""] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert_eq!(run(&[initialize, exit]).0, Some(1), "no shutdown was asked for");
    assert_eq!(run(&[initialize]).0, Some(1), "the client went away");
    assert_eq!(run(&[initialize, shutdown]).0, Some(0));
}
