//! The whole run in a few hundred bins: for networks that have too many nodes for a line each.

use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;

/// How many bins there are at most. Where the run gets too long for them, two become one.
const BINS: usize = 600;

/// A part of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// How many DHCP messages were sent: those of type 1 (DISCOVER) first, up to 8 (INFORM).
    pub sent: [u32; 8],
    /// How many leases more are held at its end than at its beginning.
    change: i32,
}

/// Parts of equal length, one after the other from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bins {
    width: Duration,
    list: Vec<Bin>,
}

impl Default for Bins {
    fn default() -> Self {
        Self {
            width: Duration::from_secs(1),
            list: Vec::new(),
        }
    }
}

impl Bins {
    /// How long each is.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// Each, up to the last in which something happened, and how many leases clients hold at its end.
    pub fn iter(&self) -> impl Iterator<Item = (&Bin, u32)> {
        let mut held = 0_i32;
        self.list.iter().map(move |bin| {
            held += bin.change;
            (bin, u32::try_from(held).unwrap_or(0))
        })
    }

    pub(super) fn sent(&mut self, at: Instant, kind: MessageType) {
        let place = usize::from(kind.number()).wrapping_sub(1);
        if let Some(count) = self.at(at).sent.get_mut(place) {
            *count += 1;
        }
    }

    pub(super) fn held(&mut self, at: Instant, more: bool) {
        self.at(at).change += if more { 1 } else { -1 };
    }

    fn at(&mut self, at: Instant) -> &mut Bin {
        let mut place = self.place(at);
        while place >= BINS {
            let pairs = self.list.chunks(2);
            self.list = pairs
                .map(|pair| pair.iter().fold(Bin::default(), Bin::and))
                .collect();
            self.width = self.width + self.width;
            place = self.place(at);
        }
        if self.list.len() <= place {
            self.list.resize(place + 1, Bin::default());
        }
        &mut self.list[place]
    }

    fn place(&self, at: Instant) -> usize {
        let place = at.as_micros() / self.width.as_micros().max(1);
        usize::try_from(place).unwrap_or(usize::MAX)
    }
}

impl Bin {
    fn and(mut self, other: &Self) -> Self {
        for (count, more) in self.sent.iter_mut().zip(other.sent) {
            *count += more;
        }
        self.change += other.change;
        self
    }
}
