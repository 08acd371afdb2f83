//! A server on a bench: a clock that only the test moves, and every byte that it sends kept.

use std::net::Ipv4Addr;

use super::super::*;
use crate::dhcp::{Datagram, Timer};

pub(super) const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
pub(super) const OTHER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
pub(super) const NONE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;
pub(super) const ALL: Ipv4Addr = Ipv4Addr::BROADCAST;

pub(super) fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, last)
}

pub(super) fn mac(last: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, last])
}

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

/// Ten addresses, 192.0.2.10 to 19, for an hour, without pings.
pub(super) fn plain() -> Config {
    Config {
        pools: vec!["192.0.2.10-192.0.2.19".parse().unwrap()],
        router: Some(ip(254)),
        dns: vec![ip(53), ip(54)],
        domain: Some("lab.example".into()),
        ping: PingCheck::Never,
        ..Config::default()
    }
}

pub(super) fn pinging() -> Config {
    Config {
        ping: PingCheck::Offer,
        ..plain()
    }
}

/// A message that went out, as read back from its own bytes.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) at: Instant,
    pub(super) datagram: Datagram,
    pub(super) message: Message,
    pub(super) bytes: Vec<u8>,
}

impl Sent {
    pub(super) fn kind(&self) -> MessageType {
        self.message.kind().unwrap()
    }

    pub(super) fn codes(&self) -> Vec<u8> {
        self.message.options.iter().map(|(code, _)| code).collect()
    }

    pub(super) fn lease(&self) -> Option<u32> {
        self.message.options.number(code::LEASE_TIME)
    }
}

pub(super) struct Rig {
    pub(super) server: Server,
    pub(super) now: Instant,
    pub(super) timer: Option<Instant>,
    pub(super) sent: Vec<Sent>,
    pub(super) pings: Vec<Ipv4Addr>,
    pub(super) neighbours: Vec<(Ipv4Addr, Mac)>,
    pub(super) notes: Vec<ServerNote>,
    /// What was done, in order: `ping`, `commit`, a message's name...
    pub(super) order: Vec<String>,
}

impl Rig {
    pub(super) fn new(config: Config) -> Self {
        let interface = Interface {
            address: SERVER,
            prefix: 24,
            router: None,
        };
        let mut rig = Self {
            server: Server::new(config, interface),
            now: Instant::ZERO,
            timer: None,
            sent: Vec::new(),
            pings: Vec::new(),
            neighbours: Vec::new(),
            notes: Vec::new(),
            order: Vec::new(),
        };
        rig.input(&Input::Start);
        rig
    }

    pub(super) fn input(&mut self, input: &Input<'_>) {
        let mut out = Vec::new();
        self.server.handle(
            input,
            &mut Context {
                now: self.now,
                out: &mut out,
            },
        );
        for action in out {
            match action {
                Action::Send(datagram) => self.keep(*datagram),
                Action::Ping { target, .. } => {
                    self.order.push("ping".into());
                    self.pings.push(target);
                }
                Action::Arm {
                    timer: Timer::Server,
                    at,
                    ..
                } => {
                    assert!(at >= self.now, "set to the past");
                    self.timer = Some(at);
                }
                Action::Cancel(Timer::Server) => self.timer = None,
                Action::Neighbour { address, mac } => {
                    self.order.push("neighbour".into());
                    self.neighbours.push((address, mac));
                }
                Action::Note(Note::Server(note)) => {
                    if matches!(note, ServerNote::Committed { .. }) {
                        self.order.push("commit".into());
                    }
                    self.notes.push(note);
                }
                other => panic!("not a server's: {other:?}"),
            }
        }
        self.check();
    }

    /// What must hold after every input: no two clients at one address, and none outside.
    fn check(&self) {
        for (address, binding) in self.server.bindings() {
            if matches!(
                binding.state,
                BindingState::Active | BindingState::Offered | BindingState::Pinging(_)
            ) {
                let config = self.server.config();
                let others = config.subnets.iter().flat_map(|subnet| &subnet.pools);
                let pools = config.pools.iter().chain(&config.extends).chain(others);
                let reserved = config
                    .reservations
                    .iter()
                    .any(|kept| kept.address == address);
                assert!(
                    reserved || pools.clone().any(|range| range.contains(address)),
                    "{address} is not to give"
                );
                assert_ne!(address, SERVER);
            }
        }
    }

    /// Every message must be well formed: checked on the bytes, whatever the test is about.
    fn keep(&mut self, datagram: Datagram) {
        let bytes = datagram.message.bytes();
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(datagram.source, SERVER);
        assert_eq!(datagram.source_port, 67);
        assert_eq!(
            (bytes[0], bytes[3], &bytes[8..10]),
            (2, 0, &[0, 0][..]),
            "op, hops, secs"
        );
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(bytes[end], 255, "End is the last option");
        self.order.push(format!("{:?}", message.kind().unwrap()));
        self.sent.push(Sent {
            at: self.now,
            datagram,
            message,
            bytes,
        });
    }

