//! The file as it stands on disk: JSON, durations and addresses as text.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Offset, Problem, layout};
use crate::dhcp::{Cidr, client, relay, server};
use crate::json::{self, FromJson, ToJson, Value};
use crate::map::Map;
use crate::net::link::Faults;
use crate::time::Duration;
use crate::wire::Mac;

/// A text in each language that has one, by language tag (`en`, `es`, `pt-BR`).
pub type Texts = Map<String, String>;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The version of the format: 1.
    pub version: u32,
    /// A short name, as on a command line.
    pub name: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub title: Texts,
    /// What it shows, in a sentence or two.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub summary: Texts,
    /// What all random numbers come from.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// How long it lasts.
    pub until: Duration,
    /// Where the page opens it: what comes before is over then. From the start, if this is not set.
    #[serde(default, skip_serializing_if = "Duration::is_zero")]
    pub opens: Duration,
    /// The nodes.
    pub nodes: Vec<NodeFile>,
    /// The cables.
    pub links: Vec<LinkFile>,
    /// What happens when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<TimedFile>,
    /// What is said about an instant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteFile>,
    /// What is shown at first.
    #[serde(default, skip_serializing_if = "Show::is_plain")]
    pub show: Show,
    /// Where the schema of the format is; for editors that look there, and otherwise without meaning.
    #[serde(default, rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

/// What its author says about an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoteFile {
    /// When, from the start of the story.
    pub at: Duration,
    /// What.
    pub text: Texts,
}

/// What the page shows at first, where it is not what it shows of any story.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// The nodes that have a lane on the ladder, in this order; without any, those that the page
    /// chooses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<String>,
    /// The node whose panel is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Whether the ladder shows ARP, ping and the rest besides DHCP.
    #[serde(skip_serializing_if = "is_false")]
    pub all: bool,
    /// Whether the ladder shows what two failover partners say to each other; the page chooses where
    /// this says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<bool>,
    /// How fast it plays, in hundredths of the ordinary speed: 25, 50, 100, 200, 400 or 800.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<u32>,
    /// Whether time passes as it really does.
    #[serde(skip_serializing_if = "is_false")]
    pub real_time: bool,
    /// At which instant it stands, from the start of the story.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Duration>,
    /// From when until when the timeline reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoom: Option<[Duration; 2]>,
}

impl Show {
    /// The speeds that there are, in hundredths of the ordinary one.
    pub const SPEEDS: [u32; 6] = [25, 50, 100, 200, 400, 800];

    /// Whether it leaves everything as it is anyway.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

fn default_seed() -> u64 {
    1
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// A host with a DHCP client.
    Client,
    /// A host with a DHCP server.
    Server,
    /// A host that only answers ARP and ping.
    Host,
    /// A learning switch.
    Switch,
    /// A router between networks.
    Router,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    /// Its name; the page and every command calls it by that.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its card; one is made up from its place in the file if it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// Its fixed address; a server and a client that informs must have one, another client must
    /// not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Cidr>,
    /// The router for everything else, for a host with a fixed address or a router.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<Ipv4Addr>,
    /// Whether it is on when the story begins.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub on: bool,
    /// How its client behaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<client::Config>,
    /// How its server behaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<server::Config>,
    /// A router's interfaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<InterfaceFile>,
    /// How a router's relay agent behaves; without this it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<relay::Config>,
}

impl NodeFile {
    /// Whether a card is its own.
    pub fn has_card(&self, mac: Mac) -> bool {
        self.mac == Some(mac) || self.interfaces.iter().any(|port| port.mac == Some(mac))
    }

    /// Whether it has the address by this file.
    pub fn has_address(&self, address: Ipv4Addr) -> bool {
        let own = |cidr: Cidr| cidr.address == address;
        self.address.is_some_and(own) || self.interfaces.iter().any(|port| own(port.address))
    }
}

/// An interface of a router. The first is called `eth0`, the second `eth1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InterfaceFile {
    /// Its address.
    pub address: Cidr,
    /// The node at the other end of its cable.
    pub link: String,
    /// Its card; one is made up if it says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
}

fn yes() -> bool {
    true
}

