use super::Rule;

/// The number of a rule within its [`Catalog`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleIndex(pub u16);

/// All rules of a run: the built-in ones, then those of the packs.
#[derive(Clone, Debug)]
pub struct Catalog {
    built_in: &'static [Rule],
    packs: Vec<Rule>,
}

impl Catalog {
    /// The built-in rules.
    pub const fn new(built_in: &'static [Rule]) -> Self {
        Self { built_in, packs: Vec::new() }
    }

    /// Adds a rule of a pack.
    pub fn push(&mut self, rule: Rule) {
        self.packs.push(rule);
    }

    /// The rule of this number, which must come from this catalog.
    pub fn get(&self, index: RuleIndex) -> &Rule {
        let at = index.0 as usize;
        self.built_in.get(at).unwrap_or_else(|| &self.packs[at - self.built_in.len()])
    }

    /// All rules with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (RuleIndex, &Rule)> {
        let rules = self.built_in.iter().chain(&self.packs);
        rules.enumerate().map(|(at, rule)| (RuleIndex(u16::try_from(at).unwrap_or(u16::MAX)), rule))
    }

    /// The rule of this id.
    pub fn by_id(&self, id: &str) -> Option<(RuleIndex, &Rule)> {
        self.iter().find(|(_, rule)| rule.id == id)
    }

    /// The rules with this id or alias; other tools may have one name for several of ours.
    pub fn called<'c>(&'c self, name: &'c str) -> impl Iterator<Item = (RuleIndex, &'c Rule)> {
        self.iter().filter(move |(_, rule)| rule.is_called(name))
    }
}
