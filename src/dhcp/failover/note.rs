//! What an endpoint says about itself.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::state::State;
use crate::time::{Duration, Instant};
use crate::wire::failover::{BadStream, BindingStatus, MessageType, RejectReason};

/// Why a state was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The partner's state, as it said.
    Partner,
    /// Communication failed.
    Lost,
    /// The partner has sent all that it had.
    UpdatesDone,
    /// The MCLT has passed since this server went down.
    WaitOver,
    /// The safe period is over.
    SafePeriod,
    /// An operator's command.
    Command,
    /// The partner was not heard of during STARTUP.
    Startup,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "end")]
pub enum End {
    /// It broke.
    Broken,
    /// The partner closed it, or did not accept it.
    ByPartner {
        /// Its reason.
        reason: RejectReason,
    },
    /// This server closed it, or did not accept it.
    ByUs {
        /// The reason.
        reason: RejectReason,
    },
}

/// What an endpoint says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "failover", rename_all = "kebab-case")]
pub enum Note {
    /// It went from one state to another.
    State {
        /// Where it was.
        from: State,
        /// Where it is.
        to: State,
        /// Why. (A journal's entry has a cause of its own.)
        #[serde(rename = "why")]
        cause: Cause,
    },
    /// The partner said what state it is in.
    PartnerState {
        /// Its state; while it starts the one that it had before.
        state: State,
        /// Whether it has just been switched on.
        startup: bool,
    },
    /// Communication is good.
    CommunicationsOk {
        /// How many seconds the partner's clock is ahead of ours.
        clock: i64,
    },
    /// A connection ended.
    Disconnected {
        /// Why.
        end: End,
    },
    /// The partner sent what is no message.
    Malformed {
        /// What is wrong, and where.
        #[serde(serialize_with = "as_text")]
        error: BadStream,
    },
    /// The partner sent what it must not send now.
    Unexpected {
        /// What it sent.
        message: MessageType,
    },
    /// An update was taken from the partner.
    Taken {
        /// The address.
        address: Ipv4Addr,
        /// What it is used for.
        status: BindingStatus,
    },
    /// An update of the partner was refused.
    Refused {
        /// The address.
        address: Ipv4Addr,
        /// Why.
        reason: RejectReason,
    },
    /// The partner refused an update.
    RefusedByPartner {
        /// The address.
        address: Ipv4Addr,
        /// Why.
        reason: RejectReason,
    },
    /// The partner has acknowledged an update.
    Acknowledged {
        /// The address.
        address: Ipv4Addr,
        /// What it is used for.
        status: BindingStatus,
        /// Until when the client may be given it, without the MCLT; `null` for ever and where no
        /// one has it.
        potential: Instant,
    },
    /// The MCLT, not what is desired, says how long a lease is.
    Limited {
        /// The address.
        address: Ipv4Addr,
        /// The lease given.
        granted: Duration,
        /// The lease desired.
        desired: Duration,
    },
    /// Addresses changed hands.
    Balanced {
        /// How many became the secondary's.
        given: u64,
        /// How many the secondary is asked to give back.
        taken: u64,
    },
    /// In RECOVER-WAIT, the server waits for leases to end that it may have given before.
    Waits {
        /// Until when.
        until: Instant,
    },
    /// A command that is not possible in this state.
    CommandIgnored {
        /// The state.
        state: State,
    },
}

fn as_text<S: serde::Serializer>(error: &BadStream, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}
