//! Time and its branches: undoing, forking, comparing, and what is kept in files and links.

mod common;

use std::{env, fs};

use anyhow::{Context as _, Result, ensure};
use common::{
    click, clock, do_by_list, ladder, ladder_says, next, node, node_says, on_node, until_bound,
};
use page_tests::{Page, View, wait_for, wait_until};

const ENTER: char = '\u{E007}';
const DELETE: char = '\u{E017}';
const END: char = '\u{E010}';
const F2: char = '\u{E032}';
const CONTROL: char = '\u{E009}';
const SHIFT: char = '\u{E008}';
const ESCAPE: char = '\u{E00C}';

/// The names of the branches below the timeline; none where there is only one.
fn branches(page: &Page) -> Result<Vec<String>> {
    let names = page.all("button")?.into_iter();
    Ok(names
        .filter_map(|button| button.name().strip_prefix("Branch: ").map(str::to_owned))
        .collect())
}

fn wait_branches(page: &Page, wanted: &[&str]) -> Result<()> {
    wait_for(&format!("the branches {wanted:?}"), || {
        Ok(branches(page)? == wanted)
    })
}

/// What the bar of notices says.
fn notice_says(page: &Page, words: &str) -> Result<()> {
    wait_for(&format!("a notice with {words:?}"), || {
        let said = page.script("return document.querySelector('.notices').textContent")?;
        Ok(said.as_str().is_some_and(|said| said.contains(words)))
    })
}

/// Waits until something of this name has the focus.
fn focus_is(page: &Page, name: &str) -> Result<()> {
    wait_for(&format!("the focus on {name:?}"), || {
        let has = "return document.activeElement.getAttribute('aria-label')";
        Ok(page.script(has)? == name)
    })
}

/// Goes to an instant, in seconds.
fn seek(page: &Page, seconds: u32) -> Result<()> {
    page.script(&format!(
        "const scrub = document.querySelector('.scrub'); scrub.value = {seconds} * 1e6;
         scrub.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    ))?;
    let clock_says = format!(
        "day 1 {:02}:{:02}:{:02}.000",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    );
    wait_for("the clock to be there", || Ok(clock(page)? == clock_says))
}

/// The story to its end, and then something done at half an hour.
fn forked(page: &Page) -> Result<()> {
    page.find("button", "Play")?;
    page.press(END)?;
    wait_for("the end", || Ok(clock(page)? == "day 1 04:00:00.000"))?;
    seek(page, 1_800)?;
    do_by_list(page, "off server1")?;
    wait_branches(page, &["As it was", "Switch off server1, 00:30:00"])
}

/// Lets the page draw so many pictures.
fn draw(page: &Page, pictures: u32) -> Result<()> {
    page.script(
        "window.drawn = 0; const next = () => { window.drawn += 1; requestAnimationFrame(next); };
         requestAnimationFrame(next)",
    )?;
    wait_for("the page to be drawn", || {
        let drawn = page.script("return window.drawn")?;
        Ok(drawn.as_u64().is_some_and(|drawn| drawn >= pictures.into()))
    })
}

/// The ladder grows to its whole length a moment after a jump; that is no reason for a notice to go.
#[test]
fn a_notice_stays_until_something_is_done() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.find("button", "Play")?;
    page.press(END)?;
    wait_for("the end", || Ok(clock(&page)? == "day 1 04:00:00.000"))?;
    next(&page, "T2")?;
    notice_says(&page, "no further T2")?;
    draw(&page, 60)?;
    notice_says(&page, "no further T2")?;
    page.assert_clean()
}

#[test]
fn the_ladder_is_at_its_end_after_every_jump() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=two-server-day")?;
    page.find("button", "Play")?;
    let end = |page: &Page| {
        page.script("document.activeElement.blur()")?;
        page.press(END)?;
        wait_for("the end", || {
            Ok(page
                .script("const s = document.querySelector('.scrub'); return s.value === s.max")?
                .as_bool()
                == Some(true))
        })?;
        draw(page, 60)?;
        let left = page.script(
            "const l = document.querySelector('.ladder-body'); return [l.scrollHeight - l.scrollTop - l.clientHeight, l.scrollHeight]",
        )?;
        let (left, all) = (left[0].as_f64(), left[1].as_f64());
        ensure!(left.is_some_and(|left| left < 48.0), "{left:?} of {all:?}");
        Ok::<(), anyhow::Error>(())
    };
    end(&page)?;
    for _ in 0..3 {
        page.script(
            "const scrub = document.querySelector('.scrub'); scrub.value = 0.3 * scrub.max;
             scrub.dispatchEvent(new Event('input', { bubbles: true }))",
        )?;
        on_node(&page, "server2", "Power off")?;
        end(&page)?;
        page.press_with(&[CONTROL], 'z')?;
    }
    page.assert_clean()
}

