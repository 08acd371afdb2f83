//! TCP for a host: one stream at a time, and beside it one connection that is only a knock. By
//! smoltcp, in a form that can be copied.
//!
//! A world is copied for every checkpoint, and smoltcp's sockets cannot be. So a connection keeps
//! the log of everything that smoltcp was given since it began; a copy has the log, and makes the
//! rest anew from it when it is next needed. smoltcp reads no clock and draws from no randomness
//! but a seed, so what is made anew is what was there. When a connection is over, so is its log; one
//! that lasts goes on from time to time with a new one (`resume`), original and copy alike.

mod connection;
mod live;
mod log;
mod resume;

use std::net::Ipv4Addr;

use crate::dhcp::{Reason, StreamEnd, StreamEvent};
use crate::time::Instant;
use crate::wire::frame::{self, Frame, Ip, Payload, Transport};
use connection::Connection;
use live::Live;
use log::Op;

/// The ports that connections are opened from (RFC 6335 section 6).
const EPHEMERAL: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// What came of an input, in the order of each list; the packets go first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Whole IPv4 packets to send.
    pub packets: Vec<Vec<u8>>,
    /// What the application is told.
    pub events: Vec<StreamEvent>,
}

/// What a connection that another host asks for is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// The stream.
    Open(u16),
    /// A knock: it is closed at once.
    Bell(u16),
}

/// A host's TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp {
    seed: u64,
    /// How many connections have begun: each draws from a stream of its own.
    begun: u64,
    door: Option<Door>,
    stream: Connection,
    knock: Connection,
}

