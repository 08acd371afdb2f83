//! The stream to the partner: how it is made, kept alive and given up (draft sections 7.8 to 8).

use std::net::Ipv4Addr;

use super::clock::Difference;
use super::endpoint::Endpoint;
use super::load::Buckets;
use super::state::{Role, State};
use super::updates::Flying;
use super::{Context, End, Note, Output, Timer, is_answer};
use crate::map::{Map, Set};
use crate::time::{Duration, Instant};
use crate::wire::failover::{
    Body, Connect, Decoder, Disconnect, Message, RejectReason, StateReport,
};

pub(super) const VERSION: u8 = 1;
pub(super) const VENDOR: &[u8] = b"dhcp-lab";
/// How long a SYN is under way before it counts as lost (RFC 6298 section 2.1).
const CONNECTING: Duration = Duration::from_secs(1);
/// How often the primary tries to connect before its pauses are this many times as long.
const EAGER: u32 = 12;
/// How often the secondary makes its pause between two knocks four times as long.
const KNOCKS: u32 = 8;

/// A stream to the partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    decoder: Decoder,
    /// Whether CONNECT and CONNECTACK have gone over it.
    pub(super) open: bool,
    next_xid: u32,
    /// How far the partner's clock is ahead of ours.
    pub(super) clock: Option<Difference>,
    /// How many BNDUPDs the partner takes unanswered.
    pub(super) max_unacked: u32,
    /// After how long a silence the partner gives up.
    pub(super) partner_timer: Duration,
    pub(super) report: Option<StateReport>,
    /// The request for updates that the partner has not answered.
    pub(super) asked: Option<u32>,
    /// Whether updates may be sent without being asked for.
    pub(super) pushing: bool,
    pub(super) queue: Set<Ipv4Addr>,
    pub(super) flying: Map<u32, Flying>,
    /// The partner's request for updates, and the addresses that it still waits for.
    pub(super) request: Option<(u32, Set<Ipv4Addr>)>,
}

impl Link {
    fn new() -> Self {
        Self {
            decoder: Decoder::default(),
            open: false,
            next_xid: 1,
            clock: None,
            max_unacked: 1,
            partner_timer: Duration::from_secs(60),
            report: None,
            asked: None,
            pushing: false,
            queue: Set::new(),
            flying: Map::new(),
            request: None,
        }
    }

    /// Whether CONNECT and CONNECTACK have gone over it.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether communication is good: the partner has also said what state it is in.
    pub fn is_good(&self) -> bool {
        self.open && self.report.is_some()
    }

    /// The partner's state, once it is not starting any more.
    pub fn partner(&self) -> Option<State> {
        self.report
            .filter(|report| self.open && !report.startup)
            .map(|report| report.state)
    }

    /// How many seconds the partner's clock is ahead of ours.
    pub fn clock(&self) -> Option<i64> {
        self.clock.map(|difference| difference.known)
    }
}

impl Endpoint {
    /// Tries to get a stream, for as long as there is none (section 9.4.2), but after some tries in
    /// vain more seldom: a partner that is back says so by itself. The secondary can only ask for a
    /// stream, and does so ever more seldom: the primary tries too.
    pub(super) fn reach_out(&mut self, cx: &mut Context<'_>) {
        if self.link.is_some() || self.is_off() {
            return;
        }
        let times = match self.config.role {
            Role::Primary => {
                self.connecting = Some(cx.now);
                cx.out.push(Output::Connect);
                if self.tries < EAGER { 1 } else { EAGER }
            }
            Role::Secondary => {
                cx.out.push(Output::Knock);
                4_u32.pow(self.tries.min(KNOCKS))
            }
        };
        self.tries = self.tries.saturating_add(1);
        let pause = self.config.reconnect.fraction(times.into(), 1);
        cx.arm(Timer::Reconnect, cx.now + pause);
    }

    /// The secondary is there: it was started, or it has lost its end of the stream.
    pub(super) fn knock(&mut self, cx: &mut Context<'_>) {
        if self.config.role == Role::Secondary {
            return;
        }
        match &self.link {
            // Whether the stream is still one shows when something is sent.
            Some(link) if link.is_open() => self.send(Body::Contact, cx),
            Some(_) => {}
            None => {
                // What is on its way to it now arrives; what was sent before it was there does not.
                let patience = |at: Instant| cx.now < at + CONNECTING;
                if !self.connecting.is_some_and(patience) {
                    self.reach_out(cx);
                }
            }
        }
    }

    fn is_off(&self) -> bool {
        matches!(self.over, Some(State::Paused | State::Shutdown))
    }

    pub(super) fn connected(&mut self, cx: &mut Context<'_>) {
        if self.is_off() {
            cx.out.push(Output::Close);
            return;
        }
        if let Some(old) = self.link.take() {
            self.drop_link(&old, End::Broken, cx);
        }
        cx.cancel(Timer::Reconnect);
        (self.connecting, self.tries) = (None, 0);
        self.link = Some(Link::new());
        cx.arm(Timer::Handshake, cx.now + self.config.receive_timer);
        if self.config.role == Role::Primary {
            let connect = Connect {
                relationship: self.relationship(),
                max_unacked: self.config.max_unacked.max(1),
                receive_timer: self.config.receive_timer.as_lease_secs(),
                vendor: VENDOR.to_vec(),
                version: VERSION,
                tls: Some(0),
                mclt: self.config.mclt.as_lease_secs(),
                buckets: Buckets::split(self.config.split).0,
            };
            self.send(Body::Connect(Box::new(connect)), cx);
        }
    }

