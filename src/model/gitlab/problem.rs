use crate::model::Origin;
use crate::text::{Location, Span};

/// Something for which the server refuses the configuration. A rule of the family `gitlab` reports
/// it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The id of the rule that reports it.
    pub rule: &'static str,
    /// What is wrong, and how it came there.
    pub at: Origin,
    /// The fault in one sentence; it says at least what the server says.
    pub message: String,
    /// Further places, each with what is to be seen there.
    pub labels: Vec<(Location, String)>,
    /// What to do.
    pub help: Option<String>,
    /// What the text in the source of `at` should be instead, where that is certain.
    pub replacement: Option<(Span, String)>,
}

impl Problem {
    /// A problem that `rule` reports at `at`.
    pub fn new(rule: &'static str, at: &Origin, message: impl Into<String>) -> Self {
        Self {
            rule,
            at: at.clone(),
            message: message.into(),
            labels: Vec::new(),
            help: None,
            replacement: None,
        }
    }

    /// Adds a further place.
    #[must_use]
    pub fn label(mut self, at: Location, text: impl Into<String>) -> Self {
        self.labels.push((at, text.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what the text at `span` should be.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        self.replacement = Some((span, text.into()));
        self
    }
}
