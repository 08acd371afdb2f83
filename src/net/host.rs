//! A host: one card, an ARP cache, ICMP echo, UDP, TCP, and a DHCP client or server on top.

mod receive;
mod resolve;
mod stream;

use std::net::Ipv4Addr;

use super::NetNote;
use super::arp::{Cache, Waiting};
use super::interest::Interest;
use super::tcp::Tcp;
use crate::dhcp::client::{self, Client};
use crate::dhcp::failover;
use crate::dhcp::server::{self, Server};
use crate::dhcp::{Action, Interface, Note, Reason, Settings, Timer};
use crate::rng::Rng;
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::dhcp::{CLIENT_PORT, SERVER_PORT};
use crate::wire::frame::{self, Arp, Frame, Peek};
pub(super) use receive::read;
use resolve::Packet;

/// What a host runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A DHCP client.
    Client(Box<Client>),
    /// A DHCP server.
    Server(Box<Server>),
    /// Neither: it only answers ARP and ping.
    Plain,
}

/// What a person asks of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Get an address.
    Start,
    /// Give it back.
    Release,
    /// Ask for more time now.
    Renew,
    /// Ask for the rest, with a fixed address.
    Inform,
    /// Of a server: tell its failover endpoint something.
    Operator(failover::Command),
}

/// What can happen to a host.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The power comes on; whether the link carries frames at that moment.
    PowerOn {
        /// Whether it does.
        carrier: bool,
    },
    /// The power goes off.
    PowerOff,
    /// The link carries frames, or no longer.
    Carrier(bool),
    /// A frame reached the card.
    Frame(&'a Frame),
    /// A deadline is due.
    Timer(Timer),
    /// A person asks for something.
    Person(Request),
    /// The disk is lost, while it does not run.
    DiskLost,
    /// A person gives a host without DHCP another fixed address, or none.
    Address {
        /// The address.
        fixed: Option<Interface>,
        /// Whether the host runs, and uses it at once.
        runs: bool,
    },
    /// A person gives its client or server other settings.
    Settings(&'a Settings),
    /// A person sets its clock: by how many seconds it is ahead of the true time from now on.
    Clock(i64),
}

/// What a host wants done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put a frame on the link.
    Transmit(Frame),
    /// Put a frame on the link of one of a router's interfaces.
    TransmitBy {
        /// Which interface.
        port: usize,
        /// The frame.
        frame: Frame,
    },
    /// Keep a deadline.
    Arm {
        /// Which timer.
        timer: Timer,
        /// When it is due.
        at: Instant,
        /// What happens then.
        reason: Reason,
    },
    /// Forget a deadline.
    Cancel(Timer),
    /// DHCP says something.
    Dhcp(Note),
    /// The stack says something.
    Net(NetNote),
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    mac: Mac,
    interface: Option<Interface>,
    /// A fixed address comes back with the power.
    fixed: Option<Interface>,
    neighbours: Cache,
    waiting: Vec<Waiting<Packet>>,
    role: Role,
    /// There from the first use of it until the power goes off.
    tcp: Option<Box<Tcp>>,
    /// The deadline that is kept for it.
    tcp_due: Option<Instant>,
    /// By how many seconds its clock is ahead of the true time.
    clock: i64,
    scratch: Vec<Action>,
}

/// See [`Host::mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    own: Option<Ipv4Addr>,
    minded: [Option<Ipv4Addr>; 3],
    neighbours: u32,
}

/// What [`Host::handle`] works with.
pub struct Context<'a> {
    /// What time it is.
    pub now: Instant,
    /// The node's random numbers.
    pub rng: &'a mut Rng,
    /// What is to be done, in order.
    pub out: &'a mut Vec<Effect>,
}

impl Host {
    /// A host with a card and, if it has one of its own, a fixed address.
    pub fn new(mac: Mac, fixed: Option<Interface>, role: Role) -> Self {
        Self {
            mac,
            interface: None,
            fixed,
            neighbours: Cache::default(),
            waiting: Vec::new(),
            role,
            tcp: None,
            tcp_due: None,
            clock: 0,
            scratch: Vec::new(),
        }
    }

    /// Its card.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// The address that it uses.
    pub fn interface(&self) -> Option<Interface> {
        self.interface
    }

    /// The address that it has of its own, whether it runs or not.
    pub fn fixed(&self) -> Option<Interface> {
        self.fixed
    }

    /// What it runs.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Its ARP cache.
    pub fn neighbours(&self) -> &Cache {
        &self.neighbours
    }

