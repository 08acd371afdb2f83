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

    /// Takes up so much from now on.
    pub(super) fn keep(&mut self, limits: Limits) {
        self.memory = limits.memory;
        self.interval = limits.interval.max(1);
        self.fit();
    }

    /// Copies the world if it is far enough from those before and after it.
    pub(super) fn offer(&mut self, world: &World) {
        /// How many events lie between two questions whether it is.
        const STRIDE: u64 = 64;
        let executed = world.executed();
        let asked = || executed.is_multiple_of(STRIDE) && !self.is_near(executed);
        if executed < self.last().executed() + self.interval && !asked() {
            return;
        }
        let place = self
            .list
            .partition_point(|(known, _)| known.executed() < executed);
        self.list.insert(place, (Rc::new(world.clone()), 0));
        self.weigh(place);
        self.weigh(place + 1);
        self.fit();
    }

    /// Whether there is one close by.
    fn is_near(&self, executed: u64) -> bool {
        let after = self
            .list
            .partition_point(|(known, _)| known.executed() <= executed);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let mut around = around.filter_map(|place| self.list.get(place));
        around.any(|(known, _)| known.executed().abs_diff(executed) < self.interval)
    }

    fn weigh(&mut self, place: usize) {
        let Some((world, before)) = self.list.get(place) else {
            return;
        };
        let last = place.checked_sub(1).map(|last| &self.list[last].0);
        let weight = last.map_or(0, |last| world.weight_beside(last));
        self.weight = self.weight + weight - before;
        self.list[place].1 = weight;
    }

    /// Lets some go where there are too many.
    fn fit(&mut self) {
        while self.weight > self.memory && self.list.len() > 2 {
            let mut number = 0_usize;
            self.list.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.weight = self.list.iter().map(|(_, weight)| weight).sum();
            (0..self.list.len()).for_each(|place| self.weigh(place));
            self.interval = self.interval.saturating_mul(2);
        }
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