/// A cable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkFile {
    /// The two nodes at its ends.
    pub between: [String; 2],
    /// How long a frame takes from end to end.
    pub latency: Duration,
    /// Whether it is in when the story begins.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub plugged: bool,
    /// What goes wrong on it from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<Faults>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Switch a node on.
    PowerOn,
    /// Switch a node off.
    PowerOff,
    /// Have a node's software stop at once, while its cards keep their carrier.
    Crash,
    /// Have a node's software start afresh: a client asks whether it may keep its address.
    Restart,
    /// Lose what is on the disk of a client or server that does not run.
    LoseDisk,
    /// Put a cable in.
    Plug,
    /// Pull a cable out.
    Unplug,
    /// Put a client's cable into another switch.
    Move,
    /// Have things go wrong on a cable, or nothing any more.
    Faults,
    /// Have frames take another time from end to end of a cable.
    Latency,
    /// Have no frame get from one group of nodes to another.
    Partition,
    /// End a partition, or all of them.
    Heal,
    /// Drop one frame.
    Drop,
    /// Turn over a bit of one frame, so that who gets it refuses it.
    Corrupt,
    /// Have a host without DHCP use an address.
    Take,
    /// Have it use none any more.
    Leave,
    /// Have a server's clock be wrong.
    Clock,
    /// Have a client look for an address.
    Start,
    /// Have a client give its address back.
    Release,
    /// Have a client ask for more time now.
    Renew,
    /// Have a client with a fixed address ask for the rest.
    Inform,
    /// Tell a server that its failover partner does not work.
    PartnerDown,
    /// Have a server stop its service for a short while, until it is restarted.
    Pause,
    /// Have a server stop its service for long, so that its failover partner takes over.
    ShutDown,
    /// Give a node other settings.
    Configure,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimedFile {
    /// When, from the start of the story.
    pub at: Duration,
    /// What.
    #[serde(rename = "do")]
    pub verb: Verb,
    /// To which node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// To which cable, by its two ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<[String; 2]>,
    /// To which switch a client moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// From which end of the cable a frame comes that is dropped or corrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Which of the frames that are on their way from there, in the order in which they were sent;
    /// the first is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
    /// Which of the frames that are yet to be sent from there; the first is 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// Which two groups of nodes hear nothing of each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<[Vec<String>; 2]>,
    /// Which address a host takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Cidr>,
    /// By how much a clock is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Offset>,
    /// How long a frame takes from end to end of the cable from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Duration>,
    /// What goes wrong on it from now on; without this, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<Faults>,
    /// Which of a client's settings change, as a merge patch (RFC 7396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Value>,
    /// Which of a server's settings change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Value>,
    /// Which of a relay agent's settings change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<Value>,
    /// After how long it is undone; without this, not at all.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Duration>,
}

impl TimedFile {
    /// Something that happens to nothing yet.
    pub fn new(at: Duration, verb: Verb) -> Self {
        Self {
            at,
            verb,
            node: None,
            link: None,
            to: None,
            from: None,
            frame: None,
            next: None,
            groups: None,
            address: None,
            offset: None,
            latency: None,
            faults: None,
            client: None,
            server: None,
            relay: None,
            lasts: None,
        }
    }
}

impl File {
    /// Reads a file without checking what it says.
    ///
    /// # Errors
    /// A [`Problem`] with line and column, and the path of the field where it is known.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let value = json::parse(text)?;
        check_version(&value["version"])?;
        json::read(&value)
    }

    /// The file's text: a node, a cable, a command each on a line of its own, where it is short.
    pub fn to_json(&self) -> String {
        let mut file = self.write();
        layout::terse(&mut file);
        layout::text(&file)
    }
}

/// Whether a file is of the version that is known. To be asked before anything else is read: another
/// version may well have other fields, and of those nothing true could be said.
///
/// # Errors
/// A [`Problem`] where it is another number; what is no number is wrong otherwise.
pub(super) fn check_version(version: &Value) -> Result<(), Problem> {
    match version.as_u64() {
        None | Some(1) => Ok(()),
        Some(other) => {
            let message = format!("version {other} is unknown, only 1 is known");
            Err(Problem::new("version", message))
        }
    }
}
