//! Everything at one instant: nodes, links, and what is going to happen.

use super::carry::Carry;
use super::deeds::Deeds;
use super::journal::{Entry, EventId, Journal, What};
use super::queue::{Event, Queue};
use crate::dhcp::client::Client;
use crate::dhcp::server::Server;
use crate::dhcp::{Interface, Reason, Settings, Timer};
use crate::net::host::{Effect, Host, Role};
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
    pub(super) generation: u32,
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
    /// By how many seconds its clock is ahead of the right time.
    pub clock: i32,
    /// The links at it.
    pub links: Vec<LinkId>,
    pub(super) rng: Rng,
    pub(super) timers: [Option<Armed>; Timer::COUNT],
    pub(super) generation: u32,
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
/// equal in every byte.
#[derive(Clone, Debug)]
pub struct World {
    now: Instant,
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<Link>,
    pub(super) queue: Queue,
    /// How many commands of the list have been carried out.
    commands: usize,
    /// The number of the next journal entry.
    next: u32,
    /// How many events have happened.
    executed: u64,
    pub(super) effects: Vec<Effect>,
    pub(super) deeds: Deeds,
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
                clock: 0,
                links: Vec::new(),
                rng: Rng::new(scenario.file().seed, u64::from(id.0) + 1),
                timers: [None; Timer::COUNT],
                generation: 0,
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
        Self {
            now: Instant::ZERO,
            nodes,
            links,
            queue,
            commands: 0,
            next: 0,
            executed: 0,
            effects: Vec::new(),
            deeds: Deeds::default(),
            seed: scenario.file().seed,
        }
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
        (0..).map(NodeId).zip(&self.nodes)
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
        if let Kind::Host(host) = &mut self.nodes[id.index()].kind {
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
    pub fn next_at(&mut self, commands: &[Timed]) -> Option<Instant> {
        self.drop_stale();
        let queued = self.queue.peek().map(|(at, _)| at);
        let command = commands
            .get(self.commands)
            .map(|timed| timed.at.max(self.now));
        match (queued, command) {
            (Some(queued), Some(command)) => Some(queued.min(command)),
            (queued, command) => queued.or(command),
        }
    }

    /// Deadlines that were moved or given up are no events.
    fn drop_stale(&mut self) {
        while let Some((
            _,
            Event::Timer {
                node,
                timer,
                generation,
            },
        )) = self.queue.peek()
        {
            let armed = &self.nodes[node.index()].timers[timer.index()];
            if armed.is_some_and(|armed| armed.generation == *generation) {
                break;
            }
            self.queue.pop();
        }
    }

    /// Lets time pass to `at`, at most up to the next event.
    pub fn wait_until(&mut self, at: Instant, commands: &[Timed]) {
        let limit = self.next_at(commands).unwrap_or(Instant::MAX);
        self.now = self.now.max(at.min(limit));
    }

    /// Carries out the next event. False where nothing is left to happen.
    pub fn step(&mut self, commands: &[Timed], journal: &mut Journal) -> bool {
        self.drop_stale();
        let queued = self.queue.peek().map(|(at, _)| at);
        let command = commands.get(self.commands);
        let carry = |world: &mut Self, at: Instant| {
            world.now = world.now.max(at);
            world.executed += 1;
        };
        match (queued, command) {
            // A command waits until everything at its instant is done, whether it comes from a
            // file or from a person who looks at that instant.
            (queued, Some(timed)) if queued.is_none_or(|at| timed.at < at) => {
                carry(self, timed.at.max(self.now));
                self.commands += 1;
                Carry {
                    world: self,
                    journal,
                }
                .command(&timed.command);
                true
            }
            (Some(_), _) => {
                let Some((at, event)) = self.queue.pop() else {
                    return false;
                };
                carry(self, at);
                Carry {
                    world: self,
                    journal,
                }
                .event(event);
                true
            }
            (None, _) => false,
        }
    }

    /// Carries out everything up to and including `until`, and lets time pass to it.
    pub fn run_until(&mut self, until: Instant, commands: &[Timed], journal: &mut Journal) {
        while self.next_at(commands).is_some_and(|at| at <= until) {
            self.step(commands, journal);
        }
        self.now = self.now.max(until);
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
