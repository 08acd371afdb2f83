//! Two endpoints on a stream without losses that can be cut, and the time.

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;

use crate::dhcp::failover::store::{Client, Store};
use crate::dhcp::failover::*;
use crate::time::{Duration, Instant};
use crate::wire::failover::{Body, Hardware, Message, decode};

use super::watch::{Mutation, Watch};

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn client(last: u8) -> Client {
    Client {
        id: None,
        hardware: Hardware {
            kind: 1,
            address: vec![2, 0, 0, 0, 0, last],
        },
    }
}

pub(super) fn address(last: u8) -> Ipv4Addr {
    [192, 0, 2, last].into()
}

/// One server: its endpoint, the deadlines that its host keeps, and what it said.
pub(super) struct Side {
    pub(super) endpoint: Endpoint,
    pub(super) powered: bool,
    timers: BTreeMap<Timer, Instant>,
    pub(super) notes: Vec<Note>,
    pub(super) changes: Vec<Change>,
    pub(super) sent: Vec<Message>,
    /// What the outputs have had written, and nothing else: what a crash leaves.
    pub(super) disk: Option<Store>,
}

/// Something that is to go wrong while a side does what its endpoint says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fuse {
    pub(super) side: usize,
    /// Before how many of its messages and writes to disk it burns.
    pub(super) left: u8,
    /// Whether the side loses power. Else the cable is cut.
    pub(super) crash: bool,
}

/// What TCP brings.
enum Piece {
    Bytes(Vec<u8>),
    /// The other end knows nothing of the stream.
    Reset,
}

/// Primary 0 and secondary 1.
pub(super) struct Pair {
    pub(super) sides: [Side; 2],
    pub(super) now: Instant,
    /// Whether the cable is whole. While it is not, nothing arrives and no one is told.
    pub(super) cable: bool,
    /// Whether there is a TCP connection, as far as each side knows.
    stream: bool,
    wire: VecDeque<(usize, Piece)>,
    /// Everything that was sent, by whom.
    pub(super) log: Vec<(usize, Body)>,
    pub(super) fuse: Option<Fuse>,
    /// How often the primary has tried to connect, and the secondary knocked.
    pub(super) connects: usize,
    pub(super) knocks: usize,
    /// Whether what is sent stays on the wire until time passes.
    pub(super) slow: bool,
    pub(super) watch: Watch,
    pub(super) mutation: Option<Mutation>,
}

pub(super) const PRIMARY: usize = 0;
pub(super) const SECONDARY: usize = 1;
pub(super) const MCLT: u64 = 60;
pub(super) const DESIRED: u64 = 600;

pub(super) fn config(role: Role) -> Config {
    Config {
        role,
        mclt: secs(MCLT),
        pools: vec![vec!["192.0.2.10-192.0.2.19".parse().unwrap()]],
        receive_timer: secs(30),
        ..Config::default()
    }
}

