//! Random numbers that are the same in every run of the same seed.
//!
//! Each node draws from a stream of its own, so what one node does never changes what
//! another one draws.

use std::fmt;

use rand_core::Rng as _;
use rand_pcg::Pcg32;

use crate::time::Duration;

/// A node's stream of random numbers (PCG-XSH-RR 64/32), integers only.
#[derive(Clone, PartialEq, Eq)]
pub struct Rng(Pcg32);

/// By the number that comes next: its state is no one else's to see.
impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rng({})", self.clone().next_u32())
    }
}

impl Rng {
    /// The stream numbered `stream` of a run's `seed`.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg32::new(seed, stream))
    }

    /// Any 32-bit number, each as likely as the others.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number from 0 to `bound - 1`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A duration from `low` up to, but not including, `high`; `low` where the range is empty.
    pub fn between(&mut self, low: Duration, high: Duration) -> Duration {
        let span = high.saturating_sub(low).as_micros();
        low + Duration::from_micros(self.below(span))
    }
}

#[cfg(test)]
#[path = "rng_tests.rs"]
mod tests;
