use crate::model::evidence::{Data, Kind};
use crate::model::gitlab::Outcome;
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let mut writers = 0;
    let mut violated = false;
    for (job, _) in facts.jobs() {
        let name = &job.name;
        let written: Vec<_> =
            job.caches.iter().filter(|cache| cache.policy.writes() == Some(true)).collect();
        if written.is_empty() {
            continue;
        }
        writers += 1;
        if let Some(value) = job.get("interruptible").filter(|value| value.as_bool() == Some(true))
        {
            violated = true;
            cx.report(
                &value.origin,
                format!(
                    "`{name}` writes the cache and may be canceled in the middle of the upload"
                ),
            )
            .symbol(format!("job:{name}/interruptible"))
            .help("set `interruptible: false` on the job that writes the cache");
        }
        if !job.parallel.instances.is_empty()
            && let Some(value) = job.get("parallel")
        {
            violated = true;
            let count = job.parallel.instances.len();
            cx.report(
                &value.origin,
                format!("{count} instances of `{name}` write the cache, each over the one before"),
            )
            .symbol(format!("job:{name}/parallel"))
            .help("write the cache in a job of its own");
        }
        for cache in written {
            let untracked = cache.untracked.as_ref().filter(|value| value.as_bool() == Some(true));
            if let Some(value) = untracked {
                violated = true;
                cx.report(
                    &value.origin,
                    format!("cache of `{name}` takes in every file that git does not track"),
                )
                .symbol(format!("job:{name}/cache[{}]/untracked", cache.index))
                .help("list the paths that are wanted");
            }
            if cache.when == Outcome::Always
                && let Some(when) = cache.value.given("when")
            {
                violated = true;
                cx.report(&when.origin, format!("cache of `{name}` is saved after a failure too"))
                    .symbol(format!("job:{name}/cache[{}]/when", cache.index))
                    .help("leave `when` out, or set `on_success`");
            }
        }
    }
    match (violated, writers) {
        (true, _) => Judgement::Violated,
        (false, 0) => Judgement::Unknown("no job writes a cache".to_owned()),
        _ => word_for(bound, cx),
    }
}

/// No file shows that a cache is whole; a person may say so.
fn word_for(bound: &Bound<'_, '_>, cx: &Cx<'_, '_>) -> Judgement {
    let seen = cx.facts.seen(Kind::Attest, |it| match &it.data {
        Data::Attest(word) if word.clause == bound.clause.id => Some(word),
        _ => None,
    });
    match seen {
        Ok((seen, word)) => {
            let day = seen.captured_at.to_string();
            let day = day.get(..10).unwrap_or_default().to_owned();
            Judgement::Evidenced(
                format!("no setting damages it, and {} vouches for it since {day}", word.who)
                    .into(),
            )
        }
        Err(why) => {
            let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
            Judgement::NeedsEvidence(format!("no setting damages the cache; that it is whole takes a person's word for `{}` (evidence `attest`){behind}", bound.clause.id).into())
        }
    }
}
