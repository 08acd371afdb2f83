//! What a person can do to nodes and cables, as it is seen on the wire.

use super::super::*;
use super::build::*;
use crate::dhcp::client::{Client, State};
use crate::net::NetNote;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;
use crate::wire::frame::{Frame, Payload, parse};

pub(super) const PC: NodeId = NodeId(1);
pub(super) const TV: NodeId = NodeId(2);
pub(super) const SRV: NodeId = NodeId(3);
pub(super) const SPARE: NodeId = NodeId(4);
pub(super) const SWITCH: NodeId = NodeId(0);
/// The cables of the client, and of the server.
pub(super) const PC_CABLE: LinkId = LinkId(0);
pub(super) const SRV_CABLE: LinkId = LinkId(2);

/// Two clients, a server and a host without an address on a switch, and another switch.
pub(super) fn lab(commands: &str) -> Scenario {
    let text = format!(
        r#"{{ "version": 1, "name": "lab", "until": "20m", "seed": 3,
            "nodes": [ {{ "id": "sw", "kind": "switch" }},
              {{ "id": "pc", "kind": "client", "client": {{ "start_delay": false }} }},
              {{ "id": "tv", "kind": "client", "on": false, "client": {{ "start_delay": false }} }},
              {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": {{ "pools": ["10.0.0.10-10.0.0.20"], "lease": "10m", "ping": "never" }} }},
              {{ "id": "spare", "kind": "host" }}, {{ "id": "sw2", "kind": "switch" }} ],
            "links": [ {{ "between": ["pc", "sw"], "latency": "1ms" }}, {{ "between": ["tv", "sw"], "latency": "1ms" }},
              {{ "between": ["srv", "sw"], "latency": "1ms" }}, {{ "between": ["spare", "sw"], "latency": "1ms" }} ],
            "commands": [{commands}] }}"#
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

pub(super) fn story(commands: &str) -> (World, Journal) {
    run(&lab(commands))
}

/// DHCP messages that a node sends from an instant on, each with its instant.
pub(super) fn says(journal: &Journal, node: NodeId, from: u64) -> Vec<(Instant, MessageType)> {
    let sent = journal.from(0).filter_map(|(id, entry)| {
        let What::Sent { origin, frame, .. } = &entry.what else {
            return None;
        };
        let own = *origin == id && entry.node == Some(node) && entry.at >= at(from);
        Some((entry.at, dhcp(frame).filter(|_| own)?.kind()?))
    });
    sent.collect()
}

pub(super) fn drops(journal: &Journal) -> Vec<(&Entry, DropReason)> {
    let dropped = journal.entries();
    dropped
        .filter_map(|entry| match entry.what {
            What::Dropped { reason, .. } => Some((entry, reason)),
            _ => None,
        })
        .collect()
}

fn address(world: &World, node: NodeId) -> Option<std::net::Ipv4Addr> {
    world.node(node).client().and_then(Client::address)
}

#[test]
fn a_crash_is_not_noticed_by_a_neighbour_and_what_is_sent_there_ends_there() {
    let commands = r#"{ "at": "30s", "do": "renew", "node": "pc" }, { "at": "1m", "do": "crash", "node": "srv" },
        { "at": "2m", "do": "renew", "node": "pc" }, { "at": "3m", "do": "restart", "node": "srv" },
        { "at": "10m", "do": "release", "node": "pc" }"#;
    let (world, journal) = story(commands);
    let dead = |entry: &&Entry| matches!(entry.what, What::Carrier { .. });
    assert_eq!(journal.entries().filter(dead).count(), 0);
    // The REQUEST goes straight to the server's card, since its address is known.
    let [(lost, DropReason::Crashed)] = drops(&journal)[..] else {
        panic!("one frame: {:?}", drops(&journal));
    };
    assert_eq!(
        (lost.node, lost.at),
        (Some(SRV), at(120) + Duration::from_millis(2))
    );
    let What::Dropped { frame, origin, .. } = &lost.what else {
        unreachable!();
    };
    assert_eq!(dhcp(frame).unwrap().kind(), Some(MessageType::Request));
    assert_eq!(lost.cause, Some(*origin));
    // What was on disk is still there: the next REQUEST, at T1, has its ACK.
    let acks: Vec<_> = says(&journal, SRV, 60);
    assert_eq!(acks.len(), 1, "{acks:?}");
    assert!(
        acks[0].0 > at(180) && acks[0].1 == MessageType::Ack,
        "{acks:?}"
    );
    assert!(world.node(SRV).runs());
}

#[test]
fn a_crashed_server_forgets_its_offers_and_keeps_its_leases() {
    let commands = r#"{ "at": "1m", "do": "crash", "node": "srv" }, { "at": "2m", "do": "restart", "node": "srv" }"#;
    let (world, _) = story(commands);
    let server = world.node(SRV).server().unwrap();
    assert_eq!(server.bindings().count(), 1);
    assert!(address(&world, PC).is_some());
}

#[test]
fn a_switch_that_crashes_passes_nothing_on_and_its_neighbours_keep_their_carrier() {
    let commands = r#"{ "at": "1m", "do": "crash", "node": "sw" }, { "at": "2m", "do": "power-on", "node": "tv" },
        { "at": "4m", "do": "restart", "node": "sw" }"#;
    let (world, journal) = story(commands);
    let lost = drops(&journal);
    assert!(lost.len() >= 3, "{lost:?}");
    for (entry, reason) in lost {
        assert_eq!((entry.node, reason), (Some(SWITCH), DropReason::Crashed));
        assert!(entry.at > at(120) && entry.at < at(240));
    }
    assert!(world.link(PC_CABLE).carrier);
    assert!(address(&world, TV).is_some(), "after the switch is back");
}

#[test]
fn a_client_that_is_restarted_asks_whether_it_may_keep_its_address() {
    let (world, journal) = story(r#"{ "at": "1m", "do": "restart", "node": "pc" }"#);
    let kinds: Vec<_> = says(&journal, PC, 60)
        .into_iter()
        .map(|(_, kind)| kind)
        .collect();
    assert_eq!(kinds[0], MessageType::Request);
    assert!(!kinds.contains(&MessageType::Discover), "{kinds:?}");
    let states: Vec<String> = lines(&lab(""), &journal)
        .into_iter()
        .filter(|line| line.at == at(60) && line.node == "pc")
        .skip(1)
        .map(|line| line.text)
        .collect();
    assert_eq!(states[0], "software false");
    assert!(states.contains(&"software true".to_owned()), "{states:?}");
    assert!(
        states.iter().any(|line| line.contains("REBOOTING")),
        "{states:?}"
    );
    assert!(address(&world, PC).is_some());
}

#[test]
fn a_client_without_its_disk_starts_from_nothing() {
    let commands = r#"{ "at": "1m", "do": "power-off", "node": "pc" }, { "at": "2m", "do": "lose-disk", "node": "pc" },
        { "at": "3m", "do": "power-on", "node": "pc" }"#;
    let (_, journal) = story(commands);
    assert_eq!(says(&journal, PC, 60)[0].1, MessageType::Discover);
    // The disk of what runs stays.
    let (_, journal) = story(
        r#"{ "at": "1m", "do": "lose-disk", "node": "pc" }, { "at": "2m", "do": "restart", "node": "pc" }"#,
    );
    assert_eq!(says(&journal, PC, 60)[0].1, MessageType::Request);
    // That of what has crashed does not.
    let (_, journal) = story(
        r#"{ "at": "1m", "do": "crash", "node": "pc" }, { "at": "2m", "do": "lose-disk", "node": "pc" },
        { "at": "3m", "do": "restart", "node": "pc" }"#,
    );
    assert_eq!(says(&journal, PC, 60)[0].1, MessageType::Discover);
}

#[test]
fn power_brings_software_that_runs() {
    let commands = r#"{ "at": "1m", "do": "crash", "node": "pc" }, { "at": "2m", "do": "power-on", "node": "pc" },
        { "at": "3m", "do": "renew", "node": "pc" }, { "at": "4m", "do": "power-off", "node": "pc" },
        { "at": "5m", "do": "power-on", "node": "pc" }"#;
    let (world, journal) = story(commands);
    let first = says(&journal, PC, 60)[0];
    assert_eq!(first, (at(300), MessageType::Request), "and nothing before");
    assert!(world.node(PC).runs());
}

#[test]
fn a_cable_takes_as_long_as_it_is_told_to() {
    let (_, journal) = story(
        r#"{ "at": "1m", "do": "latency", "link": ["srv", "sw"], "latency": "250ms" }, { "at": "1m", "do": "renew", "node": "pc" }"#,
    );
    let arrives = |link: LinkId| {
        let mut sent = journal.entries().filter(|entry| entry.at >= at(60));
        let took = sent.find_map(|entry| match entry.what {
            What::Sent {
                link: own, arrives, ..
            } if own == link => Some(arrives.since(entry.at)),
            _ => None,
        });
        took.unwrap()
    };
    assert_eq!(arrives(SRV_CABLE), Duration::from_millis(250));
    assert_eq!(arrives(PC_CABLE), Duration::from_millis(1));
}

#[test]
fn a_partition_drops_unicast_and_broadcast_between_its_sides_only() {
    let commands = r#"{ "at": "30s", "do": "renew", "node": "pc" }, { "at": "1m", "do": "partition", "groups": [["pc", "spare"], ["srv"]] }, { "at": "2m", "do": "renew", "node": "pc" },
        { "at": "3m", "do": "power-on", "node": "tv" }, { "at": "15m", "do": "heal", "groups": [["srv"], ["spare", "pc"]] }"#;
    let (world, journal) = story(commands);
    let lost = drops(&journal);
    for (entry, reason) in &lost {
        assert_eq!((entry.node, *reason), (Some(SRV), DropReason::Partition));
        assert!(entry.at > at(120) && entry.at < at(900), "{entry:?}");
    }
    let cast = |wanted: bool| {
        let group = |frame: &Frame| frame.destination().is_group();
        let lost = lost.iter();
        lost.filter(|(entry, _)| matches!(&entry.what, What::Dropped { frame, .. } if group(frame) == wanted))
            .count()
    };
    assert!(cast(false) > 0, "its REQUESTs to the server alone");
    assert!(cast(true) > 0, "its REQUESTs and DISCOVERs to everyone");
    let down = |entry: &&Entry| matches!(entry.what, What::Carrier { up: false, .. });
    assert_eq!(journal.entries().filter(down).count(), 0);
    let theirs = says(&journal, TV, 180);
    assert_eq!(theirs[0].1, MessageType::Discover);
    assert!(
        address(&world, TV).is_some(),
        "who is in no group hears all"
    );
    assert!(address(&world, PC).is_some(), "it is healed");
    assert!(world.partitions().next().is_none());
}

#[test]
fn every_partition_is_healed_at_once() {
    let commands = r#"{ "at": "0s", "do": "partition", "groups": [["pc"], ["srv"]] }, { "at": "1s", "do": "partition", "groups": [["pc"], ["tv"]] },
        { "at": "5m", "do": "heal" }"#;
    let scenario = lab(commands);
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(at(200), scenario.commands(), &mut journal);
    assert_eq!(world.partitions().count(), 2);
    assert_eq!(address(&world, PC), None);
    world.run_until(at(600), scenario.commands(), &mut journal);
    assert_eq!(world.partitions().count(), 0);
    assert!(address(&world, PC).is_some());
}

#[test]
fn a_stranger_takes_an_address_and_says_so_to_everyone() {
    let commands = r#"{ "at": "1m", "do": "take", "node": "spare", "address": "10.0.0.10/24" }, { "at": "10m", "do": "leave", "node": "spare" }"#;
    let (world, journal) = story(commands);
    let mut from_spare = journal.from(0).filter_map(|(id, entry)| match &entry.what {
        What::Sent { origin, frame, .. } if *origin == id && entry.node == Some(SPARE) => {
            Some((entry.at, parse(frame.bytes()).unwrap()))
        }
        _ => None,
    });
    let Some((first, Payload::Arp(arp))) = from_spare.next() else {
        panic!("an announcement");
    };
    assert_eq!(
        (first, arp.spa, arp.tpa),
        (at(60), arp.tpa, [10, 0, 0, 10].into())
    );
    let conflict = |entry: &&Entry| {
        entry.node == Some(PC)
            && matches!(&entry.what, What::Dhcp(note) if format!("{note:?}").contains("Defended"))
    };
    let defended = journal.entries().find(conflict);
    assert!(
        defended.is_some(),
        "the client had it first (RFC 5227 section 2.4)"
    );
    let gone = |entry: &&Entry| {
        entry.at == at(600) && matches!(entry.what, What::Net(NetNote::Deconfigured { .. }))
    };
    assert_eq!(journal.entries().filter(gone).count(), 1);
    assert_eq!(world.node(SPARE).host().unwrap().interface(), None);
}

#[test]
fn an_address_that_is_taken_while_the_host_is_off_comes_with_its_power() {
    let commands = r#"{ "at": "1s", "do": "power-off", "node": "spare" }, { "at": "2s", "do": "take", "node": "spare", "address": "10.0.0.11/24" },
        { "at": "1m", "do": "power-on", "node": "spare" }, { "at": "2m", "do": "power-on", "node": "tv" }"#;
    let (world, journal) = story(commands);
    let configured = |entry: &&Entry| {
        entry.node == Some(SPARE) && matches!(entry.what, What::Net(NetNote::Configured { .. }))
    };
    let configured: Vec<_> = journal.entries().filter(configured).collect();
    assert_eq!(
        configured.iter().map(|entry| entry.at).collect::<Vec<_>>(),
        [at(60)]
    );
    let declined = says(&journal, TV, 120);
    assert!(
        declined
            .iter()
            .any(|(_, kind)| *kind == MessageType::Decline),
        "{declined:?}"
    );
    assert_eq!(address(&world, TV), Some([10, 0, 0, 12].into()));
}

#[test]
fn settings_that_change_while_a_server_is_off_hold_from_its_next_start() {
    let commands = r#"{ "at": "1m", "do": "power-off", "node": "srv" }, { "at": "2m", "do": "configure", "node": "srv", "server": { "lease": "4m" } },
        { "at": "3m", "do": "power-on", "node": "srv" }"#;
    let (world, journal) = story(commands);
    let asleep = |entry: &&Entry| {
        entry.node == Some(SRV)
            && entry.at > at(60)
            && entry.at < at(180)
            && !matches!(entry.what, What::Command(_))
    };
    assert_eq!(journal.entries().filter(asleep).count(), 0);
    assert!(address(&world, PC).is_some());
    let state = world.node(PC).client().unwrap().state();
    assert!(matches!(state, State::Bound | State::Renewing), "{state:?}");
    let lease = world.node(PC).client().unwrap().lease().unwrap();
    assert_eq!(
        lease.t2.since(lease.t1),
        Duration::from_secs(90),
        "of 4 minutes"
    );
}

/// Of what nothing comes, and why; all the rest of the run is as it was.
#[test]
fn a_command_of_which_nothing_comes_says_so_and_changes_nothing() {
    let vain = [
        ("20s", r#""do": "lose-disk", "node": "srv""#, Vain::Runs),
        ("21s", r#""do": "heal""#, Vain::AsItWas),
        (
            "22s",
            r#""do": "heal", "groups": [["pc"], ["srv"]]"#,
            Vain::AsItWas,
        ),
        ("23s", r#""do": "power-on", "node": "pc""#, Vain::AsItWas),
        ("24s", r#""do": "power-off", "node": "tv""#, Vain::AsItWas),
        ("25s", r#""do": "start", "node": "tv""#, Vain::Stopped),
        ("26s", r#""do": "crash", "node": "tv""#, Vain::Stopped),
        ("27s", r#""do": "restart", "node": "tv""#, Vain::Stopped),
        (
            "28s",
            r#""do": "plug", "link": ["pc", "sw"]"#,
            Vain::AsItWas,
        ),
        (
            "29s",
            r#""do": "drop", "link": ["pc", "sw"], "from": "pc", "frame": 1"#,
            Vain::NoFrame,
        ),
    ];
    let commands = vain.map(|(at, what, _)| format!(r#"{{ "at": "{at}", {what} }}"#));
    let (world, journal) = story(&commands.join(","));
    let mut reasons = Vec::new();
    for (id, entry) in journal.from(0) {
        if let What::InVain(why) = entry.what {
            assert_eq!(entry.cause, Some(EventId(id.0 - 1)));
            let before = journal.get(EventId(id.0 - 1)).unwrap();
            assert!(matches!(before.what, What::Command(_)));
            assert_eq!(before.node, entry.node);
            reasons.push(why);
        }
    }
    assert_eq!(reasons, vain.map(|(.., why)| why));
    let (alone, without) = story("");
    assert_eq!(journal.len(), without.len() + 2 * vain.len());
    for (id, node) in world.nodes() {
        assert_eq!(node.host(), alone.node(id).host());
    }
}

#[test]
fn a_partition_that_is_there_and_one_that_is_healed_are_each_told_once() {
    let commands = r#"{ "at": "1m", "do": "partition", "groups": [["pc"], ["srv"]] },
        { "at": "2m", "do": "partition", "groups": [["srv"], ["pc"]], "for": "1m" },
        { "at": "4m", "do": "heal", "groups": [["pc"], ["srv"]] },
        { "at": "5m", "do": "heal" }"#;
    let (world, journal) = story(commands);
    let vain = journal
        .entries()
        .filter_map(|entry| matches!(entry.what, What::InVain(_)).then_some(entry.at));
    // Its time is over too, and it goes on as before.
    assert_eq!(vain.collect::<Vec<_>>(), [at(120), at(180), at(300)]);
    assert_eq!(world.partitions().count(), 0);
}
