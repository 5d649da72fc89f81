use crate::model::gitlab::{Code, Retry, is_lookup, retry_of};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let Some(most) = bound.params.number("int") else {
        return Judgement::Unknown(
            "the number of tries in the clause is not understood".to_owned(),
        );
    };
    // "Up to 3" may count the tries or the retries; by default the reading that allows more holds.
    let attempts = cx.options.text("count") == "attempts";
    let mut violated = false;
    let mut unknown = None;
    let mut lookups = 0;
    for (job, pipeline) in jobs {
        for code in facts.shells(job, pipeline).iter().flat_map(Code::of) {
            for command in code
                .script()
                .commands()
                .filter(|command| command.is_reachable() && is_lookup(*command, (job, pipeline)))
            {
                lookups += 1;
                let wrong = match retry_of(command) {
                    Retry::Exponential(retries) => {
                        let counted = f64::from(retries) + if attempts { 1.0 } else { 0.0 };
                        (counted > most).then(|| {
                            format!("it is tried again {retries} times; the spec allows {most}")
                        })
                    }
                    Retry::Other(why) => Some(why),
                    Retry::Unknown(why) => {
                        unknown = Some(why);
                        None
                    }
                    Retry::None if job.get("retry").is_some() => {
                        Some("`retry` of the job starts the whole job again, at once".to_owned())
                    }
                    Retry::None => Some("it is not tried again".to_owned()),
                };
                if let Some(why) = wrong {
                    violated = true;
                    cx.report(code.at(command.span()), format!("look-up of `{}` is not retried with exponential backoff: {why}", job.name))
                        .symbol(format!("job:{}/lookup/{}", job.name, command.index()))
                        .help(format!("use `curl -fsS --retry {most}` without `--retry-delay`, or a loop of {most} tries whose delay doubles"));
                }
            }
        }
    }
    match (violated, unknown, lookups) {
        (true, ..) => Judgement::Violated,
        (false, Some(why), _) => Judgement::Unknown(why),
        (false, None, 0) => Judgement::ProvenWith("the job makes no call to the GitHub API".into()),
        _ => Judgement::Proven,
    }
}
