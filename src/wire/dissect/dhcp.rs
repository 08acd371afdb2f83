//! The DHCP message (RFC 2131 figure 1), field by field.

use std::ops::Range;

use super::{Field, Reader, option, value};
use crate::wire::dhcp::{
    Area, BadMessage, MAGIC_COOKIE, MessageType, Options, RawOption, code, option_name,
    scan_options,
};

/// What the pass over the options found, and what stopped it.
struct Found<'a> {
    options: Vec<RawOption<'a>>,
    error: Option<BadMessage>,
    frame: &'a [u8],
    /// Where the message starts in the frame.
    base: usize,
}

pub(super) fn dhcp(frame: &[u8], range: Range<usize>, layers: &mut Vec<Field>) {
    let message = &frame[range.clone()];
    let mut options = Vec::new();
    let error = scan_options(message, |option| options.push(option)).err();
    let found = Found {
        options,
        error,
        frame,
        base: range.start,
    };
    let mut reader = Reader::new(frame, range.clone());
    match fixed(&mut reader, &found) {
        None => reader.give_up(
            BadMessage::TooShort {
                length: message.len(),
            }
            .to_string(),
        ),
        Some(()) if found.error == Some(BadMessage::Cookie) => {
            reader.give_up(BadMessage::Cookie.to_string());
        }
        Some(()) => {
            let rest = reader.left();
            reader.fields.extend(found.area(Area::Options, rest));
        }
    }
    if found.error.is_none() && found.joined(code::MESSAGE_TYPE).is_empty() {
        reader.fields.push(Field::malformed(
            BadMessage::NoMessageType.to_string(),
            range.end..range.end,
        ));
    }
    let kind = match found.joined(code::MESSAGE_TYPE)[..] {
        [number] => MessageType::from_number(number).map_or("", MessageType::name),
        _ => "",
    };
    layers.push(Field::leaf("DHCP", kind, range).with(reader.fields));
}

fn fixed(reader: &mut Reader<'_>, found: &Found<'_>) -> Option<()> {
    reader.field("op", |[op]| match op {
        1 => "1 (BOOTREQUEST)".to_owned(),
        2 => "2 (BOOTREPLY)".to_owned(),
        _ => format!("{op} (wrong: {})", BadMessage::Op(op)),
    })?;
    let [htype] = reader.field("htype", |[htype]| value::hardware_type(htype.into()))?;
    let [hlen] = reader.field("hlen", |[hlen]| match hlen {
        0..=16 => hlen.to_string(),
        17.. => format!("{hlen} (wrong: {})", BadMessage::HardwareLength(hlen)),
    })?;
    reader.field("hops", |[hops]| hops.to_string())?;
    reader.field("xid", |octets| {
        format!("0x{:08x}", u32::from_be_bytes(octets))
    })?;
    reader.field("secs", |octets| {
        value::seconds(u16::from_be_bytes(octets).into())
    })?;
    let flags = u16::from_be_bytes(reader.peek()?);
    reader
        .fields
        .push(flag_bits(flags, reader.at..reader.at + 2));
    reader.skip(2);
    for name in ["ciaddr", "yiaddr", "siaddr", "giaddr"] {
        reader.field(name, value::address)?;
    }
    chaddr(reader, htype.into(), hlen.min(16).into())?;
    text::<64>(reader, found, "sname", Area::Sname)?;
    text::<128>(reader, found, "file", Area::File)?;
    reader.field("magic cookie", |octets| match octets {
        MAGIC_COOKIE => "63 82 53 63 (DHCP)".to_owned(),
        other => format!("{} (wrong)", value::bytes(&other)),
    })?;
    Some(())
}

fn flag_bits(flags: u16, range: Range<usize>) -> Field {
    let (broadcast, zero) = (flags >> 15, flags & 0x7fff);
    let meaning = if broadcast == 1 {
        "1 (broadcast)"
    } else {
        "0 (unicast)"
    };
    let bits = vec![
        Field::leaf("BROADCAST", meaning, range.clone()),
        Field::leaf("MBZ", format!("0x{zero:04x}"), range.clone()),
    ];
    Field::leaf("flags", format!("0x{flags:04x}"), range).with(bits)
}

