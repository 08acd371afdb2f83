//! Two servers as failover partners, on the page: the opening story, and the others about failover.

mod common;

use anyhow::{Result, ensure};
use common::{click, clock, fastest, kinds, ladder, node, node_says};
use page_tests::{Page, View, wait_for};

/// The drawing that the opening story comes from, as far as it can be seen on the ladder.
const DRAWN: [&str; 14] = [
    "DHCPDISCOVER",
    "DHCPOFFER",
    "DHCPOFFER",
    "DHCPREQUEST",
    "DHCPACK",
    "DHCPREQUEST",
    "DHCPACK",
    "DHCPREQUEST",
    "DHCPACK",
    "DHCPREQUEST",
    "DHCPACK",
    "DHCPRELEASE",
    "DHCPREQUEST",
    "DHCPACK",
];

/// Each story about failover, when it ends, and what one of its servers says then.
const STORIES: [(&str, &str, &str, &str); 5] = [
    ("split-pools", "day 1 22:00:00.000", "server2", "0 leases"),
    (
        "operators-mistake",
        "day 1 07:00:00.000",
        "server1",
        "NORMAL",
    ),
    ("partition", "day 1 00:40:00.000", "server2", "NORMAL"),
    (
        "crash-and-recover",
        "day 1 04:30:00.000",
        "server1",
        "NORMAL",
    ),
    (
        "load-balance",
        "day 1 00:10:00.000",
        "server1",
        "COMMUNICATIONS-INTERRUPTED",
    ),
];

/// The page as it opens.
fn opening() -> Result<Page> {
    Page::open(&View {
        fragment: String::new(),
        ..View::default()
    })
}

fn narration(page: &Page) -> Result<String> {
    let said = page.script("return document.querySelector('.told').textContent")?;
    Ok(said.as_str().unwrap_or_default().replace('\u{a0}', " "))
}

/// Steps until the narration has some words.
fn until_told(page: &Page, words: &str) -> Result<()> {
    wait_for(&format!("the narration to say {words:?}"), || {
        if narration(page)?.contains(words) {
            return Ok(true);
        }
        page.script(
            "const step = [...document.querySelectorAll('button')].find(b => b.getAttribute('aria-label') === 'Step forward'); step.click()",
        )?;
        Ok(false)
    })
}

/// The text of the open panel.
fn panel(page: &Page) -> Result<String> {
    let text = page.script("return document.querySelector('.node-panel').textContent")?;
    Ok(text.as_str().unwrap_or_default().replace('\u{a0}', " "))
}

fn panel_says(page: &Page, words: &str) -> Result<()> {
    wait_for(&format!("the panel to say {words:?}"), || {
        Ok(panel(page)?.contains(words))
    })
}

/// How many messages of this name the ladder has.
fn count(page: &Page, name: &str) -> Result<usize> {
    let begins = format!("{name} ");
    let buttons = page.all("button")?;
    let found = buttons.iter().filter(|one| one.name().starts_with(&begins));
    Ok(found.filter(|one| one.name().contains(" from ")).count())
}

#[test]
fn the_opening_story_plays_to_its_end() -> Result<()> {
    let page = opening()?;
    assert_eq!(clock(&page)?, "day 1 00:00:59.000");
    assert!(narration(&page)?.starts_with("Two servers share their addresses."));
    node_says(&page, "server1", "NORMAL")?;
    node_says(&page, "server2", "NORMAL")?;
    assert_eq!(
        ladder(&page)?,
        Vec::<String>::new(),
        "the past is there on demand only"
    );
    fastest(&page)?;
    click(&page, "Play")?;
    wait_for("the end of the story", || {
        Ok(clock(&page)? == "day 1 22:00:00.000")
    })?;
    assert_eq!(kinds(&ladder(&page)?), DRAWN);
    node_says(&page, "server2", "PARTNER-DOWN")?;
    assert!(narration(&page)?.contains("server2 frees 192.168.1.10"));
    page.assert_clean()
}

#[test]
fn each_story_about_failover_plays_to_its_end() -> Result<()> {
    let page = opening()?;
    for (name, end, server, says) in STORIES {
        page.go(&format!("?scenario={name}"))?;
        fastest(&page)?;
        click(&page, "Play")?;
        page.find("button", "Pause")?;
        node_says(&page, "server1", "server")?;
        // At the fastest pace a story of seven hours takes half a minute.
        let mut before = String::new();
        while clock(&page)? != end {
            wait_for("time to pass", || Ok(clock(&page)? != before))?;
            before = clock(&page)?;
        }
        page.find("button", "Play")?;
        node_says(&page, server, says)?;
    }
    page.assert_clean()
}

#[test]
fn the_mclt_is_told_and_seen_on_both_sides_of_a_lease() -> Result<()> {
    let page = opening()?;
    until_told(
        &page,
        "The MCLT (maximum client lead time) allows 1 h, not 8 h",
    )?;
    assert!(page.has("link", "failover draft, 5.2.1")?);
    node(&page, "server1")?.click()?;
    page.find("dialog", "server1")?;
    for words in [
        "1 FREE (server1), 2 BACKUP (server2)",
        "ACTIVE · client",
        "told 08:31:00, not acknowledged",
        "so at most 01:01:00",
    ] {
        panel_says(&page, words)?;
    }
    until_told(&page, "server2 has confirmed 192.168.1.10 until 08:31:00")?;
    panel_says(&page, "so at most 09:31:00")?;
    ensure!(
        !panel(&page)?.contains("not acknowledged,"),
        "{}",
        panel(&page)?
    );
    // Both say the same of when the client's lease ends.
    panel_says(&page, "01:01:0008:31:00")?;
    node(&page, "server2")?.click()?;
    page.find("dialog", "server2")?;
    panel_says(&page, "01:01:0008:31:00")?;
    page.assert_clean()
}

