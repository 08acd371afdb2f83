//! A cable between two nodes, and what goes wrong on it.
//!
//! Faults are rules that a frame meets in order; the first that has a verdict has the last word.
//! Each direction draws from a stream of its own, so a fault changes no other draw of the run.

use serde::Serialize;

use crate::json::FromJson;
use crate::rng::Rng;
use crate::time::{Duration, Instant};

/// What chances are counted in: 1,000,000 is always.
pub const MILLION: u32 = 1_000_000;

/// What goes wrong on a link, in either direction by itself. Chances are in millionths a frame;
/// what is 0 does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// How likely a frame is lost.
    pub loss: u32,
    /// How likely a frame begins a burst, in which every frame is lost: the bad state of Gilbert's
    /// model.
    pub burst: u32,
    /// How many frames a burst lasts on average, at least 1.
    pub burst_length: u32,
    /// How likely a frame comes twice; the copy comes a further latency later.
    pub duplicate: u32,
    /// How likely a frame is held back, so that later ones overtake it.
    pub reorder: u32,
    /// How long it is held back.
    pub hold: Duration,
    /// The longest that a frame may be late; how late is drawn anew for each. It makes none overtake
    /// another.
    pub jitter: Duration,
    /// Bits a second, which a frame's bytes from its destination address on take up; 0 is no limit.
    pub rate: u32,
    /// How many bytes may wait for that, those that are being sent among them; a frame for which
    /// there is no room is dropped.
    pub queue: u32,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            loss: 0,
            burst: 0,
            burst_length: 1,
            duplicate: 0,
            reorder: 0,
            hold: Duration::ZERO,
            jitter: Duration::ZERO,
            rate: 0,
            // Ten of Ethernet's longest frames.
            queue: 15_140,
        }
    }
}

impl Faults {
    /// The longest that a full queue takes to drain.
    pub fn drain(&self) -> Duration {
        self.serialise(u64::from(self.queue))
    }

    /// How long bytes take to be put on the wire.
    fn serialise(&self, bytes: u64) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        Duration::from_secs(bytes.saturating_mul(8)).fraction(1, u64::from(self.rate))
    }
}

/// Why a frame was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// The card has no carrier: cable out, or no power at the other end.
    NoCarrier,
    /// The carrier went while the frame was under way.
    CarrierLost,
    /// The link loses frames now and then.
    Loss,
    /// The link loses every frame for a while.
    Burst,
    /// The link is slow, and no room was left for the frame to wait.
    QueueFull,
    /// Sender and receiver are on two sides of a partition.
    Partition,
    /// A person dropped this one frame.
    Person,
    /// Nothing runs behind the card that it reached: the node's software has crashed.
    Crashed,
}

/// What a person does to one frame on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never gets to the other end.
    Drop,
    /// A bit of it flips, where a checksum or a header that makes no sense gives it away.
    Corrupt,
}

/// What a rule says of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Pass,
    Lose(DropReason),
    Copy,
    Hold,
}

/// The rules, in the order in which a frame meets them.
const RULES: [fn(&mut Lane, &Faults) -> Verdict; 4] =
    [Lane::loss, Lane::burst, Lane::duplicate, Lane::reorder];

/// One direction of a link with faults.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lane {
    rng: Rng,
    /// Whether a burst is going on.
    bad: bool,
    /// When all that waits has been put on the wire.
    free: Instant,
    /// When the last frame that was not held back arrives.
    last: Instant,
}

impl Lane {
    fn chance(&mut self, millionths: u32) -> bool {
        millionths > 0 && self.rng.below(u64::from(MILLION)) < u64::from(millionths)
    }

    fn loss(&mut self, faults: &Faults) -> Verdict {
        if self.chance(faults.loss) {
            Verdict::Lose(DropReason::Loss)
        } else {
            Verdict::Pass
        }
    }

    fn burst(&mut self, faults: &Faults) -> Verdict {
        if faults.burst == 0 || !self.bad && !self.chance(faults.burst) {
            return Verdict::Pass;
        }
        self.bad = self.rng.below(u64::from(faults.burst_length)) != 0;
        Verdict::Lose(DropReason::Burst)
    }

    fn duplicate(&mut self, faults: &Faults) -> Verdict {
        if self.chance(faults.duplicate) {
            Verdict::Copy
        } else {
            Verdict::Pass
        }
    }

    fn reorder(&mut self, faults: &Faults) -> Verdict {
        if self.chance(faults.reorder) {
            Verdict::Hold
        } else {
            Verdict::Pass
        }
    }
}

/// Faults, and what the link remembers for their sake.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Faulty {
    faults: Faults,
    lanes: [Lane; 2],
}

