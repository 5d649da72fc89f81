use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::Error;
use super::discover::{FileKind, kind_of};
use crate::model::Files;
use crate::text::{Source, SourceId, Sources};

/// No file that is larger is read, in bytes. GitLab refuses a configuration far below it.
pub const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

/// A file that is there and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadFailure {
    /// Path below the project root.
    pub path: String,
    /// Why, in words.
    pub reason: String,
}

/// The files below one root folder on disk. Each is read at most once.
pub struct DiskFiles {
    root: PathBuf,
    /// The root with all links resolved; nothing outside it is read.
    real_root: PathBuf,
    in_memory: bool,
    sources: Sources,
    known: Mutex<BTreeMap<String, Option<SourceId>>>,
    failures: Mutex<Vec<ReadFailure>>,
    paths: OnceLock<Arc<[String]>>,
    /// Files that stand in an editor, by path; they count as being there.
    unsaved: Vec<String>,
    exclude: globset::GlobSet,
    /// Folders all of whose files are left out.
    pruned: globset::GlobSet,
    /// How many folders deep [`Files::paths`] goes; nothing for all.
    depth: Option<usize>,
    /// Whether they are all files of the project.
    whole: bool,
}

impl DiskFiles {
    /// The files below `root`, those that match `exclude` and those below a folder that matches `pruned` left
    /// out of [`Files::paths`].
    pub fn new(root: &Path, exclude: globset::GlobSet, pruned: globset::GlobSet) -> Self {
        Self {
            root: root.to_owned(),
            real_root: fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()),
            in_memory: false,
            sources: Sources::new(),
            known: Mutex::default(),
            failures: Mutex::default(),
            paths: OnceLock::new(),
            unsaved: Vec::new(),
            exclude,
            pruned,
            depth: None,
            whole: true,
        }
    }

    /// The same files, of which [`Files::paths`] lists those only that lie in the root itself: for a file that
    /// was named in a folder that is no project, below which anything may lie.
    pub fn shallow(self) -> Self {
        Self { depth: Some(1), ..self }
    }

    /// The same files, with texts from an editor in the place of those on disk; `listing` is what [`Files::paths`]
    /// lists on disk, if it is known.
    pub(super) fn with_unsaved(
        mut self,
        texts: &BTreeMap<String, String>,
        listing: Option<Arc<[String]>>,
    ) -> Self {
        for (path, text) in texts {
            self.overlay(path, text.clone().into_bytes());
        }
        self.unsaved = texts.keys().cloned().collect();
        if let Some(listing) = listing {
            self.paths = OnceLock::from(self.with_listed(listing));
        }
        self
    }

    /// What [`Files::paths`] lists, to be given to a project that is opened later.
    pub fn listing(&self) -> Arc<[String]> {
        Arc::clone(self.listed())
    }

    fn listed(&self) -> &Arc<[String]> {
        self.paths.get_or_init(|| self.with_listed(self.walk().into()))
    }

    /// A listing with the files that stand in an editor.
    fn with_listed(&self, listing: Arc<[String]>) -> Arc<[String]> {
        let is_new = |path: &&String| {
            // One that is on disk and not listed is left out there.
            listing.binary_search(path).is_err()
                && stays_below_root(path)
                && !self.root.join(path).exists()
                && !self.exclude.is_match(path.as_str())
        };
        let new: Vec<&String> = self.unsaved.iter().filter(is_new).collect();
        if new.is_empty() {
            return listing;
        }
        let mut all: Vec<String> = listing.iter().chain(new).cloned().collect();
        all.sort();
        all.into()
    }

    /// The same files, which may be some of those of a project only: for files that were named where no
    /// repository is.
    pub fn partial(self) -> Self {
        Self { whole: false, ..self }
    }

    /// Files that live in memory only, by path; there is no folder behind them.
    pub fn in_memory<P: Into<String>, T: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let all = Self::new(Path::new(""), globset::GlobSet::empty(), globset::GlobSet::empty());
        let mut paths = Vec::new();
        for (path, bytes) in files {
            let path = path.into();
            all.overlay(&path, bytes.into());
            paths.push(path);
        }
        paths.sort();
        Self { in_memory: true, paths: OnceLock::from(Arc::from(paths)), ..all }
    }

    /// The root folder as it was given.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is a file or folder at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let is_below = |file: &String| {
            file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match path {
            "" | "." => true,
            _ if self.in_memory => self.paths().iter().any(is_below),
            _ => stays_below_root(path) && self.root.join(path).exists(),
        }
    }

    /// The files at and below `path`, sorted, those too that are left out of [`Files::paths`] or that Git ignores.
    pub(super) fn below(&self, path: &str) -> Vec<String> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        if self.in_memory {
            let wanted = |file: &&String| *file == path || file.starts_with(&prefix);
            return self.paths().iter().filter(wanted).cloned().collect();
        }
        let mut walk = ignore::WalkBuilder::new(self.root.join(path));
        walk.standard_filters(false).follow_links(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        let files = walk.build().flatten();
        let files = files.filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
        let mut paths: Vec<String> =
            files.filter_map(|entry| below(&self.root, entry.path())).collect();
        paths.sort();
        paths
    }

    /// All sources that were read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Puts `text` in the place of the file at `path` (an unsaved buffer, standard input).
    pub fn overlay(&self, path: &str, bytes: Vec<u8>) -> &Source {
        let source = self.sources.add_bytes(path, bytes);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), Some(source.id));
        source
    }

    /// Whether a file holds text; notes a binary file as one that cannot be judged as what it
    /// should be.
    pub(super) fn takes_text(&self, source: &Source, wanted: &str) -> bool {
        let is_text = !source.text().contains('\0');
        if !is_text {
            self.fail(source.path.clone(), format!("is a binary file, no {wanted}"));
        }
        is_text
    }

    /// The files that could not be read, sorted.
    pub fn failures(&self) -> Vec<ReadFailure> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone();
        failures.sort();
        failures
    }

    fn load(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        if self.in_memory {
            return Ok(None);
        }
        if !stays_below_root(path) {
            return Err("lies outside the project root".to_owned());
        }
        let full = self.root.join(path);
        let real = match fs::canonicalize(&full) {
            Ok(real) => real,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return if full.is_symlink() { Err(DANGLING.to_owned()) } else { Ok(None) };
            }
            Err(error) => return Err(unread(&error)),
        };
        if !real.starts_with(&self.real_root) {
            return Err("is a link that leaves the project root".to_owned());
        }
        // Before it is opened: that would wait for somebody to write into a pipe.
        let meta = fs::metadata(&real).map_err(|error| unread(&error))?;
        if meta.is_dir() {
            let is_root = kind_of(path) == Some(FileKind::GitlabRoot);
            return if is_root { Err(FOLDER.to_owned()) } else { Ok(None) };
        }
        if !meta.is_file() {
            return Err("is a pipe or a device, and only files are read".to_owned());
        }
        read_limited(&real).map(Some)
    }

    fn walk(&self) -> Vec<String> {
        let mut walk = ignore::WalkBuilder::new(&self.root);
        // What git keeps depends on the repository alone, not on who checks it.
        walk.hidden(false).require_git(false).follow_links(false);
        walk.ignore(false).git_global(false).max_depth(self.depth);
        let (root, pruned) = (self.root.clone(), self.pruned.clone());
        walk.filter_entry(move |entry| {
            let excluded = || below(&root, entry.path()).is_some_and(|it| pruned.is_match(it));
            entry.file_name() != ".git" && (pruned.is_empty() || !excluded())
        });
        let mut paths = Vec::new();
        for entry in walk.build() {
            match entry {
                Ok(entry) => {
                    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                        continue;
                    }
                    if let Some(path) = below(&self.root, entry.path())
                        && !self.exclude.is_match(&path)
                    {
                        paths.push(path);
                    }
                }
                Err(error) => self.fail_walk(&error),
            }
        }
        paths.sort();
        paths
    }

    fn fail_walk(&self, error: &ignore::Error) {
        let ignore::Error::WithPath { path, err } = error else { return };
        let Some(path) = below(&self.root, path) else { return };
        let reason = err.io_error().map_or_else(|| err.to_string(), unread);
        self.fail(path, reason);
    }

    fn fail(&self, path: String, reason: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(ReadFailure { path, reason });
    }
}

