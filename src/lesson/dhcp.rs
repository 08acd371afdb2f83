//! Sentences about decisions: what a client or a server made of what it got, and every silence.

use super::{Story, drafted, failover, plain, sentence, sourced};
use crate::dhcp::client::State;
use crate::dhcp::{
    Cidr, ClientNote, Ignored, Note, OfferEnd, Reason, Refusal, RelayDrop, RelayNote, ServerNote,
    Silence,
};
use crate::sim::{Entry, EventId};
use crate::text::{Sentence, Value};
use crate::time::Instant;

/// The sentence about a deadline that was due. Most are told by what follows from them.
pub(super) fn fired(story: &Story<'_>, entry: &Entry, reason: Reason) -> Option<Sentence> {
    let node = ("node", story.name(entry.node?));
    Some(match reason {
        Reason::Renew => sourced("tell.t1", vec![node], 2131, "4.4.5"),
        Reason::Rebind => sourced("tell.t2", vec![node], 2131, "4.4.5"),
        Reason::Retry { attempt } => sourced(
            "tell.retry",
            vec![node, ("attempt", plain(attempt))],
            2131,
            "4.1",
        ),
        Reason::PingSilence { address } => sourced(
            "tell.ping-silence",
            vec![node, ("address", plain(address))],
            2131,
            "2.2",
        ),
        Reason::ProbeSilence => sourced("tell.probe-silence", vec![node], 5227, "2.1.1"),
        Reason::ArpSilence { address } => {
            sentence("tell.arp-silence", vec![node, ("address", plain(address))])
        }
        Reason::StartDelay
        | Reason::AfterConflict
        | Reason::Ipv6Only
        | Reason::GiveUp
        | Reason::OfferWindow
        | Reason::LeaseEnds
        | Reason::NextProbe
        | Reason::NextAnnouncement
        | Reason::OfferEnds { .. }
        | Reason::BindingEnds { .. }
        | Reason::QuarantineEnds { .. }
        | Reason::TcpSilence
        | Reason::TcpAck
        | Reason::TcpTimeWait
        | Reason::Failover { .. } => return None,
    })
}

/// The sentence about what a client or a server says of itself.
pub(super) fn note(story: &Story<'_>, id: EventId, entry: &Entry, note: &Note) -> Option<Sentence> {
    let node = ("node", story.name(entry.node?));
    match note {
        Note::Client(note) => client(story, id, note, node),
        Note::Server(note) => {
            let own = entry
                .node
                .and_then(|node| story.scenario.node(node).address);
            Some(server(story, entry, note, node, own))
        }
        Note::Failover(note) => failover::note(story, entry, note),
        Note::Relay(RelayNote::Dropped {
            client,
            message,
            why,
        }) => {
            let (key, rfc, section) = match why {
                RelayDrop::Hops => ("tell.relay-dropped.hops", 1542, "4.1.1"),
                RelayDrop::NotOurs => ("tell.relay-dropped.not-ours", 1542, "4.1.2"),
                RelayDrop::Untrusted => ("tell.relay-dropped.untrusted", 3046, "2.1"),
            };
            let values = vec![
                node,
                ("message", plain(message)),
                ("client", story.owner(*client)),
            ];
            Some(sourced(key, values, rfc, section))
        }
    }
}

