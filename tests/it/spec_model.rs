//! The spec model on the first spec, on files of every kind, and on broken ones.

use std::path::PathBuf;

use pipespec::model::MemoryFiles;
use pipespec::model::spec::{Keyword, Spec, Written};
use proptest::prelude::*;

fn first_spec() -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/ci-image.md");
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    text
}

#[test]
fn the_first_spec_has_its_scenarios_and_clauses() {
    let Some(text) = first_spec() else { return };
    for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        let files = MemoryFiles::new([("ci-image.md", text)]);
        let spec = Spec::from_files(files.sources().iter());
        let requirements = &spec.parts[0].requirements;
        assert_eq!(requirements.len(), 4);
        assert_eq!(requirements.iter().map(|it| it.scenarios.len()).sum::<usize>(), 13);
        let own = spec.clauses.iter().filter(|it| it.part_of.is_none());
        assert_eq!(own.clone().count(), 46);
        assert_eq!(own.clone().filter(|it| it.scenario.is_empty()).count(), 4);
        assert_eq!(own.filter(|it| it.negated).count(), 7);
        let parts: Vec<&str> = spec
            .clauses
            .iter()
            .filter(|it| it.part_of.is_some())
            .map(|it| it.text.as_str())
            .collect();
        assert_eq!(parts.len(), 3);
        assert!(parts[1].starts_with("Tool errors (mise"));
        assert!(spec.clauses.iter().all(|it| it.written == Written::Main));
        assert!(spec.files.iter().all(|it| it.problems.is_empty()));
        let first = spec.clauses.iter().find(|it| !it.scenario.is_empty()).unwrap();
        assert_eq!(first.id, "ci-image/alpine-based-ci-image/image-uses-alpine-3-23#1");
        assert_eq!(first.context.len(), 2);
        for clause in &spec.clauses {
            let written = clause.source.slice(clause.at.span);
            assert_eq!(written, clause.text, "{}", clause.id);
        }
    }
}

#[test]
fn ids_survive_line_moves_and_fingerprints_tell_rewording() {
    let Some(text) = first_spec() else { return };
    let read = |text: String| {
        let files = MemoryFiles::new([("ci-image.md", text)]);
        let spec = Spec::from_files(files.sources().iter());
        spec.clauses.iter().map(|it| (it.id.clone(), it.fingerprint.clone())).collect::<Vec<_>>()
    };
    let before = read(text.clone());
    assert_eq!(before, read(text.replace("\n####", "\n\n\n####")));
    let changed = read(text.replace("24 hours", "36 hours"));
    let differ = before.iter().zip(&changed).filter(|(a, b)| a != b).collect::<Vec<_>>();
    assert_eq!(differ.len(), 1);
    assert_eq!(differ[0].0.0, differ[0].1.0);
}

#[test]
fn every_clause_tells_where_it_is_written() {
    let text = "## ADDED Requirements\n### Requirement: A\nA MUST a.\n#### S\n- THEN b SHALL c\n";
    let files = MemoryFiles::new([("openspec/changes/add-a/specs/area/ci/spec.md", text)]);
    let spec = Spec::from_project(&files);
    assert_eq!(spec.parts[0].capability, "area/ci");
    assert_eq!(spec.clauses[0].keyword, Keyword::Must);
    assert!(spec.clauses.iter().all(|it| it.written == Written::Pending("add-a")));
    let path = "openspec/changes/archive/2026-01-01-add-a/specs/ci/spec.md";
    let files = MemoryFiles::new([(path, text)]);
    let spec = Spec::from_file(files.sources().by_path(path).unwrap());
    assert_eq!(spec.clauses[0].written, Written::Archived("2026-01-01-add-a"));
}

proptest! {
    #![proptest_config(crate::random::config(256))]

    #[test]
    fn any_text_is_read(text in "(## ADDED Requirements\n|### Requirement: [a-c]\n|#### S\n|- \\*\\*THEN\\*\\* |SHALL |<!-- |-->|~~|`|\\*\\*|__|\"|\\. |:\n|  - |\n|\r\n|é|```\n|[A-Za-z .]{0,9}){0,60}") {
        let files = MemoryFiles::new([("openspec/specs/x/spec.md", text)]);
        let spec = Spec::from_project(&files);
        let mut ids: Vec<&str> = spec.clauses.iter().map(|it| it.id.as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
        for clause in &spec.clauses {
            prop_assert!(clause.source.text().get(clause.at.span.range()).is_some());
        }
    }
}
