//! A map as a sorted list. Each kind of `BTreeMap` costs the page some kilobytes; where there are a
//! hundred entries and not ten thousand, a list does.

/// Values by their keys, in the order of the keys.
#[derive(Clone, Debug)]
pub(crate) struct SortedMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let place = self.place(key).ok()?;
        Some(&self.0[place].1)
    }

    /// Gives a key a value, in place of the one that it had.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Forgets a key.
    pub(crate) fn remove(&mut self, key: &K) {
        if let Ok(place) = self.place(key) {
            self.0.remove(place);
        }
    }

    /// Forgets the keys of which `keep` does not hold.
    pub(crate) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.0.retain(|(key, _)| keep(key));
    }

    /// The values, in the order of their keys.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_the_order_of_their_keys_and_are_replaced_and_forgotten_by_key() {
        let mut map = SortedMap::default();
        for (key, value) in [(5, "five"), (1, "one"), (9, "nine"), (5, "V"), (3, "three")] {
            map.insert(key, value);
        }
        assert_eq!(
            map.values().copied().collect::<Vec<_>>(),
            ["one", "three", "V", "nine"]
        );
        assert_eq!((map.get(&5), map.get(&4)), (Some(&"V"), None));
        map.remove(&5);
        map.remove(&4);
        map.retain(|key| *key != 1);
        assert_eq!(map.values().copied().collect::<Vec<_>>(), ["three", "nine"]);
    }
}
