use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::sorted::{Map, Set};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_sorted_list_does_what_a_b_tree_does(
        deeds in prop::collection::vec((0_u8..7, 0_u8..24, 0_u8..24), 0..60),
    ) {
        let (mut map, mut tree) = (Map::new(), BTreeMap::new());
        let (mut set, mut things) = (Set::new(), BTreeSet::new());
        for (deed, key, value) in deeds {
            match deed {
                0 | 1 => {
                    prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                    prop_assert_eq!(set.insert(key), things.insert(key));
                }
                2 => {
                    prop_assert_eq!(map.remove(&key), tree.remove(&key));
                    prop_assert_eq!(set.remove(&key), things.remove(&key));
                }
                3 => {
                    *map.entry(key).or_insert(value) ^= 1;
                    *tree.entry(key).or_insert(value) ^= 1;
                    prop_assert_eq!(set.pop_first(), things.pop_first());
                }
                4 => {
                    let get = map.get_mut(&key).map(|own| std::mem::replace(own, value));
                    let expected = tree.get_mut(&key).map(|own| std::mem::replace(own, value));
                    prop_assert_eq!(get, expected);
                }
                5 => {
                    map.retain(|known, value| !(known ^ *value).is_multiple_of(3));
                    tree.retain(|known, value| !(known ^ *value).is_multiple_of(3));
                    set.retain(|known| !(known ^ value).is_multiple_of(3));
                    things.retain(|known| !(known ^ value).is_multiple_of(3));
                }
                _ => {
                    map.extend([(key, 1), (value, 2)]);
                    tree.extend([(key, 1), (value, 2)]);
                    set.extend([key, value]);
                    things.extend([key, value]);
                }
            }
            prop_assert_eq!(map.get(&key), tree.get(&key));
            prop_assert_eq!(map.contains_key(&value), tree.contains_key(&value));
            prop_assert_eq!(set.contains(&value), things.contains(&value));
            prop_assert!(map.iter().eq(tree.iter()) && map.len() == tree.len());
            prop_assert!(map.iter().rev().eq(tree.iter().rev()));
            prop_assert!(map.keys().eq(tree.keys()) && map.values().eq(tree.values()));
            prop_assert!(set.iter().eq(things.iter()) && set.is_empty() == things.is_empty());
            prop_assert_eq!((set.first(), set.last()), (things.first(), things.last()));
            let (low, high) = (key.min(value), key.max(value));
            prop_assert!(map.range(low..=high).eq(tree.range(low..=high)));
            prop_assert!(map.range(high..).eq(tree.range(high..)));
            prop_assert!(set.range(..low).eq(things.range(..low)));
        }
        let collected: Map<u8, u8> = tree.clone().into_iter().collect();
        prop_assert_eq!(&collected, &map);
        prop_assert!(map.into_iter().eq(tree));
        prop_assert!(set.into_iter().eq(things));
    }
}

#[test]
fn a_key_is_found_by_what_it_borrows() {
    let mut map: Map<String, u8> = [("b".to_owned(), 2), ("a".to_owned(), 1)]
        .into_iter()
        .collect();
    assert_eq!(map.get("a"), Some(&1));
    assert!(map.contains_key("b"));
    assert_eq!(map.remove("b"), Some(2));
    assert_eq!(map.len(), 1);
}
