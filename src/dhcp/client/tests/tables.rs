//! RFC 2131 tables 4 and 5, column by column.

use super::super::*;
use super::rig::*;
use crate::wire::dhcp::Message;

fn rich() -> Config {
    Config {
        host_name: Some("laptop".into()),
        lease_time: Some(secs(7_200)),
        broadcast_flag: true,
        ..probing()
    }
}

const QUESTION: [u8; 5] = [53, 61, 12, 51, 55];

fn assert_asks(sent: &Sent, more: &[u8]) {
    let mut codes = sent.codes();
    codes.sort_unstable();
    let mut wanted = [&QUESTION, more].concat();
    wanted.sort_unstable();
    assert_eq!(codes, wanted);
    assert_eq!(sent.message.options.number(51), Some(7_200));
    assert_eq!(sent.bytes[10], 0x80, "the broadcast flag");
}

#[test]
fn discover() {
    let rig = Rig::on(rich(), 1);
    let discover = rig.last();
    assert_eq!(discover.kind(), MessageType::Discover);
    assert_eq!(
        (discover.datagram.source, discover.datagram.destination),
        (NONE, ALL)
    );
    assert_eq!(discover.message.ciaddr, NONE);
    assert_asks(&discover, &[]);
}

#[test]
fn request_selecting() {
    let mut rig = Rig::on(rich(), 1);
    let discover = rig.last();
    rig.answer(MessageType::Offer, LEASE);
    let request = rig.last();
    assert_eq!(request.kind(), MessageType::Request);
    assert_eq!(
        (request.datagram.source, request.datagram.destination),
        (NONE, ALL)
    );
    assert_eq!(request.message.ciaddr, NONE);
    assert_eq!(request.message.xid, discover.message.xid);
    assert_asks(&request, &[50, 54]);
    assert_eq!(request.address(50), Some(ADDRESS));
    assert_eq!(request.address(54), Some(SERVER));
}

#[test]
fn request_selecting_repeats_the_secs_of_its_discover() {
    for window in [0, 3] {
        let mut rig = Rig::on(
            Config {
                offer_window: secs(window),
                ..plain()
            },
            1,
        );
        let discover = rig.next_sent();
        let discover = {
            assert_eq!(discover.kind(), MessageType::Discover);
            rig.next_sent()
        };
        assert!(
            discover.message.secs >= 10,
            "two retransmissions: {}",
            discover.message.secs
        );
        rig.run(2);
        rig.answer(MessageType::Offer, LEASE);
        let request = if window == 0 {
            rig.last()
        } else {
            rig.next_sent()
        };
        assert_eq!(request.kind(), MessageType::Request);
        assert_eq!(request.message.secs, discover.message.secs);
        assert_eq!(rig.next_sent().message.secs, discover.message.secs);
    }
}

#[test]
fn request_init_reboot() {
    let mut rig = Rig::bound(rich(), LEASE);
    let first = rig.last();
    rig.input(&Input::LinkDown);
    rig.input(&Input::LinkUp);
    let request = rig.last();
    assert_eq!(request.kind(), MessageType::Request);
    assert_eq!(
        (request.datagram.source, request.datagram.destination),
        (NONE, ALL)
    );
    assert_eq!(request.message.ciaddr, NONE);
    assert_ne!(request.message.xid, first.message.xid);
    assert_eq!(request.message.secs, 0);
    assert_asks(&request, &[50]);
    assert_eq!(request.address(50), Some(ADDRESS));
    let again = rig.next_sent();
    assert_eq!(
        u64::from(again.message.secs),
        again.at.since(request.at).as_secs()
    );
}

#[test]
fn request_renewing_and_rebinding() {
    let mut rig = Rig::bound(rich(), LEASE);
    rig.sent.clear();
    let renew = rig.next_sent();
    assert_eq!(renew.at, at(1_800));
    assert_eq!(
        (renew.datagram.source, renew.datagram.destination),
        (ADDRESS, SERVER)
    );
    assert_eq!(renew.message.ciaddr, ADDRESS);
    assert_eq!(renew.message.secs, 0);
    assert_asks(&renew, &[]);
    rig.run_until(at(3_149));
    let rebind = rig.next_sent();
    assert_eq!(rebind.at, at(3_150));
    assert_eq!(
        (rebind.datagram.source, rebind.datagram.destination),
        (ADDRESS, ALL)
    );
    assert_eq!(rebind.message.ciaddr, ADDRESS);
    assert_eq!(rebind.message.secs, 1_350);
    assert_ne!(rebind.message.xid, renew.message.xid);
    assert_asks(&rebind, &[]);
}

