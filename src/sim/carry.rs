//! Carrying out one event: what it does to the world, what follows from it, what the journal says.

use super::journal::{EventId, Journal, What};
use super::queue::{Event, Turn};
use super::world::{Kind, World};
use crate::net::host::{Context, Input};
use crate::scenario::{LinkId, NodeId};

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

    pub(super) fn event(&mut self, turn: Turn, event: Event) {
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
            Event::Flood(flood) => self.flood_arrives(turn, flood),
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
            self.world.cuts += 1;
            link.cut(self.world.cuts);
        }
        self.world.link_changed(id);
        let cause = self.log(None, Some(cause), What::Carrier { link: id, up });
        for end in ends {
            if Some(end) == except || !self.world.node(end).runs() {
                continue;
            }
            if let Kind::Switch(switch) = &mut self.world.node_mut(end).kind {
                if !up {
                    switch.forget_port(id.0);
                }
            } else {
                self.host(end, &Input::Carrier(up), cause);
            }
        }
    }

    /// Gives a node an input. True if the queue knows the node's deadlines anew.
    pub(super) fn host(&mut self, id: NodeId, input: &Input<'_>, cause: EventId) -> bool {
        let mut effects = std::mem::take(&mut self.world.effects);
        let now = self.world.now();
        let node = self.world.node_mut(id);
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
        self.apply(id, effects, cause)
    }
}
