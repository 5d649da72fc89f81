use crate::model::Files;
use crate::model::gitlab::Settings;

/// Where the files of a `local` include are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::model::gitlab) enum Base {
    /// This repository.
    Repository,
    /// A project that lies in this folder of the repository.
    Vendored(String),
    /// Nowhere: a template, or a file by its URL.
    Nowhere,
}

impl Base {
    /// The path below the project root of a file that a `local` include names.
    pub(super) fn path(&self, local: &str) -> Option<String> {
        let local = local.trim_start_matches('/');
        match self {
            Self::Repository => Some(local.to_owned()),
            Self::Vendored(folder) => Some(join(folder, local)),
            Self::Nowhere => None,
        }
    }
}

/// `folder/file`, each without surplus slashes.
pub(super) fn join(folder: &str, file: &str) -> String {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let file = file.trim_start_matches('/');
    if folder.is_empty() || folder == "." { file.to_owned() } else { format!("{folder}/{file}") }
}

/// Where the configuration says that things outside the repository lie.
pub(in crate::model::gitlab) struct Mapping<'a> {
    pub(in crate::model::gitlab) settings: &'a Settings,
    pub(in crate::model::gitlab) files: &'a dyn Files,
}

impl Mapping<'_> {
    fn mapped(&self, name: &str) -> Option<&str> {
        let pair = self.settings.includes.iter().find(|(key, _)| key == name);
        pair.map(|(_, path)| path.trim_start_matches("./"))
    }

    /// The longest key that `name` starts with, at a `/`, and what is left behind it.
    fn beginning<'n>(&self, name: &'n str) -> Option<(&str, &'n str)> {
        let fits = self.settings.includes.iter().filter_map(|(key, path)| {
            let key = key.trim_end_matches('/');
            let rest = name.strip_prefix(key)?.strip_prefix('/')?;
            Some((key.len(), path.as_str(), rest))
        });
        fits.max_by_key(|(length, ..)| *length).map(|(_, path, rest)| (path, rest))
    }

    /// The folder of a project, and the path of its file.
    pub(in crate::model::gitlab) fn project(
        &self,
        project: &str,
        reference: Option<&str>,
        file: &str,
    ) -> Option<(Base, String)> {
        // One file of the project alone.
        let file = file.trim_start_matches('/');
        let of_ref = reference.and_then(|it| self.mapped(&format!("{project}@{it}:{file}")));
        if let Some(path) = of_ref.or_else(|| self.mapped(&format!("{project}:{file}"))) {
            return Some((Base::Nowhere, path.to_owned()));
        }
        let with_ref = reference.and_then(|it| self.mapped(&format!("{project}@{it}")));
        let folder = with_ref.or_else(|| self.mapped(project));
        let (folder, rest) = match folder {
            Some(folder) => (folder, String::new()),
            None => {
                let (folder, rest) = self.beginning(project)?;
                (folder, rest.to_owned())
            }
        };
        let folder = join(folder, &rest);
        let path = join(&folder, file);
        Some((Base::Vendored(folder.trim_end_matches('/').to_owned()), path))
    }

    /// The path of a file by its URL.
    pub(super) fn remote(&self, url: &str) -> Option<(Base, String)> {
        let path = match self.mapped(url) {
            Some(path) => path.to_owned(),
            None => {
                let (folder, rest) = self.beginning(url)?;
                join(folder, rest)
            }
        };
        Some((Base::Nowhere, path))
    }

    /// The path of a template of the server.
    pub(super) fn template(&self, name: &str) -> Option<(Base, String)> {
        let exact = self.mapped(&format!("template:{name}")).map(str::to_owned);
        let folder = || Some(join(self.mapped("template:").or(self.mapped("templates"))?, name));
        Some((Base::Nowhere, exact.or_else(folder)?))
    }

    /// The path of the file of a component, `host/path/name@ref`.
    pub(super) fn component(&self, address: &str) -> Option<(Base, String)> {
        if let Some(path) = self.mapped(address) {
            return Some((self.folder_of_component(path), path.to_owned()));
        }
        let (name, reference) = address.split_once('@').unwrap_or((address, ""));
        if let Some(path) = self.mapped(name) {
            return Some((self.folder_of_component(path), path.to_owned()));
        }
        let (project, component) = name.rsplit_once('/')?;
        // The same without the host.
        let (_, path) = project.split_once('/').unwrap_or(("", project));
        let keys = [format!("{project}@{reference}"), format!("{path}@{reference}")];
        let plain = [project, path];
        let keys = keys.iter().map(String::as_str).chain(plain);
        let folder = keys.filter(|key| !key.is_empty()).find_map(|key| self.mapped(key))?;
        let forms = ["templates/{}.yml", "templates/{}/template.yml"];
        let paths = forms.map(|form| join(folder, &form.replace("{}", component)));
        let path = paths.iter().find(|path| self.files.exists(path)).unwrap_or(&paths[0]).clone();
        Some((Base::Vendored(folder.to_owned()), path))
    }

    fn folder_of_component(&self, path: &str) -> Base {
        match path.find("templates/") {
            Some(at) => Base::Vendored(path[..at].trim_end_matches('/').to_owned()),
            None => Base::Nowhere,
        }
    }
}