    pub(super) fn relationship(&self) -> Vec<u8> {
        self.config.relationship.bytes().take(255).collect()
    }

    pub(super) fn closed(&mut self, cx: &mut Context<'_>) {
        self.connecting = None;
        // A try that failed is followed by the next one anyway.
        if let Some(old) = self.link.take() {
            self.drop_link(&old, End::Broken, cx);
            self.try_again(self.config.reconnect, cx);
        }
    }

    fn try_again(&mut self, after: Duration, cx: &mut Context<'_>) {
        if !self.is_off() {
            cx.arm(Timer::Reconnect, cx.now + after);
        }
    }

    fn drop_link(&mut self, old: &Link, end: End, cx: &mut Context<'_>) {
        for timer in [Timer::Handshake, Timer::Send, Timer::Receive] {
            cx.cancel(timer);
        }
        self.lost(old.is_good(), end, cx);
    }

    /// Says why, closes the stream and tries again later.
    pub(super) fn disconnect(&mut self, reason: RejectReason, why: &str, cx: &mut Context<'_>) {
        if self.link.as_ref().is_some_and(Link::is_open) {
            let why = Disconnect {
                reason,
                message: why.as_bytes().to_vec(),
            };
            self.send(Body::Disconnect(why), cx);
        }
        self.close(End::ByUs { reason }, cx);
    }

    pub(super) fn close(&mut self, end: End, cx: &mut Context<'_>) {
        if let Some(old) = self.link.take() {
            cx.out.push(Output::Close);
            let soon = matches!(
                end,
                End::ByUs {
                    reason: RejectReason::NO_TRAFFIC
                }
            );
            self.drop_link(&old, end, cx);
            let after = if soon {
                self.config.reconnect
            } else {
                self.config.refused
            };
            self.try_again(after, cx);
        }
    }

    /// Sends a message with a transaction id of its own.
    pub(super) fn send(&mut self, body: Body, cx: &mut Context<'_>) {
        self.send_numbered(body, cx);
    }

    pub(super) fn send_numbered(&mut self, body: Body, cx: &mut Context<'_>) -> Option<u32> {
        let link = self.link.as_mut()?;
        let xid = link.next_xid;
        link.next_xid = xid.wrapping_add(1);
        self.send_with(xid, body, cx);
        Some(xid)
    }

    pub(super) fn send_with(&mut self, xid: u32, body: Body, cx: &mut Context<'_>) {
        let Some(link) = &self.link else {
            return;
        };
        let (open, every) = (link.open, link.partner_timer.fraction(1, 3));
        let message = Message {
            time: self.wall(cx.now),
            xid,
            digest: false,
            body,
        };
        let Ok(bytes) = message.encode() else {
            // Only the answer to a BNDUPD that is all refusals can be that long.
            if is_answer(&message.body) {
                self.disconnect(RejectReason::UNKNOWN, "the answer would be too long", cx);
            }
            return;
        };
        cx.out.push(Output::Send(bytes));
        if open {
            cx.arm(Timer::Send, cx.now + every);
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8], cx: &mut Context<'_>) {
        let Some(link) = &mut self.link else {
            return;
        };
        link.decoder.push(bytes);
        while let Some(next) = self
            .link
            .as_mut()
            .and_then(|link| link.decoder.next_message())
        {
            match next {
                Ok(message) => self.message(message, cx),
                Err(error) => {
                    cx.note(Note::Malformed { error });
                    self.disconnect(RejectReason::UNKNOWN, "malformed message", cx);
                }
            }
        }
    }

    fn message(&mut self, message: Message, cx: &mut Context<'_>) {
        let local = i64::from(self.wall(cx.now));
        let Some(link) = &mut self.link else {
            return;
        };
        let said = i64::from(message.time) - local;
        let difference = link.clock.get_or_insert_with(|| Difference::new(said));
        difference.refine(said, cx.now, self.config.receive_timer);
        let open = link.open;
        if open {
            cx.arm(Timer::Receive, cx.now + self.config.receive_timer);
        }
        if message.digest && !matches!(message.body, Body::Connect(_)) {
            let reason = RejectReason::DIGEST_NOT_CONFIGURED;
            return self.disconnect(reason, "no shared secret here", cx);
        }
        match (message.body, self.config.role, open) {
            (Body::Unknown(_), _, _) | (Body::Contact, _, true) => {}
            (Body::Connect(connect), Role::Secondary, false) => {
                self.connect(message.xid, &connect, message.digest, cx);
            }
            (Body::ConnectAck(ack), Role::Primary, false) => self.connect_ack(&ack, cx),
            (Body::Disconnect(why), _, _) => {
                self.close(End::ByPartner { reason: why.reason }, cx);
            }
            (Body::State(report), _, true) => self.state_report(report, cx),
            (Body::BndUpd(updates), _, true) => self.updates(message.xid, &updates, cx),
            (Body::BndAck(verdicts), _, true) => self.verdicts(message.xid, &verdicts, cx),
            (Body::UpdReq, _, true) => self.update_request(message.xid, false, cx),
            (Body::UpdReqAll, _, true) => self.update_request(message.xid, true, cx),
            (Body::UpdDone, _, true) => self.updates_done(message.xid, cx),
            (Body::PoolReq, Role::Primary, true) => self.pool_request(message.xid, cx),
            (Body::PoolResp(count), Role::Secondary, true) => self.pool_response(count, cx),
            (body, _, _) => {
                if let Some(kind) = body.kind() {
                    cx.note(Note::Unexpected { message: kind });
                }
                self.disconnect(RejectReason::UNKNOWN, "not expected now", cx);
            }
        }
    }
}
