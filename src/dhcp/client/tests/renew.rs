//! BOUND, RENEWING, REBINDING and the end of a lease.

use super::super::*;
use super::rig::*;
use super::spread::*;
use crate::wire::dhcp::Message;

fn with_clocks(message: &mut Message, t1: u32, t2: u32) {
    message.options.push_raw(code::T1, &t1.to_be_bytes());
    message.options.push_raw(code::T2, &t2.to_be_bytes());
}

#[test]
fn c09_nak_leads_to_init_from_four_states_and_nowhere_else() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        if state == State::Stopped || state == State::Init {
            continue;
        }
        let before = rig.sent.len();
        let uses = rig.uses;
        rig.answer(MessageType::Nak, 0);
        if matches!(
            state,
            State::Requesting | State::Rebooting | State::Renewing | State::Rebinding
        ) {
            assert_eq!(rig.last().kind(), MessageType::Discover, "{state:?}");
            assert!(!rig.last().has(50), "nothing is remembered");
            assert_eq!(rig.uses, None, "{state:?} stops using the address");
        } else {
            assert_eq!((rig.sent.len(), rig.uses), (before, uses), "{state:?}");
        }
    }
}

#[test]
fn c09_bound_ignores_offer_ack_and_nak() {
    let mut rig = Rig::bound(plain(), LEASE);
    rig.run(10);
    let (sent, uses) = (rig.sent.len(), rig.uses);
    for kind in [MessageType::Offer, MessageType::Ack, MessageType::Nak] {
        let mut answer = rig.reply(kind, 2 * LEASE);
        if kind != MessageType::Nak {
            answer.yiaddr = [192, 0, 2, 77].into();
        }
        rig.deliver(&answer);
        assert_eq!((rig.sent.len(), rig.uses), (sent, uses), "{kind:?}");
    }
    assert_eq!(rig.ignored(), [Ignored::State; 3]);
    assert_eq!(rig.clocks(), [1_800, 3_150, 3_600].map(at));
}

#[test]
fn c09_a_nak_of_another_transaction_or_without_server_is_dropped() {
    let mut rig = Rig::in_state(State::Renewing);
    let mut nak = rig.reply(MessageType::Nak, 0);
    nak.xid ^= 1;
    rig.deliver(&nak);
    let bare = Message::new(Op::Reply, MessageType::Nak, nak.xid ^ 1, MAC);
    rig.deliver(&bare);
    assert_eq!(
        rig.ignored(),
        [Ignored::OtherTransaction, Ignored::Incomplete]
    );
    assert_eq!(rig.client.state(), State::Renewing);
}

#[test]
fn c10_t1_is_half_and_t2_seven_eighths_with_a_fuzz() {
    let mut rig = Rig::bound(plain(), 1_000);
    assert_eq!(rig.clocks(), [500, 875, 1_000].map(at));
    let (mut renewals, mut rebindings) = (Vec::new(), Vec::new());
    for seed in 0..SEEDS {
        rig = Rig::on(
            Config {
                fuzz: true,
                ..plain()
            },
            seed,
        );
        rig.answer(MessageType::Offer, 1_000);
        rig.answer(MessageType::Ack, 1_000);
        let [t1, t2, end] = rig.clocks();
        renewals.push(t1.since(Instant::ZERO));
        rebindings.push(t2.since(Instant::ZERO));
        assert_eq!(end, at(1_000), "the end has none");
    }
    assert_even(&renewals, secs(490), secs(500));
    assert_even(&rebindings, secs(865), secs(875));
}

#[test]
fn c10_a_server_may_set_one_of_the_two_and_none_is_at_once() {
    let clocks = [
        (58, 300, 300, 875),
        (59, 700, 500, 700),
        (58, 900, 500, 875),
        (58, 0, 500, 875),
    ];
    for (code, secs, t1, t2) in clocks {
        let mut rig = Rig::on(plain(), 1);
        rig.answer(MessageType::Offer, 1_000);
        let mut ack = rig.reply(MessageType::Ack, 1_000);
        ack.options.push_number(code, secs);
        rig.deliver(&ack);
        let first = rig.next_sent();
        assert_eq!(first.at, at(t1), "option {code}: {secs}");
        rig.run_until(at(t2));
        assert_eq!(rig.last().datagram.destination, Ipv4Addr::BROADCAST);
    }
}

