//! Why something happened, and why nothing did: chains of causes, what became of a message, what
//! came of an event, what a node waits for, each in words with the section that says so.
//!
//! A chain goes from an entry of the journal back to what a person or the scenario did, or to the
//! start. What says nothing new, such as the copies that switches send on, is passed over; a
//! deadline is followed by what it was set for rather than by what else happened at that moment.

mod chain;
mod deadline;
mod fault;
mod forward;
mod outcome;
mod scene;
mod silence;
mod trail;
mod unheard;
mod untold;
mod wait;

use std::ops::Range;

use super::{Story, plain, sentence, tell};
use crate::dhcp::Note;
use crate::scenario::Scenario;
use crate::sim::{Entry, EventId, Journal, What};
use crate::text::Sentence;
use crate::wire::frame::Frame;

pub use chain::{Join, Link, chain};
pub use forward::came_of;
pub use outcome::{Became, Outcome, label, message_of, outcomes};
pub use silence::{Silence, silence};
pub use wait::{Wait, reason, standing, waits};

/// What an entry says, in words. Every entry has them: those that the narration leaves out too.
pub fn words(scenario: &Scenario, journal: &Journal, id: EventId) -> Option<Sentence> {
    tell(scenario, journal, id).or_else(|| untold::untold(&story(scenario, journal), id))
}

/// The frame of a message that a host sent, or could not send, in this entry.
fn message(id: EventId, entry: &Entry) -> Option<&Frame> {
    match &entry.what {
        What::Sent { origin, frame, .. } | What::Dropped { origin, frame, .. } => {
            (*origin == id).then_some(frame)
        }
        What::Command(_)
        | What::Ended(_)
        | What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Flooded { .. }
        | What::Received { .. }
        | What::Fired { .. }
        | What::Dhcp(_)
        | What::Net(_) => None,
    }
}

/// What DHCP says in this entry.
fn note(entry: &Entry) -> Option<&Note> {
    if let What::Dhcp(note) = &entry.what {
        Some(note)
    } else {
        None
    }
}

/// The last entry of these numbers that is the one; nothing where one may have been let go that was
/// nearer.
fn last(
    journal: &Journal,
    numbers: Range<u32>,
    is_it: &dyn Fn(EventId, &Entry) -> bool,
) -> Option<EventId> {
    for id in numbers.rev().map(EventId) {
        if is_it(id, journal.get(id)?) {
            return Some(id);
        }
    }
    None
}

/// The first entry after this one, at the same instant, that came from it and is the one.
fn made(
    journal: &Journal,
    id: EventId,
    is_it: &dyn Fn(EventId, &Entry) -> bool,
) -> Option<EventId> {
    let at = journal.get(id)?.at;
    for next in (id.0 + 1..).map(EventId) {
        let entry = journal.get(next).filter(|entry| entry.at == at)?;
        if entry.cause == Some(id) && is_it(next, entry) {
            return Some(next);
        }
    }
    None
}

fn story<'a>(scenario: &'a Scenario, journal: &'a Journal) -> Story<'a> {
    Story { scenario, journal }
}

#[cfg(test)]
mod tests;
