use super::*;
use crate::app::narration;
use crate::dhcp::client::State;
use crate::scenario::{Command, LinkId};

impl Session {
    /// Does one thing, however long it takes.
    pub(super) fn finish(&mut self, action: Action) {
        self.apply(action, &mut || true);
    }
}

fn session() -> Session {
    open(Some("two-servers"))
}

pub(super) fn open(name: Option<&str>) -> Session {
    Session::open(name, Language::English, Theme::Auto).unwrap()
}

/// Lets the viewer watch for some milliseconds, in frames of 16 ms.
pub(super) fn watch(session: &mut Session, millis: u64) {
    for _ in 0..millis / 16 {
        session.finish(Action::Tick(16_000));
    }
}

fn state(session: &Session) -> State {
    let laptop = session.scenario().find("laptop").unwrap();
    session.world().node(laptop).client().unwrap().state()
}

pub(super) fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

#[test]
fn it_opens_on_the_first_story_paused_at_its_first_instant() {
    let session = open(None);
    assert_eq!(session.scenario().file().name, "two-server-day");
    assert_eq!(session.now(), seconds(59));
    assert!(!session.is_playing());
    assert_eq!(
        narration::narration(&session),
        narration::Narration::Opening
    );
}

#[test]
fn a_discover_leaves_within_a_second_of_watching() {
    let mut session = session();
    session.finish(Action::Play);
    watch(&mut session, 900);
    assert_eq!(session.flights().len(), 1);
    assert_eq!(state(&session), State::Selecting);
}

#[test]
fn a_story_plays_to_its_end_and_from_there_again_from_the_start() {
    for (name, _) in library::FILES {
        let mut session = open(Some(name));
        session.finish(Action::Play);
        let mut watched = 0;
        while session.is_playing() {
            watch(&mut session, 1_600);
            watched += 1_600;
            assert!(watched < 400_000, "{name} never ends");
        }
        assert!(session.is_over(), "{name}");
        session.finish(Action::Play);
        assert!(session.is_playing());
        assert_eq!(session.now(), session.scenario().opens(), "{name}");
    }
}

#[test]
fn a_step_forward_and_back_is_where_it_was() {
    let mut session = session();
    let mut places = Vec::new();
    for _ in 0..12 {
        places.push((session.now(), session.key()));
        session.finish(Action::StepForward);
    }
    for place in places.iter().rev() {
        session.finish(Action::StepBack);
        assert_eq!((session.now(), session.key()), *place);
    }
    session.finish(Action::StepBack);
    assert_eq!(session.now(), Instant::ZERO);
}

#[test]
fn a_step_passes_over_what_the_ladder_leaves_out() {
    for all in [false, true] {
        let mut session = open(None);
        let filter = session.filter();
        session.finish(Action::Filter(Filter { all, ..filter }));
        session.finish(Action::Seek(seconds(67)));
        let mut places = Vec::new();
        while session.now() < seconds(300) {
            session.finish(Action::StepForward);
            places.push((session.now(), session.key()));
        }
        // Every minute both servers say that they are still there.
        assert_eq!(places.len() > 60, all, "{}", places.len());
        assert!(all || places.len() < 8, "{}", places.len());
        for _ in 0..40 {
            session.finish(Action::StepForward);
            places.push((session.now(), session.key()));
        }
        places.pop();
        for place in places.iter().rev() {
            session.finish(Action::StepBack);
            assert_eq!((session.now(), session.key()), *place);
        }
    }
}

#[test]
fn it_jumps_to_the_next_message_t1_and_expiry() {
    let mut session = session();
    session.finish(Action::Next(Target::Message));
    assert_eq!(session.now(), seconds(1));
    session.finish(Action::Next(Target::T1));
    assert_eq!(state(&session), State::Renewing);
    assert!(session.now() > seconds(1_800));
    session.finish(Action::Next(Target::Expiry));
    assert!(session.now() > seconds(3 * 3_600));
}

