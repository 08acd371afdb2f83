//! A learning switch (IEEE 802.1D): it remembers behind which port a card is, and floods what it
//! does not know.

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

/// Where a card was heard last, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    /// The card, as a number.
    card: u64,
    port: u32,
    at: Instant,
}

/// A learning switch. Its ports are the numbers of the links at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switch {
    /// In the order of the cards: found faster than in a tree, and copied at once.
    table: Vec<Heard>,
}

fn number(card: Mac) -> u64 {
    let [a, b, c, d, e, f] = card.0;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

impl Switch {
    /// Learns the sender and finds the way to the receiver.
    pub fn forward(&mut self, now: Instant, port: u32, source: Mac, destination: Mac) -> Forward {
        if !source.is_group() {
            let heard = Heard {
                card: number(source),
                port,
                at: now,
            };
            match self.place(heard.card) {
                Ok(place) => self.table[place] = heard,
                Err(place) => self.table.insert(place, heard),
            }
        }
        if destination.is_group() {
            return Forward::Flood;
        }
        let known = self.place(number(destination));
        match known.map(|place| self.table[place]) {
            Ok(known) if now.since(known.at) < AGEING => {
                if known.port == port {
                    Forward::Filter
                } else {
                    Forward::Port(known.port)
                }
            }
            Ok(_) | Err(_) => Forward::Flood,
        }
    }

    fn place(&self, card: u64) -> Result<usize, usize> {
        self.table.binary_search_by_key(&card, |heard| heard.card)
    }

    /// Forgets the cards behind a port: its link is down.
    pub fn forget_port(&mut self, port: u32) {
        self.table.retain(|heard| heard.port != port);
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
        let fresh = self.table.iter();
        let fresh = fresh.filter(move |heard| now.since(heard.at) < AGEING);
        fresh.map(|heard| {
            let [_, _, a, b, c, d, e, f] = heard.card.to_be_bytes();
            (Mac([a, b, c, d, e, f]), heard.port)
        })
    }
}

#[cfg(test)]
#[path = "switch_tests.rs"]
mod tests;
