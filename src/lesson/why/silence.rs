//! Why what was waited for did not come.

use super::deadline::Deadline;
use super::fault::fault;
use super::outcome::Look;
use super::{Became, Link, Outcome, last, made, note, words};
use crate::dhcp::{Note, Reason, ServerNote};
use crate::lesson::Story;
use crate::sim::{EventId, Recording, What};
use crate::wire::Mac;

/// Why nothing came that a deadline was set for, as far as it was known when that was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The text that stands before the reasons.
    pub key: &'static str,
    /// The message that had no answer; nothing where none was sent.
    pub message: Option<EventId>,
    /// What became of it, host by host, and what is to blame.
    pub outcomes: Vec<Outcome>,
}

/// Why nothing came that was waited for, where a link of a chain is a deadline that tells so.
/// Nothing past the cursor.
pub fn silence(recording: &Recording, link: &Link) -> Option<Silence> {
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let deadline = |id| Deadline::of(id, journal.get(id)?);
    // What its node says of it may stand for it.
    let stands_for = || {
        let cause = journal.get(link.id)?.cause?;
        deadline(cause).filter(|_| words(scenario, journal, cause).as_ref() == Some(&link.sentence))
    };
    let due = deadline(link.id).or_else(stands_for)?;
    if due.end.index() >= recording.world().written() {
        return None;
    }
    let look = Look::until(recording, due.end);
    let (key, wait) = match due.reason {
        Reason::Retry { .. } | Reason::GiveUp | Reason::Rebind | Reason::LeaseEnds => {
            ("why.no-answer", due)
        }
        Reason::BindingEnds { .. } => {
            let over = made(journal, due.end, &|_, entry| expired(note(entry)).is_some())?;
            let client = scenario.owner(expired(note(journal.get(over)?))?)?;
            // The same lease, as its client has it.
            let lease = Deadline {
                node: client,
                reason: Reason::LeaseEnds,
                cause: due.set_by(&look.story),
                end: due.end,
            };
            ("why.no-renewal", lease)
        }
        Reason::StartDelay
        | Reason::AfterConflict
        | Reason::Ipv6Only
        | Reason::OfferWindow
        | Reason::Renew
        | Reason::NextProbe
        | Reason::ProbeSilence
        | Reason::NextAnnouncement
        | Reason::ArpSilence { .. }
        | Reason::PingSilence { .. }
        | Reason::OfferEnds { .. }
        | Reason::QuarantineEnds { .. }
        | Reason::TcpSilence
        | Reason::TcpAck
        | Reason::TcpTimeWait
        | Reason::Failover { .. } => return None,
    };
    let switched = last(journal, 0..wait.end.0, &|_, entry| {
        entry.node == Some(wait.node) && matches!(entry.what, What::Power(_) | What::Software(_))
    });
    let stopped = switched.filter(|id| {
        let entry = journal.get(*id);
        entry.is_some_and(|entry| matches!(entry.what, What::Power(false) | What::Software(false)))
    });
    let message = wait.awaited(&look.story).filter(|_| stopped.is_none());
    let mut outcomes = message.map_or_else(Vec::new, |message| look.outcomes(message, true));
    let mut told = stopped.map_or_else(Vec::new, |id| look.words(id));
    for outcome in &outcomes {
        for (id, _) in &outcome.told {
            let blamed = id.and_then(|id| blame(&look.story, id));
            if let Some(id) = blamed
                && told.iter().all(|(known, _)| *known != Some(id))
            {
                told.append(&mut look.words(id));
            }
        }
    }
    if !told.is_empty() {
        outcomes.push(Outcome {
            node: None,
            became: Became::Lost,
            told,
        });
    }
    (!outcomes.is_empty()).then_some(Silence {
        key,
        message,
        outcomes,
    })
}

/// Whose lease is over.
fn expired(note: Option<&Note>) -> Option<Mac> {
    match note {
        Some(Note::Server(ServerNote::Expired { client, .. })) => Some(*client),
        _ => None,
    }
}

/// What a person did, or what broke, so that a message was lost or spoiled in this entry.
fn blame(story: &Story<'_>, id: EventId) -> Option<EventId> {
    let entry = story.journal.get(id)?;
    if !matches!(entry.what, What::Net(_)) {
        return fault(story, id, entry);
    }
    let spoiled = story.journal.get(entry.cause?)?.cause?;
    matches!(story.journal.get(spoiled)?.what, What::Command(_)).then_some(spoiled)
}
