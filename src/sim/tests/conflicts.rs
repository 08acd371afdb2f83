//! Strangers at addresses that a server would give.

use super::super::*;
use super::build::*;
use crate::dhcp::client::State;
use crate::scenario::Scenario;

/// A client, a server with `server` as its settings, and strangers at the first `strangers` of
/// its pool.
fn squatted(server: &str, strangers: u8, commands: &str) -> Scenario {
    let mut nodes = String::new();
    let mut links = String::new();
    for number in 0..strangers {
        let last = 10 + number;
        nodes +=
            &format!(r#", {{ "id": "x{last}", "kind": "host", "address": "10.0.0.{last}/24" }}"#);
        links += &format!(r#", {{ "between": ["x{last}", "sw"], "latency": "1ms" }}"#);
    }
    let text = format!(
        r#"{{ "version": 1, "name": "squat", "until": "20m",
            "nodes": [ {{ "id": "sw", "kind": "switch" }},
              {{ "id": "pc", "kind": "client", "client": {{ "start_delay": false }} }},
              {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": {server} }}{nodes} ],
            "links": [ {{ "between": ["pc", "sw"], "latency": "1ms" }}, {{ "between": ["srv", "sw"], "latency": "1ms" }}{links} ],
            "commands": [{commands}] }}"#
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn address(scenario: &Scenario, world: &World) -> Option<String> {
    let node = world.node(scenario.find("pc").unwrap());
    node.host()
        .unwrap()
        .interface()
        .map(|interface| interface.address.to_string())
}

#[test]
fn an_answered_ping_before_the_offer_leads_to_the_next_address() {
    let scenario = squatted(r#"{ "pools": ["10.0.0.10-10.0.0.20"] }"#, 2, "");
    let (world, journal) = run(&scenario);
    assert_eq!(address(&scenario, &world).as_deref(), Some("10.0.0.12"));
    let lines = lines(&scenario, &journal);
    assert_eq!(
        talk(&lines)[..4],
        ["pc DISCOVER", "srv OFFER", "pc REQUEST", "srv ACK"]
    );
    let story: Vec<_> = lines
        .iter()
        .filter(|line| line.text.contains("pong") || line.text.contains("abandoned"))
        .collect();
    assert_eq!(
        story.len(),
        6,
        "two answers, sent and got, two addresses set aside: {story:#?}"
    );
    let offer = lines
        .iter()
        .find(|line| line.text.starts_with("sends OFFER"))
        .unwrap();
    assert!(
        offer.at < at(2),
        "answers come at once, one silence takes a second"
    );
}

#[test]
fn an_answered_ping_at_the_request_is_a_nak_although_the_offer_made_an_arp_entry() {
    let scenario = squatted(
        r#"{ "pools": ["10.0.0.10-10.0.0.20"], "ping": "request" }"#,
        1,
        "",
    );
    let (world, journal) = run(&scenario);
    let talk = talk(&lines(&scenario, &journal));
    let wanted = [
        "pc DISCOVER",
        "srv OFFER",
        "pc REQUEST",
        "srv NAK",
        "pc DISCOVER",
        "srv OFFER",
        "pc REQUEST",
        "srv ACK",
    ];
    assert_eq!(talk[..8], wanted);
    assert_eq!(address(&scenario, &world).as_deref(), Some("10.0.0.11"));
}

#[test]
fn without_a_ping_the_client_finds_out_and_declines() {
    let scenario = squatted(
        r#"{ "pools": ["10.0.0.10-10.0.0.20"], "ping": "never" }"#,
        2,
        "",
    );
    let (world, journal) = run(&scenario);
    assert_eq!(address(&scenario, &world).as_deref(), Some("10.0.0.12"));
    let lines = lines(&scenario, &journal);
    let talk = talk(&lines);
    let cycle = [
        "pc DISCOVER",
        "srv OFFER",
        "pc REQUEST",
        "srv ACK",
        "pc DECLINE",
    ];
    assert_eq!(talk[..14], [&cycle[..], &cycle[..], &cycle[..4]].concat());
    for (decline, discover) in lines
        .iter()
        .filter(|line| line.text.starts_with("sends DECLINE"))
        .zip(
            lines
                .iter()
                .filter(|line| line.text.starts_with("sends DISCOVER"))
                .skip(1),
        )
    {
        assert_eq!(discover.at.since(decline.at), secs(10));
    }
    assert!(!lines.iter().any(|line| line.node == "pc"
        && line.text.contains(r#"configured","prefix"#)
        && line.text.contains("10.0.0.10")));
}

#[test]
fn every_address_taken_is_silence_and_the_client_goes_on_asking() {
    let scenario = squatted(
        r#"{ "pools": ["10.0.0.10-10.0.0.11"], "ping": "never" }"#,
        2,
        "",
    );
    let (world, journal) = run(&scenario);
    assert_eq!(address(&scenario, &world), None);
    let lines = lines(&scenario, &journal);
    assert!(
        lines
            .iter()
            .filter(|line| line.text.contains("pool-exhausted"))
            .count()
            > 10
    );
    assert!(!talk(&lines).contains(&"srv NAK".to_owned()));
}

#[test]
fn a_stranger_that_comes_later_is_defended_against_and_found_by_its_arp() {
    let commands = r#"{ "at": "1m", "do": "power-on", "node": "x10" }"#;
    let scenario = squatted(r#"{ "pools": ["10.0.0.10-10.0.0.20"] }"#, 1, commands);
    let mut file = scenario.file().clone();
    file.nodes
        .iter_mut()
        .filter(|node| node.id == "x10")
        .for_each(|node| node.on = false);
    let scenario = Scenario::new(file).unwrap();
    let (world, _) = run(&scenario);
    assert_eq!(
        address(&scenario, &world).as_deref(),
        Some("10.0.0.10"),
        "a stranger that says nothing is not seen"
    );
    assert_eq!(
        world
            .node(scenario.find("pc").unwrap())
            .client()
            .unwrap()
            .state(),
        State::Bound
    );
}

#[test]
fn two_clients_race_for_the_last_address_over_the_wire() {
    let server = r#"{ "pools": ["10.0.1.1"], "lease": "5m" }"#.to_owned();
    let scenario = network(
        2,
        r#"{ "start_delay": false, "host_name": "pc" }"#,
        &[server],
        "1h",
        3,
    );
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    let mut most = 0;
    for second in 0..600 {
        world.run_until(at(second), scenario.commands(), &mut journal);
        let using = world
            .nodes()
            .filter(|(_, node)| {
                node.client()
                    .is_some_and(|client| client.address().is_some())
            })
            .count();
        most = most.max(using);
        assert!(using <= 1, "at {second} s");
    }
    assert_eq!(most, 1);
    let lines = lines(&scenario, &journal);
    assert!(
        lines
            .iter()
            .any(|line| line.text.contains("pool-exhausted"))
    );
    assert!(
        !talk(&lines).contains(&"srv0 NAK".to_owned()),
        "a full pool is silence"
    );
}
