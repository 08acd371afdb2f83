//! Frames and deadlines: what a node wants done, put on the links, and what arrives over them.

use super::carry::Carry;
use super::journal::{DropReason, EventId, What};
use super::ports::Way;
use super::queue::{Event, Flood, Turn};
use super::world::{Armed, Kind};
use crate::dhcp::{Reason, Timer};
use crate::net::host::{Context, Effect, Input};
use crate::net::interest::Question;
use crate::net::switch::Forward;
use crate::scenario::{LinkId, NodeId};
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::frame::Frame;

impl Carry<'_> {
    pub(super) fn arrive(
        &mut self,
        link: LinkId,
        to: NodeId,
        frame: &Frame,
        origin: EventId,
        epoch: u32,
        lost: Option<DropReason>,
    ) {
        let cut = self.world.links[link.index()].epoch != epoch;
        let met = self.meet(link, to, frame, origin);
        let reason = cut.then_some(DropReason::CarrierLost).or(lost);
        if let Some(reason) = reason {
            return self.lose(to, link, frame, origin, reason, origin);
        }
        let spoiled = match met {
            Ok(spoiled) => spoiled,
            Err(by) => return self.lose(to, link, frame, origin, DropReason::Person, by),
        };
        let frame = spoiled.as_ref().unwrap_or(frame);
        let now = self.world.now();
        let node = &self.world.nodes[to.index()];
        if !matches!(node.kind, Kind::Switch(_)) {
            return self.reach(to, link, frame, origin);
        }
        if node.crashed {
            return self.lose(to, link, frame, origin, DropReason::Crashed, origin);
        }
        if let Kind::Switch(switch) = &mut self.world.node_mut(to).kind {
            match switch.forward(now, link.0, frame.source(), frame.destination()) {
                Forward::Port(port) => {
                    self.transmit(to, LinkId(port), frame, Some(origin), Some(origin));
                }
                Forward::Flood => self.flood(to, link, frame, origin),
                Forward::Filter => {}
            }
        }
    }

    /// A frame gets to a host or a router. The journal has it if anything there has a use for it:
    /// without that a broadcast among a thousand clients would fill it with a thousand lines.
    fn reach(&mut self, to: NodeId, link: LinkId, frame: &Frame, origin: EventId) {
        if !self.has_use_for(to, link, frame) {
            return;
        }
        if self.world.node(to).crashed {
            return self.lose(to, link, frame, origin, DropReason::Crashed, origin);
        }
        if self.world.meddling.part(frame.source(), to) {
            return self.lose(to, link, frame, origin, DropReason::Partition, origin);
        }
        self.receive(to, link, frame, origin);
    }

    /// Whether a frame passes the filter of a card, and anything behind it has a use for it.
    pub(super) fn has_use_for(&self, to: NodeId, link: LinkId, frame: &Frame) -> bool {
        let node = &self.world.nodes[to.index()];
        match &node.kind {
            Kind::Host(host) => {
                let destination = frame.destination();
                let for_it = destination == host.mac() || destination == Mac::BROADCAST;
                for_it && node.power && host.has_use_for(frame)
            }
            Kind::Router(router) => {
                let port = node.links.iter().position(|other| *other == link);
                node.power && port.is_some_and(|port| router.has_use_for(port, frame))
            }
            Kind::Switch(_) => false,
        }
    }

    /// Passes a frame on out of every port of a switch that carries frames but the one that it came
    /// in by.
    fn flood(&mut self, switch: NodeId, except: LinkId, frame: &Frame, origin: EventId) {
        let world = &self.world;
        let link = (except, &world.links[except.index()]);
        for way in world.sockets.ways(&world.segments, switch, link) {
            let (over, latency) = match way {
                Way::One(out) => {
                    self.transmit(switch, out, frame, Some(origin), Some(origin));
                    continue;
                }
                Way::Several(over, latency) => (over, latency),
            };
            let arrives = self.world.now() + latency;
            let flood = Flood {
                switch,
                over: over.clone(),
                frame: frame.clone(),
                origin,
                question: Question::of(frame),
                cuts: self.world.cuts,
                next: 0,
            };
            self.world
                .queue
                .push(arrives, Event::Flood(Box::new(flood)));
            self.world.meddling.flooded(switch, &over, origin, arrives);
            let frame = frame.clone();
            let flooded = What::Flooded {
                origin,
                over,
                arrives,
                frame,
            };
            self.log(Some(switch), Some(origin), flooded);
        }
    }

    /// Delivers what a switch passed on over several links to the next port where anything comes of
    /// it. The rest stays in the queue, so that each arrival is an event of its own.
    pub(super) fn flood_arrives(&mut self, turn: Turn, mut flood: Box<Flood>) {
        let written = self.world.next_id();
        while let Some(place) = self.next_port(&flood) {
            if self.world.next_id() != written {
                self.world.queue.put_back(turn, Event::Flood(flood));
                return;
            }
            let port = flood.over.port(place);
            let epoch = self.world.links[port.link.index()].epoch;
            let cut = epoch > flood.cuts;
            let lost = cut.then_some(DropReason::CarrierLost);
            self.arrive(port.link, port.to, &flood.frame, flood.origin, epoch, lost);
            flood.next = place + 1;
        }
    }

    /// The next port at which a frame arrives that anyone there has a use for, or never arrives.
    fn next_port(&self, flood: &Flood) -> Option<usize> {
        let world = &self.world;
        if world.cuts != flood.cuts || world.meddling.meddle_with(flood.origin) {
            return flood.over.next(flood.next);
        }
        let segment = world.sockets.segment(&world.segments, flood.switch)?;
        flood.over.next_wanted(flood.next, segment, flood.question)
    }

    /// A host or a router takes a frame.
    fn receive(&mut self, to: NodeId, link: LinkId, frame: &Frame, origin: EventId) {
        let received = What::Received {
            origin,
            frame: frame.clone(),
        };
        let cause = self.world.meddling.spoiled(origin, frame).unwrap_or(origin);
        let cause = self.log(Some(to), Some(cause), received);
        let mut effects = std::mem::take(&mut self.world.effects);
        let now = self.world.now();
        let node = self.world.node_mut(to);
        let mut cx = Context {
            now,
            rng: &mut node.rng,
            out: &mut effects,
        };
        let port = node.links.iter().position(|other| *other == link);
        match (&mut node.kind, port) {
            (Kind::Host(host), _) => host.handle(&Input::Frame(frame), &mut cx),
            (Kind::Router(router), Some(port)) => router.frame(port, frame, &mut cx),
            (Kind::Router(_) | Kind::Switch(_), _) => {}
        }
        self.apply(to, effects, cause);
    }

    /// A node's first deadline is due.
    pub(super) fn deadline(&mut self, id: NodeId) {
        let Some((first, _)) = self.world.nodes[id.index()].first_timer() else {
            return;
        };
        let armed = self.world.node_mut(id).timers[first].take();
        let timer = Timer::ALL[first];
        let Some(Armed { reason, cause, .. }) = armed else {
            return;
        };
        let cause = self.log(Some(id), cause, What::Fired { timer, reason });
        if !self.host(id, &Input::Timer(timer), cause) {
            self.world.deadlines_changed(id);
        }
    }

    fn lose(
        &mut self,
        to: NodeId,
        link: LinkId,
        frame: &Frame,
        origin: EventId,
        reason: DropReason,
        cause: EventId,
    ) {
        let frame = frame.clone();
        let dropped = What::Dropped {
            origin,
            link,
            reason,
            frame,
        };
        self.log(Some(to), Some(cause), dropped);
    }

    /// Does what a node wants done. True if the queue knows the node's deadlines anew.
    pub(super) fn apply(&mut self, id: NodeId, mut effects: Vec<Effect>, cause: EventId) -> bool {
        let mut rearmed = false;
        for effect in effects.drain(..) {
            match effect {
                Effect::Transmit(frame) => self.transmit_by(id, 0, &frame, cause),
                Effect::TransmitBy { port, frame } => self.transmit_by(id, port, &frame, cause),
                Effect::Arm { timer, at, reason } => {
                    self.arm(id, timer, at, reason, cause);
                    rearmed = true;
                }
                Effect::Cancel(timer) => {
                    self.world.node_mut(id).timers[timer.index()] = None;
                    rearmed = true;
                }
                Effect::Dhcp(note) => {
                    self.log(Some(id), Some(cause), What::Dhcp(note));
                }
                Effect::Net(note) => {
                    self.log(Some(id), Some(cause), What::Net(note));
                }
            }
        }
        self.world.effects = effects;
        if rearmed {
            self.world.deadlines_changed(id);
        }
        self.world.interest_changed(id);
        rearmed
    }

    /// The link at an interface: of a host's cables, the one that is in.
    fn link_at(&self, id: NodeId, port: usize) -> Option<LinkId> {
        let node = &self.world.nodes[id.index()];
        let plugged = |link: &&LinkId| self.world.links[link.index()].plugged;
        let own = node.links.get(port);
        match node.kind {
            Kind::Host(_) => node.links.iter().find(plugged).or(own).copied(),
            Kind::Router(_) | Kind::Switch(_) => own.copied(),
        }
    }

    fn transmit_by(&mut self, id: NodeId, port: usize, frame: &Frame, cause: EventId) {
        if let Some(link) = self.link_at(id, port) {
            self.transmit(id, link, frame, None, Some(cause));
        }
    }

    fn arm(&mut self, id: NodeId, timer: Timer, at: Instant, reason: Reason, cause: EventId) {
        let sequence = self.world.queue.turn(at).sequence;
        self.world.node_mut(id).timers[timer.index()] = Some(Armed {
            at,
            reason,
            cause: Some(cause),
            sequence,
        });
    }

    /// Puts a frame on a link: a host's own, or one that a switch passes on from `origin`.
    fn transmit(
        &mut self,
        from: NodeId,
        id: LinkId,
        frame: &Frame,
        origin: Option<EventId>,
        cause: Option<EventId>,
    ) {
        let origin = origin.unwrap_or_else(|| self.world.next_id());
        let now = self.world.now();
        let link = &self.world.links[id.index()];
        let (to, epoch) = (NodeId(link.peer(from.0)), link.epoch);
        let passage = if link.is_faulty() {
            let link = &mut self.world.links[id.index()];
            link.pass(from.0, now, frame.bytes().len())
        } else {
            link.pass_straight(now)
        };
        let passage = match passage {
            Ok(passage) => passage,
            Err(reason) => {
                let dropped = What::Dropped {
                    origin,
                    link: id,
                    reason,
                    frame: frame.clone(),
                };
                self.log(Some(from), cause, dropped);
                return;
            }
        };
        let mut cause = cause;
        let mut again = passage.again;
        let mut copy = Some((passage.arrives, passage.lost));
        while let Some((arrives, lost)) = copy {
            let arrival = Event::Arrive {
                link: id,
                to,
                frame: frame.clone(),
                origin,
                epoch,
                lost,
            };
            self.world.queue.push(arrives, arrival);
            let sent = What::Sent {
                origin,
                link: id,
                to,
                arrives,
                frame: frame.clone(),
            };
            cause = Some(self.log(Some(from), cause, sent));
            let meddling = &mut self.world.meddling;
            meddling.sent(id, from, to, origin, arrives);
            copy = again.take().map(|arrives| (arrives, None));
        }
    }
}
