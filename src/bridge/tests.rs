use super::*;
use crate::dhcp::Note;
use crate::dhcp::failover::State;
use crate::scenario::library;
use crate::sim::Kind;
use crate::wire::failover;
use crate::wire::frame::{Route, udp};

const MAC: Mac = Mac([2, 0, 0, 0, 0, 0x99]);

fn card(last: u8) -> Card {
    Card {
        mac: Mac([2, 0, 0, 0, 0, last]),
        carrier: true,
    }
}

fn bridge(side: Side, name: Option<&str>) -> Result<Bridge, Unfit> {
    let scenario = library::load("lease-origin").unwrap();
    Bridge::new(&scenario, side, name, &[card(0x99)], 7)
}

/// What leaves, each frame with the number of the card that sends it.
fn sent_by(bridge: &mut Bridge) -> Vec<(u32, Frame)> {
    let news = bridge.take();
    let entries = bridge.journal().from(news.start);
    entries
        .filter_map(|(id, entry)| bridge.outgoing(id, entry))
        .map(|(card, frame)| (card, frame.clone()))
        .collect()
}

fn sent(bridge: &mut Bridge) -> Vec<Frame> {
    let frames = sent_by(bridge).into_iter();
    frames.map(|(_, frame)| frame).collect()
}

#[test]
fn a_node_is_found_by_kind_or_by_name() {
    assert!(bridge(Side::Client, None).is_ok());
    assert!(bridge(Side::Client, Some("laptop")).is_ok());
    assert!(bridge(Side::Server, Some("server2")).is_ok());
    let several = bridge(Side::Server, None).unwrap_err().to_string();
    assert!(several.ends_with("server1, server2"), "{several}");
    let unknown = bridge(Side::Server, Some("laptop")).unwrap_err();
    assert!(unknown.to_string().contains("no server 'laptop'"));
}

/// Two bridges, each with a world of its own, as two machines would be.
#[test]
fn a_client_and_a_server_of_two_worlds_come_to_a_lease() {
    let mut client = bridge(Side::Client, None).unwrap();
    let mut server = Bridge::new(
        &library::load("lease-origin").unwrap(),
        Side::Server,
        Some("server1"),
        &[card(0x98)],
        8,
    )
    .unwrap();
    for millis in 0..20_000 {
        let now = Instant::ZERO + Duration::from_millis(millis);
        client.advance(now);
        server.advance(now);
        for frame in sent(&mut client) {
            server.receive(now, 0, frame.bytes().to_vec());
        }
        for frame in sent(&mut server) {
            client.receive(now, 0, frame.bytes().to_vec());
        }
    }
    let lease = client
        .world()
        .node(OWN)
        .client()
        .unwrap()
        .address()
        .unwrap();
    assert_eq!(lease.to_string(), "192.168.1.10");
    let committed = server.journal().entries().any(|entry| {
        matches!(&entry.what, What::Dhcp(Note::Server(crate::dhcp::ServerNote::Committed { address, client, .. }))
            if *address == lease && *client == MAC)
    });
    assert!(committed);
}

fn relay(cards: &[Card], name: Option<&str>) -> Result<Bridge, Unfit> {
    let scenario = library::load("relay").unwrap();
    Bridge::new(&scenario, Side::Relay, name, cards, 9)
}

#[test]
fn a_relay_takes_one_card_for_each_interface() {
    assert!(relay(&[card(1), card(2)], Some("router")).is_ok());
    let one = relay(&[card(1)], None).unwrap_err().to_string();
    assert!(
        one.contains("2 interfaces (eth0 10.0.1.1/24, eth1 10.0.2.1/24)"),
        "{one}"
    );
    assert!(one.contains("cards named are 1"), "{one}");
    let no_relay = bridge(Side::Relay, None).unwrap_err().to_string();
    assert!(
        no_relay.ends_with("no router with a relay agent"),
        "{no_relay}"
    );
    let kind = relay(&[card(1), card(2)], Some("laptop")).unwrap_err();
    assert!(
        kind.to_string().contains("'laptop'; there are: router"),
        "{kind}"
    );
    let same = relay(&[card(1), card(1)], None).unwrap_err().to_string();
    assert!(same.contains("already"), "{same}");
}

