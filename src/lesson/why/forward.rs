//! What came of an event.

use crate::sim::{Entry, EventId, Recording, What};

/// The most that are looked for.
const MOST: usize = 12;

/// The entries that came straight from this one, as far as the cursor and the journal has them; what
/// says nothing new, such as the copies of a message and their arrival, is passed over for what came
/// of it.
pub fn came_of(recording: &Recording, id: EventId) -> Vec<EventId> {
    let (journal, end) = (recording.journal(), recording.world().written());
    let mut parents = vec![id];
    let mut came = Vec::new();
    for number in id.index() + 1..end {
        let next = EventId(u32::try_from(number).unwrap_or(u32::MAX));
        let Some(entry) = journal.get(next) else {
            continue;
        };
        if !entry.cause.is_some_and(|cause| parents.contains(&cause)) {
            continue;
        }
        if is_passed_over(next, entry) {
            parents.push(next);
        } else {
            came.push(next);
            if came.len() == MOST {
                break;
            }
        }
    }
    came
}

fn is_passed_over(id: EventId, entry: &Entry) -> bool {
    match &entry.what {
        What::Flooded { .. }
        | What::Received { .. }
        | What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. } => true,
        What::Sent { origin, .. } => *origin != id,
        What::Command(_)
        | What::Ended(_)
        | What::Dropped { .. }
        | What::Fired { .. }
        | What::Dhcp(_)
        | What::Net(_) => false,
    }
}
