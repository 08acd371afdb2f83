//! How often what happened, so that the stories cannot do without it.

use std::collections::{BTreeMap, BTreeSet};

use dhcp_lab::dhcp::{ClientNote, Note};
use dhcp_lab::scenario::{Command, NodeId, NodeKind, Scenario};
use dhcp_lab::sim::{EventId, Journal, What};
use dhcp_lab::wire::dhcp::{Message, Op};
use dhcp_lab::wire::frame::{self, Frame, Payload, Transport};
use dhcp_lab::wire::summary::summary;

/// How often what happened in many stories.
pub(crate) type Tally = BTreeMap<String, u32>;

/// What the stories of each shard have to have, lest they prove nothing: messages, losses,
/// mishaps, states.
pub(crate) const EVERYTHING: [&str; 36] = [
    "DHCPDISCOVER",
    "DHCPOFFER",
    "DHCPREQUEST",
    "DHCPACK",
    "DHCPNAK",
    "DHCPDECLINE",
    "DHCPRELEASE",
    "DHCPINFORM",
    "ARP announcement",
    "ICMP echo reply",
    "Loss",
    "Burst",
    "QueueFull",
    "NoCarrier",
    "CarrierLost",
    "DHCP message that comes twice",
    "DHCP message that overtakes another",
    "relayed request",
    "relayed reply",
    "restart of a client",
    "restart of a server",
    "restart of a router",
    "restart of a switch",
    "move to another network",
    "move that ends in an address there",
    "change of a client's settings",
    "change of a server's settings",
    "INIT-REBOOT",
    "REBOOTING",
    "RENEWING",
    "REBINDING",
    "PROBING",
    "INFORMING",
    "expiry",
    "kept lease",
    "client served in calm",
];

fn message(frame: &Frame) -> Option<Message> {
    let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
        return None;
    };
    let Transport::Udp(udp) = ip.transport else {
        return None;
    };
    Message::parse(udp.payload).ok()
}

/// What came to whom so far, and who is off or has moved.
#[derive(Default)]
struct SoFar {
    got: BTreeSet<(NodeId, EventId)>,
    /// The newest message that came from one node to another.
    newest: BTreeMap<(NodeId, NodeId), EventId>,
    off: BTreeSet<NodeId>,
    moved: BTreeSet<NodeId>,
}

impl SoFar {
    /// What a reception is, beyond a reception.
    fn received(&mut self, node: NodeId, from: NodeId, origin: EventId) -> Option<&'static str> {
        if !self.got.insert((node, origin)) {
            return Some("DHCP message that comes twice");
        }
        let newest = self.newest.entry((from, node)).or_insert(origin);
        let late = origin < *newest;
        *newest = origin.max(*newest);
        late.then_some("DHCP message that overtakes another")
    }

    fn power(&mut self, scenario: &Scenario, node: NodeId, on: bool) -> Option<&'static str> {
        if !on {
            self.off.insert(node);
            return None;
        }
        self.off
            .remove(&node)
            .then(|| match scenario.node(node).kind {
                NodeKind::Client => "restart of a client",
                NodeKind::Server => "restart of a server",
                NodeKind::Router => "restart of a router",
                NodeKind::Switch => "restart of a switch",
                NodeKind::Host => "restart of a host",
            })
    }

    fn command(&mut self, scenario: &Scenario, command: &Command) -> Option<&'static str> {
        match command {
            Command::Plug(link) if scenario.is_spare(*link) => {
                self.moved.insert(scenario.ends(*link)[0]);
                Some("move to another network")
            }
            Command::Plug(link) => {
                self.moved.remove(&scenario.ends(*link)[0]);
                None
            }
            Command::Configure(node, _) if scenario.node(*node).client.is_some() => {
                Some("change of a client's settings")
            }
            Command::Configure(..) => Some("change of a server's settings"),
            _ => None,
        }
    }
}

/// Counts the messages by what was sent in which state of a client, the losses by their reason, and
/// every kind of mishap.
pub(crate) fn count(scenario: &Scenario, journal: &Journal, tally: &mut Tally) {
    let mut so_far = SoFar::default();
    let mut add = |what: &str| *tally.entry(what.to_owned()).or_default() += 1;
    for (id, entry) in journal.from(0) {
        match (&entry.what, entry.node) {
            (What::Sent { origin, frame, .. }, Some(node)) if *origin == id => {
                add(summary(frame.bytes()).label());
                let router = scenario.node(node).kind == NodeKind::Router;
                match message(frame).filter(|message| router && !message.giaddr.is_unspecified()) {
                    Some(message) if message.op == Op::Request => add("relayed request"),
                    Some(_) => add("relayed reply"),
                    None => {}
                }
            }
            (What::Received { origin, frame }, Some(node)) if message(frame).is_some() => {
                let from = journal.get(*origin).and_then(|sent| sent.node).unwrap();
                so_far
                    .received(node, from, *origin)
                    .into_iter()
                    .for_each(&mut add);
            }
            (What::Dropped { reason, .. }, _) => add(&format!("{reason:?}")),
            (What::Power(on), Some(node)) => {
                so_far
                    .power(scenario, node, *on)
                    .into_iter()
                    .for_each(&mut add);
            }
            (What::Command(command), _) => {
                so_far
                    .command(scenario, command)
                    .into_iter()
                    .for_each(&mut add);
            }
            (What::Dhcp(Note::Client(ClientNote::State { to, .. })), _) => add(to.name()),
            (What::Dhcp(Note::Client(ClientNote::Leased { .. })), Some(node))
                if so_far.moved.contains(&node) =>
            {
                add("move that ends in an address there");
            }
            (What::Dhcp(Note::Client(ClientNote::Expired { .. })), _) => add("expiry"),
            (What::Dhcp(Note::Client(ClientNote::KeptLease { .. })), _) => add("kept lease"),
            (What::Dhcp(Note::Relay(_)), _) => add("relay's refusal"),
            _ => {}
        }
    }
}
