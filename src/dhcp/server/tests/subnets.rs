//! More than one network, and relay agents in front (rules S6, S7, S14).

use super::super::*;
use super::rig::*;
use crate::dhcp::{Silence, same_network};

const RELAY: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 1);
const OTHER_RELAY: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 1);
const UNKNOWN: Ipv4Addr = Ipv4Addr::new(10, 0, 9, 1);

fn far(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 1, last)
}

fn rig() -> Rig {
    let subnet = |third: u8, lease| Subnet {
        network: format!("10.0.{third}.0/24").parse().unwrap(),
        pools: vec![format!("10.0.{third}.50-10.0.{third}.51").parse().unwrap()],
        router: Some(Ipv4Addr::new(10, 0, third, 254)),
        dns: Vec::new(),
        domain: None,
        lease,
    };
    Rig::new(Config {
        subnets: vec![subnet(1, Some(secs(600))), subnet(2, None)],
        ..plain()
    })
}

fn via(giaddr: Ipv4Addr, message: Message) -> Message {
    Message { giaddr, ..message }
}

/// A lease in the network of `giaddr`.
fn lease_via(rig: &mut Rig, last: u8, giaddr: Ipv4Addr) -> Ipv4Addr {
    let offer = rig.one(&via(giaddr, discover(last)), true);
    let ack = rig.one(&via(giaddr, selecting(last, offer.message.yiaddr)), true);
    assert_eq!(ack.kind(), MessageType::Ack);
    ack.message.yiaddr
}

#[test]
fn s01_each_network_has_its_own_pool_and_parameters() {
    let mut rig = rig();
    for (giaddr, address, router, lease) in [
        (NONE, ip(10), ip(254), 3_600),
        (RELAY, far(50), far(254), 600),
        (
            OTHER_RELAY,
            Ipv4Addr::new(10, 0, 2, 50),
            Ipv4Addr::new(10, 0, 2, 254),
            3_600,
        ),
    ] {
        let offer = rig.one(&via(giaddr, discover(7)), true);
        assert_eq!(offer.message.yiaddr, address);
        assert_eq!(offer.message.options.address(code::ROUTER), Some(router));
        assert_eq!(offer.lease(), Some(lease));
        assert_eq!(
            offer.message.options.number(code::SUBNET_MASK),
            Some(0xffff_ff00)
        );
        assert_eq!(
            offer.message.options.get(code::DOMAIN_NAME),
            Some(&b"lab.example"[..]),
            "what a subnet does not say is the server's"
        );
    }
}

#[test]
fn s14_link_selection_over_subnet_selection_over_giaddr_over_the_interface() {
    let link = |address: Ipv4Addr| [&b"\x01\x01x\x05\x04"[..], &address.octets()].concat();
    let select =
        |message, address: Ipv4Addr| with(message, code::SUBNET_SELECTION, &address.octets());
    let network = |address: Ipv4Addr, message: Message| {
        let mut rig = rig();
        let offer = rig.one(&message, true);
        assert!(same_network(offer.message.yiaddr, address, 24), "{offer:?}");
        offer
    };
    network(SERVER, discover(7));
    network(RELAY, via(RELAY, discover(7)));
    let selected = network(RELAY, via(OTHER_RELAY, select(discover(7), far(0))));
    assert_eq!(
        selected.message.options.address(code::SUBNET_SELECTION),
        Some(far(0)),
        "RFC 3011: it is said back"
    );
    let all = with(
        via(OTHER_RELAY, select(discover(7), OTHER_RELAY)),
        code::RELAY_AGENT,
        &link(far(0)),
    );
    let linked = network(RELAY, all);
    assert_eq!(
        linked.datagram.destination, OTHER_RELAY,
        "the agent is where it is"
    );
    let no_selection = with(
        via(OTHER_RELAY, discover(7)),
        code::RELAY_AGENT,
        b"\x05\x09x",
    );
    network(OTHER_RELAY, no_selection);
}

#[test]
fn s14_option_82_is_echoed_whole_and_last_in_every_reply() {
    let mut rig = rig();
    let information = b"\x01\x04eth0\x97\x03abc";
    let relayed = |message| with(via(RELAY, message), code::RELAY_AGENT, information);
    let offer = rig.one(&relayed(discover(7)), true);
    let ack = rig.one(&relayed(selecting(7, offer.message.yiaddr)), true);
    let nak = rig.one(&relayed(rebooting(7, ip(10))), true);
    let inform = rig.one(&relayed(inform(8, far(90))), true);
    for sent in [offer, ack, nak, inform] {
        let end = sent.bytes.iter().rposition(|byte| *byte != 0).unwrap();
        let tail = [
            &[82, u8::try_from(information.len()).unwrap()][..],
            information,
        ]
        .concat();
        assert_eq!(sent.bytes[end - tail.len()..end], tail, "{:?}", sent.kind());
        assert_eq!(sent.datagram.destination, RELAY);
        assert_eq!(sent.datagram.destination_port, 67);
        assert_eq!(sent.message.giaddr, RELAY);
    }
}

