//! The client of RFC 2131 figure 5, with conflict detection by RFC 5227.
//!
//! [`Client::handle`] takes one [`Input`] at a time and pushes [`Action`]s. Nothing else changes
//! a client; reading it ([`Client::state`], [`Client::lease`]) never does.

mod build;
mod conflict;
mod identity;
mod inform;
mod keep;
mod lease;
mod link_local;
mod transitions;

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Action, ClientNote, Ignored, Interface, Note, Reason, Timer};
use crate::json::FromJson;
use crate::rng::Rng;
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType, Op, code};
use crate::wire::frame::Arp;

pub use identity::ClientId;
pub use lease::Lease;
use link_local::LinkLocal;

/// The states of RFC 2131 figure 5, and three that the figure leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum State {
    /// Not running: switched off, or its address given back. Left by [`Input::Start`].
    Stopped,
    /// About to look for servers. Left when the start-up delay is over or the link is up: SELECTING.
    Init,
    /// A DISCOVER is out. Left by an offer: REQUESTING.
    Selecting,
    /// An offer is accepted. Left by an ACK: PROBING; by a NAK or silence: INIT.
    Requesting,
    /// A lease is remembered, but the link is down. Left when it is up: REBOOTING; when the lease
    /// ends: INIT.
    InitReboot,
    /// A REQUEST for the remembered address is out. Left by an ACK: PROBING; by a NAK: INIT; by
    /// silence: BOUND for what is left of the lease.
    Rebooting,
    /// An ACK has come and ARP asks whether the address is really free (RFC 2131 section 4.4.1).
    /// Left by silence: BOUND; by an answer: INIT.
    Probing,
    /// The address is in use. Left at T1: RENEWING.
    Bound,
    /// A REQUEST to the server that gave the lease is out. Left by an ACK: BOUND; by a NAK: INIT;
    /// at T2: REBINDING.
    Renewing,
    /// A REQUEST to every server is out. Left by an ACK: BOUND; by a NAK or at expiry: INIT.
    Rebinding,
    /// It has a fixed address, and an INFORM asks for the rest (RFC 2131 section 4.4.3). Left by an
    /// ACK or by silence: STOPPED.
    Informing,
}

impl State {
    /// All of them on the way of a lease, in the order of a client's life: INFORMING is not.
    pub const ALL: [Self; 10] = [
        Self::Stopped,
        Self::Init,
        Self::Selecting,
        Self::Requesting,
        Self::InitReboot,
        Self::Rebooting,
        Self::Probing,
        Self::Bound,
        Self::Renewing,
        Self::Rebinding,
    ];

    /// The name that RFC 2131 gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "STOPPED",
            Self::Init => "INIT",
            Self::Selecting => "SELECTING",
            Self::Requesting => "REQUESTING",
            Self::InitReboot => "INIT-REBOOT",
            Self::Rebooting => "REBOOTING",
            Self::Probing => "PROBING",
            Self::Bound => "BOUND",
            Self::Renewing => "RENEWING",
            Self::Rebinding => "REBINDING",
            Self::Informing => "INFORMING",
        }
    }
}

/// Which of the offers that it has collected a client takes (RFC 2131 section 4.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Choose {
    /// The first.
    #[default]
    First,
    /// That of the address which it had before, for which its DISCOVER asks; else the first.
    Previous,
}

/// How a client behaves where the standards leave a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromJson)]
#[cfg_attr(
    feature = "cli",
    derive(schemars::JsonSchema),
    schemars(rename = "ClientSettings")
)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Wait a random 1 to 10 s before the first message (RFC 2131 section 4.4.1).
    pub start_delay: bool,
    /// How long offers are collected after the first one; zero takes the first.
    pub offer_window: Duration,
    /// Which of them it takes.
    pub choose: Choose,
    /// Ask by ARP whether the address is free before using it (RFC 5227).
    pub probe: bool,
    /// Set the broadcast flag: the host cannot receive unicast before it has an address.
    pub broadcast_flag: bool,
    /// Spread T1 and T2, where the server does not set them, by up to a hundredth of the lease.
    pub fuzz: bool,
    /// Which lease time to ask for; none leaves it to the server.
    pub lease_time: Option<Duration>,
    /// The name to send as option 12.
    pub host_name: Option<String>,
    /// What it calls itself in option 61.
    pub client_id: ClientId,
    /// Take a lease in two messages, an ACK to the DISCOVER, from a server that does (RFC 4039).
    pub rapid_commit: bool,
    /// Do without an IPv4 address where the network prefers IPv6 (RFC 8925).
    pub ipv6_only: bool,
    /// Use a link-local address while no server answers (RFC 3927).
    pub link_local: bool,
    /// The host has a fixed address: ask by INFORM for the rest (RFC 2131 section 4.4.3).
    pub inform: bool,
    /// Remember the lease that was given back, and ask for the address again as after a restart.
    /// RFC 2131 section 4.4.6 ends a lease with the RELEASE; some clients do this all the same.
    pub keep_after_release: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            start_delay: true,
            offer_window: Duration::ZERO,
            choose: Choose::First,
            probe: true,
            broadcast_flag: false,
            fuzz: true,
            lease_time: None,
            host_name: None,
            client_id: ClientId::Hardware,
            rapid_commit: false,
            ipv6_only: false,
            link_local: false,
            inform: false,
            keep_after_release: false,
        }
    }
}

