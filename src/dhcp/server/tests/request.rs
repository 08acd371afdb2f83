//! REQUEST in its five kinds, RELEASE and INFORM.

use super::super::*;
use super::rig::*;

fn authoritative() -> Config {
    Config {
        authoritative: true,
        ..plain()
    }
}

#[test]
fn s06a_another_servers_id_is_silence_and_frees_my_offer() {
    let mut rig = Rig::new(plain());
    rig.one(&discover(1), false);
    assert_eq!(
        rig.silent(&selecting_of(1, ip(110), OTHER), false),
        Silence::OtherServer
    );
    assert_eq!(rig.state(ip(10)), Some(BindingState::Free));
    assert_eq!(
        rig.lease(2),
        ip(11),
        "kept in memory for the client while there are others"
    );
    assert_eq!(rig.one(&discover(1), false).message.yiaddr, ip(10));
}

#[test]
fn s06b_mine_is_committed_then_acked_or_refused() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.lease(1), ip(10));
    for (client, address, what) in [
        (2, 10, "another's"),
        (2, 99, "not in the pool"),
        (2, 1, "the server's own"),
    ] {
        assert_eq!(
            rig.one(&selecting(client, ip(address)), false).kind(),
            MessageType::Nak,
            "{what}"
        );
        assert_eq!(rig.refusal(), Some(Refusal::NotAvailable));
    }
    let ack = rig.one(&selecting(2, ip(15)), false);
    assert_eq!(
        (ack.kind(), ack.message.yiaddr),
        (MessageType::Ack, ip(15)),
        "the offer was lost in a crash, say"
    );
    assert_eq!(rig.state(ip(15)), Some(BindingState::Active));
}

#[test]
fn s06c_init_reboot_on_the_wrong_network_is_refused() {
    let elsewhere = std::net::Ipv4Addr::new(10, 0, 0, 10);
    for config in [plain(), authoritative()] {
        let mut rig = Rig::new(config);
        let nak = rig.one(&rebooting(1, elsewhere), false);
        assert_eq!(
            (nak.kind(), nak.datagram.destination),
            (MessageType::Nak, ALL)
        );
        assert_eq!(rig.refusal(), Some(Refusal::WrongNetwork));
    }
}

#[test]
fn s06c_init_reboot_known_and_right_or_wrong() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(1_000);
    let ack = rig.one(&rebooting(1, ip(10)), false);
    assert_eq!((ack.kind(), ack.message.yiaddr), (MessageType::Ack, ip(10)));
    assert_eq!(
        rig.one(&rebooting(1, ip(11)), false).kind(),
        MessageType::Nak
    );
    assert_eq!(rig.refusal(), Some(Refusal::WrongAddress));
}

#[test]
fn s06c_init_reboot_without_a_record_is_silence_unless_authoritative() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    for address in [10, 11, 110] {
        assert_eq!(
            rig.silent(&rebooting(2, ip(address)), false),
            Silence::UnknownClient
        );
    }
    let mut rig = Rig::new(authoritative());
    assert_eq!(
        rig.one(&rebooting(2, ip(10)), false).kind(),
        MessageType::Nak
    );
    assert_eq!(rig.refusal(), Some(Refusal::UnknownClient));
}

#[test]
fn s06c_an_offer_that_was_never_taken_is_no_record() {
    for end in [0, 1] {
        let mut rig = Rig::new(plain());
        rig.one(&discover(1), false);
        match end {
            0 => assert_eq!(
                rig.silent(&selecting_of(1, ip(110), OTHER), false),
                Silence::OtherServer
            ),
            _ => rig.run(61),
        }
        assert_eq!(
            rig.silent(&rebooting(1, ip(110)), false),
            Silence::UnknownClient
        );
        assert_eq!(
            rig.silent(&rebooting(1, ip(10)), false),
            Silence::UnknownClient
        );
        assert_eq!(
            rig.silent(&extending(1, ip(110)), false),
            Silence::UnknownClient
        );
    }
}

#[test]
fn s06c_a_lease_that_has_ended_says_nothing_about_another_servers() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.take(&release(1, ip(10)), true);
    assert_eq!(
        rig.silent(&rebooting(1, ip(110)), false),
        Silence::UnknownClient,
        "outside my pools"
    );
    assert_eq!(
        rig.one(&rebooting(1, ip(12)), false).kind(),
        MessageType::Nak,
        "only I could have given that"
    );
    assert_eq!(
        rig.one(&rebooting(1, ip(10)), false).kind(),
        MessageType::Ack,
        "known, right, and still free"
    );
}

#[test]
fn s06d_renewing_mine_is_acked_and_what_is_not_valid_refused() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(1_800);
    let ack = rig.one(&extending(1, ip(10)), true);
    assert_eq!(
        (ack.kind(), ack.message.yiaddr, ack.message.ciaddr),
        (MessageType::Ack, ip(10), ip(10))
    );
    assert_eq!(ack.lease(), Some(3_600));
    rig.run(3_599);
    assert_eq!(
        rig.state(ip(10)),
        Some(BindingState::Active),
        "counted again from the renewal"
    );
    assert_eq!(
        rig.one(&extending(2, ip(10)), true).kind(),
        MessageType::Nak,
        "another's"
    );
    assert_eq!(rig.refusal(), Some(Refusal::NotAvailable));
    assert_eq!(
        rig.one(&extending(1, ip(11)), true).kind(),
        MessageType::Nak
    );
    assert_eq!(rig.refusal(), Some(Refusal::WrongAddress));
}

