//! What a host makes of a frame that its card has let in.

use std::net::Ipv4Addr;

use super::resolve::{PING_IDENT, Packet};
use super::{Context, Effect, Host, client, server};
use crate::net::NetNote;
use crate::time::Instant;
use crate::wire::dhcp::{CLIENT_PORT, Message, SERVER_PORT};
use crate::wire::frame::{self, Arp, Echo, Frame, Ip, Payload, Transport};

impl Host {
    pub(super) fn frame(&mut self, frame: &Frame, cx: &mut Context<'_>) {
        match frame::parse(frame.bytes()) {
            Ok(Payload::Arp(arp)) => self.arp(&arp, cx),
            Ok(Payload::Ip(ip)) => self.ip(&ip, frame, cx),
            Ok(Payload::Other(_)) => {}
            Err(problem) => malformed(&problem, cx),
        }
    }

    fn arp(&mut self, arp: &Arp, cx: &mut Context<'_>) {
        self.client(&client::Input::Arp(arp), cx);
        let own = self.interface.map(|interface| interface.address);
        let for_me = own == Some(arp.tpa);
        let asked_for = self
            .waiting
            .iter()
            .any(|waiting| waiting.next_hop == arp.spa);
        let claims = !arp.spa.is_unspecified() && own != Some(arp.spa);
        if claims && (for_me || asked_for || self.neighbours.knows(arp.spa)) {
            self.learn(arp.spa, arp.sha, cx);
        }
        if for_me && !arp.reply && own != Some(arp.spa) {
            let reply = Arp {
                reply: true,
                sha: self.mac,
                spa: arp.tpa,
                tha: arp.sha,
                tpa: arp.spa,
            };
            cx.out.push(Effect::Transmit(reply.frame()));
        }
    }

    fn ip(&mut self, ip: &Ip<'_>, frame: &Frame, cx: &mut Context<'_>) {
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
                    self.server(
                        &server::Input::Message {
                            message: &message,
                            unicast,
                        },
                        cx,
                    );
                }
            }
            Transport::Echo(echo) if unicast => self.echo(ip.source, echo, cx),
            Transport::Tcp(_) if unicast => self.segment(frame, cx),
            Transport::Udp(_) | Transport::Echo(_) | Transport::Tcp(_) | Transport::Other(_) => {}
        }
    }

    fn echo(&mut self, from: Ipv4Addr, echo: &Echo<'_>, cx: &mut Context<'_>) {
        if echo.reply {
            if echo.ident == PING_IDENT {
                self.server(&server::Input::Echo { from }, cx);
            }
            return;
        }
        if let Some(interface) = self.interface {
            self.echo_reply(interface.address, from, echo, cx);
        }
    }

    pub(in crate::net) fn echo_reply(
        &mut self,
        source: Ipv4Addr,
        destination: Ipv4Addr,
        echo: &Echo<'_>,
        cx: &mut Context<'_>,
    ) {
        let packet = Packet::Echo {
            source,
            destination,
            reply: true,
            ident: echo.ident,
            sequence: echo.sequence,
            data: echo.data.to_vec(),
            until: Instant::MAX,
        };
        self.send(packet, cx);
    }
}

pub(in crate::net) fn read(payload: &[u8], cx: &mut Context<'_>) -> Option<Message> {
    Message::parse(payload)
        .map_err(|problem| malformed(&problem, cx))
        .ok()
}

fn malformed(problem: &dyn std::fmt::Display, cx: &mut Context<'_>) {
    cx.out.push(Effect::Net(NetNote::Malformed {
        problem: problem.to_string(),
    }));
}
