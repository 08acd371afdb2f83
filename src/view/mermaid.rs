//! The ladder as a Mermaid `sequenceDiagram`.

use std::fmt::Write as _;

use super::deaf::deaf;
use super::ladder::{Ladder, Message, Row};
use crate::dhcp::{ClientNote, Note, ServerNote};
use crate::lesson;
use crate::net::NetNote;
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::sim::{EventId, Journal, What};
use crate::text::{Language, Texts};

/// A diagram of everything in the journal: one arrow for each copy of a message that arrived or
/// was lost, a note for what a person did, for what a node decided, and for why DHCP's messages
/// were sent.
pub fn diagram(scenario: &Scenario, journal: &Journal, language: Language) -> String {
    let texts = Texts::new(language);
    let ladder = Ladder::new(journal);
    let mut text = String::from("sequenceDiagram\n");
    for (_, node) in scenario
        .nodes()
        .filter(|(_, node)| node.kind != NodeKind::Switch)
    {
        let _ = writeln!(text, "    participant {}", node.id);
    }
    let name = |node: NodeId| scenario.node(node).id.as_str();
    let mut off: Vec<bool> = scenario.nodes().map(|(_, node)| !node.on).collect();
    for row in ladder.rows() {
        match row {
            Row::Message(place) => {
                let message = &ladder.messages()[*place];
                if message.is_dhcp() {
                    note(&mut text, &texts, scenario, journal, message.id);
                }
                let deaf = deaf(scenario, message, |node| off[node.index()]);
                arrows(&mut text, message, &deaf, &name);
            }
            Row::Event(id) => {
                let Some(entry) = journal.get(*id) else {
                    continue;
                };
                if let (What::Power(on), Some(node)) = (&entry.what, entry.node) {
                    off[node.index()] = !on;
                }
                if tells(&entry.what) {
                    note(&mut text, &texts, scenario, journal, *id);
                }
            }
            Row::Gap(length) => {
                let words = texts.say("ladder.gap", &[("time", &texts.duration(*length))]);
                let _ = writeln!(text, "    note over {}: {words}", everyone(scenario));
            }
        }
    }
    text
}

/// What an entry says, over the one that it is about.
fn note(text: &mut String, texts: &Texts, scenario: &Scenario, journal: &Journal, id: EventId) {
    let entry = journal.get(id);
    let sentence = lesson::tell(scenario, journal, id);
    if let (Some(entry), Some(sentence)) = (entry, sentence) {
        let over = entry
            .node
            .map_or_else(|| everyone(scenario), |node| scenario.node(node).id.clone());
        let words = texts.sentence(&sentence).replace([';', '#'], ",");
        let _ = writeln!(text, "    note over {over}: {} {words}", entry.at);
    }
}

fn everyone(scenario: &Scenario) -> String {
    let mut hosts = scenario
        .nodes()
        .filter(|(_, node)| node.kind != NodeKind::Switch)
        .map(|(_, node)| node.id.as_str());
    let first = hosts.next().unwrap_or_default();
    hosts
        .last()
        .map_or_else(|| first.to_owned(), |last| format!("{first},{last}"))
}

fn arrows<'a>(
    text: &mut String,
    message: &Message,
    deaf: &[NodeId],
    name: &impl Fn(NodeId) -> &'a str,
) {
    let from = name(message.from);
    let label = match message.summary.about() {
        Some(address) => format!("{} {address}", message.summary.label()),
        None => message.summary.label().to_owned(),
    };
    let mut arrow = |kind: &str, to: NodeId| {
        let at = message.at;
        let _ = writeln!(text, "    {from}{kind}{}: {label} ({at})", name(to));
    };
    for node in deaf {
        arrow("-x", *node);
    }
    for copy in &message.copies {
        arrow(if copy.lost.is_some() { "-x" } else { "->>" }, copy.to);
    }
}

/// Whether an event is worth a note in a diagram: what a person did, and what was decided.
fn tells(what: &What) -> bool {
    match what {
        What::Command(_) | What::Ended(_) => true,
        What::Dhcp(Note::Relay(_) | Note::Failover(_)) => true,
        What::Dhcp(Note::Client(note)) => !matches!(note, ClientNote::State { .. }),
        What::Dhcp(Note::Server(note)) => {
            !matches!(note, ServerNote::Pinging { .. } | ServerNote::Held { .. })
        }
        What::Net(NetNote::Unreachable { .. } | NetNote::Malformed { .. }) => true,
        What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Sent { .. }
        | What::Flooded { .. }
        | What::Received { .. }
        | What::Dropped { .. }
        | What::Fired { .. }
        | What::Net(_) => false,
    }
}
