//! Branches: what they share, what they do not, and undoing.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::*;
use super::build::*;
use super::stories::{self, Cast};
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};

/// Two networks that know nothing of each other, `a` and `b`, each with a pair of failover partners.
fn islands(seed: u64) -> Rc<Scenario> {
    let server = |island: &str, own: u8, network: u8, role: &str| {
        let partner = 3 - own;
        let mode = ["true", "false"][usize::from(network)];
        format!(
            r#"{{ "id": "srv{own}-{island}", "kind": "server", "address": "10.{network}.0.{own}/16", "server":
                  {{ "pools": ["10.{network}.1.0-10.{network}.1.7"], "lease": "60s", "ping_wait": "200ms",
                     "failover": {{ "role": "{role}", "partner": "10.{network}.0.{partner}", "mclt": "30s",
                       "max_response_delay": "24s", "safe_period": "40s", "load_balance": {mode} }} }} }}"#
        )
    };
    let node = |island: &str, number: u8| {
        let servers =
            [(1, "primary"), (2, "secondary")].map(|(own, role)| server(island, own, number, role));
        format!(
            r#"{{ "id": "sw-{island}", "kind": "switch" }},
               {{ "id": "pc-{island}", "kind": "client" }}, {{ "id": "tv-{island}", "kind": "client" }}, {}"#,
            servers.join(",")
        )
    };
    let link = |island: &str| {
        let at = |node: &str| {
            format!(r#"{{ "between": ["{node}-{island}", "sw-{island}"], "latency": "1ms" }}"#)
        };
        ["pc", "tv", "srv1", "srv2"].map(at).join(",")
    };
    let text = format!(
        r#"{{ "version": 1, "name": "islands", "seed": {seed}, "until": "8m",
            "nodes": [{}, {}], "links": [{}, {}] }}"#,
        node("a", 0),
        node("b", 1),
        link("a"),
        link("b")
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}")))
}

/// What happened on an island, without the numbers of entries.
fn of_island(scenario: &Scenario, journal: &Journal, island: &str) -> Vec<String> {
    let mut told = Vec::new();
    for entry in journal.entries() {
        let Some(node) = entry.node else { continue };
        if !scenario.node(node).id.ends_with(island) {
            continue;
        }
        let what = match &entry.what {
            What::Sent {
                to, arrives, frame, ..
            } => format!("sent {to:?} {arrives} {:?}", frame.bytes()),
            What::Flooded { arrives, frame, .. } => {
                format!("flooded {arrives} {:?}", frame.bytes())
            }
            What::Received { frame, .. } => format!("received {:?}", frame.bytes()),
            what => format!("{what:?}"),
        };
        told.push(format!("{} {node:?} {what}", entry.at));
    }
    told
}

fn small() -> Limits {
    Limits {
        interval: 40,
        ..tight(40)
    }
}

#[track_caller]
fn assert_like_fresh(recording: &Recording) {
    let (world, journal) = fresh(
        recording.scenario(),
        recording.commands(),
        recording.world(),
    );
    assert_eq!(picture(&world), picture(recording.world()));
    for (id, entry) in recording.journal().range(0..world.written()) {
        assert_eq!(journal.get(id), Some(entry));
    }
}

fn micros(micros: u64) -> Instant {
    Instant::ZERO + Duration::from_micros(micros)
}

#[derive(Clone, Debug)]
enum Deed {
    /// At an instant, what a random story has persons do, drawn by a number.
    Act(u64, u64),
    Look(u64),
    Switch(usize),
    Rename(usize, String),
    Delete(usize),
    Undo,
    Redo,
}

fn a_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0_u64..300_000_000, any::<u64>()).prop_map(|(at, what)| Deed::Act(at, what)),
        2 => (0_u64..300_000_000).prop_map(Deed::Look),
        2 => (0_usize..8).prop_map(Deed::Switch),
        1 => (0_usize..8, "[a-c]{0,2}").prop_map(|(which, name)| Deed::Rename(which, name)),
        2 => (0_usize..8).prop_map(Deed::Delete),
        2 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
    ]
}

/// What of the branches is not a matter of where one looks.
type Document = (
    Vec<(BranchId, Option<String>, Option<Fork>, Vec<Timed>)>,
    BranchId,
);

