//! What GitLab says of a project: the history of a job, its settings, its resource groups.

use serde_json::{Map, Value, json};

use super::auth::encoded;
use super::file::{Stamp, observation};
use super::http::{Answer, Client, next_page};
use super::{CollectError, Credentials, Limits, Secrets};
use crate::model::evidence::Kind;

/// What to ask GitLab for.
#[derive(Debug)]
pub struct GitLabTask {
    /// The address of the API: `https://gitlab.example.com/api/v4`.
    pub api: String,
    /// The project's number, or its path.
    pub project: String,
    /// The job whose history is wanted.
    pub job: String,
    /// Only runs on this branch or tag.
    pub git_ref: Option<String>,
    /// So many runs of the job are enough.
    pub runs: usize,
    /// Only these kinds; all if empty.
    pub only: Vec<Kind>,
    /// What it may take.
    pub limits: Limits,
    /// Who asks.
    pub credentials: Credentials,
    /// Certificates to trust, in PEM form, instead of those of the public authorities.
    pub roots: Option<Vec<u8>>,
}

/// Pages of a hundred jobs that are read at most.
const MOST_PAGES: usize = 200;

/// What is kept of a run; who started it and what it printed is nobody's business.
const OF_RUN: [&str; 9] = [
    "id",
    "name",
    "status",
    "failure_reason",
    "duration",
    "queued_duration",
    "started_at",
    "ref",
    "allow_failure",
];

const OF_PROJECT: [&str; 5] = [
    "container_expiration_policy",
    "keep_latest_artifact",
    "build_timeout",
    "ci_config_path",
    "resource_group_default_process_mode",
];

const OF_POLICY: [&str; 7] = [
    "enabled",
    "cadence",
    "keep_n",
    "older_than",
    "name_regex",
    "name_regex_delete",
    "name_regex_keep",
];

struct Api<'t> {
    client: Client,
    /// The path in front of all others: `/api/v4/projects/42`.
    base: String,
    task: &'t GitLabTask,
}

/// Asks GitLab for what clauses speak of.
///
/// # Errors
/// Fails if the server refuses to answer one of the questions; nothing is half collected.
pub fn collect_gitlab(task: &GitLabTask) -> Result<Vec<Value>, CollectError> {
    let secrets = Secrets::new(task.credentials.secrets());
    let mut observations = collect(task).map_err(|error| error.scrubbed(&secrets))?;
    observations.iter_mut().for_each(|it| secrets.scrub_value(it));
    Ok(observations)
}

fn collect(task: &GitLabTask) -> Result<Vec<Value>, CollectError> {
    let wrong = || {
        CollectError::usage(
            "the address of the API is not usable",
            "write it as `https://gitlab.example.com/api/v4`; plain HTTP is for this machine only",
        )
    };
    let (scheme, rest) = task.api.split_once("://").ok_or_else(wrong)?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if host.is_empty() || host.contains('@') || task.api.contains(['?', '#', ' ']) {
        return Err(wrong());
    }
    let client = Client::new((host, scheme == "https"), task.limits, task.roots.as_deref())?;
    if client.scheme != scheme {
        return Err(wrong());
    }
    let project = encoded(&task.project).replace('/', "%2F");
    let base = format!("{}/projects/{project}", path.trim_end_matches('/'));
    let api = Api { client, base, task };
    let wanted = |kind| task.only.is_empty() || task.only.contains(&kind);
    let stamp =
        |path: &str| Stamp { source: format!("{host}{}{path}", api.base), ..Stamp::default() };
    let mut observations = Vec::new();
    if wanted(Kind::Jobs) {
        let runs = api.runs()?;
        observations.push(observation(Kind::Jobs, &stamp("/jobs"), Value::Array(runs)));
    }
    if wanted(Kind::Project) {
        let answer = api.got("", "the project")?;
        let settings = api.client.json("the project", answer)?;
        let mut kept = picked(&settings, &OF_PROJECT);
        if let Some(policy) = kept.get_mut("container_expiration_policy") {
            *policy = Value::Object(picked(policy, &OF_POLICY));
        }
        observations.push(observation(Kind::Project, &stamp(""), Value::Object(kept)));
    }
    if wanted(Kind::ResourceGroups) {
        let mut groups = Vec::new();
        let path = "/resource_groups?per_page=100";
        api.pages(path, "the resource groups", &mut |page| {
            groups
                .extend(page.iter().map(|it| Value::Object(picked(it, &["key", "process_mode"]))));
            true
        })?;
        let stamp = stamp("/resource_groups");
        observations.push(observation(Kind::ResourceGroups, &stamp, Value::Array(groups)));
    }
    Ok(observations)
}

