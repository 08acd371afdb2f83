//! IPv4 (RFC 791), ICMP (RFC 792) and UDP (RFC 768).

use std::ops::Range;

use super::{Field, Reader, data, dhcp, padding, tcp, value};
use crate::wire::dhcp::{CLIENT_PORT, SERVER_PORT};
use crate::wire::frame::tcp::PROTOCOL as TCP;
use crate::wire::frame::{BadFrame, internet_checksum as sum};

const ICMP: u8 = 1;
const UDP: u8 = 17;
const UDP_HEADER: usize = 8;

/// What the layers behind the header need to know from it.
pub(super) struct Header {
    end: usize,
    total: usize,
    protocol: u8,
    fragment: bool,
    pub(super) source: [u8; 4],
    pub(super) destination: [u8; 4],
}

pub(super) fn ipv4(frame: &[u8], range: Range<usize>, layers: &mut Vec<Field>) {
    let mut reader = Reader::new(frame, range.clone());
    let Some(header) = ipv4_header(&mut reader) else {
        let first = frame.get(range.start).copied().unwrap_or(0x45);
        let why = if first >> 4 == 4 && first & 15 >= 5 {
            BadFrame::Truncated("IPv4")
        } else {
            BadFrame::Malformed("IPv4")
        };
        reader.give_up(why.to_string());
        layers.push(Field::leaf("IPv4", "", range).with(reader.fields));
        return;
    };
    let route = format!(
        "{} → {}",
        value::address(header.source),
        value::address(header.destination)
    );
    layers.push(Field::leaf("IPv4", route, range.start..header.end).with(reader.fields));
    let end = (range.start + header.total).clamp(header.end, range.end);
    let body = header.end..end;
    match header.protocol {
        _ if header.fragment => data(frame, "Fragment", body, layers),
        ICMP => icmp(frame, body, layers),
        UDP => udp(frame, body, &header, layers),
        TCP => tcp::tcp(frame, body, &header, layers),
        _ => data(frame, "Data", body, layers),
    }
    padding(frame, end..range.end, layers);
}

fn ipv4_header(reader: &mut Reader<'_>) -> Option<Header> {
    let start = reader.at;
    let [first] = reader.peek()?;
    let (version, ihl) = (first >> 4, usize::from(first & 15));
    reader.bits("Version", version.to_string(), 1);
    reader.bits("IHL", format!("{ihl} ({} bytes)", ihl * 4), 1);
    reader.skip(1);
    if version != 4 || ihl < 5 {
        return None;
    }
    let [service] = reader.peek()?;
    reader.bits("DSCP", (service >> 2).to_string(), 1);
    reader.bits("ECN", (service & 3).to_string(), 1);
    reader.skip(1);
    let there = reader.end - start;
    let total = reader.field("Total Length", |octets| {
        let total = usize::from(u16::from_be_bytes(octets));
        if total > there {
            format!("{total} (wrong, only {there} bytes are there)")
        } else if total < ihl * 4 {
            format!("{total} (wrong, the header alone has {} bytes)", ihl * 4)
        } else {
            total.to_string()
        }
    })?;
    reader.field("Identification", hex)?;
    let fragment = u16::from_be_bytes(reader.peek()?);
    fragmentation(reader, fragment);
    reader.field("Time to Live", |[ttl]| ttl.to_string())?;
    let [protocol] = reader.field("Protocol", |[number]| match number {
        ICMP => "1 (ICMP)".to_owned(),
        UDP => "17 (UDP)".to_owned(),
        TCP => "6 (TCP)".to_owned(),
        _ => number.to_string(),
    })?;
    let end = start + ihl * 4;
    let expected = reader
        .frame
        .get(start..end)
        .map(|header| sum(&[&header[..10], &header[12..]]));
    reader.field("Header Checksum", |octets| checksum(octets, expected))?;
    let source = reader.field("Source Address", value::address)?;
    let destination = reader.field("Destination Address", value::address)?;
    if end > reader.end {
        return None;
    }
    if end > reader.at {
        let options = value::bytes(&reader.frame[reader.at..end]);
        reader.push("Options", options, end - reader.at);
    }
    Some(Header {
        end,
        total: u16::from_be_bytes(total).into(),
        protocol,
        fragment: fragment & 0x3fff != 0,
        source,
        destination,
    })
}

fn fragmentation(reader: &mut Reader<'_>, field: u16) {
    let range = reader.at..reader.at + 1;
    let bit = |name, mask| Field::leaf(name, value::set(field & mask != 0), range.clone());
    let flags = vec![
        bit("Reserved", 0x8000),
        bit("Don't Fragment (DF)", 0x4000),
        bit("More Fragments (MF)", 0x2000),
    ];
    reader
        .fields
        .push(Field::leaf("Flags", format!("0x{:x}", field >> 13), range.clone()).with(flags));
    reader.bits("Fragment Offset", (field & 0x1fff).to_string(), 2);
    reader.skip(2);
}

