use super::*;
use crate::app::session::{Action, Ask, Panel, Target, Theme};
use crate::dhcp::failover::Command as Partner;
use crate::lesson::why;
use crate::scenario::Command;
use crate::text::Language;
use crate::time::Duration;

fn open(language: Language) -> Session {
    opened("two-server-day", language)
}

fn opened(name: &str, language: Language) -> Session {
    Session::open(Some(name), language, Theme::Auto).unwrap()
}

fn act(session: &mut Session, action: Action) {
    session.apply(action, &mut || true);
}

fn minutes(minutes: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(60 * minutes)
}

fn told(session: &Session) -> Vec<Told> {
    match narration(session) {
        Narration::Opening => Vec::new(),
        Narration::Told { sentences, .. } => sentences,
    }
}

fn text(session: &Session) -> String {
    said(&told(session), session.texts()).0
}

/// Where the drawing departs from RFC 2131 the line says so by itself, whatever else there is to
/// say and however long that is in a language.
#[test]
fn what_rfc_2131_has_otherwise_is_said_in_every_language() {
    let stories = ["two-server-day", "split-pools"];
    for (language, name) in Language::ALL
        .into_iter()
        .flat_map(|language| stories.map(|name| (language, name)))
    {
        let mut session = opened(name, language);
        for at in [12 * 60 + 6, 13 * 60 + 6] {
            act(&mut session, Action::Seek(minutes(at)));
            let there = text(&session);
            act(&mut session, Action::Seek(minutes(at - 1)));
            act(&mut session, Action::Next(Target::Message));
            for text in [there, text(&session)] {
                let says = text.contains("DISCOVER") && text.contains("RELEASE");
                assert!(says, "{name}, {} at {at}: {text}", language.tag());
            }
        }
    }
}

/// The sentence that "Why?" is about stands in the line, and is the one that matters most.
#[test]
fn why_is_about_what_is_told() {
    let mut session = open(Language::English);
    for _ in 0..5 {
        act(&mut session, Action::Next(Target::Message));
    }
    let line = text(&session);
    assert!(line.contains("The MCLT (maximum client lead time) allows"));
    act(&mut session, Action::Ask(Ask::Last));
    let Some(Panel::Why(id)) = session.panel() else {
        panic!("{:?}", session.panel());
    };
    let words = why::words(session.scenario(), session.journal(), id).unwrap();
    let words = session.texts().sentence(&words);
    assert!(
        words.starts_with("server1 confirms with a DHCPACK"),
        "{words}"
    );
    assert!(line.contains(&words), "{line}");
}

#[test]
fn what_happens_to_two_messages_alike_is_said_once() {
    let mut session = open(Language::English);
    act(&mut session, Action::Seek(minutes(2)));
    let node = |name| session.scenario().find(name).unwrap();
    let [server1, server2] = ["server1", "server2"].map(node);
    act(&mut session, Action::Do(Command::Crash(server1)));
    let down = Command::Failover(server2, Partner::PartnerDown);
    act(&mut session, Action::Do(down));
    let mut nobody = 0;
    for _ in 0..40 {
        act(&mut session, Action::StepForward);
        let told = told(&session);
        let mut sentences = told.iter().map(|told| &told.sentence);
        let first = sentences.next();
        assert!(sentences.all(|other| Some(other) != first), "{told:?}");
        let is_it = |told: &Told| told.sentence.key == "tell.nobody-runs";
        nobody += usize::from(told.iter().any(is_it));
    }
    assert!(nobody > 0);
}

#[test]
fn that_no_one_answered_the_probes_is_said_in_every_language() {
    for language in Language::ALL {
        let mut session = open(language);
        let is_told = |session: &Session, key: &str| {
            let told = told(session);
            told.into_iter().find(|told| told.sentence.key == key)
        };
        for _ in 0..200 {
            if is_told(&session, "tell.leased").is_some() {
                break;
            }
            act(&mut session, Action::StepForward);
        }
        let silence = is_told(&session, "tell.probe-silence").unwrap();
        let words = session.texts().sentence(&silence.sentence);
        let text = text(&session);
        assert!(text.contains(&words), "{text}");
    }
}
