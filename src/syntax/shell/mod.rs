//! Shell scripts of `script:` and `RUN`.
