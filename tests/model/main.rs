//! A model of what must be seen on the wire, held against the engine over random stories.

#![cfg(test)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a model looks for a few things among many"
)]

mod case;
mod fields;
mod leases;
mod net;
mod network;
mod regressions;
mod run;
mod settings;
mod tally;
mod tampered;
mod trace;
mod waits;

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use tally::{EVERYTHING, Tally};

/// How many stories each of the shards runs.
const CASES: u32 = 500;

/// Runs stories that are the same on every machine. `MODEL_CASES` asks for more of them and
/// `MODEL_SEED` for others.
fn stories(shard: u8) {
    let from = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..ProptestConfig::with_cases(from("MODEL_CASES").unwrap_or(CASES))
    };
    let mut seed = [shard; 32];
    seed[..4].copy_from_slice(&from("MODEL_SEED").unwrap_or(0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tally = RefCell::new(Tally::new());
    let held = runner.run(&case::a_case(), |case| {
        let tally = &mut tally.borrow_mut();
        run::check(case.file(), case.calm(), tally).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(why, case)) = &held {
        let file = serde_json::to_string(&case.file()).unwrap();
        panic!("{why}\ncalm at {}\n{file}", case.calm());
    }
    held.unwrap();
    let tally = tally.into_inner();
    for what in EVERYTHING {
        let times = tally.get(what).copied().unwrap_or(0);
        assert!(times > 0, "no story has a {what}: {tally:#?}");
    }
}

#[test]
fn stories_hold_1() {
    stories(1);
}

#[test]
fn stories_hold_2() {
    stories(2);
}

#[test]
fn stories_hold_3() {
    stories(3);
}

#[test]
fn stories_hold_4() {
    stories(4);
}
