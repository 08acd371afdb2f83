//! A scenario with its seed and its commands *is* the run: it replays to the same journal.

use std::rc::Rc;

use dhcp_lab::scenario::{File, Scenario, library};
use dhcp_lab::sim::{Command, Journal, Recording, What, World};
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::dhcp::Message;
use dhcp_lab::wire::frame::{self, Payload, Transport};

fn run(scenario: &Scenario) -> Journal {
    let (mut world, mut journal) = (World::new(scenario), Journal::default());
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    journal
}

fn xids(journal: &Journal) -> Vec<u32> {
    let xid = |what: &What| {
        let What::Sent { frame, .. } = what else {
            return None;
        };
        let Ok(Payload::Ip(ip)) = frame::parse(frame.bytes()) else {
            return None;
        };
        let Transport::Udp(udp) = ip.transport else {
            return None;
        };
        Some(Message::parse(udp.payload).ok()?.xid)
    };
    journal
        .entries()
        .filter_map(|entry| xid(&entry.what))
        .collect()
}

#[test]
fn two_runs_have_the_same_journal() {
    for (name, _) in library::FILES {
        let scenario = library::load(name).unwrap();
        let (one, other) = (run(&scenario), run(&scenario));
        assert!(one.len() > 50, "{name} tells something");
        assert_eq!(one, other, "{name}");
    }
}

#[test]
fn another_seed_has_other_xids() {
    for (name, _) in library::FILES {
        let scenario = library::load(name).unwrap();
        let seed = scenario.file().seed + 1;
        let other = Scenario::new(File {
            seed,
            ..scenario.file().clone()
        })
        .unwrap();
        let (one, other) = (xids(&run(&scenario)), xids(&run(&other)));
        assert!(
            !one.is_empty() && one.iter().all(|xid| !other.contains(xid)),
            "{name}"
        );
    }
}

#[test]
fn a_run_that_was_looked_at_is_the_run() {
    for (name, _) in library::FILES {
        let scenario = Rc::new(library::load(name).unwrap());
        let mut recording = Recording::new(Rc::clone(&scenario));
        while recording.step_forward(scenario.until()) {}
        for part in [7, 2, 5, 1, 3] {
            recording.seek(Instant::ZERO + scenario.until().since(Instant::ZERO).fraction(part, 8));
            recording.step_back();
        }
        recording.seek(scenario.until());
        assert_eq!(recording.journal(), &run(&scenario), "{name}");
    }
}

#[test]
fn what_a_person_does_replays_too() {
    let scenario = Rc::new(library::load("two-servers").unwrap());
    let mut recording = Recording::new(Rc::clone(&scenario));
    let server = scenario.find("server1").unwrap();
    recording.seek(Instant::ZERO + Duration::from_secs(1_000));
    recording.act(Command::PowerOff(server));
    recording.seek(Instant::ZERO + Duration::from_secs(8_000));
    recording.act(Command::PowerOn(server));
    recording.seek(scenario.until());
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(scenario.until(), recording.commands(), &mut journal);
    assert_eq!(recording.journal(), &journal);
    assert_ne!(journal, run(&scenario), "and it made a difference");
}
