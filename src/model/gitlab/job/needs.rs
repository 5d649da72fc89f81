use std::ops::Range;

use super::parallel::{self, Instance};
use crate::model::gitlab::{Text, Value, ValueKind};

/// One item of `needs:`.
#[derive(Clone, Debug)]
pub struct Need<'p> {
    /// The item.
    pub value: Value<'p>,
    /// What it points to.
    pub kind: NeedKind,
    /// The name of the job; nothing if there is none or it is not known.
    pub job: Option<Value<'p>>,
    /// Whether its artifacts are fetched.
    pub artifacts: bool,
    /// Whether the pipeline does without it where it is missing.
    pub optional: bool,
    /// `parallel:matrix`: the instances that are meant; nothing if all are.
    pub instances: Option<Vec<Instance<'p>>>,
}

/// What a need points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NeedKind {
    /// A job of this pipeline.
    Job,
    /// A job of a pipeline above or below this one.
    Pipeline,
    /// A job of another project.
    Project,
    /// The status of another project's pipeline.
    Mirror,
    /// Nothing that the server knows, or not known.
    Unknown,
}

impl<'p> Need<'p> {
    /// The name of the needed job, if it is known.
    pub fn name(&self) -> Option<&str> {
        self.job.as_ref().and_then(Value::as_str)
    }

    /// The names under which the server looks for jobs: of the job, or of each meant instance.
    pub fn names(&self) -> Vec<Text<'p>> {
        let Some(ValueKind::Str(name)) = self.job.as_ref().map(|job| &job.kind) else {
            return Vec::new();
        };
        match &self.instances {
            None => vec![name.clone()],
            Some(instances) => instances.iter().map(|it| Text::from(it.full_name(name))).collect(),
        }
    }

    /// The names of variables that it asks of the matrix of its own job, `$[[ matrix.X ]]`.
    pub fn asked(&self) -> Vec<&str> {
        asked(&self.value)
    }

    /// Whether it asks for something else between `$[[` and `]]`.
    pub fn asks_more(&self) -> bool {
        let names = self.names();
        names.iter().any(|name| name.matches("$[[").count() > of_matrix(name).count())
    }
}

fn asked<'v>(value: &'v Value<'_>) -> Vec<&'v str> {
    let mut names = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match &value.kind {
            ValueKind::Str(text) if text.contains("$[[") => {
                names.extend(of_matrix(text).map(|(_, name)| name));
            }
            ValueKind::Seq(items) => open.extend(items.iter()),
            ValueKind::Map(map) => open.extend(map.entries().iter().map(|it| &it.value)),
            _ => {}
        }
    }
    names
}

/// Whether an item of `needs` asks for what the matrix of its own job has.
pub(in crate::model::gitlab) fn asks_matrix(item: &Value<'_>) -> bool {
    !asked(item).is_empty()
}

/// The parts `$[[ matrix.X ]]` of a text with their places (`MatrixInterpolator`).
fn of_matrix(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.match_indices("$[[").filter_map(|(start, _)| {
        let inside = text.get(start + 3..)?;
        let name = inside.trim_ascii_start().strip_prefix("matrix.")?;
        let end = name.find(|ch: char| !ch.is_ascii_alphanumeric() && !"_-".contains(ch))?;
        let (name, behind) = name.split_at(end);
        let behind = behind.trim_ascii_start().strip_prefix("]]").filter(|_| !name.is_empty())?;
        Some((start..text.len() - behind.len(), name))
    })
}

/// The name with what the instance has for the variables that it asks of the matrix.
pub(in crate::model::gitlab) fn filled<'p>(name: &Text<'p>, instance: &Instance<'p>) -> Text<'p> {
    let mut filled = String::new();
    let mut at = 0;
    for (place, asked) in of_matrix(name) {
        let Some((_, value)) = instance.variables.iter().find(|(key, _)| *key == *asked) else {
            continue;
        };
        filled.push_str(&name[at..place.start]);
        filled.push_str(&value.to_text().unwrap_or_default());
        at = place.end;
    }
    if at == 0 {
        return name.clone();
    }
    filled.push_str(&name[at..]);
    filled.into()
}

/// The needs; nothing if they are not given. Nested lists (from references) are opened.
pub(super) fn needs<'p>(value: Option<&Value<'p>>) -> Option<Vec<Need<'p>>> {
    let value = value?;
    Some(match &value.kind {
        ValueKind::Seq(_) => value.flat(u32::MAX).into_iter().map(need).collect(),
        ValueKind::Map(_) => vec![need(value)],
        _ => return None,
    })
}

fn need<'p>(value: &Value<'p>) -> Need<'p> {
    let mut need = Need {
        value: value.clone(),
        kind: NeedKind::Unknown,
        job: None,
        artifacts: true,
        optional: false,
        instances: None,
    };
    match &value.kind {
        ValueKind::Str(_) => {
            need.kind = NeedKind::Job;
            need.job = Some(value.clone());
        }
        ValueKind::Map(map) => {
            // The server looks at which keys there are, whatever their values.
            let has = |key| map.get(key).is_some();
            need.kind = match (has("job"), has("pipeline"), has("project")) {
                (true, false, false) => NeedKind::Job,
                (true, true, false) => NeedKind::Pipeline,
                (_, false, true) if !has("job") || has("ref") => NeedKind::Project,
                (true, false, true) => NeedKind::Project,
                (false, true, false) => NeedKind::Mirror,
                _ => NeedKind::Unknown,
            };
            need.job = map.get("job").filter(|job| job.as_str().is_some()).cloned();
            need.artifacts = map.get("artifacts").and_then(Value::as_bool).unwrap_or(true);
            need.optional = map.get("optional").and_then(Value::as_bool).unwrap_or(false);
            let matrix = map.get("parallel").and_then(|it| it.get("matrix"));
            need.instances = matrix.map(|matrix| parallel::matrix(matrix).instances);
        }
        _ => {}
    }
    need
}

#[cfg(test)]
mod tests {
    use super::of_matrix;

    #[test]
    fn what_is_asked_of_the_matrix_is_found() {
        let found = |text| of_matrix(text).map(|(at, name)| (at.start, at.end, name)).collect();
        let found: Vec<(usize, usize, &str)> = found("a: [$[[matrix.A]], $[[  matrix.B-c ]]x]");
        assert_eq!(found, [(4, 17, "A"), (19, 37, "B-c")]);
        for other in
            ["$[[ matrix. ]]", "$[[ inputs.A ]]", "$[[ matrix.A b ]]", "$[[ matrix.A", "$[["]
        {
            assert_eq!(of_matrix(other).count(), 0, "{other}");
        }
    }
}
