use serde_json::Value;

/// The tags of a repository of images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The repository, if the answer names it.
    pub repository: Option<String>,
    /// The tags in the order of the answer.
    pub tags: Vec<String>,
    /// The answer came in pages and has just as many entries as one page, so there may be more.
    pub may_be_cut: bool,
}

impl Tags {
    /// Whether there is such a tag; nothing if it is not among those listed and there may be more.
    pub fn has(&self, tag: &str) -> Option<bool> {
        if self.tags.iter().any(|it| it == tag) {
            return Some(true);
        }
        (!self.may_be_cut).then_some(false)
    }

    /// The tags that name a version: they hold a digit and are no name that moves.
    pub fn versioned(&self) -> impl Iterator<Item = &str> {
        const MOVING: [&str; 8] =
            ["latest", "main", "master", "stable", "edge", "dev", "nightly", "develop"];
        let tags = self.tags.iter().map(String::as_str);
        tags.filter(|tag| tag.contains(|ch: char| ch.is_ascii_digit()) && !MOVING.contains(tag))
    }
}

/// `/v2/<name>/tags/list`, `skopeo list-tags`, a list of names, or GitLab's list of tags.
pub(super) fn read(value: &Value) -> Result<Tags, String> {
    const PAGES: [usize; 2] = [20, 100];
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let repository = text("name").or_else(|| text("Repository"));
    let list = value.get("tags").or_else(|| value.get("Tags")).unwrap_or(value);
    if list.is_null() && repository.is_some() {
        // A registry says so of a repository whose last tag was deleted.
        return Ok(Tags { repository, ..Tags::default() });
    }
    let list = list.as_array().ok_or("the tags are no list")?;
    let mut tags = Vec::new();
    let mut from_api = false;
    for entry in list {
        from_api |= entry.is_object();
        let name = entry.as_str().or_else(|| entry.get("name")?.as_str());
        tags.push(
            name.ok_or("an entry of the tags is neither a name nor an object with a `name`")?
                .to_owned(),
        );
    }
    let may_be_cut = from_api && PAGES.contains(&tags.len());
    Ok(Tags { repository, tags, may_be_cut })
}

/// Whether two references name the same image: the same repository and the same tag, `latest` if there is none. A digest
/// decides where both have one.
pub fn same_image(a: &str, b: &str) -> bool {
    let (a_name, a_tag, a_digest) = parts(a);
    let (b_name, b_tag, b_digest) = parts(b);
    if a_name != b_name {
        return false;
    }
    match (a_digest, b_digest) {
        (Some(a), Some(b)) => a == b,
        _ => {
            a_tag == b_tag
                || (a_tag.is_none() && a_digest.is_some())
                || (b_tag.is_none() && b_digest.is_some())
        }
    }
}

/// The full name, the tag and the digest of a reference.
fn parts(reference: &str) -> (String, Option<&str>, Option<&str>) {
    let (rest, digest) = match reference.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (reference, None),
    };
    // A colon in front of the last slash belongs to a port.
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest[slash..].rfind(':') {
        Some(at) => (&rest[..slash + at], Some(&rest[slash + at + 1..])),
        None => (rest, None),
    };
    let tag = tag.or(if digest.is_none() { Some("latest") } else { None });
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => ("docker.io", name),
    };
    let host = if host == "index.docker.io" { "docker.io" } else { host };
    let library = if host == "docker.io" && !path.contains('/') { "library/" } else { "" };
    (format!("{host}/{library}{path}"), tag, digest)
}
