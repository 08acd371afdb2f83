//! Two servers with failover in one network, and what can happen to them.

use super::super::*;
use super::build::*;
use crate::dhcp::Settings;
use crate::dhcp::failover::{Role, State};
use crate::scenario::{File, Scenario};
use crate::wire::frame::{self, Payload, Transport};
use crate::wire::summary::summary;

/// Two partners with a client each, and what happens to them.
fn pair(commands: &str, more: &str) -> Scenario {
    let server = |role: &str, own: u8, partner: u8| {
        format!(
            r#"{{ "id": "server{own}", "kind": "server", "address": "10.0.0.{own}/24", "server": {{
            "pools": ["10.0.0.10-10.0.0.19"], "lease": "10m", "ping": "never",
            "failover": {{ "role": "{role}", "partner": "10.0.0.{partner}", "mclt": "1m", "max_response_delay": "15s"{more} }} }} }}"#
        )
    };
    let text = format!(
        r#"{{ "version": 1, "name": "pair", "until": "2h", "nodes": [
            {{ "id": "sw1", "kind": "switch" }}, {{ "id": "sw2", "kind": "switch" }},
            {}, {},
            {{ "id": "pc1", "kind": "client" }}, {{ "id": "pc2", "kind": "client" }} ],
          "links": [
            {{ "between": ["sw1", "sw2"], "latency": "100us" }},
            {{ "between": ["server1", "sw1"], "latency": "100us" }},
            {{ "between": ["server2", "sw2"], "latency": "100us" }},
            {{ "between": ["pc1", "sw1"], "latency": "100us" }},
            {{ "between": ["pc2", "sw2"], "latency": "100us" }} ],
          "commands": [{commands}] }}"#,
        server("primary", 1, 2),
        server("secondary", 2, 1)
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn states(recording: &Recording) -> [State; 2] {
    ["server1", "server2"].map(|name| {
        let id = recording.scenario().find(name).unwrap();
        let server = recording.world().node(id).server().unwrap();
        server.endpoint().unwrap().state()
    })
}

/// Who may use which address at this moment, by what the clients believe.
fn in_use(recording: &Recording) -> Vec<std::net::Ipv4Addr> {
    let mut used: Vec<_> = ["pc1", "pc2"]
        .iter()
        .filter_map(|name| {
            let id = recording.scenario().find(name).unwrap();
            Some(recording.world().node(id).host()?.interface()?.address)
        })
        .collect();
    used.sort();
    used
}

/// Both servers' records of the addresses, whose and what for.
fn records(recording: &Recording) -> [Vec<String>; 2] {
    ["server1", "server2"].map(|name| {
        let id = recording.scenario().find(name).unwrap();
        let server = recording.world().node(id).server().unwrap();
        let leases = &server.endpoint().unwrap().store().unwrap().leases;
        let line =
            |(address, lease): (&std::net::Ipv4Addr, &crate::dhcp::failover::store::Lease)| {
                let whose = lease
                    .client
                    .as_ref()
                    .map(|client| client.hardware.address.clone());
                format!("{address} {} {whose:?}", lease.status.name())
            };
        leases.iter().map(line).collect()
    })
}

fn start(scenario: Scenario) -> Recording {
    Recording::new(std::rc::Rc::new(scenario))
}

#[test]
fn both_get_to_normal_share_the_pool_and_know_each_others_leases() {
    let mut recording = start(pair("", ""));
    recording.seek(at(60));
    assert_eq!(states(&recording), [State::Normal; 2]);
    assert_eq!(in_use(&recording).len(), 2);
    let [one, two] = records(&recording);
    assert_eq!(one, two);
    assert_eq!(one.iter().filter(|line| line.contains("ACTIVE")).count(), 2);
    assert_eq!(
        one.iter().filter(|line| line.contains("BACKUP")).count(),
        5,
        "{one:?}"
    );
}

