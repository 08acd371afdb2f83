//! Bytes to meaning and back.
//!
//! [`frame`] builds and reads whole Ethernet frames; [`dhcp`] the DHCP message inside; [`failover`]
//! the messages between two servers;
//! [`dissect`] the tree of fields with the bytes that each of them stands in; [`summary`] what a
//! label of one line says.

pub mod dhcp;
pub mod dissect;
pub mod failover;
pub mod frame;
pub mod summary;

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::json::{FromJson, Read, ToJson, Value, from_text, to_text};

/// An Ethernet address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Everyone on the segment.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// Not known, as in the target field of an ARP request.
    pub const ZERO: Self = Self([0; 6]);

    /// True for the broadcast address and every multicast group.
    pub const fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Why a text is not an Ethernet address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not an Ethernet address: write six pairs of hexadecimal digits, such as 02:00:00:00:00:01"
)]
pub struct BadMac(String);

impl FromStr for Mac {
    type Err = BadMac;

    fn from_str(text: &str) -> Result<Self, BadMac> {
        let bad = || BadMac(text.chars().take(40).collect());
        let mut octets = [0; 6];
        let mut parts = text.split([':', '-']);
        for octet in &mut octets {
            let part = parts.next().ok_or_else(bad)?;
            if part.len() != 2 || !part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(bad());
            }
            *octet = u8::from_str_radix(part, 16).map_err(|_| bad())?;
        }
        parts.next().map_or(Ok(Self(octets)), |_| Err(bad()))
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Mac {
    fn blank() -> Self {
        Self::ZERO
    }

    fn read(&mut self, value: &Value) -> Read {
        from_text(self, value)
    }
}

impl ToJson for Mac {
    fn write(&self) -> Value {
        to_text(self)
    }
}

#[cfg(test)]
#[path = "mac_tests.rs"]
mod tests;
