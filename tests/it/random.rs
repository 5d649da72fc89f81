//! How many random inputs a test tries, and which.

use proptest::test_runner::{Config, RngSeed};

/// The same `cases` inputs on every run: a change is judged by what it changes, not by the luck of
/// the draw. `PROPTEST_RNG_SEED` draws others and `PROPTEST_CASES` more of them.
pub(crate) fn config(cases: u32) -> Config {
    let given = Config::default();
    let drawn = |name: &str| std::env::var_os(name).is_some();
    Config {
        cases: if drawn("PROPTEST_CASES") { given.cases } else { cases },
        rng_seed: if drawn("PROPTEST_RNG_SEED") { given.rng_seed } else { RngSeed::Fixed(1) },
        failure_persistence: None,
        ..given
    }
}
