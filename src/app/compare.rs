//! Two branches side by side, at the playhead: where they begin to differ, message by message and
//! table by table.

use crate::app::session::Filter;
use crate::lesson::tell;
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::sim::{EventId, Journal, Recording, What, World};
use crate::text::{Sentence, Texts};
use crate::time::Instant;
use crate::view::ladder::{Ladder, Message, Row};
use crate::view::node::{Detail, view};

/// How many lines of what the two share are shown.
const SHARED: usize = 2;
/// How many lines of what comes after that.
const LINES: usize = 200;
/// How many entries are looked at for one that can be told.
const REACH: usize = 300;

/// One of the two.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// Its run, at the playhead.
    pub(crate) recording: &'a Recording,
    /// Every message that is known of it.
    pub(crate) ladder: &'a Ladder,
}

/// What stands on a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// A message: its place among the ladder's.
    Message(usize),
    /// Something that was done.
    Done(Sentence),
}

/// A line with what happened in either at one instant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// When.
    pub(crate) at: Instant,
    /// In the one, and in the other.
    pub(crate) items: [Option<Item>; 2],
    /// Whether the same happened in both.
    pub(crate) same: bool,
}

/// What can be seen of an entry: when, and what.
struct Found<'a> {
    at: Instant,
    id: EventId,
    item: Item,
    message: Option<&'a Message>,
}

impl<'a> Side<'a> {
    fn found(&self, row: &Row, filter: Filter) -> Option<Found<'a>> {
        match row {
            Row::Gap(_) => None,
            Row::Message(place) => {
                let message = self.ladder.messages().get(*place)?;
                filter.shows(&message.summary.what).then_some(Found {
                    at: message.at,
                    id: message.id,
                    item: Item::Message(*place),
                    message: Some(message),
                })
            }
            Row::Event(id) => {
                let journal = self.recording.journal();
                let entry = journal.get(*id)?;
                let done = matches!(entry.what, What::Command(_) | What::Ended(_));
                let sentence = tell(self.recording.scenario(), journal, *id).filter(|_| done)?;
                Some(Found {
                    at: entry.at,
                    id: *id,
                    item: Item::Done(sentence),
                    message: None,
                })
            }
        }
    }

    /// How many lines of its ladder come before entry `first`.
    fn split(&self, first: usize) -> usize {
        let is_before = |row: &Row| match row {
            Row::Message(place) => {
                let message = self.ladder.messages().get(*place);
                message.is_some_and(|message| message.id.index() < first)
            }
            Row::Event(id) => id.index() < first,
            Row::Gap(_) => false,
        };
        let last = self.ladder.rows().iter().rposition(is_before);
        last.map_or(0, |last| last + 1)
    }

    /// The last lines before entry `first`.
    fn before(&self, first: usize, filter: Filter) -> Vec<Found<'a>> {
        let rows = &self.ladder.rows()[..self.split(first)];
        let found = rows.iter().rev().filter_map(|row| self.found(row, filter));
        let mut found: Vec<Found<'a>> = found.take(SHARED).collect();
        found.reverse();
        found
    }

    /// The lines from entry `first` up to the playhead.
    fn after(self, first: usize, filter: Filter) -> impl Iterator<Item = Found<'a>> {
        let (side, written) = (self, self.recording.world().written());
        let rows = self.ladder.rows()[self.split(first)..].iter();
        let found = rows.filter_map(move |row| side.found(row, filter));
        found.take_while(move |found| found.id.index() < written)
    }
}

fn alike(one: &Found<'_>, other: &Found<'_>) -> bool {
    let same = match (one.message, other.message) {
        (Some(one), Some(other)) => one.from == other.from && one.frame == other.frame,
        (None, None) => one.item == other.item,
        _ => false,
    };
    same && one.at == other.at
}

