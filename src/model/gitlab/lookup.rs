//! Calls of a job to the GitHub API, and how it copes when they fail.

use super::registry::symbolic;
use super::{Job, Pipeline};
use crate::syntax::shell::{Command, Construct, Loop, Script};

/// How a call is tried again.
#[derive(Clone, Debug, PartialEq)]
pub enum Retry {
    /// Up to this many further tries, each after a longer wait by a factor.
    Exponential(u32),
    /// Tries again, but the waits do not grow by a factor; what is wrong, in words.
    Other(String),
    /// By a helper that is not looked into.
    Unknown(String),
    /// Not at all.
    None,
}

/// Whether a command asks GitHub (or mise's own service) for a version.
pub fn is_lookup(command: Command<'_>, of: (&Job<'_>, &Pipeline<'_>)) -> bool {
    let Some(run) = command.invocation() else { return false };
    let sub = || run.subcommand(&["-C", "--cd", "-R", "--repo"]).and_then(|sub| sub.name());
    match run.name() {
        Some("mise") => matches!(sub(), Some("latest" | "ls-remote" | "self-update")),
        Some("gh") => matches!(sub(), Some("api" | "release")),
        Some("curl" | "wget" | "http" | "https" | "xh" | "aria2c") => run.arguments().any(|word| {
            let text = symbolic(word, command, of);
            let release = text.contains("github.com/") && text.contains("/releases/latest");
            text.contains("api.github.com")
                || release && !text.contains("/download/")
                || text.contains("mise.jdx.dev/VERSION")
        }),
        _ => false,
    }
}

/// How a look-up is tried again: by an option of its own, or by a loop around it.
pub fn retry_of(command: Command<'_>) -> Retry {
    let Some(run) = command.invocation() else { return Retry::None };
    if let Some(around) = command.loops().next() {
        return by_loop(around);
    }
    // A function that is called in a loop is in that loop.
    let function = command.function().and_then(|name| command.script().function(name));
    if let Some(around) =
        function.and_then(|function| function.calls().find_map(|call| call.loops().next()))
    {
        return by_loop(around);
    }
    if let Some(name) =
        command.name().filter(|name| ["retry", "retry.sh", "tenacity"].contains(name))
    {
        return Retry::Unknown(format!("`{name}` is not looked into"));
    }
    if run.is("curl") {
        let Some(count) = run.option_value(&["--retry"]) else { return Retry::None };
        let Some(count) =
            count.text.and_then(|text| text.rsplit('=').next().unwrap_or(text).parse::<u32>().ok())
        else {
            return Retry::Unknown("the number behind `--retry` is not known".to_owned());
        };
        if let Some(delay) = run.option_value(&["--retry-delay"])
            && delay.text.is_none_or(|text| text.rsplit('=').next() != Some("0"))
        {
            return Retry::Other("`--retry-delay` makes every wait the same".to_owned());
        }
        let fails = run.has_flag(&["-f", "--fail", "--fail-with-body", "--fail-early"]);
        if !fails {
            return Retry::Other("without `-f` an error page counts as success, so neither retry nor fallback starts".to_owned());
        }
        return Retry::Exponential(count);
    }
    if run.is("wget") && run.option_value(&["--tries", "-t"]).is_some() {
        return Retry::Other(
            "`wget --tries` waits by steps of one second, and BusyBox has no such option"
                .to_owned(),
        );
    }
    Retry::None
}

