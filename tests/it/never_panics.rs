//! Bad input is input: nothing panics, and every place that is told lies in its file.

use std::time::Duration;

use crate::stopwatch::Stopwatch;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::report::{TextOptions, render_json, render_text};
use pipespec::rules::catalog;
use pipespec::syntax::markdown;
use pipespec::syntax::yaml::{self, Merges, NodeKind};
use proptest::prelude::*;

/// Reads a text in every way that the YAML room has, and looks at every place.
fn read_yaml(text: &str) {
    let tree = yaml::parse(text);
    let mut merges = Merges::new(&tree);
    let mut open: Vec<_> = tree.documents.iter().filter_map(|document| document.root).collect();
    for error in &tree.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    let mut seen = 0;
    while let Some(id) = open.pop() {
        seen += 1;
        assert!(text.get(tree.node(id).span.range()).is_some(), "{:?} in {text:?}", tree.node(id));
        let _ = tree.typed(id).map(|typed| typed.to_text().into_owned());
        match &tree.node(id).kind {
            NodeKind::Sequence(items) => open.extend(items),
            NodeKind::Mapping(entries) => {
                open.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
                let _ = merges.merged(id);
            }
            NodeKind::Scalar(scalar) => {
                let map = tree.scalar_map(id, text);
                let mut last = 0;
                for offset in 0..=scalar.value.len().min(300) {
                    let place = map.to_source(offset as u32);
                    assert!(place >= last && place as usize <= text.len());
                    last = place;
                }
            }
            NodeKind::Alias(_) => {}
        }
        if seen > 20_000 {
            break;
        }
    }
    let _ = yaml::de::from_str::<serde_json::Value>(text);
}

/// Judges a project of which every file is this.
fn judge(bytes: &[u8]) {
    let paths = [".gitlab-ci.yml", "Dockerfile", "openspec/specs/a/spec.md", "tasks.md"];
    let files = paths.map(|path| (path, bytes.to_vec()));
    let project = Project::in_memory(files, CheckOptions::default()).expect("no configuration");
    let report = analyze(&project, &project.catalog);
    for finding in &report.findings {
        let text = report.sources.get(finding.at.source).text();
        assert!(finding.at.span.end as usize <= text.len(), "{finding:?}");
    }
    let text = render_text(&report, &TextOptions::default());
    assert!(!text.contains('\u{1b}'), "a control character reaches the terminal");
    let _ = render_json(&report);
    // A configuration may be refused, but not more than that.
    let _ = Project::in_memory([("pipespec.yaml", bytes.to_vec())], CheckOptions::default());
}

/// Real files to start from.
fn seeds() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = [
        ".gitlab-ci.yml",
        "Dockerfile.ci",
        "openspec/specs/ci-image/spec.md",
        "fixtures/go-service/.gitlab-ci.yml",
    ];
    paths.iter().filter_map(|path| std::fs::read_to_string(root.join(path)).ok()).collect()
}

proptest! {
    #![proptest_config(crate::random::config(48))]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_yaml(&String::from_utf8_lossy(&bytes));
        markdown::parse(&String::from_utf8_lossy(&bytes));
        judge(&bytes);
    }

    #[test]
    fn random_yaml(text in "[a-z0-9:{}\\[\\],&*!|>'\"#\\-\n\r\t \u{feff}é\\\\]{0,200}") {
        read_yaml(&text);
        judge(text.as_bytes());
    }

    #[test]
    fn real_files_cut_and_changed(seed in 0_usize..4, cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), with in "[\\x00-\\x7fé🚀]{0,3}") {
        let seeds = seeds();
        let text = &seeds[seed % seeds.len()];
        let boundary = |index: usize| (0..=index).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let truncated = &text[..boundary(cut.index(text.len() + 1))];
        read_yaml(truncated);
        judge(truncated.as_bytes());
        let at = boundary(at.index(text.len() + 1));
        let changed = format!("{}{with}{}", &text[..at], &text[at..]);
        read_yaml(&changed);
        judge(changed.as_bytes());
    }
}

#[test]
fn torture_ends_in_bounded_time() {
    let many = 20_000;
    let mut bomb = String::from("a0: &a0 [x]\n");
    for at in 1..40 {
        let item = format!("*a{}", at - 1);
        bomb.push_str(&format!("a{at}: &a{at} [{}]\n", [item.as_str(); 10].join(", ")));
    }
    let cases = [
        ("[".repeat(many), "open brackets"),
        (format!("{}{}", "[".repeat(many), "]".repeat(many)), "closed brackets"),
        ("{a: ".repeat(many), "open braces"),
        ("- ".repeat(many), "dashes"),
        ("? ".repeat(many), "question marks"),
        (bomb, "alias bomb"),
        ((0..50_000).map(|at| format!("k{at}: v\n")).collect::<String>(), "many keys"),
        (format!("job: {{script: [\"{}\"]}}\n", "x".repeat(2_000_000)), "long line"),
        (format!("FROM a\nRUN {}\n", "a && ".repeat(5_000)), "long command"),
        ("#".repeat(many), "hashes"),
    ];
    for (text, name) in cases {
        let start = Stopwatch::start();
        read_yaml(&text);
        judge(text.as_bytes());
        let time = start.elapsed();
        println!("{name}: {time:?}");
        assert!(time < Duration::from_secs(60), "{name} took {time:?}");
    }
    let _ = catalog();
}
