//! How the two find each other (draft section 8.2).

use super::rig::*;
use crate::dhcp::failover::*;

const N: [State; 2] = [State::Normal; 2];

#[test]
fn f01_a_secondary_that_is_back_makes_the_primary_connect_at_once() {
    let mut pair = Pair::normal();
    pair.crash(SECONDARY);
    // The primary's tries have become rare.
    pair.run(600);
    pair.start(SECONDARY);
    pair.run(1);
    assert_eq!(pair.states(), N);
}

#[test]
fn f01_a_primary_that_is_back_connects_at_once() {
    let mut pair = Pair::normal();
    pair.crash(PRIMARY);
    pair.run(600);
    pair.start(PRIMARY);
    pair.run(1);
    assert_eq!(pair.states(), N);
}

/// The secondary was cut off, restarted, and is back before the primary has missed it: by a message
/// on its stream it sees that there is none.
#[test]
fn f01_a_knock_makes_the_primary_look_whether_its_stream_is_one() {
    let mut pair = Pair::normal();
    pair.cut();
    pair.run(5);
    pair.crash(SECONDARY);
    pair.heal();
    assert!(pair.sides[PRIMARY].endpoint.is_connected());
    pair.forget();
    pair.start(SECONDARY);
    pair.run(1);
    let lost = Note::Disconnected { end: End::Broken };
    assert!(pair.sides[PRIMARY].notes.contains(&lost));
    // The next try follows as after any connection that broke.
    pair.run(6);
    assert_eq!(pair.states(), N);
}

/// Who has nothing to say notices all the same that no one is there (tReceive).
#[test]
fn f02_both_notice_a_connection_that_is_idle_and_lost() {
    let mut pair = Pair::normal();
    pair.run(1000);
    pair.cut();
    pair.run(31);
    assert_eq!(pair.states(), [State::CommunicationsInterrupted; 2]);
}

#[test]
fn f01_tries_become_rare_but_never_end() {
    let mut pair = Pair::normal();
    pair.cut();
    pair.run(40);
    let (mut tries, mut asked) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let before = (pair.connects, pair.knocks);
        pair.run(6 * 3600);
        tries.push(pair.connects - before.0);
        asked.push(pair.knocks - before.1);
    }
    // A minute each, in the end.
    assert_eq!(tries[1..], [360; 3], "{tries:?}");
    assert!(asked[0] >= 5, "{asked:?}");
    assert!((6..10).contains(&asked.iter().sum::<usize>()), "{asked:?}");
    pair.heal();
    pair.run(61);
    assert_eq!(pair.states(), N);
    // A connection that works begins the count anew.
    pair.cut();
    pair.run(35);
    let before = pair.connects;
    pair.run(20);
    assert_eq!(pair.connects - before, 4);
}

/// One that was shut down neither asks nor answers.
#[test]
fn a_server_that_is_off_does_not_reach_out() {
    let mut pair = Pair::normal();
    pair.command(PRIMARY, Command::Pause);
    let before = pair.connects;
    pair.input(PRIMARY, &Input::Knock);
    pair.run(600);
    assert_eq!(pair.connects, before);
}

/// Both start at once, and the secondary's knock crosses what the primary has just sent.
#[test]
fn f01_a_knock_does_not_disturb_a_connection_that_is_being_made() {
    let mut endpoint = Endpoint::new(config(Role::Primary));
    let mut out = Vec::new();
    let now = crate::time::Instant::from_micros(1);
    let mut handle = |input: &Input<'_>, now| {
        out.clear();
        endpoint.handle(input, &mut Context { now, out: &mut out });
        out.contains(&Output::Connect)
    };
    assert!(handle(&Input::Start, now));
    assert!(!handle(&Input::Knock, now));
    // What was sent before the secondary was there is lost.
    assert!(handle(&Input::Knock, now + secs(1)));
    // What was refused is over.
    assert!(!handle(&Input::Closed, now + secs(1)));
    assert!(handle(&Input::Knock, now + secs(1)));
}
