//! Which caches are the same, and what they cover.

use super::expand::variables;
use super::{Cache, CacheKey, Job, Pipeline};

impl<'p> Cache<'p> {
    /// A text that is the same for two caches whose key is computed in the same way. The place in the
    /// list of caches (the first, for a cache that is no list) is part of it where GitLab makes it so:
    /// with files and no prefix.
    pub fn key_identity(&self) -> String {
        self.key_text(&format!("#{}", self.index))
    }

    /// [`Cache::key_identity`] wherever in its list the cache stands.
    pub fn key_anywhere(&self) -> String {
        self.key_text("")
    }

    fn key_text(&self, place: &str) -> String {
        let list = |files: &[super::Value<'_>]| {
            let mut names: Vec<String> = files
                .iter()
                .filter_map(|file| file.to_text())
                .map(|file| file.trim_start_matches("./").trim_start_matches('/').to_owned())
                .collect();
            names.sort();
            names.join("\n")
        };
        let with_place =
            |kind: &str, files: &[super::Value<'_>], prefix: Option<&super::Value<'_>>| {
                let prefix = prefix.and_then(|it| it.to_text().map(|it| it.into_owned()));
                let prefix = prefix.as_deref().unwrap_or(place);
                format!("{kind}:{prefix}:{}", list(files))
            };
        match &self.key {
            CacheKey::Default => "text:default".to_owned(),
            CacheKey::Text(value) => format!("text:{}", value.to_text().unwrap_or_default()),
            CacheKey::Files { files, prefix, .. } => with_place("files", files, prefix.as_ref()),
            CacheKey::FilesCommits { files, prefix, .. } => {
                with_place("commits", files, prefix.as_ref())
            }
            CacheKey::Unknown(_) => "unknown".to_owned(),
        }
    }

    /// The variable that gives the key another value in each pipeline or job, if there is one, and the
    /// text in which it stands. Variables of the configuration are looked into.
    pub fn renewed_by<'a>(
        &'a self,
        job: &'a Job<'p>,
        pipeline: &'a Pipeline<'p>,
    ) -> Option<(Renewal, &'a super::Value<'p>)> {
        let text = match &self.key {
            CacheKey::Text(value) => value,
            CacheKey::Files { prefix, .. } | CacheKey::FilesCommits { prefix, .. } => {
                prefix.as_ref()?
            }
            CacheKey::Default | CacheKey::Unknown(_) => return None,
        };
        let of = |name: &str| RENEWALS.into_iter().find(|it| it.variable == name);
        let found = variables(text.as_str()?).find_map(|name| {
            of(name).or_else(|| {
                let set = pipeline.variable_of(job, name)?;
                variables(set.text.as_ref()?).find_map(of)
            })
        });
        found.map(|renewal| (renewal, text))
    }

    /// Whether each job that takes this cache has one of its own by its key: it holds the name of the
    /// job, or a variable that jobs set differently.
    pub fn is_of_one_job(&self, pipeline: &Pipeline<'p>) -> bool {
        let prefix = match &self.key {
            CacheKey::Text(value) => Some(value),
            CacheKey::Files { prefix, .. } | CacheKey::FilesCommits { prefix, .. } => {
                prefix.as_ref()
            }
            CacheKey::Default => None,
            CacheKey::Unknown(_) => return true,
        };
        let Some(text) = prefix.and_then(|it| it.as_str()) else { return false };
        let set_by_jobs = |name: &str| {
            pipeline.jobs.iter().any(|job| {
                let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
                let instances = job.parallel.instances.iter();
                job.variables.iter().chain(of_rules).any(|it| it.name == *name)
                    || instances.flat_map(|it| &it.variables).any(|(it, _)| *it == *name)
            })
        };
        variables(text).any(|name| {
            name.starts_with("CI_JOB_") || name.starts_with("CI_NODE_") || set_by_jobs(name)
        })
    }

    /// The paths below the project folder, without `$CI_PROJECT_DIR/`, `./` and a slash at the end.
    pub fn project_paths(&self) -> Vec<String> {
        self.paths
            .iter()
            .filter_map(|path| path.to_text())
            .map(|path| project_path(&path))
            .collect()
    }

    /// Whether both keep some path.
    pub fn shares_paths(&self, other: &Cache<'_>) -> bool {
        let others = other.project_paths();
        self.project_paths().iter().any(|path| others.iter().any(|it| overlaps(path, it)))
    }
}

/// A predefined variable that has another value each time.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// Its name.
    pub variable: &'static str,
    /// Whether all jobs of a pipeline see one value.
    pub in_all_jobs: bool,
}

const fn each_pipeline(variable: &'static str) -> Renewal {
    Renewal { variable, in_all_jobs: true }
}

const fn each_job(variable: &'static str) -> Renewal {
    Renewal { variable, in_all_jobs: false }
}

