//! The narration line: one or two sentences on what has just happened.

use super::pace::Reading;
use super::session::{Filter, Session};
use crate::dhcp::{ClientNote, Note, ServerNote, failover};
use crate::lesson::tell;
use crate::scenario::Scenario;
use crate::sim::{Entry, EventId, Journal, Recording, What};
use crate::text::{Sentence, Source, Texts};
use crate::time::Instant;
use crate::wire::summary::{What as Packet, summary};

/// The most sentences that are shown at once.
const SENTENCES: usize = 2;
/// How far back sentences about the same moment are looked for.
const REACH: usize = 24;
/// The most letters that its two lines hold.
const LONGEST: usize = 190;

/// What the narration line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Narration {
    /// Nothing has happened yet: what the story is about.
    Opening,
    /// What has just happened, and when.
    Told {
        /// When.
        at: Instant,
        /// The sentences, in the order in which it happened.
        sentences: Vec<Told>,
    },
}

/// A sentence of the narration line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// How much it matters to the person who can read two.
    weight: u8,
    /// The entry that it tells.
    id: EventId,
    /// The sentence.
    pub(crate) sentence: Sentence,
}

impl Narration {
    /// The entry that "Why?" is about: of what is told, that which is there to be read in every
    /// language, however little room there is.
    pub(crate) fn about(&self) -> Option<EventId> {
        let Self::Told { sentences, .. } = self else {
            return None;
        };
        // Of equal weight the later one, as the earlier one is dropped first.
        let told = sentences.iter().max_by_key(|told| told.weight)?;
        Some(told.id)
    }
}

/// As many of the sentences as there is room for, in words, with the sections that they are from.
pub(crate) fn said(sentences: &[Told], words: &Texts) -> (String, Vec<Source>) {
    let mut left = sentences.to_vec();
    loop {
        let mut text = String::new();
        let mut sources: Vec<Source> = Vec::new();
        for Told { sentence, .. } in &left {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&words.sentence(sentence));
            sources.extend(sentence.source.filter(|source| !sources.contains(source)));
        }
        // The space between two is not counted.
        if left.len() <= 1 || text.chars().count() < LONGEST + left.len() {
            return (text, sources);
        }
        drop_lightest(&mut left);
    }
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
) -> Vec<Told> {
    let end_index = last.index() + 1;
    let same =
        |entry: &Entry| entry.at == end.at && (entry.node == end.node || entry.node.is_none());
    let mut told: Vec<Told> = Vec::new();
    for (id, entry) in journal.range(end_index.saturating_sub(REACH)..end_index) {
        let Some(sentence) = same(entry)
            .then(|| words(scenario, journal, id, entry, filter))
            .flatten()
        else {
            continue;
        };
        // Two messages may have met with the same.
        told.retain(|other| other.sentence != sentence);
        told.push(Told {
            weight: weight(entry, &sentence),
            id,
            sentence,
        });
    }
    while told.len() > SENTENCES {
        drop_lightest(&mut told);
    }
    told
}

/// Of equal weight the later one stays.
fn drop_lightest(told: &mut Vec<Told>) {
    if let Some(lightest) = (0..told.len()).min_by_key(|at| told[*at].weight) {
        told.remove(lightest);
    }
}

/// What a client does otherwise than RFC 2131 has it: that is always said.
const DEPARTURES: [&str; 3] = [
    "tell.kept-after-release",
    "tell.released-kept",
    "tell.request-after-release",
];

/// How much an entry matters to the person who can read two sentences.
fn weight(entry: &Entry, sentence: &Sentence) -> u8 {
    if DEPARTURES.contains(&sentence.key.as_str()) {
        return 7;
    }
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
const LONG: [&str; 11] = [
    "tell.failover.limited",
    "tell.failover.interrupted",
    "tell.failover.partner-down",
    "tell.failover.recover-wait",
    "tell.failover.potential-conflict",
    "tell.failover.conflict",
    "tell.silent.partners-client",
    "tell.leased-twice",
    "tell.kept-after-release",
    "tell.released-kept",
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

#[cfg(test)]
#[path = "narration_tests.rs"]
mod tests;
