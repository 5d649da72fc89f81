//! `pipespec lsp`

use clap::Args;

use super::Exit;
use crate::engine::Error;
use crate::lsp;

#[derive(Args)]
pub(super) struct LspArgs {
    /// Speak over standard input and output, which is what is done anyway; editors may ask for it.
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(args: &LspArgs) -> Result<Exit, Error> {
    let LspArgs { stdio: _ } = args;
    // A client that goes away without a word leaves the server with exit code 1, as the protocol has it.
    Ok(if lsp::serve_stdio() { Exit::Clean } else { Exit::Findings })
}
