//! What a client or a server says in the journal about itself: every decision, and every silence
//! with its reason.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::client::State;
use super::failover;
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::dhcp::MessageType;

/// A line in the journal by either side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Note {
    /// By a client.
    Client(ClientNote),
    /// By a server.
    Server(ServerNote),
    /// By a relay agent.
    Relay(RelayNote),
    /// By a server's failover endpoint.
    Failover(failover::Note),
}

/// What a relay agent says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "relay", rename_all = "kebab-case")]
pub enum RelayNote {
    /// It does not pass a message on.
    Dropped {
        /// Whose it is, or whom it is for.
        client: Mac,
        /// What was said.
        message: MessageType,
        /// Why.
        why: RelayDrop,
    },
}

/// Why a relay agent drops a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayDrop {
    /// It has passed too many relay agents (RFC 1542 section 4.1.1).
    Hops,
    /// `giaddr` names none of this agent's interfaces (RFC 1542 section 4.1.2).
    NotOurs,
    /// It claims to have been relayed by this agent already (RFC 3046 section 2.1).
    Untrusted,
}

/// What a client says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "client", rename_all = "kebab-case")]
pub enum ClientNote {
    /// It went from one state of RFC 2131 figure 5 to another.
    State {
        /// Where it was.
        from: State,
        /// Where it is now.
        to: State,
    },
    /// It chose an offer.
    Selected {
        /// The address offered.
        address: Ipv4Addr,
        /// The server that offered it.
        server: Ipv4Addr,
    },
    /// It holds a lease: new, confirmed after a restart, or extended.
    Leased {
        /// The address.
        address: Ipv4Addr,
        /// The server that gave it.
        server: Ipv4Addr,
        /// When the REQUEST went out that the lease counts from (RFC 2131 section 4.4.1).
        start: Instant,
        /// When it will ask that server for more time; the end of time for an infinite lease.
        t1: Instant,
        /// When it will ask every server.
        t2: Instant,
        /// When the lease ends.
        expiry: Instant,
    },
    /// The lease ended and the address is no longer used.
    Expired {
        /// The address.
        address: Ipv4Addr,
    },
    /// Someone else uses the address.
    Conflict {
        /// The address.
        address: Ipv4Addr,
        /// Whose card answered.
        by: Mac,
    },
    /// Someone else claimed the address; the client defended it (RFC 5227 section 2.4).
    Defended {
        /// The address.
        address: Ipv4Addr,
        /// Who claimed it.
        by: Mac,
    },
    /// No server answered all tries.
    GaveUp {
        /// In which state.
        state: State,
    },
    /// No server answered after a restart; the old lease is used for what is left of it
    /// (RFC 2131 section 3.2).
    KeptLease {
        /// The address.
        address: Ipv4Addr,
    },
    /// A server told a host with a fixed address the rest (RFC 2131 section 4.4.3).
    Informed {
        /// Which server.
        server: Ipv4Addr,
    },
    /// The network prefers IPv6: it does without an address for a while (RFC 8925 section 3.2).
    Ipv6Only {
        /// The server that said so.
        server: Ipv4Addr,
        /// When it will ask again.
        until: Instant,
    },
    /// It uses an address of the link's own while no server answers (RFC 3927).
    LinkLocal {
        /// The address.
        address: Ipv4Addr,
    },
    /// It gave its address back.
    Released {
        /// The address.
        address: Ipv4Addr,
    },
    /// It gave its address back, and remembers it all the same.
    KeptAfterRelease {
        /// The address.
        address: Ipv4Addr,
    },
    /// It was told to give its address back, but could not say so: the server keeps the lease
    /// until its end.
    Forgot {
        /// The address.
        address: Ipv4Addr,
    },
    /// It dropped a message.
    Ignored {
        /// The message.
        message: MessageType,
        /// Why.
        why: Ignored,
    },
}

/// Why a client dropped a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ignored {
    /// It answers another transaction (RFC 2131 section 4.1).
    OtherTransaction,
    /// This state has no use for it (RFC 2131 figure 5).
    State,
    /// An offer or ACK without server identifier or lease time (RFC 2131 table 3).
    Incomplete,
    /// Another offer had been chosen before.
    AlreadyChosen,
    /// It echoes another client identifier (RFC 6842 section 3).
    OtherClient,
}

