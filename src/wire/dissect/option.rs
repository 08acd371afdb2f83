//! What the value of an option says (RFC 2132 and as noted).

use super::{Field, client_id, sub_options, value};
use crate::wire::dhcp::{BadMessage, MessageType, code, option_name, relay_option_name};

/// What an option says, and the parts of its value, which stands at `at` in the frame.
pub(super) fn describe(code: u8, value: &[u8], at: usize) -> (String, Vec<Field>) {
    let word = || value.try_into().ok().map(u32::from_be_bytes);
    match (code, value) {
        (code::MESSAGE_TYPE, &[kind]) => (message_type(kind), Vec::new()),
        (code::OVERLOAD, &[fields]) => (overload(fields), Vec::new()),
        (code::PARAMETER_LIST, _) => list(value, at, 1, &|code| named(code[0])),
        (code::CLIENT_ID, _) => client_id::describe(value, at),
        (code::RELAY_AGENT, _) => sub_options::describe(value, at, relay_option_name),
        // T1, T2, lease time, timeouts and the waiting time of RFC 8925.
        (24 | 35 | 38 | code::LEASE_TIME | code::T1 | code::T2 | 91 | 108, _) => {
            let shown = word().map_or_else(|| value::bytes(value), value::seconds);
            (shown, Vec::new())
        }
        (37, &[hops]) => (hops.to_string(), Vec::new()),
        (81, _) => fqdn(value, at).unwrap_or_else(|| (value::bytes(value), Vec::new())),
        (93, &[high, low]) => (architecture(u16::from_be_bytes([high, low])), Vec::new()),
        (121 | 249, _) => routes(value, at).unwrap_or_else(|| (value::bytes(value), Vec::new())),
        (150, _) if value.len().is_multiple_of(4) => list(value, at, 4, &address),
        _ => row(code, value, at).unwrap_or_else(|| by_shape(code, value, at)),
    }
}

/// All that is left of the value.
const REST: usize = 0;
/// As many bytes as the part before says.
const COUNTED: usize = usize::MAX;

/// The parts of a value that is a row of them, or several rows, with their sizes in bytes.
type Row = &'static [(&'static str, usize)];

/// User classes (RFC 3004), network interface and machine identifiers (RFC 4578), and what vendors
/// define (RFC 3925).
const ROWS: [(u8, Row); 5] = [
    (77, &[("Length", 1), ("User Class", COUNTED)]),
    (94, &[("Type", 1), ("Major", 1), ("Minor", 1)]),
    (97, &[("Type", 1), ("Identifier", REST)]),
    (124, VENDOR),
    (125, VENDOR),
];
const VENDOR: Row = &[("Enterprise Number", 4), ("Length", 1), ("Data", COUNTED)];

/// A value that is one of [`ROWS`]; `None` for another option, and where the parts do not fit.
fn row(code: u8, value: &[u8], at: usize) -> Option<(String, Vec<Field>)> {
    let (_, row) = ROWS.iter().find(|(known, _)| *known == code)?;
    let mut parts = Vec::new();
    let mut next = 0;
    while next < value.len() {
        let mut before = 0;
        for (name, wanted) in *row {
            let left = &value[next..];
            let size = match *wanted {
                REST => left.len(),
                COUNTED if before == 0 => return None,
                COUNTED => before as usize,
                size => size,
            };
            let part = left.get(..size)?;
            if part.is_empty() {
                continue;
            }
            before = number(part);
            let shown = match *wanted {
                1..=4 => before.to_string(),
                _ => value::text_or_bytes(part),
            };
            let start = at + next;
            let mut field = Field::leaf(*name, shown, start..start + size);
            if (code, *wanted) == (125, COUNTED) {
                field.children = sub_options::describe(part, start, |_| None).1;
            }
            parts.push(field);
            next += size;
        }
    }
    Some(together(parts))
}

/// What the parts say, and the parts, unless the one there is says it all.
fn together(mut parts: Vec<Field>) -> (String, Vec<Field>) {
    let texts: Vec<_> = parts
        .iter()
        .filter(|part| part.name != "Length")
        .map(|part| part.value.as_str())
        .collect();
    let shown = texts.join(", ");
    if parts.len() < 2 {
        parts.clear();
    }
    (shown, parts)
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
}

