//! What the page knows, without a browser: a run, where the person is in it, and what is open.
//!
//! [`Session::apply`] takes one [`Action`] at a time; nothing else changes a session, and reading it
//! never does. What is done to the network goes into the run as a [`Command`] at the playhead.
//!
//! A way through the run can be long. It is gone for as long as the page has time; what is left of it
//! is an errand, on which the session goes on at each [`Action::Tick`].

mod action;
mod filter;
mod read;

use std::rc::Rc;

use super::flights::{Wave, flights};
use super::lanes::Lanes;
use super::layout::Layout;
use super::narration;
use super::pace::{Ahead, Pace, Speed};
use crate::dhcp::Reason;
use crate::scenario::{Command, NodeFile, NodeId, Problem, Scenario, library};
use crate::sim::{Entry, Recording, What};
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};
use crate::view::ladder::Ladder;
use crate::view::stage::{self, Flight};
use crate::view::timeline::Timeline;
use crate::wire::summary::summary;

pub(crate) use action::{Action, Notice, Panel, Target, Theme};
pub(crate) use filter::Filter;

/// How much longer the story lasts when something is done close to its end.
const SEQUEL: Duration = Duration::from_secs(3_600);
/// How many lines the ladder has at first, and how many more a press adds.
const LINES: usize = 300;

/// How many entries at most are looked at for what an event has sent.
const STRIDE: usize = 64;

/// What a picture of the run depends on: two equal keys show the same past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Counts the runs, and the times that a past was changed.
    pub(crate) run: u32,
    /// How many entries lie before the playhead.
    pub(crate) written: usize,
}

/// A way through the run that takes more than a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Errand {
    /// How far.
    to: Instant,
    /// What is looked for on the way, and where to go back to when there is none.
    target: Option<(Target, Instant)>,
}

/// What is drawn: it stands still while an errand is being gone.
#[derive(Clone, Debug)]
struct Drawn {
    key: Key,
    known: Key,
    flights: Vec<Flight>,
    waves: Vec<Wave>,
}

/// The frames under way that playback waits for: what had been written when they were looked for, and
/// when each leaves and arrives.
#[derive(Clone, Debug, Default)]
struct Awaited {
    written: usize,
    frames: Vec<(Instant, Instant)>,
}

