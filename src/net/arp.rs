//! A host's ARP cache, and the packets that wait for an answer (RFC 826, RFC 1122 section 2.3.2).

use std::net::Ipv4Addr;

use crate::map::Map;
use crate::time::{Duration, Instant};
use crate::wire::Mac;

/// How long an entry is believed without being confirmed.
pub const LIFETIME: Duration = Duration::from_secs(4 * 3_600);
/// How long one request waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How often an address is asked for before what waits for it is dropped.
pub const TRIES: u8 = 3;

/// Which card has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The card.
    pub mac: Mac,
    /// When this was last heard or set.
    pub confirmed: Instant,
}

/// What the host knows of its neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    entries: Map<Ipv4Addr, Entry>,
    /// How often it has come to know other addresses than before.
    changes: u32,
}

impl Cache {
    /// The card that has an address, if that is still believed.
    pub fn get(&self, address: Ipv4Addr, now: Instant) -> Option<Mac> {
        let entry = self.entries.get(&address)?;
        (now.since(entry.confirmed) < LIFETIME).then_some(entry.mac)
    }

    /// Whether there is an entry, believed or not.
    pub fn knows(&self, address: Ipv4Addr) -> bool {
        self.entries.contains_key(&address)
    }

    /// Every address that there is an entry for, believed or not.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = Ipv4Addr> + '_ {
        self.entries.keys().copied()
    }

    /// Sets an entry; true if it says something new.
    pub fn set(&mut self, address: Ipv4Addr, mac: Mac, now: Instant) -> bool {
        let entry = Entry {
            mac,
            confirmed: now,
        };
        let Some(known) = self.entries.get_mut(&address) else {
            self.entries.insert(address, entry);
            self.changes += 1;
            return true;
        };
        let old = std::mem::replace(known, entry);
        old.mac != mac || now.since(old.confirmed) >= LIFETIME
    }

    /// Every entry that is still believed.
    pub fn entries(&self, now: Instant) -> impl Iterator<Item = (Ipv4Addr, Entry)> {
        self.entries
            .iter()
            .filter(move |(_, entry)| now.since(entry.confirmed) < LIFETIME)
            .map(|(address, entry)| (*address, *entry))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.changes += 1;
    }

    /// How often it has come to know other addresses than before.
    pub fn changes(&self) -> u32 {
        self.changes
    }
}

/// Packets that wait until ARP has found the card of their next hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting<P> {
    /// The address asked for.
    pub next_hop: Ipv4Addr,
    /// The address that asks.
    pub source: Ipv4Addr,
    /// How often it was asked for.
    pub tries: u8,
    /// When it is asked for again, or given up.
    pub due: Instant,
    /// What waits, in order.
    pub packets: Vec<P>,
}