/// What a loop does between the tries.
fn by_loop(around: Loop<'_>) -> Retry {
    let body = || around.body();
    let sleeps: Vec<Command<'_>> =
        body().filter(|command| command.invocation().is_some_and(|run| run.is("sleep"))).collect();
    if sleeps.is_empty() {
        return Retry::Other("the loop does not wait between the tries".to_owned());
    }
    let (tries, numbers) = match around.construct() {
        Construct::For => {
            let words: Vec<Option<f64>> = around
                .words()
                .map(|word| word.literal().and_then(|text| text.parse().ok()))
                .collect();
            let count = count_of(&around).unwrap_or(words.len());
            (Some(count), words.into_iter().collect::<Option<Vec<f64>>>())
        }
        _ => (bound_of(around), None),
    };
    let Some(tries) = tries else {
        return Retry::Other("the loop has no bound that can be read".to_owned());
    };
    let grows = |numbers: &[f64]| {
        numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] >= pair[0] * 1.5)
    };
    for sleep in &sleeps {
        let Some(word) = sleep.arguments().next() else { continue };
        let text = sleep.script().slice(word.span());
        // `sleep $((2 ** i))`, `$((1 << i))`
        if text.contains("**") && !text.contains("i*i") || text.contains("<<") {
            return Retry::Exponential(u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        }
        let Some(variable) = word.variable().map(|expansion| expansion.name) else { continue };
        if around.variable() == Some(variable) {
            return match &numbers {
                Some(numbers) if grows(numbers) => {
                    Retry::Exponential(u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX))
                }
                _ => Retry::Other("the waits do not grow by a factor".to_owned()),
            };
        }
        let multiplied = body().flat_map(|command| command.assignments()).any(|assignment| {
            let value = assignment
                .value()
                .map(|value| {
                    value
                        .parts()
                        .filter_map(|part| match part {
                            crate::syntax::shell::Part::Arithmetic(text) => Some(text.to_owned()),
                            _ => None,
                        })
                        .collect::<String>()
                })
                .unwrap_or_default();
            assignment.name() == variable && (value.contains('*') || value.contains("<<"))
        });
        let arithmetic = body().any(|command| {
            let text = command.source_text();
            (text.starts_with("((") || text.starts_with("let "))
                && text.contains(variable)
                && (text.contains("*=") || text.contains("<<="))
        });
        if multiplied || arithmetic {
            return Retry::Exponential(u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        }
    }
    Retry::Other("the waits stay the same".to_owned())
}

/// How often a `for` over `$(seq 3)` or `{1..3}` runs.
fn count_of(around: &Loop<'_>) -> Option<usize> {
    let words: Vec<_> = around.words().collect();
    let [word] = words[..] else { return None };
    let text = word.literal_prefix();
    let source =
        around.body().next().map(|command| command.script().slice(word.span())).unwrap_or(text);
    if let Some((from, to)) = source.trim_matches(['{', '}']).split_once("..") {
        return Some(to.parse::<usize>().ok()?.checked_sub(from.parse().ok()?)? + 1);
    }
    let inner = source.strip_prefix("$(seq")?.strip_suffix(')')?;
    let numbers: Vec<usize> =
        inner.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [to] => Some(to),
        [from, to] => Some(to.checked_sub(from)? + 1),
        _ => None,
    }
}

/// The bound of a counter in the condition of `while` or `until`, from 1 (or from 0 with `-lt`).
fn bound_of(around: Loop<'_>) -> Option<usize> {
    for command in around.condition() {
        let words: Vec<&str> =
            command.words().map(|word| command.script().slice(word.span())).collect();
        for (at, word) in words.iter().enumerate() {
            let number =
                || words.get(at + 1).and_then(|word| word.trim_matches('"').parse::<usize>().ok());
            let counter = words.get(at.wrapping_sub(1)).map(|word| {
                word.trim_matches('"').trim_start_matches(['$', '{']).trim_end_matches('}')
            });
            let start = counter.and_then(|name| first_value(command.script(), name)).unwrap_or(1);
            match *word {
                "-le" | "-gt" => return number().map(|bound| (bound + 1).saturating_sub(start)),
                "-lt" | "-ge" => return number().map(|bound| bound.saturating_sub(start)),
                _ => {}
            }
        }
        let text = command.source_text();
        if let Some(at) = text.find("<=") {
            return text[at + 2..].trim().trim_end_matches(')').trim().parse().ok();
        }
        if let Some(at) = text.find('<') {
            return text[at + 1..].trim().trim_end_matches(')').trim().parse().ok();
        }
    }
    None
}

/// The number that a variable is given first.
fn first_value(script: &Script, name: &str) -> Option<usize> {
    let assignments = script.commands().flat_map(|command| command.assignments());
    let mut of_name = assignments.filter(|assignment| assignment.name() == name);
    of_name.next()?.value()?.literal()?.parse().ok()
}
