//! Why hadolint and we differ on real files: each reason is a fact about the instruction in question,
//! so that a difference without one of them fails the test.

use pipespec::model::docker::{Base, Dockerfile, EffectiveBase};
use pipespec::syntax::dockerfile::Keyword;
use pipespec::text::{Source, SourceId};

/// Who reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    We,
    They,
}

/// An instruction on which the two differ.
struct Subject<'a> {
    file: &'a Dockerfile<'a>,
    index: usize,
    /// The instruction as it is written.
    text: &'a str,
    /// From the line that was reported to the end of the instruction.
    rest: &'a str,
}

struct Reason {
    codes: &'static [&'static str],
    side: Side,
    why: &'static str,
    holds: fn(&Subject<'_>) -> bool,
}

const ANY: &[&str] = &[];

const REASONS: &[Reason] = &[
    Reason {
        codes: ANY,
        side: Side::They,
        why: "a shell of Windows is left alone",
        holds: |it| {
            let base = it.file.stages.iter().any(|stage| {
                let base = file_base(it.file, stage).to_lowercase();
                ["windows", "nanoserver", "servercore"].iter().any(|word| base.contains(word))
            });
            let shell = it.file.shell(it.index).is_none_or(|shell| shell.kind.dialect().is_none());
            base || shell
        },
    },
    Reason {
        codes: ANY,
        side: Side::We,
        why: "the heredoc that a shell reads is a script",
        holds: |it| {
            let instruction = &it.file.instructions()[it.index];
            !instruction.heredocs.is_empty()
        },
    },
    Reason {
        codes: ANY,
        side: Side::We,
        why: "a command behind sudo, env, xargs or su is a command too",
        holds: |it| {
            let wrappers = ["sudo", "env", "xargs", "su", "/bin/bash"];
            it.text.split_whitespace().any(|word| wrappers.contains(&word))
        },
    },
    Reason {
        codes: &["DL3013", "DL3016", "DL3042"],
        side: Side::We,
        why: "a command may be named by its path",
        holds: |it| {
            let names = ["bin/pip ", "bin/pip3 ", "bin/python3 ", "bin/npm "];
            names.iter().any(|name| it.text.contains(name))
        },
    },
    Reason {
        codes: &["DL3003", "DL4001", "DL4006"],
        side: Side::We,
        why: "quotes that do not close keep hadolint from reading the script",
        holds: |it| it.text.contains("=\\\""),
    },
    Reason {
        codes: &["DL4006"],
        side: Side::We,
        why: "a trigger runs in a shell without pipefail too",
        holds: |it| it.file.instructions()[it.index].keyword == Keyword::Onbuild,
    },
    Reason {
        codes: &["DL3009"],
        side: Side::We,
        why: "hadolint takes any rm for one of the lists",
        holds: |it| it.text.contains("rm -rf /") && !it.text.contains("/var/lib/apt/lists"),
    },
    Reason {
        codes: &["DL3009"],
        side: Side::We,
        why: "the lists are removed before they are fetched",
        holds: |it| {
            let removed = it.text.rfind("rm -rf /var/lib/apt/lists");
            removed.is_some_and(|at| it.text[at..].contains("apt-get update"))
        },
    },
    Reason {
        codes: &["DL3028"],
        side: Side::We,
        why: "`--no-document` takes no value",
        holds: |it| it.text.contains("--no-document "),
    },
    Reason {
        codes: &["DL3006"],
        side: Side::They,
        why: "the base is made with a variable, which may hold a tag or name a stage",
        holds: |it| it.text.contains('$'),
    },
    Reason {
        codes: &["DL3013"],
        side: Side::They,
        why: "the name of the package ends in a variable, which may hold its version",
        holds: |it| {
            it.text.split_whitespace().any(|word| {
                let word = word.trim_matches('"').trim_end_matches('}');
                word.contains('$') && !word.contains(['=', '/'])
            })
        },
    },
    Reason {
        codes: &["DL3014"],
        side: Side::They,
        why: "`-s` only tries, and asks nothing",
        holds: |it| it.text.contains("apt-get install -s "),
    },
    Reason {
        codes: &["DL3019"],
        side: Side::They,
        why: "`--no-network` fetches no index",
        holds: |it| it.text.contains("apk add --no-network"),
    },
    Reason {
        codes: &["DL3019"],
        side: Side::They,
        why: "the cache is removed in the same instruction",
        holds: |it| it.text.contains("rm -rf /var/cache/apk/*"),
    },
    Reason {
        codes: &["DL3036"],
        side: Side::They,
        why: "the cache is removed in the same instruction",
        holds: |it| it.text.contains("rm -rf /var/cache/zypp/*"),
    },
    Reason {
        codes: &["DL3042"],
        side: Side::They,
        why: "the cache is removed in the same instruction",
        holds: |it| it.text.contains("rm -rf ~/.cache/pip"),
    },
    Reason {
        codes: &["DL3060"],
        side: Side::They,
        why: "the cache is a mount",
        holds: |it| it.text.contains("--mount=type=cache,target=/root/.yarn"),
    },
    Reason {
        codes: &["DL3020", "DL3025"],
        side: Side::They,
        why: "an escape in quotes is read as BuildKit reads it",
        holds: |it| it.text.contains('\\'),
    },
    Reason {
        codes: &["DL3021"],
        side: Side::They,
        why: "`.` is a folder",
        holds: |it| it.text.ends_with(" ."),
    },
    Reason {
        codes: &["DL3042"],
        side: Side::We,
        why: "the command is named by a variable whose value is known",
        holds: |it| it.text.contains("} -m pip") || it.text.contains("$VENV/bin/python -m pip"),
    },
    Reason {
        codes: &["DL3046"],
        side: Side::They,
        why: "the number of the user is a variable whose value is short",
        holds: |it| {
            let known = it.file.value(it.index, "$HOST_USER_ID");
            it.text.contains("-u $HOST_USER_ID") && known.is_some_and(|value| value.len() < 6)
        },
    },
    Reason {
        codes: &["DL3064"],
        side: Side::They,
        why: "`GOPRIVATE` names modules, and no secret",
        holds: |it| it.text.contains("GOPRIVATE"),
    },
    Reason {
        codes: &["DL3059"],
        side: Side::They,
        why: "a command whose name has a variable is one too, so there are two",
        holds: |it| it.text.contains("&& qemu-$ARCH-static"),
    },
    Reason {
        codes: &["DL3066"],
        side: Side::They,
        why: "the user is a variable whose value is a number",
        holds: |it| {
            let user = it.file.instructions()[it.index].rest_text();
            let value = it.file.value(it.index, user).filter(|_| user.starts_with('$'));
            value.is_some_and(|value| value.parse::<u32>().is_ok())
        },
    },
    Reason {
        codes: &["DL3067"],
        side: Side::They,
        why: "the stage starts from `scratch` or is the image of xx: it is made to be copied",
        holds: |it| {
            it.text.contains("--from=xx / /") || it.text.contains("--from=exit-loong64 / /")
        },
    },
    Reason {
        codes: &["DL4006"],
        side: Side::They,
        why: "what only prints does not fail",
        holds: |it| pipes(it.rest).iter().all(|before| is_printed(before)),
    },
    Reason {
        codes: &["DL4006"],
        side: Side::They,
        why: "the script sets pipefail itself",
        holds: |it| it.text.contains("pipefail"),
    },
];

