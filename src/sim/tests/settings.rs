//! A client that moves, and settings that change while the network runs: what goes out then.

use super::super::*;
use super::build::*;
use crate::scenario::{Scenario, library};
use crate::wire::dhcp::{Message, MessageType, code};

/// The built-in scenario with other commands.
fn with_commands(name: &str, commands: &str) -> Scenario {
    let (_, text) = library::FILES
        .into_iter()
        .find(|(known, _)| *known == name)
        .unwrap();
    let start = text.find("\"commands\"").unwrap();
    let text = format!("{}\"commands\": [{commands}] }}", &text[..start]);
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

/// The messages that a node sent from an instant on.
fn sent_by(scenario: &Scenario, journal: &Journal, id: &str, from: u64) -> Vec<Message> {
    let node = scenario.find(id);
    journal
        .from(0)
        .filter(|(_, entry)| entry.node == node && entry.at >= at(from))
        .filter_map(|(id, entry)| match &entry.what {
            What::Sent { origin, frame, .. } if *origin == id => dhcp(frame),
            _ => None,
        })
        .collect()
}

#[test]
fn s06c_a_client_in_another_network_gets_a_nak_and_starts_anew() {
    let scenario = library::load("wrong-network").unwrap();
    let (world, journal) = run(&scenario);
    let kinds: Vec<_> = sent_by(&scenario, &journal, "server", 600)
        .iter()
        .map(|message| (message.kind().unwrap(), message.yiaddr.to_string()))
        .collect();
    let expected = [
        (MessageType::Nak, "0.0.0.0"),
        (MessageType::Offer, "10.0.2.100"),
        (MessageType::Ack, "10.0.2.100"),
        (MessageType::Nak, "0.0.0.0"),
        (MessageType::Offer, "10.0.1.100"),
        (MessageType::Ack, "10.0.1.100"),
    ];
    assert_eq!(kinds, expected.map(|(kind, ip)| (kind, ip.to_owned())));
    let reboot = &sent_by(&scenario, &journal, "laptop", 600)[0];
    assert_eq!(reboot.kind(), Some(MessageType::Request));
    assert_eq!(
        reboot.options.address(code::REQUESTED_ADDRESS),
        Some([10, 0, 1, 100].into())
    );
    let laptop = scenario.find("laptop").unwrap();
    let plugged = world.node(laptop).links.iter();
    assert_eq!(
        plugged.filter(|link| world.link(**link).plugged).count(),
        1,
        "one card, one cable"
    );
}

#[test]
fn a_client_that_moves_is_no_longer_heard_where_it_was() {
    let scenario = library::load("wrong-network").unwrap();
    let (_, journal) = run(&scenario);
    let [laptop, office] = ["laptop", "office"].map(|id| scenario.find(id));
    let heard = journal.from(0).any(|(_, entry)| {
        let moved = entry.at >= at(600) && entry.at < at(1_200);
        moved
            && entry.node == laptop
            && matches!(entry.what, What::Sent { to, .. } if Some(to) == office)
    });
    assert!(!heard);
}

#[test]
fn c06_new_settings_are_in_the_next_message_but_its_name_only_once_it_looks_anew() {
    let scenario = with_commands(
        "two-servers",
        r#"{ "at": "1s", "do": "power-on", "node": "laptop" },
           { "at": "1m", "do": "configure", "node": "laptop", "client": { "host_name": "other", "lease_time": "90s", "client_id": "01:02:03" } },
           { "at": "2m", "do": "renew", "node": "laptop" },
           { "at": "3m", "do": "release", "node": "laptop" },
           { "at": "4m", "do": "start", "node": "laptop" }"#,
    );
    let (_, journal) = run(&scenario);
    let before = &sent_by(&scenario, &journal, "laptop", 0)[0];
    assert_eq!(before.options.get(code::HOST_NAME), Some(&b"laptop"[..]));
    let after = &sent_by(&scenario, &journal, "laptop", 120)[0];
    assert_eq!(after.options.get(code::HOST_NAME), Some(&b"other"[..]));
    assert_eq!(after.options.number(code::LEASE_TIME), Some(90));
    let id = |from| {
        let message = &sent_by(&scenario, &journal, "laptop", from)[0];
        message.options.get(code::CLIENT_ID).map(<[u8]>::to_vec)
    };
    let old = Some(vec![1, 2, 0, 0, 0, 0, 10]);
    assert_eq!(
        [id(120), id(180)],
        [old.clone(), old],
        "C6: the same to its end"
    );
    assert_eq!(
        id(240),
        Some(vec![1, 2, 3]),
        "from its next look for an address on"
    );
}

#[test]
fn s06d_a_renewal_of_an_address_that_new_settings_took_away_is_refused() {
    let scenario = with_commands(
        "silence",
        r#"{ "at": "1s", "do": "power-on", "node": "laptop" },
           { "at": "1m", "do": "configure", "node": "server1", "server": { "pools": ["192.168.1.50-192.168.1.60"], "lease": "5m" } },
           { "at": "2m", "do": "renew", "node": "laptop" }"#,
    );
    let (_, journal) = run(&scenario);
    let answers = sent_by(&scenario, &journal, "server1", 120);
    assert_eq!(answers[0].kind(), Some(MessageType::Nak));
    let ack = &answers[2];
    assert_eq!(ack.kind(), Some(MessageType::Ack));
    assert_eq!(ack.yiaddr.to_string(), "192.168.1.50");
    assert_eq!(ack.options.number(code::LEASE_TIME), Some(300));
}

#[test]
fn a_relay_agent_asks_the_servers_of_its_new_settings() {
    let scenario = with_commands(
        "relay",
        r#"{ "at": "1s", "do": "configure", "node": "router", "relay": { "servers": ["10.0.2.77"] } },
           { "at": "2s", "do": "power-on", "node": "laptop" }"#,
    );
    let (_, journal) = run(&scenario);
    assert_eq!(
        sent_by(&scenario, &journal, "server", 0).len(),
        0,
        "no one tells it"
    );
    let again = with_commands(
        "relay",
        r#"{ "at": "1s", "do": "configure", "node": "router", "relay": { "circuit_id": false } },
           { "at": "2s", "do": "power-on", "node": "laptop" }"#,
    );
    let (_, journal) = run(&again);
    let relayed = sent_by(&again, &journal, "router", 0);
    assert!(!relayed[0].options.has(code::RELAY_AGENT));
}
