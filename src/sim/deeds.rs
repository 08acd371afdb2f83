//! What a person does to the network, and the end of what was only for a while.

use std::rc::Rc;

use super::carry::Carry;
use super::journal::{EventId, Vain, What};
use super::queue::Event;
use super::world::{Kind, World};
use crate::dhcp::{Cidr, Interface, Timer};
use crate::net::host::{Host, Input, Request};
use crate::scenario::{Command, LinkId, NodeId, Partition};
use crate::time::Duration;

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

/// What persons have done that later commands have to reckon with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deeds {
    whiles: Vec<While>,
}

impl World {
    /// What was done for a while and is not over: the command, and the entry in which it was given.
    pub fn going_on(&self) -> impl Iterator<Item = (EventId, &Command)> {
        let whiles = self.deeds.whiles.iter();
        whiles.map(|going| (going.began, going.command.as_ref()))
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

    /// Why nothing comes of a command as things are; nothing where something does.
    fn in_vain(&self, command: &Command) -> Option<Vain> {
        let reason = |is_vain: bool, reason: Vain| is_vain.then_some(reason);
        match *command {
            Command::PowerOn(node) => reason(self.node(node).power, Vain::AsItWas),
            Command::PowerOff(node) => reason(!self.node(node).power, Vain::AsItWas),
            Command::Plug(link) => reason(self.link(link).plugged, Vain::AsItWas),
            Command::Unplug(link) => reason(!self.link(link).plugged, Vain::AsItWas),
            Command::Partition(ref groups) => {
                let there = self.partitions().any(|known| known == groups);
                reason(there, Vain::AsItWas)
            }
            Command::Heal(ref groups) => {
                let cut = |known| groups.as_ref().is_none_or(|groups| known == groups);
                reason(!self.partitions().any(cut), Vain::AsItWas)
            }
            Command::Restart(node) => reason(!self.node(node).power, Vain::Stopped),
            Command::Crash(node)
            | Command::Start(node)
            | Command::Release(node)
            | Command::Renew(node)
            | Command::Inform(node)
            | Command::Failover(node, _) => reason(!self.node(node).runs(), Vain::Stopped),
            Command::LoseDisk(node) => reason(self.node(node).runs(), Vain::Runs),
            Command::Meddle(ref meddle) => reason(self.misses(meddle), Vain::NoFrame),
            Command::Faults(..)
            | Command::Latency(..)
            | Command::Take(..)
            | Command::Leave(_)
            | Command::Clock(..)
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
        if let Some(vain) = self.world.in_vain(command) {
            self.log(command.node(), Some(cause), What::InVain(vain));
            return;
        }
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
            Command::Heal(ref groups) => self.world.meddling.heal(groups.as_ref()),
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
            Command::LoseDisk(node) => {
                self.host(node, &Input::DiskLost, cause);
            }
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
        self.host(node, &Input::Person(request), cause);
    }

    fn power(&mut self, node: NodeId, on: bool, cause: EventId) {
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

    fn readdress(&mut self, node: NodeId, fixed: Option<Interface>, cause: EventId) {
        let runs = self.world.node(node).runs();
        self.host(node, &Input::Address { fixed, runs }, cause);
    }
}