/// The lines of two ladders that share everything before entry `first`, and how many of them are
/// shared. `filter` says which messages they have.
pub(crate) fn lines(sides: [Side<'_>; 2], first: usize, filter: Filter) -> (Vec<Line>, usize) {
    let both = sides[0]
        .before(first, filter)
        .into_iter()
        .map(|found| Line {
            at: found.at,
            items: [Some(found.item.clone()), Some(found.item)],
            same: true,
        });
    let mut lines: Vec<Line> = both.collect();
    let count = lines.len();
    let [ours, theirs] = sides.map(|side| side.after(first, filter));
    let (mut ours, mut theirs) = (ours.peekable(), theirs.peekable());
    while lines.len() < count + LINES {
        let (one, other) = (ours.peek(), theirs.peek());
        let line = match (one, other) {
            (None, None) => break,
            (Some(one), Some(other)) if one.at == other.at => {
                let same = alike(one, other);
                let at = one.at;
                let items = [ours.next(), theirs.next()].map(|found| found.map(|found| found.item));
                Line { at, items, same }
            }
            (Some(one), other) if other.is_none_or(|other| one.at < other.at) => {
                let at = one.at;
                let items = [ours.next().map(|found| found.item), None];
                Line {
                    at,
                    items,
                    same: false,
                }
            }
            (_, Some(other)) => {
                let at = other.at;
                let items = [None, theirs.next().map(|found| found.item)];
                Line {
                    at,
                    items,
                    same: false,
                }
            }
            (Some(_), None) => break,
        };
        lines.push(line);
    }
    (lines, count)
}

/// What happens first in a branch from an entry on that can be told: when, and the sentence.
pub(crate) fn next_told(
    scenario: &Scenario,
    journal: &Journal,
    first: EventId,
) -> Option<(Instant, Sentence)> {
    let end = journal.len().min(first.index() + REACH);
    let mut entries = journal.range(first.index()..end);
    entries.find_map(|(id, entry)| Some((entry.at, tell(scenario, journal, id)?)))
}

/// A fact about a node in either: what, and how it is in the one and in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// What it is about.
    pub(crate) name: String,
    /// How it is; nothing where it is not at all.
    pub(crate) values: [String; 2],
}

impl Fact {
    /// Whether it is otherwise in the other.
    pub(crate) fn differs(&self) -> bool {
        self.values[0] != self.values[1]
    }
}

/// The facts of a node.
pub(crate) fn facts(
    words: &Texts,
    scenario: &Scenario,
    worlds: [&World; 2],
    id: NodeId,
) -> Vec<Fact> {
    let [ours, theirs] = worlds.map(|world| of_node(words, scenario, world, id));
    let mut facts: Vec<Fact> = Vec::new();
    for (name, value) in ours {
        let values = [value, String::new()];
        facts.push(Fact { name, values });
    }
    for (name, value) in theirs {
        match facts.iter_mut().find(|fact| fact.name == name) {
            Some(fact) => fact.values[1] = value,
            None => facts.push(Fact {
                name,
                values: [String::new(), value],
            }),
        }
    }
    facts
}

fn of_node(words: &Texts, scenario: &Scenario, world: &World, id: NodeId) -> Vec<(String, String)> {
    let card = |mac| {
        let owner = scenario.owner(mac);
        owner.map_or_else(|| mac.to_string(), |node| scenario.node(node).id.clone())
    };
    let (node, view) = (world.node(id), view(world, id));
    let mut facts = Vec::new();
    let mut add = |key: &str, value: String| facts.push((words.get(key).to_owned(), value));
    let moment = |at: Instant| {
        if at == Instant::MAX {
            return words.get("ui.never").to_owned();
        }
        words.moment(at)
    };
    let state = match &view.detail {
        _ if !view.power => words.get("ui.off").to_owned(),
        _ if node.crashed => words.get("ui.crashed").to_owned(),
        Detail::Client { state, .. } => state.name().to_owned(),
        Detail::Server { .. } | Detail::Switch { .. } | Detail::Router { .. } | Detail::Plain => {
            words.get("ui.on").to_owned()
        }
    };
    add("ui.state", state);
    let addresses: Vec<String> = view
        .interfaces()
        .map(|interface| interface.address.to_string())
        .collect();
    add("ui.address", addresses.join(", "));
    match &view.detail {
        Detail::Client {
            lease: Some(lease), ..
        } => {
            add("ui.target.t1", moment(lease.t1));
            add("ui.target.t2", moment(lease.t2));
            add("ui.expiry", moment(lease.expiry));
        }
        Detail::Server {
            bindings, failover, ..
        } => {
            if let Some(own) = failover {
                add("sense.failover", own.state.name().to_owned());
            }
            for row in bindings {
                let value = [row.state, &card(row.client), &moment(row.until)];
                facts.push((row.address.to_string(), value.join(" ")));
            }
        }
        Detail::Client { lease: None, .. }
        | Detail::Switch { .. }
        | Detail::Router { .. }
        | Detail::Plain => {}
    }
    for (address, mac) in &view.neighbours {
        facts.push((format!("ARP {address}"), card(*mac)));
    }
    facts
}

/// Whose tables are compared: switches learn and forget what no one asks for.
pub(crate) fn compared(scenario: &Scenario) -> impl Iterator<Item = NodeId> {
    let nodes = scenario.nodes();
    nodes
        .filter(|(_, node)| node.kind != NodeKind::Switch)
        .map(|(id, _)| id)
}
