//! What happened, in order, each with its instant, its node and its cause.

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

/// Everything that happened so far. Entries are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    entries: Vec<Entry>,
}

impl Journal {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// An entry by its number.
    pub fn get(&self, id: EventId) -> Option<&Entry> {
        self.entries.get(id.index())
    }

    /// All of them, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All of them from `start` on, with their numbers.
    pub fn from(&self, start: usize) -> impl Iterator<Item = (EventId, &Entry)> {
        let first = u32::try_from(start).unwrap_or(u32::MAX);
        (first..)
            .map(EventId)
            .zip(self.entries.get(start..).unwrap_or_default())
    }

    /// Writes an entry. In a replay, where the journal already has it, nothing is written.
    pub(super) fn record(&mut self, id: EventId, entry: Entry) {
        if id.index() == self.entries.len() {
            self.entries.push(entry);
        } else {
            debug_assert_eq!(
                self.entries.get(id.index()),
                Some(&entry),
                "a replay went another way"
            );
        }
    }

    /// Forgets everything from `length` on.
    pub(super) fn truncate(&mut self, length: usize) {
        self.entries.truncate(length);
    }

    /// The chain of causes of an entry, itself first.
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
