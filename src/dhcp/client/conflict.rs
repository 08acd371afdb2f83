//! Is the address really free? ARP probes before use, announcements, defence (RFC 5227).

use super::{Client, Context, Lease, State};
use crate::dhcp::{Action, ClientNote, Reason, Timer};
use crate::time::Duration;
use crate::wire::frame::Arp;

/// PROBE_WAIT.
pub(super) const PROBE_WAIT: Duration = Duration::from_secs(1);
/// PROBE_NUM.
pub(super) const PROBES: u8 = 3;
/// PROBE_MIN.
pub(super) const PROBE_MIN: Duration = Duration::from_secs(1);
/// PROBE_MAX.
pub(super) const PROBE_MAX: Duration = Duration::from_secs(2);
/// ANNOUNCE_WAIT.
pub(super) const ANNOUNCE_WAIT: Duration = Duration::from_secs(2);
/// ANNOUNCE_NUM.
pub(super) const ANNOUNCEMENTS: u8 = 2;
/// ANNOUNCE_INTERVAL.
pub(super) const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(2);
/// MAX_CONFLICTS.
pub(super) const MAX_CONFLICTS: u8 = 10;
/// RATE_LIMIT_INTERVAL.
pub(super) const RATE_LIMIT: Duration = Duration::from_secs(60);
/// DEFEND_INTERVAL.
pub(super) const DEFEND_INTERVAL: Duration = Duration::from_secs(10);
/// The least pause between a DECLINE and a new start (RFC 2131 section 3.1, step 5).
const DECLINE_PAUSE: Duration = Duration::from_secs(10);

impl Client {
    pub(super) fn begin_probing(&mut self, lease: Lease, cx: &mut Context<'_>) {
        self.arp_sent = 0;
        cx.arm(Timer::Expiry, lease.expiry, Reason::LeaseEnds);
        self.candidate = Some(lease);
        self.enter(State::Probing, cx);
        let wait = cx.rng.between(Duration::ZERO, PROBE_WAIT);
        cx.arm(Timer::Conflict, cx.now + wait, Reason::NextProbe);
    }

    pub(super) fn conflict_clock(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::Probing => self.next_probe(cx),
            State::Bound | State::Renewing | State::Rebinding => self.next_announcement(cx),
            State::Init => self.init(false, cx),
            State::Stopped
            | State::Selecting
            | State::Requesting
            | State::InitReboot
            | State::Rebooting
            | State::Informing => {}
        }
    }

    fn next_probe(&mut self, cx: &mut Context<'_>) {
        let Some(lease) = self.candidate.clone() else {
            return;
        };
        if self.arp_sent < PROBES {
            self.arp_sent += 1;
            cx.out.push(Action::Probe(lease.address));
            if self.arp_sent < PROBES {
                let wait = cx.rng.between(PROBE_MIN, PROBE_MAX);
                cx.arm(Timer::Conflict, cx.now + wait, Reason::NextProbe);
            } else {
                cx.arm(
                    Timer::Conflict,
                    cx.now + ANNOUNCE_WAIT,
                    Reason::ProbeSilence,
                );
            }
            return;
        }
        self.conflicts = 0;
        self.bind(lease, cx);
        self.arp_sent = 0;
        self.next_announcement(cx);
    }

    fn next_announcement(&mut self, cx: &mut Context<'_>) {
        let Some(address) = self.leased() else {
            return;
        };
        cx.out.push(Action::Announce(address));
        self.arp_sent = self.arp_sent.saturating_add(1);
        if self.arp_sent < ANNOUNCEMENTS {
            cx.arm(
                Timer::Conflict,
                cx.now + ANNOUNCE_INTERVAL,
                Reason::NextAnnouncement,
            );
        }
    }

    /// Looks at every ARP packet that passes: someone else's claim to the address is a conflict,
    /// and while probing another host's probe for it too (RFC 5227 section 2.1.1).
    pub(super) fn observe(&mut self, arp: &Arp, cx: &mut Context<'_>) {
        if arp.sha == self.mac {
            return;
        }
        self.observe_link_local(arp, cx);
        if let (State::Probing, Some(lease)) = (self.state, &self.candidate) {
            let claimed = arp.spa == lease.address;
            let wanted = arp.is_probe() && arp.tpa == lease.address;
            if claimed || wanted {
                let lease = lease.clone();
                self.decline(&lease, arp, cx);
            }
        } else if let Some(address) = self.leased().filter(|address| *address == arp.spa) {
            let recent = self
                .defended
                .is_some_and(|at| cx.now.since(at) < DEFEND_INTERVAL);
            if let (true, Some(lease)) = (recent, self.lease.clone()) {
                self.decline(&lease, arp, cx);
            } else {
                self.defended = Some(cx.now);
                cx.note(ClientNote::Defended {
                    address,
                    by: arp.sha,
                });
                cx.out.push(Action::Announce(address));
            }
        }
    }

    /// Gives the address up, tells the server, and starts over after a pause.
    fn decline(&mut self, lease: &Lease, arp: &Arp, cx: &mut Context<'_>) {
        cx.note(ClientNote::Conflict {
            address: lease.address,
            by: arp.sha,
        });
        self.send_decline(lease, cx);
        self.forget(cx);
        // Someone else has it: no address to ask for again.
        self.previous = None;
        self.conflicts = self.conflicts.saturating_add(1);
        let pause = if self.conflicts >= MAX_CONFLICTS {
            RATE_LIMIT
        } else {
            DECLINE_PAUSE
        };
        self.pause = Some((cx.now + pause, Reason::AfterConflict));
        self.init(false, cx);
    }
}
