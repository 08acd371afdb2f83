//! What became of a message, host by host: lost and where, heard and by whom, answered or not, and
//! why not.

use std::net::Ipv4Addr;

use super::deadline::Deadline;
use super::scene::{Scene, Step};
use super::{message, note, plain, sentence, story, tell, words};
use crate::dhcp::{ClientNote, Note, RelayNote, ServerNote, failover};
use crate::lesson::Story;
use crate::net::NetNote;
use crate::scenario::{LinkId, NodeId, NodeKind};
use crate::sim::{DropReason, Entry, EventId, Journal, Recording, What};
use crate::text::{Sentence, Value};
use crate::time::{Duration, Instant};
use crate::wire::dhcp::{Message, SERVER_PORT};
use crate::wire::frame::{Frame, Payload, Transport, parse};
use crate::wire::summary::{What as Packet, summary};

/// How long after a message its copies and its answer are looked for.
const WINDOW: Duration = Duration::from_secs(60);

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
    let look = Look {
        recording,
        story: story(recording.scenario(), recording.journal()),
        end: recording.world().written(),
        now: recording.world().now(),
    };
    look.outcomes(id, true)
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

/// Whether a frame that is lost for this reason does not get on the cable at all.
fn at_sender(reason: DropReason) -> bool {
    match reason {
        DropReason::NoCarrier | DropReason::QueueFull => true,
        DropReason::CarrierLost
        | DropReason::Loss
        | DropReason::Burst
        | DropReason::Partition
        | DropReason::Person
        | DropReason::Crashed => false,
    }
}

struct Look<'a> {
    recording: &'a Recording,
    story: Story<'a>,
    end: usize,
    now: Instant,
}

/// A message, and where its copies were seen.
struct Trail<'a> {
    from: NodeId,
    frame: &'a Frame,
    sent: Vec<(NodeId, LinkId, Instant)>,
    dropped: Vec<(EventId, NodeId, DropReason)>,
    received: Vec<(EventId, NodeId)>,
}

