//! Whose address is whose: what each server has committed to whom until when, what each client may
//! use until when.
//!
//! The pools of the servers have no address in common and no server extends another's leases, so
//! no address may be valid for two clients at once. One thing is left out: a RELEASE or DECLINE that
//! comes late, after its sender was given the address anew, frees what is in use. DHCP has no
//! answer to that (a RELEASE names no lease but its address), so such an address no longer counts.
//! What a stranger with a fixed address does is no lease.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use dhcp_lab::scenario::NodeId;
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::dhcp::{Message, MessageType, code};

use super::net::{Net, third};
use super::trace::{Dhcp, Packet, Seen, Way};

/// Who a client is to a server (RFC 2131 section 4.2).
fn identity(message: &Message) -> Vec<u8> {
    let id = message.options.get(code::CLIENT_ID);
    id.map_or_else(
        || [&[0], message.hardware()].concat(),
        |id| [&[1], id].concat(),
    )
}

/// What a server told someone.
struct Promise {
    to: Vec<u8>,
    since: Instant,
    until: Instant,
}

/// What a client may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Right {
    pub(crate) address: Ipv4Addr,
    pub(crate) since: Instant,
    pub(crate) until: Instant,
}

#[derive(Default)]
struct ClientSide {
    /// The transaction of the last message, while it has no answer, and when its first REQUEST (or
    /// DISCOVER) went out.
    question: Option<(u32, MessageType, Instant)>,
    /// The address of the last REQUEST, and the server that it named.
    asked: Option<Ipv4Addr>,
    named: Option<Ipv4Addr>,
    rights: Vec<Right>,
}

/// Everything that was promised so far.
#[derive(Default)]
pub(crate) struct Leases {
    committed: BTreeMap<(NodeId, Ipv4Addr), Promise>,
    offered: BTreeMap<(NodeId, Ipv4Addr), Promise>,
    clients: BTreeMap<NodeId, ClientSide>,
    /// Addresses freed by a message that came too late.
    spoilt: BTreeSet<Ipv4Addr>,
    /// Addresses that someone declined.
    pub(crate) declined: BTreeSet<Ipv4Addr>,
}

fn length(message: &Message) -> Duration {
    match message.options.number(code::LEASE_TIME) {
        None => Duration::ZERO,
        Some(u32::MAX) => Duration::MAX,
        Some(secs) => Duration::from_secs(u64::from(secs)),
    }
}

impl Leases {
    /// What a client could use and when; each right ends where the next of the address begins.
    pub(crate) fn rights(&self, client: NodeId) -> &[Right] {
        self.clients.get(&client).map_or(&[], |side| &side.rights)
    }

    /// Looks at what was seen next.
    pub(crate) fn see(
        &mut self,
        net: &Net<'_>,
        seen: &Seen,
        packet: &Packet,
    ) -> Result<(), String> {
        if net.client(seen.node).is_some() {
            return match (seen.way, packet) {
                (Way::Sent, _) => self.client_sends(net, seen, packet),
                (Way::Got(_), Packet::Dhcp(dhcp)) => self.client_gets(net, seen, dhcp),
                (Way::Got(_), _) => Ok(()),
                (Way::PowerOff, _) => {
                    self.clients.entry(seen.node).or_default().question = None;
                    Ok(())
                }
            };
        }
        if net.server(seen.node).is_some() {
            match (seen.way, packet) {
                (Way::Sent, Packet::Dhcp(dhcp)) => return self.server_sends(net, seen, dhcp),
                (Way::Got(sent), Packet::Dhcp(dhcp)) => self.server_gets(seen, sent, dhcp),
                (Way::PowerOff, _) => self.offered.retain(|(server, _), _| *server != seen.node),
                _ => {}
            }
        }
        Ok(())
    }

