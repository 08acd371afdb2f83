//! What stands in a reply, and where it goes: RFC 2131 table 3 and section 4.1.

use super::super::*;
use super::rig::*;

const LIST: [u8; 7] = [1, 3, 6, 15, 51, 58, 59];

fn asking(mut message: Message) -> Message {
    message.options.push_raw(code::PARAMETER_LIST, &LIST);
    message
        .options
        .push_raw(code::MAX_SIZE, &576_u16.to_be_bytes());
    message.hops = 3;
    message.secs = 77;
    message
}

fn nak_of(rig: &mut Rig, message: &Message) -> Sent {
    let mut wrong = message.clone();
    wrong.options = crate::wire::dhcp::Options::new();
    for (code, value) in message.options.iter() {
        let value = if code == code::REQUESTED_ADDRESS {
            &[10, 0, 0, 1]
        } else {
            value
        };
        wrong.options.push_raw(code, value);
    }
    let nak = rig.one(&wrong, false);
    assert_eq!(nak.kind(), MessageType::Nak);
    nak
}

/// An OFFER, an ACK and a NAK, of messages that `change` has had its way with.
fn replies(change: impl Fn(Message) -> Message) -> [Sent; 3] {
    let mut rig = Rig::new(plain());
    let offer = rig.one(&change(asking(discover(1))), false);
    let ack = rig.one(&change(asking(selecting(1, ip(10)))), false);
    let nak = nak_of(&mut rig, &change(asking(rebooting(1, ip(10)))));
    [offer, ack, nak]
}

#[test]
fn s07_without_a_relay_agent_by_broadcast_flag_or_straight_to_the_card() {
    let [offer, ack, nak] = replies(|message| message);
    for sent in [&offer, &ack] {
        let to = (
            sent.datagram.destination,
            sent.datagram.card,
            sent.datagram.destination_port,
        );
        assert_eq!(
            to,
            (ip(10), Some(mac(1)), 68),
            "no ARP: the client cannot answer it yet"
        );
    }
    assert_eq!(
        (nak.datagram.destination, nak.datagram.destination_port),
        (ALL, 68)
    );
    for sent in replies(|message| Message {
        broadcast: true,
        ..message
    }) {
        assert_eq!((sent.datagram.destination, sent.datagram.card), (ALL, None));
        assert_eq!(sent.datagram.destination_port, 68);
    }
}

#[test]
fn s07_to_ciaddr_where_the_client_has_it_even_with_the_broadcast_flag() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    for (unicast, broadcast) in [(true, false), (false, false), (true, true), (false, true)] {
        let ack = rig.one(
            &Message {
                broadcast,
                ..extending(1, ip(10))
            },
            unicast,
        );
        assert_eq!(
            (ack.datagram.destination, ack.datagram.card),
            (ip(10), None)
        );
    }
    let nak = rig.one(&extending(1, ip(11)), true);
    assert_eq!(
        (nak.kind(), nak.datagram.destination),
        (MessageType::Nak, ALL),
        "a NAK is always for everyone"
    );
}

#[test]
fn s07_to_the_relay_agents_server_port() {
    let relayed = |message: Message| Message {
        giaddr: ip(253),
        ..message
    };
    for sent in replies(relayed) {
        let to = (
            sent.datagram.destination,
            sent.datagram.card,
            sent.datagram.destination_port,
        );
        assert_eq!(to, (ip(253), None, 67));
        assert_eq!(sent.message.giaddr, ip(253));
        assert_eq!(
            sent.message.broadcast,
            sent.kind() == MessageType::Nak,
            "a relayed NAK is broadcast by the agent"
        );
    }
    let mut rig = Rig::new(plain());
    let far = Message {
        giaddr: [10, 0, 0, 1].into(),
        ..discover(1)
    };
    assert_eq!(rig.silent(&far, true), Silence::NoSubnet);
}