impl Look<'_> {
    fn entries(&self, start: EventId) -> impl Iterator<Item = (EventId, &Entry)> {
        let from = self.story.journal.from(start.index());
        from.take_while(|(id, _)| id.index() < self.end)
    }

    fn words(&self, id: EventId) -> Option<(Option<EventId>, Sentence)> {
        let sentence = words(self.story.scenario, self.story.journal, id)?;
        Some((Some(id), sentence))
    }

    fn outcomes(&self, id: EventId, follow: bool) -> Vec<Outcome> {
        let Some(trail) = self.trail(id) else {
            return Vec::new();
        };
        let scenario = self.story.scenario;
        let Some(scene) = Scene::before(self.recording, id) else {
            return Vec::new();
        };
        let Some((_, first, _)) = trail.sent.first() else {
            // It never left its own card.
            let mut told: Vec<_> = self.words(id).into_iter().collect();
            let dead = scene.cables_at(trail.from).find(|link| {
                let cable = scene.cable(*link);
                !cable && !scenario.is_spare(*link)
            });
            told.extend(dead.and_then(|link| self.dead(&scene, link)));
            return vec![Outcome {
                node: None,
                became: Became::Lost,
                told,
            }];
        };
        let ways = scene.ways(trail.from, *first);
        let meant = match self.meant(&trail, &ways) {
            Ok(meant) => meant,
            Err(sentence) => {
                return vec![Outcome {
                    node: None,
                    became: Became::Absent,
                    told: vec![(None, sentence)],
                }];
            }
        };
        let mut outcomes = Vec::new();
        for node in meant {
            let heard = trail.received.iter().filter(|(_, at)| *at == node);
            let heard = heard.map(|(id, _)| self.heard(&trail, node, *id, follow));
            // Where a cable made two of it, the first may be answered and the second not.
            let best = heard.min_by_key(|(outcome, _)| outcome.became != Became::Answered);
            let (outcome, behind) =
                best.unwrap_or_else(|| (self.not_heard(&trail, &scene, &ways, node), Vec::new()));
            outcomes.push(outcome);
            outcomes.extend(behind);
        }
        outcomes
    }

    fn trail(&self, id: EventId) -> Option<Trail<'_>> {
        let entry = self.story.journal.get(id)?;
        let (What::Sent { origin, frame, .. } | What::Dropped { origin, frame, .. }) = &entry.what
        else {
            return None;
        };
        let mut trail = (*origin == id).then_some(Trail {
            from: entry.node?,
            frame,
            sent: Vec::new(),
            dropped: Vec::new(),
            received: Vec::new(),
        })?;
        let last = entry.at + WINDOW;
        for (number, entry) in self.entries(id).take_while(|(_, entry)| entry.at <= last) {
            let Some(node) = entry.node else { continue };
            match &entry.what {
                What::Sent {
                    origin,
                    link,
                    arrives,
                    ..
                } if *origin == id => trail.sent.push((node, *link, *arrives)),
                What::Flooded {
                    origin,
                    over,
                    arrives,
                    ..
                } if *origin == id => {
                    let links = over.iter().map(|(link, _)| (node, link, *arrives));
                    trail.sent.extend(links);
                }
                What::Dropped { origin, reason, .. } if *origin == id => {
                    trail.dropped.push((number, node, *reason));
                }
                What::Received { origin, .. } if *origin == id => {
                    trail.received.push((number, node));
                }
                What::Sent { .. }
                | What::Flooded { .. }
                | What::Dropped { .. }
                | What::Received { .. }
                | What::Command(_)
                | What::Ended(_)
                | What::Power(_)
                | What::Software(_)
                | What::Carrier { .. }
                | What::Fired { .. }
                | What::Dhcp(_)
                | What::Net(_) => {}
            }
        }
        Some(trail)
    }

    /// The hosts that a message is for; a sentence where there is none.
    fn meant(&self, trail: &Trail<'_>, ways: &[Vec<Step>]) -> Result<Vec<NodeId>, Sentence> {
        let scenario = self.story.scenario;
        let ends = || ways.iter().filter_map(|way| way.last()).map(|step| step.to);
        let some = |nodes: Vec<NodeId>, key: &str, address: Ipv4Addr| {
            if nodes.is_empty() {
                return Err(sentence(key, vec![("address", plain(address))]));
            }
            Ok(nodes)
        };
        let heard = || trail.received.iter().map(|(_, node)| *node);
        let owner = |mac| {
            let owner = scenario.nodes().find(|(_, node)| node.has_card(mac));
            owner.map(|(id, _)| id).into_iter().collect::<Vec<_>>()
        };
        match parse(trail.frame.bytes()) {
            Ok(Payload::Arp(arp)) => {
                let by_file = ends().filter(|node| scenario.node(*node).has_address(arp.tpa));
                let mut meant: Vec<NodeId> = by_file.collect();
                let claimed = arp.spa == arp.tpa;
                let answered =
                    heard().filter(|node| claimed || !self.answers(trail, *node).is_empty());
                for node in answered.collect::<Vec<_>>() {
                    if !meant.contains(&node) {
                        meant.push(node);
                    }
                }
                some(meant, "why.no-one-uses", arp.tpa)
            }
            Ok(Payload::Ip(ip)) if !trail.frame.destination().is_group() => some(
                owner(trail.frame.destination()),
                "why.no-one-uses",
                ip.destination,
            ),
            Ok(Payload::Ip(ip)) => match ip.transport {
                Transport::Udp(udp) if udp.destination == SERVER_PORT => {
                    let mut servers: Vec<NodeId> = ends()
                        .filter(|end| {
                            let node = scenario.node(*end);
                            node.kind == NodeKind::Server || node.relay.is_some()
                        })
                        .collect();
                    servers.sort_unstable();
                    some(servers, "why.no-server", ip.destination)
                }
                Transport::Udp(udp) => {
                    let mac = Message::parse(udp.payload).map(|message| message.mac());
                    Ok(mac.map_or_else(|_| heard().collect(), owner))
                }
                Transport::Echo(_) | Transport::Tcp(_) | Transport::Other(_) => {
                    Ok(heard().collect())
                }
            },
            Ok(Payload::Other(_)) | Err(_) => Ok(heard().collect()),
        }
    }

    /// What a host made of a copy that it received in entry `id`, and what became of what it passed
    /// on.
    fn heard(
        &self,
        trail: &Trail<'_>,
        node: NodeId,
        id: EventId,
        follow: bool,
    ) -> (Outcome, Vec<Outcome>) {
        let outcome = |became, told: Vec<Option<(Option<EventId>, Sentence)>>| Outcome {
            node: Some(node),
            became,
            told: told.into_iter().flatten().collect(),
        };
        let made: Vec<(EventId, &Entry)> = self.made(node, id).collect();
        if let Some((why, _)) = made.iter().find(|(_, entry)| is_refused(entry)) {
            return (outcome(Became::Silent, vec![self.words(*why)]), Vec::new());
        }
        let is_news = |entry: &Entry| {
            matches!(
                entry.what,
                What::Dhcp(
                    Note::Server(ServerNote::Pinging { .. } | ServerNote::Refused { .. })
                        | Note::Failover(failover::Note::Limited { .. })
                )
            )
        };
        let first = made.iter().find(|(_, entry)| is_news(entry));
        let first = first.and_then(|(id, _)| self.words(*id));
        let Some(answer) = self.answer(trail, node, id) else {
            if first.is_some() {
                return (outcome(Became::Working, vec![first]), Vec::new());
            }
            let notes = made
                .iter()
                .filter(|(_, entry)| matches!(entry.what, What::Dhcp(_) | What::Net(_)));
            let told = notes.clone().find(|(id, _)| self.is_told(*id));
            let told = told
                .or_else(|| notes.clone().next())
                .map_or(id, |(id, _)| *id);
            return (outcome(Became::Taken, vec![self.words(told)]), Vec::new());
        };
        let passes_on = self.passes_on(trail, node, answer);
        let became = if passes_on {
            Became::PassedOn
        } else {
            Became::Answered
        };
        let mut told = vec![first, self.words(answer)];
        if !follow {
            return (outcome(became, told), Vec::new());
        }
        if passes_on {
            // It may go to several servers.
            let copies = self.made(node, id).map(|(id, _)| id);
            let mut copies: Vec<EventId> = copies
                .filter(|copy| self.passes_on(trail, node, *copy))
                .collect();
            if copies.is_empty() {
                copies.push(answer);
            }
            let behind = copies
                .into_iter()
                .flat_map(|copy| self.outcomes(copy, true));
            return (outcome(became, told), behind.collect());
        }
        let back = self.outcomes(answer, false).into_iter();
        let back = back.filter(|outcome| {
            let arrived = matches!(
                outcome.became,
                Became::Taken | Became::Answered | Became::PassedOn
            );
            !arrived && outcome.node.is_none_or(|back| back == trail.from)
        });
        told.extend(back.flat_map(|outcome| outcome.told).map(Some));
        (outcome(became, told), Vec::new())
    }

    /// Whether what a node sent is what it got, on its way to another network.
    fn passes_on(&self, trail: &Trail<'_>, node: NodeId, sent: EventId) -> bool {
        let label = |frame: &Frame| summary(frame.bytes()).label();
        let frame = self
            .story
            .journal
            .get(sent)
            .and_then(|entry| message(sent, entry));
        self.story.scenario.node(node).kind == NodeKind::Router
            && frame.is_some_and(|frame| label(frame) == label(trail.frame))
    }

    fn is_told(&self, id: EventId) -> bool {
        tell(self.story.scenario, self.story.journal, id).is_some()
    }

    /// What a node did at once on receiving something in entry `id`.
    fn made(&self, node: NodeId, id: EventId) -> impl Iterator<Item = (EventId, &Entry)> {
        let at = self.story.journal.get(id).map(|entry| entry.at);
        self.entries(id)
            .take_while(move |(_, entry)| Some(entry.at) == at)
            .filter(move |(_, entry)| entry.cause == Some(id) && entry.node == Some(node))
    }

    /// What a node sent at once on hearing this message.
    fn answers(&self, trail: &Trail<'_>, node: NodeId) -> Vec<EventId> {
        let heard = trail.received.iter().filter(|(_, at)| *at == node);
        let made = heard.flat_map(|(id, _)| self.made(node, *id));
        let sent = made.filter(|(id, entry)| message(*id, entry).is_some() && self.is_told(*id));
        sent.map(|(id, _)| id).collect()
    }

    /// The message with which a node answered, or that it passed on.
    fn answer(&self, trail: &Trail<'_>, node: NodeId, id: EventId) -> Option<EventId> {
        let Packet::Dhcp {
            xid: asked,
            destination_port: SERVER_PORT,
            ..
        } = summary(trail.frame.bytes()).what
        else {
            let made = self.made(node, id);
            let mut sent = made.filter(|(id, entry)| message(*id, entry).is_some());
            return sent.find(|(id, _)| self.is_told(*id)).map(|(id, _)| id);
        };
        // A server may ping first, or ask by ARP for the client's card.
        let is_answer = |frame: &Frame| match summary(frame.bytes()).what {
            Packet::Dhcp { xid, .. } => xid == asked,
            Packet::Arp { .. } | Packet::Echo { .. } | Packet::Tcp { .. } | Packet::Other(_) => {
                false
            }
        };
        let last = self.story.journal.get(id)?.at + WINDOW;
        self.entries(id)
            .take_while(|(_, entry)| entry.at <= last)
            .filter(|(_, entry)| entry.node == Some(node))
            .take_while(|(_, entry)| entry.what != What::Power(false))
            .find(|(id, entry)| message(*id, entry).is_some_and(is_answer))
            .map(|(id, _)| id)
    }

    /// Why no copy was heard at a host.
    fn not_heard(
        &self,
        trail: &Trail<'_>,
        scene: &Scene<'_>,
        ways: &[Vec<Step>],
        node: NodeId,
    ) -> Outcome {
        let outcome = |became, told: Option<(Option<EventId>, Sentence)>| Outcome {
            node: Some(node),
            became,
            told: told.into_iter().collect(),
        };
        let named = |key: &str| {
            let values = vec![("node", self.story.name(node))];
            Some((None, sentence(key, values)))
        };
        if !scene.power(node) {
            return outcome(Became::Off, self.off(scene, node));
        }
        let mut ways = ways.iter();
        let Some(way) = ways.find(|way| way.last().is_some_and(|step| step.to == node)) else {
            return outcome(Became::CutOff, named("why.elsewhere"));
        };
        if let Some(step) = way.iter().find(|step| !scene.cable(step.link)) {
            return outcome(Became::CutOff, self.dead(scene, step.link));
        }
        let mut at = trail.from;
        let mut there = Instant::ZERO;
        for Step { link, to } in way.iter().copied() {
            let lost = |place: NodeId, leaving: bool| {
                let mut dropped = trail.dropped.iter();
                dropped.find(|(_, node, why)| *node == place && at_sender(*why) == leaving)
            };
            let copies = || {
                trail
                    .sent
                    .iter()
                    .filter(|(from, over, _)| (*from, *over) == (at, link))
            };
            let passed_on = trail.sent.iter().any(|(from, _, _)| *from == to);
            let Some(arrives) = copies().map(|(_, _, arrives)| *arrives).max() else {
                return if let Some((id, ..)) = lost(at, true) {
                    outcome(Became::Lost, self.words(*id))
                } else if there >= self.now {
                    outcome(Became::UnderWay, named("why.under-way"))
                } else {
                    let values = vec![
                        ("node", self.story.name(node)),
                        ("switch", self.story.name(at)),
                    ];
                    outcome(Became::CutOff, Some((None, sentence("why.misled", values))))
                };
            };
            if let (Some((id, ..)), false) = (lost(to, false), passed_on) {
                return outcome(Became::Lost, self.words(*id));
            }
            (at, there) = (to, arrives);
        }
        if there >= self.now {
            return outcome(Became::UnderWay, named("why.under-way"));
        }
        outcome(Became::Unused, named("why.unused"))
    }

    /// That a node has no power, and since when.
    fn off(&self, scene: &Scene<'_>, node: NodeId) -> Option<(Option<EventId>, Sentence)> {
        let name = ("node", self.story.name(node));
        if let Some((id, at)) = scene.power_since(node) {
            let values = vec![name, ("since", Value::At(at))];
            return Some((Some(id), sentence("why.off-since", values)));
        }
        let key = if scene.is_whole() {
            "why.never-on"
        } else {
            "why.off"
        };
        Some((None, sentence(key, vec![name])))
    }

    /// That a cable carries nothing, and since when; that a switch at it has no power, where that
    /// is why.
    fn dead(&self, scene: &Scene<'_>, link: LinkId) -> Option<(Option<EventId>, Sentence)> {
        let ends = self.story.scenario.ends(link);
        if let Some(end) = ends.into_iter().find(|end| !scene.power(*end)) {
            return self.off(scene, end);
        }
        let mut values = self.story.cable(link).to_vec();
        let since = scene.cable_since(link);
        values.extend(since.map(|(_, at)| ("since", Value::At(at))));
        let key = if since.is_some() {
            "why.cable-dead"
        } else {
            "why.cable-out"
        };
        Some((since.map(|(id, _)| id), sentence(key, values)))
    }
}
