//! The evidence file as it is written.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::model::evidence::{Kind, Timestamp, VERSION};

/// Of what and by what something was observed.
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    /// The command or the address that answered, without secrets.
    pub source: String,
    /// The image that it speaks of.
    pub image: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
}

/// The keys of an observation, as people want to read them.
const ORDER: [&str; 7] = ["kind", "captured_at", "source", "tool", "image", "digest", "data"];

/// An observation of this moment.
pub fn observation(kind: Kind, stamp: &Stamp, data: Value) -> Value {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
    let mut map = Map::new();
    map.insert("kind".to_owned(), json!(kind.as_str()));
    map.insert("captured_at".to_owned(), json!(Timestamp { seconds }.to_string()));
    map.insert("source".to_owned(), json!(stamp.source));
    map.insert("tool".to_owned(), json!(concat!("pipespec ", env!("CARGO_PKG_VERSION"))));
    if let Some(image) = &stamp.image {
        map.insert("image".to_owned(), json!(image));
    }
    if let Some(digest) = &stamp.digest {
        map.insert("digest".to_owned(), json!(digest));
    }
    map.insert("data".to_owned(), data);
    Value::Object(map)
}

/// The text of an evidence file with these observations, in the place of those in `before` that are of the same kind
/// and image.
///
/// # Errors
/// Fails if `before` is no evidence file.
pub fn merged(before: Option<&str>, observations: Vec<Value>) -> Result<String, String> {
    let mut all: Vec<Value> = match before {
        None => Vec::new(),
        Some(text) => {
            let root: Value =
                serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
            let list = root.get("observations").and_then(Value::as_array);
            let fits = root.get("version").and_then(Value::as_u64) == Some(VERSION);
            list.filter(|_| fits).ok_or("is no evidence file of version 1")?.clone()
        }
    };
    let same = |a: &Value, b: &Value| {
        ["kind", "image"].iter().all(|key| a.get(*key) == b.get(*key))
            && (a.get("kind").and_then(Value::as_str) != Some("attest")
                || a.pointer("/data/clause") == b.pointer("/data/clause"))
    };
    all.retain(|old| !observations.iter().any(|new| same(old, new)));
    all.extend(observations);
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"observations\": [");
    for (number, it) in all.iter().enumerate() {
        text.push_str(if number == 0 { "\n    {\n" } else { ",\n    {\n" });
        let known = ORDER.iter().filter_map(|key| Some((*key, it.get(*key)?)));
        let entries: Vec<String> = known.map(entry).collect();
        text.push_str(&entries.join(",\n"));
        text.push_str("\n    }");
    }
    text.push_str(if all.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    Ok(text)
}

/// A key with its value; a list has one item on each line, which keeps differences small.
fn entry((key, value): (&str, &Value)) -> String {
    let key = json!(key);
    match value.as_array().filter(|items| !items.is_empty()) {
        Some(items) => {
            let lines: Vec<String> = items.iter().map(|item| format!("        {item}")).collect();
            format!("      {key}: [\n{}\n      ]", lines.join(",\n"))
        }
        None => format!("      {key}: {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_takes_the_place_of_what_is_older() {
        let stamp = |image: &str| Stamp { image: Some(image.to_owned()), ..Stamp::default() };
        let old = vec![
            observation(Kind::Tags, &stamp("a/b"), json!(["r1"])),
            observation(
                Kind::Manifest,
                &stamp("a/b:1"),
                json!({"bytes": 1, "measure": "unpacked"}),
            ),
        ];
        let first = merged(None, old).unwrap();
        let newer = vec![observation(Kind::Tags, &stamp("a/b"), json!(["r1", "r2"]))];
        let second = merged(Some(&first), newer).unwrap();
        let root: Value = serde_json::from_str(&second).unwrap();
        assert_eq!(root["observations"].as_array().unwrap().len(), 2);
        assert_eq!(root["observations"][1]["data"], json!(["r1", "r2"]));
        assert!(merged(Some("[]"), Vec::new()).is_err());
        assert_eq!(
            merged(None, Vec::new()).unwrap(),
            "{\n  \"version\": 1,\n  \"observations\": []\n}\n"
        );
    }
}
