//! From INIT to BOUND.

use super::super::*;
use super::rig::*;
use super::spread::*;

#[test]
fn c01_start_up_delay_is_uniform_from_1_to_10_s() {
    let mut bins = [0_u32; 9];
    for seed in 0..900 {
        let mut rig = Rig::on(
            Config {
                start_delay: true,
                ..plain()
            },
            seed,
        );
        assert!(rig.sent.is_empty());
        let discover = rig.next_sent();
        assert_eq!(discover.kind(), MessageType::Discover);
        assert_eq!(
            discover.message.secs, 0,
            "seconds count from the first message"
        );
        let delay = usize::try_from(discover.at.since(Instant::ZERO).as_secs()).unwrap();
        bins[delay - 1] += 1;
    }
    assert!(
        bins.iter().all(|bin| (65..=140).contains(bin)),
        "about 100 in each second: {bins:?}"
    );
    assert_eq!(
        Rig::on(plain(), 1).last().at,
        Instant::ZERO,
        "it can be switched off"
    );
}

#[test]
fn c03_discover_is_sent_again_after_4_8_16_32_64_64_s_give_or_take_one() {
    let pauses = pauses(|seed| Rig::on(plain(), seed), 7);
    assert_backoff(&pauses, &[4, 8, 16, 32, 64, 64, 64]);
    let mut rig = Rig::on(plain(), 1);
    rig.run(10 * 3_600);
    assert_eq!(rig.client.state(), State::Selecting, "it never gives up");
    let first = rig.sent[0].clone();
    for again in &rig.sent {
        assert_eq!(
            (again.kind(), again.message.xid),
            (MessageType::Discover, first.message.xid)
        );
        assert_eq!(
            u64::from(again.message.secs),
            again.at.as_micros() / 1_000_000
        );
    }
}

#[test]
fn c03_different_seeds_speak_at_different_times() {
    let mut one = Rig::on(plain(), 1);
    let mut other = Rig::on(plain(), 2);
    assert_ne!(one.next_sent().at, other.next_sent().at);
    assert_ne!(one.last().message.xid, other.last().message.xid);
}

#[test]
fn c04_in_selecting_it_drops_offers_of_another_transaction_and_every_ack() {
    let mut rig = Rig::on(plain(), 1);
    let mut offer = rig.reply(MessageType::Offer, LEASE);
    offer.xid ^= 1;
    rig.deliver(&offer);
    rig.answer(MessageType::Ack, LEASE);
    rig.answer(MessageType::Nak, LEASE);
    assert_eq!(
        rig.ignored(),
        [Ignored::OtherTransaction, Ignored::State, Ignored::State]
    );
    assert_eq!((rig.sent.len(), rig.uses), (1, None));
}

#[test]
fn c04_another_clients_messages_and_requests_are_not_for_it() {
    let mut rig = Rig::on(plain(), 1);
    let mut offer = rig.reply(MessageType::Offer, LEASE);
    offer.chaddr[..6].copy_from_slice(&STRANGER.0);
    rig.deliver(&offer);
    let mut echo = rig.last().message;
    rig.deliver(&echo);
    echo.op = Op::Reply;
    rig.deliver(&echo);
    assert_eq!(rig.sent.len(), 1);
    assert_eq!(rig.ignored(), [Ignored::State], "a DISCOVER is no answer");
}

#[test]
fn c05_an_offer_without_server_id_or_lease_time_or_address_is_dropped() {
    let mut rig = Rig::on(plain(), 1);
    let whole = rig.reply(MessageType::Offer, LEASE);
    for missing in [code::SERVER_ID, code::LEASE_TIME] {
        let mut offer = whole.clone();
        offer.options = crate::wire::dhcp::Options::new();
        for (code, value) in whole.options.iter().filter(|(code, _)| *code != missing) {
            offer.options.push_raw(code, value);
        }
        rig.deliver(&offer);
    }
    let mut offer = whole.clone();
    offer.yiaddr = NONE;
    rig.deliver(&offer);
    assert_eq!(rig.ignored(), [Ignored::Incomplete; 3]);
    assert_eq!(rig.sent.len(), 1);
    rig.deliver(&whole);
    assert_eq!(rig.last().kind(), MessageType::Request);
}

#[test]
fn c05_it_takes_the_first_offer_at_once_or_after_its_window() {
    for window in [0, 2] {
        let mut rig = Rig::on(
            Config {
                offer_window: secs(window),
                ..plain()
            },
            1,
        );
        rig.run(1);
        let mut second = rig.reply(MessageType::Offer, LEASE);
        second.yiaddr = std::net::Ipv4Addr::new(192, 0, 2, 77);
        rig.answer(MessageType::Offer, LEASE);
        rig.run(1);
        rig.deliver(&second);
        let requests = |rig: &Rig| rig.count(MessageType::Request);
        assert_eq!(requests(&rig), usize::from(window == 0));
        rig.run_until(at(1 + window));
        rig.run_until(at(3));
        assert_eq!(requests(&rig), 1);
        assert_eq!(rig.last().at, at(1 + window));
        assert_eq!(rig.last().address(50), Some(ADDRESS));
    }
}

