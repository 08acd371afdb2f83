//! The client's rules (C1 to C24 of the protocol notes), each shown by the bytes that go out.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one thing among many"
)]

mod acquire;
mod conflict;
mod flap;
mod link_local;
mod options;
mod reboot;
mod renew;
mod rig;
mod spread;
mod tables;
