//! A router: several cards, forwarding of IPv4 between them (RFC 1812 section 5), and a BOOTP
//! relay agent on top.

use std::net::Ipv4Addr;

use super::host::{Context, Effect, Host, Input, Role, read};
use crate::dhcp::relay::{self, Relay};
use crate::dhcp::{Interface, Note, Reason, Settings, Timer};
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::dhcp::SERVER_PORT;
use crate::wire::frame::{self, ETHERNET_HEADER, Frame, Ip, Payload, Peek, Transport};

/// An interface of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its card.
    pub mac: Mac,
    /// Its address.
    pub interface: Interface,
}

/// A router. Each of its interfaces does ARP as a host does; none is in two networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    ports: Vec<Host>,
    addresses: Vec<Interface>,
    relay: Option<Relay>,
    armed: Option<(Instant, Ipv4Addr)>,
    scratch: Vec<Effect>,
}

/// The name of an interface.
pub fn port_name(port: usize) -> String {
    format!("eth{port}")
}

impl Router {
    /// A router with these interfaces, and a relay agent if `relay` sets one up.
    pub fn new(ports: &[Port], relay: Option<relay::Config>) -> Self {
        let addresses: Vec<Interface> = ports.iter().map(|port| port.interface).collect();
        let named = addresses.iter().enumerate();
        let named = named.map(|(number, interface)| relay::Port {
            name: port_name(number),
            interface: *interface,
        });
        let relay = relay.map(|config| Relay::new(config, named.collect()));
        Self {
            ports: ports
                .iter()
                .map(|port| Host::new(port.mac, Some(port.interface), Role::Plain))
                .collect(),
            addresses,
            relay,
            armed: None,
            scratch: Vec::new(),
        }
    }

    /// Its interfaces, each with its own ARP cache.
    pub fn ports(&self) -> &[Host] {
        &self.ports
    }

    /// Its relay agent.
    pub fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// Gives its relay agent other settings.
    pub fn configure(&mut self, settings: &Settings) {
        if let (Settings::Relay(config), Some(relay)) = (settings, &mut self.relay) {
            relay.configure(config.clone());
        }
    }

    /// Whether a frame that reached an interface is for it and can change anything here.
    pub fn has_use_for(&self, port: usize, frame: &Frame) -> bool {
        let Some(host) = self.ports.get(port) else {
            return false;
        };
        let destination = frame.destination();
        let relayed = || {
            let port = SERVER_PORT;
            self.relay.is_some() && frame::peek(frame.bytes()) == Peek::Udp { port }
        };
        destination == host.mac()
            || destination == Mac::BROADCAST && (host.has_use_for(frame) || relayed())
    }

    /// The power comes on.
    pub fn power_on(&mut self, cx: &mut Context<'_>) {
        self.all(&Input::PowerOn { carrier: true }, cx);
    }

    /// The power goes off.
    pub fn power_off(&mut self, cx: &mut Context<'_>) {
        self.all(&Input::PowerOff, cx);
        self.armed = None;
        if let Some(relay) = &mut self.relay {
            relay.power_off();
        }
    }

    /// An ARP request stayed without an answer.
    pub fn arp_silence(&mut self, cx: &mut Context<'_>) {
        self.armed = None;
        self.all(&Input::Timer(Timer::Arp), cx);
        self.rearm(cx);
    }

    /// A frame reached an interface.
    pub fn frame(&mut self, port: usize, frame: &Frame, cx: &mut Context<'_>) {
        match frame::parse(frame.bytes()) {
            Ok(Payload::Ip(ip)) => self.ip(port, &ip, frame, cx),
            Ok(Payload::Arp(_) | Payload::Other(_)) | Err(_) => {
                self.on(port, cx, |host, cx| host.handle(&Input::Frame(frame), cx));
            }
        }
        self.rearm(cx);
    }

