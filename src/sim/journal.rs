//! What happened, in order, each with its instant, its node and its cause.

use std::ops::Range;
use std::rc::Rc;

use super::ports::Ports;
use crate::dhcp::{Note, Reason, Timer};
use crate::net::NetNote;
pub use crate::net::link::DropReason;
use crate::scenario::{Command, LinkId, NodeId};
use crate::time::Instant;
use crate::wire::frame::Frame;

/// An entry's number: its place in the journal, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

impl EventId {
    /// Its place in the journal.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A person did something.
    Command(Command),
    /// What a person did for a while is over; this is done in its place.
    Ended(Command),
    /// Nothing came of the command, or of its end, in the entry before.
    InVain(Vain),
    /// A node has power now, or no longer.
    Power(bool),
    /// The software of a node with power runs again, or has stopped at once.
    Software(bool),
    /// A link carries frames now, or no longer.
    Carrier {
        /// Which link.
        link: LinkId,
        /// Whether it does.
        up: bool,
    },
    /// A frame was put on a link: by a host, or on its way by a switch.
    Sent {
        /// The entry in which its first sender sent it; its own for a host's frame.
        origin: EventId,
        /// Over which link.
        link: LinkId,
        /// To which end of it.
        to: NodeId,
        /// When its last bit gets there.
        arrives: Instant,
        /// Its bytes.
        frame: Frame,
    },
    /// A switch passed a frame on over several links at once. What became of each copy is told
    /// where it arrives.
    Flooded {
        /// The entry in which its first sender sent it.
        origin: EventId,
        /// Over which links, and to which end of each.
        over: Ports,
        /// When its last bit gets to each of those ends.
        arrives: Instant,
        /// Its bytes.
        frame: Frame,
    },
    /// A frame reached a host that has a use for it.
    Received {
        /// The entry in which it was sent.
        origin: EventId,
        /// Its bytes.
        frame: Frame,
    },
    /// A frame was lost.
    Dropped {
        /// The entry in which it was sent; its own where it never left.
        origin: EventId,
        /// On which link, or at which end of it.
        link: LinkId,
        /// Why.
        reason: DropReason,
        /// Its bytes.
        frame: Frame,
    },
    /// A deadline was due.
    Fired {
        /// Which timer.
        timer: Timer,
        /// What it was set for.
        reason: Reason,
    },
    /// A DHCP client or server says something.
    Dhcp(Note),
    /// A host's stack says something.
    Net(NetNote),
}

/// Why nothing comes of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vain {
    /// It was so already.
    AsItWas,
    /// The node does not run, so it hears nothing of it.
    Stopped,
    /// The node runs: a disk is not taken out of what runs.
    Runs,
    /// No such frame is on its way.
    NoFrame,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// Where; nowhere for what concerns a link.
    pub node: Option<NodeId>,
    /// What it came from; nothing for what a person did and for the start.
    pub cause: Option<EventId>,
    /// What.
    pub what: What,
}

/// How many entries a chunk has; few in the engine's own tests, so that stories fill many.
const CHUNK: usize = if cfg!(test) { 32 } else { 1_024 };

/// Entries in a row.
#[derive(Clone, Debug, Default)]
struct Chunk {
    /// The place in the chunk of the first one that is there.
    skipped: usize,
    entries: Vec<Entry>,
}

/// Entries in a row that are kept beside a journal, which may let them go.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    /// The number of the first.
    start: usize,
    entries: Vec<Entry>,
}

impl Tail {
    /// Whether it has entry `start` and all between that and its end.
    pub(super) fn reaches(&self, start: usize) -> bool {
        self.start <= start
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        const FRAME: usize = 48;
        let mut weight = size_of::<Entry>() * self.entries.len();
        for (number, entry) in (self.start..).zip(&self.entries) {
            // The copies of a frame share its bytes.
            if let What::Sent { origin, frame, .. } = &entry.what
                && origin.index() == number
            {
                weight += FRAME + frame.bytes().len();
            }
        }
        weight
    }
}

