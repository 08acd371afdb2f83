//! REQUEST, DECLINE, RELEASE and INFORM (RFC 2131 sections 4.3.2 to 4.3.5).

use std::net::Ipv4Addr;

use super::{Binding, BindingState, Context, Identity, PingCheck, Server};
use crate::dhcp::failover::store::Client;
use crate::dhcp::failover::{Ask, LeaseEvent};
use crate::dhcp::{Action, OfferEnd, Refusal, ServerNote, Silence};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, MessageType, code};

impl Server {
    /// A REQUEST is told by what it carries (RFC 2131 section 4.3.2, table 4).
    pub(super) fn request(
        &mut self,
        message: &Message,
        unicast: bool,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        let subnet = self.subnet(message, unicast)?;
        let client = Identity::of(message);
        self.serves(ask(message), message)
            .or_else(|why| self.names_another_server(message).then_some(()).ok_or(why))?;
        if message.options.has(code::SERVER_ID) {
            return self.selecting(subnet, message, client, cx);
        }
        // Whoever asks without naming a server has gone another way than by our offer.
        let last = self.end_offer_of(subnet, &client, cx);
        if message.ciaddr.is_unspecified() {
            let asked = message
                .options
                .address(code::REQUESTED_ADDRESS)
                .ok_or(Silence::NotHolder)?;
            self.rebooting(subnet, asked, last, message, client, cx)
        } else {
            let renewing = unicast && message.giaddr.is_unspecified();
            self.extending(subnet, last, message, client, renewing, cx)
        }
    }

    /// Ends an offer to a client. The address that it has or had last, offered or not.
    fn end_offer_of(
        &mut self,
        subnet: usize,
        client: &Identity,
        cx: &mut Context<'_>,
    ) -> Option<Ipv4Addr> {
        let (address, binding) = self.bindings.of(subnet, client)?;
        if matches!(
            binding.state,
            BindingState::Offered | BindingState::Pinging(_)
        ) {
            self.free_offer(address, OfferEnd::OtherServer, cx);
        }
        Some(address)
    }

    /// The client accepts an offer: ours, or another server's.
    fn selecting(
        &mut self,
        subnet: usize,
        message: &Message,
        client: Identity,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        if self.names_another_server(message) {
            self.end_offer_of(subnet, &client, cx);
            return Err(Silence::OtherServer);
        }
        let asked = message
            .options
            .address(code::REQUESTED_ADDRESS)
            .ok_or(Silence::NotHolder)?;
        if !self.may_give(subnet, asked, message) || !self.is_to_be_had(asked, &client) {
            self.refuse(message, Refusal::NotAvailable, cx);
            return Ok(());
        }
        let state = self
            .bindings
            .get(asked)
            .map(|binding| binding.state.clone());
        if let Some(BindingState::Pinging(_)) = state {
            return Err(Silence::Pinging);
        }
        if self.config.ping == PingCheck::Request && state != Some(BindingState::Active) {
            self.ping(asked, client, message, cx);
        } else {
            self.commit(asked, client, message, cx);
        }
        Ok(())
    }

    /// Whether the address is one that this server may give to this client at all.
    fn may_give(&self, subnet: usize, address: Ipv4Addr, message: &Message) -> bool {
        self.reserved_for(subnet, message).map_or_else(
            || self.is_offered_to_all(subnet, address),
            |kept| kept == address,
        )
    }

    /// The client has restarted and asks whether its old address still holds.
    fn rebooting(
        &mut self,
        subnet: usize,
        asked: Ipv4Addr,
        last: Option<Ipv4Addr>,
        message: &Message,
        client: Identity,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        if !self.subnets[subnet].network.contains(asked) {
            self.refuse(message, Refusal::WrongNetwork, cx);
            return Ok(());
        }
        let known = self.known_address(subnet, asked, last, message, &client);
        match known {
            Some(address) if address == asked => {
                self.check_withheld(asked, &client)?;
                self.commit(asked, client, message, cx);
            }
            Some(_) => self.refuse(message, Refusal::WrongAddress, cx),
            None if self.config.authoritative => self.refuse(message, Refusal::UnknownClient, cx),
            None => return Err(Silence::UnknownClient),
        }
        Ok(())
    }

