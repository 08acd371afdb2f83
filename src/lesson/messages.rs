//! Sentences about messages: what each says, told from what it carries (RFC 2131 table 4).

use std::net::Ipv4Addr;

use super::{Story, drafted, failover, plain, sentence, sourced};
use crate::scenario::NodeKind;
use crate::sim::{Entry, EventId};
use crate::text::{Sentence, Value};
use crate::wire::dhcp::{Message, MessageType, Op, code};
use crate::wire::frame::{Arp, Frame, Payload, Transport, parse};
use crate::wire::summary::summary;

/// The sentence about a frame that a host has just sent.
pub(super) fn sent(
    story: &Story<'_>,
    id: EventId,
    entry: &Entry,
    frame: &Frame,
) -> Option<Sentence> {
    let sender = story.scenario.node(entry.node?);
    let node = story.name(entry.node?);
    match parse(frame.bytes()).ok()? {
        Payload::Arp(arp) => Some(arp_sent(&arp, node)),
        Payload::Ip(ip) if sender.kind == NodeKind::Router && !sender.has_address(ip.source) => {
            let values = vec![
                ("node", node),
                ("message", plain(summary(frame.bytes()).label())),
                ("address", plain(ip.destination)),
            ];
            Some(sentence("tell.forwarded", values))
        }
        Payload::Ip(ip) => match ip.transport {
            Transport::Udp(udp) => {
                let message = Message::parse(udp.payload).ok()?;
                if sender.kind == NodeKind::Router {
                    return relayed(story, &message, node, ip.destination);
                }
                dhcp_sent(story, id, &message, node, ip.destination)
            }
            Transport::Echo(echo) => {
                let key = if echo.reply {
                    "tell.echo-reply"
                } else {
                    "tell.echo-request"
                };
                let values = vec![("node", node), ("address", plain(ip.destination))];
                Some(if echo.reply {
                    sentence(key, values)
                } else {
                    sourced(key, values, 2131, "2.2")
                })
            }
            Transport::Tcp(segment) => failover::sent(story, entry, segment.payload),
            Transport::Other(_) => None,
        },
        Payload::Other(_) => None,
    }
}

/// A message to a failover partner, and what it is about where that fits into a sentence.
fn arp_sent(arp: &Arp, node: Value) -> Sentence {
    let values = vec![("node", node), ("address", plain(arp.tpa))];
    if arp.reply {
        return sentence(
            "tell.arp-reply",
            vec![values[0].clone(), ("address", plain(arp.spa))],
        );
    }
    if arp.is_probe() {
        sourced("tell.arp-probe", values, 5227, "2.1.1")
    } else if arp.spa == arp.tpa {
        sourced("tell.arp-announcement", values, 5227, "2.3")
    } else {
        sentence("tell.arp-request", values)
    }
}

/// A message that a relay agent has passed on.
fn relayed(
    story: &Story<'_>,
    message: &Message,
    node: Value,
    server: Ipv4Addr,
) -> Option<Sentence> {
    let mut values = vec![
        ("node", node),
        ("message", plain(message.kind()?)),
        ("client", story.owner(message.mac())),
    ];
    Some(match message.op {
        Op::Request => {
            values.push(("server", plain(server)));
            values.push(("address", plain(message.giaddr)));
            sourced("tell.relayed-request", values, 1542, "4.1.1")
        }
        Op::Reply => sourced("tell.relayed-reply", values, 1542, "4.1.2"),
    })
}

fn dhcp_sent(
    story: &Story<'_>,
    id: EventId,
    message: &Message,
    node: Value,
    destination: Ipv4Addr,
) -> Option<Sentence> {
    let kind = message.kind()?;
    let client = || ("client", story.owner(message.mac()));
    let offered = || ("address", plain(message.yiaddr));
    let told = |code| {
        plain(
            message
                .options
                .address(code)
                .unwrap_or(Ipv4Addr::UNSPECIFIED),
        )
    };
    let secs = message.options.number(code::LEASE_TIME);
    let length = secs.and_then(crate::dhcp::lease_length);
    let lease = || {
        (
            "lease",
            length.map_or_else(|| Value::Text("tell.for-ever".to_owned()), Value::For),
        )
    };
    Some(match kind {
        MessageType::Discover => sourced("tell.discover", vec![("node", node)], 2131, "3.1"),
        MessageType::Offer => {
            let mut values = vec![("node", node), client(), offered(), lease()];
            match length.and_then(|length| failover::limited(story, id, message, length)) {
                Some(limited) => {
                    values.extend(limited);
                    drafted("tell.offer-limited", values, "5.2.1")
                }
                None => sourced("tell.offer", values, 2131, "4.3.1"),
            }
        }
        MessageType::Request if message.options.has(code::SERVER_ID) => {
            let values = vec![
                ("node", node),
                ("address", told(code::REQUESTED_ADDRESS)),
                ("server", told(code::SERVER_ID)),
            ];
            sourced("tell.request-selecting", values, 2131, "3.1")
        }
        MessageType::Request if message.ciaddr.is_unspecified() => {
            let values = vec![("node", node), ("address", told(code::REQUESTED_ADDRESS))];
            if story.has_released(id) {
                sourced("tell.request-after-release", values, 2131, "4.4.6")
            } else {
                sourced("tell.request-rebooting", values, 2131, "3.2")
            }
        }
        MessageType::Request => {
            let key = if destination.is_broadcast() {
                "tell.request-rebinding"
            } else {
                "tell.request-renewing"
            };
            let values = vec![
                ("node", node),
                ("address", plain(message.ciaddr)),
                ("server", plain(destination)),
            ];
            sourced(key, values, 2131, "4.4.5")
        }
        MessageType::Ack if message.yiaddr.is_unspecified() => sourced(
            "tell.ack-inform",
            vec![("node", node), client()],
            2131,
            "4.3.5",
        ),
        MessageType::Ack => sourced(
            "tell.ack",
            vec![("node", node), client(), offered(), lease()],
            2131,
            "4.3.1",
        ),
        MessageType::Nak => sourced("tell.nak", vec![("node", node), client()], 2131, "4.3.2"),
        MessageType::Decline => sourced(
            "tell.decline",
            vec![("node", node), ("address", told(code::REQUESTED_ADDRESS))],
            2131,
            "4.3.3",
        ),
        MessageType::Release => {
            let values = vec![("node", node), ("address", plain(message.ciaddr))];
            if story.has_released(id) {
                sourced("tell.released-kept", values, 2131, "4.4.6")
            } else {
                sourced("tell.released", values, 2131, "4.3.4")
            }
        }
        MessageType::Inform => sourced("tell.inform", vec![("node", node)], 2131, "4.3.5"),
        MessageType::ForceRenew
        | MessageType::LeaseQuery
        | MessageType::LeaseUnassigned
        | MessageType::LeaseUnknown
        | MessageType::LeaseActive
        | MessageType::BulkLeaseQuery
        | MessageType::LeaseQueryDone
        | MessageType::ActiveLeaseQuery
        | MessageType::LeaseQueryStatus
        | MessageType::Tls => {
            sentence("tell.other", vec![("node", node), ("message", plain(kind))])
        }
    })
}
