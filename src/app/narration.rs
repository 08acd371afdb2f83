//! The narration line: one or two sentences on what has just happened.

use super::session::Session;
use crate::dhcp::{ClientNote, Note, ServerNote};
use crate::lesson::{latest, tell};
use crate::scenario::Scenario;
use crate::sim::{Entry, EventId, Journal, Recording, What};
use crate::text::Sentence;
use crate::time::Instant;
use crate::wire::summary::{What as Packet, summary};

/// The most sentences that are shown at once.
const SENTENCES: usize = 2;
/// How far back sentences about the same moment are looked for.
const REACH: usize = 24;

/// What the narration line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Narration {
    /// Nothing has happened yet: what the story is about.
    Opening,
    /// What has just happened, and when.
    Told {
        /// When.
        at: Instant,
        /// The sentences, in the order in which it happened, each with its weight.
        sentences: Vec<(u8, Sentence)>,
    },
}

/// What there is to say at the playhead.
pub(crate) fn narration(session: &Session) -> Narration {
    let (scenario, journal) = (session.scenario(), session.journal());
    let Some((last, _)) = latest(scenario, journal, session.world().written()) else {
        return Narration::Opening;
    };
    // What is on from the start is no news; what a person does then is.
    let is_news =
        |entry: &&Entry| entry.at > Instant::ZERO || matches!(entry.what, What::Command(_));
    let Some(entry) = journal.get(last).filter(is_news) else {
        return Narration::Opening;
    };
    Narration::Told {
        at: entry.at,
        sentences: around(scenario, journal, last, entry),
    }
}

/// The weightiest sentences about what one node did at one moment.
fn around(
    scenario: &Scenario,
    journal: &Journal,
    last: EventId,
    end: &Entry,
) -> Vec<(u8, Sentence)> {
    let end_index = last.index() + 1;
    let same =
        |entry: &Entry| entry.at == end.at && (entry.node == end.node || entry.node.is_none());
    let mut told: Vec<(u8, Sentence)> = journal
        .range(end_index.saturating_sub(REACH)..end_index)
        .filter(|(_, entry)| same(entry))
        .filter_map(|(id, entry)| Some((weight(entry), tell(scenario, journal, id)?)))
        .collect();
    while told.len() > SENTENCES {
        drop_lightest(&mut told);
    }
    told
}

/// Of equal weight the later one stays.
pub(crate) fn drop_lightest<T>(told: &mut Vec<(u8, T)>) {
    if let Some(lightest) = (0..told.len()).min_by_key(|at| told[*at].0) {
        told.remove(lightest);
    }
}

/// How much an entry matters to the person who can read two sentences.
fn weight(entry: &Entry) -> u8 {
    match &entry.what {
        What::Sent { frame, .. } | What::Dropped { frame, .. } => match summary(frame.bytes()).what
        {
            Packet::Dhcp { .. } => 5,
            Packet::Echo { .. } => 2,
            Packet::Arp { .. } | Packet::Tcp { .. } | Packet::Other(_) => 1,
        },
        What::Dhcp(Note::Client(
            ClientNote::Leased { .. } | ClientNote::Expired { .. } | ClientNote::Conflict { .. },
        )) => 5,
        // Whoever does something sees that it was done.
        What::Command(_) | What::Ended(_) => 6,
        What::Dhcp(Note::Server(ServerNote::Silent { .. } | ServerNote::Refused { .. })) => 4,
        What::Dhcp(_) => 3,
        What::Fired { .. } => 3,
        What::Net(_) => 4,
        What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Flooded { .. }
        | What::Received { .. } => 0,
    }
}

/// Whether anything from entry `start` up to the cursor has a sentence.
pub(crate) fn is_told(recording: &Recording, start: usize) -> bool {
    recording
        .journal()
        .range(start..recording.world().written())
        .any(|(id, _)| tell(recording.scenario(), recording.journal(), id).is_some())
}
