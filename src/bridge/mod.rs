//! One node of a scenario on a real network (feature `cli`): the same world, host and journal as in
//! a simulation, with real cables where the scenario has its own.
//!
//! [`Bridge`] has no clock and no socket either. Its owner says what time it is
//! ([`Bridge::advance`]), brings in what an interface received ([`Bridge::receive`]), and puts on
//! the interfaces whatever [`Bridge::take`] hands out.
//!
//! A router passes on DHCP and ping between its networks, as it does in a simulation, and a server
//! with a failover partner has its TCP connection to it. Other packets are left to the kernel, which
//! whoever starts a bridge sets up for that or not.

mod fit;
mod offload;
#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use crate::dhcp::failover::EPOCH;
use crate::scenario::{
    Command, InterfaceFile, LinkFile, LinkId, NodeFile, NodeId, NodeKind, Problem, Scenario, Timed,
    TimedFile, Verb,
};
use crate::sim::{Entry, EventId, Journal, What, World};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType};
use crate::wire::frame::{self, Arp, Frame, Payload, Peek, Transport};

pub use fit::Unfit;
use fit::{check_cards, choose, names_of_networks, partner_of, switch};
pub use offload::fill_checksum;

/// The node that is bridged is the first of its scenario; the real network at its first cable is
/// the second, and so on.
const OWN: NodeId = NodeId(0);

/// Which part in DHCP is bridged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A scenario's client.
    Client,
    /// A scenario's server.
    Server,
    /// A scenario's router with a relay agent.
    Relay,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Relay => "router with a relay agent",
        }
    }

    fn fits(self, node: &NodeFile) -> bool {
        match self {
            Self::Client => node.kind == NodeKind::Client,
            Self::Server => node.kind == NodeKind::Server,
            Self::Relay => node.kind == NodeKind::Router && node.relay.is_some(),
        }
    }

    /// Whether a frame that it sends says that its first lease is there: a client's announcement
    /// of its address, a server's ACK, an ACK that a relay agent passes on.
    pub fn has_lease_with(self, frame: &Frame) -> bool {
        match self {
            Self::Client => is_announcement(frame),
            Self::Server | Self::Relay => is_lease_ack(frame),
        }
    }
}

/// A real card that takes the place of one of the node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its Ethernet address.
    pub mac: Mac,
    /// Whether its cable carries frames at the start.
    pub carrier: bool,
}

/// What an operator can tell a node that runs, by the names that a scenario file gives it.
pub const SAYINGS: [(&str, Verb); 9] = [
    ("power-off", Verb::PowerOff),
    ("power-on", Verb::PowerOn),
    ("start", Verb::Start),
    ("renew", Verb::Renew),
    ("release", Verb::Release),
    ("inform", Verb::Inform),
    ("partner-down", Verb::PartnerDown),
    ("shut-down", Verb::ShutDown),
    ("lose-disk", Verb::LoseDisk),
];

/// Why an operator's line has no effect.
#[derive(Debug, thiserror::Error)]
pub enum Misunderstood {
    /// There is no such command.
    #[error("there is no command '{0}'; there are: {names}", names = SAYINGS.map(|(name, _)| name).join(", "))]
    Unknown(String),
    /// This node has no use for it.
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
    /// The node `name` of that side, or the only one there is, with the real `cards`, one for each
    /// of its interfaces, and random numbers from `seed`. Its scenario's other nodes, cables and
    /// commands play no part: the real networks take their place.
    ///
    /// # Errors
    /// [`Unfit`], where the scenario has not exactly one such node, or the cards do not fit it.
    pub fn new(
        scenario: &Scenario,
        side: Side,
        name: Option<&str>,
        cards: &[Card],
        seed: u64,
    ) -> Result<Self, Unfit> {
        let mut node = choose(scenario, side, name)?.clone();
        check_cards(&node, cards)?;
        let partner = partner_of(scenario, &node);
        let taken = [Some(&node), partner.as_ref()].into_iter().flatten();
        let networks = names_of_networks(taken, cards.len());
        node.on = true;
        if node.kind == NodeKind::Router {
            let ends = cards.iter().zip(&networks);
            for (port, (card, network)) in node.interfaces.iter_mut().zip(ends) {
                *port = InterfaceFile {
                    address: port.address,
                    link: network.clone(),
                    mac: Some(card.mac),
                };
            }
        } else {
            node.mac = cards.first().map(|card| card.mac);
        }
        let mut file = scenario.file().clone();
        file.seed = seed;
        file.commands.clear();
        file.links = cards
            .iter()
            .zip(&networks)
            .map(|(card, network)| LinkFile {
                between: [node.id.clone(), network.clone()],
                latency: Duration::from_micros(1),
                plugged: card.carrier,
                faults: None,
            })
            .collect();
        file.nodes = vec![node];
        file.nodes.extend(networks.into_iter().map(switch));
        file.nodes.extend(partner);
        let scenario = Scenario::new(file)?;
        let mut journal = Journal::default();
        journal.keep(Journal::PLENTY);
        Ok(Self {
            world: World::new(&scenario),
            scenario,
            journal,
            commands: Vec::new(),
            taken: 0,
        })
    }

