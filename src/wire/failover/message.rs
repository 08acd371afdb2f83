//! A failover message with its meaning.

use std::net::Ipv4Addr;

use super::names::{BindingStatus, MessageType, RejectReason, ServerState, option};

/// A failover message. Times are seconds since 1970 by the sender's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was sent.
    pub time: u32,
    /// Its transaction id; an answer has that of its request.
    pub xid: u32,
    /// Whether a message digest came with it (section 11.1). We have no shared secret: such a
    /// message is to be refused, and none of ours has one.
    pub digest: bool,
    /// What it says.
    pub body: Body,
}

/// What a message says (section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// POOLREQ.
    PoolReq,
    /// POOLRESP, with the number of addresses that the secondary was given.
    PoolResp(u32),
    /// BNDUPD, with at least one update.
    BndUpd(Vec<Update>),
    /// BNDACK, with at least one verdict.
    BndAck(Vec<Verdict>),
    /// CONNECT.
    Connect(Box<Connect>),
    /// CONNECTACK.
    ConnectAck(ConnectAck),
    /// UPDREQALL.
    UpdReqAll,
    /// UPDDONE.
    UpdDone,
    /// UPDREQ.
    UpdReq,
    /// STATE.
    State(StateReport),
    /// CONTACT.
    Contact,
    /// DISCONNECT.
    Disconnect(Disconnect),
    /// A type from 128 on that we do not know: to be ignored (section 6.1).
    Unknown(u8),
}

impl Body {
    /// Its message type.
    pub const fn kind(&self) -> Option<MessageType> {
        Some(match self {
            Self::PoolReq => MessageType::PoolReq,
            Self::PoolResp(_) => MessageType::PoolResp,
            Self::BndUpd(_) => MessageType::BndUpd,
            Self::BndAck(_) => MessageType::BndAck,
            Self::Connect(_) => MessageType::Connect,
            Self::ConnectAck(_) => MessageType::ConnectAck,
            Self::UpdReqAll => MessageType::UpdReqAll,
            Self::UpdDone => MessageType::UpdDone,
            Self::UpdReq => MessageType::UpdReq,
            Self::State(_) => MessageType::State,
            Self::Contact => MessageType::Contact,
            Self::Disconnect(_) => MessageType::Disconnect,
            Self::Unknown(_) => return None,
        })
    }
}

/// A client's card: its hardware type and address (section 12.5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hardware {
    /// The ARP hardware type; 1 is Ethernet.
    pub kind: u8,
    /// The address.
    pub address: Vec<u8>,
}

/// What became of one binding (section 7.1). What [`Update::missing`] does not ask for may be
/// missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The address.
    pub address: Ipv4Addr,
    /// What it is used for; `None` where the option is missing or not defined.
    pub status: Option<BindingStatus>,
    /// Bit 0: reserved for its client; bit 1: given out by BOOTP. Always 0 in ours.
    pub flags: u16,
    /// The client identifier, if the client sent one.
    pub client_id: Option<Vec<u8>>,
    /// The client's card.
    pub hardware: Option<Hardware>,
    /// When the client's lease ends.
    pub lease_expiration: Option<u32>,
    /// Until when the sender may want to extend it.
    pub potential_expiration: Option<u32>,
    /// When the address took on this status.
    pub start: Option<u32>,
    /// When the sender last heard from the client.
    pub last_transaction: Option<u32>,
}

impl Update {
    /// An update of an address that no one uses.
    pub const fn new(address: Ipv4Addr, status: BindingStatus) -> Self {
        Self {
            address,
            status: Some(status),
            flags: 0,
            client_id: None,
            hardware: None,
            lease_expiration: None,
            potential_expiration: None,
            start: None,
            last_transaction: None,
        }
    }

    /// The code of an option that must be there and is not (table 7.1-1): such an update is
    /// refused with reason 3. A card is asked for only where there is a lease, since ISC dhcpd
    /// reports addresses as EXPIRED or RELEASED that have lost their client.
    pub fn missing(&self) -> Option<u16> {
        let Some(status) = self.status else {
            return Some(option::BINDING_STATUS);
        };
        let needed = [
            (option::HARDWARE, self.hardware.is_some()),
            (option::LEASE_EXPIRATION, self.lease_expiration.is_some()),
            (
                option::POTENTIAL_EXPIRATION,
                self.potential_expiration.is_some(),
            ),
        ];
        if status == BindingStatus::Active {
            needed
                .iter()
                .find(|(_, there)| !there)
                .map(|(code, _)| *code)
        } else {
            None
        }
    }
}

/// Whether an update was taken (section 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The address.
    pub address: Ipv4Addr,
    /// Why it was not, if it was not.
    pub reject: Option<RejectReason>,
    /// The same in words.
    pub message: Vec<u8>,
}

/// How the primary introduces itself (section 7.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The name of the relationship, which both have in their settings.
    pub relationship: Vec<u8>,
    /// How many BNDUPDs it takes without having answered, at least 1.
    pub max_unacked: u32,
    /// After how many seconds of silence it gives the connection up.
    pub receive_timer: u32,
    /// Who made it.
    pub vendor: Vec<u8>,
    /// The version of the protocol, 1.
    pub version: u8,
    /// 0: no TLS, 1: if you like, 2: only with TLS. `None` on a connection that has it.
    pub tls: Option<u8>,
    /// The maximum client lead time in seconds.
    pub mclt: u32,
    /// Which clients are whose while both work.
    pub buckets: [u8; 32],
}

/// How the secondary answers (section 7.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectAck {
    /// The name of the relationship.
    pub relationship: Vec<u8>,
    /// The version of the protocol, 1.
    pub version: u8,
    /// 0: no TLS, 1: now TLS.
    pub tls: Option<u8>,
    /// The terms, or why there will be no connection.
    pub answer: Result<Terms, Disconnect>,
}

/// What the secondary asks for when it accepts a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How many BNDUPDs it takes without having answered, at least 1.
    pub max_unacked: u32,
    /// After how many seconds of silence it gives the connection up.
    pub receive_timer: u32,
    /// Who made it.
    pub vendor: Vec<u8>,
}

/// The sender's state (section 7.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateReport {
    /// Its state; while `startup` is set the one that it had before.
    pub state: ServerState,
    /// Whether it has just been switched on.
    pub startup: bool,
    /// Since when.
    pub since: u32,
}

/// Why a connection is closed or refused (section 7.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Why.
    pub reason: RejectReason,
    /// The same in words.
    pub message: Vec<u8>,
}
