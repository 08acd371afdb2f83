//! The server's rules (S1 to S18 of the protocol notes), each shown by the bytes that go out.

mod allocate;
mod check;
mod clock;
mod fields;
mod request;
mod rig;
