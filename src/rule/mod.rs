//! What a rule is: its metadata, how it binds to clauses, how it reports.

mod catalog;
mod check;
mod cx;
mod finding;
mod meta;

pub use catalog::{Catalog, RuleIndex};
pub use check::{Bound, Check, Judgement};
pub use cx::{Cx, Facts, Options, Place};
pub use finding::{Finding, Fix, Label, Safety};
pub use meta::{BindingSource, Family, FixKind, OptionSpec, Rule, Severity};
