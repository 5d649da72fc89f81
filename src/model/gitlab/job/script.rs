use crate::model::gitlab::Value;

/// One of the scripts of a job: the items run in one shell, one after the other.
#[derive(Clone, Debug)]
pub struct Script<'p> {
    /// Which one.
    pub section: Section,
    /// The whole value.
    pub value: Value<'p>,
    /// The items with nested lists (from references) opened. An item that is no string is refused
    /// by the server or not known.
    pub items: Vec<Value<'p>>,
}

/// The keyword that a script stands under, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// `hooks:pre_get_sources_script`, before the repository is fetched.
    PreGetSources,
    /// `before_script`, in one shell with `script`.
    Before,
    /// `script`
    Main,
    /// A step of `run`, by its place from 0.
    Step(usize),
    /// `after_script`, in a shell of its own; its outcome counts for nothing.
    After,
}

impl Section {
    /// The keyword as it is written.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::PreGetSources => "hooks:pre_get_sources_script",
            Self::Before => "before_script",
            Self::Main => "script",
            Self::Step(_) => "run",
            Self::After => "after_script",
        }
    }
}

/// How deep lists of script items may nest.
pub(super) const LEVELS: u32 = 10;

/// The scripts in the order in which they run; `get` gives the keywords of the job.
pub(super) fn scripts<'v, 'p: 'v>(get: impl Fn(&str) -> Option<&'v Value<'p>>) -> Vec<Script<'p>> {
    let keywords = ["hooks", "before_script", "script", "run", "after_script"];
    let mut scripts = Vec::with_capacity(keywords.iter().filter(|it| get(it).is_some()).count());
    let mut add = |section, value: Option<&Value<'p>>| {
        if let Some(value) = value.filter(|it| !it.is_null()) {
            let items = value.flat(LEVELS).into_iter().cloned().collect();
            scripts.push(Script { section, value: value.clone(), items });
        }
    };
    add(Section::PreGetSources, get("hooks").and_then(|it| it.get("pre_get_sources_script")));
    add(Section::Before, get("before_script"));
    add(Section::Main, get("script"));
    if let Some(run) = get("run") {
        for (at, step) in run.items().iter().enumerate() {
            add(Section::Step(at), step.get("script"));
        }
    }
    add(Section::After, get("after_script"));
    scripts
}
