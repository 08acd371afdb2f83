//! A host: one card, an ARP cache, ICMP echo, UDP, and a DHCP client or server on top.

use std::net::Ipv4Addr;

use super::NetNote;
use super::arp::{self, Cache, Waiting};
use crate::dhcp::client::{self, Client};
use crate::dhcp::server::{self, Server};
use crate::dhcp::{Action, Datagram, Interface, Note, Reason, Timer};
use crate::rng::Rng;
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::dhcp::{CLIENT_PORT, Message, SERVER_PORT};
use crate::wire::frame::{self, Arp, Echo, Frame, Ip, Payload, Peek, Route, Transport};

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
}

/// What a host wants done, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put a frame on the link.
    Transmit(Frame),
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

/// A packet that still lacks the card it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Packet {
    Udp { source: Ipv4Addr, destination: Ipv4Addr, ports: (u16, u16), payload: Vec<u8> },
    Echo { source: Ipv4Addr, destination: Ipv4Addr, reply: bool, ident: u16, sequence: u16, data: Vec<u8>, until: Instant },
}

impl Packet {
    /// Whether it is still of use to anyone.
    fn matters(&self, now: Instant) -> bool {
        match self {
            Self::Udp { .. } => true,
            Self::Echo { until, .. } => now < *until,
        }
    }

    fn addresses(&self) -> (Ipv4Addr, Ipv4Addr) {
        match self {
            Self::Udp { source, destination, .. } | Self::Echo { source, destination, .. } => (*source, *destination),
        }
    }

    fn frame(&self, from: Mac, to: Mac) -> Frame {
        let (source, destination) = self.addresses();
        let route = Route { source_mac: from, destination_mac: to, source, destination };
        match self {
            Self::Udp { ports, payload, .. } => frame::udp(route, ports.0, ports.1, payload),
            Self::Echo { reply, ident, sequence, data, .. } => {
                frame::echo(route, &Echo { reply: *reply, ident: *ident, sequence: *sequence, data })
            }
        }
    }
}

