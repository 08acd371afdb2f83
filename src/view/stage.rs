//! The stage: what is under way at this instant.

use crate::scenario::{Command, Fate, LinkId, Meddle, NodeId, Which};
use crate::sim::{Entry, EventId, What};
use crate::time::{Duration, Instant};
use crate::wire::frame::Frame;

/// The longest that a frame can be under way on one link.
const LONGEST: Duration = Duration::from_secs(10);

/// A frame on a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// The journal's entry in which it was put on this link: its key on the stage.
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

/// The command that drops or corrupts one of these flights, by its key; `None` where it is not among
/// them. They must be those of an instant at which all has happened that happens then.
pub fn meddle(flights: &[Flight], id: EventId, fate: Fate) -> Option<Command> {
    let flight = flights.iter().find(|flight| flight.id == id)?;
    let (link, from) = (flight.link, flight.from);
    let same = |other: &&Flight| (other.link, other.from) == (link, from) && other.id <= id;
    let place = u32::try_from(flights.iter().filter(same).count()).ok()?;
    Some(Command::Meddle(Meddle {
        fate,
        link,
        from,
        which: Which::OnTheWay(place),
    }))
}

/// Every frame that is on a link at `now`, by the journal up to then.
pub fn flights(past: &[Entry], now: Instant) -> Vec<Flight> {
    let mut flights: Vec<Flight> = past
        .iter()
        .enumerate()
        .rev()
        .take_while(|(_, entry)| now.since(entry.at) <= LONGEST)
        .filter_map(|(number, entry)| {
            let What::Sent {
                origin,
                link,
                to,
                arrives,
                frame,
            } = &entry.what
            else {
                return None;
            };
            (*arrives > now).then_some(())?;
            Some(Flight {
                id: EventId(u32::try_from(number).ok()?),
                origin: *origin,
                link: *link,
                from: entry.node?,
                to: *to,
                departs: entry.at,
                arrives: *arrives,
                frame: frame.clone(),
            })
        })
        .collect();
    flights.reverse();
    flights
}
