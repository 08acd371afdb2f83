//! What clients, operators and misfortune do to two servers.
//!
//! An operator says that a server is down only when it is, and starts one whose partner works alone
//! only where both can talk (draft section 9.4). A disk is lost only while the partner has all that
//! was on it, and not of a server that has worked alone: there the draft gives up the protection
//! (section 9.4.2).

use super::rig::*;
use super::world::{Held, SILENT, World};
use crate::dhcp::failover::*;
use crate::wire::failover::BindingStatus as S;

#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// A client without an address asks everyone.
    Discover {
        client: u8,
        waited: u16,
        picks: usize,
        slow: bool,
    },
    Give {
        side: usize,
        last: u8,
        client: u8,
        slow: bool,
    },
    Release {
        side: usize,
        last: u8,
        slow: bool,
    },
    Run(u64),
    /// Someone sets a server's clock.
    Clock {
        side: usize,
        ahead: i64,
    },
    Cut,
    Heal,
    Crash {
        side: usize,
        disk: bool,
    },
    Start(usize),
    PartnerDown(usize),
    /// An operator turns a server off, for short or for long.
    Stop {
        side: usize,
        how: Command,
    },
    /// A stranger has a free address, or has it no more.
    Stranger {
        side: usize,
        last: u8,
    },
    Light(Fuse),
}

impl World {
    pub(super) fn act(&mut self, deed: Deed) {
        self.expire();
        self.pair.slow = false;
        match deed {
            Deed::Discover {
                client,
                waited,
                picks,
                slow,
            } => {
                self.pair.slow = slow;
                self.discover(client, waited, picks);
            }
            Deed::Give {
                side,
                last,
                client,
                slow,
            } => {
                self.pair.slow = slow;
                self.give(side, last, client);
            }
            Deed::Release { side, last, slow } => {
                self.pair.slow = slow;
                self.release(side, last);
            }
            Deed::Run(seconds) => self.run(seconds),
            Deed::Clock { side, ahead } => self.pair.sides[side].endpoint.set_clock(ahead),
            Deed::Cut => self.pair.cut(),
            Deed::Heal => self.pair.heal(),
            Deed::Crash { side, disk } => self.crash(side, disk),
            Deed::Start(side) => self.start(side),
            Deed::PartnerDown(side) => {
                if self.pair.sides[side].powered && !self.pair.sides[1 - side].powered {
                    self.pair.command(side, Command::PartnerDown);
                }
            }
            Deed::Stop { side, how } => self.stop(side, how),
            Deed::Stranger { side, last } => self.stranger(side, last),
            Deed::Light(fuse) => self.pair.fuse = Some(fuse),
        }
        self.look();
    }

    fn release(&mut self, side: usize, last: u8) {
        let found = self.held.iter().position(|held| held.last == last);
        let Some(place) = found.filter(|_| self.pair.sides[side].powered) else {
            return;
        };
        let who = client(self.held[place].client);
        let knows = self.store(side).is_some_and(|store| {
            let lease = store.lease(address(last));
            lease.status == S::Active && lease.is_of(&who)
        });
        let number = self.held[place].client;
        if knows && !SILENT.contains(&self.pair.state(side)) && self.asks(number) {
            self.held.remove(place);
            self.pair.report(side, last, LeaseEvent::Released);
        }
    }

    fn crash(&mut self, side: usize, disk: bool) {
        if !self.pair.sides[side].powered {
            return;
        }
        self.pair.crash(side);
        let (Some(store), Some(partner)) = (self.store(side), self.store(1 - side)) else {
            return;
        };
        let lost = |last: u8| {
            let (gone, left) = (store.lease(address(last)), partner.lease(address(last)));
            gone.client
                .as_ref()
                .is_none_or(|client| left.is_of(client) && left.status != S::Free)
        };
        let alone = |held: &Held| held.by == side && held.alone && !lost(held.last);
        let worked_alone = store.state == State::PartnerDown || self.held.iter().any(alone);
        if disk && !partner.needs_all && !worked_alone {
            // No one knows any more what only this server knew.
            let unknown: Vec<u8> = (10..20).filter(|last| !lost(*last)).collect();
            self.owner.retain(|last, _| !unknown.contains(last));
            self.pair.input(side, &Input::DiskLost);
        }
    }

    fn stop(&mut self, side: usize, how: Command) {
        if self.pair.sides[side].powered {
            self.pair.fuse = None;
            self.pair.command(side, how);
            self.run(5);
            self.pair.crash(side);
            self.pair.watch.interrupted(side, &self.pair.sides[side]);
        }
    }

    /// Only while both are there: what one of them only knows of a stranger overrides a client of
    /// the other (figure 7.1.3-1).
    fn stranger(&mut self, side: usize, last: u8) {
        if self.pair.states() != [State::Normal; 2] || !self.pair.cable {
            return;
        }
        let endpoint = &self.pair.sides[side].endpoint;
        let event = match self.pair.status(last) {
            [S::Abandoned, S::Abandoned] => LeaseEvent::Reset,
            [S::Free, S::Free] | [S::Backup, S::Backup] => LeaseEvent::Abandoned,
            _ => return,
        };
        let own = endpoint.may_lease(address(last), &client(9), self.pair.now);
        if own.is_ok() || event == LeaseEvent::Reset {
            self.pair.report(side, last, event);
        }
    }

    fn start(&mut self, side: usize) {
        let talks = self.pair.cable && self.pair.sides[1 - side].powered;
        let alone = self
            .store(1 - side)
            .is_some_and(|store| store.state == State::PartnerDown);
        if !self.pair.sides[side].powered && (talks || !alone) {
            self.pair.fuse = None;
            self.pair.start(side);
            // It hears of its partner before anything else happens to the two.
            self.run(5);
        }
    }
}
