//! The language server: findings, fixes, and what is known of keywords, in an editor.
//!
//! It is synchronous. Messages that wait are taken in before anything is judged, so quick typing costs one
//! judgement and not one for each key.

mod actions;
mod completion;
mod definition;
mod documents;
mod findings;
mod hover;
mod names;
mod place;
mod position;
mod requests;
mod server;
mod transport;
mod uri;
mod workspace;

pub use lsp_server::Connection;

/// Serves one client until it says `exit` or goes away; whether it asked for the shutdown before.
pub fn serve(connection: &Connection) -> bool {
    server::Server::new(connection).run()
}

/// Serves the client on standard input and output; whether it ended in order.
pub fn serve_stdio() -> bool {
    transport::serve_stdio(serve)
}
