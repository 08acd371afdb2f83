//! Frames, cables, power and the ARP below DHCP.

use super::super::*;
use super::build::*;
use crate::dhcp::Reason;
use crate::net::NetNote;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;

fn parse(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|problem| panic!("{problem}"))
}

/// A client and a server on one cable of 10 ms.
fn cable(client: &str, server: &str, commands: &str) -> Scenario {
    parse(&format!(
        r#"{{ "version": 1, "name": "cable", "until": "10m",
            "nodes": [
              {{ "id": "pc", "kind": "client", "client": {client} }},
              {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": {server} }} ],
            "links": [ {{ "between": ["pc", "srv"], "latency": "10ms" }} ],
            "commands": [{commands}] }}"#
    ))
}

const QUICK: &str = r#"{ "start_delay": false, "probe": false, "fuzz": false }"#;
const SERVER: &str = r#"{ "pools": ["10.0.0.10-10.0.0.20"], "ping": "never" }"#;

fn dropped(journal: &Journal) -> Vec<(Instant, DropReason, Option<MessageType>)> {
    let why = |entry: &Entry| match &entry.what {
        What::Dropped { reason, frame, .. } => Some((
            entry.at,
            *reason,
            dhcp(frame).and_then(|message| message.kind()),
        )),
        _ => None,
    };
    journal.entries().filter_map(why).collect()
}

