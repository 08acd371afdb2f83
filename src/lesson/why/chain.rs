//! The chain of causes.

use super::deadline::Deadline;
use super::fault::fault;
use super::{last, message, note, story, words};
use crate::dhcp::{ClientNote, Note, ServerNote, failover};
use crate::lesson::Story;
use crate::scenario::{NodeId, NodeKind};
use crate::sim::{Entry, EventId, Journal, Recording, What};
use crate::text::Sentence;
use crate::time::Instant;
use crate::wire::failover::MessageType;
use crate::wire::frame::Frame;
use crate::wire::summary::{ArpKind, TcpKind, What as Packet, summary};

/// How a link of a chain hangs on the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// That happened because of this.
    Because,
    /// That was a deadline, set for this.
    SetFor,
    /// That message answers this one.
    Answers,
    /// That was decided on hearing this message.
    OnHearing,
    /// That befell this message.
    Was,
}

impl Join {
    /// The text that stands between the two.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Because => "why.because",
            Self::SetFor => "why.set-for",
            Self::Answers => "why.answers",
            Self::OnHearing => "why.on-hearing",
            Self::Was => "why.was",
        }
    }
}

/// A link of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The entry.
    pub id: EventId,
    /// When.
    pub at: Instant,
    /// Where; nowhere for what concerns a cable.
    pub node: Option<NodeId>,
    /// How it hangs on the link before it; nothing for the first.
    pub join: Option<Join>,
    /// What happened.
    pub sentence: Sentence,
}

/// The chain from a known entry back to what a person or the scenario did, or to the start: the
/// entry itself first, numbers always falling. Empty where there is no such entry.
pub fn chain(recording: &Recording, id: EventId) -> Vec<Link> {
    let scenario = recording.scenario();
    let mut links: Vec<Link> = Vec::new();
    let mut shown: Option<Entry> = None;
    let mut next = Some(id).filter(|id| id.index() < recording.journal().len());
    // What the journal has let go is found again by replay, piece by piece.
    let mut again = Journal::default();
    while let Some(id) = next {
        let mut journal = recording.journal();
        if !journal.is_resident(id) {
            if !again.is_resident(id) {
                again = recording.around(id);
            }
            journal = &again;
        }
        let story = story(scenario, journal);
        let Some(entry) = journal.get(id) else { break };
        next = before(&story, id, entry);
        if shown.is_some() && says_nothing_new(&story, id, entry) {
            continue;
        }
        let Some(sentence) = words(scenario, journal, id) else {
            continue;
        };
        // A deadline may be told by what its node says of it.
        if links.last().is_none_or(|last| last.sentence != sentence) {
            links.push(Link {
                id,
                at: entry.at,
                node: entry.node,
                join: shown.map(|shown| join(&story, &shown, id, entry)),
                sentence,
            });
        }
        shown = Some(entry.clone());
    }
    links
}

/// What an entry came from.
fn before(story: &Story<'_>, id: EventId, entry: &Entry) -> Option<EventId> {
    if let Some(deadline) = Deadline::of(id, entry) {
        return Some(deadline.first(story).set_by(story));
    }
    decision(story, id, entry)
        .or_else(|| fault(story, id, entry))
        .or(entry.cause)
}

/// What its node said of a message before it sent it, where that is the reason for it.
fn decision(story: &Story<'_>, id: EventId, entry: &Entry) -> Option<EventId> {
    let cause = entry.cause?;
    let what = summary(message(id, entry)?.bytes()).what;
    let is_dhcp = matches!(what, Packet::Dhcp { .. });
    let answered = match what {
        Packet::Tcp {
            kind: TcpKind::Failover(MessageType::BndAck),
            address,
            ..
        } => address,
        Packet::Tcp { .. }
        | Packet::Dhcp { .. }
        | Packet::Arp { .. }
        | Packet::Echo { .. }
        | Packet::Other(_) => None,
    };
    if !is_dhcp && answered.is_none() {
        return None;
    }
    let decides = |entry: &Entry| {
        let note = note(entry);
        let of_dhcp = matches!(
            note,
            Some(
                Note::Server(ServerNote::Refused { .. })
                    | Note::Client(ClientNote::Conflict { .. })
                    | Note::Failover(failover::Note::Limited { .. })
            )
        );
        let of_update = matches!(
            note,
            Some(Note::Failover(failover::Note::Refused { address, .. }))
                if answered == Some(*address)
        );
        is_dhcp && of_dhcp || of_update
    };
    last(story.journal, cause.0 + 1..id.0, &|_, other| {
        other.cause == Some(cause) && decides(other)
    })
}

/// Whether the links beside it say as much.
fn says_nothing_new(story: &Story<'_>, id: EventId, entry: &Entry) -> bool {
    let by_command = || {
        let cause = entry.cause.and_then(|cause| story.journal.get(cause));
        cause.is_some_and(|cause| matches!(cause.what, What::Command(_) | What::Ended(_)))
    };
    match &entry.what {
        What::Flooded { .. } | What::Received { .. } => true,
        What::Sent { origin, .. } | What::Dropped { origin, .. } => *origin != id,
        What::InVain(_) | What::Power(_) | What::Software(_) | What::Carrier { .. } => by_command(),
        What::Command(_) | What::Ended(_) | What::Fired { .. } | What::Dhcp(_) | What::Net(_) => {
            false
        }
    }
}

fn join(story: &Story<'_>, shown: &Entry, id: EventId, cause: &Entry) -> Join {
    let asked = message(id, cause).filter(|_| shown.node != cause.node);
    match (&shown.what, asked) {
        (What::Fired { .. }, _) => Join::SetFor,
        (
            What::Received { origin, .. }
            | What::Sent { origin, .. }
            | What::Dropped { origin, .. },
            _,
        ) if *origin == id => Join::Was,
        (What::Sent { frame, .. }, Some(asked)) if answers(frame, asked) => {
            let router = |node: NodeId| story.scenario.node(node).kind == NodeKind::Router;
            // A relay agent says what it has heard.
            if shown.node.is_some_and(router) {
                Join::OnHearing
            } else {
                Join::Answers
            }
        }
        (_, Some(_)) => Join::OnHearing,
        (_, None) => Join::Because,
    }
}

/// Whether one message answers another, rather than asks something itself.
fn answers(frame: &Frame, asked: &Frame) -> bool {
    match summary(frame.bytes()).what {
        Packet::Dhcp { .. } => matches!(summary(asked.bytes()).what, Packet::Dhcp { .. }),
        Packet::Tcp { .. } => matches!(summary(asked.bytes()).what, Packet::Tcp { .. }),
        Packet::Arp { kind, .. } => kind == ArpKind::Reply,
        Packet::Echo { reply } => reply,
        Packet::Other(_) => false,
    }
}
