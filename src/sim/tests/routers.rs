//! Networks with a router between them: relaying, forwarding, and who answers whom.

use super::super::*;
use super::build::*;
use crate::scenario::Scenario;
use crate::wire::dhcp::MessageType;
use crate::wire::frame::{self, Frame, Payload};

/// `pc` and `host` (at 10.0.1.`host`) in one network, a server with `server` as its settings in
/// the other, and a router with a relay agent between them.
fn routed(server: &str, host: u8) -> Scenario {
    let text = format!(
        r#"{{ "version": 1, "name": "routed", "until": "50m",
            "nodes": [ {{ "id": "sw1", "kind": "switch" }}, {{ "id": "sw2", "kind": "switch" }},
              {{ "id": "pc", "kind": "client", "client": {{ "start_delay": false, "fuzz": false }} }},
              {{ "id": "x", "kind": "host", "address": "10.0.1.{host}/24", "router": "10.0.1.1" }},
              {{ "id": "srv", "kind": "server", "address": "10.0.2.10/24", "router": "10.0.2.1", "server": {server} }},
              {{ "id": "r", "kind": "router", "relay": {{ "servers": ["10.0.2.10"] }},
                 "interfaces": [ {{ "address": "10.0.2.1/24", "link": "sw2" }}, {{ "address": "10.0.1.1/24", "link": "sw1" }} ] }} ],
            "links": [ {{ "between": ["pc", "sw1"], "latency": "1ms" }}, {{ "between": ["x", "sw1"], "latency": "1ms" }},
              {{ "between": ["r", "sw1"], "latency": "1ms" }}, {{ "between": ["r", "sw2"], "latency": "1ms" }},
              {{ "between": ["srv", "sw2"], "latency": "1ms" }} ] }}"#
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

const SUBNET: &str = r#""subnets": [{ "network": "10.0.1.0/24", "pools": ["10.0.1.100-10.0.1.110"], "router": "10.0.1.1" }]"#;

/// The frames with a DHCP message of a kind that a node sends.
fn sent(scenario: &Scenario, journal: &Journal, node: &str, kind: MessageType) -> Vec<Frame> {
    let node = scenario.find(node);
    let sent = journal.from(0).filter_map(|(id, entry)| match &entry.what {
        What::Sent { origin, frame, .. } if *origin == id && entry.node == node => Some(frame),
        _ => None,
    });
    sent.filter(|frame| dhcp(frame).and_then(|message| message.kind()) == Some(kind))
        .cloned()
        .collect()
}

#[test]
fn a_lease_comes_through_the_relay_agent_and_is_renewed_past_it() {
    let scenario = built_in("relay");
    let (world, journal) = run(&scenario);
    let talk = talk(&lines(&scenario, &journal));
    let through = |one: &str, kinds: [&str; 2]| {
        let [ask, answer] = kinds;
        [
            format!("{one} {ask}"),
            format!("router {ask}"),
            format!("server {answer}"),
            format!("router {answer}"),
        ]
    };
    let lease = through("laptop", ["REQUEST", "ACK"]);
    let story = [
        through("laptop", ["DISCOVER", "OFFER"]),
        lease.clone(),
        lease,
    ]
    .concat();
    assert_eq!(talk, story);
    let client = world.node(scenario.find("laptop").unwrap());
    let interface = client.host().unwrap().interface().unwrap();
    assert_eq!(interface.address.to_string(), "10.0.1.100");
    assert_eq!(interface.router.unwrap().to_string(), "10.0.1.1");

    let own = |line: &Line| line.node == "router" && line.text.starts_with("sends arp-request");
    assert!(lines(&scenario, &journal).iter().any(own));
    for (_, entry) in journal.from(0) {
        if let What::Sent { frame, .. } = &entry.what
            && let Ok(Payload::Arp(arp)) = frame::parse(frame.bytes())
            && !arp.is_probe()
        {
            assert_eq!(
                arp.spa.octets()[2],
                arp.tpa.octets()[2],
                "asked in its own network"
            );
        }
    }

    let discover = sent(&scenario, &journal, "router", MessageType::Discover);
    let message = dhcp(&discover[0]).unwrap();
    assert_eq!(
        (message.hops, message.giaddr.to_string()),
        (1, "10.0.1.1".into())
    );
    assert_eq!(message.options.get(82), Some(&b"\x01\x04eth0"[..]));
    for kind in [MessageType::Offer, MessageType::Ack] {
        assert!(
            sent(&scenario, &journal, "server", kind)[0..1]
                .iter()
                .all(|frame| { dhcp(frame).unwrap().options.has(82) })
        );
        let frame = &sent(&scenario, &journal, "router", kind)[0];
        assert!(!dhcp(frame).unwrap().options.has(82), "taken off");
        assert_eq!(
            frame.destination(),
            scenario.node(scenario.find("laptop").unwrap()).mac.unwrap()
        );
    }
}

#[test]
fn a_renewal_is_forwarded_with_one_less_to_live_and_otherwise_as_it_is() {
    let scenario = built_in("relay");
    let (_, journal) = run(&scenario);
    let asked = sent(&scenario, &journal, "laptop", MessageType::Request);
    let passed = sent(&scenario, &journal, "router", MessageType::Request);
    let (asked, passed) = (asked[1].bytes(), passed[1].bytes());
    assert_eq!((asked[22], passed[22]), (64, 63), "time to live");
    assert_ne!(asked[24..26], passed[24..26], "header checksum");
    assert_eq!(asked[14..22], passed[14..22]);
    assert_eq!(asked[26..], passed[26..], "addresses, UDP and message");
    assert!(
        matches!(frame::parse(passed), Ok(Payload::Ip(_))),
        "the checksum is right"
    );
}