/// Three bridges on two wires. The client's lease comes through the relay agent, and its renewal as
/// a packet that is passed on.
#[test]
fn a_client_gets_and_renews_its_lease_through_a_bridged_relay() {
    let scenario = library::load("relay").unwrap();
    let host = |side, last| Bridge::new(&scenario, side, None, &[card(last)], 9).unwrap();
    let (mut client, mut server) = (host(Side::Client, 0x0a), host(Side::Server, 0x0b));
    let mut relay = relay(&[card(1), card(2)], None).unwrap();
    let mut renewed = false;
    let mut leases = Vec::new();
    // A lease is an hour, T1 half of that.
    for tenths in 0..18_200 {
        let now = Instant::ZERO + Duration::from_millis(tenths * 100);
        for _ in 0..4 {
            client.advance(now);
            server.advance(now);
            relay.advance(now);
            for frame in sent(&mut client) {
                relay.receive(now, 0, frame.bytes().to_vec());
            }
            for frame in sent(&mut server) {
                relay.receive(now, 1, frame.bytes().to_vec());
            }
            for (port, frame) in sent_by(&mut relay) {
                let to = if port == 0 { &mut client } else { &mut server };
                renewed |= tenths > 10_000 && Side::Relay.has_lease_with(&frame);
                to.receive(now, 0, frame.bytes().to_vec());
            }
        }
        leases.extend(client.world().node(OWN).client().unwrap().address());
    }
    assert_eq!(leases.last().unwrap().to_string(), "10.0.1.100");
    assert!(renewed);
    let Kind::Router(router) = &relay.world().node(OWN).kind else {
        panic!("no router");
    };
    let counts = router.relay().unwrap().counts();
    assert_eq!(counts, [2, 2, 0], "the renewal is not relayed");
}

#[test]
fn without_carrier_nothing_goes_out_until_it_is_there() {
    let scenario = library::load("lease-origin").unwrap();
    let no_carrier = Card {
        carrier: false,
        ..card(0x99)
    };
    let mut client = Bridge::new(&scenario, Side::Client, None, &[no_carrier], 7).unwrap();
    client.advance(Instant::from_micros(20_000_000));
    assert_eq!(sent(&mut client), []);
    client.set_carrier(Instant::from_micros(21_000_000), 0, true);
    assert_eq!(sent(&mut client).len(), 1);
}

#[test]
fn a_frame_of_no_concern_leaves_no_trace() {
    let mut client = bridge(Side::Client, None).unwrap();
    client.advance(Instant::ZERO);
    let before = client.journal().len();
    let route = Route {
        source_mac: Mac([2, 0, 0, 0, 0, 1]),
        destination_mac: MAC,
        source: [192, 0, 2, 1].into(),
        destination: [192, 0, 2, 2].into(),
    };
    client.receive(
        Instant::ZERO,
        0,
        udp(route, 53, 4_000, b"dns").bytes().to_vec(),
    );
    client.receive(Instant::ZERO, 0, vec![0xff; 14]);
    client.receive(Instant::ZERO, 0, Vec::new());
    assert_eq!(client.journal().len(), before);
}

#[test]
fn a_checksum_left_to_the_card_is_filled_in_and_a_wrong_one_is_not() {
    for payload in [&b"an even one"[..], b"an odd one"] {
        let route = Route {
            source_mac: Mac([2, 0, 0, 0, 0, 1]),
            destination_mac: MAC,
            source: [10, 200, 255, 1].into(),
            destination: [255, 255, 255, 255].into(),
        };
        let whole = udp(route, 67, 68, payload).bytes().to_vec();
        let mut half = whole.clone();
        let words = [
            10 << 8 | 200,
            255 << 8 | 1,
            0xffff,
            0xffff,
            17,
            8 + payload.len() as u64,
        ];
        let mut pseudo: u64 = words.iter().sum();
        while pseudo > 0xffff {
            pseudo = (pseudo & 0xffff) + (pseudo >> 16);
        }
        half[40..42].copy_from_slice(&u16::try_from(pseudo).unwrap().to_be_bytes());
        fill_checksum(&mut half);
        assert_eq!(half, whole);
        let mut wrong = whole.clone();
        wrong[41] ^= 0x40;
        let kept = wrong.clone();
        fill_checksum(&mut wrong);
        assert_eq!(wrong, kept);
        fill_checksum(&mut half[..30]);
    }
}

