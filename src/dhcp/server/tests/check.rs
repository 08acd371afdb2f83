//! Is the address really free? The ping, and what a client finds out later.

use super::super::*;
use super::rig::*;

#[test]
fn s05_it_pings_before_it_offers_and_silence_means_free() {
    let mut rig = Rig::new(pinging());
    assert!(rig.take(&discover(1), false).is_empty());
    assert_eq!(rig.pings, [ip(10)]);
    rig.run_until(Instant::ZERO + Duration::from_micros(999_999));
    assert!(rig.sent.is_empty());
    rig.run_until(at(1));
    assert_eq!(
        (
            rig.sent.len(),
            rig.sent[0].kind(),
            rig.sent[0].message.yiaddr
        ),
        (1, MessageType::Offer, ip(10))
    );
    let ack = rig.one(&selecting(1, ip(10)), false);
    assert_eq!(
        (ack.kind(), rig.pings.len()),
        (MessageType::Ack, 1),
        "not repeated at the REQUEST"
    );
}

#[test]
fn s05_an_answered_ping_sets_the_address_aside_and_the_next_is_tried() {
    let mut rig = Rig::new(pinging());
    rig.take(&discover(1), false);
    rig.input(&Input::Echo { from: ip(10) });
    assert_eq!(rig.pings, [ip(10), ip(11)]);
    rig.input(&Input::Echo { from: ip(11) });
    rig.run(1);
    assert_eq!(rig.sent[0].message.yiaddr, ip(12));
    for last in [10, 11] {
        assert!(
            rig.notes
                .contains(&ServerNote::Abandoned { address: ip(last) })
        );
        assert_eq!(rig.state(ip(last)), Some(BindingState::Abandoned));
    }
    rig.input(&Input::Echo { from: ip(12) });
    rig.input(&Input::Echo { from: ip(99) });
    assert_eq!(
        rig.state(ip(12)),
        Some(BindingState::Offered),
        "an echo that no one asked for says nothing"
    );
}

#[test]
fn s05_every_address_in_use_is_silence() {
    let mut rig = Rig::new(Config {
        pools: vec!["192.0.2.10-192.0.2.11".parse().unwrap()],
        ..pinging()
    });
    rig.take(&discover(1), false);
    rig.input(&Input::Echo { from: ip(10) });
    rig.input(&Input::Echo { from: ip(11) });
    assert!(matches!(
        rig.notes.last(),
        Some(ServerNote::Silent {
            why: Silence::PoolExhausted,
            ..
        })
    ));
    rig.run(10);
    assert!(rig.sent.is_empty());
    rig.run(86_400);
    assert_eq!(
        rig.notes
            .iter()
            .filter(|note| matches!(note, ServerNote::QuarantineEnded { .. }))
            .count(),
        2
    );
    rig.take(&discover(1), false);
    rig.run(1);
    assert_eq!(rig.sent.len(), 1);
}

#[test]
fn s05_a_discover_while_it_pings_is_answered_once_with_the_last_xid() {
    let mut rig = Rig::new(pinging());
    rig.take(&discover(1), false);
    let mut again = discover(1);
    again.xid = 77;
    assert_eq!(rig.silent(&again, false), Silence::Pinging);
    assert_eq!(rig.pings.len(), 1);
    rig.run(10);
    assert_eq!((rig.sent.len(), rig.sent[0].message.xid), (1, 77));
}

#[test]
fn s05_a_client_that_has_the_address_is_not_pinged() {
    let mut rig = Rig::new(pinging());
    rig.take(&discover(1), false);
    rig.run(1);
    rig.one(&selecting(1, ip(10)), false);
    assert_eq!(
        rig.one(&discover(1), false).message.yiaddr,
        ip(10),
        "it would answer itself"
    );
    assert_eq!(
        rig.one(&rebooting(1, ip(10)), false).kind(),
        MessageType::Ack
    );
    assert_eq!(rig.pings.len(), 1);
}

#[test]
fn s05_two_clients_are_checked_at_the_same_time() {
    let mut rig = Rig::new(pinging());
    rig.take(&discover(1), false);
    rig.now += Duration::from_millis(300);
    rig.take(&discover(2), false);
    assert_eq!(rig.pings, [ip(10), ip(11)]);
    rig.run(5);
    let offers: Vec<_> = rig
        .sent
        .iter()
        .map(|sent| (sent.at.as_micros(), sent.message.yiaddr))
        .collect();
    assert_eq!(offers, [(1_000_000, ip(10)), (1_300_000, ip(11))]);
}

