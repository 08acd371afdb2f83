//! Dropping and corrupting one frame.

use std::rc::Rc;

use super::super::*;
use super::build::*;
use super::deeds::*;
use crate::net::NetNote;
use crate::scenario::{Fate, Which};
use crate::time::{Duration, Instant};
use crate::view::stage;
use crate::wire::dhcp::MessageType;
use crate::wire::frame::{BadFrame, Frame, parse};

fn kind(frame: &Frame) -> Option<MessageType> {
    dhcp(frame)?.kind()
}

/// A second renewal at a minute, of which a frame is met with: by then the client knows the server's
/// card, and an ACK follows the REQUEST 4 ms later.
fn renewal(command: &str) -> (World, Journal) {
    story(&format!(
        r#"{{ "at": "40s", "do": "renew", "node": "pc" }}, {{ "at": "1m", "do": "renew", "node": "pc" }}, {command}"#
    ))
}

/// What became of frames from the renewal on that did not end well.
fn ends(journal: &Journal) -> Vec<(Instant, Option<NodeId>, String, Vec<EventId>)> {
    let from = journal.from(0).filter(|(_, entry)| entry.at >= at(60));
    from.filter_map(|(id, entry)| {
        let what = match &entry.what {
            What::Dropped { reason, frame, .. } => format!("{reason:?} {:?}", kind(frame)?),
            What::Net(NetNote::Malformed { problem }) => problem.clone(),
            _ => return None,
        };
        Some((entry.at, entry.node, what, journal.why(id)))
    })
    .collect()
}

