//! The real Dockerfiles of the shared cases.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::OnceLock;

/// A file of `../shared/cases`; nothing, with a message, where it is not at hand.
pub(crate) fn case_file(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {}", path.display());
    }
    text
}

/// The lines of a JSONL file of the cases.
pub(crate) fn cases(name: &str) -> Vec<serde_json::Value> {
    let text = case_file(name).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).expect("a case is JSON")).collect()
}

/// Names and bytes of all real Dockerfiles; none, with a message, where they are not at hand.
pub(crate) fn dockerfiles() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let Some(root) = unpacked() else { return Vec::new() };
        let mut paths = Vec::new();
        walk(&root.join("dockerfiles"), &mut paths);
        let flat = paths.len();
        walk(&root.join("gitlab-repos"), &mut paths);
        let named = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_lowercase();
            let odd = [".dockerignore", ".sh", ".py", ".md", ".yml", ".json", ".j2"];
            (name.starts_with("dockerfile") || name.ends_with(".dockerfile"))
                && !odd.iter().any(|end| name.ends_with(end))
        };
        let wanted = paths.iter().enumerate().filter(|(at, path)| *at < flat || named(path));
        let name = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
        wanted.filter_map(|(_, path)| Some((name(path), std::fs::read(path).ok()?))).collect()
    })
}

fn unpacked() -> Option<PathBuf> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/corpus.tar.xz");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dockerfile-corpus");
    if !target.is_dir() {
        if !packed.is_file() {
            println!("skipped: no {}", packed.display());
            return None;
        }
        let unpacking = target.with_extension(std::process::id().to_string());
        std::fs::create_dir_all(&unpacking).ok()?;
        let mut tar = Process::new("tar");
        tar.arg("-xJf").arg(&packed).arg("-C").arg(&unpacking);
        tar.status().ok().filter(std::process::ExitStatus::success)?;
        let _ = std::fs::rename(&unpacking, &target);
    }
    Some(target.join("corpus"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}
