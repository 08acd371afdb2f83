use std::rc::Rc;

use super::ladder::{Ladder, Row};
use super::node::{self, Detail};
use super::timeline::Timeline;
use super::{journal, mermaid, stage, timeline};
use crate::dhcp::failover;
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
fn a_state_that_no_disk_has_is_since_no_instant() {
    let mut recording = recording("two-server-day");
    recording.seek(at(70));
    let server = recording.scenario().find("server1").unwrap();
    let endpoint = |recording: &Recording| {
        let Detail::Server { failover, .. } = node::view(recording.world(), server).detail else {
            panic!("server1 is no server");
        };
        failover.unwrap()
    };
    assert!(endpoint(&recording).since.is_some());
    recording.act(Command::Failover(server, failover::Command::Shutdown));
    recording.seek(at(71));
    let view = endpoint(&recording);
    assert_eq!(view.state, failover::State::Shutdown);
    assert_eq!(view.since, None, "the disk has {:?}", view.stored);
}

#[test]
fn a_cable_counts_what_it_carries_and_loses() {
    use super::link::Tally;
    use crate::scenario::{Faults, LinkId};
    use crate::sim::DropReason;
    let mut recording = recording("two-servers");
    let tally = |recording: &Recording, link: u32| {
        let mut tally = Tally::new(LinkId(link));
        tally.extend(recording.journal(), recording.world().written());
        tally
    };
    recording.seek(at(60));
    let whole = tally(&recording, 0);
    assert!(whole.whole && whole.sent > 8 && whole.lost.is_empty());
    let laptop = recording.scenario().find("laptop").unwrap();
    let loss = Faults {
        loss: 1_000_000,
        ..Faults::default()
    };
    recording.act(Command::Faults(LinkId(0), loss));
    recording.act(Command::Renew(laptop));
    recording.seek(at(120));
    let lost = tally(&recording, 0);
    assert_eq!(lost.lost.len(), 1);
    assert_eq!(lost.lost[0].0, DropReason::Loss);
    assert_eq!(lost.all_lost(), lost.lost[0].1);
    assert!(lost.sent >= whole.sent + lost.all_lost());
    // The other cables lose nothing by that.
    assert!(tally(&recording, 1).lost.is_empty());
    // Read on in pieces it is the same, and going back counts anew.
    let mut pieces = Tally::new(LinkId(0));
    for end in (0..recording.world().written()).step_by(5) {
        pieces.extend(recording.journal(), end);
    }
    pieces.extend(recording.journal(), recording.world().written());
    assert_eq!(pieces, lost);
    recording.seek(at(60));
    pieces.extend(recording.journal(), whole_end(&recording));
    assert_eq!(pieces.sent, whole.sent);
}

/// How many entries there are up to the first act at this instant.
fn whole_end(recording: &Recording) -> usize {
    let entries = recording.journal().entries();
    let is_act = |entry: &crate::sim::Entry| {
        entry.at == at(60) && matches!(entry.what, crate::sim::What::Command(_))
    };
    entries.take_while(|entry| !is_act(entry)).count()
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

#[test]
fn two_failover_servers_say_the_same_of_when_a_lease_ends() {
    let mut recording = recording("load-balance");
    recording.seek(at(200));
    let rows = |name: &str| {
        let world = recording.world();
        let id = recording.scenario().find(name).unwrap();
        let Detail::Server { bindings, .. } = node::view(world, id).detail else {
            panic!("{name} is no server");
        };
        bindings
    };
    let (one, other) = (rows("server1"), rows("server2"));
    let mut shared = 0;
    for row in one.iter().filter(|row| row.state == "ACTIVE") {
        let same = other.iter().find(|other| other.address == row.address);
        // On the wire there are whole seconds.
        let second = |at: Instant| at.as_micros() / 1_000_000;
        assert_eq!(same.map(|same| second(same.until)), Some(second(row.until)));
        shared += 1;
    }
    assert_eq!(shared, 3);
}