fn millis(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

#[test]
fn a_frame_takes_the_cables_latency() {
    let (_, journal) = run(&cable(QUICK, SERVER, ""));
    let mut seen = 0;
    for entry in journal.entries() {
        if let What::Received { origin, .. } = entry.what {
            let sent = journal.get(origin).unwrap();
            assert_eq!(entry.at.since(sent.at), Duration::from_millis(10));
            assert_eq!(entry.cause, Some(origin));
            let What::Sent { arrives, .. } = sent.what else {
                panic!("{sent:?}")
            };
            assert_eq!(arrives, entry.at);
            seen += 1;
        }
    }
    assert!(seen >= 4, "DISCOVER, OFFER, REQUEST, ACK");
}

#[test]
fn a_frame_in_flight_when_the_cable_is_pulled_is_lost() {
    let pulled = r#"{ "at": "35ms", "do": "unplug", "link": ["pc", "srv"] }"#;
    let (_, journal) = run(&cable(QUICK, SERVER, pulled));
    assert_eq!(
        dropped(&journal),
        [(millis(40), DropReason::CarrierLost, Some(MessageType::Ack))]
    );
}

#[test]
fn and_lost_too_if_the_cable_is_back_before_it_would_have_arrived() {
    let flap = r#"{ "at": "32ms", "do": "unplug", "link": ["pc", "srv"] }, { "at": "34ms", "do": "plug", "link": ["pc", "srv"] }"#;
    let (_, journal) = run(&cable(QUICK, SERVER, flap));
    assert_eq!(
        dropped(&journal),
        [(millis(40), DropReason::CarrierLost, Some(MessageType::Ack))]
    );
}

#[test]
fn an_ack_that_comes_after_the_power_went_is_lost() {
    let off = r#"{ "at": "35ms", "do": "power-off", "node": "pc" }"#;
    let (world, journal) = run(&cable(QUICK, SERVER, off));
    assert_eq!(
        dropped(&journal),
        [(millis(40), DropReason::CarrierLost, Some(MessageType::Ack))]
    );
    let pc = world.node(NodeId(0));
    assert_eq!(
        (pc.timers().count(), pc.host().unwrap().interface()),
        (0, None)
    );
    let after = journal
        .entries()
        .filter(|entry| entry.node == Some(NodeId(0)) && entry.at > millis(40));
    assert_eq!(after.count(), 0, "nothing happens in it");
}

/// The RELEASE waits for ARP while its client looks for an address again: it would take from it
/// what it gets.
#[test]
fn a_release_that_waits_for_arp_does_not_come_after_a_new_start() {
    let release = r#"{ "at": "1s", "do": "release", "node": "pc" }"#;
    let start = r#"{ "at": "1s5ms", "do": "start", "node": "pc" }"#;
    let said = |commands: &str| {
        let story = cable(QUICK, SERVER, commands);
        let (world, journal) = run(&story);
        let late = lines(&story, &journal)
            .into_iter()
            .filter(|line| line.at >= at(1));
        let words = talk(&late.collect::<Vec<_>>());
        (world, words[..words.len().min(4)].join(", "))
    };
    let (_, words) = said(release);
    assert_eq!(words, "pc RELEASE");
    let (world, words) = said(&format!("{release}, {start}"));
    assert_eq!(words, "pc DISCOVER, srv OFFER, pc REQUEST, srv ACK");
    let timers = world.node(NodeId(0)).timers();
    assert!(
        timers
            .into_iter()
            .all(|timer| !matches!(timer.reason, Reason::ArpSilence { .. }))
    );
}

/// The RELEASE would wait for ARP until after the end of the lease.
#[test]
fn a_lease_is_not_given_back_in_its_last_seconds() {
    let lossy =
        r#"{ "at": "1s", "do": "faults", "link": ["pc", "srv"], "faults": { "loss": 1000000 } }"#;
    let release = r#"{ "at": "58s500ms", "do": "release", "node": "pc" }"#;
    let server = SERVER.replace("\"ping\"", "\"lease\": \"60s\", \"ping\"");
    let story = cable(QUICK, &server, &format!("{lossy}, {release}"));
    let (_, journal) = run(&story);
    let all = lines(&story, &journal);
    let gone = all.iter().find(|line| line.text.contains("deconfigured"));
    assert_eq!(gone.map(|line| line.at), Some(millis(58_500)));
    let late = all
        .iter()
        .filter(|line| line.node == "pc" && line.at > millis(58_500));
    let late: Vec<_> = late.map(|line| &line.text).collect();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn commands_to_what_has_no_power_change_nothing() {
    let off = r#"{ "at": "1s", "do": "power-off", "node": "pc" }, { "at": "2s", "do": "start", "node": "pc" },
        { "at": "3s", "do": "renew", "node": "pc" }, { "at": "4s", "do": "release", "node": "pc" },
        { "at": "5s", "do": "power-off", "node": "pc" }, { "at": "6s", "do": "plug", "link": ["pc", "srv"] }"#;
    let (world, journal) = run(&cable(QUICK, SERVER, off));
    let late: Vec<_> = journal
        .entries()
        .filter(|entry| entry.at > millis(1_500))
        .map(|entry| &entry.what)
        .collect();
    assert_eq!(late.len(), 10, "{late:?}");
    for pair in late.chunks(2) {
        assert!(
            matches!(pair, [What::Command(_), What::InVain(_)]),
            "{pair:?}"
        );
    }
    assert!(
        world.node(NodeId(0)).client().unwrap().lease().is_some(),
        "what is on its disk stays"
    );
}

#[test]
fn a_server_without_power_does_nothing_and_makes_up_for_it_when_it_is_back() {
    let off = r#"{ "at": "1m", "do": "power-off", "node": "srv" }, { "at": "9m", "do": "power-on", "node": "srv" }"#;
    let scenario = cable(
        QUICK,
        r#"{ "pools": ["10.0.0.10-10.0.0.20"], "ping": "never", "lease": "2m" }"#,
        off,
    );
    let (_, journal) = run(&scenario);
    let server = lines(&scenario, &journal)
        .into_iter()
        .filter(|line| line.node == "srv" && line.at > at(60));
    let (while_off, back): (Vec<_>, Vec<_>) = server.partition(|line| line.at < at(540));
    assert!(while_off.is_empty(), "{while_off:#?}");
    assert!(
        back.iter()
            .any(|line| line.at == at(540) && line.text.contains("expired")),
        "{back:#?}"
    );
}

#[test]
fn power_that_goes_while_arp_waits_takes_the_question_with_it() {
    let scenario = cable(
        QUICK,
        SERVER,
        r#"{ "at": "1m", "do": "release", "node": "pc" }, { "at": "1m", "do": "power-off", "node": "pc" }"#,
    );
    let (_, journal) = run(&scenario);
    let pc = lines(&scenario, &journal)
        .into_iter()
        .filter(|line| line.node == "pc" && line.at > at(60));
    assert_eq!(
        pc.map(|line| line.text).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[test]
fn arp_starts_afresh_after_the_power_was_off() {
    let commands = r#"{ "at": "1m", "do": "release", "node": "pc" }, { "at": "1m", "do": "power-off", "node": "pc" },
        { "at": "2m", "do": "power-on", "node": "pc" }"#;
    let server = r#"{ "pools": ["10.0.0.10"], "ping": "never", "lease": "3m" }"#;
    let scenario = cable(QUICK, server, commands);
    let (_, journal) = run(&scenario);
    let renewals = lines(&scenario, &journal)
        .into_iter()
        .filter(|line| line.at > at(120) && line.text == "sends REQUEST to one 10.0.0.1");
    assert!(
        renewals.count() >= 4,
        "a question of before does not block a later one"
    );
}

#[test]
fn a_switch_forgets_who_was_behind_a_cable_that_is_pulled() {
    let text = r#"{ "version": 1, "name": "sw", "until": "30m",
        "nodes": [
          { "id": "pc", "kind": "client", "client": { "start_delay": false, "probe": false, "fuzz": false } },
          { "id": "sw", "kind": "switch" }, { "id": "s2", "kind": "switch" },
          { "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": { "pools": ["10.0.0.10"], "ping": "never", "lease": "4m" } } ],
        "links": [ { "between": ["pc", "sw"], "latency": "1ms" }, { "between": ["sw", "s2"], "latency": "1ms" }, { "between": ["srv", "s2"], "latency": "1ms" } ],
        "commands": [ { "at": "3m", "do": "unplug", "link": ["sw", "s2"] } ] }"#;
    let scenario = parse(text);
    let (world, journal) = run(&scenario);
    assert_eq!(
        dropped(&journal),
        [],
        "what it no longer knows it floods, and there is no one to flood to"
    );
    assert!(
        !lines(&scenario, &journal)
            .iter()
            .any(|line| line.node == "srv" && line.at > at(180) && line.text.starts_with("gets"))
    );
    assert_eq!(
        world.node(NodeId(0)).host().unwrap().interface(),
        None,
        "its lease has ended"
    );
}

#[test]
fn without_a_carrier_nothing_is_sent_and_the_cause_is_in_the_journal() {
    let (world, journal) = run(&cable(
        QUICK,
        SERVER,
        r#"{ "at": "1s", "do": "power-off", "node": "srv" }"#,
    ));
    assert!(
        !world.link(LinkId(0)).carrier,
        "no power at the other end is no carrier"
    );
    let carrier = journal
        .from(0)
        .find(|(_, entry)| matches!(entry.what, What::Carrier { up: false, .. }))
        .unwrap()
        .0;
    let chain: Vec<_> = journal
        .why(carrier)
        .into_iter()
        .map(|id| &journal.get(id).unwrap().what)
        .collect();
    assert!(
        matches!(
            chain[..],
            [
                What::Carrier { .. },
                What::Power(false),
                What::Command(Command::PowerOff(_))
            ]
        ),
        "{chain:?}"
    );
}

#[test]
fn an_address_that_no_one_answers_for_is_unreachable_and_later_it_is_not() {
    let text = r#"{ "version": 1, "name": "arp", "until": "30m",
        "nodes": [
          { "id": "pc", "kind": "client", "client": { "start_delay": false, "probe": false, "fuzz": false } },
          { "id": "sw", "kind": "switch" },
          { "id": "srv", "kind": "server", "address": "10.0.0.1/24",
            "server": { "pools": ["10.0.0.10"], "ping": "never", "lease": "16m" } } ],
        "links": [ { "between": ["pc", "sw"], "latency": "1ms" }, { "between": ["srv", "sw"], "latency": "1ms" } ],
        "commands": [
          { "at": "1m", "do": "unplug", "link": ["srv", "sw"] },
          { "at": "9m", "do": "plug", "link": ["srv", "sw"] } ] }"#;
    let scenario = parse(text);
    let (world, journal) = run(&scenario);
    let pc = scenario.find("pc").unwrap();
    let notes: Vec<_> = journal
        .entries()
        .filter(|entry| entry.node == Some(pc))
        .filter_map(|entry| match &entry.what {
            What::Net(note @ (NetNote::Unreachable { .. } | NetNote::Neighbour { .. })) => {
                Some((entry.at.as_micros() / 1_000_000, note.clone()))
            }
            _ => None,
        })
        .collect();
    let server = [10, 0, 0, 1].into();
    // T1 after 8 min: three requests, a second apart. Half of the time to T2 later, 3 min, there is an answer.
    assert_eq!(notes[0], (483, NetNote::Unreachable { address: server }));
    let mac = scenario.node(scenario.find("srv").unwrap()).mac.unwrap();
    assert_eq!(
        notes[1],
        (
            660,
            NetNote::Neighbour {
                address: server,
                mac
            }
        )
    );
    assert_eq!(
        world.node(pc).client().unwrap().state(),
        crate::dhcp::client::State::Bound
    );
    let asked = lines(&scenario, &journal)
        .iter()
        .filter(|line| line.text == "sends arp-request 10.0.0.1")
        .count();
    assert_eq!(asked, 4);
}

#[test]
fn a_release_that_waits_for_arp_still_goes_out() {
    let release = r#"{ "at": "1m", "do": "release", "node": "pc" }"#;
    let scenario = cable(QUICK, SERVER, release);
    let (world, journal) = run(&scenario);
    let talk = talk(&lines(&scenario, &journal));
    assert_eq!(talk.last().map(String::as_str), Some("pc RELEASE"));
    let server = world.node(NodeId(1)).server().unwrap();
    assert!(server.bindings().all(|(_, binding)| binding.is_free()));
    let sent = lines(&scenario, &journal);
    let order: Vec<_> = sent
        .iter()
        .filter(|line| line.at >= at(60))
        .map(|line| line.text.as_str())
        .collect();
    let place = |text: &str| {
        order
            .iter()
            .position(|line| *line == text)
            .unwrap_or_else(|| panic!("{text} in {order:#?}"))
    };
    assert!(place("sends arp-request 10.0.0.1") < place("sends RELEASE to one 10.0.0.1"));
}

#[test]
fn a_command_waits_for_everything_at_its_instant_and_a_file_is_like_a_person() {
    let scenario = cable(
        QUICK,
        SERVER,
        r#"{ "at": "20ms", "do": "power-off", "node": "pc" }"#,
    );
    let (_, journal) = run(&scenario);
    let at_20: Vec<_> = lines(&scenario, &journal)
        .into_iter()
        .filter(|line| line.at == millis(20))
        .map(|line| line.text)
        .collect();
    let place = |start: &str| {
        at_20
            .iter()
            .position(|text| text.starts_with(start))
            .unwrap()
    };
    assert!(place("gets OFFER") < place("PowerOff"), "{at_20:#?}");
    let person = cable(QUICK, SERVER, "");
    let mut recording = Recording::new(std::rc::Rc::new(person));
    recording.seek(millis(20));
    recording.act(Command::PowerOff(NodeId(0)));
    recording.seek(scenario.until());
    assert_eq!(recording.journal(), &journal);
}

#[test]
fn a_switch_that_loses_its_power_takes_every_carrier_with_it_and_forgets() {
    let scenario = built_in("two-servers");
    let mut recording = Recording::new(scenario);
    recording.seek(at(600));
    let switch = recording.scenario().find("switch").unwrap();
    recording.act(Command::PowerOff(switch));
    let world = recording.world();
    assert!((0..3).all(|link| !world.link(LinkId(link)).carrier));
    let Kind::Switch(table) = &world.node(switch).kind else {
        panic!("a switch")
    };
    assert_eq!(table.entries(world.now()).count(), 0);
    let laptop = recording.scenario().find("laptop").unwrap();
    assert_eq!(
        world.node(laptop).client().unwrap().state(),
        crate::dhcp::client::State::InitReboot
    );
    recording.act(Command::PowerOn(switch));
    recording.seek(at(620));
    assert_eq!(
        recording.world().node(laptop).client().unwrap().state(),
        crate::dhcp::client::State::Bound
    );
}

#[test]
fn any_accepted_file_can_be_run() {
    for (client, server) in [
        (
            r#"{ "lease_time": "0s", "offer_window": "1h" }"#,
            r#"{ "pools": ["10.0.0.0-10.0.0.255"], "lease": "1s", "min_lease": "1s", "grace": "1s", "quarantine": "0s", "offer_hold": "0s", "ping_wait": "0s" }"#,
        ),
        (
            r#"{ "start_delay": false }"#,
            r#"{ "pools": ["10.0.0.0-10.0.0.255"], "lease": "1s" }"#,
        ),
        (
            r#"{ "start_delay": false, "probe": false }"#,
            r#"{ "pools": ["10.0.0.10"], "lease": "1500ms", "ping": "never" }"#,
        ),
        (
            r#"{ "lease_time": "18446744073709551615us" }"#,
            r#"{ "pools": ["10.0.0.10"], "lease": "18446744073709551615us", "max_lease": "18446744073709551615us", "offer_hold": "18446744073709551615us", "grace": "18446744073709551615us", "quarantine": "18446744073709551615us", "ping_wait": "1d" }"#,
        ),
        (
            r#"{ "choose": "previous", "rapid_commit": true, "link_local": true, "ipv6_only": true, "lease_time": "infinite", "client_id": "duid" }"#,
            r#"{ "pools": ["10.0.0.10"], "max_lease": "infinite", "rapid_commit": true }"#,
        ),
        (
            r#"{ "ipv6_only": true, "link_local": true }"#,
            r#"{ "pools": ["10.0.0.10"], "ipv6_only_wait": "infinite" }"#,
        ),
        ("{}", "{}"),
    ] {
        let (world, journal) = run(&cable(client, server, ""));
        assert_eq!(world.now(), at(600));
        assert!(
            world.executed() < 600 * 50,
            "{} events with {client} and {server}",
            world.executed()
        );
        assert!(!journal.is_empty());
    }
}

#[test]
fn c19_a_host_with_a_fixed_address_learns_its_router_by_inform() {
    let text = r#"{ "version": 1, "name": "inform", "until": "2m",
        "nodes": [ { "id": "pc", "kind": "client", "address": "10.0.0.9/24", "client": { "inform": true } },
          { "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": { "router": "10.0.0.254" } } ],
        "links": [ { "between": ["pc", "srv"], "latency": "1ms" } ],
        "commands": [ { "at": "1m", "do": "inform", "node": "pc" } ] }"#;
    let scenario = Scenario::parse(text).unwrap_or_else(|problem| panic!("{problem}"));
    let (world, journal) = run(&scenario);
    let lines = lines(&scenario, &journal);
    assert_eq!(
        talk(&lines),
        ["pc INFORM", "srv ACK", "pc INFORM", "srv ACK"]
    );
    let node = world.node(scenario.find("pc").unwrap());
    let uses = node.host().unwrap().interface().unwrap();
    assert_eq!(
        (
            uses.address.to_string(),
            uses.router.map(|router| router.to_string())
        ),
        ("10.0.0.9".into(), Some("10.0.0.254".into()))
    );
}

#[test]
fn c18_hosts_that_no_server_answers_find_addresses_of_their_own() {
    let client = r#"{ "link_local": true }"#;
    let scenario = network(4, client, &[], "10m", 1);
    let (world, _) = run(&scenario);
    let addresses: std::collections::BTreeSet<_> = world
        .nodes()
        .filter_map(|(_, node)| node.host()?.interface())
        .map(|interface| interface.address)
        .collect();
    assert_eq!(addresses.len(), 4, "each its own: {addresses:?}");
    assert!(addresses.iter().all(std::net::Ipv4Addr::is_link_local));
}