#[test]
fn acting_in_the_past_forks_and_the_old_future_is_a_press_away() -> Result<()> {
    let page = Page::open(&View::default())?;
    forked(&page)?;
    notice_says(&page, "A new branch begins here")?;
    node_says(&page, "server1", "off")?;
    click(&page, "Branch: As it was")?;
    node_says(&page, "server1", "1 lease")?;
    assert_eq!(clock(&page)?, "day 1 00:30:00.000");
    page.find("button", "Branch: Switch off server1, 00:30:00")?
        .focus()?;
    page.press(ENTER)?;
    node_says(&page, "server1", "off")?;
    page.press(F2)?;
    page.find("textbox", "Name of the branch")?;
    page.press_with(&[CONTROL], 'a')?;
    page.type_text("The outage")?;
    page.press(ENTER)?;
    wait_branches(&page, &["As it was", "The outage"])?;
    focus_is(&page, "Branch: The outage")?;
    page.find("button", "Branch: As it was")?.focus()?;
    page.press(F2)?;
    page.find("textbox", "Name of the branch")?;
    page.press(ESCAPE)?;
    focus_is(&page, "Branch: As it was")?;
    page.press(DELETE)?;
    wait_branches(&page, &[])?;
    focus_is(&page, "Timeline")?;
    notice_says(&page, "“As it was” is deleted")?;
    click(&page, "Undo")?;
    wait_branches(&page, &["As it was", "The outage"])?;
    // To another branch where there is one.
    seek(&page, 900)?;
    on_node(&page, "server2", "Power off")?;
    wait_for("three branches", || Ok(branches(&page)?.len() == 3))?;
    page.find("button", "Branch: The outage")?.focus()?;
    page.press(DELETE)?;
    wait_for("two branches", || Ok(branches(&page)?.len() == 2))?;
    wait_for("the focus on another", || {
        Ok(page.script("return document.activeElement.matches('.strip')")? == true)
    })?;
    page.assert_clean()
}

#[test]
fn everything_is_undone_and_redone_by_key_and_by_button() -> Result<()> {
    let page = Page::open(&View::default())?;
    forked(&page)?;
    on_node(&page, "server2", "Power off")?;
    node_says(&page, "server2", "off")?;
    page.script("document.activeElement.blur()")?;
    page.press_with(&[CONTROL], 'z')?;
    node_says(&page, "server2", "0 leases")?;
    notice_says(&page, "Undone: Switch off server2")?;
    page.press_with(&[CONTROL], 'z')?;
    wait_branches(&page, &[])?;
    node_says(&page, "server1", "1 lease")?;
    page.press_with(&[CONTROL, SHIFT], 'z')?;
    wait_branches(&page, &["As it was", "Switch off server1, 00:30:00"])?;
    page.press_with(&[CONTROL], 'y')?;
    node_says(&page, "server2", "off")?;
    click(&page, "Undo: Switch off server2 (Ctrl+Z)")?;
    node_says(&page, "server2", "0 leases")?;
    click(&page, "Redo: Switch off server2 (Ctrl+Y)")?;
    node_says(&page, "server2", "off")?;
    page.assert_clean()
}

