//! Going back and forth, and acting in the past: always the same as a run without any of that.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::*;
use super::build::*;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};

#[track_caller]
fn assert_like_fresh(recording: &Recording) {
    let (world, journal) = fresh(
        recording.scenario(),
        recording.commands(),
        recording.world(),
    );
    assert_eq!(picture(&world), picture(recording.world()));
    let (written, known) = (world.written(), recording.journal());
    for (id, entry) in known.range(0..written) {
        assert_eq!(journal.get(id), Some(entry), "{id:?} of {written}");
    }
    let limits = recording.limits();
    let near = written.saturating_sub(limits.near);
    assert!(known.has(near..written), "the last {near} to {written}");
    assert!(known.entries().count() <= limits.entries);
    for number in [0, written / 3, written.saturating_sub(300)] {
        let id = EventId(u32::try_from(number).unwrap());
        if number < written {
            assert_eq!(recording.entry(id).as_ref(), journal.get(id));
            let why: Vec<_> = recording.why(id).iter().map(|(id, _)| *id).collect();
            assert_eq!(why, journal.why(id));
        }
    }
    assert!(recording.seen() >= recording.world().now());
}

fn tiny() -> Rc<Scenario> {
    let server =
        r#"{ "pools": ["10.0.1.0-10.0.1.5"], "lease": "90s", "ping_wait": "200ms" }"#.to_owned();
    network(3, "{}", &[server], "10m", 5)
}

#[derive(Clone, Debug)]
enum Move {
    Seek(u64),
    Forward(u8),
    Back(u8),
    RunTo(u64),
    RunBack,
    Some(u64, u64),
    Explore(u64, u64),
    Recall(usize),
    Rewind,
    Act(Command),
}

fn a_command() -> impl Strategy<Value = Command> {
    let pc = (1_u32..4).prop_map(NodeId);
    let any = (0_u32..5).prop_map(NodeId);
    let link = (0_u32..4).prop_map(LinkId);
    prop_oneof![
        any.clone().prop_map(Command::PowerOn),
        any.prop_map(Command::PowerOff),
        link.clone().prop_map(Command::Plug),
        link.prop_map(Command::Unplug),
        pc.clone().prop_map(Command::Start),
        pc.clone().prop_map(Command::Release),
        pc.clone().prop_map(Command::Renew),
        pc.prop_map(Command::Inform),
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0_u64..600_000_000).prop_map(Move::Seek),
        3 => (1_u8..12).prop_map(Move::Forward),
        3 => (1_u8..12).prop_map(Move::Back),
        1 => (0_u64..600_000_000).prop_map(Move::RunTo),
        2 => Just(Move::RunBack),
        2 => (0_u64..600_000_000, 0_u64..300).prop_map(|(at, events)| Move::Some(at, events)),
        1 => (0_u64..600_000_000, 0_u64..900).prop_map(|(at, events)| Move::Explore(at, events)),
        1 => (0_usize..300).prop_map(Move::Recall),
        1 => Just(Move::Rewind),
        2 => a_command().prop_map(Move::Act),
    ]
}

fn make(recording: &mut Recording, step: &Move) {
    let micros = Duration::from_micros;
    match step {
        Move::Seek(at) => {
            recording.seek(Instant::ZERO + micros(*at));
            assert_eq!(recording.world().now(), Instant::ZERO + micros(*at));
        }
        Move::Forward(times) => (0..*times).for_each(|_| {
            recording.step_forward(Instant::ZERO + secs(600));
        }),
        Move::Back(times) => (0..*times).for_each(|_| {
            recording.step_back();
        }),
        Move::RunTo(limit) => {
            recording.run_to(Instant::ZERO + micros(*limit), |entry| {
                matches!(entry.what, What::Fired { .. })
            });
        }
        Move::RunBack => run_back(recording),
        Move::Some(at, events) => {
            let mut left = *events;
            recording.approach(Instant::ZERO + micros(*at), || {
                left = left.saturating_sub(1);
                left > 0
            });
        }
        Move::Explore(at, events) => explore(recording, Instant::ZERO + micros(*at), *events),
        Move::Recall(count) => {
            let start = recording.world().written().saturating_sub(*count);
            recording.recall(start);
        }
        Move::Rewind => recording.rewind(),
        Move::Act(command) => {
            let now = recording.world().now();
            let before = recording.journal().range(0..recording.world().written());
            let before: Vec<_> = before.map(|(id, entry)| (id, entry.clone())).collect();
            recording.act(command.clone());
            assert_eq!(recording.world().now(), now);
            for (id, entry) in before {
                let still = recording.journal().get(id);
                assert!(
                    still.is_none_or(|still| *still == entry),
                    "what has happened stays"
                );
            }
            assert_eq!(
                recording.journal().len(),
                recording.world().written(),
                "what came after is forgotten"
            );
            let mut last = Instant::ZERO;
            assert!(
                recording
                    .commands()
                    .iter()
                    .all(|timed| std::mem::replace(&mut last, timed.at) <= timed.at)
            );
        }
    }
}

