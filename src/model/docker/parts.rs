//! What the arguments of some instructions are made of.

use core::net::IpAddr;
use std::borrow::Cow;

use crate::syntax::dockerfile::{Arguments, Instruction, Keyword, Word};

/// The words of `COPY` and `ADD`; heredocs are no sources here.
#[derive(Clone, Debug)]
pub struct CopyParts<'i, 'p> {
    /// The sources.
    pub sources: Vec<&'i Word<'p>>,
    /// The destination.
    pub destination: &'i Word<'p>,
}

impl<'i, 'p> CopyParts<'i, 'p> {
    /// The parts; nothing if there are fewer than two words.
    pub fn of(instruction: &'i Instruction<'p>) -> Option<Self> {
        let (destination, sources) = instruction.words().split_last()?;
        if sources.is_empty() || !matches!(instruction.keyword, Keyword::Copy | Keyword::Add) {
            return None;
        }
        let in_heredoc = |word: &&Word<'p>| {
            !instruction.heredocs.iter().any(|it| it.marker.span.contains(word.span))
        };
        Some(Self { sources: sources.iter().filter(in_heredoc).collect(), destination })
    }
}

/// Whether the builder takes a source of `ADD` for a URL; the scheme in lower case makes it one.
pub fn is_http_source(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// Whether the builder takes a source of `ADD` for a Git reference: by its scheme, by the form
/// `user@host:path`, or as a URL whose path ends in `.git`.
pub fn is_git_source(source: &str) -> bool {
    if let Some((scheme, rest)) = source.split_once("://") {
        let path = rest.split(['?', '#']).next().unwrap_or(rest);
        return match scheme.to_ascii_lowercase().as_str() {
            "git" | "ssh" => true,
            "http" | "https" => path.ends_with(".git"),
            _ => false,
        };
    }
    let is_word = |text: &str, others: &[u8]| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
        !text.is_empty() && text.bytes().all(fits)
    };
    source.split_once('@').is_some_and(|(user, rest)| {
        let host = rest.split_once(':').map(|(host, _)| host);
        is_word(user, b"-_") && host.is_some_and(|host| is_word(host, b"-."))
    })
}

/// The words of an instruction that the builder expands.
pub fn expanded_words<'p>(instruction: &Instruction<'p>) -> Vec<Word<'p>> {
    let mut words = Vec::new();
    let flags: &[&str] = match instruction.keyword {
        Keyword::Copy => &["chown", "chmod"],
        Keyword::Add => &["chown", "chmod", "checksum"],
        Keyword::From => &["platform"],
        _ => &[],
    };
    words.extend(flags.iter().filter_map(|flag| instruction.flag_value(flag)).cloned());
    match (instruction.keyword, &instruction.arguments) {
        (Keyword::From, _) => words.extend(instruction.words().first().cloned()),
        (Keyword::Copy | Keyword::Add, Arguments::Words(all)) => {
            let is_marker = |word: &&Word<'p>| {
                instruction.heredocs.iter().any(|it| it.marker.span.contains(word.span))
            };
            words.extend(all.iter().filter(|word| !is_marker(word)).cloned());
        }
        (Keyword::Copy | Keyword::Add | Keyword::Volume, _) | (Keyword::Expose, _) => {
            words.extend(instruction.words().iter().cloned());
        }
        (Keyword::Env | Keyword::Label | Keyword::Arg, Arguments::Pairs { pairs, .. }) => {
            for pair in pairs {
                let key = (instruction.keyword != Keyword::Arg).then(|| pair.key.clone());
                words.extend(key);
                words.extend(pair.value.clone());
            }
        }
        (Keyword::User | Keyword::Workdir | Keyword::Stopsignal, Arguments::Text(word)) => {
            words.push(word.clone());
        }
        _ => {}
    }
    words
}

/// A text without one pair of quotes around it.
pub fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The kinds of mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MountKind {
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
}

