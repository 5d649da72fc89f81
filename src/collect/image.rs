//! Runs the tools of the image that we are in: their versions, and a static build of a tiny program.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::CollectError;
use super::file::{Stamp, observation};
use crate::model::evidence::Kind;

/// What to run.
#[derive(Debug)]
pub struct ImageTask {
    /// The image that we are in.
    pub image: String,
    /// Its digest, if it is known.
    pub digest: Option<String>,
    /// Commands in words, without a shell: `mise --version`.
    pub commands: Vec<String>,
    /// Whether a Go program is built too.
    pub build: bool,
    /// The folder to run in; an empty one if left out.
    pub workdir: Option<PathBuf>,
    /// The checked repository, if we are in one: nothing in it is run.
    pub project: Option<PathBuf>,
    /// How long one command may take.
    pub timeout: Duration,
}

/// A program that would use the C library, if it were linked against one: it looks up a name.
const PROGRAM: &str = "package main\n\nimport (\n\t\"fmt\"\n\t\"net\"\n)\n\nfunc main() {\n\t_, err := net.LookupHost(\"localhost\")\n\tfmt.Println(\"ran\", err == nil || err != nil)\n}\n";

/// Characters of an output that are kept.
const KEPT: usize = 400;

/// Parts of the names of variables that programs have no need of here.
const SECRET: [&str; 9] =
    ["TOKEN", "PASSWORD", "PASSWD", "SECRET", "CREDENTIAL", "PRIVATE", "AUTH", "_KEY", "JWT"];

/// Runs the tools, and gives what they said.
///
/// # Errors
/// Fails if there is no folder to run in. A tool that does not run is an observation, no error.
pub fn collect_image(task: &ImageTask) -> Result<Vec<Value>, CollectError> {
    let scratch = Scratch::new()?;
    let project = task.project.as_ref();
    let project = project.map(|it| fs::canonicalize(it).unwrap_or_else(|_| it.clone()));
    let workdir = match &task.workdir {
        Some(folder) => fs::canonicalize(folder).map_err(|_| {
            CollectError::usage(
                format!("`{}` is no folder", folder.display()),
                "name one of the image",
            )
        })?,
        None => scratch.0.join("empty"),
    };
    if project.as_ref().is_some_and(|project| workdir.starts_with(project)) {
        return Err(CollectError::usage(
            "the folder to run in lies in the repository, and nothing of that is run",
            "name a folder of the image, such as `/opt/ci`",
        ));
    }
    let runner = Runner { workdir, project, timeout: task.timeout };
    let mut results = Vec::new();
    for command in &task.commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some((program, arguments)) = words.split_first() else { continue };
        results.push(result(command, runner.run(program, arguments, &[])));
    }
    if task.build {
        results.push(result("static build", build(&runner, &scratch.0)));
    }
    let stamp = Stamp {
        source: "pipespec collect image".to_owned(),
        image: Some(task.image.clone()),
        digest: task.digest.clone(),
    };
    Ok(vec![observation(Kind::Structure, &stamp, json!({"Results": results}))])
}

fn result(name: &str, outcome: Result<String, String>) -> Value {
    let short = |text: &str| text.trim().chars().take(KEPT).collect::<String>();
    match outcome {
        Ok(output) => json!({"Name": name, "Pass": true, "Stdout": short(&output)}),
        Err(why) => json!({"Name": name, "Pass": false, "Stderr": short(&why)}),
    }
}

/// Builds the program, looks whether it wants a loader, and runs it.
fn build(runner: &Runner, scratch: &Path) -> Result<String, String> {
    let source = scratch.join("main.go");
    let binary = scratch.join("static-build");
    fs::write(&source, PROGRAM).map_err(|error| error.to_string())?;
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let cache = path(&scratch.join("go-cache"));
    let env = [
        ("GOCACHE", cache.as_str()),
        ("GOTOOLCHAIN", "local"),
        ("GOFLAGS", ""),
        ("GOWORK", "off"),
        ("GOPROXY", "off"),
    ];
    runner.run("go", &["build", "-o", &path(&binary), &path(&source)], &env)?;
    let bytes = fs::read(&binary).map_err(|error| error.to_string())?;
    if wants_loader(&bytes).ok_or("what was built is no ELF binary of 64 bits")? {
        return Err("the binary is dynamically linked; it wants a loader".to_owned());
    }
    let output = runner.run_at(&binary, &[], &[])?;
    Ok(format!("statically linked, {} bytes; {}", bytes.len(), output.trim()))
}

