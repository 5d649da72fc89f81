//! Tools are run in the image, and nothing of the repository is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::{folder, json, of_kind};

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn tools_run_without_secrets_and_not_from_the_repository() {
    let all = folder("image");
    let (repository, image) = (all.join("repo"), all.join("image"));
    fs::create_dir_all(repository.join(".git")).unwrap();
    script(&repository.join("bin/mise"), "echo from-the-repository");
    script(&image.join("mise"), "echo 2025.12.1; pwd; env; cat .mise/config.toml");
    script(&image.join("broken"), "echo no such library >&2; exit 127");
    script(&image.join("slow-talker"), "head -c 300000 /dev/zero | tr '\\0' x");
    let path =
        format!("{}:bin:{}:/usr/bin:/bin", repository.join("bin").display(), image.display());
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(["collect", "image", "--image", "r.example.com/ci:1", "--no-build"])
        .args([
            "--run",
            "mise --version",
            "--run",
            "broken",
            "--run",
            "slow-talker",
            "--run",
            "missing --version",
            "--run",
            "bin/mise",
        ])
        .current_dir(&repository)
        .env_clear()
        .env("PATH", path)
        .env("CI_JOB_TOKEN", "glcbt-very-secret")
        .env("CI_REPOSITORY_URL", "https://gitlab-ci-token:glcbt-very-secret@gitlab.example.com/a")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("from-the-repository") && !text.contains("glcbt"), "{text}");
    let file = json(&text);
    let results = of_kind(&file, "structure")["data"]["Results"].as_array().unwrap().clone();
    let passed: Vec<bool> = results.iter().map(|it| it["Pass"].as_bool().unwrap()).collect();
    assert_eq!(passed, [false, false, true, false, false], "{results:#?}");
    assert_eq!(results[2]["Stdout"].as_str().unwrap().len(), 400);
    // `cat` found no configuration, since the folder is an empty one.
    assert!(results[0]["Stderr"].as_str().unwrap().contains("2025.12.1"), "{results:#?}");
    assert!(!results[0]["Stderr"].as_str().unwrap().contains(&*repository.to_string_lossy()));
}

#[test]
fn a_build_that_wants_a_loader_is_not_static() {
    if !Path::new("/bin/true").exists() || !cfg!(target_os = "linux") {
        println!("skipped: there is no `/bin/true` of Linux");
        return;
    }
    let image = folder("fake-go");
    // What `go build -o BINARY SOURCE` leaves behind is a program of the system, which is linked dynamically.
    script(
        &image.join("go"),
        "[ \"$1\" = version ] && { echo go version go1.25.5 linux/amd64; exit; }\n[ -s \"$4\" ] && cp /bin/true \"$3\"",
    );
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(["collect", "image", "--image", "r.example.com/ci:1", "--run", "go version"])
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", image.display()))
        .output()
        .unwrap();
    let file = json(&String::from_utf8(output.stdout).unwrap());
    let results = of_kind(&file, "structure")["data"]["Results"].as_array().unwrap().clone();
    assert_eq!(results[0]["Stdout"], "go version go1.25.5 linux/amd64");
    assert!(results[1]["Name"] == "static build" && results[1]["Pass"] == false, "{results:#?}");
    assert!(results[1]["Stderr"].as_str().unwrap().contains("wants a loader"), "{results:#?}");
}
