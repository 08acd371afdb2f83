//! Branches: what is done in the past leaves the old future as it was. And undoing it all.

use std::rc::Rc;

use super::{Filter, More, Notice, Panel, SEQUEL, Session, phrase, phrase_of_edit};
use crate::app::compare::{BEFORE, Side};
use crate::app::lanes::Lanes;
use crate::app::layout::Layout;
use crate::scenario::{Command, Edit, Scenario, Timed};
use crate::sim::{BranchId, Branches, EventId, Recording};
use crate::text::{Sentence, Value};
use crate::time::{Duration, Instant};
use crate::view::ladder::Ladder;
use crate::view::timeline::{Timeline, Timelines};

/// How many changes have a name: as many as can be undone.
const NAMED: usize = 50;

/// How many acts the timeline marks.
const ACTS: usize = 100;

/// How many pictures of branches are kept for the case that one that was deleted comes back.
const KEPT: usize = 8;

/// What is drawn of everything known of a branch.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) ladder: Ladder,
    pub(super) timelines: Timelines,
    /// What is done in it.
    commands: Vec<Timed>,
}

impl Picture {
    /// Of a run of which nothing is known.
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            ladder: Ladder::default(),
            timelines: Timelines::new(scenario),
            commands: Vec::new(),
        }
    }
}

/// A change that can be undone.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// What it was.
    name: Sentence,
    /// Whether what ran before it, or runs again when it is done again, came out of a file.
    is_file: bool,
    /// Whether it was done at another instant than the one that was looked at.
    elsewhere: bool,
}

/// A branch as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BranchView {
    /// Its number.
    pub(crate) id: BranchId,
    /// Its name.
    pub(crate) name: String,
    /// When it left the one that it came from, and at which place of the list that stands.
    pub(crate) fork: Option<(Instant, usize)>,
    /// How far it is known.
    pub(crate) seen: Instant,
    /// Whether it is the one that is looked at.
    pub(crate) current: bool,
}

