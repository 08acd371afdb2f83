//! Which nodes had power and which cables carried frames at a moment, since when, and the way from
//! one node to another.

use crate::scenario::{LinkId, NodeId, NodeKind, Scenario};
use crate::sim::{Entry, EventId, Journal, Recording, What};
use crate::time::Instant;

/// The network at a moment.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    scenario: &'a Scenario,
    journal: &'a Journal,
    end: EventId,
    power: Vec<bool>,
    cables: Vec<bool>,
}

/// A cable on a way, and the node at its far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) link: LinkId,
    pub(super) to: NodeId,
}

impl<'a> Scene<'a> {
    /// The network as it was before this entry: as it is now, with what has changed since then taken
    /// back. Nothing where the journal has let that go.
    pub(super) fn before(recording: &'a Recording, end: EventId) -> Option<Self> {
        let (scenario, journal) = (recording.scenario(), recording.journal());
        let world = recording.world();
        let cables = scenario.cables();
        let mut scene = Self {
            scenario,
            journal,
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
        self.last(|entry| entry.node == Some(node) && matches!(entry.what, What::Power(_)))
    }

    /// The same of a cable, and whether it carries frames.
    pub(super) fn cable_since(&self, cable: LinkId) -> Option<(EventId, Instant)> {
        self.last(|entry| matches!(&entry.what, What::Carrier { link, .. } if *link == cable))
    }

    /// Whether the journal is there from the start.
    pub(super) fn is_whole(&self) -> bool {
        self.journal.reach(self.end.index()) == 0
    }

    fn last(&self, is_it: impl Fn(&Entry) -> bool) -> Option<(EventId, Instant)> {
        let past = (0..self.end.0).rev().map(EventId);
        let mut past = past.map_while(|id| Some((id, self.journal.get(id)?)));
        past.find(|(_, entry)| is_it(entry))
            .map(|(id, entry)| (id, entry.at))
    }

    /// The cables at a node.
    pub(super) fn cables_at(&self, node: NodeId) -> impl Iterator<Item = LinkId> {
        let cables = self.scenario.cables();
        cables
            .filter(move |(_, ends, _)| ends.contains(&node))
            .map(|(link, _, _)| link)
    }

    /// The ways from a node over a first cable to every host and router that no router is before:
    /// over cables that carried frames where there is such a way, else over the file's.
    pub(super) fn ways(&self, from: NodeId, first: LinkId) -> Vec<Vec<Step>> {
        let mut ways = self.over(from, first, &|link| self.cable(link));
        let file = self.over(from, first, &|link| !self.scenario.is_spare(link));
        for way in file {
            let end = way.last().map(|step| step.to);
            if ways
                .iter()
                .all(|known| known.last().map(|step| step.to) != end)
            {
                ways.push(way);
            }
        }
        ways
    }

    fn over(&self, from: NodeId, first: LinkId, goes: &dyn Fn(LinkId) -> bool) -> Vec<Vec<Step>> {
        let mut ways = Vec::new();
        let mut seen = vec![from];
        let mut open: Vec<Vec<Step>> = self
            .step(from, first)
            .into_iter()
            .map(|step| vec![step])
            .collect();
        while let Some(way) = open.pop() {
            let Some(&Step { link, to }) = way.last() else {
                continue;
            };
            if seen.contains(&to) {
                continue;
            }
            seen.push(to);
            if self.scenario.node(to).kind != NodeKind::Switch {
                ways.push(way);
                continue;
            }
            for next in self.cables_at(to) {
                if next == link || !goes(next) {
                    continue;
                }
                if let Some(step) = self.step(to, next) {
                    open.push([way.as_slice(), &[step]].concat());
                }
            }
        }
        ways
    }

    fn step(&self, from: NodeId, link: LinkId) -> Option<Step> {
        let to = self
            .scenario
            .ends(link)
            .into_iter()
            .find(|end| *end != from)?;
        Some(Step { link, to })
    }
}
