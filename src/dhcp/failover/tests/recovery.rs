//! After a crash, a lost disk, and work without the other.

use super::rig::*;
use crate::dhcp::failover::*;
use crate::wire::failover::{BindingStatus as S, Body};

const N: [State; 2] = [State::Normal; 2];

#[test]
fn f15_a_crash_with_the_disk_kept_is_a_short_interruption() {
    for side in [PRIMARY, SECONDARY] {
        let mut pair = Pair::normal();
        pair.give(PRIMARY, 10, &client(1)).unwrap();
        pair.run(1);
        let before = pair.lease(side, 10).clone();
        pair.crash(side);
        assert_eq!(pair.state(1 - side), State::CommunicationsInterrupted);
        pair.run(20);
        pair.forget();
        pair.start(side);
        assert_eq!(pair.lease(side, 10), &before);
        pair.run(10);
        assert_eq!(pair.states(), N);
        let went = pair.went(side);
        let expected = [
            State::Startup,
            State::CommunicationsInterrupted,
            State::Normal,
        ];
        assert_eq!(went, expected);
        assert_eq!(
            pair.sent(side, |body| matches!(body, Body::UpdReq | Body::UpdReqAll)),
            0
        );
        pair.agree();
    }
}

/// Started without its partner, a server goes on with what it had (section 9.3.2 step 6).
#[test]
fn f03_a_restart_without_the_partner_is_communications_interrupted() {
    let mut pair = Pair::normal();
    pair.crash(PRIMARY);
    pair.crash(SECONDARY);
    pair.start(SECONDARY);
    pair.run(9);
    assert_eq!(pair.state(SECONDARY), State::Startup);
    pair.run(2);
    assert_eq!(pair.state(SECONDARY), State::CommunicationsInterrupted);
}

/// The state and its time survive; what was granted but never told is told later.
#[test]
fn f12_what_was_not_acknowledged_is_sent_after_a_crash() {
    let mut pair = Pair::normal();
    pair.cut();
    pair.run(40);
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.crash(PRIMARY);
    pair.start(PRIMARY);
    pair.run(20);
    assert_eq!(pair.state(PRIMARY), State::CommunicationsInterrupted);
    pair.heal();
    pair.run(40);
    assert_eq!(pair.states(), N);
    assert_eq!(pair.status(10), [S::Active; 2]);
    pair.agree();
}

#[test]
fn f13_a_server_whose_partner_went_on_alone_recovers_and_waits() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.crash(PRIMARY);
    let down = pair.now;
    pair.run(5);
    pair.command(SECONDARY, Command::PartnerDown);
    assert_eq!(pair.state(SECONDARY), State::PartnerDown);
    pair.give(SECONDARY, 19, &client(2)).unwrap();
    pair.forget();
    pair.start(PRIMARY);
    pair.run(10);
    assert_eq!(pair.states(), [State::RecoverWait, State::PartnerDown]);
    assert_eq!(pair.sent(PRIMARY, |body| *body == Body::UpdReq), 1);
    assert_eq!(
        pair.lease(PRIMARY, 19).status,
        S::Active,
        "it has been told"
    );
    let waits = pair.sides[PRIMARY].notes.iter().find_map(|note| {
        if let Note::Waits { until } = note {
            Some(*until)
        } else {
            None
        }
    });
    assert!(
        waits.unwrap().since(down) <= secs(MCLT),
        "counted from when it went down"
    );
    pair.run(MCLT);
    assert_eq!(pair.states(), N);
    let expected = [
        State::Startup,
        State::Recover,
        State::RecoverWait,
        State::RecoverDone,
        State::Normal,
    ];
    assert_eq!(pair.went(PRIMARY), expected);
    pair.run(1);
    pair.agree();
}

