//! `pipespec resolve [PATH]`

use clap::Args;

use super::place::{Place, PlaceArgs};
use super::{Exit, print};
use crate::engine::{Error, children};
use crate::model::gitlab::Pipeline;
use crate::report::{ResolvedOptions, render_missing, render_resolved, render_resolved_job};
use crate::text::did_you_mean;

#[derive(Args)]
pub(super) struct ResolveArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Show this job alone, with what it inherits from `default`.
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// Say behind each value where it was written, and which way it came.
    #[arg(long)]
    origins: bool,
    /// List what could not be read, and what to put into pipespec.yaml to have it read.
    #[arg(long, conflicts_with_all = ["job", "origins"])]
    missing: bool,
}

pub(super) fn run(args: &ResolveArgs) -> Result<Exit, Error> {
    let place = Place::open(&args.place)?;
    let Some(pipeline) = place.pipeline(None)? else { return Ok(Exit::Nothing) };
    let sources = place.project.files.sources();
    if args.missing {
        let mut all = vec![pipeline];
        children(&place.project, &place.project.settings(), &mut all, 0);
        print(&render_missing(&all, sources, &place.prefix))?;
        let whole = all.iter().all(|it| it.missing.is_empty() && it.undecided.is_empty());
        return Ok(if whole { Exit::Clean } else { Exit::Findings });
    }
    let options = ResolvedOptions { origins: args.origins, prefix: place.prefix.clone() };
    let text = match &args.job {
        None => render_resolved(&pipeline, sources, &options),
        Some(name) => render_resolved_job(&pipeline, name, sources, &options)
            .ok_or_else(|| unknown_job(&pipeline, name))?,
    };
    print(&text)?;
    Ok(if place.tell_refusal(&pipeline) { Exit::Findings } else { Exit::Clean })
}

fn unknown_job(pipeline: &Pipeline<'_>, name: &str) -> Error {
    let jobs = pipeline.jobs.iter().map(|job| job.name.as_str());
    let hidden = pipeline.hidden.iter().map(|entry| entry.key.as_str());
    let near = jobs
        .chain(hidden)
        .map(|other| (strsim::damerau_levenshtein(other, name), other))
        .filter(|(distance, other)| *distance <= other.len().max(name.len()) / 2)
        .min();
    let help = match near {
        Some((_, near)) => Some(did_you_mean(near)),
        None if !pipeline.missing.is_empty() => {
            Some("it may stand in a file that could not be read; see `--missing`".to_owned())
        }
        None => None,
    };
    Error::Usage { message: format!("there is no job `{name}`"), help }
}
