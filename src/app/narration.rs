//! The narration line: one or two sentences on what has just happened.

use super::pace::Reading;
use super::session::{Filter, Session};
use crate::dhcp::{ClientNote, Note, ServerNote, failover};
use crate::lesson::tell;
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
    let filter = session.filter();
    let last = (0..session.world().written()).rev().find_map(|number| {
        let id = EventId(u32::try_from(number).ok()?);
        let entry = journal.get(id)?;
        words(scenario, journal, id, entry, filter).map(|_| (id, entry))
    });
    // What comes before the opening is no news; what a person does then is.
    let (now, opens) = (session.now(), scenario.opens());
    let is_news = |entry: &Entry| {
        let before = entry.at == Instant::ZERO || (now == opens && entry.at < opens);
        !before || (entry.at == now && matches!(entry.what, What::Command(_)))
    };
    match last {
        Some((last, entry)) if is_news(entry) => Narration::Told {
            at: entry.at,
            sentences: around(scenario, journal, last, entry, filter),
        },
        _ => Narration::Opening,
    }
}

/// The sentence about an entry, unless it is about a message that is not followed.
fn words(
    scenario: &Scenario,
    journal: &Journal,
    id: EventId,
    entry: &Entry,
    filter: Filter,
) -> Option<Sentence> {
    if let What::Sent { frame, .. } = &entry.what {
        filter.follows(&summary(frame.bytes()).what).then_some(())?;
    }
    tell(scenario, journal, id)
}

/// The weightiest sentences about what one node did at one moment.
fn around(
    scenario: &Scenario,
    journal: &Journal,
    last: EventId,
    end: &Entry,
    filter: Filter,
) -> Vec<(u8, Sentence)> {
    let end_index = last.index() + 1;
    let same =
        |entry: &Entry| entry.at == end.at && (entry.node == end.node || entry.node.is_none());
    let mut told: Vec<(u8, Sentence)> = journal
        .range(end_index.saturating_sub(REACH)..end_index)
        .filter(|(_, entry)| same(entry))
        .filter_map(|(id, entry)| {
            let sentence = words(scenario, journal, id, entry, filter)?;
            Some((weight(entry), sentence))
        })
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
        // Why a lease is shorter than one would think, and which server answers whom.
        What::Dhcp(Note::Failover(
            failover::Note::State { .. }
            | failover::Note::Limited { .. }
            | failover::Note::Refused { .. },
        )) => 4,
        // Whoever does something sees that it was done.
        What::Command(_) | What::Ended(_) => 6,
        What::Dhcp(Note::Server(ServerNote::Silent { .. } | ServerNote::Refused { .. })) => 4,
        What::Dhcp(_) => 3,
        What::Fired { .. } => 3,
        What::Net(_) => 4,
        What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Flooded { .. }
        | What::Received { .. } => 0,
    }
}

/// Sentences that take more than a glance: what failover is about.
const LONG: [&str; 10] = [
    "tell.failover.limited",
    "tell.failover.interrupted",
    "tell.failover.partner-down",
    "tell.failover.recover-wait",
    "tell.failover.potential-conflict",
    "tell.failover.conflict",
    "tell.silent.partners-client",
    "tell.leased-twice",
    "tell.kept-after-release",
    "tell.request-after-release",
];

/// How much there is to read about what happened from entry `start` up to the cursor.
pub(crate) fn reading(recording: &Recording, start: usize, filter: Filter) -> Option<Reading> {
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let entries = journal.range(start..recording.world().written());
    let told = entries.filter_map(|(id, entry)| words(scenario, journal, id, entry, filter));
    told.map(|sentence| {
        if LONG.contains(&sentence.key.as_str()) {
            Reading::Long
        } else {
            Reading::Short
        }
    })
    .max()
}
