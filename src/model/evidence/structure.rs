use serde_json::Value;

/// What a run inside the image found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// Its checks.
    pub results: Vec<StructureResult>,
}

/// One check of a run inside the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructureResult {
    /// Its name.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// What it printed, or what went wrong.
    pub output: String,
}

impl Structure {
    /// The checks whose name or output speaks of `word`, without regard to case.
    pub fn about<'a>(&'a self, word: &str) -> Vec<&'a StructureResult> {
        let word = word.to_lowercase();
        let speaks = |text: &str| text.to_lowercase().contains(&word);
        self.results.iter().filter(|it| speaks(&it.name)).collect()
    }
}

/// The report of container-structure-test (`Results`) or of goss (`results`).
pub(super) fn read(value: &Value) -> Result<Structure, String> {
    let text = |entry: &Value, key: &str| {
        entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut results = Vec::new();
    if let Some(list) = value.get("Results").and_then(Value::as_array) {
        for entry in list {
            let passed =
                entry.get("Pass").and_then(Value::as_bool).ok_or("a result has no `Pass`")?;
            let errors = entry.get("Errors").and_then(Value::as_array).into_iter().flatten();
            let mut output = vec![text(entry, "Stdout"), text(entry, "Stderr")];
            output.extend(errors.filter_map(Value::as_str).map(str::to_owned));
            output.retain(|it| !it.trim().is_empty());
            results.push(StructureResult {
                name: text(entry, "Name"),
                passed,
                output: output.join("\n"),
            });
        }
    } else if let Some(list) = value.get("results").and_then(Value::as_array) {
        for entry in list {
            let passed = entry
                .get("successful")
                .and_then(Value::as_bool)
                .ok_or("a result has no `successful`")?;
            let parts = [text(entry, "title"), text(entry, "resource-id"), text(entry, "property")];
            let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
            results.push(StructureResult {
                name: parts.join(" "),
                passed,
                output: text(entry, "summary-line"),
            });
        }
    } else {
        return Err(
            "this is no report of container-structure-test (`Results`) or goss (`results`)"
                .to_owned(),
        );
    }
    if results.is_empty() {
        return Err("the report holds no result".to_owned());
    }
    Ok(Structure { results })
}