#[test]
fn where_there_is_no_more_it_stays_and_says_so() {
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Next(Target::T2));
    assert_eq!(session.now(), seconds(60));
    let said = Some(&Notice::NoMore(Target::T2));
    assert_eq!(session.notice(), said);
    // What comes by itself after a jump does not take it away.
    assert!(session.brief().is_some());
    for by_itself in [Action::Unfold, Action::Reading(true), Action::Tick(16_000)] {
        session.finish(by_itself);
        assert_eq!(session.notice(), said);
    }
    session.finish(Action::StepForward);
    assert_eq!(session.notice(), None);
}

#[test]
fn power_off_before_t1_leads_to_rebinding_expiry_and_the_other_server() {
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    let server = session.scenario().find("server1").unwrap();
    session.finish(Action::Do(Command::PowerOff(server)));
    let reached = |session: &mut Session, wanted: State| {
        for _ in 0..2_000 {
            if state(session) == wanted {
                return true;
            }
            session.finish(Action::StepForward);
        }
        false
    };
    // The story's own outage comes in between: the client asks again for what it remembers.
    assert!(reached(&mut session, State::Rebooting));
    session.finish(Action::Next(Target::Expiry));
    assert!(reached(&mut session, State::Selecting));
    assert!(reached(&mut session, State::Bound));
}

#[test]
fn after_a_jump_the_ladder_has_its_last_lines_and_the_others_in_a_moment() {
    use crate::app::lines::lines;
    let mut session = session();
    session.finish(Action::End);
    let first = session.brief();
    let (few, more) = lines(&session);
    assert!(first.is_some() && !more, "those before come by themselves");
    session.finish(Action::Unfold);
    let (all, _) = lines(&session);
    assert_eq!(session.brief(), None);
    assert!(all.len() > few.len() && few.len() > 10, "{}", few.len());
    // What is first after the cut may be part of a line.
    assert!(all.ends_with(&few[1..]));
    session.finish(Action::Seek(session.end()));
    assert!(session.brief() > first, "each jump counts");

    session.finish(Action::Reading(true));
    session.finish(Action::End);
    assert_eq!(session.brief(), None);
    assert_eq!(lines(&session).0, all);
}

#[test]
fn each_line_of_the_ladder_has_a_key_of_its_own() {
    use crate::app::lines::{Line, lines};
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    let server = session.scenario().find("server1").unwrap();
    session.finish(Action::Do(Command::PowerOff(server)));
    session.finish(Action::End);
    session.finish(Action::Unfold);
    let (lines, _) = lines(&session);
    let keys: Vec<String> = lines
        .iter()
        .map(|line| match line {
            Line::Message(place) => session.ladder().messages()[*place].id.0.to_string(),
            Line::Done(id, _) => id.0.to_string(),
            Line::Marks(marks) => marks[0].id.0.to_string(),
            Line::Gap(id, _) => format!("gap-{}", id.0),
        })
        .collect();
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), keys.len(), "{keys:?}");
    let gaps_beside_marks = lines
        .windows(3)
        .filter(|three| matches!(three, [Line::Gap(..), Line::Marks(_), Line::Gap(..)]));
    assert!(
        gaps_beside_marks.count() > 0,
        "the story has what once had equal keys"
    );
}

#[test]
fn what_is_done_in_the_past_makes_another_picture() {
    let mut session = session();
    session.finish(Action::Seek(seconds(3_600)));
    session.finish(Action::Seek(seconds(60)));
    let (known, ticks) = (session.known(), session.timeline().ticks.len());
    session.finish(Action::Do(Command::Unplug(LinkId(0))));
    assert_ne!(session.known().run, known.run);
    assert!(session.timeline().ticks.len() < ticks);
    assert_eq!(session.seen(), seconds(60));
    let out = session
        .timeline()
        .outages
        .iter()
        .any(|outage| outage.until.is_none());
    assert!(out, "the cable is out");
}

#[test]
fn what_is_done_at_the_end_goes_on() {
    let mut session = session();
    session.finish(Action::End);
    assert!(session.is_over());
    let laptop = session.scenario().find("laptop").unwrap();
    session.finish(Action::Do(Command::PowerOn(laptop)));
    assert!(!session.is_over());
    session.finish(Action::Play);
    watch(&mut session, 30_000);
    assert_eq!(state(&session), State::Bound);
}

