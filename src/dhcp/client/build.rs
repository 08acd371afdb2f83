//! The client's messages: RFC 2131 tables 4 and 5, column by column.

use std::net::Ipv4Addr;

use super::{Client, Context, Lease, Offer, State};
use crate::dhcp::{Action, Datagram, elapsed_secs};
use crate::wire::dhcp::{CLIENT_PORT, Message, MessageType, Op, SERVER_PORT, code};

/// What the client asks for by option 55, in every message that may carry it: mask, router,
/// name servers, domain name, lease time, T1 and T2.
const PARAMETERS: [u8; 7] = [
    code::SUBNET_MASK,
    code::ROUTER,
    code::DNS,
    code::DOMAIN_NAME,
    code::LEASE_TIME,
    code::T1,
    code::T2,
];

impl Client {
    /// Its identifier, option 61: hardware type and address (RFC 2132 section 9.14).
    pub(super) fn client_id(&self) -> [u8; 7] {
        let [a, b, c, d, e, f] = self.mac.0;
        [1, a, b, c, d, e, f]
    }

    fn base(&self, kind: MessageType) -> Message {
        let mut message = Message::new(Op::Request, kind, self.exchange.xid, self.mac);
        message.options.push_raw(code::CLIENT_ID, &self.client_id());
        message
    }

    fn question(&self, kind: MessageType, cx: &Context<'_>) -> Message {
        let mut message = self.base(kind);
        message.secs = elapsed_secs(self.began, cx.now);
        message.broadcast = self.config.broadcast_flag;
        if let Some(name) = &self.config.host_name {
            message.options.push_raw(code::HOST_NAME, name.as_bytes());
        }
        if let Some(length) = self.config.lease_time {
            message
                .options
                .push_number(code::LEASE_TIME, length.as_lease_secs());
        }
        message.options.push_raw(code::PARAMETER_LIST, &PARAMETERS);
        message
    }

    fn to_everyone(message: Message, cx: &mut Context<'_>) {
        send(Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, message, cx);
    }

    pub(super) fn send_discover(&mut self, cx: &mut Context<'_>) {
        let message = self.question(MessageType::Discover, cx);
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
