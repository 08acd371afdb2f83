//! The options of a message as the engine holds them.

use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Range;

use dhcproto::v4::{DhcpOption, OptionCode};
use dhcproto::{Decodable, Decoder, Encodable, Encoder};

use super::BadMessage;

/// The option codes that the engine itself reads or writes (RFC 2132 and as noted).
pub mod code {
    /// Pad.
    pub const PAD: u8 = 0;
    /// Subnet mask.
    pub const SUBNET_MASK: u8 = 1;
    /// Router.
    pub const ROUTER: u8 = 3;
    /// Domain name server.
    pub const DNS: u8 = 6;
    /// Host name.
    pub const HOST_NAME: u8 = 12;
    /// Domain name.
    pub const DOMAIN_NAME: u8 = 15;
    /// Requested IP address.
    pub const REQUESTED_ADDRESS: u8 = 50;
    /// IP address lease time, in seconds.
    pub const LEASE_TIME: u8 = 51;
    /// Option overload.
    pub const OVERLOAD: u8 = 52;
    /// DHCP message type.
    pub const MESSAGE_TYPE: u8 = 53;
    /// Server identifier.
    pub const SERVER_ID: u8 = 54;
    /// Parameter request list.
    pub const PARAMETER_LIST: u8 = 55;
    /// Message: an error text.
    pub const MESSAGE: u8 = 56;
    /// Maximum DHCP message size.
    pub const MAX_SIZE: u8 = 57;
    /// Renewal time T1, in seconds.
    pub const T1: u8 = 58;
    /// Rebinding time T2, in seconds.
    pub const T2: u8 = 59;
    /// Client identifier.
    pub const CLIENT_ID: u8 = 61;
    /// Rapid commit (RFC 4039).
    pub const RAPID_COMMIT: u8 = 80;
    /// Relay agent information (RFC 3046).
    pub const RELAY_AGENT: u8 = 82;
    /// IPv6-only preferred, in seconds (RFC 8925).
    pub const IPV6_ONLY: u8 = 108;
    /// Subnet selection (RFC 3011).
    pub const SUBNET_SELECTION: u8 = 118;
    /// End.
    pub const END: u8 = 255;
}

/// The options of one message in the order of their first appearance, each code once: the pieces
/// of a repeated option are joined (RFC 3396 section 7).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Each option's [`HEAD`], its value right behind it.
    data: Vec<u8>,
    /// Which codes are there, a bit each: most questions are about options that are not.
    codes: [u64; 4],
}

/// What stands before a value: the code, and how long the value is. A joined one can be longer than
/// the one byte of a message says.
const HEAD: usize = 5;

/// As much as the engine's own messages take.
const ROOM: usize = 128;

