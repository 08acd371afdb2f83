//! Servers whose clocks are wrong, and are set while they work (draft section 5.10).

use super::rig::*;
use crate::dhcp::failover::clock::Difference;
use crate::dhcp::failover::*;
use crate::time::Instant;
use crate::wire::failover::{BindingStatus as S, Body};

const N: [State; 2] = [State::Normal; 2];
const PATIENCE: u64 = 30;

fn at(seconds: u64) -> Instant {
    Instant::ZERO + secs(seconds)
}

/// What goes over the wire is by the sender's clock, and is understood all the same.
#[test]
fn f17_times_on_the_wire_are_by_the_senders_clock() {
    let mut pair = Pair::normal();
    pair.sides[PRIMARY].endpoint.set_clock(5_000);
    pair.forget();
    let now = pair.now;
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(5);
    let wall = |at: Instant| {
        let passed = u32::try_from(at.as_micros() / 1_000_000).unwrap();
        EPOCH + passed + 5_000
    };
    let sent = &pair.sides[PRIMARY].sent[0];
    assert_eq!(sent.time, wall(now));
    let Body::BndUpd(updates) = &sent.body else {
        panic!("{sent:?}");
    };
    assert_eq!(updates[0].lease_expiration, Some(wall(now + secs(MCLT))));
    let [one, two] = [PRIMARY, SECONDARY].map(|side| pair.lease(side, 10).times);
    assert_eq!(two.expires, now + secs(MCLT));
    assert_eq!(one.acked, two.received);
    pair.agree();
}

#[test]
fn f17_a_clock_that_is_set_while_both_work_disturbs_nothing() {
    for side in [PRIMARY, SECONDARY] {
        for ahead in [-7_200, -10, 10, 7_200] {
            let mut pair = Pair::with(|config| config.balance.max = secs(300));
            pair.start(PRIMARY);
            pair.start(SECONDARY);
            pair.run(5);
            pair.give(PRIMARY, 10, &client(1)).unwrap();
            pair.run(5);
            pair.sides[side].endpoint.set_clock(ahead);
            pair.run(20);
            assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(600), "{ahead}");
            pair.give(SECONDARY, 19, &client(2)).unwrap();
            // What a partner whose clock was set back says of a client may be taken for old, once.
            pair.run(400);
            assert_eq!(pair.states(), N, "{side} {ahead}");
            for last in [10, 19] {
                assert_eq!(pair.status(last), [S::Active; 2], "{side} {ahead}");
                let [one, two] =
                    [PRIMARY, SECONDARY].map(|side| pair.lease(side, last).times.expires);
                // At the latest as late as a message may be, and never too early.
                let (mine, theirs) = if last == 10 { (one, two) } else { (two, one) };
                assert!(theirs >= mine - secs(2), "{side} {ahead}: {mine} {theirs}");
            }
            let survives = pair.sides[side].endpoint.clone();
            pair.crash(side);
            pair.start(side);
            pair.run(70);
            assert_eq!(pair.sides[side].endpoint.ahead, survives.ahead);
            assert_eq!(pair.states(), N, "{side} {ahead}");
        }
    }
}

/// A partner that allows no great difference refuses the next connection, not the one there is.
#[test]
fn f17_a_clock_that_is_too_far_off_is_refused_at_the_next_connection() {
    let mut pair = Pair::with(|config| config.max_clock_difference = Some(60));
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(5);
    pair.sides[PRIMARY].endpoint.set_clock(300);
    pair.run(100);
    assert_eq!(pair.states(), N);
    pair.cut();
    pair.run(40);
    pair.heal();
    pair.run(100);
    assert_eq!(pair.states(), [State::CommunicationsInterrupted; 2]);
    let reason = crate::wire::failover::RejectReason::TIME_MISMATCH;
    let refused = Note::Disconnected {
        end: End::ByPartner { reason },
    };
    assert!(pair.sides[PRIMARY].notes.contains(&refused));
    pair.sides[PRIMARY].endpoint.set_clock(10);
    pair.run(100);
    assert_eq!(pair.states(), N);
}

#[test]
fn the_quickest_message_says_most_exactly_how_the_clocks_differ() {
    let mut difference = Difference::new(100);
    for (said, at_second) in [(99, 1), (101, 2), (100, 3), (98, 4)] {
        difference.refine(said, at(at_second), secs(PATIENCE));
    }
    assert_eq!(difference.known, 101, "a little less is a little late");
    difference.refine(7_000, at(5), secs(PATIENCE));
    assert_eq!(
        difference.known, 7_000,
        "no message comes before it was sent"
    );
}

#[test]
fn less_is_believed_when_it_lasts() {
    let mut difference = Difference::new(100);
    // A message that was held up for 20 s, and then one that was not.
    difference.refine(80, at(1), secs(PATIENCE));
    assert_eq!(difference.known, 100);
    difference.refine(100, at(2), secs(PATIENCE));
    for second in 3..33 {
        difference.refine(40, at(second), secs(PATIENCE));
    }
    assert_eq!(difference.known, 100);
    difference.refine(41, at(33), secs(PATIENCE));
    difference.refine(39, at(34), secs(PATIENCE));
    assert_eq!(difference.known, 41, "the clock was set back");
}
