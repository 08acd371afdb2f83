//! The numbers of the failover protocol and what they are called.

use std::fmt;

/// What a message is for (draft-ietf-dhc-failover-12 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum MessageType {
    /// The secondary asks for addresses.
    PoolReq = 1,
    /// How many it was given.
    PoolResp = 2,
    /// What became of bindings.
    BndUpd = 3,
    /// Whether those changes were taken.
    BndAck = 4,
    /// The primary introduces itself.
    Connect = 5,
    /// The secondary accepts or refuses.
    ConnectAck = 6,
    /// Send me everything.
    UpdReqAll = 7,
    /// You have everything that you asked for.
    UpdDone = 8,
    /// Send me what I do not have yet.
    UpdReq = 9,
    /// The sender's state.
    State = 10,
    /// The sender is there.
    Contact = 11,
    /// The sender closes the connection, and why.
    Disconnect = 12,
}

impl MessageType {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::PoolReq,
        Self::PoolResp,
        Self::BndUpd,
        Self::BndAck,
        Self::Connect,
        Self::ConnectAck,
        Self::UpdReqAll,
        Self::UpdDone,
        Self::UpdReq,
        Self::State,
        Self::Contact,
        Self::Disconnect,
    ];

    /// The type with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        by_number(&Self::ALL, number, |kind| kind as u8)
    }

    /// What the draft calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PoolReq => "POOLREQ",
            Self::PoolResp => "POOLRESP",
            Self::BndUpd => "BNDUPD",
            Self::BndAck => "BNDACK",
            Self::Connect => "CONNECT",
            Self::ConnectAck => "CONNECTACK",
            Self::UpdReqAll => "UPDREQALL",
            Self::UpdDone => "UPDDONE",
            Self::UpdReq => "UPDREQ",
            Self::State => "STATE",
            Self::Contact => "CONTACT",
            Self::Disconnect => "DISCONNECT",
        }
    }
}

/// What an address is used for, as one server tells the other (section 12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum BindingStatus {
    /// The primary may give it out.
    Free = 1,
    /// Leased.
    Active = 2,
    /// The lease ended.
    Expired = 3,
    /// The client gave it back.
    Released = 4,
    /// Not usable.
    Abandoned = 5,
    /// Freed by an operator.
    Reset = 6,
    /// The secondary may give it out.
    Backup = 7,
}

impl BindingStatus {
    /// All of them, by number.
    pub const ALL: [Self; 7] = [
        Self::Free,
        Self::Active,
        Self::Expired,
        Self::Released,
        Self::Abandoned,
        Self::Reset,
        Self::Backup,
    ];

    /// The status with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        by_number(&Self::ALL, number, |status| status as u8)
    }

    /// What the draft calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Released => "RELEASED",
            Self::Abandoned => "ABANDONED",
            Self::Reset => "RESET",
            Self::Backup => "BACKUP",
        }
    }
}

/// What a server does at the moment (section 12.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ServerState {
    /// Just switched on. Never sent: a flag says it.
    Startup = 1,
    /// Both work together.
    Normal = 2,
    /// The partner cannot be reached; it may be working.
    CommunicationsInterrupted = 3,
    /// The partner does not work.
    PartnerDown = 4,
    /// Both have worked without the other: they exchange what they know.
    PotentialConflict = 5,
    /// It fetches from its partner what it missed.
    Recover = 6,
    /// Off for a short while.
    Paused = 7,
    /// Off for long.
    Shutdown = 8,
    /// It waits for its partner to be ready for NORMAL.
    RecoverDone = 9,
    /// The connection was lost in POTENTIAL-CONFLICT.
    ResolutionInterrupted = 10,
    /// The primary knows all that its partner knew.
    ConflictDone = 11,
    /// It waits until every lease that it may have given has ended. The draft names the state but
    /// gives it no number; this is the one that ISC dhcpd sends.
    RecoverWait = 254,
}

