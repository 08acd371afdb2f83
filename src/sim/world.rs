//! Everything at one instant: nodes, links, and what is going to happen.

use std::rc::Rc;

use super::carry::Carry;
use super::deeds::Deeds;
use super::journal::{Entry, EventId, Journal, What};
use super::meddling::Meddling;
use super::ports::{Segment, Sockets};
use super::queue::{Due, Event, Queue, Turn};
use super::shared::Shared;
use crate::dhcp::client::Client;
use crate::dhcp::server::Server;
use crate::dhcp::{Interface, Reason, Settings, Timer};
use crate::net::host::{Effect, Host, Mark, Role};
use crate::net::link::Link;
use crate::net::router::{Port, Router};
use crate::net::switch::Switch;
use crate::rng::Rng;
use crate::scenario::{LinkId, NodeFile, NodeId, NodeKind, Scenario, Timed};
use crate::time::Instant;
use crate::wire::Mac;

/// A deadline that a node keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Armed {
    /// When it is due.
    pub at: Instant,
    /// What happens then.
    pub reason: Reason,
    /// The entry that it came from.
    pub cause: Option<EventId>,
    /// Its place among all that was ever due.
    pub(super) sequence: u64,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A host.
    Host(Box<Host>),
    /// A switch.
    Switch(Switch),
    /// A router; its interfaces are at the node's links, in their order.
    Router(Box<Router>),
}

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is, and the state of that.
    pub kind: Kind,
    /// Whether it has power.
    pub power: bool,
    /// Whether its software has stopped for good, although it has power.
    pub crashed: bool,
    /// The links at it.
    pub links: Vec<LinkId>,
    pub(super) rng: Rng,
    pub(super) timers: [Option<Armed>; Timer::COUNT],
    /// What the interest followed from that the switches at it know of.
    told: Option<Mark>,
}

impl Node {
    /// Whether it works: it has power, and its software runs.
    pub fn runs(&self) -> bool {
        self.power && !self.crashed
    }

    /// The deadlines that it keeps.
    pub fn timers(&self) -> impl Iterator<Item = &Armed> {
        self.timers.iter().flatten()
    }

    /// The deadline that is due first, and its timer.
    pub(super) fn first_timer(&self) -> Option<(usize, Turn)> {
        let armed = self.timers.iter().enumerate();
        let turns = armed.filter_map(|(timer, armed)| {
            let Armed { at, sequence, .. } = (*armed)?;
            Some((timer, Turn { at, sequence }))
        });
        turns.min_by_key(|(_, turn)| *turn)
    }

    /// The host, if it is one.
    pub fn host(&self) -> Option<&Host> {
        match &self.kind {
            Kind::Host(host) => Some(host),
            Kind::Switch(_) | Kind::Router(_) => None,
        }
    }

    /// The DHCP client, if it runs one.
    pub fn client(&self) -> Option<&Client> {
        match self.host()?.role() {
            Role::Client(client) => Some(client),
            Role::Server(_) | Role::Plain => None,
        }
    }

    /// The DHCP server, if it runs one.
    pub fn server(&self) -> Option<&Server> {
        match self.host()?.role() {
            Role::Server(server) => Some(server),
            Role::Client(_) | Role::Plain => None,
        }
    }
}

/// Everything at one instant. Two worlds of the same scenario that were stepped equally often are
/// equal in every byte. A copy shares with the original what neither has changed since.
#[derive(Clone, Debug)]
pub struct World {
    now: Instant,
    pub(super) nodes: Vec<Rc<Node>>,
    pub(super) links: Shared<Link>,
    pub(super) sockets: Rc<Sockets>,
    pub(super) segments: Vec<Segment>,
    pub(super) queue: Queue,
    /// How often a link lost its carrier.
    pub(super) cuts: u32,
    /// How many commands of the list have been carried out.
    commands: usize,
    /// The number of the next journal entry.
    next: u32,
    /// How many events have happened.
    executed: u64,
    pub(super) effects: Vec<Effect>,
    pub(super) deeds: Deeds,
    pub(super) meddling: Meddling,
    /// What links draw from that get faults later.
    pub(super) seed: u64,
}

