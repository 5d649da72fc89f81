use super::{DEFAULT_REGISTRY, ImageRef};
use crate::model::Date;

/// Registries that hand out the official images of Docker Hub, with what stands before the name.
const MIRRORS: [(&str, &str); 4] = [
    (DEFAULT_REGISTRY, "library/"),
    ("public.ecr.aws", "docker/library/"),
    ("mirror.gcr.io", "library/"),
    ("registry.fedoraproject.org", ""),
];

/// The users of Docker Hub that have the official images for one architecture each.
const ARCHITECTURES: [&str; 10] = [
    "amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "mips64le", "ppc64le", "riscv64",
    "s390x",
];

/// Until when releases of images get fixes.
#[derive(Clone, Debug, Default)]
pub struct Lives {
    lives: Vec<Life>,
}

/// Until when one release of an image gets fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The image: the name of an official one, else with its registry.
    pub image: String,
    /// How tags name the release: `12`, `bookworm`.
    pub tags: Vec<String>,
    /// The last day with fixes.
    pub end: Date,
    /// Where the date comes from.
    pub source: String,
    /// When the source was looked at.
    pub seen: Date,
}

impl Lives {
    /// Reads the rows `| image | tags | end | source | seen |` of a page; other lines are left alone.
    pub fn read(markdown: &str) -> Self {
        let row = |line: &str| {
            let cells = line.strip_prefix('|')?.trim_end().strip_suffix('|')?;
            let mut cells = cells.split('|').map(str::trim);
            let (image, tags) = (cells.next()?.to_owned(), cells.next()?);
            let end = cells.next()?.parse().ok()?;
            let source = cells.next()?.trim_matches(['<', '>']).to_owned();
            let seen = cells.next()?.parse().ok()?;
            let tags = tags.split_whitespace().map(str::to_owned).collect();
            Some(Life { image, tags, end, source, seen })
        };
        Self { lives: markdown.lines().filter_map(row).collect() }
    }

    /// The releases that an image is made of: its own, and that of the distribution that the tag
    /// of an official image names (`buster`, `-alpine3.15`). Those that are not known are left out.
    pub fn of(&self, image: &ImageRef<'_>) -> Vec<&Life> {
        let Some(tag) = image.effective_tag() else { return Vec::new() };
        let official = official(image);
        let name = match official {
            Some(name) => name.to_owned(),
            None => match image.registry {
                Some(registry) => format!("{registry}/{}", image.repository),
                None => image.repository.to_owned(),
            },
        };
        let own = tag.split('-').next().and_then(|it| self.find(&name, it));
        let mut found: Vec<&Life> = own.into_iter().collect();
        for part in tag.split('-').filter(|_| official.is_some()) {
            found.extend(match part.strip_prefix("alpine") {
                Some(version) => self.find("alpine", version),
                None if part.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                    self.find("debian", part).or_else(|| self.find("ubuntu", part))
                }
                None => None,
            });
        }
        found.dedup_by(|one, other| std::ptr::eq(*one, *other));
        found
    }

    fn find(&self, image: &str, version: &str) -> Option<&Life> {
        let fits = |tag: &String| {
            // Java's updates: `8u342`.
            let update = |rest: &str| {
                rest.strip_prefix('u')
                    .is_some_and(|it| it.starts_with(|ch: char| ch.is_ascii_digit()))
            };
            version
                .strip_prefix(tag.as_str())
                .is_some_and(|it| it.is_empty() || it.starts_with('.') || update(it))
        };
        self.lives.iter().find(|life| life.image == image && life.tags.iter().any(fits))
    }
}

/// The name of an official image of Docker Hub, also if it comes by way of a mirror or is the one for an
/// architecture.
pub(super) fn official<'t>(image: &ImageRef<'t>) -> Option<&'t str> {
    image.official().or_else(|| {
        let registry = image.registry_or_default();
        if registry == DEFAULT_REGISTRY
            && let Some((user, name)) = image.repository.split_once('/')
            && ARCHITECTURES.contains(&user)
        {
            return Some(name);
        }
        let (_, folder) = MIRRORS.iter().find(|(mirror, _)| *mirror == registry)?;
        let name = image.repository.strip_prefix(folder)?;
        (!name.contains('/')).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_its_release_and_its_distribution() {
        let page = "| image | tags | end | source | seen |\n|---|---|---|---|---|\n\
                    | node | 16 gallium | 2023-09-11 | <https://a> | 2026-01-01 |\n\
                    | debian | 10 buster | 2024-06-30 | <https://b> | 2026-01-01 |\n\
                    | alpine | 3.1 | 2016-11-01 | <https://c> | 2026-01-01 |\n\
                    | openjdk | 8 | 2022-07-31 | <https://d> | 2026-01-01 |\n";
        let lives = Lives::read(page);
        let ends = |text: &str| {
            let found = lives.of(&ImageRef::split(text));
            found.iter().map(|life| life.end.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(ends("node:16.20.1-buster-slim"), "2023-09-11 2024-06-30");
        assert_eq!(ends("public.ecr.aws/docker/library/node:gallium"), "2023-09-11");
        assert_eq!(ends("node:160"), "");
        assert_eq!(ends("alpine:3.14"), "");
        assert_eq!(ends("x/node:16-buster"), "");
        assert_eq!(ends("node:22-alpine3.1"), "2016-11-01");
        assert_eq!(ends("node"), "");
        assert_eq!(ends("arm64v8/buildpack-deps:buster-scm"), "2024-06-30");
        assert_eq!(ends("nginx:alpine3.1"), "2016-11-01");
        assert_eq!(ends("debian:buster"), "2024-06-30");
        assert_eq!(ends("openjdk:8u342-jdk-slim"), "2022-07-31");
        assert_eq!(ends("node:16upper"), "");
    }
}
