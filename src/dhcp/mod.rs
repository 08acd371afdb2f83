//! DHCP's two sides without any input or output of their own.
//!
//! [`client::Client`] and [`server::Server`] take what happened and when, and answer with
//! [`Action`]s: what to send, which deadline to keep and *why*, what a journal should say. They
//! read no clock, draw from no randomness but the stream they are handed, and know neither frames
//! nor a browser. The host stack (`net`) carries the actions out.

mod cidr;
pub mod client;
pub mod failover;
mod note;
pub mod relay;
pub mod server;

use std::net::Ipv4Addr;

use serde::Serialize;

use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::Message;

pub use cidr::{BadCidr, Cidr};
pub use note::{
    ClientNote, Ignored, Note, OfferEnd, Refusal, RelayDrop, RelayNote, ServerNote, Silence,
};

/// What a client or a server wants done, in the order in which it is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a DHCP message.
    Send(Box<Datagram>),
    /// Ask by ARP whether anyone uses an address (RFC 5227 section 2.1.1).
    Probe(Ipv4Addr),
    /// Say by ARP that an address is ours (RFC 5227 section 2.3).
    Announce(Ipv4Addr),
    /// Send an ICMP echo request; `sequence` comes back in the answer.
    Ping {
        /// Whom to ask.
        target: Ipv4Addr,
        /// Which ping this is.
        sequence: u16,
        /// When the answer no longer matters: a ping that still waits for ARP then is not sent.
        until: Instant,
    },
    /// Wake me at an instant; replaces an earlier deadline of the same timer.
    Arm {
        /// Which timer.
        timer: Timer,
        /// When it is due.
        at: Instant,
        /// What happens then, for the person who looks.
        reason: Reason,
    },
    /// Forget a deadline.
    Cancel(Timer),
    /// Use an address from now on.
    Configure(Interface),
    /// Stop using the address.
    Deconfigure,
    /// Put an entry into the ARP cache.
    Neighbour {
        /// The address.
        address: Ipv4Addr,
        /// The card that has it.
        mac: Mac,
    },
    /// Do something about the stream to a partner.
    Stream(StreamAction),
    /// Say in the journal what happened.
    Note(Note),
}

/// What is asked of TCP. A host has one stream at a time, and beside it at most one connection that
/// is only a knock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamAction {
    /// Take connections on this port from now on, one at a time. The next one is taken when the
    /// last has ended, or when the host that it was with asks for another: it has been restarted.
    Listen(u16),
    /// Take connections on this port from now on as knocks: each is closed at once, and told as
    /// [`StreamEvent::Knocked`].
    Attend(u16),
    /// Connect to a partner and close, so that it knows of us. No event follows.
    Knock {
        /// Whom to connect to.
        address: Ipv4Addr,
        /// The partner's port.
        port: u16,
    },
    /// Open a connection; what is left of an earlier one is aborted without a word. Followed by
    /// [`StreamEvent::Connected`] or [`StreamEvent::Closed`].
    Connect {
        /// Whom to connect to.
        address: Ipv4Addr,
        /// The partner's port.
        port: u16,
    },
    /// Send bytes over the connection, or as soon as it is up; without one they are dropped.
    Send(Vec<u8>),
    /// End the connection once everything is sent. No event follows.
    Close,
    /// Break the connection off at once with a RST. No event follows.
    Abort,
}

/// What TCP reports of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// The connection is up, whoever asked for it.
    Connected {
        /// The other end.
        peer: Ipv4Addr,
    },
    /// Someone has connected to a port where that says no more than "here I am".
    Knocked {
        /// Who.
        peer: Ipv4Addr,
    },
    /// The next bytes, in order and each once; where one message ends, they do not say.
    Data(Vec<u8>),
    /// The connection is over, or did not come about.
    Closed(StreamEnd),
}

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The partner has closed it (FIN).
    Finished,
    /// The partner knows nothing of it, or broke it off (RST).
    Reset,
    /// No one listens on the port (RST in answer to the SYN).
    Refused,
    /// The partner has acknowledged nothing for too long.
    TimedOut,
    /// The partner has opened another one in its place: it was restarted.
    Replaced,
    /// The host has no address, or the one to connect to is none.
    Unreachable,
}

/// How a node's part in DHCP behaves.
#[allow(
    clippy::large_enum_variant,
    reason = "there are as many as persons change settings"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settings {
    /// A client's.
    Client(client::Config),
    /// A server's.
    Server(server::Config),
    /// A relay agent's.
    Relay(relay::Config),
}

/// A DHCP message on its way into UDP and IP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Source address.
    pub source: Ipv4Addr,
    /// Destination address.
    pub destination: Ipv4Addr,
    /// The card to send it to, where ARP cannot or need not find it.
    pub card: Option<Mac>,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// The message.
    pub message: Message,
}

