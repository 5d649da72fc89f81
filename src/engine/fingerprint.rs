//! Names of findings that stay the same while lines move.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::Report;
use crate::rule::Finding;

impl Report<'_> {
    /// A fingerprint for each of these findings, unique among them: from the rule, the clause, the path and the thing
    /// that is judged, or the text at its place where the rule gives no name to it. Neither lines nor messages go
    /// into it.
    pub fn fingerprints<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) -> Vec<String> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut all = Vec::new();
        for finding in findings {
            let source = self.sources.get(finding.at.source);
            let there = source.slice(finding.at.span).lines().next().unwrap_or_default().trim();
            let thing = if finding.symbol.is_empty() { there } else { &finding.symbol };
            let rule = &self.catalog.get(finding.rule).id;
            let clause = finding.clause.as_deref().unwrap_or_default();
            let mut fingerprint = digest(&[rule, clause, &source.path, thing]);
            while !seen.insert(fingerprint.clone()) {
                fingerprint = digest(&[&fingerprint]);
            }
            all.push(fingerprint);
        }
        all
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
