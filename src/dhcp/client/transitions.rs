//! The ways from state to state: RFC 2131 figure 5, sections 3.1, 3.2, 4.4 and their clocks.

use std::net::Ipv4Addr;

use super::keep::set_clocks;
use super::{Choose, Client, Context, Exchange, Lease, Offer, State};
use crate::dhcp::{Action, ClientNote, Ignored, Reason, Timer};
use crate::time::Duration;
use crate::wire::dhcp::{Message, code};

/// How many times a REQUEST goes out before the client gives up, within about a minute.
const REQUEST_TRIES: u8 = 4;
/// The shortest pause that a network which prefers IPv6 asks for: MIN_V6ONLY_WAIT (RFC 8925
/// section 3.4).
const MIN_V6ONLY_WAIT: u32 = 300;
/// How many DISCOVERs stay unanswered before a link-local address stands in, if it may.
const LOCAL_TRIES: u8 = 4;
/// The longest pause between two DISCOVERs (RFC 2131 section 4.1).
const LONGEST_PAUSE: u64 = 64;

impl Client {
    pub(super) fn start(&mut self, cx: &mut Context<'_>) {
        if self.state == State::Stopped {
            self.begin(true, cx);
        }
    }

    /// Looks for an address: the remembered one if its lease still runs, else any.
    fn begin(&mut self, from_start: bool, cx: &mut Context<'_>) {
        if self.fixed.is_some() {
            return self.inform(cx);
        }
        let remembered = self.lease.as_ref().filter(|lease| cx.now < lease.expiry);
        let Some(lease) = remembered else {
            self.lease = None;
            self.init(from_start, cx);
            return;
        };
        cx.arm(Timer::Expiry, lease.expiry, Reason::LeaseEnds);
        if self.link {
            self.reboot(cx);
        } else {
            self.enter(State::InitReboot, cx);
        }
    }

    /// To INIT, and on to SELECTING as soon as the link and the start-up delay allow.
    pub(super) fn init(&mut self, from_start: bool, cx: &mut Context<'_>) {
        self.chosen = None;
        self.offers.clear();
        self.began = cx.now;
        self.id = self.config.client_id.bytes(self.mac);
        self.asks_ipv6_only = self.config.ipv6_only;
        self.enter(State::Init, cx);
        if !self.link {
            return;
        }
        if let Some((pause, reason)) = self.pause.filter(|(pause, _)| cx.now < *pause) {
            cx.arm(Timer::Conflict, pause, reason);
            return;
        }
        self.pause = None;
        if from_start && self.config.start_delay {
            let wait = cx
                .rng
                .between(Duration::from_secs(1), Duration::from_secs(10));
            cx.arm(Timer::Start, cx.now + wait, Reason::StartDelay);
        } else {
            self.select(cx);
        }
    }

    fn select(&mut self, cx: &mut Context<'_>) {
        self.began = cx.now;
        self.new_exchange(cx);
        self.enter(State::Selecting, cx);
        self.send_discover(cx);
        self.retry_later(cx);
    }

    fn reboot(&mut self, cx: &mut Context<'_>) {
        let Some(address) = self.lease.as_ref().map(|lease| lease.address) else {
            return;
        };
        self.began = cx.now;
        self.new_exchange(cx);
        self.enter(State::Rebooting, cx);
        self.send_request_rebooting(address, cx);
        self.retry_later(cx);
    }

    pub(super) fn new_exchange(&mut self, cx: &mut Context<'_>) {
        self.exchange = Exchange {
            xid: cx.rng.next_u32(),
            sent: cx.now,
            tries: 1,
            secs: 0,
            rapid: false,
        };
    }

