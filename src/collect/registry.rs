//! What a registry says of an image, by the distribution API: whether it is there, its manifests, its tags.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::auth::{Challenge, challenge, encoded, token};
use super::file::{Stamp, observation};
use super::http::{Answer, Client, header, next_page};
use super::pull::bench;
use super::reference::Reference;
use super::{CollectError, Credentials, Limits, Secrets};
use crate::model::evidence::Kind;

/// What to ask a registry for.
pub struct RegistryTask<'t> {
    /// The image that the jobs run in.
    pub image: String,
    /// The image that it is compared with.
    pub baseline: Option<String>,
    /// Whose layers are pulled, where there are several: `linux/amd64`.
    pub platform: String,
    /// How often each image is pulled; 0 for not at all.
    pub runs: u32,
    /// Layers that are pulled at once.
    pub parallel: usize,
    /// What it may take.
    pub limits: Limits,
    /// Who asks, by the registry's host and whether it is that of the image.
    pub credentials: &'t dyn Fn(&str, bool) -> Credentials,
    /// Certificates to trust, in PEM form, instead of those of the public authorities.
    pub roots: Option<Vec<u8>>,
}

const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// Pages of tags, and platforms of an image, that are read at most.
const MOST_PAGES: usize = 1_000;
const MOST_PLATFORMS: usize = 64;

/// One repository of a registry.
pub(super) struct Repository<'t> {
    pub(super) client: Client,
    name: String,
    known: Credentials,
    session: Mutex<Credentials>,
    limits: Limits,
    roots: Option<&'t [u8]>,
}

/// One image of one platform.
pub(super) struct PlatformManifest {
    platform: Value,
    digest: String,
    media: String,
    bytes: u64,
    pub(super) body: Value,
}

impl<'t> Repository<'t> {
    fn open(
        reference: &Reference,
        own_host: &str,
        task: &'t RegistryTask<'t>,
    ) -> Result<Self, CollectError> {
        Ok(Self {
            client: Client::new((&reference.host, false), task.limits, task.roots.as_deref())?,
            name: reference.repository.clone(),
            known: (task.credentials)(&reference.host, reference.host == own_host),
            session: Mutex::default(),
            limits: task.limits,
            roots: task.roots.as_deref(),
        })
    }

    fn session(&self) -> Credentials {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks over the connections of `client`; says who asks once the registry wants to know.
    pub(super) fn ask(
        &self,
        client: &Client,
        (method, path): (&str, &str),
        accept: &str,
    ) -> Result<Answer, CollectError> {
        let headers = [("accept", accept)];
        let before = self.session();
        let answer = client.ask(method, path, &headers, &before)?;
        if answer.status().as_u16() != 401 {
            return Ok(answer);
        }
        let session = match challenge(&answer) {
            Some(Challenge::Basic) if self.known != Credentials::None && before != self.known => {
                self.known.clone()
            }
            Some(Challenge::Bearer { realm, service }) => token(
                (&realm, service.as_deref()),
                &self.name,
                client,
                (&self.known, self.limits, self.roots),
            )?,
            _ => return Ok(answer),
        };
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session.clone();
        client.ask(method, path, &headers, &session)
    }

    fn got(&self, path: &str, accept: &str, what: &str) -> Result<Answer, CollectError> {
        let answer = self.ask(&self.client, ("GET", path), accept)?;
        match answer.status().as_u16() {
            200 => Ok(answer),
            status => Err(self.client.refused(what, status)),
        }
    }

    pub(super) fn manifest_path(&self, version: &str) -> String {
        format!("/v2/{}/manifests/{}", self.name, encoded(version))
    }

    pub(super) fn blob_path(&self, digest: &str) -> String {
        format!("/v2/{}/blobs/{}", self.name, encoded(digest))
    }

    /// Whether the image is there; its digest, if the registry tells it.
    fn exists(&self, version: &str) -> Result<Option<String>, CollectError> {
        let what = format!("image `{}` with `{version}`", self.name);
        let answer = self.ask(&self.client, ("HEAD", &self.manifest_path(version)), MANIFESTS)?;
        match answer.status().as_u16() {
            200 => Ok(header(&answer, "docker-content-digest").map(str::to_owned)),
            status => Err(self.client.refused(&what, status)),
        }
    }

    /// A manifest with its digest, media type and size.
    fn manifest(&self, version: &str) -> Result<(Value, String, String, u64), CollectError> {
        let what = format!("the manifest `{}` with `{version}`", self.name);
        let answer = self.got(&self.manifest_path(version), MANIFESTS, &what)?;
        let media = header(&answer, "content-type").unwrap_or_default().to_owned();
        let told = header(&answer, "docker-content-digest").map(str::to_owned);
        let bytes = self.client.bytes(&what, answer)?;
        let digest = digest_of(&bytes);
        let wanted = if version.contains(':') { Some(version.to_owned()) } else { told };
        if let Some(wanted) = wanted.filter(|it| it.starts_with("sha256:") && *it != digest) {
            let reason = format!("its digest is `{digest}`, and should be `{wanted}`");
            return Err(self.client.unusable(&what, reason));
        }
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|_| self.client.unusable(&what, "it is no JSON".to_owned()))?;
        let media = body.get("mediaType").and_then(Value::as_str).map_or(media, str::to_owned);
        Ok((body, digest, media, bytes.len() as u64))
    }

