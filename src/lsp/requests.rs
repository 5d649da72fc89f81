//! The answers to what the editor asks of a file.

use std::path::Path;

use gen_lsp_types::{
    CodeActionParams, CompletionParams, DefinitionParams, DocumentDiagnosticParams,
    FullDocumentDiagnosticReport, HoverParams, RelatedFullDocumentDiagnosticReport,
    TextDocumentPositionParams, Uri,
};
use serde_json::{Value as Json, json};

use super::completion::{Context, complete};
use super::documents::Document;
use super::names::Names;
use super::place::Site;
use super::server::{Refusal, Server, answer};
use super::workspace::Known;
use super::{actions, definition, hover, uri};
use crate::engine;
use crate::syntax::yaml::{Outline, Slot};

impl Server<'_> {
    pub(super) fn diagnostic(&mut self, params: DocumentDiagnosticParams) -> Result<Json, Refusal> {
        let mut items = Vec::new();
        if let Some(path) = uri::to_path(&params.text_document.uri) {
            let (root, below) = self.workspace.project_of(&path);
            self.workspace.judge(&root);
            self.tell_errors(&root);
            let known = self.workspace.projects.get(&root);
            items = known.map(|it| it.findings.diagnostics(&below)).unwrap_or_default();
        }
        let report = FullDocumentDiagnosticReport { items, ..Default::default() };
        let mut report = answer(RelatedFullDocumentDiagnosticReport {
            full_document_diagnostic_report: report,
            ..Default::default()
        })?;
        report["kind"] = json!("full");
        Ok(report)
    }

    /// What an answer about a place in an open file goes by; with its names read anew if they are stale.
    fn at<T>(
        &mut self,
        params: &TextDocumentPositionParams,
        work: impl FnOnce(&Context<'_>, (Option<(&Path, &Known)>, bool, usize)) -> Option<T>,
    ) -> Option<T> {
        let uri = &params.text_document.uri;
        let document = self.workspace.documents.get(uri)?;
        let offset = document.offset(self.workspace.encoding, params.position);
        let asks_for_names = is_name(&document.text, offset);
        let project = document.path.clone().map(|path| self.workspace.project_of(&path));
        if let Some((root, _)) = &project {
            self.workspace.read_names(root, asks_for_names);
        }
        let (workspace, nothing) = (&self.workspace, Default::default());
        let document = workspace.documents.get(uri)?;
        let known = project.as_ref().and_then(|(root, _)| workspace.projects.get(root));
        let below = project.as_ref().map_or("", |(_, below)| below);
        let names = known.map_or(&nothing, |it| &it.names);
        let context = Context {
            document,
            path: below,
            names,
            listing: known.and_then(|it| it.listing.as_deref()).unwrap_or_default(),
            encoding: workspace.encoding,
            has_tags: self.abilities.has_tags,
        };
        let root = project.as_ref().map(|(root, _)| root.as_path());
        work(&context, (root.zip(known), is_ci_file(document, below, names), offset))
    }

    pub(super) fn completion(&mut self, params: CompletionParams) -> Result<Json, Refusal> {
        let items = self
            .at(&params.text_document_position_params, |context, (_, is_ci, offset)| {
                is_ci.then(|| complete(context, offset))
            });
        answer(json!({"isIncomplete": false, "items": items.unwrap_or_default()}))
    }

    pub(super) fn hover(&mut self, params: HoverParams) -> Result<Json, Refusal> {
        let place = params.text_document_position_params;
        if let Some(path) = uri::to_path(&place.text_document.uri)
            && path.extension().is_some_and(|it| it == "md")
        {
            // Verdicts come from the rules.
            let (root, _) = self.workspace.project_of(&path);
            self.workspace.judge(&root);
            self.tell_errors(&root);
        }
        answer(self.at(&place, |context, (known, is_ci, offset)| {
            let in_ci = || is_ci.then(|| hover::in_ci_file(context, offset)).flatten();
            let known = known.map(|(_, known)| known);
            let on_rule = known.and_then(|known| hover::on_rule(context, known, offset));
            on_rule
                .or_else(in_ci)
                .or_else(|| hover::on_clause(known?, context.path, place.position))
        }))
    }

    pub(super) fn definition(&mut self, params: DefinitionParams) -> Result<Json, Refusal> {
        answer(self.at(&params.text_document_position_params, |context, (known, is_ci, offset)| {
            let (root, _) = known.filter(|_| is_ci)?;
            definition::find(context, root, offset)
        }))
    }

    pub(super) fn code_action(&mut self, params: &CodeActionParams) -> Result<Json, Refusal> {
        let uri: &Uri = &params.text_document.uri;
        let path = self.workspace.documents.get(uri).and_then(|it| it.path.clone());
        let Some(path) = path else { return answer(Json::Array(Vec::new())) };
        let (root, below) = self.workspace.project_of(&path);
        self.workspace.judge(&root);
        self.tell_errors(&root);
        let Some(document) = self.workspace.documents.get(uri) else { return Ok(Json::Null) };
        answer(actions::actions(&self.workspace, (&root, &below), document, params))
    }
}

/// Whether what stands at a place of a CI file names something.
fn is_name(text: &str, offset: usize) -> bool {
    let outline = Outline::new(text);
    let cursor = outline.cursor(offset).filter(|it| it.slot != Slot::Key);
    cursor.is_some_and(|cursor| {
        Site::new(&outline, &cursor).is_some_and(|site| site.names(&cursor).is_some())
    })
}

/// Whether a document is a CI file, of which keywords are told.
fn is_ci_file(document: &Document, path: &str, names: &Names) -> bool {
    let by_name = path.ends_with(".gitlab-ci.yml") || path.ends_with(".gitlab-ci.yaml");
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    let by_folder = [".gitlab/ci/", ".gitlab-ci/"].iter().any(|it| path.starts_with(it));
    let is_ours = engine::CONFIG_NAMES.contains(&path);
    !is_ours && (by_name || is_yaml && by_folder || document.is_gitlab() || names.has_file(path))
}
