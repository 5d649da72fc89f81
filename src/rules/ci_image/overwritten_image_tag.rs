use crate::model::gitlab::{Code, ImageAct, image_uses, is_versioned, split_tag};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let jobs = facts.jobs_in_role("build-ci-image");
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role("build-ci-image"));
    }
    let mut violated = false;
    for (job, pipeline) in jobs {
        let codes: Vec<Code<'_, '_>> =
            facts.shells(job, pipeline).iter().flat_map(Code::of).collect();
        let guarded = codes.iter().any(|code| {
            image_uses(code.script(), (job, pipeline)).iter().any(|it| {
                matches!(it.act, ImageAct::ManifestInspect | ImageAct::OtherInspect)
                    && it.command.is_tested()
            })
        });
        if guarded {
            continue;
        }
        for code in &codes {
            let uses = image_uses(code.script(), (job, pipeline));
            let of = |act: ImageAct| uses.iter().filter(move |it| it.act == act);
            let mut pushed: Vec<_> = of(ImageAct::Push).map(|it| (it.image(), it)).collect();
            for all in of(ImageAct::PushAll) {
                let made = of(ImageAct::Build).chain(of(ImageAct::Tag));
                let made = made.filter(|it| split_tag(it.image()).0 == all.image());
                pushed.extend(made.map(|it| (it.image(), all)));
            }
            for (image, push) in pushed {
                let Some(tag) = split_tag(image).1 else { continue };
                if !tag.contains(['$', '?']) && is_versioned(tag) {
                    violated = true;
                    cx.report(code.at(push.command.span()), format!("`{}` pushes `{tag}` in every run, over the image that had this version", job.name))
                        .symbol(format!("job:{}/push/{tag}", job.name))
                        .help("push it only where `docker manifest inspect` does not find it yet");
                }
            }
        }
    }
    if violated {
        Judgement::Violated
    } else {
        Judgement::NeedsEvidence("nothing here overwrites a version; that the older tags are in the registry takes evidence `tags` and `project`".into())
    }
}
