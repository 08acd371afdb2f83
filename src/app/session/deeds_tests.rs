use super::*;
use crate::scenario::{Command, Fate, Partition, library};
use crate::sim::{DropReason, What};

fn open(name: &str) -> Session {
    Session::open(Some(name), Language::English, Theme::Auto).unwrap()
}

fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

/// What can be done, in words.
fn names(session: &Session) -> Vec<String> {
    names_then(session, &Then::Now)
}

fn names_then(session: &Session, then: &Then) -> Vec<String> {
    let deeds = session.deeds(then);
    deeds
        .iter()
        .filter(|deed| deed.hindered.is_none())
        .map(|deed| session.texts().sentence(&deed.sentence))
        .collect()
}

/// What the list says of something by its name: nothing where it has no such thing, an empty text
/// where that can be done, or why it cannot.
fn hindered(session: &Session, then: &Then, name: &str) -> Option<&'static str> {
    let deeds = session.deeds(then);
    let mut named = deeds
        .iter()
        .filter(|deed| session.texts().sentence(&deed.sentence) == name);
    Some(named.next()?.hindered.unwrap_or_default())
}

/// Does what has this name in the list.
fn carry_out(session: &mut Session, name: &str) {
    let deeds = session.deeds(&Then::Now);
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
            for deed in session.deeds(&Then::Now) {
                let key = &deed.sentence.key;
                assert!(known(key), "{key} in {name}");
                let short = deed.short;
                assert!(short.is_empty() || known(short), "{short} in {name}");
                assert!(deed.hindered.is_none_or(known), "{:?}", deed.hindered);
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
fn at_another_instant_the_list_has_what_can_be_done_then() {
    let mut session = open("two-server-day");
    let [crash, on] = ["Crash server1", "Switch on server1"];
    session.finish(Action::Seek(seconds(480)));
    assert_eq!(
        hindered(&session, &Then::Now, crash),
        Some("why-not.stopped")
    );
    assert_eq!(hindered(&session, &Then::Now, on), Some(""));
    let past = session.then(Some(seconds(300)));
    assert_eq!(hindered(&session, &past, crash), Some(""));
    assert_eq!(hindered(&session, &past, on), None);
    // What lies ahead is found out, and what is known stays as it is.
    let mut fresh = open("two-server-day");
    fresh.finish(Action::Seek(seconds(60)));
    let before = (fresh.now(), fresh.key(), fresh.known());
    let ahead = fresh.then(Some(seconds(370)));
    assert!(matches!(ahead, Then::At(_)));
    assert_eq!(hindered(&fresh, &ahead, on), Some(""));
    assert_eq!((fresh.now(), fresh.key(), fresh.known()), before);
    let server = fresh.scenario().find("server1").unwrap();
    fresh.finish(Action::DoAt(seconds(370), Command::PowerOn(server)));
    fresh.finish(Action::Seek(seconds(371)));
    assert!(fresh.world().node(server).power);
}

#[test]
fn where_it_takes_too_long_to_find_out_everything_is_in_the_list() {
    let mut session = open("two-server-day");
    session.finish(Action::Seek(seconds(480)));
    // From now on two servers say every minute that they are still there.
    carry_out(&mut session, "Switch on server1");
    let then = session.then(Some(seconds(9 * 365 * 86_400)));
    assert!(matches!(then, Then::Unknown));
    let all = names_then(&session, &then);
    for name in [
        "Switch on server1",
        "Switch off server1",
        "Crash server1",
        "Lose the disk of server1",
        "Tell server1 that its partner is down",
        "Start the client of client",
        "Renew the lease of client now",
        "Plug in the cable client – switch",
        "Pull the cable client – switch",
        "Mend the cable client – switch",
        "Cut server1 off from server2",
        "End every cut",
    ] {
        assert!(all.iter().any(|known| known == name), "{name}: {all:?}");
    }
    // That a client has no address of its own is known.
    let deeds = session.deeds(&then);
    let cannot = deeds.iter().filter_map(|deed| deed.hindered);
    assert_eq!(cannot.collect::<Vec<_>>(), ["why-not.no-fixed"]);
}

#[test]
fn what_cannot_be_done_is_found_and_says_why() {
    let mut session = open("two-servers");
    while session.world().node(NodeId(0)).client().unwrap().state()
        != crate::dhcp::client::State::Requesting
    {
        session.finish(Action::StepForward);
    }
    let why = |session: &Session, name: &str| hindered(session, &Then::Now, name);
    let renew = "Renew the lease of laptop now";
    assert_eq!(why(&session, renew), Some("why-not.no-lease"));
    assert_eq!(
        why(&session, "Start the client of laptop"),
        Some("why-not.begun")
    );
    assert_eq!(
        why(&session, "Lose the disk of server1"),
        Some("why-not.runs")
    );
    let laptop = session.scenario().find("laptop").unwrap();
    let of_panel = session.deeds_of_node(&Then::Now, laptop);
    assert!(of_panel.iter().all(|deed| deed.hindered.is_none()));
    let is_renew = |deed: &Deed| deed.command() == Some(&Command::Renew(laptop));
    assert!(!of_panel.iter().any(is_renew));
    session.finish(Action::Do(Command::PowerOff(laptop)));
    assert_eq!(why(&session, renew), Some("why-not.stopped"));
    assert_eq!(why(&session, "Restart laptop"), Some("why-not.off"));
    let mut partners = open("two-server-day");
    partners.finish(Action::Seek(seconds(65)));
    let down = "Tell server1 that its partner is down";
    carry_out(&mut partners, down);
    assert_eq!(why(&partners, down), Some("why-not.partner"));
}

#[test]
fn every_trouble_of_a_cable_and_a_clock_are_in_the_list_in_every_language() {
    let mut session = open("two-server-day");
    for (language, all) in [
        (
            Language::English,
            "latency jitter loss bursts duplication reordering rate clock",
        ),
        (
            Language::Spanish,
            "latencia fluctuación pérdida ráfagas duplicación reordenación velocidad reloj",
        ),
        (
            Language::Portuguese,
            "latência variação perda rajadas duplicação reordenação taxa relógio",
        ),
    ] {
        session.finish(Action::Language(language));
        let deeds = session.deeds(&Then::Now);
        let acts = deeds.iter().filter(|deed| deed.command().is_some());
        let names: Vec<String> = acts
            .map(|deed| session.texts().sentence(&deed.sentence).to_lowercase())
            .collect();
        for word in all.split(' ') {
            let named = names.iter().filter(|name| name.contains(word));
            // Two servers have a clock, three cables the rest.
            assert!(named.count() >= 2, "{word}: {names:?}");
        }
    }
}

#[test]
fn trouble_is_planned_for_a_while_and_added_to_what_there_is() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    carry_out(
        &mut session,
        "Jitter on the cable laptop – switch: 50\u{a0}ms",
    );
    let deeds = session.deeds(&Then::Now);
    let name = "Loss on the cable laptop – switch: 10\u{a0}%";
    let loss = deeds
        .iter()
        .find(|deed| session.texts().sentence(&deed.sentence) == name);
    let minute = Duration::from_secs(60);
    let action = loss.unwrap().planned(Some(seconds(600)), Some(minute));
    session.finish(action);
    let link = loss.unwrap().command().unwrap().link().unwrap();
    let mut faults = |at| {
        session.finish(Action::Seek(seconds(at)));
        let faults = session.world().link(link).faults();
        (faults.loss, faults.jitter)
    };
    let jitter = Duration::from_millis(50);
    assert_eq!(faults(599), (0, jitter));
    assert_eq!(faults(601), (100_000, jitter));
    assert_eq!(faults(661), (0, jitter));
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
            .flat_map(|link| session.deeds_of_link(&Then::Now, *link, Some(node)));
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
fn what_a_person_does_to_a_frame_is_known_until_it_arrives_and_not_offered_twice() {
    let mut session = open("two-servers");
    session.finish(Action::Next(Target::Message));
    let flight = session.flights()[0].clone();
    let shorts = |session: &Session, flight: &Flight| -> Vec<&str> {
        let deeds = session.deeds_of_flight(flight);
        deeds.into_iter().map(|deed| deed.short).collect()
    };
    assert_eq!(session.fate(&flight), None);
    for (fate, then) in [(Fate::Corrupt, vec!["ui.drop"]), (Fate::Drop, Vec::new())] {
        let deeds = session.deeds_of_flight(&flight);
        let is_it = |deed: &Deed| matches!(deed.command(), Some(Command::Meddle(meddle)) if meddle.fate == fate);
        let deed = deeds.into_iter().find(is_it).unwrap();
        session.finish(deed.action);
        assert_eq!(session.flights()[0], flight, "it still flies");
        assert_eq!(session.fate(&flight), Some(fate));
        assert_eq!(shorts(&session, &flight), then);
    }
    session.finish(Action::Seek(flight.arrives));
    assert_eq!(session.fate(&flight), None);
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
    // In the past it is done there, and seen there: in a branch of its own, as is said.
    let left = session.branches.current();
    session.finish(Action::DoAt(seconds(30), off));
    assert_eq!(session.now(), seconds(30));
    assert!(!session.world().node(server).power);
    assert_eq!(session.notice(), Some(&Notice::Forked(left)));
    // The second thing that a form sets has begun no branch.
    session.finish(Action::DoAt(seconds(30), Command::PowerOn(server)));
    assert_eq!(session.notice(), Some(&Notice::Forked(left)));
    session.finish(Action::Close);
    assert_eq!(session.notice(), Some(&Notice::Forked(left)));
    session.finish(Action::StepForward);
    assert_eq!(session.notice(), None);
}

#[test]
fn the_playhead_stays_where_it_is_when_what_is_planned_is_undone_and_planned_again() {
    for hours in [2, 30] {
        let mut session = open("two-servers");
        let end = session.end();
        session.finish(Action::Seek(seconds(60)));
        let then = seconds(hours * 3_600);
        let server = session.scenario().find("server1").unwrap();
        session.finish(Action::DoAt(then, Command::PowerOff(server)));
        assert_eq!(session.now(), seconds(60), "{hours} h");
        session.finish(Action::Seek(seconds(90)));
        let before = session.key().written;
        session.finish(Action::Undo);
        assert_eq!(session.now(), seconds(90), "{hours} h");
        assert_eq!((session.key().written, session.end()), (before, end));
        assert!(matches!(session.notice(), Some(Notice::Undone(_))));
        session.finish(Action::Redo);
        assert_eq!(session.now(), seconds(90), "{hours} h");
        session.finish(Action::Seek(then));
        assert!(!session.world().node(server).power);
        // Beyond the end that the story has without it.
        session.finish(Action::Undo);
        assert_eq!(session.now(), then.min(end));
        assert!(session.world().node(server).power);
    }
}

#[test]
fn two_deeds_that_are_planned_at_once_are_both_done() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(60)));
    let [one, other] = ["server1", "server2"].map(|id| session.scenario().find(id).unwrap());
    let no_time = &mut || false;
    session.apply(
        Action::DoAt(seconds(7_200), Command::PowerOff(one)),
        no_time,
    );
    assert!(session.now() < seconds(7_200), "it is on the way there");
    session.apply(
        Action::DoAt(seconds(7_200), Command::PowerOff(other)),
        no_time,
    );
    session.apply(Action::DoAt(seconds(9_000), Command::PowerOn(one)), no_time);
    session.finish(Action::Tick(0));
    assert_eq!(session.now(), seconds(60), "who planned it is where he was");
    let off = |session: &Session| [one, other].map(|id| !session.world().node(id).power);
    assert_eq!(off(&session), [false, false]);
    session.finish(Action::Seek(seconds(7_200)));
    assert_eq!(off(&session), [true, true]);
    session.finish(Action::Seek(seconds(9_000)));
    assert_eq!(off(&session), [false, true]);
    // Who is on his way somewhere gets there all the same.
    session.apply(Action::Seek(seconds(60)), no_time);
    session.finish(Action::DoAt(seconds(12_000), Command::PowerOff(one)));
    assert_eq!(session.now(), seconds(60));
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
