//! A run as a file, and back.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::rng::Rng;
use crate::sim::tests::stories::{self, Cast};
use crate::sim::{Journal, Recording, World};
use crate::time::{Duration, Instant};
use crate::view;

/// Two networks with everything in them that something can be done to.
pub(super) const WORLD: &str = r#"{
  "version": 1, "name": "world", "until": "40m", "seed": 5,
  "nodes": [
    { "id": "pc", "kind": "client", "client": { "start_delay": false, "host_name": "pc" } },
    { "id": "tv", "kind": "client" },
    { "id": "fixed", "kind": "client", "address": "10.0.0.7/24", "client": { "inform": true } },
    { "id": "sw1", "kind": "switch" }, { "id": "sw2", "kind": "switch" }, { "id": "far", "kind": "switch" },
    { "id": "srv1", "kind": "server", "address": "10.0.0.1/24", "server": { "pools": ["10.0.0.10-10.0.0.19"], "lease": "4m", "ping": "never",
      "subnets": [{ "network": "10.0.1.0/24", "pools": ["10.0.1.10-10.0.1.20"] }],
      "failover": { "role": "primary", "partner": "10.0.0.2", "mclt": "1m" } } },
    { "id": "srv2", "kind": "server", "address": "10.0.0.2/24", "server": { "pools": ["10.0.0.10-10.0.0.19"], "lease": "4m", "ping": "never",
      "subnets": [{ "network": "10.0.1.0/24", "pools": ["10.0.1.10-10.0.1.20"] }],
      "failover": { "role": "secondary", "partner": "10.0.0.1", "mclt": "1m" } } },
    { "id": "spare", "kind": "host" },
    { "id": "gw", "kind": "router", "interfaces": [{ "address": "10.0.0.254/24", "link": "sw1" }, { "address": "10.0.1.254/24", "link": "far" }],
      "relay": { "servers": ["10.0.0.1", "10.0.0.2"] } }
  ],
  "links": [
    { "between": ["pc", "sw1"], "latency": "300us" }, { "between": ["tv", "sw2"], "latency": "400us" },
    { "between": ["fixed", "sw1"], "latency": "400us" }, { "between": ["sw1", "sw2"], "latency": "100us" },
    { "between": ["srv1", "sw1"], "latency": "200us" }, { "between": ["srv2", "sw2"], "latency": "200us" },
    { "between": ["spare", "sw2"], "latency": "200us" }, { "between": ["gw", "sw1"], "latency": "200us" },
    { "between": ["gw", "far"], "latency": "200us" }
  ],
  "commands": [
    { "at": "5m", "do": "configure", "node": "srv1", "server": { "lease": "5m" } },
    { "at": "5m", "do": "unplug", "link": ["pc", "sw1"], "for": "30s" },
    { "at": "15m", "do": "configure", "node": "srv1", "server": { "lease": null, "max_lease": "10m" } }
  ]
}"#;

/// A run in which a person does all kinds of things, now and then in the past.
pub(super) fn played(seed: u64, deeds: u64) -> Recording {
    let mut rng = Rng::new(seed, 77);
    let mut recording = Recording::new(stories::world(seed));
    let cast = Cast::new(recording.scenario(), |_| true);
    for _ in 0..deeds {
        let at = Instant::from_micros(rng.below(12 * 60_000_000));
        match rng.below(4) {
            // Into the past: what was done after it is forgotten, partitions too.
            0 => recording.seek(at.min(recording.world().now())),
            1 => recording.seek(recording.world().now() + Duration::from_micros(rng.below(3))),
            2 => {
                for _ in 0..rng.below(40) {
                    recording.step_forward(Instant::MAX);
                }
            }
            _ => recording
                .seek(recording.world().now() + Duration::from_micros(rng.below(100_000_000))),
        }
        for (pause, command) in cast.story(&mut rng, &recording) {
            recording.seek(recording.world().now() + pause);
            recording.act(command);
        }
    }
    recording
}