impl World {
    /// The world of a scenario before anything has happened.
    pub fn new(scenario: &Scenario) -> Self {
        let mut nodes: Vec<Node> = scenario
            .nodes()
            .map(|(id, file)| Node {
                kind: make(file),
                power: file.on,
                crashed: false,
                links: Vec::new(),
                rng: Rng::new(scenario.file().seed, u64::from(id.0) + 1),
                timers: [None; Timer::COUNT],
                told: None,
            })
            .collect();
        let mut links = Vec::new();
        for (id, ends, file) in scenario.cables() {
            let plugged = file.plugged && !scenario.is_spare(id);
            let powered = ends.iter().all(|end| nodes[end.index()].power);
            let numbers = ends.map(|end| end.0);
            let mut link = Link::new(numbers, file.latency, plugged, powered);
            if let Some(faults) = file.faults {
                link.set_faults(faults, scenario.file().seed, id.0);
            }
            links.push(link);
            for end in ends {
                nodes[end.index()].links.push(id);
            }
        }
        for (id, _) in scenario.nodes() {
            nodes[id.index()]
                .links
                .sort_by_key(|link| scenario.port(id, *link).unwrap_or_default());
        }
        let mut queue = Queue::default();
        for (id, file) in scenario.nodes() {
            if file.on {
                queue.push(Instant::ZERO, Event::Boot(id));
            }
        }
        let sockets = Sockets::new(&nodes, &links);
        let mut world = Self {
            now: Instant::ZERO,
            nodes: nodes.into_iter().map(Rc::new).collect(),
            links: Shared::new(&links),
            segments: sockets.segments(),
            sockets: Rc::new(sockets),
            queue,
            cuts: 0,
            commands: 0,
            next: 0,
            executed: 0,
            effects: Vec::new(),
            deeds: Deeds::default(),
            meddling: Meddling::default(),
            seed: scenario.file().seed,
        };
        for (id, _) in scenario.nodes() {
            world.interest_changed(id);
        }
        for (id, ..) in scenario.cables() {
            world.link_changed(id);
        }
        world
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Every node.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(self.nodes.iter().map(|node| &**node))
    }

    /// How a node's client, server or relay agent behaves now; nothing for a node without any.
    pub fn settings(&self, id: NodeId) -> Option<Settings> {
        match &self.node(id).kind {
            Kind::Host(host) => match host.role() {
                Role::Client(client) => Some(Settings::Client(client.config().clone())),
                Role::Server(server) => Some(Settings::Server(server.config().clone())),
                Role::Plain => None,
            },
            Kind::Router(router) => router
                .relay()
                .map(|relay| Settings::Relay(relay.config().clone())),
            Kind::Switch(_) => None,
        }
    }

    /// Sets a host's clock: by how many seconds it is ahead of the true time from now on.
    pub fn set_clock(&mut self, id: NodeId, ahead: i64) {
        if let Kind::Host(host) = &mut self.node_mut(id).kind {
            host.set_clock(ahead);
        }
    }

    /// A link.
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.index()]
    }

    /// How many events have happened.
    pub fn executed(&self) -> u64 {
        self.executed
    }

    /// How many commands of the list have been carried out.
    pub fn commands_done(&self) -> usize {
        self.commands
    }

    /// How many journal entries have been written.
    pub fn written(&self) -> usize {
        self.next as usize
    }

    /// How many events are still to come, deadlines that no one waits for any more among them.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// When something happens next.
    pub fn next_at(&self, commands: &[Timed]) -> Option<Instant> {
        let queued = self.queue.next_at();
        let command = commands
            .get(self.commands)
            .map(|timed| timed.at.max(self.now));
        match (queued, command) {
            (Some(queued), Some(command)) => Some(queued.min(command)),
            (queued, command) => queued.or(command),
        }
    }

    /// Lets time pass to `at`, at most up to the next event.
    pub fn wait_until(&mut self, at: Instant, commands: &[Timed]) {
        let limit = self.next_at(commands).unwrap_or(Instant::MAX);
        self.now = self.now.max(at.min(limit));
    }

    /// Carries out the next event. False where nothing is left to happen.
    pub fn step(&mut self, commands: &[Timed], journal: &mut Journal) -> bool {
        self.step_until(Instant::MAX, commands, journal)
    }

    /// Carries out the next event if it is due by `until`.
    fn step_until(&mut self, until: Instant, commands: &[Timed], journal: &mut Journal) -> bool {
        let queued = self.queue.next_at();
        let command = commands.get(self.commands);
        // A command waits until everything at its instant is done, whether it comes from a file or
        // from a person who looks at that instant.
        if let Some(timed) = command
            && queued.is_none_or(|at| timed.at < at)
        {
            let at = timed.at.max(self.now);
            if at > until {
                return false;
            }
            self.commands += 1;
            self.pass(at);
            let world = self;
            Carry { world, journal }.command(&timed.command);
            return true;
        }
        if queued.is_none_or(|at| at > until) {
            return false;
        }
        match self.queue.pop() {
            None => return false,
            Some(Due::Event(turn, event)) => {
                self.pass(turn.at);
                let world = self;
                Carry { world, journal }.event(turn, event);
            }
            Some(Due::Deadline(turn, node)) => {
                self.pass(turn.at);
                let world = self;
                Carry { world, journal }.deadline(node);
            }
        }
        true
    }

    /// Time has come to that of an event.
    fn pass(&mut self, at: Instant) {
        self.now = self.now.max(at);
        self.executed += 1;
    }

    /// Carries out everything up to and including `until`, and lets time pass to it.
    pub fn run_until(&mut self, until: Instant, commands: &[Timed], journal: &mut Journal) {
        while self.step_until(until, commands, journal) {}
        self.now = self.now.max(until);
    }

    /// A node, to change it.
    #[inline(always)]
    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        Rc::make_mut(&mut self.nodes[id.index()])
    }

    /// Tells the queue which of a node's deadlines is the first.
    pub(super) fn deadlines_changed(&mut self, id: NodeId) {
        let first = self.nodes[id.index()].first_timer();
        self.queue.set_deadline(id, first.map(|(_, turn)| turn));
    }

    /// Tells the switches at a host which frames it has a use for.
    pub(super) fn interest_changed(&mut self, id: NodeId) {
        let node = &self.nodes[id.index()];
        let Some(host) = node.host() else { return };
        let mark = host.mark();
        let interest = || host.interest();
        if mark.is_some() && mark == node.told {
            debug_assert!(
                node.links.iter().all(|link| {
                    let cable = (*link, &self.links[link.index()]);
                    self.sockets.knows(&self.segments, cable, id, interest())
                }),
                "a host has a use for other frames than its mark says"
            );
            return;
        }
        let interest = interest();
        for link in &node.links {
            let cable = (*link, &self.links[link.index()]);
            self.sockets
                .interest_changed(&mut self.segments, cable, id, interest);
        }
        self.node_mut(id).told = mark;
    }

    /// Tells the switches at a link whether it carries frames, and how.
    pub(super) fn link_changed(&mut self, id: LinkId) {
        let link = &self.links[id.index()];
        self.sockets.link_changed(&mut self.segments, id, link);
    }

    pub(super) fn write(&mut self, journal: &mut Journal, entry: Entry) -> EventId {
        let id = EventId(self.next);
        self.next += 1;
        journal.record(id, entry);
        id
    }

    pub(super) fn next_id(&self) -> EventId {
        EventId(self.next)
    }

    pub(super) fn entry(&self, node: Option<NodeId>, cause: Option<EventId>, what: What) -> Entry {
        Entry {
            at: self.now,
            node,
            cause,
            what,
        }
    }
}

