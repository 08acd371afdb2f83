//! A timeline of a long run is bounded, and says the same as one that is not.

use std::rc::Rc;

use super::*;
use crate::dhcp::{ClientNote, Note};
use crate::scenario::library;
use crate::sim::{Journal, Limits, Recording, World};
use crate::time::Duration;

/// Ten clients for two weeks, some switched off and on all the time.
fn long() -> (Scenario, Journal) {
    let day = Duration::from_secs(86_400);
    let lease = Duration::from_secs(1_200);
    let mut file = library::workload(10, lease, day.fraction(14, 1));
    let verbs = [
        crate::scenario::Verb::PowerOff,
        crate::scenario::Verb::PowerOn,
    ];
    for number in 0..3_000_u64 {
        let at = Duration::from_secs(1_000 + 300 * number);
        file.commands.push(crate::scenario::TimedFile {
            node: Some(format!("client{}", number / 2 % 3)),
            ..crate::scenario::TimedFile::new(at, verbs[usize::try_from(number % 2).unwrap()])
        });
    }
    let scenario = Scenario::new(file).unwrap();
    let (mut world, mut journal) = (World::new(&scenario), Journal::default());
    world.run_until(scenario.until(), scenario.commands(), &mut journal);
    (scenario, journal)
}

/// Whether a node held a lease at an instant, by its bars.
fn holds(timeline: &Timeline, node: NodeId, at: Instant) -> bool {
    let mut bars = timeline.leases.iter();
    bars.any(|bar| bar.node == node && bar.from <= at && bar.ended.is_none_or(|end| at < end))
}

#[test]
fn a_long_run_has_no_more_bars_than_can_be_painted() {
    let (scenario, journal) = long();
    let acks = journal.entries().filter(|entry| {
        matches!(
            entry.what,
            What::Dhcp(Note::Client(ClientNote::Leased { .. }))
        )
    });
    let (acks, timeline) = (acks.count(), Timeline::new(&scenario, &journal));
    assert!(acks > 10_000, "{acks}");
    let nodes = scenario.file().nodes.len();
    assert!(
        timeline.leases.len() <= 2_000 + 3 * nodes,
        "{}",
        timeline.leases.len()
    );
    assert!(timeline.outages.len() <= 2_000 + 3 * nodes);
    assert!(timeline.given.len() <= 2_000 + 3 * nodes);
    assert!(
        timeline.ticks.len() <= 8_000 + 8 * nodes,
        "{}",
        timeline.ticks.len()
    );
    let is_dhcp = |frame: &crate::wire::frame::Frame| {
        matches!(
            summary(frame.bytes()).what,
            Packet::Dhcp { kind: Some(_), .. }
        )
    };
    let sent = journal.from(0).filter(|(id, entry)| {
        matches!(&entry.what, What::Sent { origin, frame, .. } if origin == id && is_dhcp(frame))
    });
    let sent = sent.count();
    let ticks: u32 = timeline.ticks.iter().map(|tick| tick.count).sum();
    assert_eq!(ticks as usize, sent, "each message is in a tick");
    // Renewals without a gap are joined into one bar that says what the client holds.
    let steady: Vec<_> = timeline
        .leases
        .iter()
        .filter(|bar| bar.node == NodeId(9))
        .collect();
    assert!(steady.len() < 400, "{}", steady.len());
    for hour in 1..14 * 24 {
        let at = Instant::ZERO + Duration::from_secs(3_600 * hour);
        assert!(holds(&timeline, NodeId(9), at), "at {at}");
    }
}

#[test]
fn a_short_run_is_told_to_the_last_tick() {
    for (name, _) in library::FILES {
        let scenario = library::load(name).unwrap();
        let (mut world, mut journal) = (World::new(&scenario), Journal::default());
        world.run_until(scenario.until(), scenario.commands(), &mut journal);
        let timeline = Timeline::new(&scenario, &journal);
        assert_eq!(
            timeline.grain,
            Grain::default(),
            "{name}: nothing is joined"
        );
        assert!(timeline.ticks.iter().all(|tick| tick.count == 1), "{name}");
    }
}

