//! GitLab's API in recorded shapes: pages, limits, tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use super::{collect, json as parsed, observations, of_kind};

const TOKEN: &str = "glpat-abcdefghijklmnopqrst";

fn run_of(id: u64, status: &str, name: &str) -> Value {
    json!({
        "id": id, "status": status, "stage": "image", "name": name, "ref": "main", "tag": false,
        "coverage": null, "allow_failure": false, "created_at": "2026-11-20T08:00:00.000Z",
        "started_at": "2026-11-20T08:00:12.000Z", "finished_at": "2026-11-20T08:00:53.000Z",
        "erased_at": null, "duration": 41.2, "queued_duration": 2.7,
        "failure_reason": if status == "failed" { json!("runner_system_failure") } else { Value::Null },
        "user": {"id": 7, "username": "ada", "public_email": "ada@example.com"},
        "commit": {"id": "0", "author_email": "ada@example.com", "title": "x"},
        "pipeline": {"id": 5_000 + id, "project_id": 42, "ref": "main", "status": "success"},
        "web_url": "https://gitlab.example.com/g/p/-/jobs/1", "runner": {"ip_address": "10.0.0.1"},
        "runner_manager": null, "archived": false, "tag_list": []
    })
}

fn project() -> Value {
    json!({
        "id": 42, "name": "service", "runners_token": "GR1348941secretsecret",
        "owner": {"email": "ada@example.com"}, "keep_latest_artifact": true, "build_timeout": 3600,
        "ci_config_path": "", "resource_group_default_process_mode": "unordered",
        "container_expiration_policy": {"cadence": "7d", "enabled": true, "keep_n": 10, "older_than": "90d", "name_regex": ".*", "name_regex_keep": "debian-.*", "next_run_at": "2026-11-30T00:00:00Z"}
    })
}

/// Answers as GitLab does: two pages of jobs, the project, its resource groups.
fn gitlab(before: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::start(move |request| before(request).unwrap_or_else(|| answer(request)))
}

fn answer(request: &Request) -> Reply {
    let host = request.header("host").unwrap_or_default();
    let page = |from: u64| -> Vec<Value> {
        (from..from + 100)
            .map(|id| {
                let name = if id % 2 == 0 { "build-ci-image" } else { "build-ci-image-docs" };
                run_of(id, if id == 4 { "failed" } else { "success" }, name)
            })
            .collect()
    };
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    match (path, query.contains("cursor=2")) {
        ("/api/v4/projects/g%2Fp/jobs", false) => {
            let next = format!("<http://{host}{path}?per_page=100&cursor=2>; rel=\"next\"");
            Reply::json(&json!(page(0))).with("link", &next)
        }
        ("/api/v4/projects/g%2Fp/jobs", true) => Reply::json(&json!(page(100))),
        ("/api/v4/projects/g%2Fp", _) => Reply::json(&project()),
        ("/api/v4/projects/g%2Fp/resource_groups", _) => Reply::json(
            &json!([{"id": 3, "key": "cache_updates", "process_mode": "oldest_first", "created_at": "2026-01-01T00:00:00Z"}]),
        ),
        _ => Reply {
            status: 404,
            body: br#"{"message":"404 Project Not Found"}"#.to_vec(),
            ..Reply::default()
        },
    }
}

fn run(server: &Server, more: &[&str], env: &[(&str, &str)]) -> (String, String, i32) {
    let api = format!("http://{}/api/v4", server.host());
    let mut arguments = vec!["gitlab", "--api", api.as_str(), "--project", "g/p"];
    arguments.extend(more);
    collect(&arguments, env)
}

