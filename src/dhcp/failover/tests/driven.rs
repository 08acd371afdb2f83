//! The table of states again, as an endpoint goes by it: each state and each thing that can happen in
//! it, in both roles, with each state that the partner can be in.
//!
//! What is expected is taken from the literal table in `table`, never from the code. Where
//! an event leads to another state, that is looked at with the partner's state as it was known, once
//! (draft section 9.2).

use State::{
    PartnerDown as PD, Paused as PA, PotentialConflict as PC, Recover as R, Shutdown as SD,
};
use State::{RecoverDone, RecoverWait, Startup as ST};

use super::rig::{config, secs};
use super::table::{OTHER, PARTNERS, WITH_PARTNER};
use crate::dhcp::failover::*;
use crate::time::Instant;
use crate::wire::failover::{Body, Connect, ConnectAck, Message, MessageType, StateReport, Terms};

const ROLES: [Role; 2] = [Role::Primary, Role::Secondary];
const START: u64 = 1_000;
const NOW: u64 = 5_000;
/// The request for updates that is open.
const ASKED: u32 = 77;

fn at(seconds: u64) -> Instant {
    Instant::ZERO + secs(seconds)
}

/// Which states are told apart in the literal table.
fn is_stored(state: State) -> bool {
    !matches!(state, ST | PA | SD)
}

/// The literal table: where a partner's state leads.
fn with_partner(role: Role, state: State, partner: State) -> State {
    let row = WITH_PARTNER.iter().find(|(row, _)| *row == state).unwrap();
    let column = PARTNERS.iter().position(|one| *one == partner).unwrap();
    let exception = (role, state, partner) == (Role::Secondary, State::Normal, State::ConflictDone);
    if exception { state } else { row.1[column] }
}

/// The literal table: where another event leads, if anywhere.
fn other(role: Role, state: State, event: Happens) -> Option<State> {
    let row = OTHER.iter().find(|(row, _)| *row == state).unwrap();
    let done = if role == Role::Primary { 4 } else { 5 };
    row.1[match event {
        Happens::Lost | Happens::Silence => 0,
        Happens::WaitOver => 1,
        Happens::SafePeriodOver => 2,
        Happens::PartnerDown => 3,
        Happens::UpdatesDone => done,
        Happens::OtherUpdatesDone
        | Happens::StartupOver
        | Happens::Pause
        | Happens::Shutdown
        | Happens::Start
        | Happens::PowerOff => return None,
    }]
}

/// What can happen but for news of the partner's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happens {
    Lost,
    Silence,
    WaitOver,
    SafePeriodOver,
    PartnerDown,
    UpdatesDone,
    /// An answer to what was not asked for.
    OtherUpdatesDone,
    StartupOver,
    Pause,
    Shutdown,
    Start,
    PowerOff,
}

const ALL: [Happens; 12] = [
    Happens::Lost,
    Happens::Silence,
    Happens::WaitOver,
    Happens::SafePeriodOver,
    Happens::PartnerDown,
    Happens::UpdatesDone,
    Happens::OtherUpdatesDone,
    Happens::StartupOver,
    Happens::Pause,
    Happens::Shutdown,
    Happens::Start,
    Happens::PowerOff,
];

/// Where an event leads that few others are like.
fn leads(own: &[(Happens, State)], event: Happens, else_to: State) -> State {
    let found = own.iter().find(|(one, _)| *one == event);
    found.map_or(else_to, |(_, to)| *to)
}

/// A server in a state, and what it does.
struct Driven {
    endpoint: Endpoint,
    role: Role,
    out: Vec<Output>,
}

impl Driven {
    fn new(role: Role, stored: State, over: Option<State>, partner: Option<State>) -> Self {
        let mut driven = Self {
            endpoint: Endpoint::new(config(role)),
            role,
            out: Vec::new(),
        };
        driven.input(&Input::Start, START);
        if let Some(partner) = partner {
            driven.connect();
            // One that starts moves nothing.
            driven.report(R, true, START);
            let link = driven.endpoint.link.as_mut().unwrap();
            link.asked = Some(ASKED);
            link.report = Some(StateReport {
                state: partner,
                startup: false,
                since: 0,
            });
        }
        let store = driven.endpoint.store.as_mut().unwrap();
        (store.state, store.since) = (stored, at(START));
        (store.needs_all, store.settled) = (false, true);
        store.last_operation = at(START);
        driven.endpoint.over = over;
        driven
    }

    fn input(&mut self, input: &Input<'_>, now: u64) {
        self.out.clear();
        let out = &mut self.out;
        let now = at(now);
        self.endpoint.handle(input, &mut Context { now, out });
    }

    fn says(&mut self, xid: u32, body: Body, now: u64) {
        let time = u32::try_from(now).unwrap() + EPOCH;
        let digest = false;
        let message = Message {
            time,
            xid,
            digest,
            body,
        };
        self.input(&Input::Bytes(&message.encode().unwrap()), now);
    }