fn document(branches: &Branches) -> Document {
    let list = branches.list().map(|(id, branch)| {
        let commands = branch.recording.commands().to_vec();
        (id, branch.name.clone(), branch.fork.clone(), commands)
    });
    (list.collect(), branches.current())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn whatever_is_done_each_branch_is_a_run_of_its_own(
        far_apart in any::<bool>(),
        seed in any::<u64>(),
        deeds in prop::collection::vec(a_deed(), 1..12),
    ) {
        let scenario = if far_apart { islands(seed) } else { stories::world(seed) };
        let cast = Cast::new(&scenario, |_| true);
        let mut branches = Branches::with_limits(Rc::clone(&scenario), small());
        let (mut done, mut undone): (Vec<Document>, Vec<Document>) = (Vec::new(), Vec::new());
        for deed in deeds {
            let before = document(&branches);
            let ids: Vec<BranchId> = branches.list().map(|(id, _)| id).collect();
            let which = |number: usize| ids[number % ids.len()];
            let is_change = match deed {
                Deed::Act(at, number) => {
                    branches.here().seek(micros(at));
                    let story = cast.story(&mut Rng::new(number, 81), branches.recording());
                    for (pause, command) in story {
                        let before = document(&branches);
                        let now = branches.recording().world().now() + pause;
                        branches.here().seek(now);
                        let known = branches.recording().seen() > now;
                        let here = branches.act(command);
                        prop_assert_eq!(known, before.0.iter().all(|(id, ..)| *id != here), "a new one where something is known");
                        prop_assert_eq!(branches.current(), here);
                        prop_assert_eq!(branches.recording().world().now(), now);
                        done.push(before);
                        undone.clear();
                    }
                    false
                }
                Deed::Look(at) => {
                    branches.here().seek(micros(at));
                    false
                }
                Deed::Switch(number) => {
                    prop_assert!(branches.switch(which(number)));
                    prop_assert_eq!(branches.current(), which(number));
                    // Where one looks is no change, but it comes back with one.
                    false
                }
                Deed::Rename(number, ref name) => {
                    let name = Some(name.clone()).filter(|name| !name.is_empty());
                    let same = branches.branch(which(number)).unwrap().name == name;
                    prop_assert!(branches.rename(which(number), name));
                    !same
                }
                Deed::Delete(number) => {
                    let deleted = branches.delete(which(number));
                    prop_assert_eq!(deleted, ids.len() > 1);
                    prop_assert!(branches.branch(branches.current()).is_some());
                    deleted
                }
                Deed::Undo => {
                    let wanted = done.pop();
                    prop_assert_eq!(branches.undo(), wanted.is_some());
                    if let Some(wanted) = wanted {
                        undone.push(before.clone());
                        prop_assert_eq!(document(&branches), wanted);
                    }
                    false
                }
                Deed::Redo => {
                    let wanted = undone.pop();
                    prop_assert_eq!(branches.redo(), wanted.is_some());
                    if let Some(wanted) = wanted {
                        done.push(before.clone());
                        prop_assert_eq!(document(&branches), wanted);
                    }
                    false
                }
            };
            if is_change {
                done.push(before);
                undone.clear();
            }
            prop_assert_eq!((branches.can_undo(), branches.can_redo()), (!done.is_empty(), !undone.is_empty()));
        }
        for (id, branch) in branches.list() {
            assert_like_fresh(&branch.recording);
            let Some(fork) = &branch.fork else { continue };
            let parent = branches.branch(fork.parent).expect("a branch comes from one that is there");
            // They share their past to the byte, and not the entry after it.
            let read = |recording: &Recording| {
                let mut all = Vec::new();
                recording.read(0..fork.entry.index() + 1, |_, entry| all.push(entry.clone()));
                all
            };
            let (ours, theirs) = (read(&branch.recording), read(&parent.recording));
            let past = fork.entry.index();
            prop_assert_eq!(ours.len(), past + 1);
            prop_assert_eq!(&ours[past].what, &What::Command(fork.command.clone()));
            let shared = theirs.len().min(past);
            prop_assert_eq!(&ours[..shared], &theirs[..shared]);
            if let Some(difference) = branches.first_difference(id, fork.parent) {
                prop_assert!(difference >= fork.entry);
                prop_assert_eq!(branches.first_difference(fork.parent, id), Some(difference));
                prop_assert_ne!(branch.recording.entry(difference), parent.recording.entry(difference));
            }
        }
        for (id, _) in branches.list() {
            prop_assert_eq!(branches.first_difference(id, id), None);
        }
    }

    /// Each node draws from a stream of its own: what a command does not touch goes on to the byte.
    #[test]
    fn a_fork_changes_only_what_its_command_changes(
        seed in any::<u64>(),
        at in 0_u64..300_000_000,
        island in prop::sample::select(vec!["-a", "-b"]),
        number in any::<u64>(),
    ) {
        let scenario = islands(seed);
        let mut branches = Branches::new(Rc::clone(&scenario));
        branches.here().seek(scenario.until());
        branches.here().seek(micros(at));
        let cast = Cast::new(&scenario, |node| node.id.ends_with(island));
        let story = cast.story(&mut Rng::new(number, 82), branches.recording());
        if story.is_empty() {
            return Ok(());
        }
        let mut fork = BranchId(0);
        for (pause, command) in story {
            let now = branches.recording().world().now() + pause;
            branches.here().seek(now);
            fork = branches.act(command);
        }
        branches.here().seek(scenario.until());
        branches.recording_mut(BranchId(0)).unwrap().seek(scenario.until());
        let old = &branches.branch(BranchId(0)).unwrap().recording;
        let new = &branches.branch(fork).unwrap().recording;
        prop_assert!(new.commands().len() > old.commands().len());
        let untouched = if island == "-a" { "-b" } else { "-a" };
        let told = |recording: &Recording| of_island(&scenario, recording.journal(), untouched);
        prop_assert!(told(old).len() > 100);
        prop_assert_eq!(told(old), told(new));
        for (id, node) in old.world().nodes() {
            if scenario.node(id).id.ends_with(untouched) {
                prop_assert_eq!(&node.rng, &new.world().node(id).rng);
            }
        }
    }
}

