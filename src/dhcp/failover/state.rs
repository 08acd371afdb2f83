//! The states of a failover endpoint, and the ways out of each (draft section 9).
//!
//! [`next`] is the whole table as a pure function. What an endpoint does *on entry* to a state, and
//! the timers, are in `endpoint`.

use serde::Serialize;

pub use crate::wire::failover::ServerState as State;

/// Which of the two servers this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, crate::json::FromJson)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It connects, says what the MCLT is, and owns FREE addresses.
    Primary,
    /// It is connected to, and owns BACKUP addresses.
    Secondary,
}

/// What can end a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Communication is good, and the partner is in this state: it became good or the partner said
    /// that its state changed.
    Partner(State),
    /// Communication failed.
    Lost,
    /// The partner has sent everything that it was asked for (UPDDONE).
    UpdatesDone,
    /// Since this server went down the MCLT has passed.
    WaitOver,
    /// The partner could not be reached for the safe period (section 10).
    SafePeriodOver,
    /// An operator says that the partner does not work.
    PartnerDown,
    /// An operator stops this server for a short while.
    Pause,
    /// An operator stops this server for long.
    Shutdown,
}

/// Which clients' messages a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// No one's.
    Nobody,
    /// Only REQUESTs of clients in RENEWING and REBINDING.
    Renewals,
    /// Those of its share of the clients, and every renewal.
    Share,
    /// Everyone's.
    Everyone,
}

/// Which clients' messages a server answers in a state (figure 9.2-1 and the states' sections).
pub const fn service(state: State) -> Service {
    match state {
        State::Startup
        | State::PotentialConflict
        | State::Recover
        | State::RecoverWait
        | State::Paused
        | State::Shutdown => Service::Nobody,
        State::RecoverDone => Service::Renewals,
        State::Normal => Service::Share,
        State::CommunicationsInterrupted
        | State::PartnerDown
        | State::ResolutionInterrupted
        | State::ConflictDone => Service::Everyone,
    }
}

/// The state that an event leads to; the same one where the event changes nothing, `None` where it
/// is not allowed (a command) or cannot happen.
///
/// Two places where the draft's text is silent: a server in RECOVER-DONE goes to
/// POTENTIAL-CONFLICT with a partner that resolves conflicts (its figure 9.2-1), and one in
/// NORMAL stays there while a primary in CONFLICT-DONE has not yet seen that it got there.
/// ISC dhcpd takes the command "partner down" in any state; the draft in three.
pub fn next(role: Role, state: State, event: Event) -> Option<State> {
    if matches!(state, State::Startup | State::Paused | State::Shutdown) {
        return None;
    }
    match event {
        Event::Partner(partner) => with_partner(role, state, partner),
        Event::Lost => Some(match state {
            State::Normal => State::CommunicationsInterrupted,
            State::PotentialConflict => State::ResolutionInterrupted,
            State::Startup
            | State::CommunicationsInterrupted
            | State::PartnerDown
            | State::Recover
            | State::Paused
            | State::Shutdown
            | State::RecoverDone
            | State::ResolutionInterrupted
            | State::ConflictDone
            | State::RecoverWait => state,
        }),
        Event::UpdatesDone => match (state, role) {
            (State::Recover, _) => Some(State::RecoverWait),
            (State::PotentialConflict, Role::Primary) => Some(State::ConflictDone),
            (State::PotentialConflict, Role::Secondary) => Some(State::Normal),
            _ => None,
        },
        Event::WaitOver => only(state, &[State::RecoverWait], State::RecoverDone),
        Event::SafePeriodOver => only(
            state,
            &[State::CommunicationsInterrupted],
            State::PartnerDown,
        ),
        Event::PartnerDown => only(
            state,
            &[
                State::Normal,
                State::CommunicationsInterrupted,
                State::ResolutionInterrupted,
            ],
            State::PartnerDown,
        ),
        Event::Pause => Some(State::Paused),
        Event::Shutdown => Some(State::Shutdown),
    }
}

fn with_partner(role: Role, state: State, partner: State) -> Option<State> {
    // STARTUP is never sent as a state (section 12.24).
    if matches!(partner, State::Startup) {
        return None;
    }
    let resolves = matches!(
        partner,
        State::PotentialConflict | State::ResolutionInterrupted | State::ConflictDone
    );
    Some(match state {
        // A change is as if communication had failed and come back (section 9.2).
        State::Normal => match (partner, role) {
            (State::ConflictDone, Role::Secondary) => State::Normal,
            _ => interrupted(partner),
        },
        State::CommunicationsInterrupted => interrupted(partner),
        State::PartnerDown => match partner {
            State::RecoverDone => State::Normal,
            State::Recover | State::RecoverWait | State::Paused | State::Shutdown => state,
            State::Startup
            | State::Normal
            | State::CommunicationsInterrupted
            | State::PartnerDown
            | State::PotentialConflict
            | State::ResolutionInterrupted
            | State::ConflictDone => State::PotentialConflict,
        },
        State::Recover | State::RecoverDone if resolves => State::PotentialConflict,
        State::RecoverDone if matches!(partner, State::Normal | State::RecoverDone) => {
            State::Normal
        }
        State::ResolutionInterrupted => State::PotentialConflict,
        State::ConflictDone if partner == State::Normal => State::Normal,
        State::Recover
        | State::RecoverWait
        | State::RecoverDone
        | State::ConflictDone
        | State::PotentialConflict => state,
        State::Startup | State::Paused | State::Shutdown => return None,
    })
}

/// Where an event leads that means something in some states only.
fn only(state: State, states: &[State], to: State) -> Option<State> {
    states.contains(&state).then_some(to)
}

/// Section 9.9.3.
const fn interrupted(partner: State) -> State {
    match partner {
        State::Normal | State::CommunicationsInterrupted | State::RecoverDone => State::Normal,
        State::Shutdown => State::PartnerDown,
        State::PartnerDown
        | State::PotentialConflict
        | State::ConflictDone
        | State::ResolutionInterrupted => State::PotentialConflict,
        State::Recover | State::RecoverWait | State::Paused | State::Startup => {
            State::CommunicationsInterrupted
        }
    }
}

/// Where a server goes on after a restart, as long as it does not hear from its partner: the state
/// that it had, as if communication had failed (section 9.3.2 step 2).
pub fn resumed(stored: State) -> State {
    next(Role::Primary, stored, Event::Lost).unwrap_or(State::Recover)
}

/// The state in which a server leaves STARTUP when it has heard from its partner (section 9.3.2
/// step 5), before the partner's state is looked at as in any other moment.
///
/// `partner_went_on_alone` is whether the partner went to PARTNER-DOWN after this server last
/// worked. A server that was recovering starts that again, also where the draft would have it
/// resolve conflicts that it cannot have caused.
pub fn restarted(stored: State, partner: State, partner_went_on_alone: bool) -> State {
    let stored = resumed(stored);
    if partner != State::PartnerDown {
        return stored;
    }
    let recovering = matches!(
        stored,
        State::Recover | State::RecoverWait | State::RecoverDone
    );
    if recovering || partner_went_on_alone {
        State::Recover
    } else {
        State::PotentialConflict
    }
}

/// Whether a server in this state, with a partner in that one, is to ask for updates. In
/// POTENTIAL-CONFLICT the primary asks first, and the secondary when the primary has all
/// (section 9.10).
pub const fn asks(role: Role, state: State, partner: State) -> bool {
    match (state, role) {
        (State::Recover, _) | (State::PotentialConflict, Role::Primary) => true,
        (State::PotentialConflict, Role::Secondary) => matches!(partner, State::ConflictDone),
        _ => false,
    }
}
