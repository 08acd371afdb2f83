use super::*;
use crate::app::compare::{Item, facts, first_unlike, lines as compare};
use crate::dhcp::client::State;
use crate::scenario::{Command, Edit, LinkId, NodeKind, library};
use crate::sim::{EventId, Recording, What};
use crate::view::ladder::Ladder;
use crate::view::timeline::Timeline;

fn session() -> Session {
    Session::open(Some("two-servers"), Language::English, Theme::Auto).unwrap()
}

fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn off(session: &Session, node: &str) -> Command {
    Command::PowerOff(session.scenario().find(node).unwrap())
}

/// What is painted is what a fresh painting of the journal would be.
fn assert_painted(session: &Session) {
    let (scenario, journal) = (session.scenario(), session.journal());
    let written = session.world().written();
    let mut ladder = Ladder::default();
    ladder.follow(journal, written, written - session.ladder().start());
    assert!(*session.ladder() == ladder, "the ladder");
    let mut timeline = Timeline::default();
    let off = scenario.nodes().filter(|(_, node)| !node.on);
    timeline.off_from_start(off.map(|(id, _)| id));
    timeline.extend(scenario, journal);
    let painted = session.timeline();
    assert_eq!(painted.leases, timeline.leases);
    assert_eq!(painted.given, timeline.given);
    assert_eq!(painted.outages, timeline.outages);
    assert_eq!(painted.ticks, timeline.ticks);
    for (id, _) in scenario.nodes() {
        assert_eq!(painted.sent(id), timeline.sent(id));
        assert!(painted.leases_of(id).eq(timeline.leases_of(id)));
    }
}

fn names(session: &Session) -> Vec<String> {
    let branches = session.branches().into_iter();
    branches.map(|branch| branch.name).collect()
}

#[test]
fn acting_in_the_past_keeps_the_old_future_and_says_so() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    let before = session.timeline().clone();
    session.finish(Action::Seek(seconds(1_800)));
    session.finish(Action::Do(off(&session, "server1")));
    let branches = session.branches();
    assert_eq!(
        names(&session),
        ["As it was", "Switch off server1, 00:30:00"]
    );
    assert_eq!(branches[1].fork, Some((seconds(1_800), 0)));
    assert!(branches[1].current && !branches[0].current);
    assert_eq!(branches[0].seen, seconds(3_600));
    assert_eq!(session.notice(), Some(&Notice::Forked(branches[0].id)));
    assert_eq!(session.seen(), seconds(1_800));
    assert_painted(&session);
    assert_eq!(session.timeline_of(branches[0].id), Some(&before));
    // What is done where nothing is known yet needs no branch.
    session.finish(Action::Do(off(&session, "server2")));
    assert_eq!(session.branches().len(), 2);
    assert_eq!(session.notice(), None);
    assert_painted(&session);
}

#[test]
fn another_branch_is_looked_at_at_the_same_instant() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    let known = session.known().written;
    session.finish(Action::Seek(seconds(1_800)));
    session.finish(Action::Do(off(&session, "server1")));
    session.finish(Action::Seek(seconds(2_400)));
    let [old, new] = [0, 1].map(|place: usize| session.branches()[place].id);
    session.finish(Action::Switch(old));
    assert_eq!(session.now(), seconds(2_400));
    assert_eq!(session.known().written, known);
    let server = session.scenario().find("server1").unwrap();
    assert!(session.world().node(server).power);
    assert_painted(&session);
    session.finish(Action::Switch(new));
    assert_eq!(session.now(), seconds(2_400));
    assert!(!session.world().node(server).power);
    assert_painted(&session);
}

