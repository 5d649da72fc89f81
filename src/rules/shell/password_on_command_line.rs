use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Invocation, OptionValue};

pub(crate) const CHECK: Check = Check::Script(check);

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    for command in it.script.commands() {
        let Some(run) = command.invocation() else { continue };
        let Some((value, instead)) = password(run) else { continue };
        let name = run.name().unwrap_or("the program");
        let message = format!(
            "the password of `{name}` stands on its command line, where every process of the \
             machine can read it; {instead}"
        );
        cx.report(it.at(value.word.span()), message)
            .help("print the secret into the program, or let it read a file")
            .symbol(it.symbol(command));
    }
}

/// The password that a command is given, and what would be right.
fn password(run: Invocation<'_>) -> Option<(OptionValue<'_>, &'static str)> {
    let by_input = "`--password-stdin` reads it from standard input";
    let valued =
        ["--config", "-H", "--host", "--context", "-c", "-l", "--log-level", "--registry-config"];
    let flags = ["-p", "--password"];
    let login = |inner: Invocation<'_>| inner.is("login");
    let found = match run.name()? {
        "docker" | "podman" | "nerdctl" | "buildah" | "oras" => {
            let verb = run.subcommand(&valued).filter(|verb| login(*verb))?;
            (verb.option_value(&flags)?, by_input)
        }
        "regctl" => {
            let verb = run.subcommand(&valued)?;
            let inner = verb.subcommand(&valued).filter(|inner| login(*inner))?;
            let by_input = "`--pass-stdin` reads it from standard input";
            (inner.option_value(&["-p", "--pass"])?, by_input)
        }
        "crane" | "helm" => {
            let verb = run.subcommand(&valued)?;
            let inner = verb.subcommand(&valued).filter(|inner| login(*inner))?;
            (inner.option_value(&flags)?, by_input)
        }
        "skopeo" => {
            let verb = run.subcommand(&valued).filter(|verb| login(*verb))?;
            (verb.option_value(&flags)?, by_input)
        }
        "sshpass" => {
            (run.option_value(&["-p"])?, "`sshpass -e` reads it from the variable `SSHPASS`")
        }
        _ => return None,
    };
    // An empty one, or `-p ""`, is no secret.
    (found.0.text != Some("")).then_some(found)
}