const DANGLING: &str = "is a link to a file that does not exist";
const FOLDER: &str = "is a folder where a file is expected";

/// Reads a file that the user named, wherever it lies; it may be a pipe.
///
/// # Errors
/// Fails on what cannot be read, and on more than [`MAX_FILE_SIZE`].
pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let read = match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(FOLDER.to_owned()),
        Ok(_) => read_limited(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.is_symlink() => {
            Err(DANGLING.to_owned())
        }
        Err(error) => Err(unread(&error)),
    };
    read.map_err(|reason| Error::Path { path: path.to_owned(), reason })
}

/// What went wrong with a path, in words.
pub fn path_error(path: &Path, error: &std::io::Error) -> Error {
    Error::Path { path: path.to_owned(), reason: unread(error) }
}

/// Reads standard input.
///
/// # Errors
/// As [`read_file`].
pub fn read_input() -> Result<Vec<u8>, Error> {
    let read = read_up_to_limit(std::io::stdin(), 0);
    read.map_err(|reason| Error::Path { path: PathBuf::from("standard input"), reason })
}

fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let file = fs::File::open(path).map_err(|error| unread(&error))?;
    let len = file.metadata().map_err(|error| unread(&error))?.len();
    read_up_to_limit(file, len)
}

/// Reads as much as is read of any file; more is an error.
fn read_up_to_limit(from: impl std::io::Read, len: u64) -> Result<Vec<u8>, String> {
    let too_large =
        || format!("is larger than {} MiB, which is all that is read", MAX_FILE_SIZE >> 20);
    if len > MAX_FILE_SIZE {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    from.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
    if bytes.len() as u64 > MAX_FILE_SIZE { Err(too_large()) } else { Ok(bytes) }
}

/// Why something that is there, or should be, cannot be read.
fn unread(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {}", words(error)),
    }
}

