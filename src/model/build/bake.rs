//! Bake files: what `docker buildx bake` builds.

use super::command::is_remote;
use super::folder::join;
use super::{BuildArg, BuildPath, Given, ImageBuild};
use crate::model::Files;
use crate::syntax::hcl::{self, Body, Piece, Value, ValueKind};
use crate::text::{Location, Source, Span};

/// Targets and groups that are followed from one command.
const MAX_TARGETS: usize = 200;

/// The files that are read without `-f`, as far as they are read here.
const DEFAULT_FILES: [&str; 4] = [
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
];
/// Files that `bake` would read too, and that are not read here.
const COMPOSE_FILES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// What the command line asks for.
pub(super) struct Request {
    /// The files of `-f`.
    pub files: Vec<Option<String>>,
    /// The targets and groups.
    pub targets: Vec<Option<String>>,
    /// What `--set` sets.
    pub set: Vec<Given>,
    /// The folder that it runs in.
    pub folder: Option<String>,
}

/// The value that the environment gives a variable: nothing if it gives none, `Some(None)` if it is
/// not known.
pub(super) type Environment<'e> = &'e dyn Fn(&str) -> Option<Option<String>>;

/// One file: its blocks, those of JSON in the same form.
struct File<'p> {
    source: &'p Source,
    body: Body,
}

/// What the files say about one target; `inherits` comes first.
struct Target<'f> {
    name: String,
    parts: Vec<(&'f Source, &'f Body)>,
}

struct Bake<'f, 'e> {
    files: &'f [File<'f>],
    environment: Environment<'e>,
}

/// The builds of the targets that are asked for. One without details if the files cannot be read.
pub(super) fn builds(
    command: &ImageBuild,
    request: &Request,
    files: &dyn Files,
    environment: Environment<'_>,
) -> Vec<ImageBuild> {
    let unknown = || {
        let build = ImageBuild { is_complete: false, target: None, ..command.clone() };
        vec![build]
    };
    let Some(read) = read(request, files).filter(|_| command.is_complete) else {
        return unknown();
    };
    let bake = Bake { files: &read, environment };
    let wanted: Option<Vec<String>> = request.targets.iter().cloned().collect();
    let Some(mut wanted) = wanted else { return unknown() };
    if wanted.is_empty() {
        wanted.push("default".to_owned());
    }
    let Some(targets) = bake.targets(wanted) else { return unknown() };
    let folder = request.folder.as_deref().unwrap_or_default();
    let found = targets.iter().map(|target| bake.build(command, target, &request.set, folder));
    found.collect()
}

/// Reads the bake files; nothing if one of them is not known or not of a kind that is read.
fn read<'p>(request: &Request, files: &'p dyn Files) -> Option<Vec<File<'p>>> {
    let folder = request.folder.as_deref()?;
    let named = |name: &&str| join(folder, name).is_some_and(|path| files.exists(&path));
    let names: Vec<String> = if request.files.is_empty() {
        if COMPOSE_FILES.iter().any(named) {
            return None;
        }
        DEFAULT_FILES.iter().filter(|name| named(name)).map(|&name| name.to_owned()).collect()
    } else {
        request.files.iter().cloned().collect::<Option<_>>()?
    };
    let mut read = Vec::new();
    for name in names {
        let source = files.read(&join(folder, &name)?)?;
        let body = match name.rsplit('.').next() {
            Some("hcl") => hcl::parse(source.text()),
            Some("json") => json_body(hcl::parse_value(source.text())),
            _ => return None,
        };
        // A matrix makes targets of names that are not worked out.
        if body.blocks_of("target").any(|target| target.body.get("matrix").is_some()) {
            return None;
        }
        read.push(File { source, body });
    }
    (!read.is_empty()).then_some(read)
}

