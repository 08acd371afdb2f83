//! No server answers: an address of the link's own stands in meanwhile (RFC 3927).

use std::net::Ipv4Addr;

use super::conflict::{
    ANNOUNCE_INTERVAL, ANNOUNCE_WAIT, ANNOUNCEMENTS, DEFEND_INTERVAL, MAX_CONFLICTS, PROBE_MAX,
    PROBE_MIN, PROBE_WAIT, PROBES, RATE_LIMIT,
};
use super::{Client, Context};
use crate::dhcp::{Action, ClientNote, Interface, Reason, Timer};
use crate::time::{Duration, Instant};
use crate::wire::frame::Arp;

/// 169.254.1.0, the first address that may be chosen (RFC 3927 section 2.1).
const FIRST: u32 = 0xa9fe_0100;
/// How many there are, up to 169.254.254.255.
const CHOICE: u64 = 254 * 256;

/// A link-local address: first probed, then used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkLocal {
    pub(super) address: Ipv4Addr,
    pub(super) used: bool,
    /// How many probes, or announcements, went out.
    arp_sent: u8,
    conflicts: u8,
    defended: Option<Instant>,
}

impl Client {
    /// Chooses an address and probes for it, unless there is one already.
    pub(super) fn begin_link_local(&mut self, cx: &mut Context<'_>) {
        if self.config.link_local && self.link_local.is_none() {
            self.choose_link_local(0, cx);
        }
    }

    fn choose_link_local(&mut self, conflicts: u8, cx: &mut Context<'_>) {
        let number = u32::try_from(cx.rng.below(CHOICE)).unwrap_or(0);
        self.link_local = Some(LinkLocal {
            address: (FIRST + number).into(),
            used: false,
            arp_sent: 0,
            conflicts,
            defended: None,
        });
        let mut wait = cx.rng.between(Duration::ZERO, PROBE_WAIT);
        if conflicts >= MAX_CONFLICTS {
            wait = wait + RATE_LIMIT;
        }
        cx.arm(Timer::LinkLocal, cx.now + wait, Reason::NextProbe);
    }

    pub(super) fn link_local_clock(&mut self, cx: &mut Context<'_>) {
        let Some(local) = &mut self.link_local else {
            return;
        };
        if !local.used && local.arp_sent < PROBES {
            local.arp_sent += 1;
            cx.out.push(Action::Probe(local.address));
            let (wait, reason) = if local.arp_sent < PROBES {
                (cx.rng.between(PROBE_MIN, PROBE_MAX), Reason::NextProbe)
            } else {
                (ANNOUNCE_WAIT, Reason::ProbeSilence)
            };
            return cx.arm(Timer::LinkLocal, cx.now + wait, reason);
        }
        let address = local.address;
        if !local.used {
            local.used = true;
            local.arp_sent = 0;
            local.conflicts = 0;
            cx.note(ClientNote::LinkLocal { address });
            cx.out.push(Action::Configure(Interface {
                address,
                prefix: 16,
                router: None,
            }));
        }
        local.arp_sent += 1;
        cx.out.push(Action::Announce(address));
        if local.arp_sent < ANNOUNCEMENTS {
            let at = cx.now + ANNOUNCE_INTERVAL;
            cx.arm(Timer::LinkLocal, at, Reason::NextAnnouncement);
        }
    }

    /// Looks at an ARP packet as for a lease: another one's claim is a conflict, which an address
    /// in use survives once in DEFEND_INTERVAL (RFC 3927 sections 2.2.1 and 2.5).
    pub(super) fn observe_link_local(&mut self, arp: &Arp, cx: &mut Context<'_>) {
        let Some(local) = &mut self.link_local else {
            return;
        };
        let (address, by) = (local.address, arp.sha);
        let wanted = !local.used && arp.is_probe() && arp.tpa == address;
        if arp.spa != address && !wanted {
            return;
        }
        let recent = local
            .defended
            .is_some_and(|at| cx.now.since(at) < DEFEND_INTERVAL);
        if local.used && !recent {
            local.defended = Some(cx.now);
            cx.note(ClientNote::Defended { address, by });
            cx.out.push(Action::Announce(address));
            return;
        }
        let conflicts = local.conflicts.saturating_add(1);
        cx.note(ClientNote::Conflict { address, by });
        self.drop_link_local(cx);
        self.choose_link_local(conflicts, cx);
    }

    /// Gives the address up.
    pub(super) fn drop_link_local(&mut self, cx: &mut Context<'_>) {
        if let Some(local) = self.link_local.take() {
            cx.cancel(Timer::LinkLocal);
            if local.used {
                cx.out.push(Action::Deconfigure);
            }
        }
    }
}
