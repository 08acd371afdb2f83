//! What must hold in a scenario file before it is run.

mod commands;
mod failover;
mod fault;
mod links;
mod router;
mod server;

use std::collections::BTreeMap;

use super::file::{File, NodeFile, NodeKind, TimedFile, Verb};
use super::{NodeId, Scenario};
pub(super) use crate::json::Problem;
use crate::net::link::Faults;
use crate::time::Duration;
use crate::wire::Mac;

/// The largest network that is run.
const MAX_NODES: usize = 20_000;
/// The most commands that a file may hold.
const MAX_COMMANDS: usize = 100_000;
/// The longest story: ten years.
const MAX_LENGTH: Duration = Duration::from_secs(3_650 * 86_400);

/// The longest that a client may collect offers.
const MAX_WINDOW: Duration = Duration::from_secs(3_600);

pub(super) fn check(mut file: File) -> Result<Scenario, Problem> {
    if file.version != 1 {
        return Err(Problem::new(
            "version",
            format!("version {} is unknown, only 1 is known", file.version),
        ));
    }
    if file.name.is_empty() {
        return Err(Problem::new("name", "must not be empty"));
    }
    if file.until == Duration::ZERO || file.until > MAX_LENGTH {
        return Err(Problem::new(
            "until",
            format!("must be longer than nothing and at most {MAX_LENGTH}"),
        ));
    }
    if file.opens > file.until {
        return Err(Problem::new("opens", "must not be later than until"));
    }
    if file.nodes.is_empty() || file.nodes.len() > MAX_NODES {
        return Err(Problem::new(
            "nodes",
            format!("must be 1 to {MAX_NODES} nodes"),
        ));
    }
    if file.commands.len() > MAX_COMMANDS {
        return Err(Problem::new(
            "commands",
            format!("must be at most {MAX_COMMANDS}"),
        ));
    }
    let (names, cards) = check_nodes(&mut file)?;
    failover::check_partners(&file)?;
    let cables = links::check(&file, &names)?;
    let commands = commands::check(&file, &names, &cables)?;
    Ok(Scenario {
        file,
        cables,
        commands,
        cards,
    })
}

/// What must hold of a link's latency and faults together.
pub(super) fn check_link(latency: Duration, faults: &Faults) -> Result<(), Problem> {
    if latency == Duration::ZERO || latency > commands::MAX_LATENCY {
        let longest = commands::MAX_LATENCY;
        let message = format!("must be longer than nothing and at most {longest}");
        return Err(Problem::new("latency", message));
    }
    fault::check(faults, latency, "faults")
}

type Names = BTreeMap<String, NodeId>;

fn check_nodes(file: &mut File) -> Result<(Names, Vec<(Mac, NodeId)>), Problem> {
    let mut names = Names::new();
    let mut cards = BTreeMap::new();
    for (number, node) in (0_u32..).zip(&mut file.nodes) {
        let path = format!("nodes[{number}]");
        let plain = !node.id.is_empty()
            && node.id.len() <= 32
            && node
                .id
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
        if !plain {
            let allowed = "must be 1 to 32 letters, digits, '-', '_' or '.'";
            return Err(Problem::new(format!("{path}.id"), allowed));
        }
        if names.insert(node.id.clone(), NodeId(number)).is_some() {
            return Err(Problem::new(
                format!("{path}.id"),
                format!("'{}' is used twice", node.id),
            ));
        }
        check_node(node, &path)?;
        // Locally administered, and unlikely to be what a file's author writes.
        let [_, high, middle, low] = (number + 1).to_be_bytes();
        let mut card = |mac: &mut Option<Mac>, port: u8, path: String| {
            let mac = *mac.get_or_insert(Mac([2, 0x4c, 0x41 + port, high, middle, low]));
            if mac.is_group() {
                return Err(Problem::new(
                    path,
                    format!("{mac} is a group address, not a card's"),
                ));
            }
            match cards.insert(mac, (node.id.clone(), NodeId(number))) {
                Some((other, _)) => Err(Problem::new(path, format!("{mac} is {other}'s already"))),
                None => Ok(()),
            }
        };
        match node.kind {
            NodeKind::Switch => {}
            NodeKind::Router => {
                for (port, interface) in (0_u8..).zip(&mut node.interfaces) {
                    let path = format!("{path}.interfaces[{port}].mac");
                    card(&mut interface.mac, port, path)?;
                }
            }
            NodeKind::Client | NodeKind::Server | NodeKind::Host => {
                card(&mut node.mac, 0, format!("{path}.mac"))?;
            }
        }
    }
    let cards = cards.into_iter().map(|(mac, (_, node))| (mac, node));
    Ok((names, cards.collect()))
}