/// `{"target": {"a": {...}}}` as `target "a" { ... }`.
fn json_body(value: Value) -> Body {
    let mut body = Body::default();
    for (kind, named) in value.entries() {
        for (name, of) in named.entries() {
            let attribute = |(name, value): &(String, Value)| hcl::Attribute {
                name: name.clone(),
                value: value.clone(),
            };
            let attributes = of.entries().iter().map(attribute).collect();
            let inner = Body { attributes, blocks: Vec::new() };
            let (kind, labels) = (kind.clone(), vec![name.clone()]);
            body.blocks.push(hcl::Block { kind, labels, body: inner, span: of.span });
        }
    }
    body
}

impl<'f> Bake<'f, '_> {
    fn blocks(&self, kind: &'static str, name: &str) -> Vec<(&'f Source, &'f hcl::Block)> {
        let files = self.files.iter();
        let all = files.flat_map(|file| file.body.blocks_of(kind).map(|it| (file.source, it)));
        all.filter(|(_, block)| block.labels.first().is_some_and(|own| own == name)).collect()
    }

    /// The targets of these names, and of the groups of these names.
    fn targets(&self, wanted: Vec<String>) -> Option<Vec<Target<'f>>> {
        let mut names = wanted;
        let mut targets = Vec::new();
        let mut at = 0;
        while let Some(name) = names.get(at).cloned() {
            at += 1;
            if at > MAX_TARGETS {
                return None;
            }
            if let Some((_, group)) = self.blocks("group", &name).last() {
                for item in group.body.get("targets")?.items() {
                    let item = self.text(item)?;
                    if !names.contains(&item) {
                        names.push(item);
                    }
                }
                continue;
            }
            let mut parts = Vec::new();
            self.collect(&name, &mut parts, 0);
            if parts.is_empty() {
                return None;
            }
            targets.push(Target { name, parts });
        }
        Some(targets)
    }

    /// The blocks that make a target: those that it inherits, then its own.
    fn collect(&self, name: &str, parts: &mut Vec<(&'f Source, &'f Body)>, depth: u32) {
        if depth > 8 || parts.len() > MAX_TARGETS {
            return;
        }
        let own = self.blocks("target", name);
        for (_, block) in &own {
            for base in block.body.get("inherits").into_iter().flat_map(Value::items) {
                if let Some(base) = self.text(base) {
                    self.collect(&base, parts, depth + 1);
                }
            }
        }
        parts.extend(own.into_iter().map(|(source, block)| (source, &block.body)));
    }

    fn build(
        &self,
        command: &ImageBuild,
        target: &Target<'f>,
        set: &[Given],
        folder: &str,
    ) -> ImageBuild {
        let mut build = command.clone();
        let last = |name: &str| {
            let mut found = target.parts.iter().rev();
            found.find_map(|(source, body)| Some((*source, body.get(name)?)))
        };
        let text = |name: &str| {
            let (source, value) = last(name)?;
            (value.kind != ValueKind::Null)
                .then(|| Given { text: self.text(value), at: source.at(value.span) })
        };
        build.target = text("target");
        let (mut context, mut dockerfile) = (text("context"), text("dockerfile"));
        if last("dockerfile-inline").is_some() {
            dockerfile = Some(Given { text: None, at: build.at });
        }
        build.args = self.args(target);
        build.tags = self.list(target, "tags", &|value| self.text(value));
        build.secrets = self.list(target, "secret", &|value| self.secret(value));
        build.contexts = self.contexts(target);
        for given in set {
            let Some((key, value)) = given.text.as_deref().and_then(|it| it.split_once('=')) else {
                build.is_complete = false;
                continue;
            };
            let Some((pattern, field)) = key.split_once('.') else { continue };
            let others = pattern != "*" && pattern != target.name;
            if others && !pattern.contains('*') {
                continue;
            }
            let value = (!others).then(|| value.to_owned());
            let at = given.at;
            match field.split_once('.') {
                Some(("args", name)) => build.args.push(BuildArg {
                    name: name.to_owned(),
                    value,
                    variables: Vec::new(),
                    at,
                }),
                Some(("contexts", name)) => {
                    build.contexts.push(Given { text: Some(name.to_owned()), at });
                }
                None if field == "target" => build.target = Some(Given { text: value, at }),
                None if field == "context" => context = Some(Given { text: value, at }),
                None if field == "dockerfile" => dockerfile = Some(Given { text: value, at }),
                _ => {}
            }
        }
        let place = |given: &Option<Given>, default: &str| match given {
            Some(given) => (given.text.clone(), given.at),
            None => (Some(default.to_owned()), build.at),
        };
        let (context, context_at) = place(&context, ".");
        let (file, file_at) = place(&dockerfile, "Dockerfile");
        let context = context.filter(|it| !is_remote(it));
        let context = context.and_then(|path| join(folder, &path));
        let file = context.as_deref().zip(file).and_then(|(path, file)| join(path, &file));
        let paths =
            |path: Option<String>, at| BuildPath { candidates: path.into_iter().collect(), at };
        build.context = paths(context, context_at);
        build.dockerfile = paths(file, file_at);
        build
    }

    fn args(&self, target: &Target<'f>) -> Vec<BuildArg> {
        let mut args: Vec<BuildArg> = Vec::new();
        for (source, body) in &target.parts {
            for (name, value) in body.get("args").into_iter().flat_map(Value::entries) {
                args.retain(|arg| arg.name != *name);
                if value.kind == ValueKind::Null {
                    continue;
                }
                args.push(BuildArg {
                    name: name.clone(),
                    value: self.text(value),
                    variables: variables(value),
                    at: key_place(source, value.span),
                });
            }
        }
        args
    }

    fn contexts(&self, target: &Target<'f>) -> Vec<Given> {
        let bodies = target.parts.iter();
        let all = bodies.filter_map(|(source, body)| Some((source, body.get("contexts")?)));
        let named = all.flat_map(|(source, map)| map.entries().iter().map(move |it| (source, it)));
        named
            .map(|(source, (name, value))| Given {
                text: Some(name.clone()),
                at: key_place(source, value.span),
            })
            .collect()
    }

    fn list(
        &self,
        target: &Target<'f>,
        name: &str,
        read: &dyn Fn(&Value) -> Option<String>,
    ) -> Vec<Given> {
        let mut parts = target.parts.iter().rev();
        let last = parts.find_map(|(source, body)| Some((source, body.get(name)?)));
        let items = last.into_iter();
        let items =
            items.flat_map(|(source, list)| list.items().iter().map(move |it| (source, it)));
        items.map(|(source, it)| Given { text: read(it), at: source.at(it.span) }).collect()
    }

    /// The id of a secret: `"id=npm,env=NPM"` or `{ id = "npm" }`.
    fn secret(&self, value: &Value) -> Option<String> {
        if let Some((_, id)) = value.entries().iter().find(|(key, _)| key == "id") {
            return self.text(id);
        }
        let text = self.text(value)?;
        text.split(',').find_map(|field| Some(field.trim().strip_prefix("id=")?.to_owned()))
    }

    fn text(&self, value: &Value) -> Option<String> {
        self.text_in(value, 0)
    }

    fn text_in(&self, value: &Value, depth: u32) -> Option<String> {
        let ValueKind::Text(pieces) = &value.kind else { return None };
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Variable(name) if depth < 4 => {
                if let Some(given) = (self.environment)(name) {
                    return given;
                }
                let (_, block) = self.blocks("variable", name).pop()?;
                self.text_in(block.body.get("default")?, depth + 1)
            }
            _ => None,
        };
        pieces.iter().map(piece).collect()
    }
}

/// The variables that a text is made of.
fn variables(value: &Value) -> Vec<String> {
    let ValueKind::Text(pieces) = &value.kind else { return Vec::new() };
    let names = pieces.iter().filter_map(|piece| match piece {
        Piece::Variable(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// From the start of the line to the end of a value: its key is part of it.
fn key_place(source: &Source, value: Span) -> Location {
    let before = source.text().get(..value.start as usize).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before[line..].len() - before[line..].trim_start().len();
    let start = u32::try_from(line + indent).unwrap_or(value.start);
    source.at(Span::new(start.min(value.start), value.end))
}