/// How a frame fares that was put on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// When its last bit gets to the other end, or would.
    pub arrives: Instant,
    /// Why it does not, if it does not.
    pub lost: Option<DropReason>,
    /// When it arrives a second time.
    pub again: Option<Instant>,
}

/// A full-duplex cable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The two nodes at its ends, by their numbers.
    pub ends: [u32; 2],
    /// How long a frame takes from end to end.
    pub latency: Duration,
    /// Whether the cable is in.
    pub plugged: bool,
    /// Whether it carries frames: plugged, and both ends have power.
    pub carrier: bool,
    /// When it lost its carrier last, in losses of carrier anywhere: so a frame that was under way
    /// knows of one.
    pub epoch: u32,
    faulty: Option<Box<Faulty>>,
}

impl Link {
    /// A cable between two nodes without faults; both have power, or not.
    pub fn new(ends: [u32; 2], latency: Duration, plugged: bool, powered: bool) -> Self {
        Self {
            ends,
            latency,
            plugged,
            carrier: plugged && powered,
            epoch: 0,
            faulty: None,
        }
    }

    /// The other end.
    pub fn peer(&self, node: u32) -> u32 {
        if self.ends[0] == node {
            self.ends[1]
        } else {
            self.ends[0]
        }
    }

    /// Whether each frame on it has a fate of its own.
    pub fn is_faulty(&self) -> bool {
        self.faulty.is_some()
    }

    /// What goes wrong on it.
    pub fn faults(&self) -> Faults {
        let faulty = self.faulty.as_ref();
        faulty.map_or_else(Faults::default, |faulty| faulty.faults)
    }

    /// Has other things go wrong on it from now on: those of a run of this `seed`, on the link of
    /// this `number`.
    pub fn set_faults(&mut self, faults: Faults, seed: u64, number: u32) {
        if let Some(faulty) = &mut self.faulty {
            faulty.faults = faults;
            for lane in &mut faulty.lanes {
                lane.bad = false;
            }
        } else if faults != Faults::default() {
            // Streams are told apart by all of their bits: small numbers are the nodes'.
            let stream =
                |end: u64| (u64::from(number) * 2 + end + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let lane = |end| Lane {
                rng: Rng::new(seed, stream(end)),
                bad: false,
                free: Instant::ZERO,
                last: Instant::ZERO,
            };
            let lanes = [lane(0), lane(1)];
            self.faulty = Some(Box::new(Faulty { faults, lanes }));
        }
    }

    /// Puts a frame of `length` bytes on the cable at the end of the node `from`.
    ///
    /// # Errors
    /// The reason why it never leaves.
    pub fn pass(&mut self, from: u32, now: Instant, length: usize) -> Result<Passage, DropReason> {
        let straight = self.pass_straight(now)?;
        let Some(faulty) = &mut self.faulty else {
            return Ok(straight);
        };
        let faults = &faulty.faults;
        let lane = &mut faulty.lanes[usize::from(self.ends[0] != from)];
        let own = faults.serialise(u64::try_from(length).unwrap_or(u64::MAX));
        let left = lane.free.max(now) + own;
        if faults.rate > 0 && left.since(now) > faults.drain() {
            return Err(DropReason::QueueFull);
        }
        lane.free = left;
        let mut verdicts = RULES.iter().map(|rule| rule(lane, faults));
        let verdict = verdicts.find(|verdict| *verdict != Verdict::Pass);
        let late = lane.rng.between(
            Duration::ZERO,
            faults.jitter + Duration::from_micros(u64::from(faults.jitter > Duration::ZERO)),
        );
        let mut arrives = (left + self.latency + late).max(lane.last);
        let (mut lost, mut again) = (None, None);
        match verdict {
            Some(Verdict::Lose(reason)) => lost = Some(reason),
            Some(Verdict::Copy) => again = Some(arrives + self.latency),
            Some(Verdict::Hold) => arrives += faults.hold,
            Some(Verdict::Pass) | None => {}
        }
        if verdict != Some(Verdict::Hold) {
            lane.last = arrives;
        }
        Ok(Passage {
            arrives,
            lost,
            again,
        })
    }

    /// The same on a link without faults, which nothing that passes changes.
    ///
    /// # Errors
    /// The reason why it never leaves.
    pub fn pass_straight(&self, now: Instant) -> Result<Passage, DropReason> {
        if !self.carrier {
            return Err(DropReason::NoCarrier);
        }
        Ok(Passage {
            arrives: now + self.latency,
            lost: None,
            again: None,
        })
    }

    /// The carrier is gone, and with it what waited to be sent: the loss of carrier of this number.
    pub fn cut(&mut self, number: u32) {
        self.epoch = number;
        for lane in self.faulty.iter_mut().flat_map(|faulty| &mut faulty.lanes) {
            lane.free = Instant::ZERO;
            lane.last = Instant::ZERO;
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
