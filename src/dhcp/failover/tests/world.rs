//! Clients, and the nine things of which each is wrong if it is ever seen.
//!
//! What is asked of the endpoints is what a server asks; what is believed of the clients, and the
//! tables below, are not taken from them.

use std::collections::BTreeMap;

use super::rig::*;
use super::watch::{Mutation, Violation};
use crate::dhcp::failover::arith::CLOCK_SLACK;
use crate::dhcp::failover::store::{Lease, Store};
use crate::dhcp::failover::*;
use crate::time::Instant;
use crate::wire::failover::BindingStatus as S;

/// What a client believes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) last: u8,
    pub(super) client: u8,
    pub(super) by: usize,
    pub(super) given: Instant,
    pub(super) until: Instant,
    /// Given in PARTNER-DOWN, where no bound holds.
    pub(super) alone: bool,
}

pub(super) struct World {
    pub(super) pair: Pair,
    pub(super) held: Vec<Held>,
    /// The last client of each address, until both servers know that it has it no more.
    pub(super) owner: BTreeMap<u8, u8>,
    /// When each client last asked for something.
    asked: BTreeMap<u8, Instant>,
}

/// The latest that a server knows of, for a client of its partner.
fn known(lease: &Lease) -> Instant {
    let times = lease.times;
    let told = times.received + CLOCK_SLACK;
    times.expires.max(times.sent).max(times.acked).max(told)
}

pub(super) const SILENT: [State; 6] = [
    State::Startup,
    State::Recover,
    State::RecoverWait,
    State::PotentialConflict,
    State::Paused,
    State::Shutdown,
];

