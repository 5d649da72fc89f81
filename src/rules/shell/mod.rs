//! Checks of the family `shell`, one file per rule, sorted.

pub(crate) mod download_piped_to_shell;
pub(crate) mod masked_substitution_failure;
pub(crate) mod password_on_command_line;
pub(crate) mod removal_below_empty_variable;
pub(crate) mod script_syntax_error;
pub(crate) mod secrets_in_trace;
pub(crate) mod shellcheck;
pub(crate) mod unchecked_cd;
pub(crate) mod unfailing_download;