#[test]
fn f13_a_lost_disk_is_filled_again_by_the_partner() {
    for side in [PRIMARY, SECONDARY] {
        for partner_down in [false, true] {
            let mut pair = Pair::normal();
            pair.give(PRIMARY, 10, &client(1)).unwrap();
            pair.give(SECONDARY, 19, &client(2)).unwrap();
            pair.run(1);
            pair.crash(side);
            if partner_down {
                pair.command(1 - side, Command::PartnerDown);
            }
            pair.input(side, &Input::DiskLost);
            pair.run(20);
            pair.forget();
            pair.start(side);
            let began = pair.now;
            pair.run(MCLT - 1);
            assert_eq!(
                pair.state(side),
                State::RecoverWait,
                "{side} {partner_down}"
            );
            assert_eq!(pair.sent(side, |body| *body == Body::UpdReqAll), 1);
            assert_eq!(pair.status(10), [S::Active; 2]);
            // No one knows when it went down: the wait counts from its start.
            let until = began + secs(MCLT);
            assert!(pair.sides[side].notes.contains(&Note::Waits { until }));
            pair.run(2);
            assert_eq!(pair.states(), N, "{side} {partner_down}");
            pair.run(1);
            pair.agree();
        }
    }
}

/// The connection fails in the middle of UPDREQALL: it starts again.
#[test]
fn f13_recovery_goes_on_after_another_interruption() {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.crash(SECONDARY);
    pair.input(SECONDARY, &Input::DiskLost);
    pair.cut();
    pair.start(SECONDARY);
    pair.run(20);
    assert_eq!(pair.state(SECONDARY), State::Recover);
    pair.heal();
    pair.run(10);
    pair.crash(SECONDARY);
    pair.start(SECONDARY);
    pair.run(2 * MCLT);
    assert_eq!(pair.states(), N);
    pair.agree();
}

fn conflict() -> Pair {
    let mut pair = Pair::normal();
    pair.give(PRIMARY, 10, &client(1)).unwrap();
    pair.run(1);
    pair.cut();
    pair.run(40);
    for side in [PRIMARY, SECONDARY] {
        pair.command(side, Command::PartnerDown);
        assert_eq!(pair.state(side), State::PartnerDown);
    }
    pair.run(2 * MCLT);
    // The operator's mistake: both give the same address to different clients.
    assert_eq!(pair.give(PRIMARY, 11, &client(1)), Ok(600));
    assert_eq!(pair.give(SECONDARY, 11, &client(2)), Ok(600));
    assert_eq!(pair.give(SECONDARY, 18, &client(3)), Ok(600));
    pair.forget();
    pair
}

#[test]
fn f14_both_in_partner_down_resolve_their_conflicts() {
    let mut pair = conflict();
    pair.heal();
    pair.run(70);
    assert_eq!(pair.states(), N);
    let primary = [State::PotentialConflict, State::ConflictDone, State::Normal];
    assert_eq!(pair.went(PRIMARY), primary);
    assert_eq!(
        pair.went(SECONDARY),
        [State::PotentialConflict, State::Normal]
    );
    for side in [PRIMARY, SECONDARY] {
        assert_eq!(pair.sent(side, |body| *body == Body::UpdReq), 1);
        assert_eq!(pair.sent(side, |body| *body == Body::UpdDone), 1);
    }
    // Of the two clients the primary's stays.
    assert!(pair.lease(SECONDARY, 11).is_of(&client(1)));
    assert!(pair.lease(PRIMARY, 11).is_of(&client(1)));
    assert_eq!(pair.status(18), [S::Active; 2]);
    let refused = Note::Refused {
        address: address(11),
        reason: crate::wire::failover::RejectReason::FATAL_CONFLICT,
    };
    assert!(pair.sides[PRIMARY].notes.contains(&refused));
    pair.agree();
}

