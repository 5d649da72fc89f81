# shellcheck shell=sh
# Puts the Rust toolchain on the PATH. `setup` installs it into the cache; a job that was handed no
# cache (a new runner, a cache that was cleared) installs its own copy, which is not saved.

rust_version=1.95.0

export PATH="$CARGO_HOME/bin:$PATH"

use_rust() {
  if [ ! -x "$CARGO_HOME/bin/cargo" ]; then
    rustup-init -y --quiet --no-modify-path --profile minimal \
      --component clippy --component rustfmt --default-toolchain "$rust_version"
  fi
  cargo --version
}
