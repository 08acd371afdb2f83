//! The server's messages: what stands in them (RFC 2131 table 3) and where they go (section 4.1).

use std::net::Ipv4Addr;

use super::{Context, Server, Subnet};
use crate::dhcp::{Action, Datagram};
use crate::time::Duration;
use crate::wire::dhcp::{
    CLIENT_PORT, Message, MessageType, Op, Options, SERVER_PORT, code, option_size,
};

/// What a reply brings back of its request.
const ECHOED: [u8; 3] = [code::CLIENT_ID, code::SUBNET_SELECTION, code::RELAY_AGENT];

impl Server {
    /// Answers `request`. For an OFFER or an ACK of a lease `granted` is its length, `None` being
    /// infinity; the ACK of an INFORM is known by its request.
    pub(super) fn reply(
        &self,
        kind: MessageType,
        request: &Message,
        yiaddr: Ipv4Addr,
        granted: Option<Duration>,
        cx: &mut Context<'_>,
    ) {
        let mut message = self.answer_to(kind, request, yiaddr);
        if request.kind() != Some(MessageType::Inform) {
            push_lease(&mut message.options, granted);
        }
        if kind == MessageType::Ack && request.kind() == Some(MessageType::Discover) {
            message.options.push_raw(code::RAPID_COMMIT, &[]);
        }
        let told = if yiaddr.is_unspecified() {
            request.ciaddr
        } else {
            yiaddr
        };
        let room = room(request, &message.options);
        push_parameters(&mut message.options, self.settings(told), request, room);
        // Never unasked (RFC 8925 section 3.3).
        let list = request.options.get(code::PARAMETER_LIST);
        if let Some(wait) = self.config.ipv6_only_wait
            && list.is_some_and(|list| list.contains(&code::IPV6_ONLY))
        {
            let secs = wait.as_lease_secs();
            message.options.push_number(code::IPV6_ONLY, secs);
        }
        self.send(kind, request, message, cx);
    }

    /// What every answer has: the fields of table 3, message type and server identifier.
    pub(super) fn answer_to(
        &self,
        kind: MessageType,
        request: &Message,
        yiaddr: Ipv4Addr,
    ) -> Message {
        let mut message = Message {
            op: Op::Reply,
            htype: request.htype,
            hlen: request.hlen,
            hops: 0,
            xid: request.xid,
            secs: 0,
            broadcast: request.broadcast,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            yiaddr,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: request.giaddr,
            chaddr: request.chaddr,
            options: Options::new(),
        };
        if kind == MessageType::Ack {
            message.ciaddr = request.ciaddr;
        }
        message
            .options
            .push_raw(code::MESSAGE_TYPE, &[kind.number()]);
        message.options.push_address(code::SERVER_ID, self.id());
        if kind == MessageType::Nak {
            // Only the relay agent next to the client can reach a host that may have a wrong
            // address, and only by broadcast (RFC 2131 section 4.3.2).
            message.broadcast |= !request.giaddr.is_unspecified();
        }
        message
    }

    /// Adds what is echoed, and sends the answer to where it belongs.
    pub(super) fn send(
        &self,
        kind: MessageType,
        request: &Message,
        mut message: Message,
        cx: &mut Context<'_>,
    ) {
        for echoed in ECHOED {
            // RFC 2131 table 3 has a NAK carry next to nothing.
            let told = kind != MessageType::Nak || echoed != code::SUBNET_SELECTION;
            if let Some(value) = request.options.get(echoed).filter(|_| told) {
                message.options.push_raw(echoed, value);
            }
        }
        let datagram = self.address(kind, request, message);
        cx.out.push(Action::Send(Box::new(datagram)));
    }

    /// To the relay agent; a NAK to everyone; to the client's own address; to everyone if it asks
    /// for that; else straight to its card at the address it is about to get.
    fn address(&self, kind: MessageType, request: &Message, message: Message) -> Datagram {
        let to_client = |destination, card| (destination, card, CLIENT_PORT);
        let (destination, card, port) = if !request.giaddr.is_unspecified() {
            (request.giaddr, None, SERVER_PORT)
        } else if kind == MessageType::Nak {
            to_client(Ipv4Addr::BROADCAST, None)
        } else if !request.ciaddr.is_unspecified() {
            to_client(request.ciaddr, None)
        } else if request.broadcast || request.hardware().len() != 6 {
            // No card but an Ethernet one can be spoken to alone here.
            to_client(Ipv4Addr::BROADCAST, None)
        } else {
            to_client(message.yiaddr, Some(request.mac()))
        };
        Datagram {
            source: self.id(),
            destination,
            card,
            source_port: SERVER_PORT,
            destination_port: port,
            message,
        }
    }
}

/// Lease time, T1 and T2.
fn push_lease(options: &mut Options, granted: Option<Duration>) {
    let Some(length) = granted else {
        options.push_number(code::LEASE_TIME, u32::MAX);
        return;
    };
    let whole = length.as_lease_secs();
    options.push_number(code::LEASE_TIME, whole);
    let (t1, t2) = (
        length.fraction(1, 2).as_lease_secs(),
        length.fraction(7, 8).as_lease_secs(),
    );
    // A lease of a few seconds has no whole seconds for both (RFC 2131 section 4.4.5).
    if 0 < t1 && t1 < t2 && t2 < whole {
        options.push_number(code::T1, t1);
        options.push_number(code::T2, t2);
    }
}

/// How many bytes of further options fit into what the client can take: 576 octets with IP and UDP,
/// or what it says by option 57 (RFC 2131 section 2; RFC 2132 section 9.10).
fn room(request: &Message, options: &Options) -> usize {
    const LEAST: usize = 576;
    /// IP, UDP, the fixed fields and the cookie, and the End option.
    const FIXED: usize = 20 + 8 + 240 + 1;
    let said = request.options.get(code::MAX_SIZE);
    let said = said.and_then(|value| Some(usize::from(u16::from_be_bytes(value.try_into().ok()?))));
    let echoed = ECHOED.iter().filter_map(|code| request.options.get(*code));
    let own = options.iter().map(|(_, value)| value);
    let taken: usize = echoed.chain(own).map(option_size).sum();
    // Option 108 may come after.
    said.unwrap_or(LEAST)
        .max(LEAST)
        .saturating_sub(FIXED + taken + 6)
}

/// What the client asks for by option 55, the subnet mask before the router (RFC 2132
/// section 3.3); everything there is, if it sends no list.
fn push_parameters(options: &mut Options, subnet: &Subnet, request: &Message, mut room: usize) {
    let list = request.options.get(code::PARAMETER_LIST);
    let wanted = |code| list.is_none_or(|list| list.contains(&code));
    let mut fits = |bytes: usize| {
        let fits = bytes + 2 <= room;
        room -= if fits { bytes + 2 } else { 0 };
        fits
    };
    if wanted(code::SUBNET_MASK) && fits(4) {
        options.push_number(code::SUBNET_MASK, subnet.network.mask());
    }
    if let Some(router) = subnet.router.filter(|_| wanted(code::ROUTER) && fits(4)) {
        options.push_address(code::ROUTER, router);
    }
    if wanted(code::DNS) {
        // As many as fit: the first are the ones that the client asks first.
        for server in subnet.dns.iter().take_while(|_| fits(4)) {
            options.push_address(code::DNS, *server);
        }
    }
    let domain = subnet.domain.as_ref().filter(|_| wanted(code::DOMAIN_NAME));
    if let Some(domain) = domain.filter(|name| fits(name.len())) {
        options.push_raw(code::DOMAIN_NAME, domain.as_bytes());
    }
}