/// What can happen to a client.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The host is switched on, or the person asks for an address.
    Start,
    /// The host loses power. What it remembers on disk stays.
    PowerOff,
    /// The disk is lost, while the host does not run: so is what it remembers.
    DiskLost,
    /// The link carries frames again.
    LinkUp,
    /// The link carries nothing any more.
    LinkDown,
    /// The person gives the address back.
    Release,
    /// The person asks for more time before T1.
    Renew,
    /// The person has a client with a fixed address ask for the rest.
    Inform,
    /// A DHCP message came in on port 68.
    Message(&'a Message),
    /// An ARP packet passed by.
    Arp(&'a Arp),
    /// A deadline is due.
    Timer(Timer),
}

/// A question that is out, and its answers' transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exchange {
    xid: u32,
    /// When the first message of this transaction that a lease could count from went out.
    sent: Instant,
    /// How many times it went out.
    tries: u8,
    /// The `secs` of the last DISCOVER: the REQUEST that follows repeats it (RFC 2131 section 3.1,
    /// step 3).
    secs: u16,
    /// Whether a DISCOVER of it allowed an ACK at once (RFC 4039), whatever the settings say since.
    rapid: bool,
}

/// An offer that may be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offer {
    address: Ipv4Addr,
    server: Ipv4Addr,
}

/// A DHCP client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    config: Config,
    mac: Mac,
    /// Option 61; empty where it sends none.
    id: Vec<u8>,
    /// Whether option 108 is in its parameter list.
    asks_ipv6_only: bool,
    /// An address that no server gave: then it only asks for the rest.
    fixed: Option<Interface>,
    state: State,
    link: bool,
    exchange: Exchange,
    /// When it began to look for an address or for more time: what `secs` counts from.
    began: Instant,
    offers: Vec<Offer>,
    chosen: Option<Offer>,
    /// On disk: what it may use, or ask for again.
    lease: Option<Lease>,
    /// On disk: the address that it had last, even where its lease is over.
    previous: Option<Ipv4Addr>,
    /// The lease of an ACK whose address is still being probed.
    candidate: Option<Lease>,
    /// What stands in while no server answers.
    link_local: Option<LinkLocal>,
    /// How many probes, or announcements, went out.
    arp_sent: u8,
    conflicts: u8,
    /// Not to look for an address before this: after a conflict (RFC 2131 section 3.1, step 5), or
    /// where the network prefers IPv6 (RFC 8925 section 3.2).
    pause: Option<(Instant, Reason)>,
    defended: Option<Instant>,
}

/// What [`Client::handle`] works with: the moment, the stream of random numbers, and where the
/// actions go.
pub struct Context<'a> {
    /// What time it is.
    pub now: Instant,
    /// The node's random numbers.
    pub rng: &'a mut Rng,
    /// What is to be done, in order.
    pub out: &'a mut Vec<Action>,
}

impl Context<'_> {
    fn note(&mut self, note: ClientNote) {
        self.out.push(Action::Note(Note::Client(note)));
    }

    /// Keeps a deadline: what is already past is due at once, what never comes is no deadline.
    fn arm(&mut self, timer: Timer, at: Instant, reason: Reason) {
        if at == Instant::MAX {
            self.cancel(timer);
        } else {
            self.out.push(Action::Arm {
                timer,
                at: at.max(self.now),
                reason,
            });
        }
    }

    fn cancel(&mut self, timer: Timer) {
        self.out.push(Action::Cancel(timer));
    }
}

