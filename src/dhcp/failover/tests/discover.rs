//! Clients that ask everyone, and take one of the answers: more of them than there are addresses.

use super::rig::*;
use super::watch::Mutation;
use super::world::World;
use crate::dhcp::failover::load::{Buckets, bucket};
use crate::dhcp::failover::*;

impl World {
    /// A DISCOVER, which both servers hear: who answers offers what the client has, or else the first
    /// address that it may give; of two offers the client takes one.
    pub(super) fn discover(&mut self, number: u8, waited: u16, picks: usize) {
        if !self.asks(number) {
            return;
        }
        let answers = [PRIMARY, SECONDARY].map(|side| self.answers(side, number, waited));
        self.check_owner(number, waited, answers);
        let mut offers = Vec::new();
        for side in [PRIMARY, SECONDARY] {
            if let Some(last) = self.offer(side, number).filter(|_| answers[side]) {
                offers.push((side, last));
            }
        }
        if let Some((side, last)) = offers.get(picks % offers.len().max(1)).copied() {
            self.grant(side, last, number, false);
        }
    }

    fn answers(&self, side: usize, number: u8, waited: u16) -> bool {
        let server = &self.pair.sides[side];
        let key = client(number);
        let serves = server.endpoint.serves(Ask::Any, key.key(), waited).is_ok();
        let all = side == SECONDARY && self.is(Mutation::AnswerAll);
        let always = all && server.endpoint.state() == State::Normal;
        server.powered && (serves || always || self.is(Mutation::AnswerAlways))
    }

    fn offer(&self, side: usize, number: u8) -> Option<u8> {
        self.store(side)?;
        let its = |last: &u8| self.pair.lease(side, *last).is_of(&client(number));
        let may = |last: &u8| self.may(side, *last, number);
        (10..20)
            .find(|last| its(last) && may(last))
            .or_else(|| (10..20).find(may))
    }

    /// Invariant 6: while both work and know it, the client has one server, by its hash and by what
    /// the primary's settings say (RFC 3074); one that has waited for long has both.
    fn check_owner(&mut self, number: u8, waited: u16, answers: [bool; 2]) {
        let endpoints = [PRIMARY, SECONDARY].map(|side| &self.pair.sides[side].endpoint);
        let config = endpoints[PRIMARY].config();
        let works =
            |endpoint: &&Endpoint| endpoint.state() == State::Normal && endpoint.is_connected();
        if !config.load_balance || !endpoints.iter().all(works) {
            return;
        }
        let primarys = Buckets::split(config.split).is_primarys(bucket(client(number).key()));
        let expected = if waited > config.max_secs {
            [true, true]
        } else {
            [primarys, !primarys]
        };
        if answers != expected {
            let seen = format!("client {number}, {waited} s: {answers:?}, not {expected:?}");
            self.pair.watch.violation(6, seen);
        }
    }
}
