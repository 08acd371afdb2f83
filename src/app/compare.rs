//! Two branches side by side, at the playhead: where they begin to differ, message by message and
//! table by table.

use crate::app::session::{Filter, phrase};
use crate::dhcp::failover;
use crate::lesson::tell;
use crate::lesson::why::words;
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::sim::{EventId, Recording, What, World};
use crate::text::{Sentence, Texts};
use crate::time::Instant;
use crate::view::ladder::{Ladder, Message, Row};
use crate::view::node::{Detail, view};
use crate::view::timeline::Timeline;

/// How many lines of what the two share are shown.
const SHARED: usize = 2;
/// How many lines of what comes after that.
const LINES: usize = 200;

/// What is seen of a branch from shortly before it parts from another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strip {
    start: usize,
    read: usize,
    ladder: Ladder,
    done: Vec<(EventId, Instant, Sentence)>,
}

impl Strip {
    /// Has it reach from entry `start` on as far as there is to show, and up to `end` at most. What
    /// it has is not read again.
    pub(crate) fn follow(&mut self, recording: &Recording, start: usize, end: usize) {
        let end = end.min(start + SPAN);
        if self.start != start || end < self.read {
            *self = Self {
                start,
                read: start,
                ..Self::default()
            };
        }
        let (scenario, journal) = (recording.scenario(), recording.journal());
        recording.read(self.read..end, |id, entry| {
            self.ladder.read_next(id, entry);
            if let What::Command(command) | What::Ended(command) = &entry.what {
                // The journal may have let it go.
                let told = tell(scenario, journal, id).unwrap_or_else(|| phrase(scenario, command));
                self.done.push((id, entry.at, told));
            }
        });
        self.read = self.read.max(end);
    }

    /// The messages.
    pub(crate) fn messages(&self) -> &[Message] {
        self.ladder.messages()
    }
}

/// From how many entries before the first difference on, and over how many, a strip reaches.
pub(crate) const BEFORE: usize = 60;
const SPAN: usize = 3_000;

/// One of the two.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// Its run, at the playhead.
    pub(crate) recording: &'a Recording,
    /// What is seen of it.
    pub(crate) strip: &'a Strip,
    /// What is painted of it.
    pub(crate) timeline: &'a Timeline,
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
        let strip = self.strip;
        match row {
            Row::Gap(_) => None,
            Row::Message(place) => {
                let message = strip.messages().get(*place)?;
                filter.shows(&message.summary.what).then_some(Found {
                    at: message.at,
                    id: message.id,
                    item: Item::Message(*place),
                    message: Some(message),
                })
            }
            Row::Event(id) => {
                let place = strip.done.binary_search_by_key(id, |(id, ..)| *id).ok()?;
                let (id, at, sentence) = &strip.done[place];
                Some(Found {
                    at: *at,
                    id: *id,
                    item: Item::Done(sentence.clone()),
                    message: None,
                })
            }
        }
    }

    /// The lines.
    fn all(self, filter: Filter) -> impl DoubleEndedIterator<Item = Found<'a>> {
        let rows = self.strip.ladder.rows().iter();
        rows.filter_map(move |row| self.found(row, filter))
    }

    fn tell(&self, item: Option<Item>) -> Option<Sentence> {
        let place = match item? {
            Item::Done(sentence) => return Some(sentence),
            Item::Message(place) => place,
        };
        let id = self.strip.messages().get(place)?.id;
        let (recording, scenario) = (self.recording, self.recording.scenario());
        // The journal may have let it go.
        words(scenario, recording.journal(), id)
            .or_else(|| words(scenario, &recording.around(id), id))
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
/// shared.
pub(crate) fn lines(sides: [Side<'_>; 2], first: usize, filter: Filter) -> (Vec<Line>, usize) {
    let is_shared = |found: &Found<'_>| found.id.index() < first;
    let before = sides[0].all(filter).rev().filter(is_shared);
    let mut before: Vec<Found<'_>> = before.take(SHARED).collect();
    before.reverse();
    let both = before.into_iter().map(|found| Line {
        at: found.at,
        items: [Some(found.item.clone()), Some(found.item)],
        same: true,
    });
    let mut lines: Vec<Line> = both.collect();
    let count = lines.len();
    let [ours, theirs] = sides.map(|side| {
        let found = side.all(filter);
        found.filter(move |found| found.id.index() >= first)
    });
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

/// The first line that is not the same in both, told: the one that the ladders mark or, before the
/// playhead is there, will mark.
pub(crate) fn first_unlike(
    sides: [Side<'_>; 2],
    first: usize,
    filter: Filter,
) -> Option<(Instant, [Option<Sentence>; 2])> {
    let told = |sides: [Side<'_>; 2]| {
        let (mut lines, shared) = lines(sides, first, filter);
        let place = (shared..lines.len()).find(|place| !lines[*place].same)?;
        let line = lines.swap_remove(place);
        let [one, other] = line.items;
        let told = [sides[0].tell(one), sides[1].tell(other)];
        Some((line.at, told))
    };
    told(sides).or_else(|| {
        let ahead = sides.map(|side| {
            let mut strip = Strip::default();
            strip.follow(side.recording, first, side.recording.journal().len());
            strip
        });
        let [one, other] = &ahead;
        let [mut ours, mut theirs] = sides;
        (ours.strip, theirs.strip) = (one, other);
        told([ours, theirs])
    })
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
                let on_disk =
                    |state: failover::State| words.say("ui.disk", &[("state", state.name())]);
                let said = if view.power {
                    own.state.name().to_owned()
                } else {
                    own.stored
                        .map_or_else(|| words.get("ui.disk-empty").to_owned(), on_disk)
                };
                add("sense.failover", said);
            }
            for row in bindings {
                let mut value = format!("{} {}", row.state, card(row.client));
                // What is no one's lease has no end either.
                if row.until < Instant::MAX || row.state == "ACTIVE" {
                    value = format!("{value} {}", moment(row.until));
                }
                facts.push((row.address.to_string(), value));
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

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
