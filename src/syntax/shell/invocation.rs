use super::Script;
use super::command::Command;
use super::tree::Invoked;
use super::word::Word;
use super::wrapper::{self, Step, Wrapper};
use crate::text::Span;

/// What a command really runs, behind `sudo`, `env`, `timeout` and their like; and the words from
/// there on, as a program reads its command line.
#[derive(Clone, Copy)]
pub struct Invocation<'s> {
    command: Command<'s>,
    /// The number of the word that is its name.
    name: u32,
    wrappers: u8,
}

/// The value of an option.
#[derive(Clone, Copy, Debug)]
pub struct OptionValue<'s> {
    /// The word in which it stands: its own, or that of the option (`--flag=value`).
    pub word: Word<'s>,
    /// The value, if it is literal.
    pub text: Option<&'s str>,
}

impl<'s> Command<'s> {
    /// What it really runs, variables filled in where their values are known; nothing if it only
    /// assigns.
    pub fn invocation(self) -> Option<Invocation<'s>> {
        let invoked = self.data().invoked.or_else(|| self.find_invoked())?;
        Some(Invocation { command: self, name: invoked.name, wrappers: invoked.wrappers })
    }

    /// The same, found out; every rule asks, so a script that is read keeps it.
    pub(super) fn find_invoked(self) -> Option<Invoked> {
        let mut name = 0;
        let mut wrappers = 0;
        let first = self.filled_words().next()?;
        if first.literal().is_some_and(wrapper::may_wrap) {
            let literals: Vec<_> = self.filled_words().map(Word::literal).collect();
            while let Some(Step::Command(at, wrapper)) = wrapper::step(&literals[name..]) {
                name += at;
                wrappers |= 1 << wrapper as u8;
            }
        }
        let name = u32::try_from(name).unwrap_or(u32::MAX);
        Some(Invoked { name, wrappers })
    }
}

