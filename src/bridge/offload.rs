//! Checksums that a sender on this machine left for a card to fill in.

const UDP: u8 = 17;
const TCP: u8 = 6;
/// Where the UDP or TCP header starts behind Ethernet and a plain IPv4 header.
const BODY_AT: usize = 34;

/// Completes the UDP or TCP checksum of a frame that never met a card. Linux leaves in the field the
/// sum of the pseudo header alone, and the card adds the rest; over a virtual cable no card does, and
/// the receiver sees the half-done sum. Nothing else is touched: a wrong checksum stays wrong.
pub fn fill_checksum(bytes: &mut [u8]) {
    let plain = bytes.get(12..15) == Some(&[0x08, 0x00, 0x45])
        && field(bytes, 20).is_some_and(|fragment| fragment & 0x3fff == 0);
    let (Some(total), Some(protocol)) = (field(bytes, 16), bytes.get(23).copied()) else {
        return;
    };
    let (at, shortest) = match protocol {
        UDP => (BODY_AT + 6, 8),
        TCP => (BODY_AT + 16, 20),
        _ => return,
    };
    let Some(length) = usize::from(total).checked_sub(BODY_AT - 14) else {
        return;
    };
    let (Some(stated), Some(addresses)) = (field(bytes, at), bytes.get(26..34)) else {
        return;
    };
    let Some(body) = bytes.get(BODY_AT..BODY_AT + length) else {
        return;
    };
    if !plain || length < shortest {
        return;
    }
    let pseudo = sum(addresses) + u64::from(protocol) + length as u64;
    if fold(pseudo) != stated {
        return;
    }
    // The field itself holds the pseudo header's sum, so the sum over the body has both.
    let whole = match !fold(sum(body)) {
        // In UDP zero would say that there is no checksum (RFC 768); in TCP both are the same sum.
        0 => u16::MAX,
        whole => whole,
    };
    bytes[at..at + 2].copy_from_slice(&whole.to_be_bytes());
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