    /// The address that this server has on record for a client: a reservation, a running lease, or
    /// one that has ended and that no one else has. An offer that was never taken is no record.
    /// What has ended says nothing about a lease that another server may have given since: it
    /// counts only if the address asked for could have come from nowhere but here (RFC 2131
    /// section 3.2).
    fn known_address(
        &self,
        subnet: usize,
        asked: Ipv4Addr,
        last: Option<Ipv4Addr>,
        message: &Message,
        client: &Identity,
    ) -> Option<Ipv4Addr> {
        if let Some(reserved) = self
            .reserved_for(subnet, message)
            .filter(|address| self.is_to_be_had(*address, client))
        {
            return Some(reserved);
        }
        let address = last?;
        match self.bindings.get(address)?.state {
            // Other settings may have taken it from under its client.
            BindingState::Active => {
                let extended = self.is_extended(address);
                (extended || self.may_give(subnet, address, message)).then_some(address)
            }
            BindingState::Expired | BindingState::Released => {
                let ours = address == asked || self.bindings.in_pools(subnet, asked);
                (ours && self.may_give(subnet, address, message)).then_some(address)
            }
            BindingState::Free
            | BindingState::Offered
            | BindingState::Pinging(_)
            | BindingState::Abandoned => None,
        }
    }

    /// The client uses the address and asks for more time: by unicast while RENEWING, by broadcast
    /// while REBINDING.
    fn extending(
        &mut self,
        subnet: usize,
        last: Option<Ipv4Addr>,
        message: &Message,
        client: Identity,
        renewing: bool,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        let address = message.ciaddr;
        let known = self.known_address(subnet, address, last, message, &client);
        let for_others = self.is_extended(address);
        match known {
            Some(known) if known == address => {
                self.check_withheld(address, &client)?;
                self.commit(address, client, message, cx);
            }
            Some(_) => self.refuse(message, Refusal::WrongAddress, cx),
            None if for_others && self.is_to_be_had(address, &client) => {
                self.commit(address, client, message, cx);
            }
            None if renewing => self.refuse(message, Refusal::NotAvailable, cx),
            None if self.config.authoritative => self.refuse(message, Refusal::UnknownClient, cx),
            None => return Err(Silence::UnknownClient),
        }
        Ok(())
    }

    fn is_extended(&self, address: Ipv4Addr) -> bool {
        let mut extends = self.config.extends.iter();
        extends.any(|range| range.contains(address))
    }

    /// Writes the lease to disk, then says so to the client.
    pub(super) fn commit(
        &mut self,
        address: Ipv4Addr,
        client: Identity,
        message: &Message,
        cx: &mut Context<'_>,
    ) {
        let mac = message.mac();
        // An ACK repeats the lease time of its OFFER, however often the REQUEST comes (RFC 2131
        // section 4.3.2); one that names no server answers no OFFER.
        let held = self.bindings.get(address).filter(|held| !held.is_free());
        let wanted = match held {
            Some(held) if message.options.has(code::SERVER_ID) => held.granted,
            _ => {
                let endless = held.is_some_and(|held| {
                    held.state == BindingState::Active && held.until == Instant::MAX
                });
                self.granted(address, message, endless.then_some(Duration::MAX))
            }
        };
        let desired = self.granted(address, message, None);
        let granted = self.limited(address, wanted, cx.now);
        let until = granted.map_or(Instant::MAX, |length| cx.now + length);
        let freed = until + self.config.grace;
        let lease = Binding {
            state: BindingState::Active,
            client,
            mac,
            since: cx.now,
            until: freed,
            granted,
        };
        self.bindings.set(address, lease);
        cx.note(ServerNote::Committed {
            address,
            client: mac,
            until,
        });
        let endless = |length: Option<Duration>| length.unwrap_or(Duration::MAX);
        let rest = if self.failover.is_some() {
            let event = LeaseEvent::Granted {
                client: Client::of(message),
                granted: endless(granted),
                desired: endless(desired).max(endless(wanted)),
            };
            self.record(address, &event, cx)
        } else {
            Vec::new()
        };
        if self.is_neighbour(message, address) {
            cx.out.push(Action::Neighbour { address, mac });
        }
        self.reply(MessageType::Ack, message, address, granted, cx);
        // The client does not wait for the partner (draft-ietf-dhc-failover-12 section 5.2).
        self.carry_out(rest, cx);
    }

