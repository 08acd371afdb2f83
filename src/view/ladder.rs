//! The ladder: every message by time, from whom to whom.

use std::net::Ipv4Addr;

use crate::net::NetNote;
use crate::scenario::NodeId;
use crate::sim::{DropReason, Entry, EventId, Journal, What};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;
use crate::wire::frame::Frame;
use crate::wire::summary::{Summary, What as Packet, summary};

/// What became of one copy of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The host that it reached, or the node next to which it was lost.
    pub to: NodeId,
    /// When.
    pub at: Instant,
    /// Why it was lost, if it was.
    pub lost: Option<DropReason>,
}

/// A message: a frame that a host sent, and what became of its copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The journal's entry in which it was sent.
    pub id: EventId,
    /// Who sent it.
    pub from: NodeId,
    /// When.
    pub at: Instant,
    /// Where its copies ended, in the order of arrival; empty while all are under way.
    pub copies: Vec<Copy>,
    /// What it is.
    pub summary: Summary,
    /// Its bytes.
    pub frame: Frame,
}

impl Message {
    /// The DHCP message type, if it is DHCP.
    pub fn dhcp(&self) -> Option<MessageType> {
        match self.summary.what {
            Packet::Dhcp { kind, .. } => kind,
            Packet::Arp { .. } | Packet::Echo { .. } | Packet::Tcp { .. } | Packet::Other(_) => {
                None
            }
        }
    }

    /// Whether it carries DHCP, readable or not.
    pub fn is_dhcp(&self) -> bool {
        matches!(self.summary.what, Packet::Dhcp { .. })
    }

    /// Whether it was sent to everyone.
    pub fn is_broadcast(&self) -> bool {
        self.frame.destination().is_group()
    }

    /// The IPv4 address that it is for, if it has one.
    pub fn destination(&self) -> Option<Ipv4Addr> {
        self.summary.destination
    }
}

/// One line of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A message; its place in [`Ladder::messages`].
    Message(usize),
    /// Something that happened to a node: its entry.
    Event(EventId),
    /// A while in which nothing was sent.
    Gap(Duration),
}

/// The shortest silence that is marked as a gap.
const GAP: Duration = Duration::from_secs(60);

/// Every message so far. Feed it the journal as it grows, with [`Ladder::extend`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    messages: Vec<Message>,
    rows: Vec<Row>,
    /// From which entry on, and up to which, it was read.
    start: usize,
    read: usize,
    last: Option<Instant>,
}

impl Ladder {
    /// The ladder of a journal.
    pub fn new(journal: &Journal) -> Self {
        let mut ladder = Self::default();
        ladder.extend(journal, journal.len());
        ladder
    }

    /// Reads on up to entry `end` in a journal of which the first part was read before. Where `end`
    /// lies before what was read, the ladder starts afresh.
    pub fn extend(&mut self, journal: &Journal, end: usize) {
        if end < self.read {
            *self = Self::default();
        }
        for (id, entry) in journal.range(self.read..end) {
            self.read_entry(id, entry);
        }
        self.read = end;
    }

    /// Has the ladder end at entry `end`, and reach back over `span` entries at least. It forgets what
    /// lies much further back, so that its size does not grow with the run.
    pub fn follow(&mut self, journal: &Journal, end: usize, span: usize) {
        let start = end.saturating_sub(span);
        let is_near = (self.read..=self.read + span).contains(&end);
        if !is_near || self.start > start || end - self.start > 4 * span {
            *self = Self {
                start,
                read: start,
                ..Self::default()
            };
        }
        self.extend(journal, end);
    }

    /// The entry from which on it has everything.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Every message, by time.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Every line, by time.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The message that was sent in this entry.
    pub fn find(&self, id: EventId) -> Option<&Message> {
        self.place(id).map(|place| &self.messages[place])
    }

    fn place(&self, id: EventId) -> Option<usize> {
        self.messages
            .binary_search_by_key(&id, |message| message.id)
            .ok()
    }

    /// Reads the next entry; the first may be any of a run.
    pub fn read_next(&mut self, id: EventId, entry: &Entry) {
        if self.read == 0 {
            self.start = id.index();
        }
        self.read_entry(id, entry);
        self.read = id.index() + 1;
    }

    fn read_entry(&mut self, id: EventId, entry: &Entry) {
        match &entry.what {
            What::Sent { origin, frame, .. } if *origin == id => self.add(id, entry, frame),
            What::Dropped {
                origin,
                reason,
                frame,
                ..
            } => {
                if *origin == id {
                    self.add(id, entry, frame);
                }
                self.arrived(*origin, entry, Some(*reason));
            }
            What::Received { origin, .. } => self.arrived(*origin, entry, None),
            What::Command(_)
            | What::Ended(_)
            | What::Power(_)
            | What::Software(_)
            | What::Carrier { .. }
            | What::Dhcp(_) => self.row(entry, Row::Event(id)),
            What::Net(NetNote::Unreachable { .. } | NetNote::Malformed { .. }) => {
                self.row(entry, Row::Event(id));
            }
            What::InVain(_)
            | What::Sent { .. }
            | What::Flooded { .. }
            | What::Fired { .. }
            | What::Net(_) => {}
        }
    }

    fn add(&mut self, id: EventId, entry: &Entry, frame: &Frame) {
        let Some(from) = entry.node else { return };
        let place = self.messages.len();
        self.messages.push(Message {
            id,
            from,
            at: entry.at,
            copies: Vec::new(),
            summary: summary(frame.bytes()),
            frame: frame.clone(),
        });
        self.row(entry, Row::Message(place));
    }

    fn row(&mut self, entry: &Entry, row: Row) {
        let silence = entry.at.since(self.last.unwrap_or(entry.at));
        if silence >= GAP {
            self.rows.push(Row::Gap(silence));
        }
        self.last = Some(entry.at);
        self.rows.push(row);
    }

    fn arrived(&mut self, origin: EventId, entry: &Entry, lost: Option<DropReason>) {
        if let (Some(place), Some(to)) = (self.place(origin), entry.node) {
            self.messages[place].copies.push(Copy {
                to,
                at: entry.at,
                lost,
            });
        }
    }
}