    /// The images of all platforms; attestations are none.
    fn images(&self, version: &str) -> Result<(String, Vec<PlatformManifest>), CollectError> {
        let (body, digest, media, bytes) = self.manifest(version)?;
        let Some(children) = body.get("manifests").and_then(Value::as_array) else {
            let config = self.config(&body)?;
            let platform = platform(&config);
            let only = PlatformManifest { platform, digest: digest.clone(), media, bytes, body };
            return Ok((digest, vec![only]));
        };
        let mut images = Vec::new();
        for child in children.iter().take(MOST_PLATFORMS) {
            let text = |pointer: &str| child.pointer(pointer).and_then(Value::as_str);
            let attestation = text("/platform/os") == Some("unknown")
                || text("/annotations/vnd.docker.reference.type").is_some()
                || child.get("artifactType").is_some();
            let Some(own) = text("/digest").filter(|_| !attestation) else { continue };
            let (body, digest, media, bytes) = self.manifest(own)?;
            if body.get("layers").is_some() {
                let platform = platform(child.get("platform").unwrap_or(&Value::Null));
                images.push(PlatformManifest { platform, digest, media, bytes, body });
            }
        }
        if images.is_empty() {
            let what = format!("image `{}` with `{version}`", self.name);
            return Err(self.client.unusable(&what, "its index holds no image".to_owned()));
        }
        Ok((digest, images))
    }

    /// The configuration of an image.
    fn config(&self, manifest: &Value) -> Result<Value, CollectError> {
        let what = format!("the configuration of `{}`", self.name);
        let digest = manifest.pointer("/config/digest").and_then(Value::as_str);
        let digest =
            digest.ok_or_else(|| self.client.unusable(&what, "it is not named".to_owned()))?;
        let answer = self.got(&self.blob_path(digest), "*/*", &what)?;
        let bytes = self.client.bytes(&what, answer)?;
        if digest_of(&bytes) != digest {
            return Err(self.client.unusable(&what, "it has another digest".to_owned()));
        }
        serde_json::from_slice(&bytes)
            .map_err(|_| self.client.unusable(&what, "it is no JSON".to_owned()))
    }

    /// All tags, page by page.
    fn tags(&self) -> Result<Vec<Value>, CollectError> {
        let what = format!("the tags of `{}`", self.name);
        let mut path = format!("/v2/{}/tags/list?n=100", self.name);
        let mut tags = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = self.got(&path, "application/json", &what)?;
            let next = next_page(&answer);
            let page = self.client.json(&what, answer)?;
            tags.extend(page.get("tags").and_then(Value::as_array).into_iter().flatten().cloned());
            match next {
                Some(next) if next != path => path = next,
                _ => return Ok(tags),
            }
        }
        Err(self.client.unusable(&what, "it has pages without end".to_owned()))
    }
}

/// `sha256:` and the digest of some bytes.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// `sha256:` and hexadecimal digits.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// `os`, `architecture` and `variant` and nothing else.
fn platform(value: &Value) -> Value {
    let mut platform = json!({});
    for key in ["os", "architecture", "variant"] {
        if let Some(text) = value.get(key).filter(|it| it.is_string()) {
            platform[key] = text.clone();
        }
    }
    platform
}