    pub(super) fn run_until(&mut self, until: Instant) {
        while let Some(at) = self.timer.filter(|at| *at <= until) {
            self.now = at;
            self.timer = None;
            self.input(&Input::Timer);
        }
        self.now = until;
    }

    pub(super) fn run(&mut self, length: u64) {
        self.run_until(self.now + secs(length));
    }

    /// The server takes a message, and what it answers at once is returned.
    pub(super) fn take(&mut self, message: &Message, unicast: bool) -> Vec<Sent> {
        let before = self.sent.len();
        let message = Message::parse(&message.bytes()).unwrap();
        self.input(&Input::Message {
            message: &message,
            unicast,
        });
        self.sent[before..].to_vec()
    }

    pub(super) fn one(&mut self, message: &Message, unicast: bool) -> Sent {
        let mut sent = self.take(message, unicast);
        assert_eq!(
            sent.len(),
            1,
            "one answer to {:?}; {:?}",
            message.kind(),
            self.notes.last()
        );
        sent.remove(0)
    }

    pub(super) fn silent(&mut self, message: &Message, unicast: bool) -> Silence {
        assert!(
            self.take(message, unicast).is_empty(),
            "it answers {:?}",
            self.sent.last()
        );
        match self.notes.last() {
            Some(ServerNote::Silent { why, .. }) => *why,
            other => panic!("a silence without a reason: {other:?}"),
        }
    }

    /// The client numbered `last` gets a lease.
    pub(super) fn lease(&mut self, last: u8) -> Ipv4Addr {
        let offer = self.one(&discover(last), false);
        assert_eq!(offer.kind(), MessageType::Offer);
        let ack = self.one(&selecting(last, offer.message.yiaddr), false);
        assert_eq!(ack.kind(), MessageType::Ack);
        ack.message.yiaddr
    }

    pub(super) fn power_off(&mut self) {
        self.input(&Input::PowerOff);
        self.timer = None;
    }

    pub(super) fn state(&self, address: Ipv4Addr) -> Option<BindingState> {
        self.server
            .bindings()
            .find(|(known, _)| *known == address)
            .map(|(_, binding)| binding.state.clone())
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self.notes.last() {
            Some(ServerNote::Refused { why, .. }) => Some(*why),
            _ => None,
        }
    }
}

pub(super) use crate::dhcp::{OfferEnd, Refusal};

fn message(kind: MessageType, last: u8) -> Message {
    let mut message = Message::new(Op::Request, kind, 0x0100_0000 + u32::from(last), mac(last));
    message
        .options
        .push_raw(code::CLIENT_ID, &[1, 2, 0, 0, 0, 0, last]);
    message
}

pub(super) fn with(mut message: Message, code: u8, value: &[u8]) -> Message {
    message.options.push_raw(code, value);
    message
}

pub(super) fn without_id(message: &Message) -> Message {
    let mut bare = message.clone();
    bare.options = crate::wire::dhcp::Options::new();
    for (code, value) in message
        .options
        .iter()
        .filter(|(code, _)| *code != code::CLIENT_ID)
    {
        bare.options.push_raw(code, value);
    }
    bare
}

pub(super) fn discover(last: u8) -> Message {
    message(MessageType::Discover, last)
}

pub(super) fn selecting(last: u8, address: Ipv4Addr) -> Message {
    selecting_of(last, address, SERVER)
}

pub(super) fn selecting_of(last: u8, address: Ipv4Addr, server: Ipv4Addr) -> Message {
    with(rebooting(last, address), code::SERVER_ID, &server.octets())
}

pub(super) fn rebooting(last: u8, address: Ipv4Addr) -> Message {
    with(
        message(MessageType::Request, last),
        code::REQUESTED_ADDRESS,
        &address.octets(),
    )
}

pub(super) fn extending(last: u8, address: Ipv4Addr) -> Message {
    Message {
        ciaddr: address,
        ..message(MessageType::Request, last)
    }
}

pub(super) fn decline(last: u8, address: Ipv4Addr) -> Message {
    let message = with(
        message(MessageType::Decline, last),
        code::REQUESTED_ADDRESS,
        &address.octets(),
    );
    with(message, code::SERVER_ID, &SERVER.octets())
}

pub(super) fn release(last: u8, address: Ipv4Addr) -> Message {
    let message = with(
        message(MessageType::Release, last),
        code::SERVER_ID,
        &SERVER.octets(),
    );
    Message {
        ciaddr: address,
        ..message
    }
}

pub(super) fn inform(last: u8, address: Ipv4Addr) -> Message {
    Message {
        ciaddr: address,
        ..message(MessageType::Inform, last)
    }
}
