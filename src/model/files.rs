use crate::text::{Source, Sources};

/// The files of a project, as a model may ask for them. The engine reads them from disk; tests
/// hold them in memory.
pub trait Files: Sync {
    /// The source of the file at `path` (below the project root, `/` between its parts). Nothing
    /// if there is no such file, it is no regular file, it lies outside the root, or it cannot be
    /// read; the reader keeps the reason.
    fn read(&self, path: &str) -> Option<&Source>;

    /// The sources of several files, as [`Files::read`] gives them.
    fn read_all(&self, paths: &[&str]) -> Vec<Option<&Source>> {
        paths.iter().map(|path| self.read(path)).collect()
    }

    /// Whether there is a file at `path`.
    fn exists(&self, path: &str) -> bool;

    /// Paths of all files of the project that version control would keep, sorted.
    fn paths(&self) -> &[String];

    /// Whether they are all files of the project: not so where one was named by itself, in a folder that is
    /// no project.
    fn is_whole(&self) -> bool {
        true
    }
}

/// Files that live in memory.
#[derive(Default)]
pub struct MemoryFiles {
    sources: Sources,
    paths: Vec<String>,
}

impl MemoryFiles {
    /// The files of these paths and texts.
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let sources = Sources::new();
        for (path, text) in files {
            sources.add(path, text);
        }
        let mut paths: Vec<String> = sources.iter().map(|source| source.path.clone()).collect();
        paths.sort();
        Self { sources, paths }
    }

    /// The sources behind the files.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Option<&Source> {
        self.sources.by_path(path)
    }

    fn exists(&self, path: &str) -> bool {
        self.sources.by_path(path).is_some()
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}
