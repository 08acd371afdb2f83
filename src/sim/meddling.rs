//! What a person does to frames on their way: who is parted from whom, and what becomes of one frame.

use std::rc::Rc;

use super::carry::Carry;
use super::journal::EventId;
use super::ports::Ports;
use super::world::{Kind, World};
use crate::net::host::Host;
use crate::net::link::Fate;
use crate::scenario::{LinkId, Meddle, NodeId, Partition, Which};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::frame::Frame;

/// Two groups of nodes that hear nothing of each other, and their cards.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parted {
    groups: Rc<Partition>,
    cards: [Vec<Mac>; 2],
}

/// A frame that is on its way, and what a person does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marked {
    origin: EventId,
    link: LinkId,
    to: NodeId,
    arrives: Instant,
    fate: Fate,
    by: EventId,
}

/// One of the next frames of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Awaited {
    meddle: Meddle,
    /// How many frames come until it is its turn, itself among them.
    left: u32,
    by: EventId,
}

/// What persons have done that frames have to reckon with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meddling {
    parted: Vec<Parted>,
    marked: Vec<Marked>,
    awaited: Vec<Awaited>,
    /// Frames with a bit turned over: from which entry, their bytes, by which entry, since when.
    spoiled: Vec<(EventId, Frame, EventId, Instant)>,
}

/// How long a spoiled frame is remembered: longer than any is under way.
const REMEMBERED: Duration = Duration::from_secs(600);

impl Meddling {
    /// Ends a partition, or all of them.
    pub(super) fn heal(&mut self, groups: Option<&Rc<Partition>>) {
        let healed = |parted: &Parted| groups.is_none_or(|groups| *groups == parted.groups);
        self.parted.retain(|parted| !healed(parted));
    }

    /// Whether the card that sent a frame and the node that it reached are parted.
    pub(super) fn part(&self, from: Mac, to: NodeId) -> bool {
        self.parted.iter().any(|parted| {
            let sides = [(0, 1), (1, 0)];
            sides.iter().any(|(one, other)| {
                parted.cards[*one].contains(&from) && parted.groups.groups()[*other].contains(&to)
            })
        })
    }

    /// The entry of the command that turned a bit over in a frame.
    pub(super) fn spoiled(&self, origin: EventId, frame: &Frame) -> Option<EventId> {
        let mut spoiled = self.spoiled.iter();
        let found = spoiled.find(|(from, bytes, ..)| *from == origin && bytes == frame);
        found.map(|(_, _, by, _)| *by)
    }

    /// Counts a frame that was put on a link.
    pub(super) fn sent(
        &mut self,
        link: LinkId,
        from: NodeId,
        to: NodeId,
        origin: EventId,
        arrives: Instant,
    ) {
        if self.awaited.is_empty() {
            return;
        }
        let marked = &mut self.marked;
        self.awaited.retain_mut(|awaited| {
            if (awaited.meddle.link, awaited.meddle.from) != (link, from) {
                return true;
            }
            awaited.left -= 1;
            if awaited.left == 0 {
                marked.push(Marked {
                    origin,
                    link,
                    to,
                    arrives,
                    fate: awaited.meddle.fate,
                    by: awaited.by,
                });
            }
            awaited.left > 0
        });
    }

    /// Counts a frame that a switch passed on over several links at once.
    pub(super) fn flooded(
        &mut self,
        from: NodeId,
        over: &Ports,
        origin: EventId,
        arrives: Instant,
    ) {
        if self.awaited.is_empty() {
            return;
        }
        for (link, to) in over.iter() {
            self.sent(link, from, to, origin, arrives);
        }
    }

    /// Whether a person does something to a frame that was sent in that entry, or to a copy of it.
    pub(super) fn meddle_with(&self, origin: EventId) -> bool {
        self.marked.iter().any(|marked| marked.origin == origin)
    }

    /// What a person does to a frame that gets to the end of a link then.
    fn fate(&self, link: LinkId, to: NodeId, origin: EventId, arrives: Instant) -> Option<Fate> {
        let own = self.marked.iter().filter(|marked| {
            (marked.link, marked.to, marked.origin, marked.arrives) == (link, to, origin, arrives)
        });
        // As where it arrives, nothing is left to be turned over of what is dropped.
        own.map(|marked| marked.fate)
            .max_by_key(|fate| *fate == Fate::Drop)
    }

