# shellcheck shell=sh
# Which mise goes into the CI image. Sourced by build-ci-image; needs wget and nothing else.
# `mise_version` prints one version and never fails: the newest release as GitHub tells it, else the
# one that the previous run left in the cache, else the default of Dockerfile.ci.

mise_release_api=https://api.github.com/repos/jdx/mise/releases/latest
mise_cached_version=.ci-cache/mise/version

# One question to GitHub. Fails on an HTTP error, and on an answer that names no release, as the one
# about the rate limit does.
newest_mise() {
  answer=$(wget -q -T 10 -O - "$mise_release_api") || return 1
  newest=$(printf '%s\n' "$answer" | sed -n 's/.*"tag_name": *"v\([0-9.]*\)".*/\1/p')
  [ -n "$newest" ] && printf '%s\n' "$newest"
}

# Three tries, with 2 and then 4 seconds between them.
newest_mise_patiently() {
  delay=2
  for attempt in 1 2 3; do
    if newest_mise; then
      return 0
    fi
    echo "GitHub did not name the newest mise (try $attempt of 3)" >&2
    if [ "$attempt" -lt 3 ]; then
      sleep "$delay"
      delay=$((delay * 2))
    fi
  done
  return 1
}

mise_version() {
  if version=$(newest_mise_patiently); then
    echo "$version"
  elif [ -s "$mise_cached_version" ]; then
    echo "taking the mise version of the previous run" >&2
    cat "$mise_cached_version"
  else
    echo "no previous run to ask; taking the default of Dockerfile.ci" >&2
    sed -n 's/^ARG MISE_VERSION=//p' Dockerfile.ci
  fi
}
