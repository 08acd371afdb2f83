//! Changing the network itself.

use super::saving::WORLD;
use super::*;
use crate::sim::{Journal, What, World};
use crate::time::{Duration, Instant};

fn world() -> Scenario {
    Scenario::parse(WORLD).unwrap()
}

fn edited(edit: &Edit) -> Result<Scenario, Problem> {
    let scenario = world();
    let commands = scenario.commands().to_vec();
    scenario.edited(&commands, edit)
}

fn name(name: &str) -> String {
    name.to_owned()
}

#[test]
fn whoever_comes_has_a_name_a_cable_and_an_address_of_its_own() {
    for (kind, id, address) in [
        (NodeKind::Client, "client1", None),
        (NodeKind::Server, "server1", Some("10.0.0.3/24")),
        (NodeKind::Host, "host1", None),
        (NodeKind::Switch, "switch1", None),
    ] {
        let scenario = edited(&Edit::Add(kind, name("sw2"))).unwrap();
        let node = scenario.node(scenario.find(id).unwrap());
        assert_eq!(node.kind, kind);
        assert_eq!(
            node.address.map(|cidr| cidr.to_string()).as_deref(),
            address
        );
        let link = scenario.file().links.last().unwrap();
        assert_eq!(link.between, [id, "sw2"]);
        assert_eq!(scenario.commands().len(), world().commands().len());
        let again = scenario
            .edited(scenario.commands(), &Edit::Add(kind, name("sw2")))
            .unwrap();
        assert!(again.find(&id.replace('1', "2")).is_some());
    }
    let empty = r#"{ "version": 1, "name": "e", "until": "1h", "nodes": [{ "id": "sw", "kind": "switch" }], "links": [] }"#;
    let first = Scenario::parse(empty)
        .unwrap()
        .edited(&[], &Edit::Add(NodeKind::Server, name("sw")))
        .unwrap();
    assert_eq!(
        first.node(NodeId(1)).address.unwrap().to_string(),
        "192.168.1.1/24"
    );
}

#[test]
fn whoever_comes_changes_nothing_that_others_do_of_themselves() {
    let sent = |scenario: &Scenario| {
        let (mut world, mut journal) = (World::new(scenario), Journal::default());
        world.run_until(
            Instant::from_micros(240_000_000),
            scenario.commands(),
            &mut journal,
        );
        let own = journal.from(0).filter_map(|(id, entry)| {
            let What::Sent { origin, frame, .. } = &entry.what else {
                return None;
            };
            (*origin == id).then(|| (entry.at, entry.node, frame.clone()))
        });
        own.collect::<Vec<_>>()
    };
    let before = sent(&world());
    assert!(before.len() > 40);
    assert_eq!(
        sent(&edited(&Edit::Add(NodeKind::Host, name("sw1"))).unwrap()),
        before
    );
}

#[test]
fn whoever_goes_takes_along_what_is_done_to_it() {
    let scenario = edited(&Edit::Remove(name("pc"))).unwrap();
    assert_eq!(scenario.find("pc"), None);
    assert_eq!(scenario.file().links.len(), 8);
    let left: Vec<&str> = scenario
        .commands()
        .iter()
        .map(|timed| timed.command.name())
        .collect();
    assert_eq!(
        left,
        ["configure", "configure"],
        "its cable is not pulled any more"
    );
    let problem = edited(&Edit::Remove(name("srv2"))).unwrap_err();
    assert_eq!(problem.path, "nodes[6].server.failover.partner");
    assert!(
        edited(&Edit::Remove(name("nobody")))
            .unwrap_err()
            .message
            .contains("no node 'nobody'")
    );
}

#[test]
fn a_new_name_is_everywhere() {
    let scenario = edited(&Edit::Rename(name("sw1"), name("hall"))).unwrap();
    let text = scenario.file().to_json();
    assert!(!text.contains("sw1") && text.contains("hall"), "{text}");
    assert_eq!(scenario.commands(), world().commands());
    assert!(
        edited(&Edit::Rename(name("sw1"), name("pc")))
            .unwrap_err()
            .message
            .contains("used twice")
    );
    assert_eq!(
        edited(&Edit::Rename(name("sw1"), name("two words")))
            .unwrap_err()
            .path,
        "nodes[3].id"
    );
}

#[test]
fn settings_seed_length_and_title_are_those_of_the_start() {
    let patch = serde_json::from_str(r#"{ "lease": "7m" }"#).unwrap();
    let scenario = edited(&Edit::Settings(name("srv1"), patch)).unwrap();
    let server = |scenario: &Scenario| scenario.file().nodes[6].server.clone().unwrap();
    assert_eq!(server(&scenario).lease, Duration::from_secs(420));
    assert_eq!(server(&scenario).failover, server(&world()).failover);
    let wrong = serde_json::from_str(r#"{ "lease": "long" }"#).unwrap();
    assert_eq!(
        edited(&Edit::Settings(name("srv1"), wrong))
            .unwrap_err()
            .path,
        ".server.lease"
    );
    let none = serde_json::from_str("{}").unwrap();
    assert!(
        edited(&Edit::Settings(name("sw1"), none))
            .unwrap_err()
            .message
            .contains("no settings")
    );
    assert_eq!(edited(&Edit::Seed(99)).unwrap().file().seed, 99);
    assert_eq!(
        edited(&Edit::Until(Duration::from_secs(9_000)))
            .unwrap()
            .until(),
        Instant::from_micros(9_000_000_000)
    );
    let title: Texts = [(name("en"), name("Ours"))].into();
    assert_eq!(
        edited(&Edit::Title(title.clone())).unwrap().file().title,
        title
    );
    assert!(edited(&Edit::Add(NodeKind::Router, name("sw1"))).is_err());
    assert!(
        edited(&Edit::Add(NodeKind::Client, name("pc")))
            .unwrap_err()
            .message
            .contains("not a switch")
    );
}
