//! What is seen of two servers from outside, and what is wrong with it; and ways to make it wrong.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::rig::Side;
use crate::dhcp::failover::*;
use crate::time::Instant;
use crate::wire::failover::{BindingStatus as S, Body, decode};

/// Something that must hold in every run did not: its number, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation(pub(super) u8, pub(super) String);

/// What is done to a server, so that it is seen that the checks see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutation {
    /// What a client has goes to the next one.
    InUse,
    /// In PARTNER-DOWN, what a client had goes to the next one at once.
    NoWait,
    /// Every lease is as long as desired.
    NoMclt,
    /// The secondary goes by its own MCLT.
    OwnMclt,
    /// The primary does not say what its clock shows.
    OneClock,
    /// What a BNDUPD says is acknowledged, but not written down.
    NoWrite,
    /// What a BNDUPD says the secondary sends back.
    Echo,
    /// An address whose lease ended goes to the next client before the partner knows.
    NoAcknowledgement,
    /// The partner's free addresses are given out as well.
    PartnersAddresses,
    /// The secondary answers each DISCOVER in NORMAL.
    AnswerAll,
    /// The secondary goes by its own settings for who answers whom.
    OwnBuckets,
    /// The state does not matter for who is answered.
    AnswerAlways,
    /// The end of RECOVER-WAIT is forgotten.
    WaitForEver,
    /// The secondary keeps its news of leases to itself.
    NoUpdates,
    /// The primary's state is not written down.
    NoState,
    /// A state begins anew with each restart.
    NoMoment,
}

impl Mutation {
    /// What is done to the endpoint itself, before an input and after it.
    pub(super) fn bend(
        self,
        side: usize,
        input: &Input<'_>,
        endpoint: &mut Endpoint,
        now: Instant,
    ) {
        let (mclt, split) = (endpoint.config().mclt, endpoint.config().split);
        let Some(store) = &mut endpoint.store else {
            return;
        };
        let secondary = side == 1;
        if self == Self::OwnMclt && secondary {
            store.mclt = mclt;
        }
        if self == Self::OwnBuckets && secondary {
            store.buckets = load::Buckets::split(split);
        }
        if self == Self::NoMoment && *input == Input::Start {
            store.since = now;
        }
    }

    /// What is done, in place of what the endpoint said.
    pub(super) fn tamper(
        self,
        side: usize,
        now: Instant,
        updated: Option<Ipv4Addr>,
        mut out: Vec<Output>,
    ) -> Vec<Output> {
        match self {
            Self::NoWrite => out.retain(|output| {
                !matches!(output, Output::Store(Part::Lease(address)) if updated == Some(*address))
            }),
            Self::Echo if side == 1 && updated.is_some() => {
                let acknowledgement = out.iter().find_map(sent);
                if let Some(mut message) = acknowledgement
                    && let Body::BndAck(verdicts) = &message.body
                {
                    let updates = verdicts.iter().map(|verdict| {
                        crate::wire::failover::Update::new(verdict.address, S::Free)
                    });
                    message.body = Body::BndUpd(updates.collect());
                    out.push(Output::Send(message.encode().unwrap()));
                }
            }
            Self::WaitForEver => out.retain(|output| {
                !matches!(
                    output,
                    Output::Arm {
                        timer: Timer::RecoverWait,
                        ..
                    }
                )
            }),
            Self::OneClock if side == 0 => {
                let time = EPOCH + u32::try_from(now.as_micros() / 1_000_000).unwrap();
                for output in &mut out {
                    if let Output::Send(bytes) = output {
                        bytes[4..8].copy_from_slice(&time.to_be_bytes());
                    }
                }
            }
            Self::NoUpdates if side == 1 => out.retain(|output| {
                !matches!(sent(output), Some(message) if matches!(message.body, Body::BndUpd(_)))
            }),
            Self::NoState => {
                out.retain(|output| !matches!(output, Output::Store(Part::State)) || side == 1);
            }
            Self::InUse
            | Self::NoWait
            | Self::NoMclt
            | Self::OwnMclt
            | Self::NoMoment
            | Self::NoUpdates
            | Self::OneClock
            | Self::Echo
            | Self::NoAcknowledgement
            | Self::PartnersAddresses
            | Self::AnswerAll
            | Self::OwnBuckets
            | Self::AnswerAlways => {}
        }
        out
    }

    /// Whether an address that must not be given is given all the same.
    pub(super) fn allows(self, withheld: Withheld, status: S) -> bool {
        match withheld {
            Withheld::Until { .. } => {
                self == Self::NoWait && matches!(status, S::Expired | S::Released)
            }
            Withheld::Unacknowledged => {
                self == Self::NoAcknowledgement && matches!(status, S::Expired | S::Released)
            }
            Withheld::Partners => self == Self::PartnersAddresses,
            Withheld::InUse => self == Self::InUse,
            Withheld::Abandoned => false,
        }
    }
}