#[test]
fn s07_a_card_that_is_not_ethernet_gets_a_broadcast() {
    let mut rig = Rig::new(plain());
    let offer = rig.one(
        &Message {
            htype: 32,
            hlen: 0,
            ..discover(1)
        },
        false,
    );
    assert_eq!(
        (offer.datagram.destination, offer.datagram.card),
        (ALL, None)
    );
    assert_eq!((offer.message.htype, offer.message.hlen), (32, 0));
}

#[test]
fn s08_fields_of_table_3() {
    for broadcast in [false, true] {
        let sent = replies(|message| Message {
            broadcast,
            ..message
        });
        for sent in &sent {
            let message = &sent.message;
            assert_eq!(
                (
                    message.op,
                    message.htype,
                    message.hlen,
                    message.hops,
                    message.secs
                ),
                (Op::Reply, 1, 6, 0, 0)
            );
            assert_eq!(
                (message.xid, message.broadcast, message.giaddr),
                (0x0100_0001, broadcast, NONE)
            );
            assert_eq!((message.mac(), message.siaddr), (mac(1), NONE));
            assert!(
                sent.bytes[44..236].iter().all(|byte| *byte == 0),
                "sname and file"
            );
            assert_eq!(message.options.address(code::SERVER_ID), Some(SERVER));
        }
        let [offer, ack, nak] = sent.map(|sent| (sent.message.ciaddr, sent.message.yiaddr));
        assert_eq!(
            (offer, ack, nak),
            ((NONE, ip(10)), (NONE, ip(10)), (NONE, NONE))
        );
    }
    let mut rig = Rig::new(plain());
    rig.lease(1);
    assert_eq!(
        rig.one(&extending(1, ip(10)), true).message.ciaddr,
        ip(10),
        "an ACK repeats ciaddr"
    );
    let offer = rig.one(
        &Message {
            ciaddr: ip(10),
            ..discover(1)
        },
        false,
    );
    assert_eq!(offer.message.ciaddr, NONE, "an OFFER never");
    assert_eq!(
        rig.one(&extending(1, ip(11)), true).message.ciaddr,
        NONE,
        "nor a NAK"
    );
}

#[test]
fn s08_options_of_table_3() {
    let [offer, ack, nak] = replies(|message| message);
    assert_eq!(offer.codes(), [53, 54, 51, 58, 59, 1, 3, 6, 15, 61]);
    assert_eq!(offer.lease(), Some(3_600));
    for (code, value) in ack
        .message
        .options
        .iter()
        .filter(|(code, _)| *code != code::MESSAGE_TYPE)
    {
        assert_eq!(
            offer.message.options.get(code),
            Some(value),
            "the ACK repeats the OFFER's {code}"
        );
    }
    assert_eq!(ack.codes(), offer.codes());
    let allowed = [53, 54, 56, 61, 82];
    assert!(
        nak.codes().iter().all(|code| allowed.contains(code)),
        "{:?}",
        nak.codes()
    );
    assert!(
        nak.message.options.has(code::MESSAGE_TYPE) && nak.message.options.has(code::SERVER_ID)
    );
    assert_eq!(
        nak.message.options.get(code::MESSAGE),
        Some(b"wrong network".as_slice()),
        "SHOULD say why"
    );
}

#[test]
fn s08_only_what_is_asked_for_and_only_what_there_is() {
    let mut rig = Rig::new(Config {
        router: None,
        domain: None,
        dns: Vec::new(),
        ..plain()
    });
    assert_eq!(
        rig.one(&asking(discover(1)), false).codes(),
        [53, 54, 51, 58, 59, 1, 61]
    );
    let mut rig = Rig::new(plain());
    let only = with(discover(1), code::PARAMETER_LIST, &[6, 42]);
    assert_eq!(rig.one(&only, false).codes(), [53, 54, 51, 58, 59, 6, 61]);
    assert_eq!(
        rig.one(&discover(2), false).codes(),
        [53, 54, 51, 58, 59, 1, 3, 6, 15, 61],
        "no list: everything"
    );
}

