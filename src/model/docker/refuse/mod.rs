//! Why BuildKit refuses a file: what each instruction accepts.

use super::Dockerfile;
use crate::syntax::dockerfile::Error;

/// All errors in file order, those of the reader among them.
pub(super) fn errors(dockerfile: &Dockerfile<'_>) -> Vec<Error> {
    let mut errors = dockerfile.tree.errors.clone();
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors
}
