//! The page's head: which story, which language, which theme, which keys.

use yew::prelude::*;

use super::element::{Element, Handler, el, handler};
use super::icons::{Icon, icon};
use super::kinds;
use crate::app::browser;
use crate::app::session::{Action, Notice, Target, Theme};
use crate::app::store::{Props, Store, use_view};
use crate::scenario::{Scenario, library};
use crate::text::{Language, Texts};

/// The head.
#[function_component]
pub(crate) fn Header(props: &Props) -> Html {
    let store = &props.store;
    let (words, theme, current, own) = use_view(store, |session| {
        let own = session.is_file();
        (
            session.texts().clone(),
            session.theme(),
            session.scenario().file().name.clone(),
            own.then(|| kinds::title(session.scenario(), session.texts()).to_owned()),
        )
    });
    let scenarios = use_memo((), |()| {
        let load = |(name, _): &(&str, &str)| library::load(name).ok();
        library::FILES
            .iter()
            .filter_map(load)
            .collect::<Vec<Scenario>>()
    });
    let logo = el!(
        "svg",
        "viewBox" = "0 0 24 24",
        "class" = "logo",
        "aria-hidden" = "true"
    )
    .with(el!("rect", "width" = "24", "height" = "24", "rx" = "6"))
    .with(el!(
        "path",
        "d" = "M5 9h14m-3.5-3L19 9M19 15H5m3.5-3L5 15l3.5 3"
    ));
    let brand = el!("h1", "class" = "brand")
        .with(logo)
        .with(el!("span").text("DHCP Lab"));
    let [button, popover] = keyboard(&words);
    el!("header", "class" = "head")
        .with(brand)
        .with(scenario(store, &words, &scenarios, &current, own))
        .with(open_file(store, &words))
        .with(el!("div", "class" = "spacer"))
        .with(language(store, &words))
        .with(theme_button(store, &words, theme))
        .with(button)
        .with(popover)
        .html()
}

/// The list of scenarios; `own` is the title of the one that runs, where it came out of a file.
fn scenario(
    store: &Store,
    words: &Texts,
    scenarios: &[Scenario],
    current: &str,
    own: Option<String>,
) -> Element {
    let from_file = own.is_some();
    let option = |scenario: &Scenario| {
        let name = scenario.file().name.clone();
        let selected = !from_file && name == current;
        el!("option", "value" = name, "selected" = selected).text(kinds::title(scenario, words))
    };
    let store = store.clone();
    let choose = handler(move |event| store.apply(Action::Scenario(browser::value(&event))));
    el!("label", "class" = "field scenario")
        .with(el!("span", "class" = "field-name").text(words.get("ui.scenario")))
        .with(
            el!("select")
                .on("change", choose)
                .maybe(own.map(|title| el!("option", "selected" = true).text(&title)))
                .all(scenarios.iter().map(option)),
        )
}

fn open_file(store: &Store, words: &Texts) -> Element {
    let label = words.get("ui.open-file").to_owned();
    let field = el!(
        "input",
        "type" = "file",
        "class" = "unseen",
        "accept" = ".json,application/json",
        "aria-label" = label.clone()
    );
    el!("label", "class" = "button quiet", "title" = label)
        .with(field.on("change", opener(store)))
        .put(icon(Icon::Open))
}

/// Opens the file that is chosen or dropped.
pub(super) fn opener(store: &Store) -> Handler {
    let store = store.clone();
    handler(move |event| {
        if let Some(file) = browser::file(&event) {
            event.prevent_default();
            let (store, name) = (store.clone(), file.name());
            browser::read(&file, move |text| store.apply(Action::Load(name, text)));
        }
    })
}

fn language(store: &Store, words: &Texts) -> Element {
    let store = store.clone();
    let choose = handler(move |event| {
        let language = Language::from_tag(&browser::value(&event));
        browser::keep_language(language);
        store.apply(Action::Language(language));
    });
    let option = |language: Language| {
        let selected = language == words.language();
        let tag = language.tag();
        el!("option", "value" = tag, "lang" = tag, "selected" = selected).text(language.name())
    };
    let select = el!("select", "class" = "language")
        .on("change", choose)
        .all(Language::ALL.into_iter().map(option));
    el!("label", "class" = "field")
        .with(el!("span", "class" = "field-name").text(words.get("ui.language")))
        .with(select)
}

