//! The page's head: which story, which language, which theme, which keys.

use yew::prelude::*;

use super::element::{Element, Handler, el, group, handler};
use super::icons::{Icon, icon};
use super::kinds;
use super::part::part;
use super::shell::part;
use crate::app::browser;
use crate::app::session::{Action, Export, Panel, Theme};
use crate::app::store::{Props, Store, use_view};
use crate::map::Map;
use crate::scenario::{self, library};
use crate::text::{Language, Texts};

/// The head.
#[part]
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
    let titles = use_memo((), |()| library::titles());
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
    let act = el!(
        "button",
        "class" = "button text",
        "aria-haspopup" = "dialog",
        "title" = words.get("ui.act-hint").to_owned()
    );
    let act = act
        .on_click(store.on(Action::Open(Panel::Deeds)))
        .text(words.get("ui.act"));
    el!("header", "class" = "head")
        .with(brand)
        .with(scenario(store, &words, &titles, &current, own))
        .with(open_file(store, &words, false))
        .with(act)
        .put(part::<Way>(store))
        .with(el!("div", "class" = "spacer"))
        .with(language(store, &words, "language"))
        .with(theme_button(store, &words, theme))
        .with(quiet(
            store,
            words.get("ui.share"),
            Icon::Share,
            Action::Share,
        ))
        .all(menu(store, &words, theme).into_iter())
        .with(quiet(
            store,
            words.get("ui.help"),
            Icon::Help,
            Action::Open(Panel::Help),
        ))
        .html()
}

/// The list of scenarios; `own` is the title of the one that runs, where it came out of a file.
fn scenario(
    store: &Store,
    words: &Texts,
    titles: &Map<String, scenario::Texts>,
    current: &str,
    own: Option<String>,
) -> Element {
    let from_file = own.is_some();
    let option = |name: &'static str| {
        let selected = !from_file && name == current;
        let title = titles
            .get(name)
            .map_or(name, |titles| kinds::in_language(titles, words, name));
        el!("option", "value" = name, "selected" = selected).text(title)
    };
    let store = store.clone();
    let choose = handler(move |event| store.apply(Action::Scenario(browser::value(&event))));
    el!("label", "class" = "field scenario")
        .with(el!("span", "class" = "field-name").text(words.get("ui.scenario")))
        .with(
            el!("select", "id" = "scenario")
                .on("change", choose)
                .maybe(own.map(|title| el!("option", "selected" = true).text(&title)))
                .all(library::NAMES.into_iter().map(option)),
        )
}

/// A button that opens a file; with words beside its drawing in the menu.
fn open_file(store: &Store, words: &Texts, in_menu: bool) -> Element {
    let label = words.get("ui.open-file").to_owned();
    let field = el!(
        "input",
        "type" = "file",
        "class" = "unseen",
        "accept" = ".json,application/json",
        "aria-label" = label.clone()
    );
    let class = if in_menu {
        "button text quiet"
    } else {
        "button quiet wide-only"
    };
    let name = in_menu.then(|| el!("span").text(&label));
    el!("label", "class" = class, "title" = label)
        .with(field.on("change", opener(store)))
        .put(icon(Icon::Open))
        .maybe(name)
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

fn language(store: &Store, words: &Texts, id: &'static str) -> Element {
    let store = store.clone();
    let choose = handler(move |event| {
        let language = Language::from_tag(&browser::value(&event));
        store.apply(Action::Language(language));
    });
    let option = |language: Language| {
        let selected = language == words.language();
        let tag = language.tag();
        el!("option", "value" = tag, "lang" = tag, "selected" = selected).text(language.name())
    };
    let select = el!("select", "id" = id, "class" = "language")
        .on("change", choose)
        .all(Language::ALL.into_iter().map(option));
    el!("label", "class" = "field language-field")
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

/// The button that opens the menu, and the menu: files, and what a narrow head has no room for.
fn menu(store: &Store, words: &Texts, theme: Theme) -> [Element; 2] {
    const ID: &str = "menu";
    let label = words.get("ui.menu").to_owned();
    let button = el!(
        "button",
        "class" = "button quiet menu-button",
        "popovertarget" = ID,
        "aria-label" = label.clone(),
        "title" = label.clone()
    );
    let entry = |text: &str, drawing: Icon, action: Action| {
        el!(
            "button",
            "class" = "button text quiet",
            "popovertarget" = ID,
            "popovertargetaction" = "hide"
        )
        .on_click(store.on(action))
        .put(icon(drawing))
        .text(words.get(text))
    };
    let narrow = el!("div", "class" = "narrow-only")
        .with(open_file(store, words, true))
        .with(entry("ui.undo", Icon::Undo, Action::Undo))
        .with(entry("ui.redo", Icon::Redo, Action::Redo))
        .with(entry("ui.share", Icon::Share, Action::Share))
        .with(entry("ui.help", Icon::Help, Action::Open(Panel::Help)))
        .with(
            el!("div", "class" = "menu-row")
                .with(language(store, words, "menu-language"))
                .with(theme_button(store, words, theme)),
        );
    let menu = el!(
        "div",
        "id" = ID,
        "class" = "popover menu-list",
        "popover" = "auto",
        "role" = "dialog",
        "aria-label" = label
    )
    .with(entry(
        "ui.save",
        Icon::Save,
        Action::Export(Export::Scenario),
    ))
    .with(entry(
        "ui.save-capture",
        Icon::Save,
        Action::Export(Export::Capture),
    ))
    .with(entry(
        "ui.save-diagram",
        Icon::Save,
        Action::Export(Export::Diagram),
    ))
    .with(narrow);
    [button.put(icon(Icon::Menu)), menu]
}

/// Undo and redo, with what they would do.
#[part]
fn Way(props: &Props) -> Html {
    let store = &props.store;
    let (words, undo, redo) = use_view(store, |session| {
        (
            session.texts().clone(),
            session.undoable(),
            session.redoable(),
        )
    });
    let button = |text: &str, of: &str, what: &Option<String>, drawing: Icon, action: Action| {
        let label = what.as_ref().map_or_else(
            || words.get(text).to_owned(),
            |what| words.say(of, &[("what", what)]),
        );
        el!(
            "button",
            "class" = "button quiet",
            "aria-label" = label.clone(),
            "title" = label,
            "disabled" = what.is_none()
        )
        .on_click(store.on(action))
        .put(icon(drawing))
    };
    group(vec![
        button("ui.undo", "ui.undo-of", &undo, Icon::Undo, Action::Undo).html(),
        button("ui.redo", "ui.redo-of", &redo, Icon::Redo, Action::Redo).html(),
    ])
}

/// A button of the head that only has a drawing.
fn quiet(store: &Store, label: &str, drawing: Icon, action: Action) -> Element {
    let label = label.to_owned();
    el!(
        "button",
        "class" = "button quiet",
        "aria-label" = label.clone(),
        "title" = label
    )
    .on_click(store.on(action))
    .put(icon(drawing))
}