fn message_type(number: u8) -> String {
    MessageType::from_number(number).map_or_else(
        || {
            format!(
                "{number} (wrong: {})",
                BadMessage::UnknownMessageType(number)
            )
        },
        |kind| format!("{kind} ({number})"),
    )
}

fn overload(fields: u8) -> String {
    match fields {
        1 => "1 (file holds options)".to_owned(),
        2 => "2 (sname holds options)".to_owned(),
        3 => "3 (file and sname hold options)".to_owned(),
        _ => format!("{fields} (wrong, 1 to 3 are defined)"),
    }
}

fn named(code: u8) -> String {
    option_name(code).map_or_else(|| code.to_string(), |name| format!("{name} ({code})"))
}

fn architecture(number: u16) -> String {
    let name = match number {
        0 => "x86 BIOS",
        6 => "x86 UEFI",
        7 => "x64 UEFI",
        10 => "ARM 32-bit UEFI",
        11 => "ARM 64-bit UEFI",
        16 => "x64 UEFI boot from HTTP",
        _ => return number.to_string(),
    };
    format!("{number} ({name})")
}

fn address(octets: &[u8]) -> String {
    octets
        .try_into()
        .map_or_else(|_| value::bytes(octets), value::address)
}

/// Items of `size` bytes each, the parts of the value where there is more than one.
fn list(
    value: &[u8],
    at: usize,
    size: usize,
    show: &dyn Fn(&[u8]) -> String,
) -> (String, Vec<Field>) {
    let mut start = at;
    let part = |item: &[u8]| {
        let range = start..start + item.len();
        start = range.end;
        Field::leaf("Item", show(item), range)
    };
    together(value.chunks(size).map(part).collect())
}

/// What kind of value an option has, for those of one of the plain kinds (RFC 2132 and as noted).
enum Shape {
    Addresses,
    AddressPairs,
    Text,
    Names,
    /// Numbers of so many bytes, mostly only one.
    Numbers(usize),
    Offset,
    Switch,
}

/// `dhcproto` could tell too, but its decoder brings the tables of international names along:
/// half as much again as the whole page. A test holds this against what it reads.
fn shape(code: u8) -> Option<Shape> {
    Some(match code {
        1
        | 3..=11
        | 16
        | 28
        | 32
        | 41
        | 42
        | 44
        | 45
        | 48..=50
        | 54
        | 65
        | 68..=76
        | 85
        | 89
        | 92
        | 118
        | 138 => Shape::Addresses,
        21 | 33 => Shape::AddressPairs,
        12 | 14 | 15 | 17 | 18 | 40 | 47 | 56 | 60 | 62 | 64 | 66 | 67 | 86 | 87 | 98 | 100
        | 101 | 113 | 114 | 209 | 210 => Shape::Text,
        88 | 119 => Shape::Names,
        2 => Shape::Offset,
        13 | 22 | 25 | 26 | 57 | 117 => Shape::Numbers(2),
        23 | 46 | 116 | 145 => Shape::Numbers(1),
        19 | 20 | 27 | 29..=31 | 34 | 36 | 39 => Shape::Switch,
        _ => return None,
    })
}

/// By the shape of the option's value; bytes, or text if it looks like it, where it has none or
/// does not keep to it.
fn by_shape(code: u8, value: &[u8], at: usize) -> (String, Vec<Field>) {
    let whole = |size: usize| !value.is_empty() && value.len().is_multiple_of(size);
    let shown = match shape(code) {
        Some(Shape::Addresses) if whole(4) => return list(value, at, 4, &address),
        Some(Shape::AddressPairs) if whole(8) => {
            return list(value, at, 8, &|pair| {
                format!("{} {}", address(&pair[..4]), address(&pair[4..]))
            });
        }
        Some(Shape::Text) if value.is_empty() => String::new(),
        Some(Shape::Text) if std::str::from_utf8(value).is_ok() => value::text(value),
        Some(Shape::Text) => value::bytes(value),
        Some(Shape::Names) => {
            return names(value, at).unwrap_or_else(|| (value::bytes(value), Vec::new()));
        }
        Some(Shape::Numbers(size)) if whole(size) => {
            return list(value, at, size, &|item| number(item).to_string());
        }
        Some(Shape::Offset) if value.len() == 4 => format!("{} s", number(value).cast_signed()),
        Some(Shape::Switch) if value == [0] => "0 (no)".to_owned(),
        Some(Shape::Switch) if value == [1] => "1 (yes)".to_owned(),
        Some(_) | None => value::text_or_bytes(value),
    };
    (shown, Vec::new())
}

