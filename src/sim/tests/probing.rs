//! The ARP frames of a client that was given an address, byte by byte (RFC 5227).

use std::net::Ipv4Addr;

use super::super::*;
use super::build::*;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;
use crate::wire::frame::{self, Frame, Payload};

/// The card of the client.
const CARD: [u8; 6] = [2, 0, 0, 0, 1, 0];
/// What its server gives.
const GIVEN: [u8; 4] = [10, 0, 0, 20];
/// An ARP request for IPv4 over Ethernet, to everyone: the octets around its addresses.
const ASKS: [u8; 10] = [8, 6, 0, 1, 8, 0, 6, 4, 0, 1];

/// A client, a server whose leases are so short that T1 is past when probing ends, and a host that
/// is off, at the address with this last octet.
fn scenario(seed: u64, last: &str, commands: &str) -> Scenario {
    let text = format!(
        r#"{{ "version": 1, "name": "probing", "until": "30s", "seed": {seed},
        "nodes": [ {{ "id": "sw", "kind": "switch" }},
          {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": {{ "pools": ["10.0.0.20-10.0.0.29"], "lease": "8s", "min_lease": "1s", "ping": "never" }} }},
          {{ "id": "pc", "kind": "client", "mac": "02:00:00:00:01:00", "client": {{ "start_delay": false, "fuzz": false }} }},
          {{ "id": "x", "kind": "host", "address": "10.0.0.{last}/24", "on": false }} ],
        "links": [ {{ "between": ["srv", "sw"], "latency": "1ms" }}, {{ "between": ["pc", "sw"], "latency": "1ms" }},
          {{ "between": ["x", "sw"], "latency": "1ms" }} ],
        "commands": [{commands}] }}"#
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

/// What the client put on the wire.
fn sent(scenario: &Scenario, journal: &Journal) -> Vec<(Instant, Frame)> {
    let client = scenario.find("pc");
    let sent = journal.from(0).filter(|(_, entry)| entry.node == client);
    sent.filter_map(|(id, entry)| match &entry.what {
        What::Sent { origin, frame, .. } if *origin == id => Some((entry.at, frame.clone())),
        _ => None,
    })
    .collect()
}

fn kind(frame: &Frame) -> Option<MessageType> {
    dhcp(frame).and_then(|message| message.kind())
}

/// An ARP request of the client to everyone, of 42 octets and padding.
fn request(sender: [u8; 4], target: [u8; 4]) -> Vec<u8> {
    let all = [0xff; 6];
    [&all[..], &CARD, &ASKS, &CARD, &sender, &[0; 6], &target].concat()
}

fn is(frame: &Frame, bytes: &[u8]) -> bool {
    let (start, rest) = frame.bytes().split_at(bytes.len());
    start == bytes && rest.iter().all(|byte| *byte == 0)
}

/// Whether a frame says that `address` is its sender's.
fn uses(frame: &Frame, address: Ipv4Addr) -> bool {
    match frame::parse(frame.bytes()) {
        Ok(Payload::Arp(arp)) => arp.spa == address,
        Ok(Payload::Ip(ip)) => ip.source == address,
        other => panic!("{other:?}"),
    }
}

/// When the client got its first ACK.
fn acknowledged(scenario: &Scenario, journal: &Journal) -> Instant {
    let client = scenario.find("pc");
    let mut entries = journal.from(0).filter(|(_, entry)| entry.node == client);
    let got = entries.find(|(_, entry)| match &entry.what {
        What::Received { frame, .. } => kind(frame) == Some(MessageType::Ack),
        _ => false,
    });
    got.expect("it gets an ACK").1.at
}

#[test]
fn c15_three_probes_and_two_announcements_in_their_bytes_and_times() {
    let mut gaps: [Vec<Duration>; 3] = Default::default();
    for seed in 0..200 {
        let scenario = scenario(seed, "99", "");
        let (_, journal) = run(&scenario);
        let frames = sent(&scenario, &journal);
        let from_request = frames.iter().skip(2);
        let arps: Vec<_> = from_request
            .filter(|(_, frame)| {
                is(frame, &request([0; 4], GIVEN)) || is(frame, &request(GIVEN, GIVEN))
            })
            .take(5)
            .collect();
        let [.., last_probe, first, second] = arps[..] else {
            panic!("{arps:?}");
        };
        let (probe, announcement) = (request([0; 4], GIVEN), request(GIVEN, GIVEN));
        for (place, wanted) in [(0, &probe), (1, &probe), (2, &probe), (3, &announcement)] {
            assert!(is(&arps[place].1, wanted), "{place}: {:?}", arps[place]);
            let frame = &frames[2 + place].1;
            assert_eq!(frame, &arps[place].1, "and nothing between");
        }
        assert!(is(&second.1, &announcement));
        let mut before = acknowledged(&scenario, &journal);
        for (gaps, (at, _)) in gaps.iter_mut().zip(arps) {
            gaps.push(at.since(before));
            before = *at;
        }
        assert_eq!(first.0.since(last_probe.0), secs(2), "ANNOUNCE_WAIT");
        assert_eq!(second.0.since(first.0), secs(2), "ANNOUNCE_INTERVAL");
    }
    for (gaps, (low, high)) in gaps.iter().zip([(0, 1), (1, 2), (1, 2)]) {
        let middle = (secs(low) + secs(high)).fraction(1, 2);
        assert!(
            gaps.iter()
                .all(|gap| (secs(low)..=secs(high)).contains(gap)),
            "from {low} to {high} s: {gaps:?}"
        );
        let early = gaps.iter().filter(|gap| **gap < middle).count();
        assert!((70..=130).contains(&early), "about half: {early}");
    }
}

#[test]
fn c16_who_asks_for_the_address_before_using_it_asks_from_0_0_0_0() {
    let again = r#"{ "at": "2s", "do": "unplug", "link": ["pc", "sw"] }, { "at": "3s", "do": "plug", "link": ["pc", "sw"] }"#;
    let scenario = scenario(1, "99", again);
    let (_, journal) = run(&scenario);
    let mut probes = 0;
    for (at, frame) in sent(&scenario, &journal) {
        let Ok(Payload::Arp(arp)) = frame::parse(frame.bytes()) else {
            continue;
        };
        if arp.spa == Ipv4Addr::from(GIVEN) {
            break;
        }
        assert!(is(&frame, &request([0; 4], GIVEN)), "at {at}: {arp:?}");
        probes += 1;
    }
    assert!(
        (4..=6).contains(&probes),
        "three of the second ACK, and those of the first: {probes}"
    );
}

#[test]
fn c16_who_has_the_address_answers_the_probe_and_the_client_declines_it() {
    let on = r#"{ "at": "0s", "do": "power-on", "node": "x" }"#;
    let scenario = scenario(1, "20", on);
    let (_, journal) = run(&scenario);
    let frames = sent(&scenario, &journal);
    let place = frames
        .iter()
        .position(|(_, frame)| is(frame, &request([0; 4], GIVEN)))
        .expect("it probes");
    let (asked, _) = frames[place];
    let (declined, decline) = &frames[place + 1];
    assert_eq!(kind(decline), Some(MessageType::Decline));
    assert_eq!(
        declined.since(asked),
        Duration::from_millis(4),
        "there and back"
    );
    let taken = Ipv4Addr::from(GIVEN);
    assert!(frames.iter().all(|(_, frame)| !uses(frame, taken)));
}

#[test]
fn c17_the_address_is_used_from_the_first_announcement_on() {
    for seed in 0..20 {
        let scenario = scenario(seed, "99", "");
        let (_, journal) = run(&scenario);
        let frames = sent(&scenario, &journal);
        let address = Ipv4Addr::from(GIVEN);
        let announced = frames
            .iter()
            .position(|(_, frame)| is(frame, &request(GIVEN, GIVEN)))
            .expect("it announces");
        assert!(
            frames[..announced]
                .iter()
                .all(|(_, frame)| !uses(frame, address))
        );
        let (at, next) = &frames[announced + 1];
        assert_eq!(*at, frames[announced].0, "T1 is past: at once");
        assert!(uses(next, address), "{next:?}");
        let renewal = frames[announced..]
            .iter()
            .find(|(_, frame)| kind(frame) == Some(MessageType::Request))
            .expect("it renews");
        let message = dhcp(&renewal.1).unwrap();
        assert_eq!(message.ciaddr, address);
        assert!(renewal.0.since(*at) < secs(1), "after ARP at most");
    }
}
