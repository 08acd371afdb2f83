//! The client's rules (C1 to C24 of the protocol notes), each shown by the bytes that go out.

mod acquire;
mod conflict;
mod flap;
mod reboot;
mod renew;
mod rig;
mod tables;
