//! What becomes of what is known of an address: a client was heard, the partner says something, or
//! has acknowledged or refused or forgotten what it was told.

use super::accept::Claim;
use super::arith::{CLOCK_SLACK, Times, whole_second};
use super::state::Role;
use super::store::Lease;
use super::updates::Flying;
use crate::time::{Duration, Instant};
use crate::wire::failover::BindingStatus as Status;

/// The partner believes only what is later, and the wire has whole seconds: a second message of a
/// client within one second is told as of the next.
pub(super) fn heard(lease: &mut Lease, now: Instant) {
    let after = lease
        .last_transaction
        .map_or(Instant::ZERO, |last| last + Duration::from_secs(1));
    lease.last_transaction = Some(whole_second(now).max(after));
}

/// Whether the news that a lease is over meets news of this server on its way to the partner, so
/// that both end in the same place only if one of the two stands back (section 7.1.3 says nothing
/// of it). Whose a free address is the primary decides. And a lease that this server is telling of
/// is over when the partner has heard so *after* it.
pub(super) fn cross(role: Role, lease: &mut Lease, claim: &Claim, now: Instant) -> bool {
    if !lease.pending || matches!(claim.status, Status::Active | Status::Abandoned) {
        return false;
    }
    match lease.status {
        Status::Active => {
            lease.status = if claim.status == Status::Released {
                Status::Released
            } else {
                Status::Expired
            };
            lease.since = now;
            lease.last_transaction = lease.last_transaction.max(claim.last_transaction);
            lease.changed(true);
            // The partner does not expect that the client gets it back here.
            lease.told = true;
            true
        }
        Status::Abandoned => false,
        Status::Free | Status::Backup | Status::Expired | Status::Released | Status::Reset => {
            lease.told = true;
            role == Role::Primary
        }
    }
}

/// Takes over what the partner says.
pub(super) fn take(
    lease: &mut Lease,
    claim: &Claim,
    expires: Instant,
    told: Instant,
    started: Instant,
    now: Instant,
) {
    let own = lease.client.as_ref();
    let same = match (own, &claim.client) {
        (Some(own), Some(client)) => own.is(client),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    // Both have news of one lease: ours still has to be told.
    let keep = lease.pending && same && lease.status == Status::Active;
    lease.claimed = false;
    match claim.status {
        Status::Active => {
            let running = same && lease.status == Status::Active;
            if !running {
                lease.since = started;
                lease.times.expires = Instant::ZERO;
            }
            if !same {
                lease.begun = started;
            }
            lease.times = Times {
                expires: lease.times.expires.max(expires),
                received: lease.times.received.max(told),
                ..lease.times
            };
            lease.status = Status::Active;
            lease.client.clone_from(&claim.client);
        }
        // Both know that the lease is over (section 5.11).
        Status::Expired | Status::Released | Status::Reset => lease.free(Status::Free, now),
        Status::Free | Status::Backup => lease.free(claim.status, started),
        Status::Abandoned => {
            lease.free(Status::Abandoned, started);
            lease.client = None;
        }
    }
    if claim.status != Status::Active && claim.client.is_some() {
        lease.client.clone_from(&claim.client);
    }
    lease.last_transaction = if same {
        lease.last_transaction.max(claim.last_transaction)
    } else {
        claim.last_transaction
    };
    // Our own news stays what it was, and its acknowledgement counts; else both would send for ever.
    if !(keep && claim.status == Status::Active) {
        lease.changed(false);
    }
}

/// The partner that did something with an address until `went` knows nothing of it any more; true
/// where the server's own record changes with that.
pub(super) fn forgotten(lease: &mut Lease, went: Instant, mclt: Duration) -> bool {
    if lease.claimed {
        // Its agreement would mean nothing: the address stays the secondary's.
        lease.claimed = false;
        lease.status = Status::Backup;
        return false;
    }
    let leased = matches!(
        lease.status,
        Status::Active | Status::Expired | Status::Released
    );
    if !leased || lease.client.is_none() {
        return false;
    }
    let times = &lease.times;
    let told = times.received + CLOCK_SLACK;
    let latest = times.sent.max(times.acked).max(told).max(went);
    // The wire has whole seconds, and the partner is to know no less.
    let latest = whole_second(latest + Duration::from_secs(1));
    let until = latest + mclt;
    lease.potential = lease.potential.max(latest);
    if lease.status == Status::Active && lease.times.expires >= until {
        return false;
    }
    if lease.status != Status::Active {
        lease.status = Status::Active;
        lease.since = went;
    }
    lease.times.expires = until;
    true
}

/// The partner has written down what it was told; true where that freed the address.
pub(super) fn acknowledged(
    lease: &mut Lease,
    flying: &Flying,
    current: bool,
    now: Instant,
) -> bool {
    if lease.status == Status::Active {
        lease.times.acked = lease.times.acked.max(flying.potential);
    }
    if !current {
        return false;
    }
    lease.pending = false;
    lease.claimed = false;
    let freed = matches!(
        lease.status,
        Status::Expired | Status::Released | Status::Reset
    );
    if freed {
        lease.free(Status::Free, now);
    }
    freed
}

/// It is not sent again at once (section 7.2.2), but on the next connection or request. An address
/// that the secondary does not give back stays its own.
pub(super) fn refused(lease: &mut Lease, current: bool) {
    if current && lease.claimed {
        lease.claimed = false;
        lease.status = Status::Backup;
        lease.pending = false;
    }
}
