//! Option 61, the client identifier (RFC 2132 section 9.14, RFC 4361 section 6.1).

use super::{Field, Reader, value};

const DUID_AND_IAID: u8 = 255;

pub(super) fn describe(id: &[u8], at: usize) -> (String, Vec<Field>) {
    let [kind, rest @ ..] = id else {
        return (value::bytes(id), Vec::new());
    };
    let mut reader = Reader::inside(id, at);
    let shown = match *kind {
        0 => {
            reader.field("Type", |[kind]| format!("{kind} (not a hardware address)"));
            let shown = value::text_or_bytes(rest);
            reader.rest("Identifier", |_| shown.clone());
            shown
        }
        DUID_AND_IAID => {
            reader.field("Type", |[kind]| format!("{kind} (IAID and DUID)"));
            iaid_and_duid(&mut reader);
            value::bytes(id)
        }
        hardware => {
            reader.field("Type", |[kind]| value::hardware_type(kind.into()));
            let shown = value::hardware(hardware.into(), rest);
            reader.rest("Hardware Address", |_| shown.clone());
            format!("{}, {shown}", value::hardware_type(hardware.into()))
        }
    };
    (shown, reader.fields)
}

fn iaid_and_duid(reader: &mut Reader<'_>) {
    let fields = |reader: &mut Reader<'_>| {
        reader.field("IAID", |octets| {
            format!("0x{:08x}", u32::from_be_bytes(octets))
        })?;
        let kind = reader.field("DUID Type", |octets| match u16::from_be_bytes(octets) {
            1 => "1 (DUID-LLT)".to_owned(),
            2 => "2 (DUID-EN)".to_owned(),
            3 => "3 (DUID-LL)".to_owned(),
            4 => "4 (DUID-UUID)".to_owned(),
            other => other.to_string(),
        })?;
        let kind = u16::from_be_bytes(kind);
        if kind == 2 {
            reader.field("Enterprise Number", |octets| {
                u32::from_be_bytes(octets).to_string()
            })?;
        }
        if matches!(kind, 1 | 3) {
            let hardware = reader.field("Hardware Type", |octets| {
                value::hardware_type(u16::from_be_bytes(octets))
            })?;
            if kind == 1 {
                reader.field("Time", |octets| {
                    format!("{} s since 2000-01-01", u32::from_be_bytes(octets))
                })?;
            }
            reader.rest("Link-Layer Address", |address| {
                value::hardware(u16::from_be_bytes(hardware), address)
            });
        }
        Some(())
    };
    fields(reader);
    reader.rest("Identifier", value::bytes);
}
