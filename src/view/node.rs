//! A node as its panel shows it: state, deadlines with their reasons, tables.

use std::net::Ipv4Addr;

use crate::dhcp::client::{Client, Lease, State};
use crate::dhcp::failover::{self, Endpoint};
use crate::dhcp::relay::Relay;
use crate::dhcp::server::{Binding, BindingState, Server};
use crate::dhcp::{Interface, Reason};
use crate::net::host::{Host, Role};
use crate::net::router::port_name;
use crate::scenario::{LinkId, NodeId};
use crate::sim::{Kind, World};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::failover::BindingStatus;

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When it is due.
    pub at: Instant,
    /// What happens then.
    pub reason: Reason,
}

/// An address that a server knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingRow {
    /// The address.
    pub address: Ipv4Addr,
    /// What it is used for, by the name that leases files use.
    pub state: &'static str,
    /// The client's card.
    pub client: Mac,
    /// When that ends by itself; [`Instant::MAX`] where it does not. Of a lease that two failover
    /// servers share, when it ends for its client; a server waits a little longer for one that its
    /// partner gave, since their clocks may differ.
    pub until: Instant,
    /// What its failover partner knows of it.
    pub shared: Option<Shared>,
}

/// What two failover servers know of an address; [`Instant::ZERO`] where there is no such instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The potential expiry that the partner was told.
    pub sent: Instant,
    /// Until when both know that a client may have it: the partner has acknowledged it, or told it.
    pub known: Instant,
    /// Whether the partner has not acknowledged the last change.
    pub pending: bool,
}

/// A server's side of failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailoverView {
    /// Which of the two it is.
    pub role: failover::Role,
    /// Its state.
    pub state: failover::State,
    /// Since when, as its disk has it; a state that never gets there has no such instant.
    pub since: Option<Instant>,
    /// The state that is on its disk, which may be empty.
    pub stored: Option<failover::State>,
    /// What it believes of the partner: its state as last heard of.
    pub partner: Option<failover::State>,
    /// The partner's address.
    pub address: Ipv4Addr,
    /// Whether the two are in touch.
    pub connected: bool,
    /// The addresses of which the partner has not acknowledged the last change.
    pub pending: Vec<Ipv4Addr>,
    /// How many free addresses are the primary's, and how many the secondary's.
    pub shares: [u64; 2],
    /// How much longer than the partner knows a lease may be.
    pub mclt: Duration,
    /// Whether each client has one server while both work.
    pub shared: bool,
    /// Whether an operator may say that the partner is down.
    pub may_go_on_alone: bool,
}

/// What kind of node it is, and what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A client: where it stands, and its lease.
    Client {
        /// Its state in RFC 2131 figure 5.
        state: State,
        /// The lease that it uses or remembers.
        lease: Option<Lease>,
    },
    /// A server: what it gives out.
    Server {
        /// Its bindings, by address.
        bindings: Vec<BindingRow>,
        /// How many addresses its pools have.
        pool: u64,
        /// How many of them no one has.
        free: u64,
        /// Its side of failover, where it has a partner.
        failover: Option<FailoverView>,
    },
    /// A switch: which card is behind which link.
    Switch {
        /// Card and link.
        table: Vec<(Mac, LinkId)>,
    },
    /// A router: its interfaces, and its relay agent.
    Router {
        /// Its interfaces, `eth0` first.
        ports: Vec<PortView>,
        /// The servers that its relay agent passes requests to; none without one.
        servers: Vec<Ipv4Addr>,
        /// How many requests and replies that passed on, and how many messages it dropped.
        counts: [u32; 3],
    },
    /// A host that only answers.
    Plain,
}

/// An interface of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortView {
    /// Its name.
    pub name: String,
    /// Its card.
    pub mac: Mac,
    /// The address that it uses.
    pub interface: Option<Interface>,
    /// Its ARP cache.
    pub neighbours: Vec<(Ipv4Addr, Mac)>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// Whether it has power.
    pub power: bool,
    /// Its card; a switch has none, a router several.
    pub mac: Option<Mac>,
    /// The address that it uses.
    pub interface: Option<Interface>,
    /// Its ARP cache.
    pub neighbours: Vec<(Ipv4Addr, Mac)>,
    /// What it waits for, the next first.
    pub deadlines: Vec<Deadline>,
    /// The rest.
    pub detail: Detail,
}

impl NodeView {
    /// Every address that it uses.
    pub fn interfaces(&self) -> impl Iterator<Item = Interface> {
        let ports = match &self.detail {
            Detail::Router { ports, .. } => ports.as_slice(),
            Detail::Client { .. }
            | Detail::Server { .. }
            | Detail::Switch { .. }
            | Detail::Plain => &[],
        };
        let ports = ports.iter().filter_map(|port| port.interface);
        self.interface.into_iter().chain(ports)
    }
}

/// How a node is, at a glance: what of a [`NodeView`] is seen from afar, for much less work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Whether it has power.
    pub power: bool,
    /// Every address that it uses.
    pub addresses: Vec<Ipv4Addr>,
    /// A client's state.
    pub state: Option<State>,
    /// How many leases a server has given out that still run.
    pub leases: Option<usize>,
    /// The state of a server's failover.
    pub failover: Option<failover::State>,
}