fn sent(output: &Output) -> Option<crate::wire::failover::Message> {
    if let Output::Send(bytes) = output {
        decode(bytes).ok()
    } else {
        None
    }
}

/// What is seen at the edge of both endpoints.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) found: Vec<Violation>,
    /// The start of a message whose rest has not arrived.
    partial: [Vec<u8>; 2],
    /// The address of the BNDUPD that a side deals with.
    updated: [Option<Ipv4Addr>; 2],
    /// The BNDUPDs of each side.
    updates: [BTreeMap<u32, (Ipv4Addr, S)>; 2],
    /// The addresses that both sides know no one has, since this was emptied last.
    pub(super) freed: Vec<Ipv4Addr>,
    /// The state that each side said it is in, and since when.
    said: [Option<(State, Instant)>; 2],
}

impl Watch {
    pub(super) fn updated(&self, side: usize) -> Option<Ipv4Addr> {
        self.updated[side]
    }

    pub(super) fn violation(&mut self, invariant: u8, seen: String) {
        self.found.push(Violation(invariant, seen));
    }

    pub(super) fn input(&mut self, side: usize, input: &Input<'_>) {
        self.updated[side] = None;
        match input {
            Input::Connected | Input::Start | Input::Closed => self.partial[side].clear(),
            Input::Bytes(bytes) => {
                self.partial[side].extend_from_slice(bytes);
                if let Ok(message) = decode(&self.partial[side]) {
                    self.partial[side].clear();
                    if let Body::BndUpd(updates) = message.body {
                        self.updated[side] = Some(updates[0].address);
                    }
                }
            }
            Input::PowerOff
            | Input::DiskLost
            | Input::Knock
            | Input::Timer(_)
            | Input::Command(_)
            | Input::Lease { .. } => {}
        }
    }

    pub(super) fn output(&mut self, side: usize, output: &Output, now: Instant, sides: &[Side; 2]) {
        if let Output::Note(Note::State { from, to, .. }) = output {
            let hidden = |state| matches!(state, State::Startup | State::Paused | State::Shutdown);
            let known = self.said[side].filter(|(state, _)| state == to && hidden(*from));
            if !hidden(*to) {
                self.said[side] = Some(known.unwrap_or((*to, now)));
            }
        }
        let Some(message) = sent(output) else {
            return;
        };
        if let Body::BndUpd(updates) = &message.body {
            let (address, status) = (updates[0].address, updates[0].status.unwrap());
            self.updates[side].insert(message.xid, (address, status));
            if self.updated[side] == Some(address) {
                self.violation(3, format!("a BNDUPD for {address} made another"));
            }
        }
        if let Body::BndAck(verdicts) = &message.body
            && verdicts[0].reject.is_none()
        {
            self.acknowledges(side, message.xid, verdicts[0].address, &sides[side]);
        }
    }

    fn acknowledges(&mut self, side: usize, xid: u32, address: Ipv4Addr, server: &Side) {
        let [disk, store] = [&server.disk, &server.endpoint.store].map(|store| {
            let store = store.as_ref();
            store.and_then(|store| store.leases.get(&address))
        });
        if disk != store {
            self.violation(3, format!("{address} acknowledged, on disk is {disk:?}"));
        }
        let of = self.updates[1 - side].get(&xid);
        let over = [S::Expired, S::Released, S::Reset];
        if of.is_some_and(|(of, status)| *of == address && over.contains(status)) {
            self.freed.push(address);
        }
    }

    pub(super) fn disk_lost(&mut self, side: usize) {
        self.said[side] = None;
    }

    /// What it wrote last it had no time to say.
    pub(super) fn interrupted(&mut self, side: usize, server: &Side) {
        let disk = server.disk.as_ref().map(|disk| (disk.state, disk.since));
        if disk.is_some_and(|(_, since)| self.said[side].is_none_or(|said| since >= said.1)) {
            self.said[side] = disk;
        }
    }

    /// A server goes on in the state that it was in, and has been for as long.
    pub(super) fn starts(&mut self, side: usize, server: &Side, now: Instant) {
        let disk = server.disk.as_ref().map(|disk| (disk.state, disk.since));
        // With an empty disk it begins anew.
        let said = *self.said[side].get_or_insert((State::Recover, now));
        if disk.is_some_and(|disk| disk != said) {
            let seen = format!("{side} was {said:?}, and its disk has {disk:?}");
            self.violation(9, seen);
        }
    }
}