impl ServerState {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Startup,
        Self::Normal,
        Self::CommunicationsInterrupted,
        Self::PartnerDown,
        Self::PotentialConflict,
        Self::Recover,
        Self::Paused,
        Self::Shutdown,
        Self::RecoverDone,
        Self::ResolutionInterrupted,
        Self::ConflictDone,
        Self::RecoverWait,
    ];

    /// The state with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        by_number(&Self::ALL, number, |state| state as u8)
    }

    /// What the draft calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Startup => "STARTUP",
            Self::Normal => "NORMAL",
            Self::CommunicationsInterrupted => "COMMUNICATIONS-INTERRUPTED",
            Self::PartnerDown => "PARTNER-DOWN",
            Self::PotentialConflict => "POTENTIAL-CONFLICT",
            Self::Recover => "RECOVER",
            Self::Paused => "PAUSED",
            Self::Shutdown => "SHUTDOWN",
            Self::RecoverDone => "RECOVER-DONE",
            Self::ResolutionInterrupted => "RESOLUTION-INTERRUPTED",
            Self::ConflictDone => "CONFLICT-DONE",
            Self::RecoverWait => "RECOVER-WAIT",
        }
    }
}

/// Why a binding, a connection or a message is refused (section 12.21): any number, some with
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectReason(pub u8);

impl RejectReason {
    /// The address is in no pool of the receiver.
    pub const ILLEGAL_ADDRESS: Self = Self(1);
    /// The address is in use by another client.
    pub const FATAL_CONFLICT: Self = Self(2);
    /// The update does not say enough.
    pub const MISSING_BINDING_INFORMATION: Self = Self(3);
    /// The clocks differ too much.
    pub const TIME_MISMATCH: Self = Self(4);
    /// The receiver cannot work with this MCLT.
    pub const INVALID_MCLT: Self = Self(5);
    /// The receiver has no such partner.
    pub const INVALID_PARTNER: Self = Self(8);
    /// TLS is not there.
    pub const TLS_NOT_SUPPORTED: Self = Self(9);
    /// The sender uses a message digest, and the receiver has no shared secret.
    pub const DIGEST_NOT_CONFIGURED: Self = Self(13);
    /// Another version of the protocol.
    pub const VERSION_MISMATCH: Self = Self(14);
    /// The receiver knows better.
    pub const OUTDATED: Self = Self(15);
    /// What the receiver has matters more.
    pub const LESS_CRITICAL: Self = Self(16);
    /// Nothing was heard for too long.
    pub const NO_TRAFFIC: Self = Self(17);
    /// Something without a number of its own.
    pub const UNKNOWN: Self = Self(254);

    /// What the draft says of it.
    pub const fn text(self) -> &'static str {
        match self.0 {
            1 => "Illegal IP address (not part of any address pool)",
            2 => "Fatal conflict exists: address in use by other client",
            3 => "Missing binding information",
            4 => "Connection rejected, time mismatch too great",
            5 => "Connection rejected, invalid MCLT",
            6 => "Connection rejected, unknown reason",
            7 => "Connection rejected, duplicate connection",
            8 => "Connection rejected, invalid failover partner",
            9 => "TLS not supported",
            10 => "TLS supported but not configured",
            11 => "TLS required but not supported by partner",
            12 => "Message digest not supported",
            13 => "Message digest not configured",
            14 => "Protocol version mismatch",
            15 => "Outdated binding information",
            16 => "Less critical binding information",
            17 => "No traffic within sufficient time",
            18 => "Hash bucket assignment conflict",
            19 => "IP not reserved on this server",
            20 => "Message digest failed to compare",
            21 => "Missing message digest",
            254 => "Unknown: error occurred but does not match any reason code",
            _ => "Reserved",
        }
    }
}

