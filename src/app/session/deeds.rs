//! Everything that can be done at this moment, in one list: what the panels of nodes and cables
//! offer, and what the list of everything finds by its words.

use std::rc::Rc;

use super::{Action, Export, Panel, Session, Target};
use crate::dhcp::client::State;
use crate::dhcp::server::Server;
use crate::dhcp::{Cidr, failover};
use crate::net::host::Host;
use crate::scenario::{
    Command, Fate, Faults, LinkId, Meddle, NodeId, NodeKind, Partition, Scenario, Which,
};
use crate::text::{Sentence, Value};
use crate::time::{Duration, Instant};
use crate::view::stage::{self, Flight};

/// How many cables a panel lists.
const CABLES: usize = 24;
/// How many addresses are proposed for a stranger.
const STRANGERS: usize = 4;

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
        let command = lasting(command.clone(), length);
        at.map_or_else(
            || Action::Do(command.clone()),
            |at| Action::DoAt(at, command.clone()),
        )
    }
}

/// The same for a while, where it can be for a while.
pub(crate) fn lasting(command: Command, length: Option<Duration>) -> Command {
    let lasting = length.and_then(|length| command.clone().lasting(length));
    lasting.unwrap_or(command)
}

fn plain(text: &str) -> Value {
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
    fn deed(&self, about: About, sense: Sense, short: &'static str, command: Command) -> Deed {
        Deed {
            about,
            sense,
            sentence: phrase(self.scenario(), &command),
            short,
            action: Action::Do(command),
            key: None,
        }
    }

    /// What can be done to a node, its cables not among it.
    pub(crate) fn deeds_of_node(&self, id: NodeId) -> Vec<Deed> {
        let node = self.world().node(id);
        let kind = self.scenario().node(id).kind;
        let mut deeds = Vec::new();
        let mut add = |sense, short, command| {
            deeds.push(self.deed(About::Node(id), sense, short, command));
        };
        if node.power {
            add(Sense::Power, "ui.power-off", Command::PowerOff(id));
        } else {
            add(Sense::Power, "ui.power-on", Command::PowerOn(id));
        }
        if node.runs() {
            add(Sense::Power, "ui.crash", Command::Crash(id));
        }
        if node.power && !matches!(kind, NodeKind::Switch | NodeKind::Router) {
            add(Sense::Power, "ui.restart", Command::Restart(id));
        }
        if !node.runs() && matches!(kind, NodeKind::Client | NodeKind::Server) {
            add(Sense::Power, "ui.lose-disk", Command::LoseDisk(id));
        }
        let interface = node.host().and_then(Host::interface);
        if node.runs() {
            if let Some(client) = node.client() {
                for (short, command) in client_deeds(id, client.state(), interface.is_some()) {
                    add(Sense::Lease, short, command);
                }
            }
            let partner = node.server().and_then(Server::endpoint);
            if let Some(endpoint) = partner {
                for (short, command) in [
                    ("ui.partner-down", failover::Command::PartnerDown),
                    ("ui.pause-service", failover::Command::Pause),
                    ("ui.shut-down", failover::Command::Shutdown),
                ] {
                    if endpoint.takes(command) {
                        add(Sense::Failover, short, Command::Failover(id, command));
                    }
                }
            }
        }
        if kind == NodeKind::Host && interface.is_some() {
            add(Sense::Other, "ui.leave", Command::Leave(id));
        }
        if node.host().is_some_and(|host| host.clock() != 0) {
            add(Sense::Other, "ui.clock-right", Command::Clock(id, 0));
        }
        for parts in self.world().partitions() {
            if parts.groups().iter().any(|group| group.contains(&id)) {
                add(
                    Sense::Apart,
                    "do.heal",
                    Command::Heal(Some(Rc::clone(parts))),
                );
            }
        }
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

    /// What can be done to a cable; at one end of it, where that one's panel says so.
    pub(crate) fn deeds_of_link(&self, id: LinkId, at: Option<NodeId>) -> Vec<Deed> {
        let link = self.world().link(id);
        let spare = self.scenario().is_spare(id);
        let many = at.is_some_and(|node| self.cables_of(node).len() > 1);
        let short = match (link.plugged, many, spare) {
            (true, false, _) => "ui.unplug",
            (false, false, false) => "ui.plug",
            (true, true, _) => "ui.unplug-to",
            (false, _, true) => "ui.move-to",
            (false, true, false) => "ui.plug-to",
        };
        let command = if link.plugged {
            Command::Unplug(id)
        } else {
            Command::Plug(id)
        };
        let mut deeds = vec![self.deed(About::Link(id), Sense::Cable, short, command)];
        if link.faults() != Faults::default() {
            let none = Command::Faults(id, Faults::default());
            deeds.push(self.deed(About::Link(id), Sense::Cable, "ui.faultless", none));
        }
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

    /// What can be done to a frame on its way.
    pub(crate) fn deeds_of_flight(&self, flight: &Flight) -> Vec<Deed> {
        let same = |other: &&Flight| {
            (other.link, other.from) == (flight.link, flight.from) && other.id <= flight.id
        };
        let flights = stage::flights(self.journal(), self.world().written(), self.now());
        let place = flights.iter().filter(same).count();
        let which = Which::OnTheWay(u32::try_from(place).unwrap_or(u32::MAX));
        let deed = |short, fate| {
            let meddle = Meddle {
                fate,
                link: flight.link,
                from: flight.from,
                which,
            };
            self.deed(About::Flight, Sense::Other, short, Command::Meddle(meddle))
        };
        vec![
            deed("ui.drop", Fate::Drop),
            deed("ui.corrupt", Fate::Corrupt),
        ]
    }

    /// Everything that can be done.
    pub(crate) fn deeds(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let scenario = self.scenario();
        let open = |about, key: &str, values, panel| Deed {
            about,
            sense: Sense::Other,
            sentence: Sentence {
                key: key.to_owned(),
                values,
                source: None,
            },
            short: "",
            action: Action::Open(panel),
            key: None,
        };
        for (id, node) in scenario.nodes() {
            deeds.extend(self.deeds_of_node(id));
            let values = vec![("node", plain(&node.id))];
            deeds.push(open(
                About::Node(id),
                "do.open-node",
                values,
                Panel::Node(id),
            ));
        }
        deeds.extend(self.cuts());
        deeds.extend(self.strangers());
        for (id, ends, _) in scenario.cables() {
            deeds.extend(self.deeds_of_link(id, None));
            if !scenario.is_spare(id) || self.world().link(id).plugged {
                let [one, other] = ends.map(|end| plain(&scenario.node(end).id));
                let values = vec![("one", one), ("other", other)];
                deeds.push(open(
                    About::Link(id),
                    "do.open-link",
                    values,
                    Panel::Link(id),
                ));
            }
        }
        for flight in self.flights() {
            deeds.extend(self.deeds_of_flight(flight));
        }
        deeds.extend(self.ways());
        deeds.extend(self.page());
        deeds
    }

    /// Cutting servers apart from each other, and everything whole again.
    fn cuts(&self) -> Vec<Deed> {
        let servers = self.scenario().nodes();
        let servers: Vec<NodeId> = servers
            .filter(|(_, node)| node.kind == NodeKind::Server)
            .map(|(id, _)| id)
            .take(8)
            .collect();
        let mut deeds = Vec::new();
        for (place, one) in servers.iter().enumerate() {
            for other in &servers[place + 1..] {
                let parts = Partition::new(&[*one], &[*other]).map(Rc::new);
                let new =
                    parts.filter(|parts| !self.world().partitions().any(|known| known == parts));
                deeds.extend(new.map(|parts| {
                    let cut = Command::Partition(parts);
                    self.deed(About::Network, Sense::Apart, "do.partition", cut)
                }));
            }
        }
        if self.world().partitions().next().is_some() {
            let heal = Command::Heal(None);
            deeds.push(self.deed(About::Network, Sense::Apart, "do.heal-all", heal));
        }
        deeds
    }

    /// Having a host without DHCP use an address that a client has.
    fn strangers(&self) -> Vec<Deed> {
        let nodes = || self.scenario().nodes();
        let host = nodes().find(|(_, node)| node.kind == NodeKind::Host);
        let Some((host, _)) = host else {
            return Vec::new();
        };
        let used = nodes()
            .filter(|(_, node)| node.kind == NodeKind::Client)
            .filter_map(|(id, _)| self.world().node(id).host()?.interface())
            .map(|interface| Cidr {
                address: interface.address,
                prefix: interface.prefix,
            });
        let take = |cidr| {
            let take = Command::Take(host, cidr);
            self.deed(About::Node(host), Sense::Other, "do.take", take)
        };
        used.take(STRANGERS).map(take).collect()
    }

    /// Branches, undoing, files.
    fn page(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let mut add = |text: &str, values, action, key| {
            deeds.push(Deed {
                about: About::Page,
                sense: Sense::Other,
                sentence: Sentence {
                    key: text.to_owned(),
                    values,
                    source: None,
                },
                short: "",
                action,
                key,
            });
        };
        if let Some(what) = self.undoable() {
            let what = vec![("what", Value::Plain(what))];
            add("do.undo", what, Action::Undo, Some("Ctrl+Z"));
        }
        if let Some(what) = self.redoable() {
            let what = vec![("what", Value::Plain(what))];
            add("do.redo", what, Action::Redo, Some("Ctrl+Y"));
        }
        for branch in self.branches().into_iter().filter(|branch| !branch.current) {
            for (text, action) in [
                ("do.switch", Action::Switch(branch.id)),
                ("ui.compare-with", Action::Compare(Some(branch.id))),
                ("ui.delete", Action::Delete(branch.id)),
            ] {
                let name = vec![("name", Value::Plain(branch.name.clone()))];
                add(text, name, action, None);
            }
        }
        for (text, action, key) in [
            ("ui.share", Action::Share, None),
            ("ui.save", Action::Export(Export::Scenario), Some("Ctrl+S")),
            ("ui.save-capture", Action::Export(Export::Capture), None),
            ("ui.save-diagram", Action::Export(Export::Diagram), None),
            ("ui.help", Action::Open(Panel::Help), Some("?")),
        ] {
            add(text, Vec::new(), action, key);
        }
        deeds
    }

    /// Ways through time.
    fn ways(&self) -> Vec<Deed> {
        let play = if self.is_playing() {
            ("ui.pause", Action::Pause)
        } else {
            ("ui.play", Action::Play)
        };
        let kind = self.kind();
        let all = [
            (play.0, play.1, Some("ui.key.space")),
            ("ui.step-forward", Action::StepForward, Some("→")),
            ("ui.step-back", Action::StepBack, Some("←")),
            ("ui.start-over", Action::StartOver, Some("ui.key.home")),
            ("ui.to-end", Action::End, Some("ui.key.end")),
            (kind.texts()[1], Action::Next(kind), Some("N")),
            (kind.texts()[2], Action::Last(kind), Some("P")),
        ];
        let others = Target::ALL.into_iter().filter(|target| *target != kind);
        let others = others.flat_map(|target| {
            [
                (target.texts()[1], Action::Next(target), None),
                (target.texts()[2], Action::Last(target), None),
            ]
        });
        let way = |(text, action, key): (&'static str, Action, Option<&'static str>)| Deed {
            about: About::Time,
            sense: Sense::Other,
            sentence: Sentence {
                key: text.to_owned(),
                values: Vec::new(),
                source: None,
            },
            short: text,
            action,
            key,
        };
        all.into_iter().chain(others).map(way).collect()
    }
}

/// What a client can be told in a state.
fn client_deeds(id: NodeId, state: State, has_address: bool) -> Vec<(&'static str, Command)> {
    match state {
        State::Stopped | State::Informing if has_address => {
            vec![("ui.inform", Command::Inform(id))]
        }
        State::Stopped => vec![("ui.start", Command::Start(id))],
        State::Bound | State::Renewing | State::Rebinding => vec![
            ("ui.renew", Command::Renew(id)),
            ("ui.release", Command::Release(id)),
        ],
        State::Init
        | State::Selecting
        | State::Requesting
        | State::InitReboot
        | State::Rebooting
        | State::Probing
        | State::Informing => Vec::new(),
    }
}
