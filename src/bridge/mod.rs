//! One node of a scenario on a real network (feature `cli`): the same world, host and journal as in
//! a simulation, with a real cable where the scenario has one of its own.
//!
//! [`Bridge`] has no clock and no socket either. Its owner says what time it is
//! ([`Bridge::advance`]), brings in what the interface received ([`Bridge::receive`]), and puts on
//! the interface whatever [`Bridge::take`] hands out.

mod offload;
#[cfg(test)]
mod tests;

use crate::scenario::{
    Command, LinkFile, LinkId, NodeFile, NodeId, NodeKind, Problem, Scenario, Timed,
};
use crate::sim::{Entry, EventId, Journal, What, World};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType};
use crate::wire::frame::{self, Arp, Frame, Payload, Peek, Transport};

pub use offload::fill_checksum;

/// The node that is bridged is the first of its scenario, the real network the second.
const OWN: NodeId = NodeId(0);
const NETWORK: NodeId = NodeId(1);
const CABLE: LinkId = LinkId(0);

/// Which side of DHCP is bridged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A scenario's client.
    Client,
    /// A scenario's server.
    Server,
}

impl Side {
    fn kind(self) -> (NodeKind, &'static str) {
        match self {
            Self::Client => (NodeKind::Client, "client"),
            Self::Server => (NodeKind::Server, "server"),
        }
    }

    /// Whether a frame that it sends says that its first lease is there: a client's announcement
    /// of its address, a server's ACK.
    pub fn has_lease_with(self, frame: &Frame) -> bool {
        match self {
            Self::Client => is_announcement(frame),
            Self::Server => is_lease_ack(frame),
        }
    }
}

/// Why a scenario's node cannot be bridged.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The scenario has no node of that kind.
    #[error("the scenario has no {0}")]
    None(&'static str),
    /// It has several, and none was named.
    #[error("the scenario has several nodes of that kind; choose one with --node: {0}")]
    Several(String),
    /// It has no such node of that kind.
    #[error("the scenario has no {kind} '{name}'; there are: {others}")]
    Unknown {
        /// The kind asked for.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        others: String,
    },
    /// The bridged node with the real card makes no valid scenario.
    #[error("{0}")]
    Problem(#[from] Problem),
}

/// A node on a real network.
#[derive(Debug)]
pub struct Bridge {
    scenario: Scenario,
    world: World,
    journal: Journal,
    commands: Vec<Timed>,
    /// How many entries of the journal have been handed out.
    taken: usize,
}

impl Bridge {
    /// The node `name` of that side, or the only one there is, with the card `mac` and random
    /// numbers from `seed`; whether its cable carries frames already. Its scenario's other nodes,
    /// cables and commands play no part: the real network takes their place.
    ///
    /// # Errors
    /// [`Unfit`], where the scenario has not exactly one such node.
    pub fn new(
        scenario: &Scenario,
        side: Side,
        name: Option<&str>,
        mac: Mac,
        seed: u64,
        carrier: bool,
    ) -> Result<Self, Unfit> {
        let node = NodeFile {
            mac: Some(mac),
            on: true,
            ..choose(scenario, side, name)?.clone()
        };
        let network = if node.id == "network" {
            "the-network"
        } else {
            "network"
        };
        let mut file = scenario.file().clone();
        file.seed = seed;
        file.commands.clear();
        file.links = vec![LinkFile {
            between: [node.id.clone(), network.to_owned()],
            latency: Duration::from_micros(1),
            plugged: carrier,
            faults: None,
        }];
        let switch = NodeFile {
            id: network.to_owned(),
            kind: NodeKind::Switch,
            mac: None,
            address: None,
            router: None,
            on: true,
            client: None,
            server: None,
            interfaces: Vec::new(),
            relay: None,
        };
        file.nodes = vec![node, switch];
        let scenario = Scenario::new(file)?;
        Ok(Self {
            world: World::new(&scenario),
            scenario,
            journal: Journal::default(),
            commands: Vec::new(),
            taken: 0,
        })
    }

    /// The scenario that is run: the node, and the real network as a switch at its cable.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Everything that happened.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Everything at this moment.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// When something happens next by itself.
    pub fn next_at(&mut self) -> Option<Instant> {
        self.world.next_at(&self.commands)
    }

    /// Lets time pass to `now`: every deadline up to then is due.
    pub fn advance(&mut self, now: Instant) {
        self.world.run_until(now, &self.commands, &mut self.journal);
    }

    /// Takes a frame that the interface received. What an engine of DHCP, ARP and ping has no use
    /// for is none of its business: the kernel's own traffic passes the same card.
    pub fn receive(&mut self, now: Instant, mut bytes: Vec<u8>) {
        self.advance(now);
        fill_checksum(&mut bytes);
        let frame = Frame::new(bytes);
        if concerns(&frame) {
            self.world.inject(CABLE, NETWORK, &frame, &mut self.journal);
        }
    }

    /// The real cable carries frames now, or no longer.
    pub fn set_carrier(&mut self, now: Instant, up: bool) {
        if self.world.link(CABLE).plugged != up {
            self.command(
                now,
                if up {
                    Command::Plug(CABLE)
                } else {
                    Command::Unplug(CABLE)
                },
            );
        }
    }

    /// Has a client give its address back.
    pub fn release(&mut self, now: Instant) {
        self.command(now, Command::Release(OWN));
    }

    fn command(&mut self, now: Instant, command: Command) {
        self.advance(now);
        self.commands.push(Timed { at: now, command });
        self.advance(now);
    }

    /// What has happened since the last call: the numbers of the first new entry and of the one
    /// that will come next.
    pub fn take(&mut self) -> std::ops::Range<usize> {
        let start = std::mem::replace(&mut self.taken, self.journal.len());
        start..self.taken
    }

    /// The frame of an entry that is to go out on the interface.
    pub fn outgoing<'a>(&self, id: EventId, entry: &'a Entry) -> Option<&'a Frame> {
        if let What::Sent { origin, frame, .. } = &entry.what
            && *origin == id
            && entry.node == Some(OWN)
        {
            Some(frame)
        } else {
            None
        }
    }
}

