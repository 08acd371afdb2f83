//! Finding the card of a next hop, and what waits meanwhile (RFC 826, RFC 1122 section 2.3.2).

use std::net::Ipv4Addr;

use super::{Context, Effect, Host};
use crate::dhcp::{Datagram, Reason, Timer};
use crate::net::NetNote;
use crate::net::arp::{self, Waiting};
use crate::time::Instant;
use crate::wire::Mac;
use crate::wire::frame::{self, Arp, Echo, Frame, Route};

/// A packet that still lacks the card it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Dhcp(Box<Datagram>),
    Echo {
        source: Ipv4Addr,
        destination: Ipv4Addr,
        reply: bool,
        ident: u16,
        sequence: u16,
        data: Vec<u8>,
        until: Instant,
    },
    /// A whole one from its IPv4 header on: a segment of TCP, or someone else's on its way through
    /// a router.
    Whole {
        source: Ipv4Addr,
        destination: Ipv4Addr,
        bytes: Vec<u8>,
    },
}

impl Packet {
    /// Whether it is still of use to anyone.
    fn matters(&self, now: Instant) -> bool {
        match self {
            Self::Dhcp(_) | Self::Whole { .. } => true,
            Self::Echo { until, .. } => now < *until,
        }
    }

    fn addresses(&self) -> (Ipv4Addr, Ipv4Addr) {
        match self {
            Self::Dhcp(datagram) => (datagram.source, datagram.destination),
            Self::Echo {
                source,
                destination,
                ..
            }
            | Self::Whole {
                source,
                destination,
                ..
            } => (*source, *destination),
        }
    }

    fn frame(&self, from: Mac, to: Mac) -> Frame {
        let (source, destination) = self.addresses();
        let route = Route {
            source_mac: from,
            destination_mac: to,
            source,
            destination,
        };
        match self {
            Self::Whole { bytes, .. } => frame::ipv4(from, to, bytes),
            Self::Dhcp(datagram) => {
                let ports = (datagram.source_port, datagram.destination_port);
                let message = &datagram.message;
                frame::datagram(route, ports, message.size(), |bytes| message.write(bytes))
            }
            Self::Echo {
                reply,
                ident,
                sequence,
                data,
                ..
            } => frame::echo(
                route,
                &Echo {
                    reply: *reply,
                    ident: *ident,
                    sequence: *sequence,
                    data,
                },
            ),
        }
    }
}

/// The identifier of the pings that a server sends.
pub(super) const PING_IDENT: u16 = 0x4448;
/// What they carry.
const PING_DATA: &[u8] = b"DHCP Lab: is this address in use?";

impl Host {
    pub(super) fn learn(&mut self, address: Ipv4Addr, mac: Mac, cx: &mut Context<'_>) {
        if self.neighbours.set(address, mac, cx.now) {
            cx.out
                .push(Effect::Net(NetNote::Neighbour { address, mac }));
        }
        if let Some(at) = self
            .waiting
            .iter()
            .position(|waiting| waiting.next_hop == address)
        {
            let waiting = self.waiting.swap_remove(at);
            for packet in waiting
                .packets
                .iter()
                .filter(|packet| packet.matters(cx.now))
            {
                cx.out.push(Effect::Transmit(packet.frame(self.mac, mac)));
            }
            self.keep_arp_clock(cx);
        }
    }

    /// What still waits to leave from an address that is the host's no more stays here: a RELEASE
    /// that left after the address was asked for again would take it from its own sender.
    fn drop_stale(&mut self, cx: &mut Context<'_>) {
        let own = self.interface.map(|interface| interface.address);
        for waiting in &mut self.waiting {
            let sources = |packet: &Packet| Some(packet.addresses().0) == own;
            waiting.packets.retain(sources);
        }
        let before = self.waiting.len();
        self.waiting.retain(|waiting| !waiting.packets.is_empty());
        if self.waiting.len() < before {
            self.keep_arp_clock(cx);
        }
    }

