//! DHCP failover messages in a TCP segment (draft-ietf-dhc-failover-12), field by field, with the
//! names that Wireshark's `dhcpfo` dissector has for them.

use std::ops::Range;

use super::{Field, Reader, value};
use crate::wire::failover::{
    BadMessage, BindingStatus, MAX_MESSAGE, MIN_MESSAGE, MessageType, RejectReason, ServerState,
    decode, header, option,
};

/// The layers of a segment's bytes, which stand at `range` in the frame: one for each message.
///
/// What is cut off at the end goes on in the next segment; what is malformed is shown as far as it
/// can be read.
pub fn failover(frame: &[u8], range: Range<usize>) -> Vec<Field> {
    let mut layers = Vec::new();
    let mut at = range.start;
    let end = range.end.min(frame.len());
    while at < end {
        let length = header(&frame[at..end]).map_or(0, |head| usize::from(head.length));
        let last = if (MIN_MESSAGE..=MAX_MESSAGE).contains(&length) {
            end.min(at + length)
        } else {
            end
        };
        layers.push(message(frame, at..last));
        at = last;
    }
    layers
}

fn message(frame: &[u8], range: Range<usize>) -> Field {
    let bytes = &frame[range.clone()];
    let mut reader = Reader::new(frame, range.clone());
    let name = header(bytes).and_then(|head| MessageType::from_number(head.kind));
    if head(&mut reader).is_none() {
        reader.give_up("the message goes on in another segment");
    } else {
        payload(&mut reader, range.start, bytes);
    }
    if let Err(why) = decode(bytes)
        && !matches!(why, BadMessage::Cut { .. } | BadMessage::CutOption { .. })
    {
        reader
            .fields
            .push(Field::malformed(why.to_string(), range.end..range.end));
    }
    Field::leaf("DHCP Failover", name.map_or("", MessageType::name), range).with(reader.fields)
}

fn head(reader: &mut Reader<'_>) -> Option<()> {
    let there = reader.left().len();
    reader.field("Message length", |octets| {
        let length = usize::from(u16::from_be_bytes(octets));
        if !(MIN_MESSAGE..=MAX_MESSAGE).contains(&length) {
            format!("{length} (wrong, a message has 12 to 2048 bytes)")
        } else if length > there {
            format!("{length} ({} more in another segment)", length - there)
        } else {
            length.to_string()
        }
    })?;
    reader.field("Message Type", |[number]| {
        named(
            number,
            MessageType::from_number(number).map(MessageType::name),
        )
    })?;
    reader.field("Payload Offset", |[offset]| match offset {
        8 => "8 (as the draft has it; the header ends at 12)".to_owned(),
        _ => offset.to_string(),
    })?;
    reader.field("Time", |octets| time(u32::from_be_bytes(octets)))?;
    reader.field("Xid", |octets| {
        format!("0x{:08x}", u32::from_be_bytes(octets))
    })?;
    Some(())
}

fn payload(reader: &mut Reader<'_>, start: usize, bytes: &[u8]) {
    let offset = header(bytes).map_or(MIN_MESSAGE, |head| head.payload());
    if offset > MIN_MESSAGE && offset <= bytes.len() {
        let extra = value::bytes(&bytes[MIN_MESSAGE..offset]);
        reader.push("Additional Header Bytes", extra, offset - MIN_MESSAGE);
    }
    if offset < MIN_MESSAGE || offset > bytes.len() {
        reader.give_up("options cannot start there");
    }
    let left = reader.left();
    if left.is_empty() {
        return;
    }
    let mut options = Reader::new(reader.frame, left.clone());
    while !options.left().is_empty() {
        one(&mut options, start);
    }
    reader
        .fields
        .push(Field::leaf("Payload Data", "", left.clone()).with(options.fields));
    reader.skip(left.len());
}

/// The next option, or why there is none.
fn one(options: &mut Reader<'_>, start: usize) {
    let rest = options.left();
    let Some([c0, c1, l0, l1]) = options.peek::<4>() else {
        return options.give_up(cut(0, rest.start - start));
    };
    let code = u16::from_be_bytes([c0, c1]);
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let at = rest.start + 4;
    let Some(bytes) = options.frame.get(at..(at + length).min(rest.end)) else {
        return;
    };
    if bytes.len() < length {
        return options.give_up(cut(code, rest.start - start));
    }
    let shown = describe(code, bytes);
    let name = option::name(code);
    let mut children = vec![
        Field::leaf("Option Code", number(code, name), at - 4..at - 2),
        Field::leaf("Length", length.to_string(), at - 2..at),
    ];
    if code == option::HARDWARE && length > 0 {
        let kind = value::hardware_type(bytes[0].into());
        children.push(Field::leaf("Client Hardware Type", kind, at..at + 1));
        let card = value::hardware(bytes[0].into(), &bytes[1..]);
        children.push(Field::leaf(
            "Client Hardware Address",
            card,
            at + 1..at + length,
        ));
    } else if length > 0 {
        children.push(Field::leaf(label(code), shown.clone(), at..at + length));
    }
    let title = match name {
        Some(name) => format!("{name} ({code}): {shown}"),
        None => format!("option {code}: {shown}"),
    };
    let whole = rest.start..at + length;
    options
        .fields
        .push(Field::leaf("DHCP Style Option", title, whole).with(children));
    options.skip(4 + length);
}