    /// About how many bytes its TCP takes.
    pub fn weight_of_stream(&self) -> usize {
        const ENTRY: usize = 48;
        self.tcp.as_ref().map_or(0, |tcp| ENTRY * tcp.logged())
    }

    /// By how many seconds its clock is ahead of the true time, which is
    /// [`failover::EPOCH`] at the start of a run.
    pub fn clock(&self) -> i64 {
        self.clock
    }

    /// Its clock goes on from now on as far ahead of the true time as this, in seconds; it does so
    /// without power too. Only what it tells its failover partner of times of day depends on it:
    /// what it waits for it measures.
    pub fn set_clock(&mut self, ahead: i64) {
        self.clock = ahead;
        if let Role::Server(server) = &mut self.role {
            server.set_clock(ahead);
        }
    }

    fn listens(&self, port: u16) -> bool {
        match &self.role {
            Role::Client(_) => port == CLIENT_PORT,
            Role::Server(_) => port == SERVER_PORT,
            Role::Plain => false,
        }
    }

    /// Whether a frame that passed the card's filter can change anything here. A broadcast that
    /// speaks of others' addresses or to a closed port cannot: it is dropped unread.
    pub fn has_use_for(&self, frame: &Frame) -> bool {
        if !frame.destination().is_group() {
            return true;
        }
        match frame::peek(frame.bytes()) {
            Peek::Arp { spa, tpa } => {
                [spa, tpa].iter().any(|address| self.minds(*address)) || self.neighbours.knows(spa)
            }
            Peek::Udp { port } => self.listens(port),
            Peek::Tcp { .. } | Peek::Other => true,
        }
    }

    /// What its [`Host::interest`] follows from besides its role: while it is the same, so is that.
    /// `None` while packets wait for ARP, when it has to be asked anew.
    pub fn mark(&self) -> Option<Mark> {
        self.waiting.is_empty().then(|| Mark {
            own: self.interface.map(|interface| interface.address),
            minded: self.minded(),
            neighbours: self.neighbours.changes(),
        })
    }

    /// The same for many frames, by which many hosts can be passed over: see [`Interest`].
    pub fn interest(&self) -> Interest {
        let port = match &self.role {
            Role::Client(_) => CLIENT_PORT,
            Role::Server(_) => SERVER_PORT,
            Role::Plain => 0,
        };
        let own = self.interface.map(|interface| interface.address);
        let wanted = self.minded().into_iter().flatten();
        let asked = self.waiting.iter().map(|waiting| waiting.next_hop);
        let minded = own.into_iter().chain(wanted).chain(asked);
        Interest::new(port, self.neighbours.addresses(), minded)
    }

    /// The addresses that its client uses or is about to.
    fn minded(&self) -> [Option<Ipv4Addr>; 3] {
        match &self.role {
            Role::Client(client) => client.minded(),
            Role::Server(_) | Role::Plain => [None; 3],
        }
    }

    /// Whether an address is ours, wanted by us, or asked for.
    fn minds(&self, address: Ipv4Addr) -> bool {
        if address.is_unspecified() {
            return false;
        }
        let own = self
            .interface
            .is_some_and(|interface| interface.address == address);
        let wanted = match &self.role {
            Role::Client(client) => client.minds(address),
            Role::Server(_) | Role::Plain => false,
        };
        own || wanted
            || self
                .waiting
                .iter()
                .any(|waiting| waiting.next_hop == address)
    }

