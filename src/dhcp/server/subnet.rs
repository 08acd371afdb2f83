//! Which network a client is in, and what that network's clients are told.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Config, Range, Server};
use crate::dhcp::{Cidr, Interface, Silence};
use crate::json::FromJson;
use crate::time::Duration;
use crate::wire::dhcp::{Message, Options, code};

/// A network that a server gives addresses for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The network.
    pub network: Cidr,
    /// The addresses that it gives out.
    pub pools: Vec<Range>,
    /// The router to name; none names none.
    #[serde(default)]
    pub router: Option<Ipv4Addr>,
    /// The name servers to name; none names those of the server's own network.
    #[serde(default)]
    pub dns: Vec<Ipv4Addr>,
    /// The domain name to give; none gives that of the server's own network.
    #[serde(default)]
    pub domain: Option<String>,
    /// How long a lease is when the client does not ask; none as in the server's own network.
    #[serde(default)]
    pub lease: Option<Duration>,
}

/// Every network that a server of these settings serves, its own first.
pub(super) fn all(config: &Config, interface: Interface) -> Vec<Subnet> {
    let own = Subnet {
        network: Cidr {
            address: interface.address,
            prefix: interface.prefix,
        },
        pools: config.pools.clone(),
        router: config.router,
        dns: config.dns.clone(),
        domain: config.domain.clone(),
        lease: Some(config.lease),
    };
    let others = config.subnets.iter().map(|subnet| Subnet {
        dns: if subnet.dns.is_empty() {
            config.dns.clone()
        } else {
            subnet.dns.clone()
        },
        domain: subnet.domain.clone().or_else(|| config.domain.clone()),
        lease: subnet.lease.or(Some(config.lease)),
        ..subnet.clone()
    });
    [own].into_iter().chain(others).collect()
}

/// Each network and what it gives out.
pub(super) fn pools(subnets: &[Subnet]) -> Vec<(Cidr, Vec<Range>)> {
    let pools = subnets
        .iter()
        .map(|subnet| (subnet.network, subnet.pools.clone()));
    pools.collect()
}

/// The relay agent's word for the client's network (RFC 3527).
fn link_selection(options: &Options) -> Option<Ipv4Addr> {
    const LINK_SELECTION: u8 = 5;
    let mut rest = options.get(code::RELAY_AGENT)?;
    while let [kind, length, tail @ ..] = rest {
        let (value, next) = tail.split_at_checked(usize::from(*length))?;
        if *kind == LINK_SELECTION {
            return Some(<[u8; 4]>::try_from(value).ok()?.into());
        }
        rest = next;
    }
    None
}

impl Server {
    /// The network that a client is in: what its relay agent says of it (RFC 3527), what it says
    /// itself (RFC 3011), the relay agent's address, else the network that the message came in
    /// from. A client that RENEWS does so past every relay agent: its own address tells.
    pub(super) fn subnet(&self, message: &Message, unicast: bool) -> Result<usize, Silence> {
        let relayed = !message.giaddr.is_unspecified();
        let named = link_selection(&message.options)
            .or_else(|| message.options.address(code::SUBNET_SELECTION))
            .or_else(|| relayed.then_some(message.giaddr));
        match named {
            Some(address) => self.bindings.subnet_of(address).ok_or(Silence::NoSubnet),
            None if unicast => Ok(self.bindings.subnet_of(message.ciaddr).unwrap_or_default()),
            None => Ok(0),
        }
    }

    /// The settings of the network that an address is in.
    pub(super) fn settings(&self, address: Ipv4Addr) -> &Subnet {
        &self.subnets[self.bindings.subnet_of(address).unwrap_or_default()]
    }

    /// Whether the client is on the server's own wire.
    pub(super) fn is_neighbour(&self, message: &Message, address: Ipv4Addr) -> bool {
        message.giaddr.is_unspecified() && self.interface.reaches(address)
    }

    /// Whether an address of a pool is not for just anyone: the server's own, the router's, the
    /// network's own two, or reserved.
    pub(super) fn is_kept(&self, address: Ipv4Addr) -> bool {
        is_kept(&self.config, self.interface, &self.subnets, address)
    }
}

/// The same where the bindings are being changed.
pub(super) fn is_kept(
    config: &Config,
    interface: Interface,
    subnets: &[Subnet],
    address: Ipv4Addr,
) -> bool {
    let subnet = subnets
        .iter()
        .find(|subnet| subnet.network.contains(address));
    let set_aside = subnet.is_none_or(|subnet| {
        let host = Cidr {
            address,
            ..subnet.network
        };
        subnet.router == Some(address) || host.is_network()
    });
    set_aside
        || address == interface.address
        || config
            .failover
            .as_ref()
            .is_some_and(|failover| failover.partner == address)
        || config
            .reservations
            .iter()
            .any(|kept| kept.address == address)
}
