use crate::model::docker::{CopyParts, Dockerfile, is_dummy, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Files that hold nothing but secrets, by the end of their path.
const SECRETS: [(&str, &str); 13] = [
    ("id_rsa", "a private key"),
    ("id_dsa", "a private key"),
    ("id_ecdsa", "a private key"),
    ("id_ed25519", "a private key"),
    (".netrc", "passwords"),
    (".git-credentials", "passwords"),
    (".pypirc", "passwords of package indexes"),
    (".dockercfg", "passwords of registries"),
    (".docker/config.json", "passwords of registries"),
    (".aws/credentials", "keys of AWS"),
    (".kube/config", "keys of a cluster"),
    (".vault-token", "a token"),
    (".pgpass", "passwords"),
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let instruction = step.instruction;
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Add) {
            continue;
        }
        let Some(parts) = CopyParts::of(instruction) else { continue };
        for source in parts.sources {
            let Some(path) = file.value(step.index, &source.text) else { continue };
            let path = unquoted(&path);
            let ends = |end: &&(&str, &str)| {
                path.strip_suffix(end.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            let local = instruction.flag("from").is_none();
            let holds = match SECRETS.iter().find(ends) {
                Some((_, holds)) => Some(*holds),
                None if local => settings(file, path, cx),
                None => None,
            };
            let ships = step.stage.is_some_and(|stage| file.is_shipped(stage));
            let Some(holds) = holds.filter(|_| ships) else { continue };
            let message = format!(
                "`{path}` holds {holds}, and stays in the layers of the image for whoever can pull it"
            );
            cx.report(file.at(source.span), message)
                .help("mount it for the command that needs it: `RUN --mount=type=secret,id=...,target=...`")
                .symbol(step.symbol());
        }
    }
}

/// What a file of settings holds, if it is a secret: those in the project are looked into.
fn settings(file: &Dockerfile<'_>, path: &str, cx: &Cx<'_, '_>) -> Option<&'static str> {
    let name = path.rsplit('/').next()?;
    let environment = matches!(name, ".env" | ".env.local" | ".env.production" | ".env.prod");
    if !environment && name != ".npmrc" {
        return None;
    }
    let beside = file.source.path.rfind('/').map_or("", |slash| &file.source.path[..slash]);
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let read = |folder: &str| {
        let slash = if folder.is_empty() { "" } else { "/" };
        cx.facts.files.read(&format!("{folder}{slash}{path}"))
    };
    let source = match &file.context {
        Some(context) => read(context),
        None => read(beside).or_else(|| read("")),
    };
    match source {
        Some(source) => {
            let secret = if environment { is_secret_setting } else { is_npm_token };
            source.text().lines().any(secret).then_some("secrets")
        }
        // Version control leaves such a file out for a reason; `.npmrc` may have many.
        None => environment.then_some("what the environment is to keep, mostly secrets"),
    }
}

/// `NAME=value` with a name that tells of a secret, and a value that is one.
fn is_secret_setting(line: &str) -> bool {
    let Some((name, value)) =
        line.trim().split_once('=').filter(|(name, _)| !name.starts_with('#'))
    else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    let named = ["password", "secret", "token", "api_key", "private_key", "access_key"]
        .iter()
        .any(|part| lower.contains(part));
    let public = ["public", "expo_", "vite_", "react_app_"].iter().any(|it| lower.contains(it));
    let value = unquoted(value.trim());
    named
        && !public
        && value.len() >= 12
        && !value.contains('$')
        && !is_dummy(value)
        && value.contains(|ch: char| ch.is_ascii_digit())
}

/// `//registry/:_authToken=value`
fn is_npm_token(line: &str) -> bool {
    let keys = ["_authToken=", "_auth=", "_password="];
    keys.iter().any(|key| {
        line.split_once(key).is_some_and(|(_, value)| {
            let value = value.trim();
            !value.is_empty() && !value.starts_with("${") && !is_dummy(value)
        })
    })
}
