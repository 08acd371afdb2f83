//! DHCP failover: two servers that give out the same addresses and know of each other's leases
//! (draft-ietf-dhc-failover-12, as ISC dhcpd 4.4 speaks it).
//!
//! [`Endpoint`] is one side of the relationship, sans-IO: [`Endpoint::handle`] takes an [`Input`]
//! and pushes [`Output`]s, which are to be carried out *in their order*; a host that cannot write
//! an [`Output::Store`] must not go on to what follows, since a BNDACK promises that the disk has
//! it (section 7.2). The server asks what it may do ([`Endpoint::serves`],
//! [`Endpoint::may_lease`], [`Endpoint::grant`]) and reports what it did ([`Input::Lease`]).
//!
//! The parts: [`state`] the table of states, [`accept`](fn@accept::accept) whether an update is
//! believed, [`arith`] how long a lease may be, [`load`] whose client it is, [`balance`] whose
//! address it is, [`store`] what survives a crash.
//!
//! How connections are made (section 8.2): the primary connects and hands its stream over with
//! [`Input::Connected`]. A stream that the primary is *offered* the host closes at once and says
//! [`Input::Knock`]; the secondary knocks when it starts. A secondary hands over every stream that
//! it is offered; the newest one counts.

pub mod accept;
pub mod arith;
pub mod balance;
mod clock;
mod connection;
mod endpoint;
mod handshake;
pub mod load;
mod merge;
mod note;
mod operator;
mod pools;
mod query;
mod settings;
pub mod state;
pub mod store;
mod updates;

use std::net::Ipv4Addr;

use serde::Serialize;

use super::server::Range;
use crate::time::{Duration, Instant};
use crate::wire::failover::{BindingStatus, Body};
use store::Client;

pub use connection::Link;
pub use endpoint::Endpoint;
pub use note::{Cause, End, Note};
pub use query::{Ask, Grant, Unserved, Withheld};
pub use state::{Role, Service, State};

/// The true time of day at the start of a run, in seconds since 1970.
pub const EPOCH: u32 = 1_000_000_000;

/// An endpoint's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which of the two it is.
    pub role: Role,
    /// The name of the relationship; both must have the same. At most 255 bytes count.
    pub relationship: String,
    /// The maximum client lead time. The secondary takes the primary's.
    pub mclt: Duration,
    /// The pools that both give out, each a list of ranges.
    pub pools: Vec<Vec<Range>>,
    /// How many BNDUPDs may be unanswered, at least 1.
    pub max_unacked: u32,
    /// After how long a silence a connection is given up, in whole seconds.
    pub receive_timer: Duration,
    /// How long the partner may be out of reach before it counts as down; `None` waits for an
    /// operator.
    pub safe_period: Option<Duration>,
    /// How long a server that starts waits for its partner.
    pub startup: Duration,
    /// How long after a connection that broke the next is tried.
    pub reconnect: Duration,
    /// The same after one that was refused or closed with a reason (section 7.12).
    pub refused: Duration,
    /// Whether each client has one server while both work. Else both answer all.
    pub load_balance: bool,
    /// How many of the 256 buckets of clients are the primary's. The secondary takes what the
    /// primary says.
    pub split: u16,
    /// From how many seconds of waiting on a client is answered by either server (RFC 3074
    /// section 5.3); 0 answers at once, so that both do.
    pub max_secs: u16,
    /// How many seconds the clocks may differ by; `None` for any difference. ISC dhcpd allows 60.
    pub max_clock_difference: Option<u32>,
    /// Whether a server whose disk is empty goes to PARTNER-DOWN when it does not reach a partner
    /// during STARTUP (section 9.3.2): one that has worked alone, and gets a partner now.
    pub start_alone: bool,
    /// When addresses are moved between the two.
    pub balance: balance::Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            role: Role::Primary,
            relationship: "lab".to_owned(),
            mclt: Duration::from_secs(3600),
            pools: Vec::new(),
            max_unacked: 10,
            receive_timer: Duration::from_secs(60),
            safe_period: None,
            startup: Duration::from_secs(10),
            reconnect: Duration::from_secs(5),
            refused: Duration::from_secs(60),
            load_balance: true,
            split: 128,
            max_secs: 3,
            max_clock_difference: None,
            start_alone: false,
            balance: balance::Limits::default(),
        }
    }
}