/// Whether an ELF binary names a loader in its program headers; nothing if it is no such binary.
fn wants_loader(bytes: &[u8]) -> Option<bool> {
    const INTERP: u32 = 3;
    let number = |at: usize, len: usize| -> Option<u64> {
        let part = bytes.get(at..at.checked_add(len)?)?;
        let little = bytes.get(5) == Some(&1);
        let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if little { part.iter().rev().fold(0, fold) } else { part.iter().fold(0, fold) })
    };
    if bytes.get(..5)? != b"\x7fELF\x02" {
        return None;
    }
    let start = usize::try_from(number(32, 8)?).ok()?;
    let (size, count) = (number(54, 2)? as usize, number(56, 2)? as usize);
    for index in 0..count {
        if number(start.checked_add(index.checked_mul(size)?)?, 4)? as u32 == INTERP {
            return Some(true);
        }
    }
    Some(false)
}

struct Runner {
    workdir: PathBuf,
    project: Option<PathBuf>,
    timeout: Duration,
}

impl Runner {
    /// Whether a path lies in the repository.
    fn is_foreign(&self, path: &Path) -> bool {
        self.project.as_ref().is_some_and(|project| path.starts_with(project))
    }

    /// Runs a program of the image: one on `PATH` that does not lie in the repository.
    fn run(
        &self,
        program: &str,
        arguments: &[&str],
        env: &[(&str, &str)],
    ) -> Result<String, String> {
        if program.contains('/') && !Path::new(program).is_absolute() {
            return Err(format!("`{program}` is named by a relative path"));
        }
        let found = self.path().into_iter().map(|folder| folder.join(program)).find(|file| {
            let real = fs::canonicalize(file).ok();
            real.is_some_and(|real| real.is_file() && !self.is_foreign(&real))
        });
        let file = found.ok_or_else(|| format!("`{program}` is not found"))?;
        self.run_at(&file, arguments, env)
    }

    /// The folders of `PATH` without those of the repository.
    fn path(&self) -> Vec<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let outside = |folder: &PathBuf| {
            let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
            folder.is_absolute() && !self.is_foreign(&real)
        };
        std::env::split_paths(&path).filter(outside).collect()
    }

    fn run_at(
        &self,
        file: &Path,
        arguments: &[&str],
        env: &[(&str, &str)],
    ) -> Result<String, String> {
        let kept = std::env::vars_os().filter(|(name, value)| {
            let name = name.to_string_lossy().to_uppercase();
            // `CI_REPOSITORY_URL` has the token of the job in it.
            let value = value.to_string_lossy();
            let address = value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
            !address && !SECRET.iter().any(|part| name.contains(part))
        });
        let mut child = Command::new(file)
            .args(arguments)
            .current_dir(&self.workdir)
            .env_clear()
            .envs(kept)
            .env("PATH", std::env::join_paths(self.path()).unwrap_or_default())
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("does not start: {error}"))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let read = |stream: Option<Box<dyn std::io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(mut stream) = stream {
                    let _ = stream.by_ref().take(64 << 10).read_to_end(&mut bytes);
                    // What comes after is thrown away, so that the program does not wait for a reader.
                    let _ = std::io::copy(&mut stream, &mut std::io::sink());
                }
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let out = read(out.map(|it| Box::new(it) as Box<dyn std::io::Read + Send>));
        let err = read(err.map(|it| Box::new(it) as Box<dyn std::io::Read + Send>));
        let start = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if start.elapsed() > self.timeout => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!("does not end within {} s", self.timeout.as_secs()));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(error.to_string()),
            }
        };
        let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
        let said = if out.trim().is_empty() { err } else { out };
        if status.success() {
            Ok(said)
        } else {
            Err(format!("ends with {status}: {}", said.trim()))
        }
    }
}

/// A folder of our own that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, CollectError> {
        let folder = std::env::temp_dir().join(format!("pipespec-image-{}", std::process::id()));
        // Must not be there yet: nobody else has put anything into it.
        fs::create_dir(&folder).and_then(|()| fs::create_dir(folder.join("empty"))).map_err(
            |error| {
                CollectError::usage(
                    format!("no folder to run in: {error}"),
                    "set `TMPDIR` to one that can be written",
                )
            },
        )?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaders_are_seen_in_elf_binaries() {
        let mut bytes = vec![0_u8; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes[64] = 1;
        assert_eq!(wants_loader(&bytes), Some(false));
        bytes[64] = 3;
        assert_eq!(wants_loader(&bytes), Some(true));
        bytes[64] = 1;
        bytes.truncate(70);
        bytes[56] = 2;
        assert_eq!(wants_loader(&bytes), None);
        assert_eq!(wants_loader(b"#!/bin/sh"), None);
    }
}
