//! Which rules run, and how much their findings weigh.

use crate::rule::{Catalog, Family, Finding, Rule, Severity};

/// Stands for every rule in a selection.
pub(super) const ALL: &str = "all";

/// What a name of a selection stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    All,
    Family,
    Rule,
}

/// A selection of rules by id, alias or family. The more specific name wins; of two equally
/// specific ones, `ignore` does.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these; empty for all that are on by default.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// These with another severity.
    pub severity: Vec<(String, Severity)>,
}

/// A name that stands for no rule, alias or family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// The nearest name that there is.
    pub nearest: Option<String>,
}

/// Codes that hadolint once had; configurations and comments still name them.
const RETIRED: [&str; 5] = ["DL3005", "DL3017", "DL3031", "DL3039", "DL4002"];

/// Whether hadolint once had this code.
pub(super) fn is_retired(name: &str) -> bool {
    RETIRED.contains(&name)
}

/// Whether `name` is known: a rule, an alias, a family, `all`, or the retired or ShellCheck code of
/// another tool, which stands for nothing here.
pub fn check_name(catalog: &Catalog, name: &str) -> Result<(), UnknownName> {
    let shellcheck =
        name.strip_prefix("SC").is_some_and(|it| it.len() == 4 && it.parse::<u16>().is_ok());
    if name == ALL
        || shellcheck
        || RETIRED.contains(&name)
        || Family::from_name(name).is_some()
        || catalog.called(name).next().is_some()
    {
        return Ok(());
    }
    let aliases = catalog.iter().flat_map(|(_, rule)| rule.aliases.iter().map(AsRef::as_ref));
    let ids = catalog.iter().map(|(_, rule)| rule.id.as_ref());
    let families = Family::ALL.iter().map(|family| family.as_str());
    let nearest = families
        .chain(ids)
        .chain(aliases)
        .map(|known: &str| (strsim::damerau_levenshtein(known, name), known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known.to_owned());
    Err(UnknownName { name: name.to_owned(), nearest })
}

fn specificity(rule: &Rule, name: &str) -> Option<Specificity> {
    if name == ALL {
        Some(Specificity::All)
    } else if name == rule.family.as_str() {
        Some(Specificity::Family)
    } else {
        rule.is_called(name).then_some(Specificity::Rule)
    }
}

fn strongest<'n>(rule: &Rule, names: impl IntoIterator<Item = &'n String>) -> Option<Specificity> {
    names.into_iter().filter_map(|name| specificity(rule, name)).max()
}

impl Selection {
    /// Whether the rule runs.
    pub fn runs(&self, rule: &Rule) -> bool {
        let selected = if self.select.is_empty() {
            // A rule that is off by default runs once it is given a severity.
            let weighed = self
                .severity
                .iter()
                .filter(|(name, _)| specificity(rule, name) == Some(Specificity::Rule));
            let on = rule.enabled || weighed.count() > 0;
            on.then_some(Specificity::All)
        } else {
            strongest(rule, &self.select)
        };
        // Of a rule that answers to names of several tools, one name ignores one tool's findings.
        let whole = |name: &&String| !rule.is_called_in_part(name);
        let ignored = strongest(rule, self.ignore.iter().filter(whole));
        match (selected, ignored) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(selected), Some(ignored)) => selected > ignored,
        }
    }

    /// Whether the rule judges what it judges. Clauses are judged by all rules but those that are ignored, also where
    /// others are selected: whether a clause holds does not hang on what somebody wants to read.
    pub fn judges(&self, rule: &Rule) -> bool {
        let all = || Self { select: Vec::new(), ..self.clone() }.runs(rule);
        self.runs(rule) || !rule.binds.is_empty() && !self.select.is_empty() && all()
    }

    /// The severity of the rule's findings.
    pub fn weigh(&self, rule: &Rule) -> Severity {
        let named = self.severity.iter();
        let named = named.filter_map(|(name, it)| Some((specificity(rule, name)?, *it)));
        // Of two equally specific names the later one counts.
        named.max_by_key(|(specificity, _)| *specificity).map_or(rule.severity, |(_, it)| it)
    }

    /// The severity that the configuration gives a finding by the name that another tool has for it,
    /// or by its rule.
    pub fn weigh_finding(&self, rule: &Rule, alias: &str) -> Option<Severity> {
        let named = |name: &str| name.eq_ignore_ascii_case(alias) || name == rule.id;
        self.severity.iter().rev().find(|(name, _)| named(name)).map(|(_, severity)| *severity)
    }

    /// Whether a finding of a rule that runs is wanted. Where the rule answers to names of several
    /// tools and only some of them are selected, those findings count that these tools would report.
    pub fn wants(&self, rule: &Rule, finding: &Finding) -> bool {
        let is_alias = |name: &&String| rule.id != **name && rule.is_called(name);
        let means_this =
            |name: &String| finding.alias.is_none_or(|alias| name.eq_ignore_ascii_case(alias));
        if self.ignore.iter().filter(is_alias).any(means_this) {
            return false;
        }
        let aliases: Vec<&String> = self.select.iter().filter(is_alias).collect();
        let otherwise = |name: &String| !is_alias(&name) && specificity(rule, name).is_some();
        aliases.is_empty()
            || self.select.iter().any(otherwise)
            || aliases.into_iter().any(means_this)
    }

    /// This selection with `over` on top: its `select` replaces, its other lists are added.
    #[must_use]
    pub fn overlaid(&self, over: &Selection) -> Selection {
        let mut result = self.clone();
        if !over.select.is_empty() {
            result.select.clone_from(&over.select);
            // What is asked for by name is not held back by the configuration.
            result.ignore.retain(|name| !over.select.contains(name));
        }
        result.ignore.extend(over.ignore.iter().cloned());
        result.severity.extend(over.severity.iter().cloned());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalog;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest_one() {
        assert_eq!(check_name(&catalog(), "SC2086"), Ok(()));
        assert_eq!(check_name(&catalog(), "DL3005"), Ok(()));
        let error = check_name(&catalog(), "dokcer").unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("docker"));
    }

    #[test]
    fn the_more_specific_name_wins() {
        let catalog = catalog();
        for (_, rule) in catalog.iter() {
            let family = rule.family.as_str();
            let both = |select: &[&str], ignore: &[&str]| {
                Selection { select: names(select), ignore: names(ignore), severity: Vec::new() }
                    .runs(rule)
            };
            assert!(both(&[&rule.id], &[family]));
            assert!(!both(&[family], &[&rule.id]));
            assert!(!both(&[family], &[family]));
            assert!(both(&["all"], &[]));
        }
    }
}
