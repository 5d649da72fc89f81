//! Gathers evidence: the only room that opens a socket, and the only one that starts a program.
//!
//! Each way of gathering gives observations in the form of an evidence file; `check` and `trace` read the file. What
//! is collected is what clauses speak of and no more, and no secret is in it.

mod auth;
mod error;
mod file;
mod gitlab;
mod http;
mod image;
mod pull;
mod raw;
mod reference;
mod registry;
mod secret;

pub use error::CollectError;
pub use file::{merged, observation};
pub use gitlab::{GitLabTask, collect_gitlab};
pub use http::Limits;
pub use image::{ImageTask, collect_image};
pub use raw::{RawTask, collect_raw};
pub use registry::{RegistryTask, collect_registry};
pub use secret::{Credentials, Secrets};
