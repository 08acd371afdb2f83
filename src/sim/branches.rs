//! Other ways that a run could have gone: branches, and undoing what was done to them.
//!
//! Acting where something is known already forks: the branch of the past stays as it was, and a new
//! one has that past and another future. Branches share what they have in common.

use std::rc::Rc;

use super::journal::{Entry, EventId};
use super::recording::{Limits, Recording};
use crate::scenario::{Command, Scenario};
use crate::time::Instant;

/// A branch. Its number stays its own when others come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(pub u32);

/// Where a branch left the one that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// That one.
    pub parent: BranchId,
    /// When.
    pub at: Instant,
    /// The number of the first entry that the two do not share: the command's.
    pub entry: EventId,
    /// What a person did there.
    pub command: Command,
}

/// A way that the run goes.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The run, and the cursor in it.
    pub recording: Recording,
    /// What a person calls it; nothing for one that is called by what began it.
    pub name: Option<String>,
    /// Where it came from; nothing for the first.
    pub fork: Option<Fork>,
}

/// All branches as they were once.
#[derive(Clone, Debug)]
struct Snapshot {
    list: Vec<(BranchId, Rc<Branch>)>,
    current: BranchId,
}

/// How many changes can be undone.
const UNDONE: usize = 50;

/// The branches of a run. There is always at least one.
#[derive(Clone, Debug)]
pub struct Branches {
    list: Vec<(BranchId, Rc<Branch>)>,
    current: BranchId,
    next: u32,
    limits: Limits,
    undo: Vec<Snapshot>,
    redo: Vec<Snapshot>,
}

impl Branches {
    /// One branch: a run of the scenario at its first instant.
    pub fn new(scenario: Rc<Scenario>) -> Self {
        Self::with_limits(scenario, Limits::default())
    }

    /// The same; the current branch keeps so much, the others together about half of it.
    pub fn with_limits(scenario: Rc<Scenario>, limits: Limits) -> Self {
        let first = Branch {
            recording: Recording::with_limits(scenario, limits),
            name: None,
            fork: None,
        };
        Self {
            list: vec![(BranchId(0), Rc::new(first))],
            current: BranchId(0),
            next: 1,
            limits,
            undo: Vec::new(),
            redo: Vec::new(),
        }
    }

    /// Every branch, in the order in which they began.
    pub fn list(&self) -> impl ExactSizeIterator<Item = (BranchId, &Branch)> {
        self.list.iter().map(|(id, branch)| (*id, &**branch))
    }

    /// A branch, if there is one of that number.
    pub fn branch(&self, id: BranchId) -> Option<&Branch> {
        self.place(id).map(|place| &*self.list[place].1)
    }

    /// A branch's run, to look at it elsewhere. To act is for [`Branches::act`].
    pub fn recording_mut(&mut self, id: BranchId) -> Option<&mut Recording> {
        let place = self.place(id)?;
        Some(&mut Rc::make_mut(&mut self.list[place].1).recording)
    }

    /// The branch that is looked at.
    pub fn current(&self) -> BranchId {
        self.current
    }

    /// Its run.
    pub fn recording(&self) -> &Recording {
        let place = self.place(self.current).unwrap_or_default();
        &self.list[place].1.recording
    }

    /// Its run, to go elsewhere in it. To act is for [`Branches::act`].
    pub fn here(&mut self) -> &mut Recording {
        let place = self.place(self.current).unwrap_or_default();
        &mut Rc::make_mut(&mut self.list[place].1).recording
    }

    fn place(&self, id: BranchId) -> Option<usize> {
        self.list.iter().position(|(known, _)| *known == id)
    }

    /// Does something at the cursor of the current branch. Where something is known after it, that
    /// is in a new branch, which is then the current one. Returns the current one.
    pub fn act(&mut self, command: Command) -> BranchId {
        self.remember();
        let here = self.here();
        let now = here.world().now();
        if here.seen() <= now {
            here.act(command);
            return self.current;
        }
        // What happens at this instant happens in both.
        here.seek(now);
        let mut recording = here.clone();
        let entry = recording.world().next_id();
        recording.act(command.clone());
        let id = BranchId(self.next);
        self.next += 1;
        let fork = Fork {
            parent: self.current,
            at: now,
            entry,
            command,
        };
        let branch = Branch {
            recording,
            name: None,
            fork: Some(fork),
        };
        self.list.push((id, Rc::new(branch)));
        self.go_to(id);
        id
    }

    /// Begins a run of another scenario in place of all branches.
    pub fn begin(&mut self, scenario: Rc<Scenario>) {
        self.remember();
        let first = Branch {
            recording: Recording::with_limits(scenario, self.limits),
            name: None,
            fork: None,
        };
        self.current = BranchId(self.next);
        self.next += 1;
        self.list = vec![(self.current, Rc::new(first))];
    }

    /// Looks at another branch. False where there is none of that number.
    pub fn switch(&mut self, id: BranchId) -> bool {
        let there = self.place(id).is_some();
        if there && id != self.current {
            self.go_to(id);
        }
        there
    }

    fn go_to(&mut self, id: BranchId) {
        self.current = id;
        self.share_out();
    }

    /// The current branch keeps all that it may, the others little enough.
    fn share_out(&mut self) {
        let (current, limits) = (self.current, self.limits);
        let others = self.list.len().max(2) - 1;
        for (id, branch) in &mut self.list {
            let wanted = if *id == current {
                limits
            } else {
                resting(limits, 2 * others)
            };
            if branch.recording.limits() != wanted {
                Rc::make_mut(branch).recording.keep(wanted);
            }
        }
    }

