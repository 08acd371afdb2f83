use super::*;
use crate::dhcp::{Interface, Reason};
use crate::net::host::{Input, Role};
use crate::rng::Rng;
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::frame::{self, Arp, Ip, Payload, Transport};
use crate::wire::summary::summary;

const PORT: u16 = 647;
const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(1);

fn address(host: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, [1, 2][host])
}

/// Two hosts at one cable.
struct Rig {
    now: Instant,
    hosts: [Host; 2],
    rngs: [Rng; 2],
    timers: Vec<(Instant, usize, Timer, Reason)>,
    flying: Vec<(Instant, usize, Frame)>,
    sent: Vec<(usize, Frame)>,
    cut: bool,
}

impl Rig {
    fn new() -> Self {
        let host = |number: usize| {
            let fixed = Interface {
                address: address(number),
                prefix: 24,
                router: None,
            };
            let card = u8::try_from(number).unwrap();
            Host::new(Mac([2, 0, 0, 0, 0, card]), Some(fixed), Role::Plain)
        };
        let mut rig = Self {
            now: Instant::ZERO,
            hosts: [host(0), host(1)],
            rngs: [Rng::new(1, 1), Rng::new(1, 2)],
            timers: Vec::new(),
            flying: Vec::new(),
            sent: Vec::new(),
            cut: false,
        };
        for host in 0..2 {
            rig.input(host, &Input::PowerOn { carrier: true });
        }
        rig
    }

