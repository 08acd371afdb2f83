//! One side of a failover relationship: its states as they come and go.

use super::load::Buckets;
use super::state::{self, Event, Role, State};
use super::store::Store;
use super::{Cause, Config, Context, End, Input, LeaseEvent, Link, Note, Part, Timer};
use crate::time::{Duration, Instant};
use crate::wire::failover::{Body, RejectReason, StateReport};

/// One side of a failover relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) config: Config,
    /// What the disk has.
    pub(super) store: Option<Store>,
    /// STARTUP, PAUSED or SHUTDOWN, which hide the stored state; PAUSED also while the power is
    /// off.
    pub(super) over: Option<State>,
    pub(super) link: Option<Link>,
    pub(super) last_balance: Instant,
    /// Since when a stream is asked for that has not come about (primary).
    pub(super) connecting: Option<Instant>,
    /// How often it has tried to get a stream since there was one.
    pub(super) tries: u32,
    /// By how many seconds the server's clock is ahead of the true time.
    pub(super) ahead: i64,
}

impl Endpoint {
    /// An endpoint that has never run, its power off.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            store: None,
            over: Some(State::Paused),
            link: None,
            last_balance: Instant::ZERO,
            connecting: None,
            tries: 0,
            ahead: 0,
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What its disk has; `None` before the first start.
    pub fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.over.unwrap_or_else(|| self.stored_state())
    }

    pub(super) fn stored_state(&self) -> State {
        self.store
            .as_ref()
            .map_or(State::Recover, |store| store.state)
    }

    /// Whether communication with the partner is good (section 8.3).
    pub fn is_connected(&self) -> bool {
        self.link.as_ref().is_some_and(Link::is_good)
    }

    pub(super) fn mclt(&self) -> Duration {
        self.store
            .as_ref()
            .map_or(self.config.mclt, |store| store.mclt)
    }

    /// Takes one input and pushes what follows from it.
    pub fn handle(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Start => self.start(cx),
            Input::PowerOff => {
                self.link = None;
                (self.connecting, self.tries) = (None, 0);
                self.over = Some(State::Paused);
            }
            Input::DiskLost => self.store = None,
            Input::Connected => self.connected(cx),
            Input::Knock => self.knock(cx),
            Input::Bytes(bytes) => self.bytes(bytes, cx),
            Input::Closed => self.closed(cx),
            Input::Timer(timer) => self.timer(*timer, cx),
            Input::Command(command) => self.command(*command, cx),
            Input::Lease { address, event } => self.lease_event(*address, event, cx),
        }
        // A server that answers clients knows how long it has worked.
        if state::service(self.state()) != state::Service::Nobody
            && let Some(store) = &mut self.store
        {
            store.last_operation = cx.now;
        }
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        let config = &self.config;
        let store = self
            .store
            .get_or_insert_with(|| Store::empty(cx.now, config.mclt, Buckets::split(config.split)));
        if config.role == Role::Primary {
            store.mclt = config.mclt;
            store.buckets = Buckets::split(config.split);
        }
        cx.store(Part::State);
        self.link = None;
        self.over = Some(State::Startup);
        cx.note(Note::State {
            from: State::Paused,
            to: State::Startup,
            cause: Cause::Command,
        });
        cx.arm(Timer::Startup, cx.now + self.config.startup);
        self.reach_out(cx);
    }

    fn timer(&mut self, timer: Timer, cx: &mut Context<'_>) {
        match timer {
            Timer::Startup => self.startup_over(cx),
            Timer::Handshake | Timer::Receive => {
                self.disconnect(RejectReason::NO_TRAFFIC, "nothing heard in time", cx);
            }
            Timer::Send => self.send(Body::Contact, cx),
            Timer::Reconnect => self.reach_out(cx),
            Timer::SafePeriod => self.step(Event::SafePeriodOver, Cause::SafePeriod, cx),
            Timer::RecoverWait => self.step(Event::WaitOver, Cause::WaitOver, cx),
            Timer::Balance => self.balance_due(cx),
            Timer::Off => {
                self.disconnect(RejectReason::UNKNOWN, "shut down", cx);
                cx.cancel(Timer::Reconnect);
            }
        }
    }

    /// The partner was not heard of: on as before, without it (section 9.3.2 step 6).
    fn startup_over(&mut self, cx: &mut Context<'_>) {
        if self.over != Some(State::Startup) {
            return;
        }
        let new = self.store.as_ref().is_some_and(|store| store.needs_all);
        let to = if new && self.config.start_alone {
            State::PartnerDown
        } else {
            state::resumed(self.stored_state())
        };
        self.leave_startup(to, Cause::Startup, cx);
    }

    fn leave_startup(&mut self, to: State, cause: Cause, cx: &mut Context<'_>) {
        cx.cancel(Timer::Startup);
        self.over = None;
        self.enter(State::Startup, to, cause, cx);
    }

    /// The partner said what state it is in.
    pub(super) fn partner_is(&mut self, report: &StateReport, cx: &mut Context<'_>) {
        let since = self.in_our_time(report.since);
        let Some(store) = &mut self.store else {
            return;
        };
        store.partner = Some((report.state, since));
        let alone = since > store.last_operation || store.needs_all;
        cx.store(Part::State);
        cx.note(Note::PartnerState {
            state: report.state,
            startup: report.startup,
        });
        if self.over == Some(State::Shutdown) && report.state == State::PartnerDown {
            // It has taken over: after the restart it knows better (section 9.14.2).
            if let Some(store) = &mut self.store {
                store.state = State::Recover;
            }
            cx.store(Part::State);
            return;
        }
        if self.over == Some(State::Startup) {
            let to = state::restarted(self.stored_state(), report.state, alone);
            self.leave_startup(to, Cause::Partner, cx);
        }
        // A partner that starts will say what it makes of what it heard (section 9.4.3).
        if !report.startup {
            self.step(Event::Partner(report.state), Cause::Partner, cx);
            self.ask_for_updates(cx);
        }
    }

    /// Looks the event up in the table and goes where it leads, and on with what is known of the
    /// partner.
    pub(super) fn step(&mut self, event: Event, cause: Cause, cx: &mut Context<'_>) {
        let from = self.state();
        let needs_all = self.store.as_ref().is_some_and(|store| store.needs_all);
        if from == State::Recover && needs_all && matches!(event, Event::Partner(_)) {
            // Section 9.5.2 would have a server without its records resolve conflicts, and serve
            // everyone with none if that is interrupted: it first gets them, and waits.
            return;
        }
        let Some(to) = state::next(self.config.role, from, event) else {
            return;
        };
        if to == from {
            return;
        }
        self.enter(from, to, cause, cx);
        if let Some(partner) = self.link.as_ref().and_then(Link::partner)
            && self.state() == to
            && !matches!(event, Event::Partner(_))
        {
            self.step(Event::Partner(partner), Cause::Partner, cx);
        }
    }

    /// Enters a state: it is written down, told to the partner, and what belongs to it starts.
    fn enter(&mut self, from: State, to: State, cause: Cause, cx: &mut Context<'_>) {
        if let Some(store) = &mut self.store {
            // A state that goes on after a restart began before it.
            if from != State::Startup || store.state != to {
                store.since = cx.now;
            }
            store.state = to;
            if matches!(to, State::Normal | State::RecoverWait) {
                store.needs_all = false;
            }
            if matches!(to, State::Normal | State::PartnerDown) {
                store.settled = true;
            }
        }
        cx.store(Part::State);
        cx.note(Note::State { from, to, cause });
        self.send_state(cx);
        for (left, timer) in [
            (State::CommunicationsInterrupted, Timer::SafePeriod),
            (State::RecoverWait, Timer::RecoverWait),
            (State::Normal, Timer::Balance),
        ] {
            if from == left {
                cx.cancel(timer);
            }
        }
        match to {
            State::CommunicationsInterrupted => {
                if let Some(period) = self.config.safe_period {
                    cx.arm(Timer::SafePeriod, cx.now + period);
                }
            }
            State::RecoverWait => self.recover_wait(cx),
            State::Normal => {
                self.push_all(cx);
                if self.config.role == Role::Secondary {
                    self.send(Body::PoolReq, cx);
                } else {
                    self.balance_now(cx);
                }
                cx.arm(Timer::Balance, cx.now + self.config.balance.max);
            }
            State::Startup
            | State::PartnerDown
            | State::PotentialConflict
            | State::Recover
            | State::Paused
            | State::Shutdown
            | State::RecoverDone
            | State::ResolutionInterrupted
            | State::ConflictDone => {}
        }
        if let Some(link) = &mut self.link {
            link.asked = None;
        }
        self.ask_for_updates(cx);
    }

    /// Until every lease that this server may have given before it went down has ended. Two servers
    /// that both start for the first time have given none (section 9.6.2).
    fn recover_wait(&mut self, cx: &mut Context<'_>) {
        let partner = self.link.as_ref().and_then(Link::partner);
        let partner_is_new = matches!(
            partner,
            Some(State::Recover | State::RecoverWait | State::RecoverDone)
        );
        let mclt = self.mclt();
        let Some(store) = &self.store else {
            return;
        };
        let until = if !store.settled && partner_is_new {
            cx.now
        } else {
            store.last_operation + mclt
        };
        if until > cx.now {
            cx.note(Note::Waits { until });
        }
        cx.arm(Timer::RecoverWait, until.max(cx.now));
    }

    fn ask_for_updates(&mut self, cx: &mut Context<'_>) {
        let (role, state) = (self.config.role, self.state());
        let all = self.store.as_ref().is_none_or(|store| store.needs_all);
        let Some(link) = self.link.as_ref().filter(|link| link.asked.is_none()) else {
            return;
        };
        if link
            .partner()
            .is_some_and(|partner| state::asks(role, state, partner))
        {
            // A lost disk needs everything, also where conflicts are to be resolved.
            let body = if all { Body::UpdReqAll } else { Body::UpdReq };
            let xid = self.send_numbered(body, cx);
            if let Some(link) = &mut self.link {
                link.asked = xid;
            }
        }
    }

    pub(super) fn send_state(&mut self, cx: &mut Context<'_>) {
        let Some(store) = &self.store else {
            return;
        };
        let startup = self.over == Some(State::Startup);
        let off = self.over.filter(|state| *state != State::Startup);
        let report = StateReport {
            state: off.unwrap_or_else(|| {
                if startup {
                    state::resumed(store.state)
                } else {
                    store.state
                }
            }),
            startup,
            since: self.wall(store.since),
        };
        if self.link.as_ref().is_some_and(Link::is_open) {
            self.send(Body::State(report), cx);
        }
    }

    /// What follows when communication was good and is not any more.
    pub(super) fn lost(&mut self, was_good: bool, end: End, cx: &mut Context<'_>) {
        cx.note(Note::Disconnected { end });
        if was_good {
            self.step(Event::Lost, Cause::Lost, cx);
        }
    }

    fn lease_event(
        &mut self,
        address: std::net::Ipv4Addr,
        event: &LeaseEvent,
        cx: &mut Context<'_>,
    ) {
        if self.store.is_some() && self.in_pools(address) {
            self.record(address, event, cx);
            cx.store(Part::Lease(address));
            self.push(address, cx);
            self.watch_balance(cx);
        }
    }
}