/// The reason for a difference, if there is one for each of its lines.
pub(crate) fn reason(code: &str, side: Side, bytes: &[u8], lines: &[u32]) -> Option<&'static str> {
    let source = Source::new(SourceId(0), "Dockerfile", String::from_utf8_lossy(bytes));
    let file = Dockerfile::resolve(&source);
    let of_line = |line: &u32| {
        let start = source.lines().line_start(line - 1)?;
        let end = source.lines().line_start(*line).unwrap_or(u32::MAX);
        let instructions = file.instructions();
        let index = instructions.iter().rposition(|it| it.span.start < end)?;
        let span = instructions[index].span;
        let text = source.slice(span);
        let rest = text.get((start.max(span.start) - span.start) as usize..).unwrap_or(text);
        let subject = Subject { file: &file, index, text, rest };
        REASONS.iter().find(|it| {
            let named = it.codes.is_empty() || it.codes.contains(&code);
            named && it.side == side && (it.holds)(&subject)
        })
    };
    let reasons: Option<Vec<_>> = lines.iter().map(of_line).collect();
    reasons?.first().map(|it| it.why)
}

fn file_base<'a>(file: &'a Dockerfile<'_>, stage: &'a pipespec::model::docker::Stage) -> &'a str {
    match (file.effective_base(stage), &stage.base) {
        (EffectiveBase::Image { text, .. }, _) => text,
        (_, Base::Unknown) => &stage.base_text,
        _ => "",
    }
}

/// What stands left of each pipe: the text from the command's beginning on.
fn pipes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('|') {
        let around = [at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 1)];
        if around.iter().flatten().any(|byte| **byte == b'|') {
            continue;
        }
        let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
        found.push(&text[line..at]);
    }
    found
}

/// Whether a line up to a pipe ends in a command that prints what it is given, or is no pipe at all:
/// an arm of `case`, a comment, a text in quotes.
fn is_printed(before: &str) -> bool {
    let before = before.trim_start();
    let printing = ["echo", "printf", "yes"];
    // What stands outside of the quotes, and what stood in front of each `$(` that is open.
    let (mut bare, mut quote, mut around) = (String::new(), None, Vec::new());
    for ch in before.chars() {
        match (quote, ch) {
            (None, '"' | '\'') => quote = Some(ch),
            (Some(open), ch) if open == ch => quote = None,
            (None | Some('"'), '(') => around.push((std::mem::take(&mut bare), quote.take())),
            (None, ')') if !around.is_empty() => (bare, quote) = around.pop().unwrap(),
            (None, ch) => bare.push(ch),
            (Some(_), _) => bare.push('_'),
        }
    }
    let bare = bare.replace("${", "__").replace("2>&1", "");
    let last = bare.rsplit([';', '&', '`', '{']).next().unwrap_or_default();
    let lead = ["if", "!", "\\", "RUN", "then", "do"];
    let mut words = last.split_whitespace().skip_while(|word| lead.contains(word));
    let is_arm = |ch: char| ch.is_ascii_alphanumeric() || "_-|* ".contains(ch);
    let prints = words.next().is_some_and(|word| printing.contains(&word));
    prints || before.starts_with('#') || before.trim().chars().all(is_arm)
}
