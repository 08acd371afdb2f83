//! What can be done to the network: everything by the mouse, and everything by the keyboard alone.

mod common;

use anyhow::{Context as _, Result, ensure};
use common::{
    cable, choose, click, do_by_list, ladder_says, node, node_says, on_node, told_in_sight,
    until_bound,
};
use page_tests::{Element, Page, View, wait_for, wait_until};

const TAB: char = '\u{E004}';
const ENTER: char = '\u{E007}';
const ESCAPE: char = '\u{E00C}';
const DOWN: char = '\u{E015}';
const RIGHT: char = '\u{E014}';
const CONTROL: char = '\u{E009}';

/// Opens everything that can be done to a node.
fn open_all(page: &Page, id: &str) -> Result<()> {
    node(page, id)?.click()?;
    click(page, "More…")
}

/// Puts a text into a field in place of what was there.
fn fill(page: &Page, label: &str, text: &str) -> Result<()> {
    let field = wait_until(label, || {
        Ok(page
            .all("textbox")?
            .into_iter()
            .find(|field| field.name().starts_with(label)))
    })?;
    field.focus()?;
    page.press_with(&[CONTROL], 'a')?;
    page.type_text(text)
}

/// Whether a label and what explains its group are in sight, in the panel that is open.
fn explains(page: &Page, label: &str, hint: &str) -> Result<()> {
    let shown = page.script(
        "return [...document.querySelectorAll('.row-form label')].map(label => {
           label.scrollIntoView();
           const text = document.createRange(); text.selectNode(label.firstChild);
           const box = text.getBoundingClientRect();
           const seen = box.height > 10 && document.elementFromPoint(box.x + 5, box.y + 5) === label;
           return [seen, label.textContent, label.closest('.sense').querySelector('.hint').innerText];
         })",
    )?;
    let shown = shown[0].clone();
    ensure!(shown[0] == true && shown[1] == label, "{label}: {shown}");
    ensure!(shown[2] == hint, "{shown}");
    Ok(())
}

/// What has the focus.
fn focused(page: &Page) -> Result<String> {
    let name = page.script(
        "const e = document.activeElement; return e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent",
    )?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// Presses Tab until what has the focus begins with these words.
fn tab_to(page: &Page, words: &str) -> Result<()> {
    let mut reached = Vec::new();
    for _ in 0..80 {
        let name = focused(page)?;
        if name.starts_with(words) {
            return Ok(());
        }
        reached.push(name);
        page.press(TAB)?;
    }
    anyhow::bail!("{words:?} is not reached: {reached:?}")
}

/// The first frame on its way.
fn flight(page: &Page) -> Result<Element<'_>> {
    let flights = page.all("button")?;
    let mut flights = flights
        .into_iter()
        .filter(|button| button.name().starts_with("Under way: "));
    flights.next().context("nothing is under way")
}

#[test]
fn a_node_s_power_software_disk_and_clock_are_in_its_panel() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    open_all(&page, "server1")?;
    for (button, told) in [
        ("Crash", "The software of server1 stops at once"),
        ("Restart", "server1 is started afresh"),
        ("Power off", "server1 loses its power"),
        ("Lose the disk", "The disk of server1 is lost"),
        ("Power on", "server1 is switched on"),
    ] {
        click(&page, button)?;
        ladder_says(&page, told)?;
    }
    explains(
        &page,
        "How far ahead its clock is",
        "Its leases keep true time. Only the times that it tells a failover partner go by this clock; \
         the partner reckons with the difference.",
    )?;
    fill(&page, "How far ahead its clock is", "soon")?;
    click(&page, "Set")?;
    page.find("alert", "")?;
    fill(&page, "How far ahead its clock is", "5m")?;
    click(&page, "Set")?;
    ladder_says(&page, "The clock of server1 is 5\u{a0}min ahead")?;
    click(&page, "Set the clock right")?;
    ladder_says(&page, "shows the right time again")?;
    page.assert_clean()
}

