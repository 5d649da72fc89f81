//! The shell room on real scripts, on hostile ones, and on random ones.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use pipespec::model::docker::Dockerfile;
use pipespec::syntax::shell::{Commands, Dialect, Part, Script, ShellOptions, Word};
use pipespec::syntax::yaml::{self, NodeId, NodeKind, Tree};
use pipespec::text::{Sources, Span};
use proptest::prelude::*;

/// Folder of the real public files; nothing, with a message, where they are not at hand.
fn corpus() -> Option<PathBuf> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/corpus.tar.xz");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shell-corpus");
    if target.join("corpus").is_dir() {
        return Some(target.join("corpus"));
    }
    let unpacking = target.with_extension(std::process::id().to_string());
    std::fs::create_dir_all(&unpacking).ok()?;
    let unpacked = packed.is_file()
        && Process::new("tar")
            .args(["-xJf".as_ref(), packed.as_os_str(), "-C".as_ref(), unpacking.as_os_str()])
            .status()
            .is_ok_and(|status| status.success());
    if !unpacked || std::fs::rename(&unpacking, &target).is_err() {
        let _ = std::fs::remove_dir_all(&unpacking);
    }
    let found = target.join("corpus").is_dir();
    if !found {
        println!("skipped: no corpus at {}", packed.display());
    }
    found.then(|| target.join("corpus"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The scripts of a configuration: each `script`, `before_script` and `after_script`.
fn yaml_scripts(text: &str) -> Vec<Script> {
    let tree = yaml::parse(text);
    let mut scripts = Vec::new();
    let mut rest: Vec<NodeId> =
        tree.documents.iter().filter_map(|document| document.root).collect();
    while let Some(node) = rest.pop() {
        match &tree.node(node).kind {
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    let key = tree.scalar(entry.key).map(|key| &*key.value);
                    if matches!(key, Some("script" | "before_script" | "after_script")) {
                        let mut items = Vec::new();
                        flatten(&tree, entry.value, &mut items, 0);
                        if !items.is_empty() {
                            scripts.push(Script::from_items(items, Dialect::Bash));
                        }
                    } else {
                        rest.push(entry.value);
                    }
                }
            }
            NodeKind::Sequence(items) => rest.extend(items),
            _ => {}
        }
    }
    scripts
}

fn flatten<'t>(tree: &'t Tree<'_>, node: NodeId, items: &mut Vec<&'t str>, depth: u32) {
    let node = tree.follow(node);
    if tree.node(node).tag.is_some() || depth > 10 {
        return;
    }
    match &tree.node(node).kind {
        NodeKind::Sequence(all) => all.iter().for_each(|it| flatten(tree, *it, items, depth + 1)),
        NodeKind::Scalar(scalar) => items.push(&scalar.value),
        _ => {}
    }
}

/// What bash says of the script; nothing if there is no bash.
fn bash_accepts(text: &str) -> Option<bool> {
    use std::io::Write as _;
    let mut bash = Process::new("bash")
        .args(["-n"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    bash.stdin.take()?.write_all(text.as_bytes()).ok()?;
    Some(bash.wait().ok()?.success())
}

#[test]
fn no_real_script_that_bash_accepts_is_rejected() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    for folder in ["gitlab", "gitlab-history", "gitlab-repos"] {
        files(&corpus.join(folder), &mut paths);
    }
    let (mut scripts, mut commands, mut refused) = (0, 0, Vec::new());
    for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "yml")) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        for script in yaml_scripts(&text) {
            scripts += 1;
            commands += script.commands().count();
            check_spans(&script);
            let foreign = Script::looks_like_powershell(script.text());
            if !script.errors().is_empty() && !foreign {
                match bash_accepts(script.text()) {
                    Some(true) => {
                        refused.push(format!("{}: {:?}", path.display(), script.errors()));
                    }
                    Some(false) => {}
                    None => println!("skipped: no bash to ask"),
                }
            }
        }
    }
    println!("{scripts} scripts, {commands} commands, {} refused wrongly", refused.len());
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(scripts > 2000 && commands > 10_000, "{scripts} scripts, {commands} commands");
}

#[test]
fn scripts_of_real_images_are_read_and_their_words_found_in_the_file() {
    let Some(corpus) = corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus.join("dockerfiles"), &mut paths);
    let sources = Sources::new();
    let (mut scripts, mut words, mut refused) = (0, 0, Vec::new());
    for path in &paths {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let source = sources.add_bytes(path.to_string_lossy(), bytes);
        let file = Dockerfile::resolve(source);
        for run in &file.runs {
            let Some(script) = run.script() else { continue };
            scripts += 1;
            check_spans(script);
            // A body that ends in a backslash or that a template fills in is no script for bash.
            if !script.errors().is_empty() && bash_accepts(script.text()) == Some(true) {
                refused.push(format!("{}: {:?}", source.path, script.errors()));
            }
            for word in script.commands().flat_map(|command| command.words()) {
                let written = source.slice(run.to_source(word.span()));
                let plain = !written.contains(['\\', '"', '\'', '$', '\n', '`']);
                if let Some(literal) = word.literal().filter(|_| plain) {
                    words += 1;
                    assert_eq!(literal, written, "{}", source.path);
                }
            }
        }
    }
    println!("{scripts} scripts, {words} words, {} refused wrongly", refused.len());
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(scripts > 3000 && words > 50_000, "{scripts} scripts, {words} words");
}