    /// Calls a branch something; nothing calls it by what began it again. False where there is none
    /// of that number.
    pub fn rename(&mut self, id: BranchId, name: Option<String>) -> bool {
        let Some(place) = self.place(id) else {
            return false;
        };
        if self.list[place].1.name != name {
            self.remember();
            Rc::make_mut(&mut self.list[place].1).name = name;
        }
        true
    }

    /// Deletes a branch, though not the last one. Those that came from it stay; they come from its
    /// parent then, from where the two left each other. False where nothing was deleted.
    pub fn delete(&mut self, id: BranchId) -> bool {
        let Some(place) = self.place(id).filter(|_| self.list.len() > 1) else {
            return false;
        };
        self.remember();
        let (_, gone) = self.list.remove(place);
        let is_child = |branch: &Branch| branch.fork.as_ref().is_some_and(|fork| fork.parent == id);
        let mut left = gone.fork.clone();
        for (child, branch) in &mut self.list {
            if !is_child(branch) {
                continue;
            }
            let branch = Rc::make_mut(branch);
            let own = branch.fork.take();
            branch.fork = match (&left, own) {
                (Some(left), Some(own)) => Some(earlier(left, own)),
                (_, own) => {
                    // The first child of a branch that came from none takes its place.
                    left = own.map(|own| Fork {
                        parent: *child,
                        ..own
                    });
                    None
                }
            };
        }
        if self.current == id {
            let parent = gone.fork.as_ref().map(|fork| fork.parent);
            let parent = parent.filter(|parent| self.place(*parent).is_some());
            self.go_to(parent.unwrap_or(self.list[0].0));
        }
        true
    }

    /// The first entry at which what is known of two branches differs; nothing where one is the
    /// beginning of the other.
    pub fn first_difference(&self, one: BranchId, other: BranchId) -> Option<EventId> {
        let (one_run, other_run) = (self.branch(one)?, self.branch(other)?);
        let (one_run, other_run) = (&one_run.recording, &other_run.recording);
        let end = one_run.journal().len().min(other_run.journal().len());
        let mut start = self.shared(one, other);
        while start < end {
            /// How many are read at once.
            const PIECE: usize = 1_024;
            let piece = start..(start + PIECE).min(end);
            start = piece.end;
            let read = |run: &Recording| {
                let mut entries: Vec<(EventId, Entry)> = Vec::new();
                run.read(piece.clone(), |id, entry| entries.push((id, entry.clone())));
                entries
            };
            let (ours, theirs) = (read(one_run), read(other_run));
            let mut pairs = ours.iter().zip(&theirs);
            if let Some(((id, _), _)) = pairs.find(|(ours, theirs)| ours != theirs) {
                return Some(*id);
            }
        }
        None
    }

    /// How many entries two branches share by where they come from.
    fn shared(&self, one: BranchId, other: BranchId) -> usize {
        let line = |id: BranchId| {
            // From itself back: each branch, and up to which entry the first one goes its way.
            let mut line = vec![(id, usize::MAX)];
            let mut last = (id, usize::MAX);
            while let Some(fork) = self.branch(last.0).and_then(|branch| branch.fork.as_ref()) {
                last = (fork.parent, last.1.min(fork.entry.index()));
                line.push(last);
            }
            line
        };
        let (ours, theirs) = (line(one), line(other));
        let common = ours.iter().find_map(|(id, until)| {
            let same = theirs.iter().find(|(their, _)| their == id)?;
            Some(same.1.min(*until))
        });
        common.unwrap_or(0)
    }

    /// Whether there is anything to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is anything to do again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes back the last change: of the branches, or by an act. False where there is none.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.undo.pop() else {
            return false;
        };
        let after = self.restore(before);
        self.redo.push(after);
        true
    }

    /// Does again what was undone last, and not followed by another change.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.redo.pop() else {
            return false;
        };
        let before = self.restore(after);
        self.undo.push(before);
        true
    }

    /// Keeps all branches as they are, before a change.
    fn remember(&mut self) {
        let now = self.snapshot();
        self.redo.clear();
        self.undo.push(now);
        if self.undo.len() > UNDONE {
            self.undo.remove(0);
        }
    }

    fn snapshot(&self) -> Snapshot {
        let little = resting(self.limits, UNDONE);
        let list = self.list.iter().map(|(id, branch)| {
            let mut branch = Rc::clone(branch);
            if branch.recording.limits() == self.limits {
                Rc::make_mut(&mut branch).recording.keep(little);
            }
            (*id, branch)
        });
        Snapshot {
            list: list.collect(),
            current: self.current,
        }
    }

    /// Puts what is now in the place of what was, and says what that was. A branch with the same
    /// commands stays where it is, since looking around in it is no change.
    fn restore(&mut self, wanted: Snapshot) -> Snapshot {
        let before = self.snapshot();
        let list = wanted.list.into_iter().map(|(id, mut branch)| {
            let own = self.branch(id).map(|own| &own.recording);
            if let Some(own) = own.filter(|own| own.does_the_same(&branch.recording)) {
                Rc::make_mut(&mut branch).recording = own.clone();
            }
            (id, branch)
        });
        self.list = list.collect();
        self.current = wanted.current;
        self.share_out();
        before
    }
}

/// Little enough that so many of these are no more than one.
fn resting(limits: Limits, many: usize) -> Limits {
    Limits {
        entries: (limits.entries / many).max(2 * limits.near),
        memory: limits.memory / many,
        ..limits
    }
}

/// Where a branch leaves the parent of the one that it left, which is gone.
fn earlier(gone: &Fork, own: Fork) -> Fork {
    if own.entry < gone.entry {
        Fork {
            parent: gone.parent,
            ..own
        }
    } else {
        gone.clone()
    }
}