fn sentence(key: &str, values: Vec<(&'static str, Value)>) -> Sentence {
    Sentence {
        key: key.to_owned(),
        values,
        source: None,
    }
}

/// When a story is over: some time after the last thing that a person does close to its end.
fn end(recording: &Recording) -> Instant {
    let mut end = recording.scenario().until();
    let done = recording.commands().iter().zip(recording.by_person());
    for (timed, _) in done.filter(|(_, by_person)| **by_person) {
        if timed.at + SEQUEL.fraction(1, 6) >= end {
            end = timed.at + SEQUEL;
        }
    }
    end
}

impl Session {
    /// The run that is looked at, to go elsewhere in it.
    pub(super) fn here(&mut self) -> &mut Recording {
        self.branches.here()
    }

    /// Remembers what a change is called.
    fn name_change(&mut self, name: Sentence) {
        let is_file = self.is_file;
        self.redo.clear();
        let elsewhere = false;
        self.undo.push(Change {
            name,
            is_file,
            elsewhere,
        });
        if self.undo.len() > NAMED {
            self.undo.remove(0);
        }
    }

    /// Does something at the playhead. Where something is known after it, that stays in a branch of
    /// its own.
    pub(super) fn act(&mut self, command: Command) {
        self.reset();
        self.errand = None;
        let written = self.world().written();
        let is_past = |panel: &Panel| match panel {
            Panel::Node(_) | Panel::Link(_) | Panel::Deeds | Panel::Help => true,
            Panel::Packet(id) | Panel::Why(id) => id.index() < written,
        };
        self.panel = self.panel.filter(is_past);
        self.name_change(phrase(self.scenario(), &command));
        let left = self.branches.current();
        if self.branches.act(command) != left {
            self.pictures.push((left, self.picture.clone()));
            self.notice = Some(Notice::Forked(left));
        }
        self.repaint();
    }

    /// The same, and back to where the person still is.
    pub(super) fn plan(&mut self, command: Command, from: Instant) {
        self.act(command);
        if let Some(change) = self.undo.last_mut() {
            change.elsewhere = true;
        }
        self.go(from);
    }

    /// Runs another scenario, of the library or of a file, in place of all branches.
    pub(super) fn run(&mut self, scenario: Scenario, is_file: bool) {
        let title = self.title_of(&scenario);
        self.name_change(sentence(
            "change.open",
            vec![("title", Value::Plain(title))],
        ));
        self.branches.begin(Rc::new(scenario));
        self.is_file = is_file;
        self.arrive();
    }

    /// Changes the network itself: it is run anew with everything that was done in this branch, up to
    /// the same instant.
    pub(super) fn edit(&mut self, edit: &Edit) {
        let (now, here) = (self.now(), self.branches.recording());
        let scenario = match here.scenario().edited(here.commands(), edit) {
            Ok(scenario) => scenario,
            Err(problem) => {
                self.notice = Some(Notice::BadEdit(problem));
                return;
            }
        };
        let new = scenario.nodes().map(|(id, _)| id).last();
        self.name_change(phrase_of_edit(edit));
        self.branches.begin(Rc::new(scenario));
        self.is_file = true;
        self.arrive();
        self.panel = new
            .filter(|_| matches!(edit, Edit::Add(..)))
            .map(Panel::Node);
        self.go(now.min(self.end));
    }

    /// Looks at another branch, at the same instant.
    pub(super) fn switch(&mut self, id: BranchId) {
        let now = self.now();
        self.halt();
        self.leave();
        let left = self.branches.current();
        self.branches.switch(id);
        // Two that stand side by side change places.
        if self.beside == Some(id) {
            self.beside = Some(left);
        }
        self.arrive();
        self.go(now.min(self.end));
    }

    pub(super) fn rename(&mut self, id: BranchId, name: &str) {
        let new =
            Some(name.trim()).filter(|name| !name.is_empty() && *name != self.branch_name(id));
        let old = self.branches.branch(id).map(|branch| branch.name.clone());
        let empty = name.trim().is_empty();
        // An empty name is the one that it has by itself.
        if old.is_none_or(|old| new.is_none() && (!empty || old.is_none())) {
            return;
        }
        let was = Value::Plain(self.branch_name(id));
        self.name_change(sentence("change.rename", vec![("name", was)]));
        self.branches
            .rename(id, new.map(|new| new.chars().take(80).collect()));
        self.run += 1;
    }

    pub(super) fn delete(&mut self, id: BranchId) {
        let name = self.branch_name(id);
        let current = self.branches.current();
        self.leave();
        if self.branches.delete(id) {
            let was = Value::Plain(name.clone());
            self.name_change(sentence("change.delete", vec![("name", was)]));
            self.notice = Some(Notice::Deleted(name));
        }
        if self.branches.current() != current {
            self.halt();
        }
        self.arrive();
    }

    pub(super) fn undo(&mut self) {
        let Some(change) = self.undo.pop() else {
            return;
        };
        self.notice = Some(Notice::Undone(change.name.clone()));
        let change = self.turn_back(change, Branches::undo);
        self.redo.push(change);
    }

    pub(super) fn redo(&mut self) {
        let Some(change) = self.redo.pop() else {
            return;
        };
        let change = self.turn_back(change, Branches::redo);
        self.undo.push(change);
    }

    /// Undoes a change or does it again: then the playhead is where it was done, if it was there
    /// when it was done.
    fn turn_back(&mut self, change: Change, turn: fn(&mut Branches) -> bool) -> Change {
        let now = self.now();
        self.leave();
        turn(&mut self.branches);
        let is_file = std::mem::replace(&mut self.is_file, change.is_file);
        self.halt();
        self.arrive();
        if change.elsewhere {
            self.go(now.min(self.end));
        }
        Change { is_file, ..change }
    }

    /// Puts the picture of the branch that is looked at aside.
    fn leave(&mut self) {
        let current = self.branches.current();
        let picture = std::mem::replace(&mut self.picture, Picture::new(&self.shown));
        self.pictures.retain(|(id, _)| *id != current);
        self.pictures.push((current, picture));
    }

    /// Looks at what is now the current branch.
    fn arrive(&mut self) {
        let scenario = Rc::clone(self.branches.recording().scenario());
        if !Rc::ptr_eq(&scenario, &self.shown) {
            self.shown = scenario;
            self.begin();
            return;
        }
        let current = self.branches.current();
        let known = self.pictures.iter().position(|(id, _)| *id == current);
        self.picture = match known {
            Some(place) => self.pictures.swap_remove(place).1,
            None => Picture::new(&self.shown),
        };
        let branches = &self.branches;
        let there = |id: BranchId| branches.branch(id).is_some();
        // One that was deleted can come back.
        let mut surplus = self.pictures.len().saturating_sub(KEPT);
        self.pictures.retain(|(id, _)| {
            let goes = surplus > 0 && !there(*id);
            surplus -= usize::from(goes);
            !goes
        });
        self.beside = self.beside.filter(|id| *id != current && there(*id));
        self.repaint();
    }

    /// Another scenario is run.
    pub(super) fn begin(&mut self) {
        self.beside = None;
        self.pictures.clear();
        self.picture = Picture::new(&self.shown);
        self.layout = Rc::new(Layout::new(&self.shown));
        self.lanes = Rc::new(Lanes::new(&self.shown));
        self.story += 1;
        self.panel = None;
        self.lines = self.first_lines();
        let show = &self.shown.file().show;
        self.filter = Filter {
            all: show.all,
            failover: show.failover.unwrap_or(true),
        };
        self.halt();
        let now = self.now();
        let opens = if now == Instant::ZERO {
            self.shown.opens()
        } else {
            now
        };
        self.here().seek(opens);
        self.repaint();
        if now == Instant::ZERO {
            self.show();
        }
    }

    /// Brings the picture in line with what is done in the branch: what comes before the first thing
    /// that is done otherwise is the same.
    fn repaint(&mut self) {
        self.run += 1;
        self.message = None;
        self.picture.ladder = Ladder::default();
        self.strips = Default::default();
        self.end = end(self.branches.recording());
        let done = self.branches.recording().commands();
        let painted = &self.picture.commands;
        let same = painted
            .iter()
            .zip(done)
            .take_while(|(one, other)| one == other);
        let same = same.count();
        let first = [painted.get(same), done.get(same)].into_iter().flatten();
        if let Some(at) = first.map(|timed| timed.at).min() {
            self.picture.commands = done.to_vec();
            self.cut(at);
        }
        self.read_on();
    }

    /// Forgets what was painted from an instant on.
    fn cut(&mut self, at: Instant) {
        let now = self.now();
        let here = self.branches.here();
        if at == Instant::ZERO {
            let commands = std::mem::take(&mut self.picture.commands);
            self.picture = Picture::new(&self.shown);
            self.picture.commands = commands;
            return;
        }
        let mut read = here.journal().len();
        if at <= here.known() {
            let written = here.world().written();
            here.seek(at - Duration::from_micros(1));
            read = here.world().written();
            // Back to where the cursor was, in the middle of an instant too.
            let last = written
                .checked_sub(1)
                .and_then(|last| u32::try_from(last).ok());
            if !last.is_some_and(|last| here.go_to(EventId(last))) {
                here.rewind();
            }
            if here.world().now() < now {
                here.seek(now);
            }
        }
        self.picture.timelines.forget_after(read);
    }

    pub(super) fn read_on(&mut self) {
        self.picture.timelines.read_on(self.branches.recording());
    }

    /// Has the branch that stands beside the current one be where that one is, as far as there is
    /// time.
    pub(super) fn follow_beside(&mut self, more: More<'_>) {
        let now = self.now();
        self.lags = false;
        let Some(id) = self.beside.filter(|_| self.errand.is_none()) else {
            return;
        };
        let Some(recording) = self.branches.recording_mut(id) else {
            return;
        };
        if recording.world().now() == now && recording.next_at().is_none_or(|at| at > now) {
            return;
        }
        self.lags = !recording.approach(now, more);
        let place = self.pictures.iter().position(|(known, _)| *known == id);
        let place = place.unwrap_or_else(|| {
            self.pictures.push((id, Picture::new(&self.shown)));
            self.pictures.len() - 1
        });
        let (_, picture) = &mut self.pictures[place];
        picture.timelines.read_on(recording);
    }

    /// Which branch stands beside the current one.
    pub(crate) fn beside(&self) -> Option<BranchId> {
        self.beside
    }

    /// The current branch and the one beside it.
    pub(crate) fn sides(&self) -> Option<[Side<'_>; 2]> {
        let beside = self.beside?;
        let [ours, theirs] = &self.strips;
        Some([
            Side {
                recording: self.branches.recording(),
                strip: ours,
                timeline: self.timeline(),
            },
            Side {
                recording: &self.branches.branch(beside)?.recording,
                strip: theirs,
                timeline: self.timeline_of(beside)?,
            },
        ])
    }

    /// Has the strips that are compared show what there is to show at the playhead.
    pub(super) fn follow_strips(&mut self) {
        let Some((beside, first)) = self.beside.zip(self.first_difference()) else {
            self.strips = Default::default();
            return;
        };
        let start = first.index().saturating_sub(BEFORE);
        let ids = [self.branches.current(), beside];
        for (strip, id) in self.strips.iter_mut().zip(ids) {
            if let Some(branch) = self.branches.branch(id) {
                let recording = &branch.recording;
                strip.follow(recording, start, recording.world().written());
            }
        }
    }

    /// The first entry in which the current branch and the one beside it differ.
    pub(crate) fn first_difference(&self) -> Option<EventId> {
        let (current, beside) = (self.branches.current(), self.beside?);
        let known = self.branches.first_difference(current, beside);
        known.or_else(|| {
            // What is known of one of them ends where the other goes on.
            let sides = [current, beside].map(|id| self.branches.branch(id));
            let ends = sides.map(|side| side.map_or(0, |side| side.recording.journal().len()));
            Some(EventId(u32::try_from(ends.into_iter().min()?).ok()?))
        })
    }

    /// When something is done in this branch, and whether a person does it.
    pub(crate) fn acts(&self) -> Vec<(Instant, bool)> {
        let here = self.branches.recording();
        let acts = here.commands().iter().zip(here.by_person());
        acts.take(ACTS)
            .map(|(timed, by_person)| (timed.at, *by_person))
            .collect()
    }

    /// What would be undone, in words.
    pub(crate) fn undoable(&self) -> Option<String> {
        let change = self.undo.last()?;
        Some(self.texts.sentence(&change.name))
    }

    /// What would be done again.
    pub(crate) fn redoable(&self) -> Option<String> {
        let change = self.redo.last()?;
        Some(self.texts.sentence(&change.name))
    }

    /// What a branch is called: by a person, or by what was done where it began.
    pub(crate) fn branch_name(&self, id: BranchId) -> String {
        let own = |id: BranchId| {
            let branch = self.branches.branch(id)?;
            if let Some(name) = &branch.name {
                return Some(name.clone());
            }
            let done = branch.fork.as_ref().map(|fork| (fork.at, &fork.command));
            Some(match done {
                None => self.texts.get("branch.first").to_owned(),
                Some((at, command)) => {
                    let what = self.texts.sentence(&phrase(self.scenario(), command));
                    let at = self.texts.moment(at);
                    self.texts
                        .say("branch.done", &[("what", &what), ("at", &at)])
                }
            })
        };
        let name = own(id).unwrap_or_default();
        let before = self.branches.list().take_while(|(other, _)| *other != id);
        let alike = before.filter(|(other, _)| own(*other).as_ref() == Some(&name));
        match alike.count() {
            0 => name,
            others => format!("{name} ({})", others + 1),
        }
    }

    /// Every branch, in the order in which they began.
    pub(crate) fn branches(&self) -> Vec<BranchView> {
        let order: Vec<BranchId> = self.branches.list().map(|(id, _)| id).collect();
        let place = |id: BranchId| order.iter().position(|known| *known == id);
        let list = self.branches.list();
        let view = list.map(|(id, branch)| {
            let fork = branch.fork.as_ref();
            BranchView {
                id,
                name: self.branch_name(id),
                fork: fork.and_then(|fork| Some((fork.at, place(fork.parent)?))),
                seen: branch.recording.seen(),
                current: id == self.branches.current(),
            }
        });
        view.collect()
    }

    /// What is painted of a branch.
    pub(crate) fn timeline_of(&self, id: BranchId) -> Option<&Timeline> {
        if id == self.branches.current() {
            return Some(self.picture.timelines.now());
        }
        let picture = self.pictures.iter().find(|(known, _)| *known == id);
        picture.map(|(_, picture)| picture.timelines.now())
    }
}
