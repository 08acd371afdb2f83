//! The options of a message as the engine holds them.

use std::fmt;
use std::net::Ipv4Addr;

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
#[derive(Clone, Default)]
pub struct Options {
    index: Vec<Entry>,
    data: Vec<u8>,
    /// Which codes are in the index, a bit each: most questions are about options that are not there.
    codes: [u64; 4],
}

/// Where in `data` the value of an option stands. A value that was moved to join a further piece
/// leaves a gap behind.
#[derive(Clone, Copy)]
struct Entry {
    code: u8,
    start: usize,
    length: usize,
}

impl PartialEq for Options {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Options {}

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
        if !self.has(code) {
            return None;
        }
        let entry = self.index.iter().find(|entry| entry.code == code)?;
        self.data.get(entry.start..entry.start + entry.length)
    }

    /// Whether the message carries the option.
    pub fn has(&self, code: u8) -> bool {
        self.codes[usize::from(code / 64)] & 1 << (code % 64) != 0
    }

    /// Every option with its whole value.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.index.iter().map(|entry| {
            (
                entry.code,
                &self.data[entry.start..entry.start + entry.length],
            )
        })
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
        let start = self.data.len();
        let known = self.has(code);
        let mut places = self.index.iter();
        if let Some(at) = known
            .then(|| places.position(|entry| entry.code == code))
            .flatten()
        {
            let old = self.index[at];
            if old.start + old.length != start {
                self.data
                    .extend_from_within(old.start..old.start + old.length);
                self.index[at].start = start;
            }
            self.index[at].length += value.len();
        } else {
            if self.index.capacity() == 0 {
                // As much as the engine's own messages have.
                self.index.reserve_exact(12);
                self.data.reserve(64);
            }
            self.codes[usize::from(code / 64)] |= 1 << (code % 64);
            self.index.push(Entry {
                code,
                start,
                length: value.len(),
            });
        }
        self.data.extend_from_slice(value);
    }

    /// Takes an option out.
    pub fn remove(&mut self, code: u8) {
        if self.has(code) {
            self.index.retain(|entry| entry.code != code);
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

    /// Writes them all, a value of more than 255 bytes in pieces (RFC 3396 section 5), option 82
    /// last but for End (RFC 3046 section 2.1).
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for last in [false, true] {
            let wanted = |code| (code == code::RELAY_AGENT) == last;
            for (code, value) in self.iter().filter(|(code, _)| wanted(*code)) {
                write_option(code, value, bytes);
            }
        }
        bytes.push(code::END);
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
    let mut bytes = Vec::with_capacity(value.len() + 2);
    write_option(code, value, &mut bytes);
    bytes
}

fn write_option(code: u8, value: &[u8], bytes: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        let (piece, tail) = rest.split_at(rest.len().min(255));
        bytes.push(code);
        bytes.push(u8::try_from(piece.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(piece);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
