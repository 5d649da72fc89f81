//! Puts the answer of another tool into an evidence file, as it is.

use serde_json::{Deserializer, Value};

use super::CollectError;
use super::file::{Stamp, observation};
use crate::model::evidence::{Kind, read_evidence};
use crate::text::{Source, SourceId};

/// What to take over.
#[derive(Debug)]
pub struct RawTask {
    /// What it is.
    pub kind: Kind,
    /// The command that printed it.
    pub source: String,
    /// The image that it speaks of.
    pub image: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// What was printed: JSON, several values of JSON one after another, or the names of tags line by line.
    pub text: String,
}

/// Takes over what another tool has printed just now.
///
/// # Errors
/// Fails if it has not the form of its kind.
pub fn collect_raw(task: &RawTask) -> Result<Vec<Value>, CollectError> {
    let values: Result<Vec<Value>, _> =
        Deserializer::from_str(&task.text).into_iter::<Value>().collect();
    let data = match values {
        Ok(mut values) if values.len() == 1 => values.remove(0),
        Ok(values) if !values.is_empty() => Value::Array(values),
        _ if task.kind == Kind::Tags => {
            let names = task.text.lines().map(str::trim).filter(|line| !line.is_empty());
            Value::Array(names.map(Value::from).collect())
        }
        _ => {
            return Err(CollectError::usage(
                "this is no JSON",
                "give the JSON that the tool prints",
            ));
        }
    };
    let stamp = Stamp {
        source: task.source.clone(),
        image: task.image.clone(),
        digest: task.digest.clone(),
    };
    let made = observation(task.kind, &stamp, data);
    let text = super::merged(None, vec![made.clone()])
        .map_err(|error| CollectError::usage(error, "this is a fault of pipespec"))?;
    let (_, errors) = read_evidence(&Source::new(SourceId(0), "evidence", text));
    match errors.into_iter().next() {
        None => Ok(vec![made]),
        Some(error) => Err(CollectError::usage(
            error.message,
            format!("docs/evidence.md lists what is read as `{}`", task.kind.as_str()),
        )),
    }
}
