//! What stands in every message: RFC 2131 tables 4 and 5 for clients, table 3 and section 4.1 for
//! servers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use dhcp_lab::scenario::NodeId;
use dhcp_lab::time::Instant;
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{CLIENT_PORT, Message, MessageType, Op, SERVER_PORT, code};

use super::net::Net;
use super::settings::as_configured;
use super::trace::{Dhcp, Packet, Seen, Way};

const NONE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;
const ALL: Ipv4Addr = Ipv4Addr::BROADCAST;

/// What the model remembers of a client.
#[derive(Default)]
struct ClientSide {
    /// Every transaction id, and when it was first used.
    xids: BTreeMap<u32, Instant>,
    last_xid: Option<u32>,
    last: Option<MessageType>,
    /// When the DISCOVER with `secs` 0 went out, and the `secs` of the last one.
    began: Instant,
    secs: u16,
    offers: BTreeSet<(u32, Ipv4Addr, Ipv4Addr)>,
    /// Each address that an ACK gave, with the server that did.
    given: BTreeSet<(Ipv4Addr, Ipv4Addr)>,
}

/// Everything that was ever said, as far as later messages depend on it.
#[derive(Default)]
pub(crate) struct Fields {
    clients: BTreeMap<NodeId, ClientSide>,
    /// What each server received, by client and transaction.
    asked: BTreeMap<(NodeId, Mac, u32), Vec<Message>>,
}

/// Says that a rule is broken unless it holds.
pub(crate) fn must(holds: bool, rule: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!("fields: {rule}"))
    }
}

