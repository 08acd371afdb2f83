//! Whole Ethernet II frames: ARP, and IPv4 with ICMP echo, UDP or TCP.
//!
//! Building and reading is `etherparse`; this module adds what a network card and an IP stack
//! check before they pass a frame on: lengths, the IPv4, ICMP, UDP and TCP checksums, and fragments,
//! which this network never makes and does not reassemble. Segments of TCP come built from the
//! stack (`net`).

mod parse;
pub(in crate::wire) mod tcp;

use std::fmt;
use std::net::Ipv4Addr;
use std::rc::Rc;

use etherparse::checksum::Sum16BitWords;
use etherparse::{
    ArpEthIpv4Packet, ArpOperation, EtherType, Ethernet2Header, IpNumber, Ipv4Header,
    PacketBuilder, UdpHeader,
};

pub use parse::{Peek, parse, parse_ip, peek};
pub use tcp::{Flags, Tcp};

use super::Mac;

/// Ethernet's shortest frame without its check sequence; shorter ones are padded with zeros.
pub const MIN_FRAME: usize = 60;

/// Where the frame's payload starts: after destination, source and EtherType.
pub const ETHERNET_HEADER: usize = 14;

/// The bytes of one frame, from the destination address on, without the check sequence.
/// Cheap to clone: copies of a frame share their bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame(Rc<[u8]>);

impl Frame {
    /// A frame of these bytes, padded to [`MIN_FRAME`].
    pub fn new(mut bytes: Vec<u8>) -> Self {
        if bytes.len() < MIN_FRAME {
            bytes.resize(MIN_FRAME, 0);
        }
        Self(bytes.into())
    }

    /// A frame whose bytes are written once, to where they stay: as many as `length` says.
    fn write(length: usize, write: impl FnOnce(&mut [u8])) -> Self {
        let mut frame: Rc<[u8]> = std::iter::repeat_n(0, length.max(MIN_FRAME)).collect();
        if let Some(bytes) = Rc::get_mut(&mut frame) {
            write(&mut bytes[..length]);
        }
        Self(frame)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Where it is to go.
    pub fn destination(&self) -> Mac {
        self.mac_at(0)
    }

    /// Whose card sent it.
    pub fn source(&self) -> Mac {
        self.mac_at(6)
    }

    /// The same with one bit turned over, so that [`parse`] refuses it: in what an IPv4 packet
    /// carries, where the checksum of UDP, TCP or ICMP covers it, else in its header; in ARP, which has
    /// no checksum, in the length of its addresses. A card would have seen it by the frame's own check
    /// sequence, so it happened to the bytes inside a switch.
    #[must_use]
    pub fn corrupted(&self) -> Self {
        let length = self.0.get(16..18);
        let length = length.map_or(0, |field| u16::from_be_bytes([field[0], field[1]]));
        let last = ETHERNET_HEADER + usize::from(length).max(1) - 1;
        let places = [last, ETHERNET_HEADER + 4];
        let spoiled = places.map(|at| {
            let mut bytes = self.0.to_vec();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1;
            }
            Self(bytes.into())
        });
        let refused = spoiled.iter().find(|frame| parse(frame.bytes()).is_err());
        refused.unwrap_or(&spoiled[1]).clone()
    }

    fn mac_at(&self, at: usize) -> Mac {
        self.0
            .get(at..at + 6)
            .and_then(|octets| octets.try_into().ok())
            .map_or(Mac::ZERO, Mac)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Frame({} bytes, {} to {})",
            self.0.len(),
            self.source(),
            self.destination()
        )
    }
}

/// An ARP packet for IPv4 over Ethernet (RFC 826).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// True for a reply, false for a request.
    pub reply: bool,
    /// Sender hardware address.
    pub sha: Mac,
    /// Sender protocol address; 0.0.0.0 in a probe (RFC 5227 section 1.1).
    pub spa: Ipv4Addr,
    /// Target hardware address.
    pub tha: Mac,
    /// Target protocol address.
    pub tpa: Ipv4Addr,
}

