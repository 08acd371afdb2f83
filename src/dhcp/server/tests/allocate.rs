//! Which address, for whom.

use super::super::*;
use super::rig::*;

fn offered(rig: &mut Rig, message: &Message) -> Ipv4Addr {
    let offer = rig.one(message, false);
    assert_eq!(offer.kind(), MessageType::Offer);
    offer.message.yiaddr
}

fn asking(last: u8, address: Ipv4Addr) -> Message {
    with(discover(last), code::REQUESTED_ADDRESS, &address.octets())
}

#[test]
fn s01_current_then_previous_then_requested_then_the_next_of_the_pool() {
    let mut rig = Rig::new(plain());
    assert_eq!(
        offered(&mut rig, &asking(1, ip(17))),
        ip(17),
        "requested, valid and free"
    );
    rig.one(&selecting(1, ip(17)), false);
    assert_eq!(
        offered(&mut rig, &asking(1, ip(15))),
        ip(17),
        "its current one comes before what it asks for"
    );
    assert_eq!(
        offered(&mut rig, &asking(2, ip(17))),
        ip(10),
        "not free: the next of the pool"
    );
    assert_eq!(
        offered(&mut rig, &asking(3, ip(99))),
        ip(11),
        "not in the pool"
    );
    assert_eq!(offered(&mut rig, &discover(4)), ip(12));
    rig.take(&release(1, ip(17)), true);
    assert_eq!(
        offered(&mut rig, &asking(1, ip(15))),
        ip(17),
        "its previous one, since it is free"
    );
}

#[test]
fn s01_a_previous_address_that_another_client_has_is_not_offered() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    rig.take(&release(1, ip(10)), true);
    assert_eq!(offered(&mut rig, &asking(2, ip(10))), ip(10));
    assert_eq!(offered(&mut rig, &discover(1)), ip(11));
}

#[test]
fn s01_the_address_that_was_free_for_longest_is_used_again_first() {
    let mut rig = Rig::new(Config {
        pools: vec!["192.0.2.10-192.0.2.12".parse().unwrap()],
        ..plain()
    });
    for client in 1..=3 {
        rig.lease(client);
    }
    for client in [2, 3, 1] {
        rig.run(5);
        rig.take(&release(client, ip(9 + client)), true);
    }
    let next: Vec<_> = (4..=6).map(|client| rig.lease(client)).collect();
    assert_eq!(next, [ip(11), ip(12), ip(10)]);
}

#[test]
fn s01_reservations_win_over_all_and_over_others() {
    let reservations = vec![
        Reservation {
            mac: Some(mac(9)),
            client_id: None,
            address: ip(10),
        },
        Reservation {
            mac: Some(mac(8)),
            client_id: None,
            address: ip(200),
        },
    ];
    let mut rig = Rig::new(Config {
        reservations,
        ..plain()
    });
    assert_eq!(
        offered(&mut rig, &asking(1, ip(10))),
        ip(11),
        "reserved for another"
    );
    assert_eq!(
        rig.one(&selecting(1, ip(10)), false).kind(),
        MessageType::Nak
    );
    assert_eq!(offered(&mut rig, &asking(9, ip(15))), ip(10));
    assert_eq!(offered(&mut rig, &discover(8)), ip(200), "outside the pool");
    assert_eq!(
        rig.one(&selecting(8, ip(200)), false).kind(),
        MessageType::Ack
    );
    assert_eq!(
        rig.one(&selecting(9, ip(15)), false).kind(),
        MessageType::Nak,
        "only its own"
    );
}

#[test]
fn s01_a_reservation_by_client_id_goes_with_the_client_from_card_to_card() {
    let kept = |mac, client_id, address| Reservation {
        mac,
        client_id,
        address,
    };
    let id = [0, b'x', b'y'];
    let mut rig = Rig::new(Config {
        reservations: vec![
            kept(Some(mac(7)), None, ip(201)),
            kept(None, Some(ClientId::Bytes(id.to_vec())), ip(200)),
        ],
        ..plain()
    });
    let named = |last| with(without_id(&discover(last)), 61, &id);
    assert_eq!(offered(&mut rig, &named(5)), ip(200));
    assert_eq!(offered(&mut rig, &discover(5)), ip(10), "another identity");
    assert_eq!(
        offered(&mut rig, &named(7)),
        ip(200),
        "the identifier says more than the card"
    );
    assert_eq!(offered(&mut rig, &discover(7)), ip(201));
}

