//! The file as it stands on disk: JSON, durations and addresses as text.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Problem;
use crate::dhcp::{client, server};
use crate::time::Duration;
use crate::wire::Mac;

/// A text in each language that has one, by language tag (`en`, `es`, `pt-BR`).
pub type Texts = BTreeMap<String, String>;

/// A scenario file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The nodes.
    pub nodes: Vec<NodeFile>,
    /// The cables.
    pub links: Vec<LinkFile>,
    /// What happens when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<TimedFile>,
}

fn default_seed() -> u64 {
    1
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The router, for a host with a fixed address.
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
}

fn yes() -> bool {
    true
}

/// A cable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkFile {
    /// The two nodes at its ends.
    pub between: [String; 2],
    /// How long a frame takes from end to end.
    pub latency: Duration,
    /// Whether it is in when the story begins.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub plugged: bool,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Switch a node on.
    PowerOn,
    /// Switch a node off.
    PowerOff,
    /// Put a cable in.
    Plug,
    /// Pull a cable out.
    Unplug,
    /// Have a client look for an address.
    Start,
    /// Have a client give its address back.
    Release,
    /// Have a client ask for more time now.
    Renew,
    /// Have a client with a fixed address ask for the rest.
    Inform,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl File {
    /// Reads a file without checking what it says.
    ///
    /// # Errors
    /// A [`Problem`] with line and column, and the path of the field where it is known.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let file: Self = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            Problem::new(
                if path == "." { String::new() } else { path },
                error.into_inner().to_string(),
            )
        })?;
        deserializer
            .end()
            .map_err(|error| Problem::new(String::new(), error.to_string()))?;
        Ok(file)
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        // Every field is text, a number, a list or a struct of those: nothing that JSON lacks.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// An address with its network: `192.0.2.1/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// The address.
    pub address: Ipv4Addr,
    /// How many leading bits name the network, 0 to 32.
    pub prefix: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Why a text is not an address with its network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address with its network: write it such as 192.0.2.1/24")]
pub struct BadCidr(String);

impl FromStr for Cidr {
    type Err = BadCidr;

    fn from_str(text: &str) -> Result<Self, BadCidr> {
        let parse = || {
            let (address, prefix) = text.split_once('/')?;
            let prefix = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
            Some(Self {
                address: address.parse().ok()?,
                prefix,
            })
        };
        parse().ok_or_else(|| BadCidr(text.chars().take(40).collect()))
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
