use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// The engine reports it: it alone knows which comments accepted a finding.
fn check(_: &mut Cx<'_, '_>) {}
