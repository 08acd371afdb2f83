use std::rc::Rc;

use super::*;
use crate::app::session::{Action, Theme};
use crate::scenario::library;
use crate::text::Language;
use crate::time::{Duration, Instant};

fn crowd(clients: u32) -> Session {
    let hour = Duration::from_secs(3_600);
    let scenario = Scenario::new(library::workload(clients, hour, hour)).unwrap();
    Session::new(scenario, Language::English, Theme::Auto)
}

fn at(session: &mut Session, millis: u64) -> Rc<Lanes> {
    let at = Instant::ZERO + Duration::from_millis(millis);
    session.apply(Action::Seek(at), &mut || true);
    session.lanes().clone()
}

#[test]
fn in_a_small_network_each_host_has_a_line() {
    for (name, _) in library::FILES {
        let scenario = library::load(name).unwrap();
        let lanes = Lanes::new(&scenario);
        for (id, node) in scenario.nodes() {
            assert_eq!(lanes.of(id).is_some(), node.kind != NodeKind::Switch);
            assert!(!lanes.shares(id), "{name}: {}", node.id);
        }
    }
}

#[test]
fn of_many_clients_those_have_a_line_that_sent_last_and_none_jumps() {
    let mut session = crowd(100);
    let find = |session: &Session, id: &str| session.scenario().find(id).unwrap();
    // Client 0 is switched on at 1 s, each other one a twentieth of a second after the one before.
    let lanes = at(&mut session, 1_160);
    let (last, server) = (find(&session, "client3"), find(&session, "server"));
    assert!(!lanes.shares(last) && !lanes.shares(server));
    assert!(lanes.shares(find(&session, "client50")));
    assert_eq!(lanes.of(find(&session, "client50")), Some(0));
    assert_eq!(lanes.owners().len(), 4);
    let next = at(&mut session, 1_210);
    assert_eq!(
        next.of(last),
        lanes.of(last),
        "who still matters stays where it is"
    );
    assert!(!next.shares(find(&session, "client4")));
    assert_eq!(next.of(server), lanes.of(server));
}

#[test]
fn who_is_looked_at_has_a_line_and_nothing_moves_for_who_reads() {
    let mut session = crowd(100);
    at(&mut session, 3_000);
    let client = session.scenario().find("client77").unwrap();
    session.apply(Action::Open(Panel::Node(client)), &mut || true);
    assert!(!session.lanes().shares(client));
    session.apply(Action::Reading(true), &mut || true);
    let before = session.lanes().clone();
    assert_eq!(at(&mut session, 9_000), before);
    session.apply(Action::Reading(false), &mut || true);
    assert_ne!(*session.lanes(), before);
    assert!(!session.lanes().shares(client));
}
