# shellcheck shell=sh
# Puts the Rust toolchain on the PATH. `setup` installs it into the cache; a job that was handed no
# cache (a new runner, a cache that was cleared) installs its own copy, which is not saved.
# RUST_VERSION stands in .gitlab-ci.yml, and so in the cache key: a new version never meets an old toolchain.

export PATH="$CARGO_HOME/bin:$PATH"

use_rust() {
  if [ ! -x "$CARGO_HOME/bin/cargo" ]; then
    rustup-init -y --quiet --no-modify-path --profile minimal \
      --component clippy --component rustfmt --default-toolchain "$RUST_VERSION"
  fi
  cargo --version
}