#[test]
fn s09_the_client_id_is_echoed_unaltered_if_sent_and_never_otherwise() {
    let id: Vec<u8> = (0..=254).collect();
    for sent in replies(|message| with(without_id(&message), code::CLIENT_ID, &id)) {
        assert_eq!(
            sent.message.options.get(code::CLIENT_ID),
            Some(id.as_slice()),
            "{:?}",
            sent.kind()
        );
    }
    for sent in replies(|message| without_id(&message)) {
        assert!(
            !sent.message.options.has(code::CLIENT_ID),
            "{:?}",
            sent.kind()
        );
    }
}

#[test]
fn s10_subnet_mask_before_router_whatever_the_list_says() {
    let mut rig = Rig::new(plain());
    let reversed = with(discover(1), code::PARAMETER_LIST, &[3, 1]);
    let offer = rig.one(&reversed, false);
    let place = |wanted| {
        offer
            .codes()
            .iter()
            .position(|code| *code == wanted)
            .unwrap()
    };
    assert!(place(1) < place(3));
    assert_eq!(
        offer.message.options.address(1),
        Some([255, 255, 255, 0].into())
    );
    assert_eq!(offer.message.options.address(3), Some(ip(254)));
}

#[test]
fn s14_option_82_is_echoed_whole_and_last() {
    let info = [1, 4, 0xde, 0xad, 0xbe, 0xef, 2, 0];
    let relayed = |message: Message| Message {
        giaddr: ip(253),
        ..with(message, code::RELAY_AGENT, &info)
    };
    for sent in replies(relayed) {
        assert_eq!(
            sent.message.options.get(code::RELAY_AGENT),
            Some(info.as_slice())
        );
        assert_eq!(sent.codes().last(), Some(&82), "{:?}", sent.kind());
    }
}

#[test]
fn s17_the_commit_comes_before_the_ack() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.one(&rebooting(1, ip(10)), false);
    rig.one(&extending(1, ip(10)), true);
    let wanted = [
        "neighbour",
        "Offer",
        "commit",
        "neighbour",
        "Ack",
        "commit",
        "neighbour",
        "Ack",
        "commit",
        "neighbour",
        "Ack",
    ];
    assert_eq!(rig.order, wanted);
}

#[test]
fn s18_an_offer_and_every_ack_make_or_refresh_the_arp_entry() {
    let mut rig = Rig::new(plain());
    rig.one(&discover(1), false);
    assert_eq!(rig.neighbours, [(ip(10), mac(1))]);
    rig.one(&selecting(1, ip(10)), false);
    rig.one(&extending(1, ip(10)), true);
    assert_eq!(rig.neighbours, [(ip(10), mac(1)); 3]);
    nak_of(&mut rig, &rebooting(2, ip(10)));
    rig.one(&inform(3, ip(33)), false);
    assert_eq!(rig.neighbours.len(), 3);
}

/// IP, UDP and the message of an OFFER to a client that can take `size` octets.
fn octets(size: Option<u16>) -> (usize, Message) {
    let mut rig = Rig::new(Config {
        dns: (1..=32).map(ip).collect(),
        domain: Some("x".repeat(243)),
        ..plain()
    });
    let mut message = discover(1);
    message.options.push_raw(code::PARAMETER_LIST, &LIST);
    if let Some(size) = size {
        message
            .options
            .push_raw(code::MAX_SIZE, &size.to_be_bytes());
    }
    let offer = rig.one(&message, false);
    (offer.bytes.len() + 28, offer.message)
}

#[test]
fn s08_a_reply_is_no_longer_than_the_client_can_take() {
    for size in [None, Some(576), Some(68)] {
        let (octets, offer) = octets(size);
        assert!(octets <= 576, "{octets} for {size:?}");
        let servers = offer.options.get(code::DNS).unwrap().len() / 4;
        assert_eq!(servers, 32, "the name servers still fit");
        assert!(!offer.options.has(code::DOMAIN_NAME));
        assert!(offer.options.has(code::ROUTER));
    }
    let (long, offer) = octets(Some(1_500));
    assert!(long > 576 && offer.options.has(code::DOMAIN_NAME));
}
