//! The stage: what is under way at this instant.

use crate::scenario::{Command, Fate, LinkId, Meddle, NodeId, Which};
use crate::sim::{Entry, EventId, Journal, What};
use crate::time::{Duration, Instant};
use crate::wire::frame::Frame;

/// The longest that a frame can be under way on one link: its latency, that of a second copy, and what
/// its faults add, each at most ten seconds.
const LONGEST: Duration = Duration::from_secs(30);

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

/// The command that drops or corrupts one of these flights, by its entry and link; `None` where it is
/// not among them. They must be those of an instant at which all has happened that happens then.
pub fn meddle(flights: &[Flight], id: EventId, link: LinkId, fate: Fate) -> Option<Command> {
    let mut own = flights.iter().filter(|flight| flight.link == link);
    let from = own.find(|flight| flight.id == id)?.from;
    let same = |other: &&Flight| (other.link, other.from) == (link, from) && other.id <= id;
    let place = u32::try_from(flights.iter().filter(same).count()).ok()?;
    Some(Command::Meddle(Meddle {
        fate,
        link,
        from,
        which: Which::OnTheWay(place),
    }))
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