const RENEWALS: [Renewal; 10] = [
    each_pipeline("CI_PIPELINE_ID"),
    each_pipeline("CI_PIPELINE_IID"),
    each_pipeline("CI_PIPELINE_URL"),
    each_pipeline("CI_PIPELINE_CREATED_AT"),
    each_pipeline("CI_COMMIT_SHA"),
    each_pipeline("CI_COMMIT_SHORT_SHA"),
    each_pipeline("CI_COMMIT_TIMESTAMP"),
    each_job("CI_JOB_ID"),
    each_job("CI_JOB_URL"),
    each_job("CI_JOB_STARTED_AT"),
];

/// Why the runner does not archive a path: it lies outside the project folder. Nothing for a path
/// that may lie inside.
pub fn outside_project(path: &str) -> Option<&'static str> {
    let inside = ["$CI_PROJECT_DIR", "${CI_PROJECT_DIR}"]
        .iter()
        .find_map(|lead| path.strip_prefix(lead))
        .map(|rest| rest.trim_start_matches('/'));
    let rest = inside.unwrap_or(path);
    let mut depth = 0_i32;
    for part in rest.split('/').filter(|part| !part.is_empty() && *part != ".") {
        // What a wildcard or a variable stands for is not known.
        if part.contains(['*', '$']) {
            break;
        }
        depth += if part == ".." { -1 } else { 1 };
        if depth < 0 && !rest.starts_with('/') {
            return Some("it leads out of the project folder");
        }
    }
    if inside.is_some() {
        return None;
    }
    if path == "~" || path.starts_with("~/") {
        return Some(
            "the runner knows no `~`, and the home folder lies outside the project folder",
        );
    }
    let home = ["$HOME", "${HOME}"].iter().find_map(|lead| path.strip_prefix(lead));
    if home.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Some("the home folder lies outside the project folder");
    }
    // A runner may keep its working folders anywhere; `builds` is in nearly all of them.
    let absolute = path.starts_with('/') && !path.contains("builds") && !path.contains("/src/");
    absolute.then_some("it is an absolute path outside the project folder")
}

/// A path below the project folder, without `$CI_PROJECT_DIR/`, `./` and a slash at the end.
pub fn project_path(path: &str) -> String {
    let bare = ["$CI_PROJECT_DIR/", "${CI_PROJECT_DIR}/", "./"]
        .iter()
        .find_map(|lead| path.strip_prefix(lead));
    bare.unwrap_or(path).trim_end_matches('/').to_owned()
}

/// Whether one path lies in the other, or a wildcard in one could name the other.
pub fn overlaps(one: &str, other: &str) -> bool {
    let fixed = |path: &str| {
        path.split(['*', '?', '[']).next().unwrap_or("").trim_end_matches('/').to_owned()
    };
    let (one, other) = (fixed(one), fixed(other));
    let within = |inner: &str, outer: &str| {
        outer.is_empty()
            || inner == outer
            || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
    };
    within(&one, &other) || within(&other, &one)
}

impl<'p> Pipeline<'p> {
    /// Every value that a text with variables can take in a job, as far as the configuration sets the
    /// variables: the job's, the global one, those of its rules. Nothing if a variable is not set here.
    pub fn possible_values(&self, job: &Job<'p>, text: &str) -> Option<Vec<String>> {
        let Some(at) = text.find('$') else { return Some(vec![text.to_owned()]) };
        let rest = &text[at + 1..];
        let (name, tail) = match rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => {
                let end = rest
                    .find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_')
                    .unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        if name.is_empty() {
            return None;
        }
        let mut values: Vec<String> = Vec::new();
        let mut add = |variable: Option<&super::Variable<'p>>| {
            values
                .extend(variable.and_then(|it| it.text.as_ref()).map(|it| it.as_str().to_owned()));
        };
        add(self.variable_of(job, name));
        for rule in job.rules.iter().flatten() {
            add(rule.variables.iter().find(|variable| variable.name == *name));
        }
        for rule in self.workflow_rules.iter().flatten() {
            add(rule.variables.iter().find(|variable| variable.name == *name));
        }
        values.dedup();
        if values.is_empty() || values.len() > 16 || values.iter().any(|value| value.contains('$'))
        {
            return None;
        }
        let tails = self.possible_values(job, tail)?;
        let head = &text[..at];
        Some(
            values
                .iter()
                .flat_map(|value| tails.iter().map(move |tail| format!("{head}{value}{tail}")))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_overlap_where_one_lies_in_the_other() {
        assert!(overlaps(".go/pkg", ".go/pkg/mod"));
        assert!(overlaps(".go/*", ".go/pkg/mod"));
        assert!(!overlaps(".go", ".golang"));
        assert_eq!(project_path("$CI_PROJECT_DIR/.go/"), ".go");
    }

    #[test]
    fn paths_outside_the_project_are_told_from_those_that_may_lie_inside() {
        let outside = ["/root/.m2", "~/.cache", "../out", "a/../../b", "$HOME/.npm", "/dist"];
        let inside = [
            "dist/",
            "$CI_PROJECT_DIR/out",
            "a/../b",
            "$DIR/x",
            "/builds/group/project/out",
            "*/../x",
            "~x",
        ];
        assert!(outside.iter().all(|path| outside_project(path).is_some()));
        assert!(inside.iter().all(|path| outside_project(path).is_none()));
        assert!(outside_project("$CI_PROJECT_DIR/../out").is_some());
    }
}
