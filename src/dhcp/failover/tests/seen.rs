//! What is to be seen of two endpoints.

use super::rig::{PRIMARY, Pair, SECONDARY, address};
use crate::dhcp::failover::arith::whole_second;
use crate::dhcp::failover::store::Lease;
use crate::dhcp::failover::*;
use crate::wire::failover::{BindingStatus, Body};

impl Pair {
    pub(super) fn states(&self) -> [State; 2] {
        [self.state(PRIMARY), self.state(SECONDARY)]
    }

    pub(super) fn state(&self, side: usize) -> State {
        self.sides[side].endpoint.state()
    }

    pub(super) fn lease(&self, side: usize, last: u8) -> &Lease {
        self.sides[side]
            .endpoint
            .store()
            .unwrap()
            .lease(address(last))
    }

    pub(super) fn status(&self, last: u8) -> [BindingStatus; 2] {
        [PRIMARY, SECONDARY].map(|side| self.lease(side, last).status)
    }

    /// The states that a side has been in, since its notes were cleared.
    pub(super) fn went(&self, side: usize) -> Vec<State> {
        let states = self.sides[side].notes.iter().filter_map(|note| {
            if let Note::State { to, .. } = note {
                Some(*to)
            } else {
                None
            }
        });
        states.collect()
    }

    pub(super) fn forget(&mut self) {
        for side in &mut self.sides {
            side.notes.clear();
            side.changes.clear();
            side.sent.clear();
        }
    }

    pub(super) fn sent(&self, side: usize, body: impl Fn(&Body) -> bool) -> usize {
        let sent = self.sides[side].sent.iter();
        sent.filter(|message| body(&message.body)).count()
    }

    /// Both know the same of every address, but for what only one of them has to.
    pub(super) fn agree(&self) {
        assert_eq!(self.disagreement(), None);
    }

    pub(super) fn disagreement(&self) -> Option<String> {
        for last in 10..20 {
            let [one, two] = [PRIMARY, SECONDARY].map(|side| self.lease(side, last));
            let told = !one.pending && !two.pending;
            let same = one.status != BindingStatus::Active
                || two.client.as_ref().is_some_and(|client| one.is_of(client))
                    && whole_second(one.times.expires) == whole_second(two.times.expires);
            if one.status != two.status || !told || !same {
                return Some(format!("of {last} they know {one:?} and {two:?}"));
            }
        }
        None
    }
}
