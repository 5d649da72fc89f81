//! Requests with limits: of time, of size, of waiting, of where credentials go.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{Request, Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy};

use super::{CollectError, Credentials};

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until a server answers, and between two reads.
    pub timeout: Duration,
    /// For one blob.
    pub blob_time: Duration,
    /// Bytes of an answer in JSON.
    pub json_bytes: u64,
    /// Bytes of a blob.
    pub blob_bytes: u64,
    /// How often a request is made anew after being told to wait.
    pub retries: u32,
    /// The longest time that is waited before one.
    pub wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            blob_time: Duration::from_secs(900),
            json_bytes: 16 << 20,
            blob_bytes: 16 << 30,
            retries: 3,
            wait: Duration::from_secs(60),
        }
    }
}

const REDIRECTS: u32 = 5;

/// A server with who asks it.
pub(super) struct Client {
    agent: Agent,
    pub(super) limits: Limits,
    /// `https` or `http`.
    pub(super) scheme: &'static str,
    /// Host and port.
    pub(super) host: String,
}

/// An answer whose status and headers are there.
pub(super) type Answer = Response<Body>;

/// Whether a host is this machine, where plain HTTP does no harm.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost"
        || name == "[::1]"
        || name.starts_with("127.") && !name.contains(|ch: char| ch.is_ascii_alphabetic())
}

impl Client {
    /// A client for one server. This machine is asked without TLS, unless `tls` says otherwise; no other is.
    pub(super) fn new(
        (host, tls): (&str, bool),
        limits: Limits,
        roots: Option<&[u8]>,
    ) -> Result<Self, CollectError> {
        let loopback = is_loopback(host);
        let scheme = if loopback && !tls { "http" } else { "https" };
        if scheme == "https" {
            processor_fits()?;
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(limits.timeout))
            .timeout_recv_response(Some(limits.timeout))
            .timeout_per_read(Some(limits.timeout))
            .max_response_header_size(64 << 10)
            .user_agent(concat!("pipespec/", env!("CARGO_PKG_VERSION")))
            .tls_config(trusted(roots)?);
        if loopback {
            config = config.proxy(None);
        } else {
            config = config.proxy(Proxy::try_from_env());
        }
        let agent = config.build().new_agent();
        Ok(Self { agent, limits, scheme, host: host.to_owned() })
    }

    /// The same server over connections of its own.
    pub(super) fn anew(&self) -> Self {
        let agent = self.agent.config().clone().new_agent();
        Self { agent, limits: self.limits, scheme: self.scheme, host: self.host.clone() }
    }

