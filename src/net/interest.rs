//! What a host has a use for, so that a switch can tell whom among thousands a broadcast may matter
//! to without a look at each. Who is not among those would drop the frame unread; for the others
//! [`super::host::Host::has_use_for`] has the last word.

use std::net::Ipv4Addr;

use crate::wire::Mac;
use crate::wire::frame::{Frame, Peek, peek};

/// Up to `N` addresses, each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few<const N: usize>([Ipv4Addr; N]);

impl<const N: usize> Few<N> {
    const NONE: Self = Self([Ipv4Addr::UNSPECIFIED; N]);

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        let all = self.0.iter().copied();
        all.take_while(|address| !address.is_unspecified())
    }

    /// Whether an address is among them.
    pub fn has(&self, address: Ipv4Addr) -> bool {
        self.iter().any(|known| known == address)
    }

    /// Adds one; false where there is no room for it.
    fn add(&mut self, address: Ipv4Addr) -> bool {
        let place = self
            .0
            .iter_mut()
            .find(|known| known.is_unspecified() || **known == address);
        if let Some(place) = place {
            *place = address;
            return true;
        }
        false
    }
}

/// What a host has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Anything: it is a switch or a router, or knows too many.
    pub all: bool,
    /// The port of UDP that it listens on; 0 for none.
    pub port: u16,
    /// Whose ARP packets it reads: those of the neighbours that it knows.
    pub known: Few<5>,
    /// The addresses that it uses, wants or asks for.
    pub minded: Few<5>,
}

impl Interest {
    /// Anything.
    pub const ALL: Self = Self {
        all: true,
        ..Self::NONE
    };
    /// Nothing.
    pub const NONE: Self = Self {
        all: false,
        port: 0,
        known: Few::NONE,
        minded: Few::NONE,
    };

    /// The interest of a host that listens on a port, knows some neighbours and minds some addresses.
    pub fn new(
        port: u16,
        known: impl ExactSizeIterator<Item = Ipv4Addr>,
        minded: impl Iterator<Item = Ipv4Addr>,
    ) -> Self {
        let mut own = Self { port, ..Self::NONE };
        // Asked after every event, of servers that know thousands too.
        if known.len() > own.known.0.len() {
            return Self::ALL;
        }
        for address in known {
            own.all |= !own.known.add(address);
        }
        for address in minded.filter(|address| !address.is_unspecified()) {
            own.all |= !own.minded.add(address);
        }
        if own.all { Self::ALL } else { own }
    }

    /// The addresses whose ARP packets it reads.
    pub fn from(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        let own = self.minded.iter();
        let others = self.known.iter();
        others.filter(|known| !self.minded.has(*known)).chain(own)
    }

    /// Whether it reads the ARP packets of an address.
    pub fn reads_from(&self, address: Ipv4Addr) -> bool {
        self.known.has(address) || self.minded.has(address)
    }
}

/// Whom a frame may matter to, besides those who read anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The host with this card.
    Card(Mac),
    /// Who reads ARP packets from one address, or asks about the other.
    Arp(Ipv4Addr, Ipv4Addr),
    /// Who listens on this port of UDP.
    Port(u16),
    /// Everyone.
    Everyone,
    /// No one.
    Nobody,
}

impl Question {
    /// Whom this frame may matter to.
    pub fn of(frame: &Frame) -> Self {
        let destination = frame.destination();
        if !destination.is_group() {
            return Self::Card(destination);
        }
        if destination != Mac::BROADCAST {
            return Self::Nobody;
        }
        match peek(frame.bytes()) {
            Peek::Arp { spa, tpa } => Self::Arp(spa, tpa),
            Peek::Udp { port } => Self::Port(port),
            Peek::Tcp { .. } | Peek::Other => Self::Everyone,
        }
    }
}

#[cfg(test)]
#[path = "interest_tests.rs"]
mod tests;
