use crate::text::{Location, Source, Span};

/// A task list as OpenSpec reads it: line by line, fences not left out.
#[derive(Debug, Default)]
pub struct TaskList {
    /// The numbered headers, `## 2. Build`, with their numbers.
    pub groups: Vec<(u32, Location)>,
    /// The checkboxes.
    pub tasks: Vec<Task>,
}

/// A checkbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The number of the group and its own, of `2.1`.
    pub id: Option<(u32, u32)>,
    /// The numbered header above it.
    pub group: Option<u32>,
    /// Whether the box is ticked; only `x` and `X` tick it.
    pub done: bool,
    /// The words behind the box.
    pub text: String,
    /// The place of the number, or of the words if there is none.
    pub at: Location,
}

/// Reads a task list.
pub fn read_tasks(source: &Source) -> TaskList {
    let mut list = TaskList::default();
    let (body, base) = source.body();
    let mut offset = base as usize;
    for line in body.split_inclusive('\n') {
        let content = line.trim_end();
        let at = |text: &str| {
            let start = offset + (text.as_ptr() as usize - content.as_ptr() as usize);
            source.at(Span::from_range(start..start + text.len()))
        };
        if let Some(title) = content.strip_prefix("## ") {
            let title = title.trim_start();
            if let Some((number, rest)) = number(title)
                && rest.starts_with('.')
            {
                list.groups.push((number, at(content)));
            }
        } else if let Some((done, text)) = checkbox(content) {
            let id = number(text).and_then(|(group, rest)| {
                let (own, rest) = number(rest.strip_prefix('.')?)?;
                (!rest.starts_with(['.', '%'])).then_some((group, own, text.len() - rest.len()))
            });
            let place = id.map_or(text, |(_, _, len)| &text[..len]);
            list.tasks.push(Task {
                id: id.map(|(group, own, _)| (group, own)),
                group: list.groups.last().map(|(number, _)| *number),
                done,
                text: text.to_owned(),
                at: at(place),
            });
        }
        offset += line.len();
    }
    list
}

fn number(text: &str) -> Option<(u32, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..len].parse().ok()?, &text[len..]))
}

/// Whether a line is a checkbox that is ticked, and the words behind it.
fn checkbox(line: &str) -> Option<(bool, &str)> {
    let text = line.trim_start();
    let rest = match text.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            text[digits..].strip_prefix(['.', ')'])?
        }
    };
    let (marker, rest) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let one = marker.chars().count() == 1 || marker.trim().chars().count() == 1;
    // A link is no checkbox.
    (one && !rest.starts_with('(')).then(|| (matches!(marker.trim(), "x" | "X"), rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    #[test]
    fn checkboxes_are_read_with_their_numbers() {
        let text = "\u{feff}## 1. One\r\n- [x] 1.1 a\r\n* [ ] 1.2\r\n## Two\r\n1) [~] b\r\n- [c](d)\r\n- [ ] 50.5% faster\r\n";
        let source = Source::new(SourceId(0), "tasks.md", text);
        let list = read_tasks(&source);
        let seen: Vec<_> = list.tasks.iter().map(|task| (task.id, task.done, task.group)).collect();
        assert_eq!(
            seen,
            [
                (Some((1, 1)), true, Some(1)),
                (Some((1, 2)), false, Some(1)),
                (None, false, Some(1)),
                (None, false, Some(1))
            ]
        );
        assert_eq!(source.slice(list.tasks[0].at.span), "1.1");
        assert_eq!(source.slice(list.groups[0].1.span), "## 1. One");
    }
}
