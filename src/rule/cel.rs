//! placeholder
use super::{Bound, Cx, Judgement};
/// x
pub fn run_cel(_front: &str, _cx: &mut Cx<'_, '_>) {}
/// x
pub fn run_cel_clause(_front: &str, _bound: &Bound<'_, '_>, _cx: &mut Cx<'_, '_>) -> Judgement {
    Judgement::Unknown(String::new())
}
