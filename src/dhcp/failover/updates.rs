//! Bindings to the partner and from it (draft sections 7.1 to 7.5).

use std::net::Ipv4Addr;

use super::accept::{Claim, accept};
use super::arith::{CLOCK_SLACK, potential};
use super::connection::Link;
use super::endpoint::Endpoint;
use super::merge::{acknowledged, cross, forgotten, heard, refused, take};
use super::state::{Event, State};
use super::store::{Client, Lease, Store};
use super::{Cause, Change, Context, LeaseEvent, Note, Output, Part};
use crate::map::Set;
use crate::time::{Duration, Instant};
use crate::wire::failover::{BindingStatus as Status, Body, RejectReason, Update, Verdict};

/// A BNDUPD that has not been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flying {
    address: Ipv4Addr,
    pub(super) potential: Instant,
    version: u32,
}

impl Endpoint {
    /// Writes down what the server did.
    pub(super) fn record(&mut self, address: Ipv4Addr, event: &LeaseEvent, cx: &mut Context<'_>) {
        let now = cx.now;
        let Some(store) = &mut self.store else {
            return;
        };
        let lease = store.lease_mut(address);
        match event {
            LeaseEvent::Granted {
                client,
                granted,
                desired,
            } => {
                let same = lease.is_of(client);
                if lease.status != Status::Active || !same {
                    lease.since = now;
                }
                if !same {
                    lease.begun = now;
                    lease.client = Some(client.clone());
                }
                lease.status = Status::Active;
                lease.claimed = false;
                lease.times.expires = if *granted == Duration::MAX {
                    Instant::MAX
                } else {
                    now + *granted
                };
                lease.potential = potential(now, *granted, *desired);
                heard(lease, now);
                if granted < desired {
                    cx.note(Note::Limited {
                        address,
                        granted: *granted,
                        desired: *desired,
                    });
                }
            }
            LeaseEvent::Released => {
                lease.status = Status::Released;
                lease.since = now;
                heard(lease, now);
            }
            LeaseEvent::Expired => {
                lease.status = Status::Expired;
                lease.since = now;
            }
            LeaseEvent::Abandoned => {
                lease.status = Status::Abandoned;
                lease.since = now;
                lease.client = None;
            }
            LeaseEvent::Reset => {
                lease.status = Status::Reset;
                lease.since = now;
            }
        }
        lease.changed(true);
    }

    /// Sends everything that the partner has not acknowledged.
    pub(super) fn push_all(&mut self, cx: &mut Context<'_>) {
        let (Some(store), Some(link)) = (&self.store, &mut self.link) else {
            return;
        };
        link.pushing = true;
        link.queue.extend(pending(&store.leases));
        self.flow(cx);
    }

    /// Sends an address's news, where updates may be sent now.
    pub(super) fn push(&mut self, address: Ipv4Addr, cx: &mut Context<'_>) {
        if let Some(link) = self.link.as_mut().filter(|link| link.pushing) {
            link.queue.insert(address);
        }
        self.flow(cx);
    }

    /// Sends as many BNDUPDs as the partner takes unanswered, one address in each, and the UPDDONE
    /// when none is left that was asked for.
    fn flow(&mut self, cx: &mut Context<'_>) {
        while let Some(link) = self.link.as_mut().filter(|link| link.is_good()) {
            let most = usize::try_from(link.max_unacked).unwrap_or(usize::MAX);
            if link.flying.len() >= most {
                break;
            }
            let Some(address) = link.queue.pop_first() else {
                break;
            };
            // What is on its way and has changed since follows its answer.
            if link.flying.values().any(|one| one.address == address) {
                continue;
            }
            let news = |store: &Store| store.lease(address).pending;
            if self.store.as_ref().is_some_and(news) {
                self.send_update(address, cx);
            } else if let Some((_, left)) = &mut link.request {
                // The partner has told it in the meantime.
                left.remove(&address);
            }
        }
        let done = self.link.as_mut().and_then(|link| {
            let done = link
                .request
                .as_ref()
                .is_some_and(|(_, left)| left.is_empty());
            link.request.take_if(|_| done)
        });
        if let Some((xid, _)) = done {
            self.send_with(xid, Body::UpdDone, cx);
        }
    }

