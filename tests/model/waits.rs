//! Every wait ends: who waits has a deadline, and in calm a client has an address before long.

use std::net::Ipv4Addr;

use dhcp_lab::dhcp::client;
use dhcp_lab::dhcp::client::State;
use dhcp_lab::dhcp::server::{BindingState, Server};
use dhcp_lab::scenario::NodeId;
use dhcp_lab::sim::World;
use dhcp_lab::time::{Duration, Instant};

use super::leases::{Leases, Right};
use super::net::{Net, third};

/// The longest that a client may be without an address in calm: a DISCOVER a minute, a minute for a
/// REQUEST that was lost just before, and a minute for each of two strangers.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Who waits for what, at one instant.
pub(crate) struct Waiting {
    name: String,
    now: Instant,
    what: String,
    /// The latest instant at which a deadline has to be due.
    by: Instant,
    /// The first deadline that there is.
    pub(crate) first: Option<Instant>,
}

/// Every client and server that waits for something.
pub(crate) fn waiting(net: &Net<'_>, world: &World) -> Vec<Waiting> {
    let mut all = Vec::new();
    for (id, node) in world.nodes().filter(|(_, node)| node.power) {
        let mut add = |what: String, by| {
            all.push(Waiting {
                name: net.name(id).to_owned(),
                now: world.now(),
                what,
                by,
                first: node.timers().map(|timer| timer.at).min(),
            });
        };
        if let Some(client) = node.client() {
            let link = node.links.iter().any(|link| world.link(*link).carrier);
            let lease = client.lease();
            let finite = lease.is_some_and(|lease| lease.expiry < Instant::MAX);
            let waits = match client.state() {
                State::Stopped => false,
                State::Init => link,
                State::InitReboot | State::Bound => finite,
                State::Selecting | State::Requesting | State::Rebooting => true,
                State::Probing | State::Informing => true,
                State::Renewing | State::Rebinding => finite,
            };
            if waits {
                add(format!("is {}", client.state().name()), Instant::MAX);
            }
        }
        let bindings = node.server().into_iter().flat_map(Server::bindings);
        let ends = bindings.filter(|(_, binding)| match binding.state {
            BindingState::Pinging(_) | BindingState::Offered => true,
            BindingState::Active | BindingState::Abandoned => binding.until < Instant::MAX,
            BindingState::Expired | BindingState::Released | BindingState::Free => false,
        });
        if let Some(by) = ends.map(|(_, binding)| binding.until).min() {
            add("has something that ends".to_owned(), by);
        }
    }
    all
}

/// No one waits for nothing.
///
/// # Errors
/// Who does, and when.
pub(crate) fn deadlines(waiting: &[Waiting]) -> Result<(), String> {
    for Waiting {
        name,
        now,
        what,
        by,
        first,
    } in waiting
    {
        if first.is_none_or(|first| first > *by) {
            return Err(format!("stuck: {name} {what} by {by}, at {now}: {first:?}"));
        }
    }
    Ok(())
}

/// From `calm` to `end` no client is without an address for longer than [`PATIENCE`], if a server
/// that it reaches has enough for all. Returns how many clients that is said of.
///
/// # Errors
/// Who is, and when.
pub(crate) fn liveness(
    net: &Net<'_>,
    leases: &Leases,
    calm: Instant,
    end: Instant,
) -> Result<u32, String> {
    let mut served = 0;
    for client in net.lessees() {
        if !is_served(net, leases, client) {
            continue;
        }
        served += 1;
        let mut covered = calm;
        let mut rights = leases.rights(client).to_vec();
        rights.sort_by_key(|right| right.since);
        let end_of_all = Right {
            address: Ipv4Addr::UNSPECIFIED,
            since: end,
            until: end,
        };
        for right in rights.iter().chain([&end_of_all]) {
            if right.since.since(covered) > PATIENCE && right.since > covered {
                return Err(format!(
                    "late: {} has no address from {covered} to {}",
                    net.name(client),
                    right.since
                ));
            }
            covered = covered.max(right.until.min(end));
        }
    }
    Ok(served)
}

/// Whether a client must get an address: every server that may answer it has plenty, with all that
/// was ever found in use taken away, and none of them prefers IPv6.
fn is_served(net: &Net<'_>, leases: &Leases, client: NodeId) -> bool {
    let home = net.home(client);
    let mac = net.node(client).mac.unwrap();
    // Who moved away may keep its lease there for long.
    let end = net.scenario.until();
    let neighbours = net.lessees();
    let neighbours = neighbours.filter(|other| net.homes(*other, end).contains(&home));
    let wanted = 2 * neighbours.count();
    let strangers = net.strangers();
    let mut some = false;
    for (_, server, config) in net.servers() {
        if !net.serves(server, home) {
            continue;
        }
        let in_use =
            |address: &Ipv4Addr| strangers.contains(address) || leases.declined.contains(address);
        let enough = match net.reserved(server, mac, home) {
            Some(address) => !in_use(&address),
            None => {
                let free = net.for_all(server, home);
                free.iter().filter(|address| !in_use(address)).count() >= wanted
            }
        };
        let ipv6 = config.ipv6_only_wait.is_some()
            && net
                .client(client)
                .is_some_and(|client: &client::Config| client.ipv6_only);
        if !enough || ipv6 {
            return false;
        }
        some |= third(server.address.unwrap().address) == home || !config.subnets.is_empty();
    }
    some
}
