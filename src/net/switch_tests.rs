use super::*;

const A: Mac = Mac([2, 0, 0, 0, 0, 1]);
const B: Mac = Mac([2, 0, 0, 0, 0, 2]);

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

#[test]
fn it_floods_what_it_does_not_know_and_learns_from_the_answer() {
    let mut switch = Switch::default();
    assert_eq!(switch.forward(at(0), 1, A, B), Forward::Flood);
    assert_eq!(switch.forward(at(1), 2, B, A), Forward::Port(1));
    assert_eq!(switch.forward(at(2), 1, A, B), Forward::Port(2));
    assert_eq!(switch.forward(at(2), 1, A, Mac::BROADCAST), Forward::Flood);
}

#[test]
fn it_filters_what_is_behind_the_same_port() {
    let mut switch = Switch::default();
    switch.forward(at(0), 1, B, A);
    assert_eq!(switch.forward(at(0), 1, A, B), Forward::Filter);
}

#[test]
fn what_it_learned_ages_and_goes_with_the_link() {
    let mut switch = Switch::default();
    switch.forward(at(0), 2, B, A);
    assert_eq!(switch.forward(at(299), 1, A, B), Forward::Port(2));
    assert_eq!(switch.forward(at(300), 1, A, B), Forward::Flood);
    switch.forward(at(301), 2, B, A);
    switch.forget_port(2);
    assert_eq!(switch.forward(at(301), 1, A, B), Forward::Flood);
}
