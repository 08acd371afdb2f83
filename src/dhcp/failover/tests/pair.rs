//! Two servers that work together, lose each other and find each other again.

use super::rig::*;
use crate::dhcp::failover::*;
use crate::time::{Duration, Instant};
use crate::wire::failover::{BindingStatus as S, Body, RejectReason};

const N: [State; 2] = [State::Normal; 2];
const CI: [State; 2] = [State::CommunicationsInterrupted; 2];

#[test]
fn f03_the_first_start_of_both_leads_to_normal_without_waiting() {
    let pair = Pair::normal();
    for side in [PRIMARY, SECONDARY] {
        let went = pair.went(side);
        let expected = [
            State::Startup,
            State::Recover,
            State::RecoverWait,
            State::RecoverDone,
            State::Normal,
        ];
        assert_eq!(went, expected);
        assert_eq!(pair.sent(side, |body| *body == Body::UpdReqAll), 1);
    }
    assert_eq!(pair.sides[PRIMARY].endpoint.shares(0), (5, 5));
    assert_eq!(pair.sides[SECONDARY].endpoint.shares(0), (5, 5));
    pair.agree();
}

#[test]
fn f04_a_server_that_starts_alone_serves_no_one_until_it_has_met_its_partner() {
    let mut pair = Pair::new();
    pair.start(PRIMARY);
    assert_eq!(pair.state(PRIMARY), State::Startup);
    pair.run(600);
    assert_eq!(pair.state(PRIMARY), State::Recover);
    let endpoint = &pair.sides[PRIMARY].endpoint;
    let state = State::Recover;
    assert_eq!(
        endpoint.serves(Ask::Renewal, &[1], 0),
        Err(Unserved::State { state })
    );
    pair.start(SECONDARY);
    pair.run(10);
    assert_eq!(pair.states(), N);
    // Where the settings say so it works alone at once.
    let mut pair = Pair::with(|config| config.start_alone = true);
    pair.start(PRIMARY);
    pair.run(11);
    assert_eq!(pair.state(PRIMARY), State::PartnerDown);
}

/// MCLT 60, desired 600: 60 s, then 600 s, as between two ISC dhcpds.
#[test]
fn f05_the_first_lease_is_the_mclt() {
    let mut pair = Pair::normal();
    let began = pair.now;
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(60));
    pair.run(1);
    assert_eq!(pair.status(10), [S::Active; 2]);
    let bound = began + secs(630);
    assert_eq!(pair.lease(PRIMARY, 10).times.acked, bound);
    assert_eq!(pair.lease(SECONDARY, 10).times.received, bound);
    let limited = Note::Limited {
        address: address(10),
        granted: secs(60),
        desired: secs(600),
    };
    assert!(pair.sides[PRIMARY].notes.contains(&limited));
    pair.run(29);
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(600));
    pair.run(1);
    pair.agree();
    // The partner may extend it as well, from what it was told.
    pair.run(300);
    assert_eq!(pair.give(SECONDARY, 10, &client(1)), Ok(600));
    pair.run(1);
    pair.agree();
}

#[test]
fn f07_a_release_frees_the_address_when_both_know_of_it() {
    let mut pair = Pair::normal();
    pair.give(SECONDARY, 19, &client(1)).unwrap();
    pair.run(1);
    pair.forget();
    pair.report(PRIMARY, 19, LeaseEvent::Released);
    pair.run(1);
    // Whoever had it, it becomes the primary's.
    assert_eq!(pair.status(19), [S::Free; 2]);
    assert_eq!(pair.sides[SECONDARY].changes[0].status, S::Released);
    assert_eq!(pair.sides[PRIMARY].changes[0].status, S::Free);
    pair.agree();
}

/// Two messages of a client within a second are told as of two.
#[test]
fn a_release_in_the_second_of_the_grant_is_believed() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.report(PRIMARY, 10, LeaseEvent::Released);
    pair.run(1);
    assert_eq!(pair.status(10), [S::Free; 2]);
}

#[test]
fn f07_both_see_a_lease_end_and_agree() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(60);
    // A message takes a moment.
    pair.now += Duration::from_micros(1);
    pair.report(PRIMARY, 10, LeaseEvent::Expired);
    pair.run(1);
    assert_eq!(pair.status(10), [S::Free; 2]);
    let refused = |note: &Note| matches!(note, Note::Refused { .. });
    assert!(!pair.sides[SECONDARY].notes.iter().any(refused));
    pair.agree();
}

/// An update that was received triggers none (draft section 7.1.1), and each is answered once.
#[test]
fn f12_updates_do_not_go_round_in_circles() {
    let mut pair = Pair::normal();
    pair.run(5);
    pair.forget();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(5);
    assert_eq!(
        pair.sent(PRIMARY, |body| matches!(body, Body::BndUpd(_))),
        1
    );
    assert_eq!(
        pair.sent(SECONDARY, |body| matches!(body, Body::BndAck(_))),
        1
    );
    assert_eq!(
        pair.sent(SECONDARY, |body| matches!(body, Body::BndUpd(_))),
        0
    );
}

