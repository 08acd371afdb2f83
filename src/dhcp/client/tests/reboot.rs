//! A remembered lease: INIT-REBOOT and REBOOTING.

use super::super::*;
use super::rig::*;
use super::spread::*;

#[test]
fn c07_rebooting_keeps_the_old_lease_for_its_remainder() {
    let start = |seed| {
        let mut rig = Rig::on(plain(), seed);
        rig.answer(MessageType::Offer, LEASE);
        rig.answer(MessageType::Ack, LEASE);
        rig.run_until(at(1_000));
        rig.power_off();
        rig.run_until(at(2_000));
        rig.sent.clear();
        rig.power_on();
        rig
    };
    // After the fourth REQUEST's pause it renews: T1 is past.
    assert_backoff(&pauses(start, 4), &[4, 8, 16, 32]);
    let mut rig = start(1);
    rig.run_until(at(2_070));
    let kinds: Vec<_> = rig.sent.iter().map(Sent::kind).collect();
    assert_eq!(kinds[..4], [MessageType::Request; 4]);
    assert!(
        rig.notes
            .contains(&ClientNote::KeptLease { address: ADDRESS })
    );
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    assert_eq!((kinds.len(), rig.last().datagram.destination), (5, SERVER));
    rig.run_until(at(3_599));
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    let discover = rig.next_sent();
    assert_eq!(
        (rig.uses, discover.kind(), discover.at),
        (None, MessageType::Discover, at(3_600)),
        "the old lease's own end"
    );
}

#[test]
fn c07_a_kept_address_is_probed_like_any_other() {
    let mut rig = Rig::bound(probing(), LEASE);
    rig.power_off();
    rig.power_on();
    rig.arps.clear();
    rig.run(100);
    assert_eq!((rig.arps.len(), rig.client.state()), (5, State::Bound));
}

#[test]
fn c24_link_down_then_up_asks_again_for_the_remembered_address() {
    for state in [State::Bound, State::Renewing, State::Rebinding] {
        let mut rig = Rig::in_state(state);
        rig.input(&Input::LinkDown);
        assert_eq!(rig.uses, None, "not used where no one can be asked");
        rig.run(10);
        let before = rig.sent.len();
        rig.input(&Input::LinkUp);
        assert_eq!(rig.sent.len(), before + 1);
        let request = rig.last();
        assert_eq!(
            (request.kind(), request.address(50), request.has(54)),
            (MessageType::Request, Some(ADDRESS), false)
        );
        rig.answer(MessageType::Ack, LEASE);
        rig.run(10);
        assert_eq!(
            (rig.client.state(), rig.uses.map(|uses| uses.address)),
            (State::Bound, Some(ADDRESS))
        );
        let clocks = [1_800, 3_150, 3_600].map(|length| request.at + secs(length));
        assert_eq!(rig.clocks(), clocks, "from the REQUEST");
    }
}

#[test]
fn c24_without_a_lease_or_after_its_end_link_up_leads_to_init() {
    let mut rig = Rig::in_state(State::Selecting);
    rig.input(&Input::LinkDown);
    rig.run(100);
    assert_eq!(
        (rig.sent.len(), rig.next_timer()),
        (1, None),
        "no one can hear it"
    );
    rig.input(&Input::LinkUp);
    assert_eq!(
        (rig.sent.len(), rig.last().kind()),
        (2, MessageType::Discover)
    );

    let mut rig = Rig::in_state(State::Bound);
    rig.input(&Input::LinkDown);
    rig.run(LEASE.into());
    assert_eq!(rig.client.state(), State::Init);
    assert!(
        rig.notes
            .contains(&ClientNote::Expired { address: ADDRESS })
    );
    rig.input(&Input::LinkUp);
    assert_eq!(
        (rig.last().kind(), rig.last().has(50)),
        (MessageType::Discover, false)
    );
}

#[test]
fn power_comes_back_after_the_lease_has_ended() {
    let mut rig = Rig::in_state(State::Bound);
    rig.power_off();
    rig.run(LEASE.into());
    rig.power_on();
    assert_eq!(rig.last().kind(), MessageType::Discover);
    assert_eq!(rig.uses, None);
}

#[test]
fn an_ack_of_another_servers_lease_is_taken_in_rebooting() {
    let mut rig = Rig::in_state(State::Rebooting);
    let mut ack = rig.reply(MessageType::Ack, LEASE);
    ack.options = crate::wire::dhcp::Options::new();
    ack.options.push_raw(code::MESSAGE_TYPE, &[5]);
    ack.options.push_raw(code::SERVER_ID, &OTHER.octets());
    ack.options.push_raw(code::LEASE_TIME, &LEASE.to_be_bytes());
    rig.deliver(&ack);
    rig.run(10);
    rig.sent.clear();
    assert_eq!(
        rig.next_sent().datagram.destination,
        OTHER,
        "it renews with whoever gave it"
    );
}

#[test]
fn a_cable_pulled_while_probing_after_a_reboot_leaves_the_old_lease_and_its_end() {
    let mut rig = Rig::in_state(State::Rebooting);
    let expiry = at(LEASE.into());
    let address = rig.last().address(50);
    rig.answer(MessageType::Ack, 10 * LEASE);
    assert_eq!(rig.client.state(), State::Probing);
    rig.input(&Input::LinkDown);
    rig.run_until(at(u64::from(LEASE) - 1));
    rig.input(&Input::LinkUp);
    let request = rig.last();
    assert_eq!(
        (request.kind(), request.address(50)),
        (MessageType::Request, address)
    );
    let discover = rig.next_sent();
    assert_eq!(
        (discover.kind(), discover.at),
        (MessageType::Discover, expiry),
        "the ACK that was not proved is forgotten"
    );
}
