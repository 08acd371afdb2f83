//! The built-in scenarios.

use super::file::{File, LinkFile, NodeFile, NodeKind, Show, Texts, TimedFile, Verb};
use super::{Problem, Scenario};
use crate::dhcp::server::Range;
use crate::dhcp::{Cidr, client, server};
use crate::json;
use crate::map::Map;
use crate::time::Duration;

macro_rules! scenarios {
    ($($name:literal),*) => {
        /// The built-in scenarios' names, in the order in which the page lists them; it opens with the
        /// first.
        pub const NAMES: [&str; [$($name),*].len()] = [$($name),*];

        /// The same with their files. The page has no file before it was handed over.
        #[cfg(not(target_arch = "wasm32"))]
        pub const FILES: [(&str, &str); NAMES.len()] = [
            $(($name, include_str!(concat!("../../scenarios/", $name, ".json")))),*
        ];
    };
}

scenarios![
    "two-server-day",
    "split-pools",
    "operators-mistake",
    "partition",
    "crash-and-recover",
    "load-balance",
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

/// What a built-in scenario's file is called, as [`crate::supplies`] knows it.
pub fn file_name(name: &str) -> String {
    format!("scenarios/{name}.json")
}

/// The file of a built-in scenario, if there is one of this name and it is here.
pub fn file(name: &str) -> Option<&'static str> {
    #[cfg(target_arch = "wasm32")]
    return crate::supplies::get(&file_name(name));
    #[cfg(not(target_arch = "wasm32"))]
    return FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text);
}

/// What the built-in scenarios are called in each language, by their names.
pub fn titles() -> Map<String, Texts> {
    const TITLES: &str = include_str!(concat!(env!("OUT_DIR"), "/titles.json"));
    let read = json::parse(TITLES).and_then(|titles| json::read(&titles));
    // A test holds them against the files.
    read.unwrap_or_default()
}

/// The built-in scenario of this name.
///
/// # Errors
/// A [`Problem`] that lists the names there are.
pub fn load(name: &str) -> Result<Scenario, Problem> {
    let Some(text) = file(name) else {
        let message = format!(
            "there is no built-in scenario '{name}'; there are {}",
            NAMES.join(", ")
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
        opens: Duration::ZERO,
        nodes,
        links,
        commands,
        notes: Vec::new(),
        show: Show::default(),
    }
}
