//! Why something happened, and why nothing did: chains of causes, what became of a message, what
//! came of an event, what a node waits for, each in words with the section that says so.
//!
//! A chain goes from an entry of the journal back to what a person or the scenario did, or to the
//! start. What says nothing new, such as the copies that switches send on, is passed over; a
//! deadline is followed by what it was set for rather than by what else happened at that moment.

mod chain;
mod deadline;
mod forward;
mod outcome;
mod scene;
mod untold;
mod wait;

use super::{Story, plain, sentence, tell};
use crate::scenario::Scenario;
use crate::sim::{EventId, Journal};
use crate::text::Sentence;

pub use chain::{Join, Link, chain};
pub use forward::came_of;
pub use outcome::{Became, Outcome, label, message_of, outcomes};
pub use wait::{Wait, reason, standing, waits};

/// What an entry says, in words. Every entry has them: those that the narration leaves out too.
pub fn words(scenario: &Scenario, journal: &Journal, id: EventId) -> Option<Sentence> {
    tell(scenario, journal, id).or_else(|| untold::untold(&story(scenario, journal), id))
}

fn story<'a>(scenario: &'a Scenario, journal: &'a Journal) -> Story<'a> {
    Story { scenario, journal }
}
