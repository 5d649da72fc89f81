use crate::model::gitlab::{Image, Job, Pipeline, split_tag};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some((client, image)) = job.image.as_ref().and_then(|it| Some((version(it)?, it))) else {
        return;
    };
    for service in &job.services {
        let Some(daemon) = version(service).filter(|daemon| *daemon != client) else { continue };
        let message = format!(
            "the Docker client is of version {client} and the daemon of version {daemon}; take both from one \
             release"
        );
        cx.report(&service.value.origin, message)
            .symbol(format!("job:{}/services/docker", job.name))
            .label(image.value.at(), "the client")
            .help(format!("use `docker:{client}-dind`, or a client of version {daemon}"));
    }
}

/// The major version of an image of Docker itself.
fn version(image: &Image<'_>) -> Option<u32> {
    let (repository, tag) = split_tag(image.name.as_ref()?.as_str()?);
    let name = repository.strip_prefix("docker.io/").unwrap_or(repository);
    if name != "docker" && name != "library/docker" {
        return None;
    }
    let tag = tag?;
    let digits = tag.split(['.', '-']).next()?;
    digits.parse().ok()
}
