//! The one queue: what is going to happen, ordered by instant and then by who came first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{DropReason, EventId};
use crate::dhcp::Timer;
use crate::scenario::{LinkId, NodeId};
use crate::time::Instant;
use crate::wire::frame::Frame;

/// Something that is going to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A node that is on from the start comes up.
    Boot(NodeId),
    /// A frame reaches the end of a link.
    Arrive {
        link: LinkId,
        to: NodeId,
        frame: Frame,
        origin: EventId,
        epoch: u32,
        /// Why it does not.
        lost: Option<DropReason>,
    },
    /// What was done in that entry was for a while, and the while is over.
    Over(EventId),
    /// A deadline, valid if its generation is still the timer's.
    Timer {
        node: NodeId,
        timer: Timer,
        generation: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Scheduled {
    at: Instant,
    sequence: u64,
    event: Event,
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// The queue. Commands are not in it: the world takes them from their list when nothing in here
/// is due at or before their instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Scheduled>>,
    sequence: u64,
}

impl Queue {
    pub(super) fn push(&mut self, at: Instant, event: Event) {
        self.heap.push(Reverse(Scheduled {
            at,
            sequence: self.sequence,
            event,
        }));
        self.sequence += 1;
    }

    pub(super) fn peek(&self) -> Option<(Instant, &Event)> {
        self.heap
            .peek()
            .map(|Reverse(first)| (first.at, &first.event))
    }

    pub(super) fn pop(&mut self) -> Option<(Instant, Event)> {
        self.heap
            .pop()
            .map(|Reverse(first)| (first.at, first.event))
    }

    /// The frames on their way to one end of a link, in the order in which they were sent: when
    /// each gets there, and the entry that it comes from.
    pub(super) fn on_the_way(&self, link: LinkId, to: NodeId) -> Vec<(Instant, EventId)> {
        let mut flights = Vec::new();
        for Reverse(scheduled) in &self.heap {
            if let Event::Arrive {
                link: own,
                to: end,
                origin,
                ..
            } = scheduled.event
                && (own, end) == (link, to)
            {
                flights.push((scheduled.sequence, scheduled.at, origin));
            }
        }
        flights.sort_unstable_by_key(|(sequence, ..)| *sequence);
        let flights = flights.into_iter();
        flights.map(|(_, at, origin)| (at, origin)).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}