/// The identifier of the pings that a server sends.
const PING_IDENT: u16 = 0x4448;
/// What they carry.
const PING_DATA: &[u8] = b"DHCP Lab: is this address in use?";

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
    scratch: Vec<Action>,
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

    /// What it runs.
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// Its ARP cache.
    pub fn neighbours(&self) -> &Cache {
        &self.neighbours
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
            Peek::Arp { spa, tpa } => [spa, tpa].iter().any(|address| self.minds(*address)) || self.neighbours.knows(spa),
            Peek::Udp { port } => self.listens(port),
            Peek::Other => true,
        }
    }

    /// Whether an address is ours, wanted by us, or asked for.
    fn minds(&self, address: Ipv4Addr) -> bool {
        if address.is_unspecified() {
            return false;
        }
        let own = self.interface.is_some_and(|interface| interface.address == address);
        let wanted = match &self.role {
            Role::Client(client) => client.minds(address),
            Role::Server(_) | Role::Plain => false,
        };
        own || wanted || self.waiting.iter().any(|waiting| waiting.next_hop == address)
    }

    /// Takes one input and pushes what follows from it.
    pub fn handle(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::PowerOn { carrier } => self.power_on(*carrier, cx),
            Input::PowerOff => self.power_off(cx),
            Input::Carrier(up) => {
                let input = if *up { client::Input::LinkUp } else { client::Input::LinkDown };
                self.client(&input, cx);
            }
            Input::Frame(frame) => self.frame(frame, cx),
            Input::Timer(Timer::Arp) => self.ask_again(cx),
            Input::Timer(Timer::Server) => self.server(&server::Input::Timer, cx),
            Input::Timer(timer) => self.client(&client::Input::Timer(*timer), cx),
            Input::Person(request) => {
                let input = match request {
                    Request::Start => client::Input::Start,
                    Request::Release => client::Input::Release,
                    Request::Renew => client::Input::Renew,
                };
                self.client(&input, cx);
            }
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
    }

    fn client(&mut self, input: &client::Input<'_>, cx: &mut Context<'_>) {
        let Role::Client(client) = &mut self.role else { return };
        let mut actions = std::mem::take(&mut self.scratch);
        client.handle(input, &mut client::Context { now: cx.now, rng: cx.rng, out: &mut actions });
        self.carry_out(actions, cx);
    }

    fn server(&mut self, input: &server::Input<'_>, cx: &mut Context<'_>) {
        let Role::Server(server) = &mut self.role else { return };
        let mut actions = std::mem::take(&mut self.scratch);
        server.handle(input, &mut server::Context { now: cx.now, out: &mut actions });
        self.carry_out(actions, cx);
    }

    fn carry_out(&mut self, mut actions: Vec<Action>, cx: &mut Context<'_>) {
        for action in actions.drain(..) {
            match action {
                Action::Send(datagram) => self.send_datagram(&datagram, cx),
                Action::Probe(address) => cx.out.push(Effect::Transmit(Arp::probe(self.mac, address).frame())),
                Action::Announce(address) => {
                    cx.out.push(Effect::Transmit(Arp::announcement(self.mac, address).frame()));
                }
                Action::Ping { target, sequence, until } => self.ping(target, sequence, until, cx),
                Action::Arm { timer, at, reason } => cx.out.push(Effect::Arm { timer, at, reason }),
                Action::Cancel(timer) => cx.out.push(Effect::Cancel(timer)),
                Action::Configure(interface) => self.configure(interface, cx),
                Action::Deconfigure => self.deconfigure(cx),
                Action::Neighbour { address, mac } => self.learn(address, mac, cx),
                Action::Note(note) => cx.out.push(Effect::Dhcp(note)),
            }
        }
        self.scratch = actions;
    }

    fn configure(&mut self, interface: Interface, cx: &mut Context<'_>) {
        if self.interface.replace(interface) != Some(interface) {
            let (address, prefix) = (interface.address, interface.prefix);
            cx.out.push(Effect::Net(NetNote::Configured { address, prefix }));
        }
    }

    fn deconfigure(&mut self, cx: &mut Context<'_>) {
        if let Some(old) = self.interface.take() {
            cx.out.push(Effect::Net(NetNote::Deconfigured { address: old.address }));
        }
    }

    fn learn(&mut self, address: Ipv4Addr, mac: Mac, cx: &mut Context<'_>) {
        if self.neighbours.set(address, mac, cx.now) {
            cx.out.push(Effect::Net(NetNote::Neighbour { address, mac }));
        }
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.next_hop == address) {
            let waiting = self.waiting.swap_remove(at);
            for packet in waiting.packets.iter().filter(|packet| packet.matters(cx.now)) {
                cx.out.push(Effect::Transmit(packet.frame(self.mac, mac)));
            }
            self.keep_arp_clock(cx);
        }
    }

    fn send_datagram(&mut self, datagram: &Datagram, cx: &mut Context<'_>) {
        let packet = Packet::Udp {
            source: datagram.source,
            destination: datagram.destination,
            ports: (datagram.source_port, datagram.destination_port),
            payload: datagram.message.bytes(),
        };
        match datagram.card {
            Some(card) => cx.out.push(Effect::Transmit(packet.frame(self.mac, card))),
            None => self.send(packet, cx),
        }
    }

    fn ping(&mut self, target: Ipv4Addr, sequence: u16, until: Instant, cx: &mut Context<'_>) {
        let Some(interface) = self.interface else { return };
        let packet = Packet::Echo {
            source: interface.address,
            destination: target,
            reply: false,
            ident: PING_IDENT,
            sequence,
            data: PING_DATA.to_vec(),
            until,
        };
        // An entry made for an offer says who is to have the address, not who has it: ARP asks
        // whoever does, while the echo goes where the entry points.
        if interface.reaches(target)
            && let Some(mac) = self.neighbours.get(target, cx.now)
        {
            cx.out.push(Effect::Transmit(packet.frame(self.mac, mac)));
            self.wait_for(target, packet, cx);
        } else {
            self.send(packet, cx);
        }
    }

    /// Finds the next hop and its card, by ARP if need be.
    fn send(&mut self, packet: Packet, cx: &mut Context<'_>) {
        let (_, destination) = packet.addresses();
        if destination.is_broadcast() {
            cx.out.push(Effect::Transmit(packet.frame(self.mac, Mac::BROADCAST)));
            return;
        }
        let next_hop = match self.interface {
            Some(interface) if !interface.reaches(destination) => interface.router,
            Some(_) | None => Some(destination),
        };
        let Some(next_hop) = next_hop else {
            cx.out.push(Effect::Net(NetNote::Unreachable { address: destination }));
            return;
        };
        if let Some(mac) = self.neighbours.get(next_hop, cx.now) {
            cx.out.push(Effect::Transmit(packet.frame(self.mac, mac)));
            return;
        }
        self.wait_for(next_hop, packet, cx);
    }

    /// Asks for the card of the next hop; the packet waits for the answer.
    fn wait_for(&mut self, next_hop: Ipv4Addr, packet: Packet, cx: &mut Context<'_>) {
        let (source, _) = packet.addresses();
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.next_hop == next_hop) {
            waiting.packets.push(packet);
            return;
        }
        self.ask(next_hop, source, cx);
        let due = cx.now + arp::PATIENCE;
        self.waiting.push(Waiting { next_hop, source, tries: 1, due, packets: vec![packet] });
        self.keep_arp_clock(cx);
    }

    fn ask(&self, target: Ipv4Addr, source: Ipv4Addr, cx: &mut Context<'_>) {
        let request = Arp { reply: false, sha: self.mac, spa: source, tha: Mac::ZERO, tpa: target };
        cx.out.push(Effect::Transmit(request.frame()));
    }

    fn ask_again(&mut self, cx: &mut Context<'_>) {
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|waiting| waiting.due <= cx.now);
        self.waiting = later;
        for mut waiting in due {
            waiting.packets.retain(|packet| packet.matters(cx.now));
            if waiting.packets.is_empty() {
                continue;
            }
            if waiting.tries >= arp::TRIES {
                cx.out.push(Effect::Net(NetNote::Unreachable { address: waiting.next_hop }));
                continue;
            }
            self.ask(waiting.next_hop, waiting.source, cx);
            waiting.tries += 1;
            waiting.due = cx.now + arp::PATIENCE;
            self.waiting.push(waiting);
        }
        self.keep_arp_clock(cx);
    }

    fn keep_arp_clock(&self, cx: &mut Context<'_>) {
        let first = self.waiting.iter().min_by_key(|waiting| (waiting.due, waiting.next_hop));
        cx.out.push(first.map_or(Effect::Cancel(Timer::Arp), |waiting| Effect::Arm {
            timer: Timer::Arp,
            at: waiting.due,
            reason: Reason::ArpSilence { address: waiting.next_hop },
        }));
    }

    fn frame(&mut self, frame: &Frame, cx: &mut Context<'_>) {
        match frame::parse(frame.bytes()) {
            Ok(Payload::Arp(arp)) => self.arp(&arp, cx),
            Ok(Payload::Ip(ip)) => self.ip(&ip, cx),
            Ok(Payload::Other(_)) => {}
            Err(problem) => malformed(&problem, cx),
        }
    }

    fn arp(&mut self, arp: &Arp, cx: &mut Context<'_>) {
        self.client(&client::Input::Arp(arp), cx);
        let own = self.interface.map(|interface| interface.address);
        let for_me = own == Some(arp.tpa);
        let asked_for = self.waiting.iter().any(|waiting| waiting.next_hop == arp.spa);
        let claims = !arp.spa.is_unspecified() && own != Some(arp.spa);
        if claims && (for_me || asked_for || self.neighbours.knows(arp.spa)) {
            self.learn(arp.spa, arp.sha, cx);
        }
        if for_me && !arp.reply && own != Some(arp.spa) {
            let reply = Arp { reply: true, sha: self.mac, spa: arp.tpa, tha: arp.sha, tpa: arp.spa };
            cx.out.push(Effect::Transmit(reply.frame()));
        }
    }

    fn ip(&mut self, ip: &Ip<'_>, cx: &mut Context<'_>) {
        let own = self.interface.map(|interface| interface.address);
        let unicast = own == Some(ip.destination);
        match &ip.transport {
            Transport::Udp(udp) if udp.destination == CLIENT_PORT && self.listens(CLIENT_PORT) => {
                // A client has to take messages to an address that is not yet its own
                // (RFC 2131 section 4.1).
                if let Some(message) = read(udp.payload, cx) {
                    self.client(&client::Input::Message(&message), cx);
                }
            }
            Transport::Udp(udp) if udp.destination == SERVER_PORT && self.listens(SERVER_PORT) => {
                if (unicast || ip.destination.is_broadcast())
                    && let Some(message) = read(udp.payload, cx)
                {
                    self.server(&server::Input::Message { message: &message, unicast }, cx);
                }
            }
            Transport::Echo(echo) if unicast => self.echo(ip.source, echo, cx),
            Transport::Udp(_) | Transport::Echo(_) | Transport::Other(_) => {}
        }
    }

    fn echo(&mut self, from: Ipv4Addr, echo: &Echo<'_>, cx: &mut Context<'_>) {
        let Some(interface) = self.interface else { return };
        if echo.reply {
            if echo.ident == PING_IDENT {
                self.server(&server::Input::Echo { from }, cx);
            }
            return;
        }
        let packet = Packet::Echo {
            source: interface.address,
            destination: from,
            reply: true,
            ident: echo.ident,
            sequence: echo.sequence,
            data: echo.data.to_vec(),
            until: Instant::MAX,
        };
        self.send(packet, cx);
    }
}

fn read(payload: &[u8], cx: &mut Context<'_>) -> Option<Message> {
    Message::parse(payload).map_err(|problem| malformed(&problem, cx)).ok()
}

fn malformed(problem: &dyn std::fmt::Display, cx: &mut Context<'_>) {
    cx.out.push(Effect::Net(NetNote::Malformed { problem: problem.to_string() }));
}
