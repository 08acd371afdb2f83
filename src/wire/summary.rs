//! What a label of one line says about a frame.

use std::net::Ipv4Addr;

use super::Mac;
use super::dhcp::{CLIENT_PORT, MessageType, SERVER_PORT, code, scan_options};
use super::failover;
use super::frame::{Arp, ETHERNET_HEADER, Flags, Payload, parse, tcp};

/// Who sent a frame to whom, and what it is. Checksums are not looked at: a spoiled DHCPDISCOVER
/// is still one to the person who watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The sending card.
    pub source_mac: Mac,
    /// The card it goes to, or everyone.
    pub destination_mac: Mac,
    /// The IPv4 source; in ARP the sender protocol address. `None` in any other frame.
    pub source: Option<Ipv4Addr>,
    /// The IPv4 destination; in ARP the target protocol address. `None` in any other frame.
    pub destination: Option<Ipv4Addr>,
    /// What it is.
    pub what: What,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A UDP datagram from or to the ports of DHCP.
    Dhcp {
        /// Its message type, where it has one that a standard names.
        kind: Option<MessageType>,
        /// Its transaction id.
        xid: u32,
        /// UDP source port.
        source_port: u16,
        /// UDP destination port: 67 towards a server or relay agent, 68 towards a client.
        destination_port: u16,
    },
    /// An ARP packet for IPv4 over Ethernet.
    Arp {
        /// What it is for.
        kind: ArpKind,
        /// Sender protocol address.
        spa: Ipv4Addr,
        /// Target protocol address.
        tpa: Ipv4Addr,
    },
    /// An ICMP echo request or reply.
    Echo {
        /// True for a reply.
        reply: bool,
    },
    /// A TCP segment.
    Tcp {
        /// What its control bits say, or that it carries data.
        kind: TcpKind,
        /// Source port.
        source_port: u16,
        /// Destination port.
        destination_port: u16,
        /// How many bytes of data it carries.
        length: usize,
        /// The address that a failover message is about.
        address: Option<Ipv4Addr>,
    },
    /// Anything else, by the innermost protocol that is known here.
    Other(&'static str),
}

/// What an ARP packet is for (RFC 826; RFC 5227 section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArpKind {
    /// Whose address is this?
    Request,
    /// It is mine.
    Reply,
    /// Does anyone use this address? The sender claims none.
    Probe,
    /// I use this address from now on.
    Announcement,
}

/// What a TCP segment is for (RFC 9293 section 3.1): the strongest that it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpKind {
    /// The connection is broken off, or there is none.
    Rst,
    /// A connection is asked for.
    Syn,
    /// It is granted.
    SynAck,
    /// The sender has no more data.
    Fin,
    /// It carries data.
    Data,
    /// It carries a message to a failover partner.
    Failover(failover::MessageType),
    /// It acknowledges only.
    Ack,
}

impl From<&Arp> for ArpKind {
    fn from(arp: &Arp) -> Self {
        if arp.reply {
            Self::Reply
        } else if arp.is_probe() {
            Self::Probe
        } else if arp.spa == arp.tpa {
            Self::Announcement
        } else {
            Self::Request
        }
    }
}

impl Summary {
    /// What to write on it: `DHCPDISCOVER`, `ARP probe`, `ICMP echo reply`.
    pub fn label(&self) -> &'static str {
        match self.what {
            What::Dhcp { kind, .. } => kind.map_or("DHCP", MessageType::name),
            What::Arp {
                kind: ArpKind::Request,
                ..
            } => "ARP request",
            What::Arp {
                kind: ArpKind::Reply,
                ..
            } => "ARP reply",
            What::Arp {
                kind: ArpKind::Probe,
                ..
            } => "ARP probe",
            What::Arp {
                kind: ArpKind::Announcement,
                ..
            } => "ARP announcement",
            What::Echo { reply: false } => "ICMP echo request",
            What::Echo { reply: true } => "ICMP echo reply",
            What::Tcp { kind, .. } => match kind {
                TcpKind::Rst => "TCP RST",
                TcpKind::Syn => "TCP SYN",
                TcpKind::SynAck => "TCP SYN ACK",
                TcpKind::Fin => "TCP FIN",
                TcpKind::Data => "TCP data",
                TcpKind::Failover(kind) => kind.name(),
                TcpKind::Ack => "TCP ACK",
            },
            What::Other(name) => name,
        }
    }

    /// The address that a failover message is about: of two BNDUPDs in a segment the first one's.
    pub fn about(&self) -> Option<Ipv4Addr> {
        match self.what {
            What::Tcp { address, .. } => address,
            What::Dhcp { .. } | What::Arp { .. } | What::Echo { .. } | What::Other(_) => None,
        }
    }

    /// Whether the frame goes to every card on the segment.
    pub fn is_broadcast(&self) -> bool {
        self.destination_mac == Mac::BROADCAST
    }
}