#[test]
fn f09_with_load_balance_each_discover_has_one_answer_and_the_other_server_says_why_not() {
    let scenario = pair("", "");
    let (_, journal) = run(&scenario);
    let lines = lines(&scenario, &journal);
    let count = |part: &str| lines.iter().filter(|line| line.text.contains(part)).count();
    let discovers = count("sends DISCOVER");
    assert_eq!(discovers, 2);
    assert_eq!(count("sends OFFER"), discovers);
    assert_eq!(count(r#""why":"partners-client""#), discovers);
}

#[test]
fn cut_apart_both_serve_their_own_side_and_agree_again_when_healed() {
    let cut = r#"
        { "at": "5m", "do": "unplug", "link": ["sw1", "sw2"] },
        { "at": "6m", "do": "release", "node": "pc1" },
        { "at": "7m", "do": "start", "node": "pc1" },
        { "at": "30m", "do": "plug", "link": ["sw1", "sw2"] }"#;
    let mut recording = start(pair(cut, ""));
    recording.seek(at(1_700));
    assert_eq!(states(&recording), [State::CommunicationsInterrupted; 2]);
    let used = in_use(&recording);
    assert_eq!(used.len(), 2);
    assert_ne!(used[0], used[1]);
    recording.seek(at(3_600));
    assert_eq!(states(&recording), [State::Normal; 2]);
    let [one, two] = records(&recording);
    assert_eq!(one, two);
}

#[test]
fn f15_a_server_that_crashes_comes_back_with_what_it_knew() {
    let crash = r#"
        { "at": "5m", "do": "power-off", "node": "server1" },
        { "at": "20m", "do": "power-on", "node": "server1" }"#;
    let mut recording = start(pair(crash, ""));
    recording.seek(at(1_190));
    assert_eq!(states(&recording)[1], State::CommunicationsInterrupted);
    recording.seek(at(1_300));
    assert_eq!(states(&recording), [State::Normal; 2]);
    recording.seek(at(3_000));
    let [one, two] = records(&recording);
    assert_eq!(one, two);
    assert_eq!(in_use(&recording).len(), 2);
}

#[test]
fn f13_a_lost_disk_is_learnt_again_from_the_partner_and_serves_no_one_before_the_mclt() {
    let lost = r#"
        { "at": "5m", "do": "power-off", "node": "server1" },
        { "at": "6m", "do": "partner-down", "node": "server2" },
        { "at": "7m", "do": "lose-disk", "node": "server1" },
        { "at": "20m", "do": "power-on", "node": "server1" }"#;
    let mut recording = start(pair(lost, ""));
    recording.seek(at(430));
    assert_eq!(states(&recording), [State::Paused, State::PartnerDown]);
    assert_eq!(records_of(&recording, "server1"), 0);
    recording.seek(at(1_205));
    assert_eq!(states(&recording), [State::RecoverWait, State::PartnerDown]);
    recording.seek(at(1_300));
    assert_eq!(states(&recording), [State::Normal; 2]);
    let [one, two] = records(&recording);
    assert_eq!(one, two);
}

fn records_of(recording: &Recording, name: &str) -> usize {
    let id = recording.scenario().find(name).unwrap();
    recording
        .world()
        .node(id)
        .server()
        .unwrap()
        .bindings()
        .count()
}

#[test]
fn f04_a_server_that_is_shut_down_lets_its_partner_take_over_and_says_why_it_is_silent() {
    let shut = r#"{ "at": "5m", "do": "shut-down", "node": "server1" }"#;
    let scenario = pair(shut, "");
    let (_, journal) = run(&scenario);
    let mut recording = start(scenario.clone());
    recording.seek(at(310));
    assert_eq!(states(&recording), [State::Shutdown, State::PartnerDown]);
    recording.seek(at(7_000));
    assert_eq!(in_use(&recording).len(), 2);
    let silent = lines(&scenario, &journal)
        .iter()
        .any(|line| line.node == "server1" && line.text.contains(r#""why":"failover-state""#));
    assert!(silent);
}

#[test]
fn what_failover_does_is_the_same_after_going_back() {
    let cut = r#"{ "at": "5m", "do": "unplug", "link": ["sw1", "sw2"] },
                 { "at": "9m", "do": "plug", "link": ["sw1", "sw2"] }"#;
    let mut recording = start(pair(cut, ""));
    recording.seek(at(1_200));
    let picture_then = picture(recording.world());
    recording.seek(at(290));
    recording.seek(at(1_200));
    assert_eq!(picture(recording.world()), picture_then);
}

#[test]
fn settings_that_do_not_fit_each_other_are_told_by_their_place() {
    let good = pair("", "").file().clone();
    let problem = |change: &dyn Fn(&mut File)| {
        let mut file = good.clone();
        change(&mut file);
        Scenario::new(file).unwrap_err().to_string()
    };
    let change =
        |file: &mut File, node: usize, change: &dyn Fn(&mut crate::dhcp::server::Failover)| {
            let server = file.nodes[node].server.as_mut().unwrap();
            change(server.failover.as_mut().unwrap());
        };
    let cases = [
        problem(&|file| change(file, 2, &|own| own.partner = [10, 0, 0, 9].into())),
        problem(&|file| change(file, 2, &|own| own.partner = [10, 0, 0, 1].into())),
        problem(&|file| file.nodes[3].server.as_mut().unwrap().failover = None),
        problem(&|file| {
            change(file, 3, &|own| own.role = Role::Primary);
        }),
        problem(&|file| file.nodes[3].server.as_mut().unwrap().pools.clear()),
        problem(&|file| change(file, 2, &|own| own.mclt = crate::time::Duration::ZERO)),
        problem(&|file| change(file, 2, &|own| own.split = 257)),
        problem(&|file| change(file, 3, &|own| own.relationship = "other".to_owned())),
        problem(&|file| change(file, 2, &|own| own.relationship.clear())),
        problem(&|file| change(file, 2, &|own| own.port = 847)),
        problem(&|file| change(file, 2, &|own| own.partner_port = 847)),
        problem(&|file| change(file, 3, &|own| own.port = 0)),
        problem(&|file| change(file, 3, &|own| own.partner_port = 0)),
    ];
    insta::assert_snapshot!(cases.join("\n"));
    let verb = |(verb, node): (&str, &str)| {
        let text = good.to_json();
        let text = text.trim_end().trim_end_matches('}');
        let command =
            format!(r#", "commands": [{{ "at": "1s", "do": "{verb}", "node": "{node}" }}] }}"#);
        Scenario::parse(&format!("{text}{command}"))
            .unwrap_err()
            .to_string()
    };
    let verbs = [
        ("partner-down", "pc1"),
        ("shut-down", "pc1"),
        ("lose-disk", "sw1"),
    ]
    .map(verb);
    insta::assert_snapshot!(verbs.join("\n"), @r"
    commands[0].node: 'pc1' is not a server with a failover partner
    commands[0].node: 'pc1' is not a server with a failover partner
    commands[0].node: 'sw1' is not a client or a server
    ");
}

#[test]
fn what_both_have_in_common_does_not_change_for_one() {
    let scenario = pair("", "");
    let id = scenario.find("server1").unwrap();
    let now = Settings::Server(scenario.node(id).server.clone().unwrap());
    let told = |patch: serde_json::Value| {
        scenario
            .configure(id, &now, &patch)
            .map_err(|problem| problem.to_string())
    };
    for (patch, path) in [
        (
            serde_json::json!({ "failover": { "relationship": "other" } }),
            "server.failover.relationship:",
        ),
        (
            serde_json::json!({ "pools": ["10.0.0.10-10.0.0.12"] }),
            "server.pools:",
        ),
        (serde_json::json!({ "failover": null }), "server.failover:"),
        (
            serde_json::json!({ "failover": { "port": 847 } }),
            "server.failover.port:",
        ),
        (
            serde_json::json!({ "failover": { "partner_port": 847 } }),
            "server.failover.partner_port:",
        ),
        (
            serde_json::json!({ "failover": { "role": "secondary" } }),
            "server.failover.role:",
        ),
    ] {
        let problem = told(patch).unwrap_err();
        assert!(problem.starts_with(path), "{problem}");
    }
    assert!(told(serde_json::json!({ "failover": { "safe_period": "5m" } })).is_ok());
    assert!(told(serde_json::json!({ "lease": "20m" })).is_ok());
}

/// The one way to break the promise: PARTNER-DOWN while the partner works.
#[test]
fn f14_two_operators_who_are_wrong_give_one_address_to_two_clients_until_the_servers_talk_again() {
    let wrong = r#"
        { "at": "0s", "do": "power-off", "node": "pc1" },
        { "at": "0s", "do": "power-off", "node": "pc2" },
        { "at": "5m", "do": "unplug", "link": ["sw1", "sw2"] },
        { "at": "6m", "do": "partner-down", "node": "server1" },
        { "at": "6m", "do": "partner-down", "node": "server2" },
        { "at": "8m", "do": "power-on", "node": "pc1" },
        { "at": "8m", "do": "power-on", "node": "pc2" },
        { "at": "15m", "do": "plug", "link": ["sw1", "sw2"] }"#;
    let mut recording = start(pair(wrong, ""));
    recording.seek(at(600));
    assert_eq!(states(&recording), [State::PartnerDown; 2]);
    let both = [std::net::Ipv4Addr::new(10, 0, 0, 10); 2];
    assert_eq!(in_use(&recording), both);
    recording.seek(at(1_800));
    assert_eq!(states(&recording), [State::Normal; 2]);
    let used = in_use(&recording);
    assert_eq!(used.len(), 2);
    assert_ne!(used[0], used[1]);
    let [one, two] = records(&recording);
    assert_eq!(one, two);
}

#[test]
fn f17_what_a_server_says_over_the_wire_is_by_its_own_clock() {
    // Each message of failover bears the sender's time: seconds since 1970 by its clock.
    let times = |command: &str| {
        let (_, journal) = run(&pair(command, ""));
        let server = pair("", "").find("server1");
        let mut said = Vec::new();
        for (id, entry) in journal.from(0) {
            let What::Sent { origin, frame, .. } = &entry.what else {
                continue;
            };
            if *origin != id || entry.node != server || entry.at > at(300) {
                continue;
            }
            if let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes())
                && let Transport::Tcp(tcp) = ip.transport
                && tcp.payload.len() > 8
            {
                let time: [u8; 4] = tcp.payload[4..8].try_into().unwrap();
                said.push((entry.at.as_micros() / 1_000_000, u32::from_be_bytes(time)));
            }
        }
        said
    };
    let right = times("");
    let wrong =
        times(r#"{ "at": "0s", "do": "clock", "node": "server1", "offset": "-5m", "for": "2m" }"#);
    assert!(right.len() > 20 && wrong.len() > 20);
    let base = right[0].1 - u32::try_from(right[0].0).unwrap();
    let ahead = |said: &[(u64, u32)]| -> Vec<(u64, i64)> {
        let said = said.iter();
        said.map(|(at, time)| {
            (
                *at,
                i64::from(*time) - i64::from(base) - i64::try_from(*at).unwrap(),
            )
        })
        .collect()
    };
    assert!(ahead(&right).iter().all(|(_, ahead)| *ahead == 0));
    for (at, ahead) in ahead(&wrong) {
        assert_eq!(ahead, if at < 120 { -300 } else { 0 }, "at {at} s");
    }
}

/// One server's clock is an hour slow, the other's is set two hours on while they work; what they tell
/// each other of times of day is understood.
#[test]
fn f17_servers_whose_clocks_are_wrong_agree_all_the_same() {
    let clocks = r#"
        { "at": "0s", "do": "clock", "node": "server1", "offset": "-1h" },
        { "at": "5m", "do": "clock", "node": "server2", "offset": "2h" },
        { "at": "8m", "do": "power-off", "node": "server2" },
        { "at": "9m", "do": "power-on", "node": "server2" }"#;
    let mut recording = start(pair(clocks, ""));
    recording.seek(at(900));
    assert_eq!(states(&recording), [State::Normal; 2]);
    let ahead = ["server1", "server2"].map(|name| {
        let id = recording.scenario().find(name).unwrap();
        recording.world().node(id).host().unwrap().clock()
    });
    assert_eq!(ahead, [-3_600, 7_200], "a clock goes on without power");
    let ends = ["server1", "server2"].map(|name| {
        let id = recording.scenario().find(name).unwrap();
        let endpoint = recording
            .world()
            .node(id)
            .server()
            .unwrap()
            .endpoint()
            .unwrap();
        let leases = endpoint.store().unwrap().leases.iter();
        let ends =
            leases.map(|(address, lease)| (*address, lease.times.expires.as_micros() / 1_000_000));
        ends.collect::<Vec<_>>()
    });
    assert_eq!(ends[0], ends[1]);
    let [one, two] = records(&recording);
    assert_eq!(one, two);
    assert_eq!(in_use(&recording).len(), 2);
}

#[test]
fn what_the_partners_call_their_relationship_is_in_every_connect() {
    use crate::wire::failover::{Body, decode};
    let scenario = pair("", r#", "relationship": "dos-servidores""#);
    let (_, journal) = run(&scenario);
    let names: Vec<Vec<u8>> = journal
        .from(0)
        .filter_map(|(id, entry)| match &entry.what {
            What::Sent { origin, frame, .. } if *origin == id => Some(frame),
            _ => None,
        })
        .filter_map(|frame| {
            let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
                return None;
            };
            let Transport::Tcp(tcp) = ip.transport else {
                return None;
            };
            match decode(tcp.payload).ok()?.body {
                Body::Connect(connect) => Some(connect.relationship),
                _ => None,
            }
        })
        .collect();
    assert!(!names.is_empty());
    assert!(names.iter().all(|name| name == b"dos-servidores"));
}

/// Draft section 8.2: both listen, and both connect.
#[test]
fn each_connects_to_the_port_on_which_the_other_listens() {
    // The primary's port, and the secondary's.
    for ports in [[647, 647], [847, 647], [647, 847], [1_047, 50_000]] {
        let mut file = pair("", "").file().clone();
        for (own, node) in [(0, 2), (1, 3)] {
            let server = file.nodes[node].server.as_mut().unwrap();
            let failover = server.failover.as_mut().unwrap();
            failover.port = ports[own];
            failover.partner_port = ports[1 - own];
        }
        let scenario = Scenario::new(file).unwrap();
        assert_eq!(
            Scenario::parse(&scenario.file().to_json()),
            Ok(scenario.clone())
        );
        let mut recording = start(scenario.clone());
        recording.seek(at(600));
        assert_eq!(states(&recording), [State::Normal; 2], "{ports:?}");
        assert_eq!(in_use(&recording).len(), 2);
        let [one, two] = records(&recording);
        assert_eq!(one, two, "{ports:?}");
        let mut asked: Vec<(&str, u16)> = Vec::new();
        let mut labels = Vec::new();
        for (id, entry) in recording.journal().from(0) {
            let What::Sent { origin, frame, .. } = &entry.what else {
                continue;
            };
            labels.push(summary(frame.bytes()).label());
            if *origin == id
                && let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes())
                && let Transport::Tcp(tcp) = ip.transport
                && tcp.flags.opens()
            {
                let node = entry.node.map(|node| scenario.node(node).id.as_str());
                asked.push((node.unwrap(), tcp.destination));
            }
        }
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked, [("server1", ports[1]), ("server2", ports[0])]);
        for label in ["CONNECT", "CONNECTACK", "STATE", "BNDUPD", "BNDACK"] {
            assert!(labels.contains(&label), "{ports:?}: no {label}");
        }
        assert!(!labels.contains(&"TCP data"), "{ports:?}");
    }
}
