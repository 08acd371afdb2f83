//! What a deadline was set for: the lease, the offer or the message that it belongs to, which the
//! timer itself does not name.

use std::net::Ipv4Addr;

use super::{message, note};
use crate::dhcp::{ClientNote, Note, Reason, ServerNote, failover};
use crate::lesson::Story;
use crate::scenario::NodeId;
use crate::sim::{Entry, EventId, What};
use crate::wire::frame::{Frame, Peek, peek};
use crate::wire::summary::{ArpKind, TcpKind, What as Packet, summary};

/// A deadline, due or still to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    /// Whose.
    pub(super) node: NodeId,
    /// What it was set for.
    pub(super) reason: Reason,
    /// The entry in which it was set.
    pub(super) cause: EventId,
    /// Where the journal is read up to: the entry in which it was due.
    pub(super) end: EventId,
}

impl Deadline {
    /// The deadline that was due in an entry.
    pub(super) fn of(id: EventId, entry: &Entry) -> Option<Self> {
        let What::Fired { reason, .. } = entry.what else {
            return None;
        };
        Some(Self {
            node: entry.node?,
            reason,
            cause: entry.cause?,
            end: id,
        })
    }

    /// The first one of a series: of all tries, all probes, all messages that say "still here".
    pub(super) fn first(self, story: &Story<'_>) -> Self {
        let mut first = self;
        while let Some(earlier) = story
            .journal
            .get(first.cause)
            .and_then(|entry| Self::of(first.cause, entry))
            .filter(|earlier| earlier.node == self.node && goes_on(earlier.reason, first.reason))
        {
            first = earlier;
        }
        first
    }

    /// The entry that it was set for. It is never before the one in which it was set, or in a
    /// record that was made before that.
    pub(super) fn set_by(&self, story: &Story<'_>) -> EventId {
        let told = match self.reason {
            Reason::Renew | Reason::Rebind | Reason::LeaseEnds => {
                self.sibling(story, |note| matches!(note, ClientNote::Leased { .. }))
            }
            Reason::AfterConflict => {
                self.sibling(story, |note| matches!(note, ClientNote::Conflict { .. }))
            }
            Reason::Ipv6Only => {
                self.sibling(story, |note| matches!(note, ClientNote::Ipv6Only { .. }))
            }
            Reason::Retry { .. } | Reason::GiveUp | Reason::ArpSilence { .. } => {
                self.awaited(story)
            }
            Reason::PingSilence { address }
            | Reason::OfferEnds { address }
            | Reason::BindingEnds { address }
            | Reason::QuarantineEnds { address } => self.record(story, address),
            Reason::StartDelay
            | Reason::OfferWindow
            | Reason::NextProbe
            | Reason::ProbeSilence
            | Reason::NextAnnouncement
            | Reason::TcpSilence
            | Reason::TcpAck
            | Reason::TcpTimeWait => None,
            Reason::Failover { timer } => self.partner(story, timer),
        };
        told.unwrap_or(self.cause)
    }

    /// The message whose answer was waited for: the last one of its node before the deadline.
    pub(super) fn awaited(&self, story: &Story<'_>) -> Option<EventId> {
        // A server has one timer for everything, and sets it often.
        let mut start = self.cause;
        let is_it: &dyn Fn(&Frame) -> bool = match self.reason {
            // What is sent to one host asks by ARP for its card first, and may get no further.
            Reason::Retry { .. } | Reason::GiveUp | Reason::Rebind | Reason::LeaseEnds => {
                &|frame| match summary(frame.bytes()).what {
                    Packet::Dhcp { .. } => true,
                    Packet::Arp { kind, .. } => kind == ArpKind::Request,
                    Packet::Echo { .. } | Packet::Tcp { .. } | Packet::Other(_) => false,
                }
            }
            Reason::ArpSilence { address } => &move |frame| asks_for(frame, address),
            Reason::PingSilence { address } => &move |frame| {
                let summary = summary(frame.bytes());
                summary.what == Packet::Echo { reply: false }
                    && summary.destination == Some(address)
                    || asks_for(frame, address)
            },
            Reason::ProbeSilence => &|frame| {
                let what = summary(frame.bytes()).what;
                matches!(what, Packet::Arp { kind, .. } if kind == ArpKind::Probe)
            },
            Reason::Failover {
                timer: failover::Timer::Receive | failover::Timer::Handshake,
            } => {
                start = EventId(0);
                &speaks
            }
            Reason::StartDelay
            | Reason::AfterConflict
            | Reason::Ipv6Only
            | Reason::OfferWindow
            | Reason::Renew
            | Reason::NextProbe
            | Reason::NextAnnouncement
            | Reason::OfferEnds { .. }
            | Reason::BindingEnds { .. }
            | Reason::QuarantineEnds { .. }
            | Reason::TcpSilence
            | Reason::TcpAck
            | Reason::TcpTimeWait
            | Reason::Failover { .. } => return None,
        };
        self.last(story, start, |id, entry| {
            message(id, entry).is_some_and(is_it)
        })
    }

    /// What the client said of itself when the deadline was set.
    fn sibling(&self, story: &Story<'_>, is_it: impl Fn(&ClientNote) -> bool) -> Option<EventId> {
        let at = story.journal.get(self.cause)?.at;
        story
            .journal
            .from(self.cause.index())
            .take_while(|(id, entry)| *id < self.end && entry.at == at)
            .find(|(_, entry)| {
                entry.cause == Some(self.cause)
                    && matches!(&entry.what, What::Dhcp(Note::Client(note)) if is_it(note))
            })
            .map(|(id, _)| id)
    }

