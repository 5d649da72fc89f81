//! Checks of the family `spec`, one file per rule, sorted.

pub(crate) mod commented_out_requirement;
pub(crate) mod conflicting_delta;
pub(crate) mod contradicting_clauses;
pub(crate) mod dropped_scenario;
pub(crate) mod duplicate_requirement;
pub(crate) mod duplicate_scenario;
pub(crate) mod empty_change;
pub(crate) mod empty_scenario;
pub(crate) mod indented_spec_header;
pub(crate) mod lowercase_shall;
pub(crate) mod misnumbered_task;
pub(crate) mod misplaced_delta;
pub(crate) mod missing_normative_word;
pub(crate) mod missing_spec_section;
pub(crate) mod overlong_requirement;
pub(crate) mod placeholder_purpose;
pub(crate) mod requirement_without_scenario;
pub(crate) mod scenario_header_level;
pub(crate) mod scenario_without_step;
pub(crate) mod stray_spec_header;
pub(crate) mod unappliable_delta;
pub(crate) mod unpaired_rename;
pub(crate) mod unusable_evidence;