    pub(in crate::net) fn send_datagram(&mut self, datagram: Box<Datagram>, cx: &mut Context<'_>) {
        if datagram.source.is_unspecified() {
            self.drop_stale(cx);
        }
        let card = datagram.card;
        let packet = Packet::Dhcp(datagram);
        match card {
            Some(card) => cx.out.push(Effect::Transmit(packet.frame(self.mac, card))),
            None => self.send(packet, cx),
        }
    }

    pub(super) fn ping(
        &mut self,
        target: Ipv4Addr,
        sequence: u16,
        until: Instant,
        cx: &mut Context<'_>,
    ) {
        let Some(interface) = self.interface else {
            return;
        };
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

    /// Passes on a packet that is there already.
    pub(in crate::net) fn forward(
        &mut self,
        source: Ipv4Addr,
        destination: Ipv4Addr,
        bytes: Vec<u8>,
        cx: &mut Context<'_>,
    ) {
        let packet = Packet::Whole {
            source,
            destination,
            bytes,
        };
        self.send(packet, cx);
    }

    /// Sends a packet that is there already.
    pub(super) fn send_whole(&mut self, bytes: Vec<u8>, cx: &mut Context<'_>) {
        let address = |at: usize| {
            let octets = bytes.get(at..)?.first_chunk::<4>()?;
            Some(Ipv4Addr::from(*octets))
        };
        if let (Some(source), Some(destination)) = (address(12), address(16)) {
            self.forward(source, destination, bytes, cx);
        }
    }

    /// When the first ARP request is sent again, and for which address.
    pub(in crate::net) fn arp_deadline(&self) -> Option<(Instant, Ipv4Addr)> {
        let deadlines = self.waiting.iter();
        deadlines
            .map(|waiting| (waiting.due, waiting.next_hop))
            .min()
    }

    /// Finds the next hop and its card, by ARP if need be.
    pub(super) fn send(&mut self, packet: Packet, cx: &mut Context<'_>) {
        let (_, destination) = packet.addresses();
        if destination.is_broadcast() {
            cx.out
                .push(Effect::Transmit(packet.frame(self.mac, Mac::BROADCAST)));
            return;
        }
        let next_hop = match self.interface {
            Some(interface) if !interface.reaches(destination) => interface.router,
            Some(_) | None => Some(destination),
        };
        let Some(next_hop) = next_hop else {
            cx.out.push(Effect::Net(NetNote::Unreachable {
                address: destination,
            }));
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
        // What a router sends or passes on may bear another network's address.
        let own = self.interface.map(|interface| interface.address);
        let source = own.unwrap_or_else(|| packet.addresses().0);
        if let Some(waiting) = self
            .waiting
            .iter_mut()
            .find(|waiting| waiting.next_hop == next_hop)
        {
            // A segment that TCP sends again would only come twice.
            let again = matches!(packet, Packet::Whole { .. }) && waiting.packets.contains(&packet);
            if !again {
                waiting.packets.push(packet);
            }
            return;
        }
        self.ask(next_hop, source, cx);
        let due = cx.now + arp::PATIENCE;
        self.waiting.push(Waiting {
            next_hop,
            source,
            tries: 1,
            due,
            packets: vec![packet],
        });
        self.keep_arp_clock(cx);
    }

    fn ask(&self, target: Ipv4Addr, source: Ipv4Addr, cx: &mut Context<'_>) {
        let request = Arp {
            reply: false,
            sha: self.mac,
            spa: source,
            tha: Mac::ZERO,
            tpa: target,
        };
        cx.out.push(Effect::Transmit(request.frame()));
    }

    pub(super) fn ask_again(&mut self, cx: &mut Context<'_>) {
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.due <= cx.now);
        self.waiting = later;
        for mut waiting in due {
            waiting.packets.retain(|packet| packet.matters(cx.now));
            if waiting.packets.is_empty() {
                continue;
            }
            if waiting.tries >= arp::TRIES {
                cx.out.push(Effect::Net(NetNote::Unreachable {
                    address: waiting.next_hop,
                }));
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
        let first = self.arp_deadline();
        cx.out.push(
            first.map_or(Effect::Cancel(Timer::Arp), |(at, address)| Effect::Arm {
                timer: Timer::Arp,
                at,
                reason: Reason::ArpSilence { address },
            }),
        );
    }
}
