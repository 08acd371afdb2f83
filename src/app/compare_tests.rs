use std::rc::Rc;

use super::facts;
use crate::scenario::library;
use crate::sim::Recording;
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};

#[test]
fn a_server_that_is_off_says_what_its_disk_has() {
    let words = Texts::new(Language::English);
    let scenario = Rc::new(library::load("two-server-day").unwrap());
    let server = scenario.find("server1").unwrap();
    let mut recording = Recording::new(scenario.clone());
    let hour = |hours: u64| Instant::ZERO + Duration::from_secs(3_600 * hours);
    recording.seek(hour(10));
    let world = recording.world();
    let facts = facts(&words, &scenario, [world, world], server);
    let of = |name: &str| {
        let fact = facts.iter().find(|fact| fact.name == name).unwrap();
        fact.values[0].as_str()
    };
    assert_eq!(of("State"), "off");
    assert_eq!(of("Failover"), "on its disk: NORMAL");
    // What the partner may give has no end by itself.
    assert!(!facts.iter().any(|fact| fact.values[0].contains("never")));
}
