//! Frames and deadlines: what a node wants done, put on the links, and what arrives over them.

use super::carry::Carry;
use super::journal::{DropReason, EventId, What};
use super::queue::Event;
use super::world::{Armed, Kind};
use crate::dhcp::{Reason, Timer};
use crate::net::host::{Context, Effect, Input};
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
    pub(super) fn apply(&mut self, id: NodeId, mut effects: Vec<Effect>, cause: EventId) {
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
