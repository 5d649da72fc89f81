use crate::model::spec::{Relation, Rollback, RollbackText, find_rollback};
use crate::rule::{Bound, Check, Cx, Judgement, relation_before};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Clause(check);

/// Ways to say that something is wrong with a tool.
const ERRORS: [&str; 7] =
    ["error", "fail", "broken", "crash", "does not run", "do not run", "missing"];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let words: Vec<String> = cx.options.list("words").into_iter().map(str::to_owned).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((source, _)) = facts.spec.document(facts.files, &bound.clause.capability, "tasks.md")
    else {
        return Judgement::Unknown("there is no `tasks.md`".to_owned());
    };
    let RollbackText::Found(rollback) = find_rollback(source, &words) else {
        return Judgement::Unknown("there is no rollback section to look into".to_owned());
    };
    let symbol = format!(
        "document:tasks.md/rollback/{}",
        bound.clause.id.rsplit('#').next().unwrap_or_default()
    );
    let found = match (bound.params.number("percent"), bound.params.get("text")) {
        (Some(percent), Some(what)) => by_percent(&rollback, percent, &what.text),
        (None, Some(names)) => by_names(&rollback, &names.text),
        // The clause above the conditions: they are judged one by one.
        _ if has_condition(&rollback) => return Judgement::Proven,
        _ => {
            Condition::Wrong(rollback.heading, "the rollback section names no condition".to_owned())
        }
    };
    match found {
        Condition::Met => Judgement::Proven,
        Condition::MetBut(note) => Judgement::ProvenWith(note.into()),
        Condition::Wrong(at, message) => {
            cx.report(at, message)
                .symbol(symbol)
                .help(format!("add the condition of the spec: {}", bound.clause.text));
            Judgement::Violated
        }
    }
}

/// What the section says about one condition of the spec.
enum Condition {
    Met,
    /// It says the same but for a difference that hardly matters, in words.
    MetBut(String),
    /// It leaves the condition out, or says something else, there.
    Wrong(Location, String),
}

fn has_condition(rollback: &Rollback<'_>) -> bool {
    rollback.texts().any(|(text, _)| {
        let text = text.to_lowercase();
        !percents(&text).is_empty() || ERRORS.iter().any(|word| text.contains(word))
    })
}

/// A condition with a number, such as `>5% image pull failure rate`.
fn by_percent(rollback: &Rollback<'_>, percent: f64, what: &str) -> Condition {
    let kind = if what.contains("pull") { "pull" } else { "build" };
    let fits = |text: &str| match kind {
        "pull" => text.contains("pull") && (text.contains("fail") || text.contains("error")),
        _ => {
            let slower = ["time", "duration", "slow", "increase", "longer"]
                .iter()
                .any(|word| text.contains(word));
            text.contains("build") && slower && !text.contains("faster")
        }
    };
    let mut other = None;
    for (text, at) in rollback.texts() {
        // A list in one sentence names several conditions; each part is read by itself.
        // A full stop ends a sentence only before a blank: `0.5%` has one inside.
        let text = text.to_lowercase().replace(". ", ";");
        for part in text.split(';').flat_map(parts) {
            if !fits(&part) {
                continue;
            }
            for (number, relation) in percents(&part) {
                if (number - percent).abs() > 1e-9 {
                    other = Some((at, format!("{number}%")));
                    continue;
                }
                match relation {
                    Some(Relation::Less | Relation::AtMost) => {
                        other = Some((at, format!("less than {number}%")));
                    }
                    Some(Relation::AtLeast) => {
                        return Condition::MetBut(format!(
                            "the document counts {number}% itself in; the spec says more than that"
                        ));
                    }
                    _ => return Condition::Met,
                }
            }
        }
    }
    match other {
        Some((at, said)) => Condition::Wrong(
            at,
            format!("the rollback condition on the {what} is {said}; the spec says {percent}%"),
        ),
        None => Condition::Wrong(
            rollback.heading,
            format!("the rollback section names no condition on the {what} ({percent}%)"),
        ),
    }
}

/// The parts of a sentence between commas, and the sentence itself where a part has no number.
fn parts(sentence: &str) -> Vec<String> {
    let pieces: Vec<&str> = sentence.split(',').collect();
    if pieces.iter().filter(|piece| piece.contains('%') || piece.contains("percent")).count() > 1 {
        pieces.into_iter().map(str::to_owned).collect()
    } else {
        vec![sentence.to_owned()]
    }
}

/// The numbers with a percent sign (or the word) behind them, each with the relation that stands before it or,
/// as in `5%+`, behind it. Decimals count as they are: `0.5%` is not 5.
fn percents(text: &str) -> Vec<(f64, Option<Relation>)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at
            + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let rest = text[end..].trim_start();
        if (rest.starts_with('%') || rest.starts_with("percent"))
            && let Ok(number) = text[at..end].trim_end_matches('.').parse()
        {
            let behind = rest.trim_start_matches("percent").trim_start_matches('%').trim_start();
            let at_least = behind.starts_with('+') || behind.starts_with("or more");
            let before = relation_before(&text[..at]);
            found.push((number, if at_least { Some(Relation::AtLeast) } else { before }));
        }
        at = end;
    }
    found
}

/// A condition on errors of named tools.
fn by_names(rollback: &Rollback<'_>, names: &str) -> Condition {
    let names: Vec<&str> = names
        .split([',', ';'])
        .flat_map(|part| part.split(" and "))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let named = |text: &str, name: &str| {
        let name = name.to_lowercase();
        let short = name.strip_suffix("-lint").unwrap_or(&name).to_owned();
        text.contains(&name) || (short.len() > 4 && text.contains(&short))
    };
    // The text of the section around the word for an error: an item, a row, or an item below it.
    let mut all = String::new();
    let mut best: Vec<&str> = names.clone();
    let mut best_at = rollback.heading;
    for (text, at) in rollback.texts() {
        let text = text.to_lowercase();
        all.push_str(&text);
        all.push('\n');
        if ERRORS.iter().any(|word| text.contains(word)) {
            let missing: Vec<&str> =
                names.iter().copied().filter(|name| !named(&text, name)).collect();
            if missing.len() < best.len() {
                best = missing;
                best_at = at;
            }
        }
    }
    if best.is_empty()
        || (ERRORS.iter().any(|word| all.contains(word))
            && names.iter().all(|name| named(&all, name)))
    {
        return Condition::Met;
    }
    let list = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let message = if best.len() == names.len() {
        format!("the rollback section names no condition on errors of {}", list(&names))
    } else {
        format!("the rollback condition on tool errors leaves out {}", list(&best))
    };
    Condition::Wrong(best_at, message)
}
