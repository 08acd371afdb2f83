//! Every kind of entry has words, in every language, with all their values.

use super::*;
use crate::dhcp::client::State;
use crate::dhcp::failover::{self, Cause, End, Timer};
use crate::dhcp::{
    ClientNote, Ignored, OfferEnd, Reason, Refusal, RelayDrop, RelayNote, ServerNote, Silence,
};
use crate::net::NetNote;
use crate::text::Value;
use crate::wire::Mac;
use crate::wire::dhcp::MessageType;
use crate::wire::failover::{BindingStatus, MessageType as Partner, RejectReason};
use std::net::Ipv4Addr;

const A: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 10);
const M: Mac = Mac([2, 0, 0, 0, 0, 9]);
const T: Instant = Instant::from_micros(90_000_000);

/// The texts of each language.
struct All([Texts; 3]);

impl All {
    fn new() -> Self {
        Self(Language::ALL.map(Texts::new))
    }

    /// That a sentence is there in each language, with all its values.
    fn say(&self, sentence: &Sentence) {
        for texts in &self.0 {
            let text = texts.get(&sentence.key);
            assert_ne!(text, sentence.key, "in {}", texts.language().tag());
            for name in text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
            {
                let known = sentence.values.iter().any(|(known, _)| *known == name);
                assert!(known, "{name} in {}", sentence.key);
            }
            for (_, value) in &sentence.values {
                match value {
                    Value::Sentence(inner) => self.say(inner),
                    Value::Text(key) => assert_ne!(texts.get(key), key),
                    Value::Plain(_) | Value::At(_) | Value::For(_) => {}
                }
            }
        }
    }
}

#[test]
fn every_entry_of_the_built_in_stories_has_words() {
    let all = All::new();
    for (name, _) in library::FILES {
        let recording = whole(name);
        for (id, _) in recording.journal().from(0) {
            let said = words(recording.scenario(), recording.journal(), id);
            all.say(&said.unwrap_or_else(|| panic!("{name}, {}", id.0)));
        }
    }
}

#[test]
fn every_note_has_words() {
    let all = All::new();
    let recording = whole("silence");
    let story = story(recording.scenario(), recording.journal());
    let (id, entry) = recording
        .journal()
        .from(0)
        .find(|(_, entry)| entry.node.is_some())
        .unwrap();
    let mut notes: Vec<Note> = client_notes().into_iter().map(Note::Client).collect();
    notes.extend(server_notes().into_iter().map(Note::Server));
    notes.extend(failover_notes().into_iter().map(Note::Failover));
    let drops = [RelayDrop::Hops, RelayDrop::NotOurs, RelayDrop::Untrusted];
    notes.extend(drops.map(|why| {
        let (client, message) = (M, MessageType::Discover);
        Note::Relay(RelayNote::Dropped {
            client,
            message,
            why,
        })
    }));
    for note in notes {
        let told = crate::lesson::dhcp::note(&story, id, entry, &note);
        let told = told.or_else(|| untold::noted(&story, entry, &note));
        all.say(&told.unwrap_or_else(|| panic!("{note:?}")));
    }
    let stack = [
        NetNote::Neighbour { address: A, mac: M },
        NetNote::Unreachable { address: A },
        NetNote::Malformed {
            problem: "short".to_owned(),
        },
        NetNote::Configured {
            address: A,
            prefix: 24,
        },
        NetNote::Deconfigured { address: A },
    ];
    for note in stack {
        let told = story
            .stack(entry, &note)
            .or_else(|| untold::stack(&story, entry, &note));
        all.say(&told.unwrap_or_else(|| panic!("{note:?}")));
    }
}

#[test]
fn every_deadline_has_words() {
    let all = All::new();
    let plain = [
        Reason::StartDelay,
        Reason::AfterConflict,
        Reason::Ipv6Only,
        Reason::Retry { attempt: 2 },
        Reason::GiveUp,
        Reason::OfferWindow,
        Reason::Renew,
        Reason::Rebind,
        Reason::LeaseEnds,
        Reason::NextProbe,
        Reason::ProbeSilence,
        Reason::NextAnnouncement,
        Reason::PingSilence { address: A },
        Reason::OfferEnds { address: A },
        Reason::BindingEnds { address: A },
        Reason::QuarantineEnds { address: A },
        Reason::ArpSilence { address: A },
        Reason::TcpSilence,
        Reason::TcpAck,
        Reason::TcpTimeWait,
    ];
    let partner = [
        Timer::Startup,
        Timer::Handshake,
        Timer::Send,
        Timer::Receive,
        Timer::Reconnect,
        Timer::SafePeriod,
        Timer::RecoverWait,
        Timer::Balance,
        Timer::Off,
    ];
    let partner = partner.map(|timer| Reason::Failover { timer });
    for due in plain.into_iter().chain(partner) {
        all.say(&reason(due));
    }
}

