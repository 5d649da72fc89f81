//! `parallel`

use super::findings::Findings;
use super::keyword::{KeyPath, Table, key, map};
use super::kind::{By, Kind, check, is_whole};
use crate::model::gitlab::{Problem, Value, ValueKind};

/// How many instances one job may have.
const MOST: usize = 200;

static KEYS: Table = Table::of(&[key(
    "matrix",
    Kind::By(By {
        check: matrix,
        shape: "a list of mappings of names to values or lists of values, at most 200 combinations",
        table: None,
    }),
    "Variables of which each combination gives an instance of the job.",
)]);

/// Of a job with a script.
pub(super) const PARALLEL: Kind = Kind::By(By {
    check: |value, path, out| parallel(value, true, path, out),
    shape: "a whole number from 1 to 200, or a mapping with `matrix`",
    table: Some(&KEYS),
});
/// Of a trigger job.
pub(super) const MATRIX_ONLY: Kind = Kind::By(By {
    check: |value, path, out| parallel(value, false, path, out),
    shape: "a mapping with `matrix`",
    table: Some(&KEYS),
});
/// Of a need; where a number may not stand is told there.
pub(super) const NEEDED: Kind = Kind::By(By {
    check: |value, path, out| parallel(value, true, path, out),
    shape: "a mapping with `matrix`",
    table: Some(&KEYS),
});

fn parallel(value: &Value<'_>, numbers: bool, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Int(_) | ValueKind::Float(_) | ValueKind::BigInt(_) if !numbers => {
            out.wrong(value, format!("`{path}` cannot use \"parallel: <number>\"."));
        }
        ValueKind::Int(_) => check(value, &Kind::Int(1, 200), path, out),
        ValueKind::Float(_) => out.wrong(value, format!("`{path}` must be an integer")),
        ValueKind::Map(entries) => {
            map(value, &KEYS, path, out);
            // Null is no list, but it is taken.
            if entries.is_empty() && !entries.is_partial() {
                let message = format!("`{path}` missing required keys: matrix");
                out.push(Problem::new("missing-keyword", &value.origin, message));
            }
        }
        _ => out.wrong(value, format!("`{path}` should be an integer or a hash")),
    }
}

fn matrix(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(items) = value.as_seq() else {
        return out.wrong(value, format!("`{path}` should be an array of hashes"));
    };
    let scalar = |value: &Value<'_>| {
        matches!(value.kind, ValueKind::Str(_) | ValueKind::Symbol(_))
            || is_whole(value)
            || value.is_unknown()
    };
    let mut total = 0_usize;
    let mut known = true;
    for item in items.iter().filter(|item| !item.is_unknown()) {
        let Some(entries) = item.as_map() else {
            out.wrong(item, format!("`{path}` should be an array of hashes"));
            continue;
        };
        if entries.is_empty() && !entries.is_partial() {
            out.wrong(item, format!("`{path}:variables` requires at least 1 items"));
        }
        let mut product = 1_usize;
        for entry in entries.entries() {
            known &= !entry.value.has_unknown();
            let fits = match entry.value.as_seq() {
                Some(values) => {
                    product = product.saturating_mul(values.len());
                    values.iter().all(scalar)
                }
                None => scalar(&entry.value),
            };
            if !fits || !entry.has_word_key() {
                let message = format!(
                    "`{path}:variables` should be a hash of key value pairs, value can be an array; values are strings or whole numbers"
                );
                out.wrong(&entry.value, message);
            }
        }
        total = total.saturating_add(product);
    }
    if known && total > MOST {
        let message = format!("`{path}` generates too many jobs: {total} (maximum is {MOST})");
        out.wrong(value, message);
    }
}
