use super::*;
use crate::scenario::library;
use crate::time::Duration;

fn layout(name: &str) -> (Scenario, Layout) {
    let scenario = library::load(name).unwrap();
    let layout = Layout::new(&scenario);
    (scenario, layout)
}

fn crowd(clients: u32) -> (Scenario, Layout) {
    let hour = Duration::from_secs(3_600);
    let scenario = Scenario::new(library::workload(clients, hour, hour)).unwrap();
    let layout = Layout::new(&scenario);
    (scenario, layout)
}

#[test]
fn no_two_nodes_stand_in_one_place() {
    for (name, _) in library::FILES {
        let (scenario, layout) = layout(name);
        assert!(layout.crowds.is_empty(), "{name}");
        let mut places: Vec<Place> = Vec::new();
        for (id, _) in scenario.nodes() {
            let place = layout.place(id, false);
            assert!(
                (10.0..=90.0).contains(&place.x) && (10.0..=90.0).contains(&place.y),
                "{name}: {place:?}"
            );
            assert!(!places.contains(&place), "{name}: {place:?} twice");
            assert_eq!(layout.place(id, true), place);
            places.push(place);
        }
    }
}

#[test]
fn a_router_stands_between_its_networks() {
    let (scenario, layout) = layout("relay");
    let across = ["laptop", "switch1", "router", "switch2", "server"]
        .map(|id| layout.place(scenario.find(id).unwrap(), false).x);
    assert!(across.is_sorted_by(|one, other| one < other), "{across:?}");
}

#[test]
fn no_two_cables_are_pressed_in_one_place_wherever_clients_have_moved() {
    for (name, _) in library::FILES {
        let (scenario, layout) = layout(name);
        let mut grips: Vec<Place> = Vec::new();
        for (id, ends, _) in scenario.cables() {
            let grip = layout.grip(ends, scenario.is_spare(id));
            let near = |other: &Place| (other.x - grip.x).hypot(other.y - grip.y) < 5.0;
            assert!(!grips.iter().any(near), "{name}: {ends:?} at {grip:?}");
            grips.push(grip);
        }
    }
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
    let (scenario, layout) = layout("two-servers");
    let at = |id: &str| layout.place(scenario.find(id).unwrap(), false);
    assert!(at("laptop").x < at("switch").x && at("switch").x < at("server1").x);
    assert!(at("server1").y < at("server2").y);
    assert_eq!(at("laptop").towards(at("switch"), 0.5).y, at("laptop").y);
}

#[test]
fn more_than_a_few_clients_of_a_switch_are_a_crowd() {
    assert!(crowd(8).1.crowds.is_empty());
    for count in [9, 20, 200, 1_000, 10_000] {
        let (scenario, layout) = crowd(count);
        let [crowd] = layout.crowds.as_slice() else {
            panic!("{} crowds", layout.crowds.len());
        };
        assert_eq!(crowd.members.len(), count as usize);
        assert_eq!(Some(crowd.switch), scenario.find("switch"));
        let switch = layout.place(crowd.switch, false);
        for narrow in [false, true] {
            let mut seats: Vec<(u64, u64)> = crowd
                .members
                .iter()
                .map(|member| {
                    let place = layout.place(*member, narrow);
                    assert!(place.x > 0.0 && place.x < switch.x - 8.0, "{place:?}");
                    assert!(place.y > 0.0 && place.y < 100.0, "{place:?}");
                    (place.x.to_bits(), place.y.to_bits())
                })
                .collect();
            seats.sort_unstable();
            seats.dedup();
            assert_eq!(seats.len(), count as usize, "no two on one seat");
        }
        for (id, node) in scenario.nodes() {
            let is_client = node.kind == NodeKind::Client;
            assert_eq!(layout.crowd_of(id), is_client.then_some(0));
        }
    }
}
