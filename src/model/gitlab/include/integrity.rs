use sha2::{Digest, Sha256};

/// What the server says of an `integrity` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integrity {
    /// It is no `sha256-` with the base64 of 32 bytes.
    Malformed,
    /// It is the digest of other bytes.
    Differs,
    Fits,
}

/// Checks an `integrity` value, against the text of the file where it is known.
pub(super) fn integrity(value: &str, text: Option<&str>) -> Integrity {
    let digest = value.strip_prefix("sha256-").and_then(decode).filter(|it| it.len() == 32);
    match (digest, text) {
        (None, _) => Integrity::Malformed,
        (Some(digest), Some(text)) if *digest != *Sha256::digest(text.as_bytes()) => {
            Integrity::Differs
        }
        _ => Integrity::Fits,
    }
}

/// Whether a text is strict base64; an empty one is.
pub(in crate::model::gitlab) fn is_base64(text: &str) -> bool {
    text.is_empty() || decode(text).is_some()
}

/// Strict base64: whole groups of four, padding only at the end, no stray bits.
pub(in crate::model::gitlab) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(4) {
        return None;
    }
    let content = text.trim_end_matches('=');
    if text.len() - content.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0u32, 0u32);
    for byte in content.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_fits_its_text_alone() {
        let empty = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(integrity(empty, Some("")), Integrity::Fits);
        assert_eq!(integrity(empty, Some("a")), Integrity::Differs);
        assert_eq!(integrity(empty, None), Integrity::Fits);
        for bad in [
            "md5-abc",
            "sha256-",
            "sha256-abcd",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
        ] {
            assert_eq!(integrity(bad, None), Integrity::Malformed, "{bad}");
        }
    }
}