    /// Asks for a path of the server. Follows redirects, the credentials left behind where they lead to another host;
    /// waits as the server asks.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        credentials: &Credentials,
    ) -> Result<Answer, CollectError> {
        let mut waits = 0;
        loop {
            let answer = self.ask_once(method, path, headers, credentials)?;
            let status = answer.status().as_u16();
            if status != 429 && status != 503 {
                return Ok(answer);
            }
            let asked = header(&answer, "retry-after").and_then(|it| it.trim().parse::<u64>().ok());
            // Without a time of its own, a little longer each time.
            let seconds = asked.unwrap_or(1_u64 << waits.min(6));
            if waits >= self.limits.retries || Duration::from_secs(seconds) > self.limits.wait {
                return Err(CollectError::RateLimited { host: self.host.clone(), seconds });
            }
            waits += 1;
            std::thread::sleep(Duration::from_secs(seconds));
        }
    }

    fn ask_once(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        credentials: &Credentials,
    ) -> Result<Answer, CollectError> {
        let own = format!("{}://{}", self.scheme, self.host);
        let mut url = format!("{own}{path}");
        for _ in 0..=REDIRECTS {
            let at_home = url.strip_prefix(&own).is_some_and(|rest| rest.starts_with('/'));
            let mut request = Request::builder().method(method).uri(&url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if let Some((name, value)) = credentials.header().filter(|_| at_home) {
                request = request.header(name, value);
            }
            let request =
                request.body(()).map_err(|_| self.unreachable("the address is not usable"))?;
            let answer = self.agent.run(request).map_err(|error| self.failed(&error))?;
            let status = answer.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let place = header(&answer, "location")
                .ok_or_else(|| self.unreachable("it redirects to nowhere"))?;
            url = if place.starts_with('/') && !place.starts_with("//") {
                let end = url.find("://").map_or(0, |at| at + 3);
                let host = url[end..].find('/').map_or(url.len(), |at| end + at);
                format!("{}{place}", &url[..host])
            } else {
                place.to_owned()
            };
            let target: Uri =
                url.parse().map_err(|_| self.unreachable("it redirects to no address"))?;
            let plain = target.scheme_str() != Some("https");
            let local = target.authority().is_some_and(|it| is_loopback(it.as_str()));
            if plain && !(self.scheme == "http" && local) {
                return Err(self.unreachable("it redirects to an address without TLS"));
            }
        }
        Err(self.unreachable("it redirects without end"))
    }

    /// The answer as JSON.
    pub(super) fn json(&self, what: &str, answer: Answer) -> Result<Value, CollectError> {
        let bytes = self.bytes(what, answer)?;
        serde_json::from_slice(&bytes).map_err(|error| {
            self.unusable(
                what,
                format!("it is no JSON (line {}, column {})", error.line(), error.column()),
            )
        })
    }

    /// The answer as it is.
    pub(super) fn bytes(&self, what: &str, answer: Answer) -> Result<Vec<u8>, CollectError> {
        let mut bytes = Vec::new();
        self.drain(what, answer, self.limits.json_bytes, |part| bytes.extend_from_slice(part))?;
        Ok(bytes)
    }

    /// Reads the answer to nowhere, and gives its bytes piece by piece to `each`; tells how many there were.
    pub(super) fn drain(
        &self,
        what: &str,
        mut answer: Answer,
        most: u64,
        mut each: impl FnMut(&[u8]),
    ) -> Result<u64, CollectError> {
        let start = Instant::now();
        let mut reader = answer.body_mut().as_reader();
        let mut buffer = vec![0_u8; 64 << 10];
        let mut count = 0_u64;
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => return Ok(count),
                Ok(read) => read,
                Err(error) => {
                    let reason = format!("it breaks off after {count} bytes: {}", words(&error));
                    return Err(self.unusable(what, reason));
                }
            };
            count += read as u64;
            if count > most.min(self.limits.blob_bytes) {
                return Err(self.unusable(what, format!("it has more than {most} bytes")));
            }
            if start.elapsed() > self.limits.blob_time {
                return Err(self.unusable(what, "it takes too long".to_owned()));
            }
            each(buffer.get(..read).unwrap_or_default());
        }
    }

    /// An answer that is no success, in words.
    pub(super) fn refused(&self, what: &str, status: u16) -> CollectError {
        let host = self.host.clone();
        let what = what.to_owned();
        match status {
            401 => CollectError::Refused {
                host,
                what,
                reason: "it wants credentials, or does not accept these (401)".to_owned(),
            },
            403 => CollectError::Refused {
                host,
                what,
                reason: "these credentials do not allow it (403)".to_owned(),
            },
            404 => CollectError::Missing { host, what },
            _ => CollectError::Answer { host, what, reason: format!("its status is {status}") },
        }
    }

    pub(super) fn unusable(&self, what: &str, reason: String) -> CollectError {
        CollectError::Answer { host: self.host.clone(), what: what.to_owned(), reason }
    }

    fn unreachable(&self, reason: &str) -> CollectError {
        CollectError::Unreachable { host: self.host.clone(), reason: reason.to_owned() }
    }

    /// What went wrong below HTTP. Nothing of the request is in it.
    fn failed(&self, error: &ureq::Error) -> CollectError {
        let reason = match error {
            ureq::Error::Io(error) => words(error),
            ureq::Error::Timeout(_) => {
                format!("no answer within {} s", self.limits.timeout.as_secs())
            }
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            ureq::Error::ConnectionFailed => "no connection".to_owned(),
            ureq::Error::Rustls(error) => format!("TLS: {error}"),
            ureq::Error::Protocol(_) => "its answer is no HTTP".to_owned(),
            _ => "the request failed".to_owned(),
        };
        self.unreachable(&reason)
    }
}

/// A header as text.
pub(super) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// The path and query behind `rel="next"` of a `Link` header. A server may know itself by another name than we do, so
/// the host in it says nothing; the page is asked for where the others were.
pub(super) fn next_page(answer: &Answer) -> Option<String> {
    let link = header(answer, "link")?;
    let next = link.split(',').find(|it| it.contains("rel=\"next\"") || it.contains("rel=next"))?;
    let target = next.split_once('<')?.1.split_once('>')?.0;
    let path = match target.split_once("://") {
        Some((_, behind)) => &behind[behind.find('/')?..],
        None => target,
    };
    path.starts_with('/').then(|| path.to_owned())
}

fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn trusted(roots: Option<&[u8]>) -> Result<TlsConfig, CollectError> {
    let mut config = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls_graviola::default_provider()));
    if let Some(pem) = roots {
        let certificates = parse_pem(pem).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        let certificates: Vec<Certificate<'static>> = certificates.collect();
        if certificates.is_empty() {
            return Err(CollectError::usage(
                "the file of certificates holds none",
                "`SSL_CERT_FILE` and `CI_SERVER_TLS_CA_FILE` name a file in PEM form",
            ));
        }
        config = config.root_certs(RootCerts::new_with_certs(&certificates));
    }
    Ok(config.build())
}

/// The cryptography wants instructions that processors have since about 2014.
fn processor_fits() -> Result<(), CollectError> {
    #[cfg(target_arch = "x86_64")]
    let fits = std::arch::is_x86_feature_detected!("aes")
        && std::arch::is_x86_feature_detected!("ssse3")
        && std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("adx")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    let fits = std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let fits = false;
    if fits {
        return Ok(());
    }
    Err(CollectError::usage(
        "this processor lacks the instructions that our TLS needs (AES, AVX2, ADX, BMI2)",
        "collect on another machine; evidence files work everywhere",
    ))
}
