use super::*;
use crate::dhcp::Interface;
use crate::wire::Mac;

const CLIENT: Mac = Mac([2, 0, 0, 0, 0, 10]);
const NEAR: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 1);
const FAR: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 1);
const SERVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 0, 2, 10), Ipv4Addr::new(10, 0, 3, 10)];

fn relay(circuit_id: bool) -> Relay {
    let port = |name: &str, address| Port {
        name: name.to_owned(),
        interface: Interface {
            address,
            prefix: 24,
            router: None,
        },
    };
    let config = Config {
        servers: SERVERS.to_vec(),
        circuit_id,
        link_selection: false,
    };
    Relay::new(config, vec![port("eth0", NEAR), port("eth1", FAR)])
}

#[test]
fn s14_it_can_name_the_clients_link_and_takes_that_off_again() {
    let mut relay = relay(true);
    relay.configure(Config {
        link_selection: true,
        ..relay.config().clone()
    });
    let sent = relay.handle(0, &discover()).unwrap();
    let told = sent[0].datagram.message.options.get(code::RELAY_AGENT);
    let wanted = [&[1, 4][..], b"eth0", &[5, 4], &NEAR.octets()].concat();
    assert_eq!(told, Some(&wanted[..]));
    let mut back = offer();
    back.options.push_raw(code::RELAY_AGENT, &wanted);
    let handed = relay.handle(1, &back).unwrap();
    assert!(!handed[0].datagram.message.options.has(code::RELAY_AGENT));
}

fn discover() -> Message {
    Message::new(Op::Request, MessageType::Discover, 7, CLIENT)
}

fn offer() -> Message {
    Message {
        yiaddr: Ipv4Addr::new(10, 0, 1, 50),
        giaddr: NEAR,
        ..Message::new(Op::Reply, MessageType::Offer, 7, CLIENT)
    }
}

fn why(relay: &mut Relay, port: usize, message: &Message) -> RelayDrop {
    match relay.handle(port, message) {
        Err(RelayNote::Dropped { why, .. }) => why,
        Ok(sent) => panic!("passed on: {sent:?}"),
    }
}

#[test]
fn s14_a_request_goes_to_every_server_with_giaddr_and_one_hop_more() {
    let mut relay = relay(false);
    let sent = relay.handle(0, &discover()).unwrap();
    assert_eq!(sent.len(), 2);
    for (output, server) in sent.iter().zip(SERVERS) {
        let datagram = &output.datagram;
        assert_eq!((output.port, datagram.card), (None, None));
        assert_eq!((datagram.source, datagram.destination), (NEAR, server));
        assert_eq!((datagram.source_port, datagram.destination_port), (67, 67));
        let mut bytes = discover().bytes();
        bytes[3] = 1;
        bytes[24..28].copy_from_slice(&NEAR.octets());
        assert_eq!(
            datagram.message.bytes(),
            bytes,
            "and nothing else is changed"
        );
    }
    assert_eq!(relay.counts(), [1, 0, 0]);
}

#[test]
fn s14_a_nonzero_giaddr_is_kept() {
    let giaddr = Ipv4Addr::new(10, 0, 9, 1);
    let message = Message {
        giaddr,
        hops: 3,
        ..discover()
    };
    let sent = relay(true).handle(0, &message).unwrap();
    let relayed = &sent[0].datagram.message;
    assert_eq!((relayed.giaddr, relayed.hops), (giaddr, 4));
    assert!(
        !relayed.options.has(code::RELAY_AGENT),
        "it is not the first"
    );
}

#[test]
fn s14_more_than_16_hops_are_dropped() {
    let mut relay = relay(false);
    for (hops, passes) in [(0, true), (15, true), (16, true), (17, false), (255, false)] {
        let message = Message { hops, ..discover() };
        match relay.handle(0, &message) {
            Ok(sent) => assert!(passes && sent[0].datagram.message.bytes()[3] == hops + 1),
            Err(RelayNote::Dropped { why, .. }) => assert!(!passes && why == RelayDrop::Hops),
        }
    }
    assert_eq!(relay.counts(), [3, 0, 2]);
}

#[test]
fn a_server_on_the_clients_own_wire_is_left_alone() {
    let sent = relay(false).handle(1, &discover()).unwrap();
    let to: Vec<_> = sent.iter().map(|sent| sent.datagram.destination).collect();
    assert_eq!(to, [SERVERS[1]]);
}

#[test]
fn s14_option_82_is_added_and_only_its_own_is_taken_off() {
    let own = b"\x01\x04eth0";
    let mut relay = relay(true);
    let sent = relay.handle(0, &discover()).unwrap();
    let bytes = sent[0].datagram.message.bytes();
    let tail = [&[82, 6][..], own, &[255]].concat();
    assert!(bytes.windows(9).any(|window| window == tail), "it is last");
    for (value, left) in [
        (&own[..], false),
        (b"\x01\x04eth1", true),
        (b"\x02\x01x", true),
    ] {
        let mut reply = offer();
        reply.options.push_raw(code::RELAY_AGENT, value);
        let sent = relay.handle(1, &reply).unwrap();
        let options = &sent[0].datagram.message.options;
        assert_eq!(options.get(code::RELAY_AGENT), left.then_some(value));
    }
}

#[test]
fn what_claims_to_have_been_relayed_by_this_agent_is_dropped() {
    let spoofed = Message {
        giaddr: FAR,
        ..discover()
    };
    assert_eq!(why(&mut relay(false), 0, &spoofed), RelayDrop::Untrusted);
    let mut circuit = discover();
    circuit.options.push_raw(code::RELAY_AGENT, b"\x01\x01x");
    assert_eq!(why(&mut relay(true), 0, &circuit), RelayDrop::Untrusted);
}

#[test]
fn a_reply_goes_to_the_card_or_to_everyone_on_the_clients_wire() {
    let yiaddr = offer().yiaddr;
    let all = Ipv4Addr::BROADCAST;
    let acknowledged = Message {
        yiaddr: Ipv4Addr::UNSPECIFIED,
        ciaddr: yiaddr,
        ..offer()
    };
    let refused = Message {
        yiaddr: Ipv4Addr::UNSPECIFIED,
        ..offer()
    };
    let broadcast = Message {
        broadcast: true,
        ..offer()
    };
    for (reply, destination, card) in [
        (offer(), yiaddr, Some(CLIENT)),
        (broadcast, all, None),
        (acknowledged, yiaddr, Some(CLIENT)),
        (refused, all, None),
    ] {
        let sent = relay(false).handle(1, &reply).unwrap();
        let [output] = &sent[..] else {
            panic!("{sent:?}")
        };
        assert_eq!(output.port, Some(0), "by the interface that giaddr names");
        let datagram = &output.datagram;
        assert_eq!((datagram.destination, datagram.card), (destination, card));
        assert_eq!((datagram.source, datagram.source_port), (NEAR, 67));
        assert_eq!(datagram.destination_port, 68);
        assert_eq!(datagram.message.bytes(), reply.bytes());
    }
}

#[test]
fn a_reply_for_another_giaddr_is_dropped() {
    for giaddr in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(10, 0, 9, 1)] {
        let reply = Message { giaddr, ..offer() };
        assert_eq!(why(&mut relay(false), 1, &reply), RelayDrop::NotOurs);
    }
}
