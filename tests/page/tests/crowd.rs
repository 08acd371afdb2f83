//! Many clients, from a scenario file of one's own: opened, walked through by keyboard, found by name,
//! and at any instant in the states that the engine says.

mod common;

use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    process,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context as _, Result, ensure};
use common::{click, clock};
use dhcp_lab::{
    scenario::{NodeKind, Scenario, library},
    sim::Recording,
    time::{Duration, Instant},
};
use page_tests::{Page, View, wait_for};

const OPEN: &str = "Open a scenario file";
const ENTER: char = '\u{E007}';
const ESCAPE: char = '\u{E00C}';
const LEFT: char = '\u{E012}';
const RIGHT: char = '\u{E014}';
const DOWN: char = '\u{E015}';
const END: char = '\u{E010}';

fn hours(hours: u64) -> Duration {
    Duration::from_secs(3_600 * hours)
}

/// The workload's file for so many clients, written down.
fn workload(clients: u32, until: Duration) -> Result<(PathBuf, Scenario)> {
    let file = library::workload(clients, hours(1), until);
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let path = env::temp_dir().join(format!("dhcp-lab-{}-{number}.json", process::id()));
    fs::write(&path, file.to_json())?;
    Ok((path, Scenario::new(file)?))
}

/// The page with that file open.
fn open(clients: u32, until: Duration, view: &View) -> Result<(Page, Scenario)> {
    let (path, scenario) = workload(clients, until)?;
    let page = Page::open(view)?;
    page.choose_file(OPEN, &path)?;
    page.find("group", &format!("{clients} clients at switch"))?;
    fs::remove_file(path)?;
    Ok((page, scenario))
}

/// What the page has to say besides the story.
fn said(page: &Page) -> Result<String> {
    let all = page.all("status")?;
    let texts: Result<Vec<String>> = all.iter().map(page_tests::Element::text).collect();
    Ok(texts?.join(" "))
}

fn seek(page: &Page, at: Instant) -> Result<()> {
    page.script(&format!(
        "const field = document.querySelector('input.scrub');
         field.value = {};
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));",
        at.as_micros()
    ))?;
    page.find("button", "Play").map(drop)
}

/// How many clients are in which state, by the page.
fn shown(page: &Page) -> Result<BTreeMap<String, usize>> {
    let lines = page.script(
        "return [...document.querySelectorAll('.crowd-head li')].map(line => line.textContent)",
    )?;
    let lines: Vec<String> = serde_json::from_value(lines)?;
    lines
        .iter()
        .map(|line| {
            let (count, state) = line.split_once(' ').context("a count and a state")?;
            Ok((state.to_owned(), count.parse()?))
        })
        .collect()
}

/// The same by the engine, run natively.
fn counted(run: &Recording) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let scenario = run.scenario();
    for (id, node) in scenario.nodes() {
        if node.kind != NodeKind::Client {
            continue;
        }
        let node = run.world().node(id);
        let client = node.client().filter(|_| node.power);
        let state = client.map_or("off", |client| client.state().name());
        *counts.entry(state.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn a_file_is_opened_by_hand_and_by_drop_and_a_wrong_one_changes_nothing() -> Result<()> {
    let (page, scenario) = open(20, hours(1), &View::default())?;
    assert_eq!(
        page.script("return document.querySelector('select option:checked').textContent")?,
        "workload"
    );
    click(&page, "Next message")?;
    let before = clock(&page)?;

    let wrong = env::temp_dir().join(format!("dhcp-lab-wrong-{}.json", process::id()));
    let text = scenario.file().to_json();
    fs::write(&wrong, text.replacen("\"switch\"", "\"swich\"", 2))?;
    page.choose_file(OPEN, &wrong)?;
    wait_for("the place of the mistake", || {
        let said = said(&page)?;
        Ok(said.contains("dhcp-lab-wrong") && said.contains("nodes[0].kind"))
    })?;
    assert_eq!(clock(&page)?, before);
    fs::remove_file(wrong)?;
    click(&page, "Dismiss")?;

    let (_, text) = library::FILES[1];
    page.script(&format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], 'mine.json'));
         const event = new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }});
         document.querySelector('main').dispatchEvent(event);",
        serde_json::to_string(text)?
    ))?;
    let dropped = library::load(library::FILES[1].0)?;
    let title = &dropped.file().title["en"];
    wait_for("the dropped story", || {
        let shown = page.script("return document.querySelector('option:checked').textContent")?;
        Ok(shown == title.as_str())
    })?;
    page.assert_clean()
}

