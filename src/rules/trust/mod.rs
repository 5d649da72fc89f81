pub(crate) mod secret_build_argument;
pub(crate) mod unversioned_image_push;