pub(super) fn fresh(scenario: &Scenario, until: Instant) -> Journal {
    let (mut world, mut journal) = (World::new(scenario), Journal::default());
    world.run_until(until, scenario.commands(), &mut journal);
    journal
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn a_saved_run_is_the_same_run(seed in any::<u64>(), deeds in 1_u64..25) {
        let mut recording = played(seed, deeds);
        let end = recording.world().now().max(recording.scenario().until());
        recording.seek(end);
        let text = recording.scenario().with_commands(recording.commands()).to_json();
        let again = Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"));
        prop_assert_eq!(again.commands(), recording.commands(), "{}", text);
        let journal = fresh(&again, end);
        prop_assert_eq!(journal.len(), recording.journal().len());
        prop_assert!(journal == *recording.journal(), "{}", text);
        let lines = view::journal::lines(&again, &journal);
        prop_assert_eq!(lines, view::journal::lines(recording.scenario(), recording.journal()));
        prop_assert_eq!(again.file().to_json(), text, "written again");
    }
}

#[test]
fn all_kinds_of_commands_are_saved() {
    let mut verbs: Vec<String> = Vec::new();
    for seed in 0..20 {
        let recording = played(seed, 24);
        verbs.extend(
            recording
                .commands()
                .iter()
                .map(|timed| format!("{:?}", recording.scenario().verb(&timed.command))),
        );
    }
    verbs.sort_unstable();
    verbs.dedup();
    assert_eq!(verbs.len(), 25, "{verbs:?}");
}

#[test]
fn what_a_person_changes_stays_when_the_files_own_change_comes() {
    let mut recording = Recording::new(Rc::new(Scenario::parse(WORLD).unwrap()));
    let srv = recording.scenario().find("srv1").unwrap();
    recording.seek(Instant::from_micros(60_000_000));
    let now = recording.world().settings(srv).unwrap();
    let patch = serde_json::from_str(r#"{ "domain": "own.example", "max_lease": "20m" }"#).unwrap();
    let command = recording.scenario().configure(srv, &now, &patch).unwrap();
    recording.act(command);
    recording.seek(Instant::from_micros(20 * 60_000_000));
    let Some(crate::dhcp::Settings::Server(config)) = recording.world().settings(srv) else {
        panic!("a server's");
    };
    assert_eq!(
        config.domain.as_deref(),
        Some("own.example"),
        "the person's"
    );
    assert_eq!(
        config.max_lease,
        Duration::from_secs(600),
        "the file's, later"
    );
}

#[test]
fn a_change_of_the_file_that_no_longer_can_be_is_left_out() {
    let mut recording = Recording::new(Rc::new(Scenario::parse(WORLD).unwrap()));
    let srv = recording.scenario().find("srv1").unwrap();
    recording.seek(Instant::from_micros(60_000_000));
    let now = recording.world().settings(srv).unwrap();
    let patch = serde_json::from_str(r#"{ "min_lease": "15m", "max_lease": "1d", "lease": "1h" }"#)
        .unwrap();
    recording.act(recording.scenario().configure(srv, &now, &patch).unwrap());
    // The file's last wants at most 10 minutes.
    assert_eq!(recording.commands().len(), 3);
    let text = recording
        .scenario()
        .with_commands(recording.commands())
        .to_json();
    assert_eq!(
        Scenario::parse(&text).unwrap().commands(),
        recording.commands()
    );
}

#[test]
fn the_text_of_a_file_has_a_line_for_each_thing() {
    let scenario = Scenario::parse(WORLD).unwrap();
    let file = File {
        show: Show {
            lanes: vec!["pc".to_owned(), "srv1".to_owned()],
            failover: Some(true),
            at: Some(Duration::from_secs(5)),
            ..Show::default()
        },
        notes: vec![NoteFile {
            at: Duration::from_secs(1),
            text: [("en".to_owned(), "Look \"here\".".to_owned())].into(),
        }],
        title: [
            ("en".to_owned(), "A world".to_owned()),
            ("es".to_owned(), "Un mundo".to_owned()),
        ]
        .into(),
        ..scenario.file().clone()
    };
    insta::assert_snapshot!(file.to_json());
    assert_eq!(File::parse(&file.to_json()).unwrap(), file);
}

#[test]
fn what_is_done_after_the_end_is_in_the_file() {
    let mut recording = Recording::new(Rc::new(Scenario::parse(WORLD).unwrap()));
    recording.seek(Instant::from_micros(3_000_000_001));
    recording.act(Command::PowerOff(NodeId(0)));
    let file = recording.scenario().with_commands(recording.commands());
    assert_eq!(file.until.as_micros(), 3_000_000_001);
    assert_eq!(file.commands.last().unwrap().at.to_string(), "50m1us");
}
