//! What became of a message, host by host: lost and where, heard and by whom, answered or not, and
//! why not.

use std::net::Ipv4Addr;

use super::deadline::Deadline;
use super::scene::{Scene, Ways};
use super::trail::{Seen, Trail};
use super::{message, note, plain, sentence, story, tell, words};
use crate::dhcp::{ClientNote, Note, RelayNote, ServerNote, failover};
use crate::lesson::Story;
use crate::net::NetNote;
use crate::scenario::{LinkId, NodeId, NodeKind};
use crate::sim::{Entry, EventId, Journal, Recording, What};
use crate::text::Sentence;
use crate::time::Duration;
use crate::wire::dhcp::{Message, SERVER_PORT};
use crate::wire::frame::{Frame, Ip, Payload, Transport, parse};
use crate::wire::summary::{What as Packet, summary};

/// How long after a message its copies and its answer are looked for.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// What became of a message at one host that it was meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// A copy is still on its way there.
    UnderWay,
    /// The copy was lost, or never left.
    Lost,
    /// The host has no power.
    Off,
    /// A cable or a switch on the way carries nothing, or the host is on another network.
    CutOff,
    /// It got there, and nothing there had a use for it.
    Unused,
    /// It was heard, and dropped or left without an answer: the words say why.
    Silent,
    /// It was heard, and an answer is being worked on.
    Working,
    /// It was heard and taken; no answer belongs to it.
    Taken,
    /// It was answered.
    Answered,
    /// It was passed on to another network.
    PassedOn,
    /// There is no host that it could be for.
    Absent,
}

/// One host, and what became of the message there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The host; nothing where the message got to none, or there is none.
    pub node: Option<NodeId>,
    /// What became of it.
    pub became: Became,
    /// In words, each with the entry that it tells, where there is one. What became of the answer
    /// follows the answer.
    pub told: Vec<(Option<EventId>, Sentence)>,
}

/// The message that an entry is about: the one that it sent, heard or lost, or whose answer a
/// deadline waited for. Nothing for what has no message that could have stayed without an answer.
pub fn message_of(recording: &Recording, id: EventId) -> Option<EventId> {
    let journal = recording.journal();
    let entry = journal.get(id)?;
    match &entry.what {
        What::Sent { origin, .. }
        | What::Flooded { origin, .. }
        | What::Received { origin, .. }
        | What::Dropped { origin, .. } => Some(*origin),
        What::Fired { .. } => {
            Deadline::of(id, entry)?.awaited(&story(recording.scenario(), journal))
        }
        What::Dhcp(_) | What::Net(_) => {
            let cause = entry.cause?;
            let heard = matches!(journal.get(cause)?.what, What::Received { .. });
            (!heard || is_refused(entry))
                .then(|| message_of(recording, cause))
                .flatten()
        }
        What::Command(_)
        | What::Ended(_)
        | What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. } => None,
    }
}

/// What a message is called, from the entry in which it was sent.
pub fn label(journal: &Journal, id: EventId) -> Option<&'static str> {
    let frame = message(id, journal.get(id)?)?;
    Some(summary(frame.bytes()).label())
}

/// What became of a message that was sent in entry `id`, at each host that it was meant for, as far
/// as the cursor. Empty where the journal has let that go, or nothing was sent in it.
pub fn outcomes(recording: &Recording, id: EventId) -> Vec<Outcome> {
    let end = u32::try_from(recording.world().written()).unwrap_or(u32::MAX);
    Look::until(recording, EventId(end)).outcomes(id, true)
}

/// Whether it says that a message was heard and not taken.
fn is_refused(entry: &Entry) -> bool {
    match note(entry) {
        Some(Note::Client(note)) => matches!(note, ClientNote::Ignored { .. }),
        Some(Note::Server(note)) => matches!(note, ServerNote::Silent { .. }),
        Some(Note::Relay(RelayNote::Dropped { .. })) => true,
        Some(Note::Failover(_)) => false,
        None => matches!(entry.what, What::Net(NetNote::Malformed { .. })),
    }
}

/// Whether it is what an answer that follows comes from, or waits for.
fn is_news(entry: &Entry) -> bool {
    matches!(
        note(entry),
        Some(
            Note::Server(ServerNote::Pinging { .. } | ServerNote::Refused { .. })
                | Note::Failover(failover::Note::Limited { .. })
        )
    )
}

