//! Bindings at the size of many specs.

use crate::stopwatch::Stopwatch;
use std::borrow::Cow;

use pipespec::model::MemoryFiles;
use pipespec::model::spec::Spec;
use pipespec::rule::{Binding, BindingSource};

#[test]
fn two_thousand_clauses_against_a_hundred_bindings_are_quick() {
    let mut text = String::from(
        "## ADDED Requirements\n### Requirement: R\n#### Scenario: S\n**Given** setup job runs\n",
    );
    for number in 0..2_000 {
        text.push_str(&format!(
            "**Then** cache number {number} of the job SHALL be kept for {number} hours at most\n"
        ));
    }
    let files = MemoryFiles::new([("spec.md", text)]);
    let spec = Spec::from_files(files.sources().iter());
    assert_eq!(spec.clauses.len(), 2_000);
    let patterns = (0..100).map(|number| match number % 4 {
        0 => format!("image{number} SHALL use {{image}} as base"),
        1 => format!(
            "cache number {{int}} of the job SHALL be kept for {{duration}} at least {number}"
        ),
        2 => format!("{{word}} number {number} of the job SHALL be kept for {{duration}} at most"),
        _ => format!("artifacts of {{job}} SHALL expire {number}"),
    });
    let bindings: Vec<Binding> = patterns
        .map(|then| {
            let given = Some(Cow::Borrowed("{job} job runs"));
            Binding::compile(&BindingSource { given, then: Cow::Owned(then) }).unwrap()
        })
        .collect();
    let start = Stopwatch::start();
    let count = spec
        .clauses
        .iter()
        .flat_map(|clause| bindings.iter().filter_map(|it| it.matches(clause)))
        .count();
    let took = start.elapsed();
    println!("2,000 clauses x 100 bindings: {took:?}");
    assert_eq!(count, 25);
    // Without optimization, on a busy machine.
    assert!(took.as_millis() < 2_000, "{took:?}");
}
