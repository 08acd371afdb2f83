//! Sentences about failover: what two servers make of each other.

use std::net::Ipv4Addr;

use super::dhcp::Named;
use super::{Story, drafted, plain, sentence, sourced};
use crate::dhcp::failover::load::bucket;
use crate::dhcp::failover::store::Client;
use crate::dhcp::failover::{Cause, Note, Role, State, Withheld};
use crate::dhcp::server::Failover;
use crate::dhcp::{self, ClientNote, client};
use crate::scenario::{Command, NodeId};
use crate::sim::{Entry, EventId, What};
use crate::text::{Sentence, Value};
use crate::time::Duration;
use crate::wire::dhcp::Message;
use crate::wire::failover::{self, BindingStatus, MessageType, RejectReason};
use crate::wire::frame::{Frame, Payload, Transport, parse};

/// A server's settings for failover.
fn settings<'a>(story: &Story<'a>, node: NodeId) -> Option<&'a Failover> {
    let server = story.scenario.node(node).server.as_ref()?;
    server.failover.as_ref()
}

/// The same, its partner's name, and the MCLT that both go by: the primary's.
fn partnership<'a>(story: &Story<'a>, node: NodeId) -> Option<(&'a Failover, Value, Duration)> {
    let own = settings(story, node)?;
    let mut nodes = story.scenario.nodes();
    let partner = nodes.find(|(_, node)| node.has_address(own.partner));
    let Some((id, _)) = partner else {
        return Some((own, plain(own.partner), own.mclt));
    };
    let mclt = match own.role {
        Role::Primary => own.mclt,
        Role::Secondary => settings(story, id).unwrap_or(own).mclt,
    };
    Some((own, story.name(id), mclt))
}

/// What a server would have offered but for the MCLT, where that is why it offers this long a lease
/// in entry `id`, and its partner's name. Told only where nothing can have been desired but the
/// length of a lease in the client's network.
pub(super) fn limited(
    story: &Story<'_>,
    id: EventId,
    offer: &Message,
    lease: Duration,
) -> Option<[Named; 2]> {
    let node = story.journal.get(id)?.node?;
    let server = story.scenario.node(node).server.as_ref()?;
    let (_, partner, mclt) = partnership(story, node)?;
    let client = story.scenario.owner(offer.mac())?;
    let asks = story.scenario.node(client).client.as_ref()?.lease_time;
    let mut subnets = server.subnets.iter();
    let subnet = subnets.find(|subnet| subnet.network.contains(offer.yiaddr));
    let desired = subnet
        .and_then(|subnet| subnet.lease)
        .unwrap_or(server.lease);
    if lease != mclt || lease >= desired || asks.is_some() {
        return None;
    }
    for earlier in 0..id.0 {
        // Then the file no longer says what is desired.
        if let Some(Entry {
            what: What::Command(Command::Configure(changed, _)),
            ..
        }) = story.journal.get(EventId(earlier))
            && (*changed == node || *changed == client)
        {
            return None;
        }
    }
    Some([("partner", partner), ("desired", Value::For(desired))])
}

/// Its partner's name.
pub(super) fn partner(story: &Story<'_>, node: Option<NodeId>) -> Named {
    let found = node.and_then(|node| partnership(story, node));
    (
        "partner",
        found.map_or_else(|| plain("?"), |(_, name, _)| name),
    )
}

