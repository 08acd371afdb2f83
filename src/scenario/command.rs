//! What a person, or a file in a person's place, does to the network.

use std::rc::Rc;

use super::{Change, LinkId, NodeId};
use crate::dhcp::{Cidr, failover};
use crate::net::link::{Fate, Faults};
use crate::time::Duration;

/// What a person, or a file in a person's place, does to the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Switch a node on.
    PowerOn(NodeId),
    /// Switch a node off: what it holds in memory is lost, what is on disk stays.
    PowerOff(NodeId),
    /// Have a node's software stop at once, while its cards keep their carrier: what it holds in
    /// memory is lost, what is on disk stays, and no neighbour notices.
    Crash(NodeId),
    /// Have a node's software start afresh, whether it runs or has crashed. A client then asks
    /// whether it may keep its address (INIT-REBOOT, RFC 2131 section 3.2).
    Restart(NodeId),
    /// Put a cable in. What has one card has its other cable taken out.
    Plug(LinkId),
    /// Pull a cable out.
    Unplug(LinkId),
    /// Have these things, and no others, go wrong on a link from now on.
    Faults(LinkId, Faults),
    /// Have frames take so long from end to end of a link from now on.
    Latency(LinkId, Duration),
    /// Have no frame get from one group of nodes to the other, whatever is between them.
    Partition(Rc<Partition>),
    /// End a partition, or every one.
    Heal(Option<Rc<Partition>>),
    /// Drop or spoil one frame on a link.
    Meddle(Meddle),
    /// Have a host without DHCP use an address from now on, whoever else may have it.
    Take(NodeId, Cidr),
    /// Have it use none.
    Leave(NodeId),
    /// Have a server's clock be wrong by so many seconds: ahead where it is positive.
    Clock(NodeId, i32),
    /// Have a client look for an address.
    Start(NodeId),
    /// Have a client give its address back.
    Release(NodeId),
    /// Have a client ask for more time now.
    Renew(NodeId),
    /// Have a client with a fixed address ask for the rest.
    Inform(NodeId),
    /// Tell a server's failover endpoint something.
    Failover(NodeId, failover::Command),
    /// Lose what is on the disk of a client or server that does not run.
    LoseDisk(NodeId),
    /// Give a node's client, server or relay agent other settings.
    Configure(NodeId, Rc<Change>),
    /// Do something and undo it after a while: see [`Command::lasting`].
    For(Rc<Command>, Duration),
}

/// Two groups of nodes that hear nothing of each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition([Vec<NodeId>; 2]);

impl Partition {
    /// A partition between two groups; `None` where one is empty, or a node is in both. The order of
    /// the groups, and in a group, makes no difference.
    pub fn new(one: &[NodeId], other: &[NodeId]) -> Option<Self> {
        let mut groups = [one, other].map(|group| {
            let mut group = group.to_vec();
            group.sort_unstable();
            group.dedup();
            group
        });
        groups.sort_unstable();
        let both = groups[0].iter().any(|node| groups[1].contains(node));
        let empty = groups.iter().any(Vec::is_empty);
        (!both && !empty).then_some(Self(groups))
    }

    /// The two groups.
    pub fn groups(&self) -> &[Vec<NodeId>; 2] {
        &self.0
    }
}

/// One frame, and what a person does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meddle {
    /// What becomes of it.
    pub fate: Fate,
    /// On which link.
    pub link: LinkId,
    /// Which end it comes from.
    pub from: NodeId,
    /// Which of the frames from there.
    pub which: Which,
}

/// A frame from one end of a link, by its place among others; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Of those on their way, in the order in which they were sent.
    OnTheWay(u32),
    /// Of those that are yet to be sent.
    Next(u32),
}

