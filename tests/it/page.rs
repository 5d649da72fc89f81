//! The page that `trace --format html` writes, opened in a browser and clicked through.

use std::fs;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::report::render_trace_html;
use serde_json::json;

use crate::browser::{Browser, program};

const SPEC: &str = "## Purpose\nWhat every pipeline may rely on, `<script>hacked = 1</script>` and all of that.\n\n## Requirements\n\n\
    ### Requirement: Artifacts <script>hacked = 1</script>\nArtifacts SHALL expire.\n\n\
    #### Scenario: Expiry <img src=x onerror=hacked=1>\n- **WHEN** a job makes artifacts\n- **THEN** expiration SHALL be 24 hours\n\
    - **AND** \"quotes' SHALL stay <b>quotes</b>\n\n\
    ### Requirement: Image\nImages SHALL be small.\n\n\
    #### Scenario: Base\n- **WHEN** base image is inspected\n- **THEN** image SHALL use golang:1.25.5-alpine3.23 as base\n\
    - **AND** final image size SHALL be approximately 215MB\n";

const PIPELINE: &str = "stages: [setup, check, package]\n\
    setup:\n  stage: setup\n  script: [go mod download]\n  cache: {key: modules, paths: [.go/]}\n\
    \"lint <script>hacked = 1</script>\":\n  stage: check\n  needs: [setup]\n  script: [golangci-lint run]\n  cache: {key: modules, paths: [.go/], policy: pull}\n\
    unit tests with a long name that is cropped:\n  stage: check\n  needs: [setup]\n  script: [go test ./...]\n  cache: [{key: modules, paths: [.go/], policy: pull}, {key: \"<script>hacked = 1</script>\", paths: [b/], policy: push}]\n  artifacts: {paths: [out/], expire_in: 7 days}\n\
    vet:\n  stage: check\n  needs: [\"unit tests with a long name that is cropped\"]\n  script: [go vet ./...]\n\
    package:\n  stage: package\n  needs: [vet, {job: \"lint <script>hacked = 1</script>\", optional: true}]\n  script: [make package]\n";

fn project() -> Project {
    let files = [
        ("openspec/specs/ci/spec.md", SPEC),
        (".gitlab-ci.yml", PIPELINE),
        ("Dockerfile.ci", "FROM golang:1.25.5-alpine3.23\n"),
    ];
    Project::in_memory(files, CheckOptions::default()).expect("no configuration")
}

fn page() -> String {
    let project = project();
    render_trace_html(&analyze(&project, &project.catalog), "")
}

#[test]
fn nothing_of_a_repository_is_markup_and_nothing_comes_from_elsewhere() {
    let page = page();
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.contains("Artifacts &lt;script&gt;hacked = 1&lt;/script&gt;"));
    assert!(!page.contains("<img") && !page.contains("<b>"));
    let references = page.matches("href=\"").count() + page.matches("src=\"").count();
    assert_eq!(references, page.matches("href=\"#").count());
    for wrong in ["http:", "https:", "@import", "url(//", " style=\"", " onclick"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page, self::page(), "the same every time");
}

