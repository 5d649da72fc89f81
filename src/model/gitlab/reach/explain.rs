//! Why a condition never holds, and comparisons that come to nothing by themselves.

use super::facts::SOURCES;
use crate::model::gitlab::condition::{Formula, Names, truth};
use crate::model::gitlab::nearest;
use crate::model::gitlab::regexp::compile;
use crate::syntax::expression::{Node, NodeKind, Operator};
use crate::text::Span;

/// Why a condition never holds, in words.
pub(super) fn reason(
    formula: &Formula,
    names: &Names,
    (contradicts, is_child): (bool, bool),
) -> String {
    let mut is_constant = true;
    formula.walk(&mut |part| is_constant &= !matches!(part, Formula::Variable(_)));
    if is_constant {
        return "its condition is false whatever the pipeline is".to_owned();
    }
    let mut compares = false;
    formula.walk(&mut |part| {
        if let Formula::Binary { operator: Operator::Equals, left, right } = part {
            compares |= [left, right].into_iter().any(|it| matches!(**it, Formula::Pattern(_)));
        }
    });
    if contradicts && compares {
        return "`==` compares with a pattern, which only `=~` matches with".to_owned();
    }
    if contradicts {
        return "its parts contradict each other".to_owned();
    }
    let (mut used, mut texts) = (Vec::new(), Vec::new());
    formula.walk(&mut |part| match part {
        Formula::Variable(var) => used.push(names.name(*var)),
        Formula::Text(text) => texts.push(&**text),
        _ => {}
    });
    let has = |name: &str| used.contains(&name);
    let other = texts.iter().any(|text| *text != "parent_pipeline" && SOURCES.contains(text));
    if is_child && has("CI_PIPELINE_SOURCE") && other {
        return "`$CI_PIPELINE_SOURCE` of a child pipeline is always `parent_pipeline`".to_owned();
    }
    let merge = used.iter().find(|name| name.starts_with("CI_MERGE_REQUEST_"));
    let in_merge = merge.is_some() || texts.contains(&"merge_request_event");
    let late = used.iter().find(|name| super::is_late_variable(name));
    if let Some(name) = late {
        return format!("`${name}` is not there yet when rules are judged");
    }
    match (has("CI_COMMIT_BRANCH"), has("CI_COMMIT_TAG"), in_merge) {
        (true, _, true) => {
            "`$CI_COMMIT_BRANCH` is not set in pipelines of merge requests".to_owned()
        }
        (_, true, true) => "`$CI_COMMIT_TAG` is not set in pipelines of merge requests".to_owned(),
        (true, true, _) => {
            "no pipeline has both `$CI_COMMIT_BRANCH` and `$CI_COMMIT_TAG`".to_owned()
        }
        (false, false, true) => match merge {
            Some(name) => format!("`${name}` is set only in pipelines of merge requests"),
            None => "pipelines of merge requests have none of this".to_owned(),
        },
        _ => "no kind of pipeline has all of this".to_owned(),
    }
}

/// A comparison of a variable with a text.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'s> {
    /// The variable, without the dollar.
    pub variable: &'s str,
    /// `==` or `!=`.
    pub operator: Operator,
    /// The text.
    pub text: &'s str,
    /// Where the text stands in the condition, its quotes included.
    pub span: Span,
}

impl Comparison<'_> {
    /// Why the variable never has this value, and what was probably meant.
    pub fn impossible(&self) -> Option<(String, Option<String>)> {
        let (name, text) = (self.variable, self.text);
        match name {
            "CI_PIPELINE_SOURCE" => {
                let same = |source: &&str| {
                    let bare = |text: &str| text.replace(['-', ' '], "_").to_lowercase();
                    let (text, source) = (bare(text), *source);
                    text == source
                        || source
                            .strip_suffix("_event")
                            .is_some_and(|it| text.trim_end_matches('s') == it)
                        || text.strip_suffix('s') == Some(source)
                        || text.strip_suffix("es") == Some(source)
                        || text.strip_suffix("_event") == Some(source)
                        || text.trim_end_matches("_events") == source.trim_end_matches("_event")
                };
                if SOURCES.contains(&text) {
                    return None;
                }
                let meant = SOURCES.iter().find(|it| same(it)).copied();
                let meant = meant.or_else(|| match text {
                    "mr" | "merge" | "MR" => Some("merge_request_event"),
                    "manual" | "ui" => Some("web"),
                    "scheduled" | "cron" => Some("schedule"),
                    _ => nearest(text, SOURCES.into_iter()),
                });
                let not = || match text {
                    "branch" | "branches" => Some("a branch is no source; ask `$CI_COMMIT_BRANCH`"),
                    "tag" | "tags" | "tag_push" => Some("a tag is no source; ask `$CI_COMMIT_TAG`"),
                    _ => None,
                };
                match (meant, not()) {
                    (_, Some(not)) => Some((not.to_owned(), None)),
                    (Some(meant), None) => Some((
                        "there is no such source of pipelines".to_owned(),
                        Some(meant.to_owned()),
                    )),
                    // A newer server may know more.
                    (None, None) => None,
                }
            }
            "CI_COMMIT_REF_PROTECTED" if !matches!(text, "true" | "false" | "") => {
                Some(("it is `true` or `false`".to_owned(), None))
            }
            "CI_COMMIT_REF_SLUG" | "CI_MERGE_REQUEST_EVENT_TYPE" if text.is_empty() => None,
            "CI_COMMIT_REF_SLUG" => slug_fault(text),
            "CI_COMMIT_BRANCH"
            | "CI_COMMIT_TAG"
            | "CI_COMMIT_REF_NAME"
            | "CI_DEFAULT_BRANCH"
            | "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
            | "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" => {
                ref_fault(text).map(|(what, meant)| (what.to_owned(), meant))
            }
            _ => None,
        }
    }
}