/// What a server's failover endpoint says; nothing for what only repeats a message.
pub(super) fn note(story: &Story<'_>, entry: &Entry, note: &Note) -> Option<Sentence> {
    let node = ("node", story.name(entry.node?));
    let partner = partner(story, entry.node);
    let about = |address| ("address", plain(address));
    let reason = |reason: RejectReason| {
        let outdated = || Value::Text("failover.reason.outdated".to_owned());
        let text = match reason {
            RejectReason::OUTDATED => outdated(),
            other => plain(other.text()),
        };
        ("reason", text)
    };
    Some(match *note {
        Note::State { from, to, cause } => {
            let (key, section) = state(to)?;
            let cause = match cause {
                Cause::Partner => "failover.cause.partner",
                Cause::Lost => "failover.cause.lost",
                Cause::UpdatesDone => "failover.cause.updates-done",
                Cause::WaitOver => "failover.cause.wait-over",
                Cause::SafePeriod => "failover.cause.safe-period",
                Cause::Command => "failover.cause.command",
                Cause::Startup => "failover.cause.startup",
            };
            let values = vec![
                node,
                partner,
                ("from", plain(from.name())),
                ("to", plain(to.name())),
                ("cause", Value::Text(cause.to_owned())),
            ];
            drafted(key, values, section)
        }
        Note::CommunicationsOk { .. } => drafted("tell.failover.ok", vec![node, partner], "8.3"),
        Note::Disconnected { .. } => drafted("tell.failover.lost", vec![node, partner], "8.3"),
        Note::Malformed { ref error } => {
            sentence("tell.malformed", vec![node, ("problem", plain(error))])
        }
        Note::Taken { address, status } if is_news(status) => {
            let values = vec![
                node,
                partner,
                about(address),
                ("status", plain(status.name())),
            ];
            drafted("tell.failover.taken", values, "7.1.4")
        }
        Note::Acknowledged {
            address,
            status: BindingStatus::Active,
            potential,
        } => {
            let values = vec![
                node,
                partner,
                about(address),
                ("until", Value::At(potential)),
            ];
            drafted("tell.failover.known", values, "5.2.1")
        }
        Note::Acknowledged {
            address,
            status: BindingStatus::Abandoned,
            ..
        } => drafted(
            "tell.failover.set-aside",
            vec![node, partner, about(address)],
            "5.11",
        ),
        Note::Acknowledged {
            address, status, ..
        } if is_news(status) => drafted(
            "tell.failover.agreed",
            vec![node, partner, about(address)],
            "5.2.2",
        ),
        Note::Refused {
            address,
            reason: RejectReason::FATAL_CONFLICT,
        } => drafted(
            "tell.failover.conflict",
            vec![node, partner, about(address)],
            "7.1.3",
        ),
        Note::Refused {
            address,
            reason: why,
        } => drafted(
            "tell.failover.refused",
            vec![node, partner, about(address), reason(why)],
            "7.1.3",
        ),
        Note::RefusedByPartner {
            address,
            reason: why,
        } => drafted(
            "tell.failover.refused-by-partner",
            vec![node, partner, about(address), reason(why)],
            "7.1.3",
        ),
        Note::Limited {
            granted, desired, ..
        } => {
            let values = vec![
                partner,
                ("granted", Value::For(granted)),
                ("desired", Value::For(desired)),
            ];
            drafted("tell.failover.limited", values, "5.2.1")
        }
        Note::Balanced { given, taken } => {
            let key = match (given, taken) {
                (_, 0) => "tell.failover.gives",
                (0, _) => "tell.failover.takes",
                (_, _) => "tell.failover.balanced",
            };
            let values = vec![
                node,
                partner,
                ("given", plain(given)),
                ("taken", plain(taken)),
            ];
            drafted(key, values, "5.4")
        }
        Note::Waits { until } => drafted(
            "tell.failover.waits",
            vec![node, ("until", Value::At(until))],
            "9.6",
        ),
        Note::CommandIgnored { state } => {
            let values = vec![node, ("state", plain(state.name()))];
            sentence("tell.failover.ignored", values)
        }
        Note::Taken { .. }
        | Note::Acknowledged { .. }
        | Note::PartnerState { .. }
        | Note::Unexpected { .. } => return None,
    })
}

/// The sentence for getting to a state, and the section about it. That a server starts has been
/// told.
const fn state(to: State) -> Option<(&'static str, &'static str)> {
    Some(match to {
        State::Startup => return None,
        State::Normal => ("tell.failover.normal", "9.8"),
        State::CommunicationsInterrupted => ("tell.failover.interrupted", "9.9"),
        State::PartnerDown => ("tell.failover.partner-down", "9.4"),
        State::Recover => ("tell.failover.recover", "9.5"),
        State::RecoverWait => ("tell.failover.recover-wait", "9.6"),
        State::RecoverDone => ("tell.failover.recover-done", "9.7"),
        State::PotentialConflict => ("tell.failover.potential-conflict", "9.10"),
        State::ResolutionInterrupted => ("tell.failover.resolution-interrupted", "9.11"),
        State::ConflictDone => ("tell.failover.conflict-done", "9.12"),
        State::Paused => ("tell.failover.stopped", "9.13"),
        State::Shutdown => ("tell.failover.stopped", "9.14"),
    })
}

/// Whether it is about a lease: which server a free address belongs to changes too often.
fn is_news(status: BindingStatus) -> bool {
    !matches!(status, BindingStatus::Free | BindingStatus::Backup)
}

/// The sentence about the first message in a segment; none for a CONTACT, which says every few
/// seconds that its sender is still there.
pub(super) fn sent(story: &Story<'_>, entry: &Entry, segment: &[u8]) -> Option<Sentence> {
    let summary = failover::summary(segment)?;
    let node = entry.node?;
    let (_, partner, mclt) = partnership(story, node)?;
    let (key, section) = match summary.kind? {
        MessageType::PoolReq => ("tell.failover.sent.poolreq", "7.6"),
        MessageType::PoolResp => ("tell.failover.sent.poolresp", "7.7"),
        MessageType::BndUpd => ("tell.failover.sent.bndupd", "7.1"),
        MessageType::BndAck if summary.rejected => ("tell.failover.sent.bndack-no", "7.2"),
        MessageType::BndAck => ("tell.failover.sent.bndack", "7.2"),
        MessageType::Connect => ("tell.failover.sent.connect", "7.8"),
        MessageType::ConnectAck => ("tell.failover.sent.connectack", "7.9"),
        MessageType::UpdReqAll => ("tell.failover.sent.updreqall", "7.4"),
        MessageType::UpdDone => ("tell.failover.sent.upddone", "7.5"),
        MessageType::UpdReq => ("tell.failover.sent.updreq", "7.3"),
        MessageType::State => ("tell.failover.sent.state", "7.10"),
        MessageType::Contact => return None,
        MessageType::Disconnect => ("tell.failover.sent.disconnect", "7.12"),
    };
    if is_again(story, entry) {
        let values = vec![
            ("node", story.name(node)),
            ("partner", partner),
            ("message", plain(summary.label())),
        ];
        return Some(sourced("tell.failover.sent.again", values, 9293, "3.8.1"));
    }
    let known = |name: Option<&'static str>| plain(name.unwrap_or("?"));
    let address = summary.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
    let values = vec![
        ("node", story.name(node)),
        ("partner", partner),
        ("address", plain(address)),
        ("status", known(summary.status.map(BindingStatus::name))),
        ("state", known(summary.state.map(State::name))),
        ("mclt", Value::For(mclt)),
    ];
    Some(drafted(key, values, section))
}

