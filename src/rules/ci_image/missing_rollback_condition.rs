use crate::model::spec::{Rollback, RollbackText, find_rollback};
use crate::rule::{Bound, Check, Cx, Judgement};

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
    let wrong = match (bound.params.number("percent"), bound.params.get("text")) {
        (Some(percent), Some(what)) => by_percent(&rollback, percent, &what.text),
        (None, Some(names)) => by_names(&rollback, &names.text),
        // The clause above the conditions: they are judged one by one.
        _ if has_condition(&rollback) => return Judgement::Proven,
        _ => Some("the rollback section names no condition".to_owned()),
    };
    match wrong {
        None => Judgement::Proven,
        Some(message) => {
            cx.report(rollback.heading, message)
                .symbol(symbol)
                .help(format!("add the condition of the spec: {}", bound.clause.text));
            Judgement::Violated
        }
    }
}

fn has_condition(rollback: &Rollback<'_>) -> bool {
    rollback.texts().any(|(text, _)| {
        let text = text.to_lowercase();
        !percents(&text).is_empty() || ERRORS.iter().any(|word| text.contains(word))
    })
}

/// A condition with a number, such as `>5% image pull failure rate`.
fn by_percent(rollback: &Rollback<'_>, percent: f64, what: &str) -> Option<String> {
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
    let mut other: Option<f64> = None;
    for (text, _) in rollback.texts() {
        // A list in one sentence names several conditions; each part is read by itself.
        for part in text.to_lowercase().split([';', '.']).flat_map(parts) {
            if !fits(&part) {
                continue;
            }
            for number in percents(&part) {
                if (number - percent).abs() < 1e-9 {
                    return None;
                }
                other = Some(number);
            }
        }
    }
    Some(match other {
        Some(number) => {
            format!("the rollback condition on the {what} is {number}%; the spec says {percent}%")
        }
        None => format!("the rollback section names no condition on the {what} ({percent}%)"),
    })
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

/// The numbers with a percent sign (or the word) behind them. Decimals count as they are: `0.5%` is not 5.
fn percents(text: &str) -> Vec<f64> {
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
            found.push(number);
        }
        at = end;
    }
    found
}

/// A condition on errors of named tools.
fn by_names(rollback: &Rollback<'_>, names: &str) -> Option<String> {
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
    for (text, _) in rollback.texts() {
        let text = text.to_lowercase();
        all.push_str(&text);
        all.push('\n');
        if ERRORS.iter().any(|word| text.contains(word)) {
            let missing: Vec<&str> =
                names.iter().copied().filter(|name| !named(&text, name)).collect();
            if missing.len() < best.len() {
                best = missing;
            }
        }
    }
    if best.is_empty()
        || (ERRORS.iter().any(|word| all.contains(word))
            && names.iter().all(|name| named(&all, name)))
    {
        return None;
    }
    let list = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    Some(if best.len() == names.len() {
        format!("the rollback section names no condition on errors of {}", list(&names))
    } else {
        format!("the rollback condition on tool errors leaves out {}", list(&best))
    })
}
