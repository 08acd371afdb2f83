//! The cable and the power, pulled in every state.

use super::super::*;
use super::rig::*;

/// From wherever it is, an answering server leads it to BOUND.
fn answer_until_bound(rig: &mut Rig) {
    for _ in 0..20 {
        if rig.client.state() == State::Bound {
            return;
        }
        match rig.client.state() {
            State::Selecting => rig.answer(MessageType::Offer, LEASE),
            State::Requesting | State::Rebooting | State::Renewing | State::Rebinding => {
                rig.answer(MessageType::Ack, LEASE);
            }
            State::Stopped
            | State::Init
            | State::InitReboot
            | State::Probing
            | State::Bound
            | State::Informing => rig.run(11),
        }
    }
    panic!("stuck in {:?}", rig.client.state());
}

fn remembers(state: State) -> bool {
    matches!(
        state,
        State::InitReboot | State::Rebooting | State::Bound | State::Renewing | State::Rebinding
    )
}

#[test]
fn the_cable_pulled_in_every_state() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        let before = rig.sent.len();
        rig.input(&Input::LinkDown);
        let expected = match state {
            State::Stopped => State::Stopped,
            _ if remembers(state) => State::InitReboot,
            _ => State::Init,
        };
        assert_eq!(
            (rig.client.state(), rig.uses),
            (expected, None),
            "from {state:?}"
        );
        let waits = rig.next_timer().map(|(_, timer)| timer);
        assert_eq!(
            waits,
            remembers(state).then_some(Timer::Expiry),
            "from {state:?}"
        );
        rig.run(20);
        assert_eq!(
            rig.sent.len(),
            before,
            "it says nothing into a pulled cable, from {state:?}"
        );
        rig.input(&Input::LinkUp);
        if state == State::Stopped {
            assert_eq!((rig.sent.len(), rig.next_timer()), (before, None));
            rig.input(&Input::Start);
        }
        answer_until_bound(&mut rig);
        assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    }
}

#[test]
fn the_power_pulled_in_every_state() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        rig.power_off();
        assert_eq!(
            (rig.client.state(), rig.uses),
            (State::Stopped, None),
            "from {state:?}"
        );
        let before = rig.sent.len();
        for kind in [MessageType::Offer, MessageType::Ack, MessageType::Nak] {
            if before > 0 {
                rig.answer(kind, LEASE);
            }
        }
        assert_eq!(
            (rig.sent.len(), rig.client.state()),
            (before, State::Stopped),
            "from {state:?}"
        );
        rig.run(5);
        rig.power_on();
        if remembers(state) {
            assert_eq!(
                (rig.last().kind(), rig.last().address(50)),
                (MessageType::Request, Some(ADDRESS)),
                "{state:?}"
            );
        }
        answer_until_bound(&mut rig);
        assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    }
}

#[test]
fn power_without_a_cable_waits_for_it() {
    let mut rig = Rig::new(plain(), 1);
    rig.input(&Input::Start);
    assert_eq!(
        (rig.client.state(), rig.sent.len(), rig.next_timer()),
        (State::Init, 0, None)
    );
    rig.input(&Input::LinkUp);
    assert_eq!(rig.last().kind(), MessageType::Discover);
}

#[test]
fn a_flapping_cable_does_not_make_it_speak_more_than_once_a_flap() {
    let mut rig = Rig::in_state(State::Bound);
    rig.sent.clear();
    for _ in 0..50 {
        rig.input(&Input::LinkDown);
        rig.input(&Input::LinkUp);
    }
    assert_eq!(rig.sent.len(), 50);
    assert!(
        rig.sent
            .iter()
            .all(|sent| sent.kind() == MessageType::Request)
    );
}
