//! Why what was waited for did not come.

use super::deadline::Deadline;
use super::fault::fault;
use super::outcome::{Look, Told};
use super::scene::Scene;
use super::{Became, Link, Outcome, last, made, message, note, words};
use crate::dhcp::{ClientNote, Note, Reason, ServerNote};
use crate::lesson::Story;
use crate::scenario::NodeId;
use crate::sim::{EventId, Recording, What};
use crate::wire::Mac;
use crate::wire::summary::{ArpKind, What as Packet, summary};

/// Why nothing came that a deadline was set for, as far as it was known when that was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The text that stands before the reasons.
    pub key: &'static str,
    /// The message that had no answer; nothing where none was sent.
    pub message: Option<EventId>,
    /// What became of it, host by host, and who is to blame.
    pub outcomes: Vec<Outcome>,
}

/// Why nothing came that was waited for, where a link of a chain is a deadline that tells so.
/// Nothing past the cursor.
pub fn silence(recording: &Recording, link: &Link) -> Option<Silence> {
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let is_due = |id: &EventId| {
        let entry = journal.get(*id);
        entry.is_some_and(|entry| matches!(entry.what, What::Fired { .. }))
    };
    // What its node says of it may stand for it.
    let told = |id: &EventId| words(scenario, journal, *id).as_ref() == Some(&link.sentence);
    let cause = || journal.get(link.id)?.cause.filter(is_due).filter(told);
    let due = Some(link.id).filter(is_due).or_else(cause)?;
    if due.index() >= recording.world().written() {
        return None;
    }
    let deadline = Deadline::of(due, journal.get(due)?)?;
    let look = Look::until(recording, due);
    match deadline.reason {
        Reason::Retry { .. } | Reason::GiveUp | Reason::Rebind | Reason::LeaseEnds => {
            let message = deadline.awaited(&look.story)?;
            look.unheeded("why.no-answer", message)
        }
        Reason::BindingEnds { .. } => {
            let client = |mac: Mac| scenario.owner(mac);
            let over = made(journal, due, &|_, entry| expired(note(entry)).is_some())?;
            let client = client(expired(note(journal.get(over)?))?)?;
            look.not_renewed(client, deadline.set_by(&look.story))
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
        | Reason::Failover { .. } => None,
    }
}

/// Whose lease is over.
fn expired(note: Option<&Note>) -> Option<Mac> {
    match note {
        Some(Note::Server(ServerNote::Expired { client, .. })) => Some(*client),
        _ => None,
    }
}

impl Look<'_> {
    fn unheeded(&self, key: &'static str, message: EventId) -> Option<Silence> {
        let mut outcomes = self.outcomes(message, true);
        let told = outcomes.iter().flat_map(|outcome| &outcome.told);
        let mut blame: Vec<EventId> = told
            .filter_map(|(id, _)| blame(&self.story, (*id)?))
            .collect();
        blame.dedup();
        if !blame.is_empty() {
            outcomes.push(Outcome {
                node: None,
                became: Became::Lost,
                told: blame.into_iter().flat_map(|id| self.words(id)).collect(),
            });
        }
        (!outcomes.is_empty()).then_some(Silence {
            key,
            message: Some(message),
            outcomes,
        })
    }

    /// Why a client has not renewed a lease that it got in entry `since`.
    fn not_renewed(&self, client: NodeId, since: EventId) -> Option<Silence> {
        let key = "why.no-renewal";
        let last = |is_it: &dyn Fn(EventId, &What, Option<&Note>) -> bool| {
            last(self.story.journal, since.0..self.end.0, &|id, entry| {
                entry.node == Some(client) && is_it(id, &entry.what, note(entry))
            })
        };
        let told = |became, told: Vec<Told>| {
            let outcome = Outcome {
                node: None,
                became,
                told,
            };
            (!outcome.told.is_empty()).then(|| Silence {
                key,
                message: None,
                outcomes: vec![outcome],
            })
        };
        let scene = Scene::before(self.recording, self.end)?;
        if !scene.power(client) {
            return told(Became::Off, self.off(&scene, client));
        }
        let software = last(&|_, what, _| matches!(what, What::Software(_)));
        let runs = software.and_then(|id| self.story.journal.get(id));
        if let (Some(id), Some(What::Software(false))) = (software, runs.map(|entry| &entry.what)) {
            return told(Became::Off, self.words(id));
        }
        // What is sent to one host asks by ARP for its card first, and may get no further.
        let asked = last(&|id, _, _| {
            let frame = self
                .story
                .journal
                .get(id)
                .and_then(|entry| message(id, entry));
            frame.is_some_and(|frame| match summary(frame.bytes()).what {
                Packet::Dhcp { .. } => true,
                Packet::Arp { kind, .. } => kind == ArpKind::Request,
                Packet::Echo { .. } | Packet::Tcp { .. } | Packet::Other(_) => false,
            })
        });
        if let Some(asked) = asked {
            return self.unheeded(key, asked);
        }
        let state =
            last(&|_, _, note| matches!(note, Some(Note::Client(ClientNote::State { .. }))));
        told(Became::Unused, self.words(state?))
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
