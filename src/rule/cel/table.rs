//! What predicates may use: subjects, their variables, and the fields of these with types. The one place where
//! this is written; objects are made by it, predicates are checked against it, and `pipespec model` prints it.

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A list of texts.
    Texts,
    /// Whatever is written there, as it is resolved; its parts are not checked.
    Any,
    /// A mapping whose keys are chosen by the project.
    Map,
    /// A list of whatever is written there.
    List,
    /// An object of this name in [`OBJECTS`].
    Object(&'static str),
}

impl FieldType {
    /// The type in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Bool => "bool",
            FieldType::Int => "int",
            FieldType::Texts => "list of text",
            FieldType::Any => "any",
            FieldType::Map => "map",
            FieldType::List => "list",
            FieldType::Object(name) => name,
        }
    }
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: FieldType,
    /// Whether it may be missing, so that predicates ask `has(…)` first.
    pub optional: bool,
    /// What it holds, in one sentence.
    pub about: &'static str,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// Its name.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

impl Object {
    /// The object of this name.
    pub fn named(name: &str) -> Option<&'static Object> {
        OBJECTS.iter().find(|object| object.name == name)
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What a rule may be `for`.
#[derive(Clone, Copy, Debug)]
pub struct SubjectKind {
    /// Its name.
    pub name: &'static str,
    /// What is judged, in one sentence.
    pub about: &'static str,
    /// The variables that its predicates may use; each is the object of the same name.
    pub variables: &'static [&'static str],
}

impl SubjectKind {
    /// The subject of this name.
    pub fn named(name: &str) -> Option<&'static SubjectKind> {
        SUBJECTS.iter().find(|subject| subject.name == name)
    }
}

/// All subjects.
pub const SUBJECTS: [SubjectKind; 5] = [
    SubjectKind {
        name: "pipeline",
        about: "Each root configuration of GitLab CI, with all that it includes.",
        variables: &["pipeline"],
    },
    SubjectKind {
        name: "job",
        about: "Each job as it is resolved: `default`, `extends`, references and anchors are followed, hidden jobs are none.",
        variables: &["job", "pipeline"],
    },
    SubjectKind {
        name: "job.caches",
        about: "Each cache of each job.",
        variables: &["cache", "job", "pipeline"],
    },
    SubjectKind {
        name: "job.artifacts",
        about: "The artifacts of each job that has some.",
        variables: &["artifacts", "job", "pipeline"],
    },
    SubjectKind {
        name: "image.stages",
        about: "Each stage of each Dockerfile.",
        variables: &["stage", "image"],
    },
];

const fn always(name: &'static str, kind: FieldType, about: &'static str) -> Field {
    Field { name, kind, optional: false, about }
}

const fn maybe(name: &'static str, kind: FieldType, about: &'static str) -> Field {
    Field { name, kind, optional: true, about }
}

use FieldType::{Any, Bool, Int, List, Map, Text, Texts};

/// All objects.
pub const OBJECTS: [Object; 7] = [
    Object {
        name: "pipeline",
        fields: &[
            always("path", Text, "The path of the root configuration."),
            always("complete", Bool, "Whether all includes could be read."),
            always("jobs", Texts, "The names of the jobs."),
            always("stages", Texts, "The names of the stages, in their order."),
        ],
    },
    Object {
        name: "job",
        fields: &[
            always("name", Text, "The name."),
            always("stage", Text, "The name of its stage."),
            always("when", Text, "When it runs; `on_success` if nothing else is said."),
            always("tags", Texts, "The tags that its runner must have."),
            always("script", Texts, "The lines of `before_script`, `script` and `after_script`."),
            maybe(
                "image",
                FieldType::Object("reference"),
                "Its image, if no variable stands in it.",
            ),
            maybe("allow_failure", Any, "`true`, `false`, or a mapping with `exit_codes`."),
            maybe(
                "artifacts",
                Any,
                "The keyword as it is resolved; `for: job.artifacts` is easier.",
            ),
            maybe(
                "cache",
                Any,
                "The keyword as it is resolved, one or a list; `for: job.caches` is easier.",
            ),
            maybe("environment", Any, "A name, or a mapping."),
            maybe("interruptible", Bool, "Whether a newer pipeline cancels it."),
            maybe("needs", List, "Jobs that it waits for, as names or mappings."),
            maybe("parallel", Any, "A number, or a mapping with `matrix`."),
            maybe("resource_group", Text, "The group of which one job runs at a time."),
            maybe("retry", Any, "A number, or a mapping with `max` and `when`."),
            maybe("rules", List, "The rules, as mappings."),
            maybe("services", List, "Images that run beside it, as names or mappings."),
            maybe("timeout", Text, "How long it may run, as it is written."),
            maybe("variables", Map, "The variables that the job sets, by name."),
        ],
    },
    Object {
        name: "cache",
        fields: &[
            maybe("index", Int, "Its place among the caches of the job, from 0."),
            maybe("key", Any, "A text, or a mapping with `files` and `prefix`."),
            maybe("paths", Texts, "What is kept."),
            maybe("policy", Text, "`pull`, `push` or `pull-push`, which holds if nothing is said."),
            maybe("fallback_keys", Texts, "Keys to take if there is nothing under `key`."),
            maybe("untracked", Bool, "Whether files that Git does not know are kept."),
            maybe("unprotect", Bool, "Whether protected and other branches share it."),
            maybe("when", Text, "After which outcome it is written."),
        ],
    },
    Object {
        name: "artifacts",
        fields: &[
            maybe("name", Text, "The name of the archive."),
            maybe("paths", Texts, "What is kept."),
            maybe("exclude", Texts, "What of it is not."),
            maybe("expire_in", Text, "How long it is kept, as it is written."),
            maybe("expose_as", Text, "The name under which the merge request shows it."),
            maybe("untracked", Bool, "Whether files that Git does not know are kept."),
            maybe("when", Text, "After which outcome it is uploaded."),
            maybe("public", Bool, "Whether everyone may load it."),
            maybe("access", Text, "Who may load it."),
            maybe("reports", Map, "Reports, by kind."),
        ],
    },
    Object {
        name: "stage",
        fields: &[
            always("name", Text, "Its name; empty if it has none."),
            always("final", Bool, "Whether it is the last one of its file."),
            maybe(
                "base",
                FieldType::Object("reference"),
                "Its base image; missing if that is another stage, or has variables in it.",
            ),
        ],
    },
    Object { name: "image", fields: &[always("path", Text, "The path of the Dockerfile.")] },
    Object {
        name: "reference",
        fields: &[
            always("name", Text, "The whole reference, as it is written."),
            always("registry", Text, "The host of the registry; empty if it is not written."),
            always("repository", Text, "The repository."),
            always("tag", Text, "The tag; empty if there is none."),
            always("digest", Text, "The digest; empty if there is none."),
        ],
    },
];
