//! Reading a frame, with the checks of a card and an IP stack.

use std::net::Ipv4Addr;

use etherparse::err::ipv4::HeaderSliceError;
use etherparse::{
    ArpEthIpv4Packet, ArpOperation, ArpPacketSlice, EtherType, Ethernet2Header, IcmpEchoHeader,
    Icmpv4Header, Icmpv4Type, IpNumber, Ipv4Header, UdpHeader,
};

use super::{Arp, BadFrame, Echo, Ip, Payload, Transport, Udp, internet_checksum, tcp};
use crate::wire::Mac;

/// Reads a frame: headers, lengths and checksums.
///
/// # Errors
/// [`BadFrame`] says which header is cut off or wrong.
pub fn parse(bytes: &[u8]) -> Result<Payload<'_>, BadFrame> {
    let (ethernet, rest) =
        Ethernet2Header::from_slice(bytes).map_err(|_| BadFrame::Truncated("Ethernet"))?;
    match ethernet.ether_type {
        EtherType::ARP => parse_arp(rest).map(Payload::Arp),
        EtherType::IPV4 => parse_ip(rest).map(Payload::Ip),
        EtherType(other) => Ok(Payload::Other(other)),
    }
}

/// What a frame is about, without a look at its checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// ARP.
    Arp {
        /// Sender protocol address.
        spa: Ipv4Addr,
        /// Target protocol address.
        tpa: Ipv4Addr,
    },
    /// UDP in IPv4.
    Udp {
        /// Destination port.
        port: u16,
    },
    /// TCP in IPv4.
    Tcp {
        /// The IPv4 destination.
        destination: Ipv4Addr,
        /// Source and destination port.
        ports: [u16; 2],
    },
    /// Anything else.
    Other,
}

/// Tells in a few instructions what a frame is about, for a card that has to turn most of them
/// away.
pub fn peek(bytes: &[u8]) -> Peek {
    let address = |at: usize| {
        bytes
            .get(at..at + 4)
            .and_then(|octets| <[u8; 4]>::try_from(octets).ok())
            .map(Ipv4Addr::from)
    };
    let word = |at: usize| {
        let octets = bytes.get(at..at + 2)?.first_chunk()?;
        Some(u16::from_be_bytes(*octets))
    };
    match (bytes.get(12..14), bytes.get(14), bytes.get(23)) {
        (Some([0x08, 0x06]), _, _) => address(28)
            .zip(address(38))
            .map_or(Peek::Other, |(spa, tpa)| Peek::Arp { spa, tpa }),
        (Some([0x08, 0x00]), Some(0x45), Some(17)) => {
            word(36).map_or(Peek::Other, |port| Peek::Udp { port })
        }
        (Some([0x08, 0x00]), Some(0x45), Some(&tcp::PROTOCOL)) => {
            let ends = (address(30), word(34), word(36));
            let (Some(destination), Some(from), Some(to)) = ends else {
                return Peek::Other;
            };
            Peek::Tcp {
                destination,
                ports: [from, to],
            }
        }
        _ => Peek::Other,
    }
}

fn parse_arp(bytes: &[u8]) -> Result<Arp, BadFrame> {
    let slice = ArpPacketSlice::from_slice(bytes).map_err(|_| BadFrame::Truncated("ARP"))?;
    let packet: ArpEthIpv4Packet = slice
        .to_packet()
        .try_into()
        .map_err(|_| BadFrame::Malformed("ARP"))?;
    let reply = match packet.operation {
        ArpOperation::REQUEST => false,
        ArpOperation::REPLY => true,
        ArpOperation(_) => return Err(BadFrame::Malformed("ARP")),
    };
    Ok(Arp {
        reply,
        sha: Mac(packet.sender_mac),
        spa: packet.sender_ipv4.into(),
        tha: Mac(packet.target_mac),
        tpa: packet.target_ipv4.into(),
    })
}

/// Reads an IPv4 packet: header, checksum, length and what it carries.
///
/// # Errors
/// [`BadFrame`] says which header is cut off or wrong.
pub fn parse_ip(bytes: &[u8]) -> Result<Ip<'_>, BadFrame> {
    let (header, rest) = Ipv4Header::from_slice(bytes).map_err(|error| match error {
        HeaderSliceError::Len(_) => BadFrame::Truncated("IPv4"),
        HeaderSliceError::Content(_) => BadFrame::Malformed("IPv4"),
    })?;
    // Over the bytes as they came: etherparse's own sum leaves the reserved flag out.
    if internet_checksum(&[&bytes[..header.header_len()]]) != 0 {
        return Err(BadFrame::Checksum("IPv4"));
    }
    if header.is_fragmenting_payload() {
        return Err(BadFrame::Fragment);
    }
    let length = usize::from(
        header
            .payload_len()
            .map_err(|_| BadFrame::Malformed("IPv4"))?,
    );
    let body = rest.get(..length).ok_or(BadFrame::Truncated("IPv4"))?;
    let transport = match header.protocol {
        IpNumber::UDP => Transport::Udp(parse_udp(&header, body)?),
        IpNumber::ICMP => parse_icmp(body)?,
        IpNumber::TCP => Transport::Tcp(tcp::parse(header.source, header.destination, body)?),
        IpNumber(other) => Transport::Other(other),
    };
    Ok(Ip {
        source: header.source.into(),
        destination: header.destination.into(),
        ttl: header.time_to_live,
        transport,
    })
}

fn parse_udp<'a>(ip: &Ipv4Header, bytes: &'a [u8]) -> Result<Udp<'a>, BadFrame> {
    let (header, _) = UdpHeader::from_slice(bytes).map_err(|_| BadFrame::Truncated("UDP"))?;
    let length = usize::from(header.length);
    if length < UdpHeader::LEN {
        return Err(BadFrame::Malformed("UDP"));
    }
    let payload = bytes
        .get(UdpHeader::LEN..length)
        .ok_or(BadFrame::Truncated("UDP"))?;
    // A sender may leave the checksum out, which zero says (RFC 768).
    if header.checksum != 0 && header.calc_checksum_ipv4(ip, payload) != Ok(header.checksum) {
        return Err(BadFrame::Checksum("UDP"));
    }
    Ok(Udp {
        source: header.source_port,
        destination: header.destination_port,
        payload,
    })
}

fn parse_icmp(bytes: &[u8]) -> Result<Transport<'_>, BadFrame> {
    let (header, data) =
        Icmpv4Header::from_slice(bytes).map_err(|_| BadFrame::Truncated("ICMP"))?;
    if internet_checksum(&[bytes]) != 0 {
        return Err(BadFrame::Checksum("ICMP"));
    }
    let echo = |reply, echo: IcmpEchoHeader| {
        Transport::Echo(Echo {
            reply,
            ident: echo.id,
            sequence: echo.seq,
            data,
        })
    };
    Ok(match header.icmp_type {
        Icmpv4Type::EchoRequest(header) => echo(false, header),
        Icmpv4Type::EchoReply(header) => echo(true, header),
        Icmpv4Type::Unknown { .. }
        | Icmpv4Type::DestinationUnreachable(_)
        | Icmpv4Type::Redirect(_)
        | Icmpv4Type::TimeExceeded(_)
        | Icmpv4Type::ParameterProblem(_)
        | Icmpv4Type::TimestampRequest(_)
        | Icmpv4Type::TimestampReply(_) => Transport::Other(IpNumber::ICMP.0),
    })
}
