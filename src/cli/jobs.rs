//! `pipespec jobs [PATH] --source SOURCE`

use clap::{Args, ValueEnum};

use super::place::{Place, PlaceArgs};
use super::{Exit, print};
use crate::engine::Error;
use crate::model::gitlab::presence::{BranchName, Event, Forecast, PipelineSource};
use crate::report::{ForecastOptions, render_forecast, render_forecast_json};

#[derive(Args)]
pub(super) struct JobsArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// What starts the pipeline: push, merge_request_event, schedule, web, api and so on, as
    /// `CI_PIPELINE_SOURCE` has it.
    #[arg(long, default_value = "push")]
    source: String,
    /// The branch; of a merge request the source branch.
    #[arg(long, conflicts_with = "tag")]
    branch: Option<String>,
    /// The tag that the pipeline runs for.
    #[arg(long)]
    tag: Option<String>,
    /// The branch that the merge request goes to.
    #[arg(long, value_name = "BRANCH")]
    target_branch: Option<String>,
    /// The default branch of the project.
    #[arg(long, value_name = "BRANCH")]
    default_branch: Option<String>,
    /// The push creates the branch, so that there is nothing to compare with and `changes` holds.
    #[arg(long, conflicts_with_all = ["tag", "changes"])]
    new_branch: bool,
    /// The files that changed, as `changes` sees them; without it, they are not known.
    #[arg(long, value_name = "FILE", num_args = 0..)]
    changes: Option<Vec<String>>,
    /// A file that differs from what a branch, tag or commit has, for `changes` with `compare_to`; `REF:` says
    /// that none does.
    #[arg(long, value_name = "REF:FILE", num_args = 1..)]
    changes_since: Vec<String>,
    /// A variable that the pipeline gets: `NAME=value`, or `NAME` alone for one that is not set.
    #[arg(long = "variable", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Take every variable for unset that nothing here sets.
    #[arg(long)]
    no_other_variables: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

pub(super) fn run(args: &JobsArgs) -> Result<Exit, Error> {
    let event = event(args)?;
    let place = Place::open(&args.place)?;
    let Some(pipeline) = place.pipeline(Some(&event))? else { return Ok(Exit::Nothing) };
    let settings = place.project.settings();
    let forecast = Forecast::new(&pipeline, &event, &settings, &place.project.files);
    let sources = place.project.files.sources();
    let text = match args.format {
        Format::Text => {
            let options = ForecastOptions { prefix: place.prefix.clone() };
            render_forecast((&pipeline, &event), &forecast, sources, &options)
        }
        Format::Json => render_forecast_json((&pipeline, &event), &forecast, sources),
    };
    print(&text)?;
    let refused = place.tell_refusal(&pipeline)
        || forecast.refusals.iter().any(|refusal| refusal.open.is_empty());
    Ok(if refused { Exit::Findings } else { Exit::Clean })
}

fn event(args: &JobsArgs) -> Result<Event, Error> {
    let usage = |message: String, help: &str| Error::Usage {
        message,
        help: Some(help.to_owned()).filter(|help| !help.is_empty()),
    };
    let source: PipelineSource = args.source.parse().map_err(|message| usage(message, ""))?;
    let is_request = source == PipelineSource::MergeRequestEvent;
    if is_request && args.tag.is_some() {
        let message = "a merge request pipeline runs for no tag".to_owned();
        return Err(usage(message, "name the source branch with `--branch`"));
    }
    if args.new_branch && source != PipelineSource::Push {
        let message = format!("a {source} pipeline creates no branch");
        return Err(usage(message, "leave out `--new-branch`, or `--source`"));
    }
    let mut changes_since: Vec<(String, Vec<String>)> = Vec::new();
    for text in &args.changes_since {
        let Some((reference, file)) = text.split_once(':').filter(|(it, _)| !it.is_empty()) else {
            let message = format!("`{text}` names no branch, tag or commit");
            return Err(usage(message, "write `REF:FILE`, such as `main:src/a.rs`"));
        };
        let known = changes_since.iter().position(|(it, _)| it == reference);
        let at = known.unwrap_or(changes_since.len());
        if known.is_none() {
            changes_since.push((reference.to_owned(), Vec::new()));
        }
        if !file.is_empty() {
            changes_since[at].1.push(file.to_owned());
        }
    }
    let variable = |text: &String| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.clone(), None),
    };
    let branch = args.branch.clone().map_or(BranchName::Unknown, BranchName::Named);
    Ok(Event {
        branch,
        tag: args.tag.clone().map(Some),
        target_branch: args.target_branch.clone(),
        default_branch: args.default_branch.clone(),
        new_branch: args.new_branch,
        changes: args.changes.clone(),
        changes_since,
        variables: args.variables.iter().map(variable).collect(),
        closed: args.no_other_variables,
        ..Event::new(source)
    })
}
