//! What registries answer on bad days.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::server::{Reply, Request, Server};
use super::{collect, json as parsed, observations, of_kind};

const TOKEN: &str = "s3cr3t-bearer-token-of-the-registry";
const PASSWORD: &str = "correct-horse-battery";

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// An image of one layer: configuration, layer, manifest.
fn image() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let config = json!({"os": "linux", "architecture": "amd64", "config": {"Labels": {"org.opencontainers.image.base.name": "docker.io/library/golang:1.25.5-alpine3.23"}}, "history": [{"created_by": "ARG PASSWORD=hunter22"}]}).to_string().into_bytes();
    let layer = vec![7_u8; 100_000];
    let part = |media: &str, bytes: &[u8]| json!({"mediaType": media, "digest": digest(bytes), "size": bytes.len()});
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": part("application/vnd.oci.image.config.v1+json", &config),
        "layers": [part("application/vnd.oci.image.layer.v1.tar+gzip", &layer)],
    });
    (config, layer, manifest.to_string().into_bytes())
}

/// Answers as a registry with one image `a/ci:r1`; `before` may answer first.
fn registry(before: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let (config, layer, manifest) = image();
    Server::start(move |request| {
        if let Some(reply) = before(request) {
            return reply;
        }
        let bytes = |body: &[u8]| Reply { status: 200, body: body.to_vec(), ..Reply::default() };
        let blob = |body: &[u8]| format!("/v2/a/ci/blobs/{}", digest(body));
        match request.path.as_str() {
            "/v2/a/ci/manifests/r1" => {
                bytes(&manifest).with("docker-content-digest", &digest(&manifest))
            }
            "/v2/a/ci/tags/list?n=100" => {
                Reply::json(&json!({"name": "a/ci", "tags": ["latest", "r0"]}))
                    .with("link", "</v2/a/ci/tags/list?last=r0&n=100>; rel=\"next\"")
            }
            "/v2/a/ci/tags/list?last=r0&n=100" => {
                Reply::json(&json!({"name": "a/ci", "tags": ["r1"]}))
            }
            path if path == blob(&config) => bytes(&config),
            path if path == blob(&layer) => bytes(&layer),
            _ => Reply::status(404),
        }
    })
}

fn run(server: &Server, more: &[&str], env: &[(&str, &str)]) -> (String, String, i32) {
    let image = format!("{}/a/ci:r1", server.host());
    let mut arguments = vec!["registry", image.as_str()];
    arguments.extend(more);
    collect(&arguments, env)
}

