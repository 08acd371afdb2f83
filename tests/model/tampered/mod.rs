//! The model can say no: each rule is broken on purpose in what was seen of a good run, and has to
//! be the one that is reported.

mod fields;

use std::net::Ipv4Addr;

use dhcp_lab::scenario::{NodeId, Scenario};
use dhcp_lab::sim::{Journal, World};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::dhcp::{MessageType, code};
use dhcp_lab::wire::frame::{self, Frame, Route};

use crate::net::Net;
use crate::run;
use crate::trace::{self, Dhcp, Packet, Seen, Way};
use crate::waits;

/// When the mishaps of the good run are over.
const CALM: Duration = Duration::from_secs(600);

/// A client that renews, rebinds, restarts and gives its address back; one that goes on; one that
/// informs; a stranger that a probe finds.
fn scenario() -> Scenario {
    let quick = r#""start_delay": false, "fuzz": false"#;
    let text = format!(
        r#"{{ "version": 1, "name": "good", "until": "20m", "seed": 5,
        "nodes": [
          {{ "id": "sw0", "kind": "switch" }},
          {{ "id": "srv", "kind": "server", "address": "10.0.0.10/24", "server": {{
             "pools": ["10.0.0.20-10.0.0.29"], "lease": "2m", "ping": "never", "router": "10.0.0.1", "authoritative": true }} }},
          {{ "id": "pc0", "kind": "client", "client": {{ {quick}, "broadcast_flag": true }} }},
          {{ "id": "pc1", "kind": "client", "client": {{ {quick}, "lease_time": "2m" }} }},
          {{ "id": "pc2", "kind": "client", "address": "10.0.0.200/24", "client": {{ {quick}, "inform": true }} }},
          {{ "id": "pc3", "kind": "client", "on": false, "client": {{ {quick} }} }},
          {{ "id": "x", "kind": "host", "address": "10.0.0.22/24" }} ],
        "links": [
          {{ "between": ["srv", "sw0"], "latency": "100us" }}, {{ "between": ["pc0", "sw0"], "latency": "200us" }},
          {{ "between": ["pc1", "sw0"], "latency": "300us" }}, {{ "between": ["pc2", "sw0"], "latency": "400us" }},
          {{ "between": ["pc3", "sw0"], "latency": "500us" }}, {{ "between": ["x", "sw0"], "latency": "500us" }} ],
        "commands": [
          {{ "at": "3m", "do": "power-off", "node": "pc0" }}, {{ "at": "3m10s", "do": "power-on", "node": "pc0" }},
          {{ "at": "4m", "do": "unplug", "link": ["srv", "sw0"] }}, {{ "at": "5m50s", "do": "plug", "link": ["srv", "sw0"] }},
          {{ "at": "7m", "do": "release", "node": "pc0" }}, {{ "at": "8m", "do": "power-on", "node": "pc3" }},
          {{ "at": "9m", "do": "start", "node": "pc0" }} ] }}"#
    );
    Scenario::parse(&text).unwrap()
}

fn good() -> (Scenario, World, Journal) {
    let scenario = scenario();
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    (scenario, world, journal)
}

fn judge(scenario: &Scenario, trace: &[Seen]) -> Result<u32, String> {
    run::judge(&Net { scenario }, trace, Instant::ZERO + CALM)
}