#[test]
fn everything_is_undone_and_done_again_in_turn() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Do(off(&session, "server1")));
    session.finish(Action::Do(Command::Unplug(LinkId(0))));
    let new = session.branches()[1].id;
    session.finish(Action::Rename(new, "  the outage ".to_owned()));
    let old = session.branches()[0].id;
    session.finish(Action::Delete(old));
    assert_eq!(names(&session), ["the outage"]);
    assert_eq!(
        session.notice(),
        Some(&Notice::Deleted("As it was".to_owned()))
    );
    let undo = |session: &mut Session, what: &str| {
        assert_eq!(session.undoable().as_deref(), Some(what));
        session.finish(Action::Undo);
        assert_eq!(session.redoable().as_deref(), Some(what));
        assert_painted(session);
    };
    undo(&mut session, "Delete “As it was”");
    assert_eq!(names(&session), ["As it was", "the outage"]);
    undo(&mut session, "Rename “Switch off server1, 00:01:00”");
    assert_eq!(
        names(&session),
        ["As it was", "Switch off server1, 00:01:00"]
    );
    undo(&mut session, "Pull the cable laptop – switch");
    assert!(session.world().link(LinkId(0)).plugged);
    undo(&mut session, "Switch off server1");
    assert_eq!(names(&session), ["As it was"]);
    assert_eq!(session.now(), seconds(60));
    assert_eq!(session.undoable(), None);
    session.finish(Action::Undo);
    for _ in 0..4 {
        session.finish(Action::Redo);
        assert_painted(&session);
    }
    assert_eq!(names(&session), ["the outage"]);
    assert!(!session.world().link(LinkId(0)).plugged);
    assert_eq!(session.redoable(), None);
    session.finish(Action::Redo);
    assert_eq!(names(&session), ["the outage"]);
}

#[test]
fn what_is_done_after_an_undo_is_not_followed_by_what_was_undone() {
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Do(off(&session, "server1")));
    session.finish(Action::Undo);
    session.finish(Action::Do(off(&session, "server2")));
    assert_eq!(session.redoable(), None);
    let [one, two] = ["server1", "server2"].map(|id| session.scenario().find(id).unwrap());
    assert!(session.world().node(one).power);
    assert!(!session.world().node(two).power);
    assert_painted(&session);
}

#[test]
fn another_story_is_opened_and_the_old_one_comes_back_with_all_its_branches() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Do(off(&session, "server1")));
    let text = r#"{ "version": 1, "name": "one", "until": "1h", "links": [],
        "nodes": [ { "id": "pc", "kind": "client" } ] }"#;
    session.finish(Action::Load("one.json".to_owned(), Some(text.to_owned())));
    assert!(session.is_file());
    assert_eq!(names(&session), ["As it was"]);
    session.finish(Action::Undo);
    assert!(!session.is_file());
    assert_eq!(session.scenario().file().name, "two-servers");
    assert_eq!(names(&session).len(), 2);
    assert_eq!(session.now(), seconds(60));
    assert_painted(&session);
    session.finish(Action::Redo);
    assert!(session.is_file());
    assert_eq!(session.scenario().file().name, "one");
    assert_painted(&session);
}

#[test]
fn branches_that_began_alike_are_told_apart_and_an_empty_name_is_the_first_one() {
    let mut session = session();
    for _ in 0..2 {
        session.finish(Action::Seek(seconds(100)));
        session.finish(Action::Seek(seconds(60)));
        let first = session.branches()[0].id;
        session.finish(Action::Switch(first));
        session.finish(Action::Do(off(&session, "server1")));
    }
    let own = "Switch off server1, 00:01:00";
    assert_eq!(
        names(&session),
        ["As it was", own, "Switch off server1, 00:01:00 (2)"]
    );
    let id = session.branches()[1].id;
    session.finish(Action::Rename(id, "mine".to_owned()));
    assert_eq!(names(&session)[1..], ["mine", own]);
    session.finish(Action::Rename(id, " ".to_owned()));
    assert_eq!(names(&session)[1], own);
    // Nothing was changed by this, so there is nothing to undo.
    let undo = session.undoable();
    session.finish(Action::Rename(id, own.to_owned()));
    session.finish(Action::Rename(id, String::new()));
    assert_eq!(session.undoable(), undo);
}

