//! TCP for a host: one connection at a time, by smoltcp, in a form that can be copied.
//!
//! A world is copied for every checkpoint, and smoltcp's sockets cannot be. So [`Tcp`] keeps the
//! log of everything that smoltcp was given since the connection began; a copy has the log, and
//! makes the rest anew from it when it is next needed. smoltcp reads no clock and draws from no
//! randomness but a seed, so what is made anew is what was there. When a connection is over, so is
//! its log.

mod live;
mod log;

use std::fmt;
use std::net::Ipv4Addr;

use crate::dhcp::{Reason, StreamEnd, StreamEvent};
use crate::rng::Rng;
use crate::time::Instant;
use crate::wire::frame::{self, Frame, Ip, Payload, Transport};
use live::Live;
use log::{Log, Op};

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

/// A host's TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp {
    seed: u64,
    /// How many connections have begun: each draws from a stream of its own.
    begun: u64,
    listening: Option<u16>,
    log: Log,
    due: Option<(Instant, Reason)>,
    live: Rebuilt,
}

impl Tcp {
    /// TCP without any connection. Everything random in it (initial sequence numbers, ports)
    /// comes from `seed`, which should be another one after each restart of the host.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            begun: 0,
            listening: None,
            log: Log::default(),
            due: None,
            live: Rebuilt(None),
        }
    }

    /// The port that takes connections.
    pub fn listening(&self) -> Option<u16> {
        self.listening
    }

    /// When [`Self::timer`] is to be called, and what happens then.
    pub fn deadline(&self) -> Option<(Instant, Reason)> {
        self.due
    }

    /// How much is kept to make a connection anew.
    pub fn logged(&self) -> usize {
        self.log.len()
    }

    /// Takes connections on a port from now on; no one can connect to port 0.
    pub fn listen(&mut self, port: u16) {
        self.listening = Some(port).filter(|port| *port != 0);
    }

    /// Opens a connection from an address of the host's; an earlier one is broken off.
    pub fn connect(&mut self, now: Instant, from: Ipv4Addr, to: (Ipv4Addr, u16), out: &mut Output) {
        self.abort(now, out);
        self.begin();
        let op = Op::Connect {
            from: (from, self.drawn().1),
            to,
        };
        self.apply(now, op, out);
    }

    /// Sends bytes over the connection, or once it is up; without any they are dropped.
    pub fn send(&mut self, now: Instant, bytes: &[u8], out: &mut Output) {
        if !self.log.is_empty() && !bytes.is_empty() {
            self.apply(now, Op::Send(bytes.into()), out);
        }
    }

    /// Closes the connection once everything is sent; one that is not up yet is given up.
    pub fn close(&mut self, now: Instant, out: &mut Output) {
        if self.log.is_empty() {
            return;
        }
        if self.live().is_asking() {
            self.forget();
        } else {
            self.apply(now, Op::Close, out);
        }
    }

    /// Breaks the connection off, with a RST where the partner may know of it.
    pub fn abort(&mut self, now: Instant, out: &mut Output) {
        if self.log.is_empty() {
            return;
        }
        let live = self.live();
        if live.is_asking() || live.is_past() {
            self.forget();
        } else {
            self.apply(now, Op::Abort, out);
        }
    }

    /// The deadline is due.
    pub fn timer(&mut self, now: Instant, out: &mut Output) {
        if !self.log.is_empty() {
            self.apply(now, Op::Timer, out);
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
        if tcp.flags.opens() && self.listening == Some(tcp.destination) {
            self.make_way(now, &ip, tcp.source, out);
            if self.log.is_empty() {
                self.begin();
                self.apply(now, Op::Listen(tcp.destination), out);
                // Listening alone is nothing that would be kept.
            }
        }
        let op = Op::Segment(frame.clone());
        if self.log.is_empty() {
            Live::new(0).apply(now, &op, out);
        } else {
            self.apply(now, op, out);
        }
    }

    /// A host that asks for a new connection while it has one has lost its end of that: it was
    /// restarted, and no RST would ever come (RFC 9293 section 3.5.1). Another host has to wait
    /// until the connection is no more than a remainder.
    fn make_way(&mut self, now: Instant, ip: &Ip<'_>, port: u16, out: &mut Output) {
        if self.log.is_empty() {
            return;
        }
        let live = self.live();
        let Some((address, old_port)) = live.peer() else {
            return;
        };
        let other = (address, old_port) != (ip.source, port);
        if !other || live.is_asking() {
            return;
        }
        if live.is_ending() || address == ip.source {
            live.end(StreamEnd::Replaced, out);
            self.abort(now, out);
        }
    }

    /// A connection begins, with random numbers of its own.
    fn begin(&mut self) {
        self.forget();
        self.begun += 1;
    }

    /// smoltcp's seed and our port for the present connection.
    fn drawn(&self) -> (u64, u16) {
        let mut rng = Rng::new(self.seed, self.begun);
        let seed = u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32());
        let span = u64::from(EPHEMERAL.end() - EPHEMERAL.start()) + 1;
        let offset = u16::try_from(rng.below(span)).unwrap_or(0);
        (seed, EPHEMERAL.start() + offset)
    }

    fn forget(&mut self) {
        self.log = Log::default();
        self.live.0 = None;
        self.due = None;
    }

    fn apply(&mut self, now: Instant, op: Op, out: &mut Output) {
        let live = self.live();
        live.apply(now, &op, out);
        let (over, due) = (live.is_over(), live.deadline(now));
        // A socket that only just listens waits for the segment that made it.
        if over && !matches!(op, Op::Listen(_)) {
            self.forget();
        } else {
            self.log.push(now, op);
            self.due = due;
        }
    }

    /// smoltcp's part, made anew where this is a copy.
    fn live(&mut self) -> &mut Live {
        let (seed, _) = self.drawn();
        self.live.0.get_or_insert_with(|| {
            let mut live = Box::new(Live::new(seed));
            for (at, op) in self.log.iter() {
                // What came of it then has been sent and told.
                live.apply(*at, op, &mut Output::default());
            }
            live
        })
    }
}

/// What can be made anew from the rest: it is not copied, and says nothing about equality.
struct Rebuilt(Option<Box<Live>>);

impl Clone for Rebuilt {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl PartialEq for Rebuilt {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Rebuilt {}

impl fmt::Debug for Rebuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

#[cfg(test)]
#[path = "tcp_tests.rs"]
mod tests;
