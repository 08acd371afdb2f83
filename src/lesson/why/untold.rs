//! Words for what the narration leaves out because something beside it tells the same. In a chain
//! of causes it stands alone.

use super::wait::reason;
use super::{made, note, plain, sentence};
use crate::dhcp::{ClientNote, Note, Reason, failover};
use crate::lesson::{Story, failover as partners, tell};
use crate::net::NetNote;
use crate::sim::{Entry, EventId, What};
use crate::text::{Sentence, Value};
use crate::wire::frame::Frame;
use crate::wire::summary::summary;

/// The words of an entry that [`tell`](crate::lesson::tell) has none for.
pub(super) fn untold(story: &Story<'_>, id: EventId) -> Option<Sentence> {
    let entry = story.journal.get(id)?;
    let node = || Some(("node", story.name(entry.node?)));
    let message = |frame: &Frame| ("message", plain(summary(frame.bytes()).label()));
    let from = |origin| ("from", sender(story, origin));
    Some(match &entry.what {
        What::Power(true) => sentence("why.power-on", vec![node()?]),
        What::Power(false) => sentence("why.power-off", vec![node()?]),
        What::Software(true) => sentence("why.software-runs", vec![node()?]),
        What::Software(false) => sentence("why.software-stopped", vec![node()?]),
        What::Carrier { link, up } => {
            let key = if *up {
                "why.carrier-up"
            } else {
                "why.carrier-down"
            };
            sentence(key, story.cable(*link).to_vec())
        }
        What::Sent { origin, frame, .. } if *origin == id => {
            sentence("tell.other", vec![node()?, message(frame)])
        }
        What::Sent {
            origin, to, frame, ..
        } => {
            let values = vec![
                node()?,
                message(frame),
                from(*origin),
                ("to", story.name(*to)),
            ];
            sentence("why.passed-on", values)
        }
        What::Flooded { origin, frame, .. } => {
            let values = vec![node()?, message(frame), from(*origin)];
            sentence("why.passed-on-to-all", values)
        }
        What::Received { origin, frame } => {
            sentence("why.received", vec![node()?, message(frame), from(*origin)])
        }
        What::Fired { reason: due, .. } => {
            let ours = !matches!(due, Reason::Failover { .. });
            if let Some(note) = what_came_of_it(story, id).filter(|_| ours) {
                return tell(story.scenario, story.journal, note);
            }
            let due = Value::Sentence(Box::new(reason(*due)));
            sentence("why.fired", vec![node()?, ("reason", due)])
        }
        What::Dhcp(note) => return noted(story, entry, note),
        What::Net(note) => return stack(story, entry, note),
        What::InVain(_) => sentence("why.in-vain", Vec::new()),
        // These are always told.
        What::Command(_) | What::Ended(_) | What::Dropped { .. } => return None,
    })
}

/// What its node says of a deadline that was due: that it gives up, that a lease is over.
fn what_came_of_it(story: &Story<'_>, id: EventId) -> Option<EventId> {
    let is_told = |id| tell(story.scenario, story.journal, id).is_some();
    made(story.journal, id, &|next, entry| {
        note(entry).is_some() && is_told(next)
    })
}

fn sender(story: &Story<'_>, origin: EventId) -> Value {
    let sender = story.journal.get(origin).and_then(|sent| sent.node);
    sender.map_or_else(|| plain("?"), |node| story.name(node))
}

pub(super) fn noted(story: &Story<'_>, entry: &Entry, note: &Note) -> Option<Sentence> {
    let node = ("node", story.name(entry.node?));
    match note {
        Note::Client(ClientNote::State { from, to }) => {
            let values = vec![node, ("from", plain(from.name())), ("to", plain(to.name()))];
            Some(sentence("why.state", values))
        }
        Note::Client(ClientNote::Released { address }) => Some(sentence(
            "why.released",
            vec![node, ("address", plain(address))],
        )),
        Note::Client(
            ClientNote::Selected { .. }
            | ClientNote::Leased { .. }
            | ClientNote::Expired { .. }
            | ClientNote::Conflict { .. }
            | ClientNote::Defended { .. }
            | ClientNote::GaveUp { .. }
            | ClientNote::KeptLease { .. }
            | ClientNote::Informed { .. }
            | ClientNote::Ipv6Only { .. }
            | ClientNote::LinkLocal { .. }
            | ClientNote::KeptAfterRelease { .. }
            | ClientNote::Forgot { .. }
            | ClientNote::Ignored { .. },
        )
        | Note::Server(_)
        | Note::Relay(_) => None,
        Note::Failover(note) => {
            let partner = partners::partner(story, entry.node);
            failover(note, node, partner)
        }
    }
}

fn failover(
    note: &failover::Note,
    node: (&'static str, Value),
    partner: (&'static str, Value),
) -> Option<Sentence> {
    let about = |address| ("address", plain(address));
    Some(match *note {
        failover::Note::State { from, to, .. } => {
            let values = vec![node, ("from", plain(from.name())), ("to", plain(to.name()))];
            sentence("why.state", values)
        }
        failover::Note::PartnerState { state, .. } => sentence(
            "why.partner-state",
            vec![node, ("state", plain(state.name()))],
        ),
        failover::Note::Unexpected { message } => sentence(
            "why.unexpected",
            vec![node, ("message", plain(message.name()))],
        ),
        failover::Note::Taken { address, status } => sentence(
            "tell.failover.taken",
            vec![
                node,
                partner,
                about(address),
                ("status", plain(status.name())),
            ],
        ),
        failover::Note::Acknowledged {
            address, status, ..
        } => sentence(
            "why.acknowledged",
            vec![node, about(address), ("status", plain(status.name()))],
        ),
        failover::Note::CommunicationsOk { .. }
        | failover::Note::Disconnected { .. }
        | failover::Note::Malformed { .. }
        | failover::Note::Refused { .. }
        | failover::Note::RefusedByPartner { .. }
        | failover::Note::Limited { .. }
        | failover::Note::Balanced { .. }
        | failover::Note::Waits { .. }
        | failover::Note::CommandIgnored { .. } => return None,
    })
}

pub(super) fn stack(story: &Story<'_>, entry: &Entry, note: &NetNote) -> Option<Sentence> {
    let node = ("node", story.name(entry.node?));
    let about = |address| ("address", plain(address));
    Some(match *note {
        NetNote::Neighbour { address, mac } => sentence(
            "why.neighbour",
            vec![node, about(address), ("owner", story.owner(mac))],
        ),
        NetNote::Configured { address, .. } => {
            sentence("why.configured", vec![node, about(address)])
        }
        NetNote::Deconfigured { address } => {
            sentence("why.deconfigured", vec![node, about(address)])
        }
        NetNote::Unreachable { .. } | NetNote::Malformed { .. } => return None,
    })
}
