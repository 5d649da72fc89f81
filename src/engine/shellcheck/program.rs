//! Finding and running the program.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::rule::Severity;

/// Scripts that one process gets.
const BATCH: usize = 200;
/// How long one process may take.
const TIME: Duration = Duration::from_secs(60);
/// How much it may print, in bytes.
const MAX_OUTPUT: u64 = 64 * 1024 * 1024;

/// Codes that say nothing about a script in YAML or a Dockerfile: sourced files that are not given,
/// ash that is read as dash, missing `#!` lines.
const NEVER: [&str; 5] = ["SC1090", "SC1091", "SC2148", "SC2187", "SC2239"];

/// What is asked.
pub(super) struct Request<'r> {
    /// The least level.
    pub level: &'r str,
    /// Codes that are left out.
    pub exclude: Vec<&'r str>,
    /// The texts.
    pub texts: &'r [&'r str],
}

/// One comment of ShellCheck.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    file: String,
    pub line: u32,
    pub end_line: u32,
    pub column: u32,
    pub end_column: u32,
    level: String,
    pub code: u16,
    pub message: String,
}

#[derive(Deserialize)]
struct Output {
    comments: Vec<Comment>,
}

impl Comment {
    /// Its level as a severity of ours.
    pub(super) fn severity(&self) -> Severity {
        match self.level.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => Severity::Note,
        }
    }
}

/// Runs it on all texts and gives the comments of each.
///
/// # Errors
/// Says why it cannot be run, to stand behind its name.
pub(super) fn run(
    named: Option<&Path>,
    root: &Path,
    request: &Request<'_>,
) -> Result<Vec<Vec<Comment>>, String> {
    let program = find(named, root)?;
    let mut comments: Vec<Vec<Comment>> = request.texts.iter().map(|_| Vec::new()).collect();
    if request.texts.is_empty() {
        return Ok(comments);
    }
    let folder = Folder::new(root)?;
    let mut names = Vec::new();
    for (number, text) in request.texts.iter().enumerate() {
        let name = format!("{number}.sh");
        fs::write(folder.path.join(&name), text)
            .map_err(|error| format!("cannot be given the scripts: {error}"))?;
        names.push(name);
    }
    let exclude = [&NEVER[..], &request.exclude].concat().join(",");
    for batch in names.chunks(BATCH) {
        let options =
            ["--format=json1", "--norc", "--severity", request.level, "--exclude", &exclude];
        let arguments = options.iter().map(|&it| it.to_owned()).chain(batch.iter().cloned());
        for comment in once(&program, &folder.path, arguments)? {
            let number = comment.file.rsplit('/').next().and_then(|it| it.strip_suffix(".sh"));
            let number = number.and_then(|it| it.parse::<usize>().ok());
            if let Some(of_text) = number.and_then(|number| comments.get_mut(number)) {
                of_text.push(comment);
            }
        }
    }
    Ok(comments)
}

/// The program: the one that is named, else the first on the `PATH`. None that lies below the root,
/// so that nothing of the checked repository is run.
fn find(named: Option<&Path>, root: &Path) -> Result<PathBuf, String> {
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let usable = |path: &Path| {
        let real = fs::canonicalize(path).ok()?;
        let is_program = real.is_file() && is_executable(&real);
        (is_program && path.is_absolute()).then_some(real)
    };
    // Files in memory have no root.
    let outside = |real: &PathBuf| root.as_os_str().is_empty() || !real.starts_with(&root);
    if let Some(path) = named {
        let is_it =
            path.file_name().is_some_and(|it| it.to_string_lossy().starts_with("shellcheck"));
        if !is_it {
            return Err(format!("is not what `{}` is called", path.display()));
        }
        let real = usable(path).ok_or_else(|| format!("is not at `{}`", path.display()))?;
        return Some(real).filter(outside).ok_or_else(|| {
            format!("at `{}` lies in the repository, and nothing of that is run", path.display())
        });
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("shellcheck{}", std::env::consts::EXE_SUFFIX);
    let found = std::env::split_paths(&paths)
        .filter_map(|folder| usable(&folder.join(&name)))
        .find(outside);
    found.ok_or_else(|| {
        "is not on the PATH, and the configuration asks for it (`shellcheck: {enabled: true}`)"
            .to_owned()
    })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// Runs one process to its end.
fn once(
    program: &Path,
    folder: &Path,
    arguments: impl Iterator<Item = String>,
) -> Result<Vec<Comment>, String> {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    let mut child = std::process::Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.map(|out| out.take(MAX_OUTPUT).read_to_end(&mut text));
        read.is_some_and(|it| it.is_ok()).then_some(text)
    });
    let end = Instant::now() + TIME;
    let finished = loop {
        match child.try_wait() {
            Ok(Some(_)) => break true,
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
            _ => break false,
        }
    };
    if !finished {
        // It is ended by its own handle; that it has ended already is no error.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("took longer than {} seconds", TIME.as_secs()));
    }
    let text = reader.join().ok().flatten().unwrap_or_default();
    let output: Result<Output, _> = serde_json::from_slice(&text);
    output.map(|it| it.comments).map_err(|_| "does not answer in the form `json1`".to_owned())
}

/// A folder of our own outside of the repository, removed at the end.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(root: &Path) -> Result<Self, String> {
        let fail = |error: std::io::Error| format!("cannot be given a folder: {error}");
        let temporary = fs::canonicalize(std::env::temp_dir()).map_err(fail)?;
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        if root.parent().is_some() && temporary.starts_with(&root) {
            return Err(
                "is not run: the folder for temporary files lies in the repository".to_owned()
            );
        }
        let mut last = None;
        for attempt in 0..16_u32 {
            let path = temporary.join(format!("pipespec-{}-{attempt}", std::process::id()));
            match private(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(String::new, fail))
    }
}

/// Makes a folder that nobody else can look into; fails if there is something of this name.
fn private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.path);
    }
}
