use super::entry::{IncludeEntry, Target};
use super::expand::Expander;
use super::found::{Named, is_plain};
use super::locate::Base;
use crate::model::Origin;
use crate::model::gitlab::presence::Cause;
use crate::model::gitlab::{Missing, Problem, Undecided};
use crate::text::did_you_mean;

/// What is not there, or not for certain.
impl<'p> Expander<'_, 'p> {
    pub(super) fn miss(&mut self, named: Named, sought: Option<String>, at: &Origin) {
        let Named { kind, name, key } = named;
        if self.missed.insert((kind, name.clone())) {
            self.missing.push(Missing { kind, name, at: at.clone(), key, sought });
        }
    }

    /// An entry whose rules cannot be decided.
    pub(super) fn undecided(&mut self, entry: &IncludeEntry<'_, 'p>, open: Vec<Cause>) {
        let at = &entry.value.origin;
        if self.undecided.iter().any(|it| it.at.at == at.at) {
            return;
        }
        self.undecided.push(Undecided { at: at.clone(), name: entry.target.name(), open });
    }

    /// A file that should be there and is not.
    pub(super) fn unread(
        &mut self,
        entry: &IncludeEntry<'_, 'p>,
        base: &Base,
        (path, named): (String, Named),
        certain: bool,
    ) {
        let is_local = matches!(entry.target, Target::Local(_)) && *base == Base::Repository;
        if is_local && !self.files.is_whole() {
            return self.miss(named, None, &entry.value.origin);
        }
        if is_local && certain {
            let message = format!("Local file `{path}` does not exist!");
            let mut problem = Problem::new("missing-include-file", &entry.value.origin, message);
            let near = self.files.paths().iter().map(String::as_str);
            let plain = plain(&path);
            if !is_plain(&path) {
                problem = problem.help(format!(
                    "a path counts from the root of the repository, as git writes it: {}",
                    if self.files.exists(&plain) {
                        format!("write `{plain}`")
                    } else {
                        "without `.`, `..` and empty parts".to_owned()
                    }
                ));
            } else if let Some(near) = crate::model::gitlab::nearest(&path, near) {
                problem = problem.help(did_you_mean(near));
            }
            self.problems.push(problem);
        }
        self.miss(named, Some(path), &entry.value.origin);
    }
}

/// The path without the parts that say nothing.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    parts.join("/")
}
