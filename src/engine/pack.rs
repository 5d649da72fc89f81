//! Rules of the user: pages in the catalog's own form, from the folders that the configuration names.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{ConfigError, DiskFiles, Error};
use crate::model::Files as _;
use crate::rule::{
    Binding, BindingSource, Catalog, Check, Family, FixKind, OptionSpec, Rule, Severity,
    check_predicates,
};
use crate::syntax::yaml::de::{self, Spanned};
use crate::text::{Source, Span};

/// The front matter of a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    severity: Spanned<String>,
    #[serde(default)]
    since: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default = "on")]
    enabled: bool,
    #[serde(default)]
    options: Vec<PageOption>,
    #[serde(default)]
    binds: Vec<PageBinding>,
    #[serde(rename = "for")]
    subject: Spanned<String>,
    #[serde(rename = "when")]
    _when: Option<String>,
    assert: Spanned<String>,
    #[serde(rename = "at")]
    _at: Option<String>,
    #[serde(rename = "message")]
    _message: String,
    #[serde(rename = "help")]
    _help: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageOption {
    name: String,
    default: Json,
    about: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageBinding {
    given: Option<String>,
    then: Spanned<String>,
}

fn on() -> bool {
    true
}

/// Adds the rules of the packs to the catalog: every Markdown file with front matter in the folders `packs`.
///
/// # Errors
/// Fails on a folder without pages and on the first page that is none, with its place.
pub(super) fn load_packs(
    files: &DiskFiles,
    packs: &[Spanned<String>],
    catalog: &mut Catalog,
) -> Result<(), Error> {
    for pack in packs {
        let folder = pack.value.trim_start_matches("./").trim_end_matches('/');
        let below = |path: &&String| {
            path.as_str() == folder
                || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let pages = files.paths().iter().filter(below).filter(|path| path.ends_with(".md"));
        let pages: Vec<&Source> = pages.filter_map(|path| files.read(path)).collect();
        let mut count = 0;
        for page in pages.into_iter().filter(|page| page.text().starts_with("---")) {
            let rule = rule(page)?;
            if catalog.by_id(&rule.id).is_some() {
                let message = format!("there is a rule `{}` already", rule.id);
                return Err(ConfigError::new(
                    &page.path,
                    page.text(),
                    Span::new(0, 3),
                    message,
                    None,
                )
                .into());
            }
            catalog.push(rule);
            count += 1;
        }
        if count == 0 {
            return Err(Error::Path {
                path: folder.into(),
                reason: "is no pack: it has no pages of rules".to_owned(),
            });
        }
    }
    Ok(())
}

fn rule(page: &Source) -> Result<Rule, Error> {
    let text = page.text();
    let fail = |span: Span, message: String, help: Option<String>| {
        Error::from(ConfigError::new(&page.path, text, span, message, help))
    };
    let open = text.find('\n').map_or(text.len(), |at| at + 1);
    let Some((front, body)) = text[open..].split_once("\n---") else {
        return Err(fail(
            Span::new(0, 3),
            "the front matter has no end; `---` on a line of its own ends it".to_owned(),
            None,
        ));
    };
    let base = u32::try_from(open).unwrap_or(0);
    let meta: FrontMatter = de::from_str(front).map_err(|error| {
        let help = error.unknown_field().and_then(|(name, known)| {
            let near =
                known.iter().map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
            near.filter(|(distance, _)| *distance <= 3)
                .map(|(_, known)| format!("did you mean `{known}`"))
        });
        fail(error.span().shift(base), error.to_string(), help)
    })?;
    let Some(severity) = Severity::from_name(&meta.severity.value) else {
        let help = Some("there are `note`, `warning` and `error`".to_owned());
        return Err(fail(
            meta.severity.span.shift(base),
            format!("`{}` is no severity", meta.severity.value),
            help,
        ));
    };
    if let Err(error) = check_predicates(front) {
        let span = meta.subject.span.cover(meta.assert.span);
        return Err(fail(span.shift(base), error.to_string(), None));
    }
    let mut binds = Vec::new();
    for binding in meta.binds {
        let span = binding.then.span.shift(base);
        let source = BindingSource {
            given: binding.given.map(Cow::Owned),
            then: Cow::Owned(binding.then.value),
        };
        if let Err(error) = Binding::compile(&source) {
            return Err(fail(span, error.to_string(), None));
        }
        binds.push(source);
    }
    let body = body.trim_start_matches('-').trim_start();
    let Some(title) = body.strip_prefix("# ").and_then(|it| it.lines().next()) else {
        return Err(fail(
            Span::new(0, 3),
            "the page has no `# Title` behind its front matter".to_owned(),
            None,
        ));
    };
    let name = page.path.rsplit('/').next().unwrap_or_default();
    let folder = page.path.rsplit('/').nth(1).and_then(Family::from_name);
    let default = if binds.is_empty() { Family::Pipeline } else { Family::CiImage };
    let option = |option: PageOption| OptionSpec {
        name: Cow::Owned(option.name),
        default: Cow::Owned(option.default.to_string()),
        about: Cow::Owned(option.about),
    };
    Ok(Rule {
        id: Cow::Owned(name.trim_end_matches(".md").to_owned()),
        family: folder.unwrap_or(default),
        title: Cow::Owned(title.trim().to_owned()),
        severity,
        enabled: meta.enabled,
        since: Cow::Owned(meta.since),
        aliases: Cow::Owned(meta.aliases.into_iter().map(Cow::Owned).collect()),
        fix: FixKind::None,
        options: Cow::Owned(meta.options.into_iter().map(option).collect()),
        binds: Cow::Owned(binds),
        page: Cow::Owned(body.to_owned()),
        check: Check::Cel(Cow::Owned(front.to_owned())),
    })
}