impl World {
    pub(super) fn new(mut pair: Pair, mutation: Option<Mutation>) -> Self {
        pair.mutation = mutation;
        pair.start(PRIMARY);
        pair.start(SECONDARY);
        pair.run(1);
        Self {
            pair,
            held: Vec::new(),
            owner: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// What was seen first that is wrong.
    pub(super) fn wrong(&self) -> Option<&Violation> {
        self.pair.watch.found.first()
    }

    pub(super) fn is(&self, mutation: Mutation) -> bool {
        self.pair.mutation == Some(mutation)
    }

    /// Whether a server would give a client an address.
    pub(super) fn may(&self, side: usize, last: u8, number: u8) -> bool {
        let server = &self.pair.sides[side].endpoint;
        let verdict = server.may_lease(address(last), &client(number), self.pair.now);
        verdict.err().is_none_or(|withheld| {
            let status = self.pair.lease(side, last).status;
            let mutation = self.pair.mutation;
            mutation.is_some_and(|mutation| mutation.allows(withheld, status))
        })
    }

    pub(super) fn store(&self, side: usize) -> Option<&Store> {
        self.pair.sides[side].endpoint.store()
    }

    /// Each server ends the leases that are over by its own record.
    pub(super) fn expire(&mut self) {
        for side in [PRIMARY, SECONDARY] {
            for last in 10..20 {
                if !self.pair.sides[side].powered || self.store(side).is_none() {
                    continue;
                }
                let lease = self.pair.lease(side, last);
                if lease.status == S::Active && lease.times.expires + CLOCK_SLACK < self.pair.now {
                    self.pair.report(side, last, LeaseEvent::Expired);
                }
            }
        }
    }

    /// Time passes, with a stop wherever a lease is over.
    pub(super) fn run(&mut self, seconds: u64) {
        let end = self.pair.now + secs(seconds);
        while self.pair.now < end {
            let leases = self.pair.sides.iter().filter(|side| side.powered);
            let over = leases
                .filter_map(|side| side.endpoint.store())
                .flat_map(|store| store.leases.values())
                .filter(|lease| lease.status == S::Active)
                .map(|lease| lease.times.expires + CLOCK_SLACK + secs(1))
                .filter(|over| *over > self.pair.now)
                .min();
            let next = over.map_or(end, |over| over.min(end));
            let passes = next.since(self.pair.now).as_micros().div_ceil(1_000_000);
            self.pair.run(passes);
            self.expire();
            self.look();
        }
    }

    /// A client takes its time: which of two messages is the later one the servers tell each other
    /// in whole seconds (client-last-transaction-time), and each of them by its own clock.
    pub(super) fn asks(&mut self, number: u8) -> bool {
        let now = self.pair.now;
        let soon = self
            .asked
            .get(&number)
            .is_some_and(|last| now < *last + secs(3));
        if !soon {
            self.asked.insert(number, now);
        }
        !soon
    }

    pub(super) fn give(&mut self, side: usize, last: u8, number: u8) {
        let (now, who) = (self.pair.now, client(number));
        let mine = |held: &Held| held.last == last && held.client == number && held.until > now;
        let renews = self.held.iter().any(mine);
        let ask = if renews {
            Ask::Renewal
        } else {
            Ask::ThisServer
        };
        let server = &self.pair.sides[side];
        let serves = server.endpoint.serves(ask, who.key(), 0).is_ok();
        if !server.powered || !(serves || self.is(Mutation::AnswerAlways)) {
            return;
        }
        if self.asks(number) {
            self.grant(side, last, number, renews);
        }
    }

    /// A server that answers a client gives it an address, if it may.
    pub(super) fn grant(&mut self, side: usize, last: u8, number: u8, renews: bool) {
        let (now, who) = (self.pair.now, client(number));
        let server = &self.pair.sides[side];
        let state = server.endpoint.state();
        let Some(store) = server.endpoint.store() else {
            return;
        };
        let (before, entered) = (store.lease(address(last)).clone(), store.since);
        let alone = state == State::PartnerDown;
        if !self.may(side, last, number) {
            return;
        }
        let server = &self.pair.sides[side];
        let granted = if self.is(Mutation::NoMclt) {
            secs(DESIRED)
        } else {
            let grant = server.endpoint.grant(now, address(last), secs(DESIRED));
            grant.length
        };
        let until = now + granted;
        let held = Held {
            last,
            client: number,
            by: side,
            given: now,
            until,
            alone,
        };
        self.check_client(&held, state, renews);
        self.check_address(&held, &before, entered);
        let event = LeaseEvent::Granted {
            client: who,
            granted,
            desired: secs(DESIRED),
        };
        let before = self.owner.insert(last, number);
        self.pair.report(side, last, event);
        if self.pair.sides[side].powered {
            self.held
                .retain(|held| held.last != last || held.client != number);
            self.held.push(held);
        } else if let Some(before) = before {
            // The DHCPACK was to follow.
            self.owner.insert(last, before);
        } else {
            self.owner.remove(&last);
        }
    }

    /// Invariants 7, 1 and 4.
    fn check_client(&mut self, held: &Held, state: State, renews: bool) {
        let silent = SILENT.contains(&state) || state == State::RecoverDone && !renews;
        let now = self.pair.now;
        let other = self.held.iter().find(|other| {
            other.last == held.last && other.client != held.client && other.until > now
        });
        let two = other.map(|other| format!("at {now} {held:?} while {other:?}"));
        self.freed();
        let before = self.owner.get(&held.last);
        let moved = !held.alone && before.is_some_and(|before| *before != held.client);
        let moved = moved.then(|| format!("{held:?}, and no one was told that {before:?} has not"));
        let watch = &mut self.pair.watch;
        if silent {
            watch.violation(7, format!("{held:?} in {state:?}"));
        }
        if let Some(two) = two {
            watch.violation(1, two);
        }
        if let Some(moved) = moved {
            watch.violation(4, moved);
        }
    }

    /// Invariants 5 and 2.
    fn check_address(&mut self, held: &Held, before: &Lease, entered: Instant) {
        let role = [Role::Primary, Role::Secondary][held.by];
        let own = match before.status {
            S::Free => role == Role::Primary,
            S::Backup => role == Role::Secondary,
            S::Active | S::Expired | S::Released | S::Reset | S::Abandoned => true,
        };
        let waited = held.alone && held.given >= entered + secs(MCLT);
        if !own && !waited {
            let seen = format!("{held:?}, which is {:?}", before.status);
            self.pair.watch.violation(5, seen);
        }
        self.check_bound(held);
    }

    /// Also later: a partner that has lost its disk and found it again knows as much as before.
    fn check_bound(&mut self, held: &Held) {
        let partner = self.store(1 - held.by);
        let Some(partner) = partner.filter(|partner| !partner.needs_all && !held.alone) else {
            return;
        };
        let knows = known(partner.lease(address(held.last))).max(held.given);
        if held.until > knows + secs(MCLT) {
            let seen = format!("{held:?}, and the partner knows of {knows}");
            self.pair.watch.violation(2, seen);
        }
    }

    fn freed(&mut self) {
        for address in std::mem::take(&mut self.pair.watch.freed) {
            self.owner.remove(&address.octets()[3]);
        }
    }

    /// What must hold at any moment.
    pub(super) fn look(&mut self) {
        self.freed();
        let now = self.pair.now;
        self.held.retain(|held| held.until > now);
        for held in self.held.clone() {
            self.check_bound(&held);
        }
        let endpoints = [PRIMARY, SECONDARY].map(|side| &self.pair.sides[side].endpoint);
        let works = |side: usize| {
            self.pair.sides[side].powered && !SILENT.contains(&endpoints[side].state())
        };
        let mut seen = Vec::new();
        if works(PRIMARY) && works(SECONDARY) {
            for last in 10..20 {
                let [one, two] = [PRIMARY, SECONDARY].map(|side| self.pair.lease(side, last));
                if one.status == S::Free && !one.claimed && two.status == S::Backup {
                    seen.push(Violation(5, format!("both own {last}")));
                }
            }
        }
        self.pair.watch.found.extend(seen);
    }

    fn apart(&self) -> Option<String> {
        let states = self.pair.states();
        if states == [State::Normal; 2] {
            self.pair.disagreement()
        } else {
            Some(format!("{states:?}"))
        }
    }

    /// Everything works again, for as long as it takes, but less than an hour.
    pub(super) fn end(&mut self) {
        self.pair.fuse = None;
        self.pair.slow = false;
        self.pair.heal();
        for side in [PRIMARY, SECONDARY] {
            if !self.pair.sides[side].powered {
                self.pair.start(side);
                self.run(10);
            }
        }
        let mut apart = self.apart();
        for _ in 0..30 {
            if apart.is_none() || self.wrong().is_some() {
                break;
            }
            self.run(100);
            apart = self.apart();
        }
        if let Some(apart) = apart {
            self.pair.watch.violation(8, apart);
        }
    }
}
