//! The simulation as a whole: the clock, the wires, going back, and stories from end to end.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one thing among many"
)]

mod branches;
mod build;
mod conflicts;
mod deeds;
mod drawing;
mod failover;
mod failover_chaos;
mod failover_stories;
mod faults;
mod floods;
mod lasting;
mod lease_origin;
mod one_frame;
mod probing;
mod recording;
mod routers;
mod seeking;
mod settings;
pub(crate) mod stories;
mod two_servers;
mod wires;
mod worlds;