impl Pair {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl Fn(&mut Config)) -> Self {
        let side = |role| {
            let mut config = config(role);
            change(&mut config);
            Side {
                endpoint: Endpoint::new(config),
                powered: false,
                timers: BTreeMap::new(),
                notes: Vec::new(),
                changes: Vec::new(),
                sent: Vec::new(),
                disk: None,
            }
        };
        Self {
            sides: [side(Role::Primary), side(Role::Secondary)],
            now: Instant::ZERO + secs(1000),
            cable: true,
            stream: false,
            wire: VecDeque::new(),
            log: Vec::new(),
            fuse: None,
            connects: 0,
            knocks: 0,
            slow: false,
            watch: Watch::default(),
            mutation: None,
        }
    }

    /// Both started, and NORMAL.
    pub(super) fn normal() -> Self {
        let mut pair = Self::new();
        pair.start(PRIMARY);
        pair.start(SECONDARY);
        pair.run(1);
        assert_eq!(pair.states(), [State::Normal; 2]);
        pair
    }

    pub(super) fn input(&mut self, side: usize, input: &Input<'_>) {
        if *input == Input::DiskLost {
            self.sides[side].disk = None;
            self.watch.disk_lost(side);
        }
        let mut out = Vec::new();
        let now = self.now;
        let endpoint = &mut self.sides[side].endpoint;
        if let Some(mutation) = self.mutation {
            mutation.bend(side, input, endpoint, now);
        }
        endpoint.handle(input, &mut Context { now, out: &mut out });
        if let Some(mutation) = self.mutation {
            mutation.bend(side, input, endpoint, now);
        }
        self.watch.input(side, input);
        if let Some(mutation) = self.mutation {
            out = mutation.tamper(side, now, self.watch.updated(side), out);
        }
        for output in out {
            if self.burns(side, &output) {
                return;
            }
            self.output(side, output);
        }
        if let (Some(store), Some(disk)) = (
            self.sides[side].endpoint.store.as_ref(),
            self.sides[side].disk.as_mut(),
        ) {
            disk.last_operation = store.last_operation;
        }
    }

    /// Whether the side has lost its power, and does not get as far as this.
    fn burns(&mut self, side: usize, output: &Output) -> bool {
        let counts = matches!(output, Output::Send(_) | Output::Store(Part::Lease(_)));
        let Some(fuse) = self
            .fuse
            .as_mut()
            .filter(|fuse| fuse.side == side && counts)
        else {
            return !self.sides[side].powered;
        };
        fuse.left = fuse.left.saturating_sub(1);
        if fuse.left == 0 {
            let crash = fuse.crash;
            self.fuse = None;
            if crash {
                self.crash(side);
                self.watch.interrupted(side, &self.sides[side]);
            } else {
                self.cut();
            }
        }
        !self.sides[side].powered
    }

    /// What a side has on its disk of a part is now what its endpoint has.
    fn write(&mut self, side: usize, part: Part) {
        let side = &mut self.sides[side];
        let Some(store) = &side.endpoint.store else {
            return;
        };
        let disk = side.disk.get_or_insert_with(|| Store {
            leases: BTreeMap::new(),
            ..store.clone()
        });
        match part {
            Part::State => {
                let leases = std::mem::take(&mut disk.leases);
                *disk = Store {
                    leases,
                    ..store.clone()
                };
            }
            Part::Lease(address) => {
                disk.leases.insert(address, store.lease(address).clone());
            }
        }
    }

    fn output(&mut self, side: usize, output: Output) {
        self.watch.output(side, &output, self.now, &self.sides);
        match output {
            Output::Connect => {
                assert_eq!(side, PRIMARY);
                self.connects += 1;
                if self.cable && self.sides[SECONDARY].powered {
                    self.stream = true;
                    self.wire.clear();
                    self.input(SECONDARY, &Input::Connected);
                    self.input(PRIMARY, &Input::Connected);
                } else {
                    self.input(PRIMARY, &Input::Closed);
                }
            }
            Output::Knock => {
                assert_eq!(side, SECONDARY);
                self.knocks += 1;
                if self.cable && self.sides[PRIMARY].powered {
                    self.input(PRIMARY, &Input::Knock);
                }
            }
            Output::Send(bytes) => {
                let message = decode(&bytes).unwrap();
                self.log.push((side, message.body.clone()));
                self.sides[side].sent.push(message);
                // In pieces, so that no message arrives as a whole.
                let (start, end) = bytes.split_at(5);
                for piece in [start, end] {
                    let piece = Piece::Bytes(piece.to_vec());
                    self.wire.push_back((1 - side, piece));
                }
                if self.cable && !self.stream && self.sides[1 - side].powered {
                    self.wire.push_back((side, Piece::Reset));
                }
            }
            Output::Close => {
                if self.cable && self.stream {
                    self.flush();
                    self.stream = false;
                    self.input(1 - side, &Input::Closed);
                }
                self.stream = false;
            }
            Output::Arm { timer, at } => {
                self.sides[side].timers.insert(timer, at);
            }
            Output::Cancel(timer) => {
                self.sides[side].timers.remove(&timer);
            }
            Output::Store(part) => self.write(side, part),
            Output::Binding(change) => self.sides[side].changes.push(change),
            Output::Note(note) => self.sides[side].notes.push(note),
        }
    }

    fn flush(&mut self) {
        let said = self.log.len();
        while let Some((to, piece)) = self.wire.pop_front() {
            let last = self.log.len().saturating_sub(8);
            let talk = self.log.len() - said;
            assert!(
                talk < 2000,
                "they never come to rest: {:?}",
                &self.log[last..]
            );
            if !self.cable || !self.sides[to].powered {
                continue;
            }
            match piece {
                Piece::Bytes(bytes) if self.stream => self.input(to, &Input::Bytes(&bytes)),
                Piece::Reset if !self.stream => self.input(to, &Input::Closed),
                Piece::Bytes(_) | Piece::Reset => {}
            }
        }
    }

    /// Everything on the wire arrives, or the next deadline is due.
    fn step(&mut self, until: Instant) -> bool {
        if !self.wire.is_empty() {
            self.flush();
            return true;
        }
        let due = (0..2)
            .filter(|side| self.sides[*side].powered)
            .flat_map(|side| {
                let timers = self.sides[side].timers.iter();
                timers.map(move |(timer, at)| (*at, side, *timer))
            })
            .min();
        match due {
            Some((at, side, timer)) if at <= until => {
                self.now = self.now.max(at);
                self.sides[side].timers.remove(&timer);
                self.input(side, &Input::Timer(timer));
                true
            }
            _ => false,
        }
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, seconds: u64) {
        let until = self.now + secs(seconds);
        let mut steps = 0;
        while self.step(until) {
            steps += 1;
            assert!(steps < 100_000, "it never comes to rest");
        }
        self.now = until;
    }

    pub(super) fn start(&mut self, side: usize) {
        self.sides[side].powered = true;
        self.watch.starts(side, &self.sides[side], self.now);
        self.input(side, &Input::Start);
    }

    /// The power goes: the partner's side of the stream breaks.
    pub(super) fn crash(&mut self, side: usize) {
        self.input(side, &Input::PowerOff);
        let gone = &mut self.sides[side];
        gone.powered = false;
        gone.timers.clear();
        gone.endpoint.store.clone_from(&gone.disk);
        self.wire.clear();
        if self.stream && self.cable {
            self.input(1 - side, &Input::Closed);
        }
        self.stream = false;
    }

    pub(super) fn cut(&mut self) {
        self.cable = false;
        self.wire.clear();
    }

    /// The cable is whole again: what was TCP's connection has been reset on both sides.
    pub(super) fn heal(&mut self) {
        self.cable = true;
        if self.stream {
            self.stream = false;
            self.input(PRIMARY, &Input::Closed);
            self.input(SECONDARY, &Input::Closed);
        }
    }

    /// A server gives a client a lease as long as it may be.
    pub(super) fn give(&mut self, side: usize, last: u8, to: &Client) -> Result<u64, Withheld> {
        let endpoint = &self.sides[side].endpoint;
        endpoint.may_lease(address(last), to, self.now)?;
        let grant = endpoint.grant(self.now, address(last), secs(DESIRED));
        let event = LeaseEvent::Granted {
            client: to.clone(),
            granted: grant.length,
            desired: secs(DESIRED),
        };
        self.report(side, last, event);
        Ok(grant.length.as_secs())
    }

    pub(super) fn report(&mut self, side: usize, last: u8, event: LeaseEvent) {
        let address = address(last);
        self.input(side, &Input::Lease { address, event });
        if !self.slow {
            self.flush();
        }
    }

    pub(super) fn command(&mut self, side: usize, command: Command) {
        self.input(side, &Input::Command(command));
        self.flush();
    }
}
