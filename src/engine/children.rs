use super::Project;
use crate::model::Files as _;
use crate::model::gitlab::{FileKind, Pipeline, Settings};

/// How many levels of child pipelines there can be.
const GENERATIONS: usize = 2;

/// Adds the child pipelines that the pipelines start, wherever their files lie.
pub(super) fn children<'p>(
    project: &'p Project,
    settings: &Settings,
    pipelines: &mut Vec<Pipeline<'p>>,
) {
    let files = &project.files;
    let mut from = 0;
    for _ in 0..GENERATIONS {
        let triggers = pipelines[from..].iter().flat_map(|it| &it.jobs);
        let paths: Vec<String> = triggers
            .filter_map(|job| job.trigger.as_ref())
            .flat_map(|trigger| trigger.local_files().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        from = pipelines.len();
        for path in paths {
            let Some(source) = files.read(&path).filter(|_| project.is_wanted(&path)) else {
                continue;
            };
            let known =
                pipelines.iter().any(|it| it.files.iter().any(|file| file.source.id == source.id));
            if !known {
                pipelines.push(Pipeline::resolve_as(FileKind::Child, source, files, settings));
            }
        }
    }
}
