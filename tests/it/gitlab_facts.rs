//! The language fact by fact: small configurations, each with what GitLab makes of it.
//!
//! A file of `tests/it/facts` is one part of the language. A case begins with `== NAME`; behind it stands
//! `: words; words` if the server refuses it, where a finding must hold all the words, and nothing if it
//! takes it. The YAML follows; `-- PATH` begins a further file of the repository.

use std::fmt::Write as _;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Catalog, Family, Severity};
use pipespec::rules::catalog;
use pipespec::syntax::yaml;

struct Fact {
    name: String,
    /// Groups of words; nothing if the server takes it.
    refused: Option<Vec<String>>,
    files: Vec<(String, String)>,
}

fn facts(text: &str) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("== ") {
            let (name, words) = match head.split_once(':') {
                Some((name, words)) => (name, Some(words)),
                None => (head, None),
            };
            let split = |words: &str| {
                words
                    .split(';')
                    .map(|it| it.trim().to_owned())
                    .filter(|it| !it.is_empty())
                    .collect()
            };
            facts.push(Fact {
                name: name.trim().to_owned(),
                refused: words.map(split),
                files: vec![(".gitlab-ci.yml".to_owned(), String::new())],
            });
        } else if let Some(path) = line.strip_prefix("-- ") {
            facts.last_mut().unwrap().files.push((path.to_owned(), String::new()));
        } else if let Some(fact) = facts.last_mut() {
            let text = &mut fact.files.last_mut().unwrap().1;
            text.push_str(line);
            text.push('\n');
        }
    }
    facts
}

/// What is refused in these files, in lower case.
fn refused(files: Vec<(String, String)>, catalog: &Catalog) -> Vec<String> {
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    let report = analyze(&project, catalog);
    let of_gitlab = report.findings.iter().filter(|finding| {
        catalog.get(finding.rule).family == Family::Gitlab && finding.severity == Severity::Error
    });
    of_gitlab.map(|finding| finding.message.to_lowercase().replace('`', "")).collect()
}

fn check(part: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/facts/{part}.txt"));
    let catalog = catalog();
    let mut wrong = String::new();
    let facts = facts(&std::fs::read_to_string(path).unwrap());
    for fact in &facts {
        let found = refused(fact.files.clone(), &catalog);
        let says = |words: &String| {
            found
                .iter()
                .any(|it| words.split_whitespace().all(|word| it.contains(&word.to_lowercase())))
        };
        let fits = match &fact.refused {
            None => found.is_empty(),
            Some(words) => !found.is_empty() && words.iter().all(says),
        };
        if !fits {
            let _ = writeln!(wrong, "{}: {:?}, here {found:?}", fact.name, fact.refused);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} facts of {part}:\n{wrong}",
        wrong.lines().count(),
        facts.len()
    );
    println!("{part}: {} facts", facts.len());
}

macro_rules! parts {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
    };
}

parts![
    yaml,
    header,
    include,
    extends_reference,
    top_level,
    jobs,
    artifacts_cache,
    rules_workflow,
    needs,
    deploy,
    entries,
    combined,
    values,
    real,
    logic,
];

/// The facts of a part with their files made larger by `grow`, which gives nothing where that would change
/// what they are.
fn hold_when_grown(
    part: &str,
    grow: impl Fn(&[(String, String)]) -> Option<Vec<(String, String)>>,
) -> usize {
    let catalog = catalog();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/facts/{part}.txt"));
    let mut compared = 0;
    for fact in facts(&std::fs::read_to_string(path).unwrap()) {
        let Some(grown) = grow(&fact.files) else { continue };
        compared += 1;
        assert_eq!(refused(fact.files, &catalog), refused(grown, &catalog), "{}", fact.name);
    }
    compared
}

/// The entries of a large configuration are resolved in pieces.
#[test]
fn among_many_entries_the_same_is_refused() {
    let mut filler = String::new();
    for number in 0..520 {
        let _ = writeln!(filler, ".filler-{number}: {{extends: .filler}}");
    }
    filler.push_str(".filler: {script: [y]}\n");
    let compared = hold_when_grown("extends_reference", |files| {
        let mut files = files.to_vec();
        let (alone, root) = (yaml::parse(&files[0].1).errors.len(), &mut files[0].1);
        root.push_str(&filler);
        // What ends in another collection cannot go on with a mapping.
        (yaml::parse(root).errors.len() == alone).then_some(files)
    });
    assert!(compared > 40, "only {compared} facts could be compared");
}

/// Large files are read before it is known whether they are included.
#[test]
fn of_large_included_files_the_same_is_refused() {
    let filler = "# what nobody reads\n".repeat(4_000);
    let compared = hold_when_grown("include", |files| {
        let mut files = files.to_vec();
        let included = files.iter_mut().skip(1).filter(|(path, text)| {
            path.ends_with(".yml") && text.ends_with('\n') && !text.trim().is_empty()
        });
        let count = included.map(|(_, text)| text.push_str(&filler)).count();
        (count > 0).then_some(files)
    });
    assert!(compared > 20, "only {compared} facts could be compared");
}
