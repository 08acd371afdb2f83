//! What must hold between two servers that are failover partners.

use super::super::file::{File, NodeFile};
use super::Problem;
use crate::dhcp::failover::Role;
use crate::dhcp::server::{Config, Failover};
use crate::time::Duration;

/// What must hold in one server's settings.
pub(super) fn check(settings: &Failover, path: &str) -> Result<(), Problem> {
    let path = format!("{path}.failover");
    let second = Duration::from_secs(1);
    let year = Duration::from_secs(365 * 86_400);
    for (field, length, least) in [
        ("mclt", settings.mclt, second),
        // A third of it is the pause between two CONTACTs.
        (
            "max_response_delay",
            settings.max_response_delay,
            Duration::from_secs(3),
        ),
        ("reconnect", settings.reconnect, second),
        (
            "safe_period",
            settings.safe_period.unwrap_or(second),
            second,
        ),
    ] {
        if length < least || length > year {
            let message = format!("must be {least} to {year}");
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
    }
    for (field, number, least, most) in [
        ("port", settings.port.into(), 1, 65_535),
        ("partner_port", settings.partner_port.into(), 1, 65_535),
        ("split", u32::from(settings.split), 0, 256),
        (
            "max_unacked_updates",
            settings.max_unacked_updates,
            1,
            1_000,
        ),
        (
            "max_lease_misbalance",
            u32::from(settings.max_lease_misbalance),
            0,
            100,
        ),
    ] {
        if number < least || number > most {
            let message = format!("must be {least} to {most}");
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
    }
    if !(1..=255).contains(&settings.relationship.len()) {
        let message = "must have 1 to 255 bytes";
        return Err(Problem::new(format!("{path}.relationship"), message));
    }
    Ok(())
}

/// What must hold between the servers of a file.
pub(super) fn check_partners(file: &File) -> Result<(), Problem> {
    for (number, node) in file.nodes.iter().enumerate() {
        let Some((own, settings)) = partner(node) else {
            continue;
        };
        let path = format!("nodes[{number}].server.failover");
        let at = format!("{path}.partner");
        let mut others = file.nodes.iter();
        let Some(other) = others.find(|other| other.has_address(settings.partner)) else {
            let message = format!("no node has the address {}", settings.partner);
            return Err(Problem::new(at, message));
        };
        let Some((theirs, their)) = partner(other).filter(|_| other.id != node.id) else {
            let message = format!("'{}' is not another server with failover", other.id);
            return Err(Problem::new(at, message));
        };
        if !node.has_address(their.partner) {
            let message = format!("'{}' names {} as its partner", other.id, their.partner);
            return Err(Problem::new(at, message));
        }
        if settings.role == their.role {
            let role = match settings.role {
                Role::Primary => "primary",
                Role::Secondary => "secondary",
            };
            let message = format!(
                "'{}' is {role} too: one is primary, one secondary",
                other.id
            );
            return Err(Problem::new(format!("{path}.role"), message));
        }
        if settings.partner_port != their.port {
            let message = format!("'{}' takes connections on port {}", other.id, their.port);
            return Err(Problem::new(format!("{path}.partner_port"), message));
        }
        if settings.relationship != their.relationship {
            let message = format!("'{}' calls it '{}'", other.id, their.relationship);
            return Err(Problem::new(format!("{path}.relationship"), message));
        }
        let networks = |config: &Config| {
            let subnets = config.subnets.iter();
            let other: Vec<_> = subnets
                .map(|subnet| (subnet.network, subnet.pools.clone()))
                .collect();
            (config.pools.clone(), other)
        };
        if networks(own) != networks(theirs) {
            let message = format!(
                "the pools of '{}' and '{}' must be the same",
                node.id, other.id
            );
            return Err(Problem::new(
                format!("nodes[{number}].server.pools"),
                message,
            ));
        }
    }
    Ok(())
}

fn partner(node: &NodeFile) -> Option<(&Config, &Failover)> {
    let config = node.server.as_ref()?;
    Some((config, config.failover.as_ref()?))
}
