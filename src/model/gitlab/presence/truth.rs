use std::fmt;

/// Whether something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on these things.
    Open(Vec<Cause>),
}

/// Something that is not known here and decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The value of this variable.
    Variable(String),
    /// Which files changed.
    ChangedFiles,
    /// Which files changed since this branch, tag or commit.
    ChangedSince(String),
    /// Whether files fit this regular expression of Ruby, which cannot be judged here.
    RubyPattern(String),
    /// What is in this other project.
    OtherProject(String),
    /// Whether the project has a Kubernetes cluster.
    Kubernetes,
    /// Whether the file that says it is included.
    Include,
    /// What a file says that could not be read.
    MissingFile,
    /// What the configuration says: it cannot be read here, or its template or input is not known.
    Configuration,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "${name}"),
            Self::ChangedFiles => f.write_str("the changed files"),
            Self::ChangedSince(reference) => write!(f, "the files changed since `{reference}`"),
            Self::RubyPattern(source) => write!(f, "Ruby's reading of `{source}`"),
            Self::OtherProject(project) => write!(f, "the files of project `{project}`"),
            Self::Kubernetes => f.write_str("the cluster of the project"),
            Self::Include => f.write_str("whether its file is included"),
            Self::MissingFile => f.write_str("a file that could not be read"),
            Self::Configuration => f.write_str("a value that is not known"),
        }
    }
}

impl Truth {
    /// What is known already: true or false, or that it is open because of one thing.
    pub(in crate::model::gitlab) fn of(known: Option<bool>, cause: impl FnOnce() -> Cause) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Open(vec![cause()]),
        }
    }

    /// Whether both hold. One that does not decides, whatever the other is.
    #[must_use]
    pub(in crate::model::gitlab) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, it) | (it, Self::Yes) => it,
            (Self::Open(one), Self::Open(other)) => Self::Open(together(one, other)),
        }
    }

    /// Whether one of them holds. One that does decides, whatever the other is.
    #[must_use]
    pub(in crate::model::gitlab) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, it) | (it, Self::No) => it,
            (Self::Open(one), Self::Open(other)) => Self::Open(together(one, other)),
        }
    }

    /// Whether it does not hold.
    #[must_use]
    pub(in crate::model::gitlab) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            open @ Self::Open(_) => open,
        }
    }
}

/// Both lists, each cause once.
pub(in crate::model::gitlab) fn together(mut one: Vec<Cause>, other: Vec<Cause>) -> Vec<Cause> {
    for cause in other {
        if !one.contains(&cause) {
            one.push(cause);
        }
    }
    one
}
