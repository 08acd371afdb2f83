//! What made the network lose a message: the cable that was pulled out, the power that went, the
//! fault that a person has set.

use super::last;
use crate::lesson::Story;
use crate::scenario::{Command, Faults, LinkId, NodeId, Partition};
use crate::sim::{DropReason, Entry, EventId, What};

/// The entry that made the network lose what was lost in entry `id`; nothing where it is the file
/// that says so.
pub(super) fn fault(story: &Story<'_>, id: EventId, entry: &Entry) -> Option<EventId> {
    let What::Dropped { origin, reason, .. } = &entry.what else {
        return None;
    };
    let node = entry.node?;
    let last =
        |is_it: &dyn Fn(&Entry) -> bool| last(story.journal, 0..id.0, &|_, entry| is_it(entry));
    match reason {
        DropReason::NoCarrier => last(&|past| {
            matches!(&past.what, What::Carrier { link, up: false }
                if story.scenario.ends(*link).contains(&node))
        }),
        DropReason::CarrierLost => {
            let over = link(story, *origin, id, node)?;
            last(&|past| matches!(&past.what, What::Carrier { link, up: false } if *link == over))
        }
        DropReason::Crashed => {
            last(&|past| past.node == Some(node) && matches!(past.what, What::Software(false)))
        }
        DropReason::Partition => {
            let sender = story.journal.get(*origin)?.node?;
            last(&|past| command(past).is_some_and(|command| parts(command, sender, node)))
        }
        DropReason::Loss | DropReason::Burst | DropReason::QueueFull => {
            let over = link(story, *origin, id, node);
            last(&|past| command(past).is_some_and(|command| spoils(command, over, node, story)))
        }
        DropReason::Person => entry.cause,
    }
}

/// Over which link the copy of a message came that was lost at a node.
fn link(story: &Story<'_>, message: EventId, lost: EventId, node: NodeId) -> Option<LinkId> {
    let over = |entry: &Entry| match &entry.what {
        What::Sent {
            origin, link, to, ..
        } => (*origin == message && *to == node).then_some(*link),
        What::Flooded { origin, over, .. } if *origin == message => {
            let mut over = over.iter();
            over.find(|(_, to)| *to == node).map(|(link, _)| link)
        }
        What::Flooded { .. }
        | What::Command(_)
        | What::Ended(_)
        | What::InVain(_)
        | What::Power(_)
        | What::Software(_)
        | What::Carrier { .. }
        | What::Received { .. }
        | What::Dropped { .. }
        | What::Fired { .. }
        | What::Dhcp(_)
        | What::Net(_) => None,
    };
    let journal = story.journal;
    let id = last(journal, message.0..lost.0, &|_, entry| {
        over(entry).is_some()
    })?;
    over(journal.get(id)?)
}

/// What was done in this entry: a command, or what takes its place when its time is over.
fn command(entry: &Entry) -> Option<&Command> {
    let (What::Command(command) | What::Ended(command)) = &entry.what else {
        return None;
    };
    if let Command::For(command, _) = command {
        return Some(command);
    }
    Some(command)
}

fn parts(command: &Command, one: NodeId, other: NodeId) -> bool {
    let cut = |parts: &Partition| {
        let [left, right] = parts.groups();
        let apart = |one, other| left.contains(one) && right.contains(other);
        apart(&one, &other) || apart(&other, &one)
    };
    matches!(command, Command::Partition(parts) if cut(parts))
}

fn spoils(command: &Command, over: Option<LinkId>, node: NodeId, story: &Story<'_>) -> bool {
    let Command::Faults(link, faults) = command else {
        return false;
    };
    let here = over.map_or_else(
        || story.scenario.ends(*link).contains(&node),
        |over| over == *link,
    );
    here && *faults != Faults::default()
}
