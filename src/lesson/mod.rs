//! The narration: which sentence tells what just happened, and why, with the section of the
//! standard that says so.

mod cable;
mod deeds;
mod dhcp;
mod failover;
mod messages;
pub mod why;

use crate::dhcp::{ClientNote, Note};
use crate::net::NetNote;
use crate::scenario::{LinkId, NodeId, Scenario};
use crate::sim::{DropReason, Entry, EventId, Journal, What};
use crate::text::{Sentence, Source, Standard, Value};
use crate::wire::Mac;

/// What [`tell`] reads.
struct Story<'a> {
    scenario: &'a Scenario,
    journal: &'a Journal,
}

impl Story<'_> {
    fn name(&self, node: NodeId) -> Value {
        Value::Plain(self.scenario.node(node).id.clone())
    }

    fn cable(&self, link: LinkId) -> [(&'static str, Value); 2] {
        let [one, other] = self.scenario.ends(link);
        [("one", self.name(one)), ("other", self.name(other))]
    }

    /// Whose card it is, by name if it is one of the network's.
    fn owner(&self, mac: Mac) -> Value {
        let owner = self.scenario.owner(mac);
        Value::Plain(owner.map_or_else(
            || mac.to_string(),
            |node| self.scenario.node(node).id.clone(),
        ))
    }
}

fn sentence(key: impl Into<String>, values: Vec<(&'static str, Value)>) -> Sentence {
    Sentence {
        key: key.into(),
        values,
        source: None,
    }
}

/// Where RFC 1122 has a host drop what bears this wrong checksum without a word.
fn on_checksum(problem: &str) -> Option<&'static str> {
    let sections = [
        ("IPv4 checksum", "3.2.1.2"),
        ("UDP checksum", "4.1.3.4"),
        ("TCP checksum", "4.2.2.7"),
    ];
    let found = sections.iter().find(|(what, _)| problem.contains(what));
    found.map(|(_, section)| *section)
}

