use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Words of a name, parted by `_`, that mark a secret for BuildKit, and those that excuse it.
const TOKENS: [&str; 10] = [
    "apikey",
    "auth",
    "credential",
    "credentials",
    "key",
    "password",
    "pword",
    "passwd",
    "secret",
    "token",
];
const EXCUSES: [&str; 3] = ["public", "file", "version"];

/// Parts of a name that mark a secret for hadolint, wherever they stand.
const PARTS: [&str; 7] =
    ["api_key", "client_key", "password", "private", "secret", "token", "username"];

/// A well-known name that hadolint reports as well.
const NAME: &str = "AWS_ACCESS_KEY_ID";

/// Names of passwords that neither of them knows.
const PASSWORDS: [&str; 2] = ["MYSQL_PWD", "OS_PASSCODE"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps_with_triggers() {
        let instruction = step.instruction;
        if !matches!(instruction.keyword, Keyword::Arg | Keyword::Env) {
            continue;
        }
        for pair in instruction.pairs() {
            let name = unquoted(&pair.key.text);
            // BuildKit looks neither at global arguments nor at triggers.
            let buildkit = step.stage.is_some() && !step.onbuild && has_secret_token(name);
            let hadolint = has_secret_part(name);
            let password = PASSWORDS.iter().any(|known| known.eq_ignore_ascii_case(name));
            if !buildkit && !hadolint && !password {
                continue;
            }
            let is_empty = pair.value.as_ref().is_some_and(|it| unquoted(&it.text).is_empty());
            let (keyword, stays) = match instruction.keyword {
                Keyword::Env if is_empty => {
                    ("ENV", "a value put there would stand in the image for all to read")
                }
                Keyword::Env => ("ENV", "stands in the image for all to read"),
                _ => ("ARG", "stays in the history of the image"),
            };
            let message = format!(
                "`{keyword} {name}` looks like a secret, and {stays}; `RUN --mount=type=secret` keeps it out"
            );
            let report = cx.report(file.at(pair.span), message).symbol(format!("{keyword} {name}"));
            let report =
                report.help("mount it where it is needed: `RUN --mount=type=secret,id=...`");
            match (buildkit, hadolint) {
                (true, false) => {
                    report.alias("SecretsUsedInArgOrEnv");
                }
                (false, true) => {
                    report.alias("DL3064");
                }
                (false, false) => {
                    report.alias("secret-in-build-variable");
                }
                (true, true) => {}
            }
        }
    }
}

fn has_secret_token(name: &str) -> bool {
    let has = |words: &[&str]| {
        name.split('_').any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
    };
    has(&TOKENS) && !has(&EXCUSES)
}

fn has_secret_part(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    // The modules that Go fetches past the proxy: `private` is no secret there.
    if lower == "goprivate" {
        return false;
    }
    PARTS.iter().any(|part| lower.contains(part)) || NAME.eq_ignore_ascii_case(name)
}