#[test]
fn a_late_offer_changes_nothing() {
    for state in State::ALL {
        let mut rig = Rig::in_state(state);
        if matches!(state, State::Stopped | State::Init | State::Selecting) {
            continue;
        }
        let (before, uses) = (rig.sent.len(), rig.uses);
        rig.answer(MessageType::Offer, LEASE);
        assert_eq!(
            (rig.client.state(), rig.sent.len(), rig.uses),
            (state, before, uses)
        );
        let why = if state == State::Requesting {
            Ignored::AlreadyChosen
        } else {
            Ignored::State
        };
        assert_eq!(rig.ignored(), [why]);
    }
}

#[test]
fn c07_request_goes_out_4_times_within_about_a_minute_then_init() {
    let start = |seed| {
        let mut rig = Rig::on(plain(), seed);
        rig.answer(MessageType::Offer, LEASE);
        rig
    };
    assert_backoff(&pauses(start, 4), &[4, 8, 16, 32]);
    let mut rig = start(1);
    let first = rig.last();
    for _ in 0..3 {
        let again = rig.next_sent();
        assert_eq!(again.kind(), MessageType::Request);
        assert_eq!(again.bytes, first.bytes, "the same question again");
    }
    let discover = rig.next_sent();
    assert_eq!(discover.kind(), MessageType::Discover);
    assert_ne!(discover.message.xid, first.message.xid);
    assert_eq!(discover.message.secs, 0);
    assert!((secs(56)..=secs(64)).contains(&discover.at.since(first.at)));
    assert!(rig.notes.contains(&ClientNote::GaveUp {
        state: State::Requesting
    }));
}

#[test]
fn c08_the_lease_counts_from_the_moment_the_request_was_sent() {
    let mut rig = Rig::on(plain(), 1);
    rig.run(2);
    rig.answer(MessageType::Offer, 100);
    rig.run(3);
    rig.answer(MessageType::Ack, 100);
    rig.run_until(at(101));
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    rig.run_until(at(102));
    assert_eq!(
        rig.uses, None,
        "sent at 2 s, for 100 s, though the ACK came at 5 s"
    );
    assert_eq!(rig.last().kind(), MessageType::Discover);
}

#[test]
fn c08_after_a_retransmission_it_still_counts_from_the_first_request() {
    let mut rig = Rig::on(plain(), 1);
    rig.answer(MessageType::Offer, 100);
    let again = rig.next_sent();
    assert_eq!(again.kind(), MessageType::Request);
    assert!(again.at >= at(3), "the first was sent at 0 s");
    rig.answer(MessageType::Ack, 100);
    assert_eq!(
        rig.clocks(),
        [at(50), at(87) + Duration::from_millis(500), at(100)],
        "the server may have counted from either"
    );
}

#[test]
fn c08_an_infinite_lease_has_no_timers() {
    for config in [plain(), probing()] {
        let mut rig = Rig::bound(config, u32::MAX);
        assert_eq!(rig.next_timer(), None);
        let before = rig.sent.len();
        rig.run(10 * 365 * 86_400);
        assert_eq!((rig.sent.len(), rig.client.state()), (before, State::Bound));
        rig.power_off();
        rig.power_on();
        rig.answer(MessageType::Ack, u32::MAX);
        rig.run_until_quiet(10);
        assert_eq!((rig.client.state(), rig.next_timer()), (State::Bound, None));
    }
}

#[test]
fn an_ack_without_server_id_lease_time_or_address_is_dropped() {
    let mut rig = Rig::on(plain(), 1);
    rig.answer(MessageType::Offer, LEASE);
    let mut ack = rig.reply(MessageType::Ack, LEASE);
    ack.yiaddr = NONE;
    rig.deliver(&ack);
    ack = crate::wire::dhcp::Message::new(Op::Reply, MessageType::Ack, ack.xid, MAC);
    ack.yiaddr = ADDRESS;
    rig.deliver(&ack);
    ack.options.push_raw(code::SERVER_ID, &SERVER.octets());
    rig.deliver(&ack);
    assert_eq!(rig.ignored(), [Ignored::Incomplete; 3]);
    assert_eq!((rig.client.state(), rig.uses), (State::Requesting, None));
}

#[test]
fn what_an_ack_gives_is_what_the_host_uses() {
    let mut rig = Rig::on(plain(), 1);
    rig.answer(MessageType::Offer, LEASE);
    let mut ack = rig.reply(MessageType::Ack, LEASE);
    ack.options = crate::wire::dhcp::Options::new();
    ack.options.push_raw(code::MESSAGE_TYPE, &[5]);
    ack.options.push_raw(code::SERVER_ID, &SERVER.octets());
    ack.options.push_raw(code::LEASE_TIME, &LEASE.to_be_bytes());
    ack.options.push_raw(code::SUBNET_MASK, &[255, 255, 254, 0]);
    ack.options
        .push_raw(code::ROUTER, &[192, 0, 2, 254, 192, 0, 2, 253]);
    rig.deliver(&ack);
    let uses = rig.uses.unwrap();
    assert_eq!(
        (uses.address, uses.prefix, uses.router),
        (ADDRESS, 23, Some([192, 0, 2, 254].into()))
    );
}