#[test]
fn f14_a_resolution_that_is_interrupted_starts_again() {
    let mut pair = conflict();
    // In the middle of what the secondary has to say.
    pair.fuse = Some(Fuse {
        side: SECONDARY,
        left: 5,
        crash: false,
    });
    pair.heal();
    pair.run(100);
    for side in [PRIMARY, SECONDARY] {
        let expected = [State::PotentialConflict, State::ResolutionInterrupted];
        assert_eq!(pair.went(side), expected, "{side}");
    }
    // Each answers clients meanwhile (section 9.11.2).
    assert_eq!(
        pair.sides[PRIMARY].endpoint.serves(Ask::Any, &[1], 0),
        Ok(())
    );
    pair.forget();
    pair.heal();
    pair.run(70);
    assert_eq!(pair.went(PRIMARY)[0], State::PotentialConflict);
    assert_eq!(pair.states(), N);
    pair.agree();
}

/// A restart of the survivor keeps PARTNER-DOWN and when it began (section 9.2).
#[test]
fn f15_partner_down_survives_a_crash() {
    let mut pair = Pair::normal();
    pair.crash(PRIMARY);
    pair.command(SECONDARY, Command::PartnerDown);
    let since = pair.sides[SECONDARY].endpoint.store().unwrap().since;
    pair.run(30);
    pair.crash(SECONDARY);
    pair.start(SECONDARY);
    pair.run(20);
    assert_eq!(pair.state(SECONDARY), State::PartnerDown);
    assert_eq!(pair.sides[SECONDARY].endpoint.store().unwrap().since, since);
}

#[test]
fn a_command_that_is_not_possible_changes_nothing() {
    let mut pair = Pair::new();
    pair.start(PRIMARY);
    pair.run(20);
    pair.command(PRIMARY, Command::PartnerDown);
    assert_eq!(pair.state(PRIMARY), State::Recover);
    let state = State::Recover;
    assert!(
        pair.sides[PRIMARY]
            .notes
            .contains(&Note::CommandIgnored { state })
    );
}

/// The story: MCLT 1 h, desired lease 8 h; the survivor extends what its partner gave.
#[test]
fn f06_the_first_hour_and_then_eight() {
    const HOUR: u64 = 3600;
    let mut pair = Pair::with(|config| {
        config.mclt = secs(HOUR);
        config.load_balance = false;
        config.safe_period = Some(secs(HOUR));
    });
    pair.start(PRIMARY);
    pair.start(SECONDARY);
    pair.run(1);
    let grant = |pair: &Pair, side: usize| {
        let endpoint = &pair.sides[side].endpoint;
        endpoint.grant(pair.now, address(10), secs(8 * HOUR)).length
    };
    assert_eq!(grant(&pair, PRIMARY), secs(HOUR));
    let event = |granted| LeaseEvent::Granted {
        client: client(1),
        granted,
        desired: secs(8 * HOUR),
    };
    pair.report(PRIMARY, 10, event(secs(HOUR)));
    pair.run(10);
    pair.crash(PRIMARY);
    pair.run(180);
    // INIT-REBOOT: the address is the client's, and the bound is what the partner told.
    let survivor = &pair.sides[SECONDARY].endpoint;
    assert_eq!(survivor.serves(Ask::Any, client(1).key(), 0), Ok(()));
    assert_eq!(
        survivor.may_lease(address(10), &client(1), pair.now),
        Ok(())
    );
    assert_eq!(grant(&pair, SECONDARY), secs(8 * HOUR));
    pair.report(SECONDARY, 10, event(secs(8 * HOUR)));
    pair.run(HOUR);
    assert_eq!(pair.state(SECONDARY), State::PartnerDown);
    // Released, and back after an hour.
    pair.run(3 * HOUR);
    pair.report(SECONDARY, 10, LeaseEvent::Released);
    pair.run(HOUR);
    let survivor = &pair.sides[SECONDARY].endpoint;
    assert_eq!(
        survivor.may_lease(address(10), &client(1), pair.now),
        Ok(())
    );
    assert_eq!(grant(&pair, SECONDARY), secs(8 * HOUR));
}