impl Arp {
    /// Asks whether anyone uses `candidate` without claiming it (RFC 5227 section 2.1.1).
    pub fn probe(sha: Mac, candidate: Ipv4Addr) -> Self {
        Self {
            reply: false,
            sha,
            spa: Ipv4Addr::UNSPECIFIED,
            tha: Mac::ZERO,
            tpa: candidate,
        }
    }

    /// Says that `owned` is ours from now on (RFC 5227 section 2.3).
    pub fn announcement(sha: Mac, owned: Ipv4Addr) -> Self {
        Self {
            reply: false,
            sha,
            spa: owned,
            tha: Mac::ZERO,
            tpa: owned,
        }
    }

    /// True where the sender claims no address: a probe.
    pub fn is_probe(&self) -> bool {
        !self.reply && self.spa.is_unspecified()
    }

    /// The frame that carries it: to everyone for a request and from a link-local address (RFC 3927
    /// section 2.5), to the target for another reply.
    pub fn frame(&self) -> Frame {
        let destination = if self.reply && !self.spa.is_link_local() {
            self.tha
        } else {
            Mac::BROADCAST
        };
        let packet = ArpEthIpv4Packet {
            operation: if self.reply {
                ArpOperation::REPLY
            } else {
                ArpOperation::REQUEST
            },
            sender_mac: self.sha.0,
            sender_ipv4: self.spa.octets(),
            target_mac: self.tha.0,
            target_ipv4: self.tpa.octets(),
        };
        let mut bytes = Vec::with_capacity(MIN_FRAME);
        let header = Ethernet2Header {
            source: self.sha.0,
            destination: destination.0,
            ether_type: EtherType::ARP,
        };
        bytes.extend_from_slice(&header.to_bytes());
        bytes.extend_from_slice(&packet.to_bytes());
        Frame::new(bytes)
    }
}

/// An ICMP echo request or reply (RFC 792).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo<'a> {
    /// True for a reply, false for a request.
    pub reply: bool,
    /// Identifier, the same in request and reply.
    pub ident: u16,
    /// Sequence number, the same in request and reply.
    pub sequence: u16,
    /// Data, returned as it was sent.
    pub data: &'a [u8],
}

/// A UDP datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// What it carries.
    pub payload: &'a [u8],
}

