//! What an operator tells an endpoint.

use super::endpoint::Endpoint;
use super::state::{self, Event, State};
use super::{Cause, Command, Context, Note, Part, Timer};
use crate::time::Duration;
use crate::wire::failover::RejectReason;

/// How long a server that shuts down waits for its partner to take over (section 9.14.2).
const SHUTDOWN: Duration = Duration::from_secs(3);

impl Endpoint {
    /// Whether an operator's command would change anything now.
    pub fn takes(&self, command: Command) -> bool {
        let event = match command {
            Command::PartnerDown => state::Event::PartnerDown,
            Command::Pause => state::Event::Pause,
            Command::Shutdown => state::Event::Shutdown,
        };
        state::next(self.config.role, self.state(), event).is_some()
    }

    pub(super) fn command(&mut self, command: Command, cx: &mut Context<'_>) {
        let event = match command {
            Command::PartnerDown => Event::PartnerDown,
            Command::Pause => Event::Pause,
            Command::Shutdown => Event::Shutdown,
        };
        let state = self.state();
        match state::next(self.config.role, state, event) {
            None => cx.note(Note::CommandIgnored { state }),
            Some(off @ (State::Paused | State::Shutdown)) => self.turn_off(off, cx),
            Some(_) => self.step(event, Cause::Command, cx),
        }
    }

    /// PAUSED and SHUTDOWN are told, but never stored: a restart goes on with the state before.
    fn turn_off(&mut self, off: State, cx: &mut Context<'_>) {
        let from = self.state();
        if let Some(store) = &mut self.store {
            store.last_operation = cx.now;
        }
        self.over = Some(off);
        cx.store(Part::State);
        cx.note(Note::State {
            from,
            to: off,
            cause: Cause::Command,
        });
        self.send_state(cx);
        for timer in [Timer::SafePeriod, Timer::RecoverWait, Timer::Balance] {
            cx.cancel(timer);
        }
        if off == State::Shutdown && self.is_connected() {
            cx.arm(Timer::Off, cx.now + SHUTDOWN);
        } else {
            self.disconnect(RejectReason::UNKNOWN, "paused", cx);
        }
    }
}
