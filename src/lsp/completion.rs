//! What could be typed at a place of a CI file.

use std::collections::BTreeSet;

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, MarkupContent, MarkupKind, Range,
    TextEdit,
};

use super::documents::Document;
use super::hover;
use super::names::{JobName, Names};
use super::place::{Named, Site};
use super::position::Encoding;
use crate::model::gitlab::{
    Keyword, Place, Spot, Version, conflicts, described_at, keywords, spot,
};
use crate::syntax::yaml::{Cursor, Outline, Slot, Step};

/// What completion goes by.
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    /// The path of the document in its project.
    pub(super) path: &'a str,
    pub(super) names: &'a Names,
    /// The files of the project.
    pub(super) listing: &'a [String],
    pub(super) encoding: Encoding,
    /// Whether the editor strikes out what is deprecated.
    pub(super) has_tags: bool,
}

pub(super) fn complete(context: &Context<'_>, offset: usize) -> Vec<CompletionItem> {
    let text = context.document.text.as_str();
    let outline = Outline::new(text);
    let Some(cursor) = outline.cursor(offset) else { return Vec::new() };
    let Some(site) = Site::new(&outline, &cursor) else { return Vec::new() };
    let range = context.document.range(context.encoding, cursor.word);
    let mut items = Items { context, cursor: &cursor, site: &site, range, all: Vec::new() };
    if cursor.slot != Slot::Value {
        items.keys();
    }
    if cursor.slot != Slot::Key {
        items.values();
    }
    items.all
}

struct Items<'a, 't> {
    context: &'a Context<'a>,
    cursor: &'a Cursor<'t>,
    site: &'a Site<'t>,
    range: Range,
    all: Vec<CompletionItem>,
}

impl Items<'_, '_> {
    fn is_known(&self, since: Option<Version>) -> bool {
        let version = self.context.names.version;
        version.zip(since).is_none_or(|(version, since)| since <= version)
    }