    fn client_sends(&mut self, net: &Net<'_>, seen: &Seen, packet: &Packet) -> Result<(), String> {
        let source = match packet {
            Packet::Arp(arp) => arp.spa,
            Packet::Dhcp(dhcp) => dhcp.source,
            Packet::Ip(source) => *source,
            Packet::Nothing => return Ok(()),
        };
        let config = net.client(seen.node).unwrap();
        let fixed = net.node(seen.node).has_address(source);
        let local = config.link_local && source.is_link_local();
        let side = self.clients.entry(seen.node).or_default();
        if !source.is_unspecified() && !fixed && !local {
            let right = side
                .rights
                .iter()
                .rev()
                .find(|right| right.address == source);
            if right.is_none_or(|right| right.until < seen.at) {
                let until = right.map(|right| right.until);
                return Err(format!(
                    "use: {} uses {source} at {}, which it may until {until:?}: {packet:?}",
                    net.name(seen.node),
                    seen.at
                ));
            }
        }
        let Packet::Dhcp(dhcp) = packet else {
            return Ok(());
        };
        let message = &dhcp.message;
        match dhcp.kind {
            MessageType::Discover | MessageType::Request => {
                let same = side
                    .question
                    .filter(|(xid, kind, _)| *xid == message.xid && *kind == dhcp.kind);
                let since = same.map_or(seen.at, |(_, _, since)| since);
                side.question = Some((message.xid, dhcp.kind, since));
                let requested = message.options.address(code::REQUESTED_ADDRESS);
                side.asked = requested.or(Some(message.ciaddr));
                side.named = message.options.address(code::SERVER_ID);
            }
            MessageType::Release => side.give_up(message.ciaddr, seen.at),
            MessageType::Decline => {
                let address = message.options.address(code::REQUESTED_ADDRESS);
                self.declined.extend(address);
                if let Some(address) = address {
                    side.give_up(address, seen.at);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn client_gets(&mut self, net: &Net<'_>, seen: &Seen, dhcp: &Dhcp) -> Result<(), String> {
        let message = &dhcp.message;
        let side = self.clients.entry(seen.node).or_default();
        let Some((xid, kind, since)) = side.question else {
            return Ok(());
        };
        if message.mac() != net.node(seen.node).mac.unwrap() || message.xid != xid {
            return Ok(());
        }
        if dhcp.kind == MessageType::Nak && kind == MessageType::Request {
            side.question = None;
            if let Some(address) = side.asked {
                side.give_up(address, seen.at);
            }
        }
        let settings = net.settings(seen.node, Instant::ZERO, seen.at);
        let allows = settings.iter().any(|config| config.rapid_commit);
        let rapid = allows && message.options.has(code::RAPID_COMMIT);
        let answers = kind == MessageType::Request || rapid;
        if dhcp.kind != MessageType::Ack || !answers || message.yiaddr.is_unspecified() {
            return Ok(());
        }
        // Who allows an ACK at once and has chosen an offer meanwhile keeps to that.
        let server = message.options.address(code::SERVER_ID);
        if rapid && kind == MessageType::Request && side.named != server {
            return Ok(());
        }
        side.question = None;
        let address = message.yiaddr;
        let until = since + length(message);
        side.give_up(address, seen.at);
        side.rights.push(Right {
            address,
            since: seen.at,
            until,
        });
        if self.spoilt.contains(&address) {
            return Ok(());
        }
        for (other, side) in &self.clients {
            let mut rights = side.rights.iter();
            let valid = |right: &Right| right.address == address && right.until > seen.at;
            if *other != seen.node && rights.any(valid) {
                return Err(format!(
                    "twice: {address} is valid for {} and {} at {}",
                    net.name(seen.node),
                    net.name(*other),
                    seen.at
                ));
            }
        }
        Ok(())
    }

    fn server_sends(&mut self, net: &Net<'_>, seen: &Seen, dhcp: &Dhcp) -> Result<(), String> {
        let (message, address) = (&dhcp.message, dhcp.message.yiaddr);
        if address.is_unspecified() {
            return Ok(());
        }
        let node = net.node(seen.node);
        let config = net.server(seen.node).unwrap();
        let client = net.by_card(message.mac());
        let homes = client.map_or(Vec::new(), |client| net.homes(client, seen.at));
        let by = [
            message.giaddr,
            message.ciaddr,
            node.address.unwrap().address,
        ];
        let by = by.iter().find(|address| !address.is_unspecified());
        let home = third(*by.unwrap());
        let allowed = third(address) == home
            && homes.contains(&home)
            && (net.reserved(node, message.mac(), home) == Some(address)
                || net.for_all(node, home).contains(&address));
        let what = |rule: &str| {
            let kind = dhcp.kind;
            let (name, at) = (&node.id, seen.at);
            format!("{rule}: {name} sends a {kind:?} of {address} at {at}: {message:?}")
        };
        if !allowed {
            return Err(what("pool"));
        }
        let longest = net.longest(seen.node, seen.at);
        if length(message) > longest || length(message) == Duration::ZERO {
            return Err(what("lease time"));
        }
        let key = (seen.node, address);
        let to = identity(message);
        for (promises, rule) in [(&self.committed, "committed"), (&self.offered, "offered")] {
            let other = promises.get(&key).filter(|promise| promise.to != to);
            if other.is_some_and(|other| other.until > seen.at) {
                return Err(what(rule));
            }
        }
        let mut promise = Promise {
            to,
            since: seen.at,
            until: seen.at + length(message),
        };
        self.offered.retain(|(server, old), other| {
            *server != seen.node || other.to != promise.to || third(*old) != home
        });
        if dhcp.kind == MessageType::Ack {
            self.committed.insert(key, promise);
        } else {
            promise.until = seen.at + config.offer_hold;
            self.offered.insert(key, promise);
        }
        Ok(())
    }

    fn server_gets(&mut self, seen: &Seen, sent: Instant, dhcp: &Dhcp) {
        let (message, from) = (&dhcp.message, identity(&dhcp.message));
        let released = match dhcp.kind {
            MessageType::Release => Some(message.ciaddr),
            MessageType::Decline => message.options.address(code::REQUESTED_ADDRESS),
            MessageType::Request => {
                self.offered
                    .retain(|(server, _), promise| *server != seen.node || promise.to != from);
                None
            }
            _ => None,
        };
        let Some(address) = released else { return };
        let key = (seen.node, address);
        for promises in [&mut self.committed, &mut self.offered] {
            if promises.get(&key).is_some_and(|promise| promise.to == from) {
                let promise = promises.remove(&key);
                if promise.is_some_and(|promise| promise.since > sent) {
                    self.spoilt.insert(address);
                }
            }
        }
    }
}

impl ClientSide {
    fn give_up(&mut self, address: Ipv4Addr, now: Instant) {
        for right in &mut self.rights {
            if right.address == address {
                right.until = right.until.min(now);
            }
        }
    }
}
