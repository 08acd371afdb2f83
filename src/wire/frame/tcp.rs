//! The TCP segment (RFC 9293 section 3.1).

use std::fmt;

use super::{BadFrame, internet_checksum};

/// The number that IPv4 headers give TCP.
pub(in crate::wire) const PROTOCOL: u8 = 6;
/// The header without options.
pub(in crate::wire) const HEADER: usize = 20;

/// The control bits of a segment, in the order of the header (RFC 9293 section 3.1).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// The sequence numbers are made known.
    pub const SYN: u8 = 0x02;
    /// The connection is broken off.
    pub const RST: u8 = 0x04;
    /// The data go to the application at once.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment number counts.
    pub const ACK: u8 = 0x10;

    /// Whether all these bits are set.
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits == bits
    }

    /// Whether this asks for a new connection: SYN, and neither ACK nor RST.
    pub const fn opens(self) -> bool {
        self.0 & (Self::SYN | Self::ACK | Self::RST) == Self::SYN
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#04x})", self.0)
    }
}

/// A TCP segment, as far as an observer has a use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
    /// The number of its first byte.
    pub sequence: u32,
    /// The number of the byte that the sender expects next, if ACK is set.
    pub acknowledgment: u32,
    /// Its control bits.
    pub flags: Flags,
    /// How many bytes more the sender takes, not scaled.
    pub window: u16,
    /// What it carries.
    pub payload: &'a [u8],
}

/// Reads the body of an IPv4 packet between two addresses.
pub(super) fn parse<'a>(
    source: [u8; 4],
    destination: [u8; 4],
    bytes: &'a [u8],
) -> Result<Tcp<'a>, BadFrame> {
    let Some(header) = bytes.first_chunk::<HEADER>() else {
        return Err(BadFrame::Truncated("TCP"));
    };
    let length = usize::from(header[12] >> 4) * 4;
    if length < HEADER {
        return Err(BadFrame::Malformed("TCP"));
    }
    let payload = bytes.get(length..).ok_or(BadFrame::Truncated("TCP"))?;
    if checksum(source, destination, bytes.len(), [&[], bytes]) != 0 {
        return Err(BadFrame::Checksum("TCP"));
    }
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let long = |at: usize| u32::from(word(at)) << 16 | u32::from(word(at + 2));
    Ok(Tcp {
        source: word(0),
        destination: word(2),
        sequence: long(4),
        acknowledgment: long(8),
        flags: Flags(header[13]),
        window: word(14),
        payload,
    })
}

/// The sum over a segment of `length` bytes and its pseudo header (RFC 9293 section 3.1), 0 over one
/// that holds its checksum. The first piece has an even length.
pub(in crate::wire) fn checksum(
    source: [u8; 4],
    destination: [u8; 4],
    length: usize,
    [head, tail]: [&[u8]; 2],
) -> u16 {
    // A segment is shorter than the packet that holds it.
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    internet_checksum(&[&source, &destination, &[0, PROTOCOL, high, low], head, tail])
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