    fn send_update(&mut self, address: Ipv4Addr, cx: &mut Context<'_>) {
        let Some(store) = &mut self.store else {
            return;
        };
        let lease = store.lease_mut(address);
        lease.told = true;
        let active = lease.status == Status::Active;
        if active {
            lease.times.sent = lease.times.sent.max(lease.potential);
        }
        let flying = Flying {
            address,
            potential: lease.potential,
            version: lease.version,
        };
        let lease = lease.clone();
        // What was promised must be known after a crash (section 7.1.1).
        cx.store(Part::Lease(address));
        let client = lease
            .client
            .as_ref()
            .filter(|_| lease.status != Status::Abandoned);
        let update = Update {
            client_id: client.and_then(|client| client.id.clone()),
            hardware: client.map(|client| client.hardware.clone()),
            lease_expiration: active.then(|| self.wall(lease.times.expires)),
            potential_expiration: active.then(|| self.wall(lease.potential)),
            start: Some(self.wall(lease.since)),
            last_transaction: lease.last_transaction.map(|at| self.wall(at)),
            ..Update::new(address, lease.status)
        };
        let xid = self.send_numbered(Body::BndUpd(vec![update]), cx);
        if let (Some(xid), Some(link)) = (xid, &mut self.link) {
            link.flying.insert(xid, flying);
        }
    }

    /// BNDUPD: believed or not, written down, and then answered.
    pub(super) fn updates(&mut self, xid: u32, updates: &[Update], cx: &mut Context<'_>) {
        let mut verdicts = Vec::with_capacity(updates.len());
        for update in updates {
            let verdict = self.update(update, cx);
            if let Err(reason) = verdict {
                cx.note(Note::Refused {
                    address: update.address,
                    reason,
                });
            }
            let message = verdict.err().map_or("", RejectReason::text);
            verdicts.push(Verdict {
                address: update.address,
                reject: verdict.err(),
                message: message.as_bytes().to_vec(),
            });
        }
        self.send_with(xid, Body::BndAck(verdicts), cx);
        self.watch_balance(cx);
    }

    fn update(&mut self, update: &Update, cx: &mut Context<'_>) -> Result<(), RejectReason> {
        let missing = RejectReason::MISSING_BINDING_INFORMATION;
        if !self.in_pools(update.address) {
            return Err(RejectReason::ILLEGAL_ADDRESS);
        }
        let status = update.status.filter(|_| update.missing().is_none());
        let claim = Claim {
            status: status.ok_or(missing)?,
            client: update.hardware.as_ref().map(|hardware| Client {
                id: update.client_id.clone(),
                hardware: hardware.clone(),
            }),
            last_transaction: update.last_transaction.map(|time| self.in_our_time(time)),
        };
        let at_latest = |time: u32| self.in_our_time_at_latest(time);
        let expires = update.lease_expiration.map_or(Instant::ZERO, at_latest);
        let told = update.potential_expiration.map_or(Instant::ZERO, at_latest);
        let started = update
            .start
            .map_or(Instant::ZERO, |time| self.in_our_time(time));
        let role = self.config.role;
        let store = self.store.as_mut().ok_or(missing)?;
        accept(role, cx.now, store.lease(update.address), &claim)?;
        let lease = store.lease_mut(update.address);
        let crossed = cross(role, lease, &claim, cx.now);
        if !crossed {
            take(lease, &claim, expires, told, started, cx.now);
        }
        let change = Change {
            address: update.address,
            status: if crossed { lease.status } else { claim.status },
            client: lease.client.clone(),
            until: if claim.status == Status::Active {
                lease.times.expires + CLOCK_SLACK
            } else {
                Instant::MAX
            },
        };
        cx.store(Part::Lease(update.address));
        cx.out.push(Output::Binding(change));
        cx.note(Note::Taken {
            address: update.address,
            status: claim.status,
        });
        Ok(())
    }

