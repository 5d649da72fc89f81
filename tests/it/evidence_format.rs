//! The form of evidence files: its schema, its reader and its page say the same.

use std::fs;
use std::path::PathBuf;

use pipespec::model::evidence::{Kind, SCHEMA, read_evidence};
use pipespec::text::{Source, SourceId};
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a value has the form that a schema says, for the keywords that ours uses; an unknown one fails the test.
fn fits(schema: &Value, value: &Value, root: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return schema != &json!(false) };
    keywords.iter().all(|(keyword, wanted)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "format" | "then" => true,
        "$ref" => {
            let pointer = wanted.as_str().unwrap().trim_start_matches('#');
            fits(root.pointer(pointer).expect(pointer), value, root)
        }
        "const" => value == wanted,
        "enum" => wanted.as_array().unwrap().contains(value),
        "type" => {
            let types = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
            types.iter().any(|it| match it.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_u64() || value.is_i64(),
                "null" => value.is_null(),
                other => panic!("{other}"),
            })
        }
        "required" => {
            !value.is_object()
                || wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| value.get(key.as_str().unwrap()).is_some())
        }
        "properties" => wanted
            .as_object()
            .unwrap()
            .iter()
            .all(|(key, schema)| value.get(key).is_none_or(|below| fits(schema, below, root))),
        "additionalProperties" => {
            let known = schema.get("properties").and_then(Value::as_object);
            let is_known = |key: &String| known.is_some_and(|known| known.contains_key(key));
            wanted != &json!(false) || value.as_object().is_none_or(|it| it.keys().all(is_known))
        }
        "items" => {
            value.as_array().is_none_or(|items| items.iter().all(|it| fits(wanted, it, root)))
        }
        "minimum" => value.as_f64().is_none_or(|it| it >= wanted.as_f64().unwrap()),
        "pattern" => value
            .as_str()
            .is_none_or(|it| regex::Regex::new(wanted.as_str().unwrap()).unwrap().is_match(it)),
        "not" => !fits(wanted, value, root),
        "anyOf" => wanted.as_array().unwrap().iter().any(|it| fits(it, value, root)),
        "allOf" => wanted.as_array().unwrap().iter().all(|it| fits(it, value, root)),
        "if" => !fits(wanted, value, root) || fits(&schema["then"], value, root),
        other => panic!("the schema uses `{other}`, which this test does not know"),
    })
}

fn both(text: &str) -> (bool, bool) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let value: Value = serde_json::from_str(text).expect("JSON");
    let errors = read_evidence(&Source::new(SourceId(0), "e.json", text)).1;
    (fits(&schema, &value, &schema), errors.is_empty())
}

#[test]
fn the_schema_and_the_reader_agree() {
    for fixture in ["go-service", "swollen-image"] {
        let path = root().join("fixtures").join(fixture).join("evidence.json");
        assert_eq!(both(&fs::read_to_string(path).expect("a file")), (true, true), "{fixture}");
    }
    let good =
        json!({"kind": "tags", "captured_at": "2026-11-20T10:00:00Z", "source": "x", "data": []});
    let file =
        |observation: Value| json!({"version": 1, "observations": [observation]}).to_string();
    assert_eq!(both(&file(good.clone())), (true, true));
    let changes: [(&str, Value); 8] = [
        ("kind", json!("tag")),
        ("source", Value::Null),
        ("digest", json!("sha256:abc")),
        ("extra", json!(1)),
        ("image", json!(7)),
        ("captured_at", json!(7)),
        ("tool", json!([])),
        ("data", Value::Null),
    ];
    for (key, value) in changes {
        let mut changed = good.clone();
        let missing = key == "data";
        match missing {
            true => drop(changed.as_object_mut().unwrap().remove(key)),
            false => changed[key] = value,
        }
        assert_eq!(both(&file(changed)), (false, false), "{key}");
    }
    let of = |kind: &str, data: Value| {
        let mut changed = good.clone();
        changed["kind"] = json!(kind);
        changed["data"] = data;
        both(&file(changed))
    };
    for kind in ["manifest", "baseline"] {
        assert_eq!(of(kind, json!({"bytes": 1, "measure": "unpacked"})), (true, true));
        assert_eq!(of(kind, json!({"bytes": 1, "measure": "disk"})), (false, false));
        assert_eq!(of(kind, json!({"bytes": 0, "measure": "unpacked"})), (false, false));
    }
    assert_eq!(of("resource-groups", json!([{"key": "a"}])), (false, false));
    assert_eq!(of("attest", json!({"clause": "a", "who": "b", "why": "c"})), (false, false));
    for whole in [
        json!({"version": 2, "observations": []}),
        json!({"version": 1}),
        json!({"version": 1, "observations": [], "x": 1}),
    ] {
        assert_eq!(both(&whole.to_string()), (false, false), "{whole}");
    }
}

#[test]
fn the_page_lists_every_kind_and_its_example_is_true() {
    let page = fs::read_to_string(root().join("docs/evidence.md")).expect("the page");
    for kind in Kind::ALL {
        assert!(page.contains(&format!("| `{}` |", kind.as_str())), "{} has no row", kind.as_str());
    }
    let example = page.split("```json\n").nth(1).and_then(|it| it.split("```").next());
    assert_eq!(both(example.expect("an example")), (true, true));
}
