//! What a host has a use for, in one word: a Bloom filter over the addresses and ports of which it
//! reads broadcasts. Where the word says no, the host would drop the frame unread; where it says
//! yes, [`super::host::Host::has_use_for`] has the last word.

use std::net::Ipv4Addr;

use crate::wire::Mac;
use crate::wire::dhcp::{CLIENT_PORT, SERVER_PORT};
use crate::wire::frame::{Frame, Peek, peek};

/// What a host has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest(u64);

const SERVERS: u64 = 1 << 63;
const CLIENTS: u64 = 1 << 62;
/// How many bits are the addresses'.
const ADDRESSES: u64 = 62;

impl Interest {
    /// Nothing at all.
    pub const NONE: Self = Self(0);
    /// Anything: a switch or a router, or a host that knows too many for one word.
    pub const ALL: Self = Self(u64::MAX);

    /// What comes from this address.
    #[must_use]
    pub fn from(self, address: Ipv4Addr) -> Self {
        Self(self.0 | spread(address, 0x9e37_79b9_7f4a_7c15))
    }

    /// What asks for this address.
    #[must_use]
    pub fn about(self, address: Ipv4Addr) -> Self {
        Self(self.0 | spread(address, 0xc2b2_ae3d_27d4_eb4f))
    }

    /// What goes to this port of UDP.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        match port {
            SERVER_PORT => Self(self.0 | SERVERS),
            CLIENT_PORT => Self(self.0 | CLIENTS),
            _ => self,
        }
    }

    /// Whether all of `one` or all of `other` is in it.
    pub fn meets(self, one: Self, other: Self) -> bool {
        (self.0 & one.0 == one.0) | (self.0 & other.0 == other.0)
    }
}

/// Four bits for an address.
fn spread(address: Ipv4Addr, by: u64) -> u64 {
    let mixed = (u64::from(u32::from(address)) + 1).wrapping_mul(by);
    let mixed = mixed ^ (mixed >> 29);
    let bit = |at: u32| (((mixed.wrapping_mul(by) >> at) & 0xff) * ADDRESSES) >> 8;
    1 << bit(24) | 1 << bit(32) | 1 << bit(40) | 1 << bit(48)
}

/// Whom a frame may matter to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The host with this card.
    Card(Mac),
    /// Hosts that are interested in all of one or all of the other.
    Group(Interest, Interest),
}

impl Question {
    /// Whom this frame may matter to.
    pub fn of(frame: &Frame) -> Self {
        let destination = frame.destination();
        if !destination.is_group() {
            return Self::Card(destination);
        }
        let nobody = Interest::ALL;
        if destination != Mac::BROADCAST {
            return Self::Group(nobody, nobody);
        }
        match peek(frame.bytes()) {
            Peek::Arp { spa, tpa } => {
                let wanted = |address: Ipv4Addr, interest| {
                    if address.is_unspecified() {
                        nobody
                    } else {
                        interest
                    }
                };
                Self::Group(
                    wanted(spa, Interest::NONE.from(spa)),
                    wanted(tpa, Interest::NONE.about(tpa)),
                )
            }
            Peek::Udp { port } => {
                let wanted = Interest::NONE.port(port);
                let wanted = if wanted == Interest::NONE {
                    nobody
                } else {
                    wanted
                };
                Self::Group(wanted, wanted)
            }
            Peek::Tcp { .. } | Peek::Other => Self::Group(Interest::NONE, Interest::NONE),
        }
    }
}

#[cfg(test)]
#[path = "interest_tests.rs"]
mod tests;
