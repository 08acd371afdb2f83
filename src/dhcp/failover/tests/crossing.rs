//! News of one address from both servers, and news that one of them has lost.

use super::rig::*;
use crate::dhcp::failover::*;
use crate::wire::failover::{BindingStatus as S, Body};

const N: [State; 2] = [State::Normal; 2];

fn updates(pair: &Pair) -> [usize; 2] {
    [PRIMARY, SECONDARY].map(|side| pair.sent(side, |body| matches!(body, Body::BndUpd(_))))
}

/// Both have given an address to a client, each for as long as it may, and the secondary loses what
/// it knows of it. Until when the client may have it is what the primary still knows.
#[test]
fn f08_a_lease_whose_server_has_forgotten_it_is_waited_for() {
    let mut pair = Pair::normal();
    let told = pair.now + secs(630);
    assert_eq!(pair.give(PRIMARY, 14, &client(1)), Ok(60));
    pair.run(1);
    pair.cut();
    pair.run(40);
    assert_eq!(pair.give(SECONDARY, 14, &client(1)), Ok(600));
    let until = pair.now + secs(600);
    pair.crash(SECONDARY);
    pair.input(SECONDARY, &Input::DiskLost);
    pair.run(30);
    pair.report(PRIMARY, 14, LeaseEvent::Expired);
    pair.forget();
    pair.heal();
    pair.start(SECONDARY);
    pair.run(2 * MCLT);
    assert_eq!(pair.states(), N);
    // The latest potential expiry, and the MCLT.
    assert_eq!(pair.status(14), [S::Active; 2]);
    for side in [PRIMARY, SECONDARY] {
        let lease = pair.lease(side, 14);
        assert!(lease.is_of(&client(1)));
        assert!(lease.times.expires > until);
        assert_eq!(lease.times.expires, told + secs(MCLT + 1));
    }
    assert_eq!(pair.lease(SECONDARY, 14).times.received, told + secs(1));
    let change = &pair.sides[PRIMARY].changes[0];
    assert_eq!((change.address, change.status), (address(14), S::Active));
    assert_eq!(change.until, told + secs(MCLT + 1));
    assert_eq!(pair.give(PRIMARY, 14, &client(2)), Err(Withheld::InUse));
    pair.agree();
    // What the client itself does counts more.
    pair.report(PRIMARY, 14, LeaseEvent::Released);
    pair.run(1);
    assert_eq!(pair.give(PRIMARY, 14, &client(2)), Ok(60));
}

/// A partner that works alone since before knows that no lease was given later.
#[test]
fn f08_in_partner_down_the_wait_counts_from_its_start() {
    let mut pair = Pair::normal();
    pair.crash(SECONDARY);
    pair.command(PRIMARY, Command::PartnerDown);
    pair.run(10 * MCLT);
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(600));
    let until = pair.now + secs(600);
    pair.run(300);
    pair.input(SECONDARY, &Input::DiskLost);
    pair.start(SECONDARY);
    pair.run(2 * MCLT);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.lease(PRIMARY, 10).times.expires, until);
    pair.agree();
}

/// The secondary has given an address, the primary takes it back meanwhile, and the secondary
/// forgets: its agreement means nothing then.
#[test]
fn what_a_forgetful_partner_agrees_to_is_not_taken_from_it() {
    let mut pair = Pair::normal();
    for last in 10..15 {
        pair.give(PRIMARY, last, &client(last)).unwrap();
    }
    pair.run(1);
    pair.cut();
    // The primary has no address left, and wants some of the secondary's.
    pair.run(20);
    pair.input(PRIMARY, &Input::Timer(Timer::Balance));
    let claimed: Vec<u8> = (15..20)
        .filter(|last| pair.lease(PRIMARY, *last).claimed)
        .collect();
    assert!(!claimed.is_empty());
    let last = claimed[0];
    pair.give(SECONDARY, last, &client(1)).unwrap();
    pair.crash(SECONDARY);
    pair.input(SECONDARY, &Input::DiskLost);
    pair.heal();
    pair.run(1);
    pair.start(SECONDARY);
    pair.run(10);
    assert_eq!(
        pair.give(PRIMARY, last, &client(2)),
        Err(Withheld::Partners)
    );
    pair.run(2 * MCLT);
    assert_eq!(pair.states(), N);
    pair.agree();
}

