//! The timeline: leases as bars, outages, messages as ticks.
//!
//! It does not grow without end. Where there are too many, bars of the same are joined across gaps
//! too short to be seen, and ticks of the same kind close to each other become one that counts them.

mod earlier;
mod fewer;

use std::cmp::Ordering;
use std::net::Ipv4Addr;
use std::rc::Rc;

use crate::dhcp::{ClientNote, Note, ServerNote};
use crate::scenario::{Command, LinkId, NodeId, NodeKind, Partition, Scenario};
use crate::sim::{Entry, EventId, Journal, What};
use crate::time::Instant;
use crate::wire::dhcp::MessageType;
use crate::wire::summary::{What as Packet, summary};

pub use earlier::Timelines;
use fewer::Grain;

/// A lease as its client held it, from one ACK to the next or to its end; of a long run several in a
/// row, with the clocks of the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseBar {
    /// The client.
    pub node: NodeId,
    /// The address.
    pub address: Ipv4Addr,
    /// The server that gave it.
    pub server: Ipv4Addr,
    /// When the client began to use it, or extended it.
    pub from: Instant,
    /// When it will ask that server for more time.
    pub t1: Instant,
    /// When it will ask every server.
    pub t2: Instant,
    /// When it ends.
    pub expiry: Instant,
    /// When the client stopped using it, or extended it; nothing while it holds.
    pub ended: Option<Instant>,
}

/// An address that a server has given out: from the commit until it notes that it was given back,
/// or the lease ends. The server does not see whether the client still uses it, and that a lease ends
/// while it is off it notes late, if ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenBar {
    /// The server.
    pub node: NodeId,
    /// The address.
    pub address: Ipv4Addr,
    /// When it was committed first.
    pub from: Instant,
    /// When the lease ends that was committed last; the end of time for an infinite one.
    pub until: Instant,
    /// When that was over, once it has been noted.
    pub ended: Option<Instant>,
}

impl GivenBar {
    /// Up to when the address was given out, or is at `now`.
    pub fn end(&self, now: Instant) -> Instant {
        self.ended.unwrap_or(now).min(self.until)
    }
}

/// What is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Out {
    /// A node without power, or whose software has crashed.
    Node(NodeId),
    /// A link that carries nothing.
    Link(LinkId),
    /// Two groups of nodes hear nothing of each other: which partition, in the order in which a
    /// timeline read of them.
    Parted(usize),
}

/// A while in which something was out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// What.
    pub what: Out,
    /// Since when.
    pub from: Instant,
    /// Until when; nothing while it still is.
    pub until: Option<Instant>,
}

/// A DHCP message, or the first of several of a kind in a short time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The entry in which it was sent.
    pub id: EventId,
    /// Who sent it.
    pub from: NodeId,
    /// When.
    pub at: Instant,
    /// What it is.
    pub kind: MessageType,
    /// How many they are.
    pub count: u32,
}

/// What is painted on the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Leases, by their beginning.
    pub leases: Vec<LeaseBar>,
    /// What servers have given out, by its beginning.
    pub given: Vec<GivenBar>,
    /// Outages, by their beginning.
    pub outages: Vec<Outage>,
    /// DHCP messages, by time.
    pub ticks: Vec<Tick>,
    /// The partitions that there have been.
    parted: Vec<Rc<Partition>>,
    grain: Grain,
    read: usize,
    /// What is known of each node, as far as something is.
    nodes: Vec<Own>,
    /// The last bar of each address that a server has given out, in the order of both.
    last_given: Vec<((NodeId, Ipv4Addr), u32)>,
}

/// What a timeline knows of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Own {
    /// Its leases, by their place in [`Timeline::leases`].
    leases: Vec<u32>,
    /// How many DHCP messages it sent.
    sent: u32,
}

impl Timeline {
    /// The timeline of a journal.
    pub fn new(scenario: &Scenario, journal: &Journal) -> Self {
        let mut timeline = Self::default();
        timeline.extend(scenario, journal);
        timeline
    }

    /// Reads on in a journal of which the first part was read before. Where it has become shorter
    /// than what was read, it starts afresh.
    pub fn extend(&mut self, scenario: &Scenario, journal: &Journal) {
        if journal.len() < self.read {
            *self = Self::default();
        }
        for (id, entry) in journal.from(self.read) {
            self.read_next(scenario, id, entry);
        }
        self.read = journal.len();
    }

