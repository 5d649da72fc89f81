use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Data, Kind, Observation, Timestamp, VERSION};
use super::{jobs, manifest, project, pull, structure, tags};
use crate::syntax::yaml;
use crate::text::{Location, Source, Span};

/// Something in an evidence file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceError {
    /// Where.
    pub at: Location,
    /// The JSON pointer of the place, such as `/observations/0/data`; empty for the whole file.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObservation {
    kind: String,
    captured_at: String,
    source: String,
    tool: Option<String>,
    image: Option<String>,
    digest: Option<String>,
    data: Value,
}

/// Reads an evidence file. An observation that cannot be read is an error and does not lose the others.
pub fn read_evidence(source: &Source) -> (Vec<Observation>, Vec<EvidenceError>) {
    let mut reader = Reader { source, tree: None, errors: Vec::new() };
    let mut observations = Vec::new();
    let (body, base) = source.body();
    let root: Value = match serde_json::from_str(body) {
        Ok(root) => root,
        Err(error) => {
            let line = u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
            let start = source.lines().line_start(line).unwrap_or(0).max(base);
            let column = u32::try_from(error.column().saturating_sub(1)).unwrap_or(0);
            let start = start
                .saturating_add(column)
                .min(u32::try_from(source.text().len()).unwrap_or(u32::MAX));
            reader.errors.push(EvidenceError {
                at: source.at(Span::empty(start)),
                pointer: String::new(),
                message: format!("the file is no JSON: {error}"),
            });
            return (observations, reader.errors);
        }
    };
    match root.get("version") {
        Some(version) if version.as_u64() == Some(VERSION) => {}
        Some(version) => {
            reader.error("/version", format!("version {version} of the evidence format is not known; this is version {VERSION}"));
            return (observations, reader.errors);
        }
        None => {
            reader.error(
                "",
                format!("the file has no `version`; it should say `\"version\": {VERSION}`"),
            );
            return (observations, reader.errors);
        }
    }
    let unknown = root
        .as_object()
        .into_iter()
        .flatten()
        .find(|(key, _)| *key != "version" && *key != "observations" && *key != "$schema");
    if let Some((key, _)) = unknown {
        reader.error(
            &format!("/{}", escaped(key)),
            format!("unknown key `{key}`; there are `version` and `observations`"),
        );
    }
    let Some(list) = root.get("observations").and_then(Value::as_array) else {
        reader.error("", "the file has no list of `observations`".to_owned());
        return (observations, reader.errors);
    };
    for (number, value) in list.iter().enumerate() {
        let pointer = format!("/observations/{number}");
        match reader.observation(value, &pointer) {
            Ok(observation) => observations.push(observation),
            Err((below, message)) => reader.error(&format!("{pointer}{below}"), message),
        }
    }
    (observations, reader.errors)
}

struct Reader<'s> {
    source: &'s Source,
    /// JSON is YAML, and that reader knows places; made when the first one is asked for.
    tree: Option<yaml::Tree<'s>>,
    errors: Vec<EvidenceError>,
}

impl Reader<'_> {
    fn error(&mut self, pointer: &str, message: String) {
        let at = self.place(pointer);
        self.errors.push(EvidenceError { at, pointer: pointer.to_owned(), message });
    }

    /// Where the value of a JSON pointer stands; the start of the file if it is not found.
    fn place(&mut self, pointer: &str) -> Location {
        let source = self.source;
        let tree = self.tree.get_or_insert_with(|| yaml::parse(source.text()));
        let Some(mut node) = tree.documents.first().and_then(|document| document.root) else {
            return source.at(Span::empty(0));
        };
        for part in pointer.split('/').skip(1) {
            let below = match part.parse::<usize>() {
                Ok(number) => tree.sequence(node).and_then(|items| items.get(number).copied()),
                Err(_) => tree.get(node, &part.replace("~1", "/").replace("~0", "~")),
            };
            match below {
                Some(below) => node = below,
                None => break,
            }
        }
        source.at(tree.node(node).span)
    }

    fn observation(
        &mut self,
        value: &Value,
        pointer: &str,
    ) -> Result<Observation, (&'static str, String)> {
        let raw: RawObservation = serde_json::from_value(value.clone())
            .map_err(|error| ("", format!("this is no observation: {error}")))?;
        let kind = Kind::from_name(&raw.kind).ok_or_else(|| {
            let known = Kind::ALL.map(Kind::as_str).join(", ");
            ("/kind", format!("there is no kind `{}`; there are {known}", raw.kind))
        })?;
        let captured_at = Timestamp::parse(&raw.captured_at).ok_or_else(|| {
            (
                "/captured_at",
                format!("`{}` is no time; it is written `2026-11-23T18:05:00Z`", raw.captured_at),
            )
        })?;
        if let Some(digest) = &raw.digest
            && !is_digest(digest)
        {
            return Err((
                "/digest",
                format!(
                    "`{digest}` is no digest; it is written `sha256:` with 64 hexadecimal digits"
                ),
            ));
        }
        let data = data_of(kind, &raw.data).map_err(|message| ("/data", message))?;
        let at = self.place(pointer);
        let mark = self.place(&format!("{pointer}/kind"));
        Ok(Observation {
            kind,
            captured_at,
            source: raw.source,
            tool: raw.tool,
            image: raw.image,
            digest: raw.digest,
            data,
            at,
            mark,
        })
    }
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn data_of(kind: Kind, value: &Value) -> Result<Data, String> {
    Ok(match kind {
        Kind::Manifest => Data::Manifest(manifest::read_size(value)?),
        Kind::Baseline => Data::Baseline(manifest::read_size(value)?),
        Kind::Base => Data::Base(project::read_base(value)?),
        Kind::Structure => Data::Structure(structure::read(value)?),
        Kind::Jobs => Data::Jobs(jobs::read(value)?),
        Kind::PullBench => Data::PullBench(pull::read(value)?),
        Kind::Tags => Data::Tags(tags::read(value)?),
        Kind::Project => Data::Project(Box::new(typed(value)?)),
        Kind::ResourceGroups => Data::ResourceGroups(typed(value)?),
        Kind::Attest => Data::Attest(project::read_attestation(value)?),
    })
}

/// The value as `T`; fields that `T` does not know are passed over.
pub(super) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| format!("the data has not the form of its kind: {error}"))
}
