//! What one can do here, and by which key.

use super::element::{el, handler};
use super::panel::frame;
use super::part::part;
use crate::app::browser;
use crate::app::session::Action;
use crate::app::store::{Props, use_view};

/// What one can do with the mouse or a finger.
const DEEDS: [&str; 8] = [
    "help.time",
    "help.node",
    "help.cable",
    "help.packet",
    "help.message",
    "help.deeds",
    "help.branches",
    "help.files",
];
/// The keys, and what they do.
const KEYS: [(&str, &str); 13] = [
    ("ui.key.space", "ui.keys.play"),
    ("← →", "ui.keys.step"),
    ("ui.key.home-end", "ui.keys.ends"),
    ("N P", "ui.keys.jump"),
    ("A", "ui.keys.deeds"),
    ("W", "ui.keys.why"),
    ("Ctrl+Z Ctrl+Y", "ui.keys.undo"),
    ("F2 Del", "ui.keys.branch"),
    ("Ctrl+S", "ui.keys.save"),
    ("Tab", "ui.keys.tab"),
    ("ui.key.enter", "ui.keys.open"),
    ("Esc", "ui.keys.close"),
    ("?", "ui.keys.help"),
];

/// The help.
#[part]
pub(super) fn HelpPanel(props: &Props) -> Html {
    let store = &props.store;
    let (words, letters) = use_view(store, |session| {
        (session.texts().clone(), session.takes_letters())
    });
    let mut keys = el!("dl", "class" = "keys");
    for (key, what) in KEYS {
        keys = keys
            .with(el!("dt").with(el!("kbd").text(words.get(key))))
            .with(el!("dd").text(words.get(what)));
    }
    let turn = handler({
        let store = store.clone();
        move |event| {
            let on = browser::is_ticked(&event);
            browser::keep_letters(on);
            store.apply(Action::Letters(on));
        }
    });
    let tick = el!("input", "type" = "checkbox")
        .ticked(letters)
        .on("change", turn);
    let body = el!("div", "class" = "panel-body help")
        .with(
            el!("section")
                .with(el!("h3").text(words.get("help.do")))
                .with(el!("ul").all(DEEDS.iter().map(|key| el!("li").text(words.get(key))))),
        )
        .with(
            el!("section")
                .with(el!("h3").text(words.get("help.keys")))
                .with(keys)
                .with(
                    el!("label", "class" = "check")
                        .with(tick)
                        .with(el!("span").text(words.get("help.letters"))),
                ),
        );
    frame(
        store,
        &words,
        "packet-panel",
        words.get("ui.help"),
        "",
        body.html(),
    )
}
