//! The DHCP message (RFC 2131 section 2) as the engine reads and writes it.
//!
//! A pass of our own over the raw bytes (`raw`) finds every option wherever it stands; typed
//! values and the encoding of options are `dhcproto`'s (`options`). `dhcproto` alone is not
//! enough: it panics on a hardware address length above 16, loses every option after a malformed
//! one, and knows no option overload (see `docs/architecture.md`).

mod message;
mod names;
mod options;
mod raw;

pub use message::{Message, Op};
pub use names::{MessageType, option_name, relay_option_name};
pub use options::{Options, code, option_size, typed};
pub(in crate::wire) use raw::scan_options;
pub use raw::{Area, BadMessage, FIXED, MAGIC_COOKIE, RawOption, scan};

/// The port on which servers and relay agents listen (RFC 2131 section 4.1).
pub const SERVER_PORT: u16 = 67;
/// The port on which clients listen (RFC 2131 section 4.1).
pub const CLIENT_PORT: u16 = 68;