#[test]
fn two_nodes_are_cut_apart_and_joined_again() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    open_all(&page, "server1")?;
    choose(&page, "Cut off from", "server2")?;
    click(&page, "Cut off")?;
    ladder_says(&page, "server1 and server2 are cut off from each other")?;
    // On the timeline it is an outage of those two, though not of all that they have.
    let lanes = page.script(
        "const names = [...document.querySelectorAll('.lane-names span')].map(name => name.textContent);
         const cuts = document.querySelectorAll('.painting rect.outage.between');
         return [...cuts].map(cut => names[Math.floor(cut.getAttribute('y') / 15)])",
    )?;
    ensure!(
        lanes == serde_json::json!(["server1", "server2"]),
        "{lanes}"
    );
    click(&page, "Let server1 and server2 hear each other again")?;
    ladder_says(&page, "server1 and server2 can hear each other again")?;
    page.assert_clean()
}

#[test]
fn a_client_is_told_to_renew_release_and_start() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    for (button, told) in [
        ("Renew now", "laptop is told to ask for more time now"),
        ("Release", "laptop is told to give its address back"),
        ("Start", "laptop is told to look for an address"),
    ] {
        on_node(&page, "laptop", button)?;
        ladder_says(&page, told)?;
        if button == "Renew now" {
            wait_for("the ACK", || {
                click(&page, "Step forward")?;
                Ok(node(&page, "laptop")?.name().contains("BOUND"))
            })?;
        }
    }
    page.assert_clean()
}

#[test]
fn a_stranger_takes_an_address() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.go("?scenario=conflict")?;
    page.find("button", "Play")?;
    let name = page.script(
        "return [...document.querySelectorAll('.node')].map(n => n.getAttribute('aria-label')).find(n => n.includes(', host'))",
    )?;
    let name = name.as_str().context("a host without DHCP")?;
    let host = name.split(',').next().unwrap_or_default().to_owned();
    open_all(&page, &host)?;
    explains(
        &page,
        "Address to take, with its network",
        "A stranger uses an address without asking whether it is free.",
    )?;
    fill(&page, "Address to take", "192.168.1.99/24")?;
    click(&page, "Take it")?;
    node_says(&page, &host, "192.168.1.99")?;
    click(&page, "Use no address")?;
    ladder_says(&page, &format!("{host} uses no address any more"))?;
    page.assert_clean()
}

/// Every kind of trouble has its field, and what was applied stands there afterwards.
#[test]
fn what_goes_wrong_on_a_cable_is_set_in_its_panel() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    cable(&page, "laptop", "switch")?;
    let wanted = [
        ("Latency", "20"),
        ("Jitter", "5"),
        ("Loss", "12.5"),
        ("Bursts of loss", "1"),
        ("lost in one", "4"),
        ("Duplication", "2"),
        ("Reordering", "3"),
        ("held back for", "15"),
        ("Rate", "64"),
        ("queue before it", "3000"),
    ];
    for (label, text) in wanted {
        fill(&page, label, text)?;
    }
    click(&page, "Set")?;
    ladder_says(
        &page,
        "Things go wrong on the cable between laptop and switch",
    )?;
    ladder_says(&page, "a frame takes 20\u{a0}ms over the cable")?;
    click(&page, "Close")?;
    cable(&page, "laptop", "switch")?;
    for (label, text) in wanted {
        let fields = page.all("textbox")?;
        let field = fields.iter().find(|field| field.name().starts_with(label));
        let value = field.context(label)?.value();
        ensure!(value == text, "{label} is {value}, not {text}");
    }
    fill(&page, "Loss", "120")?;
    page.press(ENTER)?;
    told_in_sight(&page, "from 0 to 100")?;
    let wrong = page.script(
        "return [...document.querySelectorAll('[aria-invalid=true]')].map(field => field.value)",
    )?;
    ensure!(wrong == serde_json::json!(["120"]), "{wrong}");
    click(&page, "Reset")?;
    click(&page, "No faults")?;
    ladder_says(&page, "Nothing goes wrong any more")?;
    page.assert_clean()
}

/// Goes to an instant of the first day.
fn seek(page: &Page, seconds: u32) -> Result<()> {
    page.script(&format!(
        "const scrub = document.querySelector('.scrub'); scrub.value = {seconds} * 1e6;
         scrub.dispatchEvent(new Event('input', {{ bubbles: true }}))"
    ))?;
    Ok(())
}

