use crate::model::Files;
use crate::model::gitlab::include::is_plain;
use crate::model::gitlab::{Value, ValueKind, expand, nearest};

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
        local.filter(|path| is_plain(path)).map(|path| path.trim_start_matches('/'))
    }
}

/// A local file of a child pipeline that the server does not find.
#[derive(Clone, Debug)]
pub struct MissingChild<'t, 'p> {
    /// Where it is named.
    pub value: &'t Value<'p>,
    /// Its path as it is written.
    pub path: &'t str,
    /// The file that was probably meant.
    pub near: Option<String>,
}

impl<'p> Trigger<'p> {
    /// The local files that are not among these, whatever variables hold. What rules may keep out is none.
    pub fn missing_files<'t>(&'t self, files: &dyn Files) -> Vec<MissingChild<'t, 'p>> {
        let local = self.includes.iter().filter_map(|include| match &include.kind {
            ValueKind::Str(text) => (!text.contains("://")).then_some(include),
            _ => include.get("local").filter(|_| include.given("rules").is_none()),
        });
        let missing = local.filter_map(|value| {
            let path = value.as_str().filter(|path| !path.trim().is_empty())?;
            if path.contains('*') || expand::variables(path).next().is_some() {
                return None;
            }
            let bare = path.trim_start_matches('/');
            if is_plain(path) && files.exists(bare) {
                return None;
            }
            let near = match bare.trim_start_matches("./") {
                plain if is_plain(plain) && files.exists(plain) => Some(plain),
                _ => nearest(bare, files.paths().iter().map(String::as_str)),
            };
            Some(MissingChild { value, path, near: near.map(str::to_owned) })
        });
        missing.collect()
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