impl<'s> Invocation<'s> {
    /// The command that it is part of.
    pub const fn command(self) -> Command<'s> {
        self.command
    }

    /// Whether it runs by way of such a wrapper.
    pub const fn is_via(self, wrapper: Wrapper) -> bool {
        self.wrappers & (1 << wrapper as u8) != 0
    }

    /// The name without its path, if it is literal.
    pub fn name(self) -> Option<&'s str> {
        Some(wrapper::base(self.name_word()?.literal()?))
    }

    /// The word that is its name.
    pub fn name_word(self) -> Option<Word<'s>> {
        self.words().next()
    }

    /// Whether its name, without a path, is `name`.
    pub fn is(self, name: &str) -> bool {
        self.name() == Some(name)
    }

    /// Whether its name, without a path, is one of `names`.
    pub fn is_any(self, names: &[&str]) -> bool {
        self.name().is_some_and(|name| names.contains(&name))
    }

    /// The words from its name on.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator {
        self.command.filled_words().skip(self.name as usize)
    }

    /// The words behind its name.
    pub fn arguments(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator {
        self.words().skip(1)
    }

    /// From its name to its last word.
    pub fn span(self) -> Span {
        let mut words = self.words().map(Word::span);
        let first = words.next().unwrap_or(self.command.span());
        words.next_back().map_or(first, |last| first.cover(last))
    }

    /// The script it belongs to.
    pub const fn script(self) -> &'s Script {
        self.command.script()
    }

    /// The arguments before a `--`.
    fn before_dashes(self) -> impl Iterator<Item = Word<'s>> {
        self.arguments().take_while(|word| !word.is("--"))
    }

    /// The word that gives one of these options: `-y`, `-qy` (single letters may be bundled),
    /// `--yes`, `--yes=value`.
    pub fn flag(self, flags: &[&str]) -> Option<Word<'s>> {
        self.before_dashes().find(|word| flags.iter().any(|flag| gives(*word, flag)))
    }

    /// Whether one of these options is given; see [`Invocation::flag`].
    pub fn has_flag(self, flags: &[&str]) -> bool {
        self.flag(flags).is_some()
    }

    /// How often one of these options is given; `-qq` counts twice.
    pub fn count_flag(self, flags: &[&str]) -> usize {
        let count = |word: Word<'s>| {
            let found = flags.iter().map(|flag| match (short(flag), bundle(word)) {
                (Some(letter), Some(letters)) => letters.matches(letter).count(),
                _ => usize::from(gives(word, flag)),
            });
            found.max().unwrap_or(0)
        };
        self.before_dashes().map(count).sum()
    }

    /// The values of these options, in order: `-t x`, `-tx`, `--target x`, `--target=x`.
    pub fn option_values(self, flags: &[&str]) -> Vec<OptionValue<'s>> {
        let mut found = Vec::new();
        let mut words = self.before_dashes();
        while let Some(word) = words.next() {
            let text = word.literal_prefix();
            let Some(flag) = flags.iter().find(|flag| text.starts_with(**flag)) else { continue };
            let rest = &text[flag.len()..];
            let whole = word.literal().is_some();
            if rest.is_empty() && whole {
                found.extend(words.next().map(|word| OptionValue { word, text: word.literal() }));
            } else if let Some(value) = rest.strip_prefix('=') {
                found.push(OptionValue { word, text: whole.then_some(value) });
            } else if short(flag).is_some() {
                found.push(OptionValue { word, text: whole.then_some(rest) });
            }
        }
        found
    }

    /// The value of the last of these options that is given.
    pub fn option_value(self, flags: &[&str]) -> Option<OptionValue<'s>> {
        self.option_values(flags).pop()
    }

    /// The words that are neither options nor their values; `valued` are the options whose value
    /// is the next word.
    pub fn operands(self, valued: &[&str]) -> Vec<Word<'s>> {
        self.numbered_operands(valued).map(|(_, word)| word).collect()
    }

    fn numbered_operands<'v>(
        self,
        valued: &'v [&'v str],
    ) -> impl Iterator<Item = (usize, Word<'s>)> + use<'s, 'v> {
        let mut words = self.arguments().enumerate();
        let mut options_ended = false;
        std::iter::from_fn(move || {
            loop {
                let (at, word) = words.next()?;
                match word.literal() {
                    _ if options_ended => return Some((at, word)),
                    Some("--") => options_ended = true,
                    Some(flag) if valued.contains(&flag) => {
                        words.next();
                    }
                    _ if word.literal_prefix().starts_with('-') && !word.is("-") => {}
                    _ => return Some((at, word)),
                }
            }
        })
    }

    /// The subcommand: what starts at the first word that is neither an option nor the value of
    /// one, as an invocation of its own. `valued` are the options before it that take a value.
    pub fn subcommand(self, valued: &[&str]) -> Option<Invocation<'s>> {
        let (at, _) = self.numbered_operands(valued).next()?;
        let name = self.name + 1 + u32::try_from(at).unwrap_or(u32::MAX);
        Some(Invocation { name, ..self })
    }

    /// What starts `count` words further on, as an invocation of its own: `pip` of `python -m pip`.
    pub fn skip(self, count: usize) -> Option<Invocation<'s>> {
        let name = self.name.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        ((name as usize) < self.command.filled_words().len()).then_some(Invocation { name, ..self })
    }

    /// Where a further argument can be inserted: behind the name.
    pub fn end_of_name(self) -> u32 {
        self.name_word().map_or(self.command.span().start, |word| word.span().end)
    }
}

impl std::fmt::Debug for Invocation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.words()).finish()
    }
}

/// Whether a text gives an option: `-y`, `-qy` (single letters may be bundled), `--yes`,
/// `--yes=value`.
pub fn gives_flag(text: &str, flag: &str) -> bool {
    if let Some(rest) = text.strip_prefix(flag)
        && (rest.is_empty() || rest.starts_with('='))
    {
        return true;
    }
    short(flag).is_some_and(|letter| letters(text).is_some_and(|letters| letters.contains(letter)))
}

/// The letter of a flag such as `-y`.
fn short(flag: &str) -> Option<char> {
    let mut chars = flag.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some('-'), Some(letter), None) if letter != '-' => Some(letter),
        _ => None,
    }
}

/// The letters of `-abc`; those of `-qO-` up to what is no letter.
fn bundle(word: Word<'_>) -> Option<&str> {
    letters(word.literal_prefix())
}

fn letters(text: &str) -> Option<&str> {
    let letters = text.strip_prefix('-')?;
    let end = letters.find(|ch: char| !ch.is_ascii_alphabetic()).unwrap_or(letters.len());
    letters.get(..end).filter(|letters| !letters.is_empty())
}

fn gives(word: Word<'_>, flag: &str) -> bool {
    let text = word.literal_prefix();
    if let Some(rest) = text.strip_prefix(flag)
        && (rest.starts_with('=') || (rest.is_empty() && word.literal().is_some()))
    {
        return true;
    }
    short(flag).is_some_and(|letter| bundle(word).is_some_and(|letters| letters.contains(letter)))
}