/// A run and how it is being looked at.
pub(crate) struct Session {
    recording: Recording,
    ladder: Ladder,
    timeline: Timeline,
    run: u32,
    end: Instant,
    pace: Pace,
    playing: bool,
    speed: Speed,
    real_time: bool,
    filter: Filter,
    lines: usize,
    panel: Option<Panel>,
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
        let mut session = Self {
            recording: Recording::new(Rc::new(scenario)),
            ladder: Ladder::default(),
            timeline: Timeline::default(),
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
            lines: LINES,
            panel: None,
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
        let first = library::FILES[0].0;
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
            Action::Tick(_) | Action::Language(_) | Action::Theme(_) | Action::Reading(_)
        ) {
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
                if !self.recording.step_forward(self.end) {
                    self.recording.seek(self.end);
                }
            }
            Action::StepBack => {
                self.halt();
                self.recording.step_back();
                if self.now() == Instant::ZERO {
                    self.recording.seek(Instant::ZERO);
                }
            }
            Action::Next(target) => {
                self.halt();
                self.errand = Some(Errand {
                    to: self.end,
                    target: Some((target, self.now())),
                });
            }
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
            Action::Open(panel) => self.panel = Some(panel),
            Action::Find(text) => match self.find(text.trim()) {
                Some(id) => self.panel = Some(Panel::Node(id)),
                None => self.notice = Some(Notice::NoNode(text)),
            },
            Action::Close => self.panel = None,
            Action::Speed(speed) => self.speed = speed,
            Action::RealTime(on) => self.real_time = on,
            Action::Show(filter) => {
                self.filter = filter;
                self.awaited.frames.clear();
                self.awaited.written = 0;
            }
            Action::Reading(on) => self.reading = on,
            Action::Earlier => self.lines += LINES,
            Action::Language(language) => self.texts = Rc::new(Texts::new(language)),
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
            Action::Dismiss => {}
        }
        self.go_on(more);
        self.read_on();
        if self.errand.is_none() {
            self.settle();
        }
    }

    /// Goes on with the errand, if there is one, for as long as there is time.
    fn go_on(&mut self, more: More<'_>) {
        while let Some(errand) = self.errand {
            let Some((target, from)) = errand.target else {
                if self.recording.approach(errand.to, &mut *more) {
                    self.errand = None;
                }
                return;
            };
            let (mut is_late, filter) = (false, self.filter);
            let hit = self.recording.run_to(errand.to, |entry| {
                let is_it = is(entry, target, filter);
                is_late = !is_it && !more();
                is_it || is_late
            });
            if is_late {
                return;
            }
            self.errand = None;
            if hit.is_none() {
                self.go(from);
                self.notice = Some(Notice::NoMore(target));
            }
        }
    }

    /// From now on this is what is drawn.
    fn settle(&mut self) {
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

    /// Runs another scenario, of the library or of a file.
    fn run(&mut self, scenario: Scenario, is_file: bool) {
        self.recording = Recording::new(Rc::new(scenario));
        self.is_file = is_file;
        self.panel = None;
        self.begin();
    }

    fn find(&self, text: &str) -> Option<NodeId> {
        let has = |(_, node): &(NodeId, &NodeFile)| node.id.contains(text);
        let scenario = self.scenario();
        let part_of = || scenario.nodes().find(has).map(|(id, _)| id);
        scenario.find(text).or_else(part_of)
    }

    fn begin(&mut self) {
        self.layout = Rc::new(Layout::new(self.scenario()));
        self.lanes = Rc::new(Lanes::new(self.scenario()));
        self.story += 1;
        self.playing = false;
        self.end = self.scenario().until();
        self.lines = LINES;
        self.forget();
        self.reset();
        self.errand = None;
        self.recording.seek(self.scenario().opens());
        self.read_on();
    }

    /// What was drawn of the run is out of date: a past was changed, or the run is another.
    fn forget(&mut self) {
        self.run += 1;
        self.ladder = Ladder::default();
        self.timeline = Timeline::default();
        let off = self
            .scenario()
            .nodes()
            .filter(|(_, node)| !node.on)
            .map(|(id, _)| id);
        let off: Vec<NodeId> = off.collect();
        self.timeline.off_from_start(off.into_iter());
    }

    fn read_on(&mut self) {
        let (scenario, journal) = (self.recording.scenario(), self.recording.journal());
        self.ladder.extend(journal, journal.len());
        self.timeline.extend(scenario, journal);
    }

    fn go(&mut self, to: Instant) {
        self.reset();
        self.errand = Some(Errand { to, target: None });
    }

    /// Stops playing, and whatever is under way.
    fn halt(&mut self) {
        self.playing = false;
        self.errand = None;
        self.reset();
    }

    /// Forgets where playback stood between two events: the playhead is moved.
    fn reset(&mut self) {
        self.pace.reset();
        self.awaited = Awaited::default();
    }

    fn act(&mut self, command: Command) {
        self.reset();
        self.errand = None;
        self.recording.act(command);
        let sequel = self.now() + SEQUEL;
        self.end = self.scenario().until();
        if self.now() + SEQUEL.fraction(1, 6) >= self.end {
            self.end = sequel;
        }
        self.forget();
    }

    fn tick(&mut self, viewer: u64, more: More<'_>) {
        let mut left = self.speed.of(viewer);
        while self.playing && left > 0 && self.errand.is_none() && more() {
            let now = self.now();
            let next = self
                .recording
                .next_at()
                .map_or(self.end, |at| at.min(self.end));
            let flight = self.slowest_flight();
            let ahead = Ahead {
                next,
                flight,
                real: self.real_time,
            };
            let at = self.pace.advance(now, ahead, &mut left);
            if at < next {
                self.recording.seek(at);
                break;
            }
            let written = self.recording.world().written();
            if !self.recording.step_forward(at) {
                self.recording.seek(at);
                self.playing = self.now() < self.end;
            }
            if let Some(reading) = narration::reading(&self.recording, written, self.filter) {
                let in_flight = self.slowest_flight().is_some();
                self.pace.rest(reading, in_flight);
            }
        }
    }

    /// How long the slowest frame under way takes over its link.
    fn slowest_flight(&mut self) -> Option<Duration> {
        let (written, now) = (self.world().written(), self.now());
        // Event after event, only what is new is looked at.
        let known = self.awaited.written;
        let start = if (known..known + STRIDE).contains(&written) {
            known
        } else {
            self.awaited.frames.clear();
            0
        };
        // What keeps a connection up is not waited for.
        let filter = self.filter;
        let new = stage::under_way(self.journal(), written, now)
            .take_while(|sent| sent.id.index() >= start)
            .filter(|sent| filter.follows(&summary(sent.frame.bytes()).what))
            .map(|sent| (sent.entry.at, sent.arrives));
        let new: Vec<(Instant, Instant)> = new.collect();
        let Awaited { frames, .. } = &mut self.awaited;
        frames.retain(|(_, arrives)| *arrives > now);
        frames.extend(new);
        self.awaited.written = written;
        let lengths = self.awaited.frames.iter();
        lengths
            .map(|(departs, arrives)| arrives.since(*departs))
            .max()
    }
}

/// Whether an entry is one of those that playback can jump to.
fn is(entry: &Entry, target: Target, filter: Filter) -> bool {
    match (&entry.what, target) {
        // What a switch passes on comes from the entry in which it was sent; that one does not.
        (What::Sent { origin, frame, .. }, Target::Message) => {
            entry.cause != Some(*origin) && filter.shows(&summary(frame.bytes()).what)
        }
        (
            What::Fired {
                reason: Reason::Renew,
                ..
            },
            Target::T1,
        )
        | (
            What::Fired {
                reason: Reason::Rebind,
                ..
            },
            Target::T2,
        )
        | (
            What::Fired {
                reason: Reason::LeaseEnds | Reason::BindingEnds { .. },
                ..
            },
            Target::Expiry,
        ) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
