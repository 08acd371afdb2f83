//! What a client may be told to do beyond the plain exchange: choice, identity, options.

use super::super::*;
use super::rig::*;
use super::spread::*;
use crate::json::{self, Value};
use crate::wire::dhcp::Message;

fn with(mut message: Message, code: u8, value: &[u8]) -> Message {
    message.options.push_raw(code, value);
    message
}

fn offer_of(rig: &Rig, server: std::net::Ipv4Addr, last: u8) -> Message {
    let mut offer = Message::new(Op::Reply, MessageType::Offer, rig.last().message.xid, MAC);
    offer.yiaddr = [192, 0, 2, last].into();
    offer.options.push_address(code::SERVER_ID, server);
    offer.options.push_number(code::LEASE_TIME, LEASE);
    offer
}

#[test]
fn c05_it_prefers_and_asks_for_the_address_that_it_had_before() {
    for (choose, hint, taken) in [
        (Choose::First, None, OTHER),
        (Choose::Previous, Some(ADDRESS), SERVER),
    ] {
        let mut rig = Rig::on(
            Config {
                choose,
                offer_window: secs(2),
                ..plain()
            },
            1,
        );
        rig.answer(MessageType::Offer, LEASE);
        rig.run(2);
        rig.answer(MessageType::Ack, LEASE);
        rig.run(u64::from(LEASE));
        assert_eq!(rig.uses, None, "expired");
        assert_eq!(rig.last().kind(), MessageType::Discover);
        assert_eq!(rig.last().address(50), hint);
        let discover = rig.last();
        rig.deliver(&offer_of(&rig, OTHER, 77));
        rig.deliver(&offer_of(&rig, SERVER, 10));
        let request = rig.next_sent();
        assert_eq!(request.at.since(discover.at), secs(2), "the window");
        assert_eq!(request.kind(), MessageType::Request);
        assert_eq!(request.address(54), Some(taken));
    }
}

#[test]
fn c05_the_hint_outlives_a_release_and_a_nak_but_not_a_conflict() {
    let config = || Config {
        choose: Choose::Previous,
        ..plain()
    };
    let mut rig = Rig::bound(config(), LEASE);
    rig.input(&Input::Release);
    rig.input(&Input::Start);
    assert_eq!(rig.last().address(50), Some(ADDRESS));
    rig.deliver(&offer_of(&rig, SERVER, 77));
    assert_eq!(
        rig.last().address(54),
        Some(SERVER),
        "another one will do where it cannot be had"
    );
    let mut rig = Rig::bound(config(), LEASE);
    rig.input(&Input::Renew);
    rig.answer(MessageType::Nak, 0);
    assert_eq!(rig.last().kind(), MessageType::Discover);
    assert_eq!(rig.last().address(50), Some(ADDRESS));
    let mut rig = Rig::bound(config(), LEASE);
    rig.claim();
    rig.claim();
    assert_eq!(rig.last().kind(), MessageType::Decline);
    assert!(!rig.next_sent().has(50));
}

#[test]
fn c20_rapid_commit_takes_an_ack_to_its_discover_only_with_option_80() {
    let rapid = || {
        Rig::on(
            Config {
                rapid_commit: true,
                ..plain()
            },
            1,
        )
    };
    let mut rig = rapid();
    let bytes = rig.last().bytes;
    assert!(
        bytes.windows(2).any(|pair| pair == [80, 0]),
        "option 80, length 0"
    );
    rig.answer(MessageType::Ack, LEASE);
    assert_eq!(
        (rig.client.state(), rig.ignored()),
        (State::Selecting, vec![Ignored::State])
    );
    let ack = with(rig.reply(MessageType::Ack, LEASE), 80, &[]);
    let mut stale = ack.clone();
    stale.xid ^= 1;
    rig.deliver(&stale);
    assert_eq!(rig.client.state(), State::Selecting);
    rig.run(2);
    rig.deliver(&ack);
    assert_eq!(rig.client.state(), State::Bound);
    assert_eq!(rig.count(MessageType::Request), 0);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    assert_eq!(
        rig.clocks(),
        [1_800, 3_150, 3_600].map(at),
        "counted from the DISCOVER, not from the ACK at 2 s"
    );

    let mut rig = rapid();
    rig.answer(MessageType::Offer, LEASE);
    assert_eq!(rig.last().kind(), MessageType::Request);
    assert!(!rig.last().has(80), "in DISCOVER only");
    let mut late = offer_of(&rig, OTHER, 77);
    late = with(late, 80, &[]);
    let mut ack = Message::new(Op::Reply, MessageType::Ack, late.xid, MAC);
    ack.yiaddr = late.yiaddr;
    for (code, value) in late.options.iter().filter(|(code, _)| *code != 53) {
        ack.options.push_raw(code, value);
    }
    rig.deliver(&ack);
    assert_eq!(rig.ignored(), [Ignored::AlreadyChosen]);
    rig.answer(MessageType::Ack, LEASE);
    assert_eq!(rig.client.state(), State::Bound);

    let mut rig = Rig::on(plain(), 1);
    assert!(!rig.last().has(80));
    let ack = with(rig.reply(MessageType::Ack, LEASE), 80, &[]);
    rig.deliver(&ack);
    assert_eq!(
        rig.client.state(),
        State::Selecting,
        "it did not ask for that"
    );
}

