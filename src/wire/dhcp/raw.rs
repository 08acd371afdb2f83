//! The pass over a message's raw bytes: what must hold before any field is believed, and every
//! option with the place where it stands.

/// How long the fixed part is, from `op` to the end of `file` (RFC 2131 figure 1).
pub const FIXED: usize = 236;
/// What the options field starts with (RFC 2131 section 3).
pub const MAGIC_COOKIE: [u8; 4] = [99, 130, 83, 99];

const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
const OPTION_OVERLOAD: u8 = 52;

/// A field that carries options: `options` itself, and under overload `file` and `sname`
/// (RFC 2132 section 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The options field.
    Options,
    /// The boot file name field.
    File,
    /// The server host name field.
    Sname,
}

/// One option as it stands in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawOption<'a> {
    /// Its code; 0 is Pad and 255 is End, which have no length.
    pub code: u8,
    /// Its value, without code and length.
    pub value: &'a [u8],
    /// Where its code stands, counted from the start of the message.
    pub at: usize,
    /// The field that it stands in.
    pub area: Area,
}

impl RawOption<'_> {
    /// How many bytes it takes, code and length included.
    pub fn len(&self) -> usize {
        if matches!(self.code, 0 | 255) {
            1
        } else {
            self.value.len() + 2
        }
    }

    /// Never: an option has at least its code.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// Why bytes are not a DHCP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Shorter than the fixed part and the cookie.
    #[error("{length} bytes are too short for a DHCP message of at least 240")]
    TooShort {
        /// How long it is.
        length: usize,
    },
    /// Neither a request nor a reply.
    #[error("op is {0}, not 1 (BOOTREQUEST) or 2 (BOOTREPLY)")]
    Op(u8),
    /// A hardware address that does not fit into chaddr.
    #[error("hlen is {0}, but chaddr holds 16 bytes")]
    HardwareLength(u8),
    /// The options field does not start with the cookie.
    #[error("no magic cookie 63 82 53 63 at byte 236")]
    Cookie,
    /// An option runs past the end of its field.
    #[error("option {code} at byte {at} runs past the end of its field")]
    OptionCutOff {
        /// The option's code.
        code: u8,
        /// Where it stands.
        at: usize,
    },
    /// An option has a length that its meaning does not allow.
    #[error("option {code} has the length {length}")]
    OptionLength {
        /// The option's code.
        code: u8,
        /// Its length.
        length: usize,
    },
    /// No message type: plain BOOTP.
    #[error("no message type (option 53)")]
    NoMessageType,
    /// A message type that no standard names.
    #[error("message type {0} is unknown")]
    UnknownMessageType(u8),
}

/// Finds every option: in `options`, then under overload in `file`, then in `sname` (RFC 2131
/// section 4.1). Calls `found` for each in that order, Pad and End included.
///
/// # Errors
/// [`BadMessage`] where the fixed part or an option is malformed; what was found before the
/// malformed option has been reported by then.
pub fn scan<'a>(bytes: &'a [u8], found: impl FnMut(RawOption<'a>)) -> Result<(), BadMessage> {
    if bytes.len() < FIXED + MAGIC_COOKIE.len() {
        return Err(BadMessage::TooShort {
            length: bytes.len(),
        });
    }
    if !matches!(bytes[0], 1 | 2) {
        return Err(BadMessage::Op(bytes[0]));
    }
    if bytes[2] > 16 {
        return Err(BadMessage::HardwareLength(bytes[2]));
    }
    scan_options(bytes, found)
}

/// Finds every option as [`scan`] does, whatever the fixed part says: the inspector shows the
/// options of a message that no one accepts, too.
pub(in crate::wire) fn scan_options<'a>(
    bytes: &'a [u8],
    mut found: impl FnMut(RawOption<'a>),
) -> Result<(), BadMessage> {
    let options = FIXED + MAGIC_COOKIE.len();
    if bytes.len() < options {
        return Err(BadMessage::TooShort {
            length: bytes.len(),
        });
    }
    if bytes[FIXED..options] != MAGIC_COOKIE {
        return Err(BadMessage::Cookie);
    }
    let mut overload = 0;
    scan_area(
        bytes,
        options..bytes.len(),
        Area::Options,
        &mut |option: RawOption<'a>| {
            if let (OPTION_OVERLOAD, &[flags]) = (option.code, option.value) {
                overload |= flags;
            }
            found(option);
        },
    )?;
    if overload & 1 != 0 {
        scan_area(bytes, FILE, Area::File, &mut found)?;
    }
    if overload & 2 != 0 {
        scan_area(bytes, SNAME, Area::Sname, &mut found)?;
    }
    Ok(())
}

fn scan_area<'a>(
    bytes: &'a [u8],
    range: std::ops::Range<usize>,
    area: Area,
    found: &mut impl FnMut(RawOption<'a>),
) -> Result<(), BadMessage> {
    let mut at = range.start;
    while at < range.end {
        let code = bytes[at];
        let option = if matches!(code, 0 | 255) {
            RawOption {
                code,
                value: &[],
                at,
                area,
            }
        } else {
            let cut_off = BadMessage::OptionCutOff { code, at };
            let length = usize::from(*bytes[..range.end].get(at + 1).ok_or(cut_off)?);
            let value = bytes[..range.end]
                .get(at + 2..at + 2 + length)
                .ok_or(cut_off)?;
            RawOption {
                code,
                value,
                at,
                area,
            }
        };
        at += option.len();
        found(option);
        if code == 255 {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "raw_tests.rs"]
mod tests;