fn icmp(frame: &[u8], range: Range<usize>, layers: &mut Vec<Field>) {
    let mut reader = Reader::new(frame, range.clone());
    let what = frame.get(range.start).map_or("", |kind| icmp_name(*kind));
    if icmp_fields(&mut reader).is_none() {
        reader.give_up(BadFrame::Truncated("ICMP").to_string());
    }
    reader.rest("Data", value::bytes);
    layers.push(Field::leaf("ICMP", what, range).with(reader.fields));
}

fn icmp_name(kind: u8) -> &'static str {
    match kind {
        0 => "echo reply",
        3 => "destination unreachable",
        5 => "redirect",
        8 => "echo request",
        11 => "time exceeded",
        _ => "other",
    }
}

fn icmp_fields(reader: &mut Reader<'_>) -> Option<()> {
    let whole = &reader.frame[reader.left()];
    let expected = whole.get(4..).map(|rest| sum(&[&whole[..2], rest]));
    let [kind] = reader.field("Type", |[kind]| format!("{kind} ({})", icmp_name(kind)))?;
    reader.field("Code", |[code]| code.to_string())?;
    reader.field("Checksum", |octets| checksum(octets, expected))?;
    if matches!(kind, 0 | 8) {
        reader.field("Identifier", hex)?;
        reader.field("Sequence Number", |octets| {
            u16::from_be_bytes(octets).to_string()
        })?;
    } else {
        reader.field("Rest of Header", |octets: [u8; 4]| value::bytes(&octets))?;
    }
    Some(())
}

fn udp(frame: &[u8], range: Range<usize>, ip: &Header, layers: &mut Vec<Field>) {
    let header_end = range.end.min(range.start + UDP_HEADER);
    let mut reader = Reader::new(frame, range.start..header_end);
    let Some((source, destination, length)) = udp_header(&mut reader, &range, ip) else {
        reader.give_up(BadFrame::Truncated("UDP").to_string());
        layers.push(Field::leaf("UDP", "", range).with(reader.fields));
        return;
    };
    let ports = format!("{source} → {destination}");
    layers.push(Field::leaf("UDP", ports, range.start..header_end).with(reader.fields));
    let end = (range.start + length).clamp(header_end, range.end);
    let body = header_end..end;
    if [source, destination]
        .iter()
        .any(|port| matches!(*port, SERVER_PORT | CLIENT_PORT))
    {
        dhcp::dhcp(frame, body, layers);
    } else {
        data(frame, "Data", body, layers);
    }
    // A datagram may be shorter than the packet has room for.
    data(frame, "Surplus", end..range.end, layers);
}

fn udp_header(
    reader: &mut Reader<'_>,
    range: &Range<usize>,
    ip: &Header,
) -> Option<(u16, u16, usize)> {
    let whole = &reader.frame[range.clone()];
    let source = u16::from_be_bytes(reader.field("Source Port", port)?);
    let destination = u16::from_be_bytes(reader.field("Destination Port", port)?);
    let length = reader.field("Length", |octets| {
        match usize::from(u16::from_be_bytes(octets)) {
            length if length > whole.len() => {
                format!("{length} (wrong, only {} bytes are there)", whole.len())
            }
            length if length < UDP_HEADER => {
                format!("{length} (wrong, the header alone has {UDP_HEADER} bytes)")
            }
            length => length.to_string(),
        }
    })?;
    let size = usize::from(u16::from_be_bytes(length));
    let expected = whole
        .get(..size)
        .filter(|datagram| datagram.len() >= UDP_HEADER)
        .map(|datagram| {
            let pseudo = [0, UDP, length[0], length[1]];
            match sum(&[
                &ip.source,
                &ip.destination,
                &pseudo,
                &datagram[..6],
                &datagram[8..],
            ]) {
                0 => 0xffff,
                sum => sum,
            }
        });
    reader.field("Checksum", |octets| match octets {
        [0, 0] => "0x0000 (not used)".to_owned(),
        _ => checksum(octets, expected),
    })?;
    Some((source, destination, size))
}

pub(super) fn port(octets: [u8; 2]) -> String {
    match u16::from_be_bytes(octets) {
        SERVER_PORT => format!("{SERVER_PORT} (bootps)"),
        CLIENT_PORT => format!("{CLIENT_PORT} (bootpc)"),
        port => port.to_string(),
    }
}

fn hex(octets: [u8; 2]) -> String {
    format!("0x{:04x}", u16::from_be_bytes(octets))
}

/// The checksum's field beside the sum over everything else; there is none over a packet that is
/// cut off.
pub(super) fn checksum(found: [u8; 2], expected: Option<u16>) -> String {
    let found = u16::from_be_bytes(found);
    expected.map_or_else(
        || format!("0x{found:04x} (not checked, the packet is not whole)"),
        |expected| value::checksum(found, expected),
    )
}
