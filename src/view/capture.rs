//! The run as a pcapng file: each host's card, and each of a router's, is an interface; each frame
//! stands once, as its sender put it on the wire.

use super::pcapng::Pcapng;
use crate::net::router::port_name;
use crate::scenario::{NodeId, NodeKind, Scenario};
use crate::sim::{Journal, What};

/// The bytes of a capture of everything that was sent.
pub fn capture(scenario: &Scenario, journal: &Journal) -> Vec<u8> {
    let mut cards: Vec<(NodeId, Option<usize>)> = Vec::new();
    let mut names = Vec::new();
    for (id, node) in scenario.nodes() {
        match node.kind {
            NodeKind::Switch => {}
            NodeKind::Router => {
                for port in 0..node.interfaces.len() {
                    cards.push((id, Some(port)));
                    names.push(format!("{}-{}", node.id, port_name(port)));
                }
            }
            NodeKind::Client | NodeKind::Server | NodeKind::Host => {
                cards.push((id, None));
                names.push(node.id.clone());
            }
        }
    }
    let mut capture = Pcapng::new(&names);
    for (id, entry) in journal.from(0) {
        let (
            What::Sent {
                origin,
                frame,
                link,
                ..
            },
            Some(node),
        ) = (&entry.what, entry.node)
        else {
            continue;
        };
        let card = (node, scenario.port(node, *link));
        let place = cards.iter().position(|known| *known == card);
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
