//! What rules ask of the evidence.

use super::{Cx, Facts, JobOf, Judgement};
use crate::model::evidence::{
    Data, Evidence, ExpirationPolicy, ImageSize, Kind, Manifest, Observation, Tags, is_repository,
};
use crate::model::gitlab::{Code, ImageAct, expand, image_uses, split_tag};
use crate::text::Location;

/// How deep variables in variables are followed.
const DEPTH: u32 = 8;

/// The CI image that the jobs run in now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedImage {
    /// Its reference; `$NAME` stands for a variable that is not known.
    pub reference: String,
    /// Where it is written.
    pub at: Location,
}

/// What was seen of a thing, or why nothing was: empty, or words to put behind those that say what it takes.
pub type Seen<'p, T> = Result<(&'p Observation, T), String>;

impl<'p> Facts<'p> {
    /// A text of the configuration with the variables in it filled in, as far as they are known; those that are set
    /// outside of the configuration win, as on the server.
    pub fn filled_in(&self, text: &str, (job, pipeline): JobOf<'_, 'p>) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEPTH {
            let value = |name: &str| {
                let own = || pipeline.variable_of(job, name)?.text.as_ref().map(|it| it.as_str());
                self.settings.variable(name).or_else(own).map(str::to_owned)
            };
            let filled = expand::expand(&text, value);
            if filled == text || filled.len() > 4_096 {
                break;
            }
            text = filled;
        }
        text
    }

    /// The images that the job of a role pushes, each with its place.
    pub fn pushed_images(&self, role: &str) -> Vec<(String, Location)> {
        let mut pushed = Vec::new();
        for (job, pipeline) in self.jobs_in_role(role) {
            for code in self.shells(job, pipeline).iter().flat_map(Code::of) {
                for it in image_uses(code.script(), (job, pipeline)) {
                    if matches!(it.act, ImageAct::Push | ImageAct::PushAll) {
                        let image = self.filled_in(it.image(), (job, pipeline));
                        pushed.push((image, code.at(it.command.span())));
                    }
                }
            }
        }
        pushed
    }

    /// The CI image that the jobs run in now: the first image of a job that is of a repository which the image job
    /// pushes to, jobs of the spec's roles first. Without an image job, the image of those jobs.
    pub fn used_image(&self) -> Option<UsedImage> {
        let pushed = self.pushed_images("build-ci-image");
        let ours = |image: &str| {
            let repository = split_tag(image).0;
            pushed.is_empty() || pushed.iter().any(|(it, _)| split_tag(it).0 == repository)
        };
        let roles = ["setup", "lint", "test"].into_iter().flat_map(|role| self.jobs_in_role(role));
        let others = self.jobs().filter(|_| !pushed.is_empty());
        roles.chain(others).find_map(|(job, pipeline)| {
            let name = job.image.as_ref()?.name.as_ref()?;
            let reference = self.filled_in(&name.to_text()?, (job, pipeline));
            ours(&reference).then_some(UsedImage { reference, at: name.origin.at })
        })
    }

    /// The newest observation of one kind that `read` understands.
    pub fn seen<T>(&self, kind: Kind, read: impl Fn(&'p Observation) -> Option<T>) -> Seen<'p, T> {
        let evidence: &'p Evidence = self.evidence;
        let found = evidence.of(kind).into_iter().find_map(|it| Some((it, read(it)?)));
        found.ok_or_else(|| evidence.refusal(kind).unwrap_or_default())
    }

    /// The tags of the repository of the CI image.
    pub fn seen_tags(&self) -> Seen<'p, &'p Tags> {
        let evidence: &'p Evidence = self.evidence;
        let all = evidence.of(Kind::Tags);
        if all.is_empty() {
            return Err(evidence.refusal(Kind::Tags).unwrap_or_default());
        }
        let pushed =
            self.pushed_images("build-ci-image").into_iter().next().map(|(image, _)| image);
        let image = self.used_image().map(|image| image.reference).or(pushed);
        let image = image.ok_or("no job is known to push the CI image or to run in it")?;
        let repository = split_tag(&image).0;
        let found = all.into_iter().find_map(|it| {
            let Data::Tags(tags) = &it.data else { return None };
            let own = it.image.as_deref().map(|own| is_repository(repository, split_tag(own).0));
            own.or_else(|| tags.is_of(repository)).unwrap_or(false).then_some((it, tags))
        });
        found.ok_or_else(|| format!("the evidence `tags` does not speak of `{repository}`"))
    }

    /// The clean-up policy of the project's registry.
    pub fn cleanup_policy(&self) -> Option<(&'p Observation, &'p ExpirationPolicy)> {
        let seen = self.seen(Kind::Project, |it| match &it.data {
            Data::Project(project) => project.container_expiration_policy.as_ref(),
            _ => None,
        });
        seen.ok()
    }

    /// The newest observation of one kind that speaks of the image that the jobs run in now.
    pub fn seen_of_image<T>(
        &self,
        kind: Kind,
        read: impl Fn(&'p Observation) -> Option<T>,
    ) -> Seen<'p, T> {
        let evidence: &'p Evidence = self.evidence;
        let all = evidence.of(kind);
        let Some(newest) = all.first() else {
            return Err(evidence.refusal(kind).unwrap_or_default());
        };
        let used = self.used_image().ok_or("no job is known to run in the CI image")?;
        let mut of_image = all.iter().filter(|it| it.is_of(&used.reference) == Some(true));
        if let Some(why) = of_image.clone().next().and_then(|it| self.moved_on(it)) {
            return Err(why);
        }
        let found = of_image.find_map(|it| Some((*it, read(it)?)));
        found.ok_or_else(|| newest.not_of(&used.reference))
    }

    /// Why an observation speaks of an earlier image of the same tag, if a manifest that was observed says so.
    pub fn moved_on(&self, it: &Observation) -> Option<String> {
        let digest = it.digest.as_deref().filter(|_| it.kind != Kind::Manifest)?;
        let image = it.image.as_deref()?;
        let manifest =
            self.evidence.of(Kind::Manifest).into_iter().find(|manifest| {
                manifest.digest.is_some() && manifest.is_of(image) == Some(true)
            })?;
        let Data::Manifest(size) = &manifest.data else { return None };
        let platforms = match size {
            ImageSize::Manifest(Manifest::Images(images)) => images.as_slice(),
            _ => &[],
        };
        let known = manifest.digest.as_deref() == Some(digest)
            || platforms.iter().any(|image| image.digest.as_deref() == Some(digest));
        let kind = it.kind.as_str();
        (!known).then(|| {
            format!("the evidence `{kind}` speaks of another image under the tag: the manifest that was observed has another digest")
        })
    }
}

impl Cx<'_, '_> {
    /// Judges by what runs inside the image say of a thing; what fails is reported at `at`. `needs` are the words
    /// for what a clause without such evidence takes.
    pub fn judge_run_inside(&mut self, thing: &str, at: Location, needs: String) -> Judgement {
        let seen = self.facts.seen_of_image(Kind::Structure, |it| match &it.data {
            Data::Structure(report) => Some(report.about(thing)).filter(|it| !it.is_empty()),
            _ => None,
        });
        let (seen, results) = match seen {
            Ok(seen) => seen,
            Err(why) if why.is_empty() => return Judgement::NeedsEvidence(needs.into()),
            Err(why) => return Judgement::NeedsEvidence(format!("{needs}; {why}").into()),
        };
        let first_line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
        let Some(failed) = results.iter().find(|result| !result.passed) else {
            let output = results.first().map(|it| first_line(&it.output)).unwrap_or_default();
            let colon = if output.is_empty() { "" } else { ": " };
            return Judgement::Evidenced(format!("{}{colon}{output}", seen.seen()).into());
        };
        let output = first_line(&failed.output);
        let said = if output.is_empty() { String::new() } else { format!(", and says `{output}`") };
        self.report(at, format!("the check `{}` fails inside the image{said}", failed.name))
            .symbol(format!("image:run:{thing}"))
            .label(seen.mark, seen.seen())
            .help("run it by hand in the image, and mend how it gets there");
        Judgement::Violated
    }
}
