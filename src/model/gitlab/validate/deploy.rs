//! `environment`, `release` and `pages`

use super::datetime::is_datetime;
use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, map};
use super::kind::{By, Kind, check};
use super::words::{FOREVER, name, text};
use crate::model::gitlab::{Value, ValueKind, Version};

const TIERS: [&str; 5] = ["production", "staging", "testing", "development", "other"];

static ENVIRONMENT: Table = Table::of(&[
    key("name", Kind::By(NAME), "The name of the environment.").on(Expands::Server),
    key("url", Kind::Str(0, 255), "Where what was deployed can be seen.").on(Expands::Server),
    key(
        "action",
        Kind::Enum(&["start", "stop", "prepare", "verify", "access"]),
        "What the job does to it; `start` if it is left out.",
    ),
    key("on_stop", text(), "The job that stops it."),
    key("auto_stop_in", text(), "After which time it is stopped.").on(Expands::Server),
    key("deployment_tier", Kind::By(TIER), "What it is used for.")
        .suggest(&TIERS)
        .on(Expands::Server),
    key(
        "kubernetes",
        Kind::By(By { check: kubernetes, shape: "a mapping", table: Some(&CLUSTER) }),
        "The cluster that it runs in.",
    )
    .on(Expands::Server),
])
.requires(&["name"]);

const NAME: By =
    By { check: environment_name, shape: "letters, digits, spaces and `-_/${}.`", table: None };

const TIER: By = By {
    check: tier,
    shape: "one of `production`, `staging`, `testing`, `development`, `other`, or a variable",
    table: None,
};

/// The version that fills in variables in `deployment_tier`.
const TIER_VARIABLES: Version = Version::new(18, 5);

fn tier(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match value.as_str().filter(|text| text.contains('$')) {
        Some(text) if out.version < TIER_VARIABLES => {
            let message = format!(
                "`{path}` is `{text}`; GitLab fills in variables here since {TIER_VARIABLES}, and the server is {}",
                out.version
            );
            out.wrong(value, message);
        }
        Some(_) => {}
        None => check(value, &Kind::Enum(&TIERS), path, out),
    }
}

pub(super) const ENVIRONMENT_KIND: Kind = Kind::By(By {
    check: environment,
    shape: "a name, or a mapping with `name`",
    table: Some(&ENVIRONMENT),
});

static CLUSTER: Table = Table::of(&[
    key("agent", text(), "The agent: `path/of/project:name`.").since(17, 6).on(Expands::Server),
    key("namespace", text(), "The namespace.").on(Expands::Server).instead("dashboard:namespace"),
    key("flux_resource_path", text(), "The Flux resource.")
        .since(17, 7)
        .on(Expands::Server)
        .instead("dashboard:flux_resource_path"),
    key("managed_resources", Kind::Map(&MANAGED), "Whether GitLab makes the resources.").undated(),
    key(
        "dashboard",
        Kind::By(By {
            // What is blank is not looked at.
            check: |value, path, out| {
                if !value.is_blank() {
                    check(value, &Kind::Map(&DASHBOARD), path, out);
                }
            },
            shape: "a mapping with `namespace`",
            table: Some(&DASHBOARD),
        }),
        "What the dashboard shows.",
    )
    .since(18, 4),
]);
static MANAGED: Table =
    Table::of(&[key("enabled", Kind::Bool, "Whether GitLab makes the resources.")]).without_null();
static DASHBOARD: Table = Table::of(&[
    key("namespace", Kind::Text(1, 63), "The namespace.").on(Expands::Server),
    key("flux_resource_path", Kind::Text(1, 255), "The Flux resource.").on(Expands::Server),
])
.requires(&["namespace"])
.without_null();

fn environment(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Map(_) => map(value, &ENVIRONMENT, path, out),
        ValueKind::Str(_) => environment_name(value, path, out),
        _ => out.wrong(value, format!("`{path}` should be a hash or a string")),
    }
}

fn environment_name(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let text = value.as_str();
    let fits = text.is_some_and(|text| {
        text.chars().all(|ch| ch.is_ascii_alphanumeric() || "-_/${}. ".contains(ch))
            && !text.starts_with('/')
            && !text.ends_with('/')
    });
    if text.is_some_and(|text| text.trim().is_empty()) {
        out.wrong(value, format!("`{path}` name can't be blank"));
    } else if !fits {
        let message = format!(
            "`{path}` name can contain only letters, digits, '-', '_', '/', '$', '{{', '}}', '.', and spaces, but it cannot start or end with '/'"
        );
        out.wrong(value, message);
    }
}