#[test]
fn after_a_change_of_the_past_it_is_as_if_it_had_always_been_so() {
    let day = Duration::from_secs(86_400);
    let file = library::workload(10, Duration::from_secs(600), day);
    let scenario = Rc::new(Scenario::new(file).unwrap());
    let limits = Limits {
        entries: 3_000,
        ..Limits::default()
    };
    let mut recording = Recording::with_limits(Rc::clone(&scenario), limits);
    let mut timelines = Timelines::new(&scenario);
    recording.seek(scenario.until());
    timelines.read_on(&recording);
    let whole = timelines.clone();
    assert!(recording.journal().len() > 8 * recording.journal().entries().count());
    recording.seek(Instant::ZERO + day.fraction(1, 3));
    recording.act(crate::sim::Command::PowerOff(NodeId(3)));
    recording.seek(Instant::ZERO + day.fraction(1, 2));
    timelines.forget_after(recording.journal().len() / 2);
    timelines.read_on(&recording);
    let mut fresh = Timelines::new(&scenario);
    fresh.read_on(&recording);
    assert_eq!(timelines.now(), fresh.now());
    assert_ne!(timelines.now(), whole.now());
}

/// A story with further commands.
fn with(name: &str, commands: &[(u64, crate::sim::Command)]) -> (Rc<Scenario>, Timeline) {
    let scenario = Rc::new(library::load(name).unwrap());
    let mut recording = Recording::new(Rc::clone(&scenario));
    for (seconds, command) in commands {
        recording.seek(Instant::ZERO + Duration::from_secs(*seconds));
        recording.act(command.clone());
    }
    recording.seek(scenario.until());
    let timeline = Timeline::new(&scenario, recording.journal());
    (scenario, timeline)
}

#[test]
fn a_commanded_cut_is_an_outage_for_as_long_as_it_lasts() {
    use crate::sim::Command;
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let name = "two-server-day";
    let scenario = library::load(name).unwrap();
    let [one, client, other] = ["server1", "client", "server2"].map(|id| scenario.find(id));
    let [one, client, other] = [one.unwrap(), client.unwrap(), other.unwrap()];
    let parts = Rc::new(Partition::new(&[one], &[other]).unwrap());
    let cut = Command::Partition(Rc::clone(&parts));
    let lone = Rc::new(Partition::new(&[client], &[one, other]).unwrap());
    let commands = [
        (70, cut.clone()),
        // It is there already.
        (80, cut.clone()),
        (90, Command::Heal(Some(Rc::clone(&parts)))),
        (100, cut.clone().lasting(Duration::from_secs(10)).unwrap()),
        (120, cut.clone()),
        (130, Command::Partition(Rc::clone(&lone))),
        (140, Command::Heal(None)),
        (150, Command::Partition(Rc::clone(&lone))),
    ];
    let (scenario, timeline) = with(name, &commands);
    let cuts = timeline.outages.iter();
    let cuts: Vec<_> = cuts
        .filter(|outage| matches!(outage.what, Out::Parted(_)))
        .map(|outage| {
            (
                timeline.concerned(&scenario, outage.what),
                outage.from,
                outage.until.map(Instant::as_micros),
            )
        })
        .collect();
    let second = |seconds| Some(at(seconds).as_micros());
    assert_eq!(
        cuts,
        [
            (vec![one, other], at(70), second(90)),
            (vec![one, other], at(100), second(110)),
            (vec![one, other], at(120), second(140)),
            (vec![client], at(130), second(140)),
            (vec![client], at(150), None),
        ]
    );
}

#[test]
fn a_server_that_is_off_has_not_given_out_what_has_ended() {
    use crate::sim::Command;
    let hour = Duration::from_secs(3_600);
    let (scenario, timeline) = with("two-server-day", &[]);
    let server = scenario.find("server1").unwrap();
    let bars = |timeline: &Timeline| {
        let bars = timeline.given.iter().filter(|bar| bar.node == server);
        bars.cloned().collect::<Vec<_>>()
    };
    let [bar] = &bars(&timeline)[..] else {
        panic!("it gives one lease");
    };
    assert_eq!(bar.ended, None, "it is off from then on");
    assert_eq!(bar.end(bar.from), bar.from, "not painted into the future");
    assert_eq!(bar.end(scenario.until()), bar.from + hour);
    // It comes back after hours, and notes only then what ended long before.
    let on = Instant::ZERO + hour.fraction(5, 1);
    let (scenario, timeline) = with("two-server-day", &[(5 * 3_600, Command::PowerOn(server))]);
    let bar = &bars(&timeline)[0];
    assert!(bar.end(scenario.until()) < on, "{bar:?}");
}
