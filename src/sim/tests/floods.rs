//! A frame that a switch passes on over many links is written down once, and delivered to those who
//! have a use for it. Nothing else is different from passing it on port by port.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::*;
use super::build::*;
use crate::scenario::{Fate, Faults, Meddle, Partition, Scenario, Which};
use crate::time::{Duration, Instant};
use crate::wire::frame::Frame;

/// Two switches with a router between them, clients and a server at the first; the cables' latency
/// in milliseconds, one a node.
fn scenario(latencies: &[u64], seed: u64, link_local: bool) -> Rc<Scenario> {
    let clients = latencies.len();
    let mut nodes = vec![
        r#"{ "id": "sw", "kind": "switch" }, { "id": "other", "kind": "switch" },
           { "id": "srv", "kind": "server", "address": "10.0.0.1/16", "server": { "pools": ["10.0.1.0-10.0.1.5"],
              "lease": "40s", "ping_wait": "200ms", "quarantine": "30s", "authoritative": true } },
           { "id": "gate", "kind": "router", "interfaces": [ { "link": "sw", "address": "10.0.0.2/16" },
              { "link": "other", "address": "10.1.0.1/16" } ], "relay": { "servers": ["10.0.0.1"] } }"#
            .to_owned(),
    ];
    let mut links = vec![
        r#"{ "between": ["srv", "sw"], "latency": "20ms" }, { "between": ["gate", "sw"], "latency": "20ms" },
           { "between": ["gate", "other"], "latency": "20ms" }"#
            .to_owned(),
    ];
    for (number, latency) in latencies.iter().enumerate() {
        nodes.push(format!(
            r#"{{ "id": "pc{number}", "kind": "client", "client": {{ "start_delay": false, "broadcast_flag": {}, "link_local": {link_local} }} }}"#,
            number % 2 == 0
        ));
        links.push(format!(
            r#"{{ "between": ["pc{number}", "sw"], "latency": "{latency}ms" }}"#
        ));
    }
    let text = format!(
        r#"{{ "version": 1, "name": "floods", "seed": {seed}, "until": "3m", "nodes": [{}], "links": [{}] }}"#,
        nodes.join(","),
        links.join(",")
    );
    assert!(clients > 0);
    Rc::new(Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}")))
}

/// What happened at each instant, in any order: who did what with which frame, copies one by one.
fn told(journal: &Journal) -> Vec<(Instant, Option<NodeId>, String)> {
    let since = |origin: EventId| journal.get(origin).map(|entry| (entry.at, entry.node));
    let mut told = Vec::new();
    for (id, entry) in journal.from(0) {
        let mut add = |text| told.push((entry.at, entry.node, text));
        let sent = |link, to, arrives, origin, frame: &Frame| {
            let from = since(origin);
            let own = origin == id;
            format!(
                "sent {link:?} {to:?} {arrives} {own} {from:?} {:?}",
                frame.bytes()
            )
        };
        match &entry.what {
            What::Sent {
                origin,
                link,
                to,
                arrives,
                frame,
            } => {
                add(sent(*link, *to, *arrives, *origin, frame));
            }
            What::Flooded {
                origin,
                over,
                arrives,
                frame,
            } => {
                assert!(over.iter().count() > 1, "one link is no flood");
                for (link, to) in over.iter() {
                    add(sent(link, to, *arrives, *origin, frame));
                }
            }
            What::Received { origin, frame } => {
                add(format!("received {:?} {:?}", since(*origin), frame.bytes()));
            }
            What::Dropped {
                origin,
                reason,
                frame,
            } => {
                add(format!(
                    "dropped {:?} {reason:?} {:?}",
                    since(*origin),
                    frame.bytes()
                ));
            }
            what => add(format!("{what:?}")),
        }
    }
    told.sort();
    told
}

fn is_flood(entry: &Entry) -> bool {
    matches!(entry.what, What::Flooded { .. })
}

