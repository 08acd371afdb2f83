//! DISCOVER: which address to offer, and whether it is really free (RFC 2131 section 4.3.1).

use std::net::Ipv4Addr;

use super::subnet::is_kept;
use super::{Binding, BindingState, Context, Identity, PingCheck, Reservation, Server};
use crate::dhcp::failover::{Ask, LeaseEvent};
use crate::dhcp::{Action, OfferEnd, ServerNote, Silence};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, MessageType, code};

impl Server {
    pub(super) fn discover(
        &mut self,
        message: &Message,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        let subnet = self.subnet(message, false)?;
        self.serves(Ask::Any, message)?;
        let client = Identity::of(message);
        if let Some((address, binding)) = self.bindings.of(subnet, &client) {
            let mut again = binding.clone();
            if let BindingState::Pinging(waiting) = &mut again.state {
                **waiting = message.clone();
                self.bindings.set(address, again);
                return Err(Silence::Pinging);
            }
        }
        let address = self
            .choose(subnet, message, &client)
            .ok_or(Silence::PoolExhausted)?;
        self.consider(address, client, message, cx);
        Ok(())
    }

    /// Reservation, current or previous binding, what the client asks for, the next of the pool.
    fn choose(&mut self, subnet: usize, message: &Message, client: &Identity) -> Option<Ipv4Addr> {
        if let Some(address) = self.reserved_for(subnet, message) {
            return self.is_to_be_had(address, client).then_some(address);
        }
        if let Some((address, _)) = self.bindings.of(subnet, client)
            && self.is_offered_to_all(subnet, address)
            && !self.is_withheld(address, client)
        {
            return Some(address);
        }
        let asked = message.options.address(code::REQUESTED_ADDRESS);
        if let Some(asked) = asked
            && self.is_offered_to_all(subnet, asked)
            && self.bindings.is_free(asked)
            && !self.is_withheld(asked, client)
        {
            return Some(asked);
        }
        if self.failover.is_some() {
            let taken = |address| self.is_kept(address) || self.is_withheld(address, client);
            return self.bindings.next_shared(subnet, taken);
        }
        let (config, interface, subnets) = (&self.config, self.interface, &self.subnets);
        self.bindings.next_free(subnet, |address| {
            is_kept(config, interface, subnets, address)
        })
    }

    /// Whether the address is in a pool of the subnet and not kept for anyone.
    pub(super) fn is_offered_to_all(&self, subnet: usize, address: Ipv4Addr) -> bool {
        self.bindings.in_pools(subnet, address) && !self.is_kept(address)
    }

    pub(super) fn reserved_for(&self, subnet: usize, message: &Message) -> Option<Ipv4Addr> {
        let id = message.options.get(code::CLIENT_ID);
        let here = |kept: &&Reservation| self.bindings.subnet_of(kept.address) == Some(subnet);
        let kept = || self.config.reservations.iter().filter(here);
        // What a client calls itself says more than the card that it uses today.
        kept()
            .find(|kept| id.is_some() && kept.id() == id)
            .or_else(|| kept().find(|kept| kept.mac == Some(message.mac())))
            .map(|kept| kept.address)
    }

    /// Whether this client may have the address: it is free, or already this client's.
    pub(super) fn is_to_be_had(&self, address: Ipv4Addr, client: &Identity) -> bool {
        let free = self.bindings.get(address).is_none_or(|binding| {
            binding.is_free()
                || (binding.client == *client && binding.state != BindingState::Abandoned)
        });
        free && !self.is_withheld(address, client)
    }

    /// Whether a DISCOVER is answered by an ACK at once (RFC 4039 section 3.1).
    fn is_rapid(&self, message: &Message) -> bool {
        // A client that may do without the address must be able to (RFC 8925 section 3.2).
        let list = message.options.get(code::PARAMETER_LIST);
        let ipv6_only = self.config.ipv6_only_wait.is_some()
            && list.is_some_and(|list| list.contains(&code::IPV6_ONLY));
        self.config.rapid_commit && !ipv6_only && message.options.has(code::RAPID_COMMIT)
    }

    /// Asks by ping first where the settings say so, else offers at once.
    fn consider(
        &mut self,
        address: Ipv4Addr,
        client: Identity,
        message: &Message,
        cx: &mut Context<'_>,
    ) {
        let in_use_by_client = self.bindings.get(address).is_some_and(|binding| {
            matches!(binding.state, BindingState::Active | BindingState::Offered)
        });
        let now = match self.config.ping {
            PingCheck::Offer => true,
            // There will be no REQUEST.
            PingCheck::Request => self.is_rapid(message),
            PingCheck::Never => false,
        };
        if now && !in_use_by_client {
            self.ping(address, client, message, cx);
        } else {
            self.offer(address, client, message, cx);
        }
    }

    pub(super) fn ping(
        &mut self,
        address: Ipv4Addr,
        client: Identity,
        message: &Message,
        cx: &mut Context<'_>,
    ) {
        let mac = message.mac();
        cx.note(ServerNote::Pinging {
            address,
            client: mac,
        });
        let offered = self
            .bindings
            .get(address)
            .filter(|binding| binding.state == BindingState::Offered);
        let granted = offered.map_or_else(
            || self.granted(address, message, None),
            |binding| binding.granted,
        );
        self.pings = self.pings.wrapping_add(1);
        self.bindings.set(
            address,
            Binding {
                state: BindingState::Pinging(Box::new(message.clone())),
                client,
                mac,
                since: cx.now,
                until: cx.now + self.config.ping_wait,
                granted,
            },
        );
        let until = cx.now + self.config.ping_wait;
        cx.out.push(Action::Ping {
            target: address,
            sequence: self.pings,
            until,
        });
    }

