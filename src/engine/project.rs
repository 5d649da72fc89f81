use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Config;
use super::discover::{self, FileKind};
use super::disk::source_path;
use super::pack::{PackPage, load_packs};
use super::{DiskFiles, Error, Selection};
use crate::model::Files as _;
use crate::model::evidence::Evidence;
use crate::model::gitlab::Settings;
use crate::rule::Catalog;
use crate::rules;
use crate::text::Source;

/// What the command line asks for beside a root folder.
#[derive(Clone, Debug, Default)]
pub struct CheckOptions {
    /// Files and folders below the root that were named; empty for the whole project.
    pub only: Vec<String>,
    /// A spec to be held to instead of the project's own.
    pub spec: Option<PathBuf>,
    /// A configuration file instead of the one that would be found.
    pub config: Option<PathBuf>,
    /// No configuration file at all.
    pub no_config: bool,
    /// Rules that were selected and ignored.
    pub selection: Selection,
    /// Evidence files beside those that the configuration names.
    pub evidence: Vec<PathBuf>,
    /// Whether a pack may still be without pages, as one that is just begun is.
    pub empty_packs: bool,
    /// Whether no other program may be started, whatever the configuration says: ShellCheck is not asked then.
    pub no_programs: bool,
    /// What stands in an editor in the place of files, by their paths below the root. Such a file need not be on disk.
    pub unsaved: BTreeMap<String, String>,
    /// The files of the project, where they were listed before and none came or went since.
    pub listing: Option<Arc<[String]>>,
    /// The time that counts as now, in seconds since 1970; `SOURCE_DATE_EPOCH` or the clock if left out.
    pub now: Option<i64>,
}

/// A root folder with its configuration and all that was read from it.
pub struct Project {
    /// The options it was opened with.
    pub options: CheckOptions,
    /// What its configuration file says.
    pub config: Config,
    /// Its files.
    pub files: DiskFiles,
    /// The built-in rules and those of its packs.
    pub catalog: Catalog,
    /// The pages of its packs.
    pub pack_pages: Vec<PackPage>,
    /// What was measured outside.
    pub evidence: Evidence,
    /// The path of the spec that was named, among the sources.
    pub(super) named_spec: Option<String>,
    /// The path of its configuration file, among the sources; nothing if it has none.
    pub(super) config_path: Option<String>,
}

impl Project {
    /// Opens the project at `root`: reads its configuration, nothing else yet.
    ///
    /// # Errors
    /// Fails if the configuration, or a spec that was named, cannot be read or understood.
    pub fn open(root: &Path, options: CheckOptions) -> Result<Self, Error> {
        let config_path = match &options.config {
            Some(path) => Some(path.clone()),
            None if options.no_config => None,
            None => {
                let unsaved = discover::CONFIG_NAMES.into_iter();
                let mut unsaved = unsaved.filter(|name| options.unsaved.contains_key(*name));
                discover::config_in(root).or_else(|| unsaved.next().map(|name| root.join(name)))
            }
        };
        let (mut config, written) = match config_path {
            Some(path) => {
                let below = super::below_root(root, &path).filter(|_| options.config.is_none());
                let shown = below.unwrap_or_else(|| source_path(root, &path));
                let text = match options.unsaved.get(&shown) {
                    Some(text) => text.clone(),
                    None => read_config(path, options.config.is_some())?,
                };
                (Config::parse(&shown, &text)?, Some((shown, text)))
            }
            None => (Config::default(), None),
        };
        config.shellcheck.enabled &= !options.no_programs;
        let set = |patterns: &mut dyn Iterator<Item = &str>| {
            let mut set = globset::GlobSetBuilder::new();
            for pattern in patterns {
                set.add(super::glob(pattern)?);
            }
            set.build().map_err(|error| Error::Glob {
                pattern: config.exclude.join(", "),
                reason: error.kind().to_string(),
            })
        };
        let exclude = set(&mut config.exclude.iter().map(String::as_str))?;
        // What lies below such a folder need not even be listed.
        let pruned = set(&mut config.exclude.iter().filter_map(|it| it.strip_suffix("/**")))?;
        let files = DiskFiles::new(root, exclude, pruned);
        let by_itself = !options.only.is_empty() && written.is_none();
        let is_stray = by_itself && !discover::is_repository(root);
        let files = if is_stray { files.shallow() } else { files };
        let files = files.with_unsaved(&options.unsaved, options.listing.clone());
        let is_part = by_itself && !root.join(".git").exists();
        let files = if is_part { files.partial() } else { files };
        let mut catalog = rules::catalog();
        let named_by = written.as_ref().map_or(("", ""), |(path, text)| (path, text));
        let pack_pages =
            load_packs(&files, (&config.packs, options.empty_packs), named_by, &mut catalog)?;
        if let Some((path, text)) = &written {
            config.check(path, text, &catalog)?;
            config.check_includes(path, text, &files)?;
            config.check_spec(path, text, &files)?;
        }
        let named_spec = match &options.spec {
            Some(path) => {
                let bytes = super::read_file(path)?;
                let shown = source_path(root, path);
                files.overlay(&shown, bytes);
                Some(shown)
            }
            None => None,
        };
        // Exceptions are pointed at, so the file that they stand in is a source then.
        let config_path = written.filter(|_| !config.exceptions.is_empty());
        let config_path = config_path.map(|(path, text)| {
            files.overlay(&path, text.into_bytes());
            path
        });
        let evidence = super::evidence::read((root, &files), &options, &config)?;
        let project =
            Self { options, config, files, catalog, pack_pages, evidence, named_spec, config_path };
        super::exception::check_clauses(&project)?;
        Ok(project)
    }

