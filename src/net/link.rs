//! A cable between two nodes.

use crate::time::Duration;

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
    /// Counts the losses of carrier, so that a frame that was under way knows of one.
    pub epoch: u32,
}

impl Link {
    /// The other end.
    pub fn peer(&self, node: u32) -> u32 {
        if self.ends[0] == node {
            self.ends[1]
        } else {
            self.ends[0]
        }
    }
}