/// These keys of an object and no others.
fn picked(value: &Value, keys: &[&str]) -> Map<String, Value> {
    let entries = keys.iter().filter_map(|key| Some(((*key).to_owned(), value.get(*key)?.clone())));
    entries.collect()
}

impl Api<'_> {
    fn got(&self, path: &str, what: &str) -> Result<Answer, CollectError> {
        let whole = if path.starts_with(&self.base) {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let headers = [("accept", "application/json")];
        let answer = self.client.ask("GET", &whole, &headers, &self.task.credentials)?;
        match answer.status().as_u16() {
            200 => Ok(answer),
            401 => {
                let body = self.client.json(what, answer).unwrap_or(Value::Null);
                let said = ["error_description", "message", "error"];
                let expired = said.iter().filter_map(|key| body.get(*key)?.as_str()).any(|text| {
                    let text = text.to_lowercase();
                    text.contains("expired") || text.contains("revoked")
                });
                let reason = match (expired, &self.task.credentials) {
                    (true, _) => "the token has expired or was revoked (401)",
                    (false, Credentials::None) => "it wants a token (401)",
                    (false, _) => "it does not accept the token (401)",
                };
                Err(CollectError::Refused {
                    host: self.client.host.clone(),
                    what: what.to_owned(),
                    reason: reason.to_owned(),
                })
            }
            // Where a token may not look, GitLab has no such thing.
            404 if self.task.credentials == Credentials::None => Err(CollectError::Refused {
                host: self.client.host.clone(),
                what: what.to_owned(),
                reason: "it is not there for those without a token (404)".to_owned(),
            }),
            status => Err(self.client.refused(what, status)),
        }
    }

    /// Reads a list page by page, as long as `each` wants more.
    fn pages(
        &self,
        path: &str,
        what: &str,
        each: &mut dyn FnMut(&[Value]) -> bool,
    ) -> Result<(), CollectError> {
        let mut path = path.to_owned();
        for _ in 0..MOST_PAGES {
            let answer = self.got(&path, what)?;
            let next = next_page(&answer);
            let page = self.client.json(what, answer)?;
            let list = page.as_array();
            let list =
                list.ok_or_else(|| self.client.unusable(what, "it is no list".to_owned()))?;
            if next.as_ref().is_some_and(|next| !next.starts_with(&self.base)) {
                let reason = "its next page is no page of the project".to_owned();
                return Err(self.client.unusable(what, reason));
            }
            match next.filter(|next| *next != path) {
                Some(next) if each(list) => path = next,
                Some(_) => return Ok(()),
                None => {
                    each(list);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The newest runs of the job that ended, attempts that were retried among them.
    fn runs(&self) -> Result<Vec<Value>, CollectError> {
        let task = self.task;
        let parallel = |rest: &str| rest.starts_with(' ') || rest.starts_with(": [");
        let mut runs = Vec::new();
        let path = "/jobs?per_page=100&pagination=keyset&order_by=id&sort=desc&scope[]=success&scope[]=failed";
        let path = path.replace('[', "%5B").replace(']', "%5D");
        self.pages(&path, "the jobs", &mut |page| {
            for run in page {
                let name = run.get("name").and_then(Value::as_str).unwrap_or_default();
                let rest = name.strip_prefix(&task.job);
                let same = rest.is_some_and(|rest| rest.is_empty() || parallel(rest));
                let on = run.get("ref").and_then(Value::as_str);
                if !same || task.git_ref.is_some() && task.git_ref.as_deref() != on {
                    continue;
                }
                let mut kept = picked(run, &OF_RUN);
                if let Some(id) = run.pointer("/pipeline/id") {
                    kept.insert("pipeline".to_owned(), json!({"id": id}));
                }
                runs.push(Value::Object(kept));
            }
            runs.len() < task.runs
        })?;
        runs.truncate(task.runs);
        Ok(runs)
    }
}