fn slug_fault(text: &str) -> Option<(String, Option<String>)> {
    let fits = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == '-';
    if text.chars().all(fits) && text.len() <= 63 {
        return None;
    }
    let slug: String =
        text.to_lowercase().chars().map(|ch| if fits(ch) { ch } else { '-' }).take(63).collect();
    let slug = slug.trim_matches('-').to_owned();
    Some(("a slug has small letters, digits and `-` only".to_owned(), Some(slug)))
}

/// Why no branch and no tag is called so (`git check-ref-format`), and what was probably meant.
pub fn ref_fault(text: &str) -> Option<(&'static str, Option<String>)> {
    for lead in ["refs/heads/", "refs/tags/"] {
        if let Some(rest) = text.strip_prefix(lead) {
            return Some(("it has the bare name, without `refs/...`", Some(rest.to_owned())));
        }
    }
    if text.contains(['*', '?', '[']) {
        return Some(("wildcards mean nothing in a text; match a pattern with `=~`", None));
    }
    if text.len() > 2 && text.starts_with('/') && text.ends_with('/') {
        return Some(("`==` compares with the text itself; match a pattern with `=~`", None));
    }
    let bad = |ch: char| ch.is_ascii_control() || " ~^:\\".contains(ch);
    let odd = text.contains(bad)
        || text.starts_with('/')
        || text.ends_with(['/', '.'])
        || text.contains("..")
        || text.contains("//")
        || text.contains("@{");
    odd.then_some(("no branch or tag can be called so", None))
}

/// A variable that is matched with a pattern that it never fits: the pattern's place, and why.
pub fn unfitting_patterns(root: &Node<'_>) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for (operator, left, right) in root.operations() {
        let matches = matches!(operator, Operator::Matches | Operator::DoesNotMatch);
        let (NodeKind::Variable(name), NodeKind::Pattern { source, flags }, true) =
            (&left.kind, &right.kind, matches)
        else {
            continue;
        };
        if let Some(why) = unfitting(name, source, flags) {
            found.push((right.span, format!("`${name}` never fits `/{source}/{flags}`: {why}")));
        }
    }
    found
}

fn unfitting(name: &str, source: &str, flags: &str) -> Option<&'static str> {
    match name {
        "CI_PIPELINE_SOURCE" => {
            let regex = compile(source, flags).ok()?;
            let fits = SOURCES.iter().any(|it| regex.is_match(it));
            (!fits).then_some("no source of pipelines is called so")
        }
        "CI_COMMIT_BRANCH" | "CI_COMMIT_TAG" | "CI_COMMIT_REF_NAME" => {
            let bare = source.replace("\\/", "/");
            let rooted =
                ["^refs/heads/", "^refs/tags/", "^/"].iter().any(|it| bare.starts_with(it));
            (rooted && !bare.contains('|')).then_some("it has the bare name, such as `main`")
        }
        _ => None,
    }
}

/// The comparisons of variables with texts, and with `true` and `false`, in a condition, from left to right.
pub fn comparisons<'s>(root: &Node<'s>) -> Vec<Comparison<'s>> {
    let text_of = |node: &Node<'s>| match node.kind {
        NodeKind::Text(text) => Some(text),
        NodeKind::Bool(value) => Some(truth(value)),
        _ => None,
    };
    let comparison = |operator, variable: &Node<'s>, text: &Node<'s>| {
        let NodeKind::Variable(name) = variable.kind else { return None };
        Some(Comparison { variable: name, operator, text: text_of(text)?, span: text.span })
    };
    let compares = root
        .operations()
        .filter(|(operator, ..)| matches!(operator, Operator::Equals | Operator::Differs));
    let found = compares.filter_map(|(operator, left, right)| {
        comparison(operator, left, right).or_else(|| comparison(operator, right, left))
    });
    found.collect()
}

/// A pattern beside `==` or `!=`, which match with none.
#[derive(Clone, Debug)]
pub struct ComparedPattern {
    /// `==` or `!=`.
    pub operator: Operator,
    /// The pattern as it is written.
    pub pattern: String,
    /// Where it stands in the condition.
    pub span: Span,
}

/// The patterns in a condition that are compared with something, which no text is equal to.
pub fn compared_patterns(root: &Node<'_>) -> Vec<ComparedPattern> {
    let compares = root
        .operations()
        .filter(|(operator, ..)| matches!(operator, Operator::Equals | Operator::Differs));
    let found = compares.filter_map(|(operator, left, right)| {
        let of = |node: &Node<'_>| match node.kind {
            NodeKind::Pattern { source, flags } => Some(ComparedPattern {
                operator,
                pattern: format!("/{source}/{flags}"),
                span: node.span,
            }),
            _ => None,
        };
        match (of(left), of(right)) {
            (Some(found), None) | (None, Some(found)) => Some(found),
            _ => None,
        }
    });
    found.collect()
}