#[test]
fn f10_each_server_gives_out_its_own_addresses_only() {
    let mut pair = Pair::normal();
    for last in 10..20 {
        let sides = [PRIMARY, SECONDARY].map(|side| {
            let endpoint = &pair.sides[side].endpoint;
            endpoint.may_lease(address(last), &client(1), pair.now)
        });
        let own = if last < 15 {
            [Ok(()), Err(Withheld::Partners)]
        } else {
            [Err(Withheld::Partners), Ok(())]
        };
        assert_eq!(sides, own, "{last}");
    }
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    assert_eq!(pair.give(SECONDARY, 10, &client(2)), Err(Withheld::InUse));
    pair.report(PRIMARY, 11, LeaseEvent::Abandoned);
    pair.run(1);
    assert_eq!(pair.status(11), [S::Abandoned; 2]);
    assert_eq!(
        pair.give(SECONDARY, 11, &client(1)),
        Err(Withheld::Abandoned)
    );
    pair.report(PRIMARY, 11, LeaseEvent::Reset);
    pair.run(1);
    assert_eq!(pair.status(11), [S::Free; 2]);
}

#[test]
fn f09_in_normal_each_client_has_one_server() {
    let pair = Pair::normal();
    let serves =
        |side: usize, ask, key: &[u8], secs| pair.sides[side].endpoint.serves(ask, key, secs);
    for byte in 0..=255 {
        let key = [byte, 1, 2];
        let key = &key[..];
        let servers = [PRIMARY, SECONDARY].map(|side| serves(side, Ask::Any, key, 0).is_ok());
        assert_ne!(servers[0], servers[1], "{byte}");
        for side in [PRIMARY, SECONDARY] {
            // Who has waited for long, renews, or names the server is answered.
            assert_eq!(serves(side, Ask::Any, key, 4), Ok(()));
            assert_eq!(serves(side, Ask::Renewal, key, 0), Ok(()));
            assert_eq!(serves(side, Ask::ThisServer, key, 0), Ok(()));
        }
    }
    let mut both = Pair::with(|config| config.load_balance = false);
    both.start(PRIMARY);
    both.start(SECONDARY);
    both.run(1);
    assert!((0..2).all(|side| both.sides[side].endpoint.serves(Ask::Any, &[9], 0).is_ok()));
}

#[test]
fn f02_a_cut_is_noticed_and_healed() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(10);
    pair.cut();
    pair.forget();
    pair.run(31);
    assert_eq!(pair.states(), CI, "tReceive is 30 s");
    // Each goes on with its own addresses, and with what it knows.
    assert_eq!(pair.give(PRIMARY, 11, &client(2)), Ok(60));
    assert_eq!(pair.give(SECONDARY, 19, &client(3)), Ok(60));
    assert_eq!(pair.give(SECONDARY, 10, &client(1)), Ok(600));
    assert_eq!(
        pair.give(SECONDARY, 12, &client(4)),
        Err(Withheld::Partners)
    );
    // Without the partner, a renewal is the MCLT again.
    pair.run(30);
    assert_eq!(pair.give(PRIMARY, 11, &client(2)), Ok(60));
    pair.heal();
    pair.run(10);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.status(11), [S::Active; 2]);
    assert_eq!(pair.status(19), [S::Active; 2]);
    pair.agree();
}

/// A lease that ended while the partner could not be told goes to no one else.
#[test]
fn f07_an_address_changes_hands_only_when_the_partner_agrees() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.cut();
    pair.run(100);
    pair.report(PRIMARY, 10, LeaseEvent::Expired);
    assert_eq!(
        pair.give(PRIMARY, 10, &client(2)),
        Err(Withheld::Unacknowledged)
    );
    assert_eq!(
        pair.give(PRIMARY, 10, &client(1)),
        Ok(589),
        "the old client may"
    );
    pair.report(PRIMARY, 10, LeaseEvent::Released);
    pair.heal();
    pair.run(70);
    assert_eq!(pair.status(10), [S::Free; 2]);
    assert_eq!(pair.give(PRIMARY, 10, &client(2)), Ok(60));
}

#[test]
fn f16_the_safe_period_ends_in_partner_down() {
    let mut pair = Pair::with(|config| config.safe_period = Some(secs(100)));
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(1);
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.crash(PRIMARY);
    let lost = pair.now;
    assert_eq!(pair.state(SECONDARY), State::CommunicationsInterrupted);
    pair.run(99);
    assert_eq!(pair.state(SECONDARY), State::CommunicationsInterrupted);
    pair.run(2);
    assert_eq!(pair.state(SECONDARY), State::PartnerDown);
    let entered = lost + secs(100);
    // Its own at once, the partner's free ones after the MCLT, used ones later still.
    let until = |at: Instant| Err(Withheld::Until { at });
    assert_eq!(
        pair.give(SECONDARY, 19, &client(2)),
        Ok(600),
        "no MCLT here"
    );
    assert_eq!(
        pair.give(SECONDARY, 11, &client(3)),
        until(entered + secs(MCLT))
    );
    assert_eq!(pair.give(SECONDARY, 10, &client(2)), Err(Withheld::InUse));
    pair.report(SECONDARY, 10, LeaseEvent::Expired);
    let told = pair.lease(SECONDARY, 10).times.received;
    assert_eq!(
        pair.give(SECONDARY, 10, &client(3)),
        until(told + secs(MCLT + 2))
    );
    pair.run(MCLT);
    assert_eq!(pair.give(SECONDARY, 11, &client(3)), Ok(600));
    assert_eq!(
        pair.give(SECONDARY, 10, &client(1)),
        Ok(600),
        "its own client"
    );
    // What was leased in PARTNER-DOWN the partner does not know of.
    pair.report(SECONDARY, 11, LeaseEvent::Released);
    assert_eq!(pair.give(SECONDARY, 11, &client(4)), Ok(600));
}