    /// The scenario that is run: the node, and the real network as a switch at its cable.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What happened; of a long time the last [`Journal::PLENTY`] entries.
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

    /// Takes a frame that card number `card` received, from 0. What an engine of DHCP, ARP and ping
    /// has no use for is none of its business: the kernel's own traffic passes the same card.
    pub fn receive(&mut self, now: Instant, card: u32, mut bytes: Vec<u8>) {
        self.advance(now);
        fill_checksum(&mut bytes);
        let frame = Frame::new(bytes);
        if concerns(&frame) || self.is_failover(&frame) {
            let network = NodeId(OWN.0 + 1 + card);
            let cable = LinkId(card);
            self.world.inject(cable, network, &frame, &mut self.journal);
        }
    }

    /// The address of a server with a failover partner, which its TCP connection needs for itself.
    pub fn failover_address(&self) -> Option<Ipv4Addr> {
        let server = self.world.node(OWN).server()?;
        server.endpoint().map(|_| server.id())
    }

    /// Says what time of day it is at `now`, in seconds since 1970: a failover partner is told. A
    /// second more or less is no other time.
    pub fn set_time_of_day(&mut self, now: Instant, seconds: i64) {
        let passed = i64::try_from(now.as_micros() / 1_000_000).unwrap_or(i64::MAX);
        let ahead = seconds - passed - i64::from(EPOCH);
        let host = self.world.node(OWN).host();
        if host.is_some_and(|host| host.clock().abs_diff(ahead) > 1) {
            self.world.set_clock(OWN, ahead);
        }
    }

    /// Does what an operator says in one line: the name of a command as a scenario file has it, one
    /// of [`SAYINGS`].
    ///
    /// # Errors
    /// [`Misunderstood`], where there is no such command or this node has no use for it.
    pub fn obey(&mut self, now: Instant, line: &str) -> Result<(), Misunderstood> {
        let (_, verb) = SAYINGS
            .into_iter()
            .find(|(name, _)| *name == line)
            .ok_or_else(|| Misunderstood::Unknown(line.to_owned()))?;
        let mut file = self.scenario.file().clone();
        file.commands = vec![TimedFile {
            node: file.nodes.first().map(|node| node.id.clone()),
            ..TimedFile::new(Duration::ZERO, verb)
        }];
        for timed in Scenario::new(file)?.commands() {
            self.command(now, timed.command.clone());
        }
        Ok(())
    }

    /// Whether a frame belongs to the TCP connection with a failover partner. The kernel has
    /// connections of its own, with other addresses, over the same card.
    fn is_failover(&self, frame: &Frame) -> bool {
        let Peek::Tcp { destination, ports } = frame::peek(frame.bytes()) else {
            return false;
        };
        let server = self.scenario.node(OWN).server.as_ref();
        let own = server.and_then(|server| server.failover.as_ref());
        own.is_some_and(|own| ports[0] == own.partner_port || ports[1] == own.port)
            && self.failover_address() == Some(destination)
    }

    /// The real cable at card number `card` carries frames now, or no longer.
    pub fn set_carrier(&mut self, now: Instant, card: u32, up: bool) {
        let cable = LinkId(card);
        if self.world.link(cable).plugged != up {
            self.command(
                now,
                if up {
                    Command::Plug(cable)
                } else {
                    Command::Unplug(cable)
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

    /// The frame of an entry that is to go out, and the number of the card that sends it.
    pub fn outgoing<'a>(&self, id: EventId, entry: &'a Entry) -> Option<(u32, &'a Frame)> {
        if let What::Sent {
            origin,
            link,
            frame,
            ..
        } = &entry.what
            && *origin == id
            && entry.node == Some(OWN)
        {
            Some((link.0, frame))
        } else {
            None
        }
    }
}

/// Whether a frame carries what the engine speaks: ARP, DHCP or ping. A fragment of a DHCP message
/// is let in, so that the journal tells of it.
fn concerns(frame: &Frame) -> bool {
    match frame::peek(frame.bytes()) {
        Peek::Arp { .. } => true,
        Peek::Udp { port } => matches!(port, 67 | 68),
        Peek::Tcp { .. } => false,
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
