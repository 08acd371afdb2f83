//! Random times over many seeds: whether they fill their range.

use super::super::*;
use super::rig::*;

/// How many seeds show how random times are spread.
pub(super) const SEEDS: u64 = 600;

/// Random times fill `low` to `high`: none is outside, and each tenth has about its share.
pub(super) fn assert_even(times: &[Duration], low: Duration, high: Duration) {
    let mut bins = [0_usize; 10];
    let span = high.saturating_sub(low).as_micros();
    for time in times {
        assert!(
            (low..=high).contains(time),
            "{time}, not from {low} to {high}"
        );
        let place = 10 * time.saturating_sub(low).as_micros() / span;
        bins[usize::try_from(place.min(9)).unwrap()] += 1;
    }
    let share = times.len() / 10;
    assert!(share >= 50, "too few to tell");
    assert!(
        bins.iter()
            .all(|bin| (share / 2..=share * 3 / 2).contains(bin)),
        "about {share} in each tenth from {low} to {high}: {bins:?}"
    );
}

/// The pauses between the first messages of many seeds: one list for each place in the row.
pub(super) fn pauses(start: impl Fn(u64) -> Rig, number: usize) -> Vec<Vec<Duration>> {
    let mut pauses = vec![Vec::new(); number];
    for seed in 0..SEEDS {
        let mut rig = start(seed);
        let mut last = rig.last();
        for pauses in &mut pauses {
            let next = rig.next_sent();
            pauses.push(next.at.since(last.at));
            last = next;
        }
    }
    pauses
}

/// Each pause is about as long as expected, evenly give or take a second.
pub(super) fn assert_backoff(pauses: &[Vec<Duration>], expected: &[u64]) {
    assert_eq!(pauses.len(), expected.len());
    for (pauses, expected) in pauses.iter().zip(expected) {
        assert_even(pauses, secs(expected - 1), secs(expected + 1));
    }
}
