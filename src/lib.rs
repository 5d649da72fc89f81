//! pipespec checks that a repository's CI does what its spec says it SHALL do.
//!
//! The rooms, in reading order. A room imports only from the rooms above it; `ARCHITECTURE.md`
//! has the table, and a test holds it.

pub mod cli;
pub mod collect; // gathers evidence: the only room that opens a socket
pub mod engine; //  project, discovery, configuration, running, suppressions, fixes
pub mod lsp; //     the language server
pub mod model; //   trees to meaning: pipeline, image, spec, evidence
pub mod report; //  one file per output format
pub mod rule; //    what a rule is: metadata, findings, catalog, bindings, CEL
pub mod rules; //   the checks that are written in Rust
pub mod syntax; //  bytes to trees: YAML, Dockerfile, shell, Markdown, `rules:if` expressions
pub mod text; //    a source's text, byte spans, positions, edits //     one file per subcommand
