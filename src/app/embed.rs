//! What a script on the page can call: the beginning of the embedding interface. `start.js` hands
//! it out as `window.dhcpLab`.

use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::scenario::library;
use crate::sim::Recording;
use crate::time::Instant;
use crate::view::journal::lines;

/// The journal of a fresh run of a built-in scenario up to an instant in microseconds, a line of
/// JSON an event, as `dhcp-lab run SCENARIO --until T --seed N --journal F` writes it.
///
/// # Errors
/// What is wrong with the name, in words.
#[wasm_bindgen]
pub fn journal(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<String, String> {
    let scenario = library::load(scenario).map_err(|problem| problem.to_string())?;
    let scenario = match seed {
        Some(seed) => scenario.with_seed(seed),
        None => scenario,
    };
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(Instant::from_micros(until_micros));
    Ok(lines(recording.scenario(), recording.journal()))
}