    /// A project whose files live in memory, with the configuration of `pipespec.yaml` among them.
    ///
    /// # Errors
    /// Fails if that configuration cannot be understood.
    pub fn in_memory<P: Into<String>, T: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, T)>,
        options: CheckOptions,
    ) -> Result<Self, Error> {
        let files = DiskFiles::in_memory(files);
        let written = discover::CONFIG_NAMES.iter().find_map(|name| files.read(name));
        let config = match written {
            Some(source) => Config::parse(&source.path, source.text())?,
            None => Config::default(),
        };
        let config_path = written.map(|source| source.path.clone());
        let mut catalog = rules::catalog();
        let named_by = written.map_or(("", ""), |it| (it.path.as_str(), it.text()));
        let pack_pages =
            load_packs(&files, (&config.packs, options.empty_packs), named_by, &mut catalog)?;
        if let Some(source) = written {
            config.check(&source.path, source.text(), &catalog)?;
            config.check_includes(&source.path, source.text(), &files)?;
            config.check_spec(&source.path, source.text(), &files)?;
        }
        let evidence = super::evidence::read((Path::new(""), &files), &options, &config)?;
        let project = Self {
            options,
            config,
            files,
            catalog,
            pack_pages,
            evidence,
            named_spec: None,
            config_path,
        };
        super::exception::check_clauses(&project)?;
        Ok(project)
    }

    /// The same project, read anew.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn reopen(&self) -> Result<Self, Error> {
        Self::open(self.files.root(), self.options.clone())
    }

    /// What is known of the server and the project outside of its files.
    pub fn settings(&self) -> Settings {
        self.config.pipeline_settings()
    }

    /// Puts `bytes` in the place of the file at `path` below the root.
    pub fn overlay(&self, path: &str, bytes: Vec<u8>) {
        self.files.overlay(path, bytes);
    }

    /// Whether findings in the file at `path` are wanted.
    pub fn is_wanted(&self, path: &str) -> bool {
        let only = &self.options.only;
        only.is_empty() || only.iter().any(|named| is_below(path, named))
    }

    /// The files of one kind: those that were named, else all of the project, sorted.
    pub(super) fn files_of(&self, wanted: FileKind) -> Vec<&Source> {
        let mut paths: Vec<String> = Vec::new();
        let named = self.options.only.iter().filter(|path| self.files.exists(path));
        for path in named {
            if !self.files.root().join(path).is_dir() && discover::kind_of_named(path) == wanted {
                paths.push(path.clone());
            }
        }
        for path in self.files.paths() {
            if discover::kind_of(path) == Some(wanted) && !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        paths.sort();
        paths.iter().filter_map(|path| self.files.read(path)).collect()
    }
}

/// The text of a configuration file that was found or named.
fn read_config(path: PathBuf, is_named: bool) -> Result<String, Error> {
    // One that is found is a file like the others; one that is named may be a pipe.
    if !is_named && !path.is_dir() && !path.is_file() && path.exists() {
        let reason = "is a pipe or a device, and only files are read".to_owned();
        return Err(Error::Path { path, reason });
    }
    let bytes = super::read_file(&path)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_below(path: &str, named: &str) -> bool {
    path == named || path.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}