#[test]
fn an_image_is_observed_whole() {
    let server = registry(|_| None);
    let (out, err, code) = run(&server, &["--runs", "2"], &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(observations(&out).len(), 4);
    let file = parsed(&out);
    assert_eq!(of_kind(&file, "tags")["data"]["tags"], json!(["latest", "r0", "r1"]));
    let (_, layer, manifest) = image();
    assert_eq!(of_kind(&file, "manifest")["digest"], digest(&manifest));
    let seen = &of_kind(&file, "manifest")["data"][0];
    assert_eq!(seen["Descriptor"]["platform"]["architecture"], "amd64");
    assert_eq!(seen["OCIManifest"]["layers"][0]["size"], layer.len());
    let runs = of_kind(&file, "pull-bench")["data"][0]["runs"].as_array().unwrap().clone();
    assert!(runs.len() == 2 && runs.iter().all(|it| it["cold"] == true));
    // Build arguments stand in the history.
    assert!(!out.contains("hunter22"));
    assert!(server.seen().iter().any(|it| it.method == "HEAD"), "existence is asked by HEAD");
}

#[test]
fn a_missing_tag_is_said_and_nothing_is_written() {
    let server = registry(|_| None);
    let image = format!("{}/a/ci:r9", server.host());
    let file = super::folder("missing-tag").join("e.json");
    let (out, err, code) = collect(&["registry", &image, "--output", &file.to_string_lossy()], &[]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("has no image `a/ci` with `r9`"), "{err}");
    assert!(!file.exists());
}

#[test]
fn a_truncated_layer_is_no_pull() {
    let (_, layer, _) = image();
    let path = format!("/v2/a/ci/blobs/{}", digest(&layer));
    let cut = path.clone();
    let server = registry(move |request| {
        (request.path == cut).then(|| Reply {
            status: 200,
            body: vec![7; 100_000],
            cut: Some(60_000),
            ..Reply::default()
        })
    });
    let (out, err, code) = run(&server, &["--runs", "1"], &[]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("breaks off after"), "{err}");
    // A length that was changed on the way is no better, and neither are other bytes.
    for (body, words) in [
        (vec![7; 60_000], "breaks off after 60000 of 100000"),
        (vec![8; 100_000], "another digest"),
        (vec![7; 100_001], "more than 100000 bytes"),
    ] {
        let path = path.clone();
        let server = registry(move |request| {
            (request.path == path).then(|| Reply {
                status: 200,
                body: body.clone(),
                ..Reply::default()
            })
        });
        let (_, err, code) = run(&server, &["--runs", "1"], &[]);
        assert!(code == 2 && err.contains(words), "{err}");
    }
}

#[test]
fn a_registry_that_says_wait_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let server = registry(move |request| {
        let first = request.path.contains("/tags/") && asked.fetch_add(1, Ordering::Relaxed) == 0;
        first.then(|| Reply::status(429).with("retry-after", "1"))
    });
    let start = std::time::Instant::now();
    let (_, err, code) = run(&server, &["--runs", "0"], &[]);
    assert_eq!(code, 0, "{err}");
    assert!(start.elapsed().as_secs_f64() >= 1.0);
    // An hour is too long.
    let server = registry(|_| Some(Reply::status(429).with("retry-after", "3600")));
    let (_, err, code) = run(&server, &["--runs", "0"], &[]);
    assert!(code == 2 && err.contains("asks to wait for 3600 s"), "{err}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_token_server_is_asked_with_the_password_and_the_registry_with_the_token() {
    let tokens = Server::start(|request| {
        let known =
            request.header("authorization") == Some("Basic Y2k6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5");
        if !known {
            return Reply::status(401);
        }
        assert!(
            request.path.starts_with("/auth?service=reg&scope=repository:a/ci:pull"),
            "{}",
            request.path
        );
        Reply::json(&json!({"token": TOKEN}))
    });
    let realm = format!("http://{}/auth", tokens.host());
    let server = registry(move |request| {
        let known = request.header("authorization") == Some(&format!("Bearer {TOKEN}"));
        let challenge =
            format!("Bearer realm=\"{realm}\",service=\"reg\",scope=\"repository:a/ci:pull\"");
        (!known).then(|| Reply::status(401).with("www-authenticate", &challenge))
    });
    let user = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", PASSWORD)];
    let (out, err, code) = run(&server, &["--runs", "1"], &user);
    assert_eq!(code, 0, "{err}");
    assert!(!format!("{out}{err}").contains(TOKEN) && !format!("{out}{err}").contains(PASSWORD));
    assert!(
        server.seen().iter().all(|it| !it.headers.iter().any(|(_, value)| value.contains("Basic"))),
        "the password is for the token server"
    );
    let wrong = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", "wrong-horse")];
    let (out, err, code) = run(&server, &["--runs", "1"], &wrong);
    assert!(code == 2 && err.contains("does not accept these (401)"), "{err}");
    assert!(!format!("{out}{err}").contains("wrong-horse"));
}

#[test]
fn a_password_goes_to_no_token_server_without_tls() {
    let server = registry(|_| {
        Some(
            Reply::status(401)
                .with("www-authenticate", "Bearer realm=\"http://tokens.example.com/auth\""),
        )
    });
    let user = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", PASSWORD)];
    let (_, err, code) = run(&server, &["--runs", "0"], &user);
    assert!(code == 2 && err.contains("without TLS"), "{err}");
}

#[test]
fn redirects_are_followed_without_credentials() {
    let (_, layer, _) = image();
    let storage =
        Server::start(move |_| Reply { status: 200, body: vec![7; 100_000], ..Reply::default() });
    let place = format!("http://{}/signed?sig=abc", storage.host());
    let path = format!("/v2/a/ci/blobs/{}", digest(&layer));
    let server = registry(move |request| {
        if request.header("authorization").is_none() {
            return Some(Reply::status(401).with("www-authenticate", "Basic realm=\"r\""));
        }
        (request.path == path).then(|| Reply::status(307).with("location", &place))
    });
    let user = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", PASSWORD)];
    let (_, err, code) = run(&server, &["--runs", "1"], &user);
    assert_eq!(code, 0, "{err}");
    let seen = storage.seen();
    assert!(
        !seen.is_empty() && seen.iter().all(|it| it.header("authorization").is_none()),
        "{seen:#?}"
    );
    // To a host beyond this machine nobody goes without TLS, and not in circles either.
    for (place, words) in [
        ("http://elsewhere.example.com/x", "without TLS"),
        ("/v2/a/ci/manifests/r1", "without end"),
    ] {
        let server = registry(move |request| {
            request.path.contains("/manifests/").then(|| Reply::status(302).with("location", place))
        });
        let (_, err, code) = run(&server, &["--runs", "0"], &[]);
        assert!(code == 2 && err.contains(words), "{err}");
    }
}

#[test]
fn a_secret_that_the_server_says_back_is_not_written() {
    let server = registry(|request| {
        if request.header("authorization").is_none() {
            return Some(Reply::status(401).with("www-authenticate", "Basic realm=\"r\""));
        }
        let echo: Value =
            json!({"name": "a/ci", "tags": ["r1", PASSWORD, request.header("authorization")]});
        request.path.contains("/tags/").then(|| Reply::json(&echo))
    });
    let user = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", PASSWORD)];
    let (out, err, code) = run(&server, &["--runs", "0"], &user);
    assert_eq!(code, 0, "{err}");
    let basic = "Y2k6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";
    assert!(out.contains("***") && !out.contains(PASSWORD) && !out.contains(basic), "{out}");
}

#[test]
fn answers_that_are_none_are_said_to_be() {
    for (reply, words) in [
        (Reply { status: 200, body: b"<html>".to_vec(), ..Reply::default() }, "no JSON"),
        (Reply::status(500), "status is 500"),
        (Reply::status(403), "do not allow it (403)"),
    ] {
        let server = registry(move |request| (request.method == "GET").then(|| reply.clone()));
        let (_, err, code) = run(&server, &["--runs", "0"], &[]);
        assert!(code == 2 && err.contains(words), "{err}");
    }
    let (_, err, code) = collect(&["registry", "127.0.0.1:1/a/ci:r1"], &[]);
    assert!(code == 2 && err.contains("cannot be reached"), "{err}");
    for wrong in ["", "https://registry.example.com/a:1", "registry.example.com/a/../b:1", "a b"] {
        let (_, err, code) = collect(&["registry", wrong], &[]);
        assert!(code == 2 && err.contains("no reference of an image"), "{wrong}: {err}");
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_long() {
    let server = Server::start(|_| {
        std::thread::sleep(std::time::Duration::from_secs(20));
        Reply::status(200)
    });
    let start = std::time::Instant::now();
    let (_, err, code) = run(&server, &["--timeout", "1"], &[]);
    assert!(code == 2 && err.contains("no answer within 1 s"), "{err}");
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn a_layer_that_stalls_is_given_up() {
    let (_, layer, _) = image();
    let path = format!("/v2/a/ci/blobs/{}", digest(&layer));
    let server = registry(move |request| {
        let reply = Reply {
            status: 200,
            body: vec![7; 100_000],
            cut: Some(10),
            stall: 20,
            ..Reply::default()
        };
        (request.path == path).then_some(reply)
    });
    let start = std::time::Instant::now();
    let (_, err, code) = run(&server, &["--timeout", "1", "--runs", "1"], &[]);
    assert!(code == 2 && err.contains("breaks off after 10 bytes"), "{err}");
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn a_password_is_not_shown_to_the_registry_of_the_baseline() {
    let closed = |request: &Request| {
        let known = request.header("authorization").is_some();
        (!known).then(|| Reply::status(401).with("www-authenticate", "Basic realm=\"r\""))
    };
    let (server, other) = (registry(closed), registry(closed));
    let old = format!("{}/a/ci:r1", other.host());
    let user = [("PIPESPEC_REGISTRY_USER", "ci"), ("PIPESPEC_REGISTRY_PASSWORD", PASSWORD)];
    let (_, err, code) = run(&server, &["--runs", "0", "--baseline", &old], &user);
    assert!(code == 2 && err.contains("(401)"), "{err}");
    assert!(
        !other.seen().is_empty()
            && other.seen().iter().all(|it| it.header("authorization").is_none())
    );
}
