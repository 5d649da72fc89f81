//! Whether a word that names a package says which version.

use super::packages::UNKNOWN;

/// `name=version`, `name/release`, a file.
pub(super) fn apt_pinned(text: &str) -> bool {
    text.contains(['=', '/']) || text.ends_with(".deb")
}

/// `name-version`: a part behind a dash that begins with a digit; `name = version` in one word; a file.
pub(super) fn rpm_pinned(text: &str) -> bool {
    let version = |part: &str| part.starts_with(|ch: char| ch.is_ascii_digit() || ch == UNKNOWN);
    let compares = text.contains("= ") || text.contains(['<', '>']);
    text.ends_with(".rpm") || text.contains('/') || compares || text.split('-').skip(1).any(version)
}

/// A requirement with a version, a file, a commit.
pub(super) fn pip_pinned(text: &str) -> bool {
    let schemes = ["git+", "hg+", "svn+", "bzr+"];
    if schemes.iter().any(|scheme| text.starts_with(scheme)) || text.contains("@ git+") {
        let path = text.split('#').next().unwrap_or(text);
        return path.rsplit('/').next().is_some_and(|last| last.contains(['@', UNKNOWN]));
    }
    let files = [".whl", ".tar.gz", ".zip", ".tar.bz2"];
    let operators = ["==", ">=", "<=", "!=", "~=", "<", ">"];
    text.contains('/')
        || text.starts_with('.')
        || files.iter().any(|file| text.ends_with(file))
        || operators.iter().any(|operator| text.contains(operator))
        || text.contains('@')
}

/// `name@version`, `git+...#commit`, a file or folder.
pub(super) fn npm_pinned(text: &str) -> bool {
    let git = ["git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:"];
    if git.iter().any(|prefix| text.starts_with(prefix)) {
        return text.contains(['#', UNKNOWN]);
    }
    let paths = ["./", "../", "/", "~/", "file:", "http:", "https:"];
    let files = [".tgz", ".tar", ".tar.gz"];
    matches!(text, "." | "..")
        || paths.iter().any(|prefix| text.starts_with(prefix))
        || files.iter().any(|file| text.ends_with(file))
        || text.get(1..).is_some_and(|rest| rest.contains('@'))
}

/// `path@version`; a name like `latest` is no version. Nothing for what has no version.
pub(super) fn go_pinned(text: &str) -> Option<bool> {
    let local = text.starts_with(['.', '/'])
        || text.ends_with(".go")
        || matches!(text, "all" | "std" | "cmd" | "tool" | "work")
        || text.starts_with(UNKNOWN);
    if local {
        return None;
    }
    let version = text.split_once('@').map(|(_, version)| version);
    Some(!matches!(version, None | Some("latest" | "none" | "upgrade" | "patch")))
}
