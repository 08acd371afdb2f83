//! What is drawn of the frames under way. A switch that passes a broadcast on to a thousand clients
//! sends a thousand frames at once: to those who have no use for it they are drawn as one wave.

use super::session::Session;
use crate::net::host::Host;
use crate::scenario::{LinkId, NodeId};
use crate::sim::What;
use crate::view::stage::{Flight, under_way};

/// The most copies of one frame that are drawn one by one on their way into a crowd.
const DRAWN: usize = 3;

/// Copies of a frame on their way to everyone in a crowd.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wave {
    /// The number of the crowd.
    pub(crate) crowd: usize,
    /// One of the copies.
    pub(crate) flight: Flight,
}

/// The frames under way that are drawn one by one, and the waves.
pub(crate) fn flights(session: &Session) -> (Vec<Flight>, Vec<Wave>) {
    let (mut flights, mut waves): (Vec<Flight>, Vec<Wave>) = Default::default();
    let (world, layout) = (session.world(), session.layout());
    for sent in under_way(session.journal(), world.written(), session.now()) {
        let Some(from) = sent.entry.node else {
            continue;
        };
        let flight = |link: LinkId, to: NodeId| Flight {
            id: sent.id,
            origin: sent.origin,
            link,
            from,
            to,
            departs: sent.entry.at,
            arrives: sent.arrives,
            frame: sent.frame.clone(),
        };
        if let What::Sent { link, to, .. } = &sent.entry.what {
            flights.push(flight(*link, *to));
        }
        let What::Flooded { over, .. } = &sent.entry.what else {
            continue;
        };
        let (first, mut drawn) = (waves.len(), 0);
        for (link, to) in over.iter().rev() {
            let Some(crowd) = layout.crowd_of(to) else {
                flights.push(flight(link, to));
                continue;
            };
            if !waves[first..].iter().any(|wave| wave.crowd == crowd) {
                let flight = flight(link, to);
                waves.push(Wave { crowd, flight });
            }
            let uses = |host: &Host| host.has_use_for(sent.frame);
            if drawn < DRAWN && world.node(to).host().is_some_and(uses) {
                drawn += 1;
                flights.push(flight(link, to));
            }
        }
    }
    flights.reverse();
    waves.reverse();
    (flights, waves)
}
