use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

const POLICIES: [&str; 3] = ["pull-push", "pull", "push"];

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let Some(policy) = cache.value.given("policy") else { continue };
        let Some(text) = policy.as_str().filter(|it| !it.contains('$')) else { continue };
        // What holds neither word the server refuses.
        let taken = text.contains("pull") || text.contains("push");
        if POLICIES.contains(&text) || !taken {
            continue;
        }
        let both = text.contains("pull") && text.contains("push");
        let meant = match both {
            true => "pull-push",
            false => {
                if text.contains("pull") {
                    "pull"
                } else {
                    "push"
                }
            }
        };
        let message = format!(
            "`{text}` is no cache policy: GitLab takes it, and the runner fails the job; write `{meant}`"
        );
        let report = cx.report(&policy.origin, message);
        let report = report.symbol(format!("job:{}/cache[{}]/policy", job.name, cache.index));
        let report = report.help("the policies are `pull-push`, `pull` and `push`");
        if policy.node.is_some() {
            report.replace(policy.at().span, meant, format!("write `{meant}`"));
        }
    }
}
