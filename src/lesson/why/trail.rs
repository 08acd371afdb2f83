//! Where the copies of a message were seen, and what a host did on receiving one.

use super::message;
use super::outcome::{Look, WINDOW};
use crate::scenario::{LinkId, NodeId};
use crate::sim::{DropReason, Entry, EventId, What};
use crate::time::Instant;
use crate::wire::frame::Frame;

/// Where a copy of a message was seen.
#[derive(Clone, Copy)]
pub(super) enum Seen {
    /// It was put on this cable, and gets to the end of it then.
    Sent(LinkId, Instant),
    Dropped(DropReason),
    Received,
}

/// A message, and where its copies were seen: in which entry, and at which node.
pub(super) struct Trail<'a> {
    pub(super) from: NodeId,
    pub(super) frame: &'a Frame,
    pub(super) copies: Vec<(EventId, NodeId, Seen)>,
}

impl Trail<'_> {
    /// In which entries a node received a copy.
    pub(super) fn received(&self, node: NodeId) -> Vec<EventId> {
        let mut entries = Vec::new();
        for (id, at, seen) in &self.copies {
            if *at == node && matches!(seen, Seen::Received) {
                entries.push(*id);
            }
        }
        entries
    }
}

impl Look<'_> {
    /// Goes through the entries from `start` on, up to its end and for as long as `go_on` says.
    pub(super) fn each(&self, start: EventId, go_on: &mut dyn FnMut(EventId, &Entry) -> bool) {
        for id in (start.0..self.end.0).map(EventId) {
            let entry = self.story.journal.get(id);
            if !entry.is_some_and(|entry| go_on(id, entry)) {
                break;
            }
        }
    }

    pub(super) fn trail(&self, id: EventId) -> Option<Trail<'_>> {
        let sent = self.story.journal.get(id)?;
        let mut copies = Vec::new();
        self.each(id, &mut |number, entry| {
            let (origin, seen) = match &entry.what {
                What::Sent {
                    origin,
                    link,
                    arrives,
                    ..
                } => (*origin, Seen::Sent(*link, *arrives)),
                What::Flooded {
                    origin,
                    over,
                    arrives,
                    ..
                } => {
                    if let (Some(node), true) = (entry.node, *origin == id) {
                        for (link, _) in over.iter() {
                            copies.push((number, node, Seen::Sent(link, *arrives)));
                        }
                    }
                    return true;
                }
                What::Dropped { origin, reason, .. } => (*origin, Seen::Dropped(*reason)),
                What::Received { origin, .. } => (*origin, Seen::Received),
                What::Command(_)
                | What::Ended(_)
                | What::InVain(_)
                | What::Power(_)
                | What::Software(_)
                | What::Carrier { .. }
                | What::Fired { .. }
                | What::Dhcp(_)
                | What::Net(_) => return true,
            };
            if let (Some(node), true) = (entry.node, origin == id) {
                copies.push((number, node, seen));
            }
            entry.at <= sent.at + WINDOW
        });
        Some(Trail {
            from: sent.node?,
            frame: message(id, sent)?,
            copies,
        })
    }

    /// What a node did at once on receiving something in entry `id`.
    pub(super) fn made(&self, node: NodeId, id: EventId) -> Vec<(EventId, &Entry)> {
        let mut made = Vec::new();
        let mut at = None;
        self.each(id, &mut |number, entry| {
            if entry.cause == Some(id) && entry.node == Some(node) {
                made.push(number);
            }
            *at.get_or_insert(entry.at) == entry.at
        });
        let journal = self.story.journal;
        made.into_iter()
            .filter_map(|id| Some((id, journal.get(id)?)))
            .collect()
    }
}