#[test]
fn what_a_panel_offers_is_planned_for_another_instant_and_a_form_s_two_deeds_with_it() -> Result<()>
{
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    cable(&page, "server1", "switch")?;
    fill(&page, "At", "soon")?;
    page.find("alert", "")?;
    fill(&page, "At", "00:02")?;
    fill(&page, "Latency", "20")?;
    fill(&page, "Loss", "10")?;
    click(&page, "Set")?;
    let notice = "return document.querySelector('.notices').textContent";
    wait_for("it to be planned", || {
        Ok(page.script(notice)?.to_string().contains("00:02:00"))
    })?;
    // The form shows how the cable is then, as long as that instant stands there.
    let shown = |wanted: [&str; 2]| {
        wait_for(&format!("the form to show {wanted:?}"), || {
            let fields = page.all("textbox")?;
            let value = |label: &str| {
                let field = fields.iter().find(|field| field.name().starts_with(label));
                field.map(Element::value)
            };
            Ok([value("Latency"), value("Loss")] == wanted.map(|text| Some(text.to_owned())))
        })
    };
    shown(["20", "10"])?;
    fill(&page, "At", "00:01:59")?;
    shown(["0.3", "0"])?;
    click(&page, "Close")?;
    open_all(&page, "server1")?;
    fill(&page, "At", "+2m")?;
    click(&page, "Power off")?;
    wait_for("the other to be offered then", || {
        page.has("button", "Power on")
    })?;
    ensure!(!node(&page, "server1")?.name().contains("off"), "not yet");
    // Who folds the field up does it now.
    click(&page, "Less")?;
    wait_for("what can be done now", || page.has("button", "Power off"))?;
    click(&page, "Close")?;
    seek(&page, 121)?;
    wait_for("the cable to be so", || {
        let buttons = page.all("button")?;
        let is_it = |name: &str| {
            name.contains("server1 and switch") && name.contains("20\u{a0}ms, with faults")
        };
        Ok(buttons.iter().any(|button| is_it(button.name())))
    })?;
    seek(&page, 130)?;
    node_says(&page, "server1", "off")?;
    page.assert_clean()
}

#[test]
fn a_cable_is_out_for_a_while() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    cable(&page, "laptop", "switch")?;
    choose(&page, "Lasts", "for 10\u{a0}s")?;
    click(&page, "Unplug")?;
    ladder_says(&page, "This lasts for 10\u{a0}s")?;
    node_says(&page, "laptop", "INIT-REBOOT")?;
    wait_for("the end of that", || {
        click(&page, "Step forward")?;
        Ok(!node(&page, "laptop")?.name().contains("cable out"))
    })?;
    ladder_says(&page, "The time for that is over")?;
    page.assert_clean()
}

#[test]
fn a_packet_on_its_way_is_opened_dropped_or_corrupted() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Next message")?;
    flight(&page)?.click()?;
    page.find("menuitem", "Open it")?.click()?;
    page.find("dialog", "DHCPDISCOVER")?;
    click(&page, "Close")?;
    flight(&page)?.click()?;
    page.find("menuitem", "Corrupt it")?.click()?;
    ladder_says(&page, "A bit of a frame from laptop is turned over")?;
    click(&page, "Start over")?;
    click(&page, "Next message")?;
    flight(&page)?.click()?;
    page.find("menuitem", "Drop it")?.click()?;
    ladder_says(&page, "A frame from laptop is taken off the cable")?;
    page.assert_clean()
}

/// While it plays, too: what is asked about stops.
#[test]
fn a_flying_packet_is_caught_by_pressing_it() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Play")?;
    wait_for("a packet that flies", || Ok(flight(&page).is_ok()))?;
    page.script("document.querySelector('.packet').click()")?;
    page.find("menuitem", "Drop it")?.click()?;
    page.find("button", "Play")?;
    ladder_says(&page, "is taken off the cable")?;
    page.assert_clean()
}

#[test]
fn everything_is_done_by_the_keyboard_alone_from_one_list() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.press(RIGHT)?;
    wait_for("the laptop to be BOUND", || {
        page.press(RIGHT)?;
        Ok(node(&page, "laptop")?.name().contains("BOUND"))
    })?;
    for (words, told) in [
        ("renew laptop", "laptop is told to ask for more time now"),
        ("crash server1", "The software of server1 stops at once"),
        ("restart server1", "server1 is started afresh"),
        ("off server1", "server1 loses its power"),
        ("disk server1", "The disk of server1 is lost"),
        ("switch on server1", "server1 is switched on"),
        (
            "pull laptop",
            "The cable between laptop and switch is pulled out",
        ),
        (
            "plug laptop",
            "The cable between laptop and switch is back in",
        ),
        ("cut server1 server2", "server1 and server2 are cut off"),
        ("end cut", "No node is cut off from another any more"),
    ] {
        do_by_list(&page, words)?;
        ladder_says(&page, told)?;
        wait_for("the list to close", || Ok(!page.has("combobox", "Search")?))?;
    }
    page.assert_clean()
}

