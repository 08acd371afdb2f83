//! What is done for a while ends by itself, and only where nothing else was done since.

use std::rc::Rc;

use super::super::*;
use super::build::*;
use super::deeds::*;
use crate::lesson;
use crate::net::host::Host;
use crate::net::link::Faults;
use crate::text::{Language, Texts};
use crate::time::Duration;

/// What commands did, and what ended: the instant, the verb and the cause.
fn deeds(journal: &Journal) -> Vec<(u64, String, Option<EventId>)> {
    let entries = journal.entries();
    entries
        .filter_map(|entry| {
            let text = match &entry.what {
                What::Command(command) => command.name().to_owned(),
                What::Ended(command) => format!("ended: {}", command.name()),
                _ => return None,
            };
            Some((entry.at.as_micros() / 1_000_000, text, entry.cause))
        })
        .collect()
}

fn ends(journal: &Journal) -> Vec<(u64, String)> {
    let deeds = deeds(journal).into_iter();
    let ended = deeds.filter(|(.., cause)| cause.is_some());
    ended.map(|(at, text, _)| (at, text)).collect()
}

#[test]
fn every_fault_ends_after_its_time_and_the_end_comes_from_the_command() {
    for (command, end) in [
        (r#""do": "power-off", "node": "srv""#, "power-on"),
        (r#""do": "power-on", "node": "tv""#, "power-off"),
        (r#""do": "crash", "node": "pc""#, "restart"),
        (r#""do": "unplug", "link": ["pc", "sw"]"#, "plug"),
        (r#""do": "unplug", "link": ["spare", "sw"]"#, "plug"),
        (r#""do": "move", "node": "pc", "to": "sw2""#, "plug"),
        (
            r#""do": "faults", "link": ["pc", "sw"], "faults": { "loss": 5 }"#,
            "faults",
        ),
        (
            r#""do": "latency", "link": ["pc", "sw"], "latency": "1s""#,
            "latency",
        ),
        (r#""do": "partition", "groups": [["pc"], ["srv"]]"#, "heal"),
        (
            r#""do": "take", "node": "spare", "address": "10.0.0.9/24""#,
            "leave",
        ),
        (r#""do": "clock", "node": "srv", "offset": "-5m""#, "clock"),
    ] {
        let scenario = lab(&format!(r#"{{ "at": "1m", {command}, "for": "90s" }}"#));
        let (mut world, mut journal) = (World::new(&scenario), Journal::default());
        let before = run(&lab("")).0;
        world.run_until(at(149), scenario.commands(), &mut journal);
        assert_eq!(world.going_on().count(), 1, "{command}");
        world.run_until(at(400), scenario.commands(), &mut journal);
        assert_eq!(world.going_on().count(), 0, "{command}");
        let deeds = deeds(&journal);
        let first = journal
            .from(0)
            .find(|(_, entry)| matches!(entry.what, What::Command(_)));
        let first = first.map(|(id, _)| id);
        assert_eq!(deeds.len(), 2, "{command}: {deeds:?}");
        assert_eq!(deeds[1], (150, format!("ended: {end}"), first), "{command}");
        for (node, was) in before.nodes() {
            let is = world.node(node);
            assert_eq!(
                (is.power, is.crashed, is.host().map(Host::clock)),
                (was.power, was.crashed, was.host().map(Host::clock)),
                "{command}"
            );
            let fixed = |node: &Node| node.host().and_then(Host::fixed);
            assert_eq!(fixed(is), fixed(was), "{command}");
        }
        for (link, was) in before.links.iter().enumerate() {
            let is = &world.links[link];
            let now = (is.plugged, is.carrier, is.latency, is.faults());
            assert_eq!(
                now,
                (was.plugged, was.carrier, was.latency, was.faults()),
                "{command}"
            );
        }
        assert_eq!(world.partitions().count(), 0);
        // The same on the way back and forth.
        let mut recording = Recording::with_limits(Rc::new(scenario), every(7));
        for stop in [400, 149, 150, 20, 400] {
            recording.seek(at(stop));
        }
        assert_eq!(recording.journal(), &journal);
    }
}

#[test]
fn what_was_done_for_good_since_stays() {
    let commands = r#"{ "at": "1m", "do": "power-off", "node": "srv", "for": "5m" }, { "at": "2m", "do": "power-on", "node": "srv" },
        { "at": "3m", "do": "power-off", "node": "srv" },
        { "at": "1m", "do": "partition", "groups": [["pc"], ["srv"]], "for": "5m" }, { "at": "2m", "do": "heal" },
        { "at": "3m", "do": "partition", "groups": [["srv"], ["pc"]] },
        { "at": "1m", "do": "unplug", "link": ["pc", "sw"], "for": "5m" }, { "at": "3m", "do": "move", "node": "pc", "to": "sw2" },
        { "at": "1m", "do": "crash", "node": "tv", "for": "5m" }, { "at": "2m", "do": "power-on", "node": "tv" },
        { "at": "3m", "do": "crash", "node": "tv" }"#;
    let (world, journal) = story(commands);
    assert_eq!(ends(&journal), []);
    assert!(!world.node(SRV).power);
    assert!(world.node(TV).crashed);
    assert_eq!(world.partitions().count(), 1);
    assert!(!world.link(PC_CABLE).plugged);
}

#[test]
fn of_what_goes_on_the_last_that_was_begun_holds() {
    let loss = |at: u64, loss: u32, length: u64| {
        format!(
            r#"{{ "at": "{at}s", "do": "faults", "link": ["pc", "sw"], "faults": {{ "loss": {loss} }}, "for": "{length}s" }}"#
        )
    };
    // Within the first, and beyond its end.
    let commands = [loss(60, 1, 600), loss(120, 2, 60), loss(240, 3, 540)].join(",");
    let scenario = lab(&commands);
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    for (until, holds) in [(61, 1), (121, 2), (181, 1), (241, 3), (661, 3), (781, 0)] {
        world.run_until(at(until), scenario.commands(), &mut journal);
        assert_eq!(world.link(PC_CABLE).faults().loss, holds, "at {until} s");
    }
    let ended: Vec<u64> = ends(&journal).into_iter().map(|(at, _)| at).collect();
    assert_eq!(ended, [180, 780], "the end of the first changes nothing");
    assert_eq!(world.link(PC_CABLE).faults(), Faults::default());
}

#[test]
fn a_move_for_a_while_ends_where_it_began() {
    let (world, journal) =
        story(r#"{ "at": "1m", "do": "move", "node": "pc", "to": "sw2", "for": "2m" }"#);
    assert!(world.link(PC_CABLE).plugged);
    let up: Vec<_> = journal
        .entries()
        .filter_map(|entry| match entry.what {
            What::Carrier { link, up } => Some((entry.at, link == PC_CABLE, up)),
            _ => None,
        })
        .collect();
    let there = [(at(60), true, false), (at(60), false, true)];
    let back = [(at(180), false, false), (at(180), true, true)];
    assert_eq!(up, [there, back].concat());
    let mut again = says(&journal, PC, 180).into_iter();
    assert!(again.any(|(_, kind)| kind == crate::wire::dhcp::MessageType::Request));
}

#[test]
fn everything_that_can_be_done_is_told_in_every_language() {
    let doings = [
        r#""do": "crash", "node": "pc", "for": "1m""#,
        r#""do": "restart", "node": "pc""#,
        r#""do": "lose-disk", "node": "pc""#,
        r#""do": "lose-disk", "node": "srv""#,
        r#""do": "unplug", "link": ["pc", "sw"], "for": "10s""#,
        r#""do": "move", "node": "tv", "to": "sw2""#,
        r#""do": "latency", "link": ["pc", "sw"], "latency": "5ms", "for": "1m""#,
        r#""do": "partition", "groups": [["pc", "tv"], ["srv"]], "for": "1m""#,
        r#""do": "heal", "groups": [["srv"], ["tv", "pc"]]"#,
        r#""do": "heal""#,
        r#""do": "drop", "link": ["pc", "sw"], "from": "pc", "frame": 1"#,
        r#""do": "drop", "link": ["pc", "sw"], "from": "pc", "next": 1"#,
        r#""do": "corrupt", "link": ["pc", "sw"], "from": "pc", "frame": 1"#,
        r#""do": "corrupt", "link": ["pc", "sw"], "from": "pc", "next": 2"#,
        r#""do": "take", "node": "spare", "address": "10.0.0.9/24", "for": "1m""#,
        r#""do": "leave", "node": "spare""#,
        r#""do": "clock", "node": "srv", "offset": "5m", "for": "1m""#,
        r#""do": "clock", "node": "srv", "offset": "-5m""#,
        r#""do": "crash", "node": "srv""#,
        r#""do": "restart", "node": "pc""#,
        r#""do": "restart", "node": "srv""#,
        r#""do": "partition", "groups": [["pc"], ["srv"]]"#,
        r#""do": "power-off", "node": "pc""#,
        r#""do": "power-on", "node": "pc""#,
        r#""do": "heal""#,
        r#""do": "drop", "link": ["pc", "sw"], "from": "pc", "next": 1"#,
        r#""do": "restart", "node": "pc""#,
        r#""do": "corrupt", "link": ["pc", "sw"], "from": "pc", "next": 1"#,
        r#""do": "restart", "node": "pc""#,
    ];
    let commands = doings.iter().enumerate();
    let commands: Vec<String> = commands
        .map(|(number, doing)| format!(r#"{{ "at": "{}s", {doing} }}"#, 20 + number * 20))
        .collect();
    let scenario = lab(&commands.join(","));
    let (_, journal) = run(&scenario);
    let mut keys = Vec::new();
    for language in Language::ALL {
        let texts = Texts::new(language);
        let known: Vec<&str> = texts.keys().collect();
        for (id, _) in journal.from(0) {
            let Some(told) = lesson::tell(&scenario, &journal, id) else {
                continue;
            };
            assert!(known.contains(&told.key.as_str()), "{}", told.key);
            let named = texts.get(&told.key).split('{').skip(1);
            for name in named.filter_map(|rest| rest.split('}').next()) {
                assert!(
                    told.values.iter().any(|(value, _)| *value == name),
                    "{name} in {}",
                    told.key
                );
            }
            assert!(
                !texts.sentence(&told).contains(['{', '?']),
                "{}",
                texts.sentence(&told)
            );
            keys.push(told.key);
        }
    }
    for key in [
        "tell.parted",
        "tell.dropped",
        "tell.nobody-runs",
        "tell.malformed",
        "tell.ended",
        "tell.for",
    ] {
        assert!(keys.iter().any(|known| known == key), "{key}");
    }
    let english = Texts::new(Language::English);
    let told: Vec<String> = journal
        .from(0)
        .filter(|(_, entry)| matches!(entry.what, What::Command(_) | What::Ended(_)))
        .filter_map(|(id, entry)| {
            let told = lesson::tell(&scenario, &journal, id)?;
            Some(format!("{} {}", entry.at, english.sentence(&told)))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(Duration::from_secs(90).to_string(), "1m30s");
}
