//! What the page knows, without a browser: a run, where the person is in it, and what is open.
//!
//! [`Session::apply`] takes one [`Action`] at a time; nothing else changes a session, and reading it
//! never does. What is done to the network goes into the run as a command at the playhead.
//!
//! A way through the run can be long. It is gone for as long as the page has time; what is left of it
//! is an errand, on which the session goes on at each [`Action::Tick`].

mod action;
mod asking;
mod branches;
mod deeds;
mod files;
mod filter;
mod going;
mod list;
mod read;

use std::rc::Rc;

use super::compare::Strip;
use super::flights::{Wave, flights};
use super::lanes::Lanes;
use super::layout::Layout;
use super::pace::{Pace, Speed};
use crate::scenario::{NodeFile, NodeId, Problem, Scenario, library};
use crate::sim::{BranchId, Branches, Limits};
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};
use crate::view::ladder::Message;
use crate::view::stage::Flight;
use branches::{Change, Picture};
use going::{Awaited, Errand, Goal};

pub(crate) use action::{Action, Ask, Notice, Panel, Target, Theme};
pub(crate) use branches::BranchView;
pub(crate) use deeds::{About, Deed, Sense, phrase, phrase_of_edit, planned};
pub(crate) use files::{Content, Export};
pub(crate) use filter::Filter;
pub(crate) use list::Then;

/// How much longer the story lasts when something is done close to its end.
const SEQUEL: Duration = Duration::from_secs(3_600);
/// How many lines the ladder has at first, and how many more a press adds: of few hosts and of many,
/// where one seek after another lands among other messages.
const LINES: [usize; 2] = [300, 80];

/// How many it has just after a jump, which may be one of many in a row: more than a screen shows.
const FEW: usize = 40;

/// How many entries of the past the ladder has at least for each line.
const ENTRIES: usize = 7;

/// What the page keeps of a run. A seek replays what lies between two checkpoints, and of what the
/// journal has let go as much as the ladder of many hosts shows.
const LIMITS: Limits = Limits {
    entries: 64 * 1_024,
    near: LINES[1] * ENTRIES,
    memory: 96 * 1_024 * 1_024,
    interval: 500,
};

/// What a picture of the run depends on: two equal keys show the same past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Counts the runs, and the times that a past was changed.
    pub(crate) run: u32,
    /// How many entries lie before the playhead.
    pub(crate) written: usize,
}

/// What is drawn: it stands still while an errand is being gone.
#[derive(Clone, Debug)]
struct Drawn {
    key: Key,
    known: Key,
    flights: Vec<Flight>,
    waves: Vec<Wave>,
}

/// A run and how it is being looked at.
pub(crate) struct Session {
    branches: Branches,
    picture: Picture,
    /// Those of branches that are not looked at.
    pictures: Vec<(BranchId, Picture)>,
    /// The scenario that all this is about.
    shown: Rc<Scenario>,
    undo: Vec<Change>,
    redo: Vec<Change>,
    beside: Option<BranchId>,
    /// Whether that one is not yet where the current one is.
    lags: bool,
    /// What is compared of the current branch and of the one beside it.
    strips: [Strip; 2],
    run: u32,
    end: Instant,
    pace: Pace,
    playing: bool,
    speed: Speed,
    real_time: bool,
    filter: Filter,
    lines: usize,
    /// Counts the jumps to another instant; and whether the ladder has few lines since the last one.
    jumps: u32,
    brief: bool,
    kind: Target,
    letters: bool,
    panel: Option<Panel>,
    /// The message of the panel, which the ladder may have left behind.
    message: Option<Message>,
    notice: Option<Notice>,
    is_file: bool,
    story: u32,
    layout: Rc<Layout>,
    lanes: Rc<Lanes>,
    reading: bool,
    texts: Rc<Texts>,
    theme: Theme,
    errand: Option<Errand>,
    drawn: Drawn,
    awaited: Awaited,
}

/// Whether there is time to go on. It is asked again and again.
pub(crate) type More<'a> = &'a mut dyn FnMut() -> bool;

