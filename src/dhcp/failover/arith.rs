//! How long a lease may be (draft sections 5.2.1, 7.1.5 and 9.4.2).
//!
//! The whole protocol rests on one bound: no client's lease ends later than what the partner knows
//! plus the maximum client lead time, MCLT. So a server that has lost its partner knows how long
//! it has to wait.

use crate::time::{Duration, Instant};

/// The instants that a server keeps for an address; [`Instant::ZERO`] where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When the client's lease ends.
    pub expires: Instant,
    /// The latest potential expiry told to the partner.
    pub sent: Instant,
    /// The latest potential expiry that the partner has acknowledged.
    pub acked: Instant,
    /// The latest potential expiry that the partner has told.
    pub received: Instant,
}

/// What the clocks of two servers may differ by beyond what is known, since the wire has whole
/// seconds and messages take a moment. What the partner told counts this much less when a lease is
/// granted, and this much more when one is waited for.
pub const CLOCK_SLACK: Duration = Duration::from_secs(2);

/// The longest lease that may be granted now, while the partner may be working:
/// `max(acked, received, now) + MCLT - now`.
pub fn longest(now: Instant, times: &Times, mclt: Duration) -> Duration {
    let told = times.received - CLOCK_SLACK;
    (times.acked.max(told).max(now) + mclt).since(now)
}

/// The lease to grant: what is desired, or what may be. [`Duration::MAX`] is infinity.
pub fn granted(now: Instant, desired: Duration, times: &Times, mclt: Duration) -> Duration {
    desired.min(longest(now, times, mclt))
}

/// Until when the partner is to think that the client may have the address: when it renews, after
/// half of its lease, it may be given all that is desired. In whole seconds, as the wire has it.
pub fn potential(now: Instant, granted: Duration, desired: Duration) -> Instant {
    if desired == Duration::MAX {
        return Instant::MAX;
    }
    whole_second(now + granted.fraction(1, 2) + desired)
}

/// When a survivor in PARTNER-DOWN, where it is since `entered`, may give an address to another
/// client than the one that had it then.
pub fn reusable(entered: Instant, times: &Times, mclt: Duration) -> Instant {
    let latest = times
        .expires
        .max(times.sent)
        .max(times.acked)
        .max(times.received + CLOCK_SLACK)
        .max(entered);
    latest + mclt
}

/// The instant without its part of a second.
pub fn whole_second(instant: Instant) -> Instant {
    if instant == Instant::MAX {
        return instant;
    }
    let micros = instant.as_micros();
    Instant::from_micros(micros - micros % 1_000_000)
}
