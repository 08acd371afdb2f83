//! Who is without power and so hears nothing. The journal has no entry of it: a switch sends nothing
//! out of a port without carrier.

use super::ladder::Message;
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::wire::dhcp::SERVER_PORT;
use crate::wire::summary::What;

/// Whom a message is for that is off: its one receiver, or the servers on the wire of a client that
/// asks all of them.
pub fn deaf(
    scenario: &Scenario,
    message: &Message,
    is_off: impl Fn(NodeId) -> bool,
) -> Vec<NodeId> {
    if !message.is_broadcast() {
        let owner = scenario.owner(message.frame.destination());
        return owner.into_iter().filter(|node| is_off(*node)).collect();
    }
    let asks = matches!(
        message.summary.what,
        What::Dhcp {
            destination_port: SERVER_PORT,
            ..
        }
    );
    let mut servers = Vec::new();
    if asks {
        let nodes = scenario.nodes();
        let all = nodes.filter(|(_, node)| node.kind == NodeKind::Server);
        servers.extend(all.map(|(id, _)| id).filter(|id| is_off(*id)));
    }
    // To look along the cables takes long where there are many.
    if !servers.is_empty() {
        let wire = wire(scenario, message.from);
        servers.retain(|node| wire.contains(node));
    }
    servers
}

/// Every node that a host's frames get to over cables and switches alone, were all of them on.
fn wire(scenario: &Scenario, from: NodeId) -> Vec<NodeId> {
    let mut found = vec![from];
    let mut next = 0;
    while let Some(node) = found.get(next).copied() {
        next += 1;
        if node != from && scenario.node(node).kind != NodeKind::Switch {
            continue;
        }
        for (_, ends, _) in scenario.links().filter(|(_, ends, _)| ends.contains(&node)) {
            for end in ends {
                if !found.contains(&end) {
                    found.push(end);
                }
            }
        }
    }
    found
}