#[test]
fn c20_the_lease_of_a_rapid_commit_counts_from_the_discover_that_it_answers() {
    let mut rig = Rig::on(
        Config {
            rapid_commit: true,
            ..plain()
        },
        1,
    );
    let late = with(rig.reply(MessageType::Ack, LEASE), 80, &[]);
    for _ in 0..5 {
        rig.next_sent();
    }
    rig.deliver(&late);
    assert_eq!(rig.ignored(), [Ignored::OtherTransaction]);
    let discover = rig.last();
    rig.run(1);
    let ack = with(rig.reply(MessageType::Ack, 10), 80, &[]);
    rig.deliver(&ack);
    assert_eq!(rig.uses.map(|uses| uses.address), Some(ADDRESS));
    let clocks = [5_000, 8_750, 10_000].map(|millis| discover.at + Duration::from_millis(millis));
    assert_eq!(rig.clocks(), clocks);
}

#[test]
fn c21_option_108_is_asked_for_in_55_and_an_offer_with_it_means_a_pause() {
    let config = || Config {
        ipv6_only: true,
        ..plain()
    };
    for (value, pause) in [(0_u32, 300), (299, 300), (1_800, 1_800)] {
        let mut rig = Rig::on(config(), 1);
        let discover = rig.last();
        assert!(!discover.has(108), "in 55 only");
        let list = discover.message.options.get(55).unwrap().to_vec();
        assert_eq!(list.last(), Some(&108));
        rig.run(1);
        let offer = with(
            rig.reply(MessageType::Offer, LEASE),
            108,
            &value.to_be_bytes(),
        );
        rig.deliver(&offer);
        assert_eq!((rig.sent.len(), rig.client.state()), (1, State::Init));
        let again = rig.next_sent();
        assert_eq!(again.kind(), MessageType::Discover);
        assert_eq!(again.at, at(1 + pause));
        assert_eq!(again.message.options.get(55), Some(list.as_slice()));
        rig.answer(MessageType::Offer, LEASE);
        assert_eq!(
            rig.last().kind(),
            MessageType::Request,
            "without it as ever"
        );
    }
    let mut rig = Rig::on(config(), 1);
    let odd = with(rig.reply(MessageType::Offer, LEASE), 108, &[9, 9]);
    rig.deliver(&odd);
    assert_eq!(
        rig.last().kind(),
        MessageType::Request,
        "of another length it is ignored (RFC 8925 section 3.1)"
    );
    let mut rig = Rig::on(config(), 1);
    let offer = with(rig.reply(MessageType::Offer, LEASE), 108, &[0, 0, 9, 9]);
    rig.deliver(&offer);
    rig.input(&Input::LinkDown);
    rig.input(&Input::LinkUp);
    assert_eq!(rig.sent.len(), 2, "another network is asked at once");

    let mut rig = Rig::on(plain(), 1);
    assert!(!rig.last().message.options.get(55).unwrap().contains(&108));
    rig.deliver(&offer_with_108(&rig));
    assert_eq!(rig.last().kind(), MessageType::Request, "it did not ask");
}

