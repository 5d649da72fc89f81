//! Checks of the family `ci-image`, one file per rule, sorted.

pub(crate) mod artifacts_expiring_early;
pub(crate) mod bypassed_cache_key;
pub(crate) mod corruptible_cache;
pub(crate) mod deleted_rollback_tag;
pub(crate) mod existence_check_by_pull;
pub(crate) mod extra_cache_writer;
pub(crate) mod fatal_version_lookup;
pub(crate) mod incomplete_cache_key;
pub(crate) mod inconsistent_cache_read;
pub(crate) mod low_success_rate;
pub(crate) mod missing_image_tag;
pub(crate) mod missing_manifest_check;
pub(crate) mod missing_retry_backoff;
pub(crate) mod missing_rollback_condition;
pub(crate) mod missing_version_fallback;
pub(crate) mod modified_cache_contents;
pub(crate) mod overwritten_image_tag;
pub(crate) mod retried_code_failure;
pub(crate) mod rollback_without_tag;
pub(crate) mod slow_existence_check;
pub(crate) mod stale_module_cache;
pub(crate) mod unavailable_artifacts;
pub(crate) mod undocumented_rollback;
pub(crate) mod unserialized_cache_write;
pub(crate) mod wrong_artifact_expiry;
pub(crate) mod wrong_cache_policy;
