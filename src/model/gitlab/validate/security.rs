//! `secrets`, `id_tokens` and `dast_configuration`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, exclusive, key, map};
use super::kind::{By, Kind, check};
use super::words::{name, text};
use crate::model::Origin;
use crate::model::gitlab::{Entry, Problem, Value};

static ID_TOKEN: Table =
    Table::of(&[key("aud", Kind::Texts, "For whom the token is.").on(Expands::Server)])
        .requires(&["aud"]);
pub(super) const ID_TOKENS: Kind = Kind::By(By {
    check: id_tokens,
    shape: "a mapping of names to mappings with `aud`",
    table: Some(&ID_TOKEN),
});

fn id_tokens(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    for entry in entries.entries() {
        let path = path.key(entry.key.as_str());
        if entry.value.is_null() {
            nothing(entry, &format!("`{path}` missing required keys: aud"), out);
        } else {
            check(&entry.value, &Kind::Map(&ID_TOKEN), path, out);
        }
    }
}

/// The server takes null for an empty mapping where the user chooses the names.
fn nothing(entry: &Entry<'_>, message: &str, out: &mut Findings) {
    let origin = Origin { at: entry.key_at, ..entry.value.origin.clone() };
    out.push(Problem::new("missing-keyword", &origin, message));
}

static DAST: Table = Table::of(&[
    key("site_profile", text(), "What is tested.").on(Expands::Server),
    key("scanner_profile", text(), "How it is tested.").on(Expands::Server),
]);
pub(super) const DAST_KIND: Kind = Kind::Map(&DAST);

static VAULT: Table = Table::of(&[
    key("engine", Kind::Map(&ENGINE), "The secrets engine."),
    key("path", name(), "The path of the secret.").on(Expands::Runner),
    key("field", name(), "The field of the secret.").on(Expands::Runner),
])
.requires(&["engine", "path", "field"]);
static ENGINE: Table = Table::of(&[
    key("name", name(), "Its kind, such as `kv-v2`.").on(Expands::Runner),
    key("path", name(), "Where it is mounted.").on(Expands::Runner),
])
.requires(&["name", "path"]);
static AZURE: Table = Table::of(&[
    key("name", name(), "The name of the secret.").on(Expands::Runner),
    key("version", text(), "Its version.").on(Expands::Runner),
])
.requires(&["name"]);
static GOOGLE: Table = Table::of(&[
    key("name", name(), "The name of the secret.").on(Expands::Runner),
    key(
        "version",
        Kind::Either(&[Kind::Str(0, usize::MAX), Kind::Int(0, i64::MAX)]),
        "Its version.",
    )
    .on(Expands::Runner),
])
.requires(&["name"]);
static AWS: Table = Table::of(&[
    key("secret_id", name(), "The id of the secret.").on(Expands::Runner),
    key("version_id", text(), "The id of its version.").on(Expands::Runner),
    key("version_stage", text(), "The stage of its version.").on(Expands::Runner),
    key("region", text(), "The region.").on(Expands::Runner),
    key("role_arn", text(), "The role that the job takes.").on(Expands::Runner),
    key("role_session_name", text(), "The name of its session.").on(Expands::Runner),
    key("field", text(), "The field of the secret.").on(Expands::Runner),
])
.requires(&["secret_id"]);
static OWN: Table = Table::of(&[
    key("name", name(), "The name of the secret.").on(Expands::Runner),
    key(
        "source",
        Kind::By(By { check: source, shape: "`project`, or `group/` and a path", table: None }),
        "Whose secret it is.",
    ),
])
.requires(&["name"]);

fn source(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let letter = |ch: char| ch.is_ascii_alphanumeric() || "_-./".contains(ch);
    let fits = value.as_str().is_some_and(|text| {
        let group = text.strip_prefix("group/");
        text == "project" || group.is_some_and(|it| !it.is_empty() && it.chars().all(letter))
    });
    if !fits {
        let message = format!("`{path}` must follow the format group/group_full_path or 'project'");
        out.wrong(value, message);
    }
}

