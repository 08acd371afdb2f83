//! The built-in scenarios.

use super::file::{File, LinkFile, NodeFile, NodeKind, Show, Texts, TimedFile, Verb};
use super::{Problem, Scenario};
use crate::dhcp::server::Range;
use crate::dhcp::{Cidr, client, server};
use crate::time::Duration;

macro_rules! files {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../scenarios/", $name, ".json")))),*]
    };
}

/// The built-in scenarios' names and files, in the order in which the page lists them. Those with
/// failover are not in the page yet ([`crate::dhcp::FAILOVER`]).
#[cfg(not(target_arch = "wasm32"))]
pub const FILES: [(&str, &str); 13] = files![
    "two-servers",
    "lease-origin",
    "no-server",
    "pool-exhausted",
    "conflict",
    "ping-conflict",
    "silence",
    "authoritative",
    "relay",
    "wrong-network",
    "inform",
    "two-server-day",
    "partition"
];

/// The same in the page.
#[cfg(target_arch = "wasm32")]
pub const FILES: [(&str, &str); 11] = files![
    "two-servers",
    "lease-origin",
    "no-server",
    "pool-exhausted",
    "conflict",
    "ping-conflict",
    "silence",
    "authoritative",
    "relay",
    "wrong-network",
    "inform"
];

/// The built-in scenario of this name.
///
/// # Errors
/// A [`Problem`] that lists the names there are.
pub fn load(name: &str) -> Result<Scenario, Problem> {
    let Some((_, text)) = FILES.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "there is no built-in scenario '{name}'; there are {}",
            names.join(", ")
        );
        return Err(Problem::new("", message));
    };
    Scenario::parse(text)
}

/// A scenario for measuring: `clients` clients and one server on one switch. Client `i` is
/// switched on at 1 s and `i` times 50 ms, gets a lease, and renews it at every T1.
pub fn workload(clients: u32, lease: Duration, until: Duration) -> File {
    let node = |id: String, kind| NodeFile {
        id,
        kind,
        mac: None,
        address: None,
        router: None,
        on: kind != NodeKind::Client,
        client: None,
        server: None,
        interfaces: Vec::new(),
        relay: None,
    };
    let link = |id: &str| LinkFile {
        between: [id.to_owned(), "switch".to_owned()],
        latency: Duration::from_micros(10),
        plugged: true,
        faults: None,
    };
    let pool = Range {
        first: [172, 16, 1, 0].into(),
        last: [172, 16, 200, 0].into(),
    };
    let mut nodes = vec![
        node("switch".to_owned(), NodeKind::Switch),
        NodeFile {
            address: Some(Cidr {
                address: [172, 16, 0, 1].into(),
                prefix: 16,
            }),
            server: Some(server::Config {
                pools: vec![pool],
                lease,
                ..server::Config::default()
            }),
            ..node("server".to_owned(), NodeKind::Server)
        },
    ];
    let mut links = vec![link("server")];
    let mut commands = Vec::new();
    for number in 0..clients {
        let id = format!("client{number}");
        links.push(link(&id));
        let at = Duration::from_secs(1) + Duration::from_millis(50 * u64::from(number));
        commands.push(TimedFile {
            node: Some(id.clone()),
            ..TimedFile::new(at, Verb::PowerOn)
        });
        nodes.push(NodeFile {
            client: Some(client::Config {
                start_delay: false,
                ..client::Config::default()
            }),
            ..node(id, NodeKind::Client)
        });
    }
    File {
        schema: None,
        version: 1,
        name: "workload".to_owned(),
        title: Texts::new(),
        summary: Texts::new(),
        seed: 1,
        until,
        nodes,
        links,
        commands,
        notes: Vec::new(),
        show: Show::default(),
    }
}