#[test]
fn s01_a_reserved_address_that_is_set_aside_is_silence() {
    let reservations = vec![Reservation {
        mac: Some(mac(9)),
        client_id: None,
        address: ip(10),
    }];
    let mut rig = Rig::new(Config {
        reservations,
        ..plain()
    });
    rig.lease(9);
    rig.take(&decline(9, ip(10)), false);
    assert_eq!(rig.silent(&discover(9), false), Silence::PoolExhausted);
}

#[test]
fn it_gives_no_one_its_own_the_routers_or_the_networks_addresses() {
    let mut rig = Rig::new(Config {
        pools: vec![
            "192.0.2.0-192.0.2.4".parse().unwrap(),
            "192.0.2.253-192.0.2.255".parse().unwrap(),
        ],
        ..plain()
    });
    for last in [0, 1, 254, 255] {
        assert_eq!(
            offered(&mut rig, &asking(1, ip(last))),
            ip(2),
            "asked for .{last}"
        );
        assert_eq!(
            rig.one(&selecting(1, ip(last)), false).kind(),
            MessageType::Nak,
            ".{last}"
        );
    }
    let given: Vec<_> = (2..=4).map(|client| rig.lease(client)).collect();
    assert_eq!(given, [ip(3), ip(4), ip(253)]);
    assert_eq!(rig.silent(&discover(6), false), Silence::PoolExhausted);
}

#[test]
fn a_full_pool_and_no_pool_are_silence_not_a_nak() {
    let mut rig = Rig::new(Config {
        pools: vec!["192.0.2.10-192.0.2.11".parse().unwrap()],
        ..plain()
    });
    rig.lease(1);
    rig.lease(2);
    assert_eq!(rig.silent(&discover(3), false), Silence::PoolExhausted);
    rig.take(&release(1, ip(10)), true);
    assert_eq!(rig.lease(3), ip(10));
    let mut rig = Rig::new(Config {
        pools: Vec::new(),
        ..plain()
    });
    assert_eq!(rig.silent(&discover(1), false), Silence::PoolExhausted);
    assert_eq!(
        rig.silent(&rebooting(1, ip(10)), false),
        Silence::UnknownClient
    );
    assert_eq!(rig.timer, None);
}

#[test]
fn two_clients_race_for_the_last_address() {
    for hold in [60, 0] {
        let mut rig = Rig::new(Config {
            pools: vec!["192.0.2.10".parse().unwrap()],
            offer_hold: secs(hold),
            ..plain()
        });
        assert_eq!(offered(&mut rig, &discover(1)), ip(10));
        rig.run(0);
        if hold > 0 {
            assert_eq!(rig.silent(&discover(2), false), Silence::PoolExhausted);
            assert_eq!(
                rig.one(&selecting(2, ip(10)), false).kind(),
                MessageType::Nak
            );
        } else {
            assert_eq!(
                offered(&mut rig, &discover(2)),
                ip(10),
                "not held: whoever asks first has it"
            );
            rig.run(0);
        }
        assert_eq!(
            rig.one(&selecting(1, ip(10)), false).kind(),
            MessageType::Ack
        );
        assert_eq!(
            rig.one(&selecting(2, ip(10)), false).kind(),
            MessageType::Nak
        );
        assert_eq!(rig.refusal(), Some(Refusal::NotAvailable));
    }
}

#[test]
fn s03_identity_is_the_client_id_if_present_else_type_and_chaddr() {
    let mut rig = Rig::new(plain());
    let one = offered(&mut rig, &discover(1));
    let mut other_card = discover(1);
    other_card.chaddr[5] = 77;
    assert_eq!(
        offered(&mut rig, &other_card),
        one,
        "the same id from another card is the same client"
    );
    let bare = without_id(&discover(1));
    let second = offered(&mut rig, &bare);
    assert_ne!(second, one, "the same card without the id is another");
    assert_eq!(offered(&mut rig, &bare), second);
    let mut other_type = bare;
    other_type.htype = 6;
    assert_ne!(
        offered(&mut rig, &other_type),
        second,
        "the hardware type counts"
    );
}

