//! What a person does to a session, and what can be open in it.

use super::Filter;
use crate::app::pace::Speed;
use crate::scenario::{Command, NodeId, Problem};
use crate::sim::EventId;
use crate::text::Language;
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
    /// A message's fields and bytes: the entry in which it was sent.
    Packet(EventId),
}

/// What playback can jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The next message of those that are shown.
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
    /// No node has a name with this in it.
    NoNode(String),
    /// A file of this name could not be opened, and why: by the reader's own words, or without any
    /// where the browser could not read it.
    BadFile(String, Option<Problem>),
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
    /// To where it opens, paused.
    StartOver,
    /// Do something to the network, now.
    Do(Command),
    /// Open a panel.
    Open(Panel),
    /// Open the panel of the node of this name, or with this in its name.
    Find(String),
    /// Close it.
    Close,
    /// Set the speed.
    Speed(Speed),
    /// Let time pass as it really does, or not.
    RealTime(bool),
    /// Show these messages.
    Show(Filter),
    /// Someone reads what lies further back on the ladder, or no longer.
    Reading(bool),
    /// Show more of what lies further back on the ladder.
    Earlier,
    /// Speak another language.
    Language(Language),
    /// Look another way.
    Theme(Theme),
    /// Run another scenario.
    Scenario(String),
    /// Run the scenario that is in a file of this name, which has this text; none where it cannot
    /// be read.
    Load(String, Option<String>),
    /// The notice was read.
    Dismiss,
}
