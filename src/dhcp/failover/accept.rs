//! Whether what the partner says of an address is believed (draft section 7.1.3).

use super::state::Role;
use super::store::{Client, Lease};
use crate::time::Instant;
use crate::wire::failover::{BindingStatus as Status, RejectReason};

/// What the partner says, in our time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the address is used for.
    pub status: Status,
    /// Whose it is or was.
    pub client: Option<Client>,
    /// When the partner last heard from that client.
    pub last_transaction: Option<Instant>,
}

/// Figure 7.1.3-1.
///
/// # Errors
/// The reason with which the update is to be refused.
pub fn accept(role: Role, now: Instant, mine: &Lease, claim: &Claim) -> Result<(), RejectReason> {
    let believed = match (mine.status, claim.status) {
        (Status::Active, Status::Active) => {
            let same = claim
                .client
                .as_ref()
                .is_some_and(|client| mine.is_of(client));
            // A lease that is over, which this server has not dealt with yet, is as good as EXPIRED:
            // the partner, alone meanwhile, has waited for its end.
            let over =
                now > mine.times.expires && is_later(claim.last_transaction, mine.last_transaction);
            if !same && role == Role::Primary && !over {
                return Err(RejectReason::FATAL_CONFLICT);
            }
            true
        }
        (_, Status::Reset | Status::Abandoned) => true,
        (Status::Abandoned, _) => return Err(RejectReason::LESS_CRITICAL),
        (Status::Active, Status::Released)
        | (Status::Expired, Status::Active)
        | (Status::Released, Status::Active | Status::Expired) => {
            is_later(claim.last_transaction, mine.last_transaction)
        }
        (Status::Active, Status::Expired | Status::Free | Status::Backup) => {
            now > mine.times.expires
        }
        (Status::Reset, Status::Active) => is_later(claim.last_transaction, Some(mine.since)),
        (Status::Expired, Status::Expired | Status::Released | Status::Free | Status::Backup)
        | (Status::Released, Status::Released | Status::Free | Status::Backup)
        | (Status::Reset, Status::Expired | Status::Released | Status::Free | Status::Backup)
        | (
            Status::Free | Status::Backup,
            Status::Active | Status::Expired | Status::Released | Status::Free | Status::Backup,
        ) => true,
    };
    if believed {
        Ok(())
    } else {
        Err(RejectReason::OUTDATED)
    }
}

/// A time that is missing is never later, and earlier than any that is there.
fn is_later(received: Option<Instant>, mine: Option<Instant>) -> bool {
    match (received, mine) {
        (Some(received), Some(mine)) => received > mine,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
