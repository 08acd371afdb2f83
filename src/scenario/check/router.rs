//! What must hold in a router's settings.

use super::{File, NodeFile, NodeId, NodeKind, Problem};

/// The most interfaces.
pub(in crate::scenario) const MAX: usize = 16;
/// The most servers of a relay agent.
const MAX_SERVERS: usize = 16;

pub(super) fn check(node: &NodeFile, path: &str) -> Result<(), Problem> {
    let interfaces = &node.interfaces;
    if interfaces.is_empty() || interfaces.len() > MAX {
        return Err(Problem::new(
            format!("{path}.interfaces"),
            format!("must be 1 to {MAX} interfaces"),
        ));
    }
    for (number, interface) in interfaces.iter().enumerate() {
        let problem =
            |message| Problem::new(format!("{path}.interfaces[{number}].address"), message);
        let cidr = interface.address;
        if !cidr.is_host() {
            return Err(problem(format!(
                "{cidr} is not an address that a host can have"
            )));
        }
        let mut earlier = interfaces[..number].iter().map(|other| other.address);
        if let Some(other) =
            earlier.find(|other| other.contains(cidr.address) || cidr.contains(other.address))
        {
            return Err(problem(format!("{cidr} is in the network of {other}")));
        }
    }
    if let Some(relay) = &node.relay
        && (relay.servers.is_empty() || relay.servers.len() > MAX_SERVERS)
    {
        return Err(Problem::new(
            format!("{path}.relay.servers"),
            format!("must be 1 to {MAX_SERVERS} servers"),
        ));
    }
    if let Some(router) = node.router
        && !interfaces
            .iter()
            .any(|interface| interface.address.contains(router))
    {
        return Err(Problem::new(
            format!("{path}.router"),
            format!("{router} is in none of its networks"),
        ));
    }
    Ok(())
}

/// Each cable at a router must be that of one interface.
pub(super) fn check_cables(file: &File, links: &[[NodeId; 2]]) -> Result<(), Problem> {
    for (number, node) in file.nodes.iter().enumerate() {
        if node.kind != NodeKind::Router {
            continue;
        }
        let mut cabled: Vec<&str> = Vec::new();
        for (link, [one, other]) in links.iter().enumerate() {
            let far = match number {
                _ if one.index() == number => other,
                _ if other.index() == number => one,
                _ => continue,
            };
            let far = file.nodes[far.index()].id.as_str();
            if cabled.contains(&far) || !node.interfaces.iter().any(|port| port.link == far) {
                return Err(Problem::new(
                    format!("links[{link}].between"),
                    format!("'{}' has no interface for this cable to '{far}'", node.id),
                ));
            }
            cabled.push(far);
        }
        for (port, interface) in node.interfaces.iter().enumerate() {
            let path = format!("nodes[{number}].interfaces[{port}].link");
            let mut earlier = node.interfaces[..port].iter();
            if earlier.any(|other| other.link == interface.link) {
                let message = format!("'{}' is another interface's already", interface.link);
                return Err(Problem::new(path, message));
            }
            if !cabled.contains(&interface.link.as_str()) {
                let message = format!("there is no cable to '{}'", interface.link);
                return Err(Problem::new(path, message));
            }
        }
    }
    Ok(())
}
