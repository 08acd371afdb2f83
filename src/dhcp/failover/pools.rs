//! Free addresses from one server to the other (draft sections 5.4, 7.6 and 7.7).

use std::net::Ipv4Addr;

use super::balance::{self, Move};
use super::endpoint::Endpoint;
use super::load::bucket;
use super::state::{Role, State};
use super::store::Lease;
use super::{Context, Note, Part, Range, Timer};
use crate::wire::failover::{BindingStatus as Status, Body};

impl Endpoint {
    /// Whether the address is one of those that both servers give out.
    pub fn in_pools(&self, address: Ipv4Addr) -> bool {
        self.config
            .pools
            .iter()
            .flatten()
            .any(|range| range.contains(address))
    }

    /// How many addresses of a pool are FREE, and how many BACKUP.
    pub fn shares(&self, pool: usize) -> (u64, u64) {
        let (Some(ranges), Some(store)) = (self.config.pools.get(pool), &self.store) else {
            return (0, 0);
        };
        let mut free = ranges.iter().map(Range::size).sum::<u64>();
        let mut backup = 0;
        for (address, lease) in &store.leases {
            if ranges.iter().any(|range| range.contains(*address)) {
                free -= u64::from(lease.status != Status::Free);
                backup += u64::from(lease.status == Status::Backup);
            }
        }
        (free, backup)
    }

    /// Has the pools looked at soon, now that something has changed.
    pub(super) fn watch_balance(&mut self, cx: &mut Context<'_>) {
        if self.state() == State::Normal && self.is_unbalanced() {
            let at = (self.last_balance + self.config.balance.min).max(cx.now);
            cx.arm(Timer::Balance, at);
        }
    }

    fn is_unbalanced(&self) -> bool {
        (0..self.config.pools.len()).any(|pool| {
            let (free, backup) = self.shares(pool);
            match self.config.role {
                Role::Primary => {
                    balance::balance(free, backup, &self.config.balance) != Move::Nothing
                }
                Role::Secondary => balance::is_short(free, backup, &self.config.balance),
            }
        })
    }

    pub(super) fn balance_due(&mut self, cx: &mut Context<'_>) {
        if self.state() != State::Normal {
            return;
        }
        // What was refused may be believed by now (section 7.2.2).
        self.push_all(cx);
        match self.config.role {
            Role::Primary => {
                self.balance_now(cx);
            }
            Role::Secondary => {
                self.last_balance = cx.now;
                if self.is_unbalanced() {
                    self.send(Body::PoolReq, cx);
                }
            }
        }
        cx.arm(Timer::Balance, cx.now + self.config.balance.max);
    }

    /// Moves addresses; how many became the secondary's.
    pub(super) fn balance_now(&mut self, cx: &mut Context<'_>) -> u64 {
        self.last_balance = cx.now;
        let (mut given, mut taken) = (0, 0);
        for pool in 0..self.config.pools.len() {
            let (free, backup) = self.shares(pool);
            let extra = balance::surplus(free + backup, &self.config.balance);
            match balance::balance(free, backup, &self.config.balance) {
                Move::Nothing => {}
                Move::Give(count) => given += self.shift(pool, Status::Free, count, extra, cx),
                Move::Take(count) => taken += self.shift(pool, Status::Backup, count, extra, cx),
            }
        }
        if given + taken > 0 {
            cx.note(Note::Balanced { given, taken });
        }
        given
    }

    /// Gives away up to `count` addresses of one kind: those first whose last client is the other
    /// server's anyway, of which it may be `extra` more, then the last ones of the pool.
    fn shift(
        &mut self,
        pool: usize,
        from: Status,
        count: u64,
        extra: u64,
        cx: &mut Context<'_>,
    ) -> u64 {
        let (Some(ranges), Some(store)) = (self.config.pools.get(pool), &mut self.store) else {
            return 0;
        };
        let buckets = store.buckets;
        let fits = |lease: &Lease| {
            lease.client.as_ref().is_some_and(|client| {
                buckets.is_primarys(bucket(client.key())) == (from == Status::Backup)
            })
        };
        let most = usize::try_from(count + extra).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let movable = |lease: &Lease| lease.status == from && !lease.claimed;
        let mut chosen: Vec<Ipv4Addr> = store
            .leases
            .iter()
            .filter(|(address, lease)| {
                movable(lease)
                    && fits(lease)
                    && ranges.iter().any(|range| range.contains(**address))
            })
            .map(|(address, _)| *address)
            .take(most)
            .collect();
        for address in ranges.iter().rev().flat_map(addresses) {
            if chosen.len() >= count {
                break;
            }
            if movable(store.lease(address)) && !chosen.contains(&address) {
                chosen.push(address);
            }
        }
        for address in &chosen {
            let lease = store.lease_mut(*address);
            let to = if from == Status::Free {
                Status::Backup
            } else {
                Status::Free
            };
            lease.free(to, cx.now);
            lease.claimed = to == Status::Free;
            lease.changed(true);
            cx.store(Part::Lease(*address));
        }
        let moved = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
        for address in chosen {
            self.push(address, cx);
        }
        moved
    }

    /// POOLREQ: the answer says how many, and the updates which.
    pub(super) fn pool_request(&mut self, xid: u32, cx: &mut Context<'_>) {
        let given = if self.state() == State::Normal {
            self.balance_now(cx)
        } else {
            0
        };
        let count = u32::try_from(given).unwrap_or(u32::MAX);
        self.send_with(xid, Body::PoolResp(count), cx);
    }

    /// POOLRESP: as long as there were any, there may be more (section 7.7.2).
    pub(super) fn pool_response(&mut self, count: u32, cx: &mut Context<'_>) {
        if count > 0 {
            self.send(Body::PoolReq, cx);
        }
    }
}

/// The addresses of a range, the last one first.
fn addresses(range: &Range) -> impl Iterator<Item = Ipv4Addr> + use<> {
    (u32::from(range.first)..=u32::from(range.last))
        .rev()
        .map(Ipv4Addr::from)
}