/// However one goes back and forth, the picture is that of the branch.
#[test]
fn whatever_is_done_in_whichever_order_the_picture_is_right() {
    let mut session = session();
    let mut draw = 7_u32;
    let mut next = |below: u32| {
        draw = draw.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (draw >> 16) % below
    };
    for _ in 0..120 {
        let branches = session.branches();
        let some = branches[next(u32::try_from(branches.len()).unwrap()) as usize].id;
        let node = NodeId(next(4));
        let action = match next(10) {
            0 | 1 => Action::Seek(seconds(u64::from(next(14_400)))),
            2 => Action::Do(Command::PowerOff(node)),
            3 => Action::Do(Command::PowerOn(node)),
            4 => Action::Undo,
            5 => Action::Redo,
            6 => Action::Switch(some),
            7 => Action::StepBack,
            8 => Action::Next(Target::Message),
            _ if branches.len() > 4 => Action::Delete(some),
            _ => Action::StepForward,
        };
        session.finish(action.clone());
        assert_painted(&session);
        // And the branch is what its commands make of the scenario.
        let here = session.branches.recording();
        let mut fresh = Recording::new(Rc::clone(here.scenario()));
        for (timed, by_person) in here.commands().iter().zip(here.by_person()) {
            if *by_person {
                fresh.seek(timed.at);
                fresh.act(timed.command.clone());
            }
        }
        fresh.seek(here.seen());
        let known = here.journal().len();
        assert!(
            fresh
                .journal()
                .range(0..known)
                .eq(here.journal().range(0..known)),
            "{action:?}"
        );
    }
}

#[test]
fn two_branches_side_by_side_share_their_past_and_show_where_they_part() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    session.finish(Action::Seek(seconds(1_000)));
    session.finish(Action::Do(off(&session, "server1")));
    let old = session.branches()[0].id;
    session.finish(Action::Compare(Some(old)));
    // Past T1: in the one the server answers, in the other it cannot.
    session.finish(Action::Seek(seconds(2_000)));
    let sides = session.sides().unwrap();
    assert_eq!(sides[1].recording.world().now(), seconds(2_000));
    let first = session.first_difference().unwrap();
    let journal = session.journal();
    assert!(matches!(
        journal.get(first).map(|entry| &entry.what),
        Some(What::Command(_))
    ));
    let (lines, shared) = compare(
        sides,
        first.index(),
        Filter {
            all: false,
            failover: true,
        },
    );
    assert!(shared > 0 && lines[..shared].iter().all(|line| line.same));
    let command = &lines[shared];
    assert_eq!(command.at, seconds(1_000));
    assert!(matches!(command.items, [Some(Item::Done(_)), None]));
    let answered = lines[shared..].iter().filter(|line| {
        let message = |side: usize| match &line.items[side] {
            Some(Item::Message(place)) => sides[side].strip.messages()[*place].summary.label(),
            _ => "",
        };
        message(0).is_empty() && message(1) == "DHCPACK"
    });
    assert_eq!(answered.count(), 1, "{lines:?}");
    let laptop = session.scenario().find("laptop").unwrap();
    let worlds = sides.map(|side| side.recording.world());
    let facts = facts(session.texts(), session.scenario(), worlds, laptop);
    let state = facts.iter().find(|fact| fact.name == "State").unwrap();
    assert_eq!(state.values, [State::Renewing.name(), State::Bound.name()]);
    assert!(state.differs());
    let address = facts.iter().find(|fact| fact.name == "Address").unwrap();
    assert!(!address.differs());
    // The two change places, and the comparison ends with one of them.
    session.finish(Action::Switch(old));
    assert!(session.beside().is_some_and(|beside| beside != old));
    session.finish(Action::Delete(session.beside().unwrap()));
    assert_eq!(session.beside(), None);
}