impl MountKind {
    /// The value of `type=`.
    pub const fn as_str(self) -> &'static str {
        match self {
            MountKind::Bind => "bind",
            MountKind::Cache => "cache",
            MountKind::Tmpfs => "tmpfs",
            MountKind::Secret => "secret",
            MountKind::Ssh => "ssh",
        }
    }
}

/// One option of a mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountOption {
    /// The key in lower case.
    pub key: String,
    /// Whether a `=` is there.
    pub has_value: bool,
    /// The expanded value, if it is known.
    pub value: Option<String>,
}

/// A `--mount` of `RUN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountOptions {
    /// Its kind; nothing if it is not known or not valid.
    pub kind: Option<MountKind>,
    /// The options in order.
    pub options: Vec<MountOption>,
    /// The value of `type=`, if there is no such kind.
    pub unknown_kind: Option<String>,
    /// The value of `from=`, if a variable stands in it.
    pub from_with_variable: Option<String>,
    /// Whether the value is no CSV record.
    pub malformed: bool,
}

impl MountOptions {
    /// Reads the value of `--mount`; `expand` gives the value of a text, if it is known.
    pub fn read(text: &str, mut expand: impl FnMut(&str) -> Option<String>) -> Self {
        let mut mount = Self {
            kind: Some(MountKind::Bind),
            options: Vec::new(),
            unknown_kind: None,
            from_with_variable: None,
            malformed: false,
        };
        let Some(fields) = csv_fields(text) else {
            mount.malformed = true;
            return mount;
        };
        for field in fields {
            let (key, value) = match field.split_once('=') {
                Some((key, value)) => (key, Some(value)),
                None => (field.as_ref(), None),
            };
            let key = key.to_ascii_lowercase();
            let is_from = key == "from";
            if let Some(value) = value
                && is_from
                && value.find('$').is_some_and(|at| at + 1 < value.len())
            {
                mount.from_with_variable = Some(value.to_owned());
            }
            let known = value.and_then(|it| if is_from { Some(it.to_owned()) } else { expand(it) });
            if key == "type" {
                mount.kind = known.as_deref().and_then(kind);
                if mount.kind.is_none() {
                    mount.unknown_kind = known.clone();
                }
            }
            mount.options.push(MountOption { key, has_value: value.is_some(), value: known });
        }
        mount
    }

    /// Whether an option of this name is there.
    pub fn has(&self, key: &str) -> bool {
        self.options.iter().any(|option| option.key == key)
    }

    /// The value of the first of these options that is there and known.
    pub fn value(&self, keys: &[&str]) -> Option<&str> {
        let option = self.options.iter().rev().find(|it| keys.contains(&it.key.as_str()))?;
        option.value.as_deref()
    }

    /// Where it is mounted, if that is known.
    pub fn target(&self) -> Option<&str> {
        self.value(&["target", "dst", "destination"])
    }
}

fn kind(name: &str) -> Option<MountKind> {
    match name.to_ascii_lowercase().as_str() {
        "bind" => Some(MountKind::Bind),
        "cache" => Some(MountKind::Cache),
        "tmpfs" => Some(MountKind::Tmpfs),
        "secret" => Some(MountKind::Secret),
        "ssh" => Some(MountKind::Ssh),
        _ => None,
    }
}

/// The fields of one CSV record: commas part them, but not within a field in quotes.
fn csv_fields(text: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, behind) = rest.split_once(',').map_or((rest, None), |(a, b)| (a, Some(b)));
            fields.push(Cow::Borrowed(field));
            match behind {
                Some(behind) => rest = behind,
                None => return Some(fields),
            }
            continue;
        };
        let mut field = String::new();
        let mut chars = quoted.char_indices().peekable();
        let end = loop {
            match chars.next()? {
                (_, '"') if chars.peek().is_some_and(|(_, ch)| *ch == '"') => {
                    chars.next();
                    field.push('"');
                }
                (at, '"') => break at + 1,
                (_, ch) => field.push(ch),
            }
        };
        fields.push(Cow::Owned(field));
        let behind = quoted.get(end..)?;
        if behind.is_empty() {
            return Some(fields);
        }
        rest = behind.strip_prefix(',')?;
    }
}