#[test]
fn s06d_a_lease_that_ended_is_renewed_only_while_no_one_else_has_it() {
    let mut rig = Rig::new(Config {
        pools: vec!["192.0.2.10".parse().unwrap()],
        ..plain()
    });
    rig.lease(1);
    rig.run(3_600);
    assert_eq!(
        rig.one(&extending(1, ip(10)), true).kind(),
        MessageType::Ack
    );
    rig.run(3_600);
    assert_eq!(rig.lease(2), ip(10));
    assert_eq!(
        rig.one(&extending(1, ip(10)), true).kind(),
        MessageType::Nak
    );
}

#[test]
fn s06e_rebinding_valid_and_ours_is_acked_unknown_is_silence() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.run(3_150);
    let ack = rig.one(&extending(1, ip(10)), false);
    assert_eq!(
        (ack.kind(), ack.datagram.destination),
        (MessageType::Ack, ip(10))
    );
    assert_eq!(
        rig.silent(&extending(2, ip(110)), false),
        Silence::UnknownClient
    );
    let mut rig = Rig::new(authoritative());
    assert_eq!(
        rig.one(&extending(2, ip(110)), false).kind(),
        MessageType::Nak
    );
}

#[test]
fn s06e_another_servers_lease_is_extended_where_this_one_may() {
    let mut rig = Rig::new(Config {
        extends: vec!["192.0.2.110-192.0.2.119".parse().unwrap()],
        ..plain()
    });
    rig.one(&discover(1), false);
    rig.silent(&selecting_of(1, ip(110), OTHER), false);
    let ack = rig.one(&extending(1, ip(110)), false);
    assert_eq!(
        (ack.kind(), ack.message.yiaddr),
        (MessageType::Ack, ip(110))
    );
    assert_eq!(
        rig.silent(&extending(2, ip(110)), false),
        Silence::UnknownClient,
        "another client's now"
    );
    assert_eq!(
        rig.one(&extending(1, ip(110)), true).kind(),
        MessageType::Ack,
        "and it renews with this server"
    );
    rig.run(3_600);
    assert_eq!(
        rig.one(&discover(1), false).message.yiaddr,
        ip(11),
        "it never offers what it only extends"
    );
    assert_eq!(
        rig.silent(&rebooting(1, ip(110)), false),
        Silence::UnknownClient,
        "nor confirms what has ended"
    );
}

#[test]
fn s12_release_counts_only_if_client_and_address_match() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    assert_eq!(rig.silent(&release(2, ip(10)), true), Silence::NotHolder);
    assert_eq!(rig.silent(&release(1, ip(11)), true), Silence::NotHolder);
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    assert!(rig.take(&release(1, ip(10)), true).is_empty(), "no reply");
    assert!(rig.notes.contains(&ServerNote::Released {
        address: ip(10),
        client: mac(1),
        withheld: None,
    }));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Released));
    assert_eq!(rig.timer, None);
    assert_eq!(
        rig.one(&discover(1), false).message.yiaddr,
        ip(10),
        "kept in memory for reuse"
    );
}

#[test]
fn s12_a_release_that_comes_twice_or_for_another_server_changes_nothing() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    let mut other = release(1, ip(10));
    other.options = crate::wire::dhcp::Options::new();
    other.options.push_raw(code::MESSAGE_TYPE, &[7]);
    other.options.push_raw(code::SERVER_ID, &OTHER.octets());
    assert_eq!(rig.silent(&other, true), Silence::OtherServer);
    rig.take(&release(1, ip(10)), true);
    assert_eq!(rig.silent(&release(1, ip(10)), true), Silence::NotHolder);
}

#[test]
fn s13_inform_is_acked_to_ciaddr_without_a_lease() {
    let mut rig = Rig::new(plain());
    for unicast in [false, true] {
        let ack = rig.one(&inform(1, ip(200)), unicast);
        assert_eq!(
            (ack.kind(), ack.datagram.destination, ack.datagram.card),
            (MessageType::Ack, ip(200), None)
        );
        assert_eq!((ack.message.yiaddr, ack.message.ciaddr), (NONE, ip(200)));
        assert_eq!(ack.codes(), [53, 54, 1, 3, 6, 15, 61], "no 51, 58, 59");
    }
    assert_eq!(
        rig.server.bindings().count(),
        0,
        "no lease is looked up or made"
    );
    rig.lease(2);
    assert_eq!(
        rig.one(&inform(1, ip(10)), false).kind(),
        MessageType::Ack,
        "not even another client's"
    );
    assert_eq!(
        rig.silent(&inform(1, NONE), false),
        Silence::NotHolder,
        "it must say its address"
    );
}

#[test]
fn what_no_client_sends_and_what_is_not_served_is_dropped_with_a_reason() {
    let mut rig = Rig::new(plain());
    for number in 1..=18 {
        let mut message = discover(1);
        message.options = crate::wire::dhcp::Options::new();
        message.options.push_raw(code::MESSAGE_TYPE, &[number]);
        if matches!(number, 1 | 3 | 4 | 7 | 8) {
            continue;
        }
        let expected = if matches!(number, 2 | 5 | 6) {
            Silence::NotForServers
        } else {
            Silence::Unsupported
        };
        assert_eq!(rig.silent(&message, false), expected, "type {number}");
        let reply = Message {
            op: Op::Reply,
            ..message
        };
        assert!(rig.take(&reply, false).is_empty());
    }
    let nothing = without_id(&selecting(1, ip(10)));
    let mut bare = Message::new(Op::Request, MessageType::Request, 1, mac(1));
    assert_eq!(
        rig.silent(&bare, false),
        Silence::NotHolder,
        "a REQUEST for nothing"
    );
    bare.options.push_raw(code::SERVER_ID, &SERVER.octets());
    assert_eq!(rig.silent(&bare, false), Silence::NotHolder);
    assert_eq!(
        rig.one(&nothing, false).kind(),
        MessageType::Ack,
        "a client without an id is served"
    );
}
