use super::entry::{IncludeEntry, Target};
use super::expand::Expander;
use super::integrity::{Integrity, integrity};
use super::locate::{Base, Mapping, wildcard};
use crate::model::gitlab::condition::Known;
use crate::model::gitlab::expand::{expand as expand_variables, variables};
use crate::model::gitlab::inputs::Component;
use crate::model::gitlab::{MissingKind, Value, Vendored};

/// A file that an entry names, or why there is none.
pub(super) enum Found {
    File {
        base: Base,
        path: String,
        component: Component,
        named: Named,
    },
    /// Nothing can lie at this path.
    Nothing {
        path: String,
        named: Named,
    },
    Missing(Named),
}

/// How something that an entry includes is called.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) kind: MissingKind,
    pub(super) name: String,
    /// The name under which the configuration of pipespec may say where it lies.
    pub(super) key: Option<(String, Vendored)>,
}

impl Named {
    fn found(self, found: Option<(Base, String)>, component: Component) -> Found {
        match found {
            Some((base, path)) => Found::File { base, path, component, named: self },
            None => Found::Missing(self),
        }
    }

    /// A file for which there is no name of its own.
    fn path(kind: MissingKind, path: &str) -> Self {
        Self { kind, name: path.to_owned(), key: None }
    }

    fn file(kind: MissingKind, name: String, key: String) -> Self {
        Self { kind, name, key: Some((key, Vendored::File)) }
    }
}

/// The project of a component without its host, and its ref: what a checkout can be named by.
fn key_of_component(project: &str, reference: &str) -> (String, Vendored) {
    let key = project.split_once('/').map_or(project, |(_, path)| path);
    let key = if reference.is_empty() { key.to_owned() } else { format!("{key}@{reference}") };
    (key, Vendored::Folder)
}

/// Whether there can be a project of this path: in a group, and named by letters, digits, `_`, `-` and `.`.
fn is_project(path: &str) -> bool {
    let letter = |ch: char| ch.is_alphanumeric() || "_-./".contains(ch);
    path.contains('$')
        || path.trim_start_matches('/').contains('/')
            && !path.ends_with('/')
            && path.chars().all(letter)
}