fn offer_with_108(rig: &Rig) -> Message {
    with(rig.reply(MessageType::Offer, LEASE), 108, &[0, 0, 9, 9])
}

#[test]
fn c22_the_client_id_is_that_of_the_card_none_a_duid_or_as_written() {
    let [a, b, c, d, e, f] = MAC.0;
    let duid = vec![255, c, d, e, f, 0, 3, 0, 1, a, b, c, d, e, f];
    for (text, value) in [
        ("hardware", Some(vec![1, a, b, c, d, e, f])),
        ("none", None),
        ("duid", Some(duid)),
        ("00:6c:61:62", Some(vec![0, 0x6c, 0x61, 0x62])),
    ] {
        let client_id: ClientId = json::read(&Value::from(text)).unwrap();
        assert_eq!(serde_json::to_value(&client_id).unwrap(), text);
        let mut rig = Rig::bound(
            Config {
                client_id,
                ..plain()
            },
            LEASE,
        );
        rig.run_until(at(3_200));
        rig.answer(MessageType::Ack, LEASE);
        rig.claim();
        rig.claim();
        rig.run(11);
        rig.answer(MessageType::Offer, LEASE);
        rig.answer(MessageType::Ack, LEASE);
        rig.input(&Input::Release);
        for kind in [MessageType::Decline, MessageType::Release] {
            assert_eq!(rig.count(kind), 1);
        }
        for sent in &rig.sent {
            assert_eq!(sent.message.options.get(61), value.as_deref(), "{text}");
        }
    }
    for bad in ["", "mac", "01", "1:2", "+1:02"] {
        assert!(json::read::<ClientId>(&Value::from(bad)).is_err(), "{bad}");
    }
}

#[test]
fn c22_a_client_without_an_id_drops_a_reply_that_names_one() {
    let mut rig = Rig::on(
        Config {
            client_id: ClientId::None,
            ..plain()
        },
        1,
    );
    let named = with(rig.reply(MessageType::Offer, LEASE), 61, b"\x01stranger");
    rig.deliver(&named);
    assert_eq!(rig.ignored(), [Ignored::OtherClient]);
    rig.answer(MessageType::Offer, LEASE);
    assert_eq!(rig.last().kind(), MessageType::Request);
}

/// An ACK as bytes, with its options where the test puts them.
fn ack_bytes(rig: &Rig, options: &[u8], file: &[u8], sname: &[u8]) -> Vec<u8> {
    let mut ack = Message::new(Op::Reply, MessageType::Ack, rig.last().message.xid, MAC);
    ack.yiaddr = ADDRESS;
    let mut bytes = ack.bytes();
    bytes.truncate(240);
    bytes.extend_from_slice(options);
    bytes[108..108 + file.len()].copy_from_slice(file);
    bytes[44..44 + sname.len()].copy_from_slice(sname);
    bytes
}

#[test]
fn c23_it_reads_a_lease_from_overloaded_fields_in_pieces_and_in_576_octets() {
    let mut rig = Rig::on(plain(), 1);
    rig.answer(MessageType::Offer, LEASE);
    // The lease time in two pieces, in `options` and `file`; the server in `sname`, the router in
    // `file` and `sname`; a domain name that ends in NULs.
    let options = [
        53, 1, 5, 52, 1, 3, 51, 2, 0, 0, 1, 4, 255, 255, 255, 0, 15, 4, b'l', b'a', 0, 0, 255,
    ];
    let mut bytes = ack_bytes(
        &rig,
        &options,
        &[51, 2, 0x0e, 0x10, 3, 2, 192, 0, 255],
        &[54, 4, 192, 0, 2, 1, 3, 2, 2, 9, 255],
    );
    bytes.resize(576 - 28, 0);
    let message = Message::parse(&bytes).unwrap();
    rig.input(&Input::Message(&message));
    assert_eq!(
        rig.uses,
        Some(Interface {
            address: ADDRESS,
            prefix: 24,
            router: Some([192, 0, 2, 9].into())
        })
    );
    assert_eq!(
        rig.clocks(),
        [1_800, 3_150, 3_600].map(at),
        "of 3600 s, and from that server"
    );
}

