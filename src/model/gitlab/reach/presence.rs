use super::Conditions;
use super::facts::source_of;
use super::world::{Kind, World};
use crate::model::StepKind;
use crate::model::gitlab::condition::{Formula, Names, Pattern, between_slashes};
use crate::model::gitlab::{PathRule, Rule, Value, ValueKind};

/// A list of paths, by its number in [`Conditions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Paths(pub(super) u32);

/// A list of paths.
#[derive(Debug)]
pub(super) struct PathList {
    /// The globs; nothing if they are not all known.
    pub(super) globs: Option<Vec<String>>,
    /// Whether they are compared with something other than the push.
    pub(super) compares: bool,
    /// Whether `exists` asks for them.
    pub(super) sought: bool,
    /// Whether one of them is there; nothing if nobody knows.
    pub(super) there: Option<bool>,
}

/// What a rule asks of the variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Always,
    Unknown,
    /// The condition of this number holds.
    Holds(usize),
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) test: Test,
    pub(super) changes: Option<Paths>,
    pub(super) exists: Option<Paths>,
    /// Whether it takes the job in; nothing if its `when` is not known.
    pub(super) takes: Option<bool>,
    /// Whether the job then waits for a person.
    pub(super) waits: bool,
    /// Whether an input is in what it asks: another value of the input may ask for something else.
    pub(super) asks_input: bool,
}

/// When a job is in a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Presence {
    /// By the first of its rules that matches.
    Rules(Vec<Step>),
    /// By `only` and `except`.
    Policies {
        only: Policy,
        except: Option<Policy>,
    },
    /// In branches and tags for certain; elsewhere too if a file that was not read has rules for the
    /// whole pipeline.
    Implicit,
    /// Always.
    Always,
    Unknown,
}

/// `only` or `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Policy {
    refs: Option<Vec<RefTest>>,
    variables: Option<Vec<Test>>,
    changes: Option<Paths>,
    unknown: bool,
}

/// One of the `refs`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum RefTest {
    Branches,
    Tags,
    Source(&'static str),
    Name(String),
    Fits(Pattern),
    Unknown,
}

impl Step {
    /// Whether all that the rule asks for holds.
    pub(super) fn matches(&self, world: &dyn World, all: &Conditions) -> Option<bool> {
        let condition = all.holds(self.test, world);
        if condition == Some(false) {
            return condition;
        }
        let changes = self.changes.map_or(Some(true), |paths| world.changes(paths));
        let exists = self.exists.map_or(Some(true), |paths| world.exists(paths));
        and(condition, and(changes, exists))
    }
}

/// Both of two answers.
pub(super) fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The rule that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// This one.
    Step(usize),
    /// None matches.
    None,
    /// It is not known which.
    Unknown,
}

pub(super) fn decide(steps: &[Step], world: &dyn World, all: &Conditions) -> Decision {
    for (at, step) in steps.iter().enumerate() {
        match step.matches(world, all) {
            Some(true) => return Decision::Step(at),
            Some(false) => {}
            None => return Decision::Unknown,
        }
    }
    Decision::None
}

/// Whether a list of rules takes something in.
pub(super) fn takes(steps: &[Step], world: &dyn World, all: &Conditions) -> Option<bool> {
    let mut perhaps: Option<Option<bool>> = None;
    for step in steps {
        let outcome = match step.matches(world, all) {
            Some(false) => continue,
            Some(true) => step.takes,
            None => {
                match perhaps {
                    Some(before) if before != step.takes => return None,
                    _ => perhaps = Some(step.takes),
                }
                continue;
            }
        };
        return if perhaps.is_none_or(|it| it == outcome) { outcome } else { None };
    }
    if perhaps.is_none_or(|it| it == Some(false)) { Some(false) } else { None }
}

