//! The day of a run comes from outside: the options or the configuration, and never from the rule.

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::model::evidence::Timestamp;
use pipespec::rules::catalog;

fn messages(configuration: &str, day: &str) -> Vec<String> {
    let selection =
        Selection { select: vec!["end-of-life-base".to_owned()], ..Selection::default() };
    let now = Timestamp::parse_date(day).map(|day| day.seconds);
    let options = CheckOptions { selection, now, ..CheckOptions::default() };
    let files = [("Dockerfile", "FROM debian:12-slim\n"), ("pipespec.yaml", configuration)];
    let files = files.map(|(path, text)| (path, text.to_owned()));
    let project = Project::in_memory(files, options).expect("a valid configuration");
    let catalog = catalog();
    analyze(&project, &catalog).findings.iter().map(|it| it.message.clone()).collect()
}

#[test]
fn a_release_ends_on_its_day() {
    assert!(messages("", "2028-06-30").is_empty());
    let ended = messages("", "2028-07-01");
    assert_eq!(
        ended,
        [
            "base image `debian:12-slim` gets no fixes any more: support of debian 12 ended on 2028-06-30"
        ]
    );
}

#[test]
fn the_configuration_sets_the_day_and_how_far_to_look_ahead() {
    assert_eq!(messages("today: 2028-07-01\n", "2026-01-01").len(), 1);
    assert!(messages("today: 2028-06-01\n", "2028-07-01").is_empty());
    let ahead = "rules:\n  end-of-life-base:\n    days-ahead: 30\n";
    let soon = messages(ahead, "2028-06-10");
    assert!(soon[0].contains("soon gets no fixes any more"), "{soon:?}");
    assert!(messages(ahead, "2028-05-10").is_empty());
}

#[test]
fn a_day_that_is_none_is_a_fault_of_the_configuration() {
    let files = [("pipespec.yaml", "today: tomorrow\n")];
    let error = Project::in_memory(files, CheckOptions::default()).err().expect("an error");
    assert!(error.to_string().contains("`tomorrow` is no date"), "{error}");
}
