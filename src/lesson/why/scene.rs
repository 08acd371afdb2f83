//! Which nodes had power and which cables carried frames at a moment, since when, and the way from
//! one node to another.

use crate::scenario::{LinkId, NodeId, NodeKind, Scenario};
use crate::sim::{EventId, Journal, What};
use crate::time::Instant;

/// Whether something was on, and the entry that made it so; nothing for what was so from the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) on: bool,
    pub(super) since: Option<(EventId, Instant)>,
}

/// The network at a moment.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    scenario: &'a Scenario,
    power: Vec<State>,
    cables: Vec<State>,
}

/// A cable on a way, and the node at its far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) link: LinkId,
    pub(super) to: NodeId,
}

impl<'a> Scene<'a> {
    /// The network as the journal has it before this entry.
    pub(super) fn before(scenario: &'a Scenario, journal: &Journal, end: EventId) -> Self {
        let state = |on| State { on, since: None };
        let power: Vec<State> = scenario.nodes().map(|(_, node)| state(node.on)).collect();
        let cables = scenario.cables().map(|(link, ends, file)| {
            let in_place = file.plugged && !scenario.is_spare(link);
            state(in_place && ends.iter().all(|end| power[end.index()].on))
        });
        let mut scene = Self {
            scenario,
            cables: cables.collect(),
            power,
        };
        let past = journal.from(0).take_while(|(id, _)| *id < end);
        for (id, entry) in past {
            let (state, on) = if let (What::Power(on), Some(node)) = (&entry.what, entry.node) {
                (&mut scene.power[node.index()], *on)
            } else if let What::Carrier { link, up } = &entry.what {
                (&mut scene.cables[link.index()], *up)
            } else {
                continue;
            };
            if state.on != on {
                *state = State {
                    on,
                    since: Some((id, entry.at)),
                };
            }
        }
        scene
    }

    /// Whether a node had power.
    pub(super) fn power(&self, node: NodeId) -> State {
        self.power[node.index()]
    }

    /// Whether a cable carried frames.
    pub(super) fn cable(&self, link: LinkId) -> State {
        self.cables[link.index()]
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
        let mut ways = self.over(from, first, &|link| self.cable(link).on);
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
