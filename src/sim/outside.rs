//! What comes from outside the world: a frame of a real network.

use super::carry::Carry;
use super::journal::{Journal, What};
use super::world::World;
use crate::scenario::{LinkId, NodeId};
use crate::wire::frame::Frame;

impl World {
    /// Brings in a frame over `link` as if `from`, one of its ends, had sent it just now, and says
    /// whether it was let in. One that the node at the other end would not read is left outside,
    /// and out of the journal.
    pub fn inject(
        &mut self,
        link: LinkId,
        from: NodeId,
        frame: &Frame,
        journal: &mut Journal,
    ) -> bool {
        let Some(cable) = self.links.get(link.index()) else {
            return false;
        };
        let to = NodeId(cable.peer(from.0));
        let (carrier, epoch) = (cable.carrier, cable.epoch);
        let wanted = {
            let (world, journal) = (&mut *self, &mut *journal);
            Carry { world, journal }.has_use_for(to, link, frame)
        };
        if !carrier || !wanted {
            return false;
        }
        let origin = self.next_id();
        let arrives = self.now();
        let sent = What::Sent {
            origin,
            link,
            to,
            arrives,
            frame: frame.clone(),
        };
        let entry = self.entry(Some(from), None, sent);
        self.write(journal, entry);
        Carry {
            world: self,
            journal,
        }
        .arrive(link, to, frame, origin, epoch, None);
        true
    }
}