/// Whether a path can be that of a file: the server compares it with those that git has, so that nothing lies
/// at `./a.yml` (Gitaly's `FindByRevisionAndPath`). It takes slashes away in front alone.
pub(in crate::model::gitlab) fn is_plain(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    // Of an empty one another fault is told.
    path.is_empty() || path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

impl<'p> Expander<'_, 'p> {
    /// The files that an entry names, which stands in the file `own`.
    pub(super) fn locate(
        &mut self,
        entry: &IncludeEntry<'_, 'p>,
        base: &Base,
        own: &str,
    ) -> Vec<Found> {
        let settings = self.settings;
        let known = |name: &str| match settings.known(name) {
            Known::Set(value) => Some(value),
            _ => None,
        };
        let expanded = |value: &Value<'_>| expand_variables(value.as_str().unwrap_or(""), known);
        let mapping = Mapping { settings, files: self.files };
        // Of other files nobody looks at it.
        if let Some(value) = entry.integrity.filter(|it| !it.is_unknown())
            && matches!(entry.target, Target::Remote(_))
            && integrity(value.as_str().unwrap_or(""), None) == Integrity::Malformed
        {
            let message = "include:include config integrity hash must start with 'sha256-' and be base64 encoded (of 32 bytes)";
            self.refuse("invalid-integrity", &value.origin, message);
        }
        if !self.has_extension(entry, &expanded) {
            return Vec::new();
        }
        match entry.target {
            Target::Local(value) => self.locate_local(&expanded(value), base, own),
            Target::Remote(value) => {
                let url = expanded(value);
                let found = mapping.remote(&url);
                let named = Named::file(MissingKind::Remote, url.clone(), url);
                vec![named.found(found, Component::default())]
            }
            Target::Template(value) => {
                let name = expanded(value);
                if !name.ends_with(".gitlab-ci.yml") && variables(&name).next().is_none() {
                    let message = format!(
                        "Template file `{name}` is not a valid location!: the name of a template ends in .gitlab-ci.yml"
                    );
                    self.refuse("invalid-include", &value.origin, message);
                    return Vec::new();
                }
                let found = mapping.template(&name);
                let key = format!("template:{name}");
                let named = Named::file(MissingKind::Template, name, key);
                vec![named.found(found, Component::default())]
            }
            Target::Component(value) => {
                let address = expanded(value);
                if !address.contains(['@', '$']) {
                    let message = format!(
                        "Component `{address}` has no version: it is written `host/project/name@version`"
                    );
                    self.refuse("invalid-include", &value.origin, message);
                    return Vec::new();
                }
                let (name, reference) = address.split_once('@').unwrap_or((&address, ""));
                // A project lies in a group.
                let known = !address.contains(['$', '%']);
                let names_one = !reference.is_empty() && name.split('/').count() >= 4;
                if known && !names_one && mapping.component(&address).is_none() {
                    let message = format!(
                        "component '{address}' - content not found: it is written `host/group/project/component@version`"
                    );
                    self.refuse("invalid-include", &value.origin, message);
                    return Vec::new();
                }
                let (project, name) = name.rsplit_once('/').unwrap_or(("", name));
                let component = Component {
                    name: Some(name.to_owned()),
                    reference: Some(reference.to_owned()),
                    ..Component::default()
                };
                let own = project.ends_with("/$CI_PROJECT_PATH")
                    || project.ends_with("/${CI_PROJECT_PATH}");
                let place = if own {
                    let paths =
                        [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")];
                    let path = paths.into_iter().find(|path| self.files.exists(path));
                    path.map(|path| (Base::Repository, path))
                } else {
                    mapping.component(&address)
                };
                let key = (!own).then(|| key_of_component(project, reference));
                let named = Named { kind: MissingKind::Component, name: address.clone(), key };
                vec![named.found(place, component)]
            }
            Target::Project { project, file, reference } => {
                let (written, project) = (project, expanded(project));
                if mapping.project(&project, None, "").is_none() && !is_project(&project) {
                    let message = format!(
                        "Project `{project}` not found or access denied!: the path of a project is `group/project`"
                    );
                    self.refuse("invalid-include", &written.origin, message);
                    return Vec::new();
                }
                let reference = reference.map(expanded);
                let files = file.one_or_more().iter().filter(|it| it.as_str().is_some());
                let one = |file: &Value<'_>| {
                    let file = expanded(file);
                    let place = mapping.project(&project, reference.as_deref(), &file);
                    let key = match &reference {
                        Some(reference) => format!("{project}@{reference}"),
                        None => project.clone(),
                    };
                    let name = format!("{project}: {}", file.trim_start_matches('/'));
                    let key = Some((key, Vendored::Folder));
                    let named = Named { kind: MissingKind::Project, name, key };
                    named.found(place, Component::default())
                };
                files.map(one).collect()
            }
        }
    }

    /// Whether the names of files that cannot be read end as they must; what is read is looked at then.
    fn has_extension(
        &mut self,
        entry: &IncludeEntry<'_, 'p>,
        expanded: &dyn Fn(&Value<'_>) -> String,
    ) -> bool {
        let (names, is_remote) = match entry.target {
            Target::Remote(url) => (std::slice::from_ref(url), true),
            Target::Project { file, .. } => (file.one_or_more(), false),
            _ => return true,
        };
        let mut fits = true;
        for value in names {
            let name = expanded(value);
            if variables(&name).next().is_some() || value.is_unknown() {
                continue;
            }
            let lower = name.to_ascii_lowercase();
            let address = lower.starts_with("http://") || lower.starts_with("https://");
            let message = if !lower.ends_with(".yml") && !lower.ends_with(".yaml") {
                format!(
                    "Included file `{name}` does not have YAML extension!: its name must end in .yml or .yaml"
                )
            } else if is_remote && !address {
                format!(
                    "Remote file `{name}` does not have a valid address!: it begins with https:// or http://"
                )
            } else {
                continue;
            };
            fits = false;
            self.refuse("invalid-include", &value.origin, message);
        }
        fits
    }

    fn locate_local(&self, path: &str, base: &Base, own: &str) -> Vec<Found> {
        if variables(path).next().is_some() {
            return vec![Found::Missing(Named::path(MissingKind::Variable, path))];
        }
        let named = Named::path(MissingKind::Local, path.trim_start_matches('/'));
        let Some(full) = base.path(path) else { return vec![Found::Missing(named)] };
        let file =
            |path: String| named.clone().found(Some((base.clone(), path)), Component::default());
        if !full.contains('*') {
            return match is_plain(path) {
                true => vec![file(full)],
                false => vec![Found::Nothing { path: named.name.clone(), named }],
            };
        }
        // The file that the pattern stands in is not meant.
        let fitting =
            self.files.paths().iter().filter(|path| wildcard(&full, path) && own != path.as_str());
        fitting.map(|path| file(path.clone())).collect()
    }
}