/// The messages to tamper with: at which node, which way, of which type.
#[derive(Clone, Copy)]
struct Which(&'static str, bool, MessageType);

fn is(scenario: &Scenario, seen: &Seen, which: Which) -> Option<Box<Dhcp>> {
    let Which(node, sent, kind) = which;
    let way = (seen.way == Way::Sent) == sent;
    match seen.packet().unwrap() {
        Packet::Dhcp(dhcp) if way && scenario.node(seen.node).id == node && dhcp.kind == kind => {
            Some(dhcp)
        }
        _ => None,
    }
}

fn frame(dhcp: &Dhcp, old: &Frame, payload: &[u8]) -> Frame {
    let route = Route {
        source_mac: old.source(),
        destination_mac: dhcp.card,
        source: dhcp.source,
        destination: dhcp.destination,
    };
    frame::udp(route, dhcp.ports.0, dhcp.ports.1, payload)
}

/// Changes the first such message that `change` accepts, and says what the model says then.
fn after(which: Which, change: impl Fn(&mut Dhcp) -> bool) -> String {
    let (scenario, _, journal) = good();
    let mut trace = trace::of(&journal);
    let changed = trace.iter_mut().any(|seen| {
        let Some(mut dhcp) = is(&scenario, seen, which) else {
            return false;
        };
        let accepted = change(&mut dhcp);
        if accepted {
            seen.frame = frame(&dhcp, &seen.frame, &dhcp.message.bytes());
        }
        accepted
    });
    assert!(changed, "there is such a message");
    judge(&scenario, &trace).expect_err("the model says no")
}

fn address(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

#[test]
fn the_good_run_is_good_and_has_everything() {
    let (scenario, world, journal) = good();
    let trace = trace::of(&journal);
    assert_eq!(judge(&scenario, &trace), Ok(3));
    run::replay(&scenario, &world, &journal).unwrap();
    use MessageType::{Ack, Decline, Discover, Inform, Nak, Offer, Release, Request};
    for kind in [Discover, Offer, Request, Ack, Decline, Release, Inform] {
        let mut nodes = ["srv", "pc0", "pc1", "pc2", "pc3"].into_iter();
        let found = nodes.any(|node| {
            let mut trace = trace.iter();
            trace.any(|seen| is(&scenario, seen, Which(node, true, kind)).is_some())
        });
        assert!(found, "{kind:?}");
    }
    assert_ne!(Nak, Ack);
}

const DISCOVER: Which = Which("pc0", true, MessageType::Discover);
const RELEASE: Which = Which("pc0", true, MessageType::Release);

#[test]
fn a_damaged_frame_is_reported() {
    let (scenario, _, journal) = good();
    let mut trace = trace::of(&journal);
    let seen = trace
        .iter_mut()
        .find(|seen| is(&scenario, seen, DISCOVER).is_some())
        .unwrap();
    let mut bytes = seen.frame.bytes().to_vec();
    bytes[60] ^= 1;
    seen.frame = Frame::new(bytes);
    let why = judge(&scenario, &trace).unwrap_err();
    assert!(why.starts_with("frame"), "{why}");
}

/// What everyone's messages say of one address, they say of another.
fn readdress(trace: &mut [Seen], nodes: &[NodeId], from: u8, to: u8, but: &[MessageType]) {
    for seen in trace.iter_mut().filter(|seen| nodes.contains(&seen.node)) {
        if let Packet::Dhcp(mut dhcp) = seen.packet().unwrap()
            && !but.contains(&dhcp.kind)
        {
            if dhcp.destination == address(from) {
                dhcp.destination = address(to);
            }
            let (from, to) = (address(from).octets(), address(to).octets());
            let mut payload = dhcp.payload.clone();
            for at in 0..payload.len() - 4 {
                if payload[at..at + 4] == from {
                    payload[at..at + 4].copy_from_slice(&to);
                }
            }
            seen.frame = frame(&dhcp, &seen.frame, &payload);
        }
    }
}

#[test]
fn an_address_of_two_is_reported() {
    let (scenario, _, journal) = good();
    let node = |name| scenario.find(name).unwrap();
    let early = |seen: &Seen| seen.at < Instant::ZERO + Duration::from_secs(30);
    let mut told = Vec::new();
    for (nodes, but) in [
        (vec![node("srv")], vec![]),
        (vec![node("srv")], vec![MessageType::Offer]),
        (vec![node("pc1")], vec![]),
    ] {
        let mut trace: Vec<Seen> = trace::of(&journal).into_iter().filter(early).collect();
        readdress(&mut trace, &nodes, 21, 20, &but);
        told.push(judge(&scenario, &trace).unwrap_err());
    }
    for (rule, why) in ["offered", "committed", "twice"].iter().zip(&told) {
        assert!(why.starts_with(rule), "{rule}: {why}");
    }
}

#[test]
fn a_use_after_the_end_is_reported() {
    // The ACK was of 10 s, not of 2 min: what the client does then it may not do.
    let why = after(Which("pc1", false, MessageType::Ack), |dhcp| {
        for option in [code::LEASE_TIME, code::T1, code::T2] {
            dhcp.message.options.remove(option);
        }
        dhcp.message.options.push_number(code::LEASE_TIME, 10);
        dhcp.message.yiaddr == address(21)
    });
    assert!(why.starts_with("use: pc1 uses 10.0.0.21"), "{why}");
    // An ARP announcement comes after the RELEASE.
    let (scenario, _, journal) = good();
    let mut trace = trace::of(&journal);
    let place =
        |trace: &[Seen], found: &dyn Fn(&Seen) -> bool| trace.iter().position(found).unwrap();
    let pc0 = scenario.find("pc0").unwrap();
    let announces = |seen: &Seen| {
        let own = seen.node == pc0 && seen.way == Way::Sent;
        own && matches!(seen.packet().unwrap(), Packet::Arp(arp) if arp.spa == arp.tpa)
    };
    let mut late = trace[place(&trace, &announces)].clone();
    let release = place(&trace, &|seen| is(&scenario, seen, RELEASE).is_some());
    late.at = trace[release].at + Duration::from_micros(1);
    trace.insert(release + 1, late);
    let why = judge(&scenario, &trace).unwrap_err();
    assert!(why.starts_with("use: pc0 uses 10.0.0.20"), "{why}");
}

#[test]
fn a_client_without_an_address_in_calm_is_reported() {
    let (scenario, _, journal) = good();
    let pc1 = scenario.find("pc1").unwrap();
    let mut trace = trace::of(&journal);
    trace.retain(|seen| seen.node != pc1 || seen.at < Instant::ZERO + CALM);
    let why = judge(&scenario, &trace).unwrap_err();
    assert!(why.starts_with("late: pc1"), "{why}");
}

#[test]
fn a_wait_without_an_end_is_reported() {
    let scenario = scenario();
    let net = Net {
        scenario: &scenario,
    };
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(
        Instant::ZERO + Duration::from_secs(3),
        scenario.commands(),
        &mut journal,
    );
    let number = waits::waiting(&net, &world).len();
    assert_eq!(number, 3, "two clients and the server wait");
    waits::deadlines(&waits::waiting(&net, &world)).unwrap();
    for at in 0..number {
        for first in [None, Some(Instant::MAX)] {
            let mut waiting = waits::waiting(&net, &world);
            waiting[at].first = first;
            let stuck = waits::deadlines(&waiting);
            let client = first.is_some() && stuck.is_ok();
            assert!(client || stuck.unwrap_err().starts_with("stuck"));
        }
    }
}

#[test]
fn another_run_is_reported() {
    let (scenario, world, journal) = good();
    let other = scenario.clone().with_seed(6);
    let why = run::replay(&other, &world, &journal).unwrap_err();
    assert!(why.starts_with("replay"), "{why}");
    let mut late = World::new(&scenario);
    let mut again = Journal::default();
    let before = scenario.until() - Duration::from_secs(300);
    late.run_until(before, scenario.commands(), &mut again);
    assert!(run::replay(&scenario, &late, &journal).is_err());
}
