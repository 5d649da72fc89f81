//! Makes the table of the built-in rules from the catalog, `rules/<family>/<rule-id>.md`.
//!
//! A page whose rule is neither declarative (`binds` with `assert`, or `assert` alone) nor written
//! in Rust does not compile, and neither does a check in Rust without its page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

const FAMILIES: [(&str, &str); 7] = [
    ("ci-image", "CiImage"),
    ("docker", "Docker"),
    ("gitlab", "Gitlab"),
    ("pipeline", "Pipeline"),
    ("shell", "Shell"),
    ("spec", "Spec"),
    ("trust", "Trust"),
];

/// The front matter of a page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    severity: Severity,
    since: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    fix: Fix,
    #[serde(default = "on")]
    enabled: bool,
    #[serde(default)]
    options: Vec<OptionSpec>,
    #[serde(default)]
    binds: Vec<Binding>,
    // The predicates of a declarative rule; read again at run time, by the one reader of packs.
    #[serde(rename = "for")]
    subject: Option<String>,
    when: Option<String>,
    assert: Option<String>,
    at: Option<String>,
    message: Option<String>,
    help: Option<String>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Note,
    Warning,
    Error,
}

#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "lowercase")]
enum Fix {
    #[default]
    None,
    Safe,
    Unsafe,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionSpec {
    name: String,
    default: serde_yaml::Value,
    about: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Binding {
    given: Option<String>,
    then: String,
}

fn on() -> bool {
    true
}

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut table = String::from("static BUILT_IN: &[Rule] = &[\n");
    let mut ids = BTreeSet::new();
    for (family, variant) in FAMILIES {
        let module = family.replace('-', "_");
        let code = root.join("src/rules").join(&module);
        let pages = stems(&root.join("rules").join(family), "md");
        let checks = stems(&code, "rs");
        for check in &checks {
            let id = check.replace('_', "-");
            if check != "mod" && !pages.contains(&id) {
                fail(
                    &code.join(format!("{check}.rs")),
                    &format!("has no page rules/{family}/{id}.md"),
                );
            }
        }
        for id in &pages {
            let path = root.join("rules").join(family).join(format!("{id}.md"));
            if !ids.insert(id.clone()) {
                fail(&path, "another family has a rule of this id");
            }
            let check = id.replace('-', "_");
            let check = checks.contains(&check).then(|| format!("{module}::{check}::CHECK"));
            table.push_str(&entry(&path, id, variant, check.as_deref()));
        }
    }
    table.push_str("];\n");
    write_if_changed(&out.join("catalog.rs"), &table);
}

/// The stems of the files with this extension, sorted.
fn stems(folder: &Path, extension: &str) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|it| it == extension));
    wanted.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

/// The table entry of one page.
fn entry(path: &Path, id: &str, family: &str, check: Option<&str>) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| fail(path, &error.to_string()));
    let text = text.replace("\r\n", "\n");
    let Some((front, page)) = text.strip_prefix("---\n").and_then(|it| it.split_once("\n---\n"))
    else {
        fail(path, "starts with no front matter between two `---` lines")
    };
    let meta: FrontMatter =
        serde_yaml::from_str(front).unwrap_or_else(|error| fail(path, &error.to_string()));
    let Some(title) = page.trim_start().strip_prefix("# ").and_then(|it| it.lines().next()) else {
        fail(path, "has no `# Title` behind the front matter")
    };
    let declarative = meta.assert.is_some();
    let needs_assert = [&meta.subject, &meta.when, &meta.at, &meta.message, &meta.help];
    if !declarative && needs_assert.iter().any(|it| it.is_some()) {
        fail(path, "`for`, `when`, `at`, `message` and `help` go with `assert`");
    }
    let check = match (check, declarative) {
        (Some(check), false) => check.to_owned(),
        (None, true) => format!("crate::rule::Check::Cel(::std::borrow::Cow::Borrowed({front:?}))"),
        (Some(_), true) => fail(path, "has both `assert` and a check in Rust"),
        (None, false) => fail(path, "has neither `assert` nor a check in Rust"),
    };
    let mut out = String::new();
    let b = |text: &str| format!("::std::borrow::Cow::Borrowed({text:?})");
    let list =
        |items: Vec<String>| format!("::std::borrow::Cow::Borrowed(&[{}])", items.join(", "));
    let aliases = list(meta.aliases.iter().map(|alias| b(alias)).collect());
    let option = |option: &OptionSpec| {
        let default = json(&option.default);
        let fields = [("name", &option.name), ("default", &default), ("about", &option.about)];
        let fields = fields.map(|(key, value)| format!("{key}: {}", b(value)));
        format!("crate::rule::OptionSpec {{ {} }}", fields.join(", "))
    };
    let options = list(meta.options.iter().map(option).collect());
    let bind = |bind: &Binding| {
        let given = bind.given.as_ref().map_or("None".to_owned(), |it| format!("Some({})", b(it)));
        format!("crate::rule::BindingSource {{ given: {given}, then: {} }}", b(&bind.then))
    };
    let binds = list(meta.binds.iter().map(bind).collect());
    writeln!(
        out,
        "Rule {{ id: {}, family: crate::rule::Family::{family}, title: {}, \
         severity: crate::rule::Severity::{:?}, enabled: {}, since: {}, aliases: {aliases}, \
         fix: crate::rule::FixKind::{:?}, options: {options}, binds: {binds}, page: {}, \
         check: {check} }},",
        b(id),
        b(title.trim()),
        meta.severity,
        meta.enabled,
        b(&meta.since),
        meta.fix,
        b(page.trim_start()),
    )
    .expect("a string takes all");
    out
}

/// A YAML value of the front matter as JSON.
fn json(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::Null => "null".to_owned(),
        serde_yaml::Value::Bool(value) => value.to_string(),
        serde_yaml::Value::Number(value) => value.to_string(),
        serde_yaml::Value::String(value) => quoted(value),
        serde_yaml::Value::Sequence(items) => {
            format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(","))
        }
        serde_yaml::Value::Mapping(entries) => {
            let entry = |(key, value): (&serde_yaml::Value, &serde_yaml::Value)| {
                format!("{}:{}", quoted(key.as_str().unwrap_or_default()), json(value))
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        serde_yaml::Value::Tagged(tagged) => json(&tagged.value),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for ch in text.chars() {
        match ch {
            '"' | '\\' => out.extend(['\\', ch]),
            ch if ch < ' ' => write!(out, "\\u{:04x}", ch as u32).expect("a string takes all"),
            ch => out.push(ch),
        }
    }
    out.push('"');
    out
}

fn write_if_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    if let Err(error) = fs::write(path, text) {
        fail(path, &error.to_string());
    }
}

fn fail(path: &Path, why: &str) -> ! {
    panic!("{}: {why}", path.display())
}
