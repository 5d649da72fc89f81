use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

const SCHEMES: [&str; 3] = ["https://", "http://", "ftp://"];
const TYPES: [&str; 4] = ["other", "runbook", "image", "package"];

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let links = job.get("release").and_then(|release| release.path(&["assets", "links"]));
    let links = links.map_or(&[][..], Value::items);
    for link in links.iter().filter(|link| link.as_map().is_some_and(|map| !map.is_partial())) {
        judge(link, job, cx);
    }
}

fn judge(link: &Value<'_>, job: &Job<'_>, cx: &mut Cx<'_, '_>) {
    let symbol = format!("job:{}/release", job.name);
    let known = |name: &str| link.given(name).filter(|value| !value.is_unknown());
    let blank = |name: &&str| match link.given(name) {
        Some(value) => !value.is_unknown() && value.as_str().is_none_or(|it| it.trim().is_empty()),
        None => true,
    };
    if let Some(name) = ["name", "url"].iter().find(|name| blank(name)) {
        let message =
            format!("GitLab refuses the release for this link; give it a `{name}` that is a text");
        cx.report(&link.origin, message).symbol(symbol);
        return;
    }
    // Variables are filled in when the release is made.
    let fixed = |text: &&str| !text.contains(['$', '%']);
    let text = |name: &str| known(name).and_then(|value| Some((value, value.as_str()?)));
    if let Some((value, url)) = text("url").filter(|(_, it)| fixed(it))
        && !SCHEMES.iter().any(|scheme| url.starts_with(scheme))
    {
        let message =
            format!("GitLab refuses the release for the link to `{url}`; begin it with `https://`");
        cx.report(&value.origin, message).symbol(symbol);
    } else if let Some((value, kind)) = text("link_type").filter(|(_, it)| fixed(it))
        && !TYPES.contains(&kind)
    {
        let message = format!(
            "GitLab refuses the release for a link of the type `{kind}`; use one of {}",
            TYPES.map(|it| format!("`{it}`")).join(", ")
        );
        cx.report(&value.origin, message).symbol(symbol);
    }
}