/// A node of a world at a glance.
pub fn glance(world: &World, id: NodeId) -> Glance {
    let node = world.node(id);
    let hosts: &[Host] = match &node.kind {
        Kind::Host(host) => std::slice::from_ref(host),
        Kind::Router(router) => router.ports(),
        Kind::Switch(_) => &[],
    };
    let is_active =
        |(_, binding): &(Ipv4Addr, &Binding)| matches!(binding.state, BindingState::Active);
    let count = |server: &Server| server.bindings().filter(is_active).count();
    Glance {
        power: node.power,
        addresses: hosts
            .iter()
            .filter_map(|host| Some(host.interface()?.address))
            .collect(),
        state: node.client().map(Client::state),
        leases: node.server().map(count),
        failover: node
            .server()
            .and_then(Server::endpoint)
            .map(Endpoint::state),
    }
}

/// A node of a world.
pub fn view(world: &World, id: NodeId) -> NodeView {
    let node = world.node(id);
    let now = world.now();
    let mut deadlines: Vec<Deadline> = node
        .timers()
        .map(|armed| Deadline {
            at: armed.at,
            reason: armed.reason,
        })
        .collect();
    deadlines.sort_by_key(|deadline| deadline.at);
    let host = match &node.kind {
        Kind::Host(host) => host,
        Kind::Router(router) => {
            let ports = router.ports().iter().enumerate();
            let ports = ports.map(|(number, port)| PortView {
                name: port_name(number),
                mac: port.mac(),
                interface: port.interface(),
                neighbours: neighbours(port, now),
            });
            let relay = router.relay();
            let detail = Detail::Router {
                ports: ports.collect(),
                servers: relay.map_or_else(Vec::new, |relay| relay.config().servers.clone()),
                counts: relay.map_or([0; 3], Relay::counts),
            };
            return NodeView {
                power: node.power,
                mac: None,
                interface: None,
                neighbours: Vec::new(),
                deadlines,
                detail,
            };
        }
        Kind::Switch(switch) => {
            let table = switch
                .entries(now)
                .map(|(mac, port)| (mac, LinkId(port)))
                .collect();
            return NodeView {
                power: node.power,
                mac: None,
                interface: None,
                neighbours: Vec::new(),
                deadlines,
                detail: Detail::Switch { table },
            };
        }
    };
    let detail = match host.role() {
        Role::Client(client) => Detail::Client {
            state: client.state(),
            lease: client.lease().cloned(),
        },
        Role::Server(server) => {
            let endpoint = server.endpoint();
            let store = endpoint.and_then(Endpoint::store);
            let bindings: Vec<BindingRow> = server
                .bindings()
                .map(|(address, binding)| {
                    let lease = store.map(|store| store.lease(address));
                    let own = state_name(&binding.state);
                    let leased = lease.filter(|lease| {
                        binding.state == BindingState::Active
                            && lease.status == BindingStatus::Active
                    });
                    BindingRow {
                        address,
                        // An offer, and what a ping found, the partner never hears of.
                        state: lease.filter(|_| binding.is_free()).map_or(own, status),
                        client: binding.mac,
                        until: leased.map_or(binding.until, |lease| lease.times.expires),
                        shared: lease.map(|lease| Shared {
                            sent: lease.times.sent,
                            known: lease.times.acked.max(lease.times.received),
                            pending: lease.pending,
                        }),
                    }
                })
                .collect();
            let partner = server.config().failover.as_ref();
            let failover = endpoint.zip(partner).map(|(endpoint, partner)| {
                let pools = 0..endpoint.config().pools.len();
                let pending = store.iter().flat_map(|store| &store.leases);
                FailoverView {
                    role: partner.role,
                    state: endpoint.state(),
                    since: store
                        .filter(|store| store.state == endpoint.state())
                        .map(|store| store.since),
                    stored: store.map(|store| store.state),
                    partner: endpoint.partner(),
                    address: partner.partner,
                    connected: endpoint.is_connected(),
                    pending: pending
                        .filter(|(_, lease)| lease.pending)
                        .map(|(address, _)| *address)
                        .collect(),
                    shares: pools.fold([0, 0], |[free, backup], pool| {
                        let (own, partners) = endpoint.shares(pool);
                        [free + own, backup + partners]
                    }),
                    mclt: partner.mclt,
                    shared: partner.load_balance,
                    may_go_on_alone: endpoint.takes(failover::Command::PartnerDown),
                }
            });
            let pool = server.pool_size();
            let taken = server
                .bindings()
                .filter(|(_, binding)| !binding.is_free())
                .count();
            let left = pool.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
            Detail::Server {
                bindings,
                pool,
                // What the two share out is free; what waits for the partner or the MCLT is not.
                free: failover
                    .as_ref()
                    .map_or(left, |failover| failover.shares.iter().sum()),
                failover,
            }
        }
        Role::Plain => Detail::Plain,
    };
    NodeView {
        power: node.power,
        mac: Some(host.mac()),
        interface: host.interface(),
        neighbours: neighbours(host, now),
        deadlines,
        detail,
    }
}

fn neighbours(host: &Host, now: Instant) -> Vec<(Ipv4Addr, Mac)> {
    let entries = host.neighbours().entries(now);
    entries
        .map(|(address, entry)| (address, entry.mac))
        .collect()
}

/// The name of a binding's state, as the failover draft and leases files have it.
pub fn state_name(state: &BindingState) -> &'static str {
    match state {
        BindingState::Pinging(_) => "PINGING",
        BindingState::Offered => "OFFERED",
        BindingState::Active => "ACTIVE",
        BindingState::Expired => "EXPIRED",
        BindingState::Released => "RELEASED",
        BindingState::Free => "FREE",
        BindingState::Abandoned => "ABANDONED",
    }
}

fn status(lease: &failover::store::Lease) -> &'static str {
    lease.status.name()
}
