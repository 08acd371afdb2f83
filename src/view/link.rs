//! A cable: how many frames it has carried, and how many it has lost, by reason.

use crate::scenario::LinkId;
use crate::sim::{DropReason, Journal, What};

/// What became of the frames on a cable. Feed it the journal as it grows, with [`Tally::extend`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    link: LinkId,
    read: usize,
    /// Whether that is all: of a long run, the journal has let some go.
    pub whole: bool,
    /// How many were meant for it.
    pub sent: u32,
    /// How many were lost on it or at its ends, by reason, the most frequent first.
    pub lost: Vec<(DropReason, u32)>,
}

impl Tally {
    /// Of a cable on which nothing has happened yet.
    pub fn new(link: LinkId) -> Self {
        Self {
            link,
            read: 0,
            whole: true,
            sent: 0,
            lost: Vec::new(),
        }
    }

    /// Reads on up to entry `end` in a journal of which the first part was read before. Where `end`
    /// lies before what was read, the count starts afresh.
    pub fn extend(&mut self, journal: &Journal, end: usize) {
        if end < self.read {
            *self = Self::new(self.link);
        }
        self.whole &= journal.reach(end) <= self.read;
        for (_, entry) in journal.range(self.read..end) {
            match &entry.what {
                What::Sent { link, .. } if *link == self.link => self.sent += 1,
                What::Flooded { over, .. } if over.has(self.link) => self.sent += 1,
                What::Dropped { link, reason, .. } if *link == self.link => self.lose(*reason),
                What::Sent { .. }
                | What::Flooded { .. }
                | What::Dropped { .. }
                | What::Command(_)
                | What::Ended(_)
                | What::InVain(_)
                | What::Power(_)
                | What::Software(_)
                | What::Carrier { .. }
                | What::Received { .. }
                | What::Fired { .. }
                | What::Dhcp(_)
                | What::Net(_) => {}
            }
        }
        self.read = end;
    }

    fn lose(&mut self, reason: DropReason) {
        match self.lost.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => self.lost.push((reason, 1)),
        }
        self.lost
            .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        // What never left has no other entry.
        if matches!(reason, DropReason::NoCarrier | DropReason::QueueFull) {
            self.sent += 1;
        }
    }

    /// How many were lost in all.
    pub fn all_lost(&self) -> u32 {
        self.lost.iter().map(|(_, count)| count).sum()
    }
}
