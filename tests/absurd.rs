//! Scenarios with numbers that no one means: an error that names the place, or a run within bounds.

#![allow(
    clippy::expect_used,
    reason = "clippy takes only the functions marked as tests for tests"
)]

use dhcp_lab::scenario::{Problem, Scenario, library};
use dhcp_lab::sim::{Journal, World};
use dhcp_lab::time::{Duration, Instant};

/// A client, a switch and a server with these settings, and when the client is switched on.
fn text(until: &str, network: &str, server: &str, client: &str, at: &str) -> String {
    format!(
        r#"{{ "version": 1, "name": "absurd", "until": "{until}",
            "nodes": [
                {{ "id": "pc", "kind": "client", "on": false, "client": {{ "start_delay": false {client} }} }},
                {{ "id": "sw", "kind": "switch" }},
                {{ "id": "srv", "kind": "server", "address": "{network}", "server": {{ {server} }} }}
            ],
            "links": [
                {{ "between": ["pc", "sw"], "latency": "1ms" }},
                {{ "between": ["srv", "sw"], "latency": "1ms" }}
            ],
            "commands": [{{ "at": "{at}", "do": "power-on", "node": "pc" }}] }}"#
    )
}

fn problem(text: &str) -> Problem {
    Scenario::parse(text).expect_err("it is refused")
}

/// Runs it for so many events at most; how many there were, and the client's address.
fn run(text: &str, events: u64) -> (u64, Option<std::net::Ipv4Addr>) {
    let scenario = Scenario::parse(text).expect("it is accepted");
    let mut world = World::new(&scenario);
    let mut journal = Journal::default();
    let commands = scenario.commands();
    while world.executed() < events
        && world
            .next_at(commands)
            .is_some_and(|at| at <= scenario.until())
    {
        world.step(commands, &mut journal);
    }
    let client = scenario.find("pc").map(|id| world.node(id));
    let address = client.and_then(|node| node.client()?.address());
    (world.executed(), address)
}

const POOL: &str = r#""pools": ["192.0.2.10-192.0.2.20"]"#;

#[test]
fn a_million_clients_are_refused_by_their_number() {
    let file = library::workload(1_000_000, Duration::from_secs(60), Duration::from_secs(60));
    let refused = Scenario::new(file).expect_err("too many");
    assert_eq!(refused.path, "nodes");
    assert!(refused.message.contains("20000"), "{refused}");
}

#[test]
fn lengths_of_time_that_cannot_be_are_refused_by_their_place() {
    let server = |field: &str| text("1h", "192.0.2.1/24", &format!("{POOL}, {field}"), "", "1s");
    for (text, path) in [
        (server(r#""lease": "0s""#), "nodes[2].server.lease"),
        (
            server(r#""lease": "1000000000000000000s""#),
            "nodes[2].server.lease",
        ),
        (
            server(r#""lease": 1000000000000000000"#),
            "nodes[2].server.lease",
        ),
        (server(r#""max_lease": "0s""#), "nodes[2].server.min_lease"),
        (text("infinite", "192.0.2.1/24", POOL, "", "1s"), "until"),
        (
            text("1h", "192.0.2.1/24", POOL, "", "18446744073709551616us"),
            "commands[0].at",
        ),
        (
            text(
                "1h",
                "192.0.2.1/24",
                POOL,
                r#", "offer_window": "infinite""#,
                "1s",
            ),
            "nodes[0].client.offer_window",
        ),
    ] {
        assert_eq!(problem(&text).path, path, "{}", problem(&text));
    }
}

#[test]
fn an_instant_behind_the_end_of_time_never_comes() {
    let late = text("1h", "192.0.2.1/24", POOL, "", "18446744073709551615us");
    let (events, address) = run(&late, 1_000);
    assert!(events < 10, "{events}");
    assert_eq!(address, None);
}

#[test]
fn a_pool_holds_only_what_a_host_can_have() {
    let pool = |range: &str| {
        let pool = format!(r#""pools": ["{range}"]"#);
        text("1m", "192.0.2.1/0", &pool, "", "1s")
    };
    for range in [
        "0.0.0.0-255.255.255.255",
        "0.0.0.1-0.0.0.9",
        "126.0.0.0-128.0.0.0",
        "127.0.0.1-127.0.0.9",
        "223.0.0.0-224.0.0.0",
    ] {
        let refused = problem(&pool(range));
        assert_eq!(refused.path, "nodes[2].server.pools[0]", "{refused}");
    }
    // Half of the addresses there are, and the run is as short as ever.
    let (events, address) = run(&pool("128.0.0.0-223.255.255.255"), 10_000);
    assert!(events < 100, "{events}");
    assert_eq!(address, Some([128, 0, 0, 0].into()));
}

#[test]
fn a_lease_of_a_second_or_for_ever_is_kept_within_bounds() {
    for (lease, most) in [("1s", 2_000), ("infinite", 100), ("4294967294s", 100)] {
        let server = format!(
            r#"{POOL}, "lease": "{lease}", "min_lease": "1s", "max_lease": "{lease}", "ping": "never""#
        );
        let (events, address) = run(
            &text("1m", "192.0.2.1/24", &server, r#", "probe": false"#, "1s"),
            most,
        );
        assert!(events < most, "{lease}: {events} events");
        assert!(address.is_some(), "{lease}");
    }
}

#[test]
fn waits_without_end_leave_the_rest_running() {
    let server = format!(
        r#"{POOL}, "ping_wait": "infinite", "offer_hold": "infinite", "quarantine": "infinite", "grace": "infinite", "ipv6_only_wait": "infinite""#
    );
    let (events, _) = run(&text("3650d", "192.0.2.1/24", &server, "", "1s"), 20_000);
    assert!(events > 5);
    let end = Instant::MAX + Duration::MAX;
    assert_eq!(end, Instant::MAX);
}