#[test]
fn s05_the_check_at_request_time_delays_the_ack_or_makes_it_a_nak() {
    let config = Config {
        ping: PingCheck::Request,
        ..plain()
    };
    let mut rig = Rig::new(config.clone());
    let asked = with(discover(1), code::LEASE_TIME, &600_u32.to_be_bytes());
    let offer = rig.one(&asked, false);
    assert!(rig.pings.is_empty());
    assert!(rig.take(&selecting(1, ip(10)), false).is_empty());
    assert_eq!(rig.pings, [ip(10)]);
    rig.run(1);
    let ack = rig.sent.last().unwrap();
    assert_eq!(
        (ack.kind(), ack.message.yiaddr, ack.lease()),
        (MessageType::Ack, ip(10), offer.lease())
    );
    assert_eq!(
        rig.one(&selecting(1, ip(10)), false).kind(),
        MessageType::Ack,
        "a REQUEST that comes again"
    );
    assert_eq!(rig.pings.len(), 1);

    let mut rig = Rig::new(config);
    rig.one(&discover(1), false);
    rig.take(&selecting(1, ip(10)), false);
    assert_eq!(rig.silent(&selecting(1, ip(10)), false), Silence::Pinging);
    rig.input(&Input::Echo { from: ip(10) });
    assert_eq!(rig.sent.last().unwrap().kind(), MessageType::Nak);
    assert_eq!(rig.lease_after_ping(2), ip(11));
}

#[test]
fn s05_a_check_at_request_time_does_not_inherit_another_clients_lease_time() {
    let mut rig = Rig::new(Config {
        ping: PingCheck::Request,
        pools: vec!["192.0.2.10".parse().unwrap()],
        ..plain()
    });
    rig.one(
        &with(discover(1), code::LEASE_TIME, &600_u32.to_be_bytes()),
        false,
    );
    rig.take(&selecting(1, ip(10)), false);
    rig.run(601);
    assert_eq!(rig.state(ip(10)), Some(BindingState::Expired));
    // No offer is on record: the REQUEST alone must do.
    rig.take(&selecting(2, ip(10)), false);
    rig.run(1);
    assert_eq!(rig.sent.last().unwrap().lease(), Some(3_600));
}

impl Rig {
    fn lease_after_ping(&mut self, last: u8) -> Ipv4Addr {
        let address = self.one(&discover(last), false).message.yiaddr;
        self.take(&selecting(last, address), false);
        self.run(1);
        assert_eq!(self.sent.last().unwrap().kind(), MessageType::Ack);
        address
    }
}

#[test]
fn s05_no_time_to_wait_is_an_offer_at_the_same_instant() {
    let mut rig = Rig::new(Config {
        ping_wait: Duration::ZERO,
        ..pinging()
    });
    rig.take(&discover(1), false);
    rig.run(0);
    assert_eq!((rig.sent.len(), rig.sent[0].at), (1, Instant::ZERO));
}

#[test]
fn s11_a_declined_address_is_set_aside_for_its_time() {
    let mut rig = Rig::new(Config {
        quarantine: secs(600),
        ..plain()
    });
    rig.lease(1);
    assert!(rig.take(&decline(1, ip(10)), false).is_empty());
    assert!(rig.notes.contains(&ServerNote::Declined {
        address: ip(10),
        client: mac(1)
    }));
    assert_eq!(rig.lease(1), ip(11), "the client gets another one");
    let asked = with(discover(2), code::REQUESTED_ADDRESS, &ip(10).octets());
    assert_eq!(
        rig.one(&asked, false).message.yiaddr,
        ip(12),
        "and no one gets this one"
    );
    rig.run(600);
    assert!(
        rig.notes
            .contains(&ServerNote::QuarantineEnded { address: ip(10) })
    );
    let asked = with(discover(3), code::REQUESTED_ADDRESS, &ip(10).octets());
    assert_eq!(rig.one(&asked, false).message.yiaddr, ip(10));
}

#[test]
fn s11_the_end_of_the_quarantine_does_not_take_the_clients_next_lease_away() {
    let mut rig = Rig::new(Config {
        quarantine: secs(600),
        ..plain()
    });
    rig.lease(1);
    rig.take(&decline(1, ip(10)), false);
    assert_eq!(rig.lease(1), ip(11));
    rig.run(601);
    assert_eq!(
        rig.one(&extending(1, ip(11)), true).kind(),
        MessageType::Ack,
        "{:?}",
        rig.notes.last()
    );
}

#[test]
fn s11_a_decline_by_anyone_else_is_ignored() {
    let mut rig = Rig::new(plain());
    rig.lease(1);
    assert_eq!(rig.silent(&decline(2, ip(10)), false), Silence::NotHolder);
    assert_eq!(rig.silent(&decline(1, ip(11)), false), Silence::NotHolder);
    let mut other = with(discover(1), code::REQUESTED_ADDRESS, &ip(10).octets());
    other = with(other, code::SERVER_ID, &OTHER.octets());
    let mut kind = other.clone();
    kind.options = crate::wire::dhcp::Options::new();
    for (code, value) in other.options.iter() {
        kind.options.push_raw(
            code,
            if code == code::MESSAGE_TYPE {
                &[4]
            } else {
                value
            },
        );
    }
    assert_eq!(rig.silent(&kind, false), Silence::OtherServer);
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
}

#[test]
fn a_client_that_declines_everything_empties_the_pool_and_hears_silence() {
    let mut rig = Rig::new(plain());
    for last in 10..=19 {
        assert_eq!(rig.lease(1), ip(last));
        rig.take(&decline(1, ip(last)), false);
    }
    assert_eq!(rig.silent(&discover(1), false), Silence::PoolExhausted);
}
