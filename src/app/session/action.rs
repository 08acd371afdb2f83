//! What a person does to a session, and what can be open in it.

use super::{Export, Filter};
use crate::app::pace::Speed;
use crate::dhcp::Reason;
use crate::scenario::{Command, Edit, LinkId, NodeId, Problem, library};
use crate::sim::{BranchId, EventId};
use crate::text::{Language, Sentence};
use crate::time::Instant;

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
    /// A cable, and what goes wrong on it.
    Link(LinkId),
    /// A message's fields and bytes: the entry in which it was sent.
    Packet(EventId),
    /// The list of everything that can be done.
    Deeds,
    /// What one can do, and by which key.
    Help,
    /// Why an entry came about.
    Why(EventId),
}

/// Something that a person asks about without naming an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Why the last thing that was told has happened.
    Last,
    /// Why a node is in the state that it is in.
    Node(NodeId),
    /// What a node's deadline was set for.
    Deadline(NodeId, Reason),
}

/// What playback can jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A message of those that are shown.
    Message,
    /// A client's T1.
    T1,
    /// A client's T2.
    T2,
    /// The end of a lease.
    Expiry,
    /// A client, or a server with a partner, goes from one state to another.
    State,
}

impl Target {
    /// All of them, in the order in which the page lists them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Message, Self::T1, Self::T2, Self::Expiry, Self::State];

    /// The texts that name it, the way to the next one, and the way back to the last one.
    pub(crate) fn texts(self) -> [&'static str; 3] {
        match self {
            Self::Message => ["ui.target.message", "ui.next-message", "ui.last-message"],
            Self::T1 => ["ui.target.t1", "ui.next-t1", "ui.last-t1"],
            Self::T2 => ["ui.target.t2", "ui.next-t2", "ui.last-t2"],
            Self::Expiry => ["ui.target.expiry", "ui.next-expiry", "ui.last-expiry"],
            Self::State => ["ui.target.state", "ui.next-state", "ui.last-state"],
        }
    }
}

/// Something to tell the person besides the story.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// The address of the page names a scenario that there is not.
    NoScenario(String),
    /// The rest of the story has none of these.
    NoMore(Target),
    /// There is none of these before.
    NoneBefore(Target),
    /// What was to be done at another instant is done there.
    Planned(Instant, Command),
    /// What was done began a branch; what was known goes on in this one.
    Forked(BranchId),
    /// A branch of this name was deleted.
    Deleted(String),
    /// This was undone.
    Undone(Sentence),
    /// No node has a name with this in it.
    NoNode(String),
    /// A file of this name could not be opened, and why: by the reader's own words, or without any
    /// where the browser could not read it.
    BadFile(String, Option<Problem>),
    /// What the page's address holds is no scenario, and why: by the reader's own words, or without
    /// any where it could not even be unpacked.
    BadLink(Option<Problem>),
    /// The network cannot be changed so, and why.
    BadEdit(Problem),
    /// A link was made: it is in the clipboard, or else in the page's address.
    Shared(bool),
    /// This could not be done, since a file for it could not be loaded.
    NotLoaded(Box<Action>),
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
    /// Back to the last of these.
    Last(Target),
    /// From now on, keys look for these.
    Kind(Target),
    /// To an instant.
    Seek(Instant),
    /// To the end of the story.
    End,
    /// To where it opens, paused.
    StartOver,
    /// Do something to the network, now.
    Do(Command),
    /// Do something to it at another instant.
    DoAt(Instant, Command),
    /// Open a panel.
    Open(Panel),
    /// Ask why.
    Ask(Ask),
    /// Go to the instant of an entry, and say why it came about.
    Show(EventId),
    /// Open the panel of the node of this name, or with this in its name.
    Find(String),
    /// Close it.
    Close,
    /// Set the speed.
    Speed(Speed),
    /// Let time pass as it really does, or not.
    RealTime(bool),
    /// Show these messages.
    Filter(Filter),
    /// Someone reads what lies further back on the ladder, or no longer.
    Reading(bool),
    /// Show more of what lies further back on the ladder.
    Earlier,
    /// Show as much of the ladder as before a jump.
    Unfold,
    /// Speak another language.
    Language(Language),
    /// Look another way.
    Theme(Theme),
    /// Run another scenario.
    Scenario(String),
    /// Run the scenario that is in a file of this name, which has this text; none where it cannot
    /// be read.
    Load(String, Option<String>),
    /// Save this as a file.
    Export(Export),
    /// Make a link that holds everything that was done.
    Share,
    /// It was made, and is in the clipboard or not.
    Shared(bool),
    /// Change the network itself.
    Edit(Edit),
    /// Take back the last change.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Look at another branch.
    Switch(BranchId),
    /// Call a branch so; by what began it, if this is empty.
    Rename(BranchId, String),
    /// Delete a branch.
    Delete(BranchId),
    /// Have a branch stand beside the one that is looked at, or none.
    Compare(Option<BranchId>),
    /// What was to be done needs a file that could not be loaded.
    NotLoaded(Box<Action>),
    /// Take letters as keys, or not.
    Letters(bool),
    /// The notice was read.
    Dismiss,
}

impl Action {
    /// The files that it takes and that are not here yet.
    pub(crate) fn missing(&self) -> Vec<String> {
        if let Self::Language(language) = self
            && !language.is_here()
        {
            return vec![language.file_name()];
        }
        if let Self::Scenario(name) = self
            && library::NAMES.contains(&name.as_str())
            && library::file(name).is_none()
        {
            return vec![library::file_name(name)];
        }
        Vec::new()
    }

    /// Whether an earlier one that still waits for its files need not be done any more.
    pub(crate) fn replaces(&self, earlier: &Self) -> bool {
        matches!(
            (self, earlier),
            (Self::Language(_), Self::Language(_))
                | (Self::Scenario(_) | Self::Load(..), Self::Scenario(_))
        )
    }
}
