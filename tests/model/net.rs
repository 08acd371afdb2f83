//! The settings of a case as the model reads them: who is who, and which addresses are whose to give.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use dhcp_lab::dhcp::{Cidr, client, server};
use dhcp_lab::scenario::{NodeFile, NodeId, NodeKind, Scenario};
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

    /// The network that a host is in: the third byte of all its addresses, by its cable.
    pub(crate) fn home(&self, node: NodeId) -> u8 {
        let ends = self.scenario.links().map(|(_, ends, _)| ends);
        let mut switches = ends.filter(|ends| ends[0] == node).map(|ends| ends[1]);
        let switch = self.name(switches.next().unwrap());
        switch.trim_start_matches("sw").parse().unwrap()
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
