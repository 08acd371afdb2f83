//! Keeping a lease, giving it back, losing it: RFC 2131 sections 4.4.5 and 4.4.6.

use super::{Client, Context, Lease, State};
use crate::dhcp::{ClientNote, Reason, Timer};
use crate::time::Duration;

/// The shortest pause between two REQUESTs of a renewal (RFC 2131 section 4.4.5).
const SHORTEST_RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// The longest that a RELEASE may wait for ARP. With less than that left of the lease it could
/// leave from an address that is no longer the client's.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

impl Client {
    pub(super) fn release(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        let runs_on = |lease: &Lease| lease.expiry.since(now) > LONGEST_WAIT;
        let lease = self.lease.clone().filter(runs_on);
        let mut keeps = false;
        if let (Some(address), Some(lease)) = (self.leased(), lease) {
            self.send_release(&lease, cx);
            cx.note(ClientNote::Released { address });
            if self.config.keep_after_release {
                keeps = true;
                cx.note(ClientNote::KeptAfterRelease { address });
            }
        } else if let Some(lease) = &self.lease {
            cx.note(ClientNote::Forgot {
                address: lease.address,
            });
        }
        if self.state != State::Stopped {
            let kept = self.lease.clone().filter(|_| keeps);
            self.forget(cx);
            self.lease = kept;
            self.drop_link_local(cx);
            self.enter(State::Stopped, cx);
        }
    }

    pub(super) fn renew(&mut self, cx: &mut Context<'_>) {
        if self.state == State::Bound {
            cx.cancel(Timer::T1);
            self.extend(State::Renewing, cx);
        }
    }

    /// To RENEWING or REBINDING with a new REQUEST, or a further REQUEST there.
    pub(super) fn extend(&mut self, to: State, cx: &mut Context<'_>) {
        let Some(lease) = self.lease.clone() else {
            return;
        };
        if self.state != to {
            if self.state == State::Bound {
                self.began = cx.now;
            }
            self.enter(to, cx);
            self.exchange.tries = 0;
        }
        let tries = self.exchange.tries.saturating_add(1);
        self.new_exchange(cx);
        self.exchange.tries = tries;
        self.send_request_extending(&lease, cx);
        let limit = if to == State::Renewing {
            lease.t2
        } else {
            lease.expiry
        };
        let pause = limit
            .since(cx.now)
            .fraction(1, 2)
            .max(SHORTEST_RENEWAL_PAUSE);
        let at = cx.now + pause;
        if at < limit {
            cx.arm(
                Timer::Retransmit,
                at,
                Reason::Retry {
                    attempt: tries.saturating_add(1),
                },
            );
        } else {
            cx.cancel(Timer::Retransmit);
        }
    }

    pub(super) fn expire(&mut self, cx: &mut Context<'_>) {
        let Some(lease) = self.candidate.clone().or_else(|| self.lease.clone()) else {
            return;
        };
        cx.note(ClientNote::Expired {
            address: lease.address,
        });
        self.forget(cx);
        self.init(false, cx);
    }
}

/// T1, T2 and expiry.
pub(super) fn set_clocks(lease: &Lease, cx: &mut Context<'_>) {
    let clocks = [
        (Timer::T1, lease.t1, Reason::Renew),
        (Timer::T2, lease.t2, Reason::Rebind),
        (Timer::Expiry, lease.expiry, Reason::LeaseEnds),
    ];
    for (timer, at, reason) in clocks {
        cx.arm(timer, at, reason);
    }
}