/// One word of `EXPOSE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port<'t> {
    /// What stands in front of the container's port: a host address, a host port, or both.
    pub host: Option<&'t str>,
    /// The first port of the range; nothing if the range is not given as a number.
    pub start: u32,
    /// The last port of the range.
    pub end: u32,
    /// The protocol as written.
    pub protocol: Option<&'t str>,
}

/// The first and the last port of `80` or `80-90`.
fn port_range(text: &str) -> Result<(u32, u32), String> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| {
        let port = text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
        port.ok_or_else(|| "which is no number and no range".to_owned())
    };
    let (start, end) = (number(start)?, number(end)?);
    if start > MAX_PORT || end > MAX_PORT {
        return Err(format!("the highest is {MAX_PORT}"));
    }
    if end < start {
        return Err("which ends in front of its start".to_owned());
    }
    Ok((start, end))
}

/// The highest port there is.
pub const MAX_PORT: u32 = 65_535;

impl<'t> Port<'t> {
    /// Reads an expanded word.
    ///
    /// # Errors
    /// Says what is wrong, to stand behind the word.
    pub fn parse(text: &'t str) -> Result<Self, String> {
        let (host, own) = match text.rsplit_once(':') {
            Some((host, own)) => (Some(host), own),
            None => (None, text),
        };
        let (range, protocol) = match own.split_once('/') {
            Some((range, protocol)) => (range, Some(protocol).filter(|it| !it.is_empty())),
            None => (own, None),
        };
        if range.is_empty() {
            return Err("has no port specified".to_owned());
        }
        if let Some(protocol) = protocol
            && !["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str())
        {
            return Err(format!("has the invalid proto: {protocol}, it is `tcp`, `udp` or `sctp`"));
        }
        let (address, host_range) = match host.and_then(|host| host.rsplit_once(':')) {
            Some((address, range)) => (address, range),
            None => ("", host.unwrap_or("")),
        };
        let bare = address.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(address);
        if !address.is_empty() && bare.parse::<IpAddr>().is_err() {
            return Err(format!("has the invalid IP address: {address}"));
        }
        let (start, end) = port_range(range)
            .map_err(|why| format!("has the invalid containerPort: {range}, {why}"))?;
        if !host_range.is_empty() {
            let (first, last) = port_range(host_range)
                .map_err(|why| format!("has the invalid hostPort: {host_range}, {why}"))?;
            if end != start && end - start != last - first {
                return Err(format!(
                    "has invalid ranges specified for container and host Ports: {range} and \
                     {host_range}, which are not of one length"
                ));
            }
        }
        Ok(Self { host, start, end, protocol })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_one_csv_record() {
        let read = |text: &str| MountOptions::read(text, |value| Some(value.to_owned()));
        let mount = read("type=cache,\"target=/a,b\",ro");
        assert_eq!(mount.kind, Some(MountKind::Cache));
        assert_eq!(mount.target(), Some("/a,b"));
        assert!(mount.has("ro") && read("\"a").malformed);
        assert_eq!(read("type=volume").unknown_kind.as_deref(), Some("volume"));
        assert_eq!(read("from=$x").from_with_variable.as_deref(), Some("$x"));
    }

    #[test]
    fn a_port_may_have_a_range_a_protocol_and_a_host() {
        let port = Port::parse("[::1]:8080-8081:80-81/UDP").unwrap();
        assert_eq!((port.host, port.start, port.end), (Some("[::1]:8080-8081"), 80, 81));
        for text in ["", "70000", "a", "9-8", "80/http", "80,81", "-1"] {
            assert!(Port::parse(text).is_err(), "{text}");
        }
    }
}
