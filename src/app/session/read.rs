//! What can be read of a session.

use std::rc::Rc;

use super::{FEW, Filter, Key, Notice, Panel, Session, Target, Theme};
use crate::app::flights::Wave;
use crate::app::lanes::Lanes;
use crate::app::layout::Layout;
use crate::app::pace::Speed;
use crate::scenario::Scenario;
use crate::sim::{EventId, Journal, Recording, World};
use crate::text::Texts;
use crate::time::Instant;
use crate::view::ladder::{Ladder, Message};
use crate::view::stage::Flight;
use crate::view::timeline::Timeline;

impl Session {
    /// The run.
    pub(crate) fn recording(&self) -> &Recording {
        self.branches.recording()
    }

    /// What is being run.
    pub(crate) fn scenario(&self) -> &Scenario {
        self.branches.recording().scenario()
    }

    /// Whether that came out of a file, not out of the library.
    pub(crate) fn is_file(&self) -> bool {
        self.is_file
    }

    /// Counts the scenarios that were opened.
    pub(crate) fn story(&self) -> u32 {
        self.story
    }

    /// Where its nodes stand.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whose line on the ladder is where.
    pub(crate) fn lanes(&self) -> &Rc<Lanes> {
        &self.lanes
    }

    /// The world at the playhead.
    pub(crate) fn world(&self) -> &World {
        self.branches.recording().world()
    }

    /// Everything that has been seen, beyond the playhead too.
    pub(crate) fn journal(&self) -> &Journal {
        self.branches.recording().journal()
    }

    /// The messages up to the playhead, as far back as the ladder shows them.
    pub(crate) fn ladder(&self) -> &Ladder {
        &self.picture.ladder
    }

    /// The message that was sent in an entry: one of the ladder's, or the open panel's.
    pub(crate) fn message(&self, id: EventId) -> Option<&Message> {
        let own = || self.message.as_ref().filter(|message| message.id == id);
        self.picture.ladder.find(id).or_else(own)
    }

    /// Everything seen, as the timeline paints it.
    pub(crate) fn timeline(&self) -> &Timeline {
        self.picture.timelines.now()
    }

    /// What the picture of the past depends on.
    pub(crate) fn key(&self) -> Key {
        self.drawn.key
    }

    /// How much of the run is known: what the picture of everything seen depends on.
    pub(crate) fn known(&self) -> Key {
        self.drawn.known
    }

    /// Whether it is on its way to somewhere in the run, and where to.
    pub(crate) fn on_its_way(&self) -> Option<Instant> {
        let lags = || self.lags.then(|| self.now());
        self.errand.as_ref().map(|errand| errand.to).or_else(lags)
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
        self.branches.recording().seen().min(self.end)
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

    /// The frames under way that are drawn one by one.
    pub(crate) fn flights(&self) -> &[Flight] {
        &self.drawn.flights
    }

    /// Those that are drawn as one.
    pub(crate) fn waves(&self) -> &[Wave] {
        &self.drawn.waves
    }

    /// How fast it plays.
    pub(crate) fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether time passes as it really does.
    pub(crate) fn is_real_time(&self) -> bool {
        self.real_time
    }

    /// Which messages are shown.
    pub(crate) fn filter(&self) -> Filter {
        self.filter
    }

    /// Whether two servers are failover partners.
    pub(crate) fn has_failover(&self) -> bool {
        let mut nodes = self.scenario().nodes();
        nodes.any(|(_, node)| {
            let server = node.server.as_ref();
            server.is_some_and(|server| server.failover.is_some())
        })
    }

    /// From when on the ladder has lines: what came before the story opens is there on demand.
    pub(crate) fn ladder_begins(&self) -> Instant {
        let opens = self.scenario().opens();
        if self.lines == self.first_lines() && self.now() >= opens {
            opens
        } else {
            Instant::ZERO
        }
    }

    /// How many lines the ladder may have.
    pub(crate) fn lines(&self) -> usize {
        if self.brief {
            FEW.min(self.lines)
        } else {
            self.lines
        }
    }

    /// The number of the last jump, for as long as the ladder has few lines for its sake.
    pub(crate) fn brief(&self) -> Option<u32> {
        self.brief.then_some(self.jumps)
    }

    /// What the keys that jump look for.
    pub(crate) fn kind(&self) -> Target {
        self.kind
    }

    /// Whether letters are taken as keys.
    pub(crate) fn takes_letters(&self) -> bool {
        self.letters
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