/// Whether it is TCP that sends a segment once more.
fn is_again(story: &Story<'_>, entry: &Entry) -> bool {
    let cause = entry.cause.and_then(|cause| story.journal.get(cause));
    let silence = |entry: &Entry| {
        matches!(
            entry.what,
            What::Fired {
                reason: dhcp::Reason::TcpSilence,
                ..
            }
        )
    };
    cause.is_some_and(silence)
}

/// The end of a lease on an address that others do not get yet.
pub(super) fn withheld(
    story: &Story<'_>,
    entry: &Entry,
    key: &str,
    mut values: Vec<Named>,
    why: Withheld,
) -> Sentence {
    if let Withheld::Until { at } = why {
        let own = entry.node.and_then(|node| partnership(story, node));
        let from = own.map_or(at, |(_, _, mclt)| at - mclt);
        // A lease that only this server has given adds nothing to the time since it is alone.
        let since = if from < entry.at {
            "failover.since.down"
        } else {
            "failover.since.lease"
        };
        values.extend([
            ("from", Value::At(from)),
            ("since", Value::Text(since.to_owned())),
            ("until", Value::At(at)),
        ]);
        return drafted(format!("{key}-until"), values, "9.4.2");
    }
    values.push(partner(story, entry.node));
    drafted(format!("{key}-withheld"), values, "5.2.2")
}

/// Why a server leaves a client to its partner: by the hash of the message that `entry` answers.
pub(super) fn partners_client(
    story: &Story<'_>,
    entry: &Entry,
    mut values: Vec<Named>,
) -> Sentence {
    let heard = entry.cause.and_then(|cause| story.journal.get(cause));
    let bucket = heard.and_then(|heard| {
        if let What::Received { frame, .. } = &heard.what {
            hash(frame)
        } else {
            None
        }
    });
    let own = entry.node.and_then(|node| partnership(story, node));
    if let (Some(bucket), Some((own, partner, _))) = (bucket, own) {
        // Both have the same split; the first buckets are the primary's.
        let (first, last) = match own.role {
            Role::Primary => (own.split, 255),
            Role::Secondary => (0, own.split.saturating_sub(1)),
        };
        values.extend([
            ("bucket", plain(bucket)),
            ("partner", partner),
            ("first", plain(first)),
            ("last", plain(last)),
        ]);
        return sourced("tell.silent.partners-client", values, 3074, "5");
    }
    drafted("tell.silent.partner", values, "5.3")
}

fn hash(frame: &Frame) -> Option<u8> {
    let Payload::Ip(packet) = parse(frame.bytes()).ok()? else {
        return None;
    };
    let Transport::Udp(datagram) = packet.transport else {
        return None;
    };
    let message = Message::parse(datagram.payload).ok()?;
    Some(bucket(Client::of(&message).key()))
}

/// Another client that uses the address which this entry says its node has got: what only two
/// failover servers can do who take each other for dead.
pub(super) fn also_has(story: &Story<'_>, id: EventId, address: Ipv4Addr) -> Option<NodeId> {
    let mut nodes = story.scenario.nodes();
    nodes.find(|(id, _)| partnership(story, *id).is_some())?;
    let entry = story.journal.get(id)?;
    let mut decided: Vec<NodeId> = entry.node.into_iter().collect();
    for number in (0..id.0).rev() {
        let earlier = story.journal.get(EventId(number))?;
        let (Some(node), What::Dhcp(dhcp::Note::Client(note))) = (earlier.node, &earlier.what)
        else {
            continue;
        };
        if decided.contains(&node) {
            continue;
        }
        if let ClientNote::Leased {
            address: other,
            expiry,
            ..
        } = *note
        {
            if other == address && expiry > entry.at {
                return Some(node);
            }
            decided.push(node);
        } else if let ClientNote::State {
            to: client::State::Init | client::State::Stopped,
            ..
        } = note
        {
            decided.push(node);
        }
    }
    None
}
