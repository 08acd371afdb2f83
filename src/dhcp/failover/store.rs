//! What an endpoint must still know after a crash.

use std::net::Ipv4Addr;

use super::arith::Times;
use super::load::Buckets;
use super::state::State;
use crate::map::Map;
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, code};
use crate::wire::failover::{BindingStatus, Hardware};

/// Who a client is (draft section 7.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its identifier, if it sends one.
    pub id: Option<Vec<u8>>,
    /// Its card.
    pub hardware: Hardware,
}

impl Client {
    /// Who sent a message.
    pub fn of(message: &Message) -> Self {
        Self {
            id: message.options.get(code::CLIENT_ID).map(<[u8]>::to_vec),
            hardware: Hardware {
                kind: message.htype,
                address: message.hardware().to_vec(),
            },
        }
    }

    /// What it is known by, and what load balancing looks at: identifier, else hardware address
    /// (RFC 3074 section 5).
    pub fn key(&self) -> &[u8] {
        self.id.as_deref().unwrap_or(&self.hardware.address)
    }

    /// Whether both are one client: by identifier if they have one, else by card (RFC 2131
    /// section 4.2).
    pub fn is(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.hardware == other.hardware,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// What is known of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is used for.
    pub status: BindingStatus,
    /// Whose it is or was.
    pub client: Option<Client>,
    /// Lease and potential expiry.
    pub times: Times,
    /// What the next BNDUPD says of the potential expiry.
    pub potential: Instant,
    /// When this status began.
    pub since: Instant,
    /// When the client got the address.
    pub begun: Instant,
    /// When this server, or as far as it was told its partner, last heard from the client.
    pub last_transaction: Option<Instant>,
    /// Whether the partner has not acknowledged what is here.
    pub pending: bool,
    /// Whether the partner was sent what is here.
    pub told: bool,
    /// FREE on the primary, but still the secondary's until it agrees.
    pub claimed: bool,
    /// How often it has changed: an acknowledgement of an older version is not one of this.
    pub version: u32,
}

impl Lease {
    /// An address that was never used: the primary's (draft section 5.4).
    pub const fn fresh() -> Self {
        Self {
            status: BindingStatus::Free,
            client: None,
            times: Times {
                expires: Instant::ZERO,
                sent: Instant::ZERO,
                acked: Instant::ZERO,
                received: Instant::ZERO,
            },
            potential: Instant::ZERO,
            since: Instant::ZERO,
            begun: Instant::ZERO,
            last_transaction: None,
            pending: false,
            told: false,
            claimed: false,
            version: 0,
        }
    }

    /// Whether this is the client that has or had the address.
    pub fn is_of(&self, client: &Client) -> bool {
        self.client.as_ref().is_some_and(|own| own.is(client))
    }

    /// Both servers know that no one has the address: the bounds of the past no longer matter.
    pub(super) fn free(&mut self, status: BindingStatus, now: Instant) {
        self.status = status;
        self.since = now;
        self.times = Times::default();
        self.potential = Instant::ZERO;
    }

    /// It says something new.
    pub(super) fn changed(&mut self, pending: bool) {
        self.version = self.version.wrapping_add(1);
        self.pending = pending;
        self.told = false;
    }
}

/// Everything on an endpoint's disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The endpoint's state; never STARTUP, PAUSED or SHUTDOWN.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// The partner's state, as last heard, and since when by our clock.
    pub partner: Option<(State, Instant)>,
    /// When this server last worked as one of the two: a moment before it crashed.
    pub last_operation: Instant,
    /// Whether it has ever been in NORMAL, or has ended RECOVER.
    pub settled: bool,
    /// Whether the partner has to send everything, since this server's disk was lost or is new.
    pub needs_all: bool,
    /// The MCLT: on the secondary what the primary said last (section 7.8.2 step 7).
    pub mclt: Duration,
    /// Which clients are whose: on the secondary what the primary said last.
    pub buckets: Buckets,
    /// Every address that is not fresh.
    pub leases: Map<Ipv4Addr, Lease>,
}

impl Store {
    /// An empty disk of a server that starts now.
    pub(super) fn empty(now: Instant, mclt: Duration, buckets: Buckets) -> Self {
        Self {
            state: State::Recover,
            since: now,
            partner: None,
            last_operation: now,
            settled: false,
            needs_all: true,
            mclt,
            buckets,
            leases: Map::new(),
        }
    }

    /// What is known of an address.
    pub fn lease(&self, address: Ipv4Addr) -> &Lease {
        const FRESH: &Lease = &Lease::fresh();
        self.leases.get(&address).unwrap_or(FRESH)
    }

    pub(super) fn lease_mut(&mut self, address: Ipv4Addr) -> &mut Lease {
        self.leases.entry(address).or_insert_with(Lease::fresh)
    }
}
