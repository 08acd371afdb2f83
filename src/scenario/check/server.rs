//! What must hold in a server's settings.

use std::net::Ipv4Addr;

use super::{Problem, check_name, failover};
use crate::dhcp::Cidr;
use crate::dhcp::server::{Config, Range, Reservation};
use crate::time::Duration;

/// The most name servers: with everything else they still fit into one packet.
const MAX_DNS: usize = 32;

pub(super) fn check(config: &Config, cidr: Cidr, path: &str) -> Result<(), Problem> {
    for (field, list) in [("pools", &config.pools), ("extends", &config.extends)] {
        ranges(list, cidr, &format!("{path}.{field}"))?;
    }
    let subnets = &config.subnets;
    for (number, subnet) in subnets.iter().enumerate() {
        let path = format!("{path}.subnets[{number}]");
        let network = subnet.network;
        let overlaps =
            |other: Cidr| other.contains(network.address) || network.contains(other.address);
        let mut earlier = subnets[..number].iter().map(|other| other.network);
        if overlaps(cidr) || earlier.any(overlaps) {
            let message = format!("{network} overlaps another network of this server");
            return Err(Problem::new(format!("{path}.network"), message));
        }
        ranges(&subnet.pools, network, &format!("{path}.pools"))?;
        names(&subnet.dns, subnet.domain.as_deref(), &path)?;
        if subnet
            .lease
            .is_some_and(|lease| lease < Duration::from_secs(1))
        {
            return Err(Problem::new(format!("{path}.lease"), "must be at least 1s"));
        }
    }
    let network = |address| {
        let other = subnets.iter().map(|subnet| subnet.network);
        [cidr]
            .into_iter()
            .chain(other)
            .position(|network| network.contains(address))
    };
    for (number, reservation) in config.reservations.iter().enumerate() {
        let at = network(reservation.address);
        if at.is_none() {
            let path = format!("{path}.reservations[{number}].address");
            return Err(Problem::new(
                path,
                format!(
                    "{} is outside every network of this server",
                    reservation.address
                ),
            ));
        }
        let earlier = &config.reservations[..number];
        let path = format!("{path}.reservations[{number}]");
        if reservation.mac.is_some() == reservation.client_id.is_some() {
            let message = "must have either a mac or a client_id";
            return Err(Problem::new(path, message));
        }
        if reservation.client_id.is_some() && reservation.id().is_none() {
            let message = "must be bytes, such as 01:02:03";
            return Err(Problem::new(format!("{path}.client_id"), message));
        }
        let again = |other: &Reservation| {
            (other.mac, other.id()) == (reservation.mac, reservation.id())
                && network(other.address) == at
        };
        if earlier.iter().any(again) {
            let field = if reservation.mac.is_some() {
                "mac"
            } else {
                "client_id"
            };
            let message = "this client has a reservation already";
            return Err(Problem::new(format!("{path}.{field}"), message));
        }
        if earlier
            .iter()
            .any(|other| other.address == reservation.address)
        {
            let message = format!("{} is reserved already", reservation.address);
            return Err(Problem::new(format!("{path}.address"), message));
        }
    }
    names(&config.dns, config.domain.as_deref(), path)?;
    if let Some(settings) = &config.failover {
        failover::check(settings, path)?;
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

fn ranges(list: &[Range], network: Cidr, path: &str) -> Result<(), Problem> {
    for (number, range) in list.iter().enumerate() {
        let path = format!("{path}[{number}]");
        if !network.contains(range.first) || !network.contains(range.last) {
            return Err(Problem::new(
                path,
                format!("{range} is outside the network {network}"),
            ));
        }
        // What Cidr::is_host says of one address.
        let [first, last] = [range.first, range.last].map(|address| address.octets()[0]);
        if first == 0 || last >= 224 || (first <= 127 && last >= 127) {
            return Err(Problem::new(
                path,
                format!("{range} holds addresses that no host can have"),
            ));
        }
        let overlaps = |other: &Range| range.first <= other.last && other.first <= range.last;
        if list[..number].iter().any(overlaps) {
            return Err(Problem::new(
                path,
                format!("{range} overlaps an earlier range"),
            ));
        }
    }
    Ok(())
}

fn names(dns: &[Ipv4Addr], domain: Option<&str>, path: &str) -> Result<(), Problem> {
    if dns.len() > MAX_DNS {
        return Err(Problem::new(
            format!("{path}.dns"),
            format!("must be at most {MAX_DNS}"),
        ));
    }
    domain.map_or(Ok(()), |name| {
        check_name(name, 253, &format!("{path}.domain"))
    })
}
