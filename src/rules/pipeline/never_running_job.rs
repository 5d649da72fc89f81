use rustc_hash::FxHashSet;

use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Absence;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        if told.contains(&at) {
            continue;
        }
        let why = match reach.absence(at) {
            None | Some(Absence::SwitchedOff) => continue,
            Some(Absence::AlwaysNever) => "each of its rules says `when: never`".to_owned(),
            Some(Absence::NeverMatches(why)) => why.clone(),
            Some(Absence::Policies) => {
                "`only` asks for what never is, or `except` takes all of it away".to_owned()
            }
            Some(Absence::NoPipeline) => {
                "its rules match only where `workflow` makes no pipeline".to_owned()
            }
        };
        let same = reach.with_same_rules(at);
        told.extend(same.iter().copied());
        let others = match same.len() {
            0 | 1 => String::new(),
            2 => " (so does one other job with these rules)".to_owned(),
            more => format!(" (so do {} other jobs with these rules)", more - 1),
        };
        let message = format!("`{}` never runs: {why}{others}", job.name);
        let rules = ["rules", "only", "except"].iter().find_map(|key| job.get(key));
        let mut report = cx.report(job.key_at, message).symbol(format!("job:{}", job.name));
        if let Some(rules) = rules {
            report = report.label(&rules.origin, "what decides about it stands here");
        }
        report.help("correct the rules, or remove the job");
    }
}
