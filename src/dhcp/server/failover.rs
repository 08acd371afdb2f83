//! A server with a failover partner: what its endpoint lets it do, and what the endpoint is told.
//!
//! [`crate::dhcp::failover::Endpoint`] knows nothing of DHCP messages and nothing of TCP. Here its
//! outputs become the server's actions: bytes on the stream to the partner's port, the
//! server's one deadline, bindings, notes. What it wants written down needs no action: an endpoint
//! keeps what its disk has when the power goes, and forgets the rest.
//!
//! Both listen on a port, and both connect (draft-ietf-dhc-failover-12 section 8.2): what the
//! primary opens is the stream, what the secondary opens only tells the primary to do so.

mod settings;

use std::net::Ipv4Addr;

use super::allocate::finite;
use super::{Binding, BindingState, Bindings, Config, Context, Identity, Server, Subnet, subnet};
use crate::dhcp::failover::{
    self, Ask, Endpoint, Input, LeaseEvent, Output, Role, Timer, Unserved, Withheld,
};
use crate::dhcp::{Action, Note, Reason, Silence, StreamAction, StreamEvent};
use crate::time::{Duration, Instant};
use crate::wire::Mac;
use crate::wire::dhcp::Message;
use crate::wire::failover::BindingStatus as Status;

pub use settings::Failover;

/// A server's endpoint, and what the server keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partnership {
    endpoint: Endpoint,
    partner: Ipv4Addr,
    port: u16,
    partner_port: u16,
    /// Its deadlines, each timer at most once.
    timers: Vec<(Timer, Instant)>,
    /// The moment of the input that is being dealt with.
    pub(super) now: Instant,
}

impl Partnership {
    pub(super) fn new(config: &Config, subnets: &[Subnet]) -> Option<Box<Self>> {
        let settings = config.failover.as_ref()?;
        Some(Box::new(Self {
            endpoint: Endpoint::new(settings.endpoint(subnets)),
            partner: settings.partner,
            port: settings.port,
            partner_port: settings.partner_port,
            timers: Vec::new(),
            now: Instant::ZERO,
        }))
    }

    pub(super) fn configure(&mut self, config: &Config, subnets: &[Subnet]) {
        if let Some(settings) = &config.failover {
            self.endpoint.configure(settings.endpoint(subnets));
        }
    }

    pub(super) fn set_clock(&mut self, ahead: i64) {
        self.endpoint.set_clock(ahead);
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The first deadline.
    pub(super) fn next(&self) -> Option<(Instant, Reason)> {
        let first = self.timers.iter().min_by_key(|(timer, at)| (*at, *timer));
        first.map(|(timer, at)| (*at, Reason::Failover { timer: *timer }))
    }

    fn take_due(&mut self) -> Option<Timer> {
        let now = self.now;
        let due = self.timers.iter().filter(|(_, at)| *at <= now);
        let (timer, _) = *due.min_by_key(|(timer, at)| (*at, *timer))?;
        self.cancel(timer);
        Some(timer)
    }

    fn cancel(&mut self, timer: Timer) {
        self.timers.retain(|(other, _)| *other != timer);
    }

    fn handle(&mut self, input: &Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        let now = self.now;
        let mut cx = failover::Context { now, out: &mut out };
        self.endpoint.handle(input, &mut cx);
        out
    }
}

impl Server {
    /// Has the endpoint take an input, and does what it wants.
    fn failover(&mut self, input: &Input<'_>, cx: &mut Context<'_>) {
        if let Some(partnership) = &mut self.failover {
            let out = partnership.handle(input);
            self.carry_out(out, cx);
        }
    }

    pub(super) fn begin_failover(&mut self, cx: &mut Context<'_>) {
        let Some(partnership) = &self.failover else {
            return;
        };
        cx.out
            .push(Action::Stream(match partnership.endpoint.config().role {
                Role::Primary => StreamAction::Attend(partnership.port),
                Role::Secondary => StreamAction::Listen(partnership.port),
            }));
        self.failover(&Input::Start, cx);
    }