/// Every span lies in the text, and a literal word that is written without quotes and escapes is
/// what its span covers.
fn check_spans(script: &Script) {
    let len = script.text().len() as u32;
    let inside = |span: Span| {
        assert!(span.start <= span.end && span.end <= len, "{span:?} of {len}");
        assert!(script.text().get(span.range()).is_some(), "{span:?} cuts a character");
    };
    for command in script.commands() {
        inside(command.span());
        let values = command.assignments().flat_map(|it| it.values().collect::<Vec<_>>());
        let targets = command.redirections().filter_map(|it| it.target());
        for word in command.words().chain(values).chain(targets) {
            inside(word.span());
            let source = word.source_text();
            let plain = |text: &str| !text.contains(['\\', '\'', '"', '$', '`', '\n']);
            if let Some(literal) = word.literal()
                && plain(source)
                && plain(literal)
            {
                assert_eq!(literal, source, "in {:?}", command.source_text());
            }
            word.parts_with_spans().for_each(|(_, span, _)| inside(span));
        }
        command.context().for_each(|it| inside(it.span()));
        command.outcome(ShellOptions::gitlab(true));
        let _ = (command.is_reachable(), command.fallback(), command.piped_into());
    }
    script.comments().iter().for_each(|span| inside(*span));
    script.errors().iter().for_each(|error| inside(error.span));
}

fn depth_of(commands: Commands<'_>, limit: u32) -> u32 {
    if limit == 0 {
        return 0;
    }
    let inner = |word: Word<'_>| {
        let parts = word.parts().map(|part| match part {
            Part::Commands(inner) => 1 + depth_of(inner, limit - 1),
            _ => 0,
        });
        parts.max().unwrap_or(0)
    };
    commands.take(1).flat_map(|command| command.words()).map(inner).max().unwrap_or(0)
}

#[test]
fn hostile_scripts_take_bounded_time_and_stack() {
    let many = 20_000;
    let inputs = [
        "{ ".repeat(many),
        "if ".repeat(many),
        "( ".repeat(many),
        "$(".repeat(many),
        "a $(".repeat(2000),
        "`".repeat(many),
        "\"$(".repeat(many),
        "${x:-".repeat(many),
        "\"${x:-".repeat(1000) + &"}\"".repeat(1000),
        "${x:-'}'".repeat(1000),
        ("\"${x:-".repeat(30) + &"}\"".repeat(30) + " ").repeat(30),
        "a | ".repeat(many),
        "a && ".repeat(many),
        "a || b && ".repeat(900) + "c",
        "$((".repeat(many),
        "! ".repeat(many),
        "sh -c '".repeat(many),
        "sudo ".repeat(many),
        "x=( ".repeat(many),
        "<<E ".repeat(many),
        "case x in ".repeat(many),
        "f() { ".repeat(many),
        "a;".repeat(many),
        "export a=$(".repeat(many),
        "[[ a && ( ".repeat(many),
        "set -e; f() { f; }; f; ".repeat(300),
        "\\\n".repeat(many),
        "a\r\n".repeat(many),
        "\0".repeat(many),
        "'".to_owned(),
    ];
    for input in &inputs {
        let started = crate::stopwatch::Stopwatch::start();
        let script = Script::parse(input.as_str(), Dialect::Bash);
        assert!(depth_of(script.commands(), 300) < 300);
        if input.len() < 50_000 {
            check_spans(&script);
        }
        let start = &input[..input.len().min(20)];
        assert!(started.elapsed().as_secs() < 10, "{start:?} took {:?}", started.elapsed());
    }
}

proptest! {
    #![proptest_config(crate::random::config(400))]

    #[test]
    fn random_text_never_panics(text in "\\PC{0,80}") {
        check_spans(&Script::parse(text, Dialect::Bash));
    }

    #[test]
    fn random_pieces_of_shell_never_panic(
        pieces in proptest::collection::vec(prop_oneof![
            Just("if "), Just("then "), Just("fi"), Just("; "), Just("\n"), Just("$("), Just(")"),
            Just("\""), Just("'"), Just("`"), Just("${"), Just("}"), Just(":-"), Just("a"), Just("é"),
            Just(" "), Just("|"), Just("&&"), Just("<<E\n"), Just("E\n"), Just("sh -c "), Just("\\"),
            Just("sudo "), Just("export x="), Just("for i in "), Just("do "), Just("done"), Just("{ "),
            Just("(("), Just("))"), Just("$'"), Just("[["), Just("]]"), Just("case "), Just("esac"),
            Just("\r"), Just("#"), Just("set -e"), Just("f() "), Just("$?"), Just("\\\n"), Just("🚀"),
        ], 0..40)
    ) {
        check_spans(&Script::parse(pieces.concat(), Dialect::Bash));
    }
}
