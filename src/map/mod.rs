//! Ordered maps and sets. Natively they are the standard library's B-trees. On the page they are sorted
//! lists: each kind of B-tree would weigh 2,000 to 6,000 bytes there, and for the thousand clients that
//! a page runs a list does as well. Both give the same things in the same order, so a run is the same.

mod sorted;

#[cfg(not(target_arch = "wasm32"))]
pub use std::collections::{BTreeMap as Map, BTreeSet as Set};

#[cfg(target_arch = "wasm32")]
pub use sorted::{Map, Set};

#[cfg(test)]
mod tests;
