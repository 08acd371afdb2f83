//! The checkpoints of a recording: copies of the world, as many as fit into the memory that they may
//! take.

use std::rc::Rc;

use super::Limits;
use crate::sim::world::World;

/// Copies of the world by their place in the run; the first is of its start.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    /// Each with how many bytes it has that the one before it does not share, as estimated.
    list: Vec<(Rc<World>, usize)>,
    pub(super) weight: usize,
    memory: usize,
    /// How many events lie between two, the next time that one is made.
    interval: u64,
}

impl Checkpoints {
    pub(super) fn new(start: &World, limits: Limits) -> Self {
        Self {
            list: vec![(Rc::new(start.clone()), 0)],
            weight: 0,
            memory: limits.memory,
            interval: limits.interval.max(1),
        }
    }

    pub(super) fn world(&self, number: usize) -> &World {
        &self.list[number].0
    }

    pub(super) fn last(&self) -> &World {
        self.world(self.list.len() - 1)
    }

    /// How many entries had been written at one, if there is one of that number.
    pub(super) fn written(&self, number: usize) -> Option<usize> {
        self.list.get(number).map(|(world, _)| world.written())
    }

    /// The last one for which `fits` holds, which holds for all before it too.
    pub(super) fn at_most(&self, fits: impl Fn(&World) -> bool) -> usize {
        let after = self.list.partition_point(|(world, _)| fits(world));
        after.saturating_sub(1)
    }

    /// Copies the world if it is far enough from the last one.
    pub(super) fn offer(&mut self, world: &World) {
        if world.executed() < self.last().executed() + self.interval {
            return;
        }
        self.add(Rc::new(world.clone()));
        while self.weight > self.memory && self.list.len() > 2 {
            self.thin_out();
        }
    }

    fn add(&mut self, world: Rc<World>) {
        let last = self.list.last();
        let weight = last.map_or(0, |(last, _)| world.weight_beside(last));
        self.weight += weight;
        self.list.push((world, weight));
    }

    /// Lets every second one go.
    fn thin_out(&mut self) {
        let list = std::mem::take(&mut self.list);
        self.weight = 0;
        for (world, _) in list.into_iter().step_by(2) {
            self.add(world);
        }
        self.interval *= 2;
    }

    pub(super) fn forget_after(&mut self, executed: u64) {
        self.list.retain(|(world, _)| world.executed() <= executed);
        self.weight = self.list.iter().map(|(_, weight)| weight).sum();
    }
}

#[cfg(test)]
impl Checkpoints {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn widest(&self) -> u64 {
        let pairs = self.list.windows(2);
        let widths = pairs.map(|pair| pair[1].0.executed() - pair[0].0.executed());
        widths.max().unwrap_or(0)
    }
}
