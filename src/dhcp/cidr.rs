//! Addresses with their networks, as scenario files write them.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::same_network;
use crate::json::{FromJson, Read, ToJson, Value, from_text, to_text};

/// An address with its network: `192.0.2.1/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// The address.
    pub address: Ipv4Addr,
    /// How many leading bits name the network, 0 to 32.
    pub prefix: u8,
}

impl Cidr {
    /// Whether an address is of that network.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        same_network(self.address, address, self.prefix)
    }

    /// The network's mask, as option 1 carries it.
    pub fn mask(self) -> u32 {
        u32::MAX
            .checked_shl(32 - u32::from(self.prefix.min(32)))
            .unwrap_or(0)
    }

    /// Whether a host of that network may have the address: neither the network's own two, nor
    /// one that means no host at all (RFC 1122 section 3.2.1.3).
    pub fn is_host(self) -> bool {
        let [first, ..] = self.address.octets();
        !self.is_network() && !matches!(first, 0 | 127 | 224..)
    }

    /// Whether the address is one of the network's own two.
    pub fn is_network(self) -> bool {
        let host = u32::from(self.address) & !self.mask();
        self.prefix < 31 && (host == 0 || host == !self.mask())
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Why a text is not an address with its network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address with its network: write it such as 192.0.2.1/24")]
pub struct BadCidr(String);

impl FromStr for Cidr {
    type Err = BadCidr;

    fn from_str(text: &str) -> Result<Self, BadCidr> {
        let parse = || {
            let (address, prefix) = text.split_once('/')?;
            let prefix = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
            Some(Self {
                address: address.parse().ok()?,
                prefix,
            })
        };
        parse().ok_or_else(|| BadCidr(text.chars().take(40).collect()))
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Cidr {
    fn blank() -> Self {
        Self {
            address: Ipv4Addr::UNSPECIFIED,
            prefix: 0,
        }
    }

    fn read(&mut self, value: &Value) -> Read {
        from_text(self, value)
    }
}

impl ToJson for Cidr {
    fn write(&self) -> Value {
        to_text(self)
    }
}