#[test]
fn s07_a_nak_goes_to_the_relay_agent_with_the_broadcast_flag() {
    let mut rig = rig();
    let nak = rig.one(&via(RELAY, rebooting(7, ip(10))), true);
    assert_eq!(nak.kind(), MessageType::Nak);
    assert_eq!((nak.datagram.destination, nak.datagram.card), (RELAY, None));
    assert_eq!(nak.bytes[10..12], [0x80, 0]);
    assert_eq!(rig.refusal(), Some(Refusal::WrongNetwork));
}

#[test]
fn s06c_the_wrong_network_is_told_by_the_clients_network() {
    for (giaddr, asked, refused) in [
        (NONE, far(50), true),
        (RELAY, ip(10), true),
        (OTHER_RELAY, far(50), true),
        (RELAY, far(50), false),
        (NONE, ip(10), false),
    ] {
        let mut rig = rig();
        let request = via(giaddr, rebooting(7, asked));
        if refused {
            assert_eq!(rig.one(&request, true).kind(), MessageType::Nak);
            assert_eq!(rig.refusal(), Some(Refusal::WrongNetwork));
        } else {
            assert_eq!(rig.silent(&request, true), Silence::UnknownClient);
        }
    }
}

#[test]
fn a_network_without_a_pool_gets_silence() {
    let mut rig = rig();
    for message in [
        discover(7),
        rebooting(7, far(50)),
        selecting(7, far(50)),
        inform(7, far(90)),
    ] {
        assert_eq!(rig.silent(&via(UNKNOWN, message), true), Silence::NoSubnet);
    }
}

#[test]
fn a_pool_is_used_up_alone() {
    let mut rig = rig();
    assert_eq!(lease_via(&mut rig, 1, RELAY), far(50));
    assert_eq!(lease_via(&mut rig, 2, RELAY), far(51));
    assert_eq!(
        rig.silent(&via(RELAY, discover(3)), true),
        Silence::PoolExhausted
    );
    assert_eq!(rig.lease(3), ip(10));
    assert_eq!(
        lease_via(&mut rig, 3, OTHER_RELAY),
        Ipv4Addr::new(10, 0, 2, 50)
    );
}

#[test]
fn a_client_that_moves_keeps_a_lease_in_each_network() {
    let mut rig = rig();
    assert_eq!(rig.lease(7), ip(10));
    assert_eq!(lease_via(&mut rig, 7, RELAY), far(50));
    assert_eq!(rig.state(ip(10)), Some(BindingState::Active));
    let back = rig.one(&rebooting(7, ip(10)), false);
    assert_eq!(
        (back.kind(), back.message.yiaddr),
        (MessageType::Ack, ip(10))
    );
}

#[test]
fn s06d_a_renewal_comes_past_the_relay_agent_and_is_answered_straight() {
    let mut rig = rig();
    let address = lease_via(&mut rig, 7, RELAY);
    rig.run(300);
    let ack = rig.one(&extending(7, address), true);
    assert_eq!(ack.kind(), MessageType::Ack);
    assert_eq!(ack.datagram.destination, address);
    assert_eq!(ack.datagram.destination_port, 68);
    assert_eq!(ack.lease(), Some(600));
    assert_eq!(ack.message.options.address(code::ROUTER), Some(far(254)));
    let stranger = rig.one(&extending(8, far(51)), true);
    assert_eq!(stranger.kind(), MessageType::Nak);
    assert!(rig.take(&release(7, address), true).is_empty());
    assert_eq!(rig.state(address), Some(BindingState::Released));
}

#[test]
fn s18_a_client_behind_a_relay_agent_is_no_neighbour() {
    let mut rig = rig();
    let address = lease_via(&mut rig, 7, RELAY);
    rig.one(&extending(7, address), true);
    assert_eq!(rig.neighbours, []);
    rig.lease(7);
    assert_eq!(rig.neighbours, [(ip(10), mac(7)), (ip(10), mac(7))]);
}

#[test]
fn a_reservation_holds_in_its_own_network() {
    let mut rig = rig();
    let mut config = rig.server.config().clone();
    config.reservations = [far(50), ip(15)]
        .map(|address| Reservation {
            mac: Some(mac(7)),
            client_id: None,
            address,
        })
        .to_vec();
    rig = Rig::new(config);
    assert_eq!(lease_via(&mut rig, 8, RELAY), far(51));
    assert_eq!(lease_via(&mut rig, 7, RELAY), far(50));
    assert_eq!(rig.lease(7), ip(15));
    assert_eq!(
        lease_via(&mut rig, 7, OTHER_RELAY),
        Ipv4Addr::new(10, 0, 2, 50)
    );
}
