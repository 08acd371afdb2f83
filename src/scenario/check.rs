//! What must hold in a scenario file before it is run.

mod commands;
mod failover;
mod fault;
mod links;
mod router;
mod server;
mod shown;

use std::borrow::Cow;

use super::file::{File, NodeFile, NodeKind, TimedFile, Verb, check_version};
use super::{NodeId, Scenario};
pub(super) use crate::json::Problem;
use crate::json::nearest;
use crate::map::Map;
use crate::net::link::Faults;
use crate::time::Duration;
use crate::wire::Mac;
#[cfg(feature = "cli")]
pub(super) use {
    commands::{MAX_FRAMES, fields},
    fault::LONGEST_FRAME,
    router::MAX as MAX_INTERFACES,
    shown::MAX_TEXT,
};

/// The largest network that is run.
pub(super) const MAX_NODES: usize = 20_000;
/// The most cables.
pub(super) const MAX_LINKS: usize = 40_000;
/// The most commands that a file may hold.
pub(super) const MAX_COMMANDS: usize = 100_000;
/// The longest story: ten years.
pub(super) const MAX_LENGTH: Duration = Duration::from_secs(3_650 * 86_400);

/// The longest that a client may collect offers.
const MAX_WINDOW: Duration = Duration::from_secs(3_600);

/// Problems in the order in which they were found: each thing in a file has its first one.
#[derive(Debug, Default)]
struct Found(Vec<Problem>);

impl Found {
    /// Keeps what is wrong, and lets through what is right.
    fn take<T>(&mut self, checked: Result<T, Problem>) -> Option<T> {
        checked.map_err(|problem| self.0.push(problem)).ok()
    }

    fn add<'a>(&mut self, path: impl Into<Cow<'a, str>>, message: impl Into<Cow<'a, str>>) {
        self.0.push(Problem::new(path, message));
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Checks a file.
///
/// # Errors
/// Everything that is wrong with it, at least one problem.
pub(super) fn check(mut file: File) -> Result<Scenario, Vec<Problem>> {
    let mut found = Found::default();
    found.take(check_version(&file.version.into()));
    if file.name.is_empty() {
        found.add("name", "must not be empty");
    }
    if file.until == Duration::ZERO || file.until > MAX_LENGTH {
        let message = format!("must be longer than nothing and at most {MAX_LENGTH}");
        found.add("until", message);
    }
    if file.opens > file.until {
        found.add("opens", "must not be later than until");
    }
    for (field, length, most) in [
        ("nodes", file.nodes.len(), MAX_NODES),
        ("links", file.links.len(), MAX_LINKS),
        ("commands", file.commands.len(), MAX_COMMANDS),
        ("notes", file.notes.len(), MAX_COMMANDS),
    ] {
        if length > most || field == "nodes" && length == 0 {
            let least = if field == "nodes" { "1 to" } else { "at most" };
            found.add(field, format!("must be {least} {most}"));
            return Err(found.0);
        }
    }
    let (names, cards) = check_nodes(&mut file, &mut found);
    // What follows speaks of nodes: with one of them wrong, it would be wrong for that alone.
    if found.is_empty() {
        found.take(failover::check_partners(&file));
    }
    let cables = links::check(&file, &names, &mut found);
    let commands = cables.as_ref().map_or_else(Vec::new, |cables| {
        commands::check(&file, &names, cables, &mut found)
    });
    shown::check(&file, &names, &mut found);
    match cables {
        Some(cables) if found.is_empty() => Ok(Scenario {
            file,
            cables,
            commands,
            cards,
        }),
        Some(_) | None => Err(found.0),
    }
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

type Names = Map<String, NodeId>;

fn check_nodes(file: &mut File, found: &mut Found) -> (Names, Vec<(Mac, NodeId)>) {
    let mut names = Names::new();
    let mut cards = Cards::new();
    for (number, node) in (0_u32..).zip(&mut file.nodes) {
        found.take(check_new_node(NodeId(number), node, &mut names, &mut cards));
    }
    let cards = cards.into_iter().map(|(mac, (_, node))| (mac, node));
    (names, cards.collect())
}

/// Whose card it is, by name and number.
type Cards = Map<Mac, (String, NodeId)>;

/// Checks a node beside those before it, and gives it cards where the file does not.
fn check_new_node(
    number: NodeId,
    node: &mut NodeFile,
    names: &mut Names,
    cards: &mut Cards,
) -> Result<(), Problem> {
    let path = format!("nodes[{}]", number.0);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    // What names it means it, however wrong it is.
    let known = names.insert(node.id.clone(), number).is_some();
    if node.id.is_empty() || node.id.len() > 32 || !node.id.chars().all(plain) {
        let allowed = "must be 1 to 32 letters, digits, '-', '_' or '.'";
        return Err(Problem::new(format!("{path}.id"), allowed));
    }
    if known {
        let message = format!("'{}' is used twice", node.id);
        return Err(Problem::new(format!("{path}.id"), message));
    }
    check_node(node, &path)?;
    // Locally administered, and unlikely to be what a file's author writes.
    let [_, high, middle, low] = (number.0 + 1).to_be_bytes();
    let mut card = |mac: &mut Option<Mac>, port: u8, path: String| {
        let mac = *mac.get_or_insert(Mac([2, 0x4c, 0x41 + port, high, middle, low]));
        if mac.is_group() {
            let message = format!("{mac} is a group address, not a card's");
            return Err(Problem::new(path, message));
        }
        match cards.insert(mac, (node.id.clone(), number)) {
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
    Ok(())
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
        let mut message = format!("there is no node '{name}'; there are {}", known.join(", "));
        if let Some(meant) = nearest(name, names.keys().map(String::as_str)) {
            message.extend(["; did you mean '", meant, "'?"]);
        }
        Problem::new(path, message)
    })
}

fn find_ends(between: &[String; 2], names: &Names, path: &str) -> Result<[NodeId; 2], Problem> {
    Ok([
        find(&between[0], names, path)?,
        find(&between[1], names, path)?,
    ])
}
