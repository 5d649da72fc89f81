//! The coverage of a spec as it was once, to be held against what it is now.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

const REMEDY: &str = "`pipespec trace --write-snapshot` writes it anew";

/// A snapshot: what each clause said, which rule judged it, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of the form; [`Snapshot::VERSION`].
    pub version: u32,
    /// One for each clause, by id.
    pub clauses: Vec<SnapshotClause>,
}

/// A clause in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotClause {
    /// The id of the clause.
    pub id: String,
    /// Its capability, where that is more than the first part of the id: capabilities may be nested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its words.
    pub text: String,
    /// The rule that judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The verdict, `proven` and so on.
    pub verdict: String,
}

impl SnapshotClause {
    /// The capability of a clause as `SnapshotClause::capability` has it.
    pub fn nested(capability: &str) -> Option<String> {
        capability.contains('/').then(|| capability.to_owned())
    }

    fn capability(&self) -> &str {
        let first = || self.id.split('/').next().unwrap_or_default();
        self.capability.as_deref().unwrap_or_else(first)
    }
}

/// What became of a clause since a snapshot was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The id of the clause; the new one if it moved.
    pub id: String,
    /// What became of it.
    pub kind: DriftKind,
    /// As it was; nothing for a new clause.
    pub before: Option<SnapshotClause>,
    /// As it is; nothing if it is gone.
    pub after: Option<SnapshotClause>,
}

/// Ways in which a clause may drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// It is there for the first time.
    New,
    /// It is there no more; a rule that judged it may have nothing to judge.
    Gone,
    /// The same words stand under another id: its requirement or scenario was renamed, or clauses in front of it came or
    /// went.
    Moved,
    /// Only its numbers differ, so its rule judges by the new ones.
    NumberChanged,
    /// It says something else.
    Reworded,
    /// It is reworded, and the rule that judged it does so no more.
    Unbound,
    /// Its words are the same; another rule judges it, or none.
    RuleChanged,
    /// Its words and its rule are the same, and the verdict is another.
    VerdictChanged,
}

impl Snapshot {
    /// The version of the form that is written and read.
    pub const VERSION: u32 = 1;

    /// A snapshot of these clauses.
    pub fn new(mut clauses: Vec<SnapshotClause>) -> Self {
        clauses.sort_by(|a, b| a.id.cmp(&b.id));
        Self { version: Self::VERSION, clauses }
    }

