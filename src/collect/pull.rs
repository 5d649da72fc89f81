//! How long a pull takes: the manifest and the layers of one platform, streamed to nowhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::CollectError;
use super::http::Client;
use super::registry::{Repository, hex};

/// A part of an image that is pulled.
struct Blob {
    digest: String,
    size: u64,
}

/// Seconds that one pull takes over connections of its own, with nothing there before.
pub(super) fn bench(
    repository: &Repository<'_>,
    version: &str,
    manifest: &Value,
    parallel: usize,
) -> Result<f64, CollectError> {
    let blobs = blobs(manifest);
    let client = repository.client.anew();
    let start = Instant::now();
    let accept = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
    let answer = repository.ask(&client, ("GET", &repository.manifest_path(version)), accept)?;
    match answer.status().as_u16() {
        200 => drop(client.bytes("the manifest", answer)?),
        status => return Err(client.refused("the manifest", status)),
    }
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<CollectError>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..parallel.clamp(1, 16) {
            scope.spawn(|| {
                while let Some(blob) = blobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = pull(repository, &client, blob) {
                        // The others have nothing more to do then.
                        next.store(blobs.len(), Ordering::Relaxed);
                        if let Ok(mut failed) = failed.lock() {
                            failed.get_or_insert(error);
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok((start.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0),
    }
}

fn pull(repository: &Repository<'_>, client: &Client, blob: &Blob) -> Result<(), CollectError> {
    let what = format!("the layer `{}`", blob.digest);
    let answer = repository.ask(client, ("GET", &repository.blob_path(&blob.digest)), "*/*")?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(client.refused(&what, status));
    }
    let mut sum = Sha256::new();
    let count = client.drain(&what, answer, blob.size, |bytes| sum.update(bytes))?;
    if count != blob.size {
        return Err(
            client.unusable(&what, format!("it breaks off after {count} of {} bytes", blob.size))
        );
    }
    if blob.digest.starts_with("sha256:") && hex(&sum.finalize()) != blob.digest {
        return Err(client.unusable(&what, "it has another digest".to_owned()));
    }
    Ok(())
}

/// The configuration and the layers, each once; layers that lie elsewhere are left out.
fn blobs(manifest: &Value) -> Vec<Blob> {
    let layers = manifest.get("layers").and_then(Value::as_array).into_iter().flatten();
    let mut blobs: Vec<Blob> = Vec::new();
    for part in manifest.get("config").into_iter().chain(layers) {
        let media = part.get("mediaType").and_then(Value::as_str).unwrap_or_default();
        let digest = part.get("digest").and_then(Value::as_str).unwrap_or_default();
        let size = part.get("size").and_then(Value::as_u64).unwrap_or(0);
        let elsewhere = media.contains("foreign") || media.contains("nondistributable");
        if !digest.is_empty() && !elsewhere && !blobs.iter().any(|it| it.digest == digest) {
            blobs.push(Blob { digest: digest.to_owned(), size });
        }
    }
    blobs
}
