//! Going back and forth, and acting in the past: always the same as a run without any of that.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::*;
use super::build::*;
use super::stories::{self, Cast};
use crate::rng::Rng;
use crate::scenario::{NodeKind, Scenario};
use crate::time::{Duration, Instant};

/// A run of the same story that never goes back and is never copied.
struct Fresh(World, Journal);

impl Fresh {
    fn new(recording: &Recording) -> Self {
        Self(World::new(recording.scenario()), Journal::default())
    }

    /// Goes on to where the recording is, or begins anew where that is further back.
    #[track_caller]
    fn assert_like(&mut self, recording: &Recording) {
        let to = recording.world();
        if self.0.executed() > to.executed() || self.0.now() > to.now() {
            *self = Self::new(recording);
        }
        let Self(world, journal) = self;
        while world.executed() < to.executed() {
            let steps = world.step(recording.commands(), journal);
            assert!(steps, "there are as many events");
        }
        world.wait_until(to.now(), recording.commands());
        assert_same(recording, world, journal);
    }
}

#[track_caller]
fn assert_like_fresh(recording: &Recording) {
    Fresh::new(recording).assert_like(recording);
}

#[track_caller]
fn assert_same(recording: &Recording, world: &World, journal: &Journal) {
    assert_eq!(picture(world), picture(recording.world()));
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
    /// What a random story has persons do, drawn by this number.
    Live(u64),
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
        3 => any::<u64>().prop_map(Move::Live),
    ]
}

/// Where the run is.
#[derive(Clone, Copy, Debug)]
enum Place {
    Tiny,
    BuiltIn,
    Partners(u64),
}

impl Place {
    fn scenario(self) -> Rc<Scenario> {
        match self {
            Self::Tiny => tiny(),
            Self::BuiltIn => built_in("two-servers"),
            Self::Partners(seed) => stories::world(seed),
        }
    }
}

fn a_place() -> impl Strategy<Value = Place> {
    prop_oneof![
        1 => Just(Place::Tiny),
        1 => Just(Place::BuiltIn),
        2 => any::<u64>().prop_map(Place::Partners),
    ]
}

/// Whether what a command names is there, and can do that.
fn is_there(scenario: &Scenario, command: &Command) -> bool {
    let asks = matches!(
        command,
        Command::Start(_) | Command::Release(_) | Command::Renew(_) | Command::Inform(_)
    );
    let node = command.node().is_none_or(|node| {
        let mut nodes = scenario.nodes();
        nodes.any(|(id, file)| id == node && (!asks || file.kind == NodeKind::Client))
    });
    let link = command.link();
    node && link.is_none_or(|link| scenario.cables().any(|(id, ..)| id == link))
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
            if is_there(recording.scenario(), command) {
                act(recording, command);
            }
        }
        Move::Live(seed) => {
            let cast = Cast::new(recording.scenario(), |_| true);
            for (pause, command) in cast.story(&mut Rng::new(*seed, 79), recording) {
                recording.seek(recording.world().now() + pause);
                act(recording, &command);
            }
        }
    }
}

/// Does something now, and looks whether the past stays as it was.
fn act(recording: &mut Recording, command: &Command) {
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
    let by_person = recording.by_person().iter();
    let mut later = by_person.skip(recording.world().commands_done());
    assert!(
        later.all(|by_person| !by_person),
        "what a person did later is forgotten"
    );
    let mut last = Instant::ZERO;
    assert!(
        recording
            .commands()
            .iter()
            .all(|timed| std::mem::replace(&mut last, timed.at) <= timed.at)
    );
    // What was found out before about the time after it is not believed any more.
    if recording.commands().len() % 2 == 0 {
        explore(recording, now + secs(20), 60);
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn wherever_the_cursor_goes_it_is_as_in_a_fresh_run(
        interval in 1_u64..80,
        place in a_place(),
        moves in prop::collection::vec(a_move(), 1..14),
    ) {
        let mut recording = Recording::with_limits(place.scenario(), tight(interval));
        let mut fresh = Fresh::new(&recording);
        for step in &moves {
            make(&mut recording, step);
            fresh.assert_like(&recording);
        }
        assert_like_fresh(&recording);
    }

    #[test]
    fn a_step_back_undoes_a_step_forward(
        interval in 1_u64..200,
        place in a_place(),
        start in 0_u64..600_000_000,
        before in 0_u64..600_000_000,
        acts in prop::collection::vec(prop_oneof![a_command().prop_map(Move::Act), any::<u64>().prop_map(Move::Live)], 0..4),
    ) {
        let mut recording = Recording::with_limits(place.scenario(), tight(interval));
        recording.seek(Instant::from_micros(start));
        for act in &acts {
            recording.seek(Instant::from_micros(start.min(before)));
            make(&mut recording, act);
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
