use super::cache::Outcome;
use crate::model::gitlab::Value;

/// What a job hands to later jobs and to people.
#[derive(Clone, Debug)]
pub struct Artifacts<'p> {
    /// The mapping.
    pub value: Value<'p>,
    /// `artifacts:name`
    pub name: Option<Value<'p>>,
    /// What is kept.
    pub paths: Vec<Value<'p>>,
    /// What of that is left out.
    pub exclude: Vec<Value<'p>>,
    /// How long it is kept; the server's own default (30 days on gitlab.com) if not given.
    pub expire_in: Option<Value<'p>>,
    /// After which outcome it is uploaded.
    pub when: Outcome,
    /// `artifacts:expose_as`
    pub expose_as: Option<Value<'p>>,
    /// `artifacts:untracked`
    pub untracked: Option<Value<'p>>,
    /// `artifacts:public`
    pub public: Option<Value<'p>>,
    /// `artifacts:access`
    pub access: Option<Value<'p>>,
    /// The reports in order.
    pub reports: Vec<Report<'p>>,
}

/// One entry of `artifacts:reports`.
#[derive(Clone, Debug)]
pub struct Report<'p> {
    /// The kind, such as `junit` or `dotenv`.
    pub kind: String,
    /// The files.
    pub paths: Vec<Value<'p>>,
    /// The whole value.
    pub value: Value<'p>,
}

impl<'p> Artifacts<'p> {
    /// The report of this kind.
    pub fn report(&self, kind: &str) -> Option<&Report<'p>> {
        self.reports.iter().find(|report| report.kind == kind)
    }

    /// Whether files are handed to later jobs: paths, untracked files or a dotenv report.
    pub fn hands_over(&self) -> bool {
        let untracked = self.untracked.as_ref().and_then(Value::as_bool).unwrap_or(false);
        !self.paths.is_empty() || untracked || self.report("dotenv").is_some()
    }
}

pub(super) fn artifacts<'p>(value: Option<&Value<'p>>) -> Option<Artifacts<'p>> {
    let value = value.filter(|it| it.as_map().is_some())?;
    let list = |key| value.given(key).map_or_else(Vec::new, |it: &Value<'p>| it.items().to_vec());
    let given = |key| value.given(key).cloned();
    let reports = value.given("reports").map_or(&[][..], Value::entries);
    Some(Artifacts {
        value: value.clone(),
        name: given("name"),
        paths: list("paths"),
        exclude: list("exclude"),
        expire_in: given("expire_in"),
        when: Outcome::new(value.given("when")),
        expose_as: given("expose_as"),
        untracked: given("untracked"),
        public: given("public"),
        access: given("access"),
        reports: reports.iter().map(|it| report(&it.key, &it.value)).collect(),
    })
}

fn report<'p>(kind: &str, value: &Value<'p>) -> Report<'p> {
    // `coverage_report` has its file one level deeper.
    let files = value.get("path").unwrap_or(value);
    let paths = files.one_or_more().iter().filter(|it| it.as_str().is_some()).cloned().collect();
    Report { kind: kind.to_owned(), paths, value: value.clone() }
}
