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
        if let Some(reason) = cut.then_some(DropReason::CarrierLost).or(lost) {
            self.log(
                Some(to),
                Some(origin),
                What::Dropped {
                    origin,
                    reason,
                    frame: frame.clone(),
                },
            );
            return;
        }
        let now = self.world.now();
        match &mut self.world.nodes[to.index()].kind {
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
            Kind::Host(host) => {
                let destination = frame.destination();
                if destination == host.mac() || destination == Mac::BROADCAST {
                    self.receive(to, link, frame, origin);
                }
            }
            Kind::Router(_) => self.receive(to, link, frame, origin),
        }
    }

    /// A frame that passed the card's filter. The journal has it if anything here has a use for
    /// it: without that a broadcast among a thousand clients would fill it with a thousand lines.
    fn receive(&mut self, to: NodeId, link: LinkId, frame: &Frame, origin: EventId) {
        let id = self.world.next_id();
        let mut effects = std::mem::take(&mut self.world.effects);
        let now = self.world.now();
        let node = &mut self.world.nodes[to.index()];
        let mut cx = Context {
            now,
            rng: &mut node.rng,
            out: &mut effects,
        };
        let port = node.links.iter().position(|other| *other == link);
        match (&mut node.kind, port) {
            (Kind::Host(host), _) if node.power && host.has_use_for(frame) => {
                host.handle(&Input::Frame(frame), &mut cx);
            }
            (Kind::Router(router), Some(port)) if node.power && router.has_use_for(port, frame) => {
                router.frame(port, frame, &mut cx);
            }
            (Kind::Host(_) | Kind::Router(_) | Kind::Switch(_), _) => {
                self.world.effects = effects;
                return;
            }
        }
        self.log(
            Some(to),
            Some(origin),
            What::Received {
                origin,
                frame: frame.clone(),
            },
        );
        self.apply(to, effects, id);
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
    }
}
