//! Who has a line of its own on the ladder. Few hosts have one each. Of many clients only those have
//! one that matter now; the others share one.

use super::session::{Panel, Session};
use crate::scenario::{NodeId, NodeKind, Scenario};

/// The most hosts that have a line each.
const FEW: usize = 8;
/// How many clients have a line of their own where there are more hosts, and at most how many servers,
/// routers and others.
const RECENT: usize = 2;
const FIXED: usize = 4;
/// How many messages back one looks for clients.
const REACH: usize = 200;

/// The lines of the ladder, from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lanes {
    /// Whose each is; the one without an owner is everyone else's.
    owners: Vec<Option<NodeId>>,
}

impl Lanes {
    /// The lines of a scenario in which nothing has happened yet.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let hosts = || {
            scenario
                .nodes()
                .filter(|(_, node)| node.kind != NodeKind::Switch)
        };
        if hosts().count() <= FEW {
            return Self {
                owners: hosts().map(|(id, _)| Some(id)).collect(),
            };
        }
        let clients = hosts().filter(|(_, node)| node.kind == NodeKind::Client);
        let fixed = hosts().filter(|(_, node)| node.kind != NodeKind::Client);
        let owned = clients.take(RECENT).chain(fixed.take(FIXED));
        let mut owners = vec![None];
        owners.extend(owned.map(|(id, _)| Some(id)));
        Self { owners }
    }

    /// Gives the lines to those clients that matter at the playhead. One that has a line and still
    /// matters keeps it, so that none jumps.
    pub(crate) fn follow(&mut self, session: &Session) {
        if self.is_whole() {
            return;
        }
        let wanted = wanted(session);
        let is_client = |id: NodeId| session.scenario().node(id).kind == NodeKind::Client;
        let mut new: Vec<NodeId> = wanted.clone();
        new.retain(|id| !self.owners.contains(&Some(*id)));
        for owner in self.owners.iter_mut().flatten() {
            if is_client(*owner)
                && !wanted.contains(owner)
                && let Some(next) = new.pop()
            {
                *owner = next;
            }
        }
    }

    /// Whether each host has its own.
    pub(crate) fn is_whole(&self) -> bool {
        !self.owners.contains(&None)
    }

    /// The owner of each; none for the one that the others share.
    pub(crate) fn owners(&self) -> &[Option<NodeId>] {
        &self.owners
    }

    /// Which line a node's is; none for a switch of a small network.
    pub(crate) fn of(&self, node: NodeId) -> Option<usize> {
        let place = |owner: Option<NodeId>| self.owners.iter().position(|other| *other == owner);
        place(Some(node)).or_else(|| place(None))
    }

    /// Whether a node has its line together with others.
    pub(crate) fn shares(&self, node: NodeId) -> bool {
        !self.is_whole() && !self.owners.contains(&Some(node))
    }
}

/// The client whose panel is open, and those that sent or were sent something last.
fn wanted(session: &Session) -> Vec<NodeId> {
    let mut wanted: Vec<NodeId> = Vec::new();
    let scenario = session.scenario();
    let mut want = |id: NodeId| {
        if scenario.node(id).kind == NodeKind::Client && !wanted.contains(&id) {
            wanted.push(id);
        }
        wanted.len() < RECENT
    };
    if let Some(Panel::Node(id)) = session.panel() {
        want(id);
    }
    let written = session.world().written();
    let messages = session.ladder().messages();
    let end = messages.partition_point(|message| message.id.index() < written);
    for message in messages[..end].iter().rev().take(REACH) {
        let to = scenario.owner(message.frame.destination());
        let is_shown = session.filter().shows(&message.summary.what);
        if is_shown && !(want(message.from) && to.is_none_or(&mut want)) {
            break;
        }
    }
    wanted
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
