use std::net::Ipv4Addr;

use super::*;
use crate::net::link::MILLION;
use crate::wire::frame::{Arp, Route, udp};

fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(0x0a00_0000 + number)
}

fn meets(interest: Interest, frame: &Frame) -> bool {
    match Question::of(frame) {
        Question::Group(one, other) => interest.meets(one, other),
        Question::Card(_) => panic!("{frame:?} is to everyone"),
    }
}

#[test]
fn what_was_put_in_is_met() {
    let card = Mac([2, 0, 0, 0, 0, 9]);
    for number in 1..2_000 {
        let own = Interest::NONE
            .from(address(number))
            .about(address(number))
            .from(address(70_000));
        assert!(meets(own, &Arp::probe(card, address(number)).frame()));
        assert!(meets(
            own,
            &Arp::announcement(card, address(number)).frame()
        ));
        let known = Arp::announcement(card, address(70_000));
        assert!(meets(own, &known.frame()));
        assert!(meets(Interest::ALL, &known.frame()));
    }
}

/// A broadcast that concerns no one is turned away by nearly all words: else each would be looked at
/// closely.
#[test]
fn most_words_turn_away_what_is_not_theirs() {
    let card = Mac([2, 0, 0, 0, 0, 9]);
    let mut met = 0;
    for number in 1..1_000 {
        let own = Interest::NONE
            .port(CLIENT_PORT)
            .from(address(number))
            .about(address(number))
            .from(address(70_000));
        for other in 2_000..2_100 {
            met += u32::from(meets(own, &Arp::announcement(card, address(other)).frame()));
            met += u32::from(meets(own, &Arp::probe(card, address(70_000)).frame()));
        }
    }
    let all = 999 * 200;
    assert!(met < all / 100, "{} of {MILLION}", met * (MILLION / all));
}

#[test]
fn a_port_is_met_by_those_who_listen_there() {
    let route = Route {
        source_mac: Mac([2, 0, 0, 0, 0, 9]),
        destination_mac: Mac::BROADCAST,
        source: Ipv4Addr::UNSPECIFIED,
        destination: Ipv4Addr::BROADCAST,
    };
    let server = Interest::NONE.port(SERVER_PORT);
    let client = Interest::NONE.port(CLIENT_PORT);
    let to = |port| udp(route, 1, port, b"");
    assert!(meets(server, &to(SERVER_PORT)) && !meets(client, &to(SERVER_PORT)));
    assert!(meets(client, &to(CLIENT_PORT)) && !meets(server, &to(CLIENT_PORT)));
    assert!(!meets(client, &to(9)) && !meets(server, &to(9)));
}