const fn detail(name: &'static str, summary: &'static str) -> Keyword {
    key(name, text(), summary).on(Expands::Runner)
}

static AKEYLESS: Table = Table::of(&[
    detail("name", "The name of the secret."),
    detail("data_key", "The key in the secret."),
    detail("cert_user_name", "The user of the certificate."),
    detail("public_key_data", "The public key."),
    detail("csr_data", "The request for a certificate."),
    detail("uid_token", "The token for universal identity."),
    detail("gcp_audience", "The audience at Google Cloud."),
    detail("azure_object_id", "The object at Azure."),
    detail("k8s_service_account_token", "The token of a service account."),
    detail("k8s_auth_config_name", "How to log in from Kubernetes."),
    detail("gateway_ca_certificate", "The certificate authority of the gateway."),
    detail("akeyless_access_type", "How the job logs in."),
    detail("akeyless_access_key", "The key that belongs to the access id."),
    detail("akeyless_api_url", "Where Akeyless is reached."),
    detail("akeyless_token", "The token that the job has."),
]);

static SECRET: Table = Table::of(&[
    key("vault", Kind::Either(&[name(), Kind::Map(&VAULT)]), "A secret of HashiCorp Vault.")
        .on(Expands::Runner),
    key("azure_key_vault", Kind::Map(&AZURE), "A secret of Azure Key Vault.").since(16, 3),
    key("gcp_secret_manager", Kind::Map(&GOOGLE), "A secret of Google Secret Manager.")
        .since(16, 8),
    key(
        "aws_secrets_manager",
        Kind::Either(&[name(), Kind::Map(&AWS)]),
        "A secret of AWS Secrets Manager.",
    )
    .undated(),
    key("gitlab_secrets_manager", Kind::Map(&OWN), "A secret that GitLab keeps.").undated(),
    key("akeyless", Kind::Map(&AKEYLESS), "A secret of Akeyless.").since(17, 4),
    key("file", Kind::Bool, "Whether the variable names a file with the secret."),
    key("token", text(), "The token that shows who asks.").since(15, 8).on(Expands::Runner),
]);

pub(super) const SECRETS: Kind = Kind::By(By {
    check: secrets,
    shape: "a mapping of names to mappings with one provider",
    table: Some(&SECRET),
});

/// In this order in the server's message.
const PROVIDERS: [&str; 6] = [
    "vault",
    "azure_key_vault",
    "gcp_secret_manager",
    "akeyless",
    "gitlab_secrets_manager",
    "aws_secrets_manager",
];

fn secrets(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    for entry in entries.entries() {
        let (secret, path) = (&entry.value, path.key(entry.key.as_str()));
        if secret.is_unknown() {
            continue;
        }
        if secret.is_null() {
            let names = PROVIDERS.join(", ");
            let message = format!("`{path}` must use exactly one of these keys: {names}");
            nothing(entry, &message, out);
            continue;
        }
        let Some(keys) = secret.as_map() else {
            out.wrong(secret, format!("`{path}` should be a hash"));
            continue;
        };
        map(secret, &SECRET, path, out);
        if keys.is_partial() {
            continue;
        }
        let misspelt = keys.entries().iter().any(|it| SECRET.keyword(&it.key).is_none());
        if !misspelt && !PROVIDERS.iter().any(|name| secret.get(name).is_some()) {
            let message =
                format!("`{path}` must use exactly one of these keys: {}", PROVIDERS.join(", "));
            out.wrong(secret, message);
        }
        exclusive(secret, &PROVIDERS, path, out);
        let blank = |name: &str| secret.given(name).is_none_or(Value::is_blank);
        if !blank("gcp_secret_manager") && blank("token") {
            out.wrong(secret, format!("`{path}` token is required with gcp secrets manager"));
        }
    }
}
