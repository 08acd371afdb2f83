//! The client's messages: RFC 2131 tables 4 and 5, column by column.

use std::net::Ipv4Addr;

use super::{Choose, Client, Context, Lease, Offer, State};
use crate::dhcp::{Action, Datagram, elapsed_secs};
use crate::time::Duration;
use crate::wire::dhcp::{CLIENT_PORT, Message, MessageType, Op, SERVER_PORT, code};

/// What the client asks for by option 55, in every message that may carry it: mask, router,
/// name servers, domain name, lease time, T1 and T2; IPv6-only preferred last, where it is wanted.
const PARAMETERS: [u8; 8] = [
    code::SUBNET_MASK,
    code::ROUTER,
    code::DNS,
    code::DOMAIN_NAME,
    code::LEASE_TIME,
    code::T1,
    code::T2,
    code::IPV6_ONLY,
];

/// How many of them are not about a lease.
const LEASELESS: usize = 4;

impl Client {
    fn base(&self, kind: MessageType) -> Message {
        let mut message = Message::new(Op::Request, kind, self.exchange.xid, self.mac);
        if !self.id.is_empty() {
            message.options.push_raw(code::CLIENT_ID, &self.id);
        }
        message
    }

    fn question(&self, kind: MessageType, cx: &Context<'_>) -> Message {
        let mut message = self.base(kind);
        message.secs = elapsed_secs(self.began, cx.now);
        message.broadcast = self.config.broadcast_flag;
        if let Some(name) = &self.config.host_name {
            message.options.push_raw(code::HOST_NAME, name.as_bytes());
        }
        if let Some(length) = self.config.lease_time
            && kind != MessageType::Inform
        {
            let secs = if length == Duration::MAX {
                u32::MAX
            } else {
                length.as_lease_secs()
            };
            message.options.push_number(code::LEASE_TIME, secs);
        }
        let list = &PARAMETERS[..PARAMETERS.len() - usize::from(!self.asks_ipv6_only)];
        // No lease is asked for (RFC 2131 section 4.4.3).
        let list = if kind == MessageType::Inform {
            &PARAMETERS[..LEASELESS]
        } else {
            list
        };
        message.options.push_raw(code::PARAMETER_LIST, list);
        message
    }

    fn to_everyone(message: Message, cx: &mut Context<'_>) {
        send(Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, message, cx);
    }

    pub(super) fn send_discover(&mut self, cx: &mut Context<'_>) {
        let mut message = self.question(MessageType::Discover, cx);
        if let (Choose::Previous, Some(address)) = (self.config.choose, self.previous) {
            message
                .options
                .push_address(code::REQUESTED_ADDRESS, address);
        }
        self.exchange.rapid |= self.config.rapid_commit;
        if self.config.rapid_commit {
            message.options.push_raw(code::RAPID_COMMIT, &[]);
        }
        self.exchange.secs = message.secs;
        Self::to_everyone(message, cx);
    }

    /// Accepts an offer: what it names is declined by it for every other server.
    pub(super) fn send_request_selecting(&self, offer: Offer, cx: &mut Context<'_>) {
        let mut message = self.question(MessageType::Request, cx);
        message.secs = self.exchange.secs;
        message
            .options
            .push_address(code::REQUESTED_ADDRESS, offer.address);
        message.options.push_address(code::SERVER_ID, offer.server);
        Self::to_everyone(message, cx);
    }

    pub(super) fn send_request_rebooting(&self, address: Ipv4Addr, cx: &mut Context<'_>) {
        let mut message = self.question(MessageType::Request, cx);
        message
            .options
            .push_address(code::REQUESTED_ADDRESS, address);
        Self::to_everyone(message, cx);
    }

    /// Asks for more time: the server that gave the lease while RENEWING, every server while
    /// REBINDING.
    pub(super) fn send_request_extending(&self, lease: &Lease, cx: &mut Context<'_>) {
        let mut message = self.question(MessageType::Request, cx);
        message.ciaddr = lease.address;
        let destination = if self.state == State::Rebinding {
            Ipv4Addr::BROADCAST
        } else {
            lease.server
        };
        send(lease.address, destination, message, cx);
    }

    /// Asks every server for the rest, with the host's own address (RFC 2131 section 4.4.3).
    pub(super) fn send_inform(&self, address: Ipv4Addr, cx: &mut Context<'_>) {
        let mut message = self.question(MessageType::Inform, cx);
        message.ciaddr = address;
        send(address, Ipv4Addr::BROADCAST, message, cx);
    }

    pub(super) fn send_decline(&mut self, lease: &Lease, cx: &mut Context<'_>) {
        self.exchange.xid = cx.rng.next_u32();
        let mut message = self.base(MessageType::Decline);
        message
            .options
            .push_address(code::REQUESTED_ADDRESS, lease.address);
        message.options.push_address(code::SERVER_ID, lease.server);
        Self::to_everyone(message, cx);
    }

    pub(super) fn send_release(&mut self, lease: &Lease, cx: &mut Context<'_>) {
        self.exchange.xid = cx.rng.next_u32();
        let mut message = self.base(MessageType::Release);
        message.ciaddr = lease.address;
        message.options.push_address(code::SERVER_ID, lease.server);
        send(lease.address, lease.server, message, cx);
    }
}

fn send(source: Ipv4Addr, destination: Ipv4Addr, message: Message, cx: &mut Context<'_>) {
    cx.out.push(Action::Send(Box::new(Datagram {
        source,
        destination,
        card: None,
        source_port: CLIENT_PORT,
        destination_port: SERVER_PORT,
        message,
    })));
}
