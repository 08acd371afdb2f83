//! A run that can be looked at from any instant: checkpoints plus replay.
//!
//! The journal tells what has been seen; [`Recording::world`] is at the cursor, at or before the
//! journal's end. Going forward over what the journal already has replays it and writes nothing.
//! Acting in the past forgets what came after.
//!
//! How much memory that takes is bounded by [`Limits`], not by the length of the run.

mod checkpoints;
mod past;

use std::rc::Rc;

use super::journal::{Entry, EventId, Journal};
use super::world::World;
use crate::scenario::{Command, Scenario, Timed};
use crate::time::Instant;
use checkpoints::Checkpoints;

/// How much a recording keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many entries of the journal.
    pub entries: usize,
    /// How many of them at least are there before the cursor, wherever that goes.
    pub near: usize,
    /// How many bytes of checkpoints, as estimated.
    pub memory: usize,
    /// How many events lie between two checkpoints, for as long as they all fit into that.
    pub interval: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: Journal::PLENTY,
            near: 2_000,
            memory: 96 * 1_024 * 1_024,
            interval: 1_500,
        }
    }
}

/// An event that wrote something: where the world stood after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    executed: u64,
    written: usize,
    at: Instant,
}

/// The last events before the cursor that wrote something, and maybe some after it.
#[derive(Clone, Debug, Default)]
struct Trail {
    /// It is complete from just after this many events.
    start: u64,
    marks: Vec<Mark>,
}

impl Trail {
    /// The most events that it has.
    const LENGTH: usize = 4_096;

    fn begin(&mut self, executed: u64) {
        self.start = executed;
        self.marks.clear();
    }

    fn add(&mut self, mark: Mark) {
        let last = self.marks.last();
        if last.is_some_and(|last| mark.executed <= last.executed) {
            return;
        }
        if self.marks.len() == Self::LENGTH {
            let half = Self::LENGTH / 2;
            self.start = self.marks[half - 1].executed;
            self.marks.drain(..half);
        }
        self.marks.push(mark);
    }
}

/// A run, and a cursor in it.
#[derive(Clone, Debug)]
pub struct Recording {
    scenario: Rc<Scenario>,
    commands: Rc<Vec<Timed>>,
    /// Which of the commands a person gave: those go when the past is changed before them.
    by_person: Rc<Vec<bool>>,
    journal: Journal,
    world: World,
    checkpoints: Checkpoints,
    limits: Limits,
    trail: Trail,
    seen: Instant,
    /// The end of what is known, where that is not at the cursor.
    ahead: Option<Box<World>>,
}

impl Recording {
    /// A run of the scenario, at its first instant, where nothing has happened yet.
    pub fn new(scenario: Rc<Scenario>) -> Self {
        Self::with_limits(scenario, Limits::default())
    }

    /// The same, which keeps so much and no more.
    pub fn with_limits(scenario: Rc<Scenario>, limits: Limits) -> Self {
        let world = World::new(&scenario);
        let commands = scenario.commands().to_vec();
        let mut journal = Journal::default();
        journal.keep(limits.entries);
        Self {
            by_person: Rc::new(vec![false; commands.len()]),
            commands: Rc::new(commands),
            journal,
            checkpoints: Checkpoints::new(&world, limits),
            limits,
            world,
            trail: Trail::default(),
            seen: Instant::ZERO,
            ahead: None,
            scenario,
        }
    }

    /// Keeps so much from now on. What is let go is found again by replay.
    pub fn keep(&mut self, limits: Limits) {
        self.journal.look_at(Some(self.world.written()));
        self.journal.keep(limits.entries);
        self.journal.look_at(None);
        self.checkpoints.keep(limits);
        self.limits = limits;
    }

    /// What is being run.
    pub fn scenario(&self) -> &Rc<Scenario> {
        &self.scenario
    }

    /// The world at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What is known, past the cursor too, as far as it has not been let go.
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

    /// Which of the commands a person gave.
    pub fn by_person(&self) -> &[bool] {
        &self.by_person
    }

