//! The YAML reader against GitLab's loader (`../shared/cases/gitlab/psych_load.jsonl`) and against another reader
//! on real files.

use std::path::PathBuf;

use pipespec::syntax::yaml::{self, Merges, NodeId, NodeKind, Tree, Typed};
use serde_json::{Map, Value as Json, json};

fn shared(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path)
}

/// A node as the loader's value, written as the cases write it.
fn load(tree: &Tree<'_>, merges: &mut Merges<'_, '_>, id: NodeId) -> Result<Json, String> {
    let id = tree.follow(id);
    if let Some(class) = tree.refused_class(id) {
        return Err(class);
    }
    Ok(match &tree.node(id).kind {
        NodeKind::Scalar(_) => match tree.typed(id).unwrap_or(Typed::Null) {
            Typed::Null => Json::Null,
            Typed::Bool(value) => json!(value),
            Typed::Int(value) => json!(value),
            Typed::BigInt(digits) => json!(digits),
            Typed::Float(value) if value.is_finite() => json!(value),
            Typed::Float(value) if value.is_nan() => json!("«Float»NaN"),
            Typed::Float(value) => {
                json!(if value > 0.0 { "«Float»Infinity" } else { "«Float»-Infinity" })
            }
            Typed::Str(text) => json!(text),
            Typed::Symbol(text) => json!(format!("«Symbol»{text}")),
            Typed::Refused(class) => return Err(class.into_owned()),
        },
        NodeKind::Sequence(items) => {
            let items: Result<Vec<Json>, String> =
                items.iter().map(|item| load(tree, merges, *item)).collect();
            Json::Array(items?)
        }
        NodeKind::Mapping(_) => {
            let mut map = Map::new();
            for merged in &merges.merged(id).entries {
                let key = match load(tree, merges, merged.entry.key)? {
                    Json::String(text) => text,
                    Json::Null => "«NilClass»nil".to_owned(),
                    Json::Bool(value) => {
                        format!("«{}»{value}", if value { "TrueClass" } else { "FalseClass" })
                    }
                    Json::Number(number) if number.is_f64() => format!("«Float»{number}"),
                    Json::Number(number) => format!("«Integer»{number}"),
                    other => other.to_string(),
                };
                map.insert(key, load(tree, merges, merged.entry.value)?);
            }
            Json::Object(map)
        }
        NodeKind::Alias(alias) => return Err(format!("unknown alias {}", alias.name)),
    })
}

fn load_text(text: &str) -> Result<Json, String> {
    let tree = yaml::parse(text);
    if let Some(error) = tree.errors.first() {
        return Err(error.message.clone());
    }
    match tree.documents.first().and_then(|document| document.root) {
        Some(root) => load(&tree, &mut Merges::new(&tree), root),
        None => Ok(Json::Null),
    }
}

#[test]
fn values_are_those_of_gitlabs_loader() {
    let Ok(text) = std::fs::read_to_string(shared("cases/gitlab/psych_load.jsonl")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Json = serde_json::from_str(line).expect("JSON");
        let yaml = case["yaml"].as_str().expect("a text");
        all += 1;
        match (load_text(yaml), case["ok"].as_bool() == Some(true)) {
            (Ok(value), true) if value == case["value"] => {}
            (Err(_), false) => {}
            (result, _) => wrong.push(format!("{yaml:?}: {result:?}, the loader has {case}")),
        }
    }
    println!("{} of {all} texts agree", all - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn yaml_files(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|it| it == "yml" || it == "yaml") {
            found.push(path);
        }
    }
}

/// What both readers see alike: the shape, and the strings. serde_yaml types by YAML 1.2 and knows no merge
/// keys, so scalars that are typed at all are left out.
fn shape_of_tree(tree: &Tree<'_>, id: NodeId, out: &mut Vec<String>) {
    let id = tree.follow(id);
    match &tree.node(id).kind {
        NodeKind::Scalar(scalar) => match tree.typed(id) {
            Some(Typed::Str(_)) => out.push(format!("s{}", scalar.value)),
            _ => out.push("t".to_owned()),
        },
        NodeKind::Sequence(items) => {
            out.push(format!("[{}", items.len()));
            items.iter().for_each(|item| shape_of_tree(tree, *item, out));
        }
        NodeKind::Mapping(entries) => {
            out.push(format!("{{{}", entries.len()));
            for entry in entries {
                shape_of_tree(tree, entry.key, out);
                shape_of_tree(tree, entry.value, out);
            }
        }
        NodeKind::Alias(_) => out.push("*".to_owned()),
    }
}

fn shape_of_value(value: &serde_yaml::Value, out: &mut Vec<String>) {
    match value {
        serde_yaml::Value::String(text) => out.push(format!("s{text}")),
        serde_yaml::Value::Null | serde_yaml::Value::Bool(_) | serde_yaml::Value::Number(_) => {
            out.push("t".to_owned());
        }
        serde_yaml::Value::Sequence(items) => {
            out.push(format!("[{}", items.len()));
            items.iter().for_each(|item| shape_of_value(item, out));
        }
        serde_yaml::Value::Mapping(entries) => {
            out.push(format!("{{{}", entries.len()));
            for (key, value) in entries {
                shape_of_value(key, out);
                shape_of_value(value, out);
            }
        }
        serde_yaml::Value::Tagged(tagged) => shape_of_value(&tagged.value, out),
    }
}

#[test]
fn real_files_have_the_shape_that_another_reader_sees() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    yaml_files(&root.join("fixtures"), &mut files);
    files.push(root.join(".gitlab-ci.yml"));
    // The corpus, where another test has unpacked it.
    yaml_files(&PathBuf::from(env!("CARGO_TARGET_TMPDIR")), &mut files);
    let (mut same, mut typed, mut only_ours) = (0, 0, 0);
    let mut wrong = Vec::new();
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let tree = yaml::parse(&text);
        let judge = serde_yaml::from_str::<serde_yaml::Value>(&text);
        match (judge, tree.documents.as_slice(), tree.errors.is_empty()) {
            (Ok(value), [document], true) => {
                let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                if let Some(root) = document.root {
                    shape_of_tree(&tree, root, &mut ours);
                }
                shape_of_value(&value, &mut theirs);
                let alike = ours.len() == theirs.len()
                    && ours.iter().zip(&theirs).all(|(a, b)| {
                        a == b || a == "t" && b.starts_with('s') || b == "t" && a.starts_with('s')
                    });
                if ours == theirs {
                    same += 1;
                } else if alike {
                    typed += 1;
                } else {
                    wrong.push(path.display().to_string());
                }
            }
            (Err(_), _, true) => only_ours += 1,
            _ => {}
        }
    }
    println!("{same} the same, {typed} but for the type of a scalar, {only_ours} only read here");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(same > 10, "there are files to compare");
}
