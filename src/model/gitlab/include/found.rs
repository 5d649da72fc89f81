use super::entry::{IncludeEntry, Target};
use super::expand::Expander;
use super::integrity::{Integrity, integrity};
use super::locate::{Base, Mapping, wildcard};
use crate::model::gitlab::expand::{expand as expand_variables, variables};
use crate::model::gitlab::inputs::Component;
use crate::model::gitlab::{MissingKind, Value};

/// A file that an entry names, or why there is none.
pub(super) enum Found {
    File { base: Base, path: String, component: Component },
    Missing(MissingKind, String),
}

impl<'p> Expander<'_, 'p> {
    /// The files that an entry names.
    pub(super) fn locate(&mut self, entry: &IncludeEntry<'_, 'p>, base: &Base) -> Vec<Found> {
        let settings = self.settings;
        let known = |name: &str| settings.variable(name).map(str::to_owned);
        let expanded = |value: &Value<'_>| expand_variables(value.as_str().unwrap_or(""), known);
        let mapping = Mapping { settings, files: self.files };
        let found = |found: Option<(Base, String)>, kind, name: String| match found {
            Some((base, path)) => Found::File { base, path, component: Component::default() },
            None => Found::Missing(kind, name),
        };
        if let Some(value) = entry.integrity.filter(|it| !it.is_unknown())
            && integrity(value.as_str().unwrap_or(""), None) == Integrity::Malformed
        {
            let message =
                "include:integrity must be `sha256-` and the base64 of the digest (32 bytes)";
            self.refuse("invalid-integrity", &value.origin, message);
        }
        match entry.target {
            Target::Local(value) => self.locate_local(&expanded(value), base),
            Target::Remote(value) => {
                let url = expanded(value);
                vec![found(mapping.remote(&url), MissingKind::Remote, url)]
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
                vec![found(mapping.template(&name), MissingKind::Template, name)]
            }
            Target::Component(value) => {
                let address = expanded(value);
                let (name, reference) = address.split_once('@').unwrap_or((&address, ""));
                let (project, name) = name.rsplit_once('/').unwrap_or(("", name));
                let component = Component {
                    name: Some(name.to_owned()),
                    reference: Some(reference.to_owned()),
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
                match place {
                    Some((base, path)) => vec![Found::File { base, path, component }],
                    None => vec![Found::Missing(MissingKind::Component, address.clone())],
                }
            }
            Target::Project { project, file, reference } => {
                let project = expanded(project);
                let reference = reference.map(expanded);
                let files = file.one_or_more().iter().filter(|it| it.as_str().is_some());
                let one = |file: &Value<'_>| {
                    let file = expanded(file);
                    let place = mapping.project(&project, reference.as_deref(), &file);
                    found(place, MissingKind::Project, format!("{project}: {file}"))
                };
                files.map(one).collect()
            }
        }
    }

    fn locate_local(&self, path: &str, base: &Base) -> Vec<Found> {
        if variables(path).next().is_some() {
            return vec![Found::Missing(MissingKind::Variable, path.to_owned())];
        }
        let Some(full) = base.path(path) else {
            return vec![Found::Missing(MissingKind::Local, path.to_owned())];
        };
        let file = |path: String| Found::File {
            base: base.clone(),
            path,
            component: Component::default(),
        };
        if !full.contains('*') {
            return vec![file(full)];
        }
        let fitting = self.files.paths().iter().filter(|path| wildcard(&full, path));
        fitting.map(|path| file(path.clone())).collect()
    }
}
