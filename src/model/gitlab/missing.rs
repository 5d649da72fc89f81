use super::presence::Cause;
use crate::model::Origin;

/// Something that an `include` names and that could not be read offline.
#[derive(Clone, Debug)]
pub struct Missing {
    /// What it is.
    pub kind: MissingKind,
    /// Its name: a URL, `group/project: file`, a template, a component, a path with variables.
    pub name: String,
    /// The `include` entry.
    pub at: Origin,
    /// The name under which the configuration of pipespec may say where it lies, and what lies there;
    /// nothing if that would not help.
    pub key: Option<(String, Vendored)>,
    /// The path where it was looked for, if it is known where it should lie.
    pub sought: Option<String>,
}

/// What lies in the repository in place of something outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vendored {
    /// A folder with the files of a project.
    Folder,
    /// One file.
    File,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MissingKind {
    /// A file of another project.
    Project,
    /// A file by its URL.
    Remote,
    /// A template of the server.
    Template,
    /// A component.
    Component,
    /// A file whose path holds variables that are not known.
    Variable,
    /// A file of this repository, or of something that was vendored without it.
    Local,
}

impl MissingKind {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project file",
            Self::Remote => "remote file",
            Self::Template => "template",
            Self::Component => "component",
            Self::Variable => "path with variables",
            Self::Local => "file",
        }
    }
}

/// An `include` whose rules cannot be decided here.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The `include` entry.
    pub at: Origin,
    /// What it names, as it is written.
    pub name: String,
    /// What would have to be known to tell.
    pub open: Vec<Cause>,
}