impl Session {
    /// A session at the first instant of a scenario, paused.
    pub(crate) fn new(scenario: Scenario, language: Language, theme: Theme) -> Self {
        let shown = Rc::new(scenario);
        let mut session = Self {
            branches: Branches::with_limits(Rc::clone(&shown), LIMITS),
            picture: Picture::new(&shown),
            pictures: Vec::new(),
            shown,
            undo: Vec::new(),
            redo: Vec::new(),
            beside: None,
            lags: false,
            strips: Default::default(),
            run: 0,
            end: Instant::ZERO,
            pace: Pace::default(),
            playing: false,
            speed: Speed::ORDINARY,
            real_time: false,
            filter: Filter {
                all: false,
                failover: true,
            },
            lines: 0,
            jumps: 0,
            brief: false,
            kind: Target::Message,
            letters: true,
            panel: None,
            message: None,
            notice: None,
            is_file: false,
            story: 0,
            layout: Rc::default(),
            lanes: Rc::default(),
            reading: false,
            texts: Rc::new(Texts::new(language)),
            theme,
            errand: None,
            drawn: Drawn {
                key: Key { run: 0, written: 0 },
                known: Key { run: 0, written: 0 },
                flights: Vec::new(),
                waves: Vec::new(),
            },
            awaited: Awaited::default(),
        };
        session.begin();
        session.go_on(&mut || true);
        session.read_on();
        session.settle();
        session
    }

    /// A session with the built-in scenario of this name; with the first one, and a notice, where
    /// there is none of this name.
    ///
    /// # Errors
    /// The built-in scenarios' own [`Problem`], which a test excludes.
    pub(crate) fn open(
        wanted: Option<&str>,
        language: Language,
        theme: Theme,
    ) -> Result<Self, Problem> {
        let first = library::NAMES[0];
        let wanted = wanted.filter(|name| !name.is_empty());
        let scenario = match library::load(wanted.unwrap_or(first)) {
            Ok(scenario) => return Ok(Self::new(scenario, language, theme)),
            Err(_) => library::load(first)?,
        };
        let mut session = Self::new(scenario, language, theme);
        session.notice = wanted.map(|name| Notice::NoScenario(name.chars().take(60).collect()));
        Ok(session)
    }

