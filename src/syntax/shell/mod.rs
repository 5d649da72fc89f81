//! Shell scripts of `script:` and `RUN`: POSIX `sh`, bash and BusyBox ash.
//!
//! [`Script::parse`] reads a text, [`Script::from_items`] the items of a list that GitLab runs in
//! one shell. [`Script::commands`] walks over all simple commands, wherever they stand: in
//! conditions, loops, functions, substitutions, heredocs, and in the text of `sh -c`. A
//! [`Command`] knows its [`Word`]s and its [`Enclosure`]s. All spans are offsets in the text that
//! was parsed; what maps them to a source is the caller's.

mod bound;
mod command;
mod context;
mod dialect;
mod invocation;
mod known;
mod lower;
mod lower_command;
mod lower_word;
mod nested;
mod outcome;
mod script;
mod tree;
mod value;
mod word;
mod wrapper;

pub use command::{Assignment, Command, Redirection, RedirectionKind};
pub use context::{Connector, Construct, Enclosure, Loop, Role, SubstitutionPlace};
pub use dialect::Dialect;
pub use invocation::{Invocation, OptionValue, gives_flag};
pub use known::KnownItems;
pub use outcome::{Function, Loss, Outcome, ShellOptions};
pub use script::{JoinedItems, Script};
pub use value::Outer;
pub use word::{Commands, Expansion, ExpansionKind, Part, Word};
pub use wrapper::Wrapper;

#[cfg(test)]
mod tests;