impl Presence {
    /// Whether the job is in the pipeline.
    pub(super) fn holds(&self, world: &dyn World, all: &Conditions) -> Option<bool> {
        match self {
            Self::Rules(steps) => takes(steps, world, all),
            Self::Policies { only, except } => {
                let only = only.all(world, all);
                let except = except.as_ref().map_or(Some(false), |it| it.any(world, all));
                and(only, except.map(|it| !it))
            }
            Self::Implicit => match world.kind() {
                Kind::Branch | Kind::Tag => Some(true),
                _ => Some(false),
            },
            Self::Always => Some(true),
            Self::Unknown => None,
        }
    }

    /// Every condition that it asks about.
    pub(super) fn tests(&self) -> Vec<Test> {
        match self {
            Self::Rules(steps) => steps.iter().map(|step| step.test).collect(),
            Self::Policies { only, except } => {
                let both = std::iter::once(only).chain(except);
                both.flat_map(|it| it.variables.iter().flatten().copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every name of a branch or tag, and every source, that `only` and `except` ask for.
    pub(super) fn refs(&self) -> (Vec<&str>, Vec<&'static str>) {
        let (mut names, mut sources) = (Vec::new(), Vec::new());
        if let Self::Policies { only, except } = self {
            for test in std::iter::once(only).chain(except).flat_map(|it| it.refs.iter().flatten())
            {
                match test {
                    RefTest::Name(name) => names.push(name.as_str()),
                    RefTest::Source(source) => sources.push(*source),
                    _ => {}
                }
            }
        }
        (names, sources)
    }

    /// The paths of all its `changes`.
    pub(super) fn changes(&self) -> Vec<Paths> {
        match self {
            Self::Rules(steps) => steps.iter().filter_map(|step| step.changes).collect(),
            Self::Policies { only, except } => {
                std::iter::once(only).chain(except).filter_map(|it| it.changes).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for answer in answers {
        match answer {
            Some(true) => return answer,
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(false)
}

impl Policy {
    pub(super) fn branches_and_tags() -> Self {
        Self { refs: Some(vec![RefTest::Branches, RefTest::Tags]), ..Self::default() }
    }

    /// The same where a file that was not read may have rules for the whole pipeline.
    pub(super) fn branches_and_tags_at_least() -> Self {
        let refs = vec![RefTest::Branches, RefTest::Tags, RefTest::Unknown];
        Self { refs: Some(refs), ..Self::default() }
    }

    fn answers(&self, world: &dyn World, all: &Conditions) -> [Option<Option<bool>>; 4] {
        let refs = self.refs.as_ref().map(|it| any(it.iter().map(|test| test.holds(world))));
        let variables = self.variables.as_ref();
        let variables = variables.map(|it| any(it.iter().map(|test| all.holds(*test, world))));
        let changes = self.changes.map(|paths| world.changes(paths));
        [refs, variables, changes, self.unknown.then_some(None)]
    }

    fn all(&self, world: &dyn World, all: &Conditions) -> Option<bool> {
        let answers = self.answers(world, all);
        answers.into_iter().flatten().fold(Some(true), and)
    }

    fn any(&self, world: &dyn World, all: &Conditions) -> Option<bool> {
        any(self.answers(world, all).into_iter().flatten())
    }

    /// What `only` or `except` says; `only` without `refs` keeps the branches and tags.
    pub(super) fn lower(value: &Value<'_>, is_only: bool, all: &mut Conditions) -> Self {
        let mut policy = if is_only { Self::branches_and_tags() } else { Self::default() };
        let refs = |value: &Value<'_>, names: &mut Names| {
            value.flat(10).into_iter().map(|it| RefTest::lower(it, names)).collect()
        };
        match &value.kind {
            ValueKind::Seq(_) => policy.refs = Some(refs(value, &mut all.names)),
            ValueKind::Map(map) => {
                policy.unknown = map.is_partial();
                for entry in value.entries().iter().filter(|entry| !entry.value.is_null()) {
                    match &*entry.key {
                        "refs" => policy.refs = Some(refs(&entry.value, &mut all.names)),
                        "variables" => {
                            let items = entry.value.one_or_more();
                            policy.variables =
                                Some(items.iter().map(|it| all.test(Some(it))).collect());
                        }
                        "changes" => {
                            let paths = entry.value.one_or_more().to_vec();
                            policy.changes = Some(all.paths(&paths, false));
                        }
                        _ => policy.unknown = true,
                    }
                }
            }
            _ => policy.unknown = true,
        }
        policy
    }
}

impl RefTest {
    fn lower(value: &Value<'_>, names: &mut Names) -> Self {
        let Some(text) = value.as_str() else { return Self::Unknown };
        match text {
            "branches" => Self::Branches,
            "tags" => Self::Tags,
            _ => match (source_of(text), between_slashes(text)) {
                (Some(source), _) => Self::Source(source),
                (None, Some((source, flags))) => Self::Fits(names.pattern(source, flags)),
                // `name@group/project`, or what is filled in later.
                (None, None) if text.contains(['@', '$']) => Self::Unknown,
                (None, None) => Self::Name(text.to_owned()),
            },
        }
    }

    fn holds(&self, world: &dyn World) -> Option<bool> {
        match self {
            Self::Branches => match world.kind() {
                Kind::Branch => Some(true),
                Kind::ExternalPullRequest => None,
                _ => Some(false),
            },
            Self::Tags => Some(world.kind() == Kind::Tag),
            Self::Source(source) => world.comes_from(source),
            Self::Name(_) | Self::Fits(_) if world.kind() == Kind::MergeRequest => Some(false),
            Self::Name(name) => world.is_ref(name),
            Self::Fits(pattern) => world.ref_fits(*pattern),
            Self::Unknown => None,
        }
    }
}

impl Conditions {
    /// Whether what a rule asks of the variables holds.
    pub(super) fn holds(&self, test: Test, world: &dyn World) -> Option<bool> {
        match test {
            Test::Always => Some(true),
            Test::Unknown => None,
            Test::Holds(at) => {
                self.formulas.get(at).and_then(|formula| formula.term(world, &self.names).holds())
            }
        }
    }

    pub(super) fn formula(&self, test: Test) -> Option<&Formula> {
        match test {
            Test::Holds(at) => self.formulas.get(at),
            _ => None,
        }
    }

    pub(super) fn list(&self, paths: Paths) -> Option<&PathList> {
        self.path_lists.get(paths.0 as usize)
    }

    pub(super) fn steps(&mut self, rules: &[Rule<'_>], when: &str) -> Vec<Step> {
        rules.iter().map(|rule| self.step(rule, when)).collect()
    }

    fn step(&mut self, rule: &Rule<'_>, when: &str) -> Step {
        let partial = rule.value.as_map().is_some_and(crate::model::gitlab::Map::is_partial);
        let test = match self.test(rule.condition.as_ref()) {
            Test::Always if partial => Test::Unknown,
            test => test,
        };
        let mut paths = |rule: Option<&PathRule<'_>>| {
            rule.map(|it| {
                let compares = it.compare_to.is_some() || it.project.is_some();
                self.paths(&it.paths, compares)
            })
        };
        let (changes, exists) = (paths(rule.changes.as_deref()), paths(rule.exists.as_deref()));
        if let Some(list) = exists.and_then(|it| self.path_lists.get_mut(it.0 as usize)) {
            list.sought = true;
        }
        let when = match &rule.when {
            None => Some(when),
            Some(value) => value.as_str(),
        };
        let takes = when.map(|text| text != "never");
        let waits = when.is_none_or(|text| text == "manual");
        let mut origin = rule.condition.iter().flat_map(|it| it.origin.steps());
        let asks_input = origin.any(|step| matches!(step.kind, StepKind::Input(_)));
        Step { test, changes, exists, takes, waits, asks_input }
    }
}
