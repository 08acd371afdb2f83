//! The server of RFC 2131 section 4.3.
//!
//! [`Server::handle`] takes one [`Input`] at a time and pushes [`Action`]s. What a crash must not
//! lose (the bindings) is apart from what it may (offers held, pings out): see [`Server::power_off`].

mod allocate;
mod answer;
mod bindings;
mod clock;
mod failover;
mod reply;
mod subnet;

use std::net::Ipv4Addr;

use serde::Serialize;

use super::client::ClientId;
use super::failover::{Command, Endpoint};
use super::{Action, Interface, Note, Reason, ServerNote, Silence, StreamEvent};
use crate::json::FromJson;
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType, Op, code};

pub use bindings::{Binding, BindingState, Bindings, Identity, Range};
pub use failover::Failover;
use failover::Partnership;
pub use subnet::Subnet;

/// When the server asks by ping whether an address is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PingCheck {
    /// Before it offers the address (RFC 2131 section 2.2).
    #[default]
    Offer,
    /// When the client accepts the offer, before the ACK.
    Request,
    /// Not at all.
    Never,
}

/// An address kept for one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// The client's card; none where it is known by its identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// The client's identifier, the bytes of option 61.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// Its address.
    pub address: Ipv4Addr,
}

impl Reservation {
    /// The bytes of option 61 that it is for.
    pub fn id(&self) -> Option<&[u8]> {
        match &self.client_id {
            Some(ClientId::Bytes(bytes)) => Some(bytes),
            Some(ClientId::Hardware | ClientId::None | ClientId::Duid) | None => None,
        }
    }
}

/// How a server behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(
    feature = "cli",
    derive(schemars::JsonSchema),
    schemars(rename = "ServerSettings")
)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The addresses that it gives out in its own network.
    pub pools: Vec<Range>,
    /// Addresses kept for certain clients.
    pub reservations: Vec<Reservation>,
    /// Addresses that it never offers, but whose lease it may extend when a REBINDING client of
    /// which it has no record asks: its "local administrative authority" (RFC 2131 section 4.3.2).
    pub extends: Vec<Range>,
    /// The other networks that it serves, through relay agents.
    pub subnets: Vec<Subnet>,
    /// How long a lease is when the client does not ask.
    pub lease: Duration,
    /// The shortest lease that a client gets by asking.
    pub min_lease: Duration,
    /// The longest.
    pub max_lease: Duration,
    /// The router to name; none names none.
    pub router: Option<Ipv4Addr>,
    /// The name servers to name.
    pub dns: Vec<Ipv4Addr>,
    /// The domain name to give.
    pub domain: Option<String>,
    /// When it asks by ping whether an address is in use.
    pub ping: PingCheck,
    /// How long it waits for an answer to the ping.
    pub ping_wait: Duration,
    /// How long an offered address is kept for its client.
    pub offer_hold: Duration,
    /// How long an address that was found in use is not given out.
    pub quarantine: Duration,
    /// How long after its end a lease is kept before the address is free.
    pub grace: Duration,
    /// Answer with a NAK where the standard asks a server without a record to be silent: it
    /// speaks for the whole network.
    pub authoritative: bool,
    /// Answer a DISCOVER that allows it with an ACK at once (RFC 4039).
    pub rapid_commit: bool,
    /// Tell a client that asks that it need not have an IPv4 address, and for how long (RFC 8925).
    pub ipv6_only_wait: Option<Duration>,
    /// The other server that gives out the same addresses; none works alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<Failover>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pools: Vec::new(),
            reservations: Vec::new(),
            extends: Vec::new(),
            subnets: Vec::new(),
            lease: Duration::from_secs(3_600),
            min_lease: Duration::from_secs(60),
            max_lease: Duration::from_secs(86_400),
            router: None,
            dns: Vec::new(),
            domain: None,
            ping: PingCheck::Offer,
            ping_wait: Duration::from_secs(1),
            offer_hold: Duration::from_secs(60),
            quarantine: Duration::from_secs(86_400),
            grace: Duration::ZERO,
            authoritative: false,
            rapid_commit: false,
            ipv6_only_wait: None,
            failover: None,
        }
    }
}

/// What can happen to a server.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The host is switched on.
    Start,
    /// The host loses power: offers and pings are gone, the bindings are on disk.
    PowerOff,
    /// A DHCP message came in on port 67.
    Message {
        /// The message.
        message: &'a Message,
        /// Whether it was sent to this host alone, not to everyone.
        unicast: bool,
    },
    /// An echo reply came in.
    Echo {
        /// Who answered.
        from: Ipv4Addr,
    },
    /// TCP has something from the partner.
    Stream(&'a StreamEvent),
    /// An operator tells its failover endpoint something.
    Operator(Command),
    /// The disk is lost, while the power is off: the bindings are gone, and all that failover
    /// knew.
    DiskLost,
    /// The deadline of [`super::Timer::Server`] is due.
    Timer,
}

