//! How a stream becomes communication: CONNECT, CONNECTACK, and the first STATE (draft sections 7.8
//! to 7.10).

use super::connection::{Link, VENDOR, VERSION};
use super::endpoint::Endpoint;
use super::load::Buckets;
use super::{Context, End, Note, Timer};
use crate::time::Duration;
use crate::wire::failover::{
    Body, Connect, ConnectAck, Disconnect, RejectReason, StateReport, Terms,
};

impl Endpoint {
    /// Whether the secondary accepts the primary (section 7.8.2).
    fn check(&self, connect: &Connect, digest: bool) -> Result<(), RejectReason> {
        let ahead = self.link.as_ref().and_then(Link::clock).unwrap_or(0);
        let differs = self
            .config
            .max_clock_difference
            .is_some_and(|most| ahead.unsigned_abs() > u64::from(most));
        if connect.version != VERSION {
            Err(RejectReason::VERSION_MISMATCH)
        } else if connect.tls == Some(2) {
            Err(RejectReason::TLS_NOT_SUPPORTED)
        } else if digest {
            Err(RejectReason::DIGEST_NOT_CONFIGURED)
        } else if connect.relationship != self.relationship() {
            Err(RejectReason::INVALID_PARTNER)
        } else if differs {
            Err(RejectReason::TIME_MISMATCH)
        } else if connect.mclt == 0 {
            Err(RejectReason::INVALID_MCLT)
        } else {
            Ok(())
        }
    }

    pub(super) fn connect(
        &mut self,
        xid: u32,
        connect: &Connect,
        digest: bool,
        cx: &mut Context<'_>,
    ) {
        let verdict = self.check(connect, digest);
        let terms = Terms {
            max_unacked: self.config.max_unacked.max(1),
            receive_timer: self.config.receive_timer.as_lease_secs(),
            vendor: VENDOR.to_vec(),
        };
        let answer = ConnectAck {
            relationship: self.relationship(),
            version: VERSION,
            tls: connect.tls.map(|_| 0),
            answer: verdict.map(|()| terms).map_err(|reason| Disconnect {
                reason,
                message: reason.text().as_bytes().to_vec(),
            }),
        };
        self.send_with(xid, Body::ConnectAck(answer), cx);
        match verdict {
            Err(reason) => self.close(End::ByUs { reason }, cx),
            Ok(()) => {
                if let Some(store) = &mut self.store {
                    store.mclt = Duration::from_secs(connect.mclt.into());
                    store.buckets = Buckets(connect.buckets);
                }
                cx.store(super::Part::State);
                self.open(connect.max_unacked, connect.receive_timer, cx);
            }
        }
    }

    pub(super) fn connect_ack(&mut self, ack: &ConnectAck, cx: &mut Context<'_>) {
        match &ack.answer {
            Err(why) => self.close(End::ByPartner { reason: why.reason }, cx),
            Ok(_) if ack.version != VERSION => {
                let reason = RejectReason::VERSION_MISMATCH;
                self.close(End::ByUs { reason }, cx);
            }
            Ok(_) if ack.tls == Some(1) => {
                let reason = RejectReason::TLS_NOT_SUPPORTED;
                self.close(End::ByUs { reason }, cx);
            }
            Ok(terms) => self.open(terms.max_unacked, terms.receive_timer, cx),
        }
    }

    fn open(&mut self, max_unacked: u32, receive_timer: u32, cx: &mut Context<'_>) {
        let Some(link) = &mut self.link else {
            return;
        };
        link.open = true;
        link.max_unacked = max_unacked.max(1);
        link.partner_timer = Duration::from_secs(receive_timer.max(1).into());
        cx.cancel(Timer::Handshake);
        cx.arm(Timer::Receive, cx.now + self.config.receive_timer);
        self.send_state(cx);
    }

    pub(super) fn state_report(&mut self, report: StateReport, cx: &mut Context<'_>) {
        let Some(link) = &mut self.link else {
            return;
        };
        let first = link.report.is_none();
        link.report = Some(report);
        let clock = link.clock().unwrap_or(0);
        if first {
            cx.note(Note::CommunicationsOk { clock });
        }
        self.partner_is(&report, cx);
    }
}