#[test]
fn a_project_is_observed_page_by_page_and_nothing_private_is_kept() {
    let server = gitlab(|_| None);
    let (out, err, code) = run(&server, &[], &[("PIPESPEC_TOKEN", TOKEN)]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(observations(&out).len(), 3);
    let file = parsed(&out);
    let runs = of_kind(&file, "jobs")["data"].as_array().unwrap();
    assert_eq!(runs.len(), 100, "fifty of each page");
    assert!(runs.iter().all(|run| run["name"] == "build-ci-image"));
    assert_eq!(
        of_kind(&file, "resource-groups")["data"],
        json!([{"key": "cache_updates", "process_mode": "oldest_first"}])
    );
    assert_eq!(of_kind(&file, "project")["data"]["container_expiration_policy"]["keep_n"], 10);
    for private in ["ada", "10.0.0.1", "GR1348941", TOKEN, "next_run_at"] {
        assert!(!out.contains(private), "{private}");
    }
    assert!(server.seen().iter().all(|it| it.header("private-token") == Some(TOKEN)));
    let (out, _, _) = run(&server, &["--runs", "10", "--only", "jobs"], &[("CI_JOB_TOKEN", TOKEN)]);
    assert_eq!(of_kind(&parsed(&out), "jobs")["data"].as_array().unwrap().len(), 10);
    assert_eq!(server.seen().last().unwrap().header("job-token"), Some(TOKEN));
    let (out, _, _) = run(&server, &["--ref", "other", "--only", "jobs"], &[]);
    assert_eq!(of_kind(&parsed(&out), "jobs")["data"], json!([]));
}

#[test]
fn an_expired_token_is_said_to_be_and_never_shown() {
    for (body, words) in [
        (
            r#"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#,
            "has expired",
        ),
        (
            r#"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#,
            "or was revoked",
        ),
        (r#"{"message":"401 Unauthorized"}"#, "does not accept the token (401)"),
    ] {
        let echo = format!("{body} {TOKEN}");
        let body = if words.starts_with("has") { body.to_owned() } else { echo };
        let body = if words.contains("revoked") { body.replace(TOKEN, "") } else { body };
        let server = gitlab(move |_| {
            Some(Reply { status: 401, body: body.clone().into_bytes(), ..Reply::default() })
        });
        let (out, err, code) = run(&server, &[], &[("PIPESPEC_TOKEN", TOKEN)]);
        assert!(code == 2 && err.contains(words), "{err}");
        assert!(!format!("{out}{err}").contains(TOKEN));
    }
    let server = gitlab(|_| Some(Reply::status(403)));
    let (_, err, _) = run(&server, &[], &[("CI_JOB_TOKEN", TOKEN)]);
    assert!(err.contains("do not allow it (403)"), "{err}");
    let server = gitlab(|_| Some(Reply::status(404)));
    let (_, err, _) = run(&server, &[], &[]);
    assert!(err.contains("not there for those without a token"), "{err}");
}

#[test]
fn the_rate_limit_is_kept() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = gitlab(move |request| {
        let first = request.path.contains("cursor=2") && count.fetch_add(1, Ordering::Relaxed) == 0;
        first.then(|| Reply::status(429).with("retry-after", "1").with("ratelimit-remaining", "0"))
    });
    let (out, err, code) = run(&server, &["--only", "jobs"], &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(of_kind(&parsed(&out), "jobs")["data"].as_array().unwrap().len(), 100);
}

#[test]
fn the_next_page_is_asked_for_where_the_first_was() {
    let other = Server::start(|_| Reply::json(&json!([])));
    let next =
        format!("<http://{}/api/v4/projects/g%2Fp/jobs?cursor=2>; rel=\"next\"", other.host());
    let server = gitlab(move |request| {
        request.path.contains("/jobs").then(|| Reply::json(&json!([])).with("link", &next))
    });
    let (_, err, code) = run(&server, &["--only", "jobs"], &[("PIPESPEC_TOKEN", TOKEN)]);
    assert_eq!(code, 0, "{err}");
    assert!(other.seen().is_empty());
    let asked = server.seen();
    assert!(asked.len() == 2 && asked[1].path.ends_with("cursor=2"), "{asked:#?}");
    let server =
        gitlab(|_| Some(Reply::json(&json!([])).with("link", "</admin?cursor=2>; rel=\"next\"")));
    let (_, err, code) = run(&server, &["--only", "jobs"], &[("PIPESPEC_TOKEN", TOKEN)]);
    assert!(code == 2 && err.contains("no page of the project"), "{err}");
}

#[test]
fn no_token_goes_out_without_tls() {
    let arguments = ["gitlab", "--api", "http://gitlab.example.com/api/v4", "--project", "1"];
    let (_, err, code) = collect(&arguments, &[("PIPESPEC_TOKEN", TOKEN)]);
    assert!(code == 2 && err.contains("address of the API is not usable"), "{err}");
    let arguments = ["gitlab", "--api", "https://u:p@gitlab.example.com/api/v4", "--project", "1"];
    assert_eq!(collect(&arguments, &[]).2, 2);
}

#[test]
fn a_file_is_renewed_in_place() {
    let server = gitlab(|_| None);
    let path = super::folder("renewed").join("e.json");
    let path = path.to_string_lossy();
    for _ in 0..2 {
        let (out, err, code) = run(&server, &["--output", &path], &[]);
        assert_eq!((out.as_str(), code), ("", 0), "{err}");
    }
    assert_eq!(observations(&std::fs::read_to_string(&*path).unwrap()).len(), 3);
    std::fs::write(&*path, "precious").unwrap();
    let (_, err, code) = run(&server, &["--output", &path], &[]);
    assert!(code == 2 && err.contains("is no JSON"), "{err}");
    assert_eq!(std::fs::read_to_string(&*path).unwrap(), "precious");
}

#[test]
fn tls_is_spoken_and_certificates_are_looked_at() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let pem = |name: &str| {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
    };
    let chain = vec![CertificateDer::from_pem_file(pem("cert.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(pem("key.pem")).unwrap();
    let provider = Arc::new(rustls_graviola::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let server = Server::start_with(answer, move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config));
        Ok(rustls::StreamOwned::new(connection.map_err(std::io::Error::other)?, stream))
    });
    let api = format!("https://localhost:{}/api/v4", server.at.port());
    let arguments = ["gitlab", "--api", &api, "--project", "g/p", "--only", "project"];
    let authority = pem("ca.pem");
    let (out, err, code) = collect(&arguments, &[("SSL_CERT_FILE", &authority.to_string_lossy())]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(of_kind(&parsed(&out), "project")["data"]["build_timeout"], 3600);
    let (_, err, code) = collect(&arguments, &[]);
    assert!(code == 2 && err.contains("invalid peer certificate"), "{err}");
    assert_eq!(server.seen().len(), 1);
}