    pub(super) fn refuse(&mut self, message: &Message, why: Refusal, cx: &mut Context<'_>) {
        cx.note(ServerNote::Refused {
            client: message.mac(),
            why,
        });
        let mut nak = self.answer_to(MessageType::Nak, message, Ipv4Addr::UNSPECIFIED);
        nak.options.push_raw(code::MESSAGE, why.text().as_bytes());
        self.send(MessageType::Nak, message, nak, cx);
    }

    pub(super) fn declined(
        &mut self,
        message: &Message,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        if self.names_another_server(message) {
            return Err(Silence::OtherServer);
        }
        let address = message
            .options
            .address(code::REQUESTED_ADDRESS)
            .ok_or(Silence::NotHolder)?;
        self.serves(Ask::ThisServer, message)?;
        self.check_holder(address, message)?;
        self.abandon(address, cx);
        cx.note(ServerNote::Declined {
            address,
            client: message.mac(),
        });
        Ok(())
    }

    pub(super) fn released(
        &mut self,
        message: &Message,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        if self.names_another_server(message) {
            return Err(Silence::OtherServer);
        }
        self.serves(Ask::ThisServer, message)?;
        self.check_holder(message.ciaddr, message)?;
        if self
            .bindings
            .get(message.ciaddr)
            .is_some_and(|held| held.state != BindingState::Active)
        {
            return Err(Silence::NotHolder);
        }
        self.bindings
            .end(message.ciaddr, BindingState::Released, cx.now);
        let rest = self.record(message.ciaddr, &LeaseEvent::Released, cx);
        cx.note(ServerNote::Released {
            address: message.ciaddr,
            client: message.mac(),
            withheld: self.withheld_from_others(message.ciaddr),
        });
        self.carry_out(rest, cx);
        Ok(())
    }

    fn check_holder(&self, address: Ipv4Addr, message: &Message) -> Result<(), Silence> {
        let client = Identity::of(message);
        let holds = self.bindings.get(address).is_some_and(|binding| {
            binding.client == client
                && matches!(binding.state, BindingState::Active | BindingState::Offered)
        });
        if holds {
            Ok(())
        } else {
            Err(Silence::NotHolder)
        }
    }

    /// The client has an address, which it names, and asks for the rest.
    pub(super) fn inform(
        &mut self,
        message: &Message,
        cx: &mut Context<'_>,
    ) -> Result<(), Silence> {
        if message.ciaddr.is_unspecified() {
            return Err(Silence::NotHolder);
        }
        self.subnet(message, true)?;
        self.serves(Ask::Any, message)?;
        self.reply(MessageType::Ack, message, Ipv4Addr::UNSPECIFIED, None, cx);
        Ok(())
    }
}

/// What a REQUEST asks for, as far as failover treats it differently.
fn ask(message: &Message) -> Ask {
    if message.options.has(code::SERVER_ID) {
        Ask::ThisServer
    } else if message.ciaddr.is_unspecified() {
        Ask::Any
    } else {
        Ask::Renewal
    }
}