    /// Reads the next entry.
    pub fn read_next(&mut self, scenario: &Scenario, id: EventId, entry: &Entry) {
        self.read_entry(scenario, id, entry);
        self.read = id.index() + 1;
        self.have_fewer(scenario);
    }

    /// How many entries have been read.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Marks what is without power from the start: the journal tells only of changes.
    pub fn off_from_start(&mut self, nodes: impl Iterator<Item = NodeId>) {
        for node in nodes {
            self.begin(Out::Node(node), Instant::ZERO);
        }
    }

    fn read_entry(&mut self, scenario: &Scenario, id: EventId, entry: &Entry) {
        match &entry.what {
            What::Sent { origin, frame, .. } if *origin == id => {
                if let (
                    Packet::Dhcp {
                        kind: Some(kind), ..
                    },
                    Some(from),
                ) = (summary(frame.bytes()).what, entry.node)
                {
                    let (at, count) = (entry.at, 1);
                    self.own(from).sent += 1;
                    self.ticks.push(Tick {
                        id,
                        from,
                        at,
                        kind,
                        count,
                    });
                }
            }
            What::Power(on) | What::Software(on) => {
                let Some(node) = entry.node else { return };
                if *on {
                    self.end(Out::Node(node), entry.at);
                } else {
                    self.begin(Out::Node(node), entry.at);
                }
            }
            What::Carrier { link, up: true } => self.carrier(scenario, *link, entry.at),
            What::Carrier { link, up: false } => self.begin(Out::Link(*link), entry.at),
            What::Dhcp(Note::Client(note)) => {
                if let Some(node) = entry.node {
                    self.client(node, entry.at, note);
                }
            }
            What::Dhcp(Note::Server(note)) => {
                if let Some(node) = entry.node {
                    self.server(node, entry.at, note);
                }
            }
            What::Net(crate::net::NetNote::Deconfigured { .. }) => {
                if let Some(node) = entry.node {
                    self.close_lease(node, entry.at);
                }
            }
            What::Command(command) | What::Ended(command) => self.part(command.plain(), entry.at),
            What::Sent { .. }
            | What::Flooded { .. }
            | What::InVain(_)
            | What::Received { .. }
            | What::Dropped { .. }
            | What::Fired { .. }
            | What::Dhcp(Note::Relay(_) | Note::Failover(_))
            | What::Net(_) => {}
        }
    }

    /// A link carries frames again, and so does every card at it, whichever cable it had before.
    fn carrier(&mut self, scenario: &Scenario, link: LinkId, at: Instant) {
        let has_one = |node: &NodeId| {
            let kind = scenario.node(*node).kind;
            !matches!(kind, NodeKind::Switch | NodeKind::Router)
        };
        let ends = scenario.ends(link);
        for outage in &mut self.outages {
            let Out::Link(other) = outage.what else {
                continue;
            };
            let same_card = |end: &NodeId| has_one(end) && ends.contains(end);
            if other == link || scenario.ends(other).iter().any(same_card) {
                outage.until.get_or_insert(at);
            }
        }
    }

    /// Begins or ends a partition, or ends them all, if that is what is done.
    fn part(&mut self, command: &Command, at: Instant) {
        let (Command::Partition(groups) | Command::Heal(Some(groups))) = command else {
            if *command == Command::Heal(None) {
                (0..self.parted.len()).for_each(|place| self.end(Out::Parted(place), at));
            }
            return;
        };
        let known = self.parted.iter().position(|parts| parts == groups);
        let place = Out::Parted(known.unwrap_or(self.parted.len()));
        if known.is_none() {
            self.parted.push(Rc::clone(groups));
        }
        if matches!(command, Command::Partition(_)) {
            self.begin(place, at);
        } else {
            self.end(place, at);
        }
    }

    /// Whom it concerns that something is out: of two groups the smaller one, which the others go on
    /// without, or both.
    pub fn concerned(&self, scenario: &Scenario, what: Out) -> Vec<NodeId> {
        match what {
            Out::Node(node) => vec![node],
            Out::Link(link) => scenario.ends(link).to_vec(),
            Out::Parted(place) => {
                let [one, other] = self.parted[place].groups();
                match one.len().cmp(&other.len()) {
                    Ordering::Less => one.clone(),
                    Ordering::Equal => [&one[..], other].concat(),
                    Ordering::Greater => other.clone(),
                }
            }
        }
    }