    pub(super) fn stop_failover(&mut self) {
        if let Some(partnership) = &mut self.failover {
            partnership.handle(&Input::PowerOff);
            partnership.timers.clear();
        }
    }

    pub(super) fn lose_disk(&mut self) {
        self.bindings = Bindings::new(subnet::pools(&self.subnets));
        if let Some(partnership) = &mut self.failover {
            partnership.handle(&Input::DiskLost);
        }
    }

    pub(super) fn operator(&mut self, command: failover::Command, cx: &mut Context<'_>) {
        self.failover(&Input::Command(command), cx);
    }

    pub(super) fn failover_due(&mut self, cx: &mut Context<'_>) {
        while let Some(timer) = self.failover.as_mut().and_then(|own| own.take_due()) {
            self.failover(&Input::Timer(timer), cx);
        }
    }

    pub(super) fn stream(&mut self, event: &StreamEvent, cx: &mut Context<'_>) {
        let partner = self.failover.as_ref().map(|own| own.partner);
        match event {
            StreamEvent::Connected { peer } if Some(*peer) == partner => {
                self.failover(&Input::Connected, cx);
            }
            StreamEvent::Connected { .. } => cx.out.push(Action::Stream(StreamAction::Abort)),
            StreamEvent::Knocked { peer } if Some(*peer) == partner => {
                self.failover(&Input::Knock, cx);
            }
            StreamEvent::Knocked { .. } => {}
            StreamEvent::Data(bytes) => self.failover(&Input::Bytes(bytes), cx),
            StreamEvent::Closed(_) => self.failover(&Input::Closed, cx),
        }
    }

    /// Whether failover lets it answer.
    pub(super) fn serves(&self, ask: Ask, message: &Message) -> Result<(), Silence> {
        let Some(partnership) = &self.failover else {
            return Ok(());
        };
        let client = failover::store::Client::of(message);
        let verdict = partnership.endpoint.serves(ask, client.key(), message.secs);
        verdict.map_err(|why| match why {
            Unserved::State { .. } => Silence::FailoverState,
            Unserved::PartnersClient { .. } => Silence::PartnersClient,
        })
    }

    /// Why failover keeps an address of the pools from a client.
    pub(super) fn withheld(&self, address: Ipv4Addr, client: &Identity) -> Option<Withheld> {
        let own = self.failover.as_ref()?;
        let client = || client.for_partners();
        let may = |client| own.endpoint.may_lease(address, &client, own.now);
        own.endpoint
            .in_pools(address)
            .then(|| may(client()).err())?
    }

    /// Whether failover keeps an address of the pools from a client.
    pub(super) fn is_withheld(&self, address: Ipv4Addr, client: &Identity) -> bool {
        self.withheld(address, client).is_some()
    }

    /// Why failover keeps an address from whoever has not had it.
    pub(super) fn withheld_from_others(&self, address: Ipv4Addr) -> Option<Withheld> {
        self.withheld(address, &Identity::of_partners(&nobody()))
    }

    pub(super) fn check_withheld(
        &self,
        address: Ipv4Addr,
        client: &Identity,
    ) -> Result<(), Silence> {
        if self.is_withheld(address, client) {
            Err(Silence::Withheld)
        } else {
            Ok(())
        }
    }

    /// What failover makes of a lease's length, in whole seconds where it is the limit; `None` is
    /// infinity.
    pub(super) fn limited(
        &self,
        address: Ipv4Addr,
        desired: Option<Duration>,
        now: Instant,
    ) -> Option<Duration> {
        let own = self.failover.as_ref();
        let Some(own) = own.filter(|own| own.endpoint.in_pools(address)) else {
            return desired;
        };
        let grant = own
            .endpoint
            .grant(now, address, desired.unwrap_or(Duration::MAX));
        finite(if grant.limited {
            Duration::from_secs(grant.length.as_secs().max(1))
        } else {
            grant.length
        })
    }

