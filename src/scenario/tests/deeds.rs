//! Commands that break things, and what may not be asked for.

use std::rc::Rc;

use super::errors::assert_broken_in;
use super::*;
use crate::time::Duration;

const LAB: &str = r#"{
  "version": 1, "name": "deeds", "until": "1h",
  "nodes": [
    { "id": "pc", "kind": "client" }, { "id": "here", "kind": "switch" }, { "id": "there", "kind": "switch" },
    { "id": "srv", "kind": "server", "address": "192.0.2.1/24" }, { "id": "spare", "kind": "host" }
  ],
  "links": [
    { "between": ["pc", "here"], "latency": "3ms", "faults": { "jitter": "4s" } },
    { "between": ["srv", "here"], "latency": "1ms" }, { "between": ["here", "spare"], "latency": "1ms" }
  ],
  "commands": [
    { "at": "0s", "do": "crash", "node": "srv", "for": "3m" },
    { "at": "1s", "do": "restart", "node": "here" },
    { "at": "2s", "do": "lose-disk", "node": "pc" },
    { "at": "3s", "do": "latency", "link": ["here", "pc"], "latency": "2s" },
    { "at": "4s", "do": "partition", "groups": [["srv", "pc"], ["spare"]], "for": "1m" },
    { "at": "5s", "do": "heal", "groups": [["spare"], ["pc", "srv"]] },
    { "at": "6s", "do": "heal" },
    { "at": "7s", "do": "drop", "link": ["srv", "here"], "from": "here", "frame": 2 },
    { "at": "8s", "do": "corrupt", "link": ["srv", "here"], "from": "srv", "next": 3 },
    { "at": "9s", "do": "take", "node": "spare", "address": "192.0.2.9/24" },
    { "at": "10s", "do": "leave", "node": "spare" },
    { "at": "11s", "do": "clock", "node": "srv", "offset": "-1m30s" },
    { "at": "12s", "do": "unplug", "link": ["there", "pc"] },
    { "at": "13s", "do": "faults", "link": ["srv", "here"], "faults": { "loss": 1 }, "for": "1s" }
  ]
}"#;

#[test]
fn every_deed_is_read_as_it_is_meant() {
    let scenario = Scenario::parse(LAB).unwrap();
    let [pc, here, srv, spare] =
        ["pc", "here", "srv", "spare"].map(|id| scenario.find(id).unwrap());
    let parts = Rc::new(Partition::new(&[spare], &[srv, pc]).unwrap());
    let cable = LinkId(1);
    let lossy = Faults {
        loss: 1,
        ..Faults::default()
    };
    let meddle = |fate, from, which| {
        Command::Meddle(Meddle {
            fate,
            link: cable,
            from,
            which,
        })
    };
    let lasting = |command: Command, secs| command.lasting(Duration::from_secs(secs)).unwrap();
    let wanted = [
        lasting(Command::Crash(srv), 180),
        Command::Restart(here),
        Command::LoseDisk(pc),
        Command::Latency(LinkId(0), Duration::from_secs(2)),
        lasting(Command::Partition(Rc::clone(&parts)), 60),
        Command::Heal(Some(parts)),
        Command::Heal(None),
        meddle(Fate::Drop, here, Which::OnTheWay(2)),
        meddle(Fate::Corrupt, srv, Which::Next(3)),
        Command::Take(spare, "192.0.2.9/24".parse().unwrap()),
        Command::Leave(spare),
        Command::Clock(srv, -90),
        Command::Unplug(LinkId(3)),
        lasting(Command::Faults(cable, lossy), 1),
    ];
    let read: Vec<_> = scenario
        .commands()
        .iter()
        .map(|timed| timed.command.clone())
        .collect();
    assert_eq!(read, wanted);
    assert!(scenario.is_spare(LinkId(3)));
    let again = Scenario::parse(&scenario.file().to_json()).unwrap();
    assert_eq!(again, scenario);
}

