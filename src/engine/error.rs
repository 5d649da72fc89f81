use std::path::PathBuf;

use miette::{NamedSource, SourceSpan};

use crate::text::Span;

/// What the user did wrong with us; nothing is judged then.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The configuration does not say what it should.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(Box<ConfigError>),
    /// A name on the command line that stands for no rule, alias or family.
    #[error("`{name}` is no rule, alias or family")]
    #[diagnostic(code(usage))]
    UnknownName {
        /// The name.
        name: String,
        /// What was meant, if anything comes near.
        #[help]
        help: Option<String>,
    },
    /// A path that was named and cannot be used.
    #[error("`{}` {reason}", path.display())]
    #[diagnostic(code(path))]
    Path {
        /// The path as named.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A glob that is none.
    #[error("`{pattern}` is no glob: {reason}")]
    #[diagnostic(code(usage))]
    Glob {
        /// The glob.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What the server does not take, so that there is nothing whole to show.
    #[error("the server refuses this configuration: {message}")]
    #[diagnostic()]
    Refused {
        /// The first fault, with its place.
        message: String,
        /// Where to see more.
        #[help]
        help: Option<String>,
    },
    /// Evidence that could not be gathered.
    #[error("{message}")]
    #[diagnostic(code(collect))]
    Collect {
        /// What went wrong.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
    /// Anything else about how we were called.
    #[error("{message}")]
    #[diagnostic(code(usage))]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        #[help]
        help: Option<String>,
    },
}

/// A fault in a configuration file, with its place.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
#[diagnostic(code(config))]
pub struct ConfigError {
    message: String,
    #[source_code]
    code: NamedSource<String>,
    #[label]
    at: SourceSpan,
    #[help]
    help: Option<String>,
}

impl ConfigError {
    /// A fault at `span` of the file at `path`.
    pub fn new(
        path: &str,
        text: &str,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        Self {
            message: message.into(),
            code: NamedSource::new(path, text.to_owned()),
            at: SourceSpan::from(span.start as usize..span.end as usize),
            help,
        }
    }
}

impl ConfigError {
    /// The file, as [`ConfigError::new`] was given it.
    pub fn path(&self) -> &str {
        self.code.name()
    }

    /// The place in the file.
    pub fn span(&self) -> Span {
        Span::from_range(self.at.offset()..self.at.offset() + self.at.len())
    }

    /// The text of the file.
    pub fn text(&self) -> &str {
        self.code.inner()
    }

    /// What to do.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::Config(Box::new(error))
    }
}