/// What a frame is, read without its checksums and without any allocation.
pub fn summary(frame: &[u8]) -> Summary {
    let mac = |at| array(frame, at).map_or(Mac::ZERO, Mac);
    let none = Summary {
        source_mac: mac(6),
        destination_mac: mac(0),
        source: None,
        destination: None,
        what: What::Other("Ethernet"),
    };
    match array(frame, 12) {
        Some([0x08, 0x06]) => arp(frame, none),
        Some([0x08, 0x00]) => ipv4(frame.get(ETHERNET_HEADER..).unwrap_or_default(), none),
        _ => none,
    }
}

fn arp(frame: &[u8], none: Summary) -> Summary {
    let Ok(Payload::Arp(arp)) = parse(frame) else {
        return Summary {
            what: What::Other("ARP"),
            ..none
        };
    };
    let what = What::Arp {
        kind: ArpKind::from(&arp),
        spa: arp.spa,
        tpa: arp.tpa,
    };
    Summary {
        source: Some(arp.spa),
        destination: Some(arp.tpa),
        what,
        ..none
    }
}

fn ipv4(packet: &[u8], none: Summary) -> Summary {
    const ICMP: u8 = 1;
    const UDP: u8 = 17;
    let address = |at| array::<4>(packet, at).map(Ipv4Addr::from);
    let header = packet
        .first()
        .map_or(0, |first| usize::from(first & 15) * 4);
    let total = array(packet, 2).map_or(0, |octets| usize::from(u16::from_be_bytes(octets)));
    let fragment = array(packet, 6).is_none_or(|octets| u16::from_be_bytes(octets) & 0x3fff != 0);
    let body = packet
        .get(header..total.min(packet.len()))
        .unwrap_or_default();
    let what = match packet.get(9) {
        _ if fragment => What::Other("IPv4"),
        Some(&ICMP) => match body.first() {
            Some(0) => What::Echo { reply: true },
            Some(8) => What::Echo { reply: false },
            _ => What::Other("ICMP"),
        },
        Some(&tcp::PROTOCOL) => segment(body).unwrap_or(What::Other("TCP")),
        Some(&UDP) => dhcp(body).unwrap_or(What::Other("UDP")),
        _ => What::Other("IPv4"),
    };
    Summary {
        source: address(12),
        destination: address(16),
        what,
        ..none
    }
}

fn segment(segment: &[u8]) -> Option<What> {
    let header = segment.first_chunk::<{ tcp::HEADER }>()?;
    let data = segment.get(usize::from(header[12] >> 4) * 4..)?;
    let flags = Flags(header[13]);
    let ports = [
        u16::from_be_bytes([header[0], header[1]]),
        u16::from_be_bytes([header[2], header[3]]),
    ];
    // Nothing else speaks TCP here, and its ports are settings.
    let failover = failover::summary(data);
    let kind = if flags.has(Flags::RST) {
        TcpKind::Rst
    } else if flags.opens() {
        TcpKind::Syn
    } else if flags.has(Flags::SYN) {
        TcpKind::SynAck
    } else if flags.has(Flags::FIN) {
        TcpKind::Fin
    } else if data.is_empty() {
        TcpKind::Ack
    } else {
        // What begins amid a message is data to a label.
        failover
            .and_then(|message| message.kind)
            .map_or(TcpKind::Data, TcpKind::Failover)
    };
    Some(What::Tcp {
        kind,
        source_port: ports[0],
        destination_port: ports[1],
        length: data.len(),
        address: failover.and_then(|message| message.address),
    })
}

fn dhcp(datagram: &[u8]) -> Option<What> {
    let [source_port, destination_port] =
        [array(datagram, 0)?, array(datagram, 2)?].map(u16::from_be_bytes);
    if ![source_port, destination_port]
        .iter()
        .any(|port| matches!(*port, SERVER_PORT | CLIENT_PORT))
    {
        return None;
    }
    let message = datagram.get(8..)?;
    let xid = u32::from_be_bytes(array(message, 4)?);
    let mut kind = None;
    // What is malformed behind the message type does not change what the message is.
    let _ = scan_options(message, |option| {
        if let (code::MESSAGE_TYPE, &[number]) = (option.code, option.value) {
            kind = MessageType::from_number(number);
        }
    });
    Some(What::Dhcp {
        kind,
        xid,
        source_port,
        destination_port,
    })
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
