//! Times of day: what this server's clock says, and what the partner's did (draft section 5.10).
//!
//! The endpoint waits and compares in the true time of the run. Its clock may be wrong, and the
//! partner's too: all that goes over the wire is by the sender's, and each message says what that
//! showed. So how far the two differ is known, and refined with each message.

use super::EPOCH;
use super::arith::CLOCK_SLACK;
use super::endpoint::Endpoint;
use crate::time::{Duration, Instant};

/// How far the partner's clock is ahead of ours, as the messages of one connection say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// In seconds: the message that took least time says it most exactly.
    pub(super) known: i64,
    /// What the message that is being read says.
    now: i64,
    /// Since when messages say less than is known, and what the quickest of them said. They may
    /// all have been late; but not for long, or the connection would have been given up.
    less: Option<(Instant, i64)>,
}

impl Difference {
    pub(super) fn new(said: i64) -> Self {
        Self {
            known: said,
            now: said,
            less: None,
        }
    }

    /// Another message says how far. `patience` is how long one may be late.
    pub(super) fn refine(&mut self, said: i64, at: Instant, patience: Duration) {
        self.now = said;
        if !self.is_less() {
            self.known = self.known.max(said);
            self.less = None;
            return;
        }
        let (since, most) = self.less.unwrap_or((at, said));
        let most = most.max(said);
        self.less = Some((since, most));
        if at.since(since) > patience {
            (self.known, self.less) = (most, None);
        }
    }

    /// Whether a message says so much less that it was late, or the partner's clock was set back.
    fn is_less(&self) -> bool {
        let slack = i64::try_from(CLOCK_SLACK.as_secs()).unwrap_or(i64::MAX);
        self.now < self.known - slack
    }

    /// Our own clock was set on by so much.
    fn shift(&mut self, step: i64) {
        self.known -= step;
        self.now -= step;
        self.less = self.less.map(|(since, most)| (since, most - step));
    }
}

impl Endpoint {
    /// The server's clock is as far ahead of the true time as this from now on, in seconds.
    pub fn set_clock(&mut self, ahead: i64) {
        let step = ahead - self.ahead;
        self.ahead = ahead;
        if let Some(difference) = self.link.as_mut().and_then(|link| link.clock.as_mut()) {
            difference.shift(step);
        }
    }

    /// What the server's clock says, in seconds since 1970.
    pub(super) fn wall(&self, instant: Instant) -> u32 {
        if instant == Instant::MAX {
            return u32::MAX;
        }
        let passed = i64::try_from(instant.as_micros() / 1_000_000).unwrap_or(i64::MAX);
        let seconds = passed.saturating_add(i64::from(EPOCH) + self.ahead);
        u32::try_from(seconds.max(0))
            .unwrap_or(u32::MAX)
            .min(u32::MAX - 1)
    }

    /// An instant that the partner's clock showed; nothing before the start of the run is told
    /// apart.
    pub(super) fn in_our_time(&self, time: u32) -> Instant {
        self.translated(time, |difference| difference.known)
    }

    /// The same of an instant that must not be taken for an earlier one: until when someone may
    /// use an address. If the message was late this is too late by as much.
    pub(super) fn in_our_time_at_latest(&self, time: u32) -> Instant {
        self.translated(time, |difference| {
            if difference.is_less() {
                difference.now
            } else {
                difference.known
            }
        })
    }

    fn translated(&self, time: u32, ahead: impl Fn(&Difference) -> i64) -> Instant {
        if time == u32::MAX {
            return Instant::MAX;
        }
        let difference = self.link.as_ref().and_then(|link| link.clock.as_ref());
        let ahead = difference.map_or(0, ahead);
        let ours = i64::from(time) - ahead - i64::from(EPOCH) - self.ahead;
        let micros = u64::try_from(ours).unwrap_or(0).saturating_mul(1_000_000);
        Instant::from_micros(micros)
    }
}
