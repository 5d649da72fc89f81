use super::Secrets;

/// Why evidence could not be gathered. No text in it comes from a server, beyond names that were asked for.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The server does not answer.
    #[error("`{host}` cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// It wants to know who asks, or does not like the answer.
    #[error("`{host}` refuses {what}: {reason}")]
    Refused {
        /// Host and port.
        host: String,
        /// What was asked for.
        what: String,
        /// In words.
        reason: String,
    },
    /// It asks to wait for longer than we do.
    #[error("`{host}` limits the rate of requests, and asks to wait for {seconds} s")]
    RateLimited {
        /// Host and port.
        host: String,
        /// So long.
        seconds: u64,
    },
    /// It is not there.
    #[error("`{host}` has no {what}")]
    Missing {
        /// Host and port.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// It answers with something that was not expected.
    #[error("the answer of `{host}` for {what} is not usable: {reason}")]
    Answer {
        /// Host and port.
        host: String,
        /// What was asked for.
        what: String,
        /// In words.
        reason: String,
    },
    /// How we were called.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

impl CollectError {
    /// A fault in how we were called.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        CollectError::Usage { message: message.into(), help: Some(help.into()) }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            CollectError::Usage { help, .. } => help.clone(),
            CollectError::Refused { .. } => Some(
                "tokens come from the environment: `PIPESPEC_TOKEN` or `CI_JOB_TOKEN`, `PIPESPEC_REGISTRY_USER` and `PIPESPEC_REGISTRY_PASSWORD`, or Docker's configuration"
                    .to_owned(),
            ),
            CollectError::RateLimited { .. } => Some("try again later, or ask for less".to_owned()),
            _ => None,
        }
    }

    /// The same without secrets, should one have come in by a name that was given.
    #[must_use]
    pub fn scrubbed(self, secrets: &Secrets) -> Self {
        let message = self.to_string();
        let clean = secrets.scrub(&message);
        if clean == message {
            return self;
        }
        CollectError::Usage { help: self.help(), message: clean }
    }
}