fn theme_button(store: &Store, words: &Texts, theme: Theme) -> Element {
    let (next, drawing, text) = match theme {
        Theme::Auto => (Theme::Light, Icon::Half, "ui.theme.auto"),
        Theme::Light => (Theme::Dark, Icon::Sun, "ui.theme.light"),
        Theme::Dark => (Theme::Auto, Icon::Moon, "ui.theme.dark"),
    };
    let label = words.say("ui.theme", &[("theme", words.get(text))]);
    let store = store.clone();
    let turn = handler(move |_| {
        browser::keep_theme(next);
        store.apply(Action::Theme(next));
    });
    el!(
        "button",
        "class" = "button quiet",
        "aria-label" = label.clone(),
        "title" = label
    )
    .on_click(turn)
    .put(icon(drawing))
}

/// The button that shows the keys, and what it shows.
fn keyboard(words: &Texts) -> [Element; 2] {
    const KEYS: [(&str, &str); 6] = [
        ("ui.key.space", "ui.keys.play"),
        ("← →", "ui.keys.step"),
        ("ui.key.home-end", "ui.keys.ends"),
        ("Tab", "ui.keys.tab"),
        ("ui.key.enter", "ui.keys.open"),
        ("Esc", "ui.keys.close"),
    ];
    let label = words.get("ui.keyboard").to_owned();
    let mut list = el!("dl", "class" = "keys");
    for (key, what) in KEYS {
        let key = el!("kbd").text(words.get(key));
        list = list
            .with(el!("dt").with(key))
            .with(el!("dd").text(words.get(what)));
    }
    let button = el!(
        "button",
        "class" = "button quiet",
        "popovertarget" = "keyboard",
        "aria-label" = label.clone(),
        "title" = label.clone()
    );
    let popover = el!(
        "div",
        "id" = "keyboard",
        "class" = "popover",
        "popover" = "auto",
        "role" = "dialog",
        "aria-label" = label.clone()
    );
    [
        button.put(icon(Icon::Keyboard)),
        popover.with(el!("h2").text(&label)).with(list),
    ]
}

/// What there is to tell besides the story.
#[function_component]
pub(crate) fn NoticeBar(props: &Props) -> Html {
    let store = &props.store;
    let (words, notice, title) = use_view(store, |session| {
        let title = kinds::title(session.scenario(), session.texts()).to_owned();
        (session.texts().clone(), session.notice().cloned(), title)
    });
    let text = match &notice {
        None => None,
        Some(Notice::NoScenario(name)) => {
            Some(words.say("ui.no-scenario", &[("name", name), ("title", &title)]))
        }
        Some(Notice::NoMore(target)) => {
            Some(words.say("ui.no-more", &[("what", words.get(target_key(*target)))]))
        }
        Some(Notice::NoNode(name)) => Some(words.say("ui.no-node", &[("name", name)])),
        Some(Notice::BadFile(name, problem)) => {
            let problem = problem.as_ref().map_or_else(
                || words.get("ui.unreadable").to_owned(),
                ToString::to_string,
            );
            Some(words.say("ui.bad-file", &[("name", name), ("problem", &problem)]))
        }
    };
    let notice = text.map(|text| {
        let dismiss = words.get("ui.dismiss").to_owned();
        let button = el!("button", "class" = "button quiet", "aria-label" = dismiss);
        el!("p", "class" = "notice")
            .with(el!("span").text(&text))
            .with(
                button
                    .on_click(store.on(Action::Dismiss))
                    .put(icon(Icon::Close)),
            )
    });
    el!("div", "class" = "notices", "role" = "status")
        .maybe(notice)
        .html()
}

/// The text that names what playback can jump to.
pub(super) fn target_key(target: Target) -> &'static str {
    match target {
        Target::Message => "ui.target.message",
        Target::T1 => "ui.target.t1",
        Target::T2 => "ui.target.t2",
        Target::Expiry => "ui.target.expiry",
    }
}