#[test]
fn a_scenario_that_there_is_not_is_named_and_the_first_one_opens() {
    let session = Session::open(Some("nonsense"), Language::Spanish, Theme::Dark).unwrap();
    assert_eq!(session.scenario().file().name, "two-server-day");
    assert_eq!(
        session.notice(),
        Some(&Notice::NoScenario("nonsense".to_owned()))
    );
    assert_eq!(
        (session.texts().language(), session.theme()),
        (Language::Spanish, Theme::Dark)
    );
}

#[test]
fn another_scenario_keeps_language_and_speed() {
    let mut session = session();
    session.finish(Action::Language(Language::Portuguese));
    session.finish(Action::Speed(Speed::STEPS[5]));
    session.finish(Action::Scenario("lease-origin".to_owned()));
    assert_eq!(session.scenario().file().name, "lease-origin");
    assert_eq!(session.texts().language(), Language::Portuguese);
    assert_eq!(session.speed(), Speed::STEPS[5]);
    assert_eq!(session.now(), Instant::ZERO);
}

#[test]
fn a_file_that_cannot_be_opened_says_where_and_changes_nothing() {
    let mut session = session();
    session.finish(Action::Seek(seconds(60)));
    let before = (session.now(), session.key());
    let text = library::FILES[1].1.replacen("\"kind\"", "\"kinds\"", 1);
    session.finish(Action::Load("mine.json".to_owned(), Some(text)));
    let Some(Notice::BadFile(name, Some(problem))) = session.notice() else {
        panic!("{:?}", session.notice());
    };
    assert_eq!(
        (name.as_str(), problem.path.as_str()),
        ("mine.json", "nodes[0].kinds")
    );
    session.finish(Action::Load("folder".to_owned(), None));
    assert_eq!(
        session.notice(),
        Some(&Notice::BadFile("folder".to_owned(), None))
    );
    assert_eq!((session.now(), session.key()), before);
    assert!(!session.is_file());
    let text = library::FILES[1].1.to_owned();
    session.finish(Action::Load("mine.json".to_owned(), Some(text)));
    assert_eq!(session.scenario().file().name, library::FILES[1].0);
    assert!(session.is_file() && session.notice().is_none());
    session.finish(Action::Scenario(library::FILES[0].0.to_owned()));
    assert!(!session.is_file());
}

/// Lets the session do three things at a time.
fn in_slices(session: &mut Session, action: Action) {
    let mut left = 3;
    session.apply(action, &mut || {
        left -= 1;
        left >= 0
    });
}

#[test]
fn a_long_way_is_gone_in_slices_and_ends_where_one_slice_would() {
    for action in [
        Action::End,
        Action::Seek(seconds(4_000)),
        Action::Seek(seconds(30)),
        Action::Next(Target::T1),
        Action::Next(Target::T2),
    ] {
        let mut at_once = session();
        at_once.finish(Action::Seek(seconds(600)));
        let mut sliced = session();
        sliced.finish(Action::Seek(seconds(600)));
        let before = sliced.key();
        at_once.finish(action.clone());
        in_slices(&mut sliced, action.clone());
        let mut slices = 1;
        while sliced.on_its_way().is_some() {
            assert_eq!(sliced.key(), before, "what is drawn stands still");
            in_slices(&mut sliced, Action::Tick(0));
            slices += 1;
        }
        assert!(slices > 2, "{action:?}");
        assert_eq!(
            (sliced.now(), sliced.key(), sliced.known(), sliced.notice()),
            (
                at_once.now(),
                at_once.key(),
                at_once.known(),
                at_once.notice()
            ),
            "{action:?}"
        );
    }
}

#[test]
fn a_long_way_can_be_left_off() {
    let mut session = session();
    in_slices(&mut session, Action::End);
    assert!(session.on_its_way().is_some());
    session.finish(Action::Open(Panel::Node(NodeId(0))));
    assert!(session.is_over(), "to look at something does not end it");
    session.finish(Action::StartOver);
    in_slices(&mut session, Action::End);
    session.finish(Action::Pause);
    assert_eq!(session.on_its_way(), None);
    assert!(!session.is_over());
    assert_eq!(session.key().written, session.world().written());
}
