//! The globs of `rules:changes` and `rules:exists`: Ruby's `File.fnmatch` with `PATHNAME`, `DOTMATCH` and
//! `EXTGLOB`.

/// How many patterns the braces of one may stand for.
const ALTERNATIVES: usize = 1000;

/// Whether the whole path fits the pattern. `*` and `?` stop at `/`, `**/` stands for any number of
/// folders, `{a,b}` for either, files with a leading dot are like others.
pub fn matches(pattern: &str, path: &str) -> bool {
    alternatives(pattern).iter().any(|pattern| fits(pattern, path))
}

/// The patterns that the braces of a pattern stand for.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut open = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(pattern) = open.pop() {
        match braces(&pattern) {
            Some((before, parts, after))
                if open.len() + done.len() + parts.len() <= ALTERNATIVES =>
            {
                open.extend(parts.iter().map(|part| format!("{before}{part}{after}")));
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// The first `{a,b}` with what stands before and behind it.
fn braces(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (mut start, mut depth) = (None, 0u32);
    let (mut parts, mut from) = (Vec::new(), 0);
    let mut escaped = false;
    for (at, ch) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match ch {
            '\\' => escaped = true,
            '{' => {
                if depth == 0 {
                    (start, from) = (Some(at), at + 1);
                }
                depth += 1;
            }
            ',' if depth == 1 => {
                parts.push(&pattern[from..at]);
                from = at + 1;
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    parts.push(&pattern[from..at]);
                    return Some((&pattern[..start?], parts, &pattern[at + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}

fn fits(pattern: &str, path: &str) -> bool {
    let patterns: Vec<&str> = pattern.split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    let (mut p, mut at) = (0, 0);
    // Where to go on when the rest does not fit: behind the last `**/`, one folder further.
    let mut folders: Option<(usize, usize)> = None;
    loop {
        let last = p + 1 == patterns.len();
        if patterns.get(p) == Some(&"**") && !last {
            p += 1;
            folders = Some((p, at));
            continue;
        }
        match (patterns.get(p), parts.get(at)) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_fits(pattern, part) => {
                (p, at) = (p + 1, at + 1);
                continue;
            }
            _ => {}
        }
        match folders {
            Some((after, from)) if from < parts.len() => {
                folders = Some((after, from + 1));
                (p, at) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// Whether one name fits a pattern without `/`.
fn part_fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match (pattern.get(p), name.get(at)) {
            (None, None) => return true,
            (Some('*'), _) => {
                p += 1;
                star = Some((p, at));
                continue;
            }
            (Some('?'), Some(_)) => Some(1),
            (Some('['), Some(ch)) => class(&pattern[p..], *ch),
            (Some('\\'), Some(ch)) if pattern.get(p + 1) == Some(ch) => Some(2),
            (Some(wanted), Some(ch)) if wanted == ch => Some(1),
            _ => None,
        };
        if let Some(length) = step {
            (p, at) = (p + length, at + 1);
            continue;
        }
        match star {
            Some((after, from)) if from < name.len() => {
                star = Some((after, from + 1));
                (p, at) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// The length of the class at the start of `pattern` if it has `ch`.
fn class(pattern: &[char], ch: char) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some('^' | '!'));
    let mut at = 1 + usize::from(negated);
    let first = at;
    let mut found = false;
    loop {
        let mut low = *pattern.get(at)?;
        if low == ']' && at > first {
            break;
        }
        if low == '\\' {
            at += 1;
            low = *pattern.get(at)?;
        }
        at += 1;
        match (pattern.get(at), pattern.get(at + 1)) {
            (Some('-'), Some(high)) if *high != ']' => {
                found |= (low..=*high).contains(&ch);
                at += 2;
            }
            _ => found |= low == ch,
        }
    }
    (found != negated).then_some(at + 1)
}
