//! The pace of playback: how much virtual time passes while the viewer's time passes.
//!
//! Messages live in milliseconds and leases in days, so no constant factor shows both. The way from
//! one event to the next is a [`Stretch`]: it takes as long as a viewer needs to follow it, whatever
//! its real length. Lengths of the viewer's time are whole microseconds; no clock is read here.

use crate::time::{Duration, Instant};

/// How long a frame takes over one link for the viewer: two hops, host to switch to host, take 1 s.
const HOP: u64 = 500_000;
/// How long the picture rests after an event with a sentence while nothing is under way.
pub(crate) const REST: u64 = 550_000;
/// How long it slows down after such an event while a frame is under way.
pub(crate) const BRAKE: u64 = 250_000;
/// How long it stands still after an event that takes some reading.
pub(crate) const READ: u64 = 2_400_000;
/// How many times slower it is then.
const BRAKED: u64 = 4;

/// How long an empty stretch of virtual time takes for the viewer: (length, viewer's time), both in
/// microseconds, rising; what lies between is interpolated, what lies behind takes no longer.
const EMPTY: [(u64, u64); 8] = [
    (0, 60_000),
    (100_000, 200_000),
    (1_000_000, 400_000),
    (10_000_000, 700_000),
    (60_000_000, 950_000),
    (600_000_000, 1_250_000),
    (3_600_000_000, 1_500_000),
    (28_800_000_000, 1_700_000),
];

/// A speed, in quarters of the ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speed(u64);

impl Speed {
    /// The steps of the slider, slowest first.
    pub(crate) const STEPS: [Self; 6] = [
        Self(1),
        Self(2),
        Self::ORDINARY,
        Self(8),
        Self(16),
        Self(32),
    ];
    /// The ordinary speed.
    pub(crate) const ORDINARY: Self = Self(4);

    /// Its place on the slider.
    pub(crate) fn step(self) -> usize {
        Self::STEPS
            .iter()
            .position(|step| *step == self)
            .unwrap_or_default()
    }

    /// How it is written: `0.25×`, `1×`.
    pub(crate) fn label(self) -> String {
        match self.0 {
            1 => "0.25×".to_owned(),
            2 => "0.5×".to_owned(),
            quarters => format!("{}×", quarters / 4),
        }
    }

    /// The viewer's time at this speed.
    pub(crate) fn of(self, viewer: u64) -> u64 {
        viewer.saturating_mul(self.0) / 4
    }
}

/// What lies ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// When something happens next, or the story ends.
    pub(crate) next: Instant,
    /// How long the slowest frame under way takes over its link; nothing where none is under way.
    pub(crate) flight: Option<Duration>,
    /// Whether time is to pass as it really does.
    pub(crate) real: bool,
}

/// A stretch of virtual time in which nothing happens, on its way to the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Instant,
    ahead: Ahead,
    /// The viewer's time that it takes, and what of that is over.
    takes: u64,
    spent: u64,
}

/// How much there is to read about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reading {
    /// A glance will do.
    Short,
    /// Everything waits for it.
    Long,
}

/// Where playback stands between two events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    stretch: Option<Stretch>,
    /// How long the picture still rests, or is slowed down.
    rest: u64,
    /// Whether it rests also while a frame is under way.
    still: bool,
    /// How much virtual time has passed, with events that no one was told of, since anything was
    /// told or under way: two servers that say every minute that they are still there do not make
    /// an hour long.
    quiet: Duration,
}

impl Pace {
    /// Forgets where it stood: someone has moved the playhead.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Something with a sentence has just happened: leave a moment to read it.
    pub(crate) fn rest(&mut self, reading: Reading, in_flight: bool) {
        self.quiet = Duration::ZERO;
        self.still = reading == Reading::Long;
        self.rest = self.rest.max(match reading {
            Reading::Long => READ,
            Reading::Short if in_flight => BRAKE,
            Reading::Short => REST,
        });
    }

    /// Lets `viewer` microseconds of the viewer's time pass from `now` on, and takes what was used
    /// off it. Returns the virtual instant then, at most `ahead.next`.
    pub(crate) fn advance(&mut self, now: Instant, ahead: Ahead, viewer: &mut u64) -> Instant {
        let fits = |stretch: &Stretch| stretch.ahead == ahead && stretch.at() == now;
        let mut stretch = self
            .stretch
            .filter(fits)
            .unwrap_or_else(|| Stretch::new(now, ahead, self.quiet));
        if self.rest > 0 && !ahead.real {
            let resting = self.rest.min(*viewer);
            self.rest -= resting;
            *viewer -= resting;
            if ahead.flight.is_some() && !self.still {
                stretch.spent += resting / BRAKED;
            }
        }
        let used = stretch.takes.saturating_sub(stretch.spent).min(*viewer);
        stretch.spent += used;
        *viewer -= used;
        let at = stretch.at();
        self.stretch = (at < ahead.next).then_some(stretch);
        if ahead.flight.is_some() {
            self.quiet = Duration::ZERO;
        } else if self.stretch.is_none() {
            self.quiet = self.quiet + ahead.next.since(stretch.from);
        }
        at
    }

    /// Microseconds since the start, with what a whole number of them leaves out: where to draw
    /// what moves.
    pub(crate) fn moment(&self, now: Instant) -> f64 {
        let whole = now.as_micros() as f64;
        let Some(stretch) = self.stretch.filter(|stretch| stretch.at() == now) else {
            return whole;
        };
        if stretch.ahead.flight.is_none() || stretch.takes == 0 {
            return whole;
        }
        let length = stretch.ahead.next.since(stretch.from).as_micros() as f64;
        let exact = length * stretch.spent.min(stretch.takes) as f64 / stretch.takes as f64;
        stretch.from.as_micros() as f64 + exact
    }
}

impl Stretch {
    fn new(from: Instant, ahead: Ahead, quiet: Duration) -> Self {
        let length = ahead.next.since(from);
        let takes = match ahead.flight {
            _ if ahead.real => length.as_micros(),
            Some(flight) => length.fraction(HOP, flight.as_micros().max(1)).as_micros(),
            None if quiet.is_zero() => empty(length),
            None => empty(quiet + length) - empty(quiet),
        };
        Self {
            from,
            ahead,
            takes,
            spent: 0,
        }
    }

    /// The virtual instant after what has been spent. Long gaps start and end gently.
    fn at(&self) -> Instant {
        if self.spent >= self.takes {
            return self.ahead.next;
        }
        const WHOLE: u64 = 1_000_000;
        let part = Duration::from_micros(self.spent)
            .fraction(WHOLE, self.takes)
            .as_micros();
        let length = self.ahead.next.since(self.from);
        if self.ahead.flight.is_some() || self.ahead.real {
            return self.from + length.fraction(self.spent, self.takes);
        }
        // 3p² − 2p³
        let eased = part * part / WHOLE * (3 * WHOLE - 2 * part) / WHOLE;
        self.from + length.fraction(eased, WHOLE)
    }
}

/// How long an empty stretch takes for the viewer.
fn empty(length: Duration) -> u64 {
    let length = length.as_micros();
    let mut last = EMPTY[0];
    for (to, takes) in EMPTY {
        if length < to {
            let share = (length - last.0) * (takes - last.1) / (to - last.0).max(1);
            return last.1 + share;
        }
        last = (to, takes);
    }
    last.1
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
