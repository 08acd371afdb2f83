//! The checkpoints of a recording: copies of the world, as many as fit into the memory that they may
//! take.

use std::rc::Rc;

use super::Limits;
use crate::sim::journal::{Journal, Tail};
use crate::sim::world::World;

/// A copy of the world.
#[derive(Clone, Debug)]
struct Checkpoint {
    world: Rc<World>,
    /// The last entries before it, so that they need no replay where the journal has let them go.
    tail: Rc<Tail>,
    /// How many bytes it has that the one before it does not share, as estimated.
    weight: usize,
}

/// Copies of the world by their place in the run; the first is of its start.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    list: Vec<Checkpoint>,
    pub(super) weight: usize,
    memory: usize,
    /// How many entries each has of those before it.
    near: usize,
    /// How many events lie between two, the next time that one is made.
    interval: u64,
}

impl Checkpoints {
    pub(super) fn new(start: &World, limits: Limits) -> Self {
        Self {
            list: vec![Checkpoint {
                world: Rc::new(start.clone()),
                tail: Rc::default(),
                weight: 0,
            }],
            weight: 0,
            memory: limits.memory,
            near: limits.near,
            interval: limits.interval.max(1),
        }
    }

    pub(super) fn world(&self, number: usize) -> &World {
        &self.list[number].world
    }

    /// The last entries before one.
    pub(super) fn tail(&self, number: usize) -> &Tail {
        &self.list[number].tail
    }

    pub(super) fn last(&self) -> &World {
        self.world(self.list.len() - 1)
    }

    /// How many entries had been written at one, if there is one of that number.
    pub(super) fn written(&self, number: usize) -> Option<usize> {
        self.list.get(number).map(|known| known.world.written())
    }

    /// The last one for which `fits` holds, which holds for all before it too.
    pub(super) fn at_most(&self, fits: impl Fn(&World) -> bool) -> usize {
        let after = self.list.partition_point(|known| fits(&known.world));
        after.saturating_sub(1)
    }

    /// Takes up so much from now on.
    pub(super) fn keep(&mut self, limits: Limits) {
        self.memory = limits.memory;
        self.near = limits.near;
        self.interval = limits.interval.max(1);
        self.fit();
    }

    /// Copies the world if it is far enough from those before and after it.
    pub(super) fn offer(&mut self, world: &World, journal: &Journal) {
        /// How many events lie between two questions whether it is.
        const STRIDE: u64 = 64;
        let executed = world.executed();
        let asked = || executed.is_multiple_of(STRIDE) && !self.is_near(executed);
        if executed < self.last().executed() + self.interval && !asked() {
            return;
        }
        let place = self
            .list
            .partition_point(|known| known.world.executed() < executed);
        let checkpoint = Checkpoint {
            world: Rc::new(world.clone()),
            tail: Rc::new(journal.tail(world.written(), self.near)),
            weight: 0,
        };
        self.list.insert(place, checkpoint);
        self.weigh(place);
        self.weigh(place + 1);
        self.fit();
    }

    /// Whether there is one close by.
    fn is_near(&self, executed: u64) -> bool {
        let after = self
            .list
            .partition_point(|known| known.world.executed() <= executed);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let mut around = around.filter_map(|place| self.list.get(place));
        around.any(|known| known.world.executed().abs_diff(executed) < self.interval)
    }

    fn weigh(&mut self, place: usize) {
        let Some(Checkpoint { world, tail, .. }) = self.list.get(place) else {
            return;
        };
        let last = place.checked_sub(1).map(|last| &self.list[last].world);
        let weight = last.map_or(0, |last| world.weight_beside(last) + tail.weight());
        self.weight = self.weight + weight - self.list[place].weight;
        self.list[place].weight = weight;
    }

    /// Lets some go where there are too many.
    fn fit(&mut self) {
        while self.weight > self.memory && self.list.len() > 2 {
            let mut number = 0_usize;
            self.list.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.weight = self.list.iter().map(|known| known.weight).sum();
            (0..self.list.len()).for_each(|place| self.weigh(place));
            self.interval = self.interval.saturating_mul(2);
        }
    }

    pub(super) fn forget_after(&mut self, executed: u64) {
        self.list.retain(|known| known.world.executed() <= executed);
        self.weight = self.list.iter().map(|known| known.weight).sum();
    }
}

#[cfg(test)]
impl Checkpoints {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn widest(&self) -> u64 {
        let pairs = self.list.windows(2);
        let widths = pairs.map(|pair| pair[1].world.executed() - pair[0].world.executed());
        widths.max().unwrap_or(0)
    }
}
