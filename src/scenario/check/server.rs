//! What must hold in a server's settings.

use super::{Cidr, Problem, check_name};
use crate::dhcp::same_network;
use crate::dhcp::server::{Config, Range};
use crate::time::Duration;

/// The most name servers: with everything else they still fit into one packet.
const MAX_DNS: usize = 32;

pub(super) fn check(config: &Config, cidr: Cidr, path: &str) -> Result<(), Problem> {
    let local = |address| same_network(cidr.address, address, cidr.prefix);
    for (field, ranges) in [("pools", &config.pools), ("extends", &config.extends)] {
        for (number, range) in ranges.iter().enumerate() {
            let path = format!("{path}.{field}[{number}]");
            if !local(range.first) || !local(range.last) {
                return Err(Problem::new(
                    path,
                    format!("{range} is outside the server's own network {cidr}"),
                ));
            }
            let overlaps = |other: &Range| range.first <= other.last && other.first <= range.last;
            if ranges[..number].iter().any(overlaps) {
                return Err(Problem::new(
                    path,
                    format!("{range} overlaps an earlier range"),
                ));
            }
        }
    }
    for (number, reservation) in config.reservations.iter().enumerate() {
        if !local(reservation.address) {
            let path = format!("{path}.reservations[{number}].address");
            return Err(Problem::new(
                path,
                format!(
                    "{} is outside the server's own network {cidr}",
                    reservation.address
                ),
            ));
        }
        let earlier = &config.reservations[..number];
        let path = format!("{path}.reservations[{number}]");
        if earlier.iter().any(|other| other.mac == reservation.mac) {
            return Err(Problem::new(
                format!("{path}.mac"),
                format!("{} has a reservation already", reservation.mac),
            ));
        }
        if earlier
            .iter()
            .any(|other| other.address == reservation.address)
        {
            let message = format!("{} is reserved already", reservation.address);
            return Err(Problem::new(format!("{path}.address"), message));
        }
    }
    if config.dns.len() > MAX_DNS {
        return Err(Problem::new(
            format!("{path}.dns"),
            format!("must be at most {MAX_DNS}"),
        ));
    }
    if let Some(name) = &config.domain {
        check_name(name, 253, &format!("{path}.domain"))?;
    }
    if config.min_lease > config.max_lease {
        return Err(Problem::new(
            format!("{path}.min_lease"),
            "must not be longer than max_lease",
        ));
    }
    for (field, length) in [
        ("lease", config.lease),
        ("min_lease", config.min_lease),
        ("max_lease", config.max_lease),
    ] {
        if length < Duration::from_secs(1) {
            return Err(Problem::new(
                format!("{path}.{field}"),
                "must be at least 1s",
            ));
        }
    }
    Ok(())
}
