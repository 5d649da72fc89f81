# shellcheck shell=sh
# `docker manifest inspect` exits with 1 both for a missing image and for a registry that does not
# answer. Building in the second case would overwrite a tag that others rely on, so its words decide.

# Whether the error in FILE says that the image is not there.
says_no_such_image() {
  grep -qiE 'no such manifest|manifest unknown|name unknown|not found' "$1"
}
