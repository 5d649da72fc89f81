//! Evidence is gathered from servers on loopback: a real registry where Debian's `docker-registry` is installed, and
//! small servers that answer as registries and GitLab do on bad days.

mod gitlab;
#[cfg(unix)]
mod image;
mod real_registry;
mod registry;
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pipespec::model::evidence::{Observation, read_evidence};
use pipespec::text::{Source, SourceId};
use serde_json::Value;

/// Standard output, standard error and exit code of `pipespec collect`, with no variables but these.
fn collect(arguments: &[&str], env: &[(&str, &str)]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .arg("collect")
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().unwrap_or(-1))
}

/// The observations of a file, each of which must be readable.
fn observations(text: &str) -> Vec<Observation> {
    let (observations, errors) = read_evidence(&Source::new(SourceId(0), "evidence.json", text));
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    observations
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The observation of a kind in the JSON of a file.
fn of_kind<'v>(file: &'v Value, kind: &str) -> &'v Value {
    let list = file["observations"].as_array().expect("a list");
    list.iter().find(|it| it["kind"] == kind).unwrap_or_else(|| panic!("no `{kind}`: {file:#}"))
}

/// A folder of a test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pipespec-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|it| it.join(program)).find(|it| Path::is_file(it))
}