    /// The ping was answered: the address is in use by someone we do not know.
    pub(super) fn echo(&mut self, from: Ipv4Addr, cx: &mut Context<'_>) {
        let Some(BindingState::Pinging(message)) =
            self.bindings.get(from).map(|binding| binding.state.clone())
        else {
            return;
        };
        self.abandon(from, cx);
        cx.note(ServerNote::Abandoned { address: from });
        if message.kind() == Some(MessageType::Request)
            && self.serves(Ask::ThisServer, &message).is_ok()
        {
            self.refuse(&message, crate::dhcp::Refusal::NotAvailable, cx);
        } else if let Err(why) = self.discover(&message, cx) {
            cx.note(ServerNote::Silent {
                client: message.mac(),
                message: MessageType::Discover,
                why,
            });
        }
    }

    pub(super) fn abandon(&mut self, address: Ipv4Addr, cx: &mut Context<'_>) {
        if let Some(binding) = self.bindings.get(address) {
            let abandoned = Binding {
                state: BindingState::Abandoned,
                since: cx.now,
                until: cx.now + self.config.quarantine,
                ..binding.clone()
            };
            self.bindings.set(address, abandoned);
            self.report(address, &LeaseEvent::Abandoned, cx);
        }
    }

    /// No one answered the ping: on with what waited for it.
    pub(super) fn ping_silence(
        &mut self,
        address: Ipv4Addr,
        message: &Message,
        cx: &mut Context<'_>,
    ) {
        let client = Identity::of(message);
        let request = message.kind() == Some(MessageType::Request);
        let ask = if request { Ask::ThisServer } else { Ask::Any };
        // Failover may have gone to another state since.
        if let Err(why) = self.serves(ask, message) {
            self.bindings.end(address, BindingState::Free, cx.now);
            cx.note(ServerNote::Silent {
                client: message.mac(),
                message: message.kind().unwrap_or(MessageType::Discover),
                why,
            });
        } else if request {
            self.commit(address, client, message, cx);
        } else {
            self.offer(address, client, message, cx);
        }
    }

    fn offer(
        &mut self,
        address: Ipv4Addr,
        client: Identity,
        message: &Message,
        cx: &mut Context<'_>,
    ) {
        let mac = message.mac();
        let subnet = self.bindings.subnet_of(address).unwrap_or_default();
        let earlier = self
            .bindings
            .of(subnet, &client)
            .map(|(address, binding)| (address, binding.state.clone()));
        if let Some((old, BindingState::Offered)) = earlier
            && old != address
        {
            self.free_offer(old, OfferEnd::Replaced, cx);
        }
        if self.is_rapid(message) {
            self.commit(address, client, message, cx);
            return;
        }
        let active = self
            .bindings
            .get(address)
            .filter(|binding| binding.state == BindingState::Active)
            .cloned();
        let remaining = active
            .as_ref()
            .and_then(|binding| self.remaining(binding, cx.now));
        let granted = self.limited(address, self.granted(address, message, remaining), cx.now);
        if let Some(lease) = active {
            // The lease goes on as it is; an ACK will give what this offer says.
            self.bindings.set(address, Binding { granted, ..lease });
        } else {
            let until = cx.now + self.config.offer_hold;
            let held = Binding {
                state: BindingState::Offered,
                client,
                mac,
                since: cx.now,
                until,
                granted,
            };
            self.bindings.set(address, held);
            cx.note(ServerNote::Held {
                address,
                client: mac,
                until,
            });
        }
        if self.is_neighbour(message, address) {
            cx.out.push(Action::Neighbour { address, mac });
        }
        self.reply(MessageType::Offer, message, address, granted, cx);
    }

    /// How long a lease may be: what the client asks for within limits, else what is left of a
    /// running one, else the default (RFC 2131 section 4.3.1). `None` is infinity.
    pub(super) fn granted(
        &self,
        address: Ipv4Addr,
        message: &Message,
        remaining: Option<Duration>,
    ) -> Option<Duration> {
        let Some(asked) = message.options.number(code::LEASE_TIME) else {
            let lease = self.settings(address).lease;
            return remaining.or(lease).and_then(finite);
        };
        let asked = crate::dhcp::lease_length(asked).unwrap_or(Duration::MAX);
        finite(asked.clamp(
            self.config.min_lease,
            self.config.max_lease.max(self.config.min_lease),
        ))
    }

    pub(super) fn free_offer(&mut self, address: Ipv4Addr, why: OfferEnd, cx: &mut Context<'_>) {
        self.bindings.end(address, BindingState::Free, cx.now);
        cx.note(ServerNote::OfferEnded { address, why });
    }

    /// What is left of a running lease, if that is long enough to be said in seconds;
    /// [`Duration::MAX`] of one without end.
    fn remaining(&self, binding: &Binding, now: Instant) -> Option<Duration> {
        if binding.until == Instant::MAX {
            return Some(Duration::MAX);
        }
        let left = binding.until.since(now).saturating_sub(self.config.grace);
        (left >= Duration::from_secs(1)).then_some(left)
    }
}

/// A length of time, or `None` for infinity.
pub(super) fn finite(length: Duration) -> Option<Duration> {
    (length != Duration::MAX).then_some(length)
}