impl Tcp {
    /// TCP without any connection. Everything random in it (initial sequence numbers, ports)
    /// comes from `seed`, which should be another one after each restart of the host.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            begun: 0,
            door: None,
            stream: Connection::default(),
            knock: Connection::default(),
        }
    }

    /// When [`Self::timer`] is to be called, and what happens then.
    pub fn deadline(&self) -> Option<(Instant, Reason)> {
        let both = [self.stream.deadline(), self.knock.deadline()];
        both.into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// How much is kept to make the connections anew.
    pub fn logged(&self) -> usize {
        self.stream.logged() + self.knock.logged()
    }

    /// Takes streams on a port from now on; no one can connect to port 0.
    pub fn listen(&mut self, port: u16) {
        self.door = Some(Door::Open(port)).filter(|_| port != 0);
    }

    /// Takes connections on a port as knocks from now on.
    pub fn attend(&mut self, port: u16) {
        self.door = Some(Door::Bell(port)).filter(|_| port != 0);
    }

    /// Opens a stream from an address of the host's; an earlier one is broken off.
    pub fn connect(&mut self, now: Instant, from: Ipv4Addr, to: (Ipv4Addr, u16), out: &mut Output) {
        self.stream.abort(now, out);
        self.begun += 1;
        self.stream.begin(self.seed, self.begun);
        let from = (from, self.stream.drawn().1);
        let knock = false;
        self.stream.apply(now, Op::Connect { from, to, knock }, out);
    }

    /// Connects only to close: an earlier knock that no one has answered is given up.
    pub fn knock(&mut self, now: Instant, from: Ipv4Addr, to: (Ipv4Addr, u16), out: &mut Output) {
        self.knock.abort(now, out);
        self.begun += 1;
        self.knock.begin(self.seed, self.begun);
        let from = (from, self.knock.drawn().1);
        let knock = true;
        self.at_the_door(now, Op::Connect { from, to, knock }, out);
    }

    /// Sends bytes over the stream, or once it is up; without any they are dropped.
    pub fn send(&mut self, now: Instant, bytes: &[u8], out: &mut Output) {
        if !self.stream.is_none() && !bytes.is_empty() {
            self.stream.apply(now, Op::Send(bytes.into()), out);
        }
    }

    /// Closes the stream once everything is sent; one that is not up yet is given up.
    pub fn close(&mut self, now: Instant, out: &mut Output) {
        if self.stream.is_none() {
            return;
        }
        if self.stream.live().is_asking() {
            self.stream.forget();
        } else {
            self.stream.apply(now, Op::Close, out);
        }
    }

    /// Breaks the stream off, with a RST where the partner may know of it.
    pub fn abort(&mut self, now: Instant, out: &mut Output) {
        self.stream.abort(now, out);
    }

    /// The deadline is due.
    pub fn timer(&mut self, now: Instant, out: &mut Output) {
        let due = |connection: &Connection| connection.deadline().is_some_and(|(at, _)| at <= now);
        if due(&self.stream) {
            self.stream.apply(now, Op::Timer, out);
        }
        if due(&self.knock) {
            self.at_the_door(now, Op::Timer, out);
        }
    }

    /// Takes a frame with a segment for this host. One that belongs to no connection is answered
    /// with a RST (RFC 9293 section 3.10.7.1).
    pub fn segment(&mut self, now: Instant, frame: &Frame, out: &mut Output) {
        let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
            return;
        };
        let Transport::Tcp(tcp) = &ip.transport else {
            return;
        };
        let (partner, own) = ((ip.source, tcp.source), tcp.destination);
        let op = Op::Segment(frame.clone());
        if self.knock.is_between(partner, own) {
            return self.at_the_door(now, op, out);
        }
        if self.stream.is_between(partner, own) {
            return self.stream.apply(now, op, out);
        }
        match self.door.filter(|_| tcp.flags.opens()) {
            Some(Door::Open(port)) if port == own => {
                make_way(&mut self.stream, now, &ip, out);
                if self.answers(Door::Open(port), now, out) {
                    return self.stream.apply(now, op, out);
                }
            }
            Some(Door::Bell(port)) if port == own => {
                let mut own = Output::default();
                make_way(&mut self.knock, now, &ip, &mut own);
                out.packets.append(&mut own.packets);
                if self.answers(Door::Bell(port), now, out) {
                    return self.at_the_door(now, op, out);
                }
            }
            Some(_) | None => {}
        }
        Live::new(0).apply(now, &op, out);
    }

    /// A connection that is free listens from now on; false where it is not free.
    fn answers(&mut self, door: Door, now: Instant, out: &mut Output) -> bool {
        let (connection, port) = match door {
            Door::Open(port) => (&mut self.stream, port),
            Door::Bell(port) => (&mut self.knock, port),
        };
        let free = connection.is_none();
        if free {
            self.begun += 1;
            connection.begin(self.seed, self.begun);
            // Listening alone is nothing that would be kept.
            connection.apply(now, Op::Listen(port), out);
        }
        free
    }

    /// The connection that is a knock goes on: as soon as it is up it has said all.
    fn at_the_door(&mut self, now: Instant, op: Op, out: &mut Output) {
        let mut own = Output::default();
        self.knock.apply(now, op, &mut own);
        let up = own.events.iter().find_map(|event| match event {
            StreamEvent::Connected { peer } => Some(*peer),
            StreamEvent::Knocked { .. } | StreamEvent::Data(_) | StreamEvent::Closed(_) => None,
        });
        if let Some(peer) = up {
            let asked = self.knock.live().is_ours();
            self.knock.apply(now, Op::Close, &mut own);
            if !asked {
                out.events.push(StreamEvent::Knocked { peer });
            }
        }
        out.packets.append(&mut own.packets);
    }
}

/// A host that asks for a new connection while it has one has lost its end of that: it was
/// restarted, and no RST would ever come (RFC 9293 section 3.5.1). Another host has to wait
/// until the connection is no more than a remainder.
fn make_way(connection: &mut Connection, now: Instant, ip: &Ip<'_>, out: &mut Output) {
    if connection.is_none() {
        return;
    }
    let live = connection.live();
    let Some(((address, _), _)) = live.ends() else {
        return;
    };
    if !live.is_asking() && (live.is_ending() || address == ip.source) {
        live.end(StreamEnd::Replaced, out);
        connection.abort(now, out);
    }
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
