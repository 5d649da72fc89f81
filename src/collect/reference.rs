use super::CollectError;

/// A reference, taken apart.
pub(super) struct Reference {
    pub(super) host: String,
    pub(super) repository: String,
    /// A tag or a digest.
    pub(super) version: String,
}

impl Reference {
    pub(super) fn parse(text: &str) -> Result<Self, CollectError> {
        let wrong = || {
            CollectError::usage(
                format!("`{text}` is no reference of an image"),
                "write it as `registry.example.com/group/app/ci:tag`",
            )
        };
        if text.is_empty() || !text.chars().all(|ch| ch.is_ascii_graphic()) || text.contains("://")
        {
            return Err(wrong());
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[slash..].rfind(':') {
            Some(at) => (&rest[..slash + at], Some(&rest[slash + at + 1..])),
            None => (rest, None),
        };
        let (host, repository) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (host, path.to_owned())
            }
            Some(_) => ("docker.io", name.to_owned()),
            None => ("docker.io", format!("library/{name}")),
        };
        let host = if matches!(host, "docker.io" | "index.docker.io") {
            "registry-1.docker.io"
        } else {
            host
        };
        let version = digest.or(tag).unwrap_or("latest");
        let part = |ch: char| ch.is_ascii_alphanumeric() || "._-/".contains(ch);
        if repository.is_empty()
            || version.is_empty()
            || !repository.chars().all(part)
            || repository.contains("..")
        {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), repository, version: version.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_as_docker_does() {
        for (text, parts) in [
            ("golang", ("registry-1.docker.io", "library/golang", "latest")),
            ("jdx/mise:1", ("registry-1.docker.io", "jdx/mise", "1")),
            ("docker.io/library/golang:1.25", ("registry-1.docker.io", "library/golang", "1.25")),
            ("localhost/a", ("localhost", "a", "latest")),
            ("r.example.com:5000/a/b:1", ("r.example.com:5000", "a/b", "1")),
            ("r.example.com/a:1@sha256:0a", ("r.example.com", "a", "sha256:0a")),
        ] {
            let parsed = Reference::parse(text).unwrap();
            let own = (&*parsed.host, &*parsed.repository, &*parsed.version);
            assert_eq!(own, parts, "{text}");
        }
    }
}
