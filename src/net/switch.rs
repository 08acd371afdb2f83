//! A learning switch (IEEE 802.1D): it remembers behind which port a card is, and floods what it
//! does not know.

use crate::map::Map;
use crate::time::{Duration, Instant};
use crate::wire::Mac;

/// How long a card is believed to be behind a port without being heard.
pub const AGEING: Duration = Duration::from_secs(300);

/// Where a frame goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forward {
    /// Out of one port.
    Port(u32),
    /// Out of every port but the one that it came in by.
    Flood,
    /// Nowhere: its receiver is behind the port that it came in by.
    Filter,
}

/// A learning switch. Its ports are the numbers of the links at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switch {
    table: Map<Mac, (u32, Instant)>,
}

impl Switch {
    /// Learns the sender and finds the way to the receiver.
    pub fn forward(&mut self, now: Instant, port: u32, source: Mac, destination: Mac) -> Forward {
        if !source.is_group() {
            self.table.insert(source, (port, now));
        }
        if destination.is_group() {
            return Forward::Flood;
        }
        match self.table.get(&destination) {
            Some((known, heard)) if now.since(*heard) < AGEING => {
                if *known == port {
                    Forward::Filter
                } else {
                    Forward::Port(*known)
                }
            }
            Some(_) | None => Forward::Flood,
        }
    }

    /// Forgets the cards behind a port: its link is down.
    pub fn forget_port(&mut self, port: u32) {
        self.table.retain(|_, (known, _)| *known != port);
    }

    /// Forgets everything: the power is off.
    pub fn clear(&mut self) {
        self.table.clear();
    }

    /// How many cards it remembers, believed or not.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it remembers none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Every card that is still believed, with its port.
    pub fn entries(&self, now: Instant) -> impl Iterator<Item = (Mac, u32)> {
        self.table
            .iter()
            .filter(move |(_, (_, heard))| now.since(*heard) < AGEING)
            .map(|(mac, (port, _))| (*mac, *port))
    }
}

#[cfg(test)]
#[path = "switch_tests.rs"]
mod tests;
