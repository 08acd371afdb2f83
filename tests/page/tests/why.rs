//! Why things happen, as a person asks for it: by mouse and by keyboard.

mod common;

use anyhow::{Result, ensure};
use common::{click, clock, node, node_says};
use page_tests::{Element, Page, View, wait_for, wait_until};

const ENTER: char = '\u{E007}';
const ESCAPE: char = '\u{E00C}';

/// The page at the moment at which the laptop comes back to a server that does not know it.
fn silence() -> Result<Page> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=silence")?;
    page.find("button", "Play")?;
    let silent = |page: &Page| Ok(!button(page, "server2 stays silent")?.is_empty());
    wait_for("the silence", || {
        click(&page, "Next message")?;
        click(&page, "Step forward")?;
        click(&page, "Step forward")?;
        silent(&page)
    })?;
    Ok(page)
}

/// The buttons whose name begins so.
fn button<'a>(page: &'a Page, begins: &str) -> Result<Vec<Element<'a>>> {
    let all = page.all("button")?.into_iter();
    Ok(all
        .filter(|button| button.name().starts_with(begins))
        .collect())
}

/// What the panel says.
fn said(page: &Page) -> Result<String> {
    let text = page.script("return document.querySelector('.why-panel')?.innerText ?? ''")?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Waits until the panel says all of this.
fn says(page: &Page, parts: &[&str]) -> Result<()> {
    wait_for(&format!("the panel to say {parts:?}"), || {
        let said = said(page)?;
        Ok(parts.iter().all(|part| said.contains(part)))
    })
}

#[test]
fn a_silence_is_explained_and_each_link_leads_there() -> Result<()> {
    let page = silence()?;
    button(&page, "server2 stays silent")?.remove(0).click()?;
    page.find("dialog", "Why?")?;
    says(
        &page,
        &[
            "server2 stays silent: it has no record of laptop",
            "on hearing this",
            "laptop remembers 192.168.1.10",
            "because",
            "laptop is switched on.",
            "What became of the DHCPREQUEST",
            "server1 has been off since 00:06:00.",
        ],
    )?;
    page.find("link", "RFC 2131, 3.2")?;
    let there = clock(&page)?;
    // What server1 is off for is an hour's story of its own.
    let off = wait_until("the link", || {
        let mut all = page.all("button")?.into_iter();
        Ok(all.find(|button| button.name().contains("server1 has been off since")))
    })?;
    off.click()?;
    says(
        &page,
        &["server1 has no power any more.", "server1 loses its power"],
    )?;
    wait_for("the playhead to move", || Ok(clock(&page)? != there))?;
    ensure!(clock(&page)?.ends_with("00:06:00.000"), "{}", clock(&page)?);
    node_says(&page, "server1", "off")?;
    page.press(ESCAPE)?;
    wait_for("the panel to close", || Ok(!page.has("dialog", "Why?")?))?;
    page.assert_clean()
}

#[test]
fn the_keyboard_asks_why_the_last_thing_happened_and_why_what_has_the_focus() -> Result<()> {
    let page = silence()?;
    page.press('w')?;
    page.find("dialog", "Why?")?;
    says(&page, &["server2 stays silent", "laptop is switched on."])?;
    let focus = page.script("return document.activeElement.textContent")?;
    ensure!(focus == "Why?", "the focus goes into the panel: {focus}");
    page.press(ESCAPE)?;
    wait_for("the panel to close", || Ok(!page.has("dialog", "Why?")?))?;
    page.script("document.querySelector('.message').focus()")?;
    page.press('W')?;
    page.find("dialog", "Why?")?;
    says(
        &page,
        &[
            "laptop has no lease, so it asks everyone",
            "What became of the DHCPDISCOVER",
        ],
    )?;
    let back = page.script(
        "const b = [...document.querySelectorAll('.why-panel .said')].find(b => b.textContent.includes('is switched on')); b.focus(); return b.tagName",
    )?;
    ensure!(back == "BUTTON", "a link of the chain is a button: {back}");
    page.press(ENTER)?;
    wait_for("the playhead to move", || {
        Ok(clock(&page)?.ends_with("00:00:01.000"))
    })?;
    says(
        &page,
        &["What came of it", "laptop goes from INIT to SELECTING."],
    )?;
    page.assert_clean()
}

#[test]
fn it_is_asked_from_the_narration_a_node_a_deadline_a_message_and_a_packet() -> Result<()> {
    let page = silence()?;
    click(&page, "Why?")?;
    says(&page, &["server2 stays silent"])?;
    click(&page, "Fields and bytes")?;
    page.find("dialog", "DHCPREQUEST")?;
    click(&page, "Why was it sent?")?;
    says(
        &page,
        &[
            "laptop remembers 192.168.1.10",
            "What became of the DHCPREQUEST",
        ],
    )?;
    click(&page, "Close")?;
    node(&page, "laptop")?.click()?;
    click(&page, "Why this state?")?;
    says(
        &page,
        &[
            "laptop goes from STOPPED to REBOOTING.",
            "laptop is switched on.",
        ],
    )?;
    click(&page, "Close")?;
    node(&page, "laptop")?.click()?;
    click(&page, "no answer: send again, try 2")?;
    says(
        &page,
        &[
            "laptop remembers 192.168.1.10",
            "laptop waits until 00:08:04: no answer: send again, try 2.",
        ],
    )?;
    click(&page, "Close")?;
    let ask = button(&page, "Why: DHCPDISCOVER from laptop")?.remove(0);
    ask.click()?;
    says(&page, &["laptop has no lease, so it asks everyone"])?;
    page.assert_clean()
}

#[test]
fn it_speaks_the_page_s_language() -> Result<()> {
    for (language, why, because) in [
        ("es", "¿Por qué?", "porque"),
        ("pt-BR", "Por quê?", "porque"),
    ] {
        let page = Page::open(&View {
            language,
            ..View::default()
        })?;
        page.press('\u{E010}')?;
        page.press('w')?;
        page.find("dialog", why)?;
        says(&page, &[because])?;
        page.assert_clean()?;
    }
    Ok(())
}
