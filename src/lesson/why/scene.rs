//! Which nodes had power and which cables carried frames at a moment, since when, and the way from
//! one node to another.

use super::last;
use crate::scenario::{LinkId, NodeId, NodeKind};
use crate::sim::{Entry, EventId, Recording, What};
use crate::time::Instant;

/// The network at a moment.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    recording: &'a Recording,
    end: EventId,
    power: Vec<bool>,
    cables: Vec<bool>,
}

/// A cable on a way, from one end to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: NodeId,
    pub(super) link: LinkId,
    pub(super) to: NodeId,
}

/// The ways from a node over its first cable to every other up to the next routers: over cables that
/// carried frames where there is such a way, else over the file's.
#[derive(Debug)]
pub(super) struct Ways {
    /// For each node the last step to it.
    live: Vec<Option<Step>>,
    file: Vec<Option<Step>>,
}

impl Ways {
    /// Whether there is a way to a node.
    pub(super) fn reach(&self, node: NodeId) -> bool {
        self.live[node.index()].is_some() || self.file[node.index()].is_some()
    }

    /// The way to a node; empty where there is none.
    pub(super) fn to(&self, node: NodeId) -> Vec<Step> {
        let live = self.live[node.index()].is_some();
        let steps = if live { &self.live } else { &self.file };
        let mut way = Vec::new();
        let mut at = node;
        while let Some(step) = steps[at.index()] {
            way.push(step);
            at = step.from;
        }
        way.reverse();
        way
    }
}

impl<'a> Scene<'a> {
    /// The network as it was before this entry: as it is now, with what has changed since then taken
    /// back. Nothing where the journal has let that go.
    pub(super) fn before(recording: &'a Recording, end: EventId) -> Option<Self> {
        let (scenario, journal) = (recording.scenario(), recording.journal());
        let world = recording.world();
        let cables = scenario.cables();
        let mut scene = Self {
            recording,
            end,
            power: world.nodes().map(|(_, node)| node.power).collect(),
            cables: cables.map(|(link, ..)| world.link(link).carrier).collect(),
        };
        for number in (end.index()..world.written()).rev() {
            let id = EventId(u32::try_from(number).ok()?);
            let entry = journal.get(id)?;
            if let (What::Power(on), Some(node)) = (&entry.what, entry.node) {
                scene.power[node.index()] = !on;
            } else if let What::Carrier { link, up } = &entry.what {
                scene.cables[link.index()] = !up;
            }
        }
        Some(scene)
    }

    /// Whether a node had power.
    pub(super) fn power(&self, node: NodeId) -> bool {
        self.power[node.index()]
    }

    /// Whether a cable carried frames.
    pub(super) fn cable(&self, link: LinkId) -> bool {
        self.cables[link.index()]
    }

    /// The entry in which a node last gained or lost its power, and when; nothing where that was not
    /// since the start, or the journal has let it go.
    pub(super) fn power_since(&self, node: NodeId) -> Option<(EventId, Instant)> {
        self.last(&|entry| entry.node == Some(node) && matches!(entry.what, What::Power(_)))
    }

    /// The same of a cable, and whether it carries frames.
    pub(super) fn cable_since(&self, cable: LinkId) -> Option<(EventId, Instant)> {
        self.last(&|entry| matches!(&entry.what, What::Carrier { link, .. } if *link == cable))
    }

    /// Whether the journal is there from the start.
    pub(super) fn is_whole(&self) -> bool {
        self.recording.journal().reach(self.end.index()) == 0
    }

    fn last(&self, is_it: &dyn Fn(&Entry) -> bool) -> Option<(EventId, Instant)> {
        let journal = self.recording.journal();
        let id = last(journal, 0..self.end.0, &|_, entry| is_it(entry))?;
        Some((id, journal.get(id)?.at))
    }

    /// The cables at a node.
    pub(super) fn cables_at(&self, node: NodeId) -> &'a [LinkId] {
        &self.recording.world().node(node).links
    }

    /// The ways from a node over its first cable.
    pub(super) fn ways(&self, from: NodeId, first: LinkId) -> Ways {
        Ways {
            live: self.over(from, first, true),
            file: self.over(from, first, false),
        }
    }

    fn over(&self, from: NodeId, first: LinkId, live: bool) -> Vec<Option<Step>> {
        let scenario = self.recording.scenario();
        let mut steps: Vec<Option<Step>> = vec![None; self.power.len()];
        let mut open = vec![(from, first)];
        while let Some((at, link)) = open.pop() {
            let [one, other] = scenario.ends(link);
            let to = if one == at { other } else { one };
            let goes = if live {
                self.cable(link)
            } else {
                !scenario.is_spare(link)
            };
            if !goes || to == from || steps[to.index()].is_some() {
                continue;
            }
            let from = at;
            steps[to.index()] = Some(Step { from, link, to });
            if scenario.node(to).kind == NodeKind::Switch {
                open.extend(self.cables_at(to).iter().map(|next| (to, *next)));
            }
        }
        steps
    }
}