/// Option codes (section 12).
pub mod option {
    /// addresses-transferred.
    pub const ADDRESSES_TRANSFERRED: u16 = 1;
    /// assigned-IP-address.
    pub const ASSIGNED_ADDRESS: u16 = 2;
    /// binding-status.
    pub const BINDING_STATUS: u16 = 3;
    /// client-identifier.
    pub const CLIENT_ID: u16 = 4;
    /// client-hardware-address.
    pub const HARDWARE: u16 = 5;
    /// client-last-transaction-time.
    pub const LAST_TRANSACTION: u16 = 6;
    /// client-reply-options.
    pub const REPLY_OPTIONS: u16 = 7;
    /// client-request-options.
    pub const REQUEST_OPTIONS: u16 = 8;
    /// DDNS.
    pub const DDNS: u16 = 9;
    /// delayed-service-parameter.
    pub const DELAYED_SERVICE: u16 = 10;
    /// hash-bucket-assignment.
    pub const HASH_BUCKETS: u16 = 11;
    /// IP-flags.
    pub const IP_FLAGS: u16 = 12;
    /// lease-expiration-time.
    pub const LEASE_EXPIRATION: u16 = 13;
    /// max-unacked-bndupd.
    pub const MAX_UNACKED: u16 = 14;
    /// MCLT.
    pub const MCLT: u16 = 15;
    /// message.
    pub const MESSAGE: u16 = 16;
    /// message-digest.
    pub const MESSAGE_DIGEST: u16 = 17;
    /// potential-expiration-time.
    pub const POTENTIAL_EXPIRATION: u16 = 18;
    /// receive-timer.
    pub const RECEIVE_TIMER: u16 = 19;
    /// protocol-version.
    pub const PROTOCOL_VERSION: u16 = 20;
    /// reject-reason.
    pub const REJECT_REASON: u16 = 21;
    /// relationship-name.
    pub const RELATIONSHIP: u16 = 22;
    /// server-flags.
    pub const SERVER_FLAGS: u16 = 23;
    /// server-state.
    pub const SERVER_STATE: u16 = 24;
    /// start-time-of-state.
    pub const START_TIME: u16 = 25;
    /// TLS-reply.
    pub const TLS_REPLY: u16 = 26;
    /// TLS-request.
    pub const TLS_REQUEST: u16 = 27;
    /// vendor-class-identifier.
    pub const VENDOR_CLASS: u16 = 28;
    /// vendor-specific-options.
    pub const VENDOR_OPTIONS: u16 = 29;

    const NAMES: [&str; 29] = [
        "addresses-transferred",
        "assigned-IP-address",
        "binding-status",
        "client-identifier",
        "client-hardware-address",
        "client-last-transaction-time",
        "client-reply-options",
        "client-request-options",
        "DDNS",
        "delayed-service-parameter",
        "hash-bucket-assignment",
        "IP-flags",
        "lease-expiration-time",
        "max-unacked-bndupd",
        "MCLT",
        "message",
        "message-digest",
        "potential-expiration-time",
        "receive-timer",
        "protocol-version",
        "reject-reason",
        "relationship-name",
        "server-flags",
        "server-state",
        "start-time-of-state",
        "TLS-reply",
        "TLS-request",
        "vendor-class-identifier",
        "vendor-specific-options",
    ];

    /// What the draft calls an option.
    pub fn name(code: u16) -> Option<&'static str> {
        NAMES.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// How long its value is, where that is always the same. IP-flags has 16 bits, but the draft's
    /// figure says length 1: both are read.
    pub fn length(code: u16) -> Option<usize> {
        match code {
            ADDRESSES_TRANSFERRED
            | ASSIGNED_ADDRESS
            | LAST_TRANSACTION
            | LEASE_EXPIRATION
            | MAX_UNACKED
            | MCLT
            | POTENTIAL_EXPIRATION
            | RECEIVE_TIMER
            | START_TIME => Some(4),
            BINDING_STATUS | DELAYED_SERVICE | PROTOCOL_VERSION | REJECT_REASON | SERVER_FLAGS
            | SERVER_STATE | TLS_REPLY | TLS_REQUEST => Some(1),
            HASH_BUCKETS => Some(32),
            _ => None,
        }
    }
}

fn by_number<T: Copy>(all: &[T], number: u8, of: impl Fn(T) -> u8) -> Option<T> {
    all.iter().copied().find(|one| of(*one) == number)
}

macro_rules! shown_by_name {
    ($($kind:ty),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    )*};
}

shown_by_name!(MessageType, BindingStatus, ServerState);

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl serde::Serialize for RejectReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}
