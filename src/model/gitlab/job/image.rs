use crate::model::gitlab::Value;

/// The image that a job or service runs in.
#[derive(Clone, Debug)]
pub struct Image<'p> {
    /// The whole value.
    pub value: Value<'p>,
    /// The name as written, perhaps with variables; nothing if it is missing.
    pub name: Option<Value<'p>>,
    /// `alias`, for services.
    pub alias: Option<Value<'p>>,
    /// `entrypoint`
    pub entrypoint: Option<Value<'p>>,
    /// `command`, for services.
    pub command: Option<Value<'p>>,
    /// `pull_policy`, one or several.
    pub pull_policy: Vec<Value<'p>>,
}

pub(super) fn image<'p>(value: &Value<'p>) -> Image<'p> {
    let given = |key| value.given(key).cloned();
    let name = if value.as_map().is_some() { given("name") } else { Some(value.clone()) };
    Image {
        value: value.clone(),
        name: name.filter(|it| it.as_str().is_some()),
        alias: given("alias"),
        entrypoint: given("entrypoint"),
        command: given("command"),
        pull_policy: given("pull_policy").map_or_else(Vec::new, |it| it.one_or_more().to_vec()),
    }
}

pub(super) fn services<'p>(value: Option<&Value<'p>>) -> Vec<Image<'p>> {
    value.map_or_else(Vec::new, |it| it.flat(u32::MAX).into_iter().map(image).collect())
}
