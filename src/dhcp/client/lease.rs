//! The lease as the client counts it (RFC 2131 sections 4.4.1 and 4.4.5).

use std::net::Ipv4Addr;

use serde::Serialize;

use super::super::{Interface, lease_length};
use crate::rng::Rng;
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, code};

/// What an ACK gave, with its times counted from the moment the REQUEST was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lease {
    /// The address.
    pub address: Ipv4Addr,
    /// How many leading bits name its network.
    pub prefix: u8,
    /// The router, if the server named one.
    pub router: Option<Ipv4Addr>,
    /// The server that gave it: its identifier, option 54.
    pub server: Ipv4Addr,
    /// When the REQUEST went out.
    pub start: Instant,
    /// When the client asks that server for more time; [`Instant::MAX`] in an infinite lease.
    pub t1: Instant,
    /// When it asks every server.
    pub t2: Instant,
    /// When the lease ends.
    pub expiry: Instant,
}

impl Lease {
    /// The lease of an ACK, or `None` where the ACK lacks server identifier or lease time, or gives
    /// no time at all.
    pub(super) fn from_ack(
        ack: &Message,
        start: Instant,
        fuzz: bool,
        rng: &mut Rng,
    ) -> Option<Self> {
        let server = ack.options.address(code::SERVER_ID)?;
        let secs = ack
            .options
            .number(code::LEASE_TIME)
            .filter(|secs| *secs > 0)?;
        let mut lease = Self {
            address: ack.yiaddr,
            prefix: prefix(ack).unwrap_or(24),
            router: router(ack),
            server,
            start,
            t1: Instant::MAX,
            t2: Instant::MAX,
            expiry: Instant::MAX,
        };
        if let Some(length) = lease_length(secs) {
            let given = |code| ack.options.number(code).and_then(lease_length);
            let (given_t1, given_t2) = (given(code::T1), given(code::T2));
            let in_order = |t1, t2| Duration::ZERO < t1 && t1 < t2 && t2 < length;
            let (t1, t2) = match (given_t1, given_t2) {
                (Some(t1), Some(t2)) if in_order(t1, t2) => (t1, t2),
                _ => {
                    let spread = if fuzz {
                        length.fraction(1, 100)
                    } else {
                        Duration::ZERO
                    };
                    let mut early = || rng.between(Duration::ZERO, spread);
                    let t1 = length.fraction(1, 2).saturating_sub(early());
                    let t2 = length.fraction(7, 8).saturating_sub(early());
                    // A server may set one of them alone (RFC 2131 section 4.4.5).
                    let told = (given_t1.unwrap_or(t1), given_t2.unwrap_or(t2));
                    let fits = in_order(told.0, told.1);
                    if fits { told } else { (t1, t2) }
                }
            };
            lease.t1 = start + t1;
            lease.t2 = start + t2;
            lease.expiry = start + length;
        }
        Some(lease)
    }

    /// What the host configures.
    pub fn interface(&self) -> Interface {
        Interface {
            address: self.address,
            prefix: self.prefix,
            router: self.router,
        }
    }
}

/// How many leading bits name the network, by the subnet mask.
pub(super) fn prefix(ack: &Message) -> Option<u8> {
    let mask = ack.options.address(code::SUBNET_MASK)?;
    u8::try_from(u32::from(mask).leading_ones()).ok()
}

/// The first router that the server names.
pub(super) fn router(ack: &Message) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = ack.options.get(code::ROUTER)?.get(..4)?.try_into().ok()?;
    Some(octets.into())
}
