//! What a person does to the network, and the end of what was only for a while.

use std::rc::Rc;

use super::carry::Carry;
use super::journal::{EventId, What};
use super::ports::Ports;
use super::queue::Event;
use super::world::{Kind, World};
use crate::dhcp::{Cidr, Interface, Timer};
use crate::net::host::{Host, Input, Request};
use crate::net::link::Fate;
use crate::scenario::{Command, LinkId, Meddle, NodeId, Partition, Which};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::frame::Frame;

/// What a command sets: a later one about the same takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    Power(NodeId),
    Software(NodeId),
    /// Which of its cables a card with several has in it.
    Card(NodeId),
    Cable(LinkId),
    Faults(LinkId),
    Latency(LinkId),
    Partition(Rc<Partition>),
    Address(NodeId),
    Clock(NodeId),
}

/// Something that was done for a while and is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
struct While {
    /// The entry of the command.
    began: EventId,
    thing: Thing,
    command: Rc<Command>,
    /// How it was before the first of those that are going on with that thing.
    before: Rc<Command>,
}

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

/// What persons have done that frames, or later commands, have to reckon with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deeds {
    whiles: Vec<While>,
    parted: Vec<Parted>,
    marked: Vec<Marked>,
    awaited: Vec<Awaited>,
    /// Frames with a bit turned over: from which entry, their bytes, by which entry, since when.
    spoiled: Vec<(EventId, Frame, EventId, Instant)>,
}

/// How long a spoiled frame is remembered: longer than any is under way.
const REMEMBERED: Duration = Duration::from_secs(600);

impl Deeds {
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
        self.deeds.parted.iter().map(|parted| &parted.groups)
    }

    /// What was done for a while and is not over: the command, and the entry in which it was given.
    pub fn going_on(&self) -> impl Iterator<Item = (EventId, &Command)> {
        let whiles = self.deeds.whiles.iter();
        whiles.map(|going| (going.began, going.command.as_ref()))
    }

    fn cards(&self, nodes: &[NodeId]) -> Vec<Mac> {
        let cards = nodes.iter().flat_map(|id| match &self.node(*id).kind {
            Kind::Host(host) => vec![host.mac()],
            Kind::Router(router) => router.ports().iter().map(Host::mac).collect(),
            Kind::Switch(_) => Vec::new(),
        });
        cards.collect()
    }

    /// What a command sets; nothing for one that only asks or takes away.
    fn thing(&self, command: &Command) -> Option<Thing> {
        match *command {
            Command::PowerOn(node) | Command::PowerOff(node) => Some(Thing::Power(node)),
            Command::Crash(node) | Command::Restart(node) => Some(Thing::Software(node)),
            Command::Plug(link) | Command::Unplug(link) => {
                let mut ends = self.link(link).ends.map(NodeId).into_iter();
                let several = |end: &NodeId| {
                    let node = self.node(*end);
                    node.host().is_some() && node.links.len() > 1
                };
                Some(ends.find(several).map_or(Thing::Cable(link), Thing::Card))
            }
            Command::Faults(link, _) => Some(Thing::Faults(link)),
            Command::Latency(link, _) => Some(Thing::Latency(link)),
            Command::Partition(ref groups) | Command::Heal(Some(ref groups)) => {
                Some(Thing::Partition(Rc::clone(groups)))
            }
            Command::Take(node, _) | Command::Leave(node) => Some(Thing::Address(node)),
            Command::Clock(node, _) => Some(Thing::Clock(node)),
            Command::Heal(None)
            | Command::Meddle(_)
            | Command::Start(_)
            | Command::Release(_)
            | Command::Renew(_)
            | Command::Inform(_)
            | Command::Failover(..)
            | Command::LoseDisk(_)
            | Command::Configure(..)
            | Command::For(..) => None,
        }
    }

    /// The command that brings a thing to what it is now.
    fn present(&self, thing: &Thing, command: &Command) -> Command {
        match *thing {
            Thing::Power(node) if self.node(node).power => Command::PowerOn(node),
            Thing::Power(node) => Command::PowerOff(node),
            Thing::Software(node) if self.node(node).crashed => Command::Crash(node),
            Thing::Software(node) => Command::Restart(node),
            Thing::Card(node) => {
                let links = &self.node(node).links;
                let plugged = links.iter().find(|link| self.link(**link).plugged);
                let own = command.link().unwrap_or(links[0]);
                plugged.map_or(Command::Unplug(own), |link| Command::Plug(*link))
            }
            Thing::Cable(link) if self.link(link).plugged => Command::Plug(link),
            Thing::Cable(link) => Command::Unplug(link),
            Thing::Faults(link) => Command::Faults(link, self.link(link).faults()),
            Thing::Latency(link) => Command::Latency(link, self.link(link).latency),
            Thing::Partition(ref groups) => {
                let there = self.partitions().any(|known| known == groups);
                let groups = Rc::clone(groups);
                if there {
                    Command::Partition(groups)
                } else {
                    Command::Heal(Some(groups))
                }
            }
            Thing::Address(node) => {
                let fixed = self.node(node).host().and_then(Host::fixed);
                fixed.map_or(Command::Leave(node), |interface| {
                    let (address, prefix) = (interface.address, interface.prefix);
                    Command::Take(node, Cidr { address, prefix })
                })
            }
            Thing::Clock(node) => {
                let ahead = self.node(node).host().map_or(0, Host::clock);
                Command::Clock(node, i32::try_from(ahead).unwrap_or_default())
            }
        }
    }
}