    /// What the server last said of the address. It keeps one timer for all that it waits for, so
    /// what set that timer may be about another address.
    fn record(&self, story: &Story<'_>, address: Ipv4Addr) -> Option<EventId> {
        self.last(story, EventId(0), |_, entry| {
            let about = match note(entry) {
                Some(Note::Server(note)) => about(note),
                Some(Note::Failover(failover::Note::Taken { address, .. })) => Some(*address),
                Some(Note::Client(_) | Note::Relay(_) | Note::Failover(_)) | None => None,
            };
            about == Some(address)
        })
    }

    /// What the endpoint last heard, sent or said of itself that this deadline hangs on.
    fn partner(&self, story: &Story<'_>, timer: failover::Timer) -> Option<EventId> {
        let spoke = |entry: &Entry| match note(entry) {
            Some(Note::Failover(note)) => match note {
                failover::Note::State { .. } | failover::Note::Disconnected { .. } => true,
                failover::Note::Waits { .. } => timer == failover::Timer::RecoverWait,
                failover::Note::Balanced { .. } => timer == failover::Timer::Balance,
                failover::Note::PartnerState { .. }
                | failover::Note::CommunicationsOk { .. }
                | failover::Note::Malformed { .. }
                | failover::Note::Unexpected { .. }
                | failover::Note::Taken { .. }
                | failover::Note::Refused { .. }
                | failover::Note::RefusedByPartner { .. }
                | failover::Note::Acknowledged { .. }
                | failover::Note::Limited { .. }
                | failover::Note::CommandIgnored { .. } => false,
            },
            Some(Note::Client(_) | Note::Server(_) | Note::Relay(_)) | None => false,
        };
        let is_it = |id: EventId, entry: &Entry| match timer {
            failover::Timer::Receive => {
                matches!(&entry.what, What::Received { frame, .. } if speaks(frame))
            }
            failover::Timer::Send => message(id, entry).is_some_and(speaks),
            failover::Timer::Startup
            | failover::Timer::Handshake
            | failover::Timer::Reconnect
            | failover::Timer::SafePeriod
            | failover::Timer::RecoverWait
            | failover::Timer::Balance
            | failover::Timer::Off => spoke(entry),
        };
        self.last(story, EventId(0), is_it)
    }

    /// The last entry of its node before the deadline, from `start` on, that is the one.
    fn last(
        &self,
        story: &Story<'_>,
        start: EventId,
        is_it: impl Fn(EventId, &Entry) -> bool,
    ) -> Option<EventId> {
        // What was let go may have been nearer.
        let past = (start.0..self.end.0).rev().map(EventId);
        let mut past = past.map_while(|id| Some((id, story.journal.get(id)?)));
        let own = |entry: &Entry| entry.node == Some(self.node);
        past.find(|(id, entry)| own(entry) && is_it(*id, entry))
            .map(|(id, _)| id)
    }
}

/// Whether one deadline goes on with what an earlier one did.
fn goes_on(earlier: Reason, later: Reason) -> bool {
    match earlier {
        Reason::Retry { .. } => matches!(later, Reason::Retry { .. } | Reason::GiveUp),
        Reason::NextProbe => matches!(later, Reason::NextProbe | Reason::ProbeSilence),
        Reason::ArpSilence { .. }
        | Reason::NextAnnouncement
        | Reason::TcpSilence
        | Reason::TcpAck
        | Reason::Failover { .. } => earlier == later,
        Reason::StartDelay
        | Reason::AfterConflict
        | Reason::Ipv6Only
        | Reason::GiveUp
        | Reason::OfferWindow
        | Reason::Renew
        | Reason::Rebind
        | Reason::LeaseEnds
        | Reason::ProbeSilence
        | Reason::PingSilence { .. }
        | Reason::OfferEnds { .. }
        | Reason::BindingEnds { .. }
        | Reason::QuarantineEnds { .. }
        | Reason::TcpTimeWait => false,
    }
}

/// Whether it asks by ARP for the card of an address, without claiming one.
fn asks_for(frame: &Frame, address: Ipv4Addr) -> bool {
    matches!(peek(frame.bytes()), Peek::Arp { spa, tpa } if tpa == address && spa != address)
}

/// Whether it carries a message to a failover partner.
fn speaks(frame: &Frame) -> bool {
    let what = summary(frame.bytes()).what;
    let kind = match what {
        Packet::Tcp { kind, .. } => kind,
        Packet::Dhcp { .. } | Packet::Arp { .. } | Packet::Echo { .. } | Packet::Other(_) => {
            return false;
        }
    };
    matches!(kind, TcpKind::Failover(_))
}

/// The address whose record a server's note has made or changed.
fn about(note: &ServerNote) -> Option<Ipv4Addr> {
    match *note {
        ServerNote::Pinging { address, .. }
        | ServerNote::Abandoned { address }
        | ServerNote::Held { address, .. }
        | ServerNote::OfferEnded { address, .. }
        | ServerNote::Committed { address, .. }
        | ServerNote::Expired { address, .. }
        | ServerNote::Released { address, .. }
        | ServerNote::Declined { address, .. }
        | ServerNote::QuarantineEnded { address } => Some(address),
        ServerNote::Refused { .. } | ServerNote::Silent { .. } => None,
    }
}