fn a_command(nodes: u32, links: u32) -> impl Strategy<Value = Command> {
    let node = (0..nodes).prop_map(NodeId);
    let link = (0..links).prop_map(LinkId);
    let faults = (0_u32..3).prop_map(|kind| Faults {
        loss: if kind == 0 { 300_000 } else { 0 },
        duplicate: if kind == 1 { 300_000 } else { 0 },
        ..Faults::default()
    });
    prop_oneof![
        1 => node.clone().prop_map(Command::PowerOn),
        1 => node.clone().prop_map(Command::PowerOff),
        1 => node.clone().prop_map(Command::Crash),
        1 => node.clone().prop_map(Command::Restart),
        1 => (node.clone(), node).prop_map(|(one, other)| {
            let groups = Partition::new(&[one], &[other]).map(Rc::new);
            groups.map_or(Command::Heal(None), Command::Partition)
        }),
        1 => (link.clone(), 1_u64..60).prop_map(|(link, millis)| {
            Command::Latency(link, Duration::from_millis(millis))
        }),
        3 => (link.clone(), any::<bool>(), any::<bool>(), any::<bool>(), 1_u32..4).prop_map(
            |(link, drops, end, next, number)| Command::Meddle(Meddle {
                fate: if drops { Fate::Drop } else { Fate::Corrupt },
                link,
                // One of its ends: see below.
                from: NodeId(u32::from(end)),
                which: if next { Which::Next(number) } else { Which::OnTheWay(number) },
            }),
        ),
        1 => link.clone().prop_map(Command::Unplug),
        4 => link.clone().prop_map(Command::Plug),
        1 => (link, faults).prop_map(|(link, faults)| Command::Faults(link, faults)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_flood_is_what_port_by_port_is(
        latencies in prop::collection::vec(prop::sample::select(vec![20_u64, 20, 20, 35]), 1..7),
        seed in any::<u64>(),
        link_local in any::<bool>(),
        moves in prop::collection::vec((0_u64..150_000, a_command(5, 8)), 0..25),
    ) {
        let scenario = scenario(&latencies, seed, link_local);
        let (nodes, cables) = (scenario.nodes().count(), scenario.cables().count());
        let mut commands: Vec<Timed> = moves
            .into_iter()
            .filter(|(_, command)| {
                command.node().is_none_or(|node| node.index() < nodes)
                    && command.link().is_none_or(|link| link.index() < cables)
                    && match command {
                        Command::Partition(parts) => {
                            parts.groups().iter().flatten().all(|node| node.index() < nodes)
                        }
                        _ => true,
                    }
            })
            .map(|(at, command)| match command {
                Command::Meddle(meddle) => {
                    let from = scenario.ends(meddle.link)[meddle.from.index()];
                    (at, Command::Meddle(Meddle { from, ..meddle }))
                }
                command => (at, command),
            })
            .map(|(at, command)| Timed { at: Instant::ZERO + Duration::from_millis(at), command })
            .collect();
        commands.sort_by_key(|timed| timed.at);
        let run = |mut world: World| {
            let mut journal = Journal::default();
            world.run_until(scenario.until(), &commands, &mut journal);
            (world, journal)
        };
        let (world, journal) = run(World::new(&scenario));
        let (plain, one_by_one) = run(World::new(&scenario).port_by_port());
        prop_assert!(!one_by_one.entries().any(is_flood), "they are one by one");
        prop_assert_eq!(told(&journal), told(&one_by_one));
        for ((_, node), (_, other)) in world.nodes().zip(plain.nodes()) {
            prop_assert_eq!(format!("{:?}", node.kind), format!("{:?}", other.kind));
        }
    }
}

/// A hundred clients that come up one after the other, as in the workload.
#[test]
fn among_many_too() {
    let hour = Duration::from_secs(3_600);
    let scenario = Scenario::new(crate::scenario::library::workload(100, hour, hour)).unwrap();
    let run = |mut world: World| {
        let mut journal = Journal::default();
        world.run_until(scenario.until(), scenario.commands(), &mut journal);
        journal
    };
    let (journal, plain) = (
        run(World::new(&scenario)),
        run(World::new(&scenario).port_by_port()),
    );
    assert_eq!(told(&journal), told(&plain));
    let floods = journal
        .entries()
        .filter(|entry| matches!(entry.what, What::Flooded { .. }));
    assert!(floods.count() > 600, "seven for each but the first");
    assert!(
        journal.len() * 2 < plain.len(),
        "{} and {}",
        journal.len(),
        plain.len()
    );
}

/// The cable of one of many is pulled while a broadcast is on all of them.
#[test]
fn a_cable_pulled_while_a_flood_is_under_way_loses_that_copy_only() {
    let scenario = scenario(&[20, 20, 20], 1, false);
    let journal = |commands: &[Timed]| {
        let (mut world, mut journal) = (World::new(&scenario), Journal::default());
        world.run_until(at(1), commands, &mut journal);
        journal
    };
    let flooded = |journal: &Journal| {
        let found = journal.from(0).find_map(|(_, entry)| match &entry.what {
            What::Flooded {
                origin,
                over,
                arrives,
                ..
            } => Some((entry.at, *origin, over.clone(), *arrives)),
            _ => None,
        });
        found.unwrap()
    };
    let (left, origin, over, arrives) = flooded(&journal(&[]));
    let (server, _) = over
        .iter()
        .find(|(_, to)| Some(*to) == scenario.find("srv"))
        .unwrap();
    let pull = Timed {
        at: left + Duration::from_millis(1),
        command: Command::Unplug(server),
    };
    let back = Timed {
        at: left + Duration::from_millis(2),
        command: Command::Plug(server),
    };
    let pulled = journal(&[pull, back]);
    let of_it = pulled.entries().filter_map(|entry| match entry.what {
        What::Dropped {
            origin: of, reason, ..
        } if of == origin => Some((entry.at, entry.node, reason)),
        _ => None,
    });
    let lost = (arrives, scenario.find("srv"), DropReason::CarrierLost);
    assert_eq!(of_it.collect::<Vec<_>>(), [lost]);
    let heard = pulled
        .entries()
        .any(|entry| matches!(entry.what, What::Received { origin: of, .. } if of == origin));
    assert!(heard, "the relay agent hears it");
}