/// Two worlds of one server each, as two machines would be, on one wire.
struct Partners {
    bridges: [Bridge; 2],
    millis: u64,
    cut: bool,
}

impl Partners {
    fn new() -> Self {
        let scenario = library::load("two-server-day").unwrap();
        let new = |name, last| {
            Bridge::new(&scenario, Side::Server, Some(name), &[card(last)], 9).unwrap()
        };
        Self {
            bridges: [new("server1", 0x0a), new("server2", 0x0b)],
            millis: 0,
            cut: false,
        }
    }

    fn now(&self) -> Instant {
        Instant::ZERO + Duration::from_millis(self.millis)
    }

    fn pass(&mut self, secs: u64) {
        for _ in 0..secs * 50 {
            self.millis += 20;
            let now = self.now();
            for _ in 0..4 {
                for from in [0, 1] {
                    self.bridges[from].advance(now);
                    for frame in sent(&mut self.bridges[from]) {
                        if !self.cut {
                            self.bridges[1 - from].receive(now, 0, frame.bytes().to_vec());
                        }
                    }
                }
            }
        }
    }

    fn states(&self) -> [State; 2] {
        self.bridges.each_ref().map(|bridge| {
            let server = bridge.world().node(OWN).server().unwrap();
            server.endpoint().unwrap().state()
        })
    }

    fn say(&mut self, which: usize, line: &str) {
        let now = self.now();
        self.bridges[which].obey(now, line).unwrap();
    }
}

#[test]
fn two_bridged_servers_become_partners_and_obey_their_operators() {
    let mut partners = Partners::new();
    // The partner is told the time of day.
    for bridge in &mut partners.bridges {
        bridge.set_time_of_day(Instant::ZERO, 1_800_000_000);
    }
    partners.pass(2);
    assert_eq!(partners.states(), [State::Normal; 2]);
    let says = partners.bridges[0].journal().entries();
    let times: Vec<u32> = says
        .filter_map(|entry| {
            let What::Sent { frame, .. } = &entry.what else {
                return None;
            };
            let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
                return None;
            };
            let Transport::Tcp(tcp) = ip.transport else {
                return None;
            };
            Some(failover::header(tcp.payload)?.time)
        })
        .collect();
    assert!(times.len() > 10);
    assert!(times.iter().all(|time| *time == 1_800_000_000), "{times:?}");
    partners.say(0, "shut-down");
    partners.pass(10);
    assert_eq!(partners.states(), [State::Shutdown, State::PartnerDown]);
    for line in ["power-off", "lose-disk", "power-on"] {
        partners.say(0, line);
    }
    partners.pass(2);
    assert_eq!(partners.states()[0], State::RecoverWait);
    partners.cut = true;
    partners.pass(70);
    partners.say(1, "partner-down");
    assert_eq!(partners.states()[1], State::PartnerDown);
}

#[test]
fn what_is_no_command_for_this_node_is_told() {
    let mut partners = Partners::new();
    let told =
        |bridge: &mut Bridge, line: &str| bridge.obey(Instant::ZERO, line).unwrap_err().to_string();
    let server = &mut partners.bridges[0];
    assert_eq!(
        told(server, "renew"),
        "commands[0].node: 'server1' is not a client"
    );
    let unknown = told(server, "unplug");
    assert!(unknown.starts_with("there is no command 'unplug'; there are: power-off, "));
    let mut client = bridge(Side::Client, None).unwrap();
    let alone = told(&mut client, "partner-down");
    assert!(
        alone.ends_with("is not a server with a failover partner"),
        "{alone}"
    );
    assert!(client.obey(Instant::ZERO, "release").is_ok());
    let commands = client.journal().entries();
    let released = |entry: &&Entry| matches!(entry.what, What::Command(Command::Release(OWN)));
    assert_eq!(commands.filter(released).count(), 1);
}