/// What can happen to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The server is switched on. What [`Endpoint::store`] has is on its disk.
    Start,
    /// It loses power.
    PowerOff,
    /// Its disk is lost, while the power is off.
    DiskLost,
    /// There is a stream to the partner, in place of any earlier one.
    Connected,
    /// The partner tried to connect (primary only).
    Knock,
    /// Bytes of the stream.
    Bytes(&'a [u8]),
    /// The stream is gone, or there will be none.
    Closed,
    /// A deadline is due.
    Timer(Timer),
    /// An operator's command.
    Command(Command),
    /// The server has done something with an address, and its own disk has it. The client is
    /// answered when the outputs have been carried out, so that what it is told survives a crash.
    Lease {
        /// The address.
        address: Ipv4Addr,
        /// What it did.
        event: LeaseEvent,
    },
}

/// What an operator can tell an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// The partner does not work, and will not until it has talked to this server.
    PartnerDown,
    /// Stop for a short while; [`Input::Start`] goes on.
    Pause,
    /// Stop for long; the partner takes over.
    Shutdown,
}

/// What became of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseEvent {
    /// A client was given a lease, new or longer.
    Granted {
        /// The client.
        client: Client,
        /// For how long; [`Duration::MAX`] for ever.
        granted: Duration,
        /// For how long it would be without the MCLT.
        desired: Duration,
    },
    /// The client gave the address back.
    Released,
    /// The lease ended.
    Expired,
    /// The address was found in use by a stranger.
    Abandoned,
    /// An operator, or the end of a quarantine, frees the address.
    Reset,
}

/// An endpoint's deadlines; the name says why it waits. Of two that are due at once the first here
/// comes first: nothing more is sent over a connection that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// STARTUP ends without the partner.
    Startup,
    /// The partner has not answered CONNECT, or sent none.
    Handshake,
    /// Nothing was heard for too long: the connection is given up (tReceive).
    Receive,
    /// Nothing was sent for a third of what the partner bears: a CONTACT follows (tSend).
    Send,
    /// The next try to connect, or to make the primary connect.
    Reconnect,
    /// The partner counts as down (section 10).
    SafePeriod,
    /// Every lease that this server may have given before it went down has ended (section 9.6).
    RecoverWait,
    /// The next look at the pools.
    Balance,
    /// A server that was shut down closes its connection.
    Off,
}

/// What an endpoint wants done, in the order in which it is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Connect to the partner, and say [`Input::Connected`] or [`Input::Closed`] (primary).
    Connect,
    /// Connect to the primary and close the stream: it will connect (secondary).
    Knock,
    /// Send bytes on the stream: one message.
    Send(Vec<u8>),
    /// Close the stream, when what was sent is out. No [`Input::Closed`] follows.
    Close,
    /// Wake me at an instant; replaces an earlier deadline of the same timer.
    Arm {
        /// Which timer.
        timer: Timer,
        /// When it is due.
        at: Instant,
    },
    /// Forget a deadline.
    Cancel(Timer),
    /// Write what [`Endpoint::store`] has of this to disk before anything that follows.
    Store(Part),
    /// The server's record of an address is to say this.
    Binding(Change),
    /// Say in the journal what happened.
    Note(Note),
}

/// A part of [`store::Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything but the leases.
    State,
    /// What is known of an address.
    Lease(Ipv4Addr),
}

/// What the partner says of an address, for the server's own record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The address.
    pub address: Ipv4Addr,
    /// What it is used for. EXPIRED, RELEASED and RESET mean that it is free again.
    pub status: BindingStatus,
    /// Whose it is or was.
    pub client: Option<Client>,
    /// When the server is to take the lease for ended: a moment after the partner, which knows
    /// better.
    pub until: Instant,
}

/// What [`Endpoint::handle`] works with: the moment, and where the outputs go.
pub struct Context<'a> {
    /// What time it is.
    pub now: Instant,
    /// What is to be done, in order.
    pub out: &'a mut Vec<Output>,
}

impl Context<'_> {
    fn note(&mut self, note: Note) {
        self.out.push(Output::Note(note));
    }

    fn arm(&mut self, timer: Timer, at: Instant) {
        self.out.push(Output::Arm { timer, at });
    }

    fn cancel(&mut self, timer: Timer) {
        self.out.push(Output::Cancel(timer));
    }

    fn store(&mut self, part: Part) {
        self.out.push(Output::Store(part));
    }
}

/// An answer has the transaction id of its request.
const fn is_answer(body: &Body) -> bool {
    matches!(
        body,
        Body::PoolResp(_) | Body::BndAck(_) | Body::ConnectAck(_) | Body::UpdDone
    )
}

#[cfg(test)]
mod tests;