/// Whether `path` fits a pattern with `*` (anything but `/`) and `**` (anything).
pub(super) fn wildcard(pattern: &str, path: &str) -> bool {
    // Where to go on when the rest does not fit: for the last `*` and for the last `**`.
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    let (mut p, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        if pattern[p.min(pattern.len())..].starts_with(b"**") {
            p += 2;
            (double, star) = (Some((p, at)), None);
        } else if pattern.get(p) == Some(&b'*') {
            p += 1;
            star = Some((p, at));
        } else if at == path.len() && p == pattern.len() {
            return true;
        } else if p < pattern.len() && pattern.get(p) == path.get(at) {
            (p, at) = (p + 1, at + 1);
        } else if let Some((after, from)) =
            star.filter(|(_, from)| path.get(*from).is_some_and(|it| *it != b'/'))
        {
            star = Some((after, from + 1));
            (p, at) = (after, from + 1);
        } else if let Some((after, from)) = double.filter(|(_, from)| *from < path.len()) {
            double = Some((after, from + 1));
            star = None;
            (p, at) = (after, from + 1);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;

    #[test]
    fn one_star_stops_at_a_slash_and_two_do_not() {
        for (pattern, path, fits) in [
            ("ci/*.yml", "ci/a.yml", true),
            ("ci/*.yml", "ci/x/a.yml", false),
            ("ci/**.yml", "ci/x/a.yml", true),
            ("ci/**/*.yml", "ci/x/y/a.yml", true),
            ("ci/**/*.yml", "ci/a.yml", false),
            ("**/b*c/*.yml", "x/b/bxc/q.yml", true),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(wildcard(pattern, path), fits, "{pattern} {path}");
        }
    }

    #[test]
    fn what_lies_outside_is_found_by_the_mapping() {
        let pair = |key: &str, path: &str| (key.to_owned(), path.to_owned());
        let settings = Settings {
            includes: vec![
                pair("g/p", "vendor/p"),
                pair("g/p@v1", "vendor/p-1"),
                pair("https://x.example", "vendor/web"),
                pair("g/p:one.yml", "vendor/one.yml"),
                pair("template:", "vendor/templates"),
                pair("gitlab.com/c/kit", "vendor/kit"),
            ],
            ..Settings::default()
        };
        let files = MemoryFiles::new([("vendor/kit/templates/go/template.yml", "")]);
        let mapping = Mapping { settings: &settings, files: &files };
        let path = |found: Option<(Base, String)>| found.map(|(_, path)| path);
        assert_eq!(path(mapping.project("g/p", None, "/a.yml")).as_deref(), Some("vendor/p/a.yml"));
        let old = mapping.project("g/p", Some("v1"), "a.yml");
        assert_eq!(path(old).as_deref(), Some("vendor/p-1/a.yml"));
        assert_eq!(path(mapping.project("g/q", None, "a.yml")), None);
        let one = mapping.project("g/p", None, "one.yml");
        assert_eq!(path(one).as_deref(), Some("vendor/one.yml"));
        let url = mapping.remote("https://x.example/t/a.yml");
        assert_eq!(path(url).as_deref(), Some("vendor/web/t/a.yml"));
        let template = mapping.template("Go.gitlab-ci.yml");
        assert_eq!(path(template).as_deref(), Some("vendor/templates/Go.gitlab-ci.yml"));
        let component = mapping.component("gitlab.com/c/kit/go@1.0");
        assert_eq!(path(component).as_deref(), Some("vendor/kit/templates/go/template.yml"));
    }
}
