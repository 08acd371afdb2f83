//! Where nodes stand on the stage: clients left, switches and routers in the middle, servers right.

use crate::scenario::{NodeFile, NodeId, NodeKind, Scenario};

/// A place on the stage, in hundredths of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// From the left.
    pub(crate) x: f64,
    /// From the top.
    pub(crate) y: f64,
}

impl Place {
    /// The place that lies `part` of the way to another, a part from 0 to 1.
    pub(crate) fn towards(self, other: Self, part: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * part,
            y: self.y + (other.y - self.y) * part,
        }
    }

    /// As a style.
    pub(crate) fn style(self) -> String {
        format!("left:{};top:{}", percent(self.x), percent(self.y))
    }
}

/// A share of a hundred, such as `12.345%`. Without the standard library's formatting of floats,
/// which would be the only one in the page and weighs 5 kB.
#[allow(
    clippy::cast_possible_truncation,
    reason = "shares of a hundred and little more"
)]
pub(crate) fn percent(share: f64) -> String {
    let thousandths = (share * 1_000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    let thousandths = thousandths.unsigned_abs();
    format!("{sign}{}.{:03}%", thousandths / 1_000, thousandths % 1_000)
}

/// The lowest that a node stands: its words hang below it.
const FLOOR: f64 = 90.0;

/// How much lower than the middle the switches beside a router stand, and the others higher.
const STAGGER: f64 = 16.0;

/// The place of every node, by its number.
pub(crate) fn places(scenario: &Scenario) -> Vec<Place> {
    let routed = scenario
        .nodes()
        .any(|(_, node)| node.kind == NodeKind::Router);
    // With a router in the middle, the switches that have clients stand on their side of it.
    let has_clients = |id: NodeId| {
        let mut links = scenario.links().map(|(_, ends, _)| ends);
        links.any(|ends| {
            let client = |end: &NodeId| scenario.node(*end).kind == NodeKind::Client;
            ends.contains(&id) && ends.iter().any(client)
        })
    };
    let column = |(id, node): (NodeId, &NodeFile)| match node.kind {
        NodeKind::Client => 0_usize,
        NodeKind::Switch if routed && has_clients(id) => 1,
        NodeKind::Switch if routed => 3,
        NodeKind::Switch | NodeKind::Router => 2,
        NodeKind::Server | NodeKind::Host => 4,
    };
    let columns: Vec<usize> = scenario.nodes().map(column).collect();
    let stands: [f64; 5] = if routed {
        [12.0, 31.0, 50.0, 69.0, 88.0]
    } else {
        [15.0, 50.0, 50.0, 50.0, 85.0]
    };
    let mut places = Vec::with_capacity(columns.len());
    for (number, column) in columns.iter().enumerate() {
        let above = columns[..number].iter().filter(|other| *other == column);
        let above = above.count();
        let all = columns.iter().filter(|other| *other == column).count();
        let x = stands[*column];
        // Five in a row stand too close for their words: every other one stands lower.
        let shift = match column {
            _ if !routed || all > 1 => 0.0,
            1 | 3 => STAGGER,
            _ => -STAGGER,
        };
        places.push(Place {
            x,
            y: (above as f64 + 0.5) / all as f64 * FLOOR + shift,
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library;

    #[test]
    fn no_two_nodes_stand_in_one_place() {
        for (name, _) in library::FILES {
            let scenario = library::load(name).unwrap();
            let places = places(&scenario);
            assert_eq!(places.len(), scenario.nodes().count());
            for (number, place) in places.iter().enumerate() {
                assert!(
                    (10.0..=90.0).contains(&place.x) && (10.0..=90.0).contains(&place.y),
                    "{name}: {place:?}"
                );
                assert!(!places[..number].contains(place), "{name}: {place:?} twice");
            }
        }
    }

    #[test]
    fn a_router_stands_between_its_networks() {
        let scenario = library::load("relay").unwrap();
        let places = places(&scenario);
        let across = ["laptop", "switch1", "router", "switch2", "server"]
            .map(|id| places[scenario.find(id).unwrap().index()].x);
        assert!(across.is_sorted_by(|one, other| one < other), "{across:?}");
    }

    #[test]
    fn a_share_is_written_with_three_digits() {
        assert_eq!(
            [percent(0.0), percent(12.3456), percent(100.0)],
            ["0.000%", "12.346%", "100.000%"]
        );
        assert_eq!(percent(-0.25), "-0.250%");
    }

    #[test]
    fn clients_stand_left_of_their_switch_and_servers_right() {
        let scenario = library::load("two-servers").unwrap();
        let places = places(&scenario);
        let at = |id: &str| places[scenario.find(id).unwrap().index()];
        assert!(at("laptop").x < at("switch").x && at("switch").x < at("server1").x);
        assert!(at("server1").y < at("server2").y);
        assert_eq!(at("laptop").towards(at("switch"), 0.5).y, at("laptop").y);
    }
}
