//! What can be done, as buttons: each where it belongs, with a line that explains what stands
//! together.

use yew::prelude::*;

use super::element::{Element, el, handler};
use super::icons::{Icon, icon};
use crate::app::browser;
use crate::app::session::{Deed, Sense};
use crate::app::store::Store;
use crate::scenario::Command;
use crate::text::Texts;
use crate::time::Duration;

/// For how long something can be done by a list; a field takes any length.
const LENGTHS: [u64; 6] = [10, 60, 600, 3_600, 28_800, 86_400];

/// A button that does something.
pub(super) fn button(
    store: &Store,
    words: &Texts,
    deed: &Deed,
    length: Option<Duration>,
) -> Element {
    let drawing = match deed.command() {
        Some(Command::PowerOn(_) | Command::PowerOff(_)) => Some(Icon::Power),
        Some(Command::Plug(_)) => Some(Icon::Plug),
        Some(Command::Unplug(_)) => Some(Icon::Unplug),
        Some(_) | None => None,
    };
    let mut named = deed.sentence.clone();
    if !deed.short.is_empty() {
        named.key = deed.short.to_owned();
    }
    el!(
        "button",
        "class" = "button text",
        "title" = words.sentence(&deed.sentence)
    )
    .on_click(store.on(deed.planned(None, length)))
    .put(drawing.map(icon).unwrap_or_default())
    .text(&words.sentence(&named))
}

/// The text that heads a group; with `.hint`, the one that explains it.
pub(super) fn heading(sense: Sense) -> &'static str {
    match sense {
        Sense::Power => "sense.power",
        Sense::Cable => "sense.cable",
        Sense::Lease => "sense.lease",
        Sense::Failover => "sense.failover",
        Sense::Apart => "sense.apart",
        Sense::Other => "sense.clock",
        Sense::Network => "sense.network",
    }
}

/// Things that belong together: a heading, what they mean, and the things.
pub(super) fn together(words: &Texts, heading: &str, things: Vec<Element>) -> Element {
    let label = words.get(heading).to_owned();
    let hint = format!("{heading}.hint");
    el!(
        "div",
        "class" = "sense",
        "role" = "group",
        "aria-label" = label.clone()
    )
    .with(el!("h3").text(&label))
    .with(el!("div", "class" = "actions").all(things.into_iter()))
    .with(el!("p", "class" = "hint").text(words.get(&hint)))
}

/// A list of lengths: for how long something is done.
pub(super) fn lengths(words: &Texts, chosen: &UseStateHandle<Option<Duration>>) -> Element {
    let option = |seconds: Option<u64>| {
        let length = seconds.map(Duration::from_secs);
        let name = match length {
            None => words.get("ui.for-good").to_owned(),
            Some(length) => words.say("ui.for", &[("time", &words.duration(length))]),
        };
        let value = seconds.unwrap_or_default().to_string();
        el!("option", "value" = value, "selected" = length == **chosen).text(&name)
    };
    let choose = handler({
        let chosen = chosen.clone();
        move |event| {
            let seconds = browser::value(&event)
                .parse()
                .ok()
                .filter(|seconds| *seconds > 0);
            chosen.set(seconds.map(Duration::from_secs));
        }
    });
    let all = LENGTHS.into_iter().map(Some);
    let list = el!("select")
        .on("change", choose)
        .all([None].into_iter().chain(all).map(option));
    el!("label", "class" = "field")
        .with(el!("span", "class" = "field-name").text(words.get("ui.lasts")))
        .with(list)
}
