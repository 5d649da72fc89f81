//! Which caches are the same, and what they cover.

use super::{Cache, CacheKey, Job, Pipeline};

impl<'p> Cache<'p> {
    /// A text that is the same for two caches whose key is computed in the same way. The place in a list
    /// of several caches is part of it where GitLab makes it so: with files and no prefix.
    pub fn key_identity(&self, caches: usize) -> String {
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
                let prefix = match prefix {
                    Some(prefix) => prefix,
                    None if caches > 1 => format!("#{}", self.index),
                    None => String::new(),
                };
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
}