pub(super) fn check_node(node: &NodeFile, path: &str) -> Result<(), Problem> {
    let allowed = |field: &str, present: bool, kinds: &[NodeKind], what: &str| {
        if present && !kinds.contains(&node.kind) {
            return Err(Problem::new(
                format!("{path}.{field}"),
                format!("only {what} may have it"),
            ));
        }
        Ok(())
    };
    let informs = node.client.as_ref().is_some_and(|client| client.inform);
    let own = if informs {
        NodeKind::Client
    } else {
        NodeKind::Host
    };
    let fixed = [NodeKind::Server, NodeKind::Host, own];
    let hosts = [NodeKind::Client, NodeKind::Server, NodeKind::Host];
    allowed("mac", node.mac.is_some(), &hosts, "a host")?;
    allowed(
        "address",
        node.address.is_some(),
        &fixed,
        "a server or a host",
    )?;
    allowed(
        "router",
        node.router.is_some(),
        &[NodeKind::Server, NodeKind::Host, NodeKind::Router],
        "a server, a host or a router",
    )?;
    let router = [NodeKind::Router];
    let several = !node.interfaces.is_empty();
    allowed("interfaces", several, &router, "a router")?;
    allowed("relay", node.relay.is_some(), &router, "a router")?;
    if node.kind == NodeKind::Router {
        return router::check(node, path);
    }
    allowed(
        "client",
        node.client.is_some(),
        &[NodeKind::Client],
        "a client",
    )?;
    allowed(
        "server",
        node.server.is_some(),
        &[NodeKind::Server],
        "a server",
    )?;
    if informs && node.kind == NodeKind::Client && node.address.is_none() {
        return Err(Problem::new(
            format!("{path}.address"),
            "a client that informs must have a fixed address",
        ));
    }
    if let Some(cidr) = node.address
        && !cidr.is_host()
    {
        return Err(Problem::new(
            format!("{path}.address"),
            format!("{cidr} is not an address that a host can have"),
        ));
    }
    if let Some(client) = &node.client
        && client.offer_window > MAX_WINDOW
    {
        return Err(Problem::new(
            format!("{path}.client.offer_window"),
            format!("must be at most {MAX_WINDOW}"),
        ));
    }
    if let Some(name) = node
        .client
        .as_ref()
        .and_then(|client| client.host_name.as_ref())
    {
        check_name(name, 63, &format!("{path}.client.host_name"))?;
    }
    if node.kind != NodeKind::Server {
        return Ok(());
    }
    let Some(cidr) = node.address else {
        return Err(Problem::new(
            format!("{path}.address"),
            "a server must have a fixed address",
        ));
    };
    let Some(config) = &node.server else {
        return Ok(());
    };
    server::check(config, cidr, &format!("{path}.server"))
}

/// A name as options 12 and 15 carry it (RFC 2132 sections 3.14 and 3.17).
fn check_name(name: &str, longest: usize, path: &str) -> Result<(), Problem> {
    if name.is_empty()
        || name.len() > longest
        || !name.chars().all(|letter| letter.is_ascii_graphic())
    {
        return Err(Problem::new(
            path,
            format!("must be 1 to {longest} ASCII letters, digits or signs"),
        ));
    }
    Ok(())
}

fn find(name: &str, names: &Names, path: &str) -> Result<NodeId, Problem> {
    names.get(name).copied().ok_or_else(|| {
        let known: Vec<&str> = names.keys().take(12).map(String::as_str).collect();
        Problem::new(
            path,
            format!("there is no node '{name}'; there are {}", known.join(", ")),
        )
    })
}

fn find_ends(between: &[String; 2], names: &Names, path: &str) -> Result<[NodeId; 2], Problem> {
    Ok([
        find(&between[0], names, path)?,
        find(&between[1], names, path)?,
    ])
}
