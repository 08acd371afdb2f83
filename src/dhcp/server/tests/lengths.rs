//! For how long (S2).

use super::super::*;
use super::rig::*;

#[test]
fn s02_none_asked_the_default_asked_within_limits() {
    let asked = |secs: u32| with(discover(1), code::LEASE_TIME, &secs.to_be_bytes());
    let cases = [
        (discover(1), 3_600),
        (asked(600), 600),
        (asked(7_200), 7_200),
        (asked(5), 60),
        (asked(0), 60),
        (asked(90_000), 86_400),
        (asked(u32::MAX), 86_400),
    ];
    for (message, expected) in cases {
        let mut rig = Rig::new(plain());
        let offer = rig.one(&message, false);
        assert_eq!(offer.lease(), Some(expected));
        assert_eq!(offer.message.options.number(code::T1), Some(expected / 2));
        let t2 = u64::from(expected) * 7 / 8;
        assert_eq!(
            offer.message.options.number(code::T2).map(u64::from),
            Some(t2)
        );
        let ack = rig.one(&selecting(1, ip(10)), false);
        let of = |sent: &Sent| {
            [code::LEASE_TIME, code::T1, code::T2].map(|code| sent.message.options.number(code))
        };
        assert_eq!(
            of(&ack),
            of(&offer),
            "though the REQUEST does not ask again"
        );
    }
}

#[test]
fn s02_a_binding_exists_what_remains_in_offer_and_ack() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(1_000);
    let offer = rig.one(&discover(1), false);
    assert_eq!((offer.message.yiaddr, offer.lease()), (ip(10), Some(2_600)));
    let ack = rig.one(&selecting(1, ip(10)), false);
    assert_eq!(
        ack.lease(),
        Some(2_600),
        "an ACK does not conflict with its OFFER (4.3.2)"
    );
    let asked = with(discover(1), code::LEASE_TIME, &7_200_u32.to_be_bytes());
    assert_eq!(
        rig.one(&asked, false).lease(),
        Some(7_200),
        "asked: extended"
    );
    assert_eq!(rig.one(&selecting(1, ip(10)), false).lease(), Some(7_200));
}

#[test]
fn s02_an_offer_that_is_not_taken_leaves_the_running_lease_as_it_is() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(3_000);
    rig.one(&discover(1), false);
    rig.run_until(at(3_599));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    rig.run_until(at(3_600));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Expired));
}

#[test]
fn s02_what_remains_is_never_nothing() {
    let mut rig = Rig::new(Config {
        grace: secs(100),
        ..plain()
    });
    rig.lease(1);
    rig.run_until(at(3_650));
    assert_eq!(
        rig.one(&discover(1), false).lease(),
        Some(3_600),
        "in its grace time the lease itself is over"
    );
    assert_eq!(rig.one(&selecting(1, ip(10)), false).lease(), Some(3_600));
}

#[test]
fn s02_a_lease_of_a_few_seconds_has_no_t1_and_t2_that_are_no_times() {
    for (lease, clocks) in [(1, false), (2, false), (3, true)] {
        let mut rig = Rig::new(Config {
            lease: secs(lease),
            ..plain()
        });
        let offer = rig.one(&discover(1), false);
        let has = [code::T1, code::T2].map(|code| offer.message.options.has(code));
        assert_eq!(
            (offer.lease().map(u64::from), has),
            (Some(lease), [clocks; 2])
        );
    }
}

/// Seven eighths of 2.3 s are 2 whole seconds, which is when a lease of 2.3 s ends on the wire.
#[test]
fn s02_the_rest_of_a_lease_has_no_t2_at_its_end() {
    let mut rig = Rig::new(Config {
        lease: secs(10),
        ..plain()
    });
    rig.lease(1);
    let late = Instant::ZERO + Duration::from_millis(7_700);
    rig.run_until(late);
    let offer = rig.one(&discover(1), false);
    let times = [code::LEASE_TIME, code::T1, code::T2];
    let times = times.map(|code| offer.message.options.number(code));
    assert_eq!(times, [Some(2), None, None]);
}

#[test]
fn s02_a_lease_may_be_infinite_by_the_settings() {
    let mut rig = Rig::new(Config {
        lease: "infinite".parse().unwrap(),
        ..plain()
    });
    let offer = rig.one(&discover(1), false);
    assert_eq!(offer.lease(), Some(u32::MAX));
    assert!(!offer.codes().contains(&58) && !offer.codes().contains(&59));
    let ack = rig.one(&selecting(1, ip(10)), false);
    assert_eq!(ack.lease(), Some(u32::MAX));
    assert_eq!(rig.timer, None);
}
