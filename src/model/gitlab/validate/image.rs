//! `image` and `services`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, map};
use super::kind::{By, Kind, check, is_whole};
use super::words::{name, text};
use crate::model::gitlab::{Value, ValueKind, Version};

const PULL_POLICIES: [&str; 3] = ["always", "if-not-present", "never"];

static DOCKER: Table = Table::of(&[
    key("platform", Kind::Text(1, 64), "The architecture of the image that is pulled.")
        .on(Expands::Runner),
    key("user", Kind::Text(1, 255), "The user that the container runs as.")
        .since(16, 8)
        .on(Expands::Runner),
])
.without_null();
static KUBERNETES: Table = Table::of(&[key(
    "user",
    Kind::By(By {
        check: user,
        shape: "a string of at most 255 characters, or a whole number",
        table: None,
    }),
    "The user, or user and group, that the container runs as.",
)
.on(Expands::Runner)])
.without_null();

static IMAGE: Table = Table::of(&[
    key("name", name(), "The image.").on(Expands::Runner),
    key(
        "entrypoint",
        Kind::Strings(0, usize::MAX),
        "What is run instead of the image's entry point.",
    )
    .on(Expands::Runner),
    key("pull_policy", Kind::Enums(&PULL_POLICIES, false), "When the runner pulls the image.")
        .since(15, 1),
    key("docker", Kind::Map(&DOCKER), "Options for runners with Docker.").since(16, 7),
    key("kubernetes", Kind::Map(&KUBERNETES), "Options for runners in Kubernetes.").since(18, 0),
])
.requires(&["name"]);

static SERVICE: Table = Table::of(&[
    key("name", name(), "The image of the service.").on(Expands::Runner),
    key("alias", text(), "The names under which the job reaches the service.").on(Expands::Runner),
    key(
        "entrypoint",
        Kind::Strings(0, usize::MAX),
        "What is run instead of the image's entry point.",
    )
    .on(Expands::Runner),
    key(
        "command",
        Kind::By(By {
            check: command,
            shape: "a list of strings; from GitLab 18.4 on a string too, or lists in the list",
            table: None,
        }),
        "What is run instead of the image's command.",
    )
    .on(Expands::Runner),
    key("pull_policy", Kind::Enums(&PULL_POLICIES, false), "When the runner pulls the image.")
        .since(15, 1),
    key("docker", Kind::Map(&DOCKER), "Options for runners with Docker.").since(16, 7),
    key("kubernetes", Kind::Map(&KUBERNETES), "Options for runners in Kubernetes.").since(18, 0),
    key("variables", super::variables::PLAIN, "Variables for the service alone.")
        .on(Expands::Runner),
])
.requires(&["name"]);

static SERVICE_KIND: Kind = Kind::By(By {
    check: |value, path, out| named(value, &SERVICE, path.key("service"), out),
    shape: "a name, or a mapping with `name`",
    table: Some(&SERVICE),
});
pub(super) const SERVICES: Kind = Kind::List(&SERVICE_KIND, usize::MAX);
pub(super) const IMAGE_KIND: Kind = Kind::By(By {
    check: |value, path, out| named(value, &IMAGE, path, out),
    shape: "a name, or a mapping with `name`",
    table: Some(&IMAGE),
});

/// The first version of which nobody knows that it takes only a flat list for the command of a service.
const NESTED_COMMAND: Version = Version::new(18, 4);

fn command(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    // The measured server, which is older, refuses it, so it passes where a newer one is stated.
    if out.stated.is_some_and(|it| it >= NESTED_COMMAND) {
        return check(value, &Kind::Script { blank: true }, path, out);
    }
    check(value, &Kind::Strings(0, usize::MAX), path, out);
}

/// A name or a number; to a JSON schema `1000.0` is a whole one.
fn user(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match value.kind {
        ValueKind::Float(number) if number.fract() == 0.0 => {}
        ValueKind::Str(_) | ValueKind::Symbol(_) => check(value, &Kind::Text(1, 255), path, out),
        _ if is_whole(value) => {}
        _ => out.wrong(value, format!("`{path}` should be a string or a whole number")),
    }
}

/// The name of an image, or a mapping with one.
fn named(value: &Value<'_>, table: &Table, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Map(_) => map(value, table, path, out),
        ValueKind::Str(text) if text.as_str().trim().is_empty() => {
            out.wrong(value, format!("`{path}` name can't be blank"));
        }
        ValueKind::Str(_) => {}
        _ => out.wrong(value, format!("`{path}` should be a hash or a string")),
    }
}
