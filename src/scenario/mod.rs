//! Scenario files, version 1: a network, its settings, a seed, and what happens when.
//!
//! A file holds settings, outages and times, never messages: those are what the engine makes of
//! it. [`Scenario::parse`] reads and checks one; [`library`] has the built-in ones.

mod check;
mod command;
mod edit;
#[cfg(feature = "cli")]
mod examine;
mod file;
mod layout;
pub mod library;
mod offset;
pub mod permalink;
mod save;
#[cfg(feature = "cli")]
mod schema;
mod settings;

use std::rc::Rc;

use crate::dhcp::Settings;
use crate::json::Value;
use crate::time::{Duration, Instant};
use crate::wire::Mac;

pub use crate::dhcp::Cidr;
pub use crate::json::Problem;
pub use crate::net::link::{Fate, Faults};
pub use command::{Command, Meddle, Partition, Which};
pub use edit::Edit;
pub use file::{
    File, InterfaceFile, LinkFile, NodeFile, NodeKind, NoteFile, Show, Texts, TimedFile, Verb,
};
pub use offset::Offset;
pub use settings::{Change, section, values};
#[cfg(feature = "cli")]
pub use {examine::Located, schema::schema};

/// A node, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A link, by its place in the file; spare cables come after those.
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

/// A command and its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    /// When.
    pub at: Instant,
    /// What.
    pub command: Command,
}

/// A cable: one of the file, or a spare one with the settings of the file's at the same client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cable {
    ends: [NodeId; 2],
    /// The place of its settings in the file.
    file: u32,
}

/// A checked scenario: everything that it names exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    file: File,
    cables: Vec<Cable>,
    commands: Vec<Timed>,
    /// Whose each card is, in the order of the cards.
    cards: Vec<(Mac, NodeId)>,
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
        check::check(file).map_err(|mut found| found.swap_remove(0))
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

    /// Every link of the file: its two ends and its settings.
    pub fn links(&self) -> impl Iterator<Item = (LinkId, [NodeId; 2], &LinkFile)> {
        self.cables().take(self.file.links.len())
    }

    /// Every link, and the spare cables to the switches that a client could move to.
    pub fn cables(&self) -> impl Iterator<Item = (LinkId, [NodeId; 2], &LinkFile)> {
        let cables = (0..).map(LinkId).zip(&self.cables);
        cables.map(|(id, cable)| (id, cable.ends, &self.file.links[cable.file as usize]))
    }

    /// Whether a link is no cable of the file, but one to a switch that a client could move to.
    pub fn is_spare(&self, link: LinkId) -> bool {
        link.index() >= self.file.links.len()
    }

    /// The ends of a link; the client's first, if it is spare.
    pub fn ends(&self, link: LinkId) -> [NodeId; 2] {
        self.cables[link.index()].ends
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

    /// The node whose card this is.
    pub fn owner(&self, card: Mac) -> Option<NodeId> {
        let place = self.cards.binary_search_by_key(&card, |(card, _)| *card);
        place.ok().map(|place| self.cards[place].1)
    }

    /// The command that gives a node other settings: a merge patch (RFC 7396) over those that it
    /// has `now`.
    ///
    /// # Errors
    /// A [`Problem`] that says which of the settings cannot be, such as `server.failover.split`.
    pub fn configure(
        &self,
        node: NodeId,
        now: &Settings,
        patch: &Value,
    ) -> Result<Command, Problem> {
        let change = settings::change(self.node(node), now, patch, "").map_err(|mut problem| {
            // No file has it: its path begins with the settings themselves.
            problem.path = problem.path.trim_start_matches('.').to_owned();
            problem
        })?;
        Ok(Command::Configure(node, Rc::new(change)))
    }

    /// Whether a link can have this latency and these faults together.
    ///
    /// # Errors
    /// A [`Problem`] that says which of them cannot be.
    pub fn check_link(&self, latency: Duration, faults: &Faults) -> Result<(), Problem> {
        check::check_link(latency, faults)
    }

    /// What happens when, in order.
    pub fn commands(&self) -> &[Timed] {
        &self.commands
    }

    /// Where the page opens the story.
    pub fn opens(&self) -> Instant {
        Instant::ZERO + self.file.opens
    }

    /// When the story is over.
    pub fn until(&self) -> Instant {
        Instant::ZERO + self.file.until
    }
}

#[cfg(test)]
mod tests;
