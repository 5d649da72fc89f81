use crate::model::gitlab::{Value, ValueKind};

/// What a trigger job starts.
#[derive(Clone, Debug)]
pub struct Trigger<'p> {
    /// The whole value.
    pub value: Value<'p>,
    /// The project whose pipeline it starts; nothing for a child pipeline.
    pub project: Option<Value<'p>>,
    /// `branch`
    pub branch: Option<Value<'p>>,
    /// `strategy`
    pub strategy: Option<Value<'p>>,
    /// The files of the child pipeline: strings and mappings.
    pub includes: Vec<Value<'p>>,
    /// `forward`
    pub forward: Option<Value<'p>>,
    /// `inputs`
    pub inputs: Option<Value<'p>>,
}

impl Trigger<'_> {
    /// Paths of the files of this repository that a child pipeline is made of, without a leading
    /// slash.
    pub fn local_files(&self) -> impl Iterator<Item = &str> {
        let local = self.includes.iter().filter_map(|include| match &include.kind {
            ValueKind::Str(text) if !text.contains("://") => Some(text.as_str()),
            _ => include.get("local").and_then(Value::as_str),
        });
        local.map(|path| path.trim_start_matches('/'))
    }
}

pub(super) fn trigger<'p>(value: Option<&Value<'p>>) -> Option<Trigger<'p>> {
    let value = value?;
    let given = |key| value.given(key).cloned();
    let project = if value.as_map().is_some() { given("project") } else { Some(value.clone()) };
    let includes = value.given("include");
    let includes = includes.map_or_else(Vec::new, |it| match &it.kind {
        ValueKind::Seq(_) => it.flat(u32::MAX).into_iter().cloned().collect(),
        _ => vec![it.clone()],
    });
    Some(Trigger {
        value: value.clone(),
        project: project.filter(|it| it.as_str().is_some()),
        branch: given("branch"),
        strategy: given("strategy"),
        includes,
        forward: given("forward"),
        inputs: given("inputs"),
    })
}
