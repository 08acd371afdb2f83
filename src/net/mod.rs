//! The network: what a host does below DHCP, what a switch does, what a link does. TCP is smoltcp's.

pub mod arp;
pub mod host;
pub mod interest;
pub mod link;
pub mod router;
pub mod switch;
pub mod tcp;

use std::net::Ipv4Addr;

use serde::Serialize;

use crate::wire::Mac;

/// What a host's stack says in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "stack", rename_all = "kebab-case")]
pub enum NetNote {
    /// The ARP cache has a new or changed entry.
    Neighbour {
        /// The address.
        address: Ipv4Addr,
        /// The card that has it.
        mac: Mac,
    },
    /// No one answered an ARP request: what waited for it is dropped.
    Unreachable {
        /// The address.
        address: Ipv4Addr,
    },
    /// A frame, packet or message was malformed and is dropped.
    Malformed {
        /// What is wrong with it.
        problem: String,
    },
    /// The host uses an address from now on.
    Configured {
        /// The address.
        address: Ipv4Addr,
        /// How many leading bits name its network.
        prefix: u8,
    },
    /// The host uses no address any more.
    Deconfigured {
        /// The address that it used.
        address: Ipv4Addr,
    },
}
