//! Platforms as containerd reads them.

/// Operating systems that containerd knows by their bare name.
const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "macos",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// Architectures that containerd knows by their bare name.
const ARCHITECTURES: [&str; 30] = [
    "386",
    "aarch64",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "armel",
    "armhf",
    "i386",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "x86-64",
    "x86_64",
];

/// Whether `text` is `os`, `arch`, `os/arch` or `os/arch/variant`; the system may have a version in
/// parentheses.
pub fn is_platform(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let is_word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let bare = |part: &str| -> Option<String> {
        let system = part.split_once('(').map_or(part, |(system, _)| system);
        (system == part || part.ends_with(')')).then(|| system.to_ascii_lowercase())
    };
    let Some((system, rest)) = parts.split_first() else { return false };
    let Some(system) = bare(system).filter(|system| is_word(system)) else { return false };
    if rest.is_empty() {
        return SYSTEMS.contains(&system.as_str()) || ARCHITECTURES.contains(&system.as_str());
    }
    rest.len() <= 2 && rest.iter().all(|part| is_word(part))
}

#[cfg(test)]
mod tests {
    use super::is_platform;

    #[test]
    fn platforms_have_up_to_three_parts() {
        for text in ["linux", "arm64", "linux/amd64", "linux/arm/v7", "windows(10.0.1)/amd64"] {
            assert!(is_platform(text), "{text}");
        }
        for text in
            ["", "lynx", "linux/", "/amd64", "a/b/c/d", "linux/amd64,linux/arm64", "linux/*"]
        {
            assert!(!is_platform(text), "{text}");
        }
    }
}
