//! The page for people who use it otherwise: another language, the keyboard alone, less motion.

mod common;

use std::rc::Rc;

use anyhow::{Context as _, Result, ensure};
use common::{click, clock, kinds, ladder, node_says};
use dhcp_lab::scenario::library;
use dhcp_lab::sim::Recording;
use dhcp_lab::time::Instant;
use dhcp_lab::view::digest;
use dhcp_lab::view::journal::lines;
use page_tests::{Page, View, wait_for};

#[test]
fn the_page_speaks_three_languages() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("combobox", "Language")?;
    for (tag, play, step) in [
        ("es", "Reproducir", "Paso adelante"),
        ("pt-BR", "Reproduzir", "Passo à frente"),
        ("en", "Play", "Step forward"),
    ] {
        let choose = format!(
            "const select = [...document.querySelectorAll('select')].find(s => [...s.options].some(o => o.value === '{tag}'));
             select.value = '{tag}'; select.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        page.script(&choose)?;
        page.find("button", play)?;
        page.find("button", step)?;
        assert_eq!(page.script("return document.documentElement.lang")?, tag);
    }
    page.go("?scenario=two-servers&lang=es")?;
    page.find("button", "Reproducir")?;
    page.assert_clean()
}

#[test]
fn the_browser_s_language_is_taken_first() -> Result<()> {
    let page = Page::open(&View {
        language: "pt-BR",
        ..View::default()
    })?;
    page.find("button", "Reproduzir")?;
    page.assert_clean()
}

#[test]
fn a_wrong_address_is_said_and_loses_nothing() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=three-servers&lang=xx")?;
    page.find("button", "Play")?;
    let said = page
        .all("status")?
        .iter()
        .map(|status| status.text())
        .collect::<Result<Vec<_>>>()?
        .join(" ");
    assert!(said.contains("three-servers"), "{said}");
    click(&page, "Next message")?;
    assert_eq!(kinds(&ladder(&page)?), ["DHCPDISCOVER"]);
    page.assert_clean()
}

#[test]
fn the_keyboard_alone_plays_steps_and_opens() -> Result<()> {
    const TAB: char = '\u{E004}';
    const ENTER: char = '\u{E007}';
    const ESCAPE: char = '\u{E00C}';
    const RIGHT: char = '\u{E014}';
    const LEFT: char = '\u{E012}';
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    page.press(' ')?;
    page.find("button", "Pause")?;
    page.press(' ')?;
    page.find("button", "Play")?;
    wait_for("a message", || {
        page.press(RIGHT)?;
        Ok(!ladder(&page)?.is_empty())
    })?;
    let there = clock(&page)?;
    page.press(RIGHT)?;
    page.press(LEFT)?;
    assert_eq!(clock(&page)?, there);

    let focused = "const e = document.activeElement; return e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent";
    let mut reached = Vec::new();
    for _ in 0..60 {
        page.press(TAB)?;
        let name = page
            .script(focused)?
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let visible = page.script(
            "return [document.activeElement, ...document.activeElement.children].some(e => getComputedStyle(e).outlineStyle !== 'none')",
        )?;
        ensure!(visible == true, "no visible focus on {name:?}");
        if name.starts_with("DHCPDISCOVER from") {
            page.press(ENTER)?;
            page.find("dialog", "DHCPDISCOVER")?;
            page.press(ESCAPE)?;
            wait_for("the panel to close", || {
                Ok(!page.has("dialog", "DHCPDISCOVER")?)
            })?;
            let back = page.script(focused)?;
            assert_eq!(back.as_str(), Some(name.as_str()), "the focus comes back");
        }
        reached.push(name);
        if reached.iter().any(|name| name.starts_with("DHCPDISCOVER"))
            && reached.iter().any(|name| name == "Timeline")
        {
            break;
        }
    }
    for wanted in [
        "Step back",
        "Step forward",
        "Next message",
        "Speed",
        "Timeline",
    ] {
        assert!(
            reached.iter().any(|name| name.contains(wanted)),
            "{wanted} is not reached: {reached:?}"
        );
    }
    assert!(
        reached
            .iter()
            .any(|name| name.starts_with("laptop, client")),
        "{reached:?}"
    );
    page.assert_clean()
}

#[test]
fn the_narration_is_a_live_region_that_cites_the_standard() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Next message")?;
    wait_for("the narration", || {
        let told = page.script(
            "return document.querySelector('.narration [aria-live=polite]')?.textContent ?? ''",
        )?;
        Ok(told
            .as_str()
            .is_some_and(|told| told.contains("laptop") && told.contains("DHCPDISCOVER")))
    })?;
    page.find("link", "RFC 2131, 3.1")?;
    page.assert_clean()
}

#[test]
fn without_motion_nothing_flies_and_everything_is_still_told() -> Result<()> {
    let page = Page::open(&View {
        reduced_motion: true,
        ..View::default()
    })?;
    common::fastest(&page)?;
    click(&page, "Play")?;
    node_says(&page, "laptop", "BOUND")?;
    assert_eq!(kinds(&ladder(&page)?)[0], "DHCPDISCOVER");
    page.assert_clean()
}

/// The same scenario gives the same journal in the browser's wasm and natively: by its digest in
/// the finished page, and line by line in the draft, which can write it.
#[test]
fn wasm_and_native_write_the_same_journal() -> Result<()> {
    let page = Page::open(&View::default())?;
    wait_for("the page's functions", || {
        Ok(page.script("return typeof window.dhcpLab")? == "object")
    })?;
    for (name, seed) in [
        ("two-servers", None),
        ("lease-origin", None),
        ("two-servers", Some(99)),
        ("lease-origin", Some(5)),
        ("two-server-day", None),
        ("crash-and-recover", Some(6)),
        ("partition", Some(7)),
        ("load-balance", Some(8)),
    ] {
        let mut scenario = library::load(name)?;
        if let Some(seed) = seed {
            scenario = scenario.with_seed(seed);
        }
        let scenario = Rc::new(scenario);
        let until: Instant = scenario.until();
        let mut recording = Recording::new(Rc::clone(&scenario));
        recording.seek(until);
        let seed = seed.map_or_else(|| "undefined".to_owned(), |seed: u64| format!("{seed}n"));
        let arguments = format!("'{name}', {}n, {seed}", until.as_micros());
        let digest = page.script(&format!(
            "return window.dhcpLab.digest({arguments}).then(String)"
        ))?;
        // A number of 64 bits comes out of the browser with its sign.
        let digest: i128 = digest.as_str().context("a digest")?.parse()?;
        let digest = u64::try_from(digest.rem_euclid(1 << 64))?;
        assert_eq!(digest, digest::digest(recording.journal()), "{name}");
        if page.script("return typeof window.dhcpLab.journal")? != "function" {
            continue;
        }
        let native = lines(&scenario, recording.journal());
        let wasm = page.script(&format!("return window.dhcpLab.journal({arguments})"))?;
        let wasm = wasm.as_str().context("a journal")?;
        assert!(native.lines().count() > 100);
        for (number, (ours, theirs)) in native.lines().zip(wasm.lines()).enumerate() {
            assert_eq!(ours, theirs, "{name}, line {number}");
        }
        assert_eq!(native.len(), wasm.len(), "{name}");
    }
    page.assert_clean()
}
