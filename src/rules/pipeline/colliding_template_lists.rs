use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

const LISTS: [&str; 2] = ["before_script", "after_script"];

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if job.extends.len() < 2 {
        return;
    }
    for keyword in LISTS {
        let Some(result) = job.value.given(keyword) else { continue };
        let base = |name: &String| {
            let value = pipeline.config.get(name)?.given(keyword)?;
            (!value.items().is_empty()).then_some((name.clone(), value))
        };
        let given: Vec<(String, &Value<'_>)> =
            job.extends.iter().filter_map(|(name, _)| base(name)).collect();
        let Some(((winner, won), losers)) = given.split_last() else { continue };
        // What the job says itself is meant to replace them.
        if won.at() != result.at() {
            continue;
        }
        for (loser, lost) in losers {
            let at = job.extends.iter().find(|(name, _)| name == loser).map(|(_, at)| at);
            let Some(at) = at.filter(|_| lost.at() != won.at() && !contains(won, lost)) else {
                continue;
            };
            let message = format!(
                "`{keyword}` of `{loser}` does not reach `{}`, since `{winner}` has one too; lists are \
                 replaced, not joined",
                job.name
            );
            cx.report(at, message)
                .symbol(format!("job:{}/extends/{loser}/{keyword}", job.name))
                .label(lost.at(), "lost")
                .label(won.at(), "counts")
                .help(format!(
                    "join them by hand: `{keyword}: [!reference [{loser}, {keyword}], !reference [{winner}, {keyword}]]`"
                ));
        }
    }
}

/// Whether all items of a list are in another one too.
fn contains(list: &Value<'_>, other: &Value<'_>) -> bool {
    let items: Vec<_> = list.flat(9).into_iter().filter_map(Value::to_text).collect();
    other.flat(9).into_iter().filter_map(Value::to_text).all(|item| items.contains(&item))
}