#[test]
fn two_branches_without_another_act_are_the_same_to_the_end() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    session.finish(Action::Seek(seconds(10)));
    // Starting a client that has a lease changes nothing.
    let laptop = session.scenario().find("laptop").unwrap();
    session.finish(Action::Do(Command::Start(laptop)));
    let old = session.branches()[0].id;
    session.finish(Action::Compare(Some(old)));
    session.finish(Action::Seek(seconds(3_600)));
    let first = session.first_difference().unwrap();
    let (lines, shared) = compare(
        session.sides().unwrap(),
        first.index(),
        Filter {
            all: true,
            failover: true,
        },
    );
    let after = &lines[shared..];
    assert!(matches!(after[0].items, [Some(Item::Done(_)), None]));
    assert!(
        after.len() > 1 && after[1..].iter().all(|line| line.same),
        "{after:?}"
    );
}

#[test]
fn every_built_in_story_can_fork_in_its_middle() {
    for (name, _) in library::FILES {
        let mut session = Session::open(Some(name), Language::English, Theme::Auto).unwrap();
        session.finish(Action::End);
        let middle = session.end().since(Instant::ZERO).fraction(1, 2);
        session.finish(Action::Seek(Instant::ZERO + middle));
        session.finish(Action::Do(Command::Unplug(LinkId(0))));
        assert_eq!(session.branches().len(), 2, "{name}");
        session.finish(Action::End);
        assert_painted(&session);
        let first = session.branches()[0].id;
        session.finish(Action::Switch(first));
        assert_painted(&session);
        let last = EventId(u32::try_from(session.journal().len() - 1).unwrap());
        assert!(session.journal().get(last).is_some());
    }
}

#[test]
fn the_network_is_changed_with_all_that_was_done_and_back() {
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Do(off(&session, "server2")));
    session.finish(Action::Seek(seconds(90)));
    let add = Edit::Add(NodeKind::Client, "switch".to_owned());
    session.finish(Action::Edit(add));
    let new = session.scenario().find("client1").unwrap();
    assert_eq!(session.now(), seconds(90));
    assert_eq!(session.panel(), Some(Panel::Node(new)));
    let two = session.scenario().find("server2").unwrap();
    assert!(!session.world().node(two).power, "what was done is done");
    assert!(session.world().node(new).client().is_some());
    assert_painted(&session);
    session.finish(Action::Edit(Edit::Remove("server1".to_owned())));
    assert!(session.scenario().find("server1").is_none());
    assert_eq!(
        session.undoable().as_deref(),
        Some("Take server1 out of the network")
    );
    session.finish(Action::Undo);
    session.finish(Action::Undo);
    assert!(session.scenario().find("client1").is_none());
    assert_eq!(session.now(), seconds(90));
    assert!(!session.is_file());
    assert_painted(&session);
    session.finish(Action::Edit(Edit::Add(NodeKind::Host, "laptop".to_owned())));
    assert!(matches!(session.notice(), Some(Notice::BadEdit(_))));
}

#[test]
fn the_first_difference_is_the_line_that_the_ladders_mark_first() {
    let mut session = Session::open(None, Language::English, Theme::Auto).unwrap();
    session.finish(Action::End);
    session.finish(Action::Seek(seconds(6 * 3_600 + 60)));
    let client = session.scenario().find("client").unwrap();
    session.finish(Action::Do(Command::Release(client)));
    session.finish(Action::End);
    let old = session.branches()[0].id;
    session.finish(Action::Compare(Some(old)));
    for (at, all) in [(20, true), (20, false), (1, true), (1, false)] {
        session.finish(Action::Seek(seconds(at * 3_600)));
        let filter = Filter {
            all,
            failover: false,
        };
        let first = session.first_difference().unwrap().index();
        let sides = session.sides().unwrap();
        let (at, told) = first_unlike(sides, first, filter).unwrap();
        let told = told.map(|told| told.map(|told| session.texts().sentence(&told)));
        let released = "client is told to give its address back.".to_owned();
        assert_eq!(told, [Some(released), None], "what goes on is in both");
        assert_eq!(at, seconds(6 * 3_600 + 60));
        let (lines, shared) = compare(sides, first, filter);
        let marked = lines[shared..].iter().find(|line| !line.same);
        assert!(marked.is_none_or(|line| line.at == at));
    }
}