    /// What a person does to a frame that gets to the end of a link now, and in which entry.
    pub(super) fn meet(
        &mut self,
        link: LinkId,
        to: NodeId,
        origin: EventId,
        now: Instant,
    ) -> Option<(Fate, EventId)> {
        if self.marked.is_empty() {
            return None;
        }
        let mut met: Option<(Fate, EventId)> = None;
        self.marked.retain(|marked| {
            let hit =
                (marked.link, marked.to, marked.origin, marked.arrives) == (link, to, origin, now);
            if hit && met.is_none_or(|(fate, _)| fate != Fate::Drop) {
                met = Some((marked.fate, marked.by));
            }
            !hit && marked.arrives >= now
        });
        met
    }
}

impl World {
    /// The partitions that there are.
    pub fn partitions(&self) -> impl Iterator<Item = &Rc<Partition>> {
        self.meddling.parted.iter().map(|parted| &parted.groups)
    }

    /// A frame on its way to one end of a link, by its place from 1: when it gets there, and the
    /// entry that it comes from.
    fn flight(&self, link: LinkId, to: NodeId, place: usize) -> Option<(Instant, EventId)> {
        let flights = self.queue.on_the_way(link, to);
        flights.get(place.checked_sub(1)?).copied()
    }

    /// Whether the frame is not there that a person means.
    pub(super) fn misses(&self, meddle: &Meddle) -> bool {
        let Which::OnTheWay(place) = meddle.which else {
            return false;
        };
        let to = NodeId(self.link(meddle.link).peer(meddle.from.0));
        self.flight(meddle.link, to, place as usize).is_none()
    }

    /// What a person does to a frame when it gets to the end of a link: known from when he says so,
    /// though it is done only there. The frame is that of the entry `origin`, or a copy of it.
    pub fn fate(
        &self,
        link: LinkId,
        to: NodeId,
        origin: EventId,
        arrives: Instant,
    ) -> Option<Fate> {
        self.meddling.fate(link, to, origin, arrives)
    }

    fn cards(&self, nodes: &[NodeId]) -> Vec<Mac> {
        let cards = nodes.iter().flat_map(|id| match &self.node(*id).kind {
            Kind::Host(host) => vec![host.mac()],
            Kind::Router(router) => router.ports().iter().map(Host::mac).collect(),
            Kind::Switch(_) => Vec::new(),
        });
        cards.collect()
    }
}

impl Carry<'_> {
    pub(super) fn part(&mut self, groups: &Rc<Partition>) {
        let cards = groups
            .groups()
            .each_ref()
            .map(|group| self.world.cards(group));
        let groups = Rc::clone(groups);
        self.world.meddling.parted.push(Parted { groups, cards });
    }

    pub(super) fn meddle(&mut self, meddle: Meddle, by: EventId) {
        let Meddle {
            fate,
            link,
            from,
            which,
        } = meddle;
        let place = match which {
            Which::Next(left) => {
                let awaited = Awaited { meddle, left, by };
                self.world.meddling.awaited.push(awaited);
                return;
            }
            Which::OnTheWay(place) => place as usize,
        };
        let to = NodeId(self.world.link(link).peer(from.0));
        let Some((arrives, origin)) = self.world.flight(link, to, place) else {
            return;
        };
        self.world.meddling.marked.push(Marked {
            origin,
            link,
            to,
            arrives,
            fate,
            by,
        });
    }

    /// What a person has done to a frame that gets to the end of a link: its bytes from here on,
    /// where they are others; `Err` with the entry of that where it gets no further.
    pub(super) fn meet(
        &mut self,
        link: LinkId,
        to: NodeId,
        frame: &Frame,
        origin: EventId,
    ) -> Result<Option<Frame>, EventId> {
        let now = self.world.now();
        let meddling = &mut self.world.meddling;
        match meddling.meet(link, to, origin, now) {
            None => Ok(None),
            Some((Fate::Drop, by)) => Err(by),
            Some((Fate::Corrupt, by)) => {
                let frame = frame.corrupted();
                let is_new = |since: Instant| now.since(since) < REMEMBERED;
                meddling.spoiled.retain(|(.., since)| is_new(*since));
                meddling.spoiled.push((origin, frame.clone(), by, now));
                Ok(Some(frame))
            }
        }
    }
}
