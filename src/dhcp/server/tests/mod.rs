//! The server's rules (S1 to S18 of the protocol notes), each shown by the bytes that go out.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one thing among many"
)]

mod allocate;
mod check;
mod clock;
mod endings;
mod fields;
mod identity;
mod lengths;
mod request;
mod rig;
mod subnets;