pub(super) type Named = (&'static str, Value);

fn client(story: &Story<'_>, id: EventId, note: &ClientNote, node: Named) -> Option<Sentence> {
    let address = |address| ("address", plain(address));
    Some(match *note {
        // What made the change is told, and the state stands on the stage.
        ClientNote::State { .. } => return None,
        ClientNote::Selected {
            address: offered,
            server,
        } => sourced(
            "tell.selected",
            vec![node, address(offered), ("server", plain(server))],
            2131,
            "4.4.1",
        ),
        ClientNote::Leased {
            address: leased,
            expiry: Instant::MAX,
            ..
        } => sourced(
            "tell.leased-for-ever",
            vec![node, address(leased)],
            2131,
            "3.3",
        ),
        ClientNote::Leased {
            address: leased,
            start,
            t1,
            t2,
            expiry,
            ..
        } => {
            if let Some(other) = failover::also_has(story, id, leased) {
                let values = vec![node, address(leased), ("other", story.name(other))];
                return Some(drafted("tell.leased-twice", values, "9.4.2"));
            }
            let values = vec![
                node,
                address(leased),
                ("lease", Value::For(expiry.since(start))),
                ("t1", Value::At(t1)),
                ("t2", Value::At(t2)),
                ("expiry", Value::At(expiry)),
            ];
            sourced("tell.leased", values, 2131, "4.4.5")
        }
        ClientNote::Expired { address: lost } => {
            sourced("tell.expired", vec![node, address(lost)], 2131, "4.4.5")
        }
        ClientNote::Conflict { address: taken, by } => sourced(
            "tell.conflict",
            vec![node, address(taken), ("by", story.owner(by))],
            5227,
            "2.1.1",
        ),
        ClientNote::Defended { address: own, by } => sourced(
            "tell.defended",
            vec![node, address(own), ("by", story.owner(by))],
            5227,
            "2.4",
        ),
        ClientNote::Informed { server } => sourced(
            "tell.informed",
            vec![node, ("server", plain(server))],
            2131,
            "4.4.3",
        ),
        ClientNote::LinkLocal { address: own } => {
            sourced("tell.link-local", vec![node, address(own)], 3927, "1.9")
        }
        ClientNote::Ipv6Only { server, until } => sourced(
            "tell.ipv6-only",
            vec![node, ("server", plain(server)), ("until", Value::At(until))],
            8925,
            "3.2",
        ),
        ClientNote::GaveUp {
            state: State::Informing,
        } => sourced("tell.gave-up-inform", vec![node], 2131, "4.4.3"),
        ClientNote::GaveUp { state } => sourced(
            "tell.gave-up",
            vec![node, ("state", plain(state.name()))],
            2131,
            "3.1",
        ),
        ClientNote::KeptLease { address: kept } => {
            sourced("tell.kept-lease", vec![node, address(kept)], 2131, "3.2")
        }
        ClientNote::Forgot { address: lost } => {
            sourced("tell.forgot", vec![node, address(lost)], 2131, "4.4.6")
        }
        ClientNote::KeptAfterRelease { address: kept } => sourced(
            "tell.kept-after-release",
            vec![node, address(kept)],
            2131,
            "4.4.6",
        ),
        ClientNote::Released { .. } => return None,
        ClientNote::Ignored { message, why } => {
            let (key, section) = match why {
                Ignored::OtherTransaction => ("tell.ignored.other-transaction", "4.1"),
                Ignored::State => ("tell.ignored.state", "4.4"),
                Ignored::Incomplete => ("tell.ignored.incomplete", "4.3.1"),
                Ignored::AlreadyChosen => ("tell.ignored.already-chosen", "4.4.1"),
                Ignored::OtherClient => ("tell.ignored.other-client", "4.1"),
            };
            sourced(key, vec![node, ("message", plain(message))], 2131, section)
        }
    })
}

fn server(
    story: &Story<'_>,
    entry: &Entry,
    note: &ServerNote,
    node: Named,
    own: Option<Cidr>,
) -> Sentence {
    let address = |address| ("address", plain(address));
    let client = |mac| ("client", story.owner(mac));
    match *note {
        ServerNote::Pinging {
            address: asked,
            client: mac,
        } => sourced(
            "tell.pinging",
            vec![node, address(asked), client(mac)],
            2131,
            "2.2",
        ),
        ServerNote::Abandoned { address: used } => {
            sourced("tell.abandoned", vec![node, address(used)], 2131, "4.3.1")
        }
        ServerNote::Held {
            address: held,
            client: mac,
            until,
        } => sourced(
            // A client behind a relay agent has no place in the ARP cache.
            if own.is_none_or(|own| own.contains(held)) {
                "tell.held"
            } else {
                "tell.held-far"
            },
            vec![
                node,
                address(held),
                client(mac),
                ("until", Value::At(until)),
            ],
            2131,
            "4.3.1",
        ),
        ServerNote::OfferEnded {
            address: freed,
            why,
        } => {
            let key = match why {
                OfferEnd::OtherServer => "tell.offer-ended.other-server",
                OfferEnd::TimeOut => "tell.offer-ended.time-out",
                OfferEnd::Replaced => "tell.offer-ended.replaced",
            };
            sourced(key, vec![node, address(freed)], 2131, "3.1")
        }
        ServerNote::Committed {
            address: leased,
            client: mac,
            until: Instant::MAX,
        } => sourced(
            "tell.committed-for-ever",
            vec![node, address(leased), client(mac)],
            2131,
            "4.3.2",
        ),
        ServerNote::Committed {
            address: leased,
            client: mac,
            until,
        } => sourced(
            "tell.committed",
            vec![
                node,
                address(leased),
                client(mac),
                ("until", Value::At(until)),
            ],
            2131,
            "4.3.2",
        ),
        ServerNote::Expired {
            address: freed,
            client: mac,
            withheld: Some(why),
        } => {
            let values = vec![node, address(freed), client(mac)];
            failover::withheld(story, entry, "tell.binding-expired", values, why)
        }
        ServerNote::Released {
            address: freed,
            client: mac,
            withheld: Some(why),
        } => {
            let values = vec![node, address(freed), client(mac)];
            failover::withheld(story, entry, "tell.binding-released", values, why)
        }
        ServerNote::Expired {
            address: freed,
            client: mac,
            withheld: None,
        } => sourced(
            "tell.binding-expired",
            vec![node, address(freed), client(mac)],
            2131,
            "4.3",
        ),
        ServerNote::Released {
            address: freed,
            client: mac,
            withheld: None,
        } => sourced(
            "tell.binding-released",
            vec![node, address(freed), client(mac)],
            2131,
            "4.3.4",
        ),
        ServerNote::Declined {
            address: used,
            client: mac,
        } => sourced(
            "tell.binding-declined",
            vec![node, address(used), client(mac)],
            2131,
            "4.3.3",
        ),
        ServerNote::QuarantineEnded { address: freed } => {
            sentence("tell.quarantine-ended", vec![node, address(freed)])
        }
        ServerNote::Refused { client: mac, why } => {
            let key = match why {
                Refusal::WrongNetwork => "tell.refused.wrong-network",
                Refusal::WrongAddress => "tell.refused.wrong-address",
                Refusal::NotAvailable => "tell.refused.not-available",
                Refusal::UnknownClient => "tell.refused.unknown-client",
            };
            sourced(key, vec![node, client(mac)], 2131, "4.3.2")
        }
        ServerNote::Silent {
            client: mac,
            message,
            why,
        } => {
            let (key, section) = match why {
                Silence::OtherServer => ("tell.silent.other-server", "3.1"),
                Silence::UnknownClient => ("tell.silent.unknown-client", "4.3.2"),
                Silence::PoolExhausted => ("tell.silent.pool-exhausted", "4.3.1"),
                Silence::NoSubnet => ("tell.silent.no-subnet", "4.3.1"),
                Silence::Pinging => ("tell.silent.pinging", "4.3.1"),
                Silence::NotHolder => ("tell.silent.not-holder", "4.3.4"),
                Silence::NotForServers => ("tell.silent.not-for-servers", "4.3"),
                Silence::Unsupported => ("tell.silent.unsupported", "4.3"),
                Silence::FailoverState => ("tell.silent.failover-state", "9.2"),
                Silence::PartnersClient => ("tell.silent.partner", "5.3"),
                Silence::Withheld => ("tell.silent.withheld", "5.4"),
            };
            let values = vec![node, client(mac), ("message", plain(message))];
            match why {
                Silence::FailoverState | Silence::Withheld => drafted(key, values, section),
                Silence::PartnersClient => failover::partners_client(story, entry, values),
                Silence::OtherServer
                | Silence::UnknownClient
                | Silence::PoolExhausted
                | Silence::NoSubnet
                | Silence::Pinging
                | Silence::NotHolder
                | Silence::NotForServers
                | Silence::Unsupported => sourced(key, values, 2131, section),
            }
        }
    }
}