#[test]
fn decline() {
    let mut rig = Rig::on(rich(), 1);
    rig.answer(MessageType::Offer, LEASE);
    rig.run(5);
    rig.answer(MessageType::Ack, LEASE);
    let request = rig.last();
    rig.claim();
    let decline = rig.last();
    assert_eq!(decline.kind(), MessageType::Decline);
    assert_eq!(
        (decline.datagram.source, decline.datagram.destination),
        (NONE, ALL)
    );
    assert_eq!(
        (
            decline.message.ciaddr,
            decline.message.secs,
            decline.message.broadcast
        ),
        (NONE, 0, false)
    );
    assert_eq!(decline.codes(), [53, 61, 50, 54]);
    assert_eq!(
        (decline.address(50), decline.address(54)),
        (Some(ADDRESS), Some(SERVER))
    );
    assert_ne!(decline.message.xid, request.message.xid);
}

#[test]
fn release() {
    let mut rig = Rig::bound(rich(), LEASE);
    let request = rig.last();
    rig.run(100);
    rig.input(&Input::Release);
    let release = rig.last();
    assert_eq!(release.kind(), MessageType::Release);
    assert_eq!(
        (release.datagram.source, release.datagram.destination),
        (ADDRESS, SERVER)
    );
    assert_eq!(
        (
            release.message.ciaddr,
            release.message.secs,
            release.message.broadcast
        ),
        (ADDRESS, 0, false)
    );
    assert_eq!(release.codes(), [53, 61, 54]);
    assert_eq!(release.address(54), Some(SERVER));
    assert_ne!(release.message.xid, request.message.xid);
    assert_eq!(rig.uses, None);
    assert_eq!(rig.next_timer(), None);
}

/// A full life: silence, a lease, renewal, rebinding, expiry, conflict.
fn life(config: Config) -> Vec<Sent> {
    let mut rig = Rig::on(config, 1);
    rig.run(20);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(4_000);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.claim();
    rig.run(100);
    rig.answer(MessageType::Offer, LEASE);
    rig.answer(MessageType::Ack, LEASE);
    rig.run(100);
    rig.input(&Input::Release);
    rig.sent
}

#[test]
fn c02_no_address_before_it_is_given_and_end_is_last() {
    let sent = life(rich());
    let kinds: std::collections::BTreeSet<_> = sent.iter().map(Sent::kind).collect();
    let all = [
        MessageType::Discover,
        MessageType::Request,
        MessageType::Decline,
        MessageType::Release,
    ];
    assert!(
        all.iter().all(|kind| kinds.contains(kind)),
        "the rig checked all of them: {kinds:?}"
    );
    for sent in &sent {
        assert_eq!(
            sent.datagram.source, sent.message.ciaddr,
            "the IP source is 0.0.0.0 exactly where ciaddr is 0"
        );
        assert!(
            sent.bytes.len() >= 300,
            "RFC 1542: not below BOOTP's 300 bytes"
        );
    }
}

#[test]
fn c06_the_same_parameter_list_and_client_id_in_every_message() {
    let sent = life(rich());
    let id = [&[1], MAC.0.as_slice()].concat();
    let list = sent[0].message.options.get(55).unwrap().to_vec();
    for sent in &sent {
        assert_eq!(
            sent.message.options.get(61),
            Some(id.as_slice()),
            "{:?}",
            sent.kind()
        );
        let asks = matches!(sent.kind(), MessageType::Discover | MessageType::Request);
        assert_eq!(
            sent.message.options.get(55),
            asks.then_some(list.as_slice()),
            "{:?}",
            sent.kind()
        );
    }
}

#[test]
fn c22_a_reply_that_echoes_another_client_id_is_dropped() {
    let mut rig = Rig::on(plain(), 1);
    let with_id = |mut message: Message, id: &[u8]| {
        message.options.push_raw(code::CLIENT_ID, id);
        message
    };
    let id = rig.last().message.options.get(61).unwrap().to_vec();
    let offer = rig.reply(MessageType::Offer, LEASE);
    rig.deliver(&with_id(offer.clone(), b"\x01stranger"));
    assert_eq!(rig.sent.len(), 1);
    assert_eq!(rig.ignored(), [Ignored::OtherClient]);
    rig.deliver(&with_id(offer, &id));
    assert_eq!(rig.last().kind(), MessageType::Request);
    let ack = rig.reply(MessageType::Ack, LEASE);
    rig.deliver(&with_id(ack.clone(), b"\x01stranger"));
    let nak = rig.reply(MessageType::Nak, 0);
    rig.deliver(&with_id(nak, b"\x01stranger"));
    assert_eq!((rig.client.state(), rig.uses), (State::Requesting, None));
    rig.deliver(&with_id(ack, &id));
    assert_eq!(rig.client.state(), State::Bound);
}