/// Everything that happened so far. Entries are only ever added.
///
/// They are kept in chunks, which copies of a journal share. There may be a bound on how many are
/// kept ([`Journal::keep`]): those that are the furthest from where one is written to are let go,
/// and filled again when a replay passes over them.
#[derive(Clone, Debug)]
pub struct Journal {
    chunks: Vec<Option<Rc<Chunk>>>,
    length: usize,
    /// How many chunks are there, and at most may be.
    kept: usize,
    bound: usize,
    /// The chunk that those stay around that are kept; else the last one that was written to.
    centre: Option<usize>,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            length: 0,
            kept: 0,
            bound: usize::MAX,
            centre: None,
        }
    }
}

/// Equal in every entry, where both have the same ones.
impl PartialEq for Journal {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && self.from(0).eq(other.from(0))
    }
}

impl Eq for Journal {}

impl Journal {
    /// How many entries a page or a bridge keeps: every built-in story has fewer.
    pub const PLENTY: usize = 256 * 1_024;

    /// Keeps about so many entries at most, those around the last one that was written. Without a
    /// word it keeps them all.
    pub fn keep(&mut self, entries: usize) {
        self.bound = entries.div_ceil(CHUNK).max(4);
        while self.kept > self.bound {
            self.let_go(self.chunks.len());
        }
    }

    /// How many entries there are, those that were let go among them.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// An entry by its number, if it has not been let go.
    pub fn get(&self, id: EventId) -> Option<&Entry> {
        let (chunk, place) = place(id.index());
        let chunk = self.chunks.get(chunk)?.as_ref()?;
        chunk.entries.get(place.checked_sub(chunk.skipped)?)
    }

    /// Whether an entry is there, and has not been let go.
    pub fn is_resident(&self, id: EventId) -> bool {
        self.get(id).is_some()
    }

