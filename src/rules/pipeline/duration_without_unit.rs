use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Below this, a bare number of seconds is hardly what was meant.
const SECONDS: f64 = 600.0;

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let artifacts = job.artifacts.as_ref().and_then(|it| it.expire_in.as_ref());
    let stop = job.environment.as_ref().and_then(|it| it.auto_stop_in.as_ref());
    let places = [
        ("expire_in", artifacts),
        ("timeout", job.get("timeout")),
        ("start_in", job.get("start_in")),
        ("auto_stop_in", stop),
    ];
    let delays = job.rules.iter().flatten().filter_map(|rule| rule.start_in.as_deref());
    let delays = delays.map(|it| ("start_in", Some(it)));
    for (keyword, value) in places.into_iter().chain(delays) {
        let Some((value, text)) = value.and_then(|it| Some((it, it.as_str()?))) else { continue };
        let Some(seconds) = bare_seconds(value) else { continue };
        let message = format!(
            "`{keyword}: {text}` means {text} seconds, since it has no unit; write the unit behind it"
        );
        if seconds < SECONDS && seconds > 0.0 {
            cx.report(&value.origin, message).symbol(format!("{keyword}:{text}")).help(format!(
                "write `{text} minutes`, `{text} hours`, `{text} days` or `{text} seconds`"
            ));
        }
    }
}

/// The number, if the text is one and nothing else.
fn bare_seconds(value: &Value<'_>) -> Option<f64> {
    let text = value.as_str()?.trim();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if digits { text.parse().ok() } else { None }
}