/// What was said before a crash has been said: the partner may have heard it, and the address may
/// be another client's (section 5.2.2).
#[test]
fn f07_a_client_does_not_get_back_what_the_partner_may_have_given_on() {
    let mut pair = Pair::normal();
    pair.give(SECONDARY, 19, &client(1)).unwrap();
    pair.run(1);
    // The release arrives, and its acknowledgement does not.
    pair.fuse = Some(Fuse {
        side: PRIMARY,
        left: 2,
        crash: false,
    });
    pair.report(SECONDARY, 19, LeaseEvent::Released);
    assert_eq!(pair.status(19), [S::Free, S::Released]);
    pair.crash(SECONDARY);
    pair.start(SECONDARY);
    pair.run(40);
    assert_eq!(pair.states(), [State::CommunicationsInterrupted; 2]);
    assert_eq!(pair.give(PRIMARY, 19, &client(2)), Ok(60));
    assert_eq!(
        pair.give(SECONDARY, 19, &client(1)),
        Err(Withheld::Unacknowledged)
    );
    pair.heal();
    pair.run(70);
    assert_eq!(pair.states(), N);
    pair.agree();
}

/// Each says once that the lease is over.
#[test]
fn f12_two_ends_of_one_lease_that_meet_are_told_once() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(70);
    pair.forget();
    pair.slow = true;
    pair.report(PRIMARY, 10, LeaseEvent::Expired);
    pair.report(SECONDARY, 10, LeaseEvent::Expired);
    pair.run(5);
    assert_eq!(updates(&pair), [1, 1]);
    assert_eq!(pair.status(10), [S::Free; 2]);
    pair.agree();
}

/// A client has renewed with both while they could not talk.
#[test]
fn f12_two_renewals_of_one_lease_that_meet_are_told_once() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.cut();
    pair.run(40);
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(5);
    pair.give(SECONDARY, 10, &client(1)).unwrap();
    pair.forget();
    pair.heal();
    pair.run(10);
    assert_eq!(pair.states(), N);
    assert_eq!(updates(&pair), [1, 1]);
    assert_eq!(pair.status(10), [S::Active; 2]);
    pair.agree();
}

/// The primary gives the secondary an address, not having heard its news that a lease is over.
#[test]
fn f07_an_address_that_changes_hands_while_it_is_freed_has_one_owner() {
    let mut pair = Pair::with(|config| config.balance.misbalance = 0);
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(1);
    pair.cut();
    pair.run(40);
    pair.give(SECONDARY, 19, &client(1)).unwrap();
    pair.run(70);
    pair.report(SECONDARY, 19, LeaseEvent::Expired);
    pair.fuse = Some(Fuse {
        side: PRIMARY,
        left: 4,
        crash: false,
    });
    pair.heal();
    pair.run(60);
    assert_eq!(pair.status(19), [S::Free, S::Expired], "the answer is lost");
    pair.heal();
    pair.forget();
    pair.run(10);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.status(19), [S::Backup; 2]);
    assert_eq!(updates(&pair), [1, 1], "they met");
    pair.agree();
}

/// The secondary says that a lease is over which the primary is telling it of: it is over there too
/// when that has arrived, and no one is left with it.
#[test]
fn a_lease_that_is_told_and_over_at_once_is_over_on_both() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.cut();
    pair.run(40);
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(600));
    pair.run(70);
    pair.report(SECONDARY, 10, LeaseEvent::Expired);
    pair.run(600);
    pair.forget();
    pair.heal();
    pair.run(70);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.status(10), [S::Free; 2]);
    assert_eq!(updates(&pair), [2, 1]);
    pair.agree();
}

