//! Where OpenSpec keeps what.

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