/// What an IPv4 packet carries, as far as this network has a use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// ICMP echo.
    Echo(Echo<'a>),
    /// UDP.
    Udp(Udp<'a>),
    /// TCP.
    Tcp(Tcp<'a>),
    /// Another protocol, by its number.
    Other(u8),
}

/// An IPv4 packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ip<'a> {
    /// Source address.
    pub source: Ipv4Addr,
    /// Destination address.
    pub destination: Ipv4Addr,
    /// Time to live: how many routers it may still pass.
    pub ttl: u8,
    /// What it carries.
    pub transport: Transport<'a>,
}

/// What a frame carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// ARP for IPv4.
    Arp(Arp),
    /// IPv4.
    Ip(Ip<'a>),
    /// Another protocol, by its EtherType.
    Other(u16),
}

/// Why a frame is not passed on by the card or the IP stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// It ends before a header does.
    #[error("the frame is cut off inside its {0} header")]
    Truncated(&'static str),
    /// A header says something that no packet may say.
    #[error("the {0} header is malformed")]
    Malformed(&'static str),
    /// A checksum does not match.
    #[error("the {0} checksum is wrong")]
    Checksum(&'static str),
    /// A piece of a packet.
    #[error("the IPv4 packet is a fragment")]
    Fragment,
}

/// The internet checksum (RFC 1071) over pieces, each of an even length but the last. Over bytes
/// that hold their checksum it is 0.
pub(in crate::wire) fn internet_checksum(pieces: &[&[u8]]) -> u16 {
    let words = pieces
        .iter()
        .fold(Sum16BitWords::new(), |sum, piece| sum.add_slice(piece));
    words.ones_complement().to_be()
}

/// From whom to whom an IPv4 packet goes, on both layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The sending card.
    pub source_mac: Mac,
    /// The card it goes to, or everyone.
    pub destination_mac: Mac,
    /// The sender's address, 0.0.0.0 while it has none.
    pub source: Ipv4Addr,
    /// The receiver's address, or 255.255.255.255.
    pub destination: Ipv4Addr,
}

/// The time to live of packets that hosts here send.
const TTL: u8 = 64;

/// The frame of a UDP datagram.
pub fn udp(route: Route, source: u16, destination: u16, payload: &[u8]) -> Frame {
    datagram(route, (source, destination), payload.len(), |bytes| {
        bytes.copy_from_slice(payload);
    })
}

/// The frame of a UDP datagram from one port to another, whose payload of that length is written to
/// where it stays, over zeros.
pub fn datagram(
    route: Route,
    ports: (u16, u16),
    length: usize,
    write: impl FnOnce(&mut [u8]),
) -> Frame {
    const HEADERS: usize = ETHERNET_HEADER + Ipv4Header::MIN_LEN + UdpHeader::LEN;
    Frame::write(HEADERS + length, |bytes| {
        let (headers, payload) = bytes.split_at_mut(HEADERS);
        write(payload);
        let (ethernet, rest) = headers.split_at_mut(ETHERNET_HEADER);
        let (ip, udp) = rest.split_at_mut(Ipv4Header::MIN_LEN);
        let header = Ethernet2Header {
            source: route.source_mac.0,
            destination: route.destination_mac.0,
            ether_type: EtherType::IPV4,
        };
        ethernet.copy_from_slice(&header.to_bytes());
        // Either fails only for a payload of more than 64 KiB, which no DHCP message is.
        let length = u16::try_from(UdpHeader::LEN + payload.len()).unwrap_or(u16::MAX);
        let (from, to) = (route.source.octets(), route.destination.octets());
        let mut header = Ipv4Header::new(length, TTL, IpNumber::UDP, from, to).unwrap_or_default();
        header.header_checksum = header.calc_header_checksum();
        ip.copy_from_slice(&header.to_bytes());
        let header = UdpHeader::with_ipv4_checksum(ports.0, ports.1, &header, payload);
        udp.copy_from_slice(&header.unwrap_or_default().to_bytes());
    })
}

/// The frame of an ICMP echo request or reply.
pub fn echo(route: Route, echo: &Echo<'_>) -> Frame {
    let builder = PacketBuilder::ethernet2(route.source_mac.0, route.destination_mac.0).ipv4(
        route.source.octets(),
        route.destination.octets(),
        TTL,
    );
    let builder = if echo.reply {
        builder.icmpv4_echo_reply(echo.ident, echo.sequence)
    } else {
        builder.icmpv4_echo_request(echo.ident, echo.sequence)
    };
    let mut bytes = Vec::with_capacity(builder.size(echo.data.len()));
    // Fails only for more than 64 KiB of data, which no frame here carried in.
    let written = builder.write(&mut bytes, echo.data);
    debug_assert!(written.is_ok());
    Frame::new(bytes)
}

/// The frame of an IPv4 packet that is there already.
pub fn ipv4(from: Mac, to: Mac, packet: &[u8]) -> Frame {
    let header = Ethernet2Header {
        source: from.0,
        destination: to.0,
        ether_type: EtherType::IPV4,
    };
    Frame::new([&header.to_bytes()[..], packet].concat())
}

/// An IPv4 packet as a router passes it on: one less to live, and the header checksum that belongs
/// to that. What pads a short frame is left behind. `None` where it has no time to live, or is none.
pub fn forwarded(packet: &[u8]) -> Option<Vec<u8>> {
    let (&first, length) = (packet.first()?, packet.get(2..4)?);
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let mut packet = packet.get(..length)?.to_vec();
    let header = packet.get_mut(..usize::from(first & 15) * 4)?;
    let ttl = header.get_mut(8)?;
    *ttl = ttl.checked_sub(1).filter(|ttl| *ttl > 0)?;
    header.get_mut(10..12)?.fill(0);
    let sum = internet_checksum(&[header]).to_be_bytes();
    header.get_mut(10..12)?.copy_from_slice(&sum);
    Some(packet)
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
