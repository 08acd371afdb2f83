//! What a server knows of its addresses, and the order in which it gives them out.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::dhcp::Cidr;
use crate::dhcp::failover::store::Client;
use crate::json::{FromJson, Read, ToJson, Value, from_text, to_text};
use crate::map::{Map, Set};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::{Message, code};
use crate::wire::failover::Hardware;

/// A run of addresses, both ends included, written `192.0.2.10-192.0.2.99`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first address.
    pub first: Ipv4Addr,
    /// The last address, not before the first.
    pub last: Ipv4Addr,
}

impl Range {
    /// Whether the address is in it.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        self.first <= address && address <= self.last
    }

    /// How many addresses it has.
    pub fn size(&self) -> u64 {
        u64::from(u32::from(self.last)) - u64::from(u32::from(self.first)) + 1
    }

    fn nth(&self, n: u64) -> Option<Ipv4Addr> {
        let number = u64::from(u32::from(self.first)).checked_add(n)?;
        let address = Ipv4Addr::from(u32::try_from(number).ok()?);
        self.contains(address).then_some(address)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// Why a text is not a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a range of addresses: write first and last, such as 192.0.2.10-192.0.2.99")]
pub struct BadRange(String);

impl FromStr for Range {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let bad = || BadRange(text.chars().take(60).collect());
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let parse = |part: &str| part.trim().parse::<Ipv4Addr>().map_err(|_| bad());
        let range = Self {
            first: parse(first)?,
            last: parse(last)?,
        };
        if range.first <= range.last {
            Ok(range)
        } else {
            Err(bad())
        }
    }
}

impl Serialize for Range {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Range {
    fn blank() -> Self {
        Self {
            first: Ipv4Addr::UNSPECIFIED,
            last: Ipv4Addr::UNSPECIFIED,
        }
    }

    fn read(&mut self, value: &Value) -> Read {
        from_text(self, value)
    }
}

impl ToJson for Range {
    fn write(&self) -> Value {
        to_text(self)
    }
}

/// Who a client is to a server: its identifier if it sends one, else hardware type and address
/// (RFC 2131 section 4.2).
///
/// Its order is that of its bytes: [61, the identifier] or [0, hardware type, hardware address]. An
/// Ethernet address and the identifier made of it fit into the head, so that comparing two of
/// thousands is comparing two numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Its first bytes as a number; zeros where it has fewer.
    head: u64,
    /// How many of these it has.
    length: u8,
    /// Its further bytes, if it has any.
    rest: Option<Box<[u8]>>,
}

const HEAD: usize = 8;

impl Identity {
    /// Who sent this message.
    pub fn of(message: &Message) -> Self {
        match message.options.get(code::CLIENT_ID) {
            Some(id) => Self::new(&[61], id),
            None => Self::new(&[0, message.htype], message.hardware()),
        }
    }

    /// The same from what failover partners say of a client.
    pub fn of_partners(client: &Client) -> Self {
        let hardware = &client.hardware;
        match &client.id {
            Some(id) => Self::new(&[61], id),
            None => Self::new(&[0, hardware.kind], &hardware.address),
        }
    }

    /// Of `kind`, which fits into the head, and a name.
    fn new(kind: &[u8], name: &[u8]) -> Self {
        let (first, rest) = name.split_at(name.len().min(HEAD - kind.len()));
        let mut head = [0; HEAD];
        let length = kind.len() + first.len();
        head[..kind.len()].copy_from_slice(kind);
        head[kind.len()..length].copy_from_slice(first);
        Self {
            head: u64::from_be_bytes(head),
            length: u8::try_from(length).unwrap_or(u8::MAX),
            rest: (!rest.is_empty()).then(|| rest.into()),
        }
    }

    /// What failover knows a client by; the card only where the client is known by it.
    pub fn for_partners(&self) -> Client {
        let head = self.head.to_be_bytes();
        let rest = self.rest.as_deref().unwrap_or_default();
        let bytes = [&head[..usize::from(self.length)], rest].concat();
        let (id, kind, address) = match &*bytes {
            [61, id @ ..] => (Some(id.to_vec()), 0, Vec::new()),
            [_, kind, address @ ..] => (None, *kind, address.to_vec()),
            [] | [_] => (None, 0, Vec::new()),
        };
        Client {
            id,
            hardware: Hardware { kind, address },
        }
    }
}

