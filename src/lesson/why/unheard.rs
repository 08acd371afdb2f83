//! Why a host has heard no copy of a message.

use super::outcome::{Became, Look, Told};
use super::scene::{Scene, Step, Ways};
use super::sentence;
use super::trail::{Seen, Trail};
use crate::scenario::{LinkId, NodeId};
use crate::sim::DropReason;
use crate::text::Value;
use crate::time::Instant;

impl Look<'_> {
    /// Why no copy was heard at a host.
    pub(super) fn not_heard(
        &self,
        trail: &Trail<'_>,
        scene: &Scene<'_>,
        ways: &Ways,
        node: NodeId,
    ) -> (Became, Vec<Told>) {
        if !scene.power(node) {
            return (Became::Off, self.off(scene, node));
        }
        let way = ways.to(node);
        if way.is_empty() {
            return (Became::CutOff, self.named("why.elsewhere", node));
        }
        let end = self.story.journal.get(self.end);
        let end = end.map_or(Instant::MAX, |entry| entry.at);
        let now = self.recording.world().now().min(end);
        let under_way = || (Became::UnderWay, self.named("why.under-way", node));
        let mut there = Instant::ZERO;
        for Step { from, link, to } in way {
            if !scene.cable(link) {
                return (Became::CutOff, self.dead(scene, link));
            }
            let (mut sent, mut passed_on, mut left, mut lost) = (None, false, None, None);
            for (id, place, seen) in &trail.copies {
                match seen {
                    Seen::Sent(over, arrives) => {
                        if (*place, *over) == (from, link) {
                            sent = sent.max(Some(*arrives));
                        }
                        passed_on |= *place == to;
                    }
                    Seen::Dropped(why) if at_sender(*why) && *place == from => left = Some(*id),
                    Seen::Dropped(why) if !at_sender(*why) && *place == to => lost = Some(*id),
                    Seen::Dropped(_) | Seen::Received => {}
                }
            }
            let Some(arrives) = sent else {
                if let Some(id) = left {
                    return (Became::Lost, self.words(id));
                }
                if there >= now {
                    return under_way();
                }
                let values = vec![
                    ("node", self.story.name(node)),
                    ("switch", self.story.name(from)),
                ];
                return (Became::CutOff, vec![(None, sentence("why.misled", values))]);
            };
            if let (Some(id), false) = (lost, passed_on) {
                return (Became::Lost, self.words(id));
            }
            there = arrives;
        }
        if there >= now {
            return under_way();
        }
        (Became::Unused, self.named("why.unused", node))
    }

    /// That a node has no power, and since when.
    pub(super) fn off(&self, scene: &Scene<'_>, node: NodeId) -> Vec<Told> {
        let Some((id, at)) = scene.power_since(node) else {
            let whole = scene.is_whole();
            return self.named(if whole { "why.never-on" } else { "why.off" }, node);
        };
        let values = vec![("node", self.story.name(node)), ("since", Value::At(at))];
        vec![(Some(id), sentence("why.off-since", values))]
    }

    /// That a cable carries nothing, and since when; that a node at it has no power, where that is
    /// why.
    pub(super) fn dead(&self, scene: &Scene<'_>, link: LinkId) -> Vec<Told> {
        for end in self.story.scenario.ends(link) {
            if !scene.power(end) {
                return self.off(scene, end);
            }
        }
        let mut values = self.story.cable(link).to_vec();
        let Some((id, at)) = scene.cable_since(link) else {
            return vec![(None, sentence("why.cable-out", values))];
        };
        values.push(("since", Value::At(at)));
        vec![(Some(id), sentence("why.cable-dead", values))]
    }

    /// A sentence about a node.
    fn named(&self, key: &str, node: NodeId) -> Vec<Told> {
        vec![(None, sentence(key, vec![("node", self.story.name(node))]))]
    }
}

/// Whether a frame that is lost for this reason does not get on the cable at all.
fn at_sender(reason: DropReason) -> bool {
    match reason {
        DropReason::NoCarrier | DropReason::QueueFull => true,
        DropReason::CarrierLost
        | DropReason::Loss
        | DropReason::Burst
        | DropReason::Partition
        | DropReason::Person
        | DropReason::Crashed => false,
    }
}
