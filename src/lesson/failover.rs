//! Sentences about failover: what two servers make of each other.

use super::dhcp::Named;
use super::{plain, sentence};
use crate::dhcp::failover::state::service;
use crate::dhcp::failover::{self, Cause, Service};
use crate::text::{Sentence, Value};
use crate::wire::failover::{BindingStatus, RejectReason};

/// What a server's failover endpoint says; nothing for what only repeats a message. The draft is
/// no RFC, so no section can be named.
pub(super) fn note(note: &failover::Note, node: Named) -> Option<Sentence> {
    let about = |address| ("address", plain(address));
    let reason = |reason: RejectReason| ("reason", plain(reason.text()));
    Some(match *note {
        // That it is on has been told.
        failover::Note::State {
            to: failover::State::Startup,
            ..
        } => return None,
        failover::Note::State { from, to, cause } => {
            let cause = match cause {
                Cause::Partner => "failover.cause.partner",
                Cause::Lost => "failover.cause.lost",
                Cause::UpdatesDone => "failover.cause.updates-done",
                Cause::WaitOver => "failover.cause.wait-over",
                Cause::SafePeriod => "failover.cause.safe-period",
                Cause::Command => "failover.cause.command",
                Cause::Startup => "failover.cause.startup",
            };
            let serves = match service(to) {
                Service::Nobody => "failover.serves.nobody",
                Service::Renewals => "failover.serves.renewals",
                Service::Share => "failover.serves.share",
                Service::Everyone => "failover.serves.everyone",
            };
            let values = vec![
                node,
                ("from", plain(from.name())),
                ("to", plain(to.name())),
                ("cause", Value::Text(cause.to_owned())),
                ("serves", Value::Text(serves.to_owned())),
            ];
            sentence("tell.failover.state", values)
        }
        failover::Note::CommunicationsOk { .. } => sentence("tell.failover.ok", vec![node]),
        failover::Note::Disconnected { .. } => sentence("tell.failover.lost", vec![node]),
        failover::Note::Malformed { ref error } => {
            sentence("tell.malformed", vec![node, ("problem", plain(error))])
        }
        failover::Note::Taken { address, status } if is_news(status) => {
            let values = vec![node, about(address), ("status", plain(status.name()))];
            sentence("tell.failover.taken", values)
        }
        failover::Note::Acknowledged {
            address,
            status: BindingStatus::Active,
            potential,
        } => {
            let values = vec![node, about(address), ("until", Value::At(potential))];
            sentence("tell.failover.known", values)
        }
        failover::Note::Acknowledged {
            address, status, ..
        } if is_news(status) => sentence("tell.failover.agreed", vec![node, about(address)]),
        failover::Note::Refused {
            address,
            reason: why,
        } => sentence(
            "tell.failover.refused",
            vec![node, about(address), reason(why)],
        ),
        failover::Note::RefusedByPartner {
            address,
            reason: why,
        } => sentence(
            "tell.failover.refused-by-partner",
            vec![node, about(address), reason(why)],
        ),
        failover::Note::Limited {
            address,
            granted,
            desired,
        } => {
            let values = vec![
                node,
                about(address),
                ("granted", Value::For(granted)),
                ("desired", Value::For(desired)),
            ];
            sentence("tell.failover.limited", values)
        }
        failover::Note::Balanced { given, taken } => {
            let values = vec![node, ("given", plain(given)), ("taken", plain(taken))];
            sentence("tell.failover.balanced", values)
        }
        failover::Note::Waits { until } => sentence(
            "tell.failover.waits",
            vec![node, ("until", Value::At(until))],
        ),
        failover::Note::CommandIgnored { state } => {
            let values = vec![node, ("state", plain(state.name()))];
            sentence("tell.failover.ignored", values)
        }
        failover::Note::Taken { .. }
        | failover::Note::Acknowledged { .. }
        | failover::Note::PartnerState { .. }
        | failover::Note::Unexpected { .. } => return None,
    })
}

/// Whether it is about a lease: which server a free address belongs to changes too often.
fn is_news(status: BindingStatus) -> bool {
    !matches!(status, BindingStatus::Free | BindingStatus::Backup)
}