fn head(code: u8, length: usize) -> [u8; HEAD] {
    let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    [code, a, b, c, d]
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Options {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole value of an option, or `None` where the message does not carry it.
    pub fn get(&self, code: u8) -> Option<&[u8]> {
        self.data.get(self.find(code)?)
    }

    /// Whether the message carries the option.
    pub fn has(&self, code: u8) -> bool {
        self.codes[usize::from(code / 64)] & 1 << (code % 64) != 0
    }

    /// Every option with its whole value.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.places().map(|(code, place)| (code, &self.data[place]))
    }

    /// Every option, and where its value stands in `data`.
    fn places(&self) -> impl Iterator<Item = (u8, Range<usize>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let [code, length @ ..] = *self.data.get(at..)?.first_chunk::<HEAD>()?;
            let start = at + HEAD;
            at = start + u32::from_le_bytes(length) as usize;
            Some((code, start..at))
        })
    }

    fn find(&self, code: u8) -> Option<Range<usize>> {
        if !self.has(code) {
            return None;
        }
        let (_, place) = self.places().find(|(own, _)| *own == code)?;
        Some(place)
    }

    /// An option that is one address.
    pub fn address(&self, code: u8) -> Option<Ipv4Addr> {
        let octets: [u8; 4] = self.get(code)?.try_into().ok()?;
        Some(octets.into())
    }

    /// An option that is a number of 32 bits.
    pub fn number(&self, code: u8) -> Option<u32> {
        let octets: [u8; 4] = self.get(code)?.try_into().ok()?;
        Some(u32::from_be_bytes(octets))
    }

    /// Adds an option, or a further piece of it. Pad and End carry nothing and are not kept.
    pub fn push_raw(&mut self, code: u8, value: &[u8]) {
        if matches!(code, code::PAD | code::END) {
            return;
        }
        if let Some(place) = self.find(code) {
            let joined = head(code, place.len() + value.len());
            self.data[place.start - HEAD..place.start].copy_from_slice(&joined);
            self.data.extend_from_slice(value);
            self.data[place.end..].rotate_right(value.len());
            return;
        }
        self.codes[usize::from(code / 64)] |= 1 << (code % 64);
        let more = HEAD + value.len();
        self.data.reserve(if self.data.is_empty() {
            more.max(ROOM)
        } else {
            more
        });
        if let [a, b, c, d] = *value {
            // Most are addresses and numbers: a copy of a known length takes no call.
            let [code, e, f, g, h] = head(code, 4);
            self.data.extend_from_slice(&[code, e, f, g, h, a, b, c, d]);
            return;
        }
        self.data.extend_from_slice(&head(code, value.len()));
        self.data.extend_from_slice(value);
    }

    /// Takes an option out.
    pub fn remove(&mut self, code: u8) {
        if let Some(place) = self.find(code) {
            self.data.drain(place.start - HEAD..place.end);
            self.codes[usize::from(code / 64)] &= !(1 << (code % 64));
        }
    }

    /// Adds an option that `dhcproto` types and encodes. The page builds its few options without
    /// it: its encoder brings the tables of international names along.
    pub fn push(&mut self, option: &DhcpOption) {
        let mut bytes = Vec::with_capacity(16);
        // Writing to a Vec fails only for lengths that no option built here has.
        let written = option.encode(&mut Encoder::new(&mut bytes));
        debug_assert!(written.is_ok());
        if bytes.is_empty() {
            // It leaves out a value of no bytes, option and all.
            self.push_raw(OptionCode::from(option).into(), &[]);
        }
        let mut rest = bytes.as_slice();
        while let [code, length, tail @ ..] = rest {
            let (value, next) = tail.split_at(tail.len().min(usize::from(*length)));
            self.push_raw(*code, value);
            rest = next;
        }
    }

    /// Adds an option that is one address, or a further address of a list.
    pub fn push_address(&mut self, code: u8, address: Ipv4Addr) {
        self.push_raw(code, &address.octets());
    }

    /// Adds an option that is a number of 32 bits.
    pub fn push_number(&mut self, code: u8, number: u32) {
        self.push_raw(code, &number.to_be_bytes());
    }

    /// How many bytes [`Options::write`] writes.
    pub(super) fn size(&self) -> usize {
        let values = self.iter().map(|(_, value)| option_size(value));
        values.sum::<usize>() + 1
    }

    /// Writes them all, a value of more than 255 bytes in pieces (RFC 3396 section 5), option 82
    /// last but for End (RFC 3046 section 2.1). `bytes` has room for [`Options::size`] of them.
    pub(super) fn write(&self, mut bytes: &mut [u8]) {
        for (code, value) in self.iter() {
            if code != code::RELAY_AGENT {
                bytes = write_option(code, value, bytes);
            }
        }
        if let Some(value) = self.get(code::RELAY_AGENT) {
            bytes = write_option(code::RELAY_AGENT, value, bytes);
        }
        bytes[0] = code::END;
    }

    /// Refuses an option that the engine reads and whose length its meaning does not allow.
    pub(super) fn check_lengths(&self) -> Result<(), BadMessage> {
        match self
            .iter()
            .find(|(code, value)| !Self::allows(*code, value.len()))
        {
            Some((code, value)) => Err(BadMessage::OptionLength {
                code,
                length: value.len(),
            }),
            None => Ok(()),
        }
    }

    /// Whether the meaning of an option that the engine reads allows a value of this length
    /// (RFC 2132, RFC 4039 section 4). Options that it only passes on may have any.
    pub(in crate::wire) fn allows(code: u8, length: usize) -> bool {
        match code {
            code::SUBNET_MASK
            | code::REQUESTED_ADDRESS
            | code::LEASE_TIME
            | code::SERVER_ID
            | code::T1
            | code::T2 => length == 4,
            code::ROUTER | code::DNS => length >= 4 && length.is_multiple_of(4),
            code::MESSAGE_TYPE | code::OVERLOAD => length == 1,
            code::MAX_SIZE => length == 2,
            code::CLIENT_ID => length >= 2,
            code::PARAMETER_LIST => length >= 1,
            code::RAPID_COMMIT => length == 0,
            _ => true,
        }
    }
}

/// An option's value as `dhcproto` types it; `None` where it knows no type for it, or does not
/// read all of it right.
pub fn typed(code: u8, value: &[u8]) -> Option<DhcpOption> {
    // 106 is not what it takes it for (108 is); 80, 81, 94 and 152 to 155 panic in a debug build
    // on lengths that a peer may send; 82 loses the order and whatever it does not know.
    if matches!(
        code,
        code::PAD | code::END | 80 | 81 | code::RELAY_AGENT | 94 | 106 | 152..=155
    ) {
        return None;
    }
    let option = decode(code, value)?;
    let whole = if matches!(option, DhcpOption::Unknown(_)) {
        false
    } else if matches!(
        option,
        DhcpOption::DomainSearch(_) | DhcpOption::BcmsControllerNames(_)
    ) {
        // Names may be packed in more than one way, so the bytes alone do not tell. It stops at
        // the first name that it cannot read; of a list that it read to the end, the last byte
        // belongs to the last name.
        let cut = value.split_last().and_then(|(_, rest)| decode(code, rest));
        !value.is_empty() && cut.is_none_or(|cut| cut != option)
    } else {
        let mut bytes = Vec::with_capacity(value.len() + 2);
        let written = option.encode(&mut Encoder::new(&mut bytes));
        written.is_ok() && bytes == pieces(code, value)
    };
    whole.then_some(option)
}

fn decode(code: u8, value: &[u8]) -> Option<DhcpOption> {
    DhcpOption::decode(&mut Decoder::new(&pieces(code, value))).ok()
}

/// An option as it stands in a message: in pieces where it is longer than 255 bytes.
fn pieces(code: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; option_size(value)];
    write_option(code, value, &mut bytes);
    bytes
}

/// How many bytes a message takes for an option of this value: each piece has a code and a length.
pub fn option_size(value: &[u8]) -> usize {
    value.len() + 2 * value.len().div_ceil(255).max(1)
}

/// Writes an option where the room for it is; what follows that room.
fn write_option<'a>(code: u8, value: &[u8], mut bytes: &'a mut [u8]) -> &'a mut [u8] {
    let mut rest = value;
    loop {
        let (piece, tail) = rest.split_at(rest.len().min(255));
        let (own, further) = bytes.split_at_mut(2 + piece.len());
        own[0] = code;
        own[1] = u8::try_from(piece.len()).unwrap_or(u8::MAX);
        own[2..].copy_from_slice(piece);
        (bytes, rest) = (further, tail);
        if rest.is_empty() {
            return bytes;
        }
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
