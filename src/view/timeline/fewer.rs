//! Joining what is too much to be told apart.

use super::Timeline;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};

/// How many bars of each kind there may be, and how many more for each node.
const BARS: [usize; 2] = [2_000, 3];
/// How many ticks.
const TICKS: [usize; 2] = [8_000, 8];

/// What is joined of bars of one kind, or of ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    /// Across gaps up to this length.
    grain: Duration,
    /// How many there may be by now.
    most: usize,
}

/// What is joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Grain {
    leases: Part,
    given: Part,
    outages: Part,
    ticks: Part,
}

impl Part {
    /// Whether so many are too many.
    fn is_full(&self, count: usize, [all, each]: [usize; 2], scenario: &Scenario) -> bool {
        count > all && count > self.most.max(all + each * scenario.file().nodes.len())
    }

    /// Joins more and more, until a quarter is free again or nothing helps.
    fn empty(mut self, count: usize, mut join: impl FnMut(Duration) -> usize) -> Self {
        const COARSEST: Duration = Duration::from_secs(1 << 24);
        let mut left = join(self.grain);
        while left > count / 4 * 3 && self.grain < COARSEST {
            self.grain = (self.grain + self.grain).max(Duration::from_secs(1));
            left = join(self.grain);
        }
        self.most = left.saturating_add(left / 3);
        self
    }
}

/// Joins neighbours among those with the same key: `join` takes the later into the earlier one, or
/// says that they stay apart.
fn join<T, K: Ord>(
    list: &mut Vec<T>,
    key: impl Fn(&T) -> K,
    from: impl Fn(&T) -> Instant,
    join: impl Fn(&mut T, &T) -> bool,
) {
    list.sort_by_key(|one| (key(one), from(one)));
    list.dedup_by(|later, earlier| key(later) == key(earlier) && join(earlier, later));
    list.sort_by_key(from);
}

impl Timeline {
    /// Has fewer bars and ticks where there are too many.
    pub(super) fn have_fewer(&mut self, scenario: &Scenario) {
        let grain = self.grain;
        let count = self.leases.len();
        if grain.leases.is_full(count, BARS, scenario) {
            self.grain.leases = grain.leases.empty(count, |grain| self.fewer_leases(grain));
        }
        let count = self.given.len();
        if grain.given.is_full(count, BARS, scenario) {
            self.grain.given = grain.given.empty(count, |grain| self.fewer_given(grain));
        }
        let count = self.outages.len();
        if grain.outages.is_full(count, BARS, scenario) {
            self.grain.outages = grain
                .outages
                .empty(count, |grain| self.fewer_outages(grain));
        }
        let count = self.ticks.len();
        if grain.ticks.is_full(count, TICKS, scenario) {
            self.grain.ticks = grain.ticks.empty(count, |grain| self.fewer_ticks(grain));
        }
    }

    fn fewer_leases(&mut self, grain: Duration) -> usize {
        join(
            &mut self.leases,
            |bar| bar.node,
            |bar| bar.from,
            |bar, next| {
                let same = bar.address == next.address || grain > Duration::ZERO;
                let close = bar.ended.is_some_and(|end| next.from.since(end) <= grain);
                if same && close {
                    let from = bar.from;
                    *bar = next.clone();
                    bar.from = from;
                }
                same && close
            },
        );
        self.nodes.iter_mut().for_each(|own| own.leases.clear());
        (0..self.leases.len()).for_each(|place| self.index_lease(place));
        self.leases.len()
    }

    /// Bars that have no end yet stay apart, and so do addresses for as long as gaps need not be
    /// closed.
    fn fewer_given(&mut self, grain: Duration) -> usize {
        let apart = grain == Duration::ZERO;
        join(
            &mut self.given,
            |bar| (bar.node, bar.ended.is_some(), apart.then_some(bar.address)),
            |bar| bar.from,
            |bar, next| {
                let close = bar.ended.is_some_and(|end| next.from.since(end) <= grain);
                if close {
                    bar.ended = bar.ended.max(next.ended);
                }
                close
            },
        );
        self.last_given.clear();
        (0..self.given.len()).for_each(|place| self.index_given(place));
        self.given.len()
    }

    fn fewer_outages(&mut self, grain: Duration) -> usize {
        join(
            &mut self.outages,
            |outage| outage.what,
            |outage| outage.from,
            |outage, next| {
                let close = outage
                    .until
                    .is_some_and(|end| next.from.since(end) <= grain);
                if close {
                    outage.until = next.until;
                }
                close
            },
        );
        self.outages.len()
    }

    fn fewer_ticks(&mut self, grain: Duration) -> usize {
        join(
            &mut self.ticks,
            |tick| (tick.from, tick.kind.number()),
            |tick| tick.at,
            |tick, next| {
                let close = next.at.since(tick.at) < grain;
                if close {
                    tick.count += next.count;
                }
                close
            },
        );
        self.ticks.len()
    }
}
