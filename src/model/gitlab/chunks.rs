use rayon::prelude::*;

use super::Problem;

/// So many entries are worth a second core.
pub(super) const MANY: usize = 256;

/// Into how many pieces they are cut, however many threads there are.
const CHUNKS: usize = 16;

/// Works on entries of the top level that do not need each other, in pieces on all cores if there are many.
///
/// Each piece may copy its share of what is left of `copies`. Where that is not enough for one, the whole is
/// done again in one piece, so that the outcome does not depend on how it was cut.
pub(super) fn in_chunks<T: Sync, R: Send>(
    entries: &[T],
    copies: &mut usize,
    problems: &mut Vec<Problem>,
    work: impl Fn(&[T], &mut usize, &mut Vec<Problem>) -> Vec<R> + Sync,
) -> Vec<R> {
    if entries.len() < MANY {
        return work(entries, copies, problems);
    }
    let share = *copies / CHUNKS;
    let chunks = entries.par_chunks(entries.len().div_ceil(CHUNKS));
    let done: Vec<_> = chunks
        .map(|entries| {
            let (mut left, mut problems) = (share, Vec::new());
            let results = work(entries, &mut left, &mut problems);
            (results, left, problems)
        })
        .collect();
    if done.iter().any(|(_, left, _)| *left == 0) {
        return work(entries, copies, problems);
    }
    let mut all = Vec::with_capacity(entries.len());
    for (results, left, found) in done {
        *copies -= share - left;
        all.extend(results);
        problems.extend(found);
    }
    all
}