fn cut(code: u16, at: usize) -> String {
    BadMessage::CutOption { code, at }.to_string()
}

/// What Wireshark calls the value of an option.
fn label(code: u16) -> &'static str {
    match code {
        option::ADDRESSES_TRANSFERRED => "addresses transferred",
        option::ASSIGNED_ADDRESS => "assigned ip address",
        option::BINDING_STATUS => "Type",
        option::CLIENT_ID => "Client Identifier",
        option::LAST_TRANSACTION => "Client last transaction time",
        option::DDNS => "FTDDNS",
        option::DELAYED_SERVICE => "delayed service parameter",
        option::HASH_BUCKETS => "Hash bucket assignment",
        option::IP_FLAGS => "IP Flags",
        option::LEASE_EXPIRATION => "Lease expiration time",
        option::MAX_UNACKED => "Max unacked BNDUPD",
        option::MCLT => "MCLT",
        option::MESSAGE => "Message",
        option::MESSAGE_DIGEST => "Message digest",
        option::POTENTIAL_EXPIRATION => "Potential expiration time",
        option::RECEIVE_TIMER => "Receive timer",
        option::PROTOCOL_VERSION => "Protocol version",
        option::REJECT_REASON => "Reject reason",
        option::RELATIONSHIP => "Relationship name",
        option::SERVER_FLAGS => "Serverflag",
        option::SERVER_STATE => "server status",
        option::START_TIME => "Start time of state",
        option::TLS_REPLY => "TLS Reply",
        option::TLS_REQUEST => "TLS Request",
        option::VENDOR_CLASS => "Vendor class",
        option::VENDOR_OPTIONS => "Vendor option",
        _ => "Options",
    }
}

fn describe(code: u16, bytes: &[u8]) -> String {
    match (code, bytes) {
        (option::ASSIGNED_ADDRESS, &[a, b, c, d]) => value::address([a, b, c, d]),
        (option::BINDING_STATUS, &[status]) => named(
            status,
            BindingStatus::from_number(status).map(BindingStatus::name),
        ),
        (option::SERVER_STATE, &[state]) => named(
            state,
            ServerState::from_number(state).map(ServerState::name),
        ),
        (option::SERVER_FLAGS, &[flags]) => named(flags, (flags & 1 == 1).then_some("STARTUP")),
        (option::REJECT_REASON, &[reason]) => named(reason, Some(RejectReason(reason).text())),
        (option::TLS_REQUEST, &[tls]) => named(
            tls,
            match tls {
                0 => Some("No TLS operation"),
                1 => Some("TLS operation desired but not required"),
                2 => Some("TLS operation is required"),
                _ => None,
            },
        ),
        (option::PROTOCOL_VERSION | option::DELAYED_SERVICE | option::TLS_REPLY, &[number]) => {
            number.to_string()
        }
        (
            option::LEASE_EXPIRATION
            | option::POTENTIAL_EXPIRATION
            | option::LAST_TRANSACTION
            | option::START_TIME,
            &[a, b, c, d],
        ) => time(u32::from_be_bytes([a, b, c, d])),
        (option::MCLT | option::RECEIVE_TIMER, &[a, b, c, d]) => {
            value::seconds(u32::from_be_bytes([a, b, c, d]))
        }
        (option::ADDRESSES_TRANSFERRED | option::MAX_UNACKED, &[a, b, c, d]) => {
            u32::from_be_bytes([a, b, c, d]).to_string()
        }
        (option::IP_FLAGS, [.., flags]) => {
            let set = |bit: u8, name| (flags & bit != 0).then_some(name);
            let set: Vec<_> = [set(1, "reserved"), set(2, "BOOTP")]
                .into_iter()
                .flatten()
                .collect();
            format!("0x{flags:04x} ({})", set.join(", "))
        }
        (option::HARDWARE, [kind, address @ ..]) => value::hardware((*kind).into(), address),
        (option::RELATIONSHIP | option::VENDOR_CLASS | option::MESSAGE, text) => value::text(text),
        _ => value::bytes(bytes),
    }
}

fn named(number: u8, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} ({number})"),
        None => number.to_string(),
    }
}

fn number(code: u16, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{name} ({code})"),
        None => code.to_string(),
    }
}

/// Seconds since 1970 with the date in UTC, for the proleptic Gregorian calendar.
fn time(seconds: u32) -> String {
    if seconds == 0 {
        return "0 (none)".to_owned();
    }
    if seconds == u32::MAX {
        return format!("{seconds} (never)");
    }
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (mut year, mut left) = (1970, day);
    let is_leap = |year: u32| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u32::from(is_leap(year)) {
        left -= 365 + u32::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u32::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!(
        "{seconds} ({year}-{month:02}-{:02} {:02}:{:02}:{:02} UTC)",
        left + 1,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
#[path = "failover_tests.rs"]
mod tests;