#[test]
fn a_browser_clicks_through_the_page() {
    let Some(program) = program() else {
        println!("skipped: there is no Chromium here; `.ci/run` installs it");
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("trace.html");
    fs::write(&file, page()).expect("a file");
    let mut browser = Browser::open(&program, &file);
    let count = |browser: &mut Browser, query: &str| {
        browser.value(&format!("document.querySelectorAll({}).length", json!(query)))
    };

    // The filters.
    let shown = "document.getElementById('shown').textContent";
    let visible = "[...document.querySelectorAll('#matrix tr[data-verdict]')].filter(it => it.offsetParent).length";
    assert_eq!(browser.value(shown), "6 of 6 clauses shown");
    browser.click("#controls input[value=undefined]");
    let fewer = browser.value(visible).as_u64().expect("a number");
    assert!(fewer > 0 && fewer < 6, "{fewer}");
    assert_eq!(browser.value(shown), format!("{fewer} of 6 clauses shown"));
    browser.click("#controls input[value=undefined]");
    browser.click("#words");
    browser.call("Input.insertText", json!({"text": "GOLANG:1.25"}));
    browser.wait_for(&format!("{visible} === 1"));
    assert_eq!(count(&mut browser, "#matrix tbody:not([hidden])"), 1);
    browser.value("(() => { const it = document.getElementById('words'); it.value = ''; it.dispatchEvent(new Event('input')); })()");

    // A clause opens, and leads to its finding.
    browser.click("tr[data-verdict=violated] summary");
    browser.wait_for("document.querySelector('tr[data-verdict=violated] details').open");
    browser.click("tr[data-verdict=violated] a");
    browser.wait_for("location.hash.startsWith('#finding-')");
    browser.wait_for("(() => { const it = document.querySelector(location.hash).getBoundingClientRect(); return it.top > -1 && it.top < innerHeight; })()");
    assert_eq!(
        browser.value("document.querySelector(location.hash + ' mark').textContent"),
        "7 days"
    );

    // The drawing: a job shows what it is connected with.
    assert_eq!(count(&mut browser, "svg g[role=button]"), 7, "5 jobs and 2 caches");
    assert_eq!(count(&mut browser, "svg.pipeline .edge"), 9, "5 needs and 4 uses of caches");
    browser.click("svg g[id=job-0-2]");
    assert_eq!(count(&mut browser, "svg .edge.lit"), 4);
    let says = browser.value("document.getElementById('says-0').textContent");
    assert_eq!(
        says,
        "job unit tests with a long name that is cropped, stage check, needs setup, reads cache modules, \
         writes cache <script>hacked = 1</script>"
    );
    browser.click("svg g[id=cache-0-0]");
    assert_eq!(count(&mut browser, "svg g[aria-pressed=true]"), 1);
    assert_eq!(count(&mut browser, "svg .edge.lit"), 3);

    // By keyboard alone, from the top: everything that can be used is reached, and is seen to be.
    browser.value("document.querySelector('.skip').focus()");
    let mut reached = Vec::new();
    for _ in 0..60 {
        browser.press("Tab");
        let focus = browser.value(
            "(() => { const it = document.activeElement; const style = getComputedStyle(it); \
             const box = it.matches('g') && it.querySelector('.box, .store'); \
             const seen = box ? getComputedStyle(box).strokeWidth === '3.5px' : style.outlineStyle !== 'none'; \
             return [it.tagName.toLowerCase(), it.id, seen]; })()",
        );
        assert_eq!(focus[2], true, "the focus is not to be seen on {focus}");
        let name = focus[0].as_str().unwrap_or_default().to_owned();
        reached.push(name);
        if focus[1] == "job-0-1" {
            break;
        }
    }
    for wanted in ["a", "input", "summary", "pre", "g"] {
        assert!(reached.iter().any(|it| it == wanted), "{wanted} is not reached: {reached:?}");
    }
    browser.press("Enter");
    assert_eq!(browser.value("document.activeElement.getAttribute('aria-pressed')"), "true");
    browser.press("Escape");
    assert_eq!(count(&mut browser, "svg g[aria-pressed=true]"), 0);

    // It looks like something, in the light, in the dark and on paper.
    let metrics = browser.call("Page.getLayoutMetrics", json!({}));
    let height = metrics["cssContentSize"]["height"].as_f64().expect("a height");
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": 1300, "height": height.ceil(), "deviceScaleFactor": 1, "mobile": false}),
    );
    let scheme = |browser: &mut Browser, value: &str| {
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        browser.call("Emulation.setEmulatedMedia", json!({"media": "", "features": features}));
    };
    scheme(&mut browser, "light");
    let light = browser.screenshot(&folder.join("trace-light.png"));
    assert!(light.width == 1300 && light.height > 900, "{}x{}", light.width, light.height);
    assert!(light.light() > 200.0, "{}", light.light());
    for selector in
        ["#matrix", "article pre", "svg.pipeline", "svg g[id=job-0-0]", "svg g[id=cache-0-1]"]
    {
        let query = json!(selector);
        let place = browser.value(&format!(
            "(() => {{ const it = document.querySelector({query}).getBoundingClientRect(); return [it.x + scrollX, it.y + scrollY, it.width, it.height].map(Math.floor); }})()"
        ));
        let part = |at: usize| usize::try_from(place[at].as_u64().unwrap_or(0)).unwrap_or(0);
        let colours = light.colours((part(0), part(1)), (part(2), part(3)));
        assert!(colours > 8, "{selector} at {place} has {colours} colours");
    }
    scheme(&mut browser, "dark");
    let dark = browser.screenshot(&folder.join("trace-dark.png"));
    assert!(dark.light() < 70.0, "{}", dark.light());
    assert!(dark.colours((0, 0), (dark.width, dark.height)) > 50);
    browser.call("Emulation.setEmulatedMedia", json!({"media": "print", "features": []}));
    assert_eq!(
        browser.value("getComputedStyle(document.getElementById('controls')).display"),
        "none"
    );

    // Nothing was fetched, nothing went wrong, nothing of the repository ran.
    assert_eq!(browser.value("typeof hacked"), "undefined");
    let of = |method: &str| {
        browser.events.iter().filter(|it| it["method"] == method).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of("Log.entryAdded"), [json!(null); 0]);
    assert_eq!(of("Runtime.exceptionThrown"), [json!(null); 0]);
    assert_eq!(of("Network.requestWillBeSent").len(), 1, "only the page itself");
}
