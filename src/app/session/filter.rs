//! Which messages are looked at.

use crate::wire::failover::MessageType;
use crate::wire::summary::{TcpKind, What};

/// What is shown beside DHCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// What carries the rest: ARP, ping, TCP, and that two servers are still there.
    pub(crate) all: bool,
    /// What two failover servers tell each other.
    pub(crate) failover: bool,
}

impl Filter {
    /// Whether a message of this kind is shown.
    pub(crate) fn shows(self, what: &What) -> bool {
        match what {
            What::Dhcp { .. } => true,
            What::Tcp {
                kind: TcpKind::Failover(kind),
                ..
            } => self.failover && (self.all || *kind != MessageType::Contact),
            What::Tcp { .. } | What::Arp { .. } | What::Echo { .. } | What::Other(_) => self.all,
        }
    }

    /// Whether it is followed on its way, and told: TCP only where it is shown.
    pub(crate) fn follows(self, what: &What) -> bool {
        match what {
            What::Tcp { .. } => self.shows(what),
            What::Dhcp { .. } | What::Arp { .. } | What::Echo { .. } | What::Other(_) => true,
        }
    }
}
