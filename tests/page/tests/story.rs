//! The stories, played and acted upon as a student would.

mod common;

use anyhow::{Context as _, Result};
use common::{
    cable, click, clock, fastest, kinds, ladder, next, node, node_says, on_node, until_bound,
};
use page_tests::{Page, View, wait_for};

const DORA: [&str; 5] = [
    "DHCPDISCOVER",
    "DHCPOFFER",
    "DHCPOFFER",
    "DHCPREQUEST",
    "DHCPACK",
];

#[test]
fn play_shows_the_dora_of_both_scenarios_to_the_end() -> Result<()> {
    let page = Page::open(&View::default())?;
    for scenario in ["two-servers", "lease-origin"] {
        page.go(&format!("?scenario={scenario}"))?;
        assert_eq!(
            ladder(&page)?,
            Vec::<String>::new(),
            "paused at the first instant"
        );
        fastest(&page)?;
        click(&page, "Play")?;
        page.find("button", "Pause")?;
        node_says(&page, "laptop", "BOUND")?;
        let messages = ladder(&page)?;
        assert_eq!(kinds(&messages)[..5], DORA, "{scenario}");
        assert_eq!(
            messages[0],
            "DHCPDISCOVER from laptop to everyone, day 1 00:00:01.000"
        );
        assert!(
            messages[1].starts_with("DHCPOFFER from server1 to laptop"),
            "{}",
            messages[1]
        );
    }
    page.assert_clean()
}

#[test]
fn a_story_plays_to_its_end_and_can_be_played_again() -> Result<()> {
    let page = Page::open(&View::default())?;
    for (scenario, end) in [("lease-origin", "02"), ("two-servers", "04")] {
        page.go(&format!("?scenario={scenario}"))?;
        fastest(&page)?;
        click(&page, "Play")?;
        let end = format!("day 1 {end}:00:00.000");
        wait_for("the end of the story", || Ok(clock(&page)? == end))?;
        page.find("button", "Play")?;
        let messages = ladder(&page)?;
        if scenario == "two-servers" {
            assert!(kinds(&messages).ends_with(&DORA));
        } else {
            // The first server is gone; the other one extends the lease, and again at T1.
            assert!(kinds(&messages).ends_with(&[
                "DHCPREQUEST",
                "DHCPACK",
                "DHCPREQUEST",
                "DHCPACK"
            ]));
            assert!(
                messages
                    .last()
                    .is_some_and(|last| last.starts_with("DHCPACK from server2"))
            );
        }
    }
    click(&page, "Play")?;
    wait_for("the story to begin again", || {
        Ok(clock(&page)?.as_str() < "day 1 03")
    })?;
    page.assert_clean()
}

#[test]
fn without_its_server_the_laptop_renews_rebinds_and_starts_over_with_the_other_one() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    on_node(&page, "server1", "Power off")?;
    node_says(&page, "server1", "off")?;
    // The story's own outage would send the laptop to INIT-REBOOT.
    next(&page, "T1")?;
    node_says(&page, "laptop", "RENEWING")?;
    next(&page, "T2")?;
    node_says(&page, "laptop", "REBINDING")?;
    let tries = page.script("return document.querySelector('.ladder-body').textContent")?;
    assert!(
        tries
            .as_str()
            .is_some_and(|text| text.contains("no answer from 192.168.1.1")),
        "{tries}"
    );
    next(&page, "expiry")?;
    let before = ladder(&page)?;
    assert!(
        !kinds(&before)[8..].contains(&"DHCPACK"),
        "no one extends the lease: {before:?}"
    );
    wait_for("a new DISCOVER, an OFFER and an ACK of server2", || {
        next(&page, "message")?;
        Ok(ladder(&page)?
            .last()
            .is_some_and(|last| last.starts_with("DHCPACK from server2")))
    })?;
    assert_eq!(
        kinds(&ladder(&page)?)[before.len()..]
            .iter()
            .filter(|kind| **kind == "DHCPOFFER")
            .count(),
        1
    );
    fastest(&page)?;
    click(&page, "Play")?;
    node_says(&page, "laptop", "192.168.1.110")?;
    page.assert_clean()
}

#[test]
fn stepping_back_undoes_stepping_forward() -> Result<()> {
    let page = Page::open(&View::default())?;
    let mut clocks = Vec::new();
    for _ in 0..12 {
        clocks.push((clock(&page)?, ladder(&page)?));
        click(&page, "Step forward")?;
    }
    assert!(!ladder(&page)?.is_empty());
    for expected in clocks.into_iter().rev() {
        click(&page, "Step back")?;
        assert_eq!((clock(&page)?, ladder(&page)?), expected);
    }
    page.assert_clean()
}

#[test]
fn a_cable_can_be_pulled_and_put_back_on_the_stage() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    cable(&page, "laptop", "switch")?;
    click(&page, "Unplug")?;
    node_says(&page, "laptop", "INIT-REBOOT")?;
    click(&page, "Plug in")?;
    node_says(&page, "laptop", "REBOOTING")?;
    page.assert_clean()
}

#[test]
fn the_timeline_takes_one_to_any_instant() -> Result<()> {
    let page = Page::open(&View::default())?;
    let timeline = page.find("slider", "Timeline")?;
    timeline.drag((0.01, 0.5), (0.5, 0.5))?;
    wait_for("the middle of the story", || {
        Ok(clock(&page)?.starts_with("day 1 01:5") || clock(&page)?.starts_with("day 1 02:0"))
    })?;
    assert!(kinds(&ladder(&page)?).len() > 8);
    let far = ladder(&page)?.len();
    page.find("slider", "Timeline")?
        .drag((0.5, 0.5), (0.05, 0.5))?;
    wait_for("an earlier instant", || Ok(ladder(&page)?.len() < far))?;
    node_says(&page, "laptop", "BOUND")?;
    page.assert_clean()
}

#[test]
fn a_message_opens_to_its_fields_and_its_bytes() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Next message")?;
    let discover = ladder(&page)?.first().cloned().context("a message")?;
    click(&page, &discover)?;
    page.find("dialog", "DHCPDISCOVER")?;
    let fields = page.find("tree", "Fields")?.text()?;
    assert!(
        fields.contains("chaddr") && fields.contains("02:00:00:00:00:0a"),
        "{fields}"
    );
    assert!(fields.contains("Option 53"), "{fields}");
    let bytes = page.script("return [...document.querySelectorAll('.bytes span, .bytes button')].map(b => b.textContent.trim()).filter(t => /^[0-9a-f]{2}$/.test(t)).join('')")?;
    let bytes = bytes.as_str().context("the bytes as text")?;
    // Broadcast on layer 2, then DHCP's cookie and a message type of 1.
    assert!(bytes.starts_with("ffffffffffff02000000000a0800"), "{bytes}");
    assert!(bytes.contains("63825363350101"), "{bytes}");
    page.press('\u{E00C}')?;
    wait_for("the panel to close", || {
        Ok(!page.has("dialog", "DHCPDISCOVER")?)
    })?;
    page.assert_clean()
}

#[test]
fn a_person_releases_and_starts_again() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    on_node(&page, "laptop", "Release")?;
    node_says(&page, "laptop", "STOPPED")?;
    assert!(!node(&page, "laptop")?.name().contains("192.168.1.10"));
    on_node(&page, "laptop", "Start")?;
    node_says(&page, "laptop", "SELECTING")?;
    page.assert_clean()
}
