//! A client on a bench: a clock that only the test moves, and every byte that it sends kept.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::super::*;
use crate::dhcp::{Datagram, Interface};
use crate::wire::dhcp::Message;

pub(super) const MAC: Mac = Mac([2, 0, 0, 0, 0, 10]);
pub(super) const STRANGER: Mac = Mac([2, 0, 0, 0, 0, 99]);
pub(super) const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
pub(super) const OTHER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
pub(super) const NONE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;
pub(super) const ALL: Ipv4Addr = Ipv4Addr::BROADCAST;
pub(super) const LEASE: u32 = 3_600;

pub(super) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

/// No delay, no fuzz, no probing: what a test of something else wants.
pub(super) fn plain() -> Config {
    Config {
        start_delay: false,
        fuzz: false,
        probe: false,
        ..Config::default()
    }
}

pub(super) fn probing() -> Config {
    Config {
        probe: true,
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

    pub(super) fn has(&self, code: u8) -> bool {
        self.message.options.has(code)
    }

    pub(super) fn address(&self, code: u8) -> Option<Ipv4Addr> {
        self.message.options.address(code)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArpOut {
    Probe(Ipv4Addr),
    Announce(Ipv4Addr),
}

pub(super) struct Rig {
    pub(super) client: Client,
    rng: Rng,
    pub(super) now: Instant,
    timers: BTreeMap<usize, (Instant, u64, Timer)>,
    armed: u64,
    pub(super) sent: Vec<Sent>,
    pub(super) arps: Vec<(Instant, ArpOut)>,
    pub(super) uses: Option<Interface>,
    pub(super) notes: Vec<ClientNote>,
}

impl Rig {
    pub(super) fn new(config: Config, seed: u64) -> Self {
        Self {
            client: Client::new(config, MAC, None),
            rng: Rng::new(seed, 1),
            now: Instant::ZERO,
            timers: BTreeMap::new(),
            armed: 0,
            sent: Vec::new(),
            arps: Vec::new(),
            uses: None,
            notes: Vec::new(),
        }
    }

    /// Switched on, with the cable in.
    pub(super) fn on(config: Config, seed: u64) -> Self {
        let mut rig = Self::new(config, seed);
        rig.power_on();
        rig
    }

    /// On, with a fixed address.
    pub(super) fn informing(seed: u64) -> Self {
        let mut rig = Self::new(plain(), seed);
        rig.client.fixed = Some(Interface {
            address: ADDRESS,
            prefix: 16,
            router: None,
        });
        rig.power_on();
        rig
    }

    pub(super) fn power_on(&mut self) {
        self.input(&Input::LinkUp);
        self.input(&Input::Start);
    }

    pub(super) fn power_off(&mut self) {
        self.input(&Input::PowerOff);
        self.timers.clear();
    }

    /// On, and BOUND to `ADDRESS` by `SERVER` with the options of `lease`.
    pub(super) fn bound(config: Config, length: u32) -> Self {
        let mut rig = Self::on(config, 1);
        rig.answer(MessageType::Offer, length);
        rig.answer(MessageType::Ack, length);
        rig.run_until_quiet(10);
        assert_eq!(rig.client.state(), State::Bound);
        rig
    }

    pub(super) fn input(&mut self, input: &Input<'_>) {
        let mut out = Vec::new();
        self.client.handle(
            input,
            &mut Context {
                now: self.now,
                rng: &mut self.rng,
                out: &mut out,
            },
        );
        for action in out {
            match action {
                Action::Send(datagram) => self.keep(*datagram),
                Action::Probe(address) => self.arps.push((self.now, ArpOut::Probe(address))),
                Action::Announce(address) => {
                    assert_eq!(
                        self.uses.map(|uses| uses.address),
                        Some(address),
                        "announced before it is used"
                    );
                    self.arps.push((self.now, ArpOut::Announce(address)));
                }
                Action::Arm { timer, at, .. } => {
                    assert!(at >= self.now, "{timer:?} is set to the past");
                    assert!(at < Instant::MAX, "{timer:?} never comes");
                    self.armed += 1;
                    self.timers.insert(timer.index(), (at, self.armed, timer));
                }
                Action::Cancel(timer) => {
                    self.timers.remove(&timer.index());
                }
                Action::Configure(interface) => self.uses = Some(interface),
                Action::Deconfigure => {
                    assert!(
                        self.uses.take().is_some(),
                        "gave up an address that it did not use"
                    );
                }
                Action::Note(Note::Client(note)) => self.notes.push(note),
                Action::Ping { .. }
                | Action::Neighbour { .. }
                | Action::Stream(_)
                | Action::Note(Note::Server(_) | Note::Relay(_) | Note::Failover(_)) => {
                    panic!("not a client's: {action:?}");
                }
            }
        }
        assert!(
            self.client.fixed.is_some()
                || self.client.address() == self.uses.map(|uses| uses.address),
            "what it says is what it does"
        );
    }

    /// Every message must be well formed: checked on the bytes, whatever the test is about.
    fn keep(&mut self, datagram: Datagram) {
        let bytes = datagram.message.bytes();
        let message = Message::parse(&bytes).unwrap();
        assert_eq!((datagram.source_port, datagram.destination_port), (68, 67));
        assert_eq!(
            (bytes[0], bytes[1], bytes[2], bytes[3]),
            (1, 1, 6, 0),
            "op, htype, hlen, hops"
        );
        assert_eq!(bytes[16..28], [0; 12], "yiaddr, siaddr, giaddr");
        assert_eq!(bytes[28..34], MAC.0, "chaddr");
        assert!(
            bytes[34..236].iter().all(|byte| *byte == 0),
            "chaddr's rest, sname, file"
        );
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(bytes[end], 255, "End is the last option");
        assert_eq!(bytes[10] & 0x7f, 0);
        assert_eq!(bytes[11], 0, "only the broadcast flag");
        self.sent.push(Sent {
            at: self.now,
            datagram,
            message,
            bytes,
        });
    }

    pub(super) fn next_timer(&self) -> Option<(Instant, Timer)> {
        self.timers
            .values()
            .min()
            .map(|(at, _, timer)| (*at, *timer))
    }

    pub(super) fn run_until(&mut self, until: Instant) {
        while let Some((at, timer)) = self.next_timer().filter(|(at, _)| *at <= until) {
            self.now = at;
            self.timers.remove(&timer.index());
            self.input(&Input::Timer(timer));
        }
        self.now = until;
    }

    pub(super) fn run(&mut self, length: u64) {
        self.run_until(self.now + secs(length));
    }

    /// Lets `length` seconds of probing and announcing pass, if there is any.
    pub(super) fn run_until_quiet(&mut self, length: u64) {
        if self.client.state() == State::Probing {
            self.run(length);
        }
    }

    /// Goes to the next message that it sends.
    pub(super) fn next_sent(&mut self) -> Sent {
        let before = self.sent.len();
        while self.sent.len() == before {
            let (at, timer) = self.next_timer().expect("it waits for something");
            self.now = at;
            self.timers.remove(&timer.index());
            self.input(&Input::Timer(timer));
        }
        self.last()
    }

    pub(super) fn last(&self) -> Sent {
        self.sent.last().expect("it sent something").clone()
    }

    /// The next REQUEST to `SERVER` alone, the next to everyone, and the DISCOVER after the end of
    /// a lease that no one answers for: when T1, T2 and the end are, as seen from outside.
    pub(super) fn clocks(&mut self) -> [Instant; 3] {
        let renew = self.next_sent();
        let mut rebind = self.next_sent();
        while rebind.datagram.destination == SERVER {
            rebind = self.next_sent();
        }
        for (sent, destination) in [(&renew, SERVER), (&rebind, ALL)] {
            let fields = (
                sent.kind(),
                sent.datagram.source,
                sent.datagram.destination,
                sent.message.ciaddr,
            );
            let expected = (MessageType::Request, ADDRESS, destination, ADDRESS);
            assert_eq!(fields, expected, "at {}", sent.at);
        }
        let mut end = self.next_sent();
        while end.kind() == MessageType::Request {
            end = self.next_sent();
        }
        let fields = (end.kind(), end.datagram.source, end.message.ciaddr);
        assert_eq!(fields, (MessageType::Discover, NONE, NONE));
        assert_eq!(self.uses, None);
        [renew.at, rebind.at, end.at]
    }

    pub(super) fn count(&self, kind: MessageType) -> usize {
        self.sent.iter().filter(|sent| sent.kind() == kind).count()
    }

    /// A server's answer to the last message: `ADDRESS` by `SERVER`.
    pub(super) fn reply(&self, kind: MessageType, length: u32) -> Message {
        let question = self.last().message;
        let mut reply = Message::new(Op::Reply, kind, question.xid, MAC);
        reply.options.push_raw(code::SERVER_ID, &SERVER.octets());
        if kind != MessageType::Nak {
            reply.yiaddr = ADDRESS;
            reply
                .options
                .push_raw(code::LEASE_TIME, &length.to_be_bytes());
            reply
                .options
                .push_raw(code::SUBNET_MASK, &[255, 255, 255, 0]);
        }
        reply
    }

    pub(super) fn deliver(&mut self, message: &Message) {
        let message = Message::parse(&message.bytes()).unwrap();
        self.input(&Input::Message(&message));
    }

    pub(super) fn answer(&mut self, kind: MessageType, length: u32) {
        let reply = self.reply(kind, length);
        self.deliver(&reply);
    }

    /// Someone answers for `ADDRESS`.
    pub(super) fn claim(&mut self) {
        self.input(&Input::Arp(&Arp {
            reply: true,
            sha: STRANGER,
            spa: ADDRESS,
            tha: MAC,
            tpa: NONE,
        }));
    }

    pub(super) fn ignored(&self) -> Vec<Ignored> {
        let why = |note: &ClientNote| match note {
            ClientNote::Ignored { why, .. } => Some(*why),
            _ => None,
        };
        self.notes.iter().filter_map(why).collect()
    }

    /// Brings it, by messages and time alone, into a state.
    pub(super) fn in_state(state: State) -> Self {
        let mut rig = match state {
            State::Stopped => Self::new(probing(), 1),
            State::Init => Self::on(
                Config {
                    start_delay: true,
                    ..probing()
                },
                1,
            ),
            State::Selecting | State::Requesting | State::Probing => Self::on(probing(), 1),
            State::InitReboot
            | State::Rebooting
            | State::Bound
            | State::Renewing
            | State::Rebinding => Self::bound(probing(), LEASE),
            State::Informing => Self::informing(1),
        };
        match state {
            State::Stopped | State::Init | State::Selecting | State::Bound | State::Informing => {}
            State::Requesting => rig.answer(MessageType::Offer, LEASE),
            State::Probing => {
                rig.answer(MessageType::Offer, LEASE);
                rig.answer(MessageType::Ack, LEASE);
            }
            State::InitReboot => rig.input(&Input::LinkDown),
            State::Rebooting => {
                rig.input(&Input::LinkDown);
                rig.input(&Input::LinkUp);
            }
            State::Renewing => rig.run_until(at(1_801)),
            State::Rebinding => rig.run_until(at(3_151)),
        }
        assert_eq!(rig.client.state(), state);
        rig
    }
}