    fn act(&mut self, host: usize, act: impl FnOnce(&mut Host, &mut Context<'_>)) {
        let mut out = Vec::new();
        let mut cx = Context {
            now: self.now,
            rng: &mut self.rngs[host],
            out: &mut out,
        };
        act(&mut self.hosts[host], &mut cx);
        for effect in out {
            match effect {
                Effect::Transmit(frame) => {
                    self.sent.push((host, frame.clone()));
                    if !self.cut {
                        self.flying.push((self.now + LATENCY, 1 - host, frame));
                    }
                }
                Effect::Arm { timer, at, reason } => {
                    assert!(at > self.now, "{timer:?} is set to the past");
                    self.disarm(host, timer);
                    self.timers.push((at, host, timer, reason));
                }
                Effect::Cancel(timer) => self.disarm(host, timer),
                Effect::Dhcp(_) | Effect::Net(_) => {}
                Effect::TransmitBy { .. } => panic!("a host has one card"),
            }
        }
    }

    fn disarm(&mut self, host: usize, timer: Timer) {
        self.timers
            .retain(|(_, whose, which, _)| (*whose, *which) != (host, timer));
    }

    fn input(&mut self, host: usize, input: &Input<'_>) {
        self.act(host, |host, cx| host.handle(input, cx));
    }

    fn stream(&mut self, host: usize, action: StreamAction) {
        self.act(host, |host, cx| host.stream(action, cx));
    }

    fn connect(&mut self) {
        let address = address(1);
        self.stream(
            0,
            StreamAction::Connect {
                address,
                port: PORT,
            },
        );
    }

    fn connected() -> Self {
        let mut rig = Self::new();
        rig.stream(1, StreamAction::Listen(PORT));
        rig.connect();
        rig.pass(SECOND);
        rig
    }

    fn reboot(&mut self, host: usize) {
        self.input(host, &Input::PowerOff);
        self.timers.retain(|(_, whose, ..)| *whose != host);
        self.input(host, &Input::PowerOn { carrier: true });
    }

    fn pass(&mut self, length: Duration) {
        let until = self.now + length;
        loop {
            self.timers.sort_by_key(|timer| (timer.0, timer.1));
            let timer = self.timers.first().map_or(Instant::MAX, |timer| timer.0);
            let arrival = self.flying.first().map_or(Instant::MAX, |flying| flying.0);
            let next = timer.min(arrival);
            if next > until {
                self.now = until;
                return;
            }
            self.now = next;
            if arrival == next {
                let (_, host, frame) = self.flying.remove(0);
                if self.hosts[host].has_use_for(&frame) {
                    self.input(host, &Input::Frame(&frame));
                }
            } else {
                let (_, host, timer, _) = self.timers.remove(0);
                self.input(host, &Input::Timer(timer));
            }
        }
    }

    /// What was sent since, by whom: `0 TCP SYN`.
    fn labels(&mut self) -> Vec<String> {
        let sent = self.sent.drain(..);
        sent.map(|(host, frame)| format!("{host} {}", summary(frame.bytes()).label()))
            .collect()
    }

    /// What a host sent in its segments, and up to where the other acknowledged it.
    fn payload(&self, from: usize) -> (Vec<u8>, bool) {
        let (mut bytes, mut acknowledged, mut end) = (Vec::new(), 0, 0);
        for (host, frame) in &self.sent {
            let Ok(Payload::Ip(Ip {
                transport: Transport::Tcp(tcp),
                ..
            })) = frame::parse(frame.bytes())
            else {
                continue;
            };
            if *host == from {
                bytes.extend_from_slice(tcp.payload);
                end = tcp.sequence + u32::try_from(tcp.payload.len()).unwrap();
            } else {
                acknowledged = tcp.acknowledgment;
            }
        }
        (bytes, acknowledged == end)
    }
}

#[test]
fn a_segment_finds_its_card_by_arp_and_the_answer_comes_back() {
    let mut rig = Rig::connected();
    let labels = [
        "0 ARP request",
        "1 ARP reply",
        "0 TCP SYN",
        "1 TCP SYN ACK",
        "0 TCP ACK",
    ];
    // The one who was asked has learnt the other's card from the question.
    assert_eq!(rig.labels(), labels);
    rig.stream(0, StreamAction::Send(b"there".to_vec()));
    rig.pass(SECOND);
    assert_eq!(rig.payload(0), (b"there".to_vec(), true));
    assert_eq!(rig.labels(), ["0 TCP data", "1 TCP ACK"]);
    rig.stream(1, StreamAction::Send(b"and back".to_vec()));
    rig.pass(SECOND);
    assert_eq!(rig.payload(1), (b"and back".to_vec(), true));
    assert!(rig.timers.is_empty(), "{:?}", rig.timers);
}

#[test]
fn packets_bear_the_cards_and_what_all_packets_here_bear() {
    let mut rig = Rig::connected();
    rig.stream(0, StreamAction::Send(b"x".to_vec()));
    let (_, segment) = rig.sent.last().unwrap();
    assert_eq!(segment.source(), rig.hosts[0].mac());
    assert_eq!(segment.destination(), rig.hosts[1].mac());
    let own = Arp::probe(Mac::ZERO, address(0));
    let route = frame::Route {
        source_mac: own.sha,
        destination_mac: own.tha,
        source: own.tpa,
        destination: address(1),
    };
    let datagram = frame::udp(route, 1, 2, b"");
    // Version and header length, type of service; identification, flags; time to live.
    for range in [14..16, 18..23] {
        assert_eq!(segment.bytes()[range.clone()], datagram.bytes()[range]);
    }
}

#[test]
fn a_cable_that_is_cut_and_healed_delivers_late_what_was_sent() {
    let mut rig = Rig::connected();
    rig.labels();
    rig.cut = true;
    rig.stream(0, StreamAction::Send(b"patience".to_vec()));
    assert!(
        rig.timers
            .iter()
            .any(|timer| (timer.2, timer.3) == (Timer::Tcp, Reason::TcpSilence))
    );
    rig.pass(Duration::from_secs(60));
    let tries = rig.labels();
    assert!(tries.len() >= 6, "{tries:?}");
    rig.cut = false;
    rig.pass(Duration::from_secs(60));
    assert_eq!(rig.payload(0), (b"patience".to_vec(), true));
}

#[test]
fn a_syn_that_waits_for_arp_goes_out_once() {
    let mut rig = Rig::new();
    rig.stream(1, StreamAction::Listen(PORT));
    rig.cut = true;
    rig.connect();
    rig.pass(Duration::from_millis(1_500));
    assert_eq!(rig.labels(), ["0 ARP request", "0 ARP request"]);
    rig.cut = false;
    rig.pass(Duration::from_secs(1));
    let labels = [
        "0 ARP request",
        "1 ARP reply",
        "0 TCP SYN",
        "1 TCP SYN ACK",
        "0 TCP ACK",
    ];
    assert_eq!(rig.labels(), labels);
}

#[test]
fn a_host_that_never_used_tcp_refuses_and_keeps_nothing() {
    let mut rig = Rig::new();
    rig.connect();
    rig.pass(SECOND);
    assert_eq!(rig.labels()[2..], ["0 TCP SYN", "1 TCP RST"]);
    assert!(rig.hosts[1].tcp.is_none());
    assert!(rig.timers.is_empty());
}

#[test]
fn power_off_forgets_the_connection_and_its_ports() {
    let mut rig = Rig::connected();
    rig.labels();
    rig.reboot(1);
    rig.stream(0, StreamAction::Send(b"still there?".to_vec()));
    rig.pass(SECOND);
    let labels = rig.labels();
    assert!(labels.contains(&"1 TCP RST".to_owned()), "{labels:?}");
    rig.stream(1, StreamAction::Listen(PORT));
    rig.connect();
    rig.pass(SECOND);
    assert_eq!(rig.labels(), ["0 TCP SYN", "1 TCP SYN ACK", "0 TCP ACK"]);
    rig.reboot(0);
    rig.connect();
    rig.pass(SECOND);
    let labels = rig.labels();
    assert!(labels.ends_with(&["0 TCP ACK".to_owned()]), "{labels:?}");
    rig.stream(1, StreamAction::Send(b"welcome".to_vec()));
    rig.pass(SECOND);
    assert_eq!(rig.payload(1), (b"welcome".to_vec(), true));
}

#[test]
fn hosts_in_one_state_are_equal_whether_copied_or_not() {
    let mut rig = Rig::connected();
    let copy = rig.hosts.clone();
    assert_eq!(copy, rig.hosts);
    rig.hosts = copy;
    rig.stream(0, StreamAction::Send(b"on".to_vec()));
    rig.stream(0, StreamAction::Close);
    rig.pass(SECOND);
    let mut labels = rig.labels();
    labels.drain(..5);
    assert_eq!(
        labels,
        ["0 TCP data", "0 TCP FIN", "1 TCP FIN", "0 TCP ACK"]
    );
}
