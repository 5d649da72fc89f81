//! `pipespec init`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, print};
use crate::engine::{self, CONFIG_NAMES, Error, FirstConfig, HADOLINT_CONFIGS};
use crate::rules::catalog;

#[derive(Args)]
pub(super) struct InitArgs {
    /// The folder of the repository.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Replace a configuration that is there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &InitArgs) -> Result<Exit, Error> {
    let folder = &args.path;
    if !folder.is_dir() {
        let reason = "is no folder".to_owned();
        return Err(Error::Path { path: folder.clone(), reason });
    }
    let there = CONFIG_NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists() || path.is_symlink());
    if let Some(path) = there.as_ref().filter(|_| !args.force) {
        return Err(Error::Usage {
            message: format!("`{}` is there already", path.display()),
            help: Some("`--force` replaces it".to_owned()),
        });
    }
    let target = there.unwrap_or_else(|| folder.join(CONFIG_NAMES[0]));
    let hadolint = HADOLINT_CONFIGS.iter().map(|name| (name, folder.join(name)));
    let hadolint = hadolint.into_iter().find(|(_, path)| path.is_file());
    let first = match &hadolint {
        Some((name, path)) => {
            let bytes = engine::read_file(path)?;
            FirstConfig::from_hadolint(name, &String::from_utf8_lossy(&bytes), &catalog())?
        }
        None => FirstConfig::empty(),
    };
    engine::write_file(&target, &first.text)?;
    let shown = target.strip_prefix(".").unwrap_or(&target);
    let mut told = format!("wrote {}\n", shown.display());
    if let Some((name, _)) = hadolint {
        let kept = if first.kept.is_empty() { "nothing".to_owned() } else { first.kept.join(", ") };
        let _ = writeln!(told, "kept from {name}: {kept}");
    }
    for left in &first.left {
        let _ = writeln!(told, "note: {left}");
    }
    told.push_str("`pipespec check` judges the repository\n");
    print(&told)?;
    Ok(Exit::Clean)
}
