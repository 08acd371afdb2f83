//! Is the address really free? RFC 5227 between the ACK and BOUND, and after.

use super::super::*;
use super::rig::*;
use super::spread::*;

fn probing_rig(seed: u64) -> Rig {
    let mut rig = Rig::on(probing(), seed);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig
}

#[test]
fn c14_an_answer_to_the_probe_makes_it_decline_and_pause_before_init() {
    let mut rig = probing_rig(1);
    rig.run(1);
    rig.claim();
    let decline = rig.last();
    assert_eq!(decline.kind(), MessageType::Decline);
    assert_eq!(rig.uses, None);
    assert!(rig.notes.contains(&ClientNote::Conflict {
        address: ADDRESS,
        by: STRANGER
    }));
    let discover = rig.next_sent();
    assert_eq!(discover.kind(), MessageType::Discover);
    assert_eq!(discover.at.since(decline.at), secs(10));
    assert_eq!(discover.message.secs, 0);
    assert!(!discover.has(50));
}

#[test]
fn c14_the_pause_outlasts_a_pulled_cable() {
    let mut rig = probing_rig(1);
    rig.claim();
    let decline = rig.last();
    rig.run(2);
    rig.input(&Input::LinkDown);
    rig.run(1);
    rig.input(&Input::LinkUp);
    let discover = rig.next_sent();
    assert_eq!(discover.kind(), MessageType::Discover);
    assert!(
        discover.at.since(decline.at) >= secs(10),
        "after {}",
        discover.at.since(decline.at)
    );
}

#[test]
fn c15_timing_of_probes_and_announcements() {
    let mut gaps: [Vec<Duration>; 3] = Default::default();
    for seed in 0..SEEDS {
        let mut rig = probing_rig(seed);
        rig.run(20);
        let (times, what): (Vec<_>, Vec<_>) = rig.arps.iter().copied().unzip();
        let (probe, announce) = (ArpOut::Probe(ADDRESS), ArpOut::Announce(ADDRESS));
        assert_eq!(what, [probe, probe, probe, announce, announce]);
        gaps[0].push(times[0].since(Instant::ZERO));
        gaps[1].push(times[1].since(times[0]));
        gaps[2].push(times[2].since(times[1]));
        assert_eq!(times[3].since(times[2]), secs(2), "ANNOUNCE_WAIT");
        assert_eq!(times[4].since(times[3]), secs(2), "ANNOUNCE_INTERVAL");
    }
    for (gaps, (low, high)) in gaps.iter().zip([(0, 1), (1, 2), (1, 2)]) {
        assert_even(gaps, secs(low), secs(high));
    }
}

#[test]
fn c15_after_ten_conflicts_one_try_a_minute() {
    let mut rig = Rig::on(probing(), 1);
    let mut pauses = Vec::new();
    for _ in 0..13 {
        rig.answer(MessageType::Offer, LEASE);
        rig.answer(MessageType::Ack, LEASE);
        rig.claim();
        let decline = rig.last();
        assert_eq!(decline.kind(), MessageType::Decline);
        pauses.push(rig.next_sent().at.since(decline.at).as_secs());
    }
    assert_eq!(pauses, [10, 10, 10, 10, 10, 10, 10, 10, 10, 60, 60, 60, 60]);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(20);
    assert_eq!(rig.client.state(), State::Bound);
    rig.input(&Input::LinkDown);
    rig.input(&Input::LinkUp);
    rig.answer(MessageType::Ack, LEASE);
    rig.claim();
    let decline = rig.last();
    assert_eq!(
        rig.next_sent().at.since(decline.at),
        secs(10),
        "an address that was free ends the count"
    );
}

#[test]
fn c15_it_defends_its_address_once_in_ten_seconds() {
    let mut rig = Rig::bound(probing(), LEASE);
    rig.run(100);
    rig.arps.clear();
    let sent = rig.sent.len();
    rig.claim();
    assert_eq!(rig.arps, [(rig.now, ArpOut::Announce(ADDRESS))]);
    rig.run(10);
    rig.claim();
    assert_eq!(rig.arps.len(), 2, "DEFEND_INTERVAL has passed");
    assert_eq!((rig.sent.len(), rig.client.state()), (sent, State::Bound));
    rig.run(9);
    rig.claim();
    assert_eq!(
        (rig.arps.len(), rig.uses),
        (2, None),
        "a second conflict within 10 s: it gives way"
    );
    assert_eq!(rig.last().kind(), MessageType::Decline);
}

#[test]
fn c16_while_probing_any_claim_and_any_other_probe_is_a_conflict() {
    let arp = |reply, sha, spa, tpa| Arp {
        reply,
        sha,
        spa,
        tha: Mac::ZERO,
        tpa,
    };
    let elsewhere = std::net::Ipv4Addr::new(192, 0, 2, 50);
    let cases = [
        (arp(true, STRANGER, ADDRESS, NONE), true, "an answer"),
        (
            arp(false, STRANGER, ADDRESS, ADDRESS),
            true,
            "an announcement",
        ),
        (
            arp(false, STRANGER, ADDRESS, elsewhere),
            true,
            "a request by whoever uses it",
        ),
        (
            arp(false, STRANGER, NONE, ADDRESS),
            true,
            "another probe for it",
        ),
        (
            arp(false, STRANGER, SERVER, ADDRESS),
            false,
            "a server's question",
        ),
        (
            arp(false, STRANGER, NONE, elsewhere),
            false,
            "a probe for another",
        ),
        (
            arp(false, MAC, NONE, ADDRESS),
            false,
            "its own probe, come back",
        ),
        (
            arp(true, STRANGER, elsewhere, ADDRESS),
            false,
            "someone else's address",
        ),
    ];
    for wait in [0, 1, 3] {
        for (arp, conflict, what) in cases {
            let mut rig = probing_rig(1);
            rig.run(wait);
            rig.input(&Input::Arp(&arp));
            let declined = rig.last().kind() == MessageType::Decline;
            assert_eq!(declined, conflict, "{what}, {wait} s after the ACK");
        }
    }
}

#[test]
fn c16_a_probe_for_its_own_address_is_no_conflict_once_it_is_bound() {
    let mut rig = Rig::bound(probing(), LEASE);
    let arps = rig.arps.len();
    rig.input(&Input::Arp(&Arp {
        reply: false,
        sha: STRANGER,
        spa: NONE,
        tha: Mac::ZERO,
        tpa: ADDRESS,
    }));
    assert_eq!(
        (rig.arps.len(), rig.client.state()),
        (arps, State::Bound),
        "the host's ARP answers it"
    );
}

#[test]
fn c17_usable_as_soon_as_the_first_announcement_goes_out() {
    let mut rig = probing_rig(1);
    while !rig
        .arps
        .iter()
        .any(|(_, arp)| matches!(arp, ArpOut::Announce(_)))
    {
        assert_eq!(rig.uses, None);
        let (next, _) = rig.next_timer().unwrap();
        rig.run_until(next);
    }
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    assert_eq!(rig.arps.len(), 4, "before the second announcement");
}

#[test]
fn an_ack_that_comes_twice_probes_once() {
    let mut rig = Rig::on(probing(), 1);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(2);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(20);
    assert_eq!((rig.arps.len(), rig.client.state()), (5, State::Bound));
}
