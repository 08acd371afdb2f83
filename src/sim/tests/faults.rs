//! What faults of a link do to a run.

use std::rc::Rc;

use super::super::*;
use super::build::*;
use crate::lesson;
use crate::net::link::Faults;
use crate::scenario::Scenario;
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::MessageType;

/// Two clients and a server on a switch; the first client's cable has these faults.
fn scenario(faults: &str, commands: &str) -> Scenario {
    let text = format!(
        r#"{{ "version": 1, "name": "faults", "until": "20m", "seed": 3,
            "nodes": [ {{ "id": "sw", "kind": "switch" }}, {{ "id": "pc", "kind": "client" }}, {{ "id": "tv", "kind": "client" }},
              {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24", "server": {{ "pools": ["10.0.0.10-10.0.0.20"], "lease": "2m" }} }} ],
            "links": [ {{ "between": ["pc", "sw"], "latency": "1ms"{faults} }}, {{ "between": ["tv", "sw"], "latency": "1ms" }},
              {{ "between": ["srv", "sw"], "latency": "1ms" }} ],
            "commands": [{commands}] }}"#
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn with(faults: &str) -> Scenario {
    scenario(&format!(r#", "faults": {{ {faults} }}"#), "")
}

const PC: NodeId = NodeId(1);
const CABLE: LinkId = LinkId(0);

/// Every frame put on the first client's cable: its entry, and when it arrives.
fn on_cable(journal: &Journal) -> Vec<(EventId, &Entry, Instant)> {
    let sent = journal.from(0).filter_map(|(id, entry)| match entry.what {
        What::Sent { link, arrives, .. } if link == CABLE => Some((id, entry, arrives)),
        _ => None,
    });
    sent.collect()
}

fn drops(journal: &Journal) -> Vec<(EventId, Instant, DropReason)> {
    let dropped = journal.entries().filter_map(|entry| match entry.what {
        What::Dropped { origin, reason, .. } => Some((origin, entry.at, reason)),
        _ => None,
    });
    dropped.collect()
}

#[test]
fn faults_that_never_happen_change_no_byte() {
    let plain = run(&scenario("", "")).1;
    assert_eq!(run(&with("")).1, plain);
    let cleared = run(&scenario(
        "",
        r#"{ "at": "1s", "do": "faults", "link": ["sw", "pc"] }"#,
    ));
    assert_eq!(cleared.1.len(), plain.len() + 1, "but the command itself");
}

#[test]
fn a_fault_changes_no_draw_of_another_node() {
    // All that the first client sends and gets is lost: it is alone. What the others say to each
    // other is as if its cable were out.
    let alone = |journal: &Journal| -> Vec<(Instant, Option<NodeId>, What)> {
        let about = |entry: &&Entry| {
            let others = entry.node == Some(NodeId(2)) || entry.node == Some(NodeId(3));
            others && !matches!(entry.what, What::Carrier { .. })
        };
        let own = |entry: &Entry| match &entry.what {
            What::Sent {
                frame,
                link,
                to,
                arrives,
                ..
            } => What::Sent {
                origin: EventId(0),
                link: *link,
                to: *to,
                arrives: *arrives,
                frame: frame.clone(),
            },
            What::Received { frame, .. } => What::Received {
                origin: EventId(0),
                frame: frame.clone(),
            },
            what => what.clone(),
        };
        let entries = journal.entries().filter(about);
        entries
            .map(|entry| (entry.at, entry.node, own(entry)))
            .collect()
    };
    let lossy = run(&with(r#""loss": 1000000"#)).1;
    let out = run(&scenario(r#", "plugged": false"#, "")).1;
    assert!(alone(&lossy).len() > 20);
    assert_eq!(alone(&lossy), alone(&out));
}

#[test]
fn a_lost_frame_is_sent_and_never_received() {
    let (_, journal) = run(&with(r#""loss": 300000"#));
    let lost = drops(&journal);
    assert!(lost.len() > 5, "{lost:?}");
    for (origin, at, reason) in lost {
        assert_eq!(reason, DropReason::Loss);
        let sent = on_cable(&journal);
        let sent = sent.iter().find(|(_, entry, arrives)| {
            *arrives == at
                && matches!(entry.what, What::Sent { origin: first, .. } if first == origin)
        });
        assert!(sent.is_some(), "it was on the cable until it was lost");
    }
    let received = |node| {
        let mut all = journal.entries();
        all.any(|entry| entry.node == Some(node) && matches!(entry.what, What::Received { .. }))
    };
    assert!(received(PC), "some get through");
    let (world, journal) = run(&with(r#""loss": 1000000"#));
    assert!(
        journal
            .entries()
            .all(|entry| entry.node != Some(PC) || !matches!(entry.what, What::Received { .. }))
    );
    assert_eq!(world.node(PC).client().unwrap().lease(), None);
}

#[test]
fn a_burst_takes_frames_in_a_row() {
    let (_, journal) = run(&with(r#""burst": 200000, "burst_length": 3"#));
    let lost = drops(&journal);
    assert!(lost.len() > 3);
    assert!(
        lost.iter()
            .all(|(_, _, reason)| *reason == DropReason::Burst)
    );
}

#[test]
fn a_duplicate_is_a_second_arrival_caused_by_the_first_frame() {
    let (world, journal) = run(&with(r#""duplicate": 1000000"#));
    let sent = on_cable(&journal);
    for pair in sent.chunks(2) {
        let [(first, entry, arrives), (_, copy, again)] = pair else {
            panic!("each comes twice: {pair:?}")
        };
        assert_eq!((copy.cause, copy.at), (Some(*first), entry.at));
        assert_eq!(again.since(*arrives), Duration::from_millis(1));
    }
    let served = journal.entries().filter(|entry| {
        entry.node == Some(NodeId(3)) && matches!(&entry.what, What::Received { frame, .. } if dhcp(frame).and_then(|m| m.kind()) == Some(MessageType::Discover))
    });
    // Two by the cable of the first client, and one of the second.
    assert_eq!(served.count(), 3);
    assert!(world.node(PC).client().unwrap().lease().is_some(), "S15");
}

#[test]
fn a_held_frame_arrives_after_a_later_one() {
    let (_, journal) = run(&with(r#""reorder": 400000, "hold": "2s""#));
    let sent = on_cable(&journal);
    let held = sent
        .iter()
        .filter(|(_, entry, arrives)| arrives.since(entry.at) == Duration::from_millis(2_001));
    assert!(held.count() > 3);
    let overtakes = sent.windows(2).any(|pair| {
        pair[0].1.node == pair[1].1.node && pair[0].1.at < pair[1].1.at && pair[0].2 > pair[1].2
    });
    assert!(overtakes);
}

#[test]
fn jitter_spreads_arrivals() {
    let (_, journal) = run(&with(r#""jitter": "50ms""#));
    let took = |(_, entry, arrives): &(EventId, &Entry, Instant)| arrives.since(entry.at);
    let times: std::collections::BTreeSet<_> = on_cable(&journal).iter().map(took).collect();
    assert!(times.len() > 5);
    assert!(
        times
            .iter()
            .all(|time| (Duration::from_millis(1)..=Duration::from_millis(51)).contains(time))
    );
}

#[test]
fn a_slow_cable_takes_its_time_and_its_queue_overflows() {
    // 342 bytes of an Ethernet frame with a DHCP message of 300 take 684 ms at 4,000 bit/s.
    let (_, journal) = run(&with(r#""rate": 4000, "queue": 1514"#));
    let discover = on_cable(&journal)[0];
    assert_eq!(discover.2.since(discover.1.at), Duration::from_millis(685));
    let (_, journal) = jam();
    let full: Vec<_> = drops(&journal).into_iter().map(|(_, _, why)| why).collect();
    assert!(full.len() > 3, "{full:?}");
    assert!(full.iter().all(|why| *why == DropReason::QueueFull));
}

/// A client that starts over twelve times at one instant, on a cable for which that is too much.
fn jam() -> (Scenario, Journal) {
    let mut file = with(r#""rate": 1300, "queue": 1514"#).file().clone();
    file.nodes[1].client = Some(crate::dhcp::client::Config {
        start_delay: false,
        ..Default::default()
    });
    let story = Scenario::new(file).unwrap();
    let commands: Vec<Timed> = (0..12)
        .flat_map(|_| [Command::Release(PC), Command::Start(PC)])
        .map(|command| Timed {
            at: at(30),
            command,
        })
        .collect();
    let (mut world, mut journal) = (World::new(&story), Journal::default());
    world.run_until(at(60), &commands, &mut journal);
    (story, journal)
}

#[test]
fn faults_come_and_go_at_an_instant() {
    let commands = r#"{ "at": "0s", "do": "faults", "link": ["pc", "sw"], "faults": { "loss": 1000000 } },
        { "at": "5m", "do": "faults", "link": ["pc", "sw"] }"#;
    let story = scenario("", commands);
    let (world, journal) = run(&story);
    let limit = at(300);
    let lost = drops(&journal);
    assert!(
        !lost.is_empty()
            && lost
                .iter()
                .all(|(_, at, _)| *at <= limit + Duration::from_millis(1))
    );
    assert!(world.node(PC).client().unwrap().lease().is_some());
    assert_eq!(world.link(CABLE).faults(), Faults::default());
    let texts = Texts::new(Language::English);
    let told: Vec<String> = journal
        .from(0)
        .filter_map(|(id, _)| lesson::tell(&story, &journal, id))
        .map(|sentence| texts.sentence(&sentence))
        .collect();
    for sentence in [
        "Things go wrong on the cable between pc and sw: 100 % are lost.",
        "Nothing goes wrong any more on the cable between pc and sw.",
        "The DHCPDISCOVER of pc is lost on the way.",
    ] {
        assert!(
            told.iter().any(|line| line == sentence),
            "{sentence}: {told:#?}"
        );
    }
}

#[test]
fn every_fate_of_a_frame_has_its_words_in_every_language() {
    let by = |faults: &str| {
        let story = with(faults);
        let journal = run(&story).1;
        (story, journal)
    };
    for ((story, journal), key) in [
        (by(r#""loss": 1000000"#), "tell.loss"),
        (by(r#""burst": 1000000, "burst_length": 9"#), "tell.burst"),
        (by(r#""duplicate": 1000000"#), "tell.duplicate"),
        (jam(), "tell.queue-full"),
    ] {
        let mut told = journal
            .from(0)
            .filter_map(|(id, _)| lesson::tell(&story, &journal, id));
        let told = told.find(|sentence| sentence.key == key).unwrap();
        for language in Language::ALL {
            let words = Texts::new(language).sentence(&told);
            assert!(words.contains("pc") && !words.contains('{'), "{words}");
        }
    }
}

#[test]
fn a_run_with_faults_replays_to_the_same_bytes() {
    let faults = r#", "faults": { "loss": 100000, "burst": 50000, "burst_length": 3, "duplicate": 100000,
        "reorder": 100000, "hold": "20ms", "jitter": "3ms", "rate": 100000 }"#;
    let story = Rc::new(scenario(
        faults,
        r#"{ "at": "3m", "do": "renew", "node": "pc" }"#,
    ));
    let (world, journal) = run(&story);
    let mut recording = Recording::with_limits(Rc::clone(&story), every(20));
    recording.seek(story.until());
    for stop in [700, 3, 411, 1_200] {
        recording.seek(at(stop));
    }
    assert_eq!(recording.journal(), &journal);
    assert_eq!(picture(recording.world()), picture(&world));
}
