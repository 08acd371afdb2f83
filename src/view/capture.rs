//! The run as a pcapng file: each host's card is an interface, each frame stands once, as its
//! sender put it on the wire.

use super::pcapng::Pcapng;
use crate::scenario::{NodeKind, Scenario};
use crate::sim::{Journal, What};

/// The bytes of a capture of everything that was sent.
pub fn capture(scenario: &Scenario, journal: &Journal) -> Vec<u8> {
    let hosts: Vec<_> = scenario
        .nodes()
        .filter(|(_, node)| node.kind != NodeKind::Switch)
        .collect();
    let names: Vec<String> = hosts.iter().map(|(_, node)| node.id.clone()).collect();
    let mut capture = Pcapng::new(&names);
    for (id, entry) in journal.from(0) {
        let What::Sent { origin, frame, .. } = &entry.what else {
            continue;
        };
        let place = hosts.iter().position(|(node, _)| Some(*node) == entry.node);
        if let (true, Some(place)) = (*origin == id, place) {
            capture.packet(
                u32::try_from(place).unwrap_or(0),
                entry.at,
                frame.bytes(),
                None,
            );
        }
    }
    capture.into_bytes()
}