#[test]
fn f04_a_pause_and_a_shutdown_are_told() {
    let mut pair = Pair::normal();
    pair.command(SECONDARY, Command::Pause);
    pair.run(1);
    assert_eq!(
        pair.states(),
        [State::CommunicationsInterrupted, State::Paused]
    );
    pair.sides[SECONDARY].powered = true;
    pair.start(SECONDARY);
    pair.run(70);
    assert_eq!(pair.states(), N);
    pair.command(SECONDARY, Command::Shutdown);
    pair.run(1);
    assert_eq!(pair.states(), [State::PartnerDown, State::Shutdown]);
    pair.run(10);
    // The partner took over: the server comes back by way of RECOVER.
    pair.forget();
    pair.start(SECONDARY);
    pair.run(MCLT + 70);
    assert_eq!(pair.states(), N);
    assert!(pair.went(SECONDARY).contains(&State::Recover));
}

#[test]
fn f01_a_connection_is_refused_for_a_reason() {
    type Change = fn(&mut Config);
    let cases: [(Change, RejectReason); 2] = [
        (
            |config| {
                if config.role == Role::Secondary {
                    "other".clone_into(&mut config.relationship);
                }
            },
            RejectReason::INVALID_PARTNER,
        ),
        (
            |config| config.max_clock_difference = Some(60),
            RejectReason::TIME_MISMATCH,
        ),
    ];
    for (change, reason) in cases {
        let mut pair = Pair::with(change);
        pair.sides[SECONDARY].endpoint.set_clock(100);
        pair.start(PRIMARY);
        pair.start(SECONDARY);
        pair.run(30);
        assert_eq!(pair.states(), [State::Recover; 2]);
        let ends = [End::ByPartner { reason }, End::ByUs { reason }];
        for (side, end) in pair.sides.iter().zip(ends) {
            assert!(side.notes.contains(&Note::Disconnected { end }), "{reason}");
        }
        let tries = pair.sent(PRIMARY, |body| matches!(body, Body::Connect(_)));
        assert!(tries <= 3, "{tries} tries in half a minute");
    }
}

/// Clocks that differ by a day do not matter (section 5.10).
#[test]
fn f17_clocks_may_differ() {
    for ahead in [-86_400, 86_400] {
        let mut pair = Pair::new();
        pair.sides[SECONDARY].endpoint.set_clock(ahead);
        pair.now = Instant::from_micros(1_000_999_999);
        pair.start(PRIMARY);
        pair.start(SECONDARY);
        pair.run(1);
        assert_eq!(pair.states(), N);
        pair.give(PRIMARY, 10, &client(1)).unwrap();
        pair.give(SECONDARY, 19, &client(2)).unwrap();
        pair.run(5);
        pair.agree();
        let [one, two] = [PRIMARY, SECONDARY].map(|side| pair.lease(side, 10).times);
        assert_eq!(one.acked, two.received);
    }
}

#[test]
fn f01_what_is_no_message_ends_the_connection() {
    let mut pair = Pair::normal();
    pair.forget();
    pair.input(
        PRIMARY,
        &Input::Bytes(&[0, 12, 99, 12, 0, 0, 0, 0, 0, 0, 0, 0]),
    );
    assert_eq!(pair.states(), CI);
    let notes = &pair.sides[PRIMARY].notes;
    assert!(
        notes
            .iter()
            .any(|note| matches!(note, Note::Malformed { .. }))
    );
    assert_eq!(
        pair.sent(PRIMARY, |body| matches!(body, Body::Disconnect(_))),
        1
    );
    pair.run(70);
    assert_eq!(pair.states(), N);
}

/// No more BNDUPDs are out than the partner takes.
#[test]
fn f12_the_partners_limit_is_kept() {
    let mut pair = Pair::with(|config| config.max_unacked = 2);
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(1);
    pair.cut();
    pair.run(40);
    for last in 10..15 {
        pair.give(PRIMARY, last, &client(last)).unwrap();
    }
    pair.log.clear();
    pair.heal();
    pair.run(10);
    assert_eq!(pair.states(), N);
    let (mut out, mut most) = (0_u32, 0);
    for (side, body) in &pair.log {
        match (*side, body) {
            (PRIMARY, Body::BndUpd(_)) => out += 1,
            (SECONDARY, Body::BndAck(_)) => out -= 1,
            _ => {}
        }
        most = most.max(out);
    }
    assert_eq!((out, most), (0, 2));
    pair.agree();
}
