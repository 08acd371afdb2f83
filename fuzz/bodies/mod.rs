//! What each fuzz target does with its input. `tests/fuzz_corpus.rs` runs the same over the corpus,
//! without a fuzzer.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "each target uses its own part; a failed assertion is what a fuzzer looks for"
)]

#[cfg(feature = "cli")]
pub(crate) mod bridge;
pub(crate) mod dhcp;
pub(crate) mod frame;
pub(crate) mod scenario;
