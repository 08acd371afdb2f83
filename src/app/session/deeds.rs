//! What can be done to nodes, cables and frames, as things are: what their panels offer, and the most
//! of what the list of everything (`list.rs`) finds by its words.

use std::rc::Rc;

use super::{Action, Session, Then};
use crate::dhcp::client::{Client, State};
use crate::dhcp::failover;
use crate::dhcp::server::Server;
use crate::net::host::Host;
use crate::scenario::{Command, Edit, Fate, Faults, LinkId, NodeId, NodeKind, Scenario};
use crate::sim::{Node, World};
use crate::text::{Sentence, Value};
use crate::time::{Duration, Instant};
use crate::view::stage::{self, Flight};

/// How many cables a panel lists.
const CABLES: usize = 24;

/// What something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A node.
    Node(NodeId),
    /// A cable.
    Link(LinkId),
    /// A frame on its way.
    Flight,
    /// The whole network.
    Network,
    /// Time.
    Time,
    /// Branches, and the page.
    Page,
}

/// With what else it stands, and is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// Power, software and disk.
    Power,
    /// Cables, and where they go.
    Cable,
    /// A client's lease.
    Lease,
    /// A server's partner.
    Failover,
    /// Who hears whom.
    Apart,
    /// The rest.
    Other,
    /// Who is in the network.
    Network,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    /// To what.
    pub(crate) about: About,
    /// With what else it stands.
    pub(crate) sense: Sense,
    /// What it is called where it stands by itself.
    pub(crate) sentence: Sentence,
    /// The text that names it in the panel of what it is done to; its values are the sentence's.
    pub(crate) short: &'static str,
    /// What is done.
    pub(crate) action: Action,
    /// The key that does the same, by the text that names it.
    pub(crate) key: Option<&'static str>,
    /// Why it cannot be done as things are: the text that says so.
    pub(crate) hindered: Option<&'static str>,
}

impl Deed {
    /// What it does to the network, if it does.
    pub(crate) fn command(&self) -> Option<&Command> {
        if let Action::Do(command) = &self.action {
            Some(command)
        } else {
            None
        }
    }

    /// The same at another instant or for a while, where it can be.
    pub(crate) fn planned(&self, at: Option<Instant>, length: Option<Duration>) -> Action {
        let Some(command) = self.command() else {
            return self.action.clone();
        };
        planned(command.clone(), at, length)
    }
}

/// What a change of the network is called before and after it.
pub(crate) fn phrase_of_edit(edit: &Edit) -> Sentence {
    let (key, name) = match edit {
        Edit::Add(NodeKind::Client, to) => ("edit.add-client", to),
        Edit::Add(NodeKind::Server, to) => ("edit.add-server", to),
        Edit::Add(_, to) => ("edit.add-host", to),
        Edit::Remove(name) | Edit::Rename(name, _) | Edit::Settings(name, _) => {
            ("edit.remove", name)
        }
        Edit::Seed(_) | Edit::Until(_) | Edit::Title(_) => {
            return sentence("edit.other", Vec::new());
        }
    };
    sentence(key, vec![("node", plain(name))])
}