/// The kernel has TCP of its own over the same card.
#[test]
fn tcp_is_the_failover_servers_own_or_left_outside() {
    let segment = |bridge: &mut Bridge, to: [u8; 4], ports: [u16; 2]| {
        bridge.advance(Instant::ZERO);
        let before = bridge.journal().len();
        let mac = bridge.world().node(OWN).host().unwrap().mac();
        let builder = etherparse::PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], mac.0)
            .ipv4([192, 168, 1, 77], to, 64)
            .tcp(ports[0], ports[1], 1, 1_000)
            .syn();
        let mut bytes = Vec::new();
        builder.write(&mut bytes, &[]).unwrap();
        bridge.receive(Instant::ZERO, 0, bytes);
        bridge.journal().len() - before
    };
    let mut partners = Partners::new();
    let server = &mut partners.bridges[1];
    assert_eq!(server.failover_address(), Some([192, 168, 1, 2].into()));
    assert!(segment(server, [192, 168, 1, 2], [40_000, 647]) > 0);
    assert!(segment(server, [192, 168, 1, 2], [647, 50_000]) > 0);
    assert_eq!(segment(server, [192, 168, 1, 2], [40_000, 22]), 0);
    assert_eq!(segment(server, [192, 168, 1, 50], [40_000, 647]), 0);
    // Ours is 847 here, the partner's 1047.
    let mut file = library::load("two-server-day").unwrap().file().clone();
    for (name, port, partner_port) in [("server1", 1_047, 847), ("server2", 847, 1_047)] {
        let node = file.nodes.iter_mut().find(|node| node.id == name).unwrap();
        let failover = node.server.as_mut().unwrap().failover.as_mut().unwrap();
        (failover.port, failover.partner_port) = (port, partner_port);
    }
    let scenario = Scenario::new(file).unwrap();
    let mut other =
        Bridge::new(&scenario, Side::Server, Some("server2"), &[card(0x0b)], 9).unwrap();
    for (ports, own) in [
        ([40_000, 847], true),
        ([1_047, 50_000], true),
        ([40_000, 1_047], false),
        ([847, 50_000], false),
        ([40_000, 647], false),
        ([647, 50_000], false),
    ] {
        let heard = segment(&mut other, [192, 168, 1, 2], ports) > 0;
        assert_eq!(heard, own, "{ports:?}");
    }
    let mut alone = bridge(Side::Server, Some("server1")).unwrap();
    assert_eq!(alone.failover_address(), None);
    let own = alone.world().node(OWN).server().unwrap().id().octets();
    assert_eq!(segment(&mut alone, own, [40_000, 647]), 0);
}

#[test]
fn a_tcp_checksum_left_to_the_card_is_filled_in_and_a_wrong_one_is_not() {
    for payload in [&b"an even one"[..], b"an odd one"] {
        let builder = etherparse::PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], MAC.0)
            .ipv4([10, 200, 255, 1], [10, 200, 255, 2], 64)
            .tcp(647, 50_000, 7, 1_000);
        let mut whole = Vec::new();
        builder.write(&mut whole, payload).unwrap();
        let mut half = whole.clone();
        let words = [
            2 * (10 << 8 | 200),
            2 * (255 << 8) + 3,
            6,
            20 + payload.len() as u64,
        ];
        let mut pseudo: u64 = words.iter().sum();
        while pseudo > 0xffff {
            pseudo = (pseudo & 0xffff) + (pseudo >> 16);
        }
        half[50..52].copy_from_slice(&u16::try_from(pseudo).unwrap().to_be_bytes());
        let mut padded = [&half[..], &[0; 10]].concat();
        fill_checksum(&mut half);
        assert_eq!(half, whole);
        fill_checksum(&mut padded);
        assert_eq!(padded[..whole.len()], whole);
        let mut wrong = whole.clone();
        wrong[51] ^= 0x40;
        let kept = wrong.clone();
        fill_checksum(&mut wrong);
        assert_eq!(wrong, kept);
        for length in 0..half.len() {
            fill_checksum(&mut half[..length]);
        }
    }
}