/// What an address is being used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingState {
    /// A ping asks whether it is in use; the client's message waits. Lost in a crash.
    Pinging(Box<Message>),
    /// Offered to a client that has not answered yet. Lost in a crash.
    Offered,
    /// Leased.
    Active,
    /// The lease ended; remembered for its client.
    Expired,
    /// Given back; remembered for its client.
    Released,
    /// Free again before a lease came about; remembered for its client.
    Free,
    /// Found in use by a stranger.
    Abandoned,
}

/// What a server knows of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What it is being used for.
    pub state: BindingState,
    /// Whose it is or was.
    pub client: Identity,
    /// That client's card.
    pub mac: Mac,
    /// When this state began.
    pub since: Instant,
    /// When this state ends by itself; [`Instant::MAX`] where it does not.
    pub until: Instant,
    /// How long the lease is, offered or given; `None` for infinity.
    pub granted: Option<Duration>,
}

impl Binding {
    /// Whether another client may have the address.
    pub fn is_free(&self) -> bool {
        matches!(
            self.state,
            BindingState::Expired | BindingState::Released | BindingState::Free
        )
    }
}

/// Every address that was ever given out or set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bindings {
    /// Each subnet's network and pools; a client may have one address in each.
    subnets: Vec<(Cidr, Vec<Range>)>,
    by_address: Map<Ipv4Addr, Binding>,
    by_client: Vec<Map<Identity, Ipv4Addr>>,
    deadlines: Set<(Instant, Ipv4Addr)>,
    /// Freed addresses, the longest free first.
    freed: Set<(Instant, Ipv4Addr)>,
    /// How many addresses of each subnet's pools have been looked at for the first time.
    fresh: Vec<u64>,
}

impl Bindings {
    /// Nothing given out yet.
    pub fn new(subnets: Vec<(Cidr, Vec<Range>)>) -> Self {
        Self {
            fresh: vec![0; subnets.len()],
            by_client: vec![Map::new(); subnets.len()],
            subnets,
            by_address: Map::new(),
            deadlines: Set::new(),
            freed: Set::new(),
        }
    }

    /// Other networks and pools from now on; what is known of each address stays known.
    pub fn set_pools(&mut self, subnets: Vec<(Cidr, Vec<Range>)>) {
        let old = std::mem::replace(self, Self::new(subnets));
        for (address, binding) in old.by_address {
            self.set(address, binding);
        }
    }

    /// All of them, by address.
    pub fn iter(&self) -> impl Iterator<Item = (Ipv4Addr, &Binding)> {
        self.by_address
            .iter()
            .map(|(address, binding)| (*address, binding))
    }

    /// What is known of an address.
    pub fn get(&self, address: Ipv4Addr) -> Option<&Binding> {
        self.by_address.get(&address)
    }

    /// Which subnet an address belongs to.
    pub fn subnet_of(&self, address: Ipv4Addr) -> Option<usize> {
        self.subnets
            .iter()
            .position(|(network, _)| network.contains(address))
    }

    /// The address that a client has or had last in a subnet.
    pub fn of(&self, subnet: usize, client: &Identity) -> Option<(Ipv4Addr, &Binding)> {
        let address = self.by_client.get(subnet)?.get(client)?;
        Some((*address, self.by_address.get(address)?))
    }

    /// The first thing that ends by itself.
    pub fn next_deadline(&self) -> Option<(Instant, Ipv4Addr)> {
        self.deadlines.first().copied()
    }

    /// Whether the address is one that a subnet gives out.
    pub fn in_pools(&self, subnet: usize, address: Ipv4Addr) -> bool {
        self.pools(subnet)
            .iter()
            .any(|range| range.contains(address))
    }

    /// How many addresses there are to give out.
    pub fn size(&self) -> u64 {
        let pools = self.subnets.iter().flat_map(|(_, pools)| pools);
        pools.map(Range::size).sum()
    }

    fn pools(&self, subnet: usize) -> &[Range] {
        self.subnets.get(subnet).map_or(&[], |(_, pools)| pools)
    }

