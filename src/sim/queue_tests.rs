use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_put_back_keeps_its_turn() {
    let mut queue = Queue::default();
    let at = Instant::from_micros(5);
    queue.push(at, Event::Boot(NodeId(0)));
    queue.push(at, Event::Boot(NodeId(1)));
    let Some(Due::Event(turn, event)) = queue.pop() else {
        panic!("an event");
    };
    queue.push(at, Event::Boot(NodeId(2)));
    queue.put_back(turn, event);
    let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
    let nodes = order.iter().map(|due| match due {
        Due::Event(_, Event::Boot(node)) => node.0,
        Due::Event(_, Event::Arrive { .. } | Event::Flood(_) | Event::Over(_))
        | Due::Deadline(..) => {
            panic!("{due:?}")
        }
    });
    assert_eq!(nodes.collect::<Vec<_>>(), [0, 1, 2]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_first_deadline_of_all_is_always_known(
        changes in prop::collection::vec((0_u32..20, prop::option::of(0_u64..50)), 1..200),
    ) {
        let mut queue = Queue::default();
        let mut known = BTreeMap::new();
        for (node, at) in changes {
            let turn = at.map(|at| queue.turn(Instant::from_micros(at)));
            queue.set_deadline(NodeId(node), turn);
            match turn {
                Some(turn) => known.insert(node, turn),
                None => known.remove(&node),
            };
            let first = known.iter().map(|(node, turn)| (*turn, *node)).min();
            let due = queue.clone().pop().map(|due| match due {
                Due::Deadline(turn, node) => (turn, node.0),
                Due::Event(..) => panic!("there are none"),
            });
            prop_assert_eq!(due, first);
            prop_assert_eq!(queue.len(), known.len());
        }
    }
}
