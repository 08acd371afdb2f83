//! What the tests of the page do again and again, in words of the page.

#![allow(dead_code)] // Each test file uses a part of it.

use anyhow::{Context as _, Result};
use page_tests::{Element, Page, wait_for, wait_until};

/// The ladder's messages in words, in order.
pub(crate) fn ladder(page: &Page) -> Result<Vec<String>> {
    let names: Vec<String> = page
        .all("button")?
        .iter()
        .map(|button| button.name().to_owned())
        .collect();
    Ok(names
        .into_iter()
        .filter(|name| name.starts_with("DHCP") && name.contains(" from "))
        .collect())
}

/// The message types in a ladder.
pub(crate) fn kinds(messages: &[String]) -> Vec<&str> {
    messages
        .iter()
        .filter_map(|message| message.split(' ').next())
        .collect()
}

/// What the page's clock shows.
pub(crate) fn clock(page: &Page) -> Result<String> {
    page.find("timer", "Clock")?.text()
}

/// A node on the stage; its name begins with the node's.
pub(crate) fn node<'a>(page: &'a Page, id: &str) -> Result<Element<'a>> {
    wait_until(&format!("the node {id}"), || {
        let begins = format!("{id}, ");
        Ok(page
            .all("button")?
            .into_iter()
            .find(|button| button.name().starts_with(&begins)))
    })
}

/// Waits until a node's name holds a word, such as its state.
pub(crate) fn node_says(page: &Page, id: &str, word: &str) -> Result<()> {
    wait_for(&format!("{id} to say {word}"), || {
        Ok(node(page, id)?.name().contains(word))
    })
}

/// Clicks a button by its name.
pub(crate) fn click(page: &Page, name: &str) -> Result<()> {
    page.find("button", name)?
        .click()
        .with_context(|| format!("clicking {name}"))
}

/// Opens a node's panel, clicks a button there, and closes it.
pub(crate) fn on_node(page: &Page, id: &str, button: &str) -> Result<()> {
    node(page, id)?.click()?;
    click(page, button)?;
    click(page, "Close")
}

/// Moves the speed slider to its fastest end.
pub(crate) fn fastest(page: &Page) -> Result<()> {
    page.find("slider", "Speed")?.type_keys("\u{E010}")
}

/// Steps until the laptop uses an address, and no further.
pub(crate) fn until_bound(page: &Page) -> Result<()> {
    wait_for("the laptop to be BOUND", || {
        click(page, "Step forward")?;
        Ok(node(page, "laptop")?.name().contains("BOUND"))
    })
}

/// Chooses an entry of a list by its text.
pub(crate) fn choose(page: &Page, list: &str, entry: &str) -> Result<()> {
    page.find("combobox", list)?.type_keys(entry)
}

/// Jumps to the next of a kind.
pub(crate) fn next(page: &Page, kind: &str) -> Result<()> {
    choose(page, "Jump to", kind)?;
    click(page, &format!("Next {kind}"))
}

/// Opens a cable's panel on the stage; its name says its ends, and then how it is.
pub(crate) fn cable(page: &Page, one: &str, other: &str) -> Result<()> {
    let begins = format!("Cable between {one} and {other}: ");
    let cable = wait_until(&begins, || {
        Ok(page
            .all("button")?
            .into_iter()
            .find(|button| button.name().starts_with(&begins)))
    })?;
    cable.click()
}

/// Waits until the ladder's text holds some words: what is done to the network stands there.
pub(crate) fn ladder_says(page: &Page, words: &str) -> Result<()> {
    wait_for(&format!("the ladder to say {words:?}"), || {
        let said = page.script("return document.querySelector('.ladder-body').textContent")?;
        Ok(said.as_str().is_some_and(|said| said.contains(words)))
    })
}

/// Opens the list of everything, finds an entry by its words, and does it.
pub(crate) fn do_by_list(page: &Page, words: &str) -> Result<()> {
    page.press('a')?;
    page.find("combobox", "Search")?;
    page.type_text(words)?;
    page.press('\u{E007}')
}

/// Waits until what these words are told by, and the button that they are told beside, are in sight.
pub(crate) fn told_in_sight(page: &Page, words: &str) -> Result<()> {
    wait_for(&format!("{words:?} and its button in sight"), || {
        let seen = page.script(
            "return [...document.querySelectorAll('.actions:has([role=alert]) > *')].map(part => {
               const box = part.getBoundingClientRect();
               const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
               return part.contains(top) ? part.textContent : '';
             })",
        )?;
        let seen = seen.as_array().cloned().unwrap_or_default();
        let seen: Vec<&str> = seen.iter().filter_map(|part| part.as_str()).collect();
        Ok(seen.len() == 3 && seen[0].contains(words) && !seen.contains(&""))
    })
}
