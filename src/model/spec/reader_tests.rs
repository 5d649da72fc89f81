use super::*;
use crate::model::spec::StepKind;
use crate::text::SourceId;

fn read(text: &str) -> Source {
    Source::new(SourceId(0), "spec.md", text)
}

#[test]
fn a_delta_is_read_with_its_steps() {
    let source = read(
        "\u{feff}# x\r\n\r\n## ADDED Requirements\r\n\r\n### Requirement: A b ###\r\n\r\nIt SHALL x.\r\n**Key**: v\r\n\r\n#### Scenario: One\r\n**Given** g\r\n- **WHEN**: w\r\nThen t SHALL be:\r\n  - p\r\n  - q\r\n    more\r\nand so on\r\n---\r\n",
    );
    let file = read_spec(&source);
    assert!(file.is_delta);
    let [requirement] = &file.requirements[..] else { panic!() };
    assert_eq!(requirement.name, "A b");
    assert_eq!(requirement.body.len(), 1);
    let steps = &requirement.scenarios[0].steps;
    let kinds: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Given, StepKind::When, StepKind::Then]);
    assert_eq!(steps[1].text, "w");
    assert_eq!(steps[2].bullets.len(), 2);
    assert_eq!(steps[2].bullets[1].text, "q more and so on");
    assert_eq!(source.slice(steps[2].span), "t SHALL be:");
    assert!(file.problems.is_empty());
}

#[test]
fn odd_headers_are_told() {
    let source = read(
        "## ADDED  Requirements\n### Requirement: lost\n## ADDED Requirements\n  ### Requirement: indented\n### Requirement: a\n### Scenario: x\n####Scenario: y\n```\n### Requirement: fenced\n```\n### Requirement:\n",
    );
    let file = read_spec(&source);
    assert_eq!(file.requirements.len(), 1);
    let kinds: Vec<ProblemKind> = file.problems.iter().map(|problem| problem.kind).collect();
    use ProblemKind::{IndentedHeader, ScenarioHeader, StrayHeader};
    assert_eq!(kinds, [StrayHeader, IndentedHeader, ScenarioHeader, ScenarioHeader, StrayHeader]);
}

#[test]
fn a_header_needs_no_blank_for_a_requirement_and_any_title_is_a_scenario() {
    let source = read("## added requirements\n###Requirement: a\n#### Any title ####\n- THEN x\n");
    let file = read_spec(&source);
    assert_eq!(file.requirements[0].name, "a");
    assert_eq!(file.requirements[0].scenarios[0].title, "Any title");
}

#[test]
fn comments_hide_steps_but_not_requirements() {
    let source = read(
        "## ADDED Requirements\n### Requirement: a\nA SHALL a.\n#### S\n- THEN x SHALL y\n<!--\n- THEN hidden SHALL z\n-->\n<!-- ### Requirement: no -->\n<!--\n### Requirement: b\nB SHALL b.\n-->\n",
    );
    let file = read_spec(&source);
    let seen: Vec<(&str, bool, usize)> =
        file.requirements.iter().map(|it| (it.name, it.commented, it.body.len())).collect();
    assert_eq!(seen, [("a", false, 1), ("b", true, 2)]);
    assert_eq!(file.requirements[0].scenarios[0].steps.len(), 1);
}

#[test]
fn inline_code_of_three_backticks_opens_no_fence() {
    let source = read(
        "## Requirements\n### Requirement: a\n```x``` SHALL y\n### Requirement: b\n  ~~~\n### Requirement: c\n  ~~~\n",
    );
    assert_eq!(read_spec(&source).requirements.len(), 2);
}
