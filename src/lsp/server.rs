//! The life of the server, and who answers what.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gen_lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, FileChangeType, PublishDiagnosticsParams, Uri, WorkspaceFolder,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::position::Encoding;
use super::workspace::Workspace;
use super::{actions, uri};

/// How long nothing must come in before findings are told to a client that does not ask for them.
const QUIET: Duration = Duration::from_millis(150);
/// Whoever types without a pause is told after this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the client can do.
#[derive(Default)]
pub(super) struct Abilities {
    /// It asks for findings.
    pulls: bool,
    /// It asks for findings again if it is told to.
    refreshes: bool,
    /// It tells of changes on disk if it is asked to.
    watches: bool,
    /// It strikes out what is deprecated.
    pub(super) has_tags: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before `initialize`.
    New,
    Running,
    /// After `shutdown`.
    Ending,
}

pub(super) struct Server<'c> {
    connection: &'c Connection,
    pub(super) workspace: Workspace,
    pub(super) abilities: Abilities,
    phase: Phase,
    /// Since when there are findings that were not told.
    untold: Option<Instant>,
    /// The number of the last request to the client.
    asked: i32,
}

/// Why a request has no answer.
pub(super) type Refusal = (ErrorCode, String);

pub(super) fn read<P: DeserializeOwned>(params: Json) -> Result<P, Refusal> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