#[test]
fn c05_a_lease_of_no_time_is_no_offer_and_no_lease() {
    let mut rig = Rig::on(plain(), 1);
    rig.answer(MessageType::Offer, 0);
    assert_eq!(rig.count(MessageType::Request), 0);
    rig.answer(MessageType::Offer, 1_000);
    rig.answer(MessageType::Ack, 0);
    assert_eq!(rig.client.state(), State::Requesting);
    assert_eq!(rig.ignored(), [Ignored::Incomplete, Ignored::Incomplete]);
}

#[test]
fn c10_options_58_and_59_override_where_they_are_in_order() {
    let good = (300, 600);
    for (t1, t2) in [good, (600, 300), (500, 500), (500, 1_000), (1_200, 1_300)] {
        let mut rig = Rig::on(plain(), 1);
        rig.answer(MessageType::Offer, 1_000);
        let mut ack = rig.reply(MessageType::Ack, 1_000);
        with_clocks(&mut ack, t1, t2);
        rig.deliver(&ack);
        let expected = if (t1, t2) == good {
            (300, 600)
        } else {
            (500, 875)
        };
        assert_eq!(
            rig.clocks(),
            [expected.0, expected.1, 1_000].map(at),
            "given {t1} and {t2}"
        );
    }
}

#[test]
fn c11_renew_and_rebind_wait_for_half_of_what_is_left_and_at_least_60_s() {
    let mut rig = Rig::bound(plain(), 3_600);
    rig.sent.clear();
    rig.run_until(at(3_600));
    let requests: Vec<_> = rig
        .sent
        .iter()
        .filter(|sent| sent.kind() == MessageType::Request)
        .collect();
    let times: Vec<u64> = requests
        .iter()
        .map(|sent| sent.at.as_micros() / 1_000_000)
        .collect();
    // To T2 at 3150: 1350 / 2, 675 / 2, 337.5 / 2, 168.75 / 2, then 60. To the end: 225, 112.5, 60.
    assert_eq!(
        times,
        [
            1_800, 2_475, 2_812, 2_981, 3_065, 3_125, 3_150, 3_375, 3_487, 3_547
        ]
    );
    for request in &requests {
        let destination = if request.at < at(3_150) { SERVER } else { ALL };
        assert_eq!(
            request.datagram.destination, destination,
            "at {}",
            request.at
        );
        assert_eq!((request.has(50), request.has(54)), (false, false));
    }
    assert_eq!(rig.last().kind(), MessageType::Discover);
}

#[test]
fn c11_t2_and_expiry_pre_empt_the_60_s() {
    let mut rig = Rig::bound(plain(), 80);
    rig.sent.clear();
    rig.run_until(at(80));
    let times: Vec<(MessageType, u64)> = rig
        .sent
        .iter()
        .map(|sent| (sent.kind(), sent.at.as_micros() / 1_000_000))
        .collect();
    let request = MessageType::Request;
    assert_eq!(
        times,
        [(request, 40), (request, 70), (MessageType::Discover, 80)]
    );
}

#[test]
fn c12_each_ack_starts_the_clocks_again_from_its_request() {
    let mut rig = Rig::bound(plain(), 1_000);
    rig.sent.clear();
    let request = rig.next_sent();
    assert_eq!(request.at, at(500));
    rig.run(7);
    rig.answer(MessageType::Ack, 1_000);
    rig.run_until(at(999));
    assert_eq!(rig.last().at, request.at, "nothing is asked for meanwhile");
    assert_eq!(rig.clocks(), [1_000, 1_375, 1_500].map(at));
}

#[test]
fn c12_an_ack_with_another_xid_is_dropped() {
    let mut rig = Rig::in_state(State::Renewing);
    let old = rig.reply(MessageType::Ack, LEASE);
    rig.next_sent();
    rig.deliver(&old);
    assert_eq!(
        rig.ignored(),
        [Ignored::OtherTransaction],
        "a new REQUEST has a new xid"
    );
    assert_eq!(rig.client.state(), State::Renewing);
    rig.answer(MessageType::Ack, LEASE);
    assert_eq!(rig.client.state(), State::Bound);
}

#[test]
fn c13_at_expiry_it_stops_at_once_and_goes_to_init() {
    let mut rig = Rig::bound(probing(), 1_000);
    rig.run_until(
        at(1_000)
            .since(Instant::ZERO)
            .saturating_sub(Duration::from_micros(1))
            .into_instant(),
    );
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    rig.run_until(at(1_000));
    assert_eq!(rig.uses, None);
    let discover = rig.last();
    assert_eq!(
        (discover.kind(), discover.at),
        (MessageType::Discover, at(1_000))
    );
    assert_eq!(
        (discover.datagram.source, discover.message.ciaddr),
        (NONE, NONE)
    );
    assert!(
        rig.notes
            .contains(&ClientNote::Expired { address: ADDRESS })
    );
}

