//! Routers and servers of several networks: what a file may say of them.

use super::super::*;
use super::errors::assert_broken_in;
use crate::wire::Mac;

const ROUTED: &str = r#"{
  "version": 1, "name": "routed", "until": "1h",
  "nodes": [
    { "id": "sw1", "kind": "switch" }, { "id": "sw2", "kind": "switch" },
    { "id": "r", "kind": "router", "router": "10.0.2.254", "relay": { "servers": ["10.0.2.10"] },
      "interfaces": [ { "address": "10.0.2.1/24", "link": "sw2" }, { "address": "10.0.1.1/24", "link": "sw1" } ] },
    { "id": "srv", "kind": "server", "address": "10.0.2.10/24", "server": {
      "subnets": [ { "network": "10.0.1.0/24", "pools": ["10.0.1.50-10.0.1.60"] }, { "network": "10.0.3.0/24", "pools": ["10.0.3.5"], "lease": "1m" } ],
      "reservations": [ { "mac": "02:00:00:00:00:09", "address": "10.0.1.9" }, { "mac": "02:00:00:00:00:09", "address": "10.0.2.9" } ] } }
  ],
  "links": [
    { "between": ["sw1", "r"], "latency": "1ms" },
    { "between": ["sw2", "r"], "latency": "1ms" },
    { "between": ["srv", "sw2"], "latency": "1ms" }
  ]
}"#;

#[test]
fn a_routers_interfaces_are_at_the_cables_that_they_name() {
    let scenario = Scenario::parse(ROUTED).unwrap();
    let router = scenario.find("r").unwrap();
    let port = |link| scenario.port(router, LinkId(link));
    assert_eq!([port(0), port(1), port(2)], [Some(1), Some(0), None]);
    let cards: Vec<Option<Mac>> = scenario
        .node(router)
        .interfaces
        .iter()
        .map(|port| port.mac)
        .collect();
    assert!(cards[0].is_some() && cards[0] != cards[1], "made up");
    assert!(scenario.node(router).has_card(cards[1].unwrap()));
    assert_eq!(scenario.owner(cards[1].unwrap()), Some(router));
    assert!(scenario.node(router).has_address([10, 0, 1, 1].into()));
    assert_eq!(
        Scenario::parse(&scenario.file().to_json()).unwrap(),
        scenario
    );
}

#[test]
fn a_router_between_two_switches_closes_no_loop() {
    let twice = ROUTED.replace(
        r#"{ "between": ["srv""#,
        r#"{ "between": ["sw1", "sw2"], "latency": "1ms" }, { "between": ["srv""#,
    );
    Scenario::parse(&twice).unwrap();
}

#[test]
fn what_a_router_cannot_be() {
    assert_broken_in(
        ROUTED,
        &[
            (
                r#""address": "10.0.1.1/24""#,
                r#""address": "10.0.2.2/24""#,
                "nodes[2].interfaces[1].address",
                "in the network of 10.0.2.1/24",
            ),
            (
                r#""address": "10.0.1.1/24""#,
                r#""address": "10.0.1.0/24""#,
                "nodes[2].interfaces[1].address",
                "a host can have",
            ),
            (
                r#""link": "sw1""#,
                r#""link": "sw2""#,
                "links[0].between",
                "no interface for this cable",
            ),
            (
                r#"{ "between": ["sw1", "r"], "latency": "1ms" },"#,
                "",
                "nodes[2].interfaces[1].link",
                "no cable to 'sw1'",
            ),
            (
                r#""servers": ["10.0.2.10"]"#,
                r#""servers": []"#,
                "nodes[2].relay.servers",
                "1 to 16",
            ),
            (
                r#""router": "10.0.2.254""#,
                r#""router": "10.0.9.254""#,
                "nodes[2].router",
                "none of its networks",
            ),
            (
                r#""link": "sw1" }"#,
                r#""link": "sw1", "mac": "01:00:00:00:00:01" }"#,
                "nodes[2].interfaces[1].mac",
                "group",
            ),
            (
                r#""id": "sw1", "kind": "switch""#,
                r#""id": "sw1", "kind": "switch", "relay": { "servers": ["10.0.2.10"] }"#,
                "nodes[0].relay",
                "only a router",
            ),
            (
                r#""kind": "router", "#,
                r#""kind": "router", "address": "10.0.4.1/24", "#,
                "nodes[2].address",
                "only a server or a host",
            ),
        ],
    );
}

#[test]
fn what_a_servers_subnets_cannot_be() {
    assert_broken_in(
        ROUTED,
        &[
            (
                r#""network": "10.0.3.0/24""#,
                r#""network": "10.0.1.128/25""#,
                "nodes[3].server.subnets[1].network",
                "overlaps",
            ),
            (
                r#""network": "10.0.3.0/24""#,
                r#""network": "10.0.2.0/24""#,
                "nodes[3].server.subnets[1].network",
                "overlaps",
            ),
            (
                "10.0.1.50-10.0.1.60",
                "10.0.1.50-10.0.2.60",
                "nodes[3].server.subnets[0].pools[0]",
                "outside",
            ),
            (
                r#""lease": "1m""#,
                r#""lease": "0s""#,
                "nodes[3].server.subnets[1].lease",
                "at least 1s",
            ),
            (
                r#""lease": "1m""#,
                r#""domain": """#,
                "nodes[3].server.subnets[1].domain",
                "1 to 253",
            ),
            (
                r#""address": "10.0.2.9""#,
                r#""address": "10.0.1.8""#,
                "nodes[3].server.reservations[1].mac",
                "already",
            ),
            (
                r#""address": "10.0.2.9""#,
                r#""address": "10.0.9.9""#,
                "nodes[3].server.reservations[1].address",
                "outside",
            ),
        ],
    );
}
