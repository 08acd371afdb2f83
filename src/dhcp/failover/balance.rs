//! How many free addresses each server has of its own (draft section 5.4).
//!
//! The draft leaves the thresholds open; these are ISC dhcpd 4.4's. Each pool is looked at for
//! itself: the primary's FREE and the secondary's BACKUP addresses should be as many. Nothing is
//! moved while they differ by less than the misbalance allowed, a percentage of all free ones.

use serde::Serialize;

use crate::time::Duration;

/// When addresses are moved from one server to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How many percent of the free addresses may have to move before any does
    /// (`max-lease-misbalance`).
    pub misbalance: u8,
    /// When addresses move: how many percent of the free ones may move beyond the balance, since
    /// the other server's clients had them last (`max-lease-ownership`). No more than `misbalance`
    /// counts, or they would move back.
    pub ownership: u8,
    /// How long after one look at the pools the next may follow (`min-balance`).
    pub min: Duration,
    /// After how long a look follows in any case (`max-balance`).
    pub max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            misbalance: 15,
            ownership: 10,
            min: Duration::from_secs(60),
            max: Duration::from_secs(3600),
        }
    }
}

/// What is to be done with a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Nothing.
    Nothing,
    /// This many of the primary's addresses become the secondary's.
    Give(u64),
    /// This many of the secondary's addresses become the primary's.
    Take(u64),
}

/// What the primary does with a pool of which it has `free` addresses and the secondary `backup`.
pub fn balance(free: u64, backup: u64, limits: &Limits) -> Move {
    let all = free + backup;
    let threshold = all * u64::from(limits.misbalance) / 100;
    let half = free.abs_diff(backup) / 2;
    if half == 0 || half <= threshold {
        // A server that has nothing at all is helped in any case.
        return match (free, backup) {
            (2.., 0) => Move::Give(1),
            (0, 2..) => Move::Take(1),
            _ => Move::Nothing,
        };
    }
    if free > backup {
        Move::Give(half)
    } else {
        Move::Take(half)
    }
}

/// How many of `all` free addresses may move beyond the balance to the server whose clients had
/// them last.
pub fn surplus(all: u64, limits: &Limits) -> u64 {
    all * u64::from(limits.ownership.min(limits.misbalance)) / 100
}

/// Whether the secondary has so few addresses that it asks for more (POOLREQ).
pub fn is_short(free: u64, backup: u64, limits: &Limits) -> bool {
    matches!(balance(free, backup, limits), Move::Give(_))
}