    /// Exponential back-off: 4, 8, 16, 32, 64, 64... s, each give or take a second (RFC 2131
    /// section 4.1).
    pub(super) fn retry_later(&self, cx: &mut Context<'_>) {
        let tries = self.exchange.tries;
        let pause = 4_u64
            .saturating_mul(1 << u64::from(tries.saturating_sub(1).min(5)))
            .min(LONGEST_PAUSE);
        let second = Duration::from_secs(1);
        let low = Duration::from_secs(pause).saturating_sub(second);
        let at = cx.now + cx.rng.between(low, low + second + second);
        let last = self.state != State::Selecting && tries >= REQUEST_TRIES;
        let reason = if last {
            Reason::GiveUp
        } else {
            Reason::Retry {
                attempt: tries.saturating_add(1),
            }
        };
        cx.arm(Timer::Retransmit, at, reason);
    }

    pub(super) fn offer(&mut self, message: &Message, cx: &mut Context<'_>) -> Result<(), Ignored> {
        match self.state {
            State::Selecting => {}
            State::Requesting => {
                return self
                    .check_transaction(message)
                    .and(Err(Ignored::AlreadyChosen));
            }
            State::Stopped
            | State::Init
            | State::InitReboot
            | State::Rebooting
            | State::Probing
            | State::Bound
            | State::Renewing
            | State::Rebinding
            | State::Informing => return Err(Ignored::State),
        }
        self.check_transaction(message)?;
        let server = message
            .options
            .address(code::SERVER_ID)
            .ok_or(Ignored::Incomplete)?;
        let length = message.options.number(code::LEASE_TIME);
        if length.is_none_or(|secs| secs == 0) || message.yiaddr.is_unspecified() {
            return Err(Ignored::Incomplete);
        }
        if let Some(secs) = message.options.number(code::IPV6_ONLY)
            && self.config.ipv6_only
        {
            self.prefer_ipv6(server, secs, cx);
            return Ok(());
        }
        self.offers.push(Offer {
            address: message.yiaddr,
            server,
        });
        if self.config.offer_window == Duration::ZERO {
            self.choose(cx);
        } else if self.offers.len() == 1 {
            cx.arm(
                Timer::Retransmit,
                cx.now + self.config.offer_window,
                Reason::OfferWindow,
            );
        }
        Ok(())
    }

    /// Takes no offer, and looks for no address for a while (RFC 8925 section 3.2).
    fn prefer_ipv6(&mut self, server: Ipv4Addr, secs: u32, cx: &mut Context<'_>) {
        let until = cx.now + Duration::from_secs(u64::from(secs.max(MIN_V6ONLY_WAIT)));
        cx.note(ClientNote::Ipv6Only { server, until });
        cx.cancel(Timer::Retransmit);
        self.drop_link_local(cx);
        self.pause = Some((until, Reason::Ipv6Only));
        self.init(false, cx);
    }

    /// Takes the first offer, or that of the address which it had before.
    fn choose(&mut self, cx: &mut Context<'_>) {
        let first = self.offers.first();
        let best = match self.config.choose {
            Choose::First => first,
            Choose::Previous => {
                let had = |offer: &&Offer| Some(offer.address) == self.previous;
                self.offers.iter().find(had).or(first)
            }
        };
        let Some(offer) = best.copied() else {
            return;
        };
        cx.note(ClientNote::Selected {
            address: offer.address,
            server: offer.server,
        });
        self.chosen = Some(offer);
        self.exchange.sent = cx.now;
        self.exchange.tries = 1;
        self.enter(State::Requesting, cx);
        self.send_request_selecting(offer, cx);
        self.retry_later(cx);
    }

