//! What a script on the page can call: the beginning of the embedding interface. `start.js` hands
//! it out as `window.dhcpLab`.

use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::scenario::library;
use crate::sim::Recording;
use crate::time::Instant;
use crate::view::digest;

fn run(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<Recording, String> {
    let scenario = library::load(scenario).map_err(|problem| problem.to_string())?;
    let scenario = match seed {
        Some(seed) => scenario.with_seed(seed),
        None => scenario,
    };
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(Instant::from_micros(until_micros));
    Ok(recording)
}

/// A number that a fresh run of a built-in scenario up to an instant in microseconds shares only
/// with runs that went the same way to the last byte.
///
/// # Errors
/// What is wrong with the name, in words.
#[wasm_bindgen]
pub fn digest(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<u64, String> {
    Ok(digest::digest(run(scenario, until_micros, seed)?.journal()))
}

/// The journal of such a run, a line of JSON an event, as `dhcp-lab run --journal` writes it. Only
/// in the draft that `serve` shows: it is for tests, and weighs several kilobytes.
///
/// # Errors
/// What is wrong with the name, in words.
#[cfg(debug_assertions)]
#[wasm_bindgen]
pub fn journal(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<String, String> {
    let recording = run(scenario, until_micros, seed)?;
    Ok(crate::view::journal::lines(
        recording.scenario(),
        recording.journal(),
    ))
}