/// The address that a host uses, and the way out of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// Its address.
    pub address: Ipv4Addr,
    /// How many leading bits name the network, 0 to 32.
    pub prefix: u8,
    /// The router for everything else.
    pub router: Option<Ipv4Addr>,
}

impl Interface {
    /// Whether `other` is on the same network.
    pub fn reaches(&self, other: Ipv4Addr) -> bool {
        same_network(self.address, other, self.prefix)
    }
}

/// Whether two addresses agree in their first `prefix` bits.
pub fn same_network(one: Ipv4Addr, other: Ipv4Addr, prefix: u8) -> bool {
    let shift = 32 - u32::from(prefix.min(32));
    (u32::from(one) ^ u32::from(other))
        .checked_shr(shift)
        .unwrap_or(0)
        == 0
}

/// A deadline's name; a node has each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// Client: before its first message, or before it starts over.
    Start,
    /// Client: an unanswered message is sent again, or given up.
    Retransmit,
    /// Client: half of the lease is over (RFC 2131 section 4.4.5).
    T1,
    /// Client: seven eighths of the lease are over (RFC 2131 section 4.4.5).
    T2,
    /// Client: the lease ends.
    Expiry,
    /// Client: the next ARP probe or announcement (RFC 5227).
    Conflict,
    /// Client: the next ARP probe or announcement of a link-local address (RFC 3927).
    LinkLocal,
    /// Server: the first of everything it waits for.
    Server,
    /// Host: an ARP request without an answer is sent again, or given up.
    Arp,
    /// Host: TCP sends again, acknowledges, or forgets a connection.
    Tcp,
}

impl Timer {
    /// How many timers there are.
    pub const COUNT: usize = 10;

    /// All of them, each at its place.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Start,
        Self::Retransmit,
        Self::T1,
        Self::T2,
        Self::Expiry,
        Self::Conflict,
        Self::LinkLocal,
        Self::Server,
        Self::Arp,
        Self::Tcp,
    ];

    /// Its place among [`Timer::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Why a deadline was set: what its timer's node will do when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Reason {
    /// A random 1 to 10 s before the first message, so that clients which start together do not
    /// speak together (RFC 2131 section 4.4.1).
    StartDelay,
    /// A pause after a conflict before the client starts over (RFC 2131 section 3.1).
    AfterConflict,
    /// The network prefers IPv6; the client asks again then (RFC 8925 section 3.2).
    Ipv6Only,
    /// No answer to the message sent: send it again, as the try of this number.
    Retry {
        /// Which try comes next, counted from 1.
        attempt: u8,
    },
    /// No answer after the last try.
    GiveUp,
    /// Collecting offers ends.
    OfferWindow,
    /// Half of the lease is over: ask the server that gave it.
    Renew,
    /// Seven eighths of the lease are over: ask every server.
    Rebind,
    /// The lease ends.
    LeaseEnds,
    /// The next ARP probe.
    NextProbe,
    /// No one has answered the last ARP probe: the address is free.
    ProbeSilence,
    /// The second ARP announcement.
    NextAnnouncement,
    /// No one has answered the ping: the address is free.
    PingSilence {
        /// The address in question.
        address: Ipv4Addr,
    },
    /// An offer that no one took is freed.
    OfferEnds {
        /// The address in question.
        address: Ipv4Addr,
    },
    /// A lease that no one renewed is freed.
    BindingEnds {
        /// The address in question.
        address: Ipv4Addr,
    },
    /// An address that was in use by a stranger may be tried again.
    QuarantineEnds {
        /// The address in question.
        address: Ipv4Addr,
    },
    /// No answer to an ARP request.
    ArpSilence {
        /// The address in question.
        address: Ipv4Addr,
    },
    /// TCP: no acknowledgment of what was sent, so it is sent again, or the connection given up
    /// (RFC 9293 section 3.8).
    TcpSilence,
    /// TCP: what came is acknowledged, if nothing was sent that could carry the acknowledgment
    /// (RFC 9293 section 3.8.6.3).
    TcpAck,
    /// TCP: a closed connection is forgotten (TIME-WAIT, RFC 9293 section 3.6.1).
    TcpTimeWait,
    /// A deadline of failover.
    Failover {
        /// Which: its name says why.
        timer: failover::Timer,
    },
}

/// Seconds from `began` to `now` for the `secs` field, at most what it holds.
pub(crate) fn elapsed_secs(began: Instant, now: Instant) -> u16 {
    u16::try_from(now.since(began).as_secs()).unwrap_or(u16::MAX)
}

/// How long `secs` on the wire is; `None` for infinity (RFC 2131 section 3.3).
pub(crate) fn lease_length(secs: u32) -> Option<Duration> {
    (secs != u32::MAX).then(|| Duration::from_secs(u64::from(secs)))
}
