//! Settings and moves by mouse: whatever a scenario file can set, the panel of the node can.

mod common;

use anyhow::{Context as _, Result, ensure};
use common::{click, kinds, ladder, node, node_says, told_in_sight, until_bound};
use page_tests::{Page, View, wait_for};

/// Types into the field of this name in place of what stands there, and leaves it.
fn fill(page: &Page, field: &str, text: &str) -> Result<()> {
    const ALL: &str = "\u{E009}a\u{E009}";
    let names = page.all("textbox")?;
    let found = names
        .iter()
        .find(|element| element.name().contains(field))
        .with_context(|| format!("a text field for {field}"))?;
    found.type_keys(&format!("{ALL}{text}\t"))
}

fn open(page: &Page, scenario: &str, id: &str) -> Result<()> {
    page.go(&format!("?scenario={scenario}"))?;
    node(page, id)?.click()?;
    // A disclosure has no role that every browser agrees on.
    page.script("document.querySelector('.settings summary').click()")?;
    Ok(())
}

fn says(page: &Page, word: &str) -> Result<()> {
    wait_for(&format!("the narration to say {word}"), || {
        let text = page.script(
            "return document.querySelector('.narration')?.innerText ?? document.body.innerText",
        )?;
        Ok(text.as_str().is_some_and(|text| text.contains(word)))
    })
}

#[test]
fn a_changed_setting_is_in_the_next_message() -> Result<()> {
    let page = Page::open(&View::default())?;
    open(&page, "two-servers", "laptop")?;
    fill(&page, "host_name", "renamed")?;
    click(&page, "Apply now")?;
    says(&page, "host_name: renamed")?;
    ensure!(
        !page.has("button", "Apply now")?,
        "nothing is left to apply"
    );
    click(&page, "Close")?;
    click(&page, "Next message")?;
    let first = ladder(&page)?.swap_remove(0);
    click(&page, &first)?;
    let dialog = page.find("dialog", "DHCPDISCOVER")?.text()?;
    ensure!(dialog.contains("renamed"), "{dialog}");
    page.assert_clean()
}

#[test]
fn a_wrong_value_is_said_beside_the_field_and_stays_to_be_mended() -> Result<()> {
    let page = Page::open(&View::default())?;
    open(&page, "two-servers", "server1")?;
    fill(&page, "pools", "10.9.9.1-10.9.9.5")?;
    click(&page, "Apply now")?;
    let alert = wait_alert(&page)?;
    ensure!(
        alert.contains("pools[0]") && alert.contains("outside the network"),
        "{alert}"
    );
    let typed = page
        .all("textbox")?
        .iter()
        .any(|field| field.value() == "10.9.9.1-10.9.9.5");
    ensure!(typed, "what was typed is still there");
    click(&page, "Reset")?;
    ensure!(!page.has("button", "Apply now")?);
    page.assert_clean()
}

fn wait_alert(page: &Page) -> Result<String> {
    let mut said = String::new();
    wait_for("an alert", || {
        said = page
            .all("alert")?
            .first()
            .map_or_else(|| Ok(String::new()), |alert| alert.text())?;
        Ok(!said.is_empty())
    })?;
    Ok(said)
}

#[test]
fn a_reservation_can_be_added_and_is_kept_to() -> Result<()> {
    let page = Page::open(&View::default())?;
    open(&page, "lease-origin", "server1")?;
    let add = page.all("button")?;
    add.iter()
        .find(|button| button.name() == "Add")
        .context("a button to add")?
        .click()?;
    fill(&page, "Address address", "192.168.1.77")?;
    let card = page.script("return [...document.querySelectorAll('.node')].map(n => n.getAttribute('aria-label')).join('|')")?;
    ensure!(
        card.as_str().is_some_and(|nodes| nodes.contains("laptop")),
        "{card}"
    );
    fill(&page, "Card (MAC) mac", "02:00:00:00:00:0a")?;
    click(&page, "Apply now")?;
    says(&page, "reservations")?;
    click(&page, "Close")?;
    until_bound(&page)?;
    node_says(&page, "laptop", "192.168.1.77")?;
    page.assert_clean()
}

#[test]
fn a_client_is_moved_to_another_switch_and_gets_a_nak() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=relay")?;
    until_bound(&page)?;
    node(&page, "laptop")?.click()?;
    click(&page, "Move to switch2")?;
    says(&page, "laptop is moved")?;
    wait_for("a NAK", || {
        click(&page, "Next message")?;
        Ok(kinds(&ladder(&page)?).contains(&"DHCPNAK"))
    })?;
    page.assert_clean()
}

#[test]
fn a_network_can_be_added_with_what_is_usual_left_blank() -> Result<()> {
    let page = Page::open(&View::default())?;
    open(&page, "two-servers", "server1")?;
    let buttons = page.all("button")?;
    let last = buttons.iter().rfind(|button| button.name() == "Add");
    last.context("a button to add")?.click()?;
    fill(&page, "Network network", "10.0.9.0/24")?;
    click(&page, "Apply now")?;
    says(&page, "subnets")?;
    ensure!(page.all("alert")?.is_empty());
    page.assert_clean()
}

#[test]
fn a_number_of_failover_is_typed_and_what_is_refused_is_told_in_sight() -> Result<()> {
    const ENTER: char = '\u{E007}';
    let page = Page::open(&View::default())?;
    open(&page, "two-server-day", "server1")?;
    fill(&page, "Port port", "900")?;
    let focus = "[...document.querySelectorAll('.settings label')]
        .find(label => label.querySelector('code')?.textContent === 'port')
        .querySelector('input').focus()";
    page.script(focus)?;
    page.press(ENTER)?;
    told_in_sight(&page, "server.failover.port: cannot change")?;
    let wrong = page.script(
        "return [...document.querySelectorAll('.settings [aria-invalid=true]')].map(f => f.value)",
    )?;
    ensure!(wrong == serde_json::json!(["900"]), "{wrong}");
    click(&page, "Reset")?;
    fill(&page, "split", "100")?;
    fill(&page, "max_unacked_updates", "5")?;
    click(&page, "Apply now")?;
    says(
        &page,
        "other settings: failover: max_unacked_updates 5, split 100.",
    )?;
    ensure!(page.all("alert")?.is_empty());
    page.assert_clean()
}
