//! Checksums that a sender on this machine left for a card to fill in.

use crate::wire::frame::{self, Peek};

const UDP: u8 = 17;
/// Where the UDP header starts behind Ethernet and a plain IPv4 header.
const UDP_AT: usize = 34;
const CHECKSUM_AT: usize = UDP_AT + 6;

/// Completes the UDP checksum of a frame that never met a card. Linux leaves in the field the sum of
/// the pseudo header alone, and the card adds the rest; over a virtual cable no card does, and the
/// receiver sees the half-done sum. Nothing else is touched: a wrong checksum stays wrong.
pub fn fill_checksum(bytes: &mut [u8]) {
    if !matches!(frame::peek(bytes), Peek::Udp { .. }) {
        return;
    }
    let Some(length) = field(bytes, UDP_AT + 4).map(usize::from) else {
        return;
    };
    let (Some(stated), Some(addresses)) = (field(bytes, CHECKSUM_AT), bytes.get(26..34)) else {
        return;
    };
    let Some(datagram) = bytes.get(UDP_AT..UDP_AT + length) else {
        return;
    };
    if length < 8 {
        return;
    }
    let pseudo = sum(addresses) + u64::from(UDP) + length as u64;
    if fold(pseudo) != stated {
        return;
    }
    // The field itself holds the pseudo header's sum, so the sum over the datagram has both.
    let whole = match !fold(sum(datagram)) {
        // Zero would say that there is no checksum (RFC 768).
        0 => u16::MAX,
        whole => whole,
    };
    bytes[CHECKSUM_AT..CHECKSUM_AT + 2].copy_from_slice(&whole.to_be_bytes());
}

fn field(bytes: &[u8], at: usize) -> Option<u16> {
    let octets = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([octets[0], octets[1]]))
}

fn sum(bytes: &[u8]) -> u64 {
    bytes
        .chunks(2)
        .map(|pair| u64::from(pair[0]) << 8 | pair.get(1).map_or(0, |low| u64::from(*low)))
        .sum()
}

/// The 16-bit one's complement sum.
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(sum).unwrap_or(u16::MAX)
}
