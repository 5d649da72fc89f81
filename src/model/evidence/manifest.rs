//! Manifests of images in the forms in which tools print them.

use serde::Deserialize;
use serde_json::Value;

use super::read::typed;

/// The manifest of an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Manifest {
    /// One or more platforms with the sizes of their layers.
    Images(Vec<PlatformImage>),
    /// A list of platforms. Its sizes are those of the manifests, not of the images.
    List(Vec<String>),
}

/// The image of one platform.
#[derive(Clone, Debug, PartialEq)]
pub struct PlatformImage {
    /// `linux/amd64`; nothing if the answer does not say.
    pub platform: Option<String>,
    /// Its digest, if the answer says it.
    pub digest: Option<String>,
    /// Compressed sizes of the layers in bytes.
    pub layers: Vec<u64>,
}

/// Why the size of an image is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// It is a list of manifests.
    #[error(
        "this is the manifest list of {0}, which has no layer sizes; `docker manifest inspect -v` prints them"
    )]
    List(String),
    /// There is no such platform.
    #[error("the image has no platform `{0}`; it has {1}")]
    NoSuchPlatform(String, String),
}

impl Manifest {
    /// The sum of the compressed layers of one platform, in bytes.
    ///
    /// # Errors
    /// Fails for a list of manifests, and if there are several platforms and this one is not among them.
    pub fn compressed_size(&self, platform: &str) -> Result<u64, SizeError> {
        let images = match self {
            Manifest::List(platforms) => return Err(SizeError::List(platforms.join(", "))),
            Manifest::Images(images) => images,
        };
        let named = images.iter().find(|image| {
            let own = image.platform.as_deref();
            // `linux/arm64` stands for `linux/arm64/v8` too.
            own.is_some_and(|own| {
                own == platform || own.strip_prefix(platform).is_some_and(|it| it.starts_with('/'))
            })
        });
        let image = match (named, &images[..]) {
            (Some(image), _) => image,
            (None, [only]) if only.platform.is_none() => only,
            _ => {
                let known = images.iter().filter_map(|image| image.platform.as_deref());
                let known = known.collect::<Vec<_>>().join(", ");
                return Err(SizeError::NoSuchPlatform(platform.to_owned(), known));
            }
        };
        Ok(image.layers.iter().fold(0, |sum, size| sum.saturating_add(*size)))
    }
}

/// How large an image is, as far as it was observed.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageSize {
    /// Its manifest, which holds compressed sizes.
    Manifest(Manifest),
    /// Its size in bytes and what was measured.
    Bytes {
        /// The size.
        bytes: u64,
        /// What was measured.
        measure: Measure,
    },
}

/// What the size of an image is the size of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The layers as the registry keeps them.
    Compressed,
    /// The files in them.
    Unpacked,
}

impl Measure {
    /// `compressed` or `unpacked`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Measure::Compressed => "compressed",
            Measure::Unpacked => "unpacked",
        }
    }

    /// The measure of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Measure::Compressed, Measure::Unpacked].into_iter().find(|it| it.as_str() == name)
    }
}

impl ImageSize {
    /// What was measured.
    pub const fn measure(&self) -> Measure {
        match self {
            ImageSize::Manifest(_) => Measure::Compressed,
            ImageSize::Bytes { measure, .. } => *measure,
        }
    }

    /// The size in bytes, of one platform where there are several.
    ///
    /// # Errors
    /// Fails as [`Manifest::compressed_size`].
    pub fn bytes(&self, platform: &str) -> Result<u64, SizeError> {
        match self {
            ImageSize::Manifest(manifest) => manifest.compressed_size(platform),
            ImageSize::Bytes { bytes, .. } => Ok(*bytes),
        }
    }
}

#[derive(Deserialize)]
struct RawLayer {
    #[serde(default, alias = "mediaType", alias = "MIMEType")]
    media_type: String,
    #[serde(alias = "Size")]
    size: u64,
}

#[derive(Deserialize)]
struct RawPlatform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
    variant: Option<String>,
}