    pub(super) fn ack(&mut self, message: &Message, cx: &mut Context<'_>) -> Result<(), Ignored> {
        let rapid = self.exchange.rapid && message.options.has(code::RAPID_COMMIT);
        let new = match self.state {
            State::Informing => return self.informed(message, cx),
            State::Requesting if rapid && !self.chose(message) => {
                return self
                    .check_transaction(message)
                    .and(Err(Ignored::AlreadyChosen));
            }
            State::Selecting if rapid => true,
            State::Requesting | State::Rebooting => true,
            State::Renewing | State::Rebinding => false,
            State::Stopped
            | State::Init
            | State::Selecting
            | State::InitReboot
            | State::Probing
            | State::Bound => return Err(Ignored::State),
        };
        self.check_transaction(message)?;
        let lease = Lease::from_ack(message, self.exchange.sent, self.config.fuzz, cx.rng)
            .filter(|lease| !lease.address.is_unspecified())
            .ok_or(Ignored::Incomplete)?;
        cx.cancel(Timer::Retransmit);
        // A renewal that brings another address ends the use of the one before (RFC 2131
        // section 4.4.5), and that address has not been probed.
        let moved = self
            .leased()
            .is_some_and(|address| address != lease.address);
        // One that was under way for longer than it lasts is never used: its end comes first.
        let over = lease.expiry <= cx.now;
        if moved || over {
            self.forget(cx);
        }
        if (new || moved) && self.config.probe || over {
            self.begin_probing(lease, cx);
        } else {
            self.bind(lease, cx);
        }
        Ok(())
    }

    /// Whether a message comes from the server whose offer it took.
    fn chose(&self, message: &Message) -> bool {
        self.chosen.map(|offer| offer.server) == message.options.address(code::SERVER_ID)
    }

    /// Uses the lease, and sets its three clocks.
    pub(super) fn bind(&mut self, lease: Lease, cx: &mut Context<'_>) {
        cx.note(ClientNote::Leased {
            address: lease.address,
            server: lease.server,
            start: lease.start,
            t1: lease.t1,
            t2: lease.t2,
            expiry: lease.expiry,
        });
        self.drop_link_local(cx);
        cx.out.push(Action::Configure(lease.interface()));
        self.candidate = None;
        self.chosen = None;
        self.offers.clear();
        self.enter(State::Bound, cx);
        set_clocks(&lease, cx);
        self.previous = Some(lease.address);
        self.lease = Some(lease);
    }

    pub(super) fn nak(&mut self, message: &Message, cx: &mut Context<'_>) -> Result<(), Ignored> {
        match self.state {
            State::Requesting | State::Rebooting | State::Renewing | State::Rebinding => {}
            State::Stopped
            | State::Init
            | State::Selecting
            | State::InitReboot
            | State::Probing
            | State::Bound
            | State::Informing => return Err(Ignored::State),
        }
        self.check_transaction(message)?;
        if !message.options.has(code::SERVER_ID) {
            return Err(Ignored::Incomplete);
        }
        self.forget(cx);
        self.init(false, cx);
        Ok(())
    }

    /// Stops every clock and every use of an address, and remembers no lease.
    pub(super) fn forget(&mut self, cx: &mut Context<'_>) {
        self.suspend(cx);
        cx.cancel(Timer::Expiry);
        self.lease = None;
    }

    /// Stops every clock but the lease's own end, and every use of an address.
    fn suspend(&mut self, cx: &mut Context<'_>) {
        for timer in [
            Timer::Start,
            Timer::Retransmit,
            Timer::T1,
            Timer::T2,
            Timer::Conflict,
        ] {
            cx.cancel(timer);
        }
        if self.leased().is_some() {
            cx.out.push(Action::Deconfigure);
        }
        self.candidate = None;
        self.defended = None;
    }

    pub(super) fn power_off(&mut self, cx: &mut Context<'_>) {
        self.suspend(cx);
        self.drop_link_local(cx);
        cx.cancel(Timer::Expiry);
        self.offers.clear();
        self.chosen = None;
        self.conflicts = 0;
        self.pause = None;
        self.link = false;
        self.enter(State::Stopped, cx);
    }

