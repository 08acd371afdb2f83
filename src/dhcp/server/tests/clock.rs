//! What ends by itself, and what a crash takes away.

use super::super::*;
use super::rig::*;

#[test]
fn s16_a_lease_ends_at_its_expiry_and_an_event_says_so() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run_until(Instant::ZERO + Duration::from_micros(3_599_999_999));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    rig.run_until(at(3_600));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Expired));
    assert_eq!(
        rig.notes.last(),
        Some(&ServerNote::Expired {
            address: ip(10),
            client: mac(1),
            withheld: None,
        })
    );
    assert_eq!(rig.timer, None);
}

#[test]
fn s16_a_grace_time_later_where_a_scenario_sets_one() {
    let mut rig = Rig::new(Config {
        grace: secs(100),
        pools: vec!["192.0.2.10".parse().unwrap()],
        ..plain()
    });
    rig.lease(1);
    rig.run_until(at(3_699));
    assert_eq!(rig.silent(&discover(2), false), Silence::PoolExhausted);
    rig.run_until(at(3_700));
    assert_eq!(rig.lease(2), ip(10));
}

#[test]
fn s16_a_grace_time_gives_the_client_no_longer_lease() {
    let mut rig = Rig::new(Config {
        grace: secs(1_000),
        ..plain()
    });
    rig.lease(1);
    rig.run(600);
    assert_eq!(rig.one(&discover(1), false).lease(), Some(3_000));
}

#[test]
fn s16_an_expired_lease_is_kept_in_memory_for_its_client() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(3_600);
    assert_eq!(rig.lease(2), ip(11));
    assert_eq!(rig.lease(1), ip(10));
}

#[test]
fn many_things_end_each_at_its_own_time() {
    let mut rig = Rig::new(plain());
    for client in 1..=5 {
        rig.lease(client);
        rig.run(10);
    }
    rig.one(&extending(2, ip(11)), true);
    rig.one(&discover(9), false);
    rig.run(10_000);
    let expired: Vec<_> = rig
        .notes
        .iter()
        .filter_map(|note| match note {
            ServerNote::Expired { address, .. } | ServerNote::OfferEnded { address, .. } => {
                Some(*address)
            }
            _ => None,
        })
        .collect();
    assert_eq!(expired, [ip(15), ip(10), ip(12), ip(13), ip(14), ip(11)]);
    assert_eq!(rig.timer, None, "nothing is left to wait for");
}

#[test]
fn s17_a_crash_loses_nothing_committed_and_every_offer() {
    let mut rig = Rig::new(pinging());
    rig.take(&discover(1), false);
    rig.run(1);
    rig.one(&selecting(1, ip(10)), false);
    rig.take(&discover(2), false);
    rig.run(1);
    rig.take(&discover(3), false);
    rig.power_off();
    rig.run(10);
    rig.input(&Input::Start);
    let sent = rig.sent.len();
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    assert_eq!(
        rig.one(&rebooting(1, ip(10)), false).kind(),
        MessageType::Ack
    );
    rig.run(1);
    assert_eq!(rig.sent.len(), sent + 1, "the ping of before is forgotten");
    let again = rig
        .server
        .bindings()
        .filter(|(_, binding)| binding.is_free())
        .count();
    assert_eq!(again, 2, "both addresses may be given");
    rig.take(&discover(4), false);
    assert_eq!(rig.pings.last(), Some(&ip(13)), "fresh ones come first");
}

#[test]
fn leases_that_ended_while_it_was_off_end_when_it_is_back() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(1_000);
    rig.lease(2);
    rig.one(&discover(3), false);
    rig.power_off();
    rig.run_until(at(3_700));
    assert_eq!(
        rig.state(ip(10)),
        Some(BindingState::Active),
        "no one wrote to the disk"
    );
    rig.input(&Input::Start);
    assert_eq!(rig.state(ip(10)), Some(BindingState::Expired));
    assert_eq!(rig.state(ip(11)), Some(BindingState::Active));
    assert_eq!(rig.timer, Some(at(4_600)), "and waits for the other's end");
    assert_eq!(
        rig.one(&extending(2, ip(11)), true).kind(),
        MessageType::Ack
    );
}

#[test]
fn the_power_may_go_and_come_without_anything_in_between() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    for _ in 0..5 {
        rig.power_off();
        rig.input(&Input::Start);
        assert_eq!(rig.timer, Some(at(3_600)));
    }
    assert_eq!(
        rig.one(&extending(1, ip(10)), true).kind(),
        MessageType::Ack
    );
}
