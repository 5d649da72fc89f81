//! The projects that the open files lie in, and what is known of each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::Diagnostic;

use super::documents::{Document, Documents};
use super::findings::Findings;
use super::names::Names;
use super::position::Encoding;
use crate::engine::{self, CheckOptions, Error, Project, fixed_text};
use crate::rule::Catalog;

/// What is known of one project.
pub(super) struct Known {
    pub(super) root: PathBuf,
    /// Whether a file has changed since it was judged.
    is_stale: bool,
    /// Whether a file has changed since the editor was told what is found.
    pub(super) is_told: bool,
    /// Whether a file has changed since its names were read.
    has_stale_names: bool,
    /// Whether names were read under this configuration.
    has_names: bool,
    pub(super) findings: Findings,
    pub(super) names: Names,
    pub(super) catalog: Catalog,
    /// Its files, until one comes or goes.
    pub(super) listing: Option<Arc<[String]>>,
    /// What the editor was last told of each file, where the server tells on its own.
    pub(super) published: BTreeMap<String, Vec<Diagnostic>>,
    /// Errors that the user was told.
    told: BTreeSet<String>,
    /// Errors that the user is still to be told.
    pub(super) errors: Vec<String>,
}

/// All that the server knows.
pub(super) struct Workspace {
    pub(super) encoding: Encoding,
    pub(super) folders: Vec<PathBuf>,
    pub(super) documents: Documents,
    pub(super) projects: BTreeMap<PathBuf, Known>,
}

impl Workspace {
    pub(super) fn new() -> Self {
        Self {
            encoding: Encoding::Utf16,
            folders: Vec::new(),
            documents: Documents::default(),
            projects: BTreeMap::new(),
        }
    }

    /// The root of the project that a file lies in, as `check` finds it; where there is none, the folder that is open
    /// in the editor.
    pub(super) fn root_of(&self, path: &Path) -> PathBuf {
        let folder = path.parent().unwrap_or(path);
        let root = engine::project_root(folder);
        let is_own = engine::is_whole(&root);
        let open = self.folders.iter().filter(|it| folder.starts_with(it));
        match open.max_by_key(|it| it.components().count()) {
            Some(open) if !is_own => open.clone(),
            _ => root,
        }
    }

    /// The project of an open file, and the path of the file in it. Its findings may be stale.
    pub(super) fn project_of(&mut self, document: &Path) -> (PathBuf, String) {
        let root = self.root_of(document);
        let below = engine::below_root(&root, document).unwrap_or_default();
        self.projects.entry(root.clone()).or_insert_with(|| Known::new(&root));
        (root, below)
    }

    /// Notes that a file has changed; with `listing` that one came or went.
    pub(super) fn touch(&mut self, path: &Path, listing: bool) {
        for (root, known) in &mut self.projects {
            if path.starts_with(root) {
                known.is_stale = true;
                known.is_told = false;
                known.has_stale_names = true;
                let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
                let is_config = engine::CONFIG_NAMES.contains(&name);
                // What is excluded or ignored is not listed.
                if listing || is_config || name == ".gitignore" {
                    known.listing = None;
                }
                known.has_names &= !is_config;
            }
        }
    }

    /// The open files of a project, with their paths in it.
    fn open_in(&self, root: &Path) -> Vec<(String, &Document)> {
        let open = self.documents.iter().filter_map(|document| {
            let path = document.path.as_deref()?;
            let below = engine::below_root(root, path).filter(|it| !it.is_empty())?;
            (self.root_of(path) == root).then_some((below, document))
        });
        open.collect()
    }

    /// The projects whose findings the editor was not told since a file has changed.
    pub(super) fn untold(&self) -> Vec<PathBuf> {
        let untold = self.projects.values().filter(|it| !it.is_told);
        untold.map(|it| it.root.clone()).collect()
    }

