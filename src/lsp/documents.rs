//! What is open in the editor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidOpenTextDocumentParams, Range, TextDocumentContentChangeEvent,
    Uri,
};

use super::position::Encoding;
use super::uri;
use crate::text::{LineIndex, Span};

/// An open text.
pub(super) struct Document {
    pub(super) uri: Uri,
    /// Its file; nothing for a text that has none.
    pub(super) path: Option<PathBuf>,
    /// What the editor calls its language.
    pub(super) language: String,
    pub(super) version: i32,
    pub(super) text: String,
    lines: LineIndex,
}

impl Document {
    pub(super) fn offset(&self, encoding: Encoding, at: gen_lsp_types::Position) -> usize {
        encoding.offset(&self.text, &self.lines, at)
    }

    pub(super) fn range(&self, encoding: Encoding, span: Span) -> Range {
        encoding.range(&self.text, &self.lines, span)
    }

    /// Whether the editor says that this is GitLab CI configuration.
    pub(super) fn is_gitlab(&self) -> bool {
        self.language.to_ascii_lowercase().contains("gitlab")
    }
}

/// All open texts, by their URIs.
#[derive(Default)]
pub(super) struct Documents {
    all: BTreeMap<String, Document>,
}

impl Documents {
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.all.get(uri.as_ref())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.all.values()
    }

    /// The open text of the file at `path`.
    pub(super) fn at(&self, path: &Path) -> Option<&Document> {
        self.iter().find(|it| it.path.as_deref() == Some(path))
    }

    pub(super) fn open(&mut self, params: DidOpenTextDocumentParams) -> Option<PathBuf> {
        let item = params.text_document;
        let path = uri::to_path(&item.uri);
        let lines = LineIndex::new(&item.text);
        let document = Document {
            path: path.clone(),
            language: item.language_id.to_string(),
            version: item.version,
            text: item.text,
            lines,
            uri: item.uri,
        };
        self.all.insert(document.uri.to_string(), document);
        path
    }

    pub(super) fn change(
        &mut self,
        params: DidChangeTextDocumentParams,
        encoding: Encoding,
    ) -> Option<PathBuf> {
        let id = params.text_document;
        let uri = id.text_document_identifier.uri;
        let document = self.all.get_mut(uri.as_ref())?;
        document.version = id.version;
        for change in params.content_changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(it) => {
                    document.text = it.text;
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(it) => {
                    let start = document.offset(encoding, it.range.start);
                    let end = document.offset(encoding, it.range.end).max(start);
                    document.text.replace_range(start..end, &it.text);
                }
            }
            document.lines = LineIndex::new(&document.text);
        }
        document.path.clone()
    }

    pub(super) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        self.all.remove(uri.as_ref()).and_then(|it| it.path)
    }
}
