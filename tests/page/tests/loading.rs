//! What the page loads, when, and what it does where a file cannot be had.

mod common;

use anyhow::{Context as _, Result};
use common::click;
use page_tests::{Page, View, wait_for};

/// Chooses in the list of this id as a person does.
fn choose(page: &Page, list: &str, value: &str) -> Result<()> {
    let script = format!(
        "const list = document.getElementById('{list}');
         list.value = '{value}'; list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    page.script(&script).map(drop)
}

/// What the list of this id shows.
fn chosen(page: &Page, list: &str) -> Result<String> {
    let value = page.script(&format!("return document.getElementById('{list}').value"))?;
    Ok(value.as_str().context("a value")?.to_owned())
}

/// The files in JSON that were loaded, without their folders' digests.
fn loaded(page: &Page) -> Vec<String> {
    let requests = page.server().requests();
    let files = requests.iter().filter(|one| one.path.ends_with(".json"));
    let mut names: Vec<String> = files
        .map(|one| one.path.rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    names.sort();
    names
}

/// How many messages stand on the ladder, in whatever language.
fn messages(page: &Page) -> Result<u64> {
    let count = page.script("return document.querySelectorAll('.rows .message').length")?;
    count.as_u64().context("a number")
}

/// What is said to everyone at once, besides the story.
fn said(page: &Page) -> Result<String> {
    let said = page.script("return document.querySelector('.notices').textContent")?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_first_visit_loads_one_language_and_one_story_and_others_when_they_are_chosen() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    let first = ["texts.json", "two-servers.json"];
    assert_eq!(loaded(&page), first);
    choose(&page, "scenario", "lease-origin")?;
    wait_for("the other story", || {
        Ok(page.script("return document.querySelectorAll('.network .node').length")? == 4)
    })?;
    choose(&page, "language", "es")?;
    page.find("button", "Reproducir")?;
    choose(&page, "language", "en")?;
    page.find("button", "Play")?;
    choose(&page, "scenario", "two-servers")?;
    choose(&page, "language", "es")?;
    page.find("button", "Reproducir")?;
    let all = [
        "lease-origin.json",
        "texts.json",
        "texts.json",
        "two-servers.json",
    ];
    assert_eq!(loaded(&page), all, "nothing twice");
    page.assert_clean()
}

#[test]
fn the_last_choice_wins_whatever_comes_first() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    choose(&page, "language", "es")?;
    choose(&page, "language", "pt-BR")?;
    choose(&page, "language", "en")?;
    choose(&page, "language", "pt-BR")?;
    page.find("button", "Reproduzir")?;
    wait_for("all texts", || Ok(loaded(&page).len() == 4))?;
    page.find("button", "Reproduzir")?;
    assert_eq!(
        page.script("return document.documentElement.lang")?,
        "pt-BR"
    );
    page.assert_clean()
}

#[test]
fn what_cannot_be_loaded_is_said_changes_nothing_and_can_be_tried_again() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Next message")?;
    page.server().withhold(&["/es/", "lease-origin"]);
    choose(&page, "language", "es")?;
    wait_for("the notice", || {
        Ok(said(&page)?.contains("Español could not be loaded."))
    })?;
    assert_eq!(chosen(&page, "language")?, "en");
    page.find("button", "Play")?;
    page.server().withhold(&["lease-origin"]);
    click(&page, "Try again")?;
    page.find("button", "Reproducir")?;
    assert_eq!(said(&page)?, "");
    choose(&page, "scenario", "lease-origin")?;
    wait_for("the notice", || {
        Ok(said(&page)?.contains("No se pudo cargar"))
    })?;
    assert_eq!(chosen(&page, "scenario")?, "two-servers");
    assert_eq!(messages(&page)?, 1, "the run is where it was");
    page.server().withhold(&[]);
    click(&page, "Reintentar")?;
    wait_for("the other story", || Ok(messages(&page)? == 0))?;
    assert_eq!(page.requests_elsewhere()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_page_that_cannot_start_says_so_and_can_be_tried_again() -> Result<()> {
    let page = Page::open(&View {
        language: "es",
        ..View::default()
    })?;
    page.find("button", "Reproducir")?;
    for file in ["/es/", "_bg.wasm", "two-server-day.json"] {
        page.server().withhold(&[file]);
        page.go("")?;
        wait_for("the message", || {
            let text = page.script("return document.querySelector('[role=alert]').textContent")?;
            let text = text.as_str().unwrap_or_default();
            Ok(text.contains("No se pudo cargar DHCP Lab."))
        })?;
        page.server().withhold(&[]);
        click(&page, "Reintentar")?;
        page.find("button", "Reproducir")?;
    }
    Ok(())
}