pub(super) fn sentence(key: &str, values: Vec<(&'static str, Value)>) -> Sentence {
    Sentence {
        key: key.to_owned(),
        values,
        source: None,
    }
}

/// A command now or at another instant; for a while, where it can be.
pub(crate) fn planned(command: Command, at: Option<Instant>, length: Option<Duration>) -> Action {
    let lasting = length.and_then(|length| command.clone().lasting(length));
    let command = lasting.unwrap_or(command);
    match at {
        None => Action::Do(command),
        Some(at) => Action::DoAt(at, command),
    }
}

pub(super) fn plain(text: &str) -> Value {
    Value::Plain(text.to_owned())
}

fn named(scenario: &Scenario, nodes: &[NodeId]) -> Value {
    let names = nodes.iter().map(|node| scenario.node(*node).id.as_str());
    Value::Plain(names.collect::<Vec<_>>().join(", "))
}

/// What a command is called before it is done, and after it, where it can be undone.
pub(crate) fn phrase(scenario: &Scenario, command: &Command) -> Sentence {
    let mut values = Vec::new();
    if let Some(node) = command.node() {
        values.push(("node", plain(&scenario.node(node).id)));
    }
    if let Some(link) = command.link() {
        let [one, other] = scenario.ends(link).map(|end| &scenario.node(end).id);
        values.extend([("one", plain(one)), ("other", plain(other))]);
    }
    let key = match command {
        Command::PowerOn(_) => "do.power-on",
        Command::PowerOff(_) => "do.power-off",
        Command::Crash(_) => "do.crash",
        Command::Restart(_) => "do.restart",
        Command::Plug(link) if scenario.is_spare(*link) => "do.move",
        Command::Plug(_) => "do.plug",
        Command::Unplug(_) => "do.unplug",
        Command::Faults(_, faults) if *faults == Faults::default() => "do.faultless",
        Command::Faults(..) => "do.faults",
        Command::Latency(_, latency) => {
            values.push(("latency", Value::For(*latency)));
            "do.latency"
        }
        Command::Partition(parts) | Command::Heal(Some(parts)) => {
            let [one, other] = parts.groups();
            values.push(("one", named(scenario, one)));
            values.push(("other", named(scenario, other)));
            if matches!(command, Command::Heal(_)) {
                "do.heal"
            } else {
                "do.partition"
            }
        }
        Command::Heal(None) => "do.heal-all",
        Command::Meddle(meddle) => {
            values.push(("node", plain(&scenario.node(meddle.from).id)));
            match meddle.fate {
                Fate::Drop => "do.drop",
                Fate::Corrupt => "do.corrupt",
            }
        }
        Command::Take(_, cidr) => {
            values.push(("address", plain(&cidr.address.to_string())));
            "do.take"
        }
        Command::Leave(_) => "do.leave",
        Command::Clock(..) => "do.clock",
        Command::Start(_) => "do.start",
        Command::Release(_) => "do.release",
        Command::Renew(_) => "do.renew",
        Command::Inform(_) => "do.inform",
        Command::Failover(_, failover::Command::PartnerDown) => "do.partner-down",
        Command::Failover(_, failover::Command::Pause) => "do.pause",
        Command::Failover(_, failover::Command::Shutdown) => "do.shut-down",
        Command::LoseDisk(_) => "do.lose-disk",
        Command::Configure(..) => "do.configure",
        Command::For(inner, length) => {
            let what = Value::Sentence(Box::new(phrase(scenario, inner)));
            values = vec![("what", what), ("time", Value::For(*length))];
            "do.for"
        }
    };
    Sentence {
        key: key.to_owned(),
        values,
        source: None,
    }
}

impl Session {
    pub(super) fn deed(
        &self,
        about: About,
        sense: Sense,
        short: &'static str,
        command: Command,
    ) -> Deed {
        Deed {
            about,
            sense,
            sentence: phrase(self.scenario(), &command),
            short,
            action: Action::Do(command),
            key: None,
            hindered: None,
        }
    }

    /// What can be done to a node then, its cables not among it.
    pub(crate) fn deeds_of_node(&self, then: &Then, id: NodeId) -> Vec<Deed> {
        let mut deeds = self.deeds_of_node_in(then.world(self), id);
        deeds.retain(|deed| deed.hindered.is_none());
        deeds
    }

    /// What can be done to a node in a world, and what a person may look for that cannot; everything
    /// that ever can, where it is not known how things are.
    pub(super) fn deeds_of_node_in(&self, world: Option<&World>, id: NodeId) -> Vec<Deed> {
        let node = world.map(|world| world.node(id));
        let file = self.scenario().node(id);
        let kind = file.kind;
        let can_be = |test: fn(&Node) -> bool| node.is_none_or(test);
        let unless = |can_be: bool, why: &'static str| (!can_be).then_some(why);
        let stopped = unless(can_be(Node::runs), "why-not.stopped");
        let mut deeds = Vec::new();
        let mut add = |sense, short, command, hindered| {
            deeds.push(Deed {
                hindered,
                ..self.deed(About::Node(id), sense, short, command)
            });
        };
        if can_be(|node| node.power) {
            add(Sense::Power, "ui.power-off", Command::PowerOff(id), None);
        }
        if can_be(|node| !node.power) {
            add(Sense::Power, "ui.power-on", Command::PowerOn(id), None);
        }
        add(Sense::Power, "ui.crash", Command::Crash(id), stopped);
        if !matches!(kind, NodeKind::Switch | NodeKind::Router) {
            let off = unless(can_be(|node| node.power), "why-not.off");
            add(Sense::Power, "ui.restart", Command::Restart(id), off);
        }
        if matches!(kind, NodeKind::Client | NodeKind::Server) {
            let runs = unless(can_be(|node| !node.runs()), "why-not.runs");
            add(Sense::Power, "ui.lose-disk", Command::LoseDisk(id), runs);
        }
        if kind == NodeKind::Client {
            let state = node.and_then(Node::client).map(Client::state);
            let is = |states: &[State]| state.is_none_or(|state| states.contains(&state));
            let leased = is(&[State::Bound, State::Renewing, State::Rebinding]);
            let idle = is(&[State::Stopped, State::Informing]) && can_be(has_address);
            let fixed = idle && file.address.is_some();
            let fresh = is(&[State::Stopped]) && can_be(|node| !has_address(node));
            for (short, command, can, why) in [
                ("ui.start", Command::Start(id), fresh, "why-not.begun"),
                ("ui.renew", Command::Renew(id), leased, "why-not.no-lease"),
                (
                    "ui.release",
                    Command::Release(id),
                    leased,
                    "why-not.no-lease",
                ),
                ("ui.inform", Command::Inform(id), fixed, "why-not.no-fixed"),
            ] {
                add(Sense::Lease, short, command, stopped.or(unless(can, why)));
            }
        }
        let endpoint = node.and_then(Node::server).and_then(Server::endpoint);
        let in_file = || {
            file.server
                .as_ref()
                .is_some_and(|server| server.failover.is_some())
        };
        if endpoint.is_some() || (node.is_none() && in_file()) {
            for (short, command) in [
                ("ui.partner-down", failover::Command::PartnerDown),
                ("ui.pause-service", failover::Command::Pause),
                ("ui.shut-down", failover::Command::Shutdown),
            ] {
                let takes = endpoint.is_none_or(|endpoint| endpoint.takes(command));
                let why = stopped.or(unless(takes, "why-not.partner"));
                add(Sense::Failover, short, Command::Failover(id, command), why);
            }
        }
        if kind == NodeKind::Host && can_be(has_address) {
            add(Sense::Other, "ui.leave", Command::Leave(id), None);
        }
        if node
            .and_then(Node::host)
            .is_some_and(|host| host.clock() != 0)
        {
            add(Sense::Other, "ui.clock-right", Command::Clock(id, 0), None);
        }
        let name = &file.id;
        let mut edits = vec![Edit::Remove(name.clone())];
        if kind == NodeKind::Switch {
            let kinds = [NodeKind::Client, NodeKind::Server, NodeKind::Host];
            edits.splice(0..0, kinds.map(|kind| Edit::Add(kind, name.clone())));
        }
        for parts in world.unwrap_or(self.world()).partitions() {
            if parts.groups().iter().any(|group| group.contains(&id)) {
                let heal = Command::Heal(Some(Rc::clone(parts)));
                add(Sense::Apart, "do.heal", heal, None);
            }
        }
        deeds.extend(edits.into_iter().map(|edit| Deed {
            about: About::Node(id),
            sense: Sense::Network,
            sentence: phrase_of_edit(&edit),
            short: "",
            action: Action::Edit(edit),
            key: None,
            hindered: None,
        }));
        deeds
    }

    /// The nodes that another can be cut off from: those that send something of their own.
    pub(crate) fn others(&self, id: NodeId) -> Vec<NodeId> {
        let speaks =
            |node: &NodeId| *node != id && self.scenario().node(*node).kind != NodeKind::Switch;
        self.scenario()
            .nodes()
            .map(|(node, _)| node)
            .filter(speaks)
            .collect()
    }

    /// The cables that a node's panel lists: a switch its own, and of those that others could move to
    /// it, the ones that are in.
    pub(crate) fn cables_of(&self, id: NodeId) -> Vec<LinkId> {
        let node = self.world().node(id);
        let is_client = node.client().is_some();
        let listed = |link: &LinkId| {
            let spare = self.scenario().is_spare(*link);
            !spare || is_client || self.world().link(*link).plugged
        };
        node.links
            .iter()
            .copied()
            .filter(listed)
            .take(CABLES)
            .collect()
    }

    /// What can be done to a cable then; at one end of it, where that one's panel says so.
    pub(crate) fn deeds_of_link(&self, then: &Then, id: LinkId, at: Option<NodeId>) -> Vec<Deed> {
        let mut deeds = self.deeds_of_link_in(then.world(self), id, at);
        let far = at.filter(|at| self.scenario().ends(id)[1] == *at);
        for deed in deeds.iter_mut().filter(|_| far.is_some()) {
            for (name, _) in &mut deed.sentence.values {
                match *name {
                    "one" => *name = "other",
                    "other" => *name = "one",
                    _ => {}
                }
            }
        }
        deeds
    }

    /// The same in a world, or whatever that may be like.
    pub(super) fn deeds_of_link_in(
        &self,
        world: Option<&World>,
        id: LinkId,
        at: Option<NodeId>,
    ) -> Vec<Deed> {
        let link = world.map(|world| world.link(id));
        let spare = self.scenario().is_spare(id);
        let many = at.is_some_and(|node| self.cables_of(node).len() > 1);
        let mut deeds = Vec::new();
        let mut add = |short, command| {
            deeds.push(self.deed(About::Link(id), Sense::Cable, short, command));
        };
        if link.is_none_or(|link| link.plugged) {
            let short = if many { "ui.unplug-to" } else { "ui.unplug" };
            add(short, Command::Unplug(id));
        }
        if link.is_none_or(|link| !link.plugged) {
            let short = match (many, spare) {
                (_, true) => "ui.move-to",
                (true, false) => "ui.plug-to",
                (false, false) => "ui.plug",
            };
            add(short, Command::Plug(id));
        }
        if link.is_none_or(|link| link.faults() != Faults::default()) {
            let none = Command::Faults(id, Faults::default());
            add("ui.faultless", none);
        }
        deeds
    }

    /// What a frame on its way will meet at the end of its link, by a person.
    pub(crate) fn fate(&self, flight: &Flight) -> Option<Fate> {
        let Flight {
            link,
            to,
            origin,
            arrives,
            ..
        } = *flight;
        self.world().fate(link, to, origin, arrives)
    }

    /// What can be done to a frame on its way.
    pub(crate) fn deeds_of_flight(&self, flight: &Flight) -> Vec<Deed> {
        let flights = stage::flights(self.journal(), self.world().written(), self.now());
        let fates = [("ui.drop", Fate::Drop), ("ui.corrupt", Fate::Corrupt)];
        let marked = self.fate(flight);
        let deed = |(short, fate)| {
            if marked.is_some_and(|marked| marked == fate || marked == Fate::Drop) {
                return None;
            }
            let meddle = stage::meddle(&flights, flight.id, flight.link, fate)?;
            Some(self.deed(About::Flight, Sense::Other, short, meddle))
        };
        fates.into_iter().filter_map(deed).collect()
    }
}

fn has_address(node: &Node) -> bool {
    node.host().and_then(Host::interface).is_some()
}