#[test]
fn two_branches_side_by_side_mark_where_they_part_on_ladder_and_tables() -> Result<()> {
    let page = Page::open(&View::default())?;
    forked(&page)?;
    click(&page, "Compare with “As it was”")?;
    page.find("region", "Two branches side by side")?;
    let first = |page: &Page| {
        let text =
            page.script("return document.querySelector('.compare-row.first')?.textContent ?? ''")?;
        Ok::<String, anyhow::Error>(text.as_str().unwrap_or_default().to_owned())
    };
    wait_for("the first difference", || {
        let first = first(&page)?;
        Ok(first.contains("first difference") && first.contains("server1 loses its power"))
    })?;
    let told = page.script("return document.querySelector('.difference').innerText")?;
    let told = told.as_str().context("a text")?;
    ensure!(
        told.contains("00:30:00 · server1 loses its power"),
        "{told}"
    );
    // Later the one side has an answer and the other has none.
    seek(&page, 4_000)?;
    let rows = page.script(
        "return [...document.querySelectorAll('.compare-row.differs')].map(row => [...row.querySelectorAll('.compare-cell')].map(cell => cell.getAttribute('aria-label') ?? cell.innerText))",
    )?;
    let rows = rows.as_array().context("rows")?;
    let one_sided = |row: &&serde_json::Value| {
        let cell = |side: usize| row[side].as_str().unwrap_or_default();
        cell(1).contains("DHCPACK from server1") && cell(0).contains("nothing here")
    };
    ensure!(rows.iter().any(|row| one_sided(&row)), "{rows:?}");
    click(&page, "Tables")?;
    let differing = page.script(
        "return [...document.querySelectorAll('.compare-table tr.differs')].map(row => row.closest('table').caption.textContent + ': ' + [...row.cells].map(cell => cell.innerText).join('|'))",
    )?;
    let differing = differing.to_string();
    ensure!(differing.contains("server1: State≠|off|on"), "{differing}");
    page.press('\u{E00C}')?;
    wait_for("the comparison to close", || {
        Ok(!page.has("region", "Two branches side by side")?)
    })?;
    page.assert_clean()
}

#[test]
fn on_a_phone_a_comparison_has_room_and_names_keep_clear_of_their_buttons() -> Result<()> {
    let page = Page::open(&View::default())?;
    forked(&page)?;
    page.resize(390, 844)?;
    click(&page, "Compare with “As it was”")?;
    page.find("region", "Two branches side by side")?;
    let room = page.script(
        "return document.querySelector('.compare').getBoundingClientRect().bottom
              - document.querySelector('.side-heads').getBoundingClientRect().bottom",
    )?;
    let room = room.as_f64().context("a height")?;
    ensure!(room > 300.0, "{room} px for what is compared");
    let close = page.find("button", "Close")?;
    let [left, _, width, _] = close.rectangle()?;
    ensure!(left + width <= 390.0, "all is in sight");
    // Without arrows, who sends to whom is said.
    let who = "return [...document.querySelectorAll('.message.compare-cell')].map(cell =>
        getComputedStyle(cell, '::after').content)";
    wait_for("senders and receivers", || {
        Ok(page.script(who)?.to_string().contains("server1 → laptop"))
    })?;
    click(&page, "Tables")?;
    let over = "return [...document.querySelectorAll('.compare-table th')]
        .filter(name => name.scrollWidth > name.clientWidth).map(name => name.textContent)";
    wait_for("the tables", || page.has("cell", "on"))?;
    let over = page.script(over)?;
    ensure!(
        over == serde_json::json!([]),
        "{over} stand over their values"
    );
    click(&page, "Messages")?;
    let apart = "return [...document.querySelectorAll('.branch')].map(branch => {
        const [name, tools] = ['.branch-name', '.branch-tools'].map(part =>
          branch.querySelector(part).getBoundingClientRect());
        return name.right <= tools.left && name.width > 60;
      })";
    // Early and late ones.
    for seconds in [300, 7_000, 13_000] {
        seek(&page, seconds)?;
        do_by_list(&page, "switch off server2")?;
        let apart = page.script(apart)?;
        let apart = apart.as_array().context("branches")?;
        ensure!(
            apart.len() > 1 && apart.iter().all(|clear| clear == true),
            "{seconds} s: {apart:?}"
        );
        page.press_with(&[CONTROL], 'z')?;
    }
    page.assert_clean()
}

