//! Keys that work from anywhere on the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, KeyboardEvent};

use super::browser;
use super::session::{Action, Ask, Export, Panel};
use super::store::Store;
use crate::sim::EventId;

/// Listens for as long as the page lives.
pub(crate) fn listen(store: Store) {
    let Some(document) = browser::document() else {
        return;
    };
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if let Some(action) = action(&store, &event) {
            event.prevent_default();
            store.apply(action);
        }
    });
    let listener = pressed.as_ref().unchecked_ref();
    if document
        .add_event_listener_with_callback("keydown", listener)
        .is_ok()
    {
        // It listens until the page is gone.
        pressed.forget();
    }
}

/// The entry that the element with the focus stands for.
fn asked(focus: Option<&Element>) -> Option<EventId> {
    let row = focus?.closest("[data-entry]").ok()??;
    Some(EventId(row.get_attribute("data-entry")?.parse().ok()?))
}

/// What a key does, unless the element that has the focus wants it for itself.
fn action(store: &Store, event: &KeyboardEvent) -> Option<Action> {
    if event.default_prevented() || event.alt_key() {
        return None;
    }
    let focus = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let is = |selector: &str| {
        let focus = focus.as_ref();
        focus.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
    };
    if event.ctrl_key() || event.meta_key() {
        // A field has an undo of its own.
        let writes = is("textarea, input:not([type=range]):not([type=checkbox])");
        return match (event.key().as_str(), event.shift_key()) {
            _ if writes => None,
            ("s" | "S", false) => Some(Action::Export(Export::Scenario)),
            ("z" | "Z", false) => Some(Action::Undo),
            ("z" | "Z", true) | ("y" | "Y", _) => Some(Action::Redo),
            _ => None,
        };
    }
    match event.key().as_str() {
        "Escape" if store.read(|session| session.on_its_way().is_some()) => Some(Action::Pause),
        "Escape" => store.read(|session| {
            let open = session.panel().map(|_| Action::Close);
            open.or_else(|| session.beside().map(|_| Action::Compare(None)))
        }),
        " " if !is(
            "button, a, select, textarea, input:not([type=range]), summary, [role=treeitem]",
        ) =>
        {
            let playing =
                store.read(|session| session.is_playing() || session.on_its_way().is_some());
            Some(if playing { Action::Pause } else { Action::Play })
        }
        _ if is("select, textarea, input, [role=tab], [role=tree], [data-keys]") => None,
        "ArrowRight" => Some(Action::StepForward),
        "ArrowLeft" => Some(Action::StepBack),
        "Home" => Some(Action::StartOver),
        "End" => Some(Action::End),
        key => letter(store, key, focus.as_ref()),
    }
}

/// What a letter does, unless the person has turned letters off (WCAG 2.2, 2.1.4).
fn letter(store: &Store, key: &str, focus: Option<&Element>) -> Option<Action> {
    let (on, kind) = store.read(|session| (session.takes_letters(), session.kind()));
    if !on {
        return None;
    }
    match key {
        "a" | "A" => Some(Action::Open(Panel::Deeds)),
        "n" | "N" => Some(Action::Next(kind)),
        "p" | "P" => Some(Action::Last(kind)),
        "w" | "W" => {
            Some(asked(focus).map_or(Action::Ask(Ask::Last), |id| Action::Open(Panel::Why(id))))
        }
        "?" => Some(Action::Open(Panel::Help)),
        _ => None,
    }
}
