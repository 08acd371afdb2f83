//! TCP (RFC 9293 section 3.1) and its options (section 3.2, RFC 2018, RFC 7323).

use std::ops::Range;

use super::ip::{Header, checksum, port};
use super::{Field, Reader, data, value};
use crate::wire::failover;
use crate::wire::frame::BadFrame;
use crate::wire::frame::tcp::{HEADER, checksum as sum};
use crate::wire::summary::summary;

/// The control bits by their places in the thirteenth and fourteenth byte.
const FLAGS: [(&str, u16); 10] = [
    ("Reserved", 0x0e00),
    ("Accurate ECN (AE)", 0x0100),
    ("Congestion Window Reduced (CWR)", 0x0080),
    ("ECN-Echo (ECE)", 0x0040),
    ("Urgent (URG)", 0x0020),
    ("Acknowledgment (ACK)", 0x0010),
    ("Push (PSH)", 0x0008),
    ("Reset (RST)", 0x0004),
    ("Synchronize (SYN)", 0x0002),
    ("Finish (FIN)", 0x0001),
];

pub(super) fn tcp(frame: &[u8], range: Range<usize>, ip: &Header, layers: &mut Vec<Field>) {
    let length = frame
        .get(range.start + 12)
        .map_or(HEADER, |offset| usize::from(offset >> 4) * 4);
    let end = range.end.min(range.start + length.max(HEADER));
    let mut reader = Reader::new(frame, range.start..end);
    if header(&mut reader, &range, ip).is_none() || length < HEADER {
        let why = if length < HEADER {
            BadFrame::Malformed("TCP")
        } else {
            BadFrame::Truncated("TCP")
        };
        // What the length would belong to is not known, so nothing behind it is read.
        reader.end = range.end;
        reader.give_up(why.to_string());
        layers.push(Field::leaf("TCP", "", range).with(reader.fields));
        return;
    }
    options(&mut reader);
    layers.push(Field::leaf("TCP", summary(frame).label(), range.start..end).with(reader.fields));
    let payload = &frame[end..range.end];
    // What goes on amid a message of an earlier segment is data.
    let is_message = |bytes| failover::summary(bytes).is_some_and(|found| found.kind.is_some());
    // Nothing else speaks TCP here, and its ports are settings.
    if is_message(payload) {
        layers.extend(super::failover(frame, end..range.end));
    } else {
        data(frame, "Data", end..range.end, layers);
    }
}

fn header(reader: &mut Reader<'_>, range: &Range<usize>, ip: &Header) -> Option<()> {
    let whole = &reader.frame[range.clone()];
    let expected = whole
        .get(18..)
        .map(|rest| sum(ip.source, ip.destination, whole.len(), [&whole[..16], rest]));
    reader.field("Source Port", port)?;
    reader.field("Destination Port", port)?;
    reader.field("Sequence Number", number)?;
    reader.field("Acknowledgment Number", number)?;
    let bits = u16::from_be_bytes(reader.peek()?);
    let offset = usize::from(bits >> 12);
    let there = whole.len();
    let remark = if offset * 4 < HEADER {
        format!("{offset} (wrong, the header has at least {HEADER} bytes)")
    } else if offset * 4 > there {
        format!("{offset} (wrong, only {there} bytes are there)")
    } else {
        format!("{offset} ({} bytes)", offset * 4)
    };
    reader.bits("Data Offset", remark, 1);
    let place = reader.next(2);
    let flags =
        FLAGS.map(|(name, mask)| Field::leaf(name, value::set(bits & mask != 0), place.clone()));
    let flags = Field::leaf("Flags", format!("0x{:03x}", bits & 0xfff), place).with(flags.into());
    reader.fields.push(flags);
    reader.skip(2);
    reader.field("Window", |octets| u16::from_be_bytes(octets).to_string())?;
    reader.field("Checksum", |octets| checksum(octets, expected))?;
    reader.field("Urgent Pointer", |octets| {
        u16::from_be_bytes(octets).to_string()
    })?;
    Some(())
}

fn number(octets: [u8; 4]) -> String {
    u32::from_be_bytes(octets).to_string()
}

fn options(reader: &mut Reader<'_>) {
    let range = reader.next(reader.left().len());
    if range.is_empty() {
        return;
    }
    let mut inside = Reader::new(reader.frame, reader.left());
    while option(&mut inside).is_some() {}
    inside.rest("Padding", value::padding);
    let summary = format!("{} bytes", range.len());
    reader
        .fields
        .push(Field::leaf("Options", summary, range.clone()).with(inside.fields));
    reader.skip(range.len());
}

/// The next option; `None` behind the last, or where it cannot be read.
fn option(reader: &mut Reader<'_>) -> Option<()> {
    let [kind] = reader.peek()?;
    match kind {
        0 => {
            reader.push("End of Option List", "", 1);
            return None;
        }
        1 => {
            reader.push("No-Operation", "", 1);
            return Some(());
        }
        _ => {}
    }
    let length = reader
        .peek()
        .map_or(0, |[_, length]: [u8; 2]| usize::from(length));
    let bytes = &reader.frame[reader.left()];
    let Some(body) = bytes.get(2..length) else {
        reader.give_up(format!("option {kind} is cut off"));
        return None;
    };
    let (name, text) = match (kind, body) {
        (2, &[high, low]) => (
            "Maximum Segment Size",
            u16::from_be_bytes([high, low]).to_string(),
        ),
        (3, &[shift]) => {
            let factor = 1_u32.checked_shl(shift.into()).unwrap_or(0);
            ("Window Scale", format!("{shift} (multiply by {factor})"))
        }
        (4, []) => ("SACK Permitted", String::new()),
        (5, ranges) if !ranges.is_empty() && ranges.len() % 8 == 0 => {
            let edge = |edge: &[u8]| {
                edge.iter()
                    .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
            };
            let blocks = ranges.chunks(8);
            let blocks = blocks.map(|block| format!("{}-{}", edge(&block[..4]), edge(&block[4..])));
            ("SACK", blocks.collect::<Vec<_>>().join(", "))
        }
        (8, stamps) if stamps.len() == 8 => ("Timestamps", value::bytes(stamps)),
        _ => ("Option", format!("{kind}: {}", value::bytes(body))),
    };
    reader.push(name, text, length);
    Some(())
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