pub(super) fn answer(result: impl serde::Serialize) -> Result<Json, Refusal> {
    serde_json::to_value(result).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

impl<'c> Server<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            workspace: Workspace::new(),
            abilities: Abilities::default(),
            phase: Phase::New,
            untold: None,
            asked: 0,
        }
    }

    /// Runs until `exit` or the end of the input; says whether the client asked for the shutdown before.
    pub(super) fn run(mut self) -> bool {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        loop {
            let next = match waiting.pop_front() {
                Some(message) => Some(message),
                None => match self.wait() {
                    Ok(next) => next,
                    Err(()) => return self.phase == Phase::Ending,
                },
            };
            let Some(message) = next else {
                self.guarded(Self::tell_findings);
                continue;
            };
            waiting.extend(self.connection.receiver.try_iter());
            match message {
                Message::Notification(it) if it.method == "exit" => {
                    return self.phase == Phase::Ending;
                }
                Message::Notification(it) => {
                    self.guarded(|server| server.notified(it));
                }
                Message::Request(it) if is_cancelled(&it.id, &waiting) => {
                    let message = "the client does not want it any more".to_owned();
                    self.reply(it.id, Err((ErrorCode::RequestCanceled, message)));
                }
                Message::Request(it) => {
                    let (id, method) = (it.id.clone(), it.method.clone());
                    let result = self.guarded(|server| server.requested(it));
                    let failed = || {
                        let message = format!("`{method}` failed; this is a fault of pipespec");
                        Err((ErrorCode::InternalError, message))
                    };
                    self.reply(id, result.unwrap_or_else(failed));
                }
                Message::Response(_) => {}
            }
        }
    }

    /// The next message; nothing if it is time to tell what was found; an error at the end of the input.
    fn wait(&self) -> Result<Option<Message>, ()> {
        let receiver = &self.connection.receiver;
        let Some(since) = self.untold else { return receiver.recv().map(Some).map_err(drop) };
        let left = PATIENCE.saturating_sub(since.elapsed()).min(QUIET);
        if left.is_zero() {
            return Ok(None);
        }
        match receiver.recv_timeout(left) {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.is_timeout() => Ok(None),
            Err(_) => Err(()),
        }
    }

    /// What `work` comes to; nothing if it panics, which must not end the server.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        catch_unwind(AssertUnwindSafe(|| work(self))).ok()
    }

    fn send(&self, message: impl Into<Message>) {
        // If nobody listens, the input ends too.
        let _ = self.connection.sender.send(message.into());
    }

    fn reply(&self, id: RequestId, result: Result<Json, Refusal>) {
        self.send(match result {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        });
    }

    fn ask(&mut self, method: &str, params: Json) {
        self.asked += 1;
        self.send(Request::new(self.asked.into(), method.to_owned(), params));
    }

    fn requested(&mut self, request: Request) -> Result<Json, Refusal> {
        let Request { method, params, .. } = request;
        match (self.phase, method.as_str()) {
            (Phase::New, "initialize") => Ok(self.initialize(&params)),
            (Phase::New, _) => {
                Err((ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned()))
            }
            (Phase::Ending, _) => {
                Err((ErrorCode::InvalidRequest, "nothing but `exit` comes now".to_owned()))
            }
            (Phase::Running, "initialize") => {
                Err((ErrorCode::InvalidRequest, "`initialize` came before".to_owned()))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Ending;
                self.untold = None;
                Ok(Json::Null)
            }
            (Phase::Running, "textDocument/diagnostic") => self.diagnostic(read(params)?),
            (Phase::Running, "textDocument/completion") => self.completion(read(params)?),
            (Phase::Running, "textDocument/hover") => self.hover(read(params)?),
            (Phase::Running, "textDocument/definition") => self.definition(read(params)?),
            (Phase::Running, "textDocument/codeAction") => self.code_action(&read(params)?),
            (Phase::Running, other) => {
                Err((ErrorCode::MethodNotFound, format!("`{other}` is not known here")))
            }
        }
    }

    fn initialize(&mut self, params: &Json) -> Json {
        self.phase = Phase::Running;
        let can = |path: &str| params.pointer(&format!("/capabilities{path}"));
        let yes = |path: &str| can(path).and_then(Json::as_bool) == Some(true);
        let encodings = can("/general/positionEncodings").and_then(Json::as_array);
        if encodings.is_some_and(|it| it.iter().any(|it| it == "utf-8")) {
            self.workspace.encoding = Encoding::Utf8;
        }
        self.abilities = Abilities {
            pulls: can("/textDocument/diagnostic").is_some_and(Json::is_object),
            refreshes: yes("/workspace/diagnostics/refreshSupport"),
            watches: yes("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            has_tags: can("/textDocument/completion/completionItem/tagSupport").is_some(),
        };
        let folders = params.get("workspaceFolders").and_then(Json::as_array);
        let folders = folders.into_iter().flatten().filter_map(|it| it.get("uri"));
        let mut folders: Vec<PathBuf> = folders.filter_map(path_in).collect();
        if folders.is_empty() {
            folders.extend(params.get("rootUri").and_then(path_in));
        }
        self.workspace.folders = folders;
        let encoding = match self.workspace.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
        };
        let mut capabilities = json!({
            "positionEncoding": encoding,
            "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
            "completionProvider": {"triggerCharacters": [" ", "[", "{", ",", "-"]},
            "hoverProvider": true,
            "definitionProvider": true,
            "codeActionProvider": {"codeActionKinds": ["quickfix", actions::FIX_ALL]},
            "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
        });
        if self.abilities.pulls {
            capabilities["diagnosticProvider"] = json!({
                "identifier": "pipespec",
                "interFileDependencies": true,
                "workspaceDiagnostics": false,
            });
        }
        json!({
            "capabilities": capabilities,
            "serverInfo": {"name": "pipespec", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    fn notified(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        if self.phase != Phase::Running {
            return;
        }
        // What is no such message is left alone: there is nobody to tell.
        match method.as_str() {
            "initialized" if self.abilities.watches => {
                let watchers = json!([{"globPattern": "**/*"}]);
                let options = json!({"watchers": watchers});
                let method = "workspace/didChangeWatchedFiles";
                let one = json!({"id": "files", "method": method, "registerOptions": options});
                self.ask("client/registerCapability", json!({"registrations": [one]}));
            }
            "textDocument/didOpen" => {
                if let Ok(params) = read::<DidOpenTextDocumentParams>(params)
                    && let Some(path) = self.workspace.documents.open(params)
                {
                    self.workspace.project_of(&path);
                    self.changed(&path, true);
                }
            }
            "textDocument/didChange" => {
                let encoding = self.workspace.encoding;
                if let Ok(params) = read::<DidChangeTextDocumentParams>(params)
                    && let Some(path) = self.workspace.documents.change(params, encoding)
                {
                    self.changed(&path, false);
                }
            }
            "textDocument/didSave" => {
                if let Ok(params) = read::<DidSaveTextDocumentParams>(params)
                    && let Some(path) = uri::to_path(&params.text_document.uri)
                {
                    self.changed(&path, true);
                }
            }
            "textDocument/didClose" => {
                if let Ok(params) = read::<DidCloseTextDocumentParams>(params)
                    && let Some(path) = self.workspace.documents.close(&params.text_document.uri)
                {
                    self.changed(&path, true);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Ok(params) = read::<DidChangeWatchedFilesParams>(params) {
                    self.watched(params);
                }
            }
            "workspace/didChangeWorkspaceFolders" => {
                if let Ok(params) = read::<DidChangeWorkspaceFoldersParams>(params) {
                    let paths = |folders: Vec<WorkspaceFolder>| {
                        folders.into_iter().filter_map(|it| uri::to_path(&it.uri))
                    };
                    let gone: Vec<PathBuf> = paths(params.event.removed).collect();
                    self.workspace.folders.retain(|it| !gone.contains(it));
                    self.workspace.folders.extend(paths(params.event.added));
                }
            }
            _ => {}
        }
    }

    fn changed(&mut self, path: &Path, listing: bool) {
        self.workspace.touch(path, listing);
        self.untold.get_or_insert_with(Instant::now);
    }

    fn watched(&mut self, params: DidChangeWatchedFilesParams) {
        let mut any = false;
        for change in params.changes {
            let Some(path) = uri::to_path(&change.uri) else { continue };
            if path.components().any(|part| part.as_os_str() == ".git") {
                continue;
            }
            any = true;
            self.changed(&path, change.kind != FileChangeType::Changed);
        }
        if any && self.abilities.pulls && self.abilities.refreshes {
            self.ask("workspace/diagnostic/refresh", Json::Null);
        }
    }

    /// Judges what is stale, and tells what was found to a client that does not ask.
    fn tell_findings(&mut self) {
        self.untold = None;
        if self.abilities.pulls {
            return;
        }
        // A configuration that came or went may have moved a file to another project.
        let open = self.workspace.documents.iter().filter_map(|it| it.path.clone());
        for path in open.collect::<Vec<_>>() {
            self.workspace.project_of(&path);
        }
        for root in self.workspace.untold() {
            self.workspace.judge(&root);
            self.tell_errors(&root);
            self.publish(&root);
        }
    }

    pub(super) fn tell_errors(&mut self, root: &Path) {
        let Some(known) = self.workspace.projects.get_mut(root) else { return };
        for message in std::mem::take(&mut known.errors) {
            let params = json!({"type": 1, "message": format!("pipespec: {message}")});
            self.send(Notification::new("window/showMessage".to_owned(), params));
        }
    }

    fn publish(&mut self, root: &Path) {
        let Some(known) = self.workspace.projects.get(root) else { return };
        let mut paths: Vec<String> = known.findings.files.keys().cloned().collect();
        paths.extend(
            known.published.keys().filter(|it| !known.findings.files.contains_key(*it)).cloned(),
        );
        let mut told: Vec<(String, Vec<Diagnostic>)> = Vec::new();
        for path in paths {
            let found = known.findings.diagnostics(&path);
            let full = root.join(&path);
            let open = self.workspace.documents.at(&full);
            if open.is_none() && known.published.get(&path) == Some(&found) {
                continue;
            }
            let params = PublishDiagnosticsParams {
                uri: open.map_or_else(|| uri::of_path(&full), |it| it.uri.clone()),
                version: open.map(|it| it.version),
                diagnostics: found.clone(),
            };
            self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params));
            told.push((path, found));
        }
        let Some(known) = self.workspace.projects.get_mut(root) else { return };
        known.is_told = true;
        for (path, found) in told {
            match found.is_empty() {
                true => known.published.remove(&path),
                false => known.published.insert(path, found),
            };
        }
    }
}

fn path_in(uri: &Json) -> Option<PathBuf> {
    uri::to_path(&Uri::from(uri.as_str()?))
}

/// Whether a later message takes a request back.
fn is_cancelled(id: &RequestId, waiting: &VecDeque<Message>) -> bool {
    let id = serde_json::to_value(id).unwrap_or_default();
    waiting.iter().any(|message| match message {
        Message::Notification(it) if it.method == "$/cancelRequest" => {
            it.params.get("id") == Some(&id)
        }
        _ => false,
    })
}
