//! Against Debian's `docker-registry`, with images that are put there over its API.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::registry::digest;
use super::server::send;
use super::{collect, folder, in_path, json as parsed, observations, of_kind};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// `ci` and `correct-horse-battery`.
const HTPASSWD: &str = "ci:$2b$04$ooyL74ygbkIcAZGMFq1couuFuVx5lUcigvn8r0FXc6ikYEdWzaGNa\n";
const BASIC: &str = "Basic Y2k6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";

/// A registry that ends with the test.
struct Registry {
    process: Child,
    at: SocketAddr,
    headers: Vec<(&'static str, &'static str)>,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Registry {
    /// Starts one; nothing, with a word, where it is not installed.
    fn start(name: &str, auth: bool) -> Option<Self> {
        let Some(binary) = in_path("docker-registry").or_else(|| in_path("registry")) else {
            println!("skipped: `docker-registry` is not installed");
            return None;
        };
        let folder = folder(name);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at: SocketAddr = ([127, 0, 0, 1], port).into();
        let mut config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"{at}\"}}\n",
            folder.join("data").display()
        );
        if auth {
            std::fs::write(folder.join("htpasswd"), HTPASSWD).unwrap();
            config.push_str(&format!(
                "auth: {{htpasswd: {{realm: tests, path: {}}}}}\n",
                folder.join("htpasswd").display()
            ));
        }
        std::fs::write(folder.join("config.yml"), config).unwrap();
        let process = Command::new(binary)
            .arg("serve")
            .arg(folder.join("config.yml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the registry starts");
        let headers = if auth { vec![("authorization", BASIC)] } else { Vec::new() };
        let registry = Self { process, at, headers };
        let start = Instant::now();
        while TcpStream::connect(at).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "the registry does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }

    fn blob(&self, name: &str, bytes: &[u8]) -> Value {
        let path = format!("/v2/{name}/blobs/uploads/");
        let (status, headers, _) = send(self.at, ("POST", &path), &self.headers, b"");
        assert_eq!(status, 202);
        let place = &headers.iter().find(|(key, _)| key == "location").expect("a place").1;
        let place = place
            .split_once("://")
            .map_or(place.as_str(), |(_, rest)| &rest[rest.find('/').unwrap_or(0)..]);
        let joint = if place.contains('?') { '&' } else { '?' };
        let path = format!("{place}{joint}digest={}", digest(bytes));
        let mut headers = self.headers.clone();
        headers.push(("content-type", "application/octet-stream"));
        assert_eq!(send(self.at, ("PUT", &path), &headers, bytes).0, 201);
        json!({"digest": digest(bytes), "size": bytes.len()})
    }

    fn manifest(&self, name: &str, version: &str, body: &Value) -> Value {
        let bytes = body.to_string().into_bytes();
        let media = body["mediaType"].as_str().unwrap();
        let mut headers = self.headers.clone();
        headers.push(("content-type", media));
        let version = if version.is_empty() { digest(&bytes) } else { version.to_owned() };
        let path = format!("/v2/{name}/manifests/{version}");
        let (status, _, body) = send(self.at, ("PUT", &path), &headers, &bytes);
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
        json!({"mediaType": media, "digest": digest(&bytes), "size": bytes.len()})
    }

    /// Puts an image of layers of these sizes; its descriptor.
    fn image(
        &self,
        name: &str,
        version: &str,
        (media, platform): (&str, &str),
        sizes: &[usize],
    ) -> Value {
        let (os, architecture) = platform.split_once('/').unwrap();
        let config = json!({"os": os, "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []}});
        let with = |mut part: Value, media: &str| {
            part["mediaType"] = json!(media);
            part
        };
        let config = with(
            self.blob(name, config.to_string().as_bytes()),
            "application/vnd.oci.image.config.v1+json",
        );
        let layers = sizes.iter().enumerate().map(|(number, size)| {
            let fill = u8::try_from(number).unwrap() ^ architecture.as_bytes()[0];
            with(self.blob(name, &vec![fill; *size]), "application/vnd.oci.image.layer.v1.tar+gzip")
        });
        let layers: Vec<Value> = layers.collect();
        let body =
            json!({"schemaVersion": 2, "mediaType": media, "config": config, "layers": layers});
        let mut descriptor = self.manifest(name, version, &body);
        descriptor["platform"] = json!({"os": os, "architecture": architecture});
        descriptor
    }

    /// Puts a new image of two platforms with an attestation, an old one, and some tags.
    fn fill(&self) {
        let name = "health/service/ci";
        let amd = self.image(name, "", (OCI, "linux/amd64"), &[200_000, 300_000]);
        let arm = self.image(name, "", (OCI, "linux/arm64"), &[180_000, 290_000]);
        let mut attestation = self.image(name, "", (OCI, "unknown/unknown"), &[900]);
        attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
        let index =
            json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [amd, attestation, arm]});
        for tag in ["alpine3.23-r3", "latest"] {
            self.manifest(name, tag, &index);
        }
        self.image(name, "bookworm-r9", (DOCKER, "linux/amd64"), &[900_000, 1_100_000]);
        for number in 0..120 {
            self.image(name, &format!("old-r{number}"), (DOCKER, "linux/amd64"), &[10]);
        }
    }
}

fn observe(registry: &Registry, env: &[(&str, &str)]) -> String {
    let image = |tag: &str| format!("{}/health/service/ci:{tag}", registry.at);
    let (new, old) = (image("alpine3.23-r3"), image("bookworm-r9"));
    let (out, err, code) = collect(&["registry", &new, "--baseline", &old, "--runs", "10"], env);
    assert_eq!(code, 0, "{err}");
    out
}

fn look_at(out: &str) {
    assert_eq!(observations(out).len(), 4);
    let file = parsed(out);
    let images = of_kind(&file, "manifest")["data"].as_array().unwrap();
    let platforms: Vec<&str> = images
        .iter()
        .map(|it| it["Descriptor"]["platform"]["architecture"].as_str().unwrap())
        .collect();
    assert_eq!(platforms, ["amd64", "arm64"], "the attestation is no image");
    let sizes: Vec<u64> = images[0]["OCIManifest"]["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["size"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, [200_000, 300_000]);
    assert!(of_kind(&file, "baseline")["data"][0]["SchemaV2Manifest"].is_object());
    assert_eq!(of_kind(&file, "tags")["data"]["tags"].as_array().unwrap().len(), 123, "two pages");
    for image in of_kind(&file, "pull-bench")["data"].as_array().unwrap() {
        assert_eq!(image["runs"].as_array().unwrap().len(), 10);
        assert!(image["runs"][0]["seconds"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn a_real_registry_is_observed_and_its_evidence_judged() {
    let Some(registry) = Registry::start("registry", false) else { return };
    registry.fill();
    let out = observe(&registry, &[]);
    look_at(&out);
    let missing = format!("{}/health/service/ci:nothing", registry.at);
    let (_, err, code) = collect(&["registry", &missing], &[]);
    assert!(code == 2 && err.contains("has no image"), "{err}");
    // What was collected decides clauses.
    let file = folder("judged").join("evidence.json");
    std::fs::write(&file, &out).unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(["check", "fixtures/swollen-image", "--no-config", "--clauses", "--evidence"])
        .arg(&file)
        .current_dir(root)
        .output()
        .unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for clause in [
        "approximately 215MB",
        "70% compared",
        "previous Debian image",
        "both latest and versioned",
        "older versioned",
    ] {
        let line = text.lines().find(|line| line.contains(clause) && line.contains("spec.md:"));
        assert!(
            line.is_some_and(|line| line.starts_with("evidenced")),
            "{clause}: {line:?}\n{text}"
        );
    }
}

#[test]
fn a_real_registry_with_passwords_is_observed() {
    let Some(registry) = Registry::start("registry-auth", true) else { return };
    registry.fill();
    let password = "correct-horse-battery";
    let out = observe(
        &registry,
        &[("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", password)],
    );
    look_at(&out);
    assert!(!out.contains(password));
    let image = format!("{}/health/service/ci:latest", registry.at);
    let (out, err, code) = collect(&["registry", &image, "--runs", "0"], &[]);
    assert!(code == 2 && err.contains("(401)"), "{err}");
    let wrong = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", "battery-horse")];
    let (more, err, code) = collect(&["registry", &image, "--runs", "0"], &wrong);
    assert!(code == 2 && err.contains("(401)"), "{err}");
    assert!(!format!("{out}{more}{err}").contains("battery-horse"));
    // The same from Docker's configuration.
    let home = folder("docker-config");
    let auth = &BASIC["Basic ".len()..];
    let config = json!({"auths": {registry.at.to_string(): {"auth": auth}}});
    std::fs::write(home.join("config.json"), config.to_string()).unwrap();
    let (_, err, code) = collect(
        &["registry", &image, "--runs", "0"],
        &[("DOCKER_CONFIG", &home.to_string_lossy())],
    );
    assert_eq!(code, 0, "{err}");
}