fn sourced(
    key: impl Into<String>,
    values: Vec<(&'static str, Value)>,
    rfc: u16,
    section: &'static str,
) -> Sentence {
    cited(key, values, Standard::Rfc(rfc), section)
}

/// A sentence about failover.
fn drafted(
    key: impl Into<String>,
    values: Vec<(&'static str, Value)>,
    section: &'static str,
) -> Sentence {
    cited(key, values, Standard::Failover, section)
}

fn cited(
    key: impl Into<String>,
    values: Vec<(&'static str, Value)>,
    standard: Standard,
    section: &'static str,
) -> Sentence {
    Sentence {
        key: key.into(),
        values,
        source: Some(Source { standard, section }),
    }
}

#[allow(clippy::needless_pass_by_value)] // A call reads better without a `&` before each address.
fn plain(value: impl ToString) -> Value {
    Value::Plain(value.to_string())
}

/// The sentence about an entry of the journal; `None` for what needs no words of its own, because
/// the entry before or after it tells the same.
pub fn tell(scenario: &Scenario, journal: &Journal, id: EventId) -> Option<Sentence> {
    let story = Story { scenario, journal };
    let entry = journal.get(id)?;
    match &entry.what {
        What::Command(command) => Some(match story.nothing_came_of(id) {
            Some(why) => story.in_vain(command, why),
            None => story.command(command),
        }),
        What::Ended(command) => Some(story.ended(command, story.nothing_came_of(id))),
        What::Power(on) => story.power(entry, *on),
        What::Net(note) => story.stack(entry, note),
        What::InVain(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Flooded { .. }
        | What::Received { .. } => None,
        What::Sent { origin, frame, .. } if *origin == id => {
            messages::sent(&story, id, entry, frame)
        }
        What::Sent { origin, frame, .. } => story.again(entry, *origin, frame.bytes()),
        What::Dropped {
            origin,
            reason,
            frame,
            ..
        } => {
            let key = match reason {
                DropReason::NoCarrier => "tell.no-carrier",
                DropReason::CarrierLost => "tell.carrier-lost",
                DropReason::Loss => "tell.loss",
                DropReason::Burst => "tell.burst",
                DropReason::QueueFull => "tell.queue-full",
                DropReason::Partition => "tell.parted",
                DropReason::Person => "tell.dropped",
                DropReason::Crashed => "tell.nobody-runs",
            };
            Some(story.wire(key, entry, *origin, frame.bytes()))
        }
        What::Fired { reason, .. } => dhcp::fired(&story, entry, *reason),
        What::Dhcp(note) => dhcp::note(&story, id, entry, note),
    }
}

/// The last entry before `end` that has a sentence, and the sentence.
pub fn latest(scenario: &Scenario, journal: &Journal, end: usize) -> Option<(EventId, Sentence)> {
    (0..end).rev().find_map(|number| {
        let id = EventId(u32::try_from(number).ok()?);
        Some((id, tell(scenario, journal, id)?))
    })
}

impl Story<'_> {
    /// Whether the client of an entry has given back what it remembers.
    fn has_released(&self, id: EventId) -> bool {
        let node = self.journal.get(id).and_then(|entry| entry.node);
        let earlier = (0..id.0)
            .rev()
            .filter_map(|id| self.journal.get(EventId(id)));
        let mut notes = earlier
            .filter(|entry| entry.node == node)
            .filter_map(|entry| {
                if let What::Dhcp(Note::Client(note)) = &entry.what {
                    Some(note)
                } else {
                    None
                }
            });
        let last = |note: &&ClientNote| {
            matches!(
                note,
                ClientNote::Leased { .. } | ClientNote::KeptAfterRelease { .. }
            )
        };
        matches!(notes.find(last), Some(ClientNote::KeptAfterRelease { .. }))
    }

    /// A node that is on from the start; other changes of power are told by their command.
    fn power(&self, entry: &Entry, on: bool) -> Option<Sentence> {
        let node = entry.node.filter(|_| on && entry.cause.is_none())?;
        Some(sentence("tell.booted", vec![("node", self.name(node))]))
    }

    /// What a host had to give up; what it learns is told by what it does with it.
    fn stack(&self, entry: &Entry, note: &NetNote) -> Option<Sentence> {
        let node = ("node", self.name(entry.node?));
        match note {
            NetNote::Unreachable { address } => {
                let values = vec![node, ("address", plain(address))];
                Some(sentence("tell.unreachable", values))
            }
            NetNote::Malformed { problem } => {
                let values = vec![node, ("problem", plain(problem))];
                let section = on_checksum(problem);
                Some(Sentence {
                    source: section.map(|section| Source {
                        standard: Standard::Rfc(1122),
                        section,
                    }),
                    ..sentence("tell.malformed", values)
                })
            }
            NetNote::Neighbour { .. }
            | NetNote::Configured { .. }
            | NetNote::Deconfigured { .. } => None,
        }
    }

    /// A copy that the link made: it comes from the frame that the same node put there.
    fn again(&self, entry: &Entry, origin: EventId, bytes: &[u8]) -> Option<Sentence> {
        let first = self.journal.get(entry.cause?)?;
        let same = first.node == entry.node && matches!(first.what, What::Sent { .. });
        same.then(|| self.wire("tell.duplicate", entry, origin, bytes))
    }

    /// What the link did with a message.
    fn wire(&self, key: &str, entry: &Entry, origin: EventId, bytes: &[u8]) -> Sentence {
        let sender = self
            .journal
            .get(origin)
            .and_then(|sent| sent.node)
            .or(entry.node);
        let label = crate::wire::summary::summary(bytes).label();
        let node = sender.map_or_else(|| plain("?"), |node| self.name(node));
        let to = entry
            .node
            .map_or_else(|| plain("?"), |node| self.name(node));
        let values = vec![("node", node), ("message", plain(label)), ("to", to)];
        sentence(key, values)
    }
}

#[cfg(test)]
mod tests;
