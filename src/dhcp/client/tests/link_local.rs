//! No server: an address of the link's own (RFC 3927).

use std::net::Ipv4Addr;

use super::super::*;
use super::rig::*;

fn alone(seed: u64) -> Rig {
    Rig::on(
        Config {
            link_local: true,
            ..probing()
        },
        seed,
    )
}

/// Silence until the first probe.
fn first_probe(rig: &mut Rig) -> Ipv4Addr {
    let before = rig.arps.len();
    while rig.arps.len() == before {
        let (next, _) = rig.next_timer().unwrap();
        rig.run_until(next);
    }
    match rig.arps[before].1 {
        ArpOut::Probe(address) => address,
        ArpOut::Announce(address) => panic!("{address} announced unprobed"),
    }
}

fn claim(rig: &mut Rig, address: Ipv4Addr) {
    rig.input(&Input::Arp(&Arp {
        reply: true,
        sha: STRANGER,
        spa: address,
        tha: MAC,
        tpa: NONE,
    }));
}

#[test]
fn c18_after_four_unanswered_discovers_it_probes_and_takes_a_link_local_address() {
    let (low, high) = (
        Ipv4Addr::new(169, 254, 1, 0),
        Ipv4Addr::new(169, 254, 254, 255),
    );
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let mut rig = alone(seed);
        let address = first_probe(&mut rig);
        assert!((low..=high).contains(&address), "{address}");
        seen.insert(address);
        assert!(rig.now >= at(56) && rig.now <= at(65), "{}", rig.now);
        assert_eq!((rig.count(MessageType::Discover), rig.uses), (5, None));
        rig.run(20);
        let (times, what): (Vec<_>, Vec<_>) = rig.arps.iter().copied().unzip();
        let (probe, announce) = (ArpOut::Probe(address), ArpOut::Announce(address));
        assert_eq!(what, [probe, probe, probe, announce, announce]);
        for (gap, low, high) in [(1, 1, 2), (2, 1, 2), (3, 2, 2), (4, 2, 2)] {
            let gap = times[gap].since(times[gap - 1]);
            assert!(gap >= secs(low) && gap <= secs(high), "{gap}");
        }
        let uses = rig.uses.unwrap();
        assert_eq!(
            (uses.address, uses.prefix, uses.router),
            (address, 16, None)
        );
        assert!(rig.client.minds(address));
    }
    assert!(seen.len() > 190, "anywhere in the range");
}

#[test]
fn c18_discover_goes_on_from_0_0_0_0_and_the_address_goes_when_bound() {
    let mut rig = alone(1);
    let local = first_probe(&mut rig);
    rig.run(20);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(local));
    let discover = rig.next_sent();
    assert_eq!(discover.kind(), MessageType::Discover);
    assert_eq!(
        (discover.datagram.source, discover.message.ciaddr),
        (NONE, NONE)
    );
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    assert_eq!(
        rig.uses.map(|uses| uses.address),
        Some(local),
        "while the lease is probed"
    );
    rig.run(10);
    assert_eq!(rig.client.state(), State::Bound);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    assert!(!rig.client.minds(local));
    claim(&mut rig, local);
    assert_eq!(rig.client.state(), State::Bound);
}

#[test]
fn c18_an_answer_while_it_still_probes_ends_that() {
    let mut rig = alone(1);
    first_probe(&mut rig);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(12);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
}

#[test]
fn c18_a_conflict_means_another_address_and_after_ten_one_a_minute() {
    let mut rig = alone(1);
    let mut last = first_probe(&mut rig);
    for round in 1..=12 {
        claim(&mut rig, last);
        let from = rig.now;
        let next = first_probe(&mut rig);
        assert_ne!(next, last);
        let wait = rig.now.since(from);
        let least = if round >= 10 { 60 } else { 0 };
        assert!(wait >= secs(least) && wait <= secs(least + 1), "{wait}");
        last = next;
    }
    rig.run(20);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(last));
    assert_eq!(rig.count(MessageType::Decline), 0, "no server to tell");
}

#[test]
fn c18_it_defends_its_address_once_in_ten_seconds() {
    let mut rig = alone(1);
    let local = first_probe(&mut rig);
    rig.run(20);
    rig.arps.clear();
    claim(&mut rig, local);
    assert_eq!(rig.arps, [(rig.now, ArpOut::Announce(local))]);
    rig.run(5);
    claim(&mut rig, local);
    assert_eq!(rig.uses, None);
    assert_ne!(first_probe(&mut rig), local);
}

#[test]
fn c18_only_where_it_is_configured_and_not_beyond_cable_power_or_release() {
    let mut rig = Rig::on(probing(), 1);
    rig.run(1_000);
    assert!(rig.arps.is_empty());
    for stop in [Input::LinkDown, Input::PowerOff, Input::Release] {
        for wait in [1, 20] {
            let mut rig = alone(1);
            first_probe(&mut rig);
            rig.run(wait);
            let arps = rig.arps.len();
            rig.input(&stop);
            rig.run(100);
            assert_eq!((rig.uses, rig.arps.len()), (None, arps), "{stop:?}");
        }
    }
}

#[test]
fn c18_where_the_network_prefers_ipv6_it_goes_too() {
    let mut rig = Rig::on(
        Config {
            link_local: true,
            ipv6_only: true,
            ..probing()
        },
        1,
    );
    first_probe(&mut rig);
    rig.run(20);
    assert!(rig.uses.is_some());
    let mut offer = rig.reply(MessageType::Offer, LEASE);
    offer.options.push_number(108, 300);
    rig.deliver(&offer);
    assert_eq!(rig.uses, None, "no IPv4 for now (RFC 8925 section 3.2)");
}
