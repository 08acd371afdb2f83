//! What the page knows, without a browser: a run, where the person is in it, and what is open.
//!
//! [`Session::apply`] takes one [`Action`] at a time; nothing else changes a session, and reading it
//! never does. What is done to the network goes into the run as a [`Command`] at the playhead.

use std::rc::Rc;

use super::narration;
use super::pace::{Ahead, Pace, Speed};
use crate::dhcp::Reason;
use crate::scenario::{Command, NodeId, Problem, Scenario, library};
use crate::sim::{Entry, EventId, Journal, Recording, What, World};
use crate::text::{Language, Texts};
use crate::time::{Duration, Instant};
use crate::view::ladder::Ladder;
use crate::view::stage::{self, Flight};
use crate::view::timeline::Timeline;
use crate::wire::summary::{What as Packet, summary};

/// The most events that one frame of the animation carries out: the page answers in between.
const BUDGET: usize = 400;
/// How much longer the story lasts when something is done close to its end.
const SEQUEL: Duration = Duration::from_secs(3_600);
/// How many lines the ladder has at first, and how many more a press adds.
const LINES: usize = 300;

/// Light and dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What is open beside the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    /// A node's state and tables.
    Node(NodeId),
    /// A message's fields and bytes: the entry in which it was sent.
    Packet(EventId),
}

/// What playback can jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The next message; of DHCP only, where only DHCP is shown.
    Message,
    /// A client's T1.
    T1,
    /// A client's T2.
    T2,
    /// The end of a lease.
    Expiry,
}

/// Something to tell the person besides the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The address of the page names a scenario that there is not.
    NoScenario(String),
    /// The rest of the story has none of these.
    NoMore(Target),
}

/// What a person does, and the passing of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Microseconds of the viewer's time have passed.
    Tick(u64),
    /// Play; from the start, where the end has been reached.
    Play,
    /// Pause.
    Pause,
    /// To the next event.
    StepForward,
    /// To before the last event.
    StepBack,
    /// To the next of these.
    Next(Target),
    /// To an instant.
    Seek(Instant),
    /// To the end of the story.
    End,
    /// To its first instant, paused.
    StartOver,
    /// Do something to the network, now.
    Do(Command),
    /// Open a panel.
    Open(Panel),
    /// Close it.
    Close,
    /// Set the speed.
    Speed(Speed),
    /// Let time pass as it really does, or not.
    RealTime(bool),
    /// Show ARP and ping on the ladder, or not.
    ShowAll(bool),
    /// Show more of what lies further back on the ladder.
    Earlier,
    /// Speak another language.
    Language(Language),
    /// Look another way.
    Theme(Theme),
    /// Run another scenario.
    Scenario(String),
    /// The notice was read.
    Dismiss,
}