    /// Does one thing, or as much of it as there is time for.
    pub(crate) fn apply(&mut self, action: Action, more: More<'_>) {
        if !matches!(
            action,
            Action::Tick(_)
                | Action::Language(_)
                | Action::Theme(_)
                | Action::Reading(_)
                | Action::Unfold
                | Action::Letters(_)
                // Over a panel it is not seen well.
                | Action::Close
        ) && !matches!(action, Action::DoAt(at, _) if at == self.now())
        {
            self.notice = None;
        }
        match action {
            Action::Tick(viewer) => self.tick(viewer, more),
            Action::Play => {
                if self.is_over() {
                    self.go(self.scenario().opens());
                }
                self.playing = true;
            }
            Action::Pause => {
                self.playing = false;
                self.errand = None;
            }
            Action::StepForward => {
                self.halt();
                self.errand = Some(Errand {
                    to: self.end,
                    goal: Goal::Step,
                });
            }
            Action::StepBack => {
                self.halt();
                self.step_back();
            }
            Action::Next(target) => {
                self.halt();
                self.errand = Some(Errand {
                    to: self.end,
                    goal: Goal::Next(target, self.now()),
                });
            }
            Action::Last(target) => {
                self.halt();
                self.go_back_to(target);
            }
            Action::Kind(target) => self.kind = target,
            // The one who drags while it plays wants it to play on from there.
            Action::Seek(at) => self.go(at.min(self.end)),
            Action::End => {
                self.halt();
                self.go(self.end);
            }
            Action::StartOver => {
                self.halt();
                self.go(self.scenario().opens());
            }
            Action::Do(command) => self.act(command),
            Action::DoAt(at, command) => self.do_at(at, command),
            Action::Open(panel) => {
                // Who looks for what to do now does not want now to pass.
                self.playing &= panel != Panel::Deeds;
                self.panel = Some(panel);
            }
            Action::Ask(what) => {
                if let Some(id) = self.asked(what) {
                    self.panel = Some(Panel::Why(id));
                }
            }
            Action::Show(id) => {
                if let Some(at) = self.journal().get(id).map(|entry| entry.at) {
                    self.halt();
                    self.go(at);
                    self.panel = Some(Panel::Why(id));
                }
            }
            Action::Find(text) => match self.find(text.trim()) {
                Some(id) => self.panel = Some(Panel::Node(id)),
                None => self.notice = Some(Notice::NoNode(text)),
            },
            Action::Close => self.panel = None,
            Action::Speed(speed) => self.speed = speed,
            Action::RealTime(on) => self.real_time = on,
            Action::Filter(filter) => {
                self.filter = filter;
                self.awaited = Awaited::default();
            }
            Action::Reading(on) => self.reading = on,
            Action::Earlier => self.lines += LINES[0],
            Action::Unfold => self.brief = false,
            Action::Language(language) => {
                self.texts = Rc::new(Texts::new(language));
                if matches!(self.notice, Some(Notice::NotLoaded(_))) {
                    self.notice = None;
                }
            }
            Action::Theme(theme) => self.theme = theme,
            Action::Scenario(name) => match library::load(&name) {
                Ok(scenario) => self.run(scenario, false),
                Err(_) => self.notice = Some(Notice::NoScenario(name)),
            },
            Action::Load(name, text) => {
                let read = text.ok_or(None);
                match read.and_then(|text| Scenario::parse(&text).map_err(Some)) {
                    Ok(scenario) => self.run(scenario, true),
                    Err(problem) => self.notice = Some(Notice::BadFile(name, problem)),
                }
            }
            Action::NotLoaded(action) => self.notice = Some(Notice::NotLoaded(action)),
            Action::Letters(on) => self.letters = on,
            Action::Edit(edit) => self.edit(&edit),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::Switch(id) => self.switch(id),
            Action::Rename(id, name) => self.rename(id, &name),
            Action::Delete(id) => self.delete(id),
            Action::Shared(copied) => self.notice = Some(Notice::Shared(copied)),
            // The session is only read for it.
            Action::Export(_) | Action::Share => {}
            Action::Compare(id) => self.beside = id.filter(|id| *id != self.branches.current()),
            Action::Dismiss => {}
        }
        self.go_on(more);
        self.follow_beside(more);
        self.read_on();
        if self.errand.is_none() {
            self.settle();
        }
    }

    /// How many lines the ladder has before a person asks for more.
    fn first_lines(&self) -> usize {
        LINES[usize::from(!self.lanes.is_whole())]
    }

    /// From now on this is what is drawn.
    fn settle(&mut self) {
        let written = self.world().written();
        let span = self.lines * ENTRIES;
        let here = self.branches.here();
        here.recall(written.saturating_sub(span));
        self.picture.ladder.follow(here.journal(), written, span);
        self.follow_strips();
        if let Some(Panel::Packet(id)) = self.panel
            && let Some(message) = self.picture.ladder.find(id)
        {
            self.message = Some(message.clone());
        }
        if !self.reading {
            let mut lanes = Rc::clone(&self.lanes);
            Rc::make_mut(&mut lanes).follow(self);
            self.lanes = lanes;
        }
        let run = self.run;
        let key = |written| Key { run, written };
        let (flights, waves) = flights(self);
        self.drawn = Drawn {
            key: key(self.world().written()),
            known: key(self.journal().len()),
            flights,
            waves,
        };
    }

    fn find(&self, text: &str) -> Option<NodeId> {
        let has = |(_, node): &(NodeId, &NodeFile)| node.id.contains(text);
        let scenario = self.scenario();
        let part_of = || scenario.nodes().find(has).map(|(id, _)| id);
        scenario.find(text).or_else(part_of)
    }

    /// What a scenario is called.
    fn title_of(&self, scenario: &Scenario) -> String {
        let file = scenario.file();
        let title = file.title.get(self.texts.language().tag());
        let title = title.or_else(|| file.title.get("en"));
        title.unwrap_or(&file.name).clone()
    }
}

#[cfg(test)]
mod branches_tests;
#[cfg(test)]
mod deeds_tests;
#[cfg(test)]
mod files_tests;
#[cfg(test)]
mod telling_tests;
#[cfg(test)]
mod tests;
