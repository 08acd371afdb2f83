//! What can be seen on the wires of a run: each host's frames as it sent and as it received them,
//! and that a node lost its power. Nothing of what the engine says or thinks of them.

use std::net::Ipv4Addr;

use dhcp_lab::scenario::NodeId;
use dhcp_lab::sim::{EventId, Journal, What};
use dhcp_lab::time::Instant;
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{Message, MessageType};
use dhcp_lab::wire::frame::{self, Arp, Frame, Payload, Transport};

/// What happened to a frame at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It was put on the wire, or would have been, were there a carrier and room for it.
    Sent,
    /// It came in; when it had been sent.
    Got(Instant),
    /// No frame at all: the power went off.
    PowerOff,
}

/// One thing that was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) node: NodeId,
    pub(crate) way: Way,
    pub(crate) frame: Frame,
}

/// A DHCP message with what carried it.
#[derive(Clone, Debug)]
pub(crate) struct Dhcp {
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
    pub(crate) card: Mac,
    pub(crate) ports: (u16, u16),
    pub(crate) payload: Vec<u8>,
    pub(crate) kind: MessageType,
    pub(crate) message: Message,
}

/// What a frame is, as far as the model cares.
#[derive(Clone, Debug)]
pub(crate) enum Packet {
    Arp(Arp),
    Dhcp(Box<Dhcp>),
    /// Another IPv4 packet, by its source.
    Ip(Ipv4Addr),
    Nothing,
}

/// Everything that was seen in a run.
pub(crate) fn of(journal: &Journal) -> Vec<Seen> {
    let sent_at = |origin: EventId| journal.get(origin).unwrap().at;
    let seen = journal.from(0).filter_map(|(id, entry)| {
        let (way, frame) = match &entry.what {
            What::Sent { origin, frame, .. } | What::Dropped { origin, frame, .. }
                if *origin == id =>
            {
                (Way::Sent, frame.clone())
            }
            What::Received { origin, frame } => (Way::Got(sent_at(*origin)), frame.clone()),
            What::Power(false) => (Way::PowerOff, Frame::new(Vec::new())),
            _ => return None,
        };
        Some(Seen {
            at: entry.at,
            node: entry.node?,
            way,
            frame,
        })
    });
    seen.collect()
}

impl Seen {
    /// Reads the frame.
    pub(crate) fn packet(&self) -> Result<Packet, String> {
        if self.way == Way::PowerOff {
            return Ok(Packet::Nothing);
        }
        let unreadable = |why: &dyn std::fmt::Display| format!("frame: {why} in {self:?}");
        let ip = match frame::parse(self.frame.bytes()).map_err(|why| unreadable(&why))? {
            Payload::Arp(arp) => return Ok(Packet::Arp(arp)),
            Payload::Ip(ip) => ip,
            Payload::Other(_) => return Ok(Packet::Nothing),
        };
        let Transport::Udp(udp) = ip.transport else {
            return Ok(Packet::Ip(ip.source));
        };
        let message = Message::parse(udp.payload).map_err(|why| unreadable(&why))?;
        Ok(Packet::Dhcp(Box::new(Dhcp {
            source: ip.source,
            destination: ip.destination,
            card: self.frame.destination(),
            ports: (udp.source, udp.destination),
            payload: udp.payload.to_vec(),
            kind: message.kind().unwrap(),
            message,
        })))
    }
}