/// What a picture of the run depends on: two equal keys show the same past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Counts the runs, and the times that a past was changed.
    pub(crate) run: u32,
    /// How many entries lie before the playhead.
    pub(crate) written: usize,
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
    show_all: bool,
    lines: usize,
    panel: Option<Panel>,
    notice: Option<Notice>,
    texts: Rc<Texts>,
    theme: Theme,
}

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
            show_all: false,
            lines: LINES,
            panel: None,
            notice: None,
            texts: Rc::new(Texts::new(language)),
            theme,
        };
        session.begin();
        session
    }

    /// A session with the built-in scenario of this name; with the first one, and a notice, where
    /// there is none of this name.
    ///
    /// # Errors
    /// The built-in scenarios' own [`Problem`], which a test excludes.
    pub(crate) fn open(wanted: Option<&str>, language: Language, theme: Theme) -> Result<Self, Problem> {
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

    /// Does one thing.
    pub(crate) fn apply(&mut self, action: Action) {
        if !matches!(action, Action::Tick(_) | Action::Language(_) | Action::Theme(_)) {
            self.notice = None;
        }
        match action {
            Action::Tick(viewer) => return self.tick(viewer),
            Action::Play => {
                if self.is_over() {
                    self.go(Instant::ZERO);
                }
                self.playing = true;
            }
            Action::Pause => self.playing = false,
            Action::StepForward => self.jump(|session| {
                if !session.recording.step_forward(session.end) {
                    session.recording.seek(session.end);
                }
            }),
            Action::StepBack => self.jump(|session| {
                session.recording.step_back();
                if session.now() == Instant::ZERO {
                    session.recording.seek(Instant::ZERO);
                }
            }),
            Action::Next(target) => self.next(target),
            // The one who drags while it plays wants it to play on from there.
            Action::Seek(at) => self.go(at.min(self.end)),
            Action::End => self.jump(|session| session.recording.seek(session.end)),
            Action::StartOver => self.jump(|session| session.go(Instant::ZERO)),
            Action::Do(command) => self.act(command),
            Action::Open(panel) => self.panel = Some(panel),
            Action::Close => self.panel = None,
            Action::Speed(speed) => self.speed = speed,
            Action::RealTime(on) => self.real_time = on,
            Action::ShowAll(on) => self.show_all = on,
            Action::Earlier => self.lines += LINES,
            Action::Language(language) => self.texts = Rc::new(Texts::new(language)),
            Action::Theme(theme) => self.theme = theme,
            Action::Scenario(name) => self.load(&name),
            Action::Dismiss => {}
        }
        self.read_on();
    }

    fn load(&mut self, name: &str) {
        match library::load(name) {
            Ok(scenario) => {
                self.recording = Recording::new(Rc::new(scenario));
                self.panel = None;
                self.begin();
            }
            Err(_) => self.notice = Some(Notice::NoScenario(name.to_owned())),
        }
    }

    fn begin(&mut self) {
        self.playing = false;
        self.end = self.scenario().until();
        self.lines = LINES;
        self.forget();
        self.go(Instant::ZERO);
        self.read_on();
    }

    /// What was drawn of the run is out of date: a past was changed, or the run is another.
    fn forget(&mut self) {
        self.run += 1;
        self.ladder = Ladder::default();
        self.timeline = Timeline::default();
        let off = self.scenario().nodes().filter(|(_, node)| !node.on).map(|(id, _)| id);
        let off: Vec<NodeId> = off.collect();
        self.timeline.off_from_start(off.into_iter());
    }

    fn read_on(&mut self) {
        self.ladder.extend(self.recording.journal().entries());
        self.timeline.extend(self.recording.journal().entries());
    }

    fn go(&mut self, at: Instant) {
        self.pace.reset();
        self.recording.seek(at);
    }

    fn jump(&mut self, how: impl FnOnce(&mut Self)) {
        self.playing = false;
        self.pace.reset();
        how(self);
    }

    fn next(&mut self, target: Target) {
        let (before, end, all) = (self.now(), self.end, self.show_all);
        self.jump(|session| {
            let is_it = |entry: &Entry| is(entry, target, all);
            if session.recording.run_to(end, is_it).is_none() {
                session.recording.seek(before);
                session.notice = Some(Notice::NoMore(target));
            }
        });
    }

    fn act(&mut self, command: Command) {
        self.pace.reset();
        self.recording.act(command);
        let sequel = self.now() + SEQUEL;
        self.end = self.scenario().until();
        if self.now() + SEQUEL.fraction(1, 6) >= self.end {
            self.end = sequel;
        }
        self.forget();
    }

    fn tick(&mut self, viewer: u64) {
        let mut left = self.speed.of(viewer);
        for _ in 0..BUDGET {
            if !self.playing || left == 0 {
                break;
            }
            let now = self.now();
            let next = self.recording.next_at().map_or(self.end, |at| at.min(self.end));
            let flight = self.slowest_flight();
            let ahead = Ahead { next, flight, real: self.real_time };
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
            if narration::is_told(&self.recording, written) {
                self.pace.rest(self.slowest_flight().is_some());
            }
        }
        self.read_on();
    }

    fn slowest_flight(&self) -> Option<Duration> {
        self.flights().iter().map(|flight| flight.arrives.since(flight.departs)).max()
    }

    /// What is being run.
    pub(crate) fn scenario(&self) -> &Scenario {
        self.recording.scenario()
    }

    /// The world at the playhead.
    pub(crate) fn world(&self) -> &World {
        self.recording.world()
    }

    /// Everything that has been seen, beyond the playhead too.
    pub(crate) fn journal(&self) -> &Journal {
        self.recording.journal()
    }

    /// Every message that has been seen.
    pub(crate) fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// Everything seen, as the timeline paints it.
    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What the picture of the past depends on.
    pub(crate) fn key(&self) -> Key {
        Key { run: self.run, written: self.world().written() }
    }

    /// How much of the run is known: what the picture of everything seen depends on.
    pub(crate) fn known(&self) -> Key {
        Key { run: self.run, written: self.journal().len() }
    }

    /// Where the playhead is.
    pub(crate) fn now(&self) -> Instant {
        self.world().now()
    }

    /// Where the playhead is for what moves, in microseconds with a fraction.
    pub(crate) fn moment(&self) -> f64 {
        self.pace.moment(self.now())
    }

    /// The furthest instant that was seen.
    pub(crate) fn seen(&self) -> Instant {
        self.recording.seen().min(self.end)
    }

    /// When the story is over.
    pub(crate) fn end(&self) -> Instant {
        self.end
    }

    /// Whether the playhead is at the end.
    pub(crate) fn is_over(&self) -> bool {
        self.now() >= self.end
    }

    /// Whether it plays.
    pub(crate) fn is_playing(&self) -> bool {
        self.playing
    }

    /// Every frame under way.
    pub(crate) fn flights(&self) -> Vec<Flight> {
        stage::flights(self.recording.past(), self.now())
    }

    /// How fast it plays.
    pub(crate) fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether time passes as it really does.
    pub(crate) fn is_real_time(&self) -> bool {
        self.real_time
    }

    /// Whether the ladder has ARP and ping.
    pub(crate) fn shows_all(&self) -> bool {
        self.show_all
    }

    /// How many lines the ladder may have.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// What is open.
    pub(crate) fn panel(&self) -> Option<Panel> {
        self.panel
    }

    /// What there is to tell besides the story.
    pub(crate) fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The texts of the language that the page speaks.
    pub(crate) fn texts(&self) -> &Rc<Texts> {
        &self.texts
    }

    /// Light or dark.
    pub(crate) fn theme(&self) -> Theme {
        self.theme
    }
}

/// Whether an entry is one of those that playback can jump to.
fn is(entry: &Entry, target: Target, all: bool) -> bool {
    match (&entry.what, target) {
        // What a switch passes on comes from the entry in which it was sent; that one does not.
        (What::Sent { origin, frame, .. }, Target::Message) => {
            entry.cause != Some(*origin) && (all || matches!(summary(frame.bytes()).what, Packet::Dhcp { .. }))
        }
        (What::Fired { reason: Reason::Renew, .. }, Target::T1)
        | (What::Fired { reason: Reason::Rebind, .. }, Target::T2)
        | (What::Fired { reason: Reason::LeaseEnds | Reason::BindingEnds { .. }, .. }, Target::Expiry) => true,
        _ => false,
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
