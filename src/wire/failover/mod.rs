//! DHCP failover's messages (draft-ietf-dhc-failover-12) as bytes on a TCP stream, as ISC dhcpd
//! 4.4 speaks them.
//!
//! [`Decoder`] cuts a stream into messages, [`Message`] is one of them with its meaning, and
//! [`summary`] what a label says. Where ISC dhcpd departs from the draft:
//!
//! - Its payload offset is 12, the length of the header; the draft says 8. We send 12 and read 8
//!   as 12.
//! - RECOVER-WAIT has the number 254; the draft gives it none.
//! - A bit of the hash bucket array that is set means the *primary*; the draft says the secondary.
//!   Bucket `n` is bit `n % 8` of byte `n / 8`, counted from the least significant.
//! - It sends expiry times with every binding status, 0 where there is none; the draft forbids
//!   them where there is no lease.
//! - It puts one binding into each BNDUPD.
//! - Its first messages on a connection have the transaction id 0.

mod decode;
mod encode;
mod message;
mod names;
mod raw;
mod stream;
mod summary;

pub use decode::decode;
pub use encode::TooLong;
pub use message::{
    Body, Connect, ConnectAck, Disconnect, Hardware, Message, StateReport, Terms, Update, Verdict,
};
pub use names::{BindingStatus, MessageType, RejectReason, ServerState, option};
pub use raw::{BadMessage, Header, MAX_MESSAGE, MIN_MESSAGE, RawOption, header, scan_options};
pub use stream::{BadStream, Decoder};
pub use summary::{Summary, summary};

/// The TCP port of failover (section 8.2).
pub const PORT: u16 = 647;

#[cfg(test)]
mod tests;