fn chaddr(reader: &mut Reader<'_>, htype: u16, hlen: usize) -> Option<()> {
    let chaddr: [u8; 16] = reader.peek()?;
    if hlen > 0 {
        reader.push("chaddr", value::hardware(htype, &chaddr[..hlen]), hlen);
    }
    if hlen < 16 {
        reader.push("chaddr padding", value::padding(&chaddr[hlen..]), 16 - hlen);
    }
    Some(())
}

/// A field that holds a name, or under overload options.
fn text<const N: usize>(
    reader: &mut Reader<'_>,
    found: &Found<'_>,
    name: &'static str,
    area: Area,
) -> Option<()> {
    let range = reader.at..reader.at + N;
    let octets: [u8; N] = reader.peek()?;
    let end = octets
        .iter()
        .rposition(|octet| *octet != 0)
        .map_or(0, |last| last + 1);
    let shown = if end == 0 {
        "not given".to_owned()
    } else {
        value::text(&octets[..end])
    };
    let parts = found.area(area, range.clone());
    let shown = if parts.is_empty() {
        shown
    } else {
        "options (overload)".to_owned()
    };
    reader.push(name, shown, N);
    if let Some(field) = reader.fields.last_mut() {
        field.children = parts;
    }
    Some(())
}

impl Found<'_> {
    fn pieces(&self, code: u8) -> impl Iterator<Item = &RawOption<'_>> {
        self.options
            .iter()
            .filter(move |option| option.code == code)
    }

    /// All pieces of an option, one behind the other (RFC 3396 section 7).
    fn joined(&self, code: u8) -> Vec<u8> {
        self.pieces(code)
            .flat_map(|piece| piece.value)
            .copied()
            .collect()
    }

    /// The options of a field that stands at `range` in the frame; none where it was not read as
    /// options.
    fn area(&self, area: Area, range: Range<usize>) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut at = range.start;
        let mut ended = false;
        for raw in self.options.iter().filter(|option| option.area == area) {
            let next = at + raw.len();
            match raw.code {
                code::PAD => pad(&mut fields, at..next),
                code::END => fields.push(Field::leaf(title(raw.code), "", at..next)),
                _ => fields.push(self.option(raw)),
            }
            ended |= raw.code == code::END;
            at = next;
        }
        let left = at..range.end;
        match self.error {
            Some(error @ BadMessage::OptionCutOff { at: cut, .. }) if cut + self.base == at => {
                fields.push(Field::malformed(error.to_string(), left));
            }
            _ if ended && !left.is_empty() => {
                fields.push(Field::leaf(
                    "Padding",
                    value::padding(&self.frame[left.clone()]),
                    left,
                ));
            }
            _ => {}
        }
        fields
    }

    fn option(&self, raw: &RawOption<'_>) -> Field {
        let start = self.base + raw.at;
        let whole = self.joined(raw.code);
        let pieces = self.pieces(raw.code).count();
        let piece = self
            .pieces(raw.code)
            .take_while(|piece| piece.at != raw.at)
            .count()
            + 1;
        let (mut shown, parts) = option::describe(raw.code, &whole, start + 2);
        if !Options::allows(raw.code, whole.len()) {
            let wrong = BadMessage::OptionLength {
                code: raw.code,
                length: whole.len(),
            };
            shown = format!("{} (wrong: {wrong})", value::bytes(&whole));
        }
        let (shown, parts) = match (pieces, piece) {
            (1, _) => (shown, parts),
            (_, 1) => (format!("piece 1 of {pieces}, together {shown}"), Vec::new()),
            _ => (format!("piece {piece} of {pieces}"), Vec::new()),
        };
        let mut children = vec![
            Field::leaf("Code", raw.code.to_string(), start..start + 1),
            Field::leaf("Length", raw.value.len().to_string(), start + 1..start + 2),
        ];
        if !raw.value.is_empty() {
            children.push(
                Field::leaf("Value", shown.clone(), start + 2..start + raw.len()).with(parts),
            );
        }
        Field::leaf(title(raw.code), shown, start..start + raw.len()).with(children)
    }
}

fn title(code: u8) -> String {
    option_name(code).map_or_else(
        || format!("Option {code}"),
        |name| format!("Option {code}: {name}"),
    )
}

/// Pad after Pad is one field.
fn pad(fields: &mut Vec<Field>, range: Range<usize>) {
    let name = title(code::PAD);
    match fields.last_mut() {
        Some(last) if last.name == name => {
            last.range.end = range.end;
            last.value = format!("{} bytes", last.range.len());
        }
        _ => fields.push(Field::leaf(name, "1 byte", range)),
    }
}
