use crate::model::StepKind;
use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

const LISTS: [&str; 2] = ["before_script", "after_script"];

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for keyword in LISTS {
        let Some(own) = job.value.given(keyword).filter(|it| !it.is_blank()) else { continue };
        if own.origin.steps().any(|it| matches!(it.kind, StepKind::Extends(_))) {
            continue;
        }
        let bases = job.extends.iter().rev().map(|(name, _)| name.as_str());
        let inherited = bases
            .filter_map(|name| Some((name, pipeline.config.get(name)?.given(keyword)?)))
            .chain(default(pipeline, keyword).map(|it| ("default", it)));
        // A list that takes the other in by reference or alias loses nothing.
        let taken_in = |other: &Value<'_>| {
            let items = own.flat(9);
            other.flat(9).first().is_some_and(|first| items.iter().any(|it| it.at() == first.at()))
        };
        let mut lost = inherited.filter(|(_, it)| !it.is_blank() && !taken_in(it));
        let Some((name, value)) = lost.next() else { continue };
        let message = format!(
            "this `{keyword}` replaces the one that `{}` would get from `{name}`, it is not added to it",
            job.name
        );
        cx.report(&own.origin, message)
            .symbol(format!("job:{}/{keyword}", job.name))
            .label(value.at(), "not run in this job")
            .help(format!("to run both, begin the list with `!reference [{name}, {keyword}]`"));
    }
}

fn default<'a, 'p>(pipeline: &'a Pipeline<'p>, keyword: &str) -> Option<&'a Value<'p>> {
    pipeline.default().and_then(|it| it.given(keyword)).or_else(|| pipeline.config.get(keyword))
}