impl Command {
    /// The same, undone after a while; `None` for what has no end: a message that is asked for, a
    /// loss, other settings.
    #[must_use]
    pub fn lasting(self, length: Duration) -> Option<Self> {
        match self {
            Self::PowerOn(_)
            | Self::PowerOff(_)
            | Self::Crash(_)
            | Self::Plug(_)
            | Self::Unplug(_)
            | Self::Faults(..)
            | Self::Latency(..)
            | Self::Partition(_)
            | Self::Take(..)
            | Self::Leave(_)
            | Self::Clock(..) => Some(Self::For(Rc::new(self), length)),
            Self::Restart(_)
            | Self::Heal(_)
            | Self::Meddle(_)
            | Self::Start(_)
            | Self::Release(_)
            | Self::Renew(_)
            | Self::Inform(_)
            | Self::Failover(..)
            | Self::LoseDisk(_)
            | Self::Configure(..)
            | Self::For(..) => None,
        }
    }

    /// What is done, for a while or for good.
    pub fn plain(&self) -> &Self {
        if let Self::For(command, _) = self {
            command
        } else {
            self
        }
    }

    /// The node that it is done to, if it is one.
    pub fn node(&self) -> Option<NodeId> {
        match *self {
            Self::PowerOn(node)
            | Self::PowerOff(node)
            | Self::Crash(node)
            | Self::Restart(node)
            | Self::Take(node, _)
            | Self::Leave(node)
            | Self::Clock(node, _)
            | Self::Start(node)
            | Self::Release(node)
            | Self::Renew(node)
            | Self::Inform(node)
            | Self::Failover(node, _)
            | Self::LoseDisk(node)
            | Self::Configure(node, _) => Some(node),
            Self::Plug(_)
            | Self::Unplug(_)
            | Self::Faults(..)
            | Self::Latency(..)
            | Self::Partition(_)
            | Self::Heal(_)
            | Self::Meddle(_) => None,
            Self::For(ref command, _) => command.node(),
        }
    }

    /// The link that it is done to, if it is one.
    pub fn link(&self) -> Option<LinkId> {
        match *self {
            Self::Plug(link)
            | Self::Unplug(link)
            | Self::Faults(link, _)
            | Self::Latency(link, _)
            | Self::Meddle(Meddle { link, .. }) => Some(link),
            Self::For(ref command, _) => command.link(),
            Self::PowerOn(_)
            | Self::PowerOff(_)
            | Self::Crash(_)
            | Self::Restart(_)
            | Self::Partition(_)
            | Self::Heal(_)
            | Self::Take(..)
            | Self::Leave(_)
            | Self::Clock(..)
            | Self::Start(_)
            | Self::Release(_)
            | Self::Renew(_)
            | Self::Inform(_)
            | Self::Failover(..)
            | Self::LoseDisk(_)
            | Self::Configure(..) => None,
        }
    }

    /// What it is called in scenario files. A cable that is put into another switch is a move, which
    /// a command alone does not know: see [`Scenario::verb`](super::Scenario::verb).
    pub fn name(&self) -> &'static str {
        match self {
            Self::PowerOn(_) => "power-on",
            Self::PowerOff(_) => "power-off",
            Self::Crash(_) => "crash",
            Self::Restart(_) => "restart",
            Self::Plug(_) => "plug",
            Self::Unplug(_) => "unplug",
            Self::Faults(..) => "faults",
            Self::Latency(..) => "latency",
            Self::Partition(_) => "partition",
            Self::Heal(_) => "heal",
            Self::Meddle(Meddle {
                fate: Fate::Drop, ..
            }) => "drop",
            Self::Meddle(Meddle {
                fate: Fate::Corrupt,
                ..
            }) => "corrupt",
            Self::Take(..) => "take",
            Self::Leave(_) => "leave",
            Self::Clock(..) => "clock",
            Self::Start(_) => "start",
            Self::Release(_) => "release",
            Self::Renew(_) => "renew",
            Self::Inform(_) => "inform",
            Self::Failover(_, failover::Command::PartnerDown) => "partner-down",
            Self::Failover(_, failover::Command::Shutdown) => "shut-down",
            Self::Failover(_, failover::Command::Pause) => "pause",
            Self::LoseDisk(_) => "lose-disk",
            Self::Configure(..) => "configure",
            Self::For(command, _) => command.name(),
        }
    }
}
