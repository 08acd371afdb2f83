//! Which entry a question is about.

use super::{Ask, Session};
use crate::app::narration::narration;
use crate::lesson::{latest, why};
use crate::sim::EventId;

impl Session {
    /// The entry that is asked about.
    pub(super) fn asked(&self, what: Ask) -> Option<EventId> {
        let written = self.world().written();
        match what {
            Ask::Last => narration(self).about().or_else(|| {
                let last = latest(self.scenario(), self.journal(), written)?;
                Some(last.0)
            }),
            Ask::Node(node) => why::standing(self.branches.recording(), node),
            Ask::Deadline(node, reason) => {
                let waits = why::waits(self.branches.recording(), node);
                let mut waits = waits.into_iter();
                waits.find(|wait| wait.reason == reason)?.set_by
            }
        }
    }
}