fn root(journal: &Journal, why: &[EventId]) -> Command {
    match &journal.get(*why.last().unwrap()).unwrap().what {
        What::Command(command) => command.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_next_frame_of_a_node_is_dropped_by_a_persons_command() {
    let commands =
        r#"{ "at": "59s", "do": "drop", "link": ["srv", "sw"], "from": "srv", "next": 1 }"#;
    let (_, journal) = renewal(commands);
    let [(when, node, what, why)] = &ends(&journal)[..] else {
        panic!("{:?}", ends(&journal));
    };
    assert_eq!(
        (*when, *node),
        (at(60) + Duration::from_millis(3), Some(SWITCH))
    );
    assert_eq!(what, "Person Ack");
    let Command::Meddle(meddle) = root(&journal, why) else {
        panic!("the person's");
    };
    assert_eq!(
        (meddle.link, meddle.from, meddle.which),
        (SRV_CABLE, SRV, Which::Next(1))
    );
    // The client asks again, and is answered.
    let asked = says(&journal, PC, 60);
    assert!(
        asked.len() >= 2 && asked[1].1 == MessageType::Request,
        "{asked:?}"
    );
    assert!(
        says(&journal, SRV, 61)
            .iter()
            .any(|(_, kind)| *kind == MessageType::Ack)
    );
}

#[test]
fn frames_are_counted_on_their_own_link_and_from_their_own_end() {
    // The switch puts the ACK on the client's cable; the client's own frames do not count.
    let second = r#"{ "at": "1s", "do": "drop", "link": ["pc", "sw"], "from": "sw", "next": 2 }"#;
    let (_, journal) = story(second);
    let lost = drops(&journal);
    let [(entry, DropReason::Person)] = lost[..] else {
        panic!("{lost:?}");
    };
    let What::Dropped { frame, origin, .. } = &entry.what else {
        unreachable!();
    };
    let on_cable: Vec<_> = journal
        .entries()
        .filter(|entry| entry.at > at(1))
        .filter_map(|entry| match &entry.what {
            What::Sent {
                link,
                origin,
                frame,
                ..
            } if *link == PC_CABLE && entry.node == Some(SWITCH) => Some((*origin, frame.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(on_cable[1], (*origin, frame.clone()));
}

#[test]
fn a_frame_on_its_way_is_met_by_its_place_among_those_from_the_same_end() {
    // At 60.0015 s the REQUEST is between switch and server.
    let command =
        r#"{ "at": "60s1500us", "do": "drop", "link": ["srv", "sw"], "from": "sw", "frame": 1 }"#;
    let (_, journal) = renewal(command);
    let ends = ends(&journal);
    assert_eq!(ends.len(), 1);
    assert_eq!(ends[0].0, at(60) + Duration::from_millis(2));
    assert_eq!(
        (ends[0].1, ends[0].2.as_str()),
        (Some(SRV), "Person Request")
    );
    // A second one is not there, nor one from the other end.
    let plain = renewal(r#"{ "at": "61s", "do": "heal" }"#).1;
    for other in [
        r#""from": "sw", "frame": 2"#,
        r#""from": "srv", "frame": 1"#,
    ] {
        let command =
            format!(r#"{{ "at": "60s1500us", "do": "drop", "link": ["srv", "sw"], {other} }}"#);
        let (_, journal) = renewal(&command);
        assert_eq!(journal.len(), plain.len(), "only the command: {other}");
        assert!(drops(&journal).is_empty());
    }
}

#[test]
fn of_several_frames_on_their_way_the_place_says_which() {
    // A slow cable holds the DISCOVER of each of two clients: 1 is what was sent first.
    let commands = |frame: u32| {
        format!(
            r#"{{ "at": "0s", "do": "latency", "link": ["srv", "sw"], "latency": "4s" }},
            {{ "at": "1s", "do": "power-on", "node": "tv" }},
            {{ "at": "2s", "do": "drop", "link": ["srv", "sw"], "from": "sw", "frame": {frame} }}"#
        )
    };
    let lost = |frame: u32| {
        let scenario = lab(&commands(frame));
        let (_, journal) = run(&scenario);
        let lost = drops(&journal);
        assert_eq!(lost.len(), 1, "{lost:?}");
        let What::Dropped { origin, .. } = lost[0].0.what else {
            unreachable!();
        };
        journal.get(origin).unwrap().node.unwrap()
    };
    assert_eq!((lost(1), lost(2)), (PC, TV));
}

#[test]
fn a_corrupted_frame_is_passed_on_and_refused_by_its_checksum() {
    let command =
        r#"{ "at": "59s", "do": "corrupt", "link": ["srv", "sw"], "from": "srv", "next": 1 }"#;
    let (_, journal) = renewal(command);
    let [(when, node, what, why)] = &ends(&journal)[..] else {
        panic!("{:?}", ends(&journal));
    };
    assert_eq!(
        (*when, *node),
        (at(60) + Duration::from_millis(4), Some(PC))
    );
    assert_eq!(what, "the UDP checksum is wrong");
    assert!(
        matches!(root(&journal, why), Command::Meddle(_)),
        "a person did it"
    );
    let bytes = journal.entries().filter_map(|entry| match &entry.what {
        What::Sent { frame, link, .. } if entry.at > at(60) && *link == PC_CABLE => {
            Some(frame.clone())
        }
        _ => None,
    });
    let spoiled: Vec<Frame> = bytes
        .filter(|frame| parse(frame.bytes()) == Err(BadFrame::Checksum("UDP")))
        .collect();
    assert_eq!(spoiled.len(), 1, "the switch passes it on as it came");
}

#[test]
fn a_corrupted_broadcast_is_refused_by_everyone_behind_the_cable() {
    let commands = r#"{ "at": "1m", "do": "corrupt", "link": ["tv", "sw"], "from": "tv", "next": 1 },
        { "at": "1m", "do": "power-on", "node": "tv" }"#;
    let (_, journal) = story(commands);
    let ends = ends(&journal);
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert_eq!(
        (ends[0].1, ends[0].2.as_str()),
        (Some(SRV), "the UDP checksum is wrong")
    );
    assert!(
        says(&journal, SRV, 60)[0].0 > at(62),
        "it answers the second DISCOVER"
    );
}

#[test]
fn a_corrupted_arp_packet_makes_no_sense() {
    let commands = r#"{ "at": "59s", "do": "corrupt", "link": ["spare", "sw"], "from": "spare", "next": 1 },
        { "at": "1m", "do": "take", "node": "spare", "address": "10.0.0.10/24" }"#;
    let (world, journal) = story(commands);
    let malformed: Vec<_> = ends(&journal)
        .into_iter()
        .map(|(_, node, what, _)| (node, what))
        .collect();
    assert_eq!(
        malformed,
        [PC, SRV].map(|node| (Some(node), "the ARP header is malformed".to_owned())),
        "both mind who has that address"
    );
    assert!(
        world.node(PC).client().unwrap().address().is_some(),
        "it has not heard of it"
    );
}

#[test]
fn a_frame_that_is_lost_anyway_is_lost_for_its_first_reason() {
    let commands = r#"{ "at": "0s", "do": "faults", "link": ["srv", "sw"], "faults": { "loss": 1000000 } },
        { "at": "0s", "do": "drop", "link": ["srv", "sw"], "from": "sw", "next": 1 }"#;
    let (_, journal) = story(commands);
    assert!(drops(&journal).len() > 1);
    assert!(
        drops(&journal)
            .iter()
            .all(|(_, reason)| *reason == DropReason::Loss)
    );
}

#[test]
fn a_frame_that_is_seen_on_its_way_is_the_one_that_is_met() {
    let commands = r#"{ "at": "0s", "do": "latency", "link": ["srv", "sw"], "latency": "4s" },
        { "at": "1s", "do": "power-on", "node": "tv" }"#;
    let mut recording = Recording::new(Rc::new(lab(commands)));
    recording.seek(at(2));
    let flights = stage::flights(recording.journal(), recording.world().written(), at(2));
    let on_cable: Vec<_> = flights
        .iter()
        .filter(|flight| flight.link == SRV_CABLE)
        .collect();
    assert_eq!(on_cable.len(), 2);
    for flight in on_cable {
        let mut recording = recording.clone();
        let command = stage::meddle(&flights, flight.id, flight.link, Fate::Drop).unwrap();
        recording.act(command);
        recording.seek(at(10));
        let lost = drops(recording.journal());
        assert_eq!(lost.len(), 1);
        let What::Dropped { origin, .. } = lost[0].0.what else {
            unreachable!();
        };
        assert_eq!((origin, lost[0].0.at), (flight.origin, flight.arrives));
    }
    assert_eq!(
        stage::meddle(&flights, EventId(0), SRV_CABLE, Fate::Drop),
        None
    );
}
