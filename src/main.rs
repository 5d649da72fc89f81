//! The `pipespec` command.

fn main() -> std::process::ExitCode {
    pipespec::cli::main()
}
