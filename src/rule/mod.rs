//! What a rule is: its metadata, how it binds to clauses, how it reports.

mod binding;
mod builds;
mod catalog;
mod cel;
mod check;
mod cx;
mod evidence;
mod example;
mod explained;
mod finding;
mod meta;
mod scripts;

pub use binding::{
    Binding, BindingError, Departure, Nearest, parse_percent, pattern_for, relation_before, stub,
};
pub use builds::CiImage;
pub use catalog::{Catalog, RuleIndex};
pub use cel::{
    Field, FieldType, OBJECTS, Object, PredicateError, SUBJECTS, SubjectKind, check_predicates,
    run_cel, run_cel_clause, undocumented_fields,
};
pub use check::{Bound, Check, Judgement};
pub use cx::{Cx, Facts, JobOf, Options, Place};
pub use evidence::{Seen, UsedImage};
pub use example::{Example, ExampleFault, ExampleFile, Role, examples};
pub use finding::{Finding, Fix, Label, Safety};
pub use meta::{BindingSource, Family, FixKind, OptionSpec, Rule, Severity};
pub use scripts::ScriptOf;
