use super::*;
use crate::rng::Rng;
use crate::wire::frame::{Arp, Echo, Route};

const NEAR: Mac = Mac([2, 0, 0, 0, 1, 1]);
const FAR: Mac = Mac([2, 0, 0, 0, 2, 1]);
const HOST: Mac = Mac([2, 0, 0, 0, 0, 10]);
const TARGET: Mac = Mac([2, 0, 0, 0, 0, 20]);

fn ip(third: u8, last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, third, last)
}

struct Rig {
    router: Router,
    timer: Option<Instant>,
    now: Instant,
}

impl Rig {
    fn new() -> Self {
        let port = |mac, address| Port {
            mac,
            interface: Interface {
                address,
                prefix: 24,
                router: None,
            },
        };
        let ports = [port(NEAR, ip(1, 1)), port(FAR, ip(2, 1))];
        let mut rig = Self {
            router: Router::new(&ports, None),
            timer: None,
            now: Instant::ZERO,
        };
        rig.act(Router::power_on);
        rig
    }

    /// What it sends, by which interface.
    fn act(&mut self, act: impl FnOnce(&mut Router, &mut Context<'_>)) -> Vec<(usize, Frame)> {
        let (mut out, mut rng) = (Vec::new(), Rng::new(1, 1));
        let mut cx = Context {
            now: self.now,
            rng: &mut rng,
            out: &mut out,
        };
        act(&mut self.router, &mut cx);
        let mut sent = Vec::new();
        for effect in out {
            match effect {
                Effect::TransmitBy { port, frame } => sent.push((port, frame)),
                Effect::Arm { at, .. } => self.timer = Some(at),
                Effect::Cancel(_) => self.timer = None,
                Effect::Transmit(_) => panic!("by which interface?"),
                Effect::Dhcp(_) | Effect::Net(_) => {}
            }
        }
        sent
    }

    fn frame(&mut self, port: usize, frame: &Frame) -> Vec<(usize, Frame)> {
        if !self.router.has_use_for(port, frame) {
            return Vec::new();
        }
        self.act(|router, cx| router.frame(port, frame, cx))
    }
}

fn ping(destination: Ipv4Addr, to: Mac) -> Frame {
    let route = Route {
        source_mac: HOST,
        destination_mac: to,
        source: ip(1, 10),
        destination,
    };
    let echo = Echo {
        reply: false,
        ident: 1,
        sequence: 2,
        data: b"hello",
    };
    frame::echo(route, &echo)
}

fn with_ttl(frame: &Frame, ttl: u8) -> Frame {
    let mut packet = frame.bytes()[ETHERNET_HEADER..].to_vec();
    packet[8] = ttl + 1;
    frame::ipv4(
        frame.source(),
        frame.destination(),
        &frame::forwarded(&packet).unwrap(),
    )
}

fn arp(sha: Mac, spa: Ipv4Addr, tpa: Ipv4Addr, to: Option<Mac>) -> Frame {
    Arp {
        reply: to.is_some(),
        sha,
        spa,
        tha: to.unwrap_or(Mac::ZERO),
        tpa,
    }
    .frame()
}

#[test]
fn a_packet_waits_for_arp_and_then_goes_on_by_the_other_interface() {
    let mut rig = Rig::new();
    let sent = rig.frame(0, &ping(ip(2, 20), NEAR));
    assert_eq!(sent, [(1, arp(FAR, ip(2, 1), ip(2, 20), None))]);
    let sent = rig.frame(1, &arp(TARGET, ip(2, 20), ip(2, 1), Some(FAR)));
    let [(1, passed)] = &sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!((passed.source(), passed.destination()), (FAR, TARGET));
    let Ok(Payload::Ip(packet)) = frame::parse(passed.bytes()) else {
        panic!("{passed:?}")
    };
    assert_eq!(
        (packet.ttl, packet.source, packet.destination),
        (63, ip(1, 10), ip(2, 20))
    );
    assert_eq!(rig.timer, None);
}

#[test]
fn a_packet_that_has_no_time_left_or_nowhere_to_go_ends_here() {
    let mut rig = Rig::new();
    let there = ping(ip(2, 20), NEAR);
    assert_eq!(rig.frame(0, &with_ttl(&there, 1)), []);
    assert_eq!(rig.frame(0, &with_ttl(&there, 2)).len(), 1);
    assert_eq!(rig.frame(0, &ping(ip(9, 9), NEAR)), []);
    assert_eq!(rig.frame(0, &ping(ip(2, 20), Mac::BROADCAST)), []);
    assert_eq!(rig.frame(0, &ping(ip(2, 20), FAR)), [], "another's card");
}

#[test]
fn each_of_its_addresses_answers_a_ping_from_either_side() {
    for asked in [ip(1, 1), ip(2, 1)] {
        let mut rig = Rig::new();
        let sent = rig.frame(0, &ping(asked, NEAR));
        assert_eq!(
            sent[0].0, 0,
            "it asks for the card on the side of the one who pings"
        );
        let sent = rig.frame(0, &arp(HOST, ip(1, 10), ip(1, 1), Some(NEAR)));
        let [(0, answer)] = &sent[..] else {
            panic!("{sent:?}")
        };
        let Ok(Payload::Ip(packet)) = frame::parse(answer.bytes()) else {
            panic!("{answer:?}")
        };
        assert_eq!((packet.source, packet.destination), (asked, ip(1, 10)));
    }
}

#[test]
fn an_interface_answers_arp_for_its_own_address_only() {
    let mut rig = Rig::new();
    let sent = rig.frame(0, &arp(HOST, ip(1, 10), ip(1, 1), None));
    assert_eq!(sent, [(0, arp(NEAR, ip(1, 1), ip(1, 10), Some(HOST)))]);
    assert_eq!(rig.frame(0, &arp(HOST, ip(1, 10), ip(2, 1), None)), []);
    let known = |port: usize| {
        rig.router.ports()[port]
            .neighbours()
            .entries(rig.now)
            .count()
    };
    assert_eq!((known(0), known(1)), (1, 0));
}

#[test]
fn silence_is_asked_again_twice_and_then_given_up() {
    let mut rig = Rig::new();
    rig.frame(0, &ping(ip(2, 20), NEAR));
    let mut asked = 1;
    while let Some(at) = rig.timer.take() {
        assert!(at > rig.now);
        rig.now = at;
        asked += rig.act(Router::arp_silence).len();
    }
    assert_eq!(asked, 3);
}