#[test]
fn acting_at_the_end_of_what_is_known_goes_on_and_earlier_it_forks() {
    let scenario = islands(4);
    let pc = scenario.find("pc-a").unwrap();
    let mut branches = Branches::new(Rc::clone(&scenario));
    branches.here().seek(at(60));
    assert_eq!(branches.act(Command::PowerOff(pc)), BranchId(0));
    assert_eq!(
        branches.act(Command::PowerOn(pc)),
        BranchId(0),
        "at the same instant"
    );
    branches.here().explore(at(300), u64::MAX, |_, _| {});
    assert_eq!(
        branches.act(Command::Renew(pc)),
        BranchId(0),
        "what no one has seen is no future"
    );
    branches.here().seek(at(120));
    let long = branches.recording().journal().len();
    branches.here().seek(at(90));
    let fork = branches.act(Command::PowerOff(pc));
    assert_eq!((fork, branches.current()), (BranchId(1), BranchId(1)));
    let old = branches.branch(BranchId(0)).unwrap();
    assert_eq!(old.recording.journal().len(), long, "the old one is kept");
    assert_eq!(old.recording.seen(), at(120));
    let left = branches.branch(fork).unwrap().fork.clone().unwrap();
    assert_eq!((left.parent, left.at), (BranchId(0), at(90)));
    assert_eq!(left.command, Command::PowerOff(pc));
    assert_eq!(
        branches.first_difference(BranchId(0), fork),
        Some(left.entry)
    );
    let entry = branches.recording().journal().get(left.entry).unwrap();
    assert_eq!(entry.what, What::Command(Command::PowerOff(pc)));
}

#[test]
fn the_children_of_a_deleted_branch_stay_with_its_parent() {
    let scenario = islands(4);
    let pc = scenario.find("pc-a").unwrap();
    let mut branches = Branches::new(Rc::clone(&scenario));
    let fork = |branches: &mut Branches, from: BranchId, when: u64| {
        branches.switch(from);
        branches.here().seek(at(300));
        branches.here().seek(at(when));
        branches.act(Command::Renew(pc))
    };
    let middle = fork(&mut branches, BranchId(0), 100);
    let late = fork(&mut branches, middle, 200);
    let early = fork(&mut branches, middle, 50);
    assert!(branches.delete(middle));
    let of = |branches: &Branches, id| {
        branches
            .branch(id)
            .unwrap()
            .fork
            .clone()
            .map(|fork| (fork.parent, fork.at))
    };
    assert_eq!(of(&branches, late), Some((BranchId(0), at(100))));
    assert_eq!(of(&branches, early), Some((BranchId(0), at(50))));
    assert!(branches.delete(BranchId(0)));
    assert_eq!(of(&branches, late), None, "the first is of no other now");
    assert_eq!(of(&branches, early), Some((late, at(50))));
    assert!(branches.delete(late));
    assert_eq!((of(&branches, early), branches.current()), (None, early));
    assert!(!branches.delete(early), "one stays");
    for _ in 0..3 {
        assert!(branches.undo());
    }
    assert_eq!(branches.list().count(), 4);
    assert_eq!(of(&branches, late), Some((middle, at(200))));
}

#[test]
fn an_edit_can_be_undone_too() {
    let mut branches = Branches::new(islands(4));
    branches.here().seek(at(100));
    branches.begin(built_in("two-servers"));
    assert_eq!(branches.recording().scenario().file().name, "two-servers");
    assert!(branches.undo());
    assert_eq!(branches.recording().scenario().file().name, "islands");
    assert_eq!(branches.recording().world().now(), at(100));
    assert!(branches.redo());
    assert_eq!(branches.recording().scenario().file().name, "two-servers");
}
