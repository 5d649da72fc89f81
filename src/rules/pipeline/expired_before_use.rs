use crate::model::gitlab::{Job, Pipeline, Value, parse_duration};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Nobody is sure to press a button within this time.
const MANUAL: f64 = 3600.0;

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(expiry) = job.artifacts.as_ref().and_then(|it| it.expire_in.as_ref()) else { return };
    let Some(kept) = seconds(expiry) else { return };
    for reader in &pipeline.jobs {
        if pipeline.fetches(reader, job) != Some(true) {
            continue;
        }
        let rules = reader.rules.iter().flatten();
        let delays = rules.clone().filter_map(|rule| rule.start_in.as_ref());
        let delay = delays.chain(reader.get("start_in")).find(|it| seconds(it) >= Some(kept));
        let by_hand = rules.filter_map(|rule| rule.when_text()).any(|when| when == "manual")
            || reader.when() == "manual";
        let what = match delay.and_then(|it| it.as_str()) {
            Some(delay) => format!("`{}` starts only {delay} later", reader.name),
            None if by_hand && kept <= MANUAL => {
                format!("`{}` waits until somebody starts it by hand", reader.name)
            }
            None => continue,
        };
        let text = expiry.as_str().unwrap_or_default();
        let message = format!("the artifacts expire after {text}, and {what}; keep them longer");
        cx.report(&expiry.origin, message)
            .symbol(format!("job:{}/artifacts/expire_in", job.name))
            .label(reader.key_at, "this job fetches them")
            .help("GitLab spares them only while the pipeline is the newest of its branch");
        return;
    }
}

fn seconds(value: &Value<'_>) -> Option<f64> {
    parse_duration(value.as_str()?).ok()?.seconds()
}
