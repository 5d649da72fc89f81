use crate::model::evidence::{Count, Data, Kind, Shown};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some(percent) = bound.params.get("percent").filter(|it| it.number.is_some()) else {
        return Judgement::Unknown("the percentage in the clause is not understood".to_owned());
    };
    let limit = percent.number.unwrap_or(100.0);
    let roles = bound.roles();
    let Some((job, _)) = roles.iter().flat_map(|role| facts.jobs_in_role(role)).next() else {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    };
    let needs = |why: &str| {
        let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
        Judgement::NeedsEvidence(format!("a rate above {} takes evidence `jobs`: the history of the job, enough runs to show it{behind}", percent.text).into())
    };
    let seen = facts.seen(Kind::Jobs, |it| match &it.data {
        Data::Jobs(jobs) => jobs.of(&job.name, None).next().map(|_| jobs),
        _ => None,
    });
    let (seen, jobs) = match seen {
        Ok(seen) => seen,
        Err(why) if why.is_empty() && !facts.evidence.of(Kind::Jobs).is_empty() => {
            return needs(&format!("the history holds no run of `{}`", job.name));
        }
        Err(why) => return needs(&why),
    };
    let count = if cx.options.text("count") == "final" { Count::Final } else { Count::Attempts };
    let git_ref = Some(cx.options.text("ref")).filter(|it| !it.is_empty());
    let rate = jobs.success_rate(&job.name, git_ref, count);
    let bound_met = !cx.options.flag("confident") || rate.wilson_lower_percent() > limit;
    let counted = format!("{} of {} runs succeeded", rate.success, rate.total());
    match rate.exceeds(limit) {
        Shown::TooFew(wanted) => {
            needs(&format!("insufficient evidence: n={}, and {wanted} are needed", rate.total()))
        }
        Shown::Greater if bound_met => {
            Judgement::Evidenced(format!("{counted}, {:.2}%", rate.percent()).into())
        }
        Shown::Greater => needs(&format!(
            "{counted}; with so few the rate is at least {:.1}%",
            rate.wilson_lower_percent()
        )),
        Shown::NotGreater => {
            cx.report(
                job.key_at,
                format!(
                    "{counted} in `{}`, {:.2}%; the spec wants more than {}",
                    job.name,
                    rate.percent(),
                    percent.text
                ),
            )
            .symbol(format!("job:{}/success-rate", job.name))
            .label(seen.mark, seen.seen())
            .help("look at why the failed runs failed, and mend the most frequent reason");
            Judgement::Violated
        }
    }
}
