//! Going back: by an event, to what fits, and to entries that the journal has let go.

use std::ops::Range;

use super::Recording;
use crate::sim::journal::{Entry, EventId, Journal};
use crate::time::Instant;

impl Recording {
    /// Goes back to just after the event before the last one; to the start, if there is none.
    pub fn step_back(&mut self) -> bool {
        if self.world.executed() == 0
            && self.world.now() == Instant::ZERO
            && self.world.written() == 0
        {
            return false;
        }
        let target = self.before_last().map_or(0, |mark| mark.0);
        let number = self.checkpoints.at_most(|world| world.executed() <= target);
        let marks = std::mem::take(&mut self.trail);
        self.restore(number);
        while self.world.executed() < target && self.step() {}
        // What is known of the events after the cursor is still true.
        if marks.start <= self.trail.start {
            self.trail = marks;
        }
        true
    }

    /// Of the event before the last one how many had happened and how many entries were written by
    /// then: of the last one itself, if time has passed since. Nothing at the start.
    fn before_last(&mut self) -> Option<(u64, usize)> {
        loop {
            let written = self.world.written();
            let marks = &self.trail.marks;
            let last = marks.partition_point(|mark| mark.written <= written);
            let waited = last > 0 && marks[last - 1].at < self.world.now();
            let wanted = if waited { 1 } else { 2 };
            if let Some(mark) = last.checked_sub(wanted).map(|place| marks[place]) {
                return Some((mark.executed, mark.written));
            }
            if self.trail.start == 0 {
                return None;
            }
            self.find_trail();
        }
    }

    /// Finds out which events came before those that the trail has.
    fn find_trail(&mut self) {
        let (executed, now) = (self.world.executed(), self.world.now());
        let start = self.trail.start.min(executed);
        let number = self.checkpoints.at_most(|world| world.executed() < start);
        self.leap(number);
        while self.world.executed() < executed && self.step() {}
        self.world.wait_until(now, &self.commands);
    }

    /// Goes back to the last entry before the cursor that `found` accepts: to just after the event
    /// that wrote it. What the last event wrote is passed over, unless time has passed since, so
    /// that one call after the other goes further back. Returns that entry's number; without one
    /// the cursor stays.
    pub fn run_back_to(&mut self, mut found: impl FnMut(&Entry) -> bool) -> Option<EventId> {
        let mut end = self.before_last().map_or(0, |mark| mark.1);
        while end > 0 {
            let number = self.checkpoints.at_most(|world| world.written() < end);
            let start = self.checkpoints.world(number).written();
            let numbers = start..end;
            let hit = if self.journal.has(numbers.clone()) {
                let mut entries = self.journal.range(numbers).rev();
                entries.find(|(_, entry)| found(entry)).map(|(id, _)| id)
            } else {
                let again = self.replayed(numbers.clone());
                let mut entries = again.range(numbers).rev();
                entries.find(|(_, entry)| found(entry)).map(|(id, _)| id)
            };
            if let Some(id) = hit {
                self.go_to(id);
                return Some(id);
            }
            end = start;
        }
        None
    }

    /// Goes to just after the event that wrote an entry. False where that is not known.
    pub fn go_to(&mut self, id: EventId) -> bool {
        if id.index() >= self.journal.len() {
            return false;
        }
        let number = self
            .checkpoints
            .at_most(|world| world.written() <= id.index());
        self.restore(number);
        while self.world.written() <= id.index() && self.step() {}
        true
    }

    /// An entry by its number, though the journal may have let it go; nothing for one that is not
    /// known.
    pub fn entry(&self, id: EventId) -> Option<Entry> {
        if let Some(entry) = self.journal.get(id) {
            return Some(entry.clone());
        }
        if id.index() >= self.journal.len() {
            return None;
        }
        let again = self.replayed(id.index()..id.index() + 1);
        again.get(id).cloned()
    }

    /// The chain of causes of an entry, itself first, back to a command or the start.
    pub fn why(&self, id: EventId) -> Vec<(EventId, Entry)> {
        let mut chain = Vec::new();
        let mut again = Journal::default();
        let mut next = Some(id).filter(|id| id.index() < self.journal.len());
        while let Some(id) = next {
            if !self.journal.is_resident(id) && !again.is_resident(id) {
                again = self.replayed(id.index()..id.index() + 1);
            }
            let Some(entry) = self.journal.get(id).or_else(|| again.get(id)) else {
                break;
            };
            next = entry.cause;
            chain.push((id, entry.clone()));
        }
        chain
    }

    /// A known entry that the journal may have let go, with those shortly before it: as a journal of
    /// that piece only.
    pub fn around(&self, id: EventId) -> Journal {
        self.replayed(id.index()..id.index() + 1)
    }

    /// Reads known entries of these numbers in order, those too that the journal has let go.
    pub fn read(&self, numbers: Range<usize>, mut tell: impl FnMut(EventId, &Entry)) {
        let end = numbers.end.min(self.journal.len());
        let mut start = numbers.start;
        while start < end {
            let next = self.checkpoints.at_most(|world| world.written() <= start) + 1;
            let next = self.checkpoints.written(next).unwrap_or(end);
            let piece = start..next.clamp(start + 1, end);
            start = piece.end;
            let again;
            let journal = if self.journal.has(piece.clone()) {
                &self.journal
            } else {
                again = self.replayed(piece.clone());
                &again
            };
            for (id, entry) in journal.range(piece) {
                tell(id, entry);
            }
        }
    }

    /// Has the journal hold known entries of these numbers again, as far as its bound allows: those
    /// before the cursor, so that more of the past can be shown.
    pub fn recall(&mut self, start: usize) {
        let written = self.world.written();
        if self.journal.has(start..written) {
            return;
        }
        let (executed, now) = (self.world.executed(), self.world.now());
        let number = self.checkpoints.at_most(|world| world.written() <= start);
        self.leap(number);
        while self.world.executed() < executed && self.step() {}
        self.world.wait_until(now, &self.commands);
    }

    /// Entries of these numbers, by a replay from the checkpoint before them.
    fn replayed(&self, numbers: Range<usize>) -> Journal {
        let number = self
            .checkpoints
            .at_most(|world| world.written() <= numbers.start);
        let mut world = self.checkpoints.world(number).clone();
        let mut journal = Journal::default();
        while world.written() < numbers.end && world.step(&self.commands, &mut journal) {}
        journal
    }
}
