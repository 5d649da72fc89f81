use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// The engine reports it: it alone knows what a clause was before and how it is judged.
fn check(_: &mut Cx<'_, '_>) {}