    /// BNDACK.
    pub(super) fn verdicts(&mut self, xid: u32, verdicts: &[Verdict], cx: &mut Context<'_>) {
        let Some(flying) = self.link.as_mut().and_then(|link| link.flying.remove(&xid)) else {
            return;
        };
        let answered = verdicts
            .iter()
            .find(|verdict| verdict.address == flying.address);
        if let (Some(verdict), Some(store)) = (answered, &mut self.store) {
            let lease = store.lease_mut(flying.address);
            let current = lease.version == flying.version;
            match verdict.reject {
                Some(reason) => {
                    refused(lease, current);
                    cx.note(Note::RefusedByPartner {
                        address: flying.address,
                        reason,
                    });
                }
                None => {
                    let status = lease.status;
                    let freed = acknowledged(lease, &flying, current, cx.now);
                    let lease = lease.clone();
                    cx.store(Part::Lease(flying.address));
                    cx.note(Note::Acknowledged {
                        address: flying.address,
                        status,
                        potential: lease.times.acked,
                    });
                    if freed {
                        cx.out.push(Output::Binding(Change {
                            address: flying.address,
                            status: Status::Free,
                            client: lease.client,
                            until: Instant::MAX,
                        }));
                    }
                }
            }
            // What came from the partner in the meantime is not sent back to it.
            let news = !current && lease.pending;
            if news && let Some(link) = &mut self.link {
                link.queue.insert(flying.address);
            }
        }
        if let Some((_, left)) = self.link.as_mut().and_then(|link| link.request.as_mut()) {
            left.remove(&flying.address);
        }
        self.flow(cx);
        self.watch_balance(cx);
    }

    /// UPDREQ and UPDREQALL. What is asked for counts as not acknowledged from now on, so that it
    /// is sent also over another connection (section 5.17).
    pub(super) fn update_request(&mut self, xid: u32, all: bool, cx: &mut Context<'_>) {
        if all {
            self.partner_forgot(cx);
        }
        let (Some(store), Some(link)) = (&mut self.store, &mut self.link) else {
            return;
        };
        let wanted: Set<Ipv4Addr> = pending(&store.leases).collect();
        link.pushing = true;
        link.queue.extend(&wanted);
        link.request = Some((xid, wanted));
        self.flow(cx);
    }

    /// The partner's disk was lost, or is new. Leases that it has given it cannot defend any more:
    /// it will agree that an address is free which a client still has from it. It may have extended
    /// each of them until the MCLT after the latest potential expiry that it knew (section 7.1.5),
    /// and RECOVER-WAIT counts only from when it went down (section 9.6.2). So until then, as in
    /// PARTNER-DOWN (section 9.4.2), the address is its client's, on both servers.
    fn partner_forgot(&mut self, cx: &mut Context<'_>) {
        let (down, mclt) = (self.state() == State::PartnerDown, self.mclt());
        let Some(store) = &mut self.store else {
            return;
        };
        // It has given no lease since this server has worked alone.
        let went = if down { store.since } else { cx.now };
        for (address, lease) in &mut store.leases {
            if forgotten(lease, went, mclt) {
                cx.out.push(Output::Binding(Change {
                    address: *address,
                    status: lease.status,
                    client: lease.client.clone(),
                    until: lease.times.expires,
                }));
            }
            lease.changed(true);
            cx.store(Part::Lease(*address));
        }
    }

    pub(super) fn updates_done(&mut self, xid: u32, cx: &mut Context<'_>) {
        let Some(link) = self.link.as_mut().filter(|link| link.asked == Some(xid)) else {
            return;
        };
        link.asked = None;
        // A secondary that has everything is NORMAL only if the primary has it too.
        if self.state() == State::PotentialConflict
            && self.link.as_ref().and_then(Link::partner).is_none()
        {
            return;
        }
        self.step(Event::UpdatesDone, Cause::UpdatesDone, cx);
    }
}

fn pending(leases: &crate::map::Map<Ipv4Addr, Lease>) -> impl Iterator<Item = Ipv4Addr> + '_ {
    leases
        .iter()
        .filter(|(_, lease)| lease.pending)
        .map(|(address, _)| *address)
}
