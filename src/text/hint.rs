use std::fmt::Display;

/// Asks whether this name was meant: for a help, or the end of a message.
pub fn did_you_mean(name: impl Display) -> String {
    format!("did you mean `{name}`?")
}