    /// Every entry that is there, in order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.from(0).map(|(_, entry)| entry)
    }

    /// Those from number `start` on, with their numbers.
    pub fn from(&self, start: usize) -> impl DoubleEndedIterator<Item = (EventId, &Entry)> + Clone {
        self.range(start..self.length)
    }

    /// Those of these numbers, with their numbers.
    pub fn range(
        &self,
        numbers: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (EventId, &Entry)> + Clone {
        let end = numbers.end.min(self.length);
        let start = numbers.start.min(end);
        let chunks = start / CHUNK..end.div_ceil(CHUNK);
        chunks.flat_map(move |number| {
            let chunk = self.chunks.get(number).and_then(Option::as_deref);
            let first = number * CHUNK + chunk.map_or(0, |chunk| chunk.skipped);
            let all = chunk.map_or(&[][..], |chunk| &chunk.entries);
            let from = start.saturating_sub(first).min(all.len());
            let to = end.saturating_sub(first).clamp(from, all.len());
            let ids = number_of(first + from)..number_of(first + to);
            ids.map(EventId).zip(&all[from..to])
        })
    }

    /// The number of the first entry of those that are there without a gap up to `end`.
    pub fn reach(&self, end: usize) -> usize {
        let mut reach = end.min(self.length);
        while let Some(last) = reach.checked_sub(1) {
            let (number, place) = place(last);
            match self.chunks[number].as_deref() {
                Some(chunk)
                    if (chunk.skipped..chunk.skipped + chunk.entries.len()).contains(&place) =>
                {
                    reach = number * CHUNK + chunk.skipped;
                    if chunk.skipped > 0 {
                        break;
                    }
                }
                Some(_) | None => break,
            }
        }
        reach
    }

    /// Whether all of these are there.
    pub(super) fn has(&self, numbers: Range<usize>) -> bool {
        let (first, last) = (place(numbers.start), place(numbers.end.max(1) - 1));
        let is_whole = |number: usize| {
            let Some(chunk) = self.chunks.get(number).and_then(Option::as_deref) else {
                return false;
            };
            let from = if number == first.0 { first.1 } else { 0 };
            let to = if number == last.0 { last.1 } else { CHUNK - 1 };
            chunk.skipped <= from && to < chunk.skipped + chunk.entries.len()
        };
        numbers.is_empty() || (first.0..=last.0).all(is_whole)
    }

    /// Keeps the entries around this one, instead of those around the last one that was written to.
    pub(super) fn look_at(&mut self, entry: Option<usize>) {
        self.centre = entry.map(|entry| entry / CHUNK);
    }

    /// Writes an entry. In a replay, where the journal already has it, nothing is written.
    pub(super) fn record(&mut self, id: EventId, entry: Entry) {
        let (number, place) = place(id.index());
        if number >= self.chunks.len() {
            self.chunks.resize(number + 1, None);
        }
        self.length = self.length.max(id.index() + 1);
        if let Some(chunk) = &mut self.chunks[number] {
            let end = chunk.skipped + chunk.entries.len();
            if place == end {
                Rc::make_mut(chunk).entries.push(entry);
                return;
            }
            if (chunk.skipped..end).contains(&place) {
                debug_assert_eq!(
                    chunk.entries[place - chunk.skipped],
                    entry,
                    "a replay went another way"
                );
                return;
            }
        } else {
            self.kept += 1;
        }
        // What a chunk has is without a gap: a replay that starts before it begins it anew.
        let mut entries = Vec::with_capacity(if number == 0 { 0 } else { CHUNK - place });
        entries.push(entry);
        self.chunks[number] = Some(Rc::new(Chunk {
            skipped: place,
            entries,
        }));
        if self.kept > self.bound {
            self.let_go(number);
        }
    }

    /// The last entries before number `end`, at most so many, as far back as they are there without a
    /// gap.
    pub(super) fn tail(&self, end: usize, most: usize) -> Tail {
        let start = self.reach(end).max(end.saturating_sub(most));
        let entries = self.range(start..end).map(|(_, entry)| entry.clone());
        Tail {
            start,
            entries: entries.collect(),
        }
    }

    /// Has entries of its own again that it has let go.
    pub(super) fn put_back(&mut self, tail: &Tail) {
        for (number, entry) in (number_of(tail.start)..).zip(&tail.entries) {
            self.record(EventId(number), entry.clone());
        }
    }

    /// Lets the chunk go that is the furthest from the centre. One that is being written to, chunk
    /// `number`, stays with the one before it: what has just been written can be read.
    fn let_go(&mut self, number: usize) {
        let centre = self.centre.unwrap_or(number);
        let may_go = |place: &usize| *place != number && place + 1 != number;
        let mut there = (0..self.chunks.len())
            .filter(|place| self.chunks[*place].is_some())
            .filter(may_go);
        let ends = [there.next(), there.next_back()].into_iter().flatten();
        if let Some(furthest) = ends.max_by_key(|place| place.abs_diff(centre)) {
            self.chunks[furthest] = None;
            self.kept -= 1;
        }
    }

    /// Forgets everything from `length` on.
    pub(super) fn truncate(&mut self, length: usize) {
        if length >= self.length {
            return;
        }
        self.length = length;
        self.chunks.truncate(length.div_ceil(CHUNK));
        if let (Some(Some(last)), rest @ 1..) = (self.chunks.last_mut(), length % CHUNK) {
            let rest = rest.saturating_sub(last.skipped);
            if rest < last.entries.len() {
                Rc::make_mut(last).entries.truncate(rest);
            }
        }
        self.kept = self.chunks.iter().flatten().count();
    }

    /// The chain of causes of an entry, itself first, as far back as they have not been let go.
    pub fn why(&self, id: EventId) -> Vec<EventId> {
        let mut chain = vec![id];
        let mut last = id;
        while let Some(cause) = self.get(last).and_then(|entry| entry.cause) {
            chain.push(cause);
            last = cause;
        }
        chain
    }
}

/// In which chunk an entry is, and where in it.
fn place(index: usize) -> (usize, usize) {
    (index / CHUNK, index % CHUNK)
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