    fn connect(&mut self) {
        self.input(&Input::Connected, START);
        let relationship = b"lab".to_vec();
        let body = match self.role {
            Role::Primary => Body::ConnectAck(ConnectAck {
                relationship,
                version: 1,
                tls: Some(0),
                answer: Ok(Terms {
                    max_unacked: 10,
                    receive_timer: 30,
                    vendor: Vec::new(),
                }),
            }),
            Role::Secondary => Body::Connect(Box::new(Connect {
                relationship,
                max_unacked: 10,
                receive_timer: 30,
                vendor: Vec::new(),
                version: 1,
                tls: Some(0),
                mclt: 60,
                buckets: [0; 32],
            })),
        };
        self.says(1, body, START);
    }

    fn report(&mut self, state: State, startup: bool, since: u64) {
        let since = u32::try_from(since).unwrap() + EPOCH;
        let body = Body::State(StateReport {
            state,
            startup,
            since,
        });
        self.says(2, body, NOW);
    }

    fn happens(&mut self, event: Happens) {
        match event {
            Happens::Lost => self.input(&Input::Closed, NOW),
            Happens::Silence => self.input(&Input::Timer(Timer::Receive), NOW),
            Happens::WaitOver => self.input(&Input::Timer(Timer::RecoverWait), NOW),
            Happens::SafePeriodOver => self.input(&Input::Timer(Timer::SafePeriod), NOW),
            Happens::StartupOver => self.input(&Input::Timer(Timer::Startup), NOW),
            Happens::PartnerDown => self.input(&Input::Command(Command::PartnerDown), NOW),
            Happens::Pause => self.input(&Input::Command(Command::Pause), NOW),
            Happens::Shutdown => self.input(&Input::Command(Command::Shutdown), NOW),
            Happens::Start => self.input(&Input::Start, NOW),
            Happens::PowerOff => self.input(&Input::PowerOff, NOW),
            Happens::UpdatesDone => self.says(ASKED, Body::UpdDone, NOW),
            Happens::OtherUpdatesDone => self.says(ASKED + 1, Body::UpdDone, NOW),
        }
    }

    /// Whether it says which state it is in now: by a note, to its disk, and to its partner.
    fn tells(&self, state: State) -> [bool; 3] {
        let noted = |output: &Output| matches!(output, Output::Note(Note::State { to, .. }) if *to == state);
        let written = |output: &Output| *output == Output::Store(Part::State);
        let sent = |output: &Output| {
            let Output::Send(bytes) = output else {
                return false;
            };
            let message = crate::wire::failover::decode(bytes).unwrap();
            matches!(message.body, Body::State(report) if report.state == state && !report.startup)
        };
        let any = |what: &dyn Fn(&Output) -> bool| self.out.iter().any(what);
        [any(&noted), any(&written), any(&sent)]
    }
}

/// The partner as far as it is known: not reached, or reached and in a state.
fn partners() -> impl Iterator<Item = Option<State>> {
    [None].into_iter().chain(PARTNERS.map(Some))
}

#[test]
fn f03_every_news_of_the_partner_in_every_state() {
    let mut pairs = 0;
    for role in ROLES {
        for stored in State::ALL.into_iter().filter(|state| is_stored(*state)) {
            for before in PARTNERS {
                for news in PARTNERS {
                    let mut driven = Driven::new(role, stored, None, Some(before));
                    driven.report(news, false, START);
                    let expected = with_partner(role, stored, news);
                    let found = driven.endpoint.state();
                    assert_eq!(found, expected, "{role:?} {stored}: {before} to {news}");
                    if found != stored {
                        assert_eq!(driven.tells(found), [true; 3], "{role:?} {stored} {news}");
                    }
                    assert_eq!(driven.endpoint.store().unwrap().state, found);
                    // One that starts will say later what it makes of this (section 9.4.3).
                    let mut driven = Driven::new(role, stored, None, Some(before));
                    driven.report(news, true, START);
                    assert_eq!(driven.endpoint.state(), stored, "{role:?} {stored} {news}");
                    pairs += 1;
                }
            }
        }
    }
    assert_eq!(pairs, 2 * 9 * 11 * 11);
}

