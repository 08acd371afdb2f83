//! The simulation: one queue of events, and the journal of what came of them.
//!
//! [`World`] is everything at one instant; [`Journal`] everything that happened; [`Recording`]
//! goes to any instant by checkpoints and replay. A scenario with its seed and its commands *is*
//! the run: it replays to the same bytes on every machine.

mod branches;
mod carry;
mod deeds;
mod frames;
mod journal;
mod meddling;
mod outside;
mod ports;
mod queue;
mod recording;
mod shared;
mod world;

pub use crate::scenario::{Command, LinkId, NodeId, Timed};
pub use branches::{Branch, BranchId, Branches, Fork};
pub use journal::{DropReason, Entry, EventId, Journal, Vain, What};
pub use ports::Ports;
pub use recording::{Limits, Recording};
pub use world::{Armed, Kind, Node, World};

#[cfg(test)]
pub(crate) mod tests;