impl Client {
    /// Works by other settings from now on: each holds from the next time that it matters. What it
    /// calls itself and asks for stays until it looks for an address anew (RFC 2131 section 4.4.1).
    pub fn configure(&mut self, config: Config) {
        self.config = config;
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A client with the card `mac` that has never run; `fixed` is its address if it has one that
    /// no server gave.
    pub fn new(config: Config, mac: Mac, fixed: Option<Interface>) -> Self {
        Self {
            id: config.client_id.bytes(mac),
            asks_ipv6_only: config.ipv6_only,
            config,
            mac,
            fixed,
            state: State::Stopped,
            link: false,
            exchange: Exchange {
                xid: 0,
                sent: Instant::ZERO,
                tries: 0,
                secs: 0,
                rapid: false,
            },
            began: Instant::ZERO,
            offers: Vec::new(),
            chosen: None,
            lease: None,
            previous: None,
            candidate: None,
            link_local: None,
            arp_sent: 0,
            conflicts: 0,
            pause: None,
            defended: None,
        }
    }

    /// Where it stands in RFC 2131 figure 5.
    pub fn state(&self) -> State {
        self.state
    }

    /// The lease that it uses or remembers.
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// The address that it uses at this moment: a lease's, or the link's own.
    pub fn address(&self) -> Option<Ipv4Addr> {
        let local = self.link_local.as_ref().filter(|local| local.used);
        self.leased().or(local.map(|local| local.address))
    }

    fn leased(&self) -> Option<Ipv4Addr> {
        let bound = matches!(
            self.state,
            State::Bound | State::Renewing | State::Rebinding
        );
        self.lease
            .as_ref()
            .filter(|_| bound)
            .map(|lease| lease.address)
    }

    /// Whether ARP packets about this address matter to it: it uses it or is about to.
    pub fn minds(&self, address: Ipv4Addr) -> bool {
        self.minded().contains(&Some(address))
    }

    /// The addresses that matter to it.
    pub fn minded(&self) -> [Option<Ipv4Addr>; 3] {
        let candidate = self.candidate.as_ref().map(|lease| lease.address);
        let local = self.link_local.as_ref().map(|local| local.address);
        [candidate, self.leased(), local]
    }

    /// Takes one input and pushes what follows from it.
    pub fn handle(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Start => self.start(cx),
            Input::PowerOff => self.power_off(cx),
            Input::DiskLost => (self.lease, self.previous) = (None, None),
            Input::LinkUp => self.link_up(cx),
            Input::LinkDown => self.link_down(cx),
            Input::Release => self.release(cx),
            Input::Renew => self.renew(cx),
            Input::Inform => self.inform(cx),
            Input::Message(message) => self.message(message, cx),
            Input::Arp(arp) => self.observe(arp, cx),
            Input::Timer(timer) => self.timer(*timer, cx),
        }
    }

    fn message(&mut self, message: &Message, cx: &mut Context<'_>) {
        if message.op != Op::Reply || message.mac() != self.mac {
            return;
        }
        let Some(kind) = message.kind() else { return };
        let verdict = match kind {
            MessageType::Offer => self.offer(message, cx),
            MessageType::Ack => self.ack(message, cx),
            MessageType::Nak => self.nak(message, cx),
            MessageType::Discover
            | MessageType::Request
            | MessageType::Decline
            | MessageType::Release
            | MessageType::Inform
            | MessageType::ForceRenew
            | MessageType::LeaseQuery
            | MessageType::LeaseUnassigned
            | MessageType::LeaseUnknown
            | MessageType::LeaseActive
            | MessageType::BulkLeaseQuery
            | MessageType::LeaseQueryDone
            | MessageType::ActiveLeaseQuery
            | MessageType::LeaseQueryStatus
            | MessageType::Tls => Err(Ignored::State),
        };
        if let Err(why) = verdict {
            cx.note(ClientNote::Ignored { message: kind, why });
        }
    }

    /// Whether the reply is to the question that is out.
    fn check_transaction(&self, message: &Message) -> Result<(), Ignored> {
        if message.xid != self.exchange.xid {
            return Err(Ignored::OtherTransaction);
        }
        match message.options.get(code::CLIENT_ID) {
            Some(id) if id != self.id => Err(Ignored::OtherClient),
            Some(_) | None => Ok(()),
        }
    }

    fn enter(&mut self, to: State, cx: &mut Context<'_>) {
        let from = std::mem::replace(&mut self.state, to);
        if from != to {
            cx.note(ClientNote::State { from, to });
        }
    }
}

#[cfg(test)]
mod tests;
