//! The timeline of a run that grows, and that is changed in its past now and then.

use super::Timeline;
use crate::scenario::{NodeId, Scenario};
use crate::sim::Recording;

/// How many earlier timelines are kept at most.
const KEPT: usize = 12;

/// The timeline, and a few earlier ones: where the past is changed, not all of it has to be read
/// again.
#[derive(Clone, Debug)]
pub struct Timelines {
    now: Timeline,
    /// By how much they had read.
    earlier: Vec<Timeline>,
    /// How many entries lie between two.
    step: usize,
}

impl Timelines {
    /// Of a run of which nothing has been read.
    pub fn new(scenario: &Scenario) -> Self {
        let off = scenario.nodes().filter(|(_, node)| !node.on);
        let off: Vec<NodeId> = off.map(|(id, _)| id).collect();
        let mut now = Timeline::default();
        now.off_from_start(off.into_iter());
        Self {
            earlier: vec![now.clone()],
            now,
            step: 10_000,
        }
    }

    /// The timeline of what has been read.
    pub fn now(&self) -> &Timeline {
        &self.now
    }

    /// Reads on in the run. Where that has become shorter than what was read, it is read again from
    /// as late as may be.
    pub fn read_on(&mut self, recording: &Recording) {
        let end = recording.journal().len();
        if end < self.now.read() {
            self.forget_after(end);
        }
        recording.read(self.now.read()..end, |id, entry| {
            self.now.read_next(recording.scenario(), id, entry);
            let last = self.earlier.last().map_or(0, Timeline::read);
            if self.now.read() >= last + self.step {
                self.keep();
            }
        });
    }

    /// Forgets what was read from entry `written` on: something else has come after that one.
    pub fn forget_after(&mut self, written: usize) {
        let after = self
            .earlier
            .partition_point(|known| known.read() <= written);
        self.earlier.truncate(after.max(1));
        if let (true, Some(last)) = (self.now.read() > written, self.earlier.last()) {
            self.now = last.clone();
        }
    }

    fn keep(&mut self) {
        self.earlier.push(self.now.clone());
        if self.earlier.len() > KEPT {
            let mut number = 0_usize;
            self.earlier.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.step *= 2;
        }
    }
}
