//! A bound on what the parser is given: its time grows with the nesting of `${...}` much faster
//! than its own limits allow for.

/// How deep `${...}` may stand inside each other; scripts that people write stay below 5.
const MAX_EXPANSION_DEPTH: usize = 32;

/// What encloses a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Quotes,
    Expansion,
    Commands,
}

/// The offset at which `${...}` are nested deeper than the parser may be trusted with.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    if !text.contains("${") {
        return None;
    }
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let (mut depth, mut quotes) = (0, 0_usize);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let top = open.last().copied();
        let next = bytes.get(at + 1);
        match (byte, next) {
            (b'\\', _) => at += 1,
            (b'\'', _) if quotes == 0 => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += rest.iter().position(|byte| *byte == b'\'').map_or(0, |found| found + 1);
            }
            (b'"', _) if top == Some(Open::Quotes) => {
                open.pop();
                quotes -= 1;
            }
            (b'"', _) => {
                open.push(Open::Quotes);
                quotes += 1;
            }
            (b'$', Some(b'{')) => {
                at += 1;
                depth += 1;
                if depth > MAX_EXPANSION_DEPTH {
                    return Some(at - 1);
                }
                open.push(Open::Expansion);
            }
            (b'$', Some(b'(')) => {
                at += 1;
                open.push(Open::Commands);
            }
            (b'}', _) if top == Some(Open::Expansion) => {
                open.pop();
                depth -= 1;
            }
            (b')', _) if top == Some(Open::Commands) => {
                open.pop();
            }
            _ => {}
        }
        // A line of its own ends what a stray quote opened.
        if *byte == b'\n' && depth == 0 {
            open.clear();
            quotes = 0;
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn only_nesting_counts() {
        assert_eq!(too_deep(&"\"${x:-a}\" ".repeat(1000)), None);
        assert_eq!(too_deep(&"'${' ".repeat(1000)), None);
        assert!(too_deep(&"${x:-".repeat(100)).is_some());
        assert!(too_deep(&"\"${x:-".repeat(100)).is_some());
        assert!(too_deep(&"${x:-'}'".repeat(100)).is_some());
        assert!(too_deep(&"\"$(a ${x:-".repeat(100)).is_some());
    }
}
