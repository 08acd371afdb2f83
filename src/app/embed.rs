//! What a script on the page can call: the beginning of the embedding interface. `start.js` hands
//! it out as `window.dhcpLab`.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::wasm_bindgen;

use super::browser::{Loader, Outlet};
use crate::scenario::{Scenario, library};
use crate::sim::Recording;
use crate::supplies;
use crate::text::Language;
use crate::time::Instant;
use crate::view::digest;

/// Hands a file over: `locales/LANGUAGE/...` or `scenarios/NAME.json` ([`crate::supplies`]).
#[wasm_bindgen]
pub fn supply(name: &str, text: &str) {
    supplies::put(name, text);
}

/// The file of the scenario to begin with: of the one that is wanted, if there is one of this name.
#[wasm_bindgen]
pub fn story(wanted: &str) -> String {
    let known = library::NAMES.iter().find(|name| **name == wanted);
    library::file_name(known.unwrap_or(&library::NAMES[0]))
}

/// Puts the page into the document, in a language whose texts were handed over. `load` gets the names
/// of further files, with a space between them, and a function; it hands the files over and then calls
/// that with whether it could. `save` gets a file's name and what is in it, text or bytes. `link` gets a
/// text and a function; it makes an address that holds the text, and then calls that with whether the
/// address is in the clipboard. `given` is the text that the page's own address holds, if it holds one;
/// it is empty where it could not be unpacked.
#[wasm_bindgen]
pub fn open(language: &str, load: Function, save: Function, link: Function, given: Option<String>) {
    let (loader, outlet) = (Loader::new(load), Outlet::new(save, link));
    super::mount(Language::from_tag(language), loader, outlet, given);
}

fn run(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<Recording, String> {
    let scenario = Scenario::parse(scenario).map_err(|problem| problem.to_string())?;
    let scenario = match seed {
        Some(seed) => scenario.with_seed(seed),
        None => scenario,
    };
    let mut recording = Recording::new(Rc::new(scenario));
    recording.seek(Instant::from_micros(until_micros));
    Ok(recording)
}

/// A number that a fresh run of a scenario's file up to an instant in microseconds shares only
/// with runs that went the same way to the last byte.
///
/// # Errors
/// What is wrong with the file, in words.
#[wasm_bindgen]
pub fn digest(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<u64, String> {
    Ok(digest::digest(run(scenario, until_micros, seed)?.journal()))
}

/// The journal of such a run, a line of JSON an event, as `dhcp-lab run --journal` writes it. Only
/// in the draft that `serve` shows: it is for tests, and weighs several kilobytes.
///
/// # Errors
/// What is wrong with the file, in words.
#[cfg(debug_assertions)]
#[wasm_bindgen]
pub fn journal(scenario: &str, until_micros: u64, seed: Option<u64>) -> Result<String, String> {
    let recording = run(scenario, until_micros, seed)?;
    Ok(crate::view::journal::lines(
        recording.scenario(),
        recording.journal(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_s_script_knows_the_languages_and_the_first_story() {
        let trunk = include_str!("../../Trunk.toml");
        let tags = Language::ALL.map(Language::tag).join(" ");
        let story = library::NAMES[0];
        let attributes = format!("data-languages=\"{tags}\" data-story=\"{story}\"");
        assert!(trunk.contains(&attributes), "{attributes}");
    }

    #[test]
    fn the_story_that_is_wanted_is_loaded_if_there_is_one() {
        let first = library::file_name(library::NAMES[0]);
        assert_eq!(story("lease-origin"), "scenarios/lease-origin.json");
        assert_eq!(story("three-servers"), first);
        assert_eq!(story("../page"), first);
    }

    #[test]
    fn every_language_of_the_script_can_say_that_the_page_cannot_be_loaded() {
        let script = include_str!("start.js");
        for language in Language::ALL {
            let tag = language.tag();
            let named = [format!("  {tag}: ["), format!("  \"{tag}\": [")];
            assert!(named.iter().any(|name| script.contains(name)), "{tag}");
        }
    }
}
