use rayon::prelude::*;

use super::cx::place_in;
use super::{Facts, JobOf};
use crate::model::build::ImageBuild;
use crate::model::docker::{Dockerfile, Stage};
use crate::model::gitlab::{Job, Pipeline};

/// So many jobs that may build are read without threads.
const SERIAL_JOBS: usize = 32;

/// So many jobs are asked whether they may build without threads.
const SERIAL_SEARCHES: usize = 512;

/// The Dockerfile of the CI image.
pub struct CiImage<'a, 'p> {
    /// The file.
    pub dockerfile: &'a Dockerfile<'p>,
    /// The stage that is built.
    pub stage: &'a Stage,
    /// The names of the build arguments that the image job gives, and whose values are not known.
    pub unknown_args: Vec<String>,
}

impl<'p> Facts<'p> {
    pub(super) fn read_builds(&self) -> Vec<ImageBuild> {
        let places = self.pipelines.iter().enumerate().flat_map(|(number, pipeline)| {
            let jobs = pipeline.jobs.iter().enumerate();
            jobs.map(move |(at, job)| ((job, pipeline), (number, at)))
        });
        let mut places: Vec<(JobOf<'_, 'p>, (usize, usize))> = places.collect();
        if places.len() > SERIAL_SEARCHES {
            places = places.into_par_iter().filter(|(of, _)| ImageBuild::may_be_in(of.0)).collect();
        } else {
            places.retain(|(of, _)| ImageBuild::may_be_in(of.0));
        }
        let read = |(of, place): &(JobOf<'_, 'p>, (usize, usize))| {
            let shells = self.shells(of.0, of.1);
            ImageBuild::of_job(*of, *place, shells, (&self.settings, self.files))
        };
        // The scripts of a few jobs are read before threads for them are there.
        if places.len() > SERIAL_JOBS {
            places.par_iter().flat_map_iter(read).collect()
        } else {
            places.iter().flat_map(read).collect()
        }
    }

    /// The builds of one job.
    pub fn builds_of<'a>(
        &'a self,
        job: &'a Job<'p>,
        pipeline: &'a Pipeline<'p>,
    ) -> impl Iterator<Item = &'a ImageBuild> {
        let same = |it: &Pipeline<'p>| std::ptr::eq(it, pipeline);
        let number = self.pipelines.iter().position(same);
        let place = number.zip(place_in(&pipeline.jobs, job));
        self.builds.iter().filter(move |build| Some(build.job_place) == place)
    }

    /// The Dockerfile of one of [`Facts::builds`], if it is one that is read.
    pub fn dockerfile_of(&self, build: &ImageBuild) -> Option<&Dockerfile<'p>> {
        let place = place_in(&self.builds, build)?;
        self.dockerfiles.get((*self.built.get(place)?)?)
    }

    /// The Dockerfile of the CI image: the one that the image job builds, else `Dockerfile.ci`, else the
    /// only one; with the stage that is built.
    pub fn ci_image(&self) -> Option<CiImage<'_, 'p>> {
        let jobs = self.jobs_in_role("build-ci-image");
        let builds: Vec<&ImageBuild> =
            jobs.iter().flat_map(|(job, pipeline)| self.builds_of(job, pipeline)).collect();
        let args = builds.iter().flat_map(|build| &build.args);
        let unknown = args.filter(|arg| arg.value.is_none());
        let unknown_args: Vec<String> = unknown.map(|arg| arg.name.clone()).collect();
        let found = builds.iter().find_map(|build| Some((*build, self.dockerfile_of(build)?)));
        if let Some((build, dockerfile)) = found {
            let target = build.target.as_ref().and_then(|target| target.text.as_deref());
            let named = target.and_then(|name| dockerfile.target(name));
            let stage = named.or_else(|| dockerfile.final_stage())?;
            return Some(CiImage { dockerfile, stage, unknown_args });
        }
        let named = self
            .dockerfiles
            .iter()
            .find(|it| it.source.path.rsplit('/').next() == Some("Dockerfile.ci"));
        let dockerfile = match (named, &self.dockerfiles[..]) {
            (Some(named), _) => named,
            (None, [only]) => only,
            _ => return None,
        };
        Some(CiImage { dockerfile, stage: dockerfile.final_stage()?, unknown_args })
    }
}