    /// How to open a project with what stands in the editor; nothing if nothing in it is ours to judge.
    fn options(&self, root: &Path) -> Option<CheckOptions> {
        let open = self.open_in(root);
        let unsaved: BTreeMap<String, String> =
            open.iter().map(|(path, it)| (path.clone(), it.text.clone())).collect();
        // To open a folder in an editor is not to trust what its configuration wants to be run.
        let mut options = CheckOptions { unsaved, no_programs: true, ..CheckOptions::default() };
        options.listing = self.projects.get(root).and_then(|it| it.listing.clone());
        if !engine::is_whole(root) {
            // A file in any folder: what lies around it is nobody's project.
            let ours =
                open.iter().filter(|(path, it)| engine::kind_of(path).is_some() || it.is_gitlab());
            options.only = ours.map(|(path, _)| path.clone()).collect();
            if options.only.is_empty() {
                return None;
            }
        }
        Some(options)
    }

    /// Judges a project anew if a file has changed.
    pub(super) fn judge(&mut self, root: &Path) {
        if !self.projects.get(root).is_some_and(|it| it.is_stale) {
            return;
        }
        let encoding = self.encoding;
        let open: Vec<String> = self.open_in(root).into_iter().map(|(path, _)| path).collect();
        let options = self.options(root).filter(|_| !open.is_empty());
        let Some(known) = self.projects.get_mut(root) else { return };
        // If it fails, it fails until the next change.
        known.is_stale = false;
        let Some(options) = options else {
            known.findings = Findings::default();
            return;
        };
        match Project::open(root, options) {
            Err(Error::Config(error)) => {
                known.findings = Findings::of_config(&error, encoding);
                known.tell(format!("{}: {error}", error.path()));
            }
            Err(error) => {
                known.findings = Findings::default();
                known.tell(error.to_string());
            }
            Ok(project) => {
                known.told.clear();
                let report = engine::analyze(&project, &project.catalog);
                known.findings = Findings::new(&report, root, &open, encoding);
                known.names = Names::new(&project, &report.facts.pipelines, encoding);
                (known.has_stale_names, known.has_names) = (false, true);
                for failure in known.findings.failures.clone() {
                    known.tell(failure);
                }
                drop(report);
                known.listing = Some(project.files.listing());
                known.catalog = project.catalog;
            }
        }
    }

    /// Reads the names of a project anew if a file has changed; those of before stay if that fails, and if it is not
    /// them that are asked for.
    pub(super) fn read_names(&mut self, root: &Path, are_asked: bool) {
        let is_stale = |it: &Known| it.has_stale_names && (are_asked || !it.has_names);
        if !self.projects.get(root).is_some_and(is_stale) {
            return;
        }
        let options = self.options(root);
        let encoding = self.encoding;
        let Some(known) = self.projects.get_mut(root) else { return };
        (known.has_stale_names, known.has_names) = (false, true);
        if let Some(Ok(project)) = options.map(|options| Project::open(root, options)) {
            known.names = Names::new(&project, &engine::pipelines(&project), encoding);
            known.listing = Some(project.files.listing());
            known.catalog = project.catalog;
        }
    }

    /// The text of an open file after all its safe fixes; nothing if there are none.
    pub(super) fn fixed(&self, root: &Path, path: &str) -> Option<String> {
        let mut text = self.projects.get(root)?.findings.fixed.get(path)?.clone();
        for _ in 1..engine::MAX_ROUNDS {
            let mut options = self.options(root)?;
            options.unsaved.insert(path.to_owned(), text.clone());
            let project = Project::open(root, options).ok()?;
            let report = engine::analyze(&project, &project.catalog);
            match fixed_text(&report, path) {
                Some(better) => text = better,
                None => break,
            }
        }
        Some(text)
    }
}

impl Known {
    fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            is_stale: true,
            is_told: false,
            has_stale_names: true,
            has_names: false,
            findings: Findings::default(),
            names: Names::default(),
            catalog: crate::rules::catalog(),
            listing: None,
            published: BTreeMap::new(),
            told: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    /// Tells the user an error, unless it was just told.
    fn tell(&mut self, error: String) {
        if self.told.insert(error.clone()) {
            self.errors.push(error);
        }
    }
}