impl Carry<'_> {
    pub(super) fn command(&mut self, command: &Command) {
        let cause = self.log(command.node(), None, What::Command(command.clone()));
        if let Command::For(inner, length) = command {
            self.begin(inner, *length, cause);
            return;
        }
        // What is done for good is not undone by the end of what was for a while.
        let thing = self.world.thing(command);
        let all = *command == Command::Heal(None);
        self.world.deeds.whiles.retain(|going| {
            let parts = matches!(going.thing, Thing::Partition(_));
            Some(&going.thing) != thing.as_ref() && !(all && parts)
        });
        self.carry_out(command, cause);
    }

    fn begin(&mut self, command: &Rc<Command>, length: Duration, cause: EventId) {
        let Some(thing) = self.world.thing(command) else {
            return;
        };
        let mut whiles = self.world.deeds.whiles.iter();
        let first = whiles.find(|going| going.thing == thing);
        let before = first.map_or_else(
            || Rc::new(self.world.present(&thing, command)),
            |going| Rc::clone(&going.before),
        );
        self.world.deeds.whiles.push(While {
            began: cause,
            thing,
            command: Rc::clone(command),
            before,
        });
        let over = self.world.now() + length;
        self.world.queue.push(over, Event::Over(cause));
        self.carry_out(command, cause);
    }

    /// The time of a command is over. What was begun later with the same thing goes on; else what
    /// was begun earlier holds again, or what was before.
    pub(super) fn over(&mut self, began: EventId) {
        let whiles = &mut self.world.deeds.whiles;
        let Some(place) = whiles.iter().position(|going| going.began == began) else {
            return;
        };
        let ended = whiles.remove(place);
        let mut same = whiles.iter().enumerate().rev();
        let last = same.find(|(_, going)| going.thing == ended.thing);
        let command = match last {
            Some((later, _)) if later >= place => return,
            Some((_, earlier)) => Rc::clone(&earlier.command),
            None => ended.before,
        };
        let what = What::Ended(command.as_ref().clone());
        let cause = self.log(command.node(), Some(began), what);
        self.carry_out(&command, cause);
    }

    fn carry_out(&mut self, command: &Command, cause: EventId) {
        match *command {
            Command::PowerOn(node) => self.power(node, true, cause),
            Command::PowerOff(node) => self.power(node, false, cause),
            Command::Crash(node) => self.software(node, false, cause),
            Command::Restart(node) => {
                self.software(node, false, cause);
                self.software(node, true, cause);
            }
            Command::Plug(link) => self.plug(link, true, cause),
            Command::Unplug(link) => self.plug(link, false, cause),
            Command::Faults(link, faults) => {
                let seed = self.world.seed;
                self.world.links[link.index()].set_faults(faults, seed, link.0);
                self.world.link_changed(link);
            }
            Command::Latency(link, latency) => {
                self.world.links[link.index()].latency = latency;
                self.world.link_changed(link);
            }
            Command::Partition(ref groups) => self.part(groups),
            Command::Heal(ref groups) => {
                let healed =
                    |parted: &Parted| groups.as_ref().is_none_or(|all| *all == parted.groups);
                self.world.deeds.parted.retain(|parted| !healed(parted));
            }
            Command::Meddle(meddle) => self.meddle(meddle, cause),
            Command::Take(node, cidr) => {
                let (address, prefix) = (cidr.address, cidr.prefix);
                let fixed = Interface {
                    address,
                    prefix,
                    router: None,
                };
                self.readdress(node, Some(fixed), cause);
            }
            Command::Leave(node) => self.readdress(node, None, cause),
            Command::Clock(node, offset) => {
                self.host(node, &Input::Clock(i64::from(offset)), cause);
            }
            Command::Start(node) => self.person(node, Request::Start, cause),
            Command::Release(node) => self.person(node, Request::Release, cause),
            Command::Renew(node) => self.person(node, Request::Renew, cause),
            Command::Inform(node) => self.person(node, Request::Inform, cause),
            Command::Failover(node, command) => {
                self.person(node, Request::Operator(command), cause);
            }
            Command::LoseDisk(node) if !self.world.node(node).runs() => {
                self.host(node, &Input::DiskLost, cause);
            }
            // A disk is not taken out of what runs.
            Command::LoseDisk(_) => {}
            Command::Configure(node, ref change) => {
                self.host(node, &Input::Settings(&change.settings), cause);
                if !self.world.node(node).runs() {
                    // It is in the file for the next start, and wakes no deadline.
                    self.stop(node, cause);
                }
            }
            // Nothing is for a while twice.
            Command::For(..) => {}
        }
    }

    fn person(&mut self, node: NodeId, request: Request, cause: EventId) {
        if self.world.node(node).runs() {
            self.host(node, &Input::Person(request), cause);
        }
    }

    fn power(&mut self, node: NodeId, on: bool, cause: EventId) {
        if self.world.node(node).power == on {
            return;
        }
        // With the power comes software that runs, whatever it did before.
        let whiles = &mut self.world.deeds.whiles;
        whiles.retain(|going| going.thing != Thing::Software(node));
        let cause = self.log(Some(node), Some(cause), What::Power(on));
        if !on {
            self.stop(node, cause);
        }
        let state = self.world.node_mut(node);
        (state.power, state.crashed) = (on, false);
        let links = self.world.node(node).links.clone();
        for link in links {
            self.update_carrier(link, Some(node), cause);
        }
        if on {
            self.boot(node, cause);
        }
    }

    /// Has the software of a node with power stop, or start again after it has stopped.
    fn software(&mut self, node: NodeId, on: bool, cause: EventId) {
        let state = self.world.node(node);
        if !state.power || state.crashed != on {
            return;
        }
        let cause = self.log(Some(node), Some(cause), What::Software(on));
        if !on {
            self.stop(node, cause);
        }
        self.world.node_mut(node).crashed = !on;
        if on {
            self.boot(node, cause);
        }
    }

    pub(super) fn boot(&mut self, node: NodeId, cause: EventId) {
        let carrier = self.has_carrier(node);
        self.host(node, &Input::PowerOn { carrier }, cause);
    }

    /// What is in memory is lost, deadlines among it.
    fn stop(&mut self, id: NodeId, cause: EventId) {
        self.host(id, &Input::PowerOff, cause);
        let node = self.world.node_mut(id);
        node.timers = [None; Timer::COUNT];
        if let Kind::Switch(switch) = &mut node.kind {
            switch.clear();
        }
        self.world.deadlines_changed(id);
    }

    fn part(&mut self, groups: &Rc<Partition>) {
        if self.world.partitions().any(|known| known == groups) {
            return;
        }
        let cards = groups
            .groups()
            .each_ref()
            .map(|group| self.world.cards(group));
        let groups = Rc::clone(groups);
        self.world.deeds.parted.push(Parted { groups, cards });
    }

    fn readdress(&mut self, node: NodeId, fixed: Option<Interface>, cause: EventId) {
        let runs = self.world.node(node).runs();
        self.host(node, &Input::Address { fixed, runs }, cause);
    }

    fn meddle(&mut self, meddle: Meddle, by: EventId) {
        let Meddle {
            fate,
            link,
            from,
            which,
        } = meddle;
        let place = match which {
            Which::Next(left) => {
                let awaited = Awaited { meddle, left, by };
                self.world.deeds.awaited.push(awaited);
                return;
            }
            Which::OnTheWay(place) => place as usize,
        };
        let to = NodeId(self.world.link(link).peer(from.0));
        let flights = self.world.queue.on_the_way(link, to);
        let Some((arrives, origin)) = place.checked_sub(1).and_then(|place| flights.get(place))
        else {
            return;
        };
        self.world.deeds.marked.push(Marked {
            origin: *origin,
            link,
            to,
            arrives: *arrives,
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
        let deeds = &mut self.world.deeds;
        match deeds.meet(link, to, origin, now) {
            None => Ok(None),
            Some((Fate::Drop, by)) => Err(by),
            Some((Fate::Corrupt, by)) => {
                let frame = frame.corrupted();
                let is_new = |since: Instant| now.since(since) < REMEMBERED;
                deeds.spoiled.retain(|(.., since)| is_new(*since));
                deeds.spoiled.push((origin, frame.clone(), by, now));
                Ok(Some(frame))
            }
        }
    }
}