/// What a server says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "server", rename_all = "kebab-case")]
pub enum ServerNote {
    /// It asks by ping whether an address is in use.
    Pinging {
        /// The address.
        address: Ipv4Addr,
        /// For whom.
        client: Mac,
    },
    /// The ping was answered: the address is set aside.
    Abandoned {
        /// The address.
        address: Ipv4Addr,
    },
    /// It keeps an address for a client that it makes an offer to.
    Held {
        /// The address.
        address: Ipv4Addr,
        /// For whom.
        client: Mac,
        /// How long.
        until: Instant,
    },
    /// An offered address is free again.
    OfferEnded {
        /// The address.
        address: Ipv4Addr,
        /// Why.
        why: OfferEnd,
    },
    /// A lease is on its disk: new, confirmed or extended.
    Committed {
        /// The address.
        address: Ipv4Addr,
        /// Whose it is.
        client: Mac,
        /// Until when; the end of time for an infinite lease.
        until: Instant,
    },
    /// A lease ended: no one renewed it.
    Expired {
        /// The address.
        address: Ipv4Addr,
        /// Whose it was.
        client: Mac,
        /// Why failover keeps it from others for now, if it does.
        #[serde(skip_serializing_if = "Option::is_none")]
        withheld: Option<failover::Withheld>,
    },
    /// A client gave its address back.
    Released {
        /// The address.
        address: Ipv4Addr,
        /// Whose it was.
        client: Mac,
        /// Why failover keeps it from others for now, if it does.
        #[serde(skip_serializing_if = "Option::is_none")]
        withheld: Option<failover::Withheld>,
    },
    /// A client found its address in use: it is set aside.
    Declined {
        /// The address.
        address: Ipv4Addr,
        /// Who said so.
        client: Mac,
    },
    /// An address that was set aside may be given out again.
    QuarantineEnded {
        /// The address.
        address: Ipv4Addr,
    },
    /// It refuses with a NAK.
    Refused {
        /// Whom.
        client: Mac,
        /// Why.
        why: Refusal,
    },
    /// It does not answer.
    Silent {
        /// Whom.
        client: Mac,
        /// What was said.
        message: MessageType,
        /// Why.
        why: Silence,
    },
}

/// Why an offered address is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfferEnd {
    /// The client took another server's offer.
    OtherServer,
    /// The client never answered.
    TimeOut,
    /// The client asked again and gets another address.
    Replaced,
}

/// Why a server refuses with a NAK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The address belongs to another network (RFC 2131 section 4.3.2).
    WrongNetwork,
    /// The client's record names another address (RFC 2131 section 4.3.2).
    WrongAddress,
    /// The address is not, or no longer, to be had by this client.
    NotAvailable,
    /// No record of the client, and this server speaks for the whole network.
    UnknownClient,
}

impl Refusal {
    /// What the NAK says in option 56 (RFC 2131 table 3).
    pub const fn text(self) -> &'static str {
        match self {
            Self::WrongNetwork => "wrong network",
            Self::WrongAddress => "you have another address",
            Self::NotAvailable => "address not available",
            Self::UnknownClient => "no lease on record",
        }
    }
}

/// Why a server does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// The client chose another server's offer (RFC 2131 section 3.1).
    OtherServer,
    /// No record of this client: another server may have one (RFC 2131 section 4.3.2).
    UnknownClient,
    /// No address is free.
    PoolExhausted,
    /// No pool for the network that the message came from.
    NoSubnet,
    /// It is still asking by ping for this client.
    Pinging,
    /// The client does not hold the address that it speaks of.
    NotHolder,
    /// A message that no client sends.
    NotForServers,
    /// This message type is not served.
    Unsupported,
    /// In the state that failover is in it answers no one, or only renewals.
    FailoverState,
    /// The failover partner answers this client (RFC 3074).
    PartnersClient,
    /// Failover does not let it give the client that address now: the partner may.
    Withheld,
}
