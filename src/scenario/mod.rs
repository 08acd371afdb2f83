//! Scenario files, version 1: a network, its settings, a seed, and what happens when.
//!
//! A file holds settings, outages and times, never messages: those are what the engine makes of
//! it. [`Scenario::parse`] reads and checks one; [`library`] has the built-in ones.

mod check;
mod file;
pub mod library;

use crate::time::Instant;

pub use crate::dhcp::Cidr;
pub use crate::net::link::Faults;
pub use check::Problem;
pub use file::{File, InterfaceFile, LinkFile, NodeFile, NodeKind, Texts, TimedFile, Verb};

/// A node, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A link, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);

impl NodeId {
    /// Its place among the nodes.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl LinkId {
    /// Its place among the links.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a person, or a file in a person's place, does to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Switch a node on.
    PowerOn(NodeId),
    /// Switch a node off: what it holds in memory is lost, what is on disk stays.
    PowerOff(NodeId),
    /// Put a cable in.
    Plug(LinkId),
    /// Pull a cable out.
    Unplug(LinkId),
    /// Have these things, and no others, go wrong on a link from now on.
    Faults(LinkId, Faults),
    /// Have a client look for an address.
    Start(NodeId),
    /// Have a client give its address back.
    Release(NodeId),
    /// Have a client ask for more time now.
    Renew(NodeId),
    /// Have a client with a fixed address ask for the rest.
    Inform(NodeId),
}

/// A command and its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    /// When.
    pub at: Instant,
    /// What.
    pub command: Command,
}

/// A checked scenario: everything that it names exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    file: File,
    links: Vec<[NodeId; 2]>,
    commands: Vec<Timed>,
}

impl Scenario {
    /// Reads and checks a scenario file.
    ///
    /// # Errors
    /// The first [`Problem`], which says where in the file it is.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::new(File::parse(text)?)
    }

    /// Checks a scenario file that was read before.
    ///
    /// # Errors
    /// The first [`Problem`], which says where in the file it is.
    pub fn new(file: File) -> Result<Self, Problem> {
        check::check(file)
    }

    /// The same scenario with its random numbers drawn from another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.file.seed = seed;
        self
    }

    /// The file as it was read.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// A node's settings.
    pub fn node(&self, node: NodeId) -> &NodeFile {
        &self.file.nodes[node.index()]
    }

    /// Every node.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &NodeFile)> {
        (0..).map(NodeId).zip(&self.file.nodes)
    }

    /// Every link: its two ends and its settings.
    pub fn links(&self) -> impl Iterator<Item = (LinkId, [NodeId; 2], &LinkFile)> {
        (0..)
            .map(LinkId)
            .zip(&self.links)
            .zip(&self.file.links)
            .map(|((id, ends), file)| (id, *ends, file))
    }

    /// The ends of a link.
    pub fn ends(&self, link: LinkId) -> [NodeId; 2] {
        self.links[link.index()]
    }

    /// Which interface of a router a link is at.
    pub fn port(&self, router: NodeId, link: LinkId) -> Option<usize> {
        let [one, other] = self.ends(link);
        let far = &self.node(if one == router { other } else { one }).id;
        let interfaces = &self.node(router).interfaces;
        interfaces.iter().position(|port| port.link == *far)
    }

    /// The node of this name.
    pub fn find(&self, id: &str) -> Option<NodeId> {
        self.nodes()
            .find(|(_, node)| node.id == id)
            .map(|(node, _)| node)
    }

    /// What happens when, in order.
    pub fn commands(&self) -> &[Timed] {
        &self.commands
    }

    /// When the story is over.
    pub fn until(&self) -> Instant {
        Instant::ZERO + self.file.until
    }
}

#[cfg(test)]
mod tests;
