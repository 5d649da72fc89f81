//! A resolved pipeline as YAML: what GitLab's loader reads back to the same values.

mod origin;
mod scalar;

pub(super) use self::origin::place;
pub(super) use self::scalar::quoted;

use self::origin::way;
use self::scalar::{Scalar, key, scalar};
use crate::model::gitlab::{Entry, Job, Pipeline, Unknown, Value, ValueKind};
use crate::text::Sources;

/// How a resolved pipeline is shown.
#[derive(Clone, Debug, Default)]
pub struct ResolvedOptions {
    /// Whether each value has the place where it was written, and the way it came, behind it.
    pub origins: bool,
    /// What stands before each path.
    pub prefix: String,
}

/// The whole configuration after includes, `extends` and references.
pub fn render_resolved(
    pipeline: &Pipeline<'_>,
    sources: &Sources,
    options: &ResolvedOptions,
) -> String {
    let mut writer = Writer { sources, options, out: String::new() };
    if !pipeline.missing.is_empty() {
        let count = pipeline.missing.len();
        writer.out = format!("# not complete: {count} of the included files could not be read\n");
    }
    if pipeline.config.is_empty() {
        writer.out.push_str("{}\n");
    }
    writer.top(pipeline.config.entries(), |name| pipeline.job(name).is_some_and(Job::is_partial));
    writer.out
}

/// One job, with what it inherits from `default`; or a hidden entry. Nothing if there is none of this
/// name. An instance of a job is shown as its job.
pub fn render_resolved_job(
    pipeline: &Pipeline<'_>,
    name: &str,
    sources: &Sources,
    options: &ResolvedOptions,
) -> Option<String> {
    let mut writer = Writer { sources, options, out: String::new() };
    let job = pipeline.job(name).or_else(|| pipeline.job_by_run_name(name));
    let name = job.map_or(name, |job| job.name.as_str());
    let mut entry =
        pipeline.config.entry(name).filter(|_| job.is_some() || name.starts_with('.'))?.clone();
    if let Some(job) = job {
        entry.value = with_defaults(job);
    }
    writer.top(std::slice::from_ref(&entry), |_| job.is_some_and(Job::is_partial));
    Some(writer.out)
}

/// The mapping of a job with the values that it inherits, its own keywords first.
fn with_defaults<'p>(job: &Job<'p>) -> Value<'p> {
    let inherited = |keyword: &str| job.defaulted.iter().find(|(key, _)| *key == keyword);
    let mut entries: Vec<Entry<'p>> = job.value.entries().to_vec();
    for entry in &mut entries {
        if let Some((_, value)) = inherited(&entry.key).filter(|_| entry.value.is_null()) {
            entry.value = value.clone();
        }
    }
    for (keyword, value) in &job.defaulted {
        if !entries.iter().any(|entry| entry.key == *keyword) {
            let key_kind = crate::model::gitlab::KeyKind::Str;
            let value = value.clone();
            entries.push(Entry { key: (*keyword).into(), key_kind, key_at: value.at(), value });
        }
    }
    let map = crate::model::gitlab::Map::new(entries);
    Value { kind: ValueKind::Map(map.into()), ..job.value.clone() }
}

struct Writer<'a> {
    sources: &'a Sources,
    options: &'a ResolvedOptions,
    out: String,
}

/// How deep values are written. GitLab reads 100 levels of one file.
const LEVELS: usize = 400;

/// Keys up to this many bytes may stand in front of their colon on one line.
const SHORT_KEY: usize = 1000;

impl Writer<'_> {
    /// The entries of the top level, each job after an empty line.
    fn top(&mut self, entries: &[Entry<'_>], is_partial: impl Fn(&str) -> bool) {
        for (at, entry) in entries.iter().enumerate() {
            let collection = scalar(&entry.value).is_none();
            if at > 0 && collection {
                self.out.push('\n');
            }
            if is_partial(&entry.key) {
                self.out
                    .push_str("# not complete: it takes over something that could not be read\n");
            }
            self.entry(entry, 0);
        }
    }

    fn map(&mut self, entries: &[Entry<'_>], indent: usize, in_line: bool) {
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 || !in_line {
                self.indent(indent);
            }
            self.entry(entry, indent);
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, indent: usize) {
        let key = key(entry);
        if key.len() > SHORT_KEY {
            self.out.push_str("? ");
            self.out.push_str(&key);
            self.out.push('\n');
            self.indent(indent);
        } else {
            self.out.push_str(&key);
        }
        self.out.push(':');
        if indent == 0 && self.options.origins && scalar(&entry.value).is_none() {
            let place = place(self.sources, entry.key_at, &self.options.prefix);
            self.out.push_str(&format!(" # {place}"));
        }
        self.value(&entry.value, indent, false);
    }

    /// What stands behind a key or a dash of a collection at this column.
    fn value(&mut self, value: &Value<'_>, indent: usize, in_item: bool) {
        if let Some(scalar) = scalar(value) {
            return self.scalar(value, scalar, indent);
        }
        if indent / 2 >= LEVELS {
            self.out.push_str(" null # it goes on deeper than is shown\n");
            return;
        }
        self.out.push(if in_item { ' ' } else { '\n' });
        match &value.kind {
            ValueKind::Map(map) => self.map(map.entries(), indent + 2, in_item),
            _ => self.list(value.items(), indent + 2, in_item),
        }
    }

    fn list(&mut self, items: &[Value<'_>], indent: usize, in_line: bool) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 || !in_line {
                self.indent(indent);
            }
            self.out.push('-');
            self.value(item, indent, true);
        }
    }

    fn scalar(&mut self, value: &Value<'_>, scalar: Scalar, indent: usize) {
        self.out.push(' ');
        let lines = match scalar {
            Scalar::Line(text) => {
                self.out.push_str(&text);
                Vec::new()
            }
            Scalar::Block(header, lines) => {
                self.out.push_str(&header);
                lines
            }
        };
        self.comment(value);
        self.out.push('\n');
        for line in lines {
            if !line.is_empty() {
                self.indent(indent + 2);
                self.out.push_str(&line);
            }
            self.out.push('\n');
        }
    }

    fn comment(&mut self, value: &Value<'_>) {
        let mut parts = Vec::new();
        if let ValueKind::Unknown(why) = &value.kind {
            parts.push(match why {
                Unknown::Reference => {
                    "not known: its reference leads to nothing that could be read".to_owned()
                }
                Unknown::Input(name) => {
                    format!("not known: the input `{}`", crate::report::visible(name))
                }
                Unknown::Refused => "not known: the server refuses what is written".to_owned(),
            });
        }
        if self.options.origins {
            parts.push(way(self.sources, &value.origin, &self.options.prefix));
        }
        if !parts.is_empty() {
            self.out.push_str(" # ");
            self.out.push_str(&parts.join("; "));
        }
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }
}