/// Domain names one behind the other, whose ends may stand in earlier ones (RFC 3397, RFC 1035
/// section 4.1.4); `None` where one is cut off or points forward.
fn names(value: &[u8], at: usize) -> Option<(String, Vec<Field>)> {
    let mut parts: Vec<Field> = Vec::new();
    let mut start = 0;
    while start < value.len() {
        let (name, end) = name(value, start)?;
        parts.push(Field::leaf("Item", name, at + start..at + end));
        start = end;
    }
    (!parts.is_empty()).then(|| together(parts))
}

/// The name that starts at `start`, and where it ends.
fn name(value: &[u8], start: usize) -> Option<(String, usize)> {
    let mut name = String::new();
    let (mut at, mut end, mut limit) = (start, None, start);
    loop {
        let length = usize::from(*value.get(at)?);
        if length >= 0xc0 {
            let low = usize::from(*value.get(at + 1)?);
            end = end.or(Some(at + 2));
            at = (length & 0x3f) << 8 | low;
            // Each jump goes further back, so there is an end to it.
            if at >= limit {
                return None;
            }
            limit = at;
        } else if length == 0 {
            if name.is_empty() {
                name.push('.');
            }
            return Some((name, end.unwrap_or(at + 1)));
        } else {
            let label = value.get(at + 1..at + 1 + length).filter(|_| length < 64)?;
            name.push_str(&label.escape_ascii().to_string());
            name.push('.');
            at += 1 + length;
        }
    }
}

/// Option 81 (RFC 4702 section 2); `None` where it is too short for its fixed part.
fn fqdn(value: &[u8], at: usize) -> Option<(String, Vec<Field>)> {
    let ([flags, rcode1, rcode2], name) = value.split_first_chunk()?;
    let shown = if flags & 0x04 == 0 {
        value::text(name)
    } else {
        labels(name).unwrap_or_else(|| value::bytes(name))
    };
    let letters: String = [(0x01, 'S'), (0x02, 'O'), (0x04, 'E'), (0x08, 'N')]
        .into_iter()
        .filter(|(mask, _)| flags & mask != 0)
        .map(|(_, letter)| letter)
        .collect();
    let mut parts = vec![
        Field::leaf("Flags", format!("0x{flags:02x} ({letters})"), at..at + 1),
        Field::leaf("RCODE1", rcode1.to_string(), at + 1..at + 2),
        Field::leaf("RCODE2", rcode2.to_string(), at + 2..at + 3),
    ];
    if !name.is_empty() {
        parts.push(Field::leaf(
            "Domain Name",
            shown.clone(),
            at + 3..at + value.len(),
        ));
    }
    Some((shown, parts))
}

/// A name as RFC 1035 section 3.1 has it, or without its end a partial one (RFC 4702 section 2.3.1).
fn labels(mut bytes: &[u8]) -> Option<String> {
    let mut name = String::new();
    while let [length, rest @ ..] = bytes {
        if *length == 0 {
            return rest.is_empty().then_some(name + ".");
        }
        let (label, next) = rest
            .split_at_checked(usize::from(*length))
            .filter(|_| *length < 64)?;
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&label.escape_ascii().to_string());
        bytes = next;
    }
    Some(name)
}

/// Option 121 (RFC 3442); `None` where it does not hold whole routes.
fn routes(value: &[u8], at: usize) -> Option<(String, Vec<Field>)> {
    let mut parts = Vec::new();
    let mut rest = value;
    while let [width, tail @ ..] = rest {
        let significant = usize::from(width.div_ceil(8));
        let (prefix, tail) = tail
            .split_at_checked(significant)
            .filter(|_| *width <= 32)?;
        let (router, next) = tail.split_first_chunk::<4>()?;
        let mut network = [0; 4];
        network[..significant].copy_from_slice(prefix);
        let start = at + value.len() - rest.len();
        let shown = format!(
            "{}/{width} via {}",
            value::address(network),
            value::address(*router)
        );
        parts.push(Field::leaf(
            "Route",
            shown,
            start..start + 1 + significant + 4,
        ));
        rest = next;
    }
    Some(together(parts))
}

#[cfg(test)]
#[path = "option_tests.rs"]
mod tests;
