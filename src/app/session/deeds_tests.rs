use super::*;
use crate::scenario::{Command, Partition, library};
use crate::sim::{DropReason, What};

fn open(name: &str) -> Session {
    Session::open(Some(name), Language::English, Theme::Auto).unwrap()
}

fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// What can be done, in words.
fn names(session: &Session) -> Vec<String> {
    let deeds = session.deeds();
    deeds
        .iter()
        .map(|deed| session.texts().sentence(&deed.sentence))
        .collect()
}

/// Does what has this name in the list.
fn carry_out(session: &mut Session, name: &str) {
    let deeds = session.deeds();
    let deed = deeds
        .into_iter()
        .find(|deed| session.texts().sentence(&deed.sentence) == name);
    let Some(deed) = deed else {
        panic!("no {name:?} among {:?}", names(session));
    };
    session.finish(deed.action);
}

#[test]
fn all_that_can_be_done_has_its_texts_in_every_language() {
    let all: Vec<Texts> = Language::ALL.map(Texts::new).into();
    let known = |key: &str| {
        all.iter()
            .all(|texts| texts.keys().any(|known| known == key))
    };
    for (name, _) in library::FILES {
        let mut session = open(name);
        for part in 0..6 {
            let at = session.end().since(Instant::ZERO).fraction(part, 5);
            session.finish(Action::Seek(Instant::ZERO + at));
            session.finish(Action::Next(Target::Message));
            for deed in session.deeds() {
                let key = &deed.sentence.key;
                assert!(known(key), "{key} in {name}");
                let short = deed.short;
                assert!(short.is_empty() || known(short), "{short} in {name}");
            }
        }
    }
    for target in Target::ALL {
        assert!(target.texts().into_iter().all(known), "{target:?}");
    }
}

#[test]
fn what_is_in_the_list_depends_on_how_things_are() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    for name in [
        "Switch off server1",
        "Crash switch",
        "Renew the lease of laptop now",
        "Pull the cable laptop – switch",
        "Cut server1 off from server2",
        "Open server2…",
        "Next T1",
    ] {
        assert!(names(&session).iter().any(|known| known == name), "{name}");
    }
    carry_out(&mut session, "Switch off server1");
    carry_out(&mut session, "Pull the cable laptop – switch");
    carry_out(&mut session, "Cut server1 off from server2");
    let names = names(&session);
    for name in [
        "Switch on server1",
        "Lose the disk of server1",
        "Plug in the cable laptop – switch",
        "Let server1 and server2 hear each other again",
        "End every cut",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    for name in [
        "Switch off server1",
        "Crash server1",
        "Pull the cable laptop – switch",
        "Cut server1 off from server2",
    ] {
        assert!(!names.iter().any(|known| known == name), "{name}");
    }
}

#[test]
fn at_its_own_end_a_cable_is_named_by_the_other_one() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    let of = |session: &Session, node: &str| {
        let node = session.scenario().find(node).unwrap();
        let links = session.cables_of(node);
        let deeds = links
            .iter()
            .flat_map(|link| session.deeds_of_link(*link, Some(node)));
        deeds
            .map(|mut deed| {
                deed.sentence.key = deed.short.to_owned();
                session.texts().sentence(&deed.sentence)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&session, "laptop"), ["Unplug"]);
    assert_eq!(
        of(&session, "switch"),
        ["Unplug laptop", "Unplug server1", "Unplug server2"]
    );
}

#[test]
fn a_frame_on_its_way_is_dropped_and_its_copies_are_not() {
    let mut session = open("two-servers");
    session.finish(Action::Next(Target::Message));
    // The switch passes the DISCOVER on to both servers.
    while session.flights().len() < 2 {
        session.finish(Action::StepForward);
    }
    let flight = session.flights()[1].clone();
    let deeds = session.deeds_of_flight(&flight);
    session.finish(deeds[0].action.clone());
    session.finish(Action::Seek(seconds(2)));
    let ends: Vec<_> = session.ladder().find(flight.origin).unwrap().copies.clone();
    let lost = |node| {
        let end = ends.iter().find(|copy| copy.to == node);
        end.and_then(|copy| copy.lost)
    };
    let other = session.scenario().find("server1").unwrap();
    assert_ne!(flight.to, other);
    assert_eq!(lost(flight.to), Some(DropReason::Person));
    assert_eq!(lost(other), None);
}

#[test]
fn a_corrupted_frame_is_refused_by_who_gets_it() {
    let mut session = open("two-servers");
    session.finish(Action::Next(Target::Message));
    let flight = session.flights()[0].clone();
    let deeds = session.deeds_of_flight(&flight);
    session.finish(deeds[1].action.clone());
    session.finish(Action::Seek(seconds(2)));
    let offered = session.world().written();
    let is_offer = |number: &usize| {
        let id = crate::sim::EventId(u32::try_from(*number).unwrap());
        matches!(
            session.journal().get(id).map(|entry| &entry.what),
            Some(What::Net(crate::net::NetNote::Malformed { .. }))
        )
    };
    assert!((0..offered).any(|number| is_offer(&number)));
}

#[test]
fn what_is_planned_happens_then_and_the_playhead_stays() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    let server = session.scenario().find("server1").unwrap();
    let off = Command::PowerOff(server);
    session.finish(Action::DoAt(seconds(600), off.clone()));
    assert_eq!(session.now(), seconds(60));
    assert!(session.world().node(server).power);
    assert_eq!(
        session.notice(),
        Some(&Notice::Planned(seconds(600), off.clone()))
    );
    session.finish(Action::Seek(seconds(599)));
    assert!(session.world().node(server).power);
    session.finish(Action::Seek(seconds(600)));
    assert!(!session.world().node(server).power);
    // In the past it is done there, and seen there.
    session.finish(Action::DoAt(seconds(30), off));
    assert_eq!(session.now(), seconds(30));
    assert!(!session.world().node(server).power);
}

#[test]
fn what_is_done_for_a_while_ends() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    let [one, other] = ["server1", "server2"].map(|id| session.scenario().find(id).unwrap());
    let parts = Rc::new(Partition::new(&[one], &[other]).unwrap());
    let cut = Command::Partition(parts).lasting(Duration::from_secs(10));
    session.finish(Action::Do(cut.unwrap()));
    assert_eq!(session.world().partitions().count(), 1);
    session.finish(Action::Seek(seconds(71)));
    assert_eq!(session.world().partitions().count(), 0);
}

#[test]
fn back_to_the_last_of_a_kind_is_where_next_had_led() {
    let mut session = open("two-servers");
    for target in Target::ALL {
        session.finish(Action::StartOver);
        let mut places = Vec::new();
        for _ in 0..6 {
            session.finish(Action::Next(target));
            if session.notice().is_some() {
                break;
            }
            places.push((session.now(), session.key()));
        }
        session.finish(Action::End);
        let mut back = Vec::new();
        loop {
            session.finish(Action::Last(target));
            if session.notice() == Some(&Notice::NoneBefore(target)) {
                break;
            }
            back.push((session.now(), session.key()));
            assert!(back.len() < 500, "{target:?} never ends");
        }
        back.reverse();
        back.truncate(places.len());
        assert_eq!(back, places, "{target:?}");
    }
}

#[test]
fn opening_the_list_stops_the_clock() {
    let mut session = open("two-servers");
    session.finish(Action::Play);
    let node = Panel::Node(NodeId(0));
    session.finish(Action::Open(node));
    assert!(session.is_playing());
    session.finish(Action::Open(Panel::Deeds));
    assert!(!session.is_playing());
}
