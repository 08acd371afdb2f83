//! Values as text.

use crate::time::Duration;
use crate::wire::Mac;

/// How many bytes are written out; the inspector shows all of them beside the tree anyway.
const SHOWN: usize = 32;

pub(super) fn bytes(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes
        .iter()
        .take(SHOWN)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let shown = shown.join(" ");
    if bytes.len() > SHOWN {
        format!("{shown} … ({} bytes)", bytes.len())
    } else {
        shown
    }
}

pub(super) fn padding(padding: &[u8]) -> String {
    if padding.len() > 1 && padding.iter().all(|byte| *byte == 0) {
        format!("{} bytes of zeros", padding.len())
    } else {
        bytes(padding)
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.escape_ascii())
}

/// As text where it can be one, for fields that are opaque by their standard.
pub(super) fn text_or_bytes(value: &[u8]) -> String {
    if !value.is_empty() && value.iter().all(|byte| matches!(byte, 0x20..0x7f)) {
        format!("{} ({})", text(value), bytes(value))
    } else {
        bytes(value)
    }
}

pub(super) fn mac(mac: Mac) -> String {
    if mac == Mac::BROADCAST {
        format!("{mac} (broadcast)")
    } else {
        mac.to_string()
    }
}

pub(super) fn address(octets: [u8; 4]) -> String {
    std::net::Ipv4Addr::from(octets).to_string()
}

pub(super) fn seconds(seconds: u32) -> String {
    match seconds {
        u32::MAX => format!("{seconds} s (infinity)"),
        0..60 => format!("{seconds} s"),
        60.. => format!("{seconds} s ({})", Duration::from_secs(seconds.into())),
    }
}

pub(super) fn ether_type(number: u16) -> String {
    match number {
        0x0800 => "0x0800 (IPv4)".to_owned(),
        0x0806 => "0x0806 (ARP)".to_owned(),
        0x86dd => "0x86dd (IPv6)".to_owned(),
        _ => format!("0x{number:04x}"),
    }
}

pub(super) fn hardware_type(number: u16) -> String {
    match number {
        1 => "1 (Ethernet)".to_owned(),
        6 => "6 (IEEE 802)".to_owned(),
        32 => "32 (InfiniBand)".to_owned(),
        _ => number.to_string(),
    }
}

/// A hardware address of a given type, as RFC 1700 numbers them.
pub(super) fn hardware(hardware_type: u16, address: &[u8]) -> String {
    match <[u8; 6]>::try_from(address) {
        Ok(octets) if matches!(hardware_type, 1 | 6) => mac(Mac(octets)),
        _ => bytes(address),
    }
}

pub(super) fn checksum(found: u16, expected: u16) -> String {
    // All ones are the other zero of ones' complement, and add up as well.
    if found == expected || (found, expected) == (0xffff, 0) {
        format!("0x{found:04x} (correct)")
    } else {
        format!("0x{found:04x} (wrong, should be 0x{expected:04x})")
    }
}

pub(super) fn set(bit: bool) -> &'static str {
    if bit { "1 (set)" } else { "0 (not set)" }
}
