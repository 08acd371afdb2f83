//! What a world and its journal look like: pure projections, without a browser.
//!
//! A view takes a scenario, a journal (or the part of it up to the cursor) and a world, and makes
//! plain data of them that a page draws or a file holds.

pub mod capture;
pub mod deaf;
pub mod digest;
pub mod journal;
pub mod ladder;
pub mod mermaid;
pub mod node;
pub mod pcapng;
pub mod stage;
pub mod timeline;

#[cfg(test)]
mod tests;
