//! The pass over a message's raw bytes: what must hold before any field is believed.

use super::names::{MessageType, option};

/// The shortest message: its header (section 6.1).
pub const MIN_MESSAGE: usize = 12;
/// The longest message.
pub const MAX_MESSAGE: usize = 2048;
/// The payload offset that the draft asks for, although the header has 12 bytes.
const DRAFT_OFFSET: u8 = 8;

/// The fixed part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// How long the message is, header included, in bytes.
    pub length: u16,
    /// Its type's number.
    pub kind: u8,
    /// Where its options start, as the message says it.
    pub offset: u8,
    /// When it was sent, in seconds since 1970 by the sender's clock.
    pub time: u32,
    /// Its transaction id.
    pub xid: u32,
}

impl Header {
    /// Where its options really start.
    pub fn payload(&self) -> usize {
        if self.offset == DRAFT_OFFSET {
            MIN_MESSAGE
        } else {
            self.offset.into()
        }
    }
}

/// One option as it stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawOption<'a> {
    /// Its code.
    pub code: u16,
    /// Its value.
    pub value: &'a [u8],
    /// Where its code stands, counted from the start of the message.
    pub at: usize,
}

/// Why bytes are not a failover message. Places are counted from the start of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Its length field cannot be (section 6.1).
    #[error("a length of {0} bytes; a message has 12 to 2048")]
    Length(u16),
    /// Fewer or more bytes than its length field says.
    #[error("{there} bytes where the length field says {said}")]
    Cut {
        /// How many there are.
        there: usize,
        /// How many there should be.
        said: u16,
    },
    /// The options cannot start there.
    #[error("a payload offset of {0}; options start behind the 12 bytes of the header")]
    Offset(u8),
    /// A type that every server must know, but that no one has defined (section 6.1).
    #[error("the message type {0} is not defined")]
    UnknownType(u8),
    /// An option does not fit in what is left.
    #[error("option {code} at byte {at} is cut off")]
    CutOption {
        /// Its code, as far as it is there.
        code: u16,
        /// Where it starts.
        at: usize,
    },
    /// An option's value cannot be that long.
    #[error("{} ({code}) at byte {at} has {length} bytes", option::name(*code).unwrap_or("option"))]
    OptionLength {
        /// Its code.
        code: u16,
        /// Where it starts.
        at: usize,
        /// How long its value is.
        length: usize,
    },
    /// A value that the draft does not define.
    #[error("{} ({code}) at byte {at} has the value {value}", option::name(*code).unwrap_or("option"))]
    OptionValue {
        /// Its code.
        code: u16,
        /// Where it starts.
        at: usize,
        /// What it says.
        value: u8,
    },
    /// An option that may be there once is there twice (section 6.2).
    #[error("{} ({code}) is there again at byte {at}", option::name(*code).unwrap_or("option"))]
    Twice {
        /// Its code.
        code: u16,
        /// Where it starts the second time.
        at: usize,
    },
    /// An option without which the message says nothing.
    #[error("{} without {}", kind.name(), option::name(*code).unwrap_or("option"))]
    Missing {
        /// What kind of message it is.
        kind: MessageType,
        /// The option's code.
        code: u16,
    },
}

/// Reads the fixed part of what may be a message; `None` where fewer than 12 bytes are there.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let &[l0, l1, kind, offset, t0, t1, t2, t3, x0, x1, x2, x3] = bytes.first_chunk()?;
    Some(Header {
        length: u16::from_be_bytes([l0, l1]),
        kind,
        offset,
        time: u32::from_be_bytes([t0, t1, t2, t3]),
        xid: u32::from_be_bytes([x0, x1, x2, x3]),
    })
}

/// Hands out every option of a whole message in its order.
///
/// # Errors
/// Why the bytes are not one message, or what is malformed; the options before it have been
/// handed out.
pub fn scan_options<'a>(
    message: &'a [u8],
    mut each: impl FnMut(RawOption<'a>),
) -> Result<Header, BadMessage> {
    let length = message
        .first_chunk()
        .map_or(0, |two| u16::from_be_bytes(*two));
    if !(MIN_MESSAGE..=MAX_MESSAGE).contains(&usize::from(length)) {
        return Err(BadMessage::Length(length));
    }
    let cut = BadMessage::Cut {
        there: message.len(),
        said: length,
    };
    let head = header(message).ok_or(cut)?;
    if message.len() != usize::from(length) {
        return Err(cut);
    }
    let mut at = head.payload();
    if !(MIN_MESSAGE..=message.len()).contains(&at) {
        return Err(BadMessage::Offset(head.offset));
    }
    while let Some(rest) = message.get(at..).filter(|rest| !rest.is_empty()) {
        let code = match *rest {
            [high, low, ..] => u16::from_be_bytes([high, low]),
            [high] => u16::from_be_bytes([high, 0]),
            [] => 0,
        };
        let value = match *rest {
            [_, _, high, low, ..] => rest
                .get(4..)
                .and_then(|rest| rest.get(..u16::from_be_bytes([high, low]).into())),
            _ => None,
        };
        let value = value.ok_or(BadMessage::CutOption { code, at })?;
        each(RawOption { code, value, at });
        at += 4 + value.len();
    }
    Ok(head)
}