impl RawPlatform {
    fn name(&self) -> String {
        match self.variant.as_deref().filter(|it| !it.is_empty()) {
            Some(variant) => format!("{}/{}/{variant}", self.os, self.architecture),
            None => format!("{}/{}", self.os, self.architecture),
        }
    }
}

#[derive(Deserialize)]
struct RawDescriptor {
    digest: Option<String>,
    platform: Option<RawPlatform>,
}

/// Attestations travel as images of an unknown platform, or with layers of this type.
fn is_attestation(platform: Option<&str>, layers: &[RawLayer]) -> bool {
    platform == Some("unknown/unknown")
        || layers.iter().any(|layer| layer.media_type.contains("in-toto"))
}

fn read(value: &Value) -> Result<Manifest, String> {
    if let Some(list) = value.as_array() {
        let mut images = Vec::new();
        for entry in list {
            images.extend(verbose(entry)?);
        }
        return if images.is_empty() {
            Err("the list holds no image".to_owned())
        } else {
            Ok(Manifest::Images(images))
        };
    }
    if let Some(children) = value.get("manifests").and_then(Value::as_array) {
        let mut platforms = Vec::new();
        for child in children {
            let child: RawDescriptor = typed(child)?;
            platforms
                .extend(child.platform.map(|it| it.name()).filter(|it| it != "unknown/unknown"));
        }
        return Ok(Manifest::List(platforms));
    }
    if value.get("Descriptor").is_some() {
        let image = verbose(value)?.ok_or("this is an attestation, not an image")?;
        return Ok(Manifest::Images(vec![image]));
    }
    // `skopeo inspect`
    if let Some(layers) = value.get("LayersData").filter(|it| it.is_array()) {
        let layers: Vec<RawLayer> = typed(layers)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let platform = text("Os")
            .zip(text("Architecture"))
            .map(|(os, architecture)| format!("{os}/{architecture}"));
        let digest = text("Digest").map(str::to_owned);
        let layers = layers.iter().map(|layer| layer.size).collect();
        return Ok(Manifest::Images(vec![PlatformImage { platform, digest, layers }]));
    }
    match value.get("layers") {
        Some(layers) => {
            let layers: Vec<RawLayer> = typed(layers)?;
            if is_attestation(None, &layers) {
                return Err("this is an attestation, not an image".to_owned());
            }
            let layers = layers.iter().map(|layer| layer.size).collect();
            Ok(Manifest::Images(vec![PlatformImage { platform: None, digest: None, layers }]))
        }
        None => Err("this is no manifest: it has neither `layers`, `manifests`, `Descriptor` nor `LayersData`".to_owned()),
    }
}

/// One object of `docker manifest inspect -v`; nothing for an attestation.
fn verbose(value: &Value) -> Result<Option<PlatformImage>, String> {
    let descriptor: RawDescriptor =
        typed(value.get("Descriptor").ok_or("an entry of the list has no `Descriptor`")?)?;
    let body = ["OCIManifest", "SchemaV2Manifest"]
        .iter()
        .find_map(|key| value.get(*key).filter(|it| it.is_object()));
    let body = body.ok_or("an entry has neither `OCIManifest` nor `SchemaV2Manifest`")?;
    let layers: Vec<RawLayer> = typed(body.get("layers").ok_or("a manifest has no `layers`")?)?;
    let platform = descriptor.platform.map(|it| it.name());
    if is_attestation(platform.as_deref(), &layers) {
        return Ok(None);
    }
    let layers = layers.iter().map(|layer| layer.size).collect();
    Ok(Some(PlatformImage { platform, digest: descriptor.digest, layers }))
}

/// A manifest, or `{bytes, measure}`.
pub(super) fn read_size(value: &Value) -> Result<ImageSize, String> {
    let Some(bytes) = value.get("bytes") else { return read(value).map(ImageSize::Manifest) };
    let bytes = bytes.as_u64().filter(|it| *it > 0).ok_or("`bytes` is no count of bytes")?;
    let measure = value.get("measure").and_then(Value::as_str).and_then(Measure::from_name);
    let measure = measure.ok_or("`measure` says what was measured: `compressed` or `unpacked`")?;
    Ok(ImageSize::Bytes { bytes, measure })
}
