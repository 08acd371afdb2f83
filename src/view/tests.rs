use std::rc::Rc;

use super::ladder::{Ladder, Row};
use super::timeline::Timeline;
use super::{journal, mermaid, stage, timeline};
use crate::scenario::{Command, NodeId, Scenario, library};
use crate::sim::Recording;
use crate::text::Language;
use crate::time::{Duration, Instant};

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

fn recording(name: &str) -> Recording {
    Recording::new(Rc::new(library::load(name).unwrap()))
}

fn whole(name: &str) -> Recording {
    let mut recording = recording(name);
    recording.seek(recording.scenario().until());
    recording
}

/// A ladder as text: one line a message or event.
fn drawn(scenario: &Scenario, ladder: &Ladder) -> String {
    let name = |node: NodeId| scenario.node(node).id.as_str();
    let line = |row: &Row| match row {
        Row::Message(place) => {
            let message = &ladder.messages()[*place];
            let copies: Vec<String> = message
                .copies
                .iter()
                .map(|copy| {
                    format!(
                        "{}{}",
                        if copy.lost.is_some() { "x " } else { "" },
                        name(copy.to)
                    )
                })
                .collect();
            let cast = if message.is_broadcast() {
                "everyone"
            } else {
                "one"
            };
            let (from, label) = (name(message.from), message.summary.label());
            format!(
                "{} {from} to {cast}: {label} -> {}",
                message.at,
                copies.join(", ")
            )
        }
        Row::Event(id) => format!("    event {}", id.0),
        Row::Gap(length) => format!("    {length} pass"),
    };
    ladder
        .rows()
        .iter()
        .filter(|row| !matches!(row, Row::Event(_)))
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_built_in_ladders() {
    for (name, _) in library::FILES {
        let recording = whole(name);
        let ladder = Ladder::new(recording.journal());
        insta::assert_snapshot!(
            format!("ladder-{name}"),
            drawn(recording.scenario(), &ladder)
        );
    }
}

#[test]
fn a_ladder_that_grows_is_the_ladder_of_the_whole() {
    let recording = whole("two-servers");
    let journal = recording.journal();
    let mut growing = Ladder::default();
    for length in 0..=journal.len() {
        growing.extend(journal, length);
    }
    assert_eq!(growing, Ladder::new(journal));
    growing.extend(journal, 10);
    let mut short = Ladder::default();
    short.extend(journal, 10);
    assert_eq!(growing, short);
}

#[test]
fn what_is_cut_anywhere_and_read_on_is_the_whole() {
    for name in ["two-servers", "lease-origin", "relay"] {
        let recording = whole(name);
        let journal = recording.journal();
        let ladder = Ladder::new(journal);
        let instants: Vec<Instant> = journal.entries().map(|entry| entry.at).collect();
        for at in instants.iter().step_by(7).filter(|at| **at > Instant::ZERO) {
            let read = instants.partition_point(|other| other < at);
            let mut shorter = ladder.clone();
            shorter.cut(journal, read, *at);
            assert!(shorter.messages().iter().all(|message| message.at < *at));
            shorter.extend(journal, journal.len());
            assert!(shorter == ladder, "{name} at {at}");
        }
    }
}

fn flights(recording: &Recording) -> Vec<stage::Flight> {
    let world = recording.world();
    stage::flights(recording.journal(), world.written(), world.now())
}

#[test]
fn a_broadcast_is_in_flight_on_the_first_link_and_then_on_all_the_others() {
    let mut recording = recording("two-servers");
    recording.seek(at(1) + Duration::from_micros(250));
    let under_way = flights(&recording);
    assert_eq!(under_way.len(), 1);
    assert_eq!(under_way[0].progress(recording.world().now()), 500);
    recording.seek(at(1) + Duration::from_micros(600));
    let under_way = flights(&recording);
    assert_eq!(
        under_way
            .iter()
            .map(|flight| flight.origin)
            .collect::<Vec<_>>(),
        vec![under_way[0].origin; 2]
    );
    recording.seek(at(1) + Duration::from_millis(10));
    assert_eq!(flights(&recording), vec![]);
}

#[test]
fn a_client_that_was_moved_is_not_without_a_cable() {
    let recording = whole("wrong-network");
    let painted = Timeline::new(recording.scenario(), recording.journal());
    let cables: Vec<_> = painted
        .outages
        .iter()
        .filter(|outage| matches!(outage.what, timeline::Out::Link(_)))
        .map(|outage| outage.until.map(|until| until.since(outage.from)))
        .collect();
    let at_once = Some(crate::time::Duration::ZERO);
    assert!(
        cables.len() > 1 && cables.iter().all(|length| *length == at_once),
        "{cables:?}"
    );
}

#[test]
fn the_timeline_has_each_lease_with_its_clocks_and_each_outage() {
    let recording = whole("two-servers");
    let painted = Timeline::new(recording.scenario(), recording.journal());
    let hour = Duration::from_secs(3_600);
    for bar in &painted.leases {
        // Counted from the REQUEST, which went out before the address was in use.
        let begun = bar.expiry - hour;
        assert!(begun <= bar.from);
        assert_eq!(
            (bar.t1, bar.t2),
            (begun + hour.fraction(1, 2), begun + hour.fraction(7, 8))
        );
    }
    assert_eq!(
        painted.leases.len(),
        6,
        "DORA, reboot, three renewals, DORA again"
    );
    let cable = painted
        .outages
        .iter()
        .find(|outage| outage.from == at(1_200))
        .unwrap();
    assert_eq!(cable.until, Some(at(1_380)));
    assert!(
        painted
            .leases
            .iter()
            .any(|bar| bar.ended == Some(at(1_200))),
        "the outage ends the first bar"
    );
    assert!(
        painted.outages.last().unwrap().until.is_none(),
        "the laptop stays off"
    );
    assert!(painted.ticks.len() > 15);
    // The server knows nothing of the outage, and keeps the last lease to its end.
    let given: Vec<_> = painted
        .given
        .iter()
        .map(|bar| bar.ended.map(Instant::as_micros))
        .collect();
    assert_eq!(given, [Some(7_200_000_800), Some(12_601_002_400)]);
}

#[test]
fn a_ladder_that_follows_has_what_lies_before_its_end_and_not_much_more() {
    let recording = whole("two-servers");
    let journal = recording.journal();
    let (span, mut ladder) = (60, Ladder::default());
    let ends = (0..journal.len()).step_by(7);
    let back = [journal.len(), 40, journal.len() - 3, journal.len() - 90, 0];
    for end in ends.chain(back) {
        ladder.follow(journal, end, span);
        let start = end.saturating_sub(span);
        assert!(
            ladder.start() <= start && end - ladder.start() <= 4 * span,
            "{end}"
        );
        let mut whole = Ladder::default();
        whole.extend(journal, end);
        let wanted = whole
            .messages()
            .iter()
            .filter(|message| message.id.index() >= start);
        let has = ladder
            .messages()
            .iter()
            .filter(|message| message.id.index() >= start);
        assert!(has.eq(wanted), "the messages before entry {end}");
    }
}

#[test]
fn each_journal_line_is_json_with_its_cause_before_it() {
    let recording = whole("two-servers");
    let text = journal::lines(recording.scenario(), recording.journal());
    let mut lines = 0;
    for (number, line) in text.lines().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["n"], number);
        assert!(value["at"].is_u64() && value["what"].is_string(), "{line}");
        if let Some(cause) = value["cause"].as_u64() {
            assert!(usize::try_from(cause).unwrap() < number, "{line}");
        }
        lines += 1;
    }
    assert_eq!(lines, recording.journal().len());
}

#[test]
fn every_chain_of_causes_ends_with_a_command_or_the_start() {
    let mut recording = recording("two-servers");
    recording.seek(at(600));
    let server1 = recording.scenario().find("server1").unwrap();
    recording.act(Command::PowerOff(server1));
    recording.seek(at(3_700));
    for (id, _) in recording.journal().from(0) {
        let chain = recording.journal().why(id);
        let first = recording.journal().get(*chain.last().unwrap()).unwrap();
        assert!(
            matches!(
                first.what,
                crate::sim::What::Command(_) | crate::sim::What::Power(true)
            ),
            "{first:?}"
        );
    }
}

#[test]
fn the_mermaid_diagram_is_a_sequence_diagram_of_the_hosts() {
    for (name, _) in library::FILES {
        let recording = whole(name);
        let text = mermaid::diagram(recording.scenario(), recording.journal(), Language::English);
        insta::assert_snapshot!(format!("mermaid-{name}"), text);
    }
}
