//! A failover server's settings.

use std::net::Ipv4Addr;

use serde::Serialize;

use crate::dhcp::failover::{self, Role};
use crate::dhcp::server::Subnet;
use crate::json::FromJson;
use crate::time::Duration;
use crate::wire::failover::PORT;

/// How a server works with its failover partner. Both must name each other and have the same
/// pools; one is the primary, the other the secondary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Failover {
    /// Which of the two it is.
    pub role: Role,
    /// The partner's address.
    pub partner: Ipv4Addr,
    /// The TCP port on which it takes the partner's connections (ISC dhcpd: `port`).
    pub port: u16,
    /// The port on which the partner takes its own: the partner's `port` (ISC dhcpd: `peer port`).
    pub partner_port: u16,
    /// What the two call their relationship, 1 to 255 bytes; both must call it the same (ISC dhcpd:
    /// the name behind `failover peer`).
    pub relationship: String,
    /// The maximum client lead time: how much longer a lease may be than the partner knows. The
    /// secondary takes the primary's.
    pub mclt: Duration,
    /// How long the partner may be out of reach before it counts as down; none waits for an
    /// operator (ISC dhcpd: `auto-partner-down`).
    pub safe_period: Option<Duration>,
    /// Whether each client has one server while both work (RFC 3074). Else both answer all.
    pub load_balance: bool,
    /// How many of the 256 buckets of clients are the primary's. The secondary takes what the
    /// primary says.
    pub split: u16,
    /// From how many seconds of waiting on a client is answered by either server.
    pub load_balance_max_seconds: u16,
    /// After how long a silence a connection is given up.
    pub max_response_delay: Duration,
    /// How many BNDUPDs may be unanswered.
    pub max_unacked_updates: u32,
    /// How long after a connection that broke the primary tries the next.
    pub reconnect: Duration,
    /// How many percent of the free addresses may have to move to the partner before any does.
    pub max_lease_misbalance: u8,
}

impl Default for Failover {
    fn default() -> Self {
        let config = failover::Config::default();
        Self {
            role: config.role,
            partner: Ipv4Addr::UNSPECIFIED,
            port: PORT,
            partner_port: PORT,
            relationship: config.relationship,
            mclt: config.mclt,
            safe_period: config.safe_period,
            load_balance: config.load_balance,
            split: config.split,
            load_balance_max_seconds: config.max_secs,
            max_response_delay: config.receive_timer,
            max_unacked_updates: config.max_unacked,
            reconnect: config.reconnect,
            max_lease_misbalance: config.balance.misbalance,
        }
    }
}

impl Failover {
    pub(super) fn endpoint(&self, subnets: &[Subnet]) -> failover::Config {
        let pools = subnets.iter().map(|subnet| subnet.pools.clone());
        let config = failover::Config::default();
        failover::Config {
            role: self.role,
            relationship: self.relationship.clone(),
            mclt: self.mclt,
            pools: pools.collect(),
            max_unacked: self.max_unacked_updates,
            receive_timer: self.max_response_delay,
            safe_period: self.safe_period,
            reconnect: self.reconnect,
            load_balance: self.load_balance,
            split: self.split,
            max_secs: self.load_balance_max_seconds,
            balance: failover::balance::Limits {
                misbalance: self.max_lease_misbalance,
                ..config.balance
            },
            ..config
        }
    }
}