#[test]
fn the_keyboard_walks_a_crowd_and_a_name_finds_its_client() -> Result<()> {
    let (page, _) = open(20, hours(1), &View::default())?;
    let focused = || -> Result<String> {
        let name = page.script("return document.activeElement.title")?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    };
    let stops =
        page.script("return document.querySelectorAll('.crowd [tabindex=\"0\"]').length")?;
    assert_eq!(stops, 1, "one stop of the Tab key for all of them");
    page.find("button", "client0, client, off")?.focus()?;
    for (key, name) in [
        (RIGHT, "client1"),
        (RIGHT, "client2"),
        (LEFT, "client1"),
        (DOWN, "client6"),
    ] {
        page.press(key)?;
        let focused = focused()?;
        ensure!(focused.starts_with(&format!("{name}, ")), "{focused}");
    }
    assert_eq!(
        clock(&page)?,
        "day 1 00:00:00.000",
        "an arrow here is no step"
    );
    page.press(ENTER)?;
    page.find("dialog", "client6")?;
    page.press(ESCAPE)?;
    wait_for("the focus to come back", || {
        Ok(focused()?.starts_with("client6, "))
    })?;

    let field = page.find("searchbox", "Find a client")?;
    field.type_keys("ent13\u{E007}")?;
    page.find("dialog", "client13")?;
    click(&page, "Close")?;
    field.type_keys("x\u{E007}")?;
    wait_for("no such client", || Ok(said(&page)?.contains("ent13x")))?;
    page.assert_clean()
}

#[test]
fn a_seek_shows_what_the_engine_says() -> Result<()> {
    let (page, scenario) = open(60, hours(3), &View::default())?;
    let mut run = Recording::new(Rc::new(scenario));
    let millis = [2_500, 4_100, 9_000, 1_803_000, 6_500_000, 1_000, 5_000];
    for at in millis.map(|millis| Instant::ZERO + Duration::from_millis(millis)) {
        seek(&page, at)?;
        run.seek(at);
        assert_eq!(shown(&page)?, counted(&run), "at {at}");
        assert_eq!(clock(&page)?, format!("day 1 {at}"));
        let client = run.scenario().find("client41").context("a client")?;
        let host = run.world().node(client).host().context("a host")?;
        let shown = page.script("return document.querySelectorAll('.crowd button')[41].title")?;
        let name = shown.as_str().unwrap_or_default();
        let address = host
            .interface()
            .map(|interface| interface.address.to_string());
        assert_eq!(
            name.split(", ").nth(3),
            address.as_deref(),
            "{name} at {at}"
        );
    }
    page.assert_clean()
}

#[test]
fn a_long_way_lets_the_page_answer_and_can_be_left_off() -> Result<()> {
    let (page, scenario) = open(1_000, hours(2), &View::default())?;
    page.press(END)?;
    page.find("button", "Pause")?;
    page.press(ESCAPE)?;
    page.find("button", "Play")?;
    let end = "day 1 02:00:00.000";
    ensure!(clock(&page)? != end, "left off, not gone");
    page.press(END)?;
    wait_for("the end", || Ok(clock(&page)? == end))?;
    page.find("button", "Play")?;
    let mut run = Recording::new(Rc::new(scenario));
    run.seek(run.scenario().until());
    assert_eq!(shown(&page)?, counted(&run));
    page.assert_clean()
}

/// Pictures of crowds, for people to look at, and nothing that has to be scrolled sideways.
#[test]
fn crowds_fit_every_screen() -> Result<()> {
    for clients in [20, 200, 1_000] {
        let (page, _) = open(clients, hours(6), &View::default())?;
        let shots = |name: &str| -> Result<()> {
            for (width, height) in [(1280, 720), (1024, 768), (390, 844)] {
                page.resize(width, height)?;
                for (dark, theme) in [(false, "light"), (true, "dark")] {
                    page.prefer(dark, false)?;
                    let name = format!("crowd-{clients}-{name}-{width}x{height}-{theme}");
                    let wide = page.script("const r = document.scrollingElement; return r.scrollWidth <= r.clientWidth")?;
                    ensure!(wide == true, "{name} scrolls sideways");
                    page.screenshot(&name)?;
                }
            }
            Ok(())
        };
        seek(&page, Instant::ZERO + Duration::from_millis(9_030))?;
        click(&page, "Next message")?;
        shots("1-start")?;
        // It is a phone now.
        page.find("tab", "Ladder")?.click()?;
        shots("2-ladder")?;
        page.find("tab", "Stage")?.click()?;
        seek(&page, Instant::ZERO + Duration::from_millis(1_806_000))?;
        shots("3-renewing")?;
        page.find("searchbox", "Find a client")?
            .type_keys("client7\u{E007}")?;
        page.find("dialog", "client7")?;
        shots("4-client")?;
        click(&page, "Close")?;
        seek(&page, Instant::ZERO + hours(6))?;
        shots("5-later")?;
        page.assert_clean()?;
    }
    Ok(())
}