#[test]
fn f03_every_other_event_in_every_state() {
    let mut tried = 0;
    for role in ROLES {
        for stored in State::ALL.into_iter().filter(|state| is_stored(*state)) {
            for partner in partners() {
                for event in ALL {
                    let mut driven = Driven::new(role, stored, None, partner);
                    driven.happens(event);
                    let gone = matches!(event, Happens::Lost | Happens::Silence);
                    let expected = match event {
                        Happens::Start => ST,
                        Happens::Pause | Happens::PowerOff => PA,
                        Happens::Shutdown => SD,
                        // Only who talks to its partner can lose it, or hear from it.
                        Happens::Lost | Happens::Silence | Happens::UpdatesDone
                            if partner.is_none() =>
                        {
                            stored
                        }
                        Happens::Lost
                        | Happens::Silence
                        | Happens::WaitOver
                        | Happens::SafePeriodOver
                        | Happens::PartnerDown
                        | Happens::UpdatesDone
                        | Happens::OtherUpdatesDone
                        | Happens::StartupOver => {
                            let to = other(role, stored, event).unwrap_or(stored);
                            let known = partner.filter(|_| !gone && to != stored);
                            known.map_or(to, |partner| with_partner(role, to, partner))
                        }
                    };
                    let found = driven.endpoint.state();
                    let what = format!("{role:?} {stored} {partner:?} {event:?}");
                    assert_eq!(found, expected, "{what}");
                    let ignored = driven
                        .out
                        .contains(&Output::Note(Note::CommandIgnored { state: stored }));
                    let refused =
                        event == Happens::PartnerDown && other(role, stored, event).is_none();
                    assert_eq!(ignored, refused, "{what}");
                    if is_stored(found) && found != stored {
                        let [noted, written, _] = driven.tells(found);
                        assert!(noted && written, "{what}");
                    }
                    // What is off hides what it was, for the restart (sections 9.13.2 and 9.14.3).
                    let kept = driven.endpoint.store().unwrap().state;
                    assert_eq!(
                        kept,
                        if is_stored(found) { found } else { stored },
                        "{what}"
                    );
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 2 * 9 * 12 * ALL.len());
}

/// Section 9.3.2: out of STARTUP by the partner's state, and when it went on alone if it did.
#[test]
fn f03_every_way_out_of_startup() {
    for role in ROLES {
        for stored in State::ALL.into_iter().filter(|state| is_stored(*state)) {
            let lost = other(role, stored, Happens::Lost).unwrap();
            for partner in PARTNERS {
                for (since, later) in [(START - 500, false), (START + 500, true)] {
                    for starts in [false, true] {
                        let mut driven = Driven::new(role, stored, Some(ST), Some(R));
                        driven.report(partner, starts, since);
                        let recovers = later || matches!(stored, R | RecoverWait | RecoverDone);
                        let previous = match (partner, recovers) {
                            (PD, true) => R,
                            (PD, false) => PC,
                            _ => lost,
                        };
                        let expected = if starts {
                            previous
                        } else {
                            with_partner(role, previous, partner)
                        };
                        let found = driven.endpoint.state();
                        let what = format!("{role:?} {stored} {partner} {since} {starts}");
                        assert_eq!(found, expected, "{what}");
                    }
                }
            }
            for event in ALL {
                let mut driven = Driven::new(role, stored, Some(ST), Some(R));
                driven.happens(event);
                let own = [(Happens::StartupOver, lost), (Happens::PowerOff, PA)];
                let expected = leads(&own, event, ST);
                assert_eq!(
                    driven.endpoint.state(),
                    expected,
                    "{role:?} {stored} {event:?}"
                );
            }
            // A server that is new, and is told to begin alone where no partner is.
            let mut driven = Driven::new(role, R, Some(ST), None);
            driven.endpoint.config.start_alone = true;
            driven.endpoint.store.as_mut().unwrap().needs_all = true;
            driven.happens(Happens::StartupOver);
            assert_eq!(driven.endpoint.state(), PD);
        }
    }
}

/// PAUSED and SHUTDOWN are left by a restart alone, whatever the partner says.
#[test]
fn what_is_off_stays_off_until_it_is_started() {
    for role in ROLES {
        for stored in State::ALL.into_iter().filter(|state| is_stored(*state)) {
            for off in [PA, SD] {
                for event in ALL {
                    let partner = Some(R).filter(|_| off == SD);
                    let mut driven = Driven::new(role, stored, Some(off), partner);
                    driven.happens(event);
                    let own = [(Happens::Start, ST), (Happens::PowerOff, PA)];
                    let expected = leads(&own, event, off);
                    assert_eq!(
                        driven.endpoint.state(),
                        expected,
                        "{role:?} {off} {event:?}"
                    );
                    assert_eq!(driven.endpoint.store().unwrap().state, stored);
                }
            }
            for news in PARTNERS {
                let mut driven = Driven::new(role, stored, Some(SD), Some(R));
                driven.report(news, false, START);
                assert_eq!(driven.endpoint.state(), SD);
                // Section 9.14.2: the partner knows better then.
                let kept = if news == PD { R } else { stored };
                assert_eq!(
                    driven.endpoint.store().unwrap().state,
                    kept,
                    "{stored} {news}"
                );
            }
        }
    }
}

/// The one departure of the endpoint from the table: a server without its records does not resolve
/// conflicts (section 9.5.2 would have it do so); it gets them first, all of them.
#[test]
fn f13_a_server_without_its_records_recovers_whatever_its_partner_does() {
    for role in ROLES {
        for news in PARTNERS {
            let mut driven = Driven::new(role, R, None, Some(R));
            driven.endpoint.store.as_mut().unwrap().needs_all = true;
            driven.endpoint.link.as_mut().unwrap().asked = None;
            driven.report(news, false, START);
            assert_eq!(driven.endpoint.state(), R, "{news}");
            let asks = driven.out.iter().any(|output| {
                matches!(output, Output::Send(bytes) if bytes[2] == MessageType::UpdReqAll as u8)
            });
            assert!(asks, "{news}");
        }
    }
}
