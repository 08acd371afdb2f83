//! Carrying out one event: what it does to the world, what follows from it, what the journal says.

use super::journal::{DropReason, EventId, Journal, What};
use super::queue::Event;
use super::world::{Armed, Kind, World};
use crate::dhcp::{Reason, Timer};
use crate::net::host::{Context, Effect, Input};
use crate::net::switch::Forward;
use crate::scenario::{LinkId, NodeId};
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::frame::Frame;

/// A world in the middle of an event.
pub(super) struct Carry<'a> {
    pub(super) world: &'a mut World,
    pub(super) journal: &'a mut Journal,
}

impl Carry<'_> {
    pub(super) fn log(
        &mut self,
        node: Option<NodeId>,
        cause: Option<EventId>,
        what: What,
    ) -> EventId {
        let entry = self.world.entry(node, cause, what);
        self.world.write(self.journal, entry)
    }

    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::Boot(node) => {
                let cause = self.log(Some(node), None, What::Power(true));
                self.boot(node, cause);
            }
            Event::Over(began) => self.over(began),
            Event::Arrive {
                link,
                to,
                frame,
                origin,
                epoch,
                lost,
            } => self.arrive(link, to, &frame, origin, epoch, lost),
            Event::Timer { node, timer, .. } => {
                let Some(armed) = self.world.nodes[node.index()].timers[timer.index()].take()
                else {
                    return;
                };
                let cause = self.log(
                    Some(node),
                    armed.cause,
                    What::Fired {
                        timer,
                        reason: armed.reason,
                    },
                );
                self.host(node, &Input::Timer(timer), cause);
            }
        }
    }

    pub(super) fn has_carrier(&self, node: NodeId) -> bool {
        let world = &self.world;
        world.nodes[node.index()]
            .links
            .iter()
            .any(|link| world.links[link.index()].carrier)
    }

    pub(super) fn plug(&mut self, link: LinkId, plugged: bool, cause: EventId) {
        if plugged {
            self.free_cards(link, cause);
        }
        self.world.links[link.index()].plugged = plugged;
        self.update_carrier(link, None, cause);
    }

    /// Takes out the cable that a card at either end of `link` has in it.
    fn free_cards(&mut self, link: LinkId, cause: EventId) {
        for end in self.world.links[link.index()].ends.map(NodeId) {
            let node = &self.world.nodes[end.index()];
            if node.host().is_none() {
                continue;
            }
            let links = &self.world.links;
            let other = |other: &&LinkId| **other != link && links[other.index()].plugged;
            if let Some(other) = node.links.iter().find(other).copied() {
                self.plug(other, false, cause);
            }
        }
    }

    /// Works out whether a link carries frames, and tells its ends if that has changed; not the
    /// end whose power made the change, which learns it with its power.
    pub(super) fn update_carrier(&mut self, id: LinkId, except: Option<NodeId>, cause: EventId) {
        let link = &self.world.links[id.index()];
        let ends = link.ends.map(NodeId);
        let up = link.plugged && ends.iter().all(|end| self.world.nodes[end.index()].power);
        let link = &mut self.world.links[id.index()];
        if link.carrier == up {
            return;
        }
        link.carrier = up;
        if !up {
            link.cut();
        }
        let cause = self.log(None, Some(cause), What::Carrier { link: id, up });
        for end in ends {
            if Some(end) == except || !self.world.node(end).runs() {
                continue;
            }
            if let Kind::Switch(switch) = &mut self.world.nodes[end.index()].kind {
                if !up {
                    switch.forget_port(id.0);
                }
            } else {
                self.host(end, &Input::Carrier(up), cause);
            }
        }
    }

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
            return self.lose(to, frame, origin, reason, origin);
        }
        let spoiled = match met {
            Ok(spoiled) => spoiled,
            Err(by) => return self.lose(to, frame, origin, DropReason::Person, by),
        };
        let frame = spoiled.as_ref().unwrap_or(frame);
        let now = self.world.now();
        let node = &mut self.world.nodes[to.index()];
        match &mut node.kind {
            Kind::Switch(_) if node.crashed => {
                self.lose(to, frame, origin, DropReason::Crashed, origin);
            }
            Kind::Switch(switch) => {
                match switch.forward(now, link.0, frame.source(), frame.destination()) {
                    Forward::Port(port) => {
                        self.transmit(to, LinkId(port), frame, Some(origin), Some(origin));
                    }
                    Forward::Flood => {
                        for port in 0..self.world.nodes[to.index()].links.len() {
                            let out = self.world.nodes[to.index()].links[port];
                            if out != link && self.world.links[out.index()].carrier {
                                self.transmit(to, out, frame, Some(origin), Some(origin));
                            }
                        }
                    }
                    Forward::Filter => {}
                }
            }
            Kind::Host(_) | Kind::Router(_) => self.reach(to, link, frame, origin),
        }
    }

    /// The journal has a frame if anything here has a use for it: without that a broadcast among a
    /// thousand clients would fill it with a thousand lines.
    fn reach(&mut self, to: NodeId, link: LinkId, frame: &Frame, origin: EventId) {
        let node = self.world.node(to);
        let destination = frame.destination();
        let port = node.links.iter().position(|other| *other == link);
        let wanted = match (&node.kind, port) {
            (Kind::Host(host), _) => {
                (destination == host.mac() || destination == Mac::BROADCAST)
                    && host.has_use_for(frame)
            }
            (Kind::Router(router), Some(port)) => router.has_use_for(port, frame),
            (Kind::Router(_) | Kind::Switch(_), _) => false,
        };
        if !wanted || !node.power {
            return;
        }
        if node.crashed {
            return self.lose(to, frame, origin, DropReason::Crashed, origin);
        }
        if self.world.deeds.part(frame.source(), to) {
            return self.lose(to, frame, origin, DropReason::Partition, origin);
        }
        self.receive(to, port.unwrap_or_default(), frame, origin);
    }

    fn receive(&mut self, to: NodeId, port: usize, frame: &Frame, origin: EventId) {
        let id = self.world.next_id();
        let mut effects = std::mem::take(&mut self.world.effects);
        let now = self.world.now();
        let node = &mut self.world.nodes[to.index()];
        let mut cx = Context {
            now,
            rng: &mut node.rng,
            out: &mut effects,
        };
        match &mut node.kind {
            Kind::Host(host) => host.handle(&Input::Frame(frame), &mut cx),
            Kind::Router(router) => router.frame(port, frame, &mut cx),
            Kind::Switch(_) => {}
        }
        let cause = self.world.deeds.spoiled(origin, frame).unwrap_or(origin);
        self.log(
            Some(to),
            Some(cause),
            What::Received {
                origin,
                frame: frame.clone(),
            },
        );
        self.apply(to, effects, id);
    }

    fn lose(
        &mut self,
        to: NodeId,
        frame: &Frame,
        origin: EventId,
        reason: DropReason,
        cause: EventId,
    ) {
        let frame = frame.clone();
        let dropped = What::Dropped {
            origin,
            reason,
            frame,
        };
        self.log(Some(to), Some(cause), dropped);
    }

    pub(super) fn host(&mut self, id: NodeId, input: &Input<'_>, cause: EventId) {
        let mut effects = std::mem::take(&mut self.world.effects);
        let now = self.world.now();
        let node = &mut self.world.nodes[id.index()];
        let mut cx = Context {
            now,
            rng: &mut node.rng,
            out: &mut effects,
        };
        match (&mut node.kind, input) {
            (Kind::Host(host), _) => host.handle(input, &mut cx),
            (Kind::Router(router), Input::PowerOn { .. }) => router.power_on(&mut cx),
            (Kind::Router(router), Input::PowerOff) => router.power_off(&mut cx),
            (Kind::Router(router), Input::Timer(_)) => router.arp_silence(&mut cx),
            (Kind::Router(router), Input::Settings(settings)) => router.configure(settings),
            (Kind::Switch(_) | Kind::Router(_), _) => {}
        }
        self.apply(id, effects, cause);
    }

    fn apply(&mut self, id: NodeId, mut effects: Vec<Effect>, cause: EventId) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Transmit(frame) => self.transmit_by(id, 0, &frame, cause),
                Effect::TransmitBy { port, frame } => self.transmit_by(id, port, &frame, cause),
                Effect::Arm { timer, at, reason } => self.arm(id, timer, at, reason, cause),
                Effect::Cancel(timer) => self.world.nodes[id.index()].timers[timer.index()] = None,
                Effect::Dhcp(note) => {
                    self.log(Some(id), Some(cause), What::Dhcp(note));
                }
                Effect::Net(note) => {
                    self.log(Some(id), Some(cause), What::Net(note));
                }
            }
        }
        self.world.effects = effects;
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
        let node = &mut self.world.nodes[id.index()];
        node.generation = node.generation.wrapping_add(1);
        let generation = node.generation;
        node.timers[timer.index()] = Some(Armed {
            at,
            reason,
            cause: Some(cause),
            generation,
        });
        self.world.queue.push(
            at,
            Event::Timer {
                node: id,
                timer,
                generation,
            },
        );
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
        let link = &mut self.world.links[id.index()];
        let (to, epoch) = (NodeId(link.peer(from.0)), link.epoch);
        let frame = frame.clone();
        let passage = match link.pass(from.0, now, frame.bytes().len()) {
            Ok(passage) => passage,
            Err(reason) => {
                self.log(
                    Some(from),
                    cause,
                    What::Dropped {
                        origin,
                        reason,
                        frame,
                    },
                );
                return;
            }
        };
        let mut send = |arrives, lost, cause| {
            self.world.queue.push(
                arrives,
                Event::Arrive {
                    link: id,
                    to,
                    frame: frame.clone(),
                    origin,
                    epoch,
                    lost,
                },
            );
            let sent = What::Sent {
                origin,
                link: id,
                to,
                arrives,
                frame: frame.clone(),
            };
            self.log(Some(from), cause, sent)
        };
        let first = send(passage.arrives, passage.lost, cause);
        if let Some(again) = passage.again {
            send(again, None, Some(first));
        }
        for arrives in [Some(passage.arrives), passage.again].into_iter().flatten() {
            let deeds = &mut self.world.deeds;
            deeds.sent(id, from, to, origin, arrives);
        }
    }
}
