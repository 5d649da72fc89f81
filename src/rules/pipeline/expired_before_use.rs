use crate::model::gitlab::{Job, Pipeline, Value, parse_duration};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Nobody is sure to press a button within this time.
const MANUAL: f64 = 3600.0;

/// A later job is not sure to have a runner within this time.
const QUEUE: f64 = 120.0;

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let late: Vec<Late<'_, '_>> = pipeline.jobs.iter().filter_map(Late::new).collect();
    for job in &pipeline.jobs {
        let expiry = job.artifacts.as_ref().and_then(|it| it.expire_in.as_ref());
        let Some((expiry, kept)) = expiry.and_then(|it| Some((it, seconds(it)?))) else { continue };
        let found = late.iter().find_map(|it| {
            let what = it.after(kept)?;
            (pipeline.fetches(it.job, job) == Some(true)).then_some((it.job, what))
        });
        // A number alone is mostly meant in another unit, which is told by itself.
        let has_unit = expiry.as_str().is_some_and(|it| it.contains(char::is_alphabetic));
        let queued = || {
            let fetches = |it: &&Job<'_>| {
                pipeline.fetches(it, job) == Some(true) && pipeline.runs_before(job, it)
            };
            let reader =
                pipeline.jobs.iter().filter(|_| has_unit && kept <= QUEUE).find(fetches)?;
            Some((reader, format!("`{}` may still wait for a runner then", reader.name)))
        };
        let Some((reader, what)) = found.or_else(queued) else { continue };
        let text = expiry.as_str().unwrap_or_default();
        let message = format!("the artifacts expire after {text}, and {what}; keep them longer");
        cx.report(&expiry.origin, message)
            .symbol(format!("job:{}/artifacts/expire_in", job.name))
            .label(reader.key_at, "this job fetches them")
            .help("GitLab spares them only while the pipeline is the newest of its branch");
    }
}

/// A job that starts some time after the jobs before it.
struct Late<'a, 'p> {
    job: &'a Job<'p>,
    delay: Option<(&'a str, f64)>,
    by_hand: bool,
}

impl<'a, 'p> Late<'a, 'p> {
    fn new(job: &'a Job<'p>) -> Option<Self> {
        let rules = job.rules.iter().flatten();
        let delays = rules.clone().filter_map(|rule| rule.start_in.as_deref());
        let delays = delays.chain(job.get("start_in"));
        let delays = delays.filter_map(|it| Some((it.as_str()?, seconds(it)?)));
        let delay = delays.max_by(|one, other| one.1.total_cmp(&other.1));
        let mut whens = rules.filter_map(|rule| rule.when_text());
        let by_hand = job.when() == "manual" || whens.any(|when| when == "manual");
        (by_hand || delay.is_some()).then_some(Self { job, delay, by_hand })
    }

    /// Why it comes too late for what is kept so many seconds.
    fn after(&self, kept: f64) -> Option<String> {
        match self.delay {
            Some((text, delay)) if delay >= kept => {
                Some(format!("`{}` starts only {text} later", self.job.name))
            }
            _ => (self.by_hand && kept <= MANUAL)
                .then(|| format!("`{}` waits until somebody starts it by hand", self.job.name)),
        }
    }
}

fn seconds(value: &Value<'_>) -> Option<f64> {
    parse_duration(value.as_str()?).ok()?.seconds()
}