fn kubernetes(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    check(value, &Kind::Map(&CLUSTER), path, out);
    let Some(entries) = value.as_map().filter(|map| !map.is_partial()) else { return };
    if entries.is_empty() {
        return out.wrong(value, format!("`{path}` can't be blank"));
    }
    let given = |name: &str| value.given(name).filter(|it| !it.is_blank());
    let flux = given("flux_resource_path");
    if let (Some(flux), None) = (flux, given("namespace")) {
        out.wrong(flux, format!("`{path}` namespace can't be blank beside `flux_resource_path`"));
    }
    let managed = value.path(&["managed_resources", "enabled"]);
    let managed = managed.filter(|it| it.as_bool() == Some(true));
    let asks = [
        ("flux_resource_path", flux),
        ("dashboard", given("dashboard")),
        ("managed_resources", managed),
    ];
    let asks = asks.into_iter().find_map(|(name, it)| Some((name, it?)));
    if let (Some((name, asks)), None) = (asks, given("agent")) {
        out.wrong(asks, format!("`{path}` agent can't be blank beside `{name}`"));
    }
    for name in ["namespace", "flux_resource_path"] {
        let inner = value.path(&["dashboard", name]).filter(|it| !it.is_blank());
        if let (Some(outer), Some(_)) = (given(name), inner) {
            let message =
                format!("`{path}` {name} cannot be specified when dashboard.{name} is set");
            out.wrong(outer, message);
        }
    }
}

static RELEASE: Table = Table::of(&[
    key("tag_name", name(), "The tag that is released.").on(Expands::Server),
    key("tag_message", Kind::By(MESSAGE), "The message of the tag, if it is made.")
        .since(15, 3)
        .on(Expands::Server),
    key("name", Kind::Any, "The title; the tag if it is left out.").on(Expands::Server),
    key("description", name(), "What is new, or the file that says it.").on(Expands::Server),
    key(
        "ref",
        Kind::By(By { check: release_ref, shape: "a branch, tag or commit", table: None }),
        "From what the tag is made, if it is made.",
    )
    .on(Expands::Server),
    key(
        "milestones",
        Kind::By(By {
            check: |value, path, out| {
                if !value.is_blank() {
                    check(value, &Kind::Texts, path, out);
                }
            },
            shape: "a string or a list of strings",
            table: None,
        }),
        "Titles of milestones.",
    )
    .on(Expands::Server),
    key(
        "released_at",
        Kind::By(By { check: datetime, shape: "a date and time in ISO 8601", table: None }),
        "When the release is ready.",
    )
    .on(Expands::Server),
    key("assets", Kind::Map(&ASSETS), "Files that belong to it."),
])
.requires(&["tag_name", "description"]);
pub(super) const RELEASE_KIND: Kind = Kind::Map(&RELEASE);

const MESSAGE: By = By {
    check: |value, path, out| {
        if !value.is_blank() {
            check(value, &text(), path, out);
        }
    },
    shape: "a string",
    table: None,
};

static ASSETS: Table = Table::of(&[key(
    "links",
    Kind::By(By {
        check: links,
        shape: "a list of mappings that is not empty",
        table: Some(&LINK),
    }),
    "Links to files.",
)])
.requires(&["links"]);

/// For completion: the server looks into no link before the release is made.
static LINK: Table = Table::of(&[
    key("name", name(), "The text of the link.").on(Expands::Server),
    key("url", name(), "Where it leads.").on(Expands::Server),
    key("filepath", text(), "A path that always leads there.").on(Expands::Server),
    key(
        "link_type",
        Kind::Enum(&["other", "runbook", "image", "package"]),
        "What is to be found there.",
    ),
]);

/// What Git refuses as the name of a branch or tag, and what the server wants without its folder. `false` is
/// none at all.
fn release_ref(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let fits = value.as_str().is_some_and(|text| {
        !text.is_empty()
            && text != "HEAD"
            && !text.contains(|ch: char| ch < ' ' || " ~^:?*[\\".contains(ch))
            && !["..", "@{", "//"].iter().any(|part| text.contains(part))
            && !["-", "refs/heads/", "refs/remotes/"].iter().any(|start| text.starts_with(start))
            && !text.ends_with(['/', '.'])
            && !text.split('/').any(|part| part.starts_with('.') || part.ends_with(".lock"))
    });
    if !fits && value.as_bool() != Some(false) {
        out.wrong(value, format!("`{path}` must be a valid ref"));
    }
}

fn datetime(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if !value.as_str().is_some_and(is_datetime) && value.as_bool() != Some(false) {
        out.wrong(value, format!("`{path}` must be a valid datetime"));
    }
}

fn links(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(items) = value.as_seq() else {
        return out.wrong(value, format!("`{path}` should be an array of hashes"));
    };
    if items.is_empty() {
        out.wrong(value, format!("`{path}` can't be blank"));
    }
    for item in items.iter().filter(|item| item.as_map().is_none() && !item.is_unknown()) {
        out.wrong(item, format!("`{path}` should be an array of hashes"));
    }
}

static PAGES: Table = Table::of(&[
    key("publish", text(), "The folder that is published; `public` if it is left out.")
        .since(17, 9)
        .on(Expands::Server),
    key("path_prefix", text(), "Where it is published below the site.")
        .since(16, 7)
        .on(Expands::Server),
    key(
        "expire_in",
        Kind::Duration { most: FOREVER, never: true, variable: true },
        "How long it stays.",
    )
    .since(17, 4)
    .on(Expands::Server),
]);
pub(super) const PAGES_KIND: Kind = Kind::By(By {
    check: |value, path, out| match &value.kind {
        ValueKind::Bool(_) => {}
        ValueKind::Map(_) => map(value, &PAGES, path, out),
        _ => out.wrong(value, format!("`{path}` should be a hash or a boolean value")),
    },
    shape: "`true`, `false`, or a mapping",
    table: Some(&PAGES),
});
