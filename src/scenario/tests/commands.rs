//! Commands that move a client or change a node's settings.

use super::errors::assert_broken_in;
use super::*;
use crate::dhcp::Settings;
use crate::time::Duration;

const TWO: &str = r#"{
  "version": 1, "name": "moves", "until": "1h",
  "nodes": [
    { "id": "pc", "kind": "client", "client": { "host_name": "pc" } },
    { "id": "here", "kind": "switch" },
    { "id": "there", "kind": "switch" },
    { "id": "srv", "kind": "server", "address": "192.0.2.1/24", "server": { "pools": ["192.0.2.10-192.0.2.20"] } }
  ],
  "links": [
    { "between": ["pc", "here"], "latency": "3ms" },
    { "between": ["srv", "here"], "latency": "1ms" }
  ],
  "commands": [
    { "at": "5m", "do": "configure", "node": "pc", "client": { "rapid_commit": true, "host_name": null } },
    { "at": "1m", "do": "move", "node": "pc", "to": "there" },
    { "at": "2m", "do": "move", "node": "pc", "to": "here" },
    { "at": "4m", "do": "configure", "node": "pc", "client": { "lease_time": "2h" } },
    { "at": "6m", "do": "configure", "node": "srv", "server": { "pools": ["192.0.2.30-192.0.2.40"] } }
  ]
}"#;

#[test]
fn a_move_is_a_cable_that_the_file_does_not_list() {
    let scenario = Scenario::parse(TWO).unwrap();
    let [pc, there] = ["pc", "there"].map(|id| scenario.find(id).unwrap());
    let commands: Vec<&Command> = scenario
        .commands()
        .iter()
        .map(|timed| &timed.command)
        .collect();
    let spare = LinkId(2);
    assert_eq!(commands[0], &Command::Plug(spare));
    assert_eq!(commands[1], &Command::Plug(LinkId(0)), "its own cable");
    assert_eq!(scenario.ends(spare), [pc, there]);
    assert!(scenario.is_spare(spare) && !scenario.is_spare(LinkId(1)));
    let latency = |link: LinkId| scenario.cables().nth(link.index()).unwrap().2.latency;
    assert_eq!(latency(spare), Duration::from_millis(3), "as its own cable");
    assert_eq!(scenario.links().count(), 2);
    assert_eq!(scenario.cables().count(), 3);
}

#[test]
fn changes_of_settings_add_up_in_order_of_time() {
    let scenario = Scenario::parse(TWO).unwrap();
    let change = |number: usize| {
        let Command::Configure(_, change) = &scenario.commands()[number].command else {
            panic!("a change of settings");
        };
        change.clone()
    };
    let Settings::Client(first) = &change(2).settings else {
        panic!("a client's");
    };
    assert_eq!(first.lease_time, Some(Duration::from_secs(7_200)));
    assert_eq!(first.host_name.as_deref(), Some("pc"));
    let Settings::Client(second) = &change(3).settings else {
        panic!("a client's");
    };
    assert_eq!(second.lease_time, first.lease_time, "kept from before");
    assert!(second.rapid_commit && second.host_name.is_none());
    assert_eq!(change(3).words, "host_name: null, rapid_commit: true");
}

#[test]
fn a_wrong_move_or_setting_says_where_it_is() {
    assert_broken_in(
        TWO,
        &[
            (r#", "to": "there""#, "", "commands[1]", "must say where to"),
            (
                r#""to": "there""#,
                r#""to": "srv""#,
                "commands[1].to",
                "not a switch that it can move to",
            ),
            (
                r#""to": "there""#,
                r#""to": "nowhere""#,
                "commands[1].to",
                "there is no node",
            ),
            (
                r#""node": "pc", "to": "here""#,
                r#""node": "srv", "to": "here""#,
                "commands[2].node",
                "is not a client",
            ),
            (
                r#""lease_time": "2h""#,
                r#""lease_time": "2 hours""#,
                "commands[3].client.lease_time",
                "2 hours",
            ),
            (
                r#""lease_time": "2h""#,
                r#""lease_times": "2h""#,
                "commands[3].client.lease_times",
                "unknown field",
            ),
            (
                r#""lease_time": "2h""#,
                r#""inform": true"#,
                "commands[3].address",
                "must have a fixed address",
            ),
            (
                r#""pools": ["192.0.2.30-192.0.2.40"]"#,
                r#""pools": ["10.0.0.1-10.0.0.9"]"#,
                "commands[4].server.pools[0]",
                "outside the network",
            ),
            (
                r#""node": "srv", "server""#,
                r#""node": "srv", "client""#,
                "commands[4].client",
                "has no client settings",
            ),
            (
                r#""node": "srv", "server""#,
                r#""node": "here", "server""#,
                "commands[4].node",
                "no settings to change",
            ),
            (
                r#", "client": { "lease_time": "2h" }"#,
                "",
                "commands[3]",
                "must say which client settings change",
            ),
            (
                r#""node": "pc", "to": "here""#,
                r#""node": "pc", "to": "here", "client": {}"#,
                "commands[2].client",
                "no such field",
            ),
        ],
    );
}
