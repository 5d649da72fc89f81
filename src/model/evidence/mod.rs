//! Evidence: what was measured outside.