#[test]
fn every_join_has_words() {
    let all = All::new();
    let joins = [
        Join::Because,
        Join::SetFor,
        Join::Answers,
        Join::OnHearing,
        Join::Was,
    ];
    for join in joins {
        all.say(&sentence(join.key(), Vec::new()));
    }
}

fn client_notes() -> Vec<ClientNote> {
    let (address, server, by) = (A, A, M);
    let why = [
        Ignored::OtherTransaction,
        Ignored::State,
        Ignored::Incomplete,
        Ignored::AlreadyChosen,
        Ignored::OtherClient,
    ];
    let ignored = why.map(|why| ClientNote::Ignored {
        message: MessageType::Offer,
        why,
    });
    let mut notes = vec![
        ClientNote::State {
            from: State::Init,
            to: State::Selecting,
        },
        ClientNote::Selected { address, server },
        ClientNote::Expired { address },
        ClientNote::Conflict { address, by },
        ClientNote::Defended { address, by },
        ClientNote::GaveUp {
            state: State::Rebooting,
        },
        ClientNote::GaveUp {
            state: State::Informing,
        },
        ClientNote::KeptLease { address },
        ClientNote::Informed { server },
        ClientNote::Ipv6Only { server, until: T },
        ClientNote::LinkLocal { address },
        ClientNote::Released { address },
        ClientNote::KeptAfterRelease { address },
        ClientNote::Forgot { address },
    ];
    notes.extend([T, Instant::MAX].map(|expiry| ClientNote::Leased {
        address,
        server,
        start: Instant::ZERO,
        t1: T,
        t2: T,
        expiry,
    }));
    notes.extend(ignored);
    notes
}

fn server_notes() -> Vec<ServerNote> {
    let (address, client, until) = (A, M, T);
    let mut notes = vec![
        ServerNote::Pinging { address, client },
        ServerNote::Abandoned { address },
        ServerNote::Held {
            address,
            client,
            until,
        },
        ServerNote::Committed {
            address,
            client,
            until,
        },
        ServerNote::Committed {
            address,
            client,
            until: Instant::MAX,
        },
        ServerNote::Expired {
            address,
            client,
            withheld: None,
        },
        ServerNote::Released {
            address,
            client,
            withheld: None,
        },
        ServerNote::Declined { address, client },
        ServerNote::QuarantineEnded { address },
    ];
    let ends = [OfferEnd::OtherServer, OfferEnd::TimeOut, OfferEnd::Replaced];
    notes.extend(ends.map(|why| ServerNote::OfferEnded { address, why }));
    let refusals = [
        Refusal::WrongNetwork,
        Refusal::WrongAddress,
        Refusal::NotAvailable,
        Refusal::UnknownClient,
    ];
    notes.extend(refusals.map(|why| ServerNote::Refused { client, why }));
    let silences = [
        Silence::OtherServer,
        Silence::UnknownClient,
        Silence::PoolExhausted,
        Silence::NoSubnet,
        Silence::Pinging,
        Silence::NotHolder,
        Silence::NotForServers,
        Silence::Unsupported,
        Silence::FailoverState,
        Silence::PartnersClient,
        Silence::Withheld,
    ];
    let message = MessageType::Request;
    notes.extend(silences.map(|why| ServerNote::Silent {
        client,
        message,
        why,
    }));
    notes
}

fn failover_notes() -> Vec<failover::Note> {
    let (address, reason) = (A, RejectReason(1));
    let hour = Duration::from_secs(3_600);
    let mut notes = vec![
        failover::Note::PartnerState {
            state: failover::State::Normal,
            startup: false,
        },
        failover::Note::CommunicationsOk { clock: 0 },
        failover::Note::Disconnected { end: End::Broken },
        failover::Note::Unexpected {
            message: Partner::PoolReq,
        },
        failover::Note::Refused { address, reason },
        failover::Note::RefusedByPartner { address, reason },
        failover::Note::Limited {
            address,
            granted: hour,
            desired: hour,
        },
        failover::Note::Balanced { given: 1, taken: 2 },
        failover::Note::Waits { until: T },
        failover::Note::CommandIgnored {
            state: failover::State::Normal,
        },
    ];
    let statuses = [
        BindingStatus::Free,
        BindingStatus::Active,
        BindingStatus::Expired,
        BindingStatus::Released,
        BindingStatus::Abandoned,
        BindingStatus::Reset,
        BindingStatus::Backup,
    ];
    for status in statuses {
        notes.push(failover::Note::Taken { address, status });
        notes.push(failover::Note::Acknowledged {
            address,
            status,
            potential: T,
        });
    }
    let causes = [
        Cause::Partner,
        Cause::Lost,
        Cause::UpdatesDone,
        Cause::WaitOver,
        Cause::SafePeriod,
        Cause::Command,
        Cause::Startup,
    ];
    for cause in causes {
        for to in [failover::State::Startup, failover::State::PartnerDown] {
            notes.push(failover::Note::State {
                from: failover::State::Normal,
                to,
                cause,
            });
        }
    }
    notes
}