    pub(super) fn link_up(&mut self, cx: &mut Context<'_>) {
        self.link = true;
        match self.state {
            State::Init if self.fixed.is_some() => self.inform(cx),
            State::Init => self.init(true, cx),
            State::InitReboot => self.begin(true, cx),
            State::Stopped
            | State::Selecting
            | State::Requesting
            | State::Rebooting
            | State::Probing
            | State::Bound
            | State::Renewing
            | State::Rebinding
            | State::Informing => {}
        }
    }

    pub(super) fn link_down(&mut self, cx: &mut Context<'_>) {
        self.link = false;
        if self.state == State::Stopped {
            return;
        }
        // Another network may have another mind (RFC 8925 section 3.2).
        self.pause = self.pause.filter(|(_, why)| *why != Reason::Ipv6Only);
        self.suspend(cx);
        self.drop_link_local(cx);
        if let Some(lease) = &self.lease {
            // While PROBING the clock is that of an ACK which is now forgotten.
            cx.arm(Timer::Expiry, lease.expiry, Reason::LeaseEnds);
            self.enter(State::InitReboot, cx);
        } else {
            cx.cancel(Timer::Expiry);
            self.init(false, cx);
        }
    }

    pub(super) fn timer(&mut self, timer: Timer, cx: &mut Context<'_>) {
        match timer {
            Timer::Start if self.state == State::Init => self.select(cx),
            Timer::Retransmit => self.retransmit(cx),
            Timer::T1 if self.state == State::Bound => self.extend(State::Renewing, cx),
            Timer::T2 if matches!(self.state, State::Bound | State::Renewing) => {
                self.extend(State::Rebinding, cx);
            }
            Timer::Expiry => self.expire(cx),
            Timer::Conflict => self.conflict_clock(cx),
            Timer::LinkLocal => self.link_local_clock(cx),
            Timer::Start | Timer::T1 | Timer::T2 | Timer::Server | Timer::Arp | Timer::Tcp => {}
        }
    }

    fn retransmit(&mut self, cx: &mut Context<'_>) {
        match self.state {
            State::Selecting if !self.offers.is_empty() => self.choose(cx),
            State::Selecting => {
                if self.exchange.tries >= LOCAL_TRIES {
                    self.begin_link_local(cx);
                }
                if self.config.rapid_commit {
                    // An ACK has to tell which DISCOVER it answers: the lease counts from that.
                    self.exchange.xid = cx.rng.next_u32();
                    self.exchange.sent = cx.now;
                }
                self.exchange.tries = self.exchange.tries.saturating_add(1);
                self.send_discover(cx);
                self.retry_later(cx);
            }
            State::Requesting | State::Rebooting | State::Informing
                if self.exchange.tries >= REQUEST_TRIES =>
            {
                self.give_up(cx);
            }
            State::Requesting | State::Rebooting => {
                self.exchange.tries = self.exchange.tries.saturating_add(1);
                match (self.chosen, &self.lease) {
                    (Some(offer), _) => self.send_request_selecting(offer, cx),
                    (None, Some(lease)) => self.send_request_rebooting(lease.address, cx),
                    (None, None) => {}
                }
                self.retry_later(cx);
            }
            State::Informing => {
                self.exchange.tries = self.exchange.tries.saturating_add(1);
                if let Some(fixed) = self.fixed {
                    self.send_inform(fixed.address, cx);
                }
                self.retry_later(cx);
            }
            State::Renewing | State::Rebinding => self.extend(self.state, cx),
            State::Stopped | State::Init | State::InitReboot | State::Probing | State::Bound => {}
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_>) {
        cx.note(ClientNote::GaveUp { state: self.state });
        match self.lease.clone() {
            Some(lease) if self.state == State::Rebooting => {
                cx.note(ClientNote::KeptLease {
                    address: lease.address,
                });
                if self.config.probe {
                    self.begin_probing(lease, cx);
                } else {
                    self.bind(lease, cx);
                }
            }
            // What the host has of its own has to do.
            None if self.state == State::Informing => self.enter(State::Stopped, cx),
            Some(_) | None => self.init(false, cx),
        }
    }
}
