//! Checks of the family `trust`, one file per rule, sorted.

pub(crate) mod credential_in_layer;
pub(crate) mod debug_trace_on;
pub(crate) mod git_folder_in_artifacts;
pub(crate) mod moving_component_version;
pub(crate) mod plain_secret_in_variables;
pub(crate) mod secret_build_argument;
pub(crate) mod secret_file_in_layer;
pub(crate) mod unpinned_project_include;
pub(crate) mod unverified_remote_include;
pub(crate) mod unversioned_image_push;
