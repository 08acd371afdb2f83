//! What a node waits for, and why it stands where it stands.

use super::deadline::Deadline;
use super::{note, plain, sentence, story};
use crate::dhcp::failover::{self, Timer};
use crate::dhcp::{ClientNote, Note, Reason};
use crate::scenario::NodeId;
use crate::sim::{Entry, EventId, Recording, What};
use crate::text::{Sentence, Value};
use crate::time::Instant;

/// A deadline still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When it is due.
    pub at: Instant,
    /// What it was set for.
    pub reason: Reason,
    /// What the node waits for, until when.
    pub sentence: Sentence,
    /// The entry that it was set for: a lease, an offer, a message without an answer.
    pub set_by: Option<EventId>,
    /// The message whose answer is waited for: its [`outcomes`](super::outcomes) say why there is
    /// none yet.
    pub awaited: Option<EventId>,
}

/// What a node waits for at the cursor, the next deadline first.
pub fn waits(recording: &Recording, node: NodeId) -> Vec<Wait> {
    let story = story(recording.scenario(), recording.journal());
    let world = recording.world();
    let end = EventId(u32::try_from(world.written()).unwrap_or(u32::MAX));
    let mut waits: Vec<Wait> = world
        .node(node)
        .timers()
        .map(|armed| {
            let deadline = armed.cause.map(|cause| Deadline {
                node,
                reason: armed.reason,
                cause,
                end,
            });
            let values = vec![
                ("node", story.name(node)),
                ("until", Value::At(armed.at)),
                ("reason", Value::Sentence(Box::new(reason(armed.reason)))),
            ];
            Wait {
                at: armed.at,
                reason: armed.reason,
                sentence: sentence("why.waits", values),
                set_by: deadline.map(|deadline| deadline.set_by(&story)),
                awaited: deadline
                    .filter(|deadline| !of_lease(deadline.reason))
                    .and_then(|deadline| deadline.awaited(&story)),
            }
        })
        .collect();
    waits.sort_by_key(|wait| wait.at);
    waits
}

/// Whether it is a deadline of a lease: that comes whoever answers.
fn of_lease(reason: Reason) -> bool {
    matches!(reason, Reason::Renew | Reason::Rebind | Reason::LeaseEnds)
}

/// The entry that put a node where it stands at the cursor: the last change of its client's or its
/// failover's state, or of its power. Nothing where the journal has let that go.
pub fn standing(recording: &Recording, node: NodeId) -> Option<EventId> {
    let is_it = |entry: &Entry| match note(entry) {
        Some(note) => matches!(
            note,
            Note::Client(ClientNote::State { .. }) | Note::Failover(failover::Note::State { .. })
        ),
        None => matches!(entry.what, What::Power(_) | What::Software(_)),
    };
    let journal = recording.journal();
    let numbers = 0..u32::try_from(recording.world().written()).unwrap_or(u32::MAX);
    let past = numbers.rev().map(EventId);
    let mut past = past.map_while(|id| Some((id, journal.get(id)?)));
    past.find(|(_, entry)| entry.node == Some(node) && is_it(entry))
        .map(|(id, _)| id)
}

/// What a deadline is for, in a few words.
pub fn reason(reason: Reason) -> Sentence {
    let (key, value) = match reason {
        Reason::StartDelay => ("reason.start-delay", None),
        Reason::AfterConflict => ("reason.after-conflict", None),
        Reason::Ipv6Only => ("reason.ipv6-only", None),
        Reason::Retry { attempt } => ("reason.retry", Some(("attempt", plain(attempt)))),
        Reason::GiveUp => ("reason.give-up", None),
        Reason::OfferWindow => ("reason.offer-window", None),
        Reason::Renew => ("reason.renew", None),
        Reason::Rebind => ("reason.rebind", None),
        Reason::LeaseEnds => ("reason.lease-ends", None),
        Reason::NextProbe => ("reason.next-probe", None),
        Reason::ProbeSilence => ("reason.probe-silence", None),
        Reason::NextAnnouncement => ("reason.next-announcement", None),
        Reason::PingSilence { address } => {
            ("reason.ping-silence", Some(("address", plain(address))))
        }
        Reason::OfferEnds { address } => ("reason.offer-ends", Some(("address", plain(address)))),
        Reason::BindingEnds { address } => {
            ("reason.binding-ends", Some(("address", plain(address))))
        }
        Reason::QuarantineEnds { address } => {
            ("reason.quarantine-ends", Some(("address", plain(address))))
        }
        Reason::ArpSilence { address } => ("reason.arp-silence", Some(("address", plain(address)))),
        Reason::TcpSilence => ("reason.tcp-silence", None),
        Reason::TcpAck => ("reason.tcp-ack", None),
        Reason::TcpTimeWait => ("reason.tcp-time-wait", None),
        Reason::Failover { timer } => {
            let key = match timer {
                Timer::Startup => "reason.failover-startup",
                Timer::Handshake | Timer::Receive => "reason.failover-receive",
                Timer::Send => "reason.failover-send",
                Timer::Reconnect => "reason.failover-reconnect",
                Timer::SafePeriod => "reason.failover-safe-period",
                Timer::RecoverWait => "reason.failover-recover-wait",
                Timer::Balance => "reason.failover-balance",
                Timer::Off => "reason.failover-off",
            };
            (key, None)
        }
    };
    sentence(key, value.into_iter().collect())
}
