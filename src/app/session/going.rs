//! Ways through the run: playing, and errands, which are gone for as long as there is time.

use super::{Filter, More, Notice, Session, Target};
use crate::app::narration;
use crate::app::pace::Ahead;
use crate::dhcp::{ClientNote, Note, Reason, failover};
use crate::scenario::Command;
use crate::sim::{Entry, What};
use crate::time::{Duration, Instant};
use crate::view::stage;
use crate::wire::summary::summary;

/// A way through the run that takes more than a moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Errand {
    /// How far.
    pub(super) to: Instant,
    /// What for.
    pub(super) goal: Goal,
}

/// What an errand is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Goal {
    /// To be there.
    There,
    /// To find the next event that changes something that is shown; to be there, where there is none.
    Step,
    /// To find one of these on the way; where to go back to when there is none.
    Next(Target, Instant),
    /// To do something there, and more at other instants; where to go back to, if that is earlier.
    Do(Command, Vec<(Instant, Command)>, Instant),
}

/// How many entries at most are looked at for what an event has sent.
const STRIDE: usize = 64;

/// Whether an entry is one that is looked for.
type Is<'a> = &'a dyn Fn(&Entry, Filter) -> bool;

/// The frames under way that playback waits for: what had been written when they were looked for, and
/// when each leaves and arrives.
#[derive(Clone, Debug, Default)]
pub(super) struct Awaited {
    written: usize,
    frames: Vec<(Instant, Instant)>,
}

impl Session {
    /// Goes on with the errand, if there is one, for as long as there is time.
    pub(super) fn go_on(&mut self, more: More<'_>) {
        while let Some(Errand { to, goal }) = self.errand.clone() {
            match goal {
                Goal::There => {
                    if !self.here().approach(to, &mut *more) {
                        return;
                    }
                    self.errand = None;
                }
                Goal::Do(command, mut rest, from) => {
                    if !self.here().approach(to, &mut *more) {
                        return;
                    }
                    if from < to {
                        self.plan(command.clone(), from);
                        self.notice = Some(Notice::Planned(to, command));
                    } else {
                        self.act(command);
                    }
                    if !rest.is_empty() {
                        let (to, command) = rest.remove(0);
                        let goal = Goal::Do(command, rest, from);
                        self.errand = Some(Errand { to, goal });
                    }
                }
                Goal::Step => {
                    let Some(_) = self.look_for(to, &is_shown, &mut *more) else {
                        return;
                    };
                    self.errand = None;
                }
                Goal::Next(target, from) => {
                    let is = |entry: &Entry, filter| is(entry, target, filter);
                    let Some(found) = self.look_for(to, &is, &mut *more) else {
                        return;
                    };
                    self.errand = None;
                    if !found {
                        self.go(from);
                        self.notice = Some(Notice::NoMore(target));
                    }
                }
            }
        }
    }

    /// Does something at another instant; after whatever else is still to be done at one.
    pub(super) fn do_at(&mut self, at: Instant, command: Command) {
        let from = match &mut self.errand {
            Some(Errand {
                goal: Goal::Do(_, rest, _),
                ..
            }) => {
                rest.push((at, command));
                return;
            }
            // Whoever is on the way there is there for him.
            Some(Errand {
                goal: Goal::There,
                to,
            }) => *to,
            _ => self.now(),
        };
        let goal = Goal::Do(command, Vec::new(), from);
        self.errand = Some(Errand { to: at, goal });
    }

    /// Goes to the next event that wrote such an entry, or to `to`. Whether there is one; nothing
    /// where there is no time left to say.
    fn look_for(&mut self, to: Instant, is: Is<'_>, more: More<'_>) -> Option<bool> {
        let (mut is_late, filter) = (false, self.filter);
        let hit = self.here().run_to(to, |entry| {
            let is_it = is(entry, filter);
            is_late = !is_it && !more();
            is_it || is_late
        });
        (!is_late).then_some(hit.is_some())
    }

    /// To where the last event before the one at the playhead had changed something that is shown.
    pub(super) fn step_back(&mut self) {
        if !self.look_back_for(&is_shown) {
            self.here().rewind();
        }
        if self.now() == Instant::ZERO {
            self.here().seek(Instant::ZERO);
        }
    }

    fn look_back_for(&mut self, is: Is<'_>) -> bool {
        let filter = self.filter;
        let hit = self.here().run_back_to(|entry| is(entry, filter));
        hit.is_some()
    }

    /// Goes back to where the last of these has just happened.
    pub(super) fn go_back_to(&mut self, target: Target) {
        if !self.look_back_for(&|entry, filter| is(entry, target, filter)) {
            self.notice = Some(Notice::NoneBefore(target));
        }
    }

    pub(super) fn go(&mut self, to: Instant) {
        self.reset();
        self.jumps = self.jumps.wrapping_add(1);
        // Who reads further back has those lines before him.
        self.brief = !self.reading;
        self.errand = Some(Errand {
            to,
            goal: Goal::There,
        });
    }

    /// Stops playing, and whatever is under way.
    pub(super) fn halt(&mut self) {
        self.playing = false;
        self.errand = None;
        self.reset();
    }

    /// Forgets where playback stood between two events: the playhead is moved.
    pub(super) fn reset(&mut self) {
        self.pace.reset();
        self.awaited = Awaited::default();
    }

    pub(super) fn tick(&mut self, viewer: u64, more: More<'_>) {
        let mut left = self.speed.of(viewer);
        while self.playing && left > 0 && self.errand.is_none() && more() {
            let now = self.now();
            let next = self
                .branches
                .recording()
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
                self.here().seek(at);
                break;
            }
            let written = self.world().written();
            if !self.here().step_forward(at) {
                self.here().seek(at);
                self.playing = self.now() < self.end;
            }
            let here = self.branches.recording();
            if let Some(reading) = narration::reading(here, written, self.filter) {
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

/// Whether an entry changes something that is shown: that two servers are still there, and what
/// carries their messages, changes nothing where the ladder leaves it out.
fn is_shown(entry: &Entry, filter: Filter) -> bool {
    match &entry.what {
        What::Sent { frame, .. }
        | What::Flooded { frame, .. }
        | What::Received { frame, .. }
        | What::Dropped { frame, .. } => filter.follows(&summary(frame.bytes()).what),
        // What they lead to has entries of its own.
        What::Fired { reason, .. } => !matches!(
            reason,
            Reason::TcpSilence | Reason::TcpAck | Reason::TcpTimeWait | Reason::Failover { .. }
        ),
        What::Command(_)
        | What::Ended(_)
        | What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Dhcp(_)
        | What::Net(_) => true,
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
        )
        | (
            What::Dhcp(
                Note::Client(ClientNote::State { .. })
                | Note::Failover(failover::Note::State { .. }),
            ),
            Target::State,
        ) => true,
        _ => false,
    }
}
