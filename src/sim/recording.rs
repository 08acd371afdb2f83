//! A run that can be looked at from any instant: checkpoints plus replay.
//!
//! The journal holds everything that has been seen; [`Recording::world`] is at the cursor, at or
//! before the journal's end. Going forward over what the journal already has replays it and writes
//! nothing. Acting in the past forgets what came after.

use std::rc::Rc;

use super::journal::{Entry, EventId, Journal};
use super::world::World;
use crate::scenario::{Command, Scenario, Timed};
use crate::time::Instant;

/// How many events lie between two checkpoints: a seek replays at most so many, plus those that
/// a checkpoint was thinned out of.
const INTERVAL: u64 = 1_000;
/// How many checkpoints are kept; when there are more, every second one goes.
const CHECKPOINTS: usize = 64;

/// An event that wrote something: where the world stood after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    executed: u64,
    written: usize,
    at: Instant,
}

/// A run, and a cursor in it.
#[derive(Clone, Debug)]
pub struct Recording {
    scenario: Rc<Scenario>,
    commands: Vec<Timed>,
    /// Which of the commands a person gave: those go when the past is changed before them.
    by_person: Vec<bool>,
    journal: Journal,
    world: World,
    checkpoints: Vec<World>,
    interval: u64,
    marks: Vec<Mark>,
    seen: Instant,
}

impl Recording {
    /// A run of the scenario, at its first instant, where nothing has happened yet.
    pub fn new(scenario: Rc<Scenario>) -> Self {
        let world = World::new(&scenario);
        let commands = scenario.commands().to_vec();
        let mut journal = Journal::default();
        journal.keep(Journal::PLENTY);
        Self {
            by_person: vec![false; commands.len()],
            commands,
            journal,
            checkpoints: vec![world.clone()],
            interval: INTERVAL,
            world,
            marks: Vec::new(),
            seen: Instant::ZERO,
            scenario,
        }
    }

    /// What is being run.
    pub fn scenario(&self) -> &Rc<Scenario> {
        &self.scenario
    }

    /// The world at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Everything that has been seen, past the cursor too.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What had happened by the cursor, as far back as the journal has it.
    pub fn past(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        let past = self.journal.range(0..self.world.written());
        past.map(|(_, entry)| entry)
    }

    /// Every command so far, the scenario's and the person's, in order.
    pub fn commands(&self) -> &[Timed] {
        &self.commands
    }

    /// The furthest instant that has been seen.
    pub fn seen(&self) -> Instant {
        self.seen
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Instant> {
        self.world.next_at(&self.commands)
    }

    fn step(&mut self) -> bool {
        if !self.world.step(&self.commands, &mut self.journal) {
            return false;
        }
        let (executed, written, at) = (
            self.world.executed(),
            self.world.written(),
            self.world.now(),
        );
        if self.marks.last().map_or(0, |mark| mark.written) < written {
            self.marks.push(Mark {
                executed,
                written,
                at,
            });
        }
        if executed >= self.checkpoints.last().map_or(0, World::executed) + self.interval {
            self.checkpoints.push(self.world.clone());
            self.thin_out();
        }
        self.seen = self.seen.max(at);
        true
    }

    fn thin_out(&mut self) {
        if self.checkpoints.len() > CHECKPOINTS {
            let mut number = 0_usize;
            self.checkpoints.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.interval *= 2;
        }
    }

    /// Goes on to the next event that the journal tells of, up to `limit`. False where there is
    /// none.
    pub fn step_forward(&mut self, limit: Instant) -> bool {
        let written = self.world.written();
        while self.next_at().is_some_and(|at| at <= limit) {
            if !self.step() {
                return false;
            }
            if self.world.written() > written {
                return true;
            }
        }
        false
    }

    /// Goes on until an entry is written that `found` accepts, up to `limit`. Returns that entry's
    /// number; without one the cursor stands at `limit`.
    pub fn run_to(
        &mut self,
        limit: Instant,
        mut found: impl FnMut(&Entry) -> bool,
    ) -> Option<EventId> {
        loop {
            let written = self.world.written();
            if !self.step_forward(limit) {
                self.seek(limit);
                return None;
            }
            let hit = self
                .journal
                .range(written..self.world.written())
                .find(|(_, entry)| found(entry))
                .map(|(id, _)| id);
            if hit.is_some() {
                return hit;
            }
        }
    }

    /// Goes back to just after the event before the last one; to the start, if there is none.
    pub fn step_back(&mut self) -> bool {
        let written = self.world.written();
        let last = self.marks.partition_point(|mark| mark.written <= written);
        let waited = last > 0 && self.marks[last - 1].at < self.world.now();
        let target = if waited {
            last.checked_sub(1)
        } else {
            last.checked_sub(2)
        };
        let executed = target.map_or(0, |target| self.marks[target].executed);
        if executed == 0 && self.world.now() == Instant::ZERO && written == 0 {
            return false;
        }
        self.restore(|checkpoint| checkpoint.executed() <= executed);
        while self.world.executed() < executed && self.step() {}
        true
    }

    /// Goes to an instant, forward or back: everything up to and including it has happened.
    pub fn seek(&mut self, at: Instant) {
        self.approach(at, || true);
    }

    /// Goes towards an instant, event by event, for as long as `more` holds; asked again, it goes
    /// on. Whether it got there: then everything up to and including that instant has happened.
    pub fn approach(&mut self, at: Instant, mut more: impl FnMut() -> bool) -> bool {
        if at < self.world.now() {
            self.restore(|checkpoint| checkpoint.now() <= at);
        }
        while self.next_at().is_some_and(|next| next <= at) {
            if !more() {
                return false;
            }
            if !self.step() {
                break;
            }
        }
        self.world.wait_until(at, &self.commands);
        self.seen = self.seen.max(self.world.now());
        true
    }

    /// Goes back to the first instant, where nothing has happened yet.
    pub fn rewind(&mut self) {
        self.restore(|checkpoint| checkpoint.executed() == 0);
    }

    fn restore(&mut self, fits: impl Fn(&World) -> bool) {
        if let Some(checkpoint) = self
            .checkpoints
            .iter()
            .rev()
            .find(|checkpoint| fits(checkpoint))
        {
            self.world = checkpoint.clone();
        }
    }

    /// Does something now. What had been seen after the cursor is forgotten, and so is what a
    /// person did after it; the scenario's own commands stay.
    pub fn act(&mut self, command: Command) {
        let now = self.world.now();
        let (written, executed) = (self.world.written(), self.world.executed());
        self.journal.truncate(written);
        self.marks.retain(|mark| mark.executed <= executed);
        self.checkpoints
            .retain(|checkpoint| checkpoint.executed() <= executed);
        let done = self.world.commands_done();
        let keep: Vec<bool> = (0..)
            .zip(&self.by_person)
            .map(|(at, person)| at < done || !person)
            .collect();
        retain_by(&mut self.commands, &keep);
        retain_by(&mut self.by_person, &keep);
        let place = self
            .commands
            .partition_point(|timed| timed.at <= now)
            .max(done);
        self.commands.insert(place, Timed { at: now, command });
        self.by_person.insert(place, true);
        self.seen = now;
        self.seek(now);
    }
}

#[cfg(test)]
impl Recording {
    /// A checkpoint every so many events.
    pub(super) fn every(self, interval: u64) -> Self {
        Self { interval, ..self }
    }

    /// How many checkpoints there are.
    pub(super) fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }
}

fn retain_by<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(true));
}