#[test]
fn a_cable_and_a_packet_are_reached_by_tab() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.press('n')?;
    tab_to(&page, "Under way: ")?;
    page.press(ENTER)?;
    wait_for("the menu", || Ok(focused(&page)? == "Open it"))?;
    page.press(ESCAPE)?;
    wait_for("the focus to come back", || {
        Ok(focused(&page)?.starts_with("Under way: "))
    })?;
    page.press(ENTER)?;
    wait_for("the menu", || Ok(focused(&page)? == "Open it"))?;
    page.press(DOWN)?;
    page.press(ENTER)?;
    ladder_says(&page, "is taken off the cable")?;
    // It flies on to where it is dropped, marked as what it is.
    wait_for("the packet to say so", || {
        Ok(focused(&page)?.ends_with("will be dropped where it arrives"))
    })?;
    let marked = page.script("return document.querySelectorAll('.packet.doomed').length")?;
    ensure!(marked == 1, "{marked}");
    page.press(ENTER)?;
    wait_for("the menu", || Ok(focused(&page)? == "Open it"))?;
    ensure!(!page.has("menuitem", "Drop it")?);
    page.press(ESCAPE)?;
    click(&page, "Step forward")?;
    let seen = page.script(
        "const end = document.querySelector('.end.lost path'), box = end.getBoundingClientRect();
         end.style.pointerEvents = 'all'; end.closest('.arrow').style.pointerEvents = 'auto';
         const at = document.elementFromPoint(box.x + 1, box.y + 1);
         return at === end || at.outerHTML",
    )?;
    ensure!(seen == true, "{seen}");
    page.script("document.activeElement.blur()")?;
    tab_to(&page, "Cable between laptop")?;
    page.press(ENTER)?;
    wait_for("the panel", || {
        Ok(focused(&page)?.starts_with("laptop – switch"))
    })?;
    tab_to(&page, "Loss")?;
    page.press_with(&[CONTROL], 'a')?;
    page.type_text("50")?;
    page.press(ENTER)?;
    ladder_says(&page, "Things go wrong on the cable")?;
    page.press(ESCAPE)?;
    wait_for("the focus to come back", || {
        Ok(focused(&page)?.starts_with("Cable between laptop"))
    })?;
    page.assert_clean()
}

/// What cannot be done twice leaves the focus in its panel, and on nothing else that can be done.
#[test]
fn the_focus_stays_in_the_panel_whatever_is_done_there() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    let press = |name: &str, then: &str| {
        page.find("button", name)?.focus()?;
        page.press(ENTER)?;
        wait_for(&format!("the focus after {name}"), || {
            Ok(focused(&page)? == then)
        })
    };
    node(&page, "laptop")?.click()?;
    page.find("dialog", "laptop")?;
    press("Release", "laptop")?;
    page.find("button", "Start")?;
    press("Power off", "laptop")?;
    press("Power on", "laptop")?;
    press("More…", "Less")?;
    press("Crash", "laptop")?;
    press("Restart", "Restart")?;
    press("Unplug", "laptop")?;
    press("Plug in", "laptop")?;
    press("Power off", "laptop")?;
    press("Less", "More…")?;
    click(&page, "Close")?;
    cable(&page, "laptop", "switch")?;
    press("Unplug", "laptop – switch")?;
    press("Plug in", "laptop – switch")?;
    page.assert_clean()
}

#[test]
fn what_is_done_at_an_instant_that_is_over_begins_a_branch_and_says_so() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    seek(&page, 60)?;
    cable(&page, "laptop", "switch")?;
    fill(&page, "At", "00:00:10")?;
    let told = |words: &str| {
        wait_for(words, || {
            let said = page.script("return document.body.innerText")?;
            Ok(said.as_str().is_some_and(|said| said.contains(words)))
        })
    };
    told("What is offered here is for 00:00:10, as things are then.")?;
    click(&page, "Unplug")?;
    told("A new branch begins here")?;
    assert_eq!(common::clock(&page)?, "day 1 00:00:10.000");
    // Who has read it on closing the panel has still the way back.
    click(&page, "Close")?;
    told("A new branch begins here")?;
    page.assert_clean()
}