impl Node {
    /// About how many bytes it takes.
    fn weight(&self) -> usize {
        const NODE: usize = 1_200;
        const BINDING: usize = 320;
        const CARD: usize = 40;
        let host = |host: &Host| {
            let known = CARD * host.neighbours().addresses().len();
            let role = match host.role() {
                Role::Server(server) => BINDING * server.bindings().count(),
                Role::Client(_) | Role::Plain => NODE / 2,
            };
            known + role + host.weight_of_stream()
        };
        let kind = match &self.kind {
            Kind::Host(own) => host(own),
            Kind::Router(router) => router
                .ports()
                .iter()
                .map(|port| NODE / 2 + host(port))
                .sum(),
            Kind::Switch(switch) => CARD * switch.len(),
        };
        NODE + kind
    }
}

impl World {
    /// About how many bytes it takes that it does not share with `other`, an earlier world of the
    /// same run.
    pub(super) fn weight_beside(&self, other: &Self) -> usize {
        const WORLD: usize = 1_000;
        let pairs = self.nodes.iter().zip(&other.nodes);
        let own = pairs.filter(|(one, other)| !Rc::ptr_eq(one, other));
        let nodes: usize = own.map(|(node, _)| node.weight()).sum();
        let lists = size_of::<Rc<Node>>() * self.nodes.len() + self.queue.weight();
        let segments = self.segments.iter().zip(&other.segments);
        let segments: usize = segments.map(|(one, other)| one.weight_beside(other)).sum();
        WORLD + nodes + lists + segments + self.links.weight_beside(&other.links)
    }
}

#[cfg(test)]
impl World {
    /// Has every switch pass frames on over one link after the other.
    pub(super) fn port_by_port(mut self) -> Self {
        if let Some(sockets) = Rc::get_mut(&mut self.sockets) {
            sockets.port_by_port = true;
        }
        self
    }
}

fn make(file: &NodeFile) -> Kind {
    let mac = file.mac.unwrap_or(Mac::ZERO);
    let fixed = file.address.map(|cidr| Interface {
        address: cidr.address,
        prefix: cidr.prefix,
        router: file.router,
    });
    let role = match (file.kind, fixed) {
        (NodeKind::Switch, _) => return Kind::Switch(Switch::default()),
        (NodeKind::Router, _) => return Kind::Router(Box::new(router(file))),
        (NodeKind::Client, _) => Role::Client(Box::new(Client::new(
            file.client.clone().unwrap_or_default(),
            mac,
            fixed,
        ))),
        (NodeKind::Server, Some(interface)) => Role::Server(Box::new(Server::new(
            file.server.clone().unwrap_or_default(),
            interface,
        ))),
        (NodeKind::Server, None) | (NodeKind::Host, _) => Role::Plain,
    };
    Kind::Host(Box::new(Host::new(mac, fixed, role)))
}

fn router(file: &NodeFile) -> Router {
    let ports = file.interfaces.iter().map(|port| Port {
        mac: port.mac.unwrap_or(Mac::ZERO),
        interface: Interface {
            address: port.address.address,
            prefix: port.address.prefix,
            router: file.router.filter(|router| port.address.contains(*router)),
        },
    });
    Router::new(&ports.collect::<Vec<_>>(), file.relay.clone())
}
