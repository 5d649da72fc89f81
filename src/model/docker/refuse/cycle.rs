//! Stages that need each other.

use super::Refusals;
use crate::model::docker::{Dockerfile, MountOptions, StageRef};
use crate::syntax::dockerfile::Keyword;

impl Refusals<'_, '_> {
    /// Whether two stages, one of which copies from the other, need each other.
    pub(super) fn is_circular(&self, one: usize, other: usize) -> bool {
        let circular = self.circular.get_or_init(|| circular(self.dockerfile));
        let is_in = |stage: usize| circular.get(stage).copied().unwrap_or(false);
        is_in(one) && is_in(other)
    }
}

/// For each stage whether it stands in a circle of `COPY --from` and `from=` of mounts, or
/// between two circles. What a stage is based on is no part of a circle.
fn circular(dockerfile: &Dockerfile<'_>) -> Vec<bool> {
    let mut edges = Vec::new();
    for step in dockerfile.steps() {
        let Some(stage) = step.stage else { continue };
        let mut needs = |reference: StageRef| {
            if let StageRef::Earlier(other) | StageRef::Later(other) = reference {
                edges.push((stage.index, other));
            }
        };
        for flag in &step.instruction.flags {
            let Some(value) = &flag.value else { continue };
            match (step.instruction.keyword, flag.name.text.as_ref()) {
                (Keyword::Copy, "from") => needs(dockerfile.stage_ref(stage, &value.text)),
                (Keyword::Run, "mount") => {
                    let mount = MountOptions::read(&value.text, |_| None);
                    let from = mount.value(&["from"]);
                    from.into_iter().for_each(|from| needs(dockerfile.mount_ref(stage, from)));
                }
                _ => {}
            }
        }
    }
    // What no circle runs through is peeled off: stages that need none that is left, then stages
    // that none needs that is left.
    let mut left = vec![true; dockerfile.stages.len()];
    peel(&mut left, &edges);
    let turned: Vec<_> = edges.into_iter().map(|(one, other)| (other, one)).collect();
    peel(&mut left, &turned);
    left
}

/// Takes out the stages without an edge to one that is left, until there is none.
fn peel(left: &mut [bool], edges: &[(usize, usize)]) {
    let mut needs = vec![0_usize; left.len()];
    let mut needed_by = vec![Vec::new(); left.len()];
    for (one, other) in edges.iter().copied().filter(|(one, other)| left[*one] && left[*other]) {
        needs[one] += 1;
        needed_by[other].push(one);
    }
    let mut free: Vec<usize> =
        (0..left.len()).filter(|stage| left[*stage] && needs[*stage] == 0).collect();
    while let Some(stage) = free.pop() {
        left[stage] = false;
        for one in &needed_by[stage] {
            needs[*one] -= 1;
            if needs[*one] == 0 {
                free.push(*one);
            }
        }
    }
}
