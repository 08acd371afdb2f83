//! The stage: what is under way at this instant.

use crate::scenario::{LinkId, NodeId};
use crate::sim::{Entry, EventId, Journal, What};
use crate::time::{Duration, Instant};
use crate::wire::frame::Frame;

/// The longest that a frame can be under way on one link.
const LONGEST: Duration = Duration::from_secs(10);

/// A frame on a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// The journal's entry in which it was put on this link, and maybe on others: with the link, its
    /// key on the stage.
    pub id: EventId,
    /// The entry in which its first sender sent it: the message that it is a copy of.
    pub origin: EventId,
    /// On which link.
    pub link: LinkId,
    /// From which end.
    pub from: NodeId,
    /// To which end.
    pub to: NodeId,
    /// When it left.
    pub departs: Instant,
    /// When it gets there.
    pub arrives: Instant,
    /// Its bytes.
    pub frame: Frame,
}

impl Flight {
    /// How far it has come at `now`, in thousandths of the link.
    pub fn progress(&self, now: Instant) -> u64 {
        let whole = self.arrives.since(self.departs).as_micros().max(1);
        (now.since(self.departs).as_micros().saturating_mul(1_000) / whole).min(1_000)
    }
}

/// A frame that is on one link or on several.
#[derive(Clone, Copy, Debug)]
pub struct UnderWay<'a> {
    /// The entry in which it was put there.
    pub id: EventId,
    /// That entry.
    pub entry: &'a Entry,
    /// The entry in which its first sender sent it.
    pub origin: EventId,
    /// When it gets there.
    pub arrives: Instant,
    /// Its bytes.
    pub frame: &'a Frame,
}

/// What is on links at `now`, by the first `written` entries of the journal, the last sent first.
pub fn under_way(
    journal: &Journal,
    written: usize,
    now: Instant,
) -> impl Iterator<Item = UnderWay<'_>> {
    let recent = journal.range(0..written).rev();
    let recent = recent.take_while(move |(_, entry)| now.since(entry.at) <= LONGEST);
    recent.filter_map(move |(id, entry)| {
        let (What::Sent {
            origin,
            arrives,
            frame,
            ..
        }
        | What::Flooded {
            origin,
            arrives,
            frame,
            ..
        }) = &entry.what
        else {
            return None;
        };
        (*arrives > now).then_some(UnderWay {
            id,
            entry,
            origin: *origin,
            arrives: *arrives,
            frame,
        })
    })
}

/// Every frame that is on a link at `now`, by the first `written` entries of the journal.
pub fn flights(journal: &Journal, written: usize, now: Instant) -> Vec<Flight> {
    let mut flights = Vec::new();
    for sent in under_way(journal, written, now) {
        let Some(from) = sent.entry.node else {
            continue;
        };
        let mut on = |(link, to)| {
            flights.push(Flight {
                id: sent.id,
                origin: sent.origin,
                link,
                from,
                to,
                departs: sent.entry.at,
                arrives: sent.arrives,
                frame: sent.frame.clone(),
            });
        };
        if let What::Flooded { over, .. } = &sent.entry.what {
            over.iter().rev().for_each(on);
        } else if let What::Sent { link, to, .. } = &sent.entry.what {
            on((*link, *to));
        }
    }
    flights.reverse();
    flights
}