#[test]
fn what_cannot_be_done_says_where_it_is_and_what_could() {
    let longest = "longer than nothing and at most 3650d";
    assert_broken_in(
        LAB,
        &[
            (
                r#""srv", "for": "3m""#,
                r#""srv", "for": "0s""#,
                "commands[0].for",
                longest,
            ),
            (
                r#""srv", "for": "3m""#,
                r#""srv", "for": "3651d""#,
                "commands[0].for",
                longest,
            ),
            (
                r#""node": "here" }"#,
                r#""node": "here", "for": "1s" }"#,
                "commands[1].for",
                "no such field: it has at, do, node",
            ),
            (
                r#""lose-disk", "node": "pc""#,
                r#""lose-disk", "node": "here""#,
                "commands[2].node",
                "not a client or a server",
            ),
            (
                r#""latency": "2s""#,
                r#""latency": "0s""#,
                "commands[3].latency",
                "at most 10s",
            ),
            (
                r#""latency": "2s""#,
                r#""latency": "11s""#,
                "commands[3].latency",
                "at most 10s",
            ),
            (
                r#", "latency": "2s""#,
                "",
                "commands[3]",
                "how long a frame takes",
            ),
            (
                r#"["srv", "pc"], ["spare"]"#,
                r#"["srv", "pc"], []"#,
                "commands[4].groups[1]",
                "at least one node",
            ),
            (
                r#"["srv", "pc"], ["spare"]"#,
                r#"["srv", "pc"], ["pc"]"#,
                "commands[4].groups[1][0]",
                "named twice",
            ),
            (
                r#"["srv", "pc"], ["spare"]"#,
                r#"["srv", "srv"], ["pc"]"#,
                "commands[4].groups[0][1]",
                "named twice",
            ),
            (
                r#"["srv", "pc"], ["spare"]"#,
                r#"["here"], ["pc"]"#,
                "commands[4].groups[0][0]",
                "is a switch",
            ),
            (
                r#"["srv", "pc"], ["spare"]"#,
                r#"["srv"], ["spcare"]"#,
                "commands[4].groups[1][0]",
                "no node 'spcare'",
            ),
            (
                r#"[["srv", "pc"], ["spare"]]"#,
                r#"[["srv", "pc"]]"#,
                "commands[4].groups",
                "a list of 2",
            ),
            (
                r#""groups": [["srv", "pc"], ["spare"]], "#,
                "",
                "commands[4]",
                "two groups",
            ),
            (
                r#""from": "here""#,
                r#""from": "pc""#,
                "commands[7].from",
                "not at this cable",
            ),
            (
                r#""from": "here", "frame": 2"#,
                r#""frame": 2"#,
                "commands[7]",
                "from which end",
            ),
            (
                r#""frame": 2"#,
                r#""frame": 0"#,
                "commands[7].frame",
                "1 to 100000",
            ),
            (
                r#""frame": 2"#,
                r#""frame": 2, "next": 1"#,
                "commands[7]",
                "either 'frame'",
            ),
            (r#", "frame": 2"#, "", "commands[7]", "must say which frame"),
            (
                r#""next": 3"#,
                r#""next": 100001"#,
                "commands[8].next",
                "1 to 100000",
            ),
            (
                r#""next": 3"#,
                r#""next": -3"#,
                "commands[8].next",
                "expected a whole number from 0 to 4294967295",
            ),
            (
                r#""node": "spare", "address""#,
                r#""node": "pc", "address""#,
                "commands[9].node",
                "not a host without DHCP",
            ),
            (
                r#""192.0.2.9/24""#,
                r#""192.0.2.255/24""#,
                "commands[9].address",
                "not an address",
            ),
            (
                r#""192.0.2.9/24""#,
                r#""192.0.2.9""#,
                "commands[9].address",
                "192.0.2.1/24",
            ),
            (
                r#", "address": "192.0.2.9/24""#,
                "",
                "commands[9]",
                "which address",
            ),
            (
                r#""do": "leave", "node": "spare""#,
                r#""do": "leave", "node": "srv""#,
                "commands[10].node",
                "not a host without DHCP",
            ),
            (
                r#""clock", "node": "srv""#,
                r#""clock", "node": "pc""#,
                "commands[11].node",
                "not a server",
            ),
            (
                r#""-1m30s""#,
                r#""-1m30s5ms""#,
                "commands[11].offset",
                "whole seconds",
            ),
            (
                r#""-1m30s""#,
                r#""4000d""#,
                "commands[11].offset",
                "up to ten years",
            ),
            (r#", "offset": "-1m30s""#, "", "commands[11]", "by how much"),
            (
                r#"["there", "pc"]"#,
                r#"["there", "srv"]"#,
                "commands[12].link",
                "no cable between there and srv",
            ),
            (
                r#""for": "1s""#,
                r#""for": "1 second""#,
                "commands[13].for",
                "not a duration",
            ),
        ],
    );
}

#[test]
fn what_was_possible_one_after_the_other_is_no_mistake() {
    // A person had a slow cable for a while, and jitter after that.
    let text = LAB.replace(
        r#""do": "latency", "link": ["here", "pc"], "latency": "2s""#,
        r#""do": "latency", "link": ["here", "pc"], "latency": "9s", "for": "1s""#,
    );
    let text = text.replace(r#"{ "loss": 1 }"#, r#"{ "jitter": "9s" }"#);
    Scenario::parse(&text).unwrap();
    // Or ended a partition that was not there any more.
    Scenario::parse(&LAB.replace(r#"[["spare"], ["pc", "srv"]]"#, r#"[["spare"], ["pc"]]"#))
        .unwrap();
}

#[test]
fn a_partition_is_the_same_whatever_the_order() {
    let [a, b, c] = [0, 1, 2].map(NodeId);
    let parts = Partition::new(&[c, a], &[b]);
    assert_eq!(parts, Partition::new(&[b], &[a, c, a]));
    assert!(parts.is_some());
    assert_eq!(Partition::new(&[a], &[]), None);
    assert_eq!(Partition::new(&[a, b], &[b]), None);
}

#[test]
fn what_has_no_end_is_not_for_a_while() {
    let node = NodeId(0);
    let length = Duration::from_secs(1);
    for command in [
        Command::Start(node),
        Command::Heal(None),
        Command::LoseDisk(node),
        Command::Restart(node),
    ] {
        assert_eq!(command.lasting(length), None);
    }
    let twice = Command::PowerOff(node).lasting(length).unwrap();
    assert_eq!(twice.plain(), &Command::PowerOff(node));
    assert_eq!(twice.lasting(length), None);
}

#[test]
fn an_offset_is_written_and_read() {
    for (text, seconds) in [
        ("0s", 0),
        ("1m30s", 90),
        ("-1h", -3_600),
        ("-3650d", -Offset::MOST),
    ] {
        let offset: Offset = text.parse().unwrap();
        assert_eq!(offset.0, seconds);
        assert_eq!(offset.to_string(), text);
    }
    assert_eq!("-0s".parse::<Offset>().unwrap().to_string(), "0s");
    for text in [
        "",
        "-",
        "--1s",
        "5",
        "1ms",
        "3650d1s",
        "infinite",
        "-infinite",
        "+1s",
    ] {
        assert!(text.parse::<Offset>().is_err(), "{text}");
    }
}