    /// Reads a snapshot from JSON.
    ///
    /// # Errors
    /// Fails on a text that is no snapshot of a version that is known.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let snapshot: Self = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text))
            .map_err(|error| format!("is no snapshot: {error}; {REMEDY}"))?;
        if snapshot.version != Self::VERSION {
            return Err(format!(
                "is a snapshot of version {}, and only version {} is known; {REMEDY}",
                snapshot.version,
                Self::VERSION
            ));
        }
        Ok(snapshot)
    }

    /// The snapshot as JSON: one clause a line, so that a diff of two snapshots shows clauses.
    pub fn to_json(&self) -> String {
        let mut out = format!("{{\n  \"version\": {},\n  \"clauses\": [", self.version);
        for (at, clause) in self.clauses.iter().enumerate() {
            out.push_str(if at == 0 { "\n    " } else { ",\n    " });
            // A structure of texts has no form that JSON lacks.
            out.push_str(&serde_json::to_string(clause).unwrap_or_default());
        }
        out.push_str("\n  ]\n}\n");
        out
    }

    /// What became of the clauses of `before` in `self`, in the order of their ids.
    pub fn since(&self, before: &Snapshot) -> Vec<Drift> {
        let old: BTreeMap<&str, &SnapshotClause> =
            before.clauses.iter().map(|it| (it.id.as_str(), it)).collect();
        let new: BTreeMap<&str, &SnapshotClause> =
            self.clauses.iter().map(|it| (it.id.as_str(), it)).collect();
        let mut drifts = Vec::new();
        // The same words under another id, among those that have no counterpart of the same words under their own.
        let stays = |id: &str| {
            old.get(id).zip(new.get(id)).is_some_and(|(a, b)| a.fingerprint == b.fingerprint)
        };
        let mut by_words: BTreeMap<(&str, &str), Vec<&SnapshotClause>> = BTreeMap::new();
        for clause in before.clauses.iter().filter(|it| !stays(&it.id)) {
            by_words.entry((clause.capability(), &clause.fingerprint)).or_default().push(clause);
        }
        by_words.values_mut().for_each(|clauses| clauses.reverse());
        let mut moved_from: BTreeSet<&str> = BTreeSet::new();
        let mut pending = Vec::new();
        for clause in &self.clauses {
            if stays(&clause.id) {
                let was = old.get(clause.id.as_str()).copied();
                let kind = was.and_then(|was| {
                    if was.rule != clause.rule {
                        Some(DriftKind::RuleChanged)
                    } else {
                        (was.verdict != clause.verdict).then_some(DriftKind::VerdictChanged)
                    }
                });
                drifts.extend(kind.map(|kind| drift(kind, was, Some(clause))));
                continue;
            }
            let key = (clause.capability(), clause.fingerprint.as_str());
            match by_words.get_mut(&key).and_then(Vec::pop) {
                Some(was) => {
                    moved_from.insert(&was.id);
                    drifts.push(drift(DriftKind::Moved, Some(was), Some(clause)));
                }
                None => pending.push(clause),
            }
        }
        let mut reworded: BTreeSet<&str> = BTreeSet::new();
        for clause in pending {
            let was = old
                .get(clause.id.as_str())
                .copied()
                .filter(|was| !moved_from.contains(was.id.as_str()));
            let kind = match was {
                None => DriftKind::New,
                Some(was) if was.rule.is_some() && was.rule != clause.rule => DriftKind::Unbound,
                Some(was) if without_numbers(&was.text) == without_numbers(&clause.text) => {
                    DriftKind::NumberChanged
                }
                Some(_) => DriftKind::Reworded,
            };
            reworded.extend(was.map(|was| was.id.as_str()));
            drifts.push(drift(kind, was, Some(clause)));
        }
        for was in &before.clauses {
            let id = was.id.as_str();
            if !stays(id) && !moved_from.contains(id) && !reworded.contains(id) {
                drifts.push(drift(DriftKind::Gone, Some(was), None));
            }
        }
        drifts.sort_by(|a, b| (&a.id, a.kind).cmp(&(&b.id, b.kind)));
        drifts
    }
}

fn drift(
    kind: DriftKind,
    before: Option<&SnapshotClause>,
    after: Option<&SnapshotClause>,
) -> Drift {
    let id = after.or(before).map(|it| it.id.clone()).unwrap_or_default();
    Drift { id, kind, before: before.cloned(), after: after.cloned() }
}

/// A text with each run of digits as one mark.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for ch in text.to_lowercase().chars() {
        match ch {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            ch => out.push(ch),
        }
    }
    out
}

/// A part of a word diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WordChange {
    /// Words that both have.
    Same(String),
    /// Words that are gone.
    Removed(String),
    /// Words that are new.
    Added(String),
}