    /// Tells the endpoint what was done with an address; what is left to be done once the client
    /// has its answer.
    #[must_use]
    pub(super) fn record(
        &mut self,
        address: Ipv4Addr,
        event: &LeaseEvent,
        cx: &mut Context<'_>,
    ) -> Vec<Output> {
        let Some(partnership) = &mut self.failover else {
            return Vec::new();
        };
        let event = event.clone();
        let mut rest = partnership.handle(&Input::Lease { address, event });
        rest.retain(|output| {
            let Output::Note(note @ failover::Note::Limited { .. }) = output else {
                return true;
            };
            cx.out.push(Action::Note(Note::Failover(note.clone())));
            false
        });
        rest
    }

    /// Tells the endpoint what was done with an address, and does what it wants.
    pub(super) fn report(&mut self, address: Ipv4Addr, event: &LeaseEvent, cx: &mut Context<'_>) {
        let rest = self.record(address, event, cx);
        self.carry_out(rest, cx);
    }

    pub(super) fn carry_out(&mut self, outputs: Vec<Output>, cx: &mut Context<'_>) {
        let Some(own) = &self.failover else {
            return;
        };
        let (address, port) = (own.partner, own.partner_port);
        for output in outputs {
            let action = match output {
                Output::Connect => Action::Stream(StreamAction::Connect { address, port }),
                Output::Knock => Action::Stream(StreamAction::Knock { address, port }),
                Output::Send(bytes) => Action::Stream(StreamAction::Send(bytes)),
                Output::Close => Action::Stream(StreamAction::Close),
                Output::Note(note) => Action::Note(Note::Failover(note)),
                Output::Arm { timer, at } => {
                    if let Some(own) = &mut self.failover {
                        own.cancel(timer);
                        own.timers.push((timer, at));
                    }
                    continue;
                }
                Output::Cancel(timer) => {
                    if let Some(own) = &mut self.failover {
                        own.cancel(timer);
                    }
                    continue;
                }
                Output::Binding(change) => {
                    self.take_over(change, cx.now);
                    continue;
                }
                Output::Store(_) => continue,
            };
            cx.out.push(action);
        }
    }

    /// Writes down what the partner says of an address.
    fn take_over(&mut self, change: failover::Change, now: Instant) {
        let address = change.address;
        let state = match change.status {
            Status::Active => BindingState::Active,
            Status::Abandoned => BindingState::Abandoned,
            Status::Expired => BindingState::Expired,
            Status::Released => BindingState::Released,
            Status::Free | Status::Backup | Status::Reset => BindingState::Free,
        };
        let until = match state {
            BindingState::Abandoned => now + self.config.quarantine,
            BindingState::Active => change.until + self.config.grace,
            BindingState::Pinging(_)
            | BindingState::Offered
            | BindingState::Expired
            | BindingState::Released
            | BindingState::Free => Instant::MAX,
        };
        let in_use = matches!(state, BindingState::Active | BindingState::Abandoned);
        match self.bindings.get(address).map(|binding| &binding.state) {
            Some(BindingState::Active | BindingState::Abandoned) if !in_use => {
                return self.bindings.end(address, state, now);
            }
            // What is remembered of whose it was, or offered now, says as much.
            Some(_) if !in_use => return,
            None if state == BindingState::Free => return,
            Some(_) | None => {}
        }
        let client = change.client.unwrap_or_else(nobody);
        let card = client.hardware.address.as_slice();
        let binding = Binding {
            state,
            mac: card.try_into().map_or(Mac::ZERO, Mac),
            client: Identity::of_partners(&client),
            since: now,
            until,
            granted: None,
        };
        self.bindings.set(address, binding);
    }
}

/// A client that no one is.
fn nobody() -> failover::store::Client {
    failover::store::Client {
        id: None,
        hardware: crate::wire::failover::Hardware {
            kind: 0,
            address: Vec::new(),
        },
    }
}