trait IntoInstant {
    fn into_instant(self) -> Instant;
}

impl IntoInstant for Duration {
    fn into_instant(self) -> Instant {
        Instant::ZERO + self
    }
}

#[test]
fn a_renewal_that_brings_another_address_ends_the_use_of_the_first() {
    let mut rig = Rig::in_state(State::Renewing);
    let mut ack = rig.reply(MessageType::Ack, LEASE);
    ack.yiaddr = [192, 0, 2, 77].into();
    rig.arps.clear();
    rig.deliver(&ack);
    assert_eq!(
        rig.uses, None,
        "not the old one any more, not the new one yet"
    );
    rig.run(10);
    assert_eq!(
        rig.uses.map(|uses| uses.address),
        Some([192, 0, 2, 77].into())
    );
    assert_eq!(rig.arps.len(), 5, "three probes and two announcements");
}

#[test]
fn a_person_may_renew_before_t1_but_only_when_bound() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        let before = rig.sent.len();
        rig.input(&Input::Renew);
        let asked = rig.sent.len() > before;
        assert_eq!(asked, state == State::Bound, "{state:?}");
        if asked {
            assert_eq!(
                (rig.last().datagram.destination, rig.last().message.ciaddr),
                (SERVER, ADDRESS)
            );
            rig.answer(MessageType::Ack, LEASE);
            assert_eq!(rig.client.state(), State::Bound);
        }
    }
}

#[test]
fn t1_and_t2_that_are_past_when_probing_ends_are_due_at_once() {
    // Probing takes 4 to 7 s: T1 after 3 s and T2 after 3.5 s are past, the end after 9 s is not.
    let mut rig = Rig::on(probing(), 1);
    rig.answer(MessageType::Offer, 9);
    let mut ack = rig.reply(MessageType::Ack, 9);
    with_clocks(&mut ack, 2, 3);
    rig.deliver(&ack);
    rig.sent.clear();
    let renew = rig.next_sent();
    let rebind = rig.next_sent();
    assert_eq!(
        (renew.datagram.destination, rebind.datagram.destination),
        (SERVER, ALL)
    );
    assert_eq!(renew.at, rebind.at, "both at the end of probing");
    assert!(renew.at > at(3));
    rig.run_until(at(9));
    assert_eq!((rig.last().kind(), rig.uses), (MessageType::Discover, None));
}

#[test]
fn a_lease_that_ends_while_probing_is_never_used() {
    let mut rig = Rig::on(probing(), 1);
    rig.answer(MessageType::Offer, 2);
    rig.answer(MessageType::Ack, 2);
    rig.sent.clear();
    let discover = rig.next_sent();
    assert_eq!(
        (discover.kind(), discover.at),
        (MessageType::Discover, at(2))
    );
    assert!(
        !rig.notes
            .iter()
            .any(|note| matches!(note, ClientNote::Leased { .. }))
    );
}

#[test]
fn a_lease_that_is_over_when_its_ack_comes_is_never_used() {
    for config in [plain(), probing()] {
        let mut rig = Rig::on(config, 1);
        rig.answer(MessageType::Offer, 1);
        rig.run(2);
        rig.answer(MessageType::Ack, 1);
        rig.run(0);
        assert_eq!((rig.uses, rig.last().kind()), (None, MessageType::Discover));
    }
}

#[test]
fn c24_release_only_on_request_and_no_answer_is_expected() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        let before = rig.sent.len();
        let bound = rig.uses.is_some();
        rig.input(&Input::Release);
        assert_eq!(rig.sent.len() - before, usize::from(bound), "{state:?}");
        assert_eq!(
            (rig.client.state(), rig.uses, rig.next_timer()),
            (State::Stopped, None, None),
            "{state:?}"
        );
        rig.run(100_000);
        assert_eq!(
            rig.sent.len() - before,
            usize::from(bound),
            "and then silence"
        );
        rig.power_on();
        rig.run(10);
        assert_eq!(
            rig.last().kind(),
            MessageType::Discover,
            "it starts from nothing"
        );
    }
}

#[test]
fn release_while_renewing_drops_the_answer_that_is_under_way() {
    for state in [State::Renewing, State::Rebinding] {
        let mut rig = Rig::in_state(state);
        let ack = rig.reply(MessageType::Ack, LEASE);
        rig.input(&Input::Release);
        rig.deliver(&ack);
        assert_eq!(
            (rig.client.state(), rig.uses, rig.next_timer()),
            (State::Stopped, None, None)
        );
    }
}
