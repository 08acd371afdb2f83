//! The settings of a case as the model reads them: who is who, and which addresses are whose to give.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use dhcp_lab::dhcp::{Cidr, Settings, client, server};
use dhcp_lab::scenario::{Command, NodeFile, NodeId, NodeKind, Scenario};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;

/// The network of a case.
pub(crate) struct Net<'a> {
    pub(crate) scenario: &'a Scenario,
}

impl<'a> Net<'a> {
    pub(crate) fn node(&self, node: NodeId) -> &'a NodeFile {
        self.scenario.node(node)
    }

    pub(crate) fn name(&self, node: NodeId) -> &'a str {
        &self.node(node).id
    }

    pub(crate) fn client(&self, node: NodeId) -> Option<&'a client::Config> {
        self.node(node).client.as_ref()
    }

    pub(crate) fn server(&self, node: NodeId) -> Option<&'a server::Config> {
        self.node(node).server.as_ref()
    }

    /// The changes of a node's settings up to `now`, and when.
    fn changes(&self, node: NodeId, now: Instant) -> impl Iterator<Item = (Instant, &'a Settings)> {
        let commands = self.scenario.commands().iter();
        commands
            .take_while(move |timed| timed.at <= now)
            .filter_map(move |timed| match &timed.command {
                Command::Configure(about, change) if *about == node => {
                    Some((timed.at, &change.settings))
                }
                _ => None,
            })
    }

    /// Every settings that a client had at some moment from `since` to `now`.
    pub(crate) fn settings(
        &self,
        node: NodeId,
        since: Instant,
        now: Instant,
    ) -> Vec<&'a client::Config> {
        let mut had: Vec<_> = self.client(node).into_iter().collect();
        for (at, settings) in self.changes(node, now) {
            if let Settings::Client(config) = settings {
                if at < since {
                    had.clear();
                }
                had.push(config);
            }
        }
        had
    }

    /// The longest lease that any settings of a server up to `now` allow. What is left of a
    /// running lease may be longer than what new settings do.
    pub(crate) fn longest(&self, node: NodeId, now: Instant) -> Duration {
        let changed = self.changes(node, now).filter_map(|(_, settings)| {
            if let Settings::Server(config) = settings {
                Some(config)
            } else {
                None
            }
        });
        let all = self.server(node).into_iter().chain(changed);
        let longest = all.map(|config| config.max_lease.max(config.lease));
        longest.max().unwrap_or_default()
    }

    /// Every client that wants a lease.
    pub(crate) fn lessees(&self) -> impl Iterator<Item = NodeId> {
        let clients = self.scenario.nodes();
        clients
            .filter(|(_, node)| node.client.as_ref().is_some_and(|client| !client.inform))
            .map(|(id, _)| id)
    }

    pub(crate) fn servers(
        &self,
    ) -> impl Iterator<Item = (NodeId, &'a NodeFile, &'a server::Config)> {
        let servers = self.scenario.nodes();
        servers.filter_map(|(id, node)| Some((id, node, node.server.as_ref()?)))
    }

    pub(crate) fn by_card(&self, mac: Mac) -> Option<NodeId> {
        let mut nodes = self.scenario.nodes();
        nodes
            .find(|(_, node)| node.mac == Some(mac))
            .map(|(id, _)| id)
    }

    /// The addresses that strangers use.
    pub(crate) fn strangers(&self) -> BTreeSet<Ipv4Addr> {
        let hosts = self
            .scenario
            .nodes()
            .filter(|(_, node)| node.kind == NodeKind::Host);
        hosts
            .filter_map(|(_, node)| Some(node.address?.address))
            .collect()
    }

    /// The networks that a host was in up to `now`, by its cables: the third byte of all their
    /// addresses. The last is where it is.
    pub(crate) fn homes(&self, node: NodeId, now: Instant) -> Vec<u8> {
        let ends = self.scenario.links().map(|(_, ends, _)| ends);
        let first = ends.filter(|ends| ends[0] == node).take(1);
        let commands = self.scenario.commands().iter();
        let plugged = commands.take_while(|timed| timed.at <= now);
        let plugged = plugged.filter_map(|timed| match timed.command {
            Command::Plug(link) => Some(self.scenario.ends(link)),
            _ => None,
        });
        let switches = first.chain(plugged.filter(|ends| ends[0] == node));
        let number = |switch| self.name(switch).trim_start_matches("sw").parse();
        switches.map(|ends| number(ends[1]).unwrap()).collect()
    }

    /// The network that a host is in at the end of the story.
    pub(crate) fn home(&self, node: NodeId) -> u8 {
        *self.homes(node, self.scenario.until()).last().unwrap()
    }

    /// Whether a server serves a network.
    pub(crate) fn serves(&self, server: &NodeFile, net: u8) -> bool {
        self.pools(server)
            .iter()
            .any(|(network, _)| third(network.address) == net)
    }

    fn pools(&self, server: &NodeFile) -> Vec<(Cidr, Vec<server::Range>)> {
        let config = server.server.as_ref().unwrap();
        let own = (server.address.unwrap(), config.pools.clone());
        let others = config.subnets.iter();
        let others = others.map(|other| (other.network, other.pools.clone()));
        [own].into_iter().chain(others).collect()
    }

    /// The addresses of a network that a server may give to anyone.
    pub(crate) fn for_all(&self, server: &NodeFile, net: u8) -> BTreeSet<Ipv4Addr> {
        let config = server.server.as_ref().unwrap();
        let pools = self.pools(server).into_iter();
        let pools = pools.filter(|(network, _)| third(network.address) == net);
        let ranges = pools.flat_map(|(_, ranges)| ranges);
        let all = ranges.flat_map(|range| u32::from(range.first)..=u32::from(range.last));
        let kept = |address: &Ipv4Addr| {
            config
                .reservations
                .iter()
                .any(|kept| kept.address == *address)
        };
        all.map(Ipv4Addr::from)
            .filter(|address| !kept(address))
            .collect()
    }

    /// The address of a network that a server keeps for a client.
    pub(crate) fn reserved(&self, server: &NodeFile, mac: Mac, net: u8) -> Option<Ipv4Addr> {
        let config = server.server.as_ref().unwrap();
        let kept = config.reservations.iter();
        let mut kept = kept.filter(|kept| kept.mac == Some(mac) && third(kept.address) == net);
        kept.next().map(|kept| kept.address)
    }
}

/// The byte that tells the networks of a case apart.
pub(crate) fn third(address: Ipv4Addr) -> u8 {
    address.octets()[2]
}