    /// How much it keeps.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the same is done in another run, at the same instants, of the same scenario.
    pub fn does_the_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.scenario, &other.scenario) && self.commands == other.commands
    }

    /// The furthest instant at which the cursor was.
    pub fn seen(&self) -> Instant {
        self.seen
    }

    /// The furthest instant of which everything is known: [`Recording::explore`] goes further than
    /// what was seen.
    pub fn known(&self) -> Instant {
        let ahead = self.ahead.as_ref().map(|world| world.now());
        self.seen.max(ahead.unwrap_or_default())
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Instant> {
        self.world.next_at(&self.commands)
    }

    fn step(&mut self) -> bool {
        let written = self.world.written();
        if !self.world.step(&self.commands, &mut self.journal) {
            return false;
        }
        let at = self.world.now();
        if self.world.written() > written {
            self.trail.add(Mark {
                executed: self.world.executed(),
                written: self.world.written(),
                at,
            });
        }
        self.checkpoints.offer(&self.world, &self.journal);
        self.seen = self.seen.max(at);
        true
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

    /// Goes to an instant, forward or back: everything up to and including it has happened.
    pub fn seek(&mut self, at: Instant) {
        self.approach(at, || true);
    }

    /// Goes towards an instant, event by event, for as long as `more` holds; asked again, it goes
    /// on. Whether it got there: then everything up to and including that instant has happened.
    pub fn approach(&mut self, at: Instant, mut more: impl FnMut() -> bool) -> bool {
        let back = at < self.world.now();
        let nearest = self.checkpoints.at_most(|world| world.now() <= at);
        if back || self.checkpoints.world(nearest).executed() > self.world.executed() {
            self.restore(nearest);
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
        self.restore(0);
    }

    /// Finds out what happens after what is known, without moving the cursor: at most so many
    /// `events`, up to and including `limit`. `tell` gets each new entry, which the journal may let
    /// go at once. Says whether everything up to `limit` is known.
    pub fn explore(
        &mut self,
        limit: Instant,
        events: u64,
        mut tell: impl FnMut(EventId, &Entry),
    ) -> bool {
        self.journal.look_at(Some(self.world.written()));
        let mut ahead = self.end_of_known();
        let mut left = events;
        let mut done = true;
        while ahead.next_at(&self.commands).is_some_and(|at| at <= limit) {
            if left == 0 {
                done = false;
                break;
            }
            left -= 1;
            let written = ahead.written();
            if !ahead.step(&self.commands, &mut self.journal) {
                break;
            }
            let new = self.journal.range(written..ahead.written());
            new.for_each(|(id, entry)| tell(id, entry));
            self.checkpoints.offer(&ahead, &self.journal);
        }
        self.journal.look_at(None);
        if done {
            ahead.wait_until(limit, &self.commands);
        }
        self.ahead = Some(ahead);
        done
    }

    /// The world at the end of what is known.
    fn end_of_known(&mut self) -> Box<World> {
        let end = self.journal.len();
        let ahead = self.ahead.take();
        let ahead = ahead.filter(|ahead| ahead.executed() >= self.world.executed());
        let mut world = ahead.unwrap_or_else(|| Box::new(self.world.clone()));
        if world.written() < end {
            *world = self.checkpoints.last().clone();
        }
        while world.written() < end && world.step(&self.commands, &mut self.journal) {}
        world
    }

    /// Goes to a checkpoint: by way of an earlier one, where what came before it is neither in the
    /// journal nor kept with it.
    fn restore(&mut self, number: usize) {
        let world = self.checkpoints.world(number);
        let (executed, written) = (world.executed(), world.written());
        let near = written.saturating_sub(self.limits.near);
        let tail = self.checkpoints.tail(number);
        if !self.journal.has(near..written) && tail.reaches(near) {
            self.journal.put_back(tail);
        }
        let from = if self.journal.has(near..written) {
            number
        } else {
            let far_enough = self.checkpoints.at_most(|world| world.written() <= near);
            far_enough.min(number)
        };
        self.leap(from);
        while self.world.executed() < executed && self.step() {}
    }

    /// Goes to a checkpoint.
    fn leap(&mut self, number: usize) {
        self.world = self.checkpoints.world(number).clone();
        self.trail.begin(self.world.executed());
    }

    /// Does something now. What had been seen after the cursor is forgotten, and so is what a
    /// person did after it; the scenario's own commands stay.
    pub fn act(&mut self, command: Command) {
        let now = self.world.now();
        let executed = self.world.executed();
        self.journal.truncate(self.world.written());
        self.checkpoints.forget_after(executed);
        self.trail.marks.retain(|mark| mark.executed <= executed);
        self.ahead = None;
        let done = self.world.commands_done();
        let keep: Vec<bool> = (0..)
            .zip(&*self.by_person)
            .map(|(at, person)| at < done || !person)
            .collect();
        let commands = Rc::make_mut(&mut self.commands);
        let by_person = Rc::make_mut(&mut self.by_person);
        retain_by(commands, &keep);
        retain_by(by_person, &keep);
        let place = commands.partition_point(|timed| timed.at <= now).max(done);
        commands.insert(place, Timed { at: now, command });
        by_person.insert(place, true);
        self.settle(place);
        self.seen = now;
        self.seek(now);
    }
}

impl Recording {
    /// Has the settings that commands after `place` give a node go on from those before them, which
    /// may be others than they were. What cannot be then is left out.
    fn settle(&mut self, place: usize) {
        let mut later = self.commands.iter().skip(place + 1);
        if !later.any(|timed| matches!(timed.command, Command::Configure(..))) {
            return;
        }
        let settled = self.scenario.settled(&self.commands);
        let keep: Vec<bool> = (0..)
            .zip(&settled)
            .map(|(at, settled)| at <= place || settled.is_some())
            .collect();
        let later = settled.into_iter().skip(place + 1).flatten();
        let commands = Rc::make_mut(&mut self.commands);
        commands.truncate(place + 1);
        commands.extend(later);
        retain_by(Rc::make_mut(&mut self.by_person), &keep);
    }
}

#[cfg(test)]
impl Recording {
    /// How many checkpoints there are.
    pub(super) fn checkpoints(&self) -> u64 {
        self.checkpoints.len() as u64
    }

    /// How many bytes they take, as estimated.
    pub(super) fn weight(&self) -> usize {
        self.checkpoints.weight
    }

    /// After how many events the last replay began.
    pub(super) fn replayed_from(&self) -> u64 {
        self.trail.start
    }

    /// The most events between two checkpoints.
    pub(super) fn widest(&self) -> u64 {
        self.checkpoints.widest()
    }
}

fn retain_by<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(true));
}