/// A sentence, and the entry that it tells, where there is one.
pub(super) type Told = (Option<EventId>, Sentence);

pub(super) struct Look<'a> {
    pub(super) recording: &'a Recording,
    pub(super) story: Story<'a>,
    /// Up to which entry.
    pub(super) end: EventId,
}

impl<'a> Look<'a> {
    pub(super) fn until(recording: &'a Recording, end: EventId) -> Self {
        Self {
            recording,
            story: story(recording.scenario(), recording.journal()),
            end,
        }
    }
}

impl Look<'_> {
    pub(super) fn words(&self, id: EventId) -> Vec<Told> {
        let sentence = words(self.story.scenario, self.story.journal, id);
        sentence
            .map(|sentence| (Some(id), sentence))
            .into_iter()
            .collect()
    }

    pub(super) fn outcomes(&self, id: EventId, follow: bool) -> Vec<Outcome> {
        let (Some(trail), Some(scene)) = (self.trail(id), Scene::before(self.recording, id)) else {
            return Vec::new();
        };
        let nowhere = |became, told| {
            vec![Outcome {
                node: None,
                became,
                told,
            }]
        };
        let Some((_, _, Seen::Sent(first, _))) = trail.copies.first() else {
            // It never left its own card.
            let mut told = self.words(id);
            let mut own = scene.cables_at(trail.from).iter();
            let is_own = |link: &&LinkId| !self.story.scenario.is_spare(**link);
            if let Some(link) = own.find(|link| is_own(link) && !scene.cable(**link)) {
                told.extend(self.dead(&scene, *link));
            }
            return nowhere(Became::Lost, told);
        };
        let ways = scene.ways(trail.from, *first);
        let meant = match self.meant(&trail, &ways) {
            Ok(meant) => meant,
            Err(sentence) => return nowhere(Became::Absent, vec![(None, sentence)]),
        };
        let mut outcomes = Vec::new();
        for node in meant {
            let mut behind = Vec::new();
            let mut best = None;
            for id in trail.received(node) {
                let heard = self.heard(&trail, node, id, follow, &mut behind);
                // Where a cable made two of it, the first may be answered and the second not.
                if best.is_none() || heard.0 == Became::Answered {
                    best = Some(heard);
                }
            }
            let (became, told) =
                best.unwrap_or_else(|| self.not_heard(&trail, &scene, &ways, node));
            outcomes.push(Outcome {
                node: Some(node),
                became,
                told,
            });
            outcomes.append(&mut behind);
        }
        outcomes
    }

    /// The hosts that a message is for; a sentence where there is none.
    fn meant(&self, trail: &Trail<'_>, ways: &Ways) -> Result<Vec<NodeId>, Sentence> {
        let scenario = self.story.scenario;
        let some = |nodes: Vec<NodeId>, key: &str, address: Ipv4Addr| {
            if nodes.is_empty() {
                return Err(sentence(key, vec![("address", plain(address))]));
            }
            Ok(nodes)
        };
        let heard = |node: &NodeId| !trail.received(*node).is_empty();
        let all = |is_it: &dyn Fn(&NodeId) -> bool| -> Vec<NodeId> {
            scenario.nodes().map(|(id, _)| id).filter(is_it).collect()
        };
        let file = |node: &NodeId| scenario.node(*node);
        let destination = trail.frame.destination();
        match parse(trail.frame.bytes()) {
            Ok(Payload::Arp(arp)) => {
                let claimed = arp.spa == arp.tpa;
                let by_file = |node: &NodeId| ways.reach(*node) && file(node).has_address(arp.tpa);
                let meant = all(&|node| {
                    let spoke = || claimed || self.spoke(trail, *node).is_some();
                    by_file(node) || heard(node) && spoke()
                });
                some(meant, "why.no-one-uses", arp.tpa)
            }
            Ok(Payload::Ip(ip)) if !destination.is_group() => {
                let owner = scenario.owner(destination).into_iter().collect();
                some(owner, "why.no-one-uses", ip.destination)
            }
            Ok(Payload::Ip(Ip {
                transport: Transport::Udp(udp),
                destination,
                ..
            })) => {
                if udp.destination == SERVER_PORT {
                    let serves = |node: &NodeId| {
                        file(node).kind == NodeKind::Server || file(node).relay.is_some()
                    };
                    let servers = all(&|node| ways.reach(*node) && serves(node));
                    return some(servers, "why.no-server", destination);
                }
                let client = Message::parse(udp.payload).ok();
                let client = client.and_then(|message| scenario.owner(message.mac()));
                Ok(client.map_or_else(|| all(&heard), |client| vec![client]))
            }
            Ok(Payload::Ip(_) | Payload::Other(_)) | Err(_) => Ok(all(&heard)),
        }
    }

    /// What a host made of a copy that it received in entry `id`; `behind`, what became of what it
    /// passed on.
    fn heard(
        &self,
        trail: &Trail<'_>,
        node: NodeId,
        id: EventId,
        follow: bool,
        behind: &mut Vec<Outcome>,
    ) -> (Became, Vec<Told>) {
        let mut told = Vec::new();
        let mut passed = Vec::new();
        // What it said of itself: told in the narration, or else anything.
        let mut said: Option<(EventId, bool)> = None;
        for (made, entry) in self.made(node, id) {
            if is_refused(entry) {
                return (Became::Silent, self.words(made));
            }
            if is_news(entry) && told.is_empty() {
                told = self.words(made);
            }
            if matches!(entry.what, What::Dhcp(_) | What::Net(_)) {
                let is_told = self.is_told(made);
                if said.is_none_or(|(_, known)| is_told && !known) {
                    said = Some((made, is_told));
                }
            }
            if self.passes_on(trail, node, made) {
                passed.push(made);
            }
        }
        let Some(answer) = self.answer(trail, node, id) else {
            if told.is_empty() {
                return (Became::Taken, self.words(said.map_or(id, |(id, _)| id)));
            }
            return (Became::Working, told);
        };
        told.extend(self.words(answer));
        if self.passes_on(trail, node, answer) {
            // It may go to several servers.
            if passed.is_empty() {
                passed.push(answer);
            }
            if follow {
                for copy in passed {
                    behind.extend(self.outcomes(copy, true));
                }
            }
            return (Became::PassedOn, told);
        }
        if follow {
            for outcome in self.outcomes(answer, false) {
                let arrived = matches!(
                    outcome.became,
                    Became::Taken | Became::Answered | Became::PassedOn
                );
                if !arrived && outcome.node.is_none_or(|back| back == trail.from) {
                    told.extend(outcome.told);
                }
            }
        }
        (Became::Answered, told)
    }

    /// Whether what a node sent is what it got, on its way to another network.
    fn passes_on(&self, trail: &Trail<'_>, node: NodeId, sent: EventId) -> bool {
        let label = |frame: &Frame| summary(frame.bytes()).label();
        let entry = self.story.journal.get(sent);
        let frame = entry.and_then(|entry| message(sent, entry));
        self.story.scenario.node(node).kind == NodeKind::Router
            && frame.is_some_and(|frame| label(frame) == label(trail.frame))
    }

    fn is_told(&self, id: EventId) -> bool {
        tell(self.story.scenario, self.story.journal, id).is_some()
    }

    /// The first message that a node sent at once on hearing this one.
    fn spoke(&self, trail: &Trail<'_>, node: NodeId) -> Option<EventId> {
        for id in trail.received(node) {
            for (made, entry) in self.made(node, id) {
                if message(made, entry).is_some() && self.is_told(made) {
                    return Some(made);
                }
            }
        }
        None
    }

    /// The message with which a node answered, or that it passed on.
    fn answer(&self, trail: &Trail<'_>, node: NodeId, id: EventId) -> Option<EventId> {
        let Packet::Dhcp {
            xid: asked,
            destination_port: SERVER_PORT,
            ..
        } = summary(trail.frame.bytes()).what
        else {
            return self.spoke(trail, node);
        };
        // A server may ping first, or ask by ARP for the client's card.
        let last = self.story.journal.get(id)?.at + WINDOW;
        let mut answer = None;
        self.each(id, &mut |id, entry| {
            if entry.node != Some(node) {
                return entry.at <= last;
            }
            let what = message(id, entry).map(|frame| summary(frame.bytes()).what);
            if matches!(what, Some(Packet::Dhcp { xid, .. }) if xid == asked) {
                answer = Some(id);
            }
            answer.is_none() && entry.at <= last && !matches!(entry.what, What::Power(false))
        });
        answer
    }
}
