//! Which files are judged, and as what.

use std::path::{Path, PathBuf};

/// What a file is judged as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// A root configuration of GitLab CI.
    GitlabRoot,
    /// Another GitLab CI file: a component, a child pipeline, a template; read as what it is unless
    /// a root configuration includes it.
    GitlabPart,
    /// A Dockerfile.
    Dockerfile,
    /// A Markdown file below `openspec/`.
    Spec,
}

/// The names of the configuration file, in the order in which they are looked for.
pub const CONFIG_NAMES: [&str; 2] = ["pipespec.yaml", ".pipespec.yaml"];

/// The name of GitLab's configuration file where the project does not say otherwise.
pub(super) const GITLAB_CI: &str = ".gitlab-ci.yml";

/// Endings of files that have a Dockerfile's name in theirs and are none: templates, code, documents.
const OTHER_ENDINGS: [&str; 34] = [
    ".bak",
    ".c",
    ".cc",
    ".cpp",
    ".dockerignore",
    ".erb",
    ".go",
    ".h",
    ".html",
    ".in",
    ".j2",
    ".java",
    ".jinja",
    ".jinja2",
    ".js",
    ".json",
    ".kt",
    ".lock",
    ".md",
    ".mustache",
    ".orig",
    ".patch",
    ".php",
    ".py",
    ".rb",
    ".rs",
    ".sh",
    ".template",
    ".tmpl",
    ".toml",
    ".tpl",
    ".ts",
    ".txt",
    ".yaml",
];

/// What the file at `path` (below the root) is by its name; nothing if it is none of ours.
pub fn kind_of(path: &str) -> Option<FileKind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name == GITLAB_CI {
        let kind = if folder.is_empty() { FileKind::GitlabRoot } else { FileKind::GitlabPart };
        return Some(kind);
    }
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let in_folder = |wanted: &str| {
        folder == wanted || folder.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'))
    };
    if is_yaml
        && (name.ends_with(".gitlab-ci.yml") || in_folder(".gitlab/ci") || in_folder("templates"))
    {
        return Some(FileKind::GitlabPart);
    }
    if is_dockerfile(name) {
        return Some(FileKind::Dockerfile);
    }
    (in_folder("openspec") && name.ends_with(".md")).then_some(FileKind::Spec)
}

fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = ["dockerfile", "containerfile"].iter().any(|stem| {
        name == *stem
            || name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
            || name
                .strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with(['-', '_']) && !rest.contains('.'))
            || name.strip_suffix(stem).is_some_and(|rest| rest.ends_with('.'))
    });
    named && !OTHER_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What a file that the user named is judged as: by its name, else by its ending.
pub(super) fn kind_of_named(path: &str) -> FileKind {
    if path.rsplit('/').next() == Some(GITLAB_CI) {
        return FileKind::GitlabRoot;
    }
    kind_of(path).unwrap_or_else(|| {
        let name = path.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".yml", ".yaml", ".json"]) {
            FileKind::GitlabRoot
        } else if ends(&[".md", ".markdown"]) {
            FileKind::Spec
        } else {
            FileKind::Dockerfile
        }
    })
}

/// The root of the project that `start` (a folder) lies in: the nearest folder upwards with a
/// configuration of ours or a repository, else the nearest with a configuration of GitLab, else `start` itself. The
/// search ends at the repository's root.
pub fn project_root(start: &Path) -> PathBuf {
    let is_root = |folder: &&Path| config_in(folder).is_some() || folder.join(".git").exists();
    let is_configured = |folder: &&Path| folder.join(GITLAB_CI).exists();
    let found = start.ancestors().find(is_root);
    found.or_else(|| start.ancestors().find(is_configured)).unwrap_or(start).to_owned()
}

/// Whether a folder that the user named is a project of its own rather than a part of one.
pub fn is_project(folder: &Path) -> bool {
    let dockerfiles = ["Dockerfile", "Dockerfile.ci", "Containerfile"];
    is_whole(folder) || dockerfiles.iter().any(|name| folder.join(name).exists())
}

/// Whether all that lies below a folder belongs together: it holds a configuration of ours, or a repository.
pub fn is_whole(folder: &Path) -> bool {
    config_in(folder).is_some() || is_repository(folder)
}

/// Whether a folder without a configuration of ours holds a repository, as far as one can tell.
pub(super) fn is_repository(folder: &Path) -> bool {
    [".git", GITLAB_CI, "openspec"].iter().any(|name| folder.join(name).exists())
}

/// The configuration file in `folder`, if there is one.
pub(super) fn config_in(folder: &Path) -> Option<PathBuf> {
    CONFIG_NAMES.iter().map(|name| folder.join(name)).find(|path| {
        // A link that leads nowhere is there too: it is told, not passed over.
        path.exists() || path.is_symlink()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        let cases = [
            (".gitlab-ci.yml", Some(FileKind::GitlabRoot)),
            ("sub/.gitlab-ci.yml", Some(FileKind::GitlabPart)),
            (".gitlab/ci/build.yaml", Some(FileKind::GitlabPart)),
            ("templates/lint/template.yml", Some(FileKind::GitlabPart)),
            ("ci/Go.gitlab-ci.yml", Some(FileKind::GitlabPart)),
            ("Dockerfile", Some(FileKind::Dockerfile)),
            ("a/Dockerfile.ci", Some(FileKind::Dockerfile)),
            ("a/web.Dockerfile", Some(FileKind::Dockerfile)),
            ("Containerfile.dev", Some(FileKind::Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("Dockerfile.j2", None),
            ("Dockerfiles.txt", None),
            ("Dockerfile-dev", Some(FileKind::Dockerfile)),
            ("dockerfile_corpus.rs", None),
            ("Dockerfile.test.js", None),
            ("openspec/specs/a/spec.md", Some(FileKind::Spec)),
            ("docs/a.md", None),
            ("templates/a.html", None),
        ];
        for (path, kind) in cases {
            assert_eq!(kind_of(path), kind, "{path}");
        }
        assert_eq!(kind_of_named("x.yaml"), FileKind::GitlabRoot);
        assert_eq!(kind_of_named("notes.md"), FileKind::Spec);
        assert_eq!(kind_of_named("build/image"), FileKind::Dockerfile);
    }
}