/// The difference of two wordings, word by word; neighbours of one kind are joined.
pub fn word_diff(before: &str, after: &str) -> Vec<WordChange> {
    let diff = TextDiff::configure()
        .timeout(std::time::Duration::from_millis(100))
        .diff_words(before, after);
    let mut changes: Vec<WordChange> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), changes.last_mut()) {
            (ChangeTag::Equal, Some(WordChange::Same(last)))
            | (ChangeTag::Delete, Some(WordChange::Removed(last)))
            | (ChangeTag::Insert, Some(WordChange::Added(last))) => last.push_str(text),
            (ChangeTag::Equal, _) => changes.push(WordChange::Same(text.to_owned())),
            (ChangeTag::Delete, _) => changes.push(WordChange::Removed(text.to_owned())),
            (ChangeTag::Insert, _) => changes.push(WordChange::Added(text.to_owned())),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::fingerprint;

    fn clause(id: &str, text: &str, rule: Option<&str>) -> SnapshotClause {
        SnapshotClause {
            id: id.to_owned(),
            capability: None,
            fingerprint: fingerprint(text),
            text: text.to_owned(),
            rule: rule.map(str::to_owned),
            verdict: if rule.is_some() { "proven" } else { "undefined" }.to_owned(),
        }
    }

    #[test]
    fn every_drift_has_a_name() {
        let before = Snapshot::new(vec![
            clause("c/r/s#1", "expiration SHALL be 24 hours", Some("expiry")),
            clause("c/r/s#2", "cache SHALL be read", Some("cache")),
            clause("c/r/s#3", "old SHALL go", None),
            clause("c/r/s#4", "words SHALL stay", Some("words")),
            clause("c/r/t#1", "all SHALL be well", Some("well")),
            clause("c/r/t#2", "same SHALL stay", Some("same")),
        ]);
        let now = Snapshot::new(vec![
            clause("c/r/s#1", "expiration SHALL be 36 hours", Some("expiry")),
            clause("c/r/s#2", "cache SHALL be read and kept", None),
            clause("c/r/s#4", "Words SHALL stay.", None),
            clause("c/r/u#1", "all SHALL be well", Some("well")),
            clause("c/r/t#2", "same SHALL stay", Some("same")),
            clause("c/r/u#2", "new SHALL come", None),
        ]);
        let found: Vec<(String, DriftKind)> =
            now.since(&before).into_iter().map(|it| (it.id, it.kind)).collect();
        let wanted = [
            ("c/r/s#1", DriftKind::NumberChanged),
            ("c/r/s#2", DriftKind::Unbound),
            ("c/r/s#3", DriftKind::Gone),
            ("c/r/s#4", DriftKind::RuleChanged),
            ("c/r/u#1", DriftKind::Moved),
            ("c/r/u#2", DriftKind::New),
        ];
        assert_eq!(found, wanted.map(|(id, kind)| (id.to_owned(), kind)));
        assert_eq!(now.since(&now), []);
    }

    #[test]
    fn a_clause_inserted_in_front_moves_the_others() {
        let before = Snapshot::new(vec![
            clause("c/r#1", "a SHALL b", None),
            clause("c/r#2", "c SHALL d", None),
        ]);
        let now = Snapshot::new(vec![
            clause("c/r#1", "new SHALL e", None),
            clause("c/r#2", "a SHALL b", None),
            clause("c/r#3", "c SHALL d", None),
        ]);
        let kinds: Vec<DriftKind> = now.since(&before).into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [DriftKind::New, DriftKind::Moved, DriftKind::Moved]);
    }

    #[test]
    fn a_clause_moves_within_its_capability_only() {
        let nested = |capability: &str, rest: &str| SnapshotClause {
            capability: SnapshotClause::nested(capability),
            ..clause(&format!("{capability}/{rest}"), "all SHALL be well", None)
        };
        let since = |before: SnapshotClause, now: SnapshotClause| -> Vec<DriftKind> {
            let drifts = Snapshot::new(vec![now]).since(&Snapshot::new(vec![before]));
            drifts.into_iter().map(|it| it.kind).collect()
        };
        assert_eq!(since(nested("ci/a", "r#1"), nested("ci/a", "r#2")), [DriftKind::Moved]);
        let elsewhere = since(nested("ci/a", "r#1"), nested("ci/b", "r#1"));
        assert_eq!(elsewhere, [DriftKind::Gone, DriftKind::New]);
    }

    #[test]
    fn a_snapshot_is_written_as_it_is_read() {
        let snapshot = Snapshot::new(vec![
            clause("b#1", "x \"y\" SHALL", None),
            clause("a#1", "SHALL", Some("z")),
        ]);
        let text = snapshot.to_json();
        assert_eq!(text.lines().count(), 7);
        assert_eq!(Snapshot::from_json(&text), Ok(snapshot));
        assert!(
            Snapshot::from_json("{\"version\": 9, \"clauses\": []}")
                .unwrap_err()
                .contains("version 9")
        );
        assert!(Snapshot::from_json("").is_err());
    }

    #[test]
    fn a_word_diff_shows_the_words_that_changed() {
        let diff = word_diff("expiration SHALL be 24 hours", "expiration SHALL be 36 hours");
        assert_eq!(
            diff,
            [
                WordChange::Same("expiration SHALL be ".to_owned()),
                WordChange::Removed("24".to_owned()),
                WordChange::Added("36".to_owned()),
                WordChange::Same(" hours".to_owned()),
            ]
        );
    }
}
