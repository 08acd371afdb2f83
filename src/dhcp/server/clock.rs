//! Everything that ends by itself: pings, offers, leases, quarantine.

use std::net::Ipv4Addr;

use super::{BindingState, Context, Server};
use crate::dhcp::failover::LeaseEvent;
use crate::dhcp::{Action, OfferEnd, Reason, ServerNote, Timer};

impl Server {
    /// Deals with all that has ended by now.
    pub(super) fn due(&mut self, cx: &mut Context<'_>) {
        self.armed = self.armed.filter(|(at, _)| *at > cx.now);
        while let Some((at, address)) = self.bindings.next_deadline() {
            if at > cx.now {
                break;
            }
            self.end(address, cx);
        }
        self.failover_due(cx);
    }

    fn end(&mut self, address: Ipv4Addr, cx: &mut Context<'_>) {
        let Some(binding) = self.bindings.get(address) else {
            return;
        };
        let mac = binding.mac;
        match binding.state.clone() {
            BindingState::Pinging(message) => self.ping_silence(address, &message, cx),
            BindingState::Offered => self.free_offer(address, OfferEnd::TimeOut, cx),
            BindingState::Active => {
                self.bindings.end(address, BindingState::Expired, cx.now);
                let rest = self.record(address, &LeaseEvent::Expired, cx);
                cx.note(ServerNote::Expired {
                    address,
                    client: mac,
                    withheld: self.withheld_from_others(address),
                });
                self.carry_out(rest, cx);
            }
            BindingState::Abandoned => {
                self.bindings.end(address, BindingState::Free, cx.now);
                cx.note(ServerNote::QuarantineEnded { address });
                self.report(address, &LeaseEvent::Reset, cx);
            }
            // Free addresses have no end.
            BindingState::Expired | BindingState::Released | BindingState::Free => {
                self.bindings.end(address, BindingState::Free, cx.now);
            }
        }
    }

    /// Has the host keep the first deadline, whichever it is now.
    pub(super) fn rearm(&mut self, cx: &mut Context<'_>) {
        let binding = self.bindings.next_deadline();
        let binding = binding.map(|(at, address)| (at, self.reason(address)));
        let failover = self.failover.as_ref().and_then(|failover| failover.next());
        let next = [binding, failover]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at);
        if next == self.armed {
            return;
        }
        self.armed = next;
        let Some((at, reason)) = next else {
            cx.out.push(Action::Cancel(Timer::Server));
            return;
        };
        cx.out.push(Action::Arm {
            timer: Timer::Server,
            at,
            reason,
        });
    }

    /// Why it waits for something to end.
    fn reason(&self, address: Ipv4Addr) -> Reason {
        match self.bindings.get(address).map(|binding| &binding.state) {
            Some(BindingState::Pinging(_)) => Reason::PingSilence { address },
            Some(BindingState::Offered) => Reason::OfferEnds { address },
            Some(BindingState::Abandoned) => Reason::QuarantineEnds { address },
            Some(
                BindingState::Active
                | BindingState::Expired
                | BindingState::Released
                | BindingState::Free,
            )
            | None => Reason::BindingEnds { address },
        }
    }
}