#[test]
fn what_the_servers_tell_each_other_can_be_hidden() -> Result<()> {
    let page = opening()?;
    until_told(&page, "No one has answered the ARP probes of client")?;
    assert_eq!(count(&page, "BNDUPD 192.168.1.10 ACTIVE")?, 1);
    assert_eq!(count(&page, "BNDACK 192.168.1.10")?, 1);
    assert_eq!(count(&page, "CONTACT")?, 0);
    click(&page, "Failover")?;
    wait_for("BNDUPD to be hidden", || Ok(count(&page, "BNDUPD")? == 0))?;
    assert_eq!(kinds(&ladder(&page)?).len(), 5);
    click(&page, "Failover")?;
    wait_for("BNDUPD to be back", || Ok(count(&page, "BNDUPD")? == 1))?;
    // It opens to its fields like any message.
    page.script("[...document.querySelectorAll('.message')].find(b => b.getAttribute('aria-label').startsWith('BNDUPD')).click()")?;
    let fields = page.find("tree", "Fields")?.text()?;
    assert!(fields.contains("DHCP Failover"), "{fields}");
    page.assert_clean()
}

#[test]
fn an_operator_says_that_the_partner_is_down_and_cuts_the_servers_apart() -> Result<()> {
    let page = opening()?;
    until_told(&page, "No one has answered the ARP probes of client")?;
    node(&page, "server2")?.click()?;
    panel_says(&page, "A mistake, if server1 still works.")?;
    click(&page, "Cut off from server1")?;
    page.find("button", "Reconnect with server1")?;
    click(&page, "Play")?;
    node_says(&page, "server2", "COMMUNICATIONS-INTERRUPTED")?;
    node_says(&page, "server1", "COMMUNICATIONS-INTERRUPTED")?;
    click(&page, "Pause")?;
    click(&page, "Partner is down")?;
    node_says(&page, "server2", "PARTNER-DOWN")?;
    panel_says(&page, "Not in PARTNER-DOWN.")?;
    // Server1 still works: they have to compare what they did.
    click(&page, "Reconnect with server1")?;
    fastest(&page)?;
    click(&page, "Play")?;
    until_states(&page)?;
    page.assert_clean()
}

/// By way of POTENTIAL-CONFLICT both get to NORMAL.
fn until_states(page: &Page) -> Result<()> {
    wait_for("a conflict to be looked for and settled", || {
        let said = page.script("return document.querySelector('.ladder-body').textContent")?;
        let said = said.as_str().unwrap_or_default().to_owned();
        Ok(said.contains("POTENTIAL-CONFLICT") && said.contains("CONFLICT-DONE"))
    })?;
    node_says(page, "server2", "NORMAL")
}

#[test]
fn a_disk_is_lost_only_while_its_server_is_off() -> Result<()> {
    let page = opening()?;
    until_told(&page, "No one has answered the ARP probes of client")?;
    node(&page, "server1")?.click()?;
    panel_says(&page, "Only while it is off")?;
    let disabled = "return [...document.querySelectorAll('.orders button')].find(b => b.textContent === 'Lose the disk').disabled";
    assert_eq!(page.script(disabled)?, true);
    click(&page, "Power off")?;
    panel_says(&page, "on its disk: NORMAL")?;
    assert_eq!(page.script(disabled)?, false);
    click(&page, "Lose the disk")?;
    panel_says(&page, "its disk is empty")?;
    click(&page, "Power on")?;
    fastest(&page)?;
    click(&page, "Play")?;
    wait_for("it to ask for everything", || {
        Ok(count(&page, "UPDREQALL")? > 0)
    })?;
    page.assert_clean()
}

/// The same by keyboard alone.
#[test]
fn an_operator_needs_no_mouse() -> Result<()> {
    let page = opening()?;
    let focused = || -> Result<String> {
        let name = page.script("const e = document.activeElement; return e.getAttribute('aria-label') || e.textContent")?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    };
    let tab_to = |begins: &str| -> Result<()> {
        for _ in 0..60 {
            if focused()?.starts_with(begins) {
                return Ok(());
            }
            page.press('\u{E004}')?;
        }
        anyhow::bail!("Tab never gets to {begins}")
    };
    tab_to("server2, ")?;
    page.press('\u{E007}')?;
    page.find("dialog", "server2")?;
    // The partner is in touch, and works: a mistake, and the two have to compare their leases.
    tab_to("Partner is down")?;
    page.press('\u{E007}')?;
    node_says(&page, "server2", "POTENTIAL-CONFLICT")?;
    page.press('\u{E00C}')?;
    tab_to("Failover")?;
    page.press('\u{E007}')?;
    let pressed = "return [...document.querySelectorAll('.toggles .chip')].map(b => b.getAttribute('aria-pressed')).join()";
    assert_eq!(page.script(pressed)?, "false,false");
    page.assert_clean()
}
