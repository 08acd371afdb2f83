//! Changing the network of a scenario itself: who is in it, what is it called, how it starts. Each change
//! gives another scenario, which is run from its start.

use std::net::Ipv4Addr;

use super::settings;
use super::{Cidr, File, LinkFile, NodeFile, NodeKind, Problem, Scenario, Texts, Timed, TimedFile};
use crate::json::Value;
use crate::time::Duration;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A further client, server, host or switch, at the switch of this name. A server gets an address
    /// of the network of the others and no pool; a host has no address.
    Add(NodeKind, String),
    /// The node of this name goes, with its cables and all that is done to it.
    Remove(String),
    /// The node of the first name has the second from now on.
    Rename(String, String),
    /// The node of this name begins with other settings: a merge patch (RFC 7396).
    Settings(String, Value),
    /// Other random numbers.
    Seed(u64),
    /// It lasts as long.
    Until(Duration),
    /// It is called something else.
    Title(Texts),
}

/// How long a frame takes over a new cable.
const LATENCY: Duration = Duration::from_micros(500);
/// The network of a first server.
const FIRST: Cidr = Cidr {
    address: Ipv4Addr::new(192, 168, 1, 1),
    prefix: 24,
};

impl Scenario {
    /// This scenario with another network and, as its own commands, those of a run of it, as far as
    /// what they are done to is still there. The nodes that stay keep their cards and their random
    /// numbers where none before them goes.
    ///
    /// # Errors
    /// A [`Problem`] that says why it cannot be: a name that is not there or taken, a partner that
    /// would be missing.
    pub fn edited(&self, commands: &[Timed], edit: &Edit) -> Result<Self, Problem> {
        let mut file = self.with_commands(commands);
        match edit {
            Edit::Add(kind, to) => self.add(&mut file, *kind, to)?,
            Edit::Remove(name) => {
                self.named(name)?;
                remove(&mut file, name);
            }
            Edit::Rename(from, to) => {
                self.named(from)?;
                rename(&mut file, from, to);
            }
            Edit::Settings(name, patch) => {
                let node = self.named(name)?;
                let now = settings::of(self.node(node)).ok_or_else(|| {
                    Problem::new("", format!("'{name}' has no settings to change"))
                })?;
                let change = settings::change(self.node(node), &now, patch, "")?;
                settings::put(&mut file.nodes[node.index()], change.settings);
            }
            Edit::Seed(seed) => file.seed = *seed,
            Edit::Until(until) => file.until = *until,
            Edit::Title(title) => file.title.clone_from(title),
        }
        Self::new(file)
    }

    fn named(&self, name: &str) -> Result<super::NodeId, Problem> {
        self.find(name)
            .ok_or_else(|| Problem::new("", format!("there is no node '{name}'")))
    }

    fn add(&self, file: &mut File, kind: NodeKind, to: &str) -> Result<(), Problem> {
        let switch = self.node(self.named(to)?);
        if switch.kind != NodeKind::Switch {
            return Err(Problem::new("", format!("'{to}' is not a switch")));
        }
        let word = match kind {
            NodeKind::Client => "client",
            NodeKind::Server => "server",
            NodeKind::Host => "host",
            NodeKind::Switch => "switch",
            NodeKind::Router => {
                let message = "a router needs addresses: add it in the file";
                return Err(Problem::new("", message));
            }
        };
        let free = |number: &u32| self.find(&format!("{word}{number}")).is_none();
        let number = (1..).find(free).unwrap_or_default();
        let id = format!("{word}{number}");
        let address = match kind {
            NodeKind::Server => Some(self.free_address()?),
            NodeKind::Client | NodeKind::Host | NodeKind::Switch | NodeKind::Router => None,
        };
        file.nodes.push(NodeFile {
            id: id.clone(),
            kind,
            mac: None,
            address,
            router: None,
            on: true,
            client: None,
            server: None,
            interfaces: Vec::new(),
            relay: None,
        });
        file.links.push(LinkFile {
            between: [id, to.to_owned()],
            latency: LATENCY,
            plugged: true,
            faults: None,
        });
        Ok(())
    }

    /// An address that no node has and no server gives out, in the network of the first server.
    fn free_address(&self) -> Result<Cidr, Problem> {
        let servers = || self.nodes().filter_map(|(_, node)| node.server.as_ref());
        let mut networks = self
            .nodes()
            .filter_map(|(_, node)| node.address.filter(|_| node.kind == NodeKind::Server));
        let Some(network) = networks.next() else {
            return Ok(FIRST);
        };
        let mask = network.mask();
        let first = u32::from(network.address) & mask;
        let last = first | !mask;
        let taken = |address: Ipv4Addr| {
            let pools = servers().flat_map(|server| &server.pools);
            let mut pools = pools.chain(servers().flat_map(|server| &server.extends));
            let reserved = servers().flat_map(|server| &server.reservations);
            let mut reserved = reserved.map(|reservation| reservation.address);
            self.nodes().any(|(_, node)| node.has_address(address))
                || pools.any(|range| range.first <= address && address <= range.last)
                || reserved.any(|own| own == address)
        };
        // A network of millions is not looked through to its end.
        let candidates = (first..=last).take(100_000).map(Ipv4Addr::from);
        let mut candidates = candidates.map(|address| Cidr { address, ..network });
        candidates
            .find(|cidr| cidr.is_host() && !taken(cidr.address))
            .ok_or_else(|| Problem::new("", format!("no address of {network} is free")))
    }
}

fn remove(file: &mut File, name: &str) {
    let is = |other: &String| other == name;
    file.nodes.retain(|node| !is(&node.id));
    for node in &mut file.nodes {
        node.interfaces.retain(|port| !is(&port.link));
    }
    file.links.retain(|link| !link.between.iter().any(is));
    file.commands.retain_mut(|timed| {
        if let Some(groups) = &mut timed.groups {
            groups
                .iter_mut()
                .for_each(|group| group.retain(|node| !is(node)));
            return groups.iter().all(|group| !group.is_empty());
        }
        let one = [&timed.node, &timed.to, &timed.from];
        let named = one.into_iter().flatten().any(is);
        !named && !timed.link.iter().flatten().any(is)
    });
    file.show.lanes.retain(|node| !is(node));
    file.show.open = file.show.open.take().filter(|node| !is(node));
}

fn rename(file: &mut File, from: &str, to: &str) {
    let names = file.nodes.iter_mut().flat_map(|node| {
        let links = node.interfaces.iter_mut().map(|port| &mut port.link);
        std::iter::once(&mut node.id).chain(links)
    });
    let names = names
        .chain(file.links.iter_mut().flat_map(|link| &mut link.between))
        .chain(file.commands.iter_mut().flat_map(names_in))
        .chain(&mut file.show.lanes)
        .chain(&mut file.show.open);
    for name in names {
        if name == from {
            to.clone_into(name);
        }
    }
}

fn names_in(timed: &mut TimedFile) -> impl Iterator<Item = &mut String> {
    let one = [&mut timed.node, &mut timed.to, &mut timed.from];
    let groups = timed.groups.iter_mut().flatten().flatten();
    let names = one
        .into_iter()
        .flatten()
        .chain(timed.link.iter_mut().flatten());
    names.chain(groups)
}
