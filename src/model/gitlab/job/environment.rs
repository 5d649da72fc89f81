use crate::model::gitlab::Value;

/// Where a job deploys to.
#[derive(Clone, Debug)]
pub struct Environment<'p> {
    /// The whole value.
    pub value: Value<'p>,
    /// The name, perhaps with variables.
    pub name: Option<Value<'p>>,
    /// `url`
    pub url: Option<Value<'p>>,
    /// `action`; `start` if it is not given.
    pub action: Option<Value<'p>>,
    /// `on_stop`: the job that takes it down.
    pub on_stop: Option<Value<'p>>,
    /// `auto_stop_in`
    pub auto_stop_in: Option<Value<'p>>,
    /// `deployment_tier`
    pub deployment_tier: Option<Value<'p>>,
}

impl Environment<'_> {
    /// Whether the job takes the environment down.
    pub fn stops(&self) -> bool {
        self.action.as_ref().and_then(Value::as_str) == Some("stop")
    }
}

pub(super) fn environment<'p>(value: Option<&Value<'p>>) -> Option<Environment<'p>> {
    let value = value?;
    let given = |key| value.given(key).cloned();
    let name = if value.as_map().is_some() { given("name") } else { Some(value.clone()) };
    Some(Environment {
        value: value.clone(),
        name: name.filter(|it| it.as_str().is_some()),
        url: given("url"),
        action: given("action"),
        on_stop: given("on_stop"),
        auto_stop_in: given("auto_stop_in"),
        deployment_tier: given("deployment_tier"),
    })
}