    fn client(&mut self, node: NodeId, at: Instant, note: &ClientNote) {
        if let ClientNote::Leased {
            address,
            server,
            t1,
            t2,
            expiry,
            ..
        } = *note
        {
            self.close_lease(node, at);
            self.leases.push(LeaseBar {
                node,
                address,
                server,
                from: at,
                t1,
                t2,
                expiry,
                ended: None,
            });
            self.index_lease(self.leases.len() - 1);
        }
    }

    fn index_lease(&mut self, place: usize) {
        let own = self.leases[place].node;
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.own(own).leases.push(place);
    }

    fn index_given(&mut self, place: usize) {
        let bar = &self.given[place];
        let (key, last) = ((bar.node, bar.address), u32::try_from(place).unwrap_or(0));
        match self.last_given.binary_search_by_key(&key, |known| known.0) {
            Ok(known) => self.last_given[known].1 = last,
            Err(place) => self.last_given.insert(place, (key, last)),
        }
    }

    /// The last bar of an address at a server.
    fn given_last(&mut self, node: NodeId, address: Ipv4Addr) -> Option<&mut GivenBar> {
        let key = (node, address);
        let known = self.last_given.binary_search_by_key(&key, |known| known.0);
        let (_, place) = self.last_given[known.ok()?];
        self.given.get_mut(place as usize)
    }

    fn server(&mut self, node: NodeId, at: Instant, note: &ServerNote) {
        match *note {
            ServerNote::Committed { address, until, .. } => {
                if let Some(bar) = self.given_last(node, address) {
                    if bar.ended.is_none() && bar.until >= at {
                        bar.until = until;
                        return;
                    }
                    bar.ended.get_or_insert(bar.until);
                }
                let bar = GivenBar {
                    node,
                    address,
                    from: at,
                    until,
                    ended: None,
                };
                self.given.push(bar);
                self.index_given(self.given.len() - 1);
            }
            ServerNote::Released { address, .. }
            | ServerNote::Expired { address, .. }
            | ServerNote::Declined { address, .. } => {
                if let Some(bar) = self.given_last(node, address) {
                    bar.ended.get_or_insert(at.min(bar.until));
                }
            }
            ServerNote::Pinging { .. }
            | ServerNote::Abandoned { .. }
            | ServerNote::Held { .. }
            | ServerNote::OfferEnded { .. }
            | ServerNote::QuarantineEnded { .. }
            | ServerNote::Refused { .. }
            | ServerNote::Silent { .. } => {}
        }
    }

    fn close_lease(&mut self, node: NodeId, at: Instant) {
        let last = self.own(node).leases.last().copied();
        if let Some(bar) = last.and_then(|place| self.leases.get_mut(place as usize)) {
            bar.ended.get_or_insert(at);
        }
    }

    fn own(&mut self, node: NodeId) -> &mut Own {
        if self.nodes.len() <= node.index() {
            self.nodes.resize_with(node.index() + 1, Own::default);
        }
        &mut self.nodes[node.index()]
    }

    /// The leases of a client, by their beginning.
    pub fn leases_of(&self, node: NodeId) -> impl DoubleEndedIterator<Item = &LeaseBar> {
        let own = self.nodes.get(node.index());
        let places = own.map_or(&[][..], |own| &own.leases);
        places.iter().map(|place| &self.leases[*place as usize])
    }

    /// How many DHCP messages a node has sent.
    pub fn sent(&self, node: NodeId) -> u32 {
        self.nodes.get(node.index()).map_or(0, |own| own.sent)
    }

    fn begin(&mut self, what: Out, from: Instant) {
        let known = |outage: &Outage| outage.what == what && outage.until.is_none();
        if !self.outages.iter().any(known) {
            self.outages.push(Outage {
                what,
                from,
                until: None,
            });
        }
    }

    fn end(&mut self, what: Out, at: Instant) {
        let open = self
            .outages
            .iter_mut()
            .rev()
            .find(|outage| outage.what == what && outage.until.is_none());
        if let Some(outage) = open {
            outage.until = Some(at);
        }
    }
}

#[cfg(test)]
mod tests;
