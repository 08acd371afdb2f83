//! What can be done, as buttons: each where it belongs, with a line that explains what stands
//! together.

use yew::prelude::*;

use super::element::{Element, Handler, el, handler, spelt};
use super::icons::{Icon, icon};
use crate::app::browser;
use crate::app::moment;
use crate::app::session::{Deed, Sense, Then, planned};
use crate::app::store::{Store, use_view};
use crate::scenario::Command;
use crate::text::Texts;
use crate::time::{Duration, Instant};

/// For how long something can be done by a list; a field takes any length.
const LENGTHS: [u64; 6] = [10, 60, 600, 3_600, 28_800, 86_400];

/// When something is to be done, and for how long.
#[derive(Clone, Default, PartialEq)]
pub(super) struct When {
    /// The instant, as a person wrote it.
    text: String,
    /// What that means; nothing for now.
    pub(super) at: Option<Instant>,
    /// Whether it means nothing at all.
    wrong: bool,
    length: Option<Duration>,
}

impl When {
    /// Does something then.
    pub(super) fn act(&self, store: &Store, command: Command) {
        if !self.wrong {
            store.apply(planned(command, self.at, self.length));
        }
    }
}

/// Moves the focus to the element of this id where what had it in there is drawn no more, as what was
/// done cannot be done again.
#[hook]
pub(super) fn use_focus(within: &'static str, id: String) {
    let had = browser::has_focus(within);
    use_effect(move || {
        if had && !browser::has_focus("body *") {
            browser::focus_on(&id);
        }
    });
}

/// How things are at that instant.
#[hook]
pub(super) fn use_then(store: &Store, at: Option<Instant>) -> std::rc::Rc<Then> {
    // That depends on what is done in the run, and not on how far one has come.
    let run = use_view(store, move |session| {
        (session.key().run, at == Some(session.now()))
    });
    use_memo((at, run), |(at, _)| store.read(|session| session.then(*at)))
}

/// A button that does something.
pub(super) fn button(store: &Store, words: &Texts, deed: &Deed, when: &When) -> Element {
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
    let title = words.sentence(&deed.sentence);
    let button = el!("button", "class" = "button text", "title" = title.clone());
    // The focus must not pass to what stands there when this is done.
    button
        .named(&title)
        .on_click(handler({
            let (store, deed, when) = (store.clone(), deed.clone(), when.clone());
            move |_| {
                if !when.wrong {
                    store.apply(deed.planned(when.at, when.length));
                }
            }
        }))
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
    .named(heading)
    .with(el!("h3").text(&label))
    .with(el!("div", "class" = "actions").all(things.into_iter()))
    .with(el!("p", "class" = "hint").text(words.get(&hint)))
}

/// A field of which an empty text has a meaning, too.
pub(super) fn field(
    words: &Texts,
    [name, empty]: [&str; 2],
    text: &str,
    write: Handler,
    turn: Handler,
    wrong: bool,
) -> Element {
    let input = el!(
        "input",
        "type" = "text",
        "class" = "text-field",
        "autocomplete" = "off",
        "placeholder" = words.get(empty).to_owned(),
        "aria-invalid" = spelt(wrong)
    );
    let input = input
        .shows(text.to_owned())
        .on("input", write)
        .on("keydown", turn);
    el!("label")
        .with(el!("span", "class" = "field-name").text(words.get(name)))
        .with(input)
}

/// What is wrong with what was written.
pub(super) fn problem(words: &Texts, key: &str) -> Element {
    el!("p", "class" = "problem", "role" = "alert").text(words.get(key))
}

/// At which instant something is done, by a field, and for how long, by a list.
pub(super) fn planning(store: &Store, words: &Texts, chosen: &UseStateHandle<When>) -> Element {
    let write = handler({
        let (store, chosen) = (store.clone(), chosen.clone());
        move |event| {
            let text = browser::value(&event);
            let at = store.read(|session| moment::read(&text, session.now()));
            chosen.set(When {
                text,
                wrong: at.is_err(),
                at: at.ok().flatten(),
                length: chosen.length,
            });
        }
    });
    let names = ["ui.at", "ui.now"];
    let turn = handler(|_| {});
    let then = chosen.at.map(|at| {
        let then = words.say("ui.as-then", &[("at", &words.moment(at))]);
        el!("p", "class" = "hint").text(&then)
    });
    el!("div", "class" = "planned")
        .named("planned")
        .with(field(words, names, &chosen.text, write, turn, chosen.wrong))
        .with(lengths(words, chosen))
        .maybe(chosen.wrong.then(|| problem(words, "ui.bad-instant")))
        .maybe(then)
}

fn lengths(words: &Texts, chosen: &UseStateHandle<When>) -> Element {
    let option = |seconds: Option<u64>| {
        let length = seconds.map(Duration::from_secs);
        let name = match length {
            None => words.get("ui.for-good").to_owned(),
            Some(length) => words.say("ui.for", &[("time", &words.duration(length))]),
        };
        let value = seconds.unwrap_or_default().to_string();
        el!(
            "option",
            "value" = value,
            "selected" = length == chosen.length
        )
        .text(&name)
    };
    let choose = handler({
        let chosen = chosen.clone();
        move |event| {
            let seconds = browser::value(&event)
                .parse()
                .ok()
                .filter(|seconds| *seconds > 0);
            chosen.set(When {
                length: seconds.map(Duration::from_secs),
                ..(*chosen).clone()
            });
        }
    });
    let all = LENGTHS.into_iter().map(Some);
    let list = el!("select")
        .on("change", choose)
        .all([None].into_iter().chain(all).map(option));
    el!("label")
        .with(el!("span", "class" = "field-name").text(words.get("ui.lasts")))
        .with(list)
}
