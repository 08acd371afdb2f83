//! Going back and forth, and acting in the past: always the same as a run without any of that.

use std::rc::Rc;

use super::super::*;
use super::build::*;
use super::seeking::{assert_like_fresh, tiny};
use crate::time::Instant;

#[test]
fn back_to_the_start_step_by_step_and_forward_again() {
    let mut recording = Recording::with_limits(tiny(), tight(10));
    recording.seek(at(30));
    let (end, entries) = (picture(recording.world()), recording.world().written());
    let mut places = vec![entries];
    while recording.step_back() {
        assert!(recording.world().written() <= places[places.len() - 1]);
        places.push(recording.world().written());
        assert!(places.len() < 5_000, "it gets to the start");
    }
    assert_eq!(
        (recording.world().now(), recording.world().written()),
        (Instant::ZERO, 0)
    );
    assert_eq!(
        picture(recording.world()),
        picture(&World::new(recording.scenario()))
    );
    assert_eq!(
        recording.journal().len(),
        entries,
        "what was seen is still known"
    );
    let mut forward = 0;
    while recording.step_forward(at(30)) {
        forward += 1;
    }
    // One place was where time had passed without an event, one is the start.
    assert!(
        (places.len() - 2..=places.len()).contains(&(forward + 1)),
        "{forward} forward, {} back",
        places.len()
    );
    recording.seek(at(30));
    assert_eq!(picture(recording.world()), end);
}

#[test]
fn acting_in_the_past_forgets_what_came_after_and_what_a_person_did_there() {
    let scenario = built_in("two-servers");
    let (laptop, server1) = (
        scenario.find("laptop").unwrap(),
        scenario.find("server1").unwrap(),
    );
    let mut recording = Recording::new(Rc::clone(&scenario));
    recording.seek(at(600));
    recording.act(Command::Renew(laptop));
    recording.seek(at(3_000));
    recording.act(Command::PowerOff(server1));
    recording.seek(at(10_000));
    let seen = recording.journal().len();
    recording.seek(at(1_000));
    assert_eq!(
        (recording.journal().len(), recording.seen()),
        (seen, at(10_000)),
        "looking changes nothing"
    );
    recording.act(Command::Release(laptop));
    assert_eq!(recording.seen(), at(1_000));
    let person: Vec<_> = recording
        .commands()
        .iter()
        .filter(|timed| !scenario.commands().contains(timed))
        .map(|timed| timed.command.clone())
        .collect();
    assert_eq!(person, [Command::Renew(laptop), Command::Release(laptop)]);
    assert_eq!(
        recording.commands().len(),
        scenario.commands().len() + 2,
        "the scenario's own stay"
    );
    recording.seek(scenario.until());
    assert_like_fresh(&recording);
}

#[test]
fn two_acts_at_one_instant_happen_in_their_order() {
    let scenario = tiny();
    let pc = scenario.find("pc0").unwrap();
    let mut recording = Recording::new(scenario);
    recording.seek(at(60));
    recording.act(Command::PowerOff(pc));
    recording.act(Command::PowerOn(pc));
    recording.act(Command::PowerOff(pc));
    assert!(!recording.world().node(pc).power);
    assert_like_fresh(&recording);
}

#[test]
fn an_act_at_the_very_first_instant_comes_after_the_boot() {
    let scenario = tiny();
    let pc = scenario.find("pc0").unwrap();
    let mut recording = Recording::new(scenario);
    recording.act(Command::PowerOff(pc));
    assert!(!recording.world().node(pc).power);
    assert_like_fresh(&recording);
}

#[test]
fn checkpoints_are_thinned_out_and_seeking_still_works() {
    let server =
        r#"{ "pools": ["10.0.1.0-10.0.2.255"], "lease": "1m", "ping": "never" }"#.to_owned();
    let scenario = network(40, r#"{ "probe": false }"#, &[server], "1h", 9);
    let limits = Limits {
        memory: 1_500_000,
        ..tight(20)
    };
    let mut recording = Recording::with_limits(scenario, limits);
    recording.seek(at(3_600));
    let (events, checkpoints) = (recording.world().executed(), recording.checkpoints());
    assert!(events > 20_000, "{events}");
    assert!(recording.weight() <= limits.memory);
    assert!((10..events / 40).contains(&checkpoints), "{checkpoints}");
    assert!(
        recording.widest() * checkpoints < 3 * events,
        "{} at most between {checkpoints} of {events}",
        recording.widest()
    );
    assert!(
        recording.world().pending() <= 40 + 41,
        "deadlines that were moved do not pile up"
    );
    for place in [3_599, 1_800, 7, 2_500, 0, 3_600] {
        recording.seek(at(place));
        let replayed = recording.world().executed() - recording.replayed_from();
        assert!(
            replayed <= recording.widest(),
            "{replayed} to {place}: not from the nearest one, though it has the entries before it"
        );
        let written = recording.world().written();
        let near = written.saturating_sub(limits.near)..written;
        assert_eq!(recording.journal().range(near.clone()).count(), near.len());
        assert_like_fresh(&recording);
    }
}

#[test]
fn run_to_stops_at_the_first_entry_that_is_wanted() {
    let mut recording = Recording::new(built_in("two-servers"));
    let wanted = |entry: &Entry| matches!(entry.what, What::Carrier { up: false, .. });
    let found = recording.run_to(at(3_600), wanted).unwrap();
    let entry = recording.journal().get(found).unwrap();
    assert!(wanted(entry) && entry.at == at(1_200));
    assert_eq!(recording.world().now(), at(1_200));
    assert!(!recording.past().take(found.index()).skip(20).any(wanted));
    assert_eq!(recording.run_to(at(1_300), wanted), None);
    assert_eq!(recording.world().now(), at(1_300));
    assert_like_fresh(&recording);
}

#[test]
fn every_entry_has_an_earlier_cause_and_why_ends() {
    for name in ["two-servers", "lease-origin"] {
        let (_, journal) = run(&built_in(name));
        let mut last = Instant::ZERO;
        for (id, entry) in journal.from(0) {
            assert!(entry.at >= last, "time goes forward");
            last = entry.at;
            assert!(entry.cause.is_none_or(|cause| cause < id), "{entry:?}");
            let chain = journal.why(id);
            let root = journal.get(*chain.last().unwrap()).unwrap();
            assert!(
                matches!(root.what, What::Command(_) | What::Power(true)),
                "{:?} at the bottom of {entry:?}",
                root.what
            );
        }
    }
}
