use super::Dialect;
use super::bound::too_deep;
use super::known::{KnownItems, parse};
use super::lower::Lower;
use super::tree::{TextRef, Tree};
use super::value::Outer;
use super::word::Commands;
use crate::syntax::SyntaxError;
use crate::text::Span;

/// The tree of one script. Spans are offsets in [`Script::text`].
#[derive(Clone)]
pub struct Script {
    text: Box<str>,
    dialect: Dialect,
    /// Where each list item starts, ascending; one for a script that is no list.
    items: Vec<u32>,
    errors: Vec<SyntaxError>,
    /// Whether some part is too large or too deep for our reader; a shell may still run it.
    too_complex: bool,
    pub(super) tree: Tree,
    /// The variables that are assigned, read or unset, each with its command, by name and place.
    pub(super) assigned: Vec<(Box<str>, u32)>,
}

/// The items of a list as one text.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct JoinedItems {
    text: String,
    /// Where each item starts, ascending; one if there is none.
    starts: Vec<u32>,
}

impl JoinedItems {
    /// Puts items together, each on a line of its own.
    pub fn new<'i>(items: impl IntoIterator<Item = &'i str>) -> Self {
        let items = items.into_iter();
        let mut text = String::new();
        let mut starts = Vec::with_capacity(items.size_hint().1.unwrap_or(1).max(1));
        for item in items {
            if !starts.is_empty() {
                text.push('\n');
            }
            starts.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
            text.push_str(item);
        }
        if starts.is_empty() {
            starts.push(0);
        }
        Self { text, starts }
    }

    /// The items, without the line ends between them.
    fn each(&self) -> Vec<&str> {
        let ends = self.starts.iter().skip(1).map(|start| *start as usize - 1);
        let ends = ends.chain([self.text.len()]);
        let spans = self.starts.iter().zip(ends);
        spans.map(|(start, end)| self.text.get(*start as usize..end).unwrap_or("")).collect()
    }
}

impl Script {
    /// Reads `text`. What cannot be read is left out, and told in [`Script::errors`].
    pub fn parse(text: impl Into<String>, dialect: Dialect) -> Self {
        Self::parse_with(text, dialect, &|_| None)
    }

    /// As [`Script::parse`], with values of variables from outside of the script.
    pub fn parse_with(text: impl Into<String>, dialect: Dialect, outer: Outer<'_>) -> Self {
        Self::read(JoinedItems { text: text.into(), starts: vec![0] }, dialect, None, outer)
    }

