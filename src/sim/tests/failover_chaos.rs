//! Two failover partners and their clients under outages that no one has thought of: the promise
//! of the draft is that no address is two clients' at once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::rc::Rc;

use super::super::*;
use super::build::*;
use crate::dhcp::failover::State;
use crate::dhcp::{Note, ServerNote, Silence};
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, MessageType, code};
use crate::wire::frame::{self, Frame, Payload, Transport};

const CLIENTS: u64 = 5;
const HOUR: u64 = 3_600;

/// Both servers at switches of their own, clients at both, and an outage every few minutes until
/// an hour has passed; then everything is whole again. Nobody says that a partner is down.
fn story(seed: u64, load_balance: bool) -> Scenario {
    let mut rng = Rng::new(seed, 99);
    let mut nodes = String::new();
    let mut links = r#"{ "between": ["sw1", "sw2"], "latency": "200us" }"#.to_owned();
    for (own, role) in [(1, "primary"), (2, "secondary")] {
        let partner = 3 - own;
        let _ = write!(
            nodes,
            r#"{{ "id": "sw{own}", "kind": "switch" }},
            {{ "id": "server{own}", "kind": "server", "address": "10.0.0.{own}/24", "server": {{
              "pools": ["10.0.0.10-10.0.0.16"], "lease": "6m", "ping": "never", "failover": {{
                "role": "{role}", "partner": "10.0.0.{partner}", "mclt": "1m",
                "max_response_delay": "15s", "load_balance": {load_balance} }} }} }},"#
        );
        let _ = write!(
            links,
            r#", {{ "between": ["server{own}", "sw{own}"], "latency": "100us" }}"#
        );
    }
    for number in 0..CLIENTS {
        let comma = if number + 1 == CLIENTS { "" } else { "," };
        let _ = write!(
            nodes,
            r#"{{ "id": "pc{number}", "kind": "client", "client": {{ "probe": false }} }}{comma}"#
        );
        let _ = write!(
            links,
            r#", {{ "between": ["pc{number}", "sw{}"], "latency": "100us" }}"#,
            number % 2 + 1
        );
    }
    let mut commands = Vec::new();
    let mut command = |at: u64, verb: &str, whom: &str| {
        commands.push(format!(r#"{{ "at": "{at}s", "do": "{verb}", {whom} }}"#));
    };
    let cable = r#""link": ["sw1", "sw2"]"#;
    let mut at = 60;
    while at < HOUR {
        at += 10 + rng.below(120);
        let server = format!(r#""node": "server{}""#, 1 + rng.below(2));
        let pc = format!(r#""node": "pc{}""#, rng.below(CLIENTS));
        match rng.below(8) {
            0 => command(at, "power-off", &server),
            1 | 2 => command(at, "power-on", &server),
            3 => command(at, "unplug", cable),
            4 => command(at, "plug", cable),
            5 => command(at, "release", &pc),
            6 => command(at, "start", &pc),
            _ => command(at, "power-off", &pc),
        }
    }
    let end = at + 5;
    command(end, "plug", cable);
    for server in 1..=2 {
        command(end, "power-on", &format!(r#""node": "server{server}""#));
    }
    let text = format!(
        r#"{{ "version": 1, "name": "chaos", "seed": {seed}, "until": "{}s", "nodes": [{nodes}], "links": [{links}],
            "commands": [{}] }}"#,
        // News that was refused goes again when the pools are looked at, every hour.
        end + HOUR + 1_200,
        commands.join(",")
    );
    Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"))
}

/// Every lease by an ACK, as its client may use it: whose, what, and until when.
fn watch(scenario: &Scenario, journal: &Journal) -> usize {
    let mut held: BTreeMap<Ipv4Addr, (Mac, Instant)> = BTreeMap::new();
    let mut leases = 0;
    for (id, entry) in journal.from(0) {
        let What::Sent { origin, frame, .. } = &entry.what else {
            continue;
        };
        let Some(message) = dhcp_of(frame).filter(|_| *origin == id) else {
            continue;
        };
        match message.kind().unwrap() {
            MessageType::Ack => {
                let secs = message.options.number(code::LEASE_TIME).unwrap();
                let until = entry.at + Duration::from_secs(u64::from(secs));
                let mac = message.mac();
                if let Some((other, end)) = held.get(&message.yiaddr) {
                    assert!(
                        *other == mac || *end <= entry.at,
                        "{}: {} is {other}'s until {end}, and {} gives it to {mac} (seed {})",
                        entry.at,
                        message.yiaddr,
                        scenario.node(entry.node.unwrap()).id,
                        scenario.file().seed
                    );
                }
                held.insert(message.yiaddr, (mac, until));
                leases += 1;
            }
            MessageType::Release => {
                held.remove(&message.ciaddr);
            }
            _ => {}
        }
    }
    leases
}

fn dhcp_of(frame: &Frame) -> Option<Message> {
    let Payload::Ip(ip) = frame::parse(frame.bytes()).ok()? else {
        return None;
    };
    matches!(ip.transport, Transport::Udp(_)).then(|| dhcp(frame))?
}

#[test]
fn no_address_is_two_clients_at_once_and_the_partners_agree_when_all_is_whole() {
    let (mut leases, mut silences) = (0, 0);
    for seed in 0..16 {
        let scenario = Rc::new(story(seed, seed % 2 == 0));
        let (world, journal) = run(&scenario);
        leases += watch(&scenario, &journal);
        silences += journal
            .entries()
            .filter(|entry| {
                matches!(
                    entry.what,
                    What::Dhcp(Note::Server(ServerNote::Silent {
                        why: Silence::FailoverState | Silence::Withheld,
                        ..
                    }))
                )
            })
            .count();
        let stores = ["server1", "server2"].map(|name| {
            let server = world.node(scenario.find(name).unwrap()).server().unwrap();
            let endpoint = server.endpoint().unwrap();
            assert_eq!(endpoint.state(), State::Normal, "{name}, seed {seed}");
            let leases = &endpoint.store().unwrap().leases;
            let line = |(address, lease): (&Ipv4Addr, &crate::dhcp::failover::store::Lease)| {
                (*address, lease.status, lease.pending)
            };
            leases.iter().map(line).collect::<Vec<_>>()
        });
        assert_eq!(stores[0], stores[1], "seed {seed}");
    }
    assert!(leases > 300, "{leases}");
    assert!(silences > 0);
}
