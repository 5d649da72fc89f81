//! Where OpenSpec keeps what.

use crate::model::Files;
use crate::syntax::yaml;

/// The change that a path below `openspec/changes/` belongs to, and whether it is archived.
pub fn change_of(path: &str) -> Option<(&str, bool)> {
    let rest = path.strip_prefix("openspec/changes/")?;
    match rest.strip_prefix("archive/") {
        Some(rest) => Some((rest.split_once('/')?.0, true)),
        None => Some((rest.split_once('/')?.0, false)),
    }
}

/// The capability of a delta in a change, or of a main spec; folders may be nested.
pub fn capability_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/spec.md")?;
    let capability = match folder.strip_prefix("openspec/specs/") {
        Some(capability) => capability,
        None => {
            let rest = folder.strip_prefix("openspec/changes/")?;
            let rest = rest.strip_prefix("archive/").unwrap_or(rest);
            rest.split_once('/')?.1.strip_prefix("specs/")?
        }
    };
    // Folders whose names start with a dot are skipped.
    (!capability.split('/').any(|part| part.starts_with('.'))).then_some(capability)
}

/// The name of the task list that the schema of the project tracks, if the project has a schema of its own that
/// names one.
pub(super) fn tracked_file(files: &dyn Files) -> Option<String> {
    let config = yaml::parse(files.read("openspec/config.yaml")?.text());
    let schema = text_at(&config, &["schema"])?;
    if schema.contains(['/', '\\']) || schema.starts_with('.') {
        return None;
    }
    let source = files.read(&format!("openspec/schemas/{schema}/schema.yaml"))?;
    text_at(&yaml::parse(source.text()), &["apply", "tracks"])
        .filter(|name| !name.contains(['*', '\\']))
}

/// The text at a path of keys in the first document.
fn text_at(tree: &yaml::Tree<'_>, path: &[&str]) -> Option<String> {
    let mut node = tree.documents.first()?.root?;
    for key in path {
        node = tree.follow(tree.get(node, key)?);
    }
    Some(tree.scalar(node)?.value.to_string())
}