#[test]
fn s04_an_offered_address_is_held_and_freed_after_its_time() {
    let mut rig = Rig::new(Config {
        pools: vec!["192.0.2.10".parse().unwrap()],
        offer_hold: secs(30),
        ..plain()
    });
    rig.one(&discover(1), false);
    rig.run(29);
    assert_eq!(rig.silent(&discover(2), false), Silence::PoolExhausted);
    rig.run(1);
    assert!(rig.notes.contains(&ServerNote::OfferEnded {
        address: ip(10),
        why: OfferEnd::TimeOut
    }));
    assert_eq!(offered(&mut rig, &discover(2)), ip(10));
}

#[test]
fn s04_a_request_that_names_another_server_or_none_frees_it() {
    for (request, why) in [
        (selecting_of(1, ip(110), OTHER), Silence::OtherServer),
        (rebooting(1, ip(110)), Silence::UnknownClient),
        (extending(1, ip(110)), Silence::UnknownClient),
    ] {
        let mut rig = Rig::new(Config {
            pools: vec!["192.0.2.10".parse().unwrap()],
            ..plain()
        });
        rig.one(&discover(1), false);
        assert_eq!(rig.silent(&request, false), why);
        assert!(rig.notes.contains(&ServerNote::OfferEnded {
            address: ip(10),
            why: OfferEnd::OtherServer
        }));
        assert_eq!(rig.lease(2), ip(10));
    }
}

#[test]
fn s15_a_discover_that_comes_again_gets_the_same_offer() {
    let mut rig = Rig::new(plain());
    let first = rig.one(&discover(1), false);
    rig.run(5);
    let again = rig.one(&discover(1), false);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(rig.server.bindings().count(), 1);
}

#[test]
fn s15_a_request_that_comes_again_gets_the_same_ack() {
    let mut rig = Rig::new(plain());
    rig.one(
        &with(discover(1), code::LEASE_TIME, &600_u32.to_be_bytes()),
        false,
    );
    let first = rig.one(&selecting(1, ip(10)), false);
    rig.run(4);
    let again = rig.one(&selecting(1, ip(10)), false);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(rig.server.bindings().count(), 1);
}

#[test]
fn c20_a_server_that_may_answers_a_discover_with_an_ack_and_option_80() {
    let rapid = |rapid_commit| {
        Rig::new(Config {
            rapid_commit,
            ..plain()
        })
    };
    let asking = with(discover(1), code::RAPID_COMMIT, &[]);
    let mut rig = rapid(true);
    let ack = rig.one(&asking, false);
    assert_eq!(ack.kind(), MessageType::Ack);
    assert!(ack.bytes.windows(2).any(|pair| pair == [80, 0]));
    assert_eq!(ack.message.yiaddr, ip(10));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    assert_eq!(rig.order, ["commit", "neighbour", "Ack"]);
    assert_eq!(rig.one(&asking, false).message.yiaddr, ip(10), "again");
    let offer = rig.one(&discover(2), false);
    assert_eq!(offer.kind(), MessageType::Offer, "it did not ask");
    let offer = rapid(false).one(&asking, false);
    assert_eq!(offer.kind(), MessageType::Offer);
    assert!(!offer.codes().contains(&80));
}

#[test]
fn c21_option_108_goes_only_to_who_asks() {
    let config = |wait| Config {
        ipv6_only_wait: wait,
        ..plain()
    };
    let asking = with(discover(1), code::PARAMETER_LIST, &[1, 108]);
    let mut rig = Rig::new(config(Some(secs(1_800))));
    let told = |sent: Sent| sent.message.options.number(108);
    assert_eq!(told(rig.one(&asking, false)), Some(1_800));
    assert_eq!(told(rig.one(&discover(2), false)), None);
    let list = with(discover(3), code::PARAMETER_LIST, &[1, 3]);
    assert_eq!(told(rig.one(&list, false)), None);
    assert_eq!(told(Rig::new(config(None)).one(&asking, false)), None);
}

#[test]
fn c20_the_ping_of_an_address_that_is_to_be_committed_comes_before_the_ack() {
    for ping in [PingCheck::Offer, PingCheck::Request] {
        let mut rig = Rig::new(Config {
            rapid_commit: true,
            ping,
            ..plain()
        });
        let asking = with(discover(1), code::RAPID_COMMIT, &[]);
        assert!(rig.take(&asking, false).is_empty());
        rig.run(1);
        assert_eq!(rig.order, ["ping", "commit", "neighbour", "Ack"]);
    }
}