#[test]
fn a_servers_ping_goes_through_the_router_and_so_does_its_answer() {
    let scenario = routed(&format!("{{ {SUBNET} }}"), 100);
    let (world, journal) = run(&scenario);
    let client = world.node(scenario.find("pc").unwrap());
    let address = client.host().unwrap().interface().unwrap().address;
    assert_eq!(address.to_string(), "10.0.1.101");
    let lines = lines(&scenario, &journal);
    let pings: Vec<_> = lines
        .iter()
        .filter(|line| line.text.starts_with("sends p"))
        .map(|line| format!("{} {}", line.node, line.text))
        .collect();
    assert_eq!(
        pings[..4],
        [
            "srv sends ping 10.0.1.100",
            "r sends ping 10.0.1.100",
            "x sends pong 10.0.2.10",
            "r sends pong 10.0.2.10"
        ]
    );
}

#[test]
fn a_client_whose_network_has_no_pool_gets_silence() {
    let scenario = routed(r#"{ "pools": ["10.0.2.100-10.0.2.110"] }"#, 9);
    let (world, journal) = run(&scenario);
    let client = world.node(scenario.find("pc").unwrap());
    assert_eq!(client.host().unwrap().interface(), None);
    let lines = lines(&scenario, &journal);
    let silent = lines.iter().filter(|line| line.text.contains("no-subnet"));
    assert!(silent.count() > 3);
}

/// The client is two routers away from the server: its request goes from relay agent to relay
/// agent, the answer straight to the first by way of the second's next router.
#[test]
fn s14_a_second_relay_agent_keeps_giaddr_and_counts_the_hop() {
    let text = r#"{ "version": 1, "name": "chain", "until": "50m",
        "nodes": [
          { "id": "pc", "kind": "client", "client": { "start_delay": false, "fuzz": false } },
          { "id": "r1", "kind": "router", "router": "10.0.2.2", "relay": { "servers": ["10.0.2.2"], "circuit_id": true },
            "interfaces": [ { "address": "10.0.1.1/24", "link": "pc" }, { "address": "10.0.2.1/24", "link": "r2" } ] },
          { "id": "r2", "kind": "router", "router": "10.0.2.1", "relay": { "servers": ["10.0.3.10"], "circuit_id": true },
            "interfaces": [ { "address": "10.0.2.2/24", "link": "r1" }, { "address": "10.0.3.1/24", "link": "srv" } ] },
          { "id": "srv", "kind": "server", "address": "10.0.3.10/24", "router": "10.0.3.1", "server": {
            "subnets": [{ "network": "10.0.1.0/24", "pools": ["10.0.1.100"], "router": "10.0.1.1" }] } } ],
        "links": [ { "between": ["pc", "r1"], "latency": "1ms" }, { "between": ["r1", "r2"], "latency": "1ms" },
          { "between": ["r2", "srv"], "latency": "1ms" } ] }"#;
    let scenario = Scenario::parse(text).unwrap();
    let (_, journal) = run(&scenario);
    let said = talk(&lines(&scenario, &journal));
    let expected = [
        ["pc DISCOVER", "r1 DISCOVER", "r2 DISCOVER"],
        ["srv OFFER", "r2 OFFER", "r1 OFFER"],
        ["pc REQUEST", "r1 REQUEST", "r2 REQUEST"],
        ["srv ACK", "r2 ACK", "r1 ACK"],
        ["pc REQUEST", "r1 REQUEST", "r2 REQUEST"],
        ["srv ACK", "r2 ACK", "r1 ACK"],
    ];
    assert_eq!(said, expected.concat());
    let discover = &sent(&scenario, &journal, "r2", MessageType::Discover)[0];
    let message = dhcp(discover).unwrap();
    assert_eq!(
        (message.hops, message.giaddr.to_string()),
        (2, "10.0.1.1".into())
    );
    assert_eq!(
        message.options.get(82),
        Some(&b"\x01\x04eth0"[..]),
        "the first one's"
    );
    let offer = &sent(&scenario, &journal, "r1", MessageType::Offer)[0];
    assert!(!dhcp(offer).unwrap().options.has(82));
}

#[test]
fn a_router_without_power_forgets_and_passes_nothing_on() {
    let scenario = routed(&format!("{{ {SUBNET} }}"), 9);
    let router = scenario.find("r").unwrap();
    let commands = [Timed {
        at: at(600),
        command: Command::PowerOff(router),
    }];
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(at(599), &commands, &mut journal);
    let counts = |world: &World| match &world.node(router).kind {
        Kind::Router(router) => (
            router.relay().unwrap().counts(),
            router
                .ports()
                .iter()
                .map(|port| port.neighbours().entries(world.now()).count())
                .sum::<usize>(),
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        counts(&world),
        ([2, 2, 0], 1),
        "it asked for the server's card"
    );
    world.run_until(scenario.until(), &commands, &mut journal);
    assert_eq!(counts(&world), ([0, 0, 0], 0));
    let off = lines(&scenario, &journal);
    assert!(
        !off.iter()
            .any(|line| line.node == "r" && line.at > at(600) && line.text.starts_with("sends"))
    );
}