/// On a phone a panel is all that there is to see.
#[test]
fn on_a_phone_the_notice_of_what_is_done_in_a_panel_stands_over_it() -> Result<()> {
    let page = Page::open(&View {
        width: 390,
        height: 844,
        ..View::default()
    })?;
    until_bound(&page)?;
    for seconds in [600, 60] {
        seek(&page, seconds)?;
        wait_for("that instant", || {
            let there = format!("day 1 00:{:02}:00.000", seconds / 60);
            Ok(common::clock(&page)? == there)
        })?;
    }
    node(&page, "laptop")?.click()?;
    click(&page, "Release")?;
    let hit = "const text = document.querySelector('.notice span'); if (!text) return 'none';
       const box = text.getBoundingClientRect();
       const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
       return [at === text, text.textContent]";
    wait_for("the notice", || {
        let seen = page.script(hit)?;
        Ok(seen[0] == true && seen[1].to_string().contains("A new branch begins here"))
    })?;
    page.assert_clean()
}

#[test]
fn a_lease_that_is_only_remembered_counts_nothing_down() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    node(&page, "laptop")?.click()?;
    let lease = |wanted: [bool; 4]| {
        wait_for(&format!("the lease as {wanted:?}"), || {
            let said = page.script("return document.querySelector('.panel-body').innerText")?;
            let said = said.as_str().unwrap_or_default();
            let facts = page.script(
                "const all = [...document.querySelectorAll('.facts dt')].map(fact => fact.textContent);
                 return [all.includes('T2'), document.querySelectorAll('.facts small').length > 0]",
            )?;
            Ok([
                said.contains("Remembered lease"),
                said.contains("192.168.1.10"),
                facts[0] == true,
                facts[1] == true,
            ] == wanted)
        })
    };
    lease([false, true, true, true])?;
    click(&page, "Power off")?;
    lease([true, true, false, false])?;
    page.assert_clean()
}

#[test]
fn something_is_planned_for_another_instant_and_for_a_while() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    let before = common::clock(&page)?;
    page.press('a')?;
    page.find("combobox", "Search")?;
    page.type_text("off server1")?;
    page.press(TAB)?;
    page.type_text("soon")?;
    page.find("alert", "")?;
    page.press_with(&[CONTROL], 'a')?;
    page.type_text("00:10")?;
    page.press(TAB)?;
    page.type_text("30s")?;
    page.press(ENTER)?;
    wait_for("the notice", || {
        let said = page.script("return document.querySelector('.notices').textContent")?;
        Ok(said.as_str().is_some_and(|said| {
            said.contains("Planned for 00:10:00: Switch off server1 for 30\u{a0}s")
        }))
    })?;
    assert_eq!(common::clock(&page)?, before);
    node_says(&page, "server1", "1 lease")?;
    wait_for("the planned instant", || {
        page.press(RIGHT)?;
        Ok(node(&page, "server1")?.name().contains("off"))
    })?;
    assert_eq!(common::clock(&page)?, "day 1 00:10:00.000");
    page.assert_clean()
}

/// What the list shows, each entry with whether it can be done.
fn listed(page: &Page) -> Result<Vec<(String, bool)>> {
    let all = page.script(
        "return [...document.querySelectorAll('#deeds [role=option]')].map(o => [o.textContent, o.getAttribute('aria-disabled') === 'false'])",
    )?;
    let all = all.as_array().context("a list")?.iter();
    Ok(all
        .filter_map(|one| Some((one[0].as_str()?.to_owned(), one[1].as_bool()?)))
        .collect())
}

#[test]
fn the_list_has_what_can_be_done_then_and_says_why_the_rest_cannot() -> Result<()> {
    let page = Page::open(&View::default())?;
    until_bound(&page)?;
    do_by_list(&page, "off server1")?;
    node_says(&page, "server1", "off")?;
    page.press('a')?;
    page.find("combobox", "Search")?;
    page.type_text("crash server1")?;
    wait_for("the reason", || {
        let all = listed(&page)?;
        Ok(all.len() == 1 && all[0].0.contains("Cannot be done") && !all[0].1)
    })?;
    page.press(ENTER)?;
    ensure!(page.has("combobox", "Search")?, "nothing was done");
    page.press(TAB)?;
    page.type_text("500ms")?;
    wait_for("the list for that instant", || {
        Ok(listed(&page)? == [("Crash server1".to_owned(), true)])
    })?;
    page.press(ENTER)?;
    ladder_says(&page, "The software of server1 stops at once")?;
    assert_eq!(common::clock(&page)?, "day 1 00:00:00.500");
    page.assert_clean()
}