/// Two messages of a client in one second, to each server one: neither believes the other as long
/// as the lease runs, and both say so again.
#[test]
fn f11_what_was_refused_is_said_again_later() {
    let mut pair = Pair::with(|config| config.balance.max = secs(300));
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(1);
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.cut();
    pair.run(40);
    pair.report(PRIMARY, 10, LeaseEvent::Released);
    pair.give(SECONDARY, 10, &client(1)).unwrap();
    pair.heal();
    pair.run(10);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.status(10), [S::Released, S::Active]);
    pair.run(700);
    pair.report(SECONDARY, 10, LeaseEvent::Expired);
    pair.run(300);
    assert_eq!(pair.status(10), [S::Free; 2]);
    pair.agree();
}

/// A server without its disk that finds conflicts to be resolved first needs everything, and serves
/// no one before it has it and has waited.
#[test]
fn f13_a_lost_disk_in_a_conflict_needs_everything() {
    for side in [PRIMARY, SECONDARY] {
        let mut pair = Pair::normal();
        pair.give(1 - side, [19, 10][side], &client(1)).unwrap();
        pair.run(1);
        pair.cut();
        pair.run(40);
        for side in [PRIMARY, SECONDARY] {
            pair.command(side, Command::PartnerDown);
        }
        pair.heal();
        // The other has found the conflict, and then no partner any more.
        pair.fuse = Some(Fuse {
            side,
            left: [5, 3][side],
            crash: true,
        });
        pair.run(20);
        assert_eq!(pair.state(1 - side), State::ResolutionInterrupted);
        pair.input(side, &Input::DiskLost);
        pair.forget();
        pair.start(side);
        pair.run(MCLT - 1);
        assert_eq!(pair.state(side), State::RecoverWait);
        pair.run(MCLT);
        let went = pair.went(side);
        assert_eq!(went[..2], [State::Startup, State::Recover]);
        assert!(went.contains(&State::PotentialConflict));
        assert_eq!(pair.sent(side, |body| *body == Body::UpdReqAll), 1);
        assert_eq!(pair.states(), N);
        pair.agree();
    }
}

/// When addresses move, those that the other server's clients had go with them, beyond the balance
/// but not so far that they would move back.
#[test]
fn f10_addresses_follow_their_clients() {
    let mut pair = Pair::normal();
    let secondarys: Vec<_> = (1..100)
        .map(client)
        .filter(|client| {
            let endpoint = &pair.sides[SECONDARY].endpoint;
            endpoint.serves(Ask::Any, client.key(), 0).is_ok()
        })
        .take(4)
        .collect();
    // They had what is the primary's, since the secondary had nothing left, and are gone.
    for last in 15..20 {
        pair.give(SECONDARY, last, &client(last)).unwrap();
    }
    pair.run(1);
    pair.cut();
    for (last, client) in (11..15).zip(&secondarys) {
        pair.give(PRIMARY, last, client).unwrap();
        pair.report(PRIMARY, last, LeaseEvent::Released);
    }
    for last in 15..20 {
        pair.report(SECONDARY, last, LeaseEvent::Released);
    }
    pair.forget();
    pair.run(40);
    pair.heal();
    pair.run(200);
    assert_eq!(pair.states(), N);
    let (free, backup) = pair.sides[PRIMARY].endpoint.shares(0);
    assert_eq!((free, backup), (4, 6), "one of ten more than the half");
    pair.agree();
}

/// The primary gave a lease that no one else ever heard of, and was down when it ended. The secondary,
/// alone for long enough, has given the address away: the primary must not stand by its old record.
#[test]
fn f11_a_lease_that_ended_while_its_server_was_down_is_over() {
    let mut pair = Pair::normal();
    pair.cut();
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Ok(60));
    pair.crash(PRIMARY);
    pair.run(31);
    pair.command(SECONDARY, Command::PartnerDown);
    pair.run(MCLT);
    assert_eq!(pair.give(SECONDARY, 10, &client(2)), Ok(600));
    pair.heal();
    // As a server that is slow to end what is over.
    pair.start(PRIMARY);
    pair.run(70);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.give(PRIMARY, 10, &client(1)), Err(Withheld::InUse));
    assert!(pair.lease(PRIMARY, 10).is_of(&client(2)));
    pair.agree();
}