    /// Takes one input and pushes what follows from it.
    pub fn handle(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::PowerOn { carrier } => self.power_on(*carrier, cx),
            Input::PowerOff => self.power_off(cx),
            Input::Carrier(up) => {
                let input = if *up {
                    client::Input::LinkUp
                } else {
                    client::Input::LinkDown
                };
                self.client(&input, cx);
            }
            Input::Frame(frame) => self.frame(frame, cx),
            Input::Timer(Timer::Arp) => self.ask_again(cx),
            Input::Timer(Timer::Tcp) => self.tcp_clock(cx),
            Input::Timer(Timer::Server) => self.server(&server::Input::Timer, cx),
            Input::Timer(timer) => self.client(&client::Input::Timer(*timer), cx),
            Input::Person(Request::Operator(command)) => {
                self.server(&server::Input::Operator(*command), cx);
            }
            Input::DiskLost => {
                self.client(&client::Input::DiskLost, cx);
                self.server(&server::Input::DiskLost, cx);
            }
            Input::Address { fixed, runs } => self.readdress(*fixed, *runs, cx),
            Input::Person(request) => {
                let input = match request {
                    Request::Start => client::Input::Start,
                    Request::Release => client::Input::Release,
                    Request::Renew => client::Input::Renew,
                    Request::Inform => client::Input::Inform,
                    Request::Operator(_) => return,
                };
                self.client(&input, cx);
            }
            Input::Clock(ahead) => self.set_clock(*ahead),
            Input::Settings(settings) => match (&mut self.role, settings) {
                (Role::Client(client), Settings::Client(config)) => {
                    client.configure(config.clone());
                }
                (Role::Server(server), Settings::Server(config)) => {
                    server.configure(config.clone());
                    self.server(&server::Input::Timer, cx);
                }
                (Role::Client(_) | Role::Server(_) | Role::Plain, _) => {}
            },
        }
    }

    fn power_on(&mut self, carrier: bool, cx: &mut Context<'_>) {
        if let Some(fixed) = self.fixed {
            self.configure(fixed, cx);
        }
        if carrier {
            self.client(&client::Input::LinkUp, cx);
        }
        self.client(&client::Input::Start, cx);
        self.server(&server::Input::Start, cx);
    }

    fn power_off(&mut self, cx: &mut Context<'_>) {
        self.client(&client::Input::PowerOff, cx);
        self.server(&server::Input::PowerOff, cx);
        self.interface = None;
        self.neighbours.clear();
        self.waiting.clear();
        (self.tcp, self.tcp_due) = (None, None);
    }

    fn client(&mut self, input: &client::Input<'_>, cx: &mut Context<'_>) {
        let Role::Client(client) = &mut self.role else {
            return;
        };
        let mut actions = std::mem::take(&mut self.scratch);
        client.handle(
            input,
            &mut client::Context {
                now: cx.now,
                rng: cx.rng,
                out: &mut actions,
            },
        );
        self.carry_out(actions, cx);
    }

    fn server(&mut self, input: &server::Input<'_>, cx: &mut Context<'_>) {
        let Role::Server(server) = &mut self.role else {
            return;
        };
        let mut actions = std::mem::take(&mut self.scratch);
        server.handle(
            input,
            &mut server::Context {
                now: cx.now,
                out: &mut actions,
            },
        );
        self.carry_out(actions, cx);
    }

    fn carry_out(&mut self, mut actions: Vec<Action>, cx: &mut Context<'_>) {
        for action in actions.drain(..) {
            match action {
                Action::Send(datagram) => self.send_datagram(datagram, cx),
                Action::Probe(address) => cx
                    .out
                    .push(Effect::Transmit(Arp::probe(self.mac, address).frame())),
                Action::Announce(address) => {
                    cx.out.push(Effect::Transmit(
                        Arp::announcement(self.mac, address).frame(),
                    ));
                }
                Action::Ping {
                    target,
                    sequence,
                    until,
                } => self.ping(target, sequence, until, cx),
                Action::Arm { timer, at, reason } => cx.out.push(Effect::Arm { timer, at, reason }),
                Action::Cancel(timer) => cx.out.push(Effect::Cancel(timer)),
                Action::Configure(interface) => self.configure(interface, cx),
                Action::Deconfigure => self.deconfigure(cx),
                Action::Neighbour { address, mac } => self.learn(address, mac, cx),
                Action::Stream(action) => self.stream(action, cx),
                Action::Note(note) => cx.out.push(Effect::Dhcp(note)),
            }
        }
        self.scratch = actions;
    }

    fn configure(&mut self, interface: Interface, cx: &mut Context<'_>) {
        if self.interface.replace(interface) != Some(interface) {
            let (address, prefix) = (interface.address, interface.prefix);
            cx.out
                .push(Effect::Net(NetNote::Configured { address, prefix }));
        }
    }

    /// Who begins to use an address says so to everyone (RFC 5227 section 2.3).
    fn readdress(&mut self, fixed: Option<Interface>, runs: bool, cx: &mut Context<'_>) {
        self.fixed = fixed;
        match fixed {
            _ if !runs => {}
            Some(interface) if self.interface != Some(interface) => {
                self.configure(interface, cx);
                let announcement = Arp::announcement(self.mac, interface.address);
                cx.out.push(Effect::Transmit(announcement.frame()));
            }
            Some(_) => {}
            None => self.deconfigure(cx),
        }
    }

    fn deconfigure(&mut self, cx: &mut Context<'_>) {
        if let Some(old) = self.interface.take() {
            cx.out.push(Effect::Net(NetNote::Deconfigured {
                address: old.address,
            }));
        }
    }
}
