//! `artifacts`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key};
use super::kind::{By, Kind, check};
use super::words::{FOREVER, OUTCOMES, text};
use crate::model::gitlab::{Value, Version};

static KEYS: [Keyword; 10] = [
    key("name", text(), "The name of the archive; `artifacts` if it is left out.")
        .on(Expands::Runner),
    key(
        "paths",
        Kind::Strings(0, usize::MAX),
        "Files and folders to store, relative to the project.",
    )
    .on(Expands::Runner),
    key("exclude", Kind::Strings(0, usize::MAX), "Files that are left out of `paths`.")
        .on(Expands::Runner),
    key("untracked", Kind::Bool, "Whether files that Git does not track are stored too."),
    key("when", Kind::Enum(&OUTCOMES), "After which result of the job they are stored."),
    key(
        "expire_in",
        Kind::Duration { most: FOREVER, never: true, variable: false },
        "How long they are kept; 30 days on gitlab.com if it is left out.",
    ),
    key(
        "expose_as",
        Kind::By(By {
            check: expose_as,
            shape: "at most 100 letters, digits, `-`, `_` and spaces",
            table: None,
        }),
        "The name of a link to them in merge requests; it needs `paths`.",
    ),
    key("public", Kind::Bool, "Whether everybody who sees the pipeline may download them.")
        .instead("access"),
    key(
        "access",
        Kind::Enum(&["all", "developer", "none", "maintainer"]),
        "Who may download them.",
    )
    .since(16, 11)
    .words_since(&[("maintainer", Version::new(18, 4))]),
    key("reports", Kind::Map(&REPORTS), "Files that GitLab reads and shows."),
];
static ARTIFACTS: Table = Table::of(&KEYS).excludes(&[&["access", "public"]]);

pub(super) const ARTIFACTS_KIND: Kind =
    Kind::By(By { check: artifacts, shape: "a mapping", table: Some(&ARTIFACTS) });

const fn report(name: &'static str, summary: &'static str) -> Keyword {
    key(name, Kind::Texts, summary).on(Expands::Runner)
}

static REPORTS: Table = Table::of(&[
    report("accessibility", "Faults of accessibility that pa11y found."),
    report("annotations", "Links that are added to the page of the job.").since(16, 3),
    report("api_fuzzing", "What fuzzing an API found."),
    report("browser_performance", "What sitespeed.io measured in a browser."),
    report("cluster_image_scanning", "Vulnerabilities in the images of a cluster."),
    // The server looks at no value of this one.
    key(
        "codequality",
        Kind::By(By { check: |_, _, _| {}, shape: "a string or a list of strings", table: None }),
        "Faults in the code, shown in merge requests.",
    )
    .on(Expands::Runner),
    report("container_scanning", "Vulnerabilities in an image."),
    report("coverage_fuzzing", "What fuzzing guided by coverage found."),
    key(
        "coverage_report",
        Kind::Map(&COVERAGE),
        "Lines that the tests reached, shown in merge requests.",
    ),
    report("cyclonedx", "The components of the software, as CycloneDX lists them.").since(15, 3),
    report("dast", "What testing the running application found."),
    report("dependency_scanning", "Vulnerabilities in what the code depends on."),
    report("dotenv", "Variables for later jobs, one `NAME=value` a line."),
    report("junit", "Results of tests, shown in merge requests and pipelines."),
    report("license_scanning", "Licences of what the code depends on.").instead("cyclonedx"),
    report("load_performance", "What k6 measured under load."),
    report("lsif", "Data for navigating in the code."),
    report("metrics", "Figures that are compared in merge requests."),
    report("performance", "What sitespeed.io measured in a browser.")
        .instead("browser_performance"),
    report("repository_xray", "What the assistant shall know of the repository.").undated(),
    report("requirements", "Which requirements are met.").instead("requirements_v2"),
    report("requirements_v2", "Which requirements are met, by their numbers."),
    report("sarif", "Findings of any tool in SARIF 2.1.0.").since(18, 11),
    report("sast", "Vulnerabilities in the code."),
    report("secret_detection", "Secrets in the code."),
    report("terraform", "What a Terraform plan would change."),
]);

static COVERAGE: Table = Table::of(&[
    key("coverage_format", Kind::Enum(&["cobertura", "jacoco"]), "The format of the report.")
        .words_since(&[("jacoco", Version::new(17, 3))]),
    key("path", Kind::Str(1, usize::MAX), "The file with the report.").on(Expands::Runner),
])
.requires(&["coverage_format", "path"]);

fn artifacts(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    check(value, &Kind::Map(&ARTIFACTS), path, out);
    let partial = value.as_map().is_none_or(|map| map.is_partial());
    if value.given("expose_as").is_none() || partial {
        return;
    }
    match value.given("paths") {
        None => out.wrong(value, format!("`{path}` paths can't be blank beside `expose_as`")),
        Some(paths) if paths.is_blank() => {
            out.wrong(paths, format!("`{path}` paths can't be blank beside `expose_as`"));
        }
        Some(paths) => {
            let stars = |item: &&Value<'_>| item.as_str().is_some_and(|text| text.contains('*'));
            if let Some(item) = paths.items().iter().find(stars) {
                let message =
                    format!("`{path}` paths can't contain '*' when used with 'expose_as'");
                out.wrong(item, message);
            }
        }
    }
}

fn expose_as(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(text) = value.as_str() else { return check(value, &Kind::Str(0, 100), path, out) };
    let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let fits = text.starts_with(word) && text.chars().all(|ch| word(ch) || ch == '-' || ch == ' ');
    if text.chars().count() > 100 {
        out.wrong(value, format!("`{path}` is too long (maximum is 100 characters)"));
    }
    if !fits {
        let message = format!("`{path}` can contain only letters, digits, '-', '_' and spaces");
        out.wrong(value, message);
    }
}
