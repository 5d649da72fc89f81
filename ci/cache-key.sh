#!/bin/sh
# The cache key of .gitlab-ci.yml is made from ci/cache-key.lock, which holds the digest of every file
# that decides what is in the cache: GitLab takes two files for a key, and there are six.
#   ci/cache-key.sh          write the lock, after any of the six has changed
#   ci/cache-key.sh --check  fail where the lock is stale
set -eu
cd "$(dirname "$0")/.."
files=".gitlab-ci.yml Dockerfile.ci .mise/config.toml go.mod go.sum Cargo.lock"

if [ "${1-}" = --check ]; then
  # `sha256sum -c` alone would be content with a lock that leaves a file out.
  for file in $files; do
    grep -qF "  $file" ci/cache-key.lock || { echo "ci/cache-key.lock does not name $file" >&2; exit 1; }
  done
  sha256sum -c ci/cache-key.lock || { echo "run ci/cache-key.sh and commit ci/cache-key.lock" >&2; exit 1; }
else
  # shellcheck disable=SC2086 # a list of words
  sha256sum $files > ci/cache-key.lock
fi
