//! A list in blocks that its copies share until one of them changes something in a block.

use std::rc::Rc;

/// How many there are in a block.
const BLOCK: usize = 32;

/// Such a list. It keeps its length.
#[derive(Clone, Debug)]
pub(super) struct Shared<T>(Vec<Rc<[T]>>);

impl<T: Clone> Shared<T> {
    pub(super) fn new(list: &[T]) -> Self {
        Self(list.chunks(BLOCK).map(Rc::from).collect())
    }

    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place / BLOCK)?.get(place % BLOCK)
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flat_map(|block| block.iter())
    }

    /// About how many bytes it takes that it does not share with another list.
    pub(super) fn weight_beside(&self, other: &Self) -> usize {
        let pairs = self.0.iter().zip(&other.0);
        let own = pairs.filter(|(one, other)| !Rc::ptr_eq(one, other));
        size_of::<Rc<[T]>>() * self.0.len() + own.count() * BLOCK * size_of::<T>()
    }
}

impl<T> std::ops::Index<usize> for Shared<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.0[place / BLOCK][place % BLOCK]
    }
}

impl<T: Clone> std::ops::IndexMut<usize> for Shared<T> {
    fn index_mut(&mut self, place: usize) -> &mut T {
        &mut Rc::make_mut(&mut self.0[place / BLOCK])[place % BLOCK]
    }
}
