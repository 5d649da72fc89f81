use super::needs::{Need, needs};
use super::variable::{Scope, Variable, variables};
use crate::model::gitlab::Value;

/// One rule of `rules:` of a job or of `workflow`.
#[derive(Clone, Debug)]
pub struct Rule<'p> {
    /// Its place from 0, after nested lists were opened.
    pub index: usize,
    /// The mapping.
    pub value: Value<'p>,
    /// `if`
    pub condition: Option<Value<'p>>,
    /// `changes`
    pub changes: Option<Box<PathRule<'p>>>,
    /// `exists`
    pub exists: Option<Box<PathRule<'p>>>,
    /// `when`; nothing if it is not given: the `when` of the job holds.
    pub when: Option<Value<'p>>,
    /// `allow_failure`
    pub allow_failure: Option<Box<Value<'p>>>,
    /// `start_in`
    pub start_in: Option<Box<Value<'p>>>,
    /// `interruptible`
    pub interruptible: Option<Box<Value<'p>>>,
    /// `variables`
    pub variables: Vec<Variable<'p>>,
    /// `needs`, which replace those of the job.
    pub needs: Option<Vec<Need<'p>>>,
}

impl Rule<'_> {
    /// Whether nothing has to hold for it: it ends the list.
    pub const fn is_unconditional(&self) -> bool {
        self.condition.is_none() && self.changes.is_none() && self.exists.is_none()
    }

    /// The text of `when`, if it is given and known.
    pub fn when_text(&self) -> Option<&str> {
        self.when.as_ref().and_then(Value::as_str)
    }
}

/// `changes` or `exists`.
#[derive(Clone, Debug)]
pub struct PathRule<'p> {
    /// The whole value.
    pub value: Value<'p>,
    /// The globs.
    pub paths: Vec<Value<'p>>,
    /// `regexp`, in place of the globs.
    pub regexp: Option<Value<'p>>,
    /// `compare_to`, for `changes`.
    pub compare_to: Option<Value<'p>>,
    /// `project`, for `exists`.
    pub project: Option<Value<'p>>,
    /// `ref`, the branch, tag or commit of that project.
    pub reference: Option<Value<'p>>,
}

/// How deep lists of rules may nest.
const LEVELS: u32 = 10;

/// The rules in order; `scope` says what their variables belong to.
pub(in crate::model::gitlab) fn rules<'p>(
    value: Option<&Value<'p>>,
    scope: fn(usize) -> Scope,
) -> Option<Vec<Rule<'p>>> {
    let value = value.filter(|it| it.as_seq().is_some())?;
    let items = value.flat(LEVELS);
    let mut rules = Vec::with_capacity(items.len());
    let maps = items.into_iter().enumerate().filter(|(_, it)| it.as_map().is_some());
    rules.extend(maps.map(|(index, value)| rule(index, value, scope)));
    Some(rules)
}

fn rule<'p>(index: usize, value: &Value<'p>, scope: fn(usize) -> Scope) -> Rule<'p> {
    let given = |key| value.given(key).cloned();
    Rule {
        index,
        value: value.clone(),
        condition: given("if"),
        changes: value.given("changes").map(PathRule::new).map(Box::new),
        exists: value.given("exists").map(PathRule::new).map(Box::new),
        when: given("when"),
        allow_failure: given("allow_failure").map(Box::new),
        start_in: given("start_in").map(Box::new),
        interruptible: given("interruptible").map(Box::new),
        variables: variables(value.given("variables"), scope(index)),
        needs: needs(value.given("needs")),
    }
}

impl<'p> PathRule<'p> {
    /// Reads a value of `changes` or `exists`.
    pub(in crate::model::gitlab) fn new(value: &Value<'p>) -> Self {
        let paths = if value.as_map().is_some() { value.get("paths") } else { Some(value) };
        let given = |key| value.given(key).cloned();
        Self {
            value: value.clone(),
            paths: paths.map_or_else(Vec::new, |it| it.one_or_more().to_vec()),
            regexp: given("regexp"),
            compare_to: given("compare_to"),
            project: given("project"),
            reference: given("ref"),
        }
    }
}