    fn ip(&mut self, port: usize, ip: &Ip<'_>, frame: &Frame, cx: &mut Context<'_>) {
        let own = self.owns(ip.destination);
        match &ip.transport {
            Transport::Udp(udp)
                if udp.destination == SERVER_PORT && (own || ip.destination.is_broadcast()) =>
            {
                self.pass_on(port, udp.payload, cx);
            }
            Transport::Echo(echo) if own && !echo.reply => {
                let to = ip.source;
                self.route(to, cx, |host, cx| {
                    host.echo_reply(ip.destination, to, echo, cx);
                });
            }
            Transport::Udp(_) | Transport::Echo(_) | Transport::Tcp(_) | Transport::Other(_) => {
                if !own && !frame.destination().is_group() {
                    self.forward(ip, frame, cx);
                }
            }
        }
    }

    /// Passes a packet on with one less to live; where that is over, or no way is known, it ends
    /// here.
    fn forward(&mut self, ip: &Ip<'_>, frame: &Frame, cx: &mut Context<'_>) {
        if ip.ttl <= 1 || ip.source.is_unspecified() {
            return;
        }
        let Some(bytes) = frame::forwarded(&frame.bytes()[ETHERNET_HEADER..]) else {
            return;
        };
        let (source, destination) = (ip.source, ip.destination);
        self.route(destination, cx, |host, cx| {
            host.forward(source, destination, bytes, cx);
        });
    }

    fn pass_on(&mut self, port: usize, payload: &[u8], cx: &mut Context<'_>) {
        let Some(relay) = &mut self.relay else { return };
        let Some(message) = read(payload, cx) else {
            return;
        };
        match relay.handle(port, &message) {
            Ok(outputs) => {
                for relay::Output { port, datagram } in outputs {
                    match port {
                        Some(port) => self.on(port, cx, |host, cx| {
                            host.send_datagram(Box::new(datagram), cx);
                        }),
                        None => self.route(datagram.destination, cx, |host, cx| {
                            host.send_datagram(Box::new(datagram), cx);
                        }),
                    }
                }
            }
            Err(note) => cx.out.push(Effect::Dhcp(Note::Relay(note))),
        }
    }

    fn owns(&self, address: Ipv4Addr) -> bool {
        self.addresses
            .iter()
            .any(|interface| interface.address == address)
    }

    /// Has the interface send that is in the network of `destination`, else in that of a router
    /// that knows more.
    fn route(
        &mut self,
        destination: Ipv4Addr,
        cx: &mut Context<'_>,
        send: impl FnOnce(&mut Host, &mut Context<'_>),
    ) {
        let local = |interface: &Interface| interface.reaches(destination);
        let port = self.addresses.iter().position(local).or_else(|| {
            self.addresses
                .iter()
                .position(|interface| interface.router.is_some())
        });
        if let Some(port) = port {
            self.on(port, cx, send);
        }
    }

    fn all(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        for port in 0..self.ports.len() {
            self.on(port, cx, |host, cx| host.handle(input, cx));
        }
    }

    /// Has one interface do something. The node has one ARP clock for all: see [`Self::rearm`].
    fn on(
        &mut self,
        port: usize,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut Host, &mut Context<'_>),
    ) {
        let mut effects = std::mem::take(&mut self.scratch);
        if let Some(host) = self.ports.get_mut(port) {
            act(
                host,
                &mut Context {
                    now: cx.now,
                    rng: cx.rng,
                    out: &mut effects,
                },
            );
        }
        for effect in effects.drain(..) {
            match effect {
                Effect::Transmit(frame) => cx.out.push(Effect::TransmitBy { port, frame }),
                Effect::Arm { .. } | Effect::Cancel(_) => {}
                Effect::TransmitBy { .. } | Effect::Dhcp(_) | Effect::Net(_) => cx.out.push(effect),
            }
        }
        self.scratch = effects;
    }

    fn rearm(&mut self, cx: &mut Context<'_>) {
        let next = self.ports.iter().filter_map(Host::arp_deadline).min();
        if next == self.armed {
            return;
        }
        self.armed = next;
        cx.out.push(
            next.map_or(Effect::Cancel(Timer::Arp), |(at, address)| Effect::Arm {
                timer: Timer::Arp,
                at,
                reason: Reason::ArpSilence { address },
            }),
        );
    }
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