/// What went wrong, without the operating system's error number.
pub(super) fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Whether a path with `/` between its parts never climbs out of the folder it starts in.
pub(super) fn stays_below_root(path: &str) -> bool {
    let mut depth = 0_i64;
    for part in Path::new(path).components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

/// How the file at `path` is named among the sources of a project: below its root, or in full if it lies outside.
pub(super) fn source_path(root: &Path, path: &Path) -> String {
    let full = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = full(path);
    below(&full(root), &path).unwrap_or_else(|| path.to_string_lossy().replace('\\', "/"))
}

/// `path` below `root`, with `/` between its parts.
pub fn below(root: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(root).ok()?.to_string_lossy();
    Some(if cfg!(windows) { rest.replace('\\', "/") } else { rest.into_owned() })
}

/// So many files are read without threads.
const SERIAL_READS: usize = 16;

impl DiskFiles {
    /// The source of a file that was asked for before.
    fn known(&self, path: &str) -> Option<Option<&Source>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(path).map(|id| id.map(|id| self.sources.get(id)))
    }

    /// Keeps what was loaded from `path`.
    fn keep(&self, path: &str, loaded: Result<Option<Vec<u8>>, String>) -> Option<&Source> {
        let source = match loaded {
            Ok(Some(bytes)) => Some(self.sources.add_bytes(path, bytes)),
            Ok(None) => None,
            Err(reason) => {
                self.fail(path.to_owned(), reason);
                None
            }
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(path.to_owned(), source.map(|source| source.id));
        source
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Option<&Source> {
        let path = path.trim_start_matches("./");
        self.known(path).unwrap_or_else(|| self.keep(path, self.load(path)))
    }

    fn read_all(&self, paths: &[&str]) -> Vec<Option<&Source>> {
        if paths.len() <= SERIAL_READS {
            return paths.iter().map(|path| self.read(path)).collect();
        }
        let paths: Vec<&str> = paths.iter().map(|path| path.trim_start_matches("./")).collect();
        let load = |path: &&str| self.known(path).is_none().then(|| self.load(path));
        // They get their numbers in the order in which they were asked for.
        let loaded: Vec<_> = paths.par_iter().map(load).collect();
        let keep = |(path, loaded): (&str, Option<Result<_, _>>)| {
            let loaded = loaded.filter(|_| self.known(path).is_none());
            loaded.map_or_else(|| self.read(path), |loaded| self.keep(path, loaded))
        };
        paths.into_iter().zip(loaded).map(keep).collect()
    }

    fn exists(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(path) {
            Some(id) => id.is_some(),
            None => !self.in_memory && stays_below_root(path) && self.root.join(path).exists(),
        }
    }

    fn is_whole(&self) -> bool {
        self.whole
    }

    fn paths(&self) -> &[String] {
        self.listed()
    }
}
