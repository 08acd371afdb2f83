//! The table of states, cell by cell.
//!
//! Written from the draft (sections 9.3 to 9.14). `FAILOVER.md`, a digest of it, is shorter in three
//! places where the draft counts: a partner in SHUTDOWN leads from COMMUNICATIONS-INTERRUPTED to
//! PARTNER-DOWN too (9.9.3), one that resolves conflicts leads from RECOVER to POTENTIAL-CONFLICT
//! (9.5.2), and a change of the partner's state in NORMAL is taken as if communication had failed and
//! come back (9.2). Where the draft is silent, `state::next` says what is done.

use crate::dhcp::failover::state::{
    Event, Role, Service, State, asks, next, restarted, resumed, service,
};

use State::{
    CommunicationsInterrupted as CI, ConflictDone as CD, Normal as N, PartnerDown as PD,
    Paused as PA, PotentialConflict as PC, Recover as R, RecoverDone as RD, RecoverWait as RW,
    ResolutionInterrupted as RI, Shutdown as SD, Startup as ST,
};

/// A row for each state; the columns are the partner's states N CI PD PC R RW RD RI CD PA SD.
pub(super) const PARTNERS: [State; 11] = [N, CI, PD, PC, R, RW, RD, RI, CD, PA, SD];
pub(super) const WITH_PARTNER: [(State, [State; 11]); 9] = [
    (N, [N, N, PC, PC, CI, CI, N, PC, PC, CI, PD]),
    (CI, [N, N, PC, PC, CI, CI, N, PC, PC, CI, PD]),
    (PD, [PC, PC, PC, PC, PD, PD, N, PC, PC, PD, PD]),
    (R, [R, R, R, PC, R, R, R, PC, PC, R, R]),
    (RW, [RW, RW, RW, RW, RW, RW, RW, RW, RW, RW, RW]),
    (RD, [N, RD, RD, PC, RD, RD, N, PC, PC, RD, RD]),
    (PC, [PC, PC, PC, PC, PC, PC, PC, PC, PC, PC, PC]),
    (RI, [PC, PC, PC, PC, PC, PC, PC, PC, PC, PC, PC]),
    (CD, [N, CD, CD, CD, CD, CD, CD, CD, CD, CD, CD]),
];

/// A row for each state: Lost, WaitOver, SafePeriodOver, PartnerDown; UpdatesDone on the primary and on
/// the secondary.
pub(super) const OTHER: [(State, [Option<State>; 6]); 12] = [
    (N, [Some(CI), None, None, Some(PD), None, None]),
    (CI, [Some(CI), None, Some(PD), Some(PD), None, None]),
    (PD, [Some(PD), None, None, None, None, None]),
    (R, [Some(R), None, None, None, Some(RW), Some(RW)]),
    (RW, [Some(RW), Some(RD), None, None, None, None]),
    (RD, [Some(RD), None, None, None, None, None]),
    (PC, [Some(RI), None, None, None, Some(CD), Some(N)]),
    (RI, [Some(RI), None, None, Some(PD), None, None]),
    (CD, [Some(CD), None, None, None, None, None]),
    (ST, [None; 6]),
    (PA, [None; 6]),
    (SD, [None; 6]),
];

#[test]
fn f03_every_state_with_every_state_of_the_partner() {
    for role in [Role::Primary, Role::Secondary] {
        for (state, row) in WITH_PARTNER {
            for (partner, expected) in PARTNERS.into_iter().zip(row) {
                let expected = if (role, state, partner) == (Role::Secondary, N, CD) {
                    N
                } else {
                    expected
                };
                let found = next(role, state, Event::Partner(partner));
                assert_eq!(found, Some(expected), "{role:?} {state} {partner}");
            }
            assert_eq!(next(role, state, Event::Partner(ST)), None);
        }
    }
}

#[test]
fn f03_every_state_with_every_other_event() {
    assert_eq!(OTHER.len(), State::ALL.len());
    for (state, row) in OTHER {
        let common = [
            Event::Lost,
            Event::WaitOver,
            Event::SafePeriodOver,
            Event::PartnerDown,
        ];
        for (role, done) in [(Role::Primary, row[4]), (Role::Secondary, row[5])] {
            for (event, expected) in common.into_iter().zip(row) {
                assert_eq!(next(role, state, event), expected, "{state} {event:?}");
            }
            assert_eq!(
                next(role, state, Event::UpdatesDone),
                done,
                "{role:?} {state}"
            );
            let off = matches!(state, ST | PA | SD);
            assert_eq!(next(role, state, Event::Pause), (!off).then_some(PA));
            assert_eq!(next(role, state, Event::Shutdown), (!off).then_some(SD));
            for partner in State::ALL {
                let found = next(role, state, Event::Partner(partner));
                assert!(!off || found.is_none(), "{state} is left by a restart only");
            }
        }
    }
}

#[test]
fn f04_who_is_served_in_each_state() {
    for (state, served) in [
        (ST, Service::Nobody),
        (N, Service::Share),
        (CI, Service::Everyone),
        (PD, Service::Everyone),
        (R, Service::Nobody),
        (RW, Service::Nobody),
        (RD, Service::Renewals),
        (PC, Service::Nobody),
        (RI, Service::Everyone),
        (CD, Service::Everyone),
        (PA, Service::Nobody),
        (SD, Service::Nobody),
    ] {
        assert_eq!(service(state), served, "{state}");
    }
}

#[test]
fn f03_a_restart_goes_on_as_if_communication_had_failed() {
    for (stored, goes_on) in [
        (N, CI),
        (CI, CI),
        (PD, PD),
        (R, R),
        (RW, RW),
        (RD, RD),
        (PC, RI),
        (RI, RI),
        (CD, CD),
    ] {
        assert_eq!(resumed(stored), goes_on);
        let was_recovering = matches!(stored, R | RW | RD);
        for partner in State::ALL {
            for alone in [false, true] {
                let expected = match (partner, alone || was_recovering) {
                    (PD, true) => R,
                    (PD, false) => PC,
                    _ => goes_on,
                };
                let found = restarted(stored, partner, alone);
                assert_eq!(found, expected, "{stored} {partner} {alone}");
            }
        }
    }
}

#[test]
fn f13_who_asks_for_updates() {
    for partner in State::ALL {
        for role in [Role::Primary, Role::Secondary] {
            assert!(asks(role, R, partner));
            for state in [N, CI, PD, RW, RD, RI, CD] {
                assert!(!asks(role, state, partner));
            }
        }
        assert!(asks(Role::Primary, PC, partner));
        assert_eq!(asks(Role::Secondary, PC, partner), partner == CD);
    }
}