/// Goes back to the last deadline that was due.
fn run_back(recording: &mut Recording) {
    let is_wanted = |entry: &Entry| matches!(entry.what, What::Fired { .. });
    let (now, executed) = (recording.world().now(), recording.world().executed());
    let (mut world, mut journal) = (World::new(recording.scenario()), Journal::default());
    let mut ends = vec![(0, Instant::ZERO)];
    while world.executed() < executed {
        world.step(recording.commands(), &mut journal);
        if world.written() > ends[ends.len() - 1].0 {
            ends.push((world.written(), world.now()));
        }
    }
    let (_, last) = ends[ends.len() - 1];
    if last == now {
        ends.pop();
    }
    let end = ends.last().map_or(0, |(written, _)| *written);
    let wanted = journal
        .range(0..end)
        .rev()
        .find(|(_, entry)| is_wanted(entry));
    let found = recording.run_back_to(is_wanted);
    assert_eq!(found, wanted.map(|(id, _)| id));
    match found {
        Some(id) => {
            assert!(recording.world().written() > id.index());
            assert_eq!(recording.world().now(), journal.get(id).unwrap().at);
        }
        None => assert_eq!(recording.world().executed(), executed, "it stays"),
    }
}

fn explore(recording: &mut Recording, limit: Instant, events: u64) {
    let (before, length) = (
        format!("{:?}", recording.world()),
        recording.journal().len(),
    );
    let mut told = Vec::new();
    let done = recording.explore(limit, events, |id, entry| told.push((id, entry.clone())));
    assert_eq!(
        format!("{:?}", recording.world()),
        before,
        "the cursor stays"
    );
    assert!(!done || recording.known() >= limit);
    let numbers: Vec<_> = told.iter().map(|(id, _)| id.index()).collect();
    assert_eq!(
        numbers,
        (length..recording.journal().len()).collect::<Vec<_>>()
    );
    for (id, entry) in told.iter().step_by(29) {
        assert_eq!(recording.entry(*id).as_ref(), Some(entry));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn wherever_the_cursor_goes_it_is_as_in_a_fresh_run(
        interval in 1_u64..80,
        built_in_too in any::<bool>(),
        moves in prop::collection::vec(a_move(), 1..14),
    ) {
        let scenario = if built_in_too { built_in("two-servers") } else { tiny() };
        let mut recording = Recording::with_limits(scenario, tight(interval));
        for step in &moves {
            // The built-in one has other nodes; what a command names must exist.
            if built_in_too && matches!(step, Move::Act(Command::Start(node) | Command::Release(node) | Command::Renew(node) | Command::Inform(node) | Command::PowerOn(node) | Command::PowerOff(node)) if node.0 > 3) {
                continue;
            }
            if built_in_too && matches!(step, Move::Act(Command::Plug(link) | Command::Unplug(link)) if link.0 > 2) {
                continue;
            }
            make(&mut recording, step);
            assert_like_fresh(&recording);
        }
    }

    #[test]
    fn a_step_back_undoes_a_step_forward(
        interval in 1_u64..200,
        start in 0_u64..600_000_000,
        before in 0_u64..600_000_000,
        act in prop::option::of(a_command()),
    ) {
        let mut recording = Recording::with_limits(tiny(), tight(interval));
        recording.seek(Instant::from_micros(start));
        if let Some(command) = act {
            recording.seek(Instant::from_micros(start.min(before)));
            recording.act(command);
        }
        if !recording.step_forward(Instant::MAX) {
            return Ok(());
        }
        for _ in 0..5 {
            let before = (picture(recording.world()), recording.world().written());
            if recording.step_forward(Instant::MAX) {
                prop_assert!(recording.world().written() > before.1);
                prop_assert!(recording.step_back());
            }
            prop_assert_eq!((picture(recording.world()), recording.world().written()), before);
            recording.step_forward(Instant::MAX);
        }
    }
}

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
