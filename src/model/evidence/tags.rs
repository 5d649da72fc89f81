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

    /// Whether these are the tags of this repository; nothing if the answer does not name its own.
    pub fn is_of(&self, repository: &str) -> Option<bool> {
        let own = self.repository.as_deref()?;
        // A registry names its repositories without its host.
        let below_host = repository.strip_suffix(own).is_some_and(|head| head.ends_with('/'));
        Some(
            below_host
                || is_repository(repository, own)
                || repository.contains('$') && same_end(repository, own),
        )
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

/// Whether what stands behind the variables of `pattern` is the end of `repository`.
fn same_end(pattern: &str, repository: &str) -> bool {
    let behind = pattern.rsplit('$').next().unwrap_or_default();
    let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_' || ch == '{';
    repository.ends_with(behind.trim_start_matches(word).trim_start_matches('}'))
}

/// Whether a reference names the image of `pattern`, in which `$NAME` stands for a variable whose value is not known.
/// Nothing if the tag is not known.
pub fn is_image(pattern: &str, reference: &str) -> Option<bool> {
    if !pattern.contains('$') {
        return Some(same_image(pattern, reference));
    }
    let (name, tag, digest) = raw_parts(pattern);
    if digest.is_none() && tag.is_some_and(|tag| tag.contains('$')) {
        return None;
    }
    let (own_name, own_tag, own_digest) = raw_parts(reference);
    let same = match (digest, own_digest) {
        (Some(wanted), Some(own)) => wanted == own,
        _ => tag.unwrap_or("latest") == own_tag.unwrap_or("latest"),
    };
    Some(same && is_repository(name, own_name))
}

/// Whether a repository is the one of `pattern`, in which `$NAME` stands for anything.
pub fn is_repository(pattern: &str, repository: &str) -> bool {
    let mut literals: Vec<&str> = Vec::new();
    let mut rest = pattern;
    while let Some((head, tail)) = rest.split_once('$') {
        literals.push(head);
        let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
        rest = match tail.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(_, behind)| behind),
            None => tail.trim_start_matches(word),
        };
    }
    let ([first, middle @ ..], last) = (&literals[..], rest) else {
        return parts(pattern).0 == parts(repository).0;
    };
    let Some(mut left) = repository.strip_prefix(first).and_then(|it| it.strip_suffix(last)) else {
        return false;
    };
    for literal in middle {
        match left.find(literal) {
            Some(at) => left = &left[at + literal.len()..],
            None => return false,
        }
    }
    !left.is_empty()
}

/// The name, the tag and the digest of a reference, as written.
fn raw_parts(reference: &str) -> (&str, Option<&str>, Option<&str>) {
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
    (name, tag, digest)
}

/// The full name, the tag and the digest of a reference.
fn parts(reference: &str) -> (String, Option<&str>, Option<&str>) {
    let (name, tag, digest) = raw_parts(reference);
    let tag = tag.or(if digest.is_none() { Some("latest") } else { None });
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => ("docker.io", name),
    };
    let host = if host == "index.docker.io" { "docker.io" } else { host };
    let library = if host == "docker.io" && !path.contains('/') { "library/" } else { "" };
    (format!("{host}/{library}{path}"), tag, digest)
}
