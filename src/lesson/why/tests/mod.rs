//! Why things happen: in words, back to a person or the start, in every language.

mod chains;
mod outcomes;
mod silences;
mod words;

use std::fmt::Write as _;
use std::rc::Rc;

use super::*;
use crate::scenario::{NodeId, library};
use crate::sim::Recording;
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};

/// A built-in scenario to its end.
fn whole(name: &str) -> Recording {
    run(library::load(name).unwrap())
}

fn run(scenario: Scenario) -> Recording {
    let until = scenario.until();
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(until);
    recording
}

/// Two clients and a server on a switch; the clients ask for an address after 1 s and 2 s.
fn small(faults: &str, commands: &str) -> Recording {
    let text = format!(
        r#"{{ "version": 1, "name": "why", "until": "20m", "seed": 3,
            "nodes": [ {{ "id": "sw", "kind": "switch" }},
              {{ "id": "pc", "kind": "client", "on": false, "client": {{ "start_delay": false }} }},
              {{ "id": "srv", "kind": "server", "address": "10.0.0.1/24",
                "server": {{ "pools": ["10.0.0.10-10.0.0.20"], "lease": "2m", "ping": "never" }} }} ],
            "links": [ {{ "between": ["pc", "sw"], "latency": "1ms" }},
              {{ "between": ["srv", "sw"], "latency": "1ms"{faults} }} ],
            "commands": [{{ "at": "1s", "do": "power-on", "node": "pc" }}{commands}] }}"#
    );
    run(Scenario::parse(&text).unwrap_or_else(|problem| panic!("{problem}")))
}

fn say(texts: &Texts, sentence: &Sentence) -> String {
    let text = texts.sentence(sentence);
    sentence.source.map_or(text.clone(), |source| {
        format!("{text} [{}]", source.label())
    })
}

/// A chain, and what became of the message that it is about.
fn told(recording: &Recording, id: EventId) -> String {
    let texts = Texts::new(Language::English);
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let mut text = String::new();
    let mut asked = Vec::new();
    let tell = |text: &mut String, outcomes: Vec<Outcome>| {
        for outcome in outcomes {
            let node = outcome.node.map_or("-", |node| &scenario.node(node).id);
            let words = outcome
                .told
                .iter()
                .map(|(_, sentence)| say(&texts, sentence));
            let words: Vec<String> = words.collect();
            let _ = writeln!(
                text,
                "    {node} ({:?}): {}",
                outcome.became,
                words.join(" ")
            );
        }
    };
    for link in chain(recording, id) {
        if let Some(join) = link.join {
            let _ = writeln!(text, "    {}", texts.get(join.key()));
        }
        let _ = writeln!(text, "{}  {}", link.at, say(&texts, &link.sentence));
        if let Some(silence) = silence(recording, &link) {
            let _ = writeln!(text, "    {}", texts.get(silence.key));
            asked.extend(silence.message);
            tell(&mut text, silence.outcomes);
        }
    }
    let message = message_of(recording, id).filter(|message| !asked.contains(message));
    if let Some(message) = message {
        let label = label(journal, message).unwrap();
        let _ = writeln!(text, "{}", texts.say("why.became", &[("message", label)]));
        tell(&mut text, of(recording, message));
    }
    text
}

fn of(recording: &Recording, message: EventId) -> Vec<Outcome> {
    outcomes(recording, message)
}

/// The entries whose words hold all of these, at or after an instant in seconds.
fn find(recording: &Recording, secs: u64, parts: &[&str]) -> EventId {
    let texts = Texts::new(Language::English);
    let from = Instant::ZERO + Duration::from_secs(secs);
    let (scenario, journal) = (recording.scenario(), recording.journal());
    let found = journal.from(0).find(|(id, entry)| {
        let words = words(scenario, journal, *id);
        let words = words
            .map(|words| texts.sentence(&words))
            .unwrap_or_default();
        entry.at >= from && parts.iter().all(|part| words.contains(part))
    });
    found.unwrap_or_else(|| panic!("{parts:?}")).0
}