    /// Reads list items as GitLab runs them: in one shell, each on a line of its own, so that a
    /// construct may stretch over several items.
    pub fn from_items<'i>(items: impl IntoIterator<Item = &'i str>, dialect: Dialect) -> Self {
        Self::from_joined(JoinedItems::new(items), dialect, &KnownItems::default())
    }

    /// The same for items that were put together already, and of which some may be known.
    pub fn from_joined(items: JoinedItems, dialect: Dialect, known: &KnownItems) -> Self {
        Self::read(items, dialect, Some(known), &|_| None)
    }

    /// Whether it is the script of these items.
    pub fn is_of(&self, items: &JoinedItems) -> bool {
        *self.text == *items.text && self.items == items.starts
    }

    /// The command that is run with these words and no shell, as in the JSON form of `RUN`; each
    /// word is an item of its own. `outer` is for the shell that the words may start.
    pub fn from_words<'w>(words: impl IntoIterator<Item = &'w str>, outer: Outer<'_>) -> Self {
        let mut text = String::new();
        let mut starts = Vec::new();
        for word in words {
            if !starts.is_empty() {
                text.push(' ');
            }
            let plain = |byte: u8| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'=' | b':')
            };
            if !word.is_empty() && word.bytes().all(plain) {
                starts.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
                text.push_str(word);
            } else {
                text.push('\'');
                starts.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
                text.push_str(&word.replace('\'', "'\\''"));
                text.push('\'');
            }
        }
        if starts.is_empty() {
            starts.push(0);
        }
        Self::read(JoinedItems { text, starts }, Dialect::Bash, None, outer)
    }

    /// Whether `text` is PowerShell, which is not read here.
    pub fn looks_like_powershell(text: &str) -> bool {
        super::dialect::looks_like_powershell(text)
    }

    /// Whether it is for a shell of Windows, so that its tree means nothing.
    pub fn is_foreign(&self) -> bool {
        Self::looks_like_powershell(&self.text)
            || !self.errors.is_empty()
                && (super::dialect::looks_like_cmd(&self.text)
                    || super::dialect::may_be_for_windows(&self.text))
    }

    fn read(
        items: JoinedItems,
        dialect: Dialect,
        known: Option<&KnownItems>,
        outer: Outer<'_>,
    ) -> Self {
        let mut tree = Tree::default();
        let mut errors = Vec::new();
        let mut too_complex = true;
        if let Some(at) = too_deep(&items.text) {
            let span = Span::from_range(at..at + 2);
            let message = "expansions are nested too deep to be read".to_owned();
            errors.push(SyntaxError { span, message });
        } else {
            tree.reserve(items.text.len());
            let mut lower = Lower::new(&items.text, &mut tree, &mut errors);
            match known.and_then(|known| known.parse(&items.each(), dialect)) {
                Some(trees) => lower.items(&trees, &items.starts),
                None => lower.script(&parse(&items.text, dialect)),
            }
            too_complex = lower.too_complex;
        }
        let JoinedItems { text, starts: items } = items;
        let text = text.into();
        let script = Self { text, dialect, items, errors, too_complex, tree, assigned: Vec::new() };
        script.finished(outer)
    }

    /// What is told by the whole tree.
    fn finished(mut self, outer: Outer<'_>) -> Self {
        self.tree.shrink_to_fit();
        self.assigned = self.assigned_names();
        self.fill_in(outer);
        self.keep_invoked();
        self
    }

    fn keep_invoked(&mut self) {
        let invoked: Vec<_> = self.commands().map(|it| (it.index(), it.find_invoked())).collect();
        for (index, invoked) in invoked {
            self.tree.commands[index].invoked = invoked;
        }
    }

    /// Where variables get values, or lose them: assignments, `read`, `getopts`, `unset`.
    fn assigned_names(&self) -> Vec<(Box<str>, u32)> {
        let mut names: Vec<(Box<str>, u32)> = Vec::new();
        for command in self.commands() {
            let index = command.index;
            names.extend(command.assignments().map(|it| (it.name().into(), index)));
            if ["read", "getopts", "mapfile", "unset"].iter().any(|name| command.is(name)) {
                let words = command.arguments().filter_map(|word| word.literal());
                names.extend(words.map(|word| (word.into(), index)));
            }
        }
        names.sort_unstable();
        names
    }

    /// The text that was read; the items of a list are joined by line ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The dialect by which it was read.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What could not be read; nothing if all could.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Whether an error of [`Script::errors`] is a limit of our reader, which says nothing about the shell.
    pub const fn is_too_complex(&self) -> bool {
        self.too_complex
    }

    /// All simple commands in the order in which they are written: a command stands before those
    /// of its substitutions and of its `sh -c` script.
    pub fn commands(&self) -> Commands<'_> {
        Commands::new(self, 0, u32::try_from(self.tree.commands.len()).unwrap_or(u32::MAX))
    }

    /// The comments, with their `#`.
    pub fn comments(&self) -> &[Span] {
        &self.tree.comments
    }

    /// The list item in which `offset` stands, and the offset in that item. The line end between
    /// two items belongs to the first.
    pub fn item_at(&self, offset: u32) -> (usize, u32) {
        let item = self.items.partition_point(|start| *start <= offset).saturating_sub(1);
        (item, offset - self.items.get(item).copied().unwrap_or(0).min(offset))
    }

    /// The offset at which a list item starts.
    pub fn item_start(&self, item: usize) -> Option<u32> {
        self.items.get(item).copied()
    }

    /// The text of `span`; empty if the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub(super) fn resolve(&self, text: TextRef) -> &str {
        let base = if text.decoded { &*self.tree.decoded } else { &*self.text };
        base.get(text.start as usize..text.end as usize).unwrap_or("")
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.commands()).finish()
    }
}