/// A DHCP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    config: Config,
    interface: Interface,
    /// The networks that it serves, its own first.
    subnets: Vec<Subnet>,
    bindings: Bindings,
    /// The deadline that the host keeps for us.
    armed: Option<(Instant, Reason)>,
    pings: u16,
    failover: Option<Box<Partnership>>,
}

/// What [`Server::handle`] works with: the moment, and where the actions go.
pub struct Context<'a> {
    /// What time it is.
    pub now: Instant,
    /// What is to be done, in order.
    pub out: &'a mut Vec<Action>,
}

impl Context<'_> {
    fn note(&mut self, note: ServerNote) {
        self.out.push(Action::Note(Note::Server(note)));
    }
}

impl Server {
    /// A server at `interface` that has never run.
    pub fn new(config: Config, interface: Interface) -> Self {
        let subnets = subnet::all(&config, interface);
        let bindings = Bindings::new(subnet::pools(&subnets));
        Self {
            failover: Partnership::new(&config, &subnets),
            config,
            interface,
            subnets,
            bindings,
            armed: None,
            pings: 0,
        }
    }

    /// Works by other settings from now on, with the bindings that it has.
    pub fn configure(&mut self, config: Config) {
        self.subnets = subnet::all(&config, self.interface);
        self.bindings.set_pools(subnet::pools(&self.subnets));
        if let Some(partnership) = &mut self.failover {
            partnership.configure(&config, &self.subnets);
        }
        self.config = config;
    }

    /// By how many seconds the host's clock is ahead of the true time from now on: a failover
    /// partner is told times of day.
    pub fn set_clock(&mut self, ahead: i64) {
        if let Some(partnership) = &mut self.failover {
            partnership.set_clock(ahead);
        }
    }

    /// Its side of failover, where it has a partner.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.failover.as_ref().map(|failover| failover.endpoint())
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its server identifier, option 54: its own address.
    pub fn id(&self) -> Ipv4Addr {
        self.interface.address
    }

    /// What it knows of each address that it has given out or set aside.
    pub fn bindings(&self) -> impl Iterator<Item = (Ipv4Addr, &Binding)> {
        self.bindings.iter()
    }

    /// How many addresses its pools have.
    pub fn pool_size(&self) -> u64 {
        self.bindings.size()
    }

    /// Takes one input and pushes what follows from it.
    pub fn handle(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        if let Some(partnership) = &mut self.failover {
            partnership.now = cx.now;
        }
        match input {
            // Leases that ended while the power was off are dealt with at once.
            Input::Start => {
                self.begin_failover(cx);
                self.due(cx);
            }
            Input::Timer => self.due(cx),
            Input::PowerOff => {
                self.armed = None;
                self.stop_failover();
                return self.bindings.lose_memory(cx.now);
            }
            Input::DiskLost => return self.lose_disk(),
            Input::Message { message, unicast } => self.message(message, *unicast, cx),
            Input::Echo { from } => self.echo(*from, cx),
            Input::Stream(event) => self.stream(event, cx),
            Input::Operator(command) => self.operator(*command, cx),
        }
        self.rearm(cx);
    }

    fn message(&mut self, message: &Message, unicast: bool, cx: &mut Context<'_>) {
        let (Op::Request, Some(kind)) = (message.op, message.kind()) else {
            return;
        };
        let verdict = match kind {
            MessageType::Discover => self.discover(message, cx),
            MessageType::Request => self.request(message, unicast, cx),
            MessageType::Decline => self.declined(message, cx),
            MessageType::Release => self.released(message, cx),
            MessageType::Inform => self.inform(message, cx),
            MessageType::Offer | MessageType::Ack | MessageType::Nak => Err(Silence::NotForServers),
            MessageType::ForceRenew
            | MessageType::LeaseQuery
            | MessageType::LeaseUnassigned
            | MessageType::LeaseUnknown
            | MessageType::LeaseActive
            | MessageType::BulkLeaseQuery
            | MessageType::LeaseQueryDone
            | MessageType::ActiveLeaseQuery
            | MessageType::LeaseQueryStatus
            | MessageType::Tls => Err(Silence::Unsupported),
        };
        if let Err(why) = verdict {
            cx.note(ServerNote::Silent {
                client: message.mac(),
                message: kind,
                why,
            });
        }
    }

    /// Whether the client named another server than this one.
    fn names_another_server(&self, message: &Message) -> bool {
        message
            .options
            .address(code::SERVER_ID)
            .is_some_and(|id| id != self.id())
    }
}

#[cfg(test)]
mod tests;
