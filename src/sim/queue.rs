//! The one queue: what is going to happen, ordered by instant and then by who came first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ports::Ports;
use super::{DropReason, EventId};
use crate::net::interest::Question;
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
    /// A frame that a switch passed on over several links reaches their ends.
    Flood(Box<Flood>),
}

/// A frame on several links at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flood {
    pub(super) switch: NodeId,
    pub(super) over: Ports,
    pub(super) frame: Frame,
    pub(super) origin: EventId,
    /// Whom it may matter to.
    pub(super) question: Question,
    /// How many losses of carrier there had been when it left.
    pub(super) cuts: u32,
    /// The first port at which it has not arrived yet.
    pub(super) next: usize,
}

impl Flood {
    /// Whether it is on its way over a link to that end of it.
    fn is_on(&self, link: LinkId, to: NodeId) -> bool {
        let on = |place: usize| {
            let port = self.over.port(place);
            (port.link, port.to) == (link, to)
        };
        self.over
            .places()
            .any(|place| place >= self.next && on(place))
    }
}

/// The moment of an event, and its place among those of the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    pub(super) at: Instant,
    pub(super) sequence: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Scheduled {
    turn: Turn,
    event: Event,
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.turn.cmp(&other.turn)
    }
}

/// What is next.
#[derive(Debug)]
pub(super) enum Due {
    /// An event.
    Event(Turn, Event),
    /// The first of a node's deadlines.
    Deadline(Turn, NodeId),
}

/// The queue. Commands are not in it: the world takes them from their list when nothing in here
/// is due at or before their instant. A node keeps its deadlines itself: the queue knows the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    events: BinaryHeap<Reverse<Scheduled>>,
    deadlines: Deadlines,
    sequence: u64,
}

impl Queue {
    pub(super) fn push(&mut self, at: Instant, event: Event) {
        let turn = self.turn(at);
        self.put_back(turn, event);
    }

    /// Puts in what is not done yet, at its old place.
    pub(super) fn put_back(&mut self, turn: Turn, event: Event) {
        self.events.push(Reverse(Scheduled { turn, event }));
    }

    /// The place of what is known from now on and due at an instant.
    pub(super) fn turn(&mut self, at: Instant) -> Turn {
        let sequence = self.sequence;
        self.sequence += 1;
        Turn { at, sequence }
    }

    /// A node's first deadline is this one now.
    pub(super) fn set_deadline(&mut self, node: NodeId, first: Option<Turn>) {
        self.deadlines.set(node, first);
    }

    /// When something is due next.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let event = self.events.peek().map(|Reverse(first)| first.turn.at);
        let deadline = self.deadlines.first().map(|(turn, _)| turn.at);
        match (event, deadline) {
            (Some(event), Some(deadline)) => Some(event.min(deadline)),
            (event, deadline) => event.or(deadline),
        }
    }

    /// What is next. A deadline stays until [`Queue::set_deadline`] moves it.
    pub(super) fn pop(&mut self) -> Option<Due> {
        let deadline = self.deadlines.first();
        if let Some(Reverse(first)) = self.events.peek()
            && deadline.is_none_or(|(turn, _)| first.turn < turn)
        {
            let Reverse(first) = self.events.pop()?;
            return Some(Due::Event(first.turn, first.event));
        }
        deadline.map(|(turn, node)| Due::Deadline(turn, node))
    }

    /// The frames on their way to one end of a link, in the order in which they were sent: when
    /// each gets there, and the entry that it comes from.
    pub(super) fn on_the_way(&self, link: LinkId, to: NodeId) -> Vec<(Instant, EventId)> {
        let mut flights = Vec::new();
        for Reverse(Scheduled { turn, event }) in &self.events {
            let origin = match event {
                Event::Arrive {
                    link: own,
                    to: end,
                    origin,
                    ..
                } if (*own, *end) == (link, to) => *origin,
                Event::Flood(flood) if flood.is_on(link, to) => flood.origin,
                Event::Arrive { .. } | Event::Flood(_) | Event::Boot(_) | Event::Over(_) => {
                    continue;
                }
            };
            flights.push((turn.sequence, turn.at, origin));
        }
        flights.sort_unstable_by_key(|(sequence, ..)| *sequence);
        let flights = flights.into_iter();
        flights.map(|(_, at, origin)| (at, origin)).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.events.len() + self.deadlines.heap.len()
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        size_of::<Scheduled>() * self.events.len()
            + size_of::<(Turn, NodeId)>() * self.deadlines.heap.len()
            + size_of::<u32>() * self.deadlines.places.len()
    }
}

/// The first deadline of each node: a heap that knows where in it a node is.
#[derive(Clone, Debug, Default)]
struct Deadlines {
    heap: Vec<(Turn, NodeId)>,
    /// By node: its place in the heap, [`NOWHERE`] without a deadline.
    places: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Deadlines {
    fn first(&self) -> Option<(Turn, NodeId)> {
        self.heap.first().copied()
    }

    fn set(&mut self, node: NodeId, first: Option<Turn>) {
        if self.places.len() <= node.index() {
            self.places.resize(node.index() + 1, NOWHERE);
        }
        let known = self.places[node.index()];
        match (first, known) {
            (None, NOWHERE) => {}
            (None, place) => self.remove(place as usize),
            (Some(turn), NOWHERE) => {
                self.heap.push((turn, node));
                self.up(self.heap.len() - 1);
            }
            (Some(turn), place) => {
                let place = place as usize;
                let before = std::mem::replace(&mut self.heap[place].0, turn);
                if turn < before {
                    self.up(place);
                } else if turn > before {
                    self.down(place);
                }
            }
        }
    }

    fn remove(&mut self, place: usize) {
        let (_, node) = self.heap.swap_remove(place);
        self.places[node.index()] = NOWHERE;
        if place < self.heap.len() {
            self.up(place);
            self.down(place);
        }
    }

    fn up(&mut self, mut place: usize) {
        let moved = self.heap[place];
        while place > 0 && moved.0 < self.heap[(place - 1) / 2].0 {
            let parent = (place - 1) / 2;
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, moved);
    }

    fn down(&mut self, mut place: usize) {
        let moved = self.heap[place];
        while let Some(mut child) = self.heap.get(2 * place + 1) {
            let mut least = 2 * place + 1;
            if let Some(other) = self.heap.get(least + 1)
                && other.0 < child.0
            {
                (least, child) = (least + 1, other);
            }
            if child.0 >= moved.0 {
                break;
            }
            self.put(place, *child);
            place = least;
        }
        self.put(place, moved);
    }

    fn put(&mut self, place: usize, deadline: (Turn, NodeId)) {
        self.heap[place] = deadline;
        self.places[deadline.1.index()] = u32::try_from(place).unwrap_or(NOWHERE);
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