    fn keys(&mut self) {
        let (cursor, site) = (self.cursor, self.site);
        let Some(here) = site.spot() else { return };
        let in_item = matches!(cursor.way.last(), Some(Step::Item(..)));
        // Brackets of a list take a mapping only in braces.
        if cursor.in_flow && cursor.slot == Slot::Either {
            return;
        }
        let is_whole = site.keys.is_empty();
        let mut found: Vec<(Place, &'static Keyword)> =
            here.keys().into_iter().map(|it| (site.place, it)).collect();
        if is_whole && site.place == Place::Global && cursor.document == 0 {
            found.extend(keywords(Place::Header).iter().map(|it| (Place::Header, it)));
        }
        let decided = ["script", "run", "trigger"];
        if is_whole
            && site.place == Place::Job
            && !cursor.beside.iter().any(|it| decided.contains(it))
        {
            let trigger = keywords(Place::TriggerJob).iter().filter(|it| it.name == "trigger");
            found.extend(trigger.map(|it| (Place::TriggerJob, it)));
        }
        let dash = !in_item && !cursor.in_flow && (cursor.in_list || here.is_list());
        for (place, keyword) in found {
            let path: Vec<&str> = site.keys.iter().copied().chain([keyword.name]).collect();
            let beside = |name: &&str| cursor.beside.contains(name) && !dash;
            if beside(&keyword.name)
                || conflicts(place, &path).iter().any(beside)
                || !self.is_known(keyword.since)
            {
                continue;
            }
            let below = spot(place, &path);
            let item = self.key(keyword, &path, place, (dash, below));
            self.all.push(item);
        }
    }

    fn key(
        &self,
        keyword: &Keyword,
        path: &[&str],
        place: Place,
        (dash, below): (bool, Option<Spot>),
    ) -> CompletionItem {
        let is_block = below.is_some_and(|it| it.is_collection()) && !self.cursor.in_flow;
        let colon = match (self.cursor.is_key, is_block) {
            (true, _) => "",
            (false, true) => ":",
            (false, false) => ": ",
        };
        let new = format!("{}{}{colon}", if dash { "- " } else { "" }, keyword.name);
        let mut item = self.item(keyword.name, CompletionItemKind::Property, new);
        let since = keyword.since.map(|it| format!(" [since {it}]")).unwrap_or_default();
        item.detail = Some(format!("{}{since}", keyword.summary));
        if let Some(found) = described_at(place, path) {
            let value = hover::page(&found);
            let markup = MarkupContent { kind: MarkupKind::Markdown, value };
            item.documentation = Some(markup.into());
        }
        if keyword.deprecated.is_some() {
            item.tags = self.context.has_tags.then(|| vec![CompletionItemTag::Deprecated]);
            // Behind all others.
            item.sort_text = Some(format!("~{}", keyword.name));
        }
        item
    }

    fn values(&mut self) {
        let (cursor, site) = (self.cursor, self.site);
        let in_item = matches!(cursor.way.last(), Some(Step::Item(..)));
        if let Some(named) = site.names(cursor) {
            return self.named(named, !in_item && cursor.in_list);
        }
        let Some(spot) = site.spot() else { return };
        for word in spot.words() {
            let since = spot.keyword.and_then(|it| it.word_since(word));
            if !self.is_known(since) || cursor.items.contains(&word) {
                continue;
            }
            let mut item = self.item(word, CompletionItemKind::EnumMember, word.to_owned());
            item.detail = since.map(|it| format!("since {it}"));
            self.all.push(item);
        }
    }

    fn named(&mut self, named: Named, dash: bool) {
        let Context { names, path, listing, .. } = *self.context;
        let own = self.site.job;
        let mut found: Vec<(String, CompletionItemKind, Option<String>)> = Vec::new();
        // Jobs in stages behind that of the job that is typed.
        let mut later: BTreeSet<String> = BTreeSet::new();
        match named {
            Named::Job | Named::Base | Named::Entry => {
                let stages = names.stages(path);
                let place = |job: &JobName| {
                    let stage = job.stage.as_ref()?;
                    stages.iter().position(|(name, _)| name == stage)
                };
                let jobs = names.jobs(path);
                let here = jobs.iter().find(|it| own == Some(it.name.as_str()));
                if let Some(here) = here.and_then(|it| place(it)) {
                    let behind = jobs.iter().filter(|it| place(it).is_some_and(|at| at > here));
                    later.extend(behind.map(|it| it.name.clone()));
                }
                let jobs = jobs.into_iter().filter(|it| named != Named::Job || !it.is_hidden);
                found.extend(jobs.filter(|it| own != Some(it.name.as_str())).map(|job| {
                    let line = job.at.range.start.line + 1;
                    let stage = job.stage.as_ref().map(|it| format!(", stage `{it}`"));
                    let detail = format!("{}:{line}{}", job.at.path, stage.unwrap_or_default());
                    (job.name.clone(), CompletionItemKind::Reference, Some(detail))
                }));
            }
            Named::Keyword => {
                let before = self.cursor.items.first();
                let job = before.and_then(|name| names.job(path, unquoted(name)));
                let keys = job.into_iter().flat_map(|it| &it.keys);
                found
                    .extend(keys.map(|(key, _)| (key.clone(), CompletionItemKind::Property, None)));
            }
            Named::Stage => {
                let stages = names.stages(path).into_iter();
                found.extend(
                    stages.map(|(it, _)| (it.clone(), CompletionItemKind::EnumMember, None)),
                );
            }
            Named::File => {
                let is_yaml = |it: &&String| it.ends_with(".yml") || it.ends_with(".yaml");
                let files = listing.iter().filter(is_yaml).filter(|it| *it != path);
                found.extend(files.map(|it| (it.clone(), CompletionItemKind::File, None)));
            }
            Named::Default => {
                let keys = keywords(Place::Default).iter();
                found.extend(keys.map(|it| {
                    (it.name.to_owned(), CompletionItemKind::Property, Some(it.summary.to_owned()))
                }));
            }
        }
        for (at, (name, kind, detail)) in found.into_iter().enumerate() {
            if self.cursor.items.iter().any(|it| unquoted(it) == name) && named != Named::Keyword {
                continue;
            }
            let written = format!("{}{}", if dash { "- " } else { "" }, self.written(&name));
            let mut item = self.item(&name, kind, written);
            item.detail = detail;
            match named {
                Named::Stage => item.sort_text = Some(format!("{at:04}")),
                // It cannot be done before this one, so it is offered last.
                Named::Job if later.contains(&name) => item.sort_text = Some(format!("~{name}")),
                _ => {}
            }
            self.all.push(item);
        }
    }

    /// A name as YAML wants it: in quotes where it would be something else.
    fn written(&self, name: &str) -> String {
        let text = &self.context.document.text;
        let start = self.cursor.word.start as usize;
        let is_quoted = text[..start].ends_with(['"', '\'']);
        let is_other = name.contains(": ")
            || name.contains(" #")
            || name.starts_with(|ch: char| "!&*-?[]{}|>@`\"'%,#:".contains(ch))
            || self.cursor.in_flow && name.contains([',', '[', ']', '{', '}']);
        match is_other && !is_quoted {
            true => format!("'{}'", name.replace('\'', "''")),
            false => name.to_owned(),
        }
    }

    fn item(&self, label: &str, kind: CompletionItemKind, new: String) -> CompletionItem {
        CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            filter_text: Some(label.to_owned()),
            text_edit: Some(TextEdit::new(self.range, new).into()),
            ..CompletionItem::default()
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}
