//! The real clock, for a node on a real network.

use std::time;

use dhcp_lab::time::Instant;

/// The real clock as virtual time. It starts with the second in which it is made, so that whole
/// seconds of both begin together.
pub(crate) struct Clock {
    start: time::Instant,
    passed: time::Duration,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bridge is what maps the real clock to virtual instants"
    )]
    pub(crate) fn start() -> Self {
        let nanos = time_of_day().subsec_nanos();
        Self {
            start: time::Instant::now(),
            passed: time::Duration::from_nanos(nanos.into()),
        }
    }

    pub(crate) fn now(&self) -> Instant {
        let passed = self.passed + self.start.elapsed();
        Instant::from_micros(u64::try_from(passed.as_micros()).unwrap_or(u64::MAX))
    }
}

/// A seed that differs from run to run: on a real network two runs must not share their
/// transaction ids.
pub(crate) fn seed_of_the_day() -> u64 {
    let since = time_of_day();
    since.as_secs() ^ u64::from(since.subsec_nanos()) << 32
}

/// How long ago 1970 began. Failover partners tell each other the time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "to draw a seed, which then makes the run, and to set the bridged node's clock"
)]
fn time_of_day() -> time::Duration {
    let since = time::SystemTime::now().duration_since(time::UNIX_EPOCH);
    since.unwrap_or_default()
}

pub(crate) fn seconds_of_the_day() -> i64 {
    i64::try_from(time_of_day().as_secs()).unwrap_or(i64::MAX)
}