impl PlatformManifest {
    /// `linux/amd64`.
    fn name(&self) -> String {
        let text = |key: &str| self.platform.get(key).and_then(Value::as_str);
        let parts = [text("os"), text("architecture"), text("variant")];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// In the form of `docker manifest inspect -v`.
    fn verbose(&self, image: &str) -> Value {
        let list = |key: &str| self.body.get(key).cloned().unwrap_or(Value::Null);
        let key = if self.media.contains("docker") { "SchemaV2Manifest" } else { "OCIManifest" };
        json!({
            "Ref": format!("{}@{}", image.split('@').next().unwrap_or(image), self.digest),
            "Descriptor": {
                "mediaType": self.media,
                "digest": self.digest,
                "size": self.bytes,
                "platform": self.platform,
            },
            key: {"schemaVersion": 2, "config": list("config"), "layers": list("layers")},
        })
    }
}

/// Asks a registry for what clauses speak of; gives the observations, and what is to be told beside.
///
/// # Errors
/// Fails if the image is not there, if the registry refuses to answer, or if an answer is not whole.
pub fn collect_registry(task: &RegistryTask<'_>) -> Result<Vec<Value>, CollectError> {
    let reference = Reference::parse(&task.image)?;
    let repository = Repository::open(&reference, &reference.host, task)?;
    let old_reference = task.baseline.as_deref().map(Reference::parse).transpose()?;
    let open = |it| Repository::open(it, &reference.host, task);
    let old = old_reference.as_ref().map(open).transpose()?;
    let mut observations = Vec::new();
    let other = old.as_ref().zip(old_reference.as_ref());
    let result = collect(task, (&reference, &repository), other, &mut observations);
    let secrets = [Some(&repository), old.as_ref()].into_iter().flatten().flat_map(secrets_of);
    let secrets = Secrets::new(secrets);
    observations.iter_mut().for_each(|it| secrets.scrub_value(it));
    result.map_err(|error| error.scrubbed(&secrets))?;
    Ok(observations)
}

fn secrets_of(repository: &Repository<'_>) -> Vec<String> {
    let session = repository.session().secrets().into_iter();
    let mut secrets = repository.known.secrets();
    secrets.extend(session.map(|it| it.trim_start_matches("Bearer ").to_owned()));
    secrets
}

fn collect(
    task: &RegistryTask<'_>,
    (reference, repository): (&Reference, &Repository<'_>),
    old: Option<(&Repository<'_>, &Reference)>,
    observations: &mut Vec<Value>,
) -> Result<(), CollectError> {
    let host = &reference.host;
    let address = |reference: &Reference| {
        format!("{host}/v2/{}/manifests/{}", reference.repository, reference.version)
    };
    repository.exists(&reference.version)?;
    let (digest, images) = repository.images(&reference.version)?;
    let verbose = |images: &[PlatformManifest], image: &str| {
        Value::Array(images.iter().map(|it| it.verbose(image)).collect())
    };
    let stamp =
        Stamp { source: address(reference), image: Some(task.image.clone()), digest: Some(digest) };
    observations.push(observation(Kind::Manifest, &stamp, verbose(&images, &task.image)));

    let chosen = choose(&images, task, repository)?;
    let config = repository.config(&chosen.body)?;
    let label = |name: &str| config.pointer("/config/Labels").and_then(|it| it.get(name)).cloned();
    let (name, base) =
        ("org.opencontainers.image.base.name", "org.opencontainers.image.base.digest");
    if label(name).is_some() || label(base).is_some() {
        // The history is left out, since build arguments stand in it.
        let labels = json!({name: label(name), base: label(base)});
        observations.push(observation(Kind::Base, &stamp, json!({"config": {"Labels": labels}})));
    }

    let tags = repository.tags()?;
    let name = task.image.split('@').next().unwrap_or_default();
    let name = name.strip_suffix(&format!(":{}", reference.version)).unwrap_or(name);
    let of_tags = Stamp {
        source: format!("{host}/v2/{}/tags/list", reference.repository),
        image: Some(name.to_owned()),
        digest: None,
    };
    let listed = json!({"name": reference.repository, "tags": tags});
    observations.push(observation(Kind::Tags, &of_tags, listed));

    let mut pulled = vec![(repository, chosen, task.image.as_str(), &reference.version)];
    let old_images;
    if let (Some((old, reference)), Some(image)) = (old, &task.baseline) {
        let (digest, images) = old.images(&reference.version)?;
        old_images = images;
        let stamp = Stamp {
            source: format!(
                "{}/v2/{}/manifests/{}",
                reference.host, reference.repository, reference.version
            ),
            image: Some(image.clone()),
            digest: Some(digest),
        };
        observations.push(observation(Kind::Baseline, &stamp, verbose(&old_images, image)));
        pulled.push((old, choose(&old_images, task, old)?, image.as_str(), &reference.version));
    }
    if task.runs > 0 {
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); pulled.len()];
        // In turns, so that a slow minute of the network meets both.
        for _ in 0..task.runs {
            for ((repository, image, _, version), times) in pulled.iter().zip(&mut times) {
                times.push(bench(repository, version, &image.body, task.parallel)?);
            }
        }
        let images = pulled.iter().zip(&times).map(|((_, image, name, _), times)| {
            let runs: Vec<Value> =
                times.iter().map(|it| json!({"seconds": it, "cold": true})).collect();
            json!({"ref": name, "digest": image.digest, "platform": image.name(), "runs": runs})
        });
        let data = Value::Array(images.collect());
        let stamp = Stamp { source: format!("layers of {host}, streamed to nowhere"), ..stamp };
        observations.push(observation(Kind::PullBench, &stamp, data));
    }
    Ok(())
}

/// The image of the platform that is asked for, or the only one.
fn choose<'i>(
    images: &'i [PlatformManifest],
    task: &RegistryTask<'_>,
    repository: &Repository<'_>,
) -> Result<&'i PlatformManifest, CollectError> {
    let fits = |image: &&PlatformManifest| {
        let rest = image.name();
        rest.strip_prefix(&task.platform)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    images.iter().find(fits).ok_or_else(|| {
        let known = images.iter().map(PlatformManifest::name).collect::<Vec<_>>().join(", ");
        repository.client.unusable(
            &format!("image `{}`", repository.name),
            format!("it has no platform `{}`; it has {known}", task.platform),
        )
    })
}