#[test]
fn a_server_that_is_off_is_not_painted_with_leases_that_have_ended() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=two-server-day")?;
    page.find("button", "Play")?;
    seek(&page, 36_000)?;
    // Server1, which is off from 6 min on, gave a lease of an hour at 1 min; the story has 22 h.
    let ends = page.script(
        "const bars = [...document.querySelectorAll('.painting rect.given')];
         return bars.filter(bar => bar.getAttribute('y') < 15)
           .map(bar => parseFloat(bar.getAttribute('x')) + parseFloat(bar.getAttribute('width')))",
    )?;
    let ends = ends.as_array().context("bars")?;
    let end = ends[0].as_f64().context("a place")?;
    let wanted = 61.0 / (22.0 * 60.0) * 100.0;
    ensure!(ends.len() == 1 && (end - wanted).abs() < 0.1, "{ends:?}");
    page.assert_clean()
}

/// What is handed to the browser to be saved.
fn saved(page: &Page, entry: &str) -> Result<String> {
    page.script(
        "window.kept = null; const make = URL.createObjectURL;
         URL.createObjectURL = (blob) => { window.kept = blob; return make(blob); };",
    )?;
    click(page, "Menu")?;
    click(page, entry)?;
    let text = wait_until("a file", || {
        Ok(page
            .script("return window.kept && window.kept.text()")?
            .as_str()
            .map(str::to_owned))
    })?;
    Ok(text)
}

#[test]
fn what_was_done_is_saved_and_opened_again_as_the_same_run() -> Result<()> {
    let page = Page::open(&View::default())?;
    forked(&page)?;
    page.press(END)?;
    wait_for("the end", || Ok(clock(&page)? == "day 1 04:00:00.000"))?;
    draw(&page, 60)?;
    let before = ladder(&page)?;
    let text = saved(&page, "Save as a scenario file")?;
    ensure!(
        text.contains("\"power-off\"") && text.contains("\"30m\""),
        "{text}"
    );
    ensure!(saved(&page, "Save the ladder (Mermaid)")?.starts_with("sequenceDiagram"));
    let path = env::temp_dir().join(format!("dhcp-lab-saved-{}.json", std::process::id()));
    fs::write(&path, &text)?;
    page.go("?scenario=relay")?;
    page.find("button", "Play")?;
    page.choose_file("Open a scenario file", &path)?;
    node(&page, "server2")?;
    page.script("document.activeElement.blur()")?;
    page.press(END)?;
    wait_for("the same ladder", || Ok(ladder(&page)? == before))?;
    fs::remove_file(path)?;
    page.assert_clean()
}

#[test]
fn a_link_holds_everything_and_leads_back_to_it() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    on_node(&page, "server1", "Power off")?;
    seek(&page, 2_700)?;
    // By then the ladder has all the lines again that it had before the jump.
    draw(&page, 60)?;
    let before = ladder(&page)?;
    page.script("navigator.clipboard.writeText = async (text) => { window.copied = text; };")?;
    click(&page, "Copy a link to this")?;
    notice_says(&page, "The link is copied")?;
    let link = page.script("return window.copied")?;
    let link = link.as_str().context("a link")?.to_owned();
    let fragment = link.split_once('#').context("a fragment")?.1.to_owned();
    ensure!(fragment.len() < 2_000, "{} letters", fragment.len());
    page.go("?scenario=relay")?;
    page.find("button", "Play")?;
    page.go(&format!("#{fragment}"))?;
    node_says(&page, "server1", "off")?;
    assert_eq!(clock(&page)?, "day 1 00:45:00.000");
    draw(&page, 60)?;
    assert_eq!(ladder(&page)?, before);
    // Where nothing can be copied, the address bar has it.
    page.script("navigator.clipboard.writeText = async () => { throw new Error('no'); };")?;
    click(&page, "Copy a link to this")?;
    notice_says(&page, "in the address bar")?;
    ensure!(page.address()?.contains("#run=z"), "{}", page.address()?);
    page.assert_clean()
}

#[test]
fn a_bad_link_is_said_and_the_page_opens_all_the_same() -> Result<()> {
    for (bad, says) in [
        ("#run=zAAAA", "It cannot be read"),
        ("#run=hello", "It cannot be read"),
        // {"version":1}
        ("#run=peyJ2ZXJzaW9uIjoxfQ", "missing field"),
    ] {
        let page = Page::open(&View {
            fragment: bad.to_owned(),
            ..View::default()
        })?;
        notice_says(&page, "This link holds no scenario")?;
        notice_says(&page, says)?;
        click(&page, "Next message")?;
        ladder_says(&page, "DISCOVER")?;
        page.assert_clean()?;
    }
    Ok(())
}
