//! Rules of the user: pages in the catalog's own form, from the folders that the configuration names.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use super::disk::stays_below_root;
use super::{ConfigError, DiskFiles, Error};
use crate::model::Files as _;
use crate::rule::{
    Binding, BindingSource, Catalog, Check, Family, FixKind, OptionSpec, Rule, Severity,
    check_predicates,
};
use crate::syntax::yaml::de::{self, Spanned};
use crate::text::{Source, Span, did_you_mean};

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
    // The predicates are read again where they are used.
    #[serde(rename = "for")]
    _subject: String,
    #[serde(rename = "when")]
    _when: Option<String>,
    #[serde(rename = "assert")]
    _assert: String,
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
    given: Option<Spanned<String>>,
    then: Spanned<String>,
}

fn on() -> bool {
    true
}

/// A page of a pack.
#[derive(Clone, Debug)]
pub struct PackPage {
    /// The path of the page, as it is shown.
    pub path: String,
    /// The id of its rule.
    pub rule: String,
    /// Lines of the file that come before what the rule has as its page.
    pub lines_before: usize,
}

/// Adds the rules of the packs to the catalog: every Markdown file with front matter in the folders `packs`, or the
/// one file that is named. `config` is the path and the text of the file that names them.
///
/// # Errors
/// Fails on a pack that is none and on the first page that is none, with its place.
pub(super) fn load_packs(
    files: &DiskFiles,
    (packs, may_be_empty): (&[Spanned<String>], bool),
    config: (&str, &str),
    catalog: &mut Catalog,
) -> Result<Vec<PackPage>, Error> {
    let mut all = Vec::new();
    for pack in packs {
        let fail = |message: String, help: &str| {
            let help = Some(help.to_owned());
            Error::from(ConfigError::new(config.0, config.1, pack.span, message, help))
        };
        let path = pack.value.trim_start_matches("./").trim_end_matches('/');
        if !stays_below_root(path) {
            let help = "copy the pack into the repository, `vendor/` for instance";
            let message = format!("`{path}` lies outside the project, and nothing outside is read");
            return Err(fail(message, help));
        }
        if !files.has(path) {
            let help = "a path of `packs` counts from the root of the project";
            return Err(fail(format!("`{path}` does not exist"), help));
        }
        let pages = add_pages(files, path, "", catalog)?;
        if pages.is_empty() && !may_be_empty {
            let help =
                "a page is a Markdown file that starts with `---`; `pipespec stub` prints one";
            return Err(fail(format!("`{path}` is no pack: it has no pages of rules"), help));
        }
        all.extend(pages);
    }
    Ok(all)
}

/// Reads a pack that lies anywhere, a folder or one page, and adds its rules to the catalog.
///
/// # Errors
/// Fails on a pack that is none and on the first page that is none, with its place.
pub fn read_pack(path: &Path, catalog: &mut Catalog) -> Result<Vec<PackPage>, Error> {
    let meta = std::fs::metadata(path).map_err(|error| super::path_error(path, &error))?;
    let shown = path.to_string_lossy().replace('\\', "/");
    let (root, name) = match path.file_name().filter(|_| meta.is_file()) {
        Some(name) => (path.parent().unwrap_or(Path::new("")), name.to_string_lossy().into_owned()),
        None => (path, String::new()),
    };
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let prefix = match shown.strip_suffix(&name).unwrap_or(&shown).trim_end_matches('/') {
        "" | "." => String::new(),
        prefix => format!("{prefix}/"),
    };
    let none = globset::GlobSet::empty;
    let files = DiskFiles::new(root, none(), none());
    let pages = add_pages(&files, &name, &prefix, catalog)?;
    if pages.is_empty() {
        return Err(Error::Path {
            path: path.to_owned(),
            reason: "is no pack: it has no pages of rules".to_owned(),
        });
    }
    Ok(pages)
}

/// Adds the pages at and below `path` to the catalog.
fn add_pages(
    files: &DiskFiles,
    path: &str,
    prefix: &str,
    catalog: &mut Catalog,
) -> Result<Vec<PackPage>, Error> {
    let mut pages = Vec::new();
    for path in files.below(path).iter().filter(|path| path.ends_with(".md")) {
        let Some(page) = files.read(path).filter(|page| page.text().starts_with("---")) else {
            continue;
        };
        let shown = format!("{prefix}{path}");
        let (rule, lines_before) = rule(page, &shown)?;
        if catalog.by_id(&rule.id).is_some() {
            let message = format!("there is a rule `{}` already", rule.id);
            let help = Some("the name of the file is the id of the rule: rename it".to_owned());
            let at = Span::new(0, 3);
            return Err(ConfigError::new(&shown, page.text(), at, message, help).into());
        }
        pages.push(PackPage { path: shown, rule: rule.id.to_string(), lines_before });
        catalog.push(rule);
    }
    Ok(pages)
}

/// The rule of a page, and the lines of the file before what the rule has as its page.
fn rule(page: &Source, shown: &str) -> Result<(Rule, usize), Error> {
    let text = page.text();
    let fail = |span: Span, message: String, help: Option<String>| {
        Error::from(ConfigError::new(shown, text, span, message, help))
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
            near.filter(|(distance, _)| *distance <= 3).map(|(_, known)| did_you_mean(known))
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
    let mut binds = Vec::new();
    for binding in meta.binds {
        let given = binding.given.as_ref().map(|given| given.span.shift(base));
        let then = binding.then.span.shift(base);
        let source = BindingSource {
            given: binding.given.map(|it| Cow::Owned(it.value)),
            then: Cow::Owned(binding.then.value),
        };
        if let Err(error) = Binding::compile(&source) {
            let span = if error.pattern == *source.then { then } else { given.unwrap_or(then) };
            // The very part of the pattern, where it is written as it is read.
            let at = text[span.range()].find(error.pattern.as_str());
            let span = at.map_or(span, |at| {
                let at = span.start + u32::try_from(at).unwrap_or(0);
                error.span.shift(at)
            });
            return Err(fail(span, error.to_string(), None));
        }
        binds.push(source);
    }
    let option = |option: PageOption| OptionSpec {
        name: Cow::Owned(option.name),
        default: Cow::Owned(option.default.to_string()),
        about: Cow::Owned(option.about),
    };
    let options: Vec<OptionSpec> = meta.options.into_iter().map(option).collect();
    if let Err(error) = check_predicates(front, &binds, &options) {
        return Err(fail(error.span.shift(base), error.message, error.help));
    }
    let body = body.trim_start_matches('-').trim_start();
    let lines_before = text[..text.len() - body.len()].matches('\n').count();
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
    let rule = Rule {
        id: Cow::Owned(name.trim_end_matches(".md").to_owned()),
        family: folder.unwrap_or(default),
        title: Cow::Owned(title.trim().to_owned()),
        severity,
        enabled: meta.enabled,
        since: Cow::Owned(meta.since),
        aliases: Cow::Owned(meta.aliases.into_iter().map(Cow::Owned).collect()),
        fix: FixKind::None,
        options: Cow::Owned(options),
        binds: Cow::Owned(binds),
        page: Cow::Owned(body.to_owned()),
        check: Check::Cel(Cow::Owned(front.to_owned())),
    };
    Ok((rule, lines_before))
}
