//! A BOOTP relay agent (RFC 1542 section 4) with the relay agent information option (RFC 3046).
//!
//! [`Relay::handle`] takes a message that came in on port 67 and says which copies of it go where.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Datagram, RelayDrop, RelayNote};
use crate::json::FromJson;
use crate::wire::dhcp::{CLIENT_PORT, Message, MessageType, Op, SERVER_PORT, code};

/// How a relay agent behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(
    feature = "cli",
    derive(schemars::JsonSchema),
    schemars(rename = "RelaySettings")
)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The servers, or further relay agents, to which it passes requests.
    pub servers: Vec<Ipv4Addr>,
    /// Tell them by option 82 which interface a request came in by.
    #[serde(default)]
    pub circuit_id: bool,
    /// Name the client's network by option 82 as well (RFC 3527), which goes before `giaddr`.
    #[serde(default)]
    pub link_selection: bool,
}

impl Config {
    fn informs(&self) -> bool {
        self.circuit_id || self.link_selection
    }
}

/// One of the networks that the relay agent stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The interface's name: what the circuit id says.
    pub name: String,
    /// The agent's address in that network.
    pub interface: super::Interface,
}

/// A message to send, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The interface that it leaves by; nothing where routing decides.
    pub port: Option<usize>,
    /// The message.
    pub datagram: Datagram,
}

/// A relay agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    config: Config,
    ports: Vec<Port>,
    /// How many requests and replies it has passed on, and how many messages it has dropped.
    counts: [u32; 3],
}

/// The highest `hops` that is passed on (RFC 1542 section 4.1.1).
const MAX_HOPS: u8 = 16;
const CIRCUIT_ID: u8 = 1;
const LINK_SELECTION: u8 = 5;

impl Relay {
    /// A relay agent that stands in these networks.
    pub fn new(config: Config, ports: Vec<Port>) -> Self {
        Self {
            config,
            ports,
            counts: [0; 3],
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Works by other settings from now on.
    pub fn configure(&mut self, config: Config) {
        self.config = config;
    }

    /// How many requests and replies it has passed on, and how many messages it has dropped.
    pub fn counts(&self) -> [u32; 3] {
        self.counts
    }

    /// The host loses power: what it counted is gone.
    pub fn power_off(&mut self) {
        self.counts = [0; 3];
    }

    /// Passes on a message that came in by interface `port`.
    ///
    /// # Errors
    /// The note that says why it is dropped.
    pub fn handle(&mut self, port: usize, message: &Message) -> Result<Vec<Output>, RelayNote> {
        let outputs = match message.op {
            Op::Request => self.request(port, message),
            Op::Reply => self.reply(message).map(|output| vec![output]),
        };
        let count = match (&outputs, message.op) {
            (Ok(outputs), _) if outputs.is_empty() => return Ok(Vec::new()),
            (Ok(_), Op::Request) => 0,
            (Ok(_), Op::Reply) => 1,
            (Err(_), _) => 2,
        };
        self.counts[count] = self.counts[count].saturating_add(1);
        outputs.map_err(|why| RelayNote::Dropped {
            client: message.mac(),
            message: message.kind().unwrap_or(MessageType::Discover),
            why,
        })
    }

    fn request(&self, at: usize, message: &Message) -> Result<Vec<Output>, RelayDrop> {
        if message.hops > MAX_HOPS {
            return Err(RelayDrop::Hops);
        }
        let port = self.ports.get(at).ok_or(RelayDrop::NotOurs)?;
        let mut relayed = message.clone();
        relayed.hops += 1;
        if message.giaddr.is_unspecified() {
            if self.config.informs() {
                // No client sends this option: it would speak for its own wire (RFC 3046
                // section 2.1).
                if message.options.has(code::RELAY_AGENT) {
                    return Err(RelayDrop::Untrusted);
                }
                relayed
                    .options
                    .push_raw(code::RELAY_AGENT, &self.information(port));
            }
            relayed.giaddr = port.interface.address;
        } else if self.port_of(message.giaddr).is_some() {
            return Err(RelayDrop::Untrusted);
        }
        // A server on the wire that the request came from has heard it for itself.
        let servers = self.config.servers.iter();
        let servers = servers.filter(|server| !port.interface.reaches(**server));
        Ok(servers
            .map(|server| Output {
                port: None,
                datagram: Datagram {
                    source: port.interface.address,
                    destination: *server,
                    card: None,
                    source_port: SERVER_PORT,
                    destination_port: SERVER_PORT,
                    message: relayed.clone(),
                },
            })
            .collect())
    }

    /// To everyone on the client's wire if it asks for that, else straight to its card: it cannot
    /// answer ARP for an address that it does not have yet (RFC 1542 section 4.1.2).
    fn reply(&self, message: &Message) -> Result<Output, RelayDrop> {
        let at = self.port_of(message.giaddr).ok_or(RelayDrop::NotOurs)?;
        let port = &self.ports[at];
        let mut reply = message.clone();
        let own = self.config.informs()
            && message.options.get(code::RELAY_AGENT) == Some(&self.information(port));
        if own {
            reply.options.remove(code::RELAY_AGENT);
        }
        let address = [message.yiaddr, message.ciaddr]
            .into_iter()
            .find(|address| !address.is_unspecified());
        let (destination, card) = match address {
            Some(address) if !message.broadcast && message.hardware().len() == 6 => {
                (address, Some(message.mac()))
            }
            Some(_) | None => (Ipv4Addr::BROADCAST, None),
        };
        Ok(Output {
            port: Some(at),
            datagram: Datagram {
                source: port.interface.address,
                destination,
                card,
                source_port: SERVER_PORT,
                destination_port: CLIENT_PORT,
                message: reply,
            },
        })
    }

    /// Option 82 as this agent writes it: the interface's name as the circuit id, and its address as
    /// the client's link.
    fn information(&self, port: &Port) -> Vec<u8> {
        let mut option = Vec::new();
        if self.config.circuit_id {
            let name = port.name.as_bytes();
            let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
            option.extend([CIRCUIT_ID, length]);
            option.extend(&name[..usize::from(length)]);
        }
        if self.config.link_selection {
            option.extend([LINK_SELECTION, 4]);
            option.extend(port.interface.address.octets());
        }
        option
    }

    fn port_of(&self, address: Ipv4Addr) -> Option<usize> {
        self.ports
            .iter()
            .position(|port| port.interface.address == address)
    }
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;