    /// Whether no one has the address.
    pub fn is_free(&self, address: Ipv4Addr) -> bool {
        self.by_address.get(&address).is_none_or(Binding::is_free)
    }

    /// Writes what an address is used for from now on.
    pub fn set(&mut self, address: Ipv4Addr, binding: Binding) {
        let subnet = self.subnet_of(address).unwrap_or_default();
        let by_client = &mut self.by_client[subnet];
        if let Some(old) = self.by_address.get_mut(&address) {
            let renewed = [&old.state, &binding.state] == [&BindingState::Active; 2];
            let same = old.client == binding.client;
            if renewed && same && by_client.get(&old.client) == Some(&address) {
                if old.until != binding.until {
                    self.deadlines.remove(&(old.until, address));
                    if binding.until != Instant::MAX {
                        self.deadlines.insert((binding.until, address));
                    }
                }
                *old = binding;
                return;
            }
            self.deadlines.remove(&(old.until, address));
            self.freed.remove(&(old.since, address));
            if by_client.get(&old.client) == Some(&address) {
                by_client.remove(&old.client);
            }
        }
        if binding.is_free() {
            self.freed.insert((binding.since, address));
        }
        if binding.until != Instant::MAX {
            self.deadlines.insert((binding.until, address));
        }
        match binding.state {
            BindingState::Abandoned => {}
            // The memory of an address never hides what the client has now.
            BindingState::Expired | BindingState::Released | BindingState::Free => {
                by_client.entry(binding.client.clone()).or_insert(address);
            }
            BindingState::Pinging(_) | BindingState::Offered | BindingState::Active => {
                by_client.insert(binding.client.clone(), address);
            }
        }
        self.by_address.insert(address, binding);
    }

    /// Ends what an address was used for; whose it was stays known.
    pub fn end(&mut self, address: Ipv4Addr, state: BindingState, now: Instant) {
        if let Some(old) = self.by_address.get(&address) {
            let ended = Binding {
                state,
                since: now,
                until: Instant::MAX,
                ..old.clone()
            };
            self.set(address, ended);
        }
    }

    /// The next address of a subnet for a client without a claim to any: one never given out, else the one
    /// that has been free for longest.
    pub fn next_free(
        &mut self,
        subnet: usize,
        taken: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<Ipv4Addr> {
        while let Some(address) = self.nth(subnet) {
            if !self.by_address.contains_key(&address) && !taken(address) {
                return Some(address);
            }
            self.fresh[subnet] += 1;
        }
        self.freed
            .iter()
            .map(|(_, address)| *address)
            .find(|address| self.in_pools(subnet, *address) && !taken(*address))
    }

    /// The same where two servers give out the pools: what is the partner's today may be ours
    /// tomorrow, so nothing is passed over for good.
    pub fn next_shared(&self, subnet: usize, taken: impl Fn(Ipv4Addr) -> bool) -> Option<Ipv4Addr> {
        let all = self.pools(subnet).iter();
        let addresses = all.flat_map(|range| u32::from(range.first)..=u32::from(range.last));
        let mut fresh = addresses
            .map(Ipv4Addr::from)
            .filter(|address| !taken(*address));
        fresh
            .find(|address| !self.by_address.contains_key(address))
            .or_else(|| {
                let mut freed = self.freed.iter().map(|(_, address)| *address);
                freed.find(|address| self.in_pools(subnet, *address) && !taken(*address))
            })
    }

    fn nth(&self, subnet: usize) -> Option<Ipv4Addr> {
        let mut n = *self.fresh.get(subnet)?;
        for range in self.pools(subnet) {
            if n < range.size() {
                return range.nth(n);
            }
            n -= range.size();
        }
        None
    }

    /// What a crash loses: offers and pings. Their addresses are as if never offered.
    pub fn lose_memory(&mut self, now: Instant) {
        let lost: Vec<Ipv4Addr> = self
            .iter()
            .filter(|(_, binding)| {
                matches!(
                    binding.state,
                    BindingState::Pinging(_) | BindingState::Offered
                )
            })
            .map(|(address, _)| address)
            .collect();
        for address in lost {
            self.end(address, BindingState::Free, now);
        }
    }
}