/// What was pressed by the mouse keeps the focus, but not the space bar.
#[test]
fn the_space_bar_plays_whatever_was_pressed_by_the_mouse() -> Result<()> {
    let page = Page::open(&View::default())?;
    click(&page, "Step forward")?;
    page.press(' ')?;
    page.find("button", "Pause")?;
    page.press(' ')?;
    page.find("button", "Play")?;
    node(&page, "server1")?.click()?;
    page.find("dialog", "server1")?;
    page.press(ESCAPE)?;
    wait_for("the panel to close", || Ok(!page.has("dialog", "server1")?))?;
    page.press(' ')?;
    page.find("button", "Pause")?;
    ensure!(!page.has("dialog", "server1")?);
    page.press(' ')?;
    page.find("button", "Play")?;
    // Reached by keys, a button is pressed by it as everywhere.
    tab_to(&page, "Start over")?;
    page.press(' ')?;
    wait_for("the start", || {
        Ok(common::clock(&page)? == "day 1 00:00:00.000")
    })?;
    page.find("button", "Play")?;
    page.assert_clean()
}

#[test]
fn letters_are_keys_unless_they_are_turned_off() -> Result<()> {
    let page = Page::open(&View::default())?;
    page.press('n')?;
    wait_for("a message", || Ok(!common::ladder(&page)?.is_empty()))?;
    page.press('n')?;
    page.press('p')?;
    wait_for(
        "the first message",
        || Ok(common::ladder(&page)?.len() == 1),
    )?;
    page.press('?')?;
    page.find("dialog", "Help")?;
    page.find(
        "checkbox",
        "Take letters as keys. Turn it off if you speak to your computer.",
    )?
    .click()?;
    page.press(ESCAPE)?;
    page.press('a')?;
    page.press('?')?;
    ensure!(!page.has("dialog", "Help")? && !page.has("combobox", "Search")?);
    page.go("?scenario=two-servers")?;
    page.find("button", "Play")?;
    page.press('a')?;
    ensure!(!page.has("combobox", "Search")?, "it is kept");
    click(&page, "Help")?;
    page.find("dialog", "Help")?;
    page.assert_clean()
}

#[test]
fn clients_and_servers_are_added_and_taken_away() -> Result<()> {
    let page = Page::open(&View {
        fragment: "?scenario=two-servers".to_owned(),
        ..View::default()
    })?;
    until_bound(&page)?;
    let before = common::clock(&page)?;
    open_all(&page, "switch")?;
    click(&page, "Add a client at switch")?;
    node(&page, "client1")?;
    page.find("dialog", "client1")?;
    assert_eq!(common::clock(&page)?, before);
    node_says(&page, "laptop", "BOUND")?;
    click(&page, "Close")?;
    do_by_list(&page, "take server2 out")?;
    wait_for("server2 to go", || {
        let names = page.all("button")?;
        Ok(!names.iter().any(|one| one.name().starts_with("server2, ")))
    })?;
    page.press_with(&[CONTROL], 'z')?;
    node(&page, "server2")?;
    page.press_with(&[CONTROL], 'z')?;
    wait_for("client1 to go", || {
        let names = page.all("button")?;
        Ok(!names.iter().any(|one| one.name().starts_with("client1, ")))
    })?;
    page.assert_clean()
}

#[test]
fn a_cable_tells_what_it_has_lost() -> Result<()> {
    let page = Page::open(&View {
        fragment: "?scenario=two-servers".to_owned(),
        ..View::default()
    })?;
    until_bound(&page)?;
    cable(&page, "laptop", "switch")?;
    let told = |page: &Page| {
        let text = page.script("return document.querySelector('.panel-body').innerText")?;
        Ok::<String, anyhow::Error>(text.as_str().unwrap_or_default().to_owned())
    };
    ensure!(told(&page)?.contains("0 of "), "{}", told(&page)?);
    fill(&page, "Loss", "100")?;
    click(&page, "Set")?;
    do_by_list(&page, "renew laptop")?;
    cable(&page, "laptop", "switch")?;
    wait_for("a loss", || {
        click(&page, "Step forward")?;
        let told = told(&page)?;
        Ok(told.contains("1 of ") && told.contains("loss"))
    })?;
    page.assert_clean()
}
