use super::*;
use crate::scenario::{Command, LinkId, NodeKind, library};
use crate::view::digest::digest;

fn open(name: &str) -> Session {
    Session::open(Some(name), Language::English, Theme::Auto).unwrap()
}

fn seconds(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn saved(session: &Session) -> String {
    match session.export(Export::Scenario) {
        (_, Content::Text(text)) => text,
        (name, _) => panic!("{name} is no text"),
    }
}

/// Does some of everything, here and there in the story.
fn meddle(session: &mut Session) {
    for (number, at) in [(3, 0.3), (11, 0.1), (7, 0.7), (5, 0.5), (2, 0.9)] {
        let whole = session.end().as_micros() as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        session.finish(Action::Seek(Instant::from_micros((whole * at) as u64)));
        session.finish(Action::Next(Target::Message));
        let mut deeds = session.deeds(&Then::Now);
        deeds.retain(|deed| deed.hindered.is_none());
        let mut commands = deeds.iter().filter_map(Deed::command).cloned();
        let count = deeds.iter().filter_map(Deed::command).count();
        let command = commands.nth(number * 13 % count).unwrap();
        session.finish(planned(command, None, Some(Duration::from_secs(90))));
    }
    session.finish(Action::End);
}

#[test]
fn what_was_done_is_saved_and_opened_as_the_same_run() {
    for (name, _) in library::FILES {
        let mut session = open(name);
        meddle(&mut session);
        let text = saved(&session);
        let mut other = open("two-servers");
        other.finish(Action::Load("mine.json".to_owned(), Some(text.clone())));
        assert_eq!(other.notice(), None, "{name}");
        assert!(other.is_file());
        assert_eq!(other.now(), other.scenario().opens());
        other.finish(Action::End);
        assert_eq!(other.now(), session.now(), "{name} lasts as long");
        assert_eq!(digest(other.journal()), digest(session.journal()), "{name}");
        // And what is saved of that is the same file.
        assert_eq!(saved(&other), text, "{name}");
    }
}

#[test]
fn each_branch_is_saved_by_itself() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(3_600)));
    let plain = saved(&session);
    session.finish(Action::Seek(seconds(60)));
    session.finish(Action::Do(Command::Unplug(LinkId(0))));
    assert!(saved(&session).contains("\"1m\""));
    assert_ne!(saved(&session), plain);
    let first = session.branches()[0].id;
    session.finish(Action::Switch(first));
    assert_eq!(saved(&session), plain);
}

#[test]
fn a_link_leads_to_the_same_run_instant_and_view() {
    let mut session = open("two-servers");
    session.finish(Action::Seek(seconds(600)));
    session.finish(Action::Do(Command::Unplug(LinkId(0))));
    session.finish(Action::Seek(seconds(700)));
    session.finish(Action::Filter(Filter {
        all: true,
        failover: true,
    }));
    session.finish(Action::Speed(Speed::STEPS[4]));
    let node = session.scenario().find("server2").unwrap();
    session.finish(Action::Open(Panel::Node(node)));
    let there = Session::linked(&session.link(), Language::Spanish, Theme::Dark).unwrap();
    assert_eq!(there.notice(), None);
    assert_eq!(there.now(), seconds(700));
    assert!(there.is_file() && there.filter().all && !there.is_playing());
    assert_eq!(there.speed(), Speed::STEPS[4]);
    assert_eq!(there.panel(), Some(Panel::Node(node)));
    let written = session.world().written();
    assert_eq!(there.world().written(), written);
    let past = |session: &Session| {
        let past = session.journal().range(0..written);
        past.map(|(_, entry)| entry.clone()).collect::<Vec<_>>()
    };
    assert_eq!(past(&there), past(&session));
    assert!(!there.world().link(LinkId(0)).plugged);
}

#[test]
fn a_bad_link_opens_the_first_story_and_says_why() {
    for (text, says) in [
        ("", None),
        ("{", Some("")),
        (r#"{ "version": 1 }"#, Some("name")),
        (r#"{ "hosts": [], "version": 2 }"#, Some("version 2 is")),
    ] {
        let session = Session::linked(text, Language::English, Theme::Auto).unwrap();
        assert_eq!(session.scenario().file().name, library::NAMES[0]);
        match (session.notice(), says) {
            (Some(Notice::BadLink(None)), None) => {}
            (Some(Notice::BadLink(Some(problem))), Some(says)) => {
                assert!(problem.to_string().contains(says), "{problem}");
            }
            (notice, _) => panic!("{notice:?}"),
        }
    }
}

#[test]
fn captures_and_diagrams_have_all_that_is_known_and_a_harmless_name() {
    let mut session = open("relay");
    session.finish(Action::End);
    let (name, capture) = session.export(Export::Capture);
    assert_eq!(name, "relay.pcapng");
    let Content::Bytes(bytes) = capture else {
        panic!("bytes");
    };
    let hosts = session.scenario().nodes();
    let hosts = hosts.filter(|(_, node)| node.kind != NodeKind::Switch);
    assert!(bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) && bytes.len() > hosts.count() * 100);
    let (name, diagram) = session.export(Export::Diagram);
    assert_eq!(name, "relay.mmd");
    assert!(matches!(diagram, Content::Text(text) if text.starts_with("sequenceDiagram")));
    let text = saved(&session).replacen("\"relay\"", "\"../../etc/passwd\"", 1);
    session.finish(Action::Load("x".to_owned(), Some(text)));
    assert_eq!(session.export(Export::Scenario).0, "..-..-etc-passwd.json");
}
