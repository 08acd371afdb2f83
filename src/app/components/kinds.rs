//! What a message looks like, and what it is called, wherever it is drawn.

use std::net::Ipv4Addr;

use crate::app::session::Session;
use crate::scenario::{self, NodeKind, Scenario};
use crate::text::Texts;
use crate::view::ladder::Message;
use crate::wire::Mac;
use crate::wire::dhcp::{self, MessageType, code};
use crate::wire::failover::{self, BindingStatus, MessageType as Kind, ServerState};
use crate::wire::frame::{Frame, Payload, Transport, parse};
use crate::wire::summary::{Summary, TcpKind, What};

use super::icons::Icon;

/// The style class of a kind of message.
pub(crate) fn class(summary: &Summary) -> &'static str {
    match summary.what {
        What::Dhcp {
            kind: Some(kind), ..
        } => dhcp_class(kind),
        What::Tcp {
            kind: TcpKind::Failover(_),
            ..
        } => "k-failover",
        What::Dhcp { kind: None, .. } | What::Tcp { .. } | What::Other(_) => "k-other",
        What::Arp { .. } => "k-arp",
        What::Echo { .. } => "k-icmp",
    }
}

/// The style class of a DHCP message.
pub(crate) fn dhcp_class(kind: MessageType) -> &'static str {
    match kind {
        MessageType::Discover => "k-discover",
        MessageType::Offer => "k-offer",
        MessageType::Request => "k-request",
        MessageType::Ack => "k-ack",
        MessageType::Nak => "k-nak",
        MessageType::Release => "k-release",
        MessageType::Decline => "k-decline",
        MessageType::Inform
        | MessageType::ForceRenew
        | MessageType::LeaseQuery
        | MessageType::LeaseUnassigned
        | MessageType::LeaseUnknown
        | MessageType::LeaseActive
        | MessageType::BulkLeaseQuery
        | MessageType::LeaseQueryDone
        | MessageType::ActiveLeaseQuery
        | MessageType::LeaseQueryStatus
        | MessageType::Tls => "k-other",
    }
}

/// A message's name where there is little room: `DISCOVER`, `ARP probe`, `ping`.
pub(crate) fn short(summary: &Summary) -> &'static str {
    match summary.what {
        What::Echo { reply: false } => "ping",
        What::Echo { reply: true } => "ping reply",
        What::Dhcp { .. } | What::Arp { .. } | What::Tcp { .. } | What::Other(_) => {
            let label = summary.label();
            label
                .strip_prefix("DHCP")
                .filter(|rest| !rest.is_empty())
                .unwrap_or(label)
        }
    }
}

/// A message's name where there is hardly any room: `DISCOVER`, `ARP`, `ping`.
pub(crate) fn shortest(summary: &Summary) -> &'static str {
    match summary.what {
        What::Arp { .. } => "ARP",
        What::Tcp {
            kind: TcpKind::Failover(kind),
            ..
        } => kind.name(),
        What::Tcp { .. } => "TCP",
        What::Dhcp { .. } | What::Echo { .. } | What::Other(_) => short(summary),
    }
}

/// The address that a message is about, if it is about one, and what two servers say of that or of
/// themselves.
pub(crate) fn about(frame: &Frame) -> (Option<Ipv4Addr>, &'static str) {
    if let Ok(Payload::Ip(packet)) = parse(frame.bytes()) {
        match packet.transport {
            Transport::Udp(datagram) => return (leased(datagram.payload), ""),
            Transport::Tcp(segment) => return told(segment.payload),
            Transport::Echo(_) | Transport::Other(_) => {}
        }
    }
    (None, "")
}

fn leased(payload: &[u8]) -> Option<Ipv4Addr> {
    let message = dhcp::Message::parse(payload).ok()?;
    [
        Some(message.yiaddr),
        message.options.address(code::REQUESTED_ADDRESS),
        Some(message.ciaddr),
    ]
    .into_iter()
    .flatten()
    .find(|address| !address.is_unspecified())
}

fn told(payload: &[u8]) -> (Option<Ipv4Addr>, &'static str) {
    let Some(summary) = failover::summary(payload) else {
        return (None, "");
    };
    let state = summary.state.map(ServerState::name);
    let status = summary.status.map(BindingStatus::name);
    let refused = matches!(summary.kind, Some(Kind::BndAck)) && summary.rejected;
    let said = state.or(status).or(refused.then_some("✕"));
    (summary.address, said.unwrap_or_default())
}

/// A card in words: by its owner's name, if it is one of the network's.
pub(crate) fn card(scenario: &Scenario, mac: Mac) -> String {
    let owner = scenario.owner(mac);
    owner.map_or_else(|| mac.to_string(), |node| scenario.node(node).id.clone())
}

/// A message in words: what, from whom, to whom, when, and whether it was lost.
pub(crate) fn sentence(session: &Session, texts: &Texts, message: &Message) -> String {
    let scenario = session.scenario();
    let to = receiver(scenario, texts, message);
    let mut label = message.summary.label().to_owned();
    if matches!(message.summary.what, What::Tcp { .. }) {
        let (address, said) = about(&message.frame);
        let address = address.map(|address| address.to_string());
        for part in [address.as_deref().unwrap_or_default(), said] {
            if !part.is_empty() {
                label.push(' ');
                label.push_str(part);
            }
        }
    }
    let values = [
        ("message", label.as_str()),
        ("from", &scenario.node(message.from).id),
        ("to", &to),
        ("at", &texts.instant(message.at)),
    ];
    let lost = message
        .copies
        .iter()
        .any(|copy| copy.lost.is_some() && copy.at <= session.now());
    texts.say(
        if lost {
            "ui.message-lost"
        } else {
            "ui.message"
        },
        &values,
    )
}

/// Whom a message is for.
pub(crate) fn receiver(scenario: &Scenario, texts: &Texts, message: &Message) -> String {
    if message.is_broadcast() {
        texts.get("ui.everyone").to_owned()
    } else {
        card(scenario, message.frame.destination())
    }
}

/// A node's drawing.
pub(crate) fn glyph(kind: NodeKind) -> Icon {
    match kind {
        NodeKind::Client => Icon::Laptop,
        NodeKind::Server => Icon::Server,
        NodeKind::Switch => Icon::Switch,
        NodeKind::Router => Icon::Router,
        NodeKind::Host => Icon::Screen,
    }
}

/// The text that says what a node is.
pub(crate) fn kind_key(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Client => "ui.kind.client",
        NodeKind::Server => "ui.kind.server",
        NodeKind::Switch => "ui.kind.switch",
        NodeKind::Router => "ui.kind.router",
        NodeKind::Host => "ui.kind.host",
    }
}

/// The scenario's title in a language.
pub(crate) fn title<'a>(scenario: &'a Scenario, texts: &Texts) -> &'a str {
    let file = scenario.file();
    in_language(&file.title, texts, &file.name)
}

/// A text in a language, in English where there is none in that, else what it is called.
pub(super) fn in_language<'a>(all: &'a scenario::Texts, texts: &Texts, name: &'a str) -> &'a str {
    let text = all.get(texts.language().tag()).or_else(|| all.get("en"));
    text.map_or(name, String::as_str)
}

/// What the scenario shows, in a language.
pub(crate) fn summary<'a>(scenario: &'a Scenario, texts: &Texts) -> &'a str {
    in_language(&scenario.file().summary, texts, "")
}