#[test]
fn c08_it_may_ask_for_an_infinite_lease() {
    let rig = Rig::on(
        Config {
            lease_time: Some("infinite".parse().unwrap()),
            ..plain()
        },
        1,
    );
    assert_eq!(rig.last().message.options.number(51), Some(u32::MAX));
}

#[test]
fn c19_inform_as_in_the_table() {
    let rig = Rig::informing(1);
    let inform = rig.last();
    assert_eq!(inform.kind(), MessageType::Inform);
    assert_eq!(
        (inform.datagram.source, inform.datagram.destination),
        (ADDRESS, ALL)
    );
    assert_eq!(inform.message.ciaddr, ADDRESS);
    assert_eq!(inform.codes(), [53, 61, 55], "no 50, no 51, no 54");
    assert_eq!(inform.message.secs, 0);
}

#[test]
fn c19_an_ack_without_a_lease_ends_it_and_only_one_that_answers() {
    let mut rig = Rig::informing(1);
    let mut ack = Message::new(Op::Reply, MessageType::Ack, rig.last().message.xid, MAC);
    ack.ciaddr = ADDRESS;
    rig.deliver(&ack);
    assert_eq!(rig.ignored(), [Ignored::Incomplete], "no server identifier");
    let ack = with(ack, code::SERVER_ID, &SERVER.octets());
    let ack = with(ack, code::SUBNET_MASK, &[255, 255, 255, 0]);
    let ack = with(ack, code::ROUTER, &[192, 0, 2, 9]);
    let mut stale = ack.clone();
    stale.xid ^= 1;
    rig.deliver(&stale);
    assert_eq!(rig.client.state(), State::Informing);
    rig.deliver(&ack);
    assert_eq!(rig.client.state(), State::Stopped);
    assert_eq!(
        rig.uses,
        Some(Interface {
            address: ADDRESS,
            prefix: 24,
            router: Some([192, 0, 2, 9].into())
        })
    );
    assert_eq!(rig.next_timer(), None, "no lease, no clocks");
    rig.run(100);
    assert_eq!(rig.sent.len(), 1);
    rig.input(&Input::Inform);
    assert_eq!(rig.last().kind(), MessageType::Inform);
    assert_ne!(rig.last().message.xid, ack.xid);
}

#[test]
fn c19_four_tries_within_a_minute_or_so_and_then_defaults() {
    assert_backoff(&pauses(Rig::informing, 3), &[4, 8, 16]);
    let mut rig = Rig::informing(1);
    rig.run(70);
    assert_eq!(rig.count(MessageType::Inform), 4);
    assert!(rig.last().at < at(60));
    let first = rig.sent[0].message.xid;
    assert!(rig.sent.iter().all(|sent| sent.message.xid == first
        && u64::from(sent.message.secs) == sent.at.since(Instant::ZERO).as_secs()));
    assert_eq!(
        (rig.client.state(), rig.next_timer()),
        (State::Stopped, None)
    );
    assert!(rig.notes.contains(&ClientNote::GaveUp {
        state: State::Informing
    }));
}

#[test]
fn c19_without_a_cable_it_asks_once_there_is_one() {
    let mut rig = Rig::informing(1);
    rig.input(&Input::LinkDown);
    rig.run(100);
    assert_eq!(rig.sent.len(), 1);
    rig.input(&Input::LinkUp);
    assert_eq!((rig.sent.len(), rig.client.state()), (2, State::Informing));
    let mut other = Rig::bound(plain(), LEASE);
    let before = other.sent.len();
    other.input(&Input::Inform);
    assert_eq!(other.sent.len(), before, "no fixed address to ask with");
}

#[test]
fn c20_what_the_discover_allowed_counts_whatever_the_settings_say_since() {
    let rapid = Config {
        rapid_commit: true,
        ..plain()
    };
    let mut rig = Rig::on(rapid, 1);
    rig.answer(MessageType::Offer, 1_000);
    assert_eq!(rig.count(MessageType::Request), 1);
    rig.client.configure(plain());
    let mut late = rig.reply(MessageType::Ack, 100);
    late.options.push_raw(code::RAPID_COMMIT, &[]);
    late.options.remove(code::SERVER_ID);
    late.options.push_address(code::SERVER_ID, OTHER);
    rig.deliver(&late);
    assert_eq!(rig.ignored(), [Ignored::AlreadyChosen]);
}
