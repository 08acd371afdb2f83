use super::tests::{open, seconds, watch};
use super::*;
use crate::app::narration;
use crate::dhcp::Reason;
use crate::lesson::why;
use crate::scenario::Command;
use crate::sim::EventId;

fn told(session: &Session) -> Vec<String> {
    match narration::narration(session) {
        narration::Narration::Opening => Vec::new(),
        narration::Narration::Told { sentences, .. } => sentences
            .iter()
            .map(|told| told.sentence.key.clone())
            .collect(),
    }
}

#[test]
fn a_story_opens_where_its_file_says_and_what_came_before_is_there_on_demand() {
    use crate::app::lines::lines;
    let mut session = open(None);
    let opens = seconds(59);
    assert_eq!((session.now(), session.scenario().opens()), (opens, opens));
    let (shown, more) = lines(&session);
    assert!(shown.is_empty() && more, "{shown:?}");
    session.finish(Action::Earlier);
    assert!(lines(&session).0.len() > 20);
    session.finish(Action::Play);
    watch(&mut session, 900);
    assert_eq!(session.flights().len(), 1, "a DISCOVER within a second");
    session.finish(Action::StartOver);
    assert_eq!(session.now(), opens);
    assert!(!session.is_playing());
    session.finish(Action::Seek(seconds(30)));
    assert_eq!(session.now(), seconds(30));
    assert!(
        !told(&session).is_empty(),
        "before it opens the story is told too"
    );
}

#[test]
fn the_mclt_is_told_when_it_bites_and_stays_to_be_read() {
    let mut session = open(None);
    session.finish(Action::Play);
    let bites = |session: &Session| {
        let told = told(session);
        told.iter().any(|key| key == "tell.failover.limited")
    };
    let mut stood = 0;
    for _ in 0..1_000 {
        session.finish(Action::Tick(16_000));
        stood += u32::from(bites(&session));
    }
    assert!(stood * 16 >= 2_400, "{stood} frames");
}

#[test]
fn what_two_servers_tell_each_other_can_be_left_out() {
    use crate::app::lines::{Line, lines};
    let mut session = open(None);
    session.finish(Action::Seek(seconds(360)));
    let labels = |session: &Session| -> Vec<&'static str> {
        let (lines, _) = lines(session);
        lines
            .iter()
            .filter_map(|line| {
                let Line::Message(place) = line else {
                    return None;
                };
                Some(session.ladder().messages()[*place].summary.label())
            })
            .collect()
    };
    let count = |all: &[&str], label: &str| all.iter().filter(|known| **known == label).count();
    let ordinary = labels(&session);
    assert_eq!(count(&ordinary, "BNDUPD"), 1);
    assert_eq!(count(&ordinary, "BNDACK"), 1);
    assert_eq!(count(&ordinary, "CONTACT") + count(&ordinary, "TCP ACK"), 0);
    let filter = session.filter();
    session.finish(Action::Filter(Filter {
        failover: false,
        ..filter
    }));
    let without = labels(&session);
    assert!(
        without.iter().all(|label| label.starts_with("DHCP")),
        "{without:?}"
    );
    assert!(without.len() >= 5);
    session.finish(Action::Filter(Filter {
        failover: true,
        all: true,
    }));
    let everything = labels(&session);
    assert!(count(&everything, "CONTACT") > 5 && count(&everything, "TCP ACK") > 5);
    // What is hidden is not told either, nor waited for.
    session.finish(Action::Filter(Filter {
        failover: false,
        all: false,
    }));
    session.finish(Action::StartOver);
    session.finish(Action::Play);
    for _ in 0..1_200 {
        session.finish(Action::Tick(16_000));
        let told = told(&session);
        let hidden = told.iter().any(|key| key.starts_with("tell.failover.sent"));
        assert!(!hidden, "{told:?}");
    }
}

fn silence() -> Session {
    let mut session = Session::open(Some("silence"), Language::English, Theme::Auto).unwrap();
    session.finish(Action::Seek(seconds(481)));
    session
}

/// The entry that the open panel explains, and its words.
fn explained(session: &Session) -> (EventId, String) {
    let Some(Panel::Why(id)) = session.panel() else {
        panic!("{:?}", session.panel());
    };
    let words = why::words(session.scenario(), session.journal(), id).unwrap();
    (id, session.texts().sentence(&words))
}

#[test]
fn why_did_the_last_thing_happen_and_back_to_what_was_done() {
    let mut session = silence();
    session.finish(Action::Ask(Ask::Last));
    let (id, words) = explained(&session);
    assert!(words.starts_with("server2 stays silent"), "{words}");
    let chain = why::chain(session.recording(), id);
    session.finish(Action::Play);
    session.finish(Action::Show(chain.last().unwrap().id));
    assert_eq!(explained(&session).1, "laptop is switched on.");
    assert_eq!(session.now(), seconds(480));
    assert!(!session.is_playing());
}

#[test]
fn why_is_a_client_in_its_state_and_what_is_its_deadline_for() {
    let mut session = silence();
    let laptop = session.scenario().find("laptop").unwrap();
    session.finish(Action::Ask(Ask::Node(laptop)));
    assert_eq!(
        explained(&session).1,
        "laptop goes from STOPPED to REBOOTING."
    );
    let retry = Reason::Retry { attempt: 2 };
    session.finish(Action::Ask(Ask::Deadline(laptop, retry)));
    let (_, words) = explained(&session);
    assert!(
        words.starts_with("laptop remembers 192.168.1.10"),
        "{words}"
    );
    session.finish(Action::Close);
    session.finish(Action::Ask(Ask::Deadline(laptop, Reason::Rebind)));
    assert_eq!(session.panel(), None, "it has no such deadline");
}

#[test]
fn what_is_done_before_an_entry_that_is_explained_forgets_it() {
    let mut session = silence();
    session.finish(Action::Ask(Ask::Last));
    session.finish(Action::Seek(seconds(400)));
    assert!(matches!(session.panel(), Some(Panel::Why(_))));
    let laptop = session.scenario().find("laptop").unwrap();
    session.finish(Action::Do(Command::PowerOn(laptop)));
    assert_eq!(session.panel(), None);
}
