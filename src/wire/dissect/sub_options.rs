//! Options within an option, as relay agents and vendors send them (RFC 3046 section 2.0, RFC 3925
//! section 4).

use super::{Field, value};

/// What a sub-option of a number is called.
type Names = fn(u8) -> Option<&'static str>;

pub(super) fn describe(information: &[u8], at: usize, names: Names) -> (String, Vec<Field>) {
    let mut parts = Vec::new();
    let mut rest = information;
    while let [code, tail @ ..] = rest {
        let start = at + information.len() - rest.len();
        let part = tail
            .split_first()
            .and_then(|(length, tail)| tail.split_at_checked(usize::from(*length)));
        let Some((part, next)) = part else {
            let why = format!("sub-option {code} runs past the end of its option");
            parts.push(Field::malformed(why, start..at + information.len()));
            break;
        };
        parts.push(sub_option(*code, part, start, names(*code)));
        rest = next;
    }
    let texts: Vec<_> = parts
        .iter()
        .map(|part| format!("{}: {}", part.name, part.value))
        .collect();
    (texts.join(", "), parts)
}

fn sub_option(code: u8, part: &[u8], at: usize, name: Option<&str>) -> Field {
    const LINK_SELECTION: u8 = 5;
    const SERVER_OVERRIDE: u8 = 11;
    let title = name.map_or_else(
        || format!("Sub-option {code}"),
        |name| format!("Sub-option {code}: {name}"),
    );
    let shown = match (code, <[u8; 4]>::try_from(part)) {
        (LINK_SELECTION | SERVER_OVERRIDE, Ok(octets)) if name.is_some() => value::address(octets),
        _ => value::text_or_bytes(part),
    };
    let mut children = vec![
        Field::leaf("Code", code.to_string(), at..at + 1),
        Field::leaf("Length", part.len().to_string(), at + 1..at + 2),
    ];
    if !part.is_empty() {
        children.push(Field::leaf(
            "Value",
            shown.clone(),
            at + 2..at + 2 + part.len(),
        ));
    }
    Field::leaf(title, shown, at..at + 2 + part.len()).with(children)
}
