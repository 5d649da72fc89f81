//! Holds the table of floors that stands in ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The floor of each room, from the rows `| <floor> | <rooms> | ...` of the table.
fn floors() -> BTreeMap<String, u32> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut floors = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, floor, rooms, ..] = cells[..] else { continue };
        let Ok(floor) = floor.parse::<u32>() else { continue };
        for room in rooms.split(',') {
            let room = room.trim().trim_matches('`').split("::").next().unwrap_or_default();
            floors.insert(room.to_owned(), floor);
        }
    }
    floors
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder").flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without its unit tests, comments and doc comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules named right behind `crate::`, single ones and those in braces.
fn imported_rooms(code: &str) -> Vec<String> {
    let is_name = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut start = true;
            let mut name = String::new();
            for ch in group.chars() {
                match ch {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => start = true,
                    ch if depth == 1 && start && is_name(ch) => name.push(ch),
                    _ => {}
                }
                if !name.is_empty() && !is_name(ch) {
                    rooms.push(std::mem::take(&mut name));
                    start = ch == ',';
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            rooms.push(rest.chars().take_while(|ch| is_name(*ch)).collect());
        }
    }
    rooms
}

#[test]
fn a_room_imports_only_from_lower_floors() {
    let floors = floors();
    assert!(floors.len() >= 8, "ARCHITECTURE.md has no table of floors: {floors:?}");
    let source = root().join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut broken = Vec::new();
    for path in files {
        let below = path.strip_prefix(&source).expect("below src");
        let mut parts = below.components().map(|part| part.as_os_str().to_string_lossy());
        let room = parts.next().unwrap_or_default().trim_end_matches(".rs").to_string();
        if ["lib", "main"].contains(&room.as_str()) {
            continue;
        }
        let Some(floor) = floors.get(&room) else {
            broken.push(format!(
                "{}: `{room}` is missing from the table in ARCHITECTURE.md",
                below.display()
            ));
            continue;
        };
        for used in imported_rooms(&code(&path)) {
            let Some(used_floor) = floors.get(&used) else { continue };
            if used != room && used_floor >= floor {
                broken.push(format!(
                    "{}: `{room}` (floor {floor}) uses `{used}` (floor {used_floor}); a room may \
                     use only lower floors",
                    below.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// `<folder>/<a>/...` must not name `<folder>::<b>` for another `b`.
fn strangers(folder: &str, shared: &[&str]) -> Vec<String> {
    let source = root().join("src").join(folder);
    let names: Vec<String> = fs::read_dir(&source)
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut broken = Vec::new();
    for name in &names {
        let mut files = Vec::new();
        rust_files(&source.join(name), &mut files);
        for path in files {
            let code = code(&path);
            for other in
                names.iter().filter(|other| *other != name && !shared.contains(&other.as_str()))
            {
                if code.contains(&format!("{folder}::{other}")) {
                    broken.push(format!("{} knows `{folder}::{other}`", path.display()));
                }
            }
        }
    }
    broken
}

#[test]
fn the_languages_do_not_know_each_other() {
    let broken = strangers("syntax", &[]);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_some_rooms_touch_files_clap_and_the_printer() {
    let source = root().join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let limits: [(&str, &[&str]); 6] = [
        ("std::fs", &["engine", "collect", "cli"]),
        ("clap::", &["cli"]),
        ("gen_lsp_types", &["lsp"]),
        ("lsp_server", &["lsp"]),
        ("std::net", &["collect"]),
        ("process::Command", &["engine", "collect"]),
    ];
    let mut broken = Vec::new();
    for path in files {
        let below = path.strip_prefix(&source).expect("below src");
        let room = below.components().next().expect("a room").as_os_str().to_string_lossy();
        let code = code(&path);
        for (name, rooms) in limits {
            if code.contains(name) && !rooms.contains(&room.trim_end_matches(".rs")) {
                broken.push(format!("{} uses {name}; only {rooms:?} may", below.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_rule_knows_another_rule() {
    let source = root().join("src/rules");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut broken = Vec::new();
    for path in files {
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            continue;
        }
        let code = code(&path);
        if code.contains("rules::") || code.contains("super::super") {
            broken.push(format!("{} reaches for another rule", path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