fn choose<'a>(
    scenario: &'a Scenario,
    side: Side,
    name: Option<&str>,
) -> Result<&'a NodeFile, Unfit> {
    let (kind, word) = side.kind();
    let fitting: Vec<&NodeFile> = scenario
        .nodes()
        .map(|(_, node)| node)
        .filter(|node| node.kind == kind)
        .collect();
    let names = || {
        let names: Vec<&str> = fitting.iter().map(|node| node.id.as_str()).collect();
        names.join(", ")
    };
    match (name, fitting.as_slice()) {
        (_, []) => Err(Unfit::None(word)),
        (Some(name), _) => fitting
            .iter()
            .find(|node| node.id == name)
            .copied()
            .ok_or_else(|| Unfit::Unknown {
                kind: word,
                name: name.to_owned(),
                others: names(),
            }),
        (None, [only]) => Ok(only),
        (None, _) => Err(Unfit::Several(names())),
    }
}

/// Whether a frame carries what the engine speaks: ARP, DHCP or ping. A fragment of a DHCP message
/// is let in, so that the journal tells of it.
fn concerns(frame: &Frame) -> bool {
    match frame::peek(frame.bytes()) {
        Peek::Arp { .. } => true,
        Peek::Udp { port } => matches!(port, 67 | 68),
        Peek::Other => {
            let bytes = frame.bytes();
            let icmp = bytes.get(12..14) == Some(&[0x08, 0x00]) && bytes.get(23) == Some(&1);
            icmp && matches!(bytes.get(34), Some(0 | 8))
        }
    }
}

fn is_announcement(frame: &Frame) -> bool {
    matches!(
        frame::parse(frame.bytes()),
        Ok(Payload::Arp(Arp { reply: false, spa, tpa, .. })) if spa == tpa
    )
}

/// Whether this is an ACK that gives a lease; one to an INFORM gives none.
fn is_lease_ack(frame: &Frame) -> bool {
    let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
        return false;
    };
    let Transport::Udp(udp) = ip.transport else {
        return false;
    };
    Message::parse(udp.payload).is_ok_and(|message| {
        message.kind() == Some(MessageType::Ack) && !message.yiaddr.is_unspecified()
    })
}