impl Fields {
    /// Looks at what was seen next.
    pub(crate) fn see(
        &mut self,
        net: &Net<'_>,
        seen: &Seen,
        packet: &Packet,
    ) -> Result<(), String> {
        let Packet::Dhcp(dhcp) = packet else {
            return Ok(());
        };
        let client = net.client(seen.node);
        let server = net.server(seen.node);
        match (seen.way, client, server) {
            (Way::Sent, Some(_), _) => self.client(net, seen, dhcp),
            (Way::Sent, _, Some(_)) => self.server(net, seen, dhcp),
            (Way::Got(_), Some(_), _) => {
                let side = self.clients.entry(seen.node).or_default();
                let message = &dhcp.message;
                if let Some(server) = message.options.address(code::SERVER_ID)
                    && message.mac() == net.node(seen.node).mac.unwrap()
                {
                    if dhcp.kind == MessageType::Offer {
                        side.offers.insert((message.xid, message.yiaddr, server));
                    } else if dhcp.kind == MessageType::Ack {
                        side.given.insert((message.yiaddr, server));
                    }
                }
                Ok(())
            }
            (Way::Got(_), _, Some(_)) => {
                let key = (seen.node, dhcp.message.mac(), dhcp.message.xid);
                self.asked
                    .entry(key)
                    .or_default()
                    .push(dhcp.message.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn client(&mut self, net: &Net<'_>, seen: &Seen, dhcp: &Dhcp) -> Result<(), String> {
        let side = self.clients.entry(seen.node).or_default();
        let (message, kind) = (&dhcp.message, dhcp.kind);
        let node = net.node(seen.node);
        let mac = node.mac.unwrap();
        let options = &message.options;
        layout(dhcp, mac)?;
        must(message.op == Op::Request, "C2 op is 1")?;
        must(dhcp.ports == (CLIENT_PORT, SERVER_PORT), "ports 68 to 67")?;
        let empty = [message.yiaddr, message.siaddr, message.giaddr] == [NONE; 3];
        must(
            empty && message.hops == 0,
            "C2 hops, yiaddr, siaddr, giaddr 0",
        )?;
        let new = !side.xids.contains_key(&message.xid);
        let first = *side.xids.entry(message.xid).or_insert(seen.at);
        as_configured(net, seen, first, dhcp)?;
        let requested = options.address(code::REQUESTED_ADDRESS);
        let named = options.address(code::SERVER_ID);
        let question = !matches!(kind, MessageType::Decline | MessageType::Release);
        must(
            options.has(code::PARAMETER_LIST) == question,
            "C6 option 55, if allowed",
        )?;
        must(question || !options.has(code::MAX_SIZE), "no option 57")?;
        if !question {
            must(message.secs == 0, "secs 0")?;
        }
        let again = side.last_xid == Some(message.xid) && side.last == Some(kind);
        let selecting = kind == MessageType::Request && named.is_some();
        must(new || again || selecting, "a new xid")?;
        let (source, destination) = (dhcp.source, dhcp.destination);
        let from_nowhere = source == NONE && destination == ALL && message.ciaddr == NONE;
        let own = source == message.ciaddr && source != NONE;
        match kind {
            MessageType::Discover => {
                must(from_nowhere, "a DISCOVER goes from nowhere to everyone")?;
                must(named.is_none(), "a DISCOVER names no server")?;
                if message.secs == 0 {
                    side.began = seen.at;
                }
                let elapsed = seen.at.since(side.began).as_secs();
                must(u64::from(message.secs) == elapsed, "secs of a DISCOVER")?;
                side.secs = message.secs;
            }
            MessageType::Request if selecting => {
                must(
                    from_nowhere,
                    "a selecting REQUEST goes from nowhere to everyone",
                )?;
                let offer = (
                    message.xid,
                    requested.unwrap_or(NONE),
                    named.unwrap_or(NONE),
                );
                must(
                    side.offers.contains(&offer),
                    "a selecting REQUEST repeats an offer",
                )?;
                must(message.secs == side.secs, "secs as in the DISCOVER")?;
            }
            MessageType::Request if message.ciaddr == NONE => {
                must(from_nowhere, "an INIT-REBOOT goes from nowhere to everyone")?;
                let mut given = side.given.iter().map(|(address, _)| Some(*address));
                must(
                    given.any(|given| given == requested),
                    "an INIT-REBOOT names the old address",
                )?;
            }
            MessageType::Request => {
                must(own, "an extending REQUEST comes from its ciaddr")?;
                must(requested.is_none(), "an extending REQUEST has no option 50")?;
                let mut given = side.given.iter();
                let by = |(address, server): &(Ipv4Addr, Ipv4Addr)| {
                    *address == source && (destination == ALL || destination == *server)
                };
                must(
                    given.any(by),
                    "an extending REQUEST goes to its server or to everyone",
                )?;
            }
            MessageType::Decline => {
                must(from_nowhere, "a DECLINE goes from nowhere to everyone")?;
                let pair = requested.zip(named);
                must(
                    pair.is_some_and(|pair| side.given.contains(&pair)),
                    "a DECLINE names both",
                )?;
            }
            MessageType::Release => {
                must(
                    own && requested.is_none(),
                    "a RELEASE comes from its ciaddr",
                )?;
                must(named == Some(destination), "a RELEASE goes to its server")?;
                let pair = (source, destination);
                must(
                    side.given.contains(&pair),
                    "a RELEASE gives back what it had",
                )?;
            }
            MessageType::Inform => {
                must(own && requested.is_none() && named.is_none(), "an INFORM")?;
                must(
                    node.has_address(source),
                    "an INFORM comes from the fixed address",
                )?;
            }
            _ => must(false, "no message of a client")?,
        }
        (side.last_xid, side.last) = (Some(message.xid), Some(kind));
        Ok(())
    }

    fn server(&self, net: &Net<'_>, seen: &Seen, dhcp: &Dhcp) -> Result<(), String> {
        let (reply, kind) = (&dhcp.message, dhcp.kind);
        let id = net.node(seen.node).address.unwrap().address;
        layout(dhcp, reply.mac())?;
        let key = (seen.node, reply.mac(), reply.xid);
        let asked = self.asked.get(&key).map(Vec::as_slice).unwrap_or_default();
        must(
            !asked.is_empty(),
            "S8 a reply has the xid and chaddr of a request",
        )?;
        must(
            reply.op == Op::Reply && reply.hops == 0 && reply.secs == 0,
            "S8 op, hops, secs",
        )?;
        must(dhcp.source == id, "a server speaks from its own address")?;
        must(
            reply.options.address(code::SERVER_ID) == Some(id),
            "S8 option 54",
        )?;
        must(reply.siaddr == NONE, "siaddr 0")?;
        for never in [
            code::REQUESTED_ADDRESS,
            code::PARAMETER_LIST,
            code::MAX_SIZE,
        ] {
            must(!reply.options.has(never), "S8 never options 50, 55, 57")?;
        }
        // Each rule on its own says little where a request came twice by two ways: there has to be
        // one request that all of them fit.
        let verdicts = asked.iter().map(|request| answers(request, dhcp));
        let mut wrong = String::new();
        for verdict in verdicts {
            match verdict {
                Ok(()) => {
                    wrong.clear();
                    break;
                }
                Err(why) => wrong = why,
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let codes: Vec<u8> = reply.options.iter().map(|(code, _)| code).collect();
        let place = |wanted| codes.iter().position(|code| *code == wanted);
        if let (Some(mask), Some(router)) = (place(code::SUBNET_MASK), place(code::ROUTER)) {
            must(mask < router, "S10 the mask before the router")?;
        }
        if let Some(agent) = place(code::RELAY_AGENT) {
            must(agent + 1 == codes.len(), "S14 option 82 last")?;
        }
        if kind == MessageType::Nak {
            let allowed = [53, 54, 56, 61, 82];
            must(
                codes.iter().all(|code| allowed.contains(code)),
                "S8 the options of a NAK",
            )?;
        }
        Ok(())
    }
}

/// Whether a reply answers this request by the tables.
fn answers(request: &Message, dhcp: &Dhcp) -> Result<(), String> {
    let (reply, kind) = (&dhcp.message, dhcp.kind);
    let asked = request.kind().unwrap();
    let informs = asked == MessageType::Inform;
    let rapid = asked == MessageType::Discover && reply.options.has(code::RAPID_COMMIT);
    let fits = match kind {
        MessageType::Offer => asked == MessageType::Discover,
        MessageType::Ack => asked == MessageType::Request || informs || rapid,
        _ => kind == MessageType::Nak && asked == MessageType::Request,
    };
    must(fits, "a reply of the kind that answers")?;
    must(reply.giaddr == request.giaddr, "S8 giaddr echoed")?;
    let relayed = request.giaddr != NONE;
    let flag = request.broadcast || kind == MessageType::Nak && relayed;
    must(
        reply.broadcast == flag,
        "S8 flags echoed, S7 set in a relayed NAK",
    )?;
    for echoed in [code::CLIENT_ID, code::RELAY_AGENT] {
        must(
            reply.options.get(echoed) == request.options.get(echoed),
            "S9, S14 echoed",
        )?;
    }
    let ciaddr = if kind == MessageType::Ack {
        request.ciaddr
    } else {
        NONE
    };
    must(reply.ciaddr == ciaddr, "S8 ciaddr")?;
    let leases = kind == MessageType::Offer || kind == MessageType::Ack && !informs;
    must(
        (reply.yiaddr != NONE) == leases,
        "S8, S13 yiaddr where an address is given",
    )?;
    let time = reply.options.number(code::LEASE_TIME);
    must(
        time.is_some() == leases,
        "S8, S13 option 51 where an address is given",
    )?;
    let clocks = [code::T1, code::T2].map(|code| reply.options.number(code));
    if let ([Some(t1), Some(t2)], Some(time)) = (clocks, time) {
        must(t1 < t2 && t2 < time, "T1 before T2 before the end")?;
    } else {
        must(clocks == [None; 2], "T1 and T2 both or neither, of a lease")?;
    }
    if kind == MessageType::Ack && asked == MessageType::Request {
        let named = request.options.address(code::REQUESTED_ADDRESS);
        let named = named.unwrap_or(request.ciaddr);
        must(reply.yiaddr == named, "an ACK gives what was asked for")?;
    }
    let (to, port) = if relayed {
        (request.giaddr, SERVER_PORT)
    } else if kind == MessageType::Nak {
        (ALL, CLIENT_PORT)
    } else if request.ciaddr != NONE {
        (request.ciaddr, CLIENT_PORT)
    } else if request.broadcast {
        (ALL, CLIENT_PORT)
    } else {
        must(dhcp.card == reply.mac(), "S7 straight to the card")?;
        (reply.yiaddr, CLIENT_PORT)
    };
    must(
        dhcp.destination == to && dhcp.ports == (SERVER_PORT, port),
        "S7 where a reply goes",
    )
}

/// What holds in the bytes of every message: an Ethernet client, one flag, an End and nothing after.
fn layout(dhcp: &Dhcp, mac: Mac) -> Result<(), String> {
    let bytes = &dhcp.payload;
    must(bytes.len() >= 300, "no shorter than BOOTP")?;
    must(bytes[1..3] == [1, 6], "an Ethernet client")?;
    must(
        bytes[10] & 0x7f == 0 && bytes[11] == 0,
        "the flags that must be 0",
    )?;
    must(bytes[28..34] == mac.0 && bytes[34..44] == [0; 10], "chaddr")?;
    let end = bytes.iter().rposition(|byte| *byte != 0);
    must(
        end.is_some_and(|end| bytes[end] == code::END),
        "C2 End is the last option",
    )?;
    let everyone = dhcp.destination == ALL;
    must(
        everyone == (dhcp.card == Mac::BROADCAST),
        "a broadcast on both layers or neither",
    )
}
