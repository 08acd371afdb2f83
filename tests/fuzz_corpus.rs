//! What the fuzzers found, and every corner that they reached, once more on any compiler.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy takes only the functions marked as tests for tests"
)]

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use std::path::Path;

/// Runs a target over its corpus and over the inputs that once made it fail.
fn replay(name: &str, run: fn(&[u8])) {
    for folder in ["corpus", "crashes"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz")
            .join(folder);
        let Ok(files) = std::fs::read_dir(folder.join(name)) else {
            assert!(folder.ends_with("crashes"), "{name} has no corpus");
            continue;
        };
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty());
        for file in &files {
            let input = std::fs::read(file).unwrap();
            let outcome = std::panic::catch_unwind(|| run(&input));
            assert!(outcome.is_ok(), "{} fails", file.display());
        }
    }
}

#[test]
fn frames() {
    replay("frame", bodies::frame::run);
}

#[test]
fn messages() {
    replay("dhcp", bodies::dhcp::run);
}

#[test]
fn scenarios() {
    replay("scenario", bodies::scenario::run);
}

#[cfg(feature = "cli")]
#[test]
fn conversations() {
    replay("bridge", bodies::bridge::run);
}
