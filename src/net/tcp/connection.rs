//! One connection: what smoltcp does for it, and the log to make that anew from.

use std::fmt;
use std::net::Ipv4Addr;

use super::live::Live;
use super::log::{Log, Op};
use super::{EPHEMERAL, Output};
use crate::dhcp::Reason;
use crate::rng::Rng;
use crate::time::Instant;

/// How much a connection is given before it goes on with a new log.
const LONG: usize = 256;

/// A connection, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connection {
    /// How long its log gets before it looks for a quiet moment.
    pub(super) long: usize,
    /// What everything random in it is drawn from: the host's seed, and which of its connections
    /// this is.
    drawn_from: (u64, u64),
    log: Log,
    due: Option<(Instant, Reason)>,
    live: Rebuilt,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            long: LONG,
            drawn_from: (0, 0),
            log: Log::default(),
            due: None,
            live: Rebuilt::default(),
        }
    }
}

impl Connection {
    /// A new one begins in its place.
    pub(super) fn begin(&mut self, seed: u64, number: u64) {
        self.forget();
        self.drawn_from = (seed, number);
    }

    /// Whether there is none.
    pub(super) fn is_none(&self) -> bool {
        self.log.is_empty()
    }

    /// When [`Op::Timer`] is to be applied, and what happens then.
    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        self.due
    }

    /// How much is kept to make it anew.
    pub(super) fn logged(&self) -> usize {
        self.log.len()
    }

    /// Whether these are its ends: the partner's address and port, and our port.
    pub(super) fn is_between(&mut self, partner: (Ipv4Addr, u16), own: u16) -> bool {
        !self.is_none() && self.live().ends() == Some((partner, own))
    }

    /// smoltcp's seed, and our port where we ask for the connection.
    pub(super) fn drawn(&self) -> (u64, u16) {
        let (seed, number) = self.drawn_from;
        let mut rng = Rng::new(seed, number);
        let seed = u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32());
        let span = u64::from(EPHEMERAL.end() - EPHEMERAL.start()) + 1;
        let offset = u16::try_from(rng.below(span)).unwrap_or(0);
        (seed, EPHEMERAL.start() + offset)
    }

    pub(super) fn forget(&mut self) {
        self.log = Log::default();
        self.live.0 = None;
        self.due = None;
    }

    pub(super) fn apply(&mut self, now: Instant, op: Op, out: &mut Output) {
        let live = self.live();
        live.apply(now, &op, out);
        let (over, due) = (live.is_over(), live.deadline(now));
        // A socket that only just listens waits for the segment that made it.
        if over && !matches!(op, Op::Listen(_)) {
            self.forget();
        } else {
            self.log.push(now, op);
            self.due = due;
            if self.log.len() >= self.long {
                self.begin_a_short_log(now);
            }
        }
    }

    /// At a quiet moment goes on with a socket that has no past. That is a matter of the run alone,
    /// not of whether this is a copy.
    fn begin_a_short_log(&mut self, now: Instant) {
        let Some(resume) = self.live().to_resume(now) else {
            return;
        };
        let op = Op::Resume(Box::new(resume));
        let mut live = Box::new(Live::new(0));
        live.apply(now, &op, &mut Output::default());
        let stands_there = live.to_resume(now).is_some_and(|there| there == resume);
        debug_assert!(stands_there, "it does not stand where it was to");
        if stands_there {
            self.due = live.deadline(now);
            self.log = Log::default();
            self.log.push(now, op);
            self.live = Rebuilt(Some(live));
        }
    }

    /// Breaks it off, with a RST where the partner may know of it.
    pub(super) fn abort(&mut self, now: Instant, out: &mut Output) {
        if self.is_none() {
            return;
        }
        let live = self.live();
        if live.is_asking() || live.is_past() {
            self.forget();
        } else {
            self.apply(now, Op::Abort, out);
        }
    }

    /// smoltcp's part, made anew where this is a copy.
    pub(super) fn live(&mut self) -> &mut Live {
        let (seed, _) = self.drawn();
        self.live.0.get_or_insert_with(|| {
            let mut live = Box::new(Live::new(seed));
            for (at, op) in self.log.iter() {
                // What came of it then has been sent and told.
                live.apply(*at, op, &mut Output::default());
            }
            live
        })
    }

    #[cfg(test)]
    pub(super) fn is_live(&self) -> bool {
        self.live.0.is_some()
    }
}

/// What can be made anew from the rest: it is not copied, and says nothing about equality.
#[derive(Default)]
struct Rebuilt(Option<Box<Live>>);

impl Clone for Rebuilt {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl PartialEq for Rebuilt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Rebuilt {}

impl fmt::Debug for Rebuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
